"""`cmtools price` over the healthy books, and its priced copies read back."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl

from cmtools.commands.price import PriceResult, price
from cmtools.commands.result import Result
from cmtools.tables.patch.package import Package
from support.workbench import COMPUTED, TODAY, header_of, plain

NOW = datetime(2026, 11, 21, 10, 15, 30)
COPY = "Предварительные заказы — с ценами.xlsx"
BACKUP = "Предварительные заказы — резерв 2026-11-21 10-15-30.xlsx"
IVANOV = "Предварительные заказы — Иванов.xlsx"
FIRST, SECOND, DRAFT = (f"З-2026-000{number}" for number in (1, 2, 3))
PRICED: list[tuple[object, ...]] = [  # the healthy positions, reckoned by hand
    (45, 0, 5.04, 5040, 908.85, 1281.15, 31),
    (40, 0, 152.7, 45810, 8260.82, 10729.18, 28.6),
    (45, 0, 5.48, 2740, 494.1, 695.9, 31),
    (None,) * 7,
]


def ask(root: Path, file: Path | None = None, **options: Any) -> PriceResult:
    return price(root, file, today=TODAY, **({"now": NOW} | options))


def orders_of(outcome: PriceResult) -> list[tuple[str, str | None]]:
    return [(order["order"], order["amount"]) for order in outcome.as_json()["orders"]]


def told(outcome: Result) -> list[tuple[str, str, str | None]]:
    return [(p.code, p.place.file, p.place.cell) for p in outcome.problems]


def loaded(path: Path | BytesIO, *, values: bool = False) -> openpyxl.Workbook:
    """A book as openpyxl reads it: formulas, or their `values`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on what it does not keep
        return openpyxl.load_workbook(path, data_only=values)


def cells(path: Path, sheet: str, *, values: bool = False) -> dict[tuple[int, int], object]:
    """(row, column) → what stands there: a value or, unless `values`, a formula."""
    found = openpyxl.load_workbook(path, data_only=values)[sheet]
    every = (cell for row in found.iter_rows() for cell in row)
    return {(c.row, c.column): c.value for c in every if c.value is not None}


def split(path: Path) -> tuple[list[tuple[object, ...]], dict[tuple[int, int], object]]:
    """The rows of the grey columns of «Позиции», found by title, and all its other cells."""
    header, places = header_of(openpyxl.load_workbook(path)["Позиции"])
    found = cells(path, "Позиции")
    grey = [places[plain(title)] for title in COMPUTED if plain(title) in places]
    rows = [tuple(found.get((header + n, at)) for at in grey) for n in range(1, 5)]
    return rows, {place: value for place, value in found.items() if place[1] not in grey}


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed_parts(before: Path, after: Path) -> set[str]:
    old, new = parts(before), parts(after)
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def edit(
    path: Path, changes: Mapping[str, Callable[[bytes], bytes] | bytes], *, without: str = ""
) -> dict[str, bytes]:
    """Change parts of a book, or add new ones; what it holds then."""
    found = {name: content for name, content in parts(path).items() if name != without}
    for name, change in changes.items():
        found[name] = change if isinstance(change, bytes) else change(found[name])
    with ZipFile(path, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return found


def swap(*pairs: tuple[str, str]) -> Callable[[bytes], bytes]:
    """Replace patterns, each of which must be there."""

    def change(xml: bytes) -> bytes:
        for pattern, new in pairs:
            xml, count = re.subn(pattern.encode(), new.encode(), xml)
            assert count, pattern
        return xml

    return change


def part_of(path: Path, sheet: str) -> str:
    return Package(path).sheets()[sheet]
