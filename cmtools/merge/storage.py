"""Records of a book as they are kept: each distinct row once, a book as the numbers of its rows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cmtools.merge.conflict import Conflict, Content
from cmtools.merge.kept_rows import KeptRows, read_row
from cmtools.merge.packed_cell import pack_cell, pack_row, unpack_cell, unpack_row
from cmtools.merge.records import BookRecords, SheetRecords

_SIDES = ("base", "ours", "theirs")

RowNumbers = Mapping[str, Sequence[int]]
"""Title of a sheet → the numbers under which its rows are kept."""


def pack_book(kept: KeptRows, records: BookRecords) -> bytes:
    """Keep the rows of a book; return what it is restored from."""
    packed = {
        title: [dict(sheet.columns), sheet.header, kept.add(sheet.rows)]
        for title, sheet in records.items()
    }
    return zlib.compress(json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode())


def row_numbers(packed: bytes) -> RowNumbers:
    """Return the numbers of the rows of a kept book, without reading them."""
    return {title: sheet[2] for title, sheet in json.loads(zlib.decompress(packed)).items()}


def unpack_book(kept: KeptRows, packed: bytes) -> BookRecords:
    """Restore a book."""
    sheets = json.loads(zlib.decompress(packed))
    numbers = {number for _, _, rows in sheets.values() for number in rows}
    known = kept.read(numbers)
    return {
        title: SheetRecords(
            title=title, columns=columns, header=header, rows=[known[number] for number in rows]
        )
        for title, (columns, header, rows) in sheets.items()
    }


def dump_book(records: BookRecords) -> Any:
    """Write a book as JSON can hold it, each row in full."""
    return {
        title: [
            dict(sheet.columns),
            sheet.header,
            [(row.row, row.pack()) for row in sheet.rows],
        ]
        for title, sheet in records.items()
    }


def load_book(dumped: Any) -> BookRecords:
    """Restore a book that was written by `dump_book`."""
    return {
        title: SheetRecords(
            title=title,
            columns=columns,
            header=header,
            rows=[replace(read_row(parts), row=number) for number, parts in rows],
        )
        for title, (columns, header, rows) in dumped.items()
    }


def dump_conflict(conflict: Conflict) -> dict[str, Any]:
    """Write a conflict as JSON can hold it."""
    sides = {side: _pack_content(getattr(conflict, side)) for side in _SIDES}
    plain = ("sheet", "key", "column", "author", "reason", "place", "meanings", "common", "movable")
    return {**{name: getattr(conflict, name) for name in plain}, **sides}


def load_conflict(dumped: Mapping[str, Any]) -> Conflict:
    """Restore a conflict that was written by `dump_conflict`."""
    sides = {side: _unpack_content(dumped[side]) for side in _SIDES}
    place, meanings = tuple(dumped["place"]), tuple(dumped["meanings"])
    return Conflict(**{**dumped, **sides, "place": place, "meanings": meanings})


def _pack_content(content: Content) -> Any:
    """Write one side of a conflict as JSON can hold it."""
    if isinstance(content, tuple):
        return [pack_row(row) for row in content]
    return pack_cell(content)


def _unpack_content(packed: Any) -> Content:
    """Restore one side of a conflict."""
    if isinstance(packed, list):
        return tuple(map(unpack_row, packed))
    return unpack_cell(packed)
