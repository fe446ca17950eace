"""The cells of rows that are written as nearly all programs write them, many at a time.

What is written otherwise (attributes in another order, rich text, a comment, a stray `>`) is not
guessed at: then there is no answer, and `walking` reads the same rows in the general way.

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

MOST_EXACT = 15  # a whole number of so many digits is exact as a float
QUOTE = ord('"')


class _Type(IntEnum):
    """The types of cells; a cell that names none is a number."""

    NUMBER = 0
    SHARED = auto()
    FORMULA_TEXT = auto()
    INLINE = auto()
    BOOLEAN = auto()
    ERROR = auto()
    UNKNOWN = auto()


_SPELT = {
    _Type.NUMBER: b' t="n"',
    _Type.SHARED: b' t="s"',
    _Type.FORMULA_TEXT: b' t="str"',
    _Type.INLINE: b' t="inlineStr"',
    _Type.BOOLEAN: b' t="b"',
    _Type.ERROR: b' t="e"',
}
_BEFORE = len(' t="')
_KINDS = {
    _Type.NUMBER: CellKind.NUMBER,
    _Type.SHARED: CellKind.SHARED,
    _Type.FORMULA_TEXT: CellKind.TEXT,
    _Type.INLINE: CellKind.TEXT,
    _Type.BOOLEAN: CellKind.BOOLEAN,
    _Type.ERROR: CellKind.ERROR,
}
_LETTERS = {type_: spelt[_BEFORE : _BEFORE + 2] for type_, spelt in _SPELT.items()}
_TYPE_OF = lookup_table({letters: type_ for type_, letters in _LETTERS.items()}, _Type.UNKNOWN)
_LENGTH_OF = lookup_table({letters: len(_SPELT[type_]) for type_, letters in _LETTERS.items()}, 0)
_KIND_OF = np.array([_KINDS.get(type_, CellKind.EMPTY) for type_ in _Type], np.uint8)
_POWERS = 10.0 ** np.arange(MOST_EXACT + 1)


def parse_rows(xml: bytes, before: int) -> CellArrays | None:
    """The cells of whole rows that follow the row `before`; None if they are written otherwise."""
    try:
        tags = index_tags(xml)
        rows = _rows(tags, before)
        return _filled(xml, tags, _places(tags, rows), rows)
    except (UnsupportedMarkup, ValueError):
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _RowTags:
    """The number of each row, where it is written and in how many digits."""

    number: Ints
    at: Ints
    digits: Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class _CellTags:
    """What the tag of each cell says; a cell is known by its place in the order of the cells."""

    row: Ints
    column: Ints
    style: Ints
    type: Bytes


def _rows(tags: Tags, before: int) -> _RowTags:
    at = tags.start[tags.having(XmlTag.ROW, XmlTag.ROW_EMPTY)] + len("<row")
    require(_says(tags.signs, at, b' r="').all())
    at = at + len(' r="')
    number, after = _whole(tags.signs, at, 7)
    require((tags.signs[after] == QUOTE).all())
    require(number[0] > before and (np.diff(number) > 0).all())
    return _RowTags(number=number, at=at, digits=after - at)


def _places(tags: Tags, rows: _RowTags) -> _CellTags:
    signs = tags.signs
    cells = tags.having(XmlTag.CELL, XmlTag.CELL_EMPTY)
    row = np.cumsum(tags.are(XmlTag.ROW, XmlTag.ROW_EMPTY))[cells] - 1
    at = tags.start[cells] + len("<c")
    require(_says(signs, at, b' r="').all())
    column, at = _column(signs, at + len(' r="'))
    at = _row_again(signs, at, rows, row)
    require((signs.take(at) == QUOTE).all() and (column > 0).all())
    style, at = _style(signs, at + 1)
    type_, at = _type(signs, at)
    is_empty = tags.kind[cells] == XmlTag.CELL_EMPTY
    at = at + (is_empty & (signs[at] == ord(" "))) + is_empty
    require((at == tags.end[cells]).all())
    require((np.diff(row << 20 | column) > 0).all())
    return _CellTags(row=rows.number[row], column=column, style=style, type=type_)


def _column(signs: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """The column that the letters name: A is 1, Z is 26, AA is 27; and where they end."""
    column = np.zeros(len(at), np.int64)
    for _ in range(3):
        letter = signs.take(at) - np.uint8(ord("A"))  # what is no letter is beyond 25
        is_letter = letter < 26
        column = np.where(is_letter, column * 26 + letter + 1, column)
        at = at + is_letter
    return column, at


def _row_again(signs: Bytes, at: Ints, rows: _RowTags, row: Ints) -> Ints:
    """Where the number of the row ends that stands at each place once more."""
    first, digits = rows.at.take(row), rows.digits.take(row)
    for offset in range(int(rows.digits.max())):
        is_same = signs.take(at + offset) == signs.take(first + offset)
        require((is_same | (digits <= offset)).all())
    return at + digits


def _style(signs: Bytes, at: Ints) -> tuple[Ints, Ints]:
    style, after = np.zeros(len(at), np.int64), at.copy()
    has = np.flatnonzero(_says(signs, at, b' s="'))
    style[has], ends = _whole(signs, at[has] + len(' s="'), 6)
    require((signs[ends] == QUOTE).all())
    after[has] = ends + 1
    return style, after


def _type(signs: Bytes, at: Ints) -> tuple[Bytes, Ints]:
    type_, after = np.zeros(len(at), np.uint8), at.copy()
    has = np.flatnonzero(_says(signs, at, b' t="'))
    letters = two_bytes_at(signs, at[has] + _BEFORE)
    type_[has] = _TYPE_OF.take(letters)
    after[has] += _LENGTH_OF.take(letters)
    require((type_ != _Type.UNKNOWN).all())
    for long in (_Type.FORMULA_TEXT, _Type.INLINE):
        if len(which := np.flatnonzero(type_ == long)):
            require(_says(signs, at.take(which), _SPELT[long]).all())
    return type_, after


def _filled(xml: bytes, tags: Tags, places: _CellTags, rows: _RowTags) -> CellArrays:
    """The cells that hold anything, with their values."""
    owner = np.cumsum(tags.are(XmlTag.CELL, XmlTag.CELL_EMPTY)) - 1
    begin, stop = np.zeros_like(places.row), np.zeros_like(places.row)
    values = tags.having(XmlTag.VALUE, XmlTag.TEXT)
    cells = owner.take(values)
    begin[cells], stop[cells] = tags.end.take(values) + 1, tags.start.take(values + 1)
    kind = _kinds(tags, owner, places.type, begin == stop)
    payload, texts = _payload(xml, tags.signs, kind, begin, stop)
    kept = np.flatnonzero(kind != CellKind.EMPTY)
    return CellArrays(
        row=places.row.take(kept),
        column=places.column.take(kept),
        kind=kind.take(kept),
        payload=payload.take(kept),
        style=places.style.take(kept),
        texts=texts,
        first_row=int(rows.number[0]),
        last_row=int(rows.number[-1]),
    )


def _kinds(tags: Tags, owner: Ints, type_: Bytes, is_blank: Flags) -> Bytes:
    """The kind of each cell; `owner` is the cell of each tag, those `is_blank` have no value."""

    def have(*kinds: XmlTag) -> Flags:
        found = np.zeros(len(type_), bool)
        found[owner.take(tags.having(*kinds))] = True
        return found

    is_inline = type_ == _Type.INLINE
    if is_inline.any() or tags.are(XmlTag.INLINE).any():
        require((have(XmlTag.INLINE) == is_inline).all())
    kind = _KIND_OF.take(type_)
    is_blank = is_blank & (kind != CellKind.ERROR)
    kind[is_blank] = CellKind.EMPTY
    if tags.are(XmlTag.FORMULA, XmlTag.FORMULA_EMPTY).any():
        is_text = (type_ == _Type.FORMULA_TEXT) & have(XmlTag.VALUE, XmlTag.VALUE_EMPTY)
        kind[is_blank & have(XmlTag.FORMULA, XmlTag.FORMULA_EMPTY) & ~is_text] = CellKind.UNCOMPUTED
    return kind


def _payload(
    xml: bytes, signs: Bytes, kind: Bytes, begin: Ints, stop: Ints
) -> tuple[Floats, list[str]]:
    """What the cells of each kind hold, from their first sign up to the last; and their texts."""
    payload = np.zeros(len(kind))
    for of, read in (
        (CellKind.NUMBER, _numbers),
        (CellKind.SHARED, _counts),
        (CellKind.BOOLEAN, _counts),
    ):
        which = np.flatnonzero(kind == of)
        payload[which] = read(xml, signs, begin.take(which), stop.take(which))
    which = np.flatnonzero(kind == CellKind.TEXT)
    payload[which], texts = _texts(xml, begin.take(which), stop.take(which))
    return payload, texts


def _counts(_: bytes, signs: Bytes, begin: Ints, stop: Ints) -> Ints:
    number, after = _whole(signs, begin, 9)
    require((after == stop).all())
    return number


def _numbers(xml: bytes, signs: Bytes, begin: Ints, stop: Ints) -> Floats:
    """Decimal numbers: a whole number of few digits over a power of ten is the nearest float."""
    is_negative = signs[begin] == ord("-")
    at = begin + is_negative
    number, places = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    is_part = np.zeros(len(at), bool)
    for _ in range(MOST_EXACT + 1):  # the point is one of the signs
        digit = signs.take(at) - np.uint8(ord("0"))
        is_digit = digit < 10
        is_point = (signs.take(at) == ord(".")) & ~is_part
        goes_on = is_digit | is_point
        if not goes_on.any():
            break
        number = np.where(is_digit, number * 10 + digit, number)
        places += is_digit & is_part
        is_part |= is_point
        at = at + goes_on
    is_plain = (at == stop) & (at - begin - is_negative - is_part > 0) & (number < 10**MOST_EXACT)
    found: Floats = np.where(is_negative, -number, number) / _POWERS[np.minimum(places, MOST_EXACT)]
    for index in np.flatnonzero(~is_plain).tolist():
        found[index] = parse_number(xml[begin[index] : stop[index]])
    return found


def _texts(xml: bytes, begin: Ints, stop: Ints) -> tuple[list[int], list[str]]:
    """The number of each text among the different ones, and those."""
    numbers: dict[str, int] = {}
    found = (decode_text(xml[a:b]) for a, b in zip(begin.tolist(), stop.tolist(), strict=True))
    return [numbers.setdefault(text, len(numbers)) for text in found], list(numbers)


def _whole(signs: Bytes, at: Ints, most: int) -> tuple[Ints, Ints]:
    """The whole numbers of at least one and at most so many digits, and where they end."""
    number, begin = np.zeros(len(at), np.int64), at
    for _ in range(most):
        digit = signs.take(at) - np.uint8(ord("0"))  # what is no digit is beyond 9
        is_digit = digit < 10
        if not is_digit.any():
            break
        number = np.where(is_digit, number * 10 + digit, number)
        at = at + is_digit
    require((at > begin).all())
    return number, at


def _says(signs: Bytes, at: Ints, text: bytes) -> Flags:
    """Whether the text stands at each place."""
    found = np.ones(len(at), bool)
    for offset, sign in enumerate(text):
        found &= signs.take(at + offset) == sign
    return found
