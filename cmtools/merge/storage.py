"""Records of a book as they are kept: each distinct row once, a book as the numbers of its rows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from cmtools.merge.conflict import Conflict, Content
from cmtools.merge.records import BookRecords, Owner, Record, SheetRecords
from cmtools.tables.parsers import Cell, Percent, format_value
from cmtools.tables.reader.formulas import CellFormula

ROWS_SCHEMA = """
CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, content TEXT) STRICT;
"""
MOST_PARAMETERS = 500

_SIDES = ("base", "ours", "theirs")

SheetRows = Mapping[str, Sequence[int]]
"""Title of a sheet → the numbers under which its rows are kept."""


def pack_book(database: sqlite3.Connection, records: BookRecords) -> bytes:
    """Keep the rows of a book; return what it is restored from."""
    packed = {
        title: [dict(sheet.columns), sheet.header, _keep_rows(database, sheet.rows)]
        for title, sheet in records.items()
    }
    return zlib.compress(json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode())


def row_numbers(packed: bytes) -> SheetRows:
    """Return the numbers of the rows of a kept book, without reading them."""
    return {title: sheet[2] for title, sheet in json.loads(zlib.decompress(packed)).items()}


def unpack_book(database: sqlite3.Connection, packed: bytes) -> BookRecords:
    """Restore a book; its rows have no places, as it is no file."""
    sheets = json.loads(zlib.decompress(packed))
    numbers = {number for _, _, rows in sheets.values() for number in rows}
    known = read_rows(database, numbers)
    return {
        title: SheetRecords(
            title=title, columns=columns, header=header, rows=[known[number] for number in rows]
        )
        for title, (columns, header, rows) in sheets.items()
    }


def read_rows(database: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, Record]:
    """Return the rows that are kept under these numbers."""
    return {
        number: _record(json.loads(content))
        for chunk in _chunks([*numbers])
        for number, content in database.execute(
            f"SELECT id, content FROM row WHERE id IN ({','.join('?' * len(chunk))})", chunk
        )
    }


def find_rows(database: sqlite3.Connection, rows: Sequence[Record]) -> list[int | None]:
    """Return the number of each row that is kept, None for the others."""
    hashes = [_hash(_row_text(row)) for row in rows]
    known = _known(database, hashes)
    return [known.get(key) for key in hashes]


def _keep_rows(database: sqlite3.Connection, rows: Sequence[Record]) -> list[int]:
    texts = [_row_text(row) for row in rows]
    hashes = [_hash(text) for text in texts]
    known = _known(database, hashes)
    new = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
    database.executemany("INSERT OR IGNORE INTO row (hash, content) VALUES (?, ?)", new.items())
    known |= _known(database, [*new])
    return [known[key] for key in hashes]


def _known(database: sqlite3.Connection, hashes: Sequence[bytes]) -> dict[bytes, int]:
    return dict(
        found
        for chunk in _chunks(hashes)
        for found in database.execute(
            f"SELECT hash, id FROM row WHERE hash IN ({','.join('?' * len(chunk))})", chunk
        )
    )


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + MOST_PARAMETERS] for at in range(0, len(values), MOST_PARAMETERS))


def dump_book(records: BookRecords) -> Any:
    """Write a book as JSON can hold it, each row in full."""
    return {
        title: [
            dict(sheet.columns),
            sheet.header,
            [(row.row, json.loads(_row_text(row))) for row in sheet.rows],
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
            rows=[replace(_record(parts), row=number) for number, parts in rows],
        )
        for title, (columns, header, rows) in dumped.items()
    }


def dump_conflict(conflict: Conflict) -> dict[str, Any]:
    """Write a conflict as JSON can hold it."""
    sides = {side: _pack_content(getattr(conflict, side)) for side in _SIDES}
    plain = ("sheet", "key", "column", "author", "reason", "place", "meanings", "common")
    return {**{name: getattr(conflict, name) for name in plain}, **sides}


def load_conflict(dumped: Mapping[str, Any]) -> Conflict:
    """Restore a conflict that was written by `dump_conflict`."""
    sides = {side: _unpack_content(dumped[side]) for side in _SIDES}
    place, meanings = tuple(dumped["place"]), tuple(dumped["meanings"])
    return Conflict(**{**dumped, **sides, "place": place, "meanings": meanings})


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _row_text(row: Record) -> str:
    owner = [row.owner.sheet, row.owner.key] if row.owner else None
    cells = {title: pack_cell(cell) for title, cell in row.cells.items()}
    parts = [cells, dict(row.meanings), row.key, row.name, owner]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _record(parts: Sequence[Any]) -> Record:
    cells, meanings, key, name, owner = parts
    return Record(
        cells={title: unpack_cell(cell) for title, cell in cells.items()},
        meanings=meanings,
        key=key,
        name=name,
        owner=Owner(sheet=owner[0], key=owner[1]) if owner else None,
    )


def pack_cell(cell: Cell) -> Any:
    """Write a cell as JSON can hold it; what JSON lacks is an object."""
    match cell:
        case CellFormula():
            return {"formula": str(cell)}
        case Percent():
            return {"percent": float(cell)}
        case datetime() | date():
            return {"date": cell.isoformat()}
        case time() | timedelta():
            return format_value(cell)
        case _:
            return cell


def unpack_cell(packed: Any) -> Cell:
    """Restore a cell."""
    match packed:
        case {"formula": str(text)}:
            return CellFormula(text)
        case {"percent": float(share)}:
            return Percent(share)
        case {"date": str(day)}:
            return date.fromisoformat(day[:10])
        case _:
            return packed  # type: ignore[no-any-return]


def _pack_content(content: Content) -> Any:
    """Write one side of a conflict as JSON can hold it."""
    if isinstance(content, tuple):
        return [{title: pack_cell(cell) for title, cell in row.items()} for row in content]
    return pack_cell(content)


def _unpack_content(packed: Any) -> Content:
    """Restore one side of a conflict."""
    if isinstance(packed, list):
        return tuple({title: unpack_cell(c) for title, c in row.items()} for row in packed)
    return unpack_cell(packed)
