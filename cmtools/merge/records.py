"""A book as sheets of rows: what its copies are compared by, whatever their order and formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from json import JSONEncoder
from typing import Any

from cmtools.merge.conflict import RowCells
from cmtools.merge.packed_cell import pack_row

_write_json = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

Key = str
"""What names a row among those of its sheet, as keys are compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The row of another sheet that a row belongs to: its order, client or contract."""

    sheet: str
    key: Key


@dataclass(frozen=True, kw_only=True)
class Record:
    """A row that holds something.

    cells: title of the column → what stands there; meanings: the same as it is compared.
    key: empty for a row that only its whole content tells from others.
    name: the row as a person names it; of a row without a key, what it belongs to.
    row: its number in its file; in a version that is only remembered it says nothing.
    """

    cells: RowCells
    meanings: Mapping[str, str]
    key: Key = ""
    name: str = ""
    owner: Owner | None = None
    row: int = 0

    def pack(self) -> list[Any]:
        """Return the row without its number as JSON can hold it."""
        owner = [self.owner.sheet, self.owner.key] if self.owner else None
        return [pack_row(self.cells), self.meanings, self.key, self.name, owner]

    @property
    def text(self) -> str:
        """The row without its number as JSON; equal rows have equal texts."""
        return _write_json(self.pack())

    @cached_property
    def digest(self) -> bytes:
        """What the text is found by."""
        return blake2b(self.text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRecords:
    """The rows of a sheet, and the number of each column by its title.

    header: the row of the titles. width: how many columns hold anything.
    """

    title: str
    columns: Mapping[str, int] = field(default_factory=dict)
    header: int = 0
    width: int = 0
    rows: Sequence[Record] = ()


BookRecords = Mapping[str, SheetRecords]
"""Title of a sheet → its rows."""
RowPlace = tuple[str, str]
"""A sheet and the key of a row, or of the owner of a group of rows, on it."""


def place_of(record: Record) -> Key:
    """Return the key of a row, of one without a key that of what it belongs to."""
    return record.key or (record.owner.key if record.owner else "")


def with_absent_columns(side: SheetRecords, base: SheetRecords) -> SheetRecords:
    """Fill in what the base has in columns that a side lacks.

    A column that is not there says nothing: an older book lacks the optional ones.
    """
    absent = base.columns.keys() - side.columns.keys()
    if not absent:
        return side
    known: dict[object, list[Record]] = {}
    for record in base.rows:
        known.setdefault(_identity(record, absent), []).append(record)
    rows = []
    for record in side.rows:
        twins = known.get(_identity(record, absent), [])
        twin = twins.pop(0) if twins else None
        rows.append(record if twin is None else _add(record, twin, absent))
    return replace(side, rows=rows)


def _identity(record: Record, absent: Iterable[str]) -> object:
    if record.key:
        return record.key
    return frozenset((title, m) for title, m in record.meanings.items() if title not in absent)


def _add(record: Record, twin: Record, titles: Iterable[str]) -> Record:
    own = [title for title in titles if title in twin.meanings]
    return replace(
        record,
        cells={**record.cells, **{title: twin.cells[title] for title in own}},
        meanings={**record.meanings, **{title: twin.meanings[title] for title in own}},
    )
