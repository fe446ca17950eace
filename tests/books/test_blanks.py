"""The books as they are shipped: up to date, as declared, and whole after another office."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cmtools.books.catalog import BOOKS
from cmtools.books.plan import PLAN, PLAN_BOOK
from cmtools.demo import write_sample
from cmtools.tables.columns import CODE, DATE, DIGITS, TEXT, Field
from cmtools.tables.service_sheets import LISTS_SHEET
from cmtools.tables.sheet_xml import LAST_ROW
from cmtools.tables.table import Book, Table
from cmtools.tables.writer.cells import Formula
from cmtools.tables.writer.dropdowns import foreign_columns, list_name, list_title
from cmtools.workspace import bundled_folder
from docs.blanks import shipped_rows, write_blanks, write_filled
from support.office import convert

TODAY = date(2026, 11, 21)
INSTRUCTION = "Инструкция"
TITLE_LIMIT, MESSAGE_LIMIT, LIST_LIMIT = 32, 255, 255  # Excel's own
TABLES = [table for book in BOOKS for table in book.tables]
BOOK_OF = {table: book for book in BOOKS for table in book.tables}


def module_of(table: Table[Any]) -> str:
    return table.record.__module__.rpartition(".")[2]


each_book = pytest.mark.parametrize("book", BOOKS, ids=lambda book: module_of(book.tables[0]))
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.record.__name__)


def load(path: Path, *, values: bool = False) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on what it does not keep
        return openpyxl.load_workbook(path, data_only=values)


@cache
def blank(book: Book) -> Workbook:
    return load(bundled_folder("workbooks") / book.file_name)


def sheet_of(table: Table[Any]) -> Worksheet:
    sheet = blank(BOOK_OF[table])[table.title]
    assert isinstance(sheet, Worksheet)
    return sheet


def header_row(table: Table[Any]) -> int:
    return len(table.head) + 3 if table.head else 1


def places(table: Table[Any]) -> dict[str, tuple[Field, str]]:
    """Field name → the field, and the first cell that a person fills in."""
    first = header_row(table) + 1
    return {
        name: (field, f"B{2 + at}" if table.card else f"{get_column_letter(at + 1)}{first}")
        for at, (name, field) in enumerate(table.fields.items())
    }


def texts(cells: Iterator[Any]) -> list[str | None]:
    return [None if cell.value is None else str(cell.value) for cell in cells]


def rules(sheet: Worksheet) -> dict[str, DataValidation]:
    """First cell → the rule of entry that begins there."""
    return {
        str(part).partition(":")[0]: rule
        for rule in sheet.data_validations.dataValidation
        for part in rule.sqref.ranges
    }


# Up to date


def parts(path: Path) -> dict[str, bytes]:
    """The parts of a file, without the moment at which it was written."""
    moment = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
    with ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content["docProps/core.xml"] = moment.sub(rb"\1", content["docProps/core.xml"])
    return content


def test_the_blanks_are_those_that_the_declarations_make(tmp_path: Path) -> None:
    """Where they are not, `make blanks` writes them anew."""
    made = {path.name: parts(path) for path in write_blanks(tmp_path)}
    there = {path.name: parts(path) for path in bundled_folder("workbooks").glob("*.xlsx")}
    assert made.keys() == there.keys()
    stale = [
        f"{name}: {part}"
        for name in made
        for part in sorted(made[name].keys() | there[name].keys())
        if made[name].get(part) != there[name].get(part)
    ]
    assert stale == []


# As declared


@each_book
def test_sheets(book: Book) -> None:
    """The instruction, then the declared sheets in their order, then the hidden lists."""
    lists = [LISTS_SHEET] if foreign_columns(book) else []
    visible = [(name, "visible") for name in (INSTRUCTION, *(t.title for t in book.tables))]
    found = [(sheet.title, sheet.sheet_state) for sheet in blank(book).worksheets]
    assert found == [*visible, *((name, "hidden") for name in lists)]


@each_table
def test_every_declared_column_stands_in_the_blank(table: Table[Any]) -> None:
    sheet, titles = sheet_of(table), [field.title for field in table.fields.values()]
    if table.card:
        assert texts(iter(sheet[1])) == [*table.card, "Пояснение"]
        assert texts(iter(sheet["A"]))[1:] == titles
    else:
        head = [sheet.cell(row, 1).value for row in range(1, len(table.head) + 1)]
        assert head == list(table.head)
        computed = [column.title for column in table.computed]
        assert texts(iter(sheet[header_row(table)])) == titles + computed


@each_book
def test_tables_of_excel(book: Book) -> None:
    """One a list, over its header; Excel repairs a book whose names or titles do not agree."""
    found = [table for sheet in blank(book).worksheets for table in sheet.tables.values()]
    for table in (table for table in book.tables if not table.card):
        sheet = sheet_of(table)
        (own,) = sheet.tables.values()
        left, top, right, bottom = range_boundaries(own.ref)
        assert top is not None
        assert (left, top) == (1, header_row(table))
        assert bottom == max(top + 1, sheet.max_row)
        assert [c.name for c in own.tableColumns] == texts(iter(sheet[top][:right]))
    names = [table.displayName.casefold() for table in found] + [
        name.casefold() for name in blank(book).defined_names
    ]
    assert len(found) == sum(not table.card for table in book.tables)
    assert len(set(names)) == len(names)
    assert not [name for name in names if re.search(r"[^\w.]", name)]


@each_table
def test_drop_downs(table: Table[Any]) -> None:
    """Just the columns with choices and references have one, down to the last row of a sheet."""
    offered = {
        cell: (rule.formula1, rule.errorStyle or "stop", str(rule.sqref))
        for cell, rule in rules(sheet_of(table)).items()
        if rule.type == "list"
    }
    declared = {}
    for field, cell in places(table).values():
        down = cell if table.card else f"{cell}:{cell.rstrip('0123456789')}{LAST_ROW}"
        if field.list_source is not None:
            declared[cell] = (list_name(field.list_source), "warning", down)
        elif field.choices:
            declared[cell] = (f'"{",".join(field.choices)}"', "stop", down)
        elif isinstance(field.column.offers, tuple) and field.column.offers:
            declared[cell] = (f'"{",".join(field.column.offers)}"', "warning", down)
    assert offered == declared
    assert not [choice for f, _ in places(table).values() for choice in f.choices if "," in choice]


@each_table
def test_only_a_choice_is_refused_by_excel(table: Table[Any]) -> None:
    """Excel checks numbers, dates and references too, but what cmtools understands goes in."""
    found = rules(sheet_of(table))
    refused = {
        cell for cell, rule in found.items() if rule.showErrorMessage and not rule.errorStyle
    }
    kinds = {cell: rule.type for cell, rule in found.items()}
    chosen = {cell for field, cell in places(table).values() if field.choices}
    plain = {cell for cell in found if kinds[cell] in (None, "none")}
    assert refused - plain == chosen
    dates = {cell for field, cell in places(table).values() if field.kind is DATE}
    assert {cell for cell, kind in kinds.items() if kind == "date"} == dates


@each_book
def test_the_lists_of_drop_downs_resolve(book: Book) -> None:
    """Each name leads to the filled cells under the key's title, or under the copied list's."""
    referred = {
        field.list_source
        for table in book.tables
        for field in table.fields.values()
        if field.list_source is not None
    }
    names = {name: str(found.attr_text) for name, found in blank(book).defined_names.items()}
    assert names.keys() == {list_name(source) for source in referred}
    for source in referred:
        table, reference = source.table, names[list_name(source)].replace("$", "").replace("'", "")
        sheet_name, letters, first = re.findall(r"^(.+?)!([A-Z]+)(\d+):", reference)[0]
        assert first == "2"
        is_own = table in book.tables
        assert sheet_name == (table.title if is_own else LISTS_SHEET)
        column = texts(iter(blank(book)[sheet_name][letters]))
        assert column[0] == (table.key.title if is_own else list_title(source))
        filled = max([2, *(row for row, text in enumerate(column, 1) if text)])
        if is_own:
            ending = f"INDEX({table.title}!{letters}:{letters},MAX(2,COUNTA("
            assert reference.partition(":")[2].startswith(ending)
        else:
            assert reference.partition(":")[2] == f"{letters}{filled}"


@each_table
def test_hints(table: Table[Any]) -> None:
    """What a cell says when it is entered is what was declared, within the limits of Excel."""
    found = rules(sheet_of(table))
    declared = {cell: field for field, cell in places(table).values() if field.column.hint}
    told = {cell: found[cell].prompt for cell in declared if cell in found}
    assert told == {cell: field.column.hint for cell, field in declared.items()}
    assert {cell for cell in told if not found[cell].showInputMessage} == set()
    for rule in found.values():
        assert len(rule.promptTitle or "") <= TITLE_LIMIT
        assert len(rule.errorTitle or "") <= TITLE_LIMIT
        assert len(rule.prompt or "") <= MESSAGE_LIMIT
        assert len(rule.error or "") <= MESSAGE_LIMIT
        assert len((rule.formula1 or "").strip('"')) <= LIST_LIMIT


@each_table
def test_codes_and_numbers_of_papers_are_kept_as_text(table: Table[Any]) -> None:
    """An empty cell as well, by its column: else Excel drops zeros and the sixteenth digit."""
    sheet = sheet_of(table)
    columns = {
        at: group.number_format
        for group in sheet.column_dimensions.values()
        for at in range(group.min or 0, (group.max or 0) + 1)
    }
    formats = {
        field.title: cell.number_format if cell.has_style else columns[cell.column]
        for field, cell in ((field, sheet[name]) for field, name in places(table).values())
        if field.kind in (CODE, DIGITS, TEXT)
    }
    assert formats == dict.fromkeys(formats, "@")


@each_table
def test_the_header_stays_in_sight_on_screen_and_on_paper(table: Table[Any]) -> None:
    """What is printed can be read: a wide sheet goes on A3, and on several of them."""
    sheet, header = sheet_of(table), header_row(table)
    width = sum(
        group.width * ((group.max or 1) - (group.min or 1) + 1)
        for group in sheet.column_dimensions.values()
    )
    setup, properties = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
    assert sheet.freeze_panes == f"B{header + 1}"
    assert sheet.print_title_rows == f"${header}:${header}"
    assert setup.orientation == "landscape"
    assert properties is not None
    assert properties.fitToPage
    assert setup.fitToHeight == 0
    paper, across = int(setup.paperSize or 0), int(setup.fitToWidth or 1)
    inches = {9: 11.69, 8: 16.54}[paper] - 0.8  # between the margins
    assert inches * across / (width * 7 / 96) * 11 >= (7.5 if table.card is None else 7)
    assert (paper, across) == (9, 1) or sheet.print_title_cols or across == 1


# Whole after another office


@dataclass(frozen=True, slots=True)
class Content:
    """All of a book that an office must not lose, each thing under its place."""

    things: Mapping[tuple[str, ...], object]
    formulas: Mapping[tuple[str, ...], object]

    def lost(self, after: Content) -> dict[tuple[str, ...], tuple[object, object]]:
        """What differs in the same book afterwards: the place, what was there, what is."""
        return {
            place: (self.things.get(place), after.things.get(place))
            for place in self.things.keys() | after.things.keys()
            if self.things.get(place) != after.things.get(place)
        }


def content(path: Path) -> Content:
    """What a book holds, but for the view: a headless office keeps no panes."""
    book, values = load(path), load(path, values=True)
    things: dict[tuple[str, ...], object] = {
        ("names", name): found.attr_text for name, found in book.defined_names.items()
    }
    formulas: dict[tuple[str, ...], object] = {}
    things["sheets",] = [(sheet.title, sheet.sheet_state) for sheet in book.worksheets]
    for sheet in book.worksheets:
        computed = values[sheet.title]
        assert isinstance(computed, Worksheet)
        for cell in (
            cell for row in sheet.iter_rows() for cell in row if cell.value not in {None, ""}
        ):
            place = (sheet.title, cell.coordinate)
            things[place] = (plain(cell.value), cell.number_format == "@")
            if cell.data_type == "f":
                formulas[place] = plain(computed[cell.coordinate].value)
        for table in sheet.tables.values():
            things[sheet.title, table.displayName] = (table.ref, table.column_names)
        for cell_name, rule in rules(sheet).items():
            things[sheet.title, cell_name, "rule"] = facts(rule)
        for area in sheet.conditional_formatting:
            found = [(rule.type, rule.formula) for rule in area.rules]
            things[sheet.title, str(area.sqref), "colour"] = found
        setup, properties = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
        if sheet.sheet_state == "visible":
            fits = bool(properties and properties.fitToPage)
            things[sheet.title, "paper"] = (setup.orientation, fits, sheet.print_title_rows)
    return Content(things, formulas)


def plain(value: object) -> object:
    """A value; a number at the fifteen digits that an office shows."""
    return Decimal(f"{value:.15g}") if isinstance(value, int | float) else value


def facts(rule: DataValidation) -> tuple[object, ...]:
    """A rule of entry as far as two offices write it down alike."""
    kind = rule.type or "none"
    numeric = kind in ("decimal", "whole")
    both = numeric and (rule.operator or "between") == "between"
    limits = [rule.formula1, rule.formula2] if both else [rule.formula1]
    bounds = [float(limit) if numeric and limit else limit for limit in limits]
    told = (rule.promptTitle or "", rule.prompt or "", rule.errorStyle or "stop")
    return kind, bounds if kind != "none" else [], *told


def filled_books(folder: Path) -> Iterator[Path]:
    """The books of the sample, and a plan whose formulas have numbers to work on."""
    for path in write_sample(folder, TODAY):
        yield path.rename(folder / f"Пример {path.name}")
    rows = [
        {**row, "База": base, "План": Formula(formula.text, goal)}
        for row, base, goal in zip(shipped_rows()[PLAN], BASES, GOALS, strict=True)
        if isinstance(formula := row["План"], Formula)
    ]
    yield write_filled(folder / f"Пример {PLAN_BOOK.file_name}", PLAN_BOOK, {PLAN: rows})


# Means of three months grown by 10 %: pieces are rounded up, roubles to the nearest.
BASES = (Decimal("3.333333"), 0, 7, Decimal("99.95"), 10, 1000, 123456, 5)
GOALS = (4, 0, 8, 110, 11, 1100, 135802, 6)


def wrong_book(path: Path) -> Path:
    """A formula stored with a wrong value."""
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Лист").write_formula(0, 0, "=1+1", None, 3)
    return path


@pytest.mark.long
def test_an_office_computes_the_same_and_loses_nothing(tmp_path: Path) -> None:
    """Every blank and every book filled: opened, recalculated, saved by LibreOffice."""
    blanks = [bundled_folder("workbooks") / book.file_name for book in BOOKS]
    filled = list(filled_books(tmp_path))
    wrong = wrong_book(tmp_path / "Неверная.xlsx")
    made = tmp_path / "made"
    *after, corrected = convert([*blanks, *filled, wrong], made)

    place = ("Лист", "A1")
    assert content(wrong).formulas == {place: 3}
    assert content(corrected).formulas == {place: 2}, "the office did not recalculate"
    for before, converted in zip([*blanks, *filled], after, strict=True):
        stored, computed = content(before), content(converted)
        assert (before.name, stored.lost(computed)) == (before.name, {})
        assert (before.name, stored.formulas) == (before.name, computed.formulas)
    assert len(content(filled[-1]).formulas) == len(GOALS)
