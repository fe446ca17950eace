"""Find the book of the workspace that a dropped book replaces."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

from cmtools.books.copies import without_copy_mark
from cmtools.books.orders import ORDER_BOOK
from cmtools.books.plan import EVERYBODY, MANAGER, MONTH, PLAN_BOOK, plan_sheet
from cmtools.documents.client_folders import client_names, incomplete_folders
from cmtools.documents.file_names import safe_name
from cmtools.files import NAME_BYTES, comparable_name, cut_to_bytes
from cmtools.reports.file_names import plan_stem, version_of_plan
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import Cell, format_value, normalize_name
from cmtools.tables.table import Book
from cmtools.workspace import CLIENT_FOLDERS, PLANS, Workspace, original_stem

_COPY_SUFFIX_BYTES = 60  # room for « — прежняя версия» and the like
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)")
_MONTH_FIRST = re.compile(r"(?P<month>\d\d?)[./](?P<year>\d{4})")


def find_destination(
    name: str, book: Book, dataset: Dataset, workspace: Workspace, origin: str = ""
) -> Path | None:
    """Find the path of the book that a drop replaces; `name` is the drop's, or of its order book.

    origin: the book that the drop was copied from, where that is known.
    None for a plan whose cell «Месяц» names no month. A path that exists in another case or
    Unicode composition is spelled as on the disk.
    """
    if book is PLAN_BOOK:
        stem = _plan_stem(name, dataset)
        path = _plan_path(workspace.path(PLANS), stem, name, origin) if stem else None
    elif book is ORDER_BOOK:
        path = workspace.path(order_book_name(name))
    else:
        path = workspace.path(book.file_name)
    return path and _as_on_disk(path)


def order_book_name(name: str) -> str:
    """Name an order book in the workspace by the name under which it was dropped."""
    stem = without_copy_mark(original_stem(unicodedata.normalize("NFC", Path(name).stem)))
    own = ORDER_BOOK.name
    if stem.casefold().startswith(own.casefold()):
        stem = own + stem[len(own) :]
    else:
        stem = f"{own} — {stem}"
    return f"{cut_to_bytes(safe_name(stem), NAME_BYTES - _COPY_SUFFIX_BYTES)}.xlsx"


def _plan_path(folder: Path, stem: str, *names: str) -> Path:
    """Return the version of a plan that is first named here and is there; else the first one."""
    paths = (folder / Path(name).with_suffix(".xlsx").name for name in names if name)
    own = (path for path in paths if version_of_plan(path.name, stem) and path.is_file())
    return next(own, folder / f"{stem}.xlsx")


def _plan_stem(file: str, dataset: Dataset) -> str | None:
    """Name a plan by the cells «Месяц» and «Менеджер» above its table."""
    sheet = plan_sheet(dataset, file)
    head = {label: cell.value for label, cell in sheet.head.items()} if sheet else {}
    month = _month(head.get(MONTH))
    if month is None:
        return None
    manager = format_value(head.get(MANAGER) or "").strip()
    return plan_stem(
        month, manager if normalize_name(manager) not in ("", normalize_name(EVERYBODY)) else None
    )


def _month(value: Cell) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    text = format_value(value).strip() if value is not None else ""
    match = _YEAR_FIRST.match(text) or _MONTH_FIRST.match(text)
    if match is None:
        return None
    year, month = int(match["year"]), int(match["month"])
    return date(year, month, 1) if 1 <= month <= 12 and 2000 <= year <= 2100 else None


def _as_on_disk(path: Path) -> Path:
    if path.exists() or not path.parent.is_dir():
        return path
    wanted = comparable_name(path.name)
    return next((p for p in path.parent.iterdir() if comparable_name(p.name) == wanted), path)


def find_incomplete_folders(dataset: Dataset, workspace: Workspace) -> tuple[str, ...]:
    """Return the folders of a register's clients that are to be made, or completed."""
    paths = incomplete_folders(workspace.path(CLIENT_FOLDERS), client_names(dataset))
    return tuple(map(workspace.name, paths))
