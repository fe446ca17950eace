"""Find the tags of many rows at once and check their order, by array operations.

The first two characters of a tag identify it; a table says which tag may follow which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, auto

import numpy as np
import numpy.typing as npt

from cmtools.tables.reader.cell_arrays import Flags, Ints

Bytes = npt.NDArray[np.uint8]

PADDING = b" " * 32  # so that characters after the last tag can be read


class UnsupportedMarkup(Exception):
    """The rows is_kind not written as nearly all programs write them."""


def require(condition: np.bool_ | bool) -> None:
    """Check what the fast parser assumes of the rows.

    Raises:
        UnsupportedMarkup: the condition is false.
    """
    if not condition:
        raise UnsupportedMarkup


class XmlTag(IntEnum):
    """The kinds of tags; that of an empty element is one more than that of its opening tag."""

    UNKNOWN = 0
    ROW = auto()
    ROW_EMPTY = auto()
    CELL = auto()
    CELL_EMPTY = auto()
    FORMULA = auto()
    FORMULA_EMPTY = auto()
    VALUE = auto()
    VALUE_EMPTY = auto()
    TEXT = auto()
    TEXT_EMPTY = auto()
    INLINE = auto()
    INLINE_END = auto()
    ROW_END = auto()
    CELL_END = auto()
    FORMULA_END = auto()
    VALUE_END = auto()
    TEXT_END = auto()


_OPENING = {b"c": XmlTag.CELL, b"f": XmlTag.FORMULA, b"v": XmlTag.VALUE, b"t": XmlTag.TEXT}
_CLOSING = {
    b"c": XmlTag.CELL_END,
    b"f": XmlTag.FORMULA_END,
    b"v": XmlTag.VALUE_END,
    b"t": XmlTag.TEXT_END,
}
_BY_LETTERS: Mapping[bytes, XmlTag] = {
    **{name + end: tag for name, tag in _OPENING.items() for end in (b" ", b">", b"/")},
    **{b"/" + name: tag for name, tag in _CLOSING.items()},
    **{b"ro": XmlTag.ROW, b"/r": XmlTag.ROW_END, b"is": XmlTag.INLINE, b"/i": XmlTag.INLINE_END},
}
_LENGTHS = {  # of the tags without attributes, without `>`
    **dict.fromkeys(_CLOSING.values(), len("</c")),
    **{XmlTag.ROW_END: len("</row"), XmlTag.INLINE: len("<is"), XmlTag.INLINE_END: len("</is")},
}
_ROWS = (XmlTag.ROW, XmlTag.ROW_EMPTY)
_CELLS = (XmlTag.CELL, XmlTag.CELL_EMPTY, XmlTag.ROW_END)
_VALUES = (XmlTag.VALUE, XmlTag.VALUE_EMPTY, XmlTag.CELL_END)
_NEXT: Mapping[XmlTag, tuple[XmlTag, ...]] = {
    XmlTag.ROW: _CELLS,
    XmlTag.ROW_EMPTY: _ROWS,
    XmlTag.ROW_END: _ROWS,
    XmlTag.CELL: (*_VALUES, XmlTag.FORMULA, XmlTag.FORMULA_EMPTY, XmlTag.INLINE),
    XmlTag.CELL_EMPTY: _CELLS,
    XmlTag.CELL_END: _CELLS,
    XmlTag.FORMULA: (XmlTag.FORMULA_END,),
    XmlTag.FORMULA_EMPTY: _VALUES,
    XmlTag.FORMULA_END: _VALUES,
    XmlTag.VALUE: (XmlTag.VALUE_END,),
    XmlTag.VALUE_EMPTY: (XmlTag.CELL_END,),
    XmlTag.VALUE_END: (XmlTag.CELL_END,),
    XmlTag.INLINE: (XmlTag.TEXT, XmlTag.TEXT_EMPTY),
    XmlTag.TEXT: (XmlTag.TEXT_END,),
    XmlTag.TEXT_EMPTY: (XmlTag.INLINE_END,),
    XmlTag.TEXT_END: (XmlTag.INLINE_END,),
    XmlTag.INLINE_END: (XmlTag.CELL_END,),
}
_HAVE_EMPTY = (XmlTag.ROW, XmlTag.CELL, XmlTag.FORMULA, XmlTag.VALUE, XmlTag.TEXT)


def lookup_table(numbers: Mapping[bytes, int], default: int) -> Bytes:
    """Make a table of numbers, indexed by two characters as one 16-bit number."""
    table = np.full(1 << 16, default, np.uint8)
    for letters, number in numbers.items():
        table[int.from_bytes(letters, "big")] = number
    return table


_TAG_OF = lookup_table(_BY_LETTERS, XmlTag.UNKNOWN)
_LENGTH = np.array([_LENGTHS.get(tag, 0) for tag in XmlTag], np.uint8)
_CAN_BE_EMPTY = np.array([tag in _HAVE_EMPTY for tag in XmlTag])
_CAN_FOLLOW = np.array([after in _NEXT.get(tag, ()) for tag in XmlTag for after in XmlTag])


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """All tags of some rows: the positions of their `<` and `>` in `chars`, and their kinds.

    chars: the bytes of the XML and some padding.
    """

    chars: Bytes
    start: Ints
    end: Ints
    kind: Bytes

    def is_kind(self, *kinds: XmlTag) -> Flags:
        """Return for each tag whether it is of one of these kinds."""
        flags = np.zeros(len(self.kind), bool)
        for kind in kinds:
            flags |= self.kind == kind
        return flags

    def where_kind(self, *kinds: XmlTag) -> Ints:
        """Return the numbers of the tags of these kinds."""
        return np.flatnonzero(self.is_kind(*kinds))


def index_tags(xml: bytes) -> Tags:
    """Find the tags of whole rows and check their order.

    Raises:
        UnsupportedMarkup: there are other tags among them, or they are in another order.
    """
    chars = np.frombuffer(xml + PADDING, np.uint8)
    brackets = np.flatnonzero((chars == ord("<")) | (chars == ord(">")))
    require(len(brackets) > 0 and len(brackets) % 2 == 0)
    start, end = brackets[::2].copy(), brackets[1::2].copy()
    require((chars.take(start) == ord("<")).all() and (chars.take(end) == ord(">")).all())
    kind = _TAG_OF.take(two_bytes_at(chars, start + 1))
    kind += _CAN_BE_EMPTY.take(kind) & (chars.take(end - 1) == ord("/"))
    require(kind[0] in _ROWS and kind[-1] in (XmlTag.ROW_EMPTY, XmlTag.ROW_END))
    require(_CAN_FOLLOW.take(kind[:-1] * np.uint16(len(XmlTag)) + kind[1:]).all())
    length = _LENGTH.take(kind)
    require(((length == 0) | (end - start == length)).all())
    tags = Tags(chars=chars, start=start, end=end, kind=kind)
    _check_names(tags)
    return tags


def _check_names(tags: Tags) -> None:
    """Check the rest of the names that have more than two letters."""
    chars, start = tags.chars, tags.start
    rows, ends = start[tags.where_kind(*_ROWS)], start[tags.where_kind(XmlTag.ROW_END)]
    require((chars[rows + 3] == ord("w")).all())
    require(np.isin(chars[rows + 4], list(b" >/")).all())
    require((chars[ends + 3] == ord("o")).all() and (chars[ends + 4] == ord("w")).all())
    inline = start[tags.where_kind(XmlTag.INLINE_END)]
    require((chars[inline + 3] == ord("s")).all())


def two_bytes_at(chars: Bytes, at: Ints) -> Ints:
    """Return the two characters at each position as one 16-bit number."""
    return chars.take(at) * np.uint16(256) + chars.take(at + 1)
