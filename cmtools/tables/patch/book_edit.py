"""A book changed in place by cells, appended and emptied rows; all else stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cmtools.problems import column_letters
from cmtools.tables.patch.appended_rows import SheetFull, append_to_range
from cmtools.tables.patch.cells import (
    CellValue,
    CellValues,
    empty_rows,
    filled_columns,
    insert_missing_rows,
    patch_cells,
)
from cmtools.tables.patch.package import MAIN, Package
from cmtools.tables.patch.properties import set_properties
from cmtools.tables.patch.row_order import order_rows
from cmtools.tables.patch.shared_formulas import write_out_shared
from cmtools.tables.patch.sheet_elements import find_hidden_cells, find_shared_result
from cmtools.tables.patch.styles import ShownValues
from cmtools.tables.reader.formulas import find_formulas, has_formulas

_EMPTY_SHEET = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
    "<sheetData/></worksheet>"
).encode()
_LOCKED = (
    ("_xmlsignatures/", "есть электронная подпись, она пропадёт"),
    ("xl/revisions/", "включён общий доступ с журналом изменений"),
)


class EditRefused(Exception):
    """Raised for a book that cannot be changed without a loss; says in Russian what is in it."""


class BookLocked(EditRefused):
    """Raised for a book with macros, a signature or a log of changes; a copy may lose them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetEdit:
    """The changes of a sheet, by rows and columns counted from 1.

    appended: rows to be written below the last one: column → value.
    emptied: rows that lose all their values but stay where they are.
    header: the row of the titles, in whose looks no row is appended.
    last_row: the last row of the range that rows are appended to; 0 where it is the last row of
        the sheet that holds something.
    is_new: the book has no such sheet; it comes at the end.
    """

    cells: CellValues = field(default_factory=dict)
    appended: Sequence[Mapping[int, CellValue]] = ()
    emptied: Collection[int] = ()
    header: int = 0
    last_row: int = 0
    is_new: bool = False


def write_edits(
    source: Path,
    edits: Mapping[str, SheetEdit],
    target: Path,
    *,
    properties: Mapping[str, str] | None = None,
    is_beside: bool = False,
) -> Sequence[str]:
    """Write a changed copy of a book; `edits` by the name of the sheet.

    A copy `is_beside` the book loses macros, a signature or a log of changes.

    Return the sheets whose new rows are below something else than the range that they belong to.

    Raises:
        BookLocked: the book has macros, a signature or a log of changes.
        EditRefused: a cell cannot change, or a sheet has no room for more rows.
        KeyError: it has no such sheet.
        OSError: no rights, no room.
    """
    package = Package(source)
    if is_beside:
        _drop_locks(package)
    else:
        refuse_locked(package)
    apart = apply_edits(package, edits)
    if properties:
        set_properties(package, properties)
    package.save(target)
    return apart


def refuse_locked(package: Package) -> None:
    """Refuse a book that a change would spoil.

    Raises:
        BookLocked: it has macros, a signature or a log of changes.
    """
    if reason := find_lock(package):
        raise BookLocked(reason)


def find_lock(package: Package) -> str | None:
    """Say in Russian why no change may be made in the book itself; None where it may."""
    if package.macros():
        return "есть макросы"
    for start, reason in _LOCKED:
        if any(name.startswith(start) for name in package.names()):
            return reason
    return None


def _drop_locks(package: Package) -> None:
    if package.drop(package.macros()):
        package.make_plain_book()
    starts = tuple(start for start, _ in _LOCKED)
    package.drop(name for name in package.names() if name.startswith(starts))


def apply_edits(package: Package, edits: Mapping[str, SheetEdit]) -> Sequence[str]:
    """Change the sheets of an opened book; see `write_edits`."""
    formats = ShownValues(package)
    apart = []
    for name, edit in edits.items():
        if edit.is_new:
            package.add_sheet(name, _EMPTY_SHEET)
        part = package.sheet_part(name)
        package[part] = order_rows(package[part])
        _refuse_shared_cells(name, package[part], edit)
        formulas = find_formulas(package[part]).keys()
        last = edit.last_row or max(filled_columns(package[part]), default=0)
        _change_rows(package, part, edit, formats)
        styled_as = last if last != edit.header else 0
        try:
            if edit.appended and not append_to_range(
                package, part, edit.appended, formats, last=last, styled_as=styled_as
            ):
                apart.append(name)
        except SheetFull as error:
            raise EditRefused(f"на листе «{name}» {error}") from error
        if find_formulas(package[part]).keys() != formulas:
            package.drop_calculation_order()
    if edits and any(has_formulas(package[part]) for part in package.sheets().values()):
        package.compute_on_load()
    return apart


def _refuse_shared_cells(name: str, xml: bytes, edit: SheetEdit) -> None:
    """Refuse cells that would not show, or not keep, what is written into them."""
    filled = [place for place, value in edit.cells.items() if value is not None]
    hidden = find_hidden_cells(xml, filled)
    if hidden:
        row, column = min(hidden)
        cell = f"{column_letters(column)}{row}"
        raise EditRefused(f"на листе «{name}» ячейка {cell} закрыта объединением ячеек")
    area = find_shared_result(xml, edit.cells, edit.emptied)
    if area:
        raise EditRefused(f"на листе «{name}» в {area} стоит одна формула на несколько ячеек")


def _change_rows(package: Package, part: str, edit: SheetEdit, formats: ShownValues) -> None:
    xml = write_out_shared(package[part], {*edit.cells}, {*edit.emptied})
    if edit.emptied:
        xml = empty_rows(xml, edit.emptied)
    if edit.cells:
        xml = insert_missing_rows(xml, {row for row, _ in edit.cells})
        xml = patch_cells(xml, edit.cells, formats)
    package[part] = xml
