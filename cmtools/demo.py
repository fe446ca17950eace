"""The sample: the books of an invented print broker, with their days moved to today.

The books lie in `workbooks/Пример`, where a person can open and edit them. They show the company
on the day of its newest order; a copy for another day has all its days moved by the difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from cmtools.agenda.client_duties import GREETING_DAYS
from cmtools.agenda.workdays import is_workday
from cmtools.books.loader import BookFile, BookLoader
from cmtools.books.orders import CONTRACTS, ORDER_BOOK, ORDERS
from cmtools.books.settings import HOLIDAYS, VAT
from cmtools.files import atomic_write
from cmtools.months import YEAR, months_before
from cmtools.tables.parsers import EXCEL_EPOCH, parse_date
from cmtools.tables.patch.cells import CellValues, patch_cells
from cmtools.tables.patch.package import Package
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Table
from cmtools.workspace import bundled_folder

FAULTY_BOOK: Final = Path("Примеры", "Книга с ошибками.xlsx")

_NUMBER: Final = re.compile(r"\b([А-Я])-\d{4}-(\d+)\b")  # З-2026-0001, Д-2026-001
_DAY: Final = re.compile(r"\b\d\d\.\d\d\.\d{4}\b")
_OLDEST_EVENT: Final = timedelta(days=730)


def write_sample(folder: Path, today: date) -> list[Path]:
    """Write the sample's books into a folder, their days moved to `today`; return their paths.

    FAULTY_BOOK is one of them, with its mistakes. For days from November 2026 on the payments of
    closed orders equal the computed prices; for earlier ones the VAT of 2025 makes some differ.

    Raises:
        OSError: no rights, no room.
    """
    source = sample_folder()
    sheets = {path: _read(path) for path in sorted(source.rglob("*.xlsx"))}
    shift = _shift_to(today, sheets[source / ORDER_BOOK.file_name])
    targets = []
    for path, found in sheets.items():
        package = Package(path)
        parts = package.sheets()
        for sheet in found:
            part = parts[sheet.table.title]
            package[part] = patch_cells(package[part], _changed_cells(sheet, shift))
        targets.append(folder / path.relative_to(source))
        with atomic_write(targets[-1]) as aside:
            package.save(aside)
    return targets


def sample_folder() -> Path:
    """Return the folder of the sample's books, as they travel with the program."""
    return bundled_folder("workbooks") / "Пример"


def move_day(day: date, newest: date, today: date) -> date:
    """Move a day by the difference between `newest`, the day of the newest order, and `today`.

    The result is a working day: the last one before it for a day up to `newest`, so that it is not
    after `today`, else the next one. So days keep their order. A day of more than two years ago is
    a birthday, which may fall on any day of the week.
    """
    moved = day + (today - newest)
    if newest - day > _OLDEST_EVENT:
        return moved
    while not is_workday(moved):
        moved += timedelta(days=-1 if day <= newest else 1)
    return moved


def move_holiday(day: date, newest: date, today: date) -> date:
    """Move a holiday: to the same day of the year, but the company's own as far ahead as it was.

    A row of the year after moves with that of the year of `newest`.
    """
    later = YEAR * (day.year - newest.year)
    first = months_before(day, later)
    if newest <= first <= newest + GREETING_DAYS:
        moved = first + (today - newest)
    else:
        moved = months_before(first, YEAR * (newest.year - today.year))
    return months_before(moved, -later)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shift:
    """What to change for another day; `numbers` are those of orders and contracts, old → new."""

    newest: date
    today: date
    numbers: Mapping[str, str]

    def new_value(self, table: Table[Any], value: Any) -> Any:
        """Return what a cell of a table becomes."""
        if isinstance(value, str):
            text = _NUMBER.sub(lambda found: self.numbers.get(found[0], found[0]), value)
            return _DAY.sub(self._day_in_text, text)
        if not isinstance(value, date) or table is VAT:  # rates change by law, on days of their own
            return value
        if table is HOLIDAYS:
            return move_holiday(value, self.newest, self.today)
        return move_day(value, self.newest, self.today)

    def _day_in_text(self, found: re.Match[str]) -> str:
        day = parse_date(found[0])
        if not isinstance(day, date):
            return found[0]
        return f"{move_day(day, self.newest, self.today):%d.%m.%Y}"


def _shift_to(today: date, sheets: list[Sheet[Any]]) -> _Shift:
    """Find the newest order; number orders and contracts by the years that they move to."""
    by_table = {sheet.table: sheet for sheet in sheets}
    newest = max(by_table[ORDERS].values["on"])
    numbers: dict[str, str] = {}
    for sheet in (by_table[ORDERS], by_table[CONTRACTS]):
        counts: Counter[int] = Counter()
        for old, day in zip(sheet.values["number"], sheet.values["on"], strict=True):
            if found := _NUMBER.fullmatch(old):
                year = move_day(day, newest, today).year
                counts[year] += 1
                numbers[old] = f"{found[1]}-{year}-{counts[year]:0{len(found[2])}}"
    return _Shift(newest=newest, today=today, numbers=numbers)


def _read(path: Path) -> list[Sheet[Any]]:
    reading = BookLoader(InProcessReader(limits=Limits()))
    reading.read(BookFile(path=path, name=path.name))
    return reading.sheets


def _changed_cells(sheet: Sheet[Any], shift: _Shift) -> CellValues:
    """(row, column) → the new value of each cell that names a day or a number of the sample."""
    cells: dict[tuple[int, int], int | str] = {}
    for name, values in sheet.values.items():
        for index, old in enumerate(values):
            new = shift.new_value(sheet.table, old)
            place = sheet.place(index, name)
            if new != old and place.row and place.column:
                cells[place.row, place.column] = (
                    (new - EXCEL_EPOCH).days if isinstance(new, date) else new
                )
    return cells
