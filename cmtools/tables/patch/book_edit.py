"""A book changed in place by cells, appended and emptied rows; all else stays as it was."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.cells import (
    CellValue,
    CellValues,
    append_rows,
    empty_rows,
    insert_missing_rows,
    last_filled_row,
    patch_cells,
)
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.properties import set_properties
from cmtools.tables.patch.shared_formulas import write_out_shared
from cmtools.tables.patch.styles import ShownValues
from cmtools.tables.sheet_xml import column_number

_RANGES = re.compile(rb'(\bsqref\s*=\s*["\'])([^"\']*)(["\'])|(<\w+:sqref>)([^<]*)(<)')
_AREA = re.compile(r"\b([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)\b")
_LOCKED = (
    ("_xmlsignatures/", "книга подписана: изменённая книга потеряет подпись"),
    ("xl/revisions/", "у книги включён общий доступ с журналом изменений"),
)


class EditRefused(Exception):
    """Raised for a book that cannot be changed without a loss; says why in Russian."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetEdit:
    """The changes of a sheet, by rows and columns counted from 1.

    appended: rows to be written below the last row that holds something: column → value.
    header: the row of the titles, in whose looks no row is appended.
    emptied: rows that lose all their values but stay where they are.
    """

    cells: CellValues = field(default_factory=dict)
    appended: Sequence[Mapping[int, CellValue]] = ()
    header: int = 0
    emptied: Collection[int] = ()


def write_edits(
    source: Path,
    edits: Mapping[str, SheetEdit],
    target: Path,
    *,
    properties: Mapping[str, str] | None = None,
) -> None:
    """Write a changed copy of a book; `edits` by the name of the sheet.

    Raises:
        EditRefused: the book has macros, a signature or a log of changes.
        KeyError: it has no such sheet.
        OSError: no rights, no room.
    """
    package = Package(source)
    refuse_locked(package)
    parts = {normalize_name(name): part for name, part in reversed(package.sheets().items())}
    formats = ShownValues(package)
    for name, edit in edits.items():
        _edit_sheet(package, parts[normalize_name(name)], edit, formats)
    if edits:
        package.compute_on_load()
    if properties:
        set_properties(package, properties)
    package.save(target)


def refuse_locked(package: Package) -> None:
    """Refuse a book that a change would spoil.

    Raises:
        EditRefused: it has macros, a signature or a log of changes.
    """
    if package.macros():
        raise EditRefused("в книге есть макросы")
    for start, reason in _LOCKED:
        if any(name.startswith(start) for name in package.names()):
            raise EditRefused(reason)


def _edit_sheet(package: Package, part: str, edit: SheetEdit, formats: ShownValues) -> None:
    xml = write_out_shared(package[part], {*edit.cells}, {*edit.emptied})
    if edit.emptied:
        xml = empty_rows(xml, edit.emptied)
    if edit.cells:
        xml = patch_cells(
            insert_missing_rows(xml, {row for row, _ in edit.cells}), edit.cells, formats
        )
    if edit.appended:
        last = last_filled_row(package[part])
        xml = append_rows(xml, last, edit.appended, formats, edit.header)
        xml = _grow_ranges(xml, last, len(edit.appended))
        _grow_tables(package, part, last, edit.appended)
    package[part] = xml


def _grow_ranges(xml: bytes, last: int, count: int) -> bytes:
    """Let checks and conditional formats that end at the last row hold for the new rows too."""
    start = xml.rfind(b"</sheetData") if b"</sheetData" in xml else xml.find(b"<sheetData")
    head, tail = xml[: max(start, 0)], xml[max(start, 0) :]

    def grow(match: re.Match[bytes]) -> bytes:
        before, ranges, after = (match[1], match[2], match[3]) if match[1] else match.groups()[3:]
        return (
            before + _AREA.sub(lambda a: _grown(a, last, count), ranges.decode()).encode() + after
        )

    return head + _RANGES.sub(grow, tail)


def _grown(area: re.Match[str], last: int, count: int) -> str:
    bottom = int(area[4])
    if bottom != last:
        return area[0]
    return f"{area[1]}{area[2]}:{area[3]}{bottom + count}"


def _grow_tables(
    package: Package, part: str, last: int, rows: Sequence[Mapping[int, CellValue]]
) -> None:
    """Let a table that ends at the last row, or among the empty ones below, hold the new rows."""
    columns = {column for row in rows for column in row}
    for relation in package.relations(part):
        name = package.find(relation.part) if relation.kind == "table" else None
        if name is None:
            continue
        table = package.tree(name)
        area = _AREA.fullmatch(table.get("ref", ""))
        if area is None or int(table.get("totalsRowCount", "0")) or int(area[4]) < last:
            continue
        left, right = column_number(area[1].encode()), column_number(area[3].encode())
        if columns.isdisjoint(range(left, right + 1)):
            continue
        bottom = max(int(area[4]), last + len(rows))
        for element in (table, *table.iterchildren("{*}autoFilter")):
            element.set("ref", f"{area[1]}{area[2]}:{area[3]}{bottom}")
