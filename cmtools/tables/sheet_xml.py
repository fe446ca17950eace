"""The tags of a sheet's XML: how they are written, and which cells are merged."""

from __future__ import annotations

import re
from collections.abc import Iterator

LAST_ROW = 1_048_576  # that a sheet can have, in Excel and in LibreOffice

# Each pattern starts with a literal, which makes the search fast, and looks ahead a bounded way,
# which keeps it linear whatever a hostile sheet holds.
_ROOT = re.compile(rb"<(?:(\w{1,20}):)?(?:worksheet|sst|styleSheet)\b")
_MERGED = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\b[^>]{0,99}?\bref\s{0,9}=\s{0,9}[\"']"
    rb"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"
)
_HEAD = 1 << 16


def strip_prefix(xml: bytes) -> bytes:
    """Remove the prefix of the elements' names, where the root has one."""
    root = _ROOT.search(xml, 0, _HEAD)
    if root is None or root[1] is None:
        return xml
    return xml.replace(b"<" + root[1] + b":", b"<").replace(b"</" + root[1] + b":", b"</")


def contains_markup(xml: bytes, mark: bytes) -> bool:
    """Whether the XML contains `<!` or `<?`; the rarer second sign is looked for first."""
    return mark[1:] in xml and mark in xml


def normalize_tags(xml: bytes) -> bytes:
    """Write the tags as Excel does: no prefix, double quotes, one space between.

    How a sheet is written is judged by its beginning; its texts are not kept.
    """
    xml = strip_prefix(xml)
    head = xml[:_HEAD]
    if b" =" in head or b"= " in head:
        xml = re.sub(rb"\s{0,99}=\s{0,99}(?=[\"'])", b"=", xml)
    if b"='" in head:
        xml = xml.replace(b"'", b'"')
    if b'\nr="' in head or b'\tr="' in head:
        xml = xml.replace(b"\n", b" ").replace(b"\t", b" ")
    return xml


def find_merged_ranges(xml: bytes, start: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield first row, first column, last row, last column of the merged ranges after `start`."""
    for found in _MERGED.finditer(xml, start):
        left, top, right, bottom = found.groups()
        yield int(top), column_number(left), int(bottom), column_number(right)


def column_number(letters: bytes) -> int:
    """Return the number of a column: A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
