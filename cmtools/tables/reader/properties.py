"""The properties of a workbook beside its sheets: who saved it last, and its custom ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cmtools.tables.part_names import PartNames
from cmtools.tables.reader.container import Contents
from cmtools.tables.reader.xml_text import unescape_xml

MODIFIED_BY = "lastModifiedBy"
MOST_BYTES = 1 << 20

_MODIFIED_BY = re.compile(rb"<(?:\w+:)?lastModifiedBy\b[^>]{0,99}>([^<]{0,999})<")
_CUSTOM = re.compile(
    rb'<(?:\w+:)?property\b[^>]{0,200}?\bname="([^"]{1,99})"[^>]{0,200}>\s{0,99}'
    rb"<(?:\w+:)?\w+\b[^>]{0,99}>([^<]{0,999})<"
)


def read_properties(contents: Contents) -> Mapping[str, str]:
    """Return name → value of the custom properties, and `MODIFIED_BY`; lost ones are left out."""
    names = PartNames(contents.archive.namelist())
    found: dict[str, str] = {}
    for part, pattern in (("docProps/custom.xml", _CUSTOM), ("docProps/core.xml", _MODIFIED_BY)):
        name = names.find(part)
        if name is None or contents.size(name) > MOST_BYTES:
            continue
        for match in pattern.finditer(contents.part(name)):
            key = match[1].decode("utf-8", "replace") if pattern is _CUSTOM else MODIFIED_BY
            found[key] = _decode(match[match.lastindex or 1])
    return found


def _decode(content: bytes) -> str:
    try:
        return unescape_xml(content.decode()).strip()
    except ValueError:
        return ""
