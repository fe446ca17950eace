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

from cmtools.tables.cells.found import Flags, Ints

Bytes = npt.NDArray[np.uint8]

BEYOND = b" " * 32  # looking ahead from the last tag stays within the array


class Otherwise(Exception):
    """The rows are not written as nearly all programs write them."""


def insist(holds: np.bool_ | bool) -> None:
    """Give the rows up unless this holds.

    Raises:
        Otherwise: it does not.
    """
    if not holds:
        raise Otherwise


class Tag(IntEnum):
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


_OPENING = {b"c": Tag.CELL, b"f": Tag.FORMULA, b"v": Tag.VALUE, b"t": Tag.TEXT}
_CLOSING = {b"c": Tag.CELL_END, b"f": Tag.FORMULA_END, b"v": Tag.VALUE_END, b"t": Tag.TEXT_END}
_BY_LETTERS: Mapping[bytes, Tag] = {
    **{name + end: tag for name, tag in _OPENING.items() for end in (b" ", b">", b"/")},
    **{b"/" + name: tag for name, tag in _CLOSING.items()},
    **{b"ro": Tag.ROW, b"/r": Tag.ROW_END, b"is": Tag.INLINE, b"/i": Tag.INLINE_END},
}
_LENGTHS = {  # of the tags that have but one form, without the last sign
    **dict.fromkeys(_CLOSING.values(), len("</c")),
    **{Tag.ROW_END: len("</row"), Tag.INLINE: len("<is"), Tag.INLINE_END: len("</is")},
}
_ROWS = (Tag.ROW, Tag.ROW_EMPTY)
_CELLS = (Tag.CELL, Tag.CELL_EMPTY, Tag.ROW_END)
_VALUES = (Tag.VALUE, Tag.VALUE_EMPTY, Tag.CELL_END)
_NEXT: Mapping[Tag, tuple[Tag, ...]] = {
    Tag.ROW: _CELLS,
    Tag.ROW_EMPTY: _ROWS,
    Tag.ROW_END: _ROWS,
    Tag.CELL: (*_VALUES, Tag.FORMULA, Tag.FORMULA_EMPTY, Tag.INLINE),
    Tag.CELL_EMPTY: _CELLS,
    Tag.CELL_END: _CELLS,
    Tag.FORMULA: (Tag.FORMULA_END,),
    Tag.FORMULA_EMPTY: _VALUES,
    Tag.FORMULA_END: _VALUES,
    Tag.VALUE: (Tag.VALUE_END,),
    Tag.VALUE_EMPTY: (Tag.CELL_END,),
    Tag.VALUE_END: (Tag.CELL_END,),
    Tag.INLINE: (Tag.TEXT, Tag.TEXT_EMPTY),
    Tag.TEXT: (Tag.TEXT_END,),
    Tag.TEXT_EMPTY: (Tag.INLINE_END,),
    Tag.TEXT_END: (Tag.INLINE_END,),
    Tag.INLINE_END: (Tag.CELL_END,),
}
_HAVE_EMPTY = (Tag.ROW, Tag.CELL, Tag.FORMULA, Tag.VALUE, Tag.TEXT)


def by_letters(known: Mapping[bytes, int], otherwise: int) -> Bytes:
    """A table from pairs of letters to numbers."""
    table = np.full(1 << 16, otherwise, np.uint8)
    for letters, number in known.items():
        table[int.from_bytes(letters, "big")] = number
    return table


_TAG_OF = by_letters(_BY_LETTERS, Tag.UNKNOWN)
_LENGTH = np.array([_LENGTHS.get(tag, 0) for tag in Tag], np.uint8)
_CAN_BE_EMPTY = np.array([tag in _HAVE_EMPTY for tag in Tag])
_CAN_FOLLOW = np.array([after in _NEXT.get(tag, ()) for tag in Tag for after in Tag])


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """All tags of some rows: the places of their `<` and `>` among the `signs`, and what they are.

    The signs go on a little after the last tag.
    """

    signs: Bytes
    start: Ints
    end: Ints
    kind: Bytes

    def are(self, *kinds: Tag) -> Flags:
        """Of each tag, whether it is of these few kinds."""
        found = np.zeros(len(self.kind), bool)
        for kind in kinds:
            found |= self.kind == kind
        return found

    def having(self, *kinds: Tag) -> Ints:
        """Which tags are of these kinds."""
        return np.flatnonzero(self.are(*kinds))


def tags_of(xml: bytes) -> Tags:
    """The tags of whole rows.

    Raises:
        Otherwise: there are others among them, or their order is another one.
    """
    signs = np.frombuffer(xml + BEYOND, np.uint8)
    brackets = np.flatnonzero((signs == ord("<")) | (signs == ord(">")))
    insist(len(brackets) > 0 and len(brackets) % 2 == 0)
    start, end = brackets[::2].copy(), brackets[1::2].copy()
    insist((signs.take(start) == ord("<")).all() and (signs.take(end) == ord(">")).all())
    kind = _TAG_OF.take(pair_at(signs, start + 1))
    kind += _CAN_BE_EMPTY.take(kind) & (signs.take(end - 1) == ord("/"))
    insist(kind[0] in _ROWS and kind[-1] in (Tag.ROW_EMPTY, Tag.ROW_END))
    insist(_CAN_FOLLOW.take(kind[:-1] * np.uint16(len(Tag)) + kind[1:]).all())
    length = _LENGTH.take(kind)
    insist(((length == 0) | (end - start == length)).all())
    tags = Tags(signs=signs, start=start, end=end, kind=kind)
    _insist_on_names(tags)
    return tags


def _insist_on_names(tags: Tags) -> None:
    """That of the names longer than two letters the rest is right too."""
    signs, start = tags.signs, tags.start
    rows, ends = start[tags.having(*_ROWS)], start[tags.having(Tag.ROW_END)]
    insist((signs[rows + 3] == ord("w")).all())
    insist(np.isin(signs[rows + 4], list(b" >/")).all())
    insist((signs[ends + 3] == ord("o")).all() and (signs[ends + 4] == ord("w")).all())
    inline = start[tags.having(Tag.INLINE_END)]
    insist((signs[inline + 3] == ord("s")).all())


def pair_at(signs: Bytes, places: Ints) -> Ints:
    """The two signs at each place, as one number."""
    return signs.take(places) * np.uint16(256) + signs.take(places + 1)
