"""The tags of rows, all of them at once: where each is and what it is, their order proven.

A tag is known by its first two letters. Which may follow which is a table of pairs, so that a few
array operations prove the structure of thousands of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, auto

import numpy as np
import numpy.typing as npt

from cmtools.tables.reader.cell_arrays import Flags, Ints

Bytes = npt.NDArray[np.uint8]

BEYOND = b" " * 32  # looking ahead from the last tag stays within the array


class UnsupportedMarkup(Exception):
    """The rows are not written as nearly all programs write them."""


def require(holds: np.bool_ | bool) -> None:
    """Give the rows up unless this holds.

    Raises:
        Otherwise: it does not.
    """
    if not holds:
        raise UnsupportedMarkup


class XmlTag(IntEnum):
    """What a tag is; an empty element follows the one that opens."""

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
_LENGTHS = {  # of the tags that have but one form, without the last sign
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


def lookup_table(known: Mapping[bytes, int], otherwise: int) -> Bytes:
    """A table from pairs of letters to numbers."""
    table = np.full(1 << 16, otherwise, np.uint8)
    for letters, number in known.items():
        table[int.from_bytes(letters, "big")] = number
    return table


_TAG_OF = lookup_table(_BY_LETTERS, XmlTag.UNKNOWN)
_LENGTH = np.array([_LENGTHS.get(tag, 0) for tag in XmlTag], np.uint8)
_CAN_BE_EMPTY = np.array([tag in _HAVE_EMPTY for tag in XmlTag])
_CAN_FOLLOW = np.array([after in _NEXT.get(tag, ()) for tag in XmlTag for after in XmlTag])


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """All tags of some rows: the places of their `<` and `>` among the `signs`, and what they are.

    The signs go on a little after the last tag.
    """

    signs: Bytes
    start: Ints
    end: Ints
    kind: Bytes

    def are(self, *kinds: XmlTag) -> Flags:
        """Of each tag, whether it is of these few kinds."""
        found = np.zeros(len(self.kind), bool)
        for kind in kinds:
            found |= self.kind == kind
        return found

    def having(self, *kinds: XmlTag) -> Ints:
        """Which tags are of these kinds."""
        return np.flatnonzero(self.are(*kinds))


def index_tags(xml: bytes) -> Tags:
    """The tags of whole rows.

    Raises:
        Otherwise: there are others among them, or their order is another one.
    """
    signs = np.frombuffer(xml + BEYOND, np.uint8)
    brackets = np.flatnonzero((signs == ord("<")) | (signs == ord(">")))
    require(len(brackets) > 0 and len(brackets) % 2 == 0)
    start, end = brackets[::2].copy(), brackets[1::2].copy()
    require((signs.take(start) == ord("<")).all() and (signs.take(end) == ord(">")).all())
    kind = _TAG_OF.take(two_bytes_at(signs, start + 1))
    kind += _CAN_BE_EMPTY.take(kind) & (signs.take(end - 1) == ord("/"))
    require(kind[0] in _ROWS and kind[-1] in (XmlTag.ROW_EMPTY, XmlTag.ROW_END))
    require(_CAN_FOLLOW.take(kind[:-1] * np.uint16(len(XmlTag)) + kind[1:]).all())
    length = _LENGTH.take(kind)
    require(((length == 0) | (end - start == length)).all())
    tags = Tags(signs=signs, start=start, end=end, kind=kind)
    _insist_on_names(tags)
    return tags


def _insist_on_names(tags: Tags) -> None:
    """That of the names longer than two letters the rest is right too."""
    signs, start = tags.signs, tags.start
    rows, ends = start[tags.having(*_ROWS)], start[tags.having(XmlTag.ROW_END)]
    require((signs[rows + 3] == ord("w")).all())
    require(np.isin(signs[rows + 4], list(b" >/")).all())
    require((signs[ends + 3] == ord("o")).all() and (signs[ends + 4] == ord("w")).all())
    inline = start[tags.having(XmlTag.INLINE_END)]
    require((signs[inline + 3] == ord("s")).all())


def two_bytes_at(signs: Bytes, places: Ints) -> Ints:
    """The two signs at each place, as one number."""
    return signs.take(places) * np.uint16(256) + signs.take(places + 1)
