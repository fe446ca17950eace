"""The cells of some rows laid out by columns; a column that repeats itself, as what differs in it.

Such a column is its distinct values and an index of each cell, so that whoever handles it handles
each value once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cmtools.tables.parsers import Cell
from cmtools.tables.reader.cell_arrays import CellKind, Cells, Floats, Ints
from cmtools.tables.reader.number_formats import ShownAs, day_of, span_of
from cmtools.tables.reader.protocol import Packed


@dataclass(frozen=True, kw_only=True, slots=True)
class CellFormats:
    """What cells of a book refer to: its shared texts, what each style shows, its calendar.

    The last of `shows` is for the styles that are not there.
    """

    shared: Sequence[str]
    shows: Ints
    is_1904: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    """The cells of one column: their places in a block, their kinds, what their format shows."""

    place: Ints
    kind: Ints
    shows: Ints
    payload: Floats


def columns_of(cells: Cells, before: int, looks: CellFormats) -> list[Packed]:
    """The rows after `before` up to the last one with a cell, by columns, from A on.

    Raises:
        ValueError: a cell refers to a text that is not there.
    """
    height = int(cells.row[-1]) - before
    packed: list[Packed] = []
    for number, column in _by_column(cells, before, looks):
        packed += (([""], _zeros(height)) for _ in range(number - 1 - len(packed)))
        packed.append(_packed(column, height, cells.texts, looks))
    return packed


def _by_column(cells: Cells, before: int, looks: CellFormats) -> Iterator[tuple[int, _Column]]:
    order = np.argsort(cells.column, kind="stable")
    number = cells.column.take(order)
    place, kind = cells.row.take(order) - (before + 1), cells.kind.take(order)
    payload, shows = cells.payload.take(order), _shows(cells.style.take(order), looks)
    starts = np.flatnonzero(np.diff(number, prepend=0)).tolist()
    for start, stop in zip(starts, [*starts[1:], len(number)], strict=True):
        part = slice(start, stop)
        yield (
            int(number[start]),
            _Column(place=place[part], kind=kind[part], shows=shows[part], payload=payload[part]),
        )


def _shows(style: Ints, looks: CellFormats) -> Ints:
    return looks.shows.take(style, mode="clip")


def _packed(column: _Column, height: int, texts: Sequence[str], looks: CellFormats) -> Packed:
    kind, shows, payload = column.kind, column.shows, column.payload
    first = int(kind[0]), int(shows[0])
    if len(kind) == 1 and height == 1:
        return _values(*first, payload, texts, looks), None
    if (kind != first[0]).any() or (shows != first[1]).any():
        return _mixed(column, height, texts, looks), None
    found = _distinct(payload)
    if found is None:
        values = _values(*first, payload, texts, looks)
        return _spread(values, column.place, height), None
    distinct, index = found
    values = _values(*first, distinct, texts, looks)
    if len(payload) == height:
        return values, array("I", index.tobytes())
    indices = np.full(height, len(values), np.uint32)
    indices[column.place] = index
    return [*values, ""], array("I", indices.tobytes())


def _mixed(column: _Column, height: int, texts: Sequence[str], looks: CellFormats) -> list[Cell]:
    cells = np.full(height, "", object)
    kind, shows = column.kind, column.shows
    for a_kind, a_show in sorted({*zip(kind.tolist(), shows.tolist(), strict=True)}):
        which = np.flatnonzero((kind == a_kind) & (shows == a_show))
        cells[column.place[which]] = _values(a_kind, a_show, column.payload[which], texts, looks)
    return [*cells.tolist()]


def _spread(values: list[Cell], places: Ints, height: int) -> list[Cell]:
    """The values at their places, the others empty."""
    if len(values) == height:
        return values
    cells: list[Cell] = [""] * height
    for place, value in zip(places.tolist(), values, strict=True):
        cells[place] = value
    return cells


def _zeros(height: int) -> array[int]:
    """An index of its own for each column: what the reader would hold is held here first."""
    return array("I", bytes(4 * height))


def _distinct(payload: Floats) -> tuple[Floats, Ints] | None:
    """Its distinct values and the index of each; None where it hardly repeats itself.

    Counted, not sorted: of numbers that are not whole, or lie far apart, it is not asked.
    """
    least = payload.min()
    if (
        not np.isfinite(payload).all()
        or payload.max() - least > 16 * len(payload) + 1000
        or (payload != np.floor(payload)).any()
    ):
        return None
    offset = (payload - least).astype(np.int64)
    there = np.flatnonzero(np.bincount(offset))
    if len(there) > len(payload) // 2 + 1:
        return None
    numbers = np.zeros(int(there[-1]) + 1, np.uint32)
    numbers[there] = np.arange(len(there))
    return there + least, numbers.take(offset)


def _values(
    kind: int, shows: int, payload: Floats, texts: Sequence[str], looks: CellFormats
) -> list[Cell]:
    """The values of cells of one kind."""
    match kind:
        case CellKind.NUMBER:
            return _shown(payload.tolist(), shows, looks)
        case CellKind.SHARED | CellKind.TEXT:
            known = looks.shared if kind == CellKind.SHARED else texts
            if payload.max() >= len(known):
                raise ValueError("there is no such text")
            return [known[number] for number in payload.astype(np.int64).tolist()]
        case CellKind.TRUTH:
            return [*(payload != 0).tolist()]
        case _:
            return [""] * len(payload)


def _shown(numbers: list[float], shows: int, looks: CellFormats) -> list[Cell]:
    """Numbers as their format shows them."""
    if shows == ShownAs.NUMBER:
        return [*numbers]
    if shows == ShownAs.SPAN:
        return [span_of(number) for number in numbers]
    return [day_of(number, is_1904=looks.is_1904) for number in numbers]
