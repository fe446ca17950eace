"""Parse many rows at once, if their XML is written as most programs write it.

Anything else (attributes in another order, rich text, a comment, a stray `>`) is refused: then
`xml_parser` parses the same rows.

ECMA-376, part 1, 18.3.1.73 (row), 18.3.1.4 (c), 18.18.11 (the types of cells).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto

import numpy as np

from cmtools.tables.reader.cell_arrays import CellArrays, CellKind, Flags, Floats, Ints
from cmtools.tables.reader.tag_index import (
    Bytes,
    Tags,
    UnsupportedMarkup,
    XmlTag,
    index_tags,
    lookup_table,
    require,
    two_bytes_at,
)
from cmtools.tables.reader.xml_text import decode_text, parse_number

EXACT_DIGITS = 15  # an integer of so many digits is exact as a float
QUOTE = ord('"')


class _CellType(IntEnum):
    """The values of the attribute `t` of cells; a cell without it holds a number."""

    NUMBER = 0
    SHARED = auto()
    FORMULA_TEXT = auto()
    INLINE = auto()
    BOOLEAN = auto()
    ERROR = auto()
    UNKNOWN = auto()


_ATTRIBUTES = {
    _CellType.NUMBER: b' t="n"',
    _CellType.SHARED: b' t="s"',
    _CellType.FORMULA_TEXT: b' t="str"',
    _CellType.INLINE: b' t="inlineStr"',
    _CellType.BOOLEAN: b' t="b"',
    _CellType.ERROR: b' t="e"',
}
_LETTERS_AT = len(' t="')
_KINDS = {
    _CellType.NUMBER: CellKind.NUMBER,
    _CellType.SHARED: CellKind.SHARED,
    _CellType.FORMULA_TEXT: CellKind.TEXT,
    _CellType.INLINE: CellKind.TEXT,
    _CellType.BOOLEAN: CellKind.BOOLEAN,
    _CellType.ERROR: CellKind.ERROR,
}
_LETTERS = {
    type_: attribute[_LETTERS_AT : _LETTERS_AT + 2] for type_, attribute in _ATTRIBUTES.items()
}
_TYPE_OF = lookup_table({letters: type_ for type_, letters in _LETTERS.items()}, _CellType.UNKNOWN)
_LENGTH_OF = lookup_table(
    {letters: len(_ATTRIBUTES[type_]) for type_, letters in _LETTERS.items()}, 0
)
_KIND_OF = np.array([_KINDS.get(type_, CellKind.EMPTY) for type_ in _CellType], np.uint8)
_POWERS = 10.0 ** np.arange(EXACT_DIGITS + 1)


def parse_rows(xml: bytes, last_row: int) -> CellArrays | None:
    """Parse whole rows that follow the row `last_row`; None if they are written in another way."""
    try:
        tags = index_tags(xml)
        rows = _parse_row_tags(tags, last_row)
        return _parse_cells(xml, tags, _parse_cell_tags(tags, rows), rows)
    except (UnsupportedMarkup, ValueError):
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _RowTags:
    """The number of each row, the position of its first digit, the count of its digits."""

    number: Ints
    number_at: Ints
    digits: Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class _CellTags:
    """What the tag of each cell says, in the order of the cells."""

    row: Ints
    column: Ints
    style: Ints
    type: Bytes


def _parse_row_tags(tags: Tags, last_row: int) -> _RowTags:
    at = tags.start[tags.where_kind(XmlTag.ROW, XmlTag.ROW_EMPTY)] + len("<row")
    require(_matches(tags.chars, at, b' r="').all())
    at = at + len(' r="')
    number, after = _parse_integers(tags.chars, at, 7)
    require((tags.chars[after] == QUOTE).all())
    require(number[0] > last_row and (np.diff(number) > 0).all())
    return _RowTags(number=number, number_at=at, digits=after - at)


def _parse_cell_tags(tags: Tags, rows: _RowTags) -> _CellTags:
    chars = tags.chars
    cells = tags.where_kind(XmlTag.CELL, XmlTag.CELL_EMPTY)
    row = np.cumsum(tags.is_kind(XmlTag.ROW, XmlTag.ROW_EMPTY))[cells] - 1
    at = tags.start[cells] + len("<c")
    require(_matches(chars, at, b' r="').all())
    column, at = _parse_columns(chars, at + len(' r="'))
    at = _skip_row_numbers(chars, at, rows, row)
    require((chars.take(at) == QUOTE).all() and (column > 0).all())
    style, at = _parse_styles(chars, at + 1)
    type_, at = _parse_types(chars, at)
    is_empty = tags.kind[cells] == XmlTag.CELL_EMPTY
    at = at + (is_empty & (chars[at] == ord(" "))) + is_empty
    require((at == tags.end[cells]).all())
    require((np.diff(row << 20 | column) > 0).all())
    return _CellTags(row=rows.number[row], column=column, style=style, type=type_)


def _parse_columns(chars: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """Parse the letters of columns (A is 1, Z is 26, AA is 27); return where they end, too."""
    column = np.zeros(len(at), np.int64)
    for _ in range(3):
        letter = chars.take(at) - np.uint8(ord("A"))  # above 25 if it is no letter
        is_letter = letter < 26
        column = np.where(is_letter, column * 26 + letter + 1, column)
        at = at + is_letter
    return column, at


def _skip_row_numbers(chars: Bytes, at: Ints, rows: _RowTags, row: Ints) -> Ints:
    """Check that the number at each position is that of its row; return where it ends."""
    first, digits = rows.number_at.take(row), rows.digits.take(row)
    for offset in range(int(rows.digits.max())):
        is_same = chars.take(at + offset) == chars.take(first + offset)
        require((is_same | (digits <= offset)).all())
    return at + digits


def _parse_styles(chars: Bytes, at: Ints) -> tuple[Ints, Ints]:
    style, after = np.zeros(len(at), np.int64), at.copy()
    has = np.flatnonzero(_matches(chars, at, b' s="'))
    style[has], ends = _parse_integers(chars, at[has] + len(' s="'), 6)
    require((chars[ends] == QUOTE).all())
    after[has] = ends + 1
    return style, after


def _parse_types(chars: Bytes, at: Ints) -> tuple[Bytes, Ints]:
    type_, after = np.zeros(len(at), np.uint8), at.copy()
    has = np.flatnonzero(_matches(chars, at, b' t="'))
    letters = two_bytes_at(chars, at[has] + _LETTERS_AT)
    type_[has] = _TYPE_OF.take(letters)
    after[has] += _LENGTH_OF.take(letters)
    require((type_ != _CellType.UNKNOWN).all())
    for long in (_CellType.FORMULA_TEXT, _CellType.INLINE):
        if len(which := np.flatnonzero(type_ == long)):
            require(_matches(chars, at.take(which), _ATTRIBUTES[long]).all())
    return type_, after


def _parse_cells(xml: bytes, tags: Tags, cell_tags: _CellTags, rows: _RowTags) -> CellArrays:
    """Parse the cells that are not empty."""
    owner = np.cumsum(tags.is_kind(XmlTag.CELL, XmlTag.CELL_EMPTY)) - 1
    begin, stop = np.zeros_like(cell_tags.row), np.zeros_like(cell_tags.row)
    values = tags.where_kind(XmlTag.VALUE, XmlTag.TEXT)
    cells = owner.take(values)
    begin[cells], stop[cells] = tags.end.take(values) + 1, tags.start.take(values + 1)
    kind = _classify_cells(tags, owner, cell_tags.type, begin == stop)
    payload, texts = _parse_payload(xml, tags.chars, kind, begin, stop)
    kept = np.flatnonzero(kind != CellKind.EMPTY)
    return CellArrays(
        row=cell_tags.row.take(kept),
        column=cell_tags.column.take(kept),
        kind=kind.take(kept),
        payload=payload.take(kept),
        style=cell_tags.style.take(kept),
        texts=texts,
        first_row=int(rows.number[0]),
        last_row=int(rows.number[-1]),
    )


def _classify_cells(tags: Tags, owner: Ints, type_: Bytes, is_blank: Flags) -> Bytes:
    """Return the kinds of cells; `owner` is the cell of each tag, `is_blank`: has no value."""

    def has_tag(*kinds: XmlTag) -> Flags:
        flags = np.zeros(len(type_), bool)
        flags[owner.take(tags.where_kind(*kinds))] = True
        return flags

    is_inline = type_ == _CellType.INLINE
    if is_inline.any() or tags.is_kind(XmlTag.INLINE).any():
        require((has_tag(XmlTag.INLINE) == is_inline).all())
    kind = _KIND_OF.take(type_)
    is_blank = is_blank & (kind != CellKind.ERROR)
    kind[is_blank] = CellKind.EMPTY
    if tags.is_kind(XmlTag.FORMULA, XmlTag.FORMULA_EMPTY).any():
        is_text = (type_ == _CellType.FORMULA_TEXT) & has_tag(XmlTag.VALUE, XmlTag.VALUE_EMPTY)
        kind[is_blank & has_tag(XmlTag.FORMULA, XmlTag.FORMULA_EMPTY) & ~is_text] = (
            CellKind.UNCOMPUTED
        )
    return kind


def _parse_payload(
    xml: bytes, chars: Bytes, kind: Bytes, begin: Ints, stop: Ints
) -> tuple[Floats, list[str]]:
    """Parse the values between `begin` and `stop`; return the payloads and the distinct texts."""
    payload = np.zeros(len(kind))
    for of_kind, parse in (
        (CellKind.NUMBER, _parse_decimals),
        (CellKind.SHARED, _parse_counts),
        (CellKind.BOOLEAN, _parse_counts),
    ):
        which = np.flatnonzero(kind == of_kind)
        payload[which] = parse(xml, chars, begin.take(which), stop.take(which))
    which = np.flatnonzero(kind == CellKind.TEXT)
    payload[which], texts = _parse_texts(xml, begin.take(which), stop.take(which))
    return payload, texts


def _parse_counts(_: bytes, chars: Bytes, begin: Ints, stop: Ints) -> Ints:
    number, after = _parse_integers(chars, begin, 9)
    require((after == stop).all())
    return number


def _parse_decimals(xml: bytes, chars: Bytes, begin: Ints, stop: Ints) -> Floats:
    """Parse decimal numbers: an integer of few digits over a power of ten is the nearest float."""
    is_negative = chars[begin] == ord("-")
    at = begin + is_negative
    number, places = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    is_part = np.zeros(len(at), bool)
    for _ in range(EXACT_DIGITS + 1):  # one of the characters is the point
        digit = chars.take(at) - np.uint8(ord("0"))
        is_digit = digit < 10
        is_point = (chars.take(at) == ord(".")) & ~is_part
        goes_on = is_digit | is_point
        if not goes_on.any():
            break
        number = np.where(is_digit, number * 10 + digit, number)
        places += is_digit & is_part
        is_part |= is_point
        at = at + goes_on
    is_plain = (at == stop) & (at - begin - is_negative - is_part > 0) & (number < 10**EXACT_DIGITS)
    numbers: Floats = (
        np.where(is_negative, -number, number) / _POWERS[np.minimum(places, EXACT_DIGITS)]
    )
    for index in np.flatnonzero(~is_plain).tolist():
        numbers[index] = parse_number(xml[begin[index] : stop[index]])
    return numbers


def _parse_texts(xml: bytes, begin: Ints, stop: Ints) -> tuple[list[int], list[str]]:
    """Return the number of each text among the distinct ones, and those."""
    numbers: dict[bytes, int] = {}
    texts = (xml[a:b] for a, b in zip(begin.tolist(), stop.tolist(), strict=True))
    found = [numbers.setdefault(text, len(numbers)) for text in texts]
    return found, [*map(decode_text, numbers)]


def _parse_integers(chars: Bytes, at: Ints, max_digits: int) -> tuple[Ints, Ints]:
    """Parse integers of one to `max_digits` digits; return where they end, too."""
    number, begin = np.zeros(len(at), np.int64), at
    for _ in range(max_digits):
        digit = chars.take(at) - np.uint8(ord("0"))  # above 9 if it is no digit
        is_digit = digit < 10
        if not is_digit.any():
            break
        number = np.where(is_digit, number * 10 + digit, number)
        at = at + is_digit
    require((at > begin).all())
    return number, at


def _matches(chars: Bytes, at: Ints, text: bytes) -> Flags:
    """Return whether the text is at each position."""
    flags = np.ones(len(at), bool)
    for offset, char in enumerate(text):
        flags &= chars.take(at + offset) == char
    return flags
