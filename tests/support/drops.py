"""Copies of books that are dropped, and what comes of them in the workspace."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from support.priced import loaded
from support.watching import Here, context, drop, ends, work_off
from support.workbench import ORDERS, cell_of


def once(root: Path, worker: Here, *drops: tuple[str, bytes]) -> list[tuple[str, dict[str, bytes]]]:
    """Drop files and have them worked on; the new result folders with their files."""
    before = ends(root)
    for name, content in drops:
        drop(root, name, content)
    work_off(context(root), worker)
    return [(name, files) for name, files in ends(root).items() if name not in before]


def copy_with(
    root: Path, tmp_path: Path, *cells: tuple[str, str, int, object], book: str = ORDERS
) -> bytes:
    """A copy of the workspace's book in which cells were typed: sheet, column, row, value."""
    return edited(root / book, tmp_path, *cells)


def edited(path: Path, tmp_path: Path, *cells: tuple[str, str, int, object]) -> bytes:
    workbook = openpyxl.load_workbook(path)
    for sheet, column, row, value in cells:
        place = cell_of(path, sheet, column, row)
        page = workbook[sheet]
        assert isinstance(page, Worksheet)
        page[place].value = value
    workbook.save(tmp_path / "copy.xlsx")
    return (tmp_path / "copy.xlsx").read_bytes()


def typed(root: Path, sheet: str, column: str, count: int, book: str = ORDERS) -> list[object]:
    """What stands in the first rows of a column of the workspace's book."""
    page = loaded(root / book)[sheet]
    return [page[cell_of(root / book, sheet, column, row)].value for row in range(count)]


def record(files: dict[str, bytes]) -> str:
    return files["Протокол.txt"].decode()
