"""The spreadsheet engine: what a cell means, where columns stand, what one declared line drives."""

from __future__ import annotations

import datetime
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, make_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import cmtools
from cmtools.problems import Fault
from cmtools.tables import messages, parsers
from cmtools.tables.columns import CODE, DIGITS, MONEY, NUMBER, WHOLE, Column, ValueKind
from cmtools.tables.headers import find_header
from cmtools.tables.parsers import Cell
from cmtools.tables.reader.container import MIB, Limits
from cmtools.tables.reader.grid import Grid, InvalidCells
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.reader.sheet_cells import CHUNK
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Book, InvalidRow, Row, Table
from cmtools.tables.writer.workbook import SheetRows, build_book
from cmtools.workers.server import WorkerBug
from support import hostile

ROOT = Path(cmtools.__file__).parent

if sys.platform == "linux":
    import resource

FILE = "Сладости.xlsx"


class Taste(StrEnum):
    """What a drop-down of the example offers."""

    SWEET = "сладкий"
    SOUR = "кислый"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweet(Row):
    """An example of a record."""

    code: Annotated[str, Column("Код", CODE, unique=True)]
    price: Annotated[Decimal, Column("Цена, ₽", above=0)]
    count: Annotated[int | None, Column("Сколько ещё осталось", least=0)]
    since: Annotated[date | None, Column("Дата")]


@dataclass(frozen=True, kw_only=True, slots=True)
class TastySweet(Sweet):
    """The same record with one more line."""

    taste: Annotated[Taste, Column("Вкус", hint="Каков на вкус")]


SWEETS = Table(Sweet, "Сладости")
TASTY = Table(TastySweet, "Сладости")
TITLES = [field.title for field in SWEETS.fields.values()]


def grid_of(*rows: Sequence[Cell], invalid: InvalidCells | None = None) -> Grid:
    """A sheet as it is read: rows of one length from A1 on."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Grid(name="Сладости", columns=columns, invalid=invalid or InvalidCells())


def sheet_of(*rows: Sequence[Cell], table: Table[Any] = SWEETS) -> Sheet[Any]:
    return Sheet(table, FILE, grid_of(*rows))


def told(sheet: Sheet[Any]) -> list[tuple[str, str | None]]:
    """Code and cell of every problem."""
    return [(problem.code, problem.place.cell) for problem in sheet.problems]


calm = settings(deadline=None)  # a busy machine is no failure


# Numbers

LARGEST = 10**15 - 1
exact = st.decimals(-LARGEST // 10**4, LARGEST // 10**4, places=4, allow_nan=False)
grouped = st.sampled_from(" \u00a0\u202f")


@calm
@given(exact)
def test_a_number_is_taken_as_excel_shows_it(number: Decimal) -> None:
    """Up to fifteen digits nothing is lost, whatever a float makes of them."""
    assert parsers.parse_number(float(number)) == number


@calm
@given(exact, grouped, st.sampled_from(",."), st.sampled_from(("", " ₽", " руб.", "%", "р.")))
def test_a_number_is_taken_as_it_is_typed(
    number: Decimal, space: str, comma: str, unit: str
) -> None:
    """With thousands apart, a comma or a point, a unit behind it."""
    apart = f"{number:,.4f}".replace(".", "#").replace(",", space).replace("#", comma)
    assert parsers.parse_number(f" {apart}{unit} ") == number
    assert parsers.parse_number(apart.replace("-", "\u2212")) == number


@calm
@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(",."), st.sampled_from("-+ "))
def test_a_number_of_two_meanings_is_asked_for(
    whole: int, part: int, comma: str, sign: str
) -> None:
    """One group of three digits: thousands for some, thousandths for others; both are named."""
    fault = parsers.parse_number(f"{sign}{whole}{comma}{part:03d}".strip())
    assert isinstance(fault, Fault)
    assert fault.code == "ambiguous-number"
    offered = fault.hint.removeprefix("введите ").split(" или ")
    meant = [Decimal(whole * 1000 + part), whole + Decimal(part) / 1000]
    assert [parsers.parse_number(text) for text in offered] == [
        -m if sign == "-" else m for m in meant
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0,125", Decimal("0.125")),
        ("1 234,567", Decimal("1234.567")),
        ("1.234,5", Decimal("1234.5")),
        ("1,234.5", Decimal("1234.5")),
        ("1,234,567", Decimal(1234567)),
        ("1.234.567", Decimal(1234567)),
        ("1234,567", Decimal("1234.567")),
        ("+5", Decimal(5)),
    ],
)
def test_numbers_of_one_meaning(typed: str, meant: Decimal) -> None:
    assert parsers.parse_number(typed) == meant


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1О,5", "not-a-number"),
        ("12 34", "not-a-number"),
        ("1,2,3", "not-a-number"),
        ("1e5", "not-a-number"),
        ("5 рулонов", "not-a-number"),
        ("--5", "not-a-number"),
        (True, "not-a-number"),
        (date(2026, 3, 1), "not-a-number"),
        (float("nan"), "out-of-range"),
        (float("inf"), "out-of-range"),
        (1e15, "out-of-range"),
        ("1234567890123456", "out-of-range"),
    ],
)
def test_what_is_no_number(cell: Cell, code: str) -> None:
    assert getattr(parsers.parse_number(cell), "code", None) == code


@pytest.mark.parametrize(
    ("kind", "cell", "found"),
    [
        (MONEY, 0.1 + 0.2, Decimal("0.3")),
        (MONEY, 1.005, messages.TOO_PRECISE(places=2)),
        (MONEY, "1,50", Decimal("1.5")),
        (NUMBER, 1.00005, messages.TOO_PRECISE(places=4)),
        (WHOLE, 7.0, 7),
        (WHOLE, "1 000", 1000),
        (WHOLE, 7.5, messages.NOT_WHOLE()),
        (DIGITS, 7707083893.0, "7707083893"),
        (DIGITS, " 7707 083 893 ", "7707083893"),
        (DIGITS, 40702810800001400002.0, messages.LONG_NUMBER()),
        (CODE, 3.1, "3.1"),
        (CODE, 4.0, "4"),
        (CODE, "З-1\u00a0 а", "З-1 а"),
    ],
)
def test_kinds(kind: ValueKind, cell: Cell, found: object) -> None:
    assert kind.parse(cell) == found


# Dates

days = st.dates(parsers.FIRST_DAY, parsers.LAST_DAY)
MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()


@calm
@given(days)
def test_a_date_is_taken_in_any_spelling_of_one_meaning(day: date) -> None:
    month = MONTHS[day.month - 1]
    spellings: list[Cell] = [
        day,
        datetime.datetime(day.year, day.month, day.day, 23, 59),
        f"{day:%d.%m.%Y}",
        f" {day.day}.{day.month}.{day.year} г. ",
        f"{day:%Y-%m-%d}",
        f"{day:%Y-%m-%d} 00:00:00",
        f"{day.day} {month} {day.year}",
        f"«{day.day:02d}» {month.upper()}\u00a0{day.year}\u00a0г.",
    ]
    if day >= date(2000, 1, 1):
        spellings.append(float((day - date(1899, 12, 30)).days))
    assert [parsers.parse_date(spelling) for spelling in spellings] == [day] * len(spellings)


@calm
@given(days, st.sampled_from("/-"))
def test_a_date_of_two_meanings_is_asked_for(day: date, separator: str) -> None:
    """03/04/2026 is March for some and April for others; 25/04/2026 is not."""
    found = parsers.parse_date(f"{day.day:02d}{separator}{day.month:02d}{separator}{day.year}")
    if day.day > 12 or day.day == day.month:
        assert found == day
    else:
        other = date(day.year, day.day, day.month)
        first, second = f"{day:%d.%m.%Y}", f"{other:%d.%m.%Y}"
        assert found == messages.AMBIGUOUS_DATE(first=first, second=second)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("31.02.2026", "not-a-date"),
        ("29.02.2026", "not-a-date"),
        ("01.13.2026", "not-a-date"),
        ("1.3.26", "not-a-date"),
        ("завтра", "not-a-date"),
        ("1 мартобря 2026", "not-a-date"),
        (2026.0, "not-a-date"),
        (True, "not-a-date"),
        (float("nan"), "not-a-date"),
        (datetime.time(12, 0), "not-a-date"),
        (date(1899, 12, 31), "out-of-range"),
        ("01.01.2101", "out-of-range"),
    ],
)
def test_what_is_no_date(cell: Cell, code: str) -> None:
    assert getattr(parsers.parse_date(cell), "code", None) == code


# Names and codes

LATIN, CYRILLIC = "ABCEHKMOPTXYabcehkmoptxy", "АВСЕНКМОРТХУавсенкмортху"
IN_LATIN = dict(zip(CYRILLIC, LATIN, strict=True))


@calm
@given(st.text(CYRILLIC + "0123456789-ЗФ", min_size=1), st.randoms())
def test_letters_that_look_alike_are_one_in_a_code(code: str, random: Any) -> None:
    """К-0001 typed with a Latin K is the same client; another number is another one."""
    mixed = "".join(random.choice((sign, IN_LATIN.get(sign, sign))) for sign in code)
    assert parsers.normalize_name(f" {mixed.lower()}\u00a0") == parsers.normalize_name(code)
    assert parsers.normalize_name(mixed + "1") != parsers.normalize_name(code)


@calm
@given(st.text("абвё ", min_size=1), st.sampled_from((" ", "  ", "\n", "\u00a0", " \t")))
def test_case_spaces_and_dots_do_not_tell_names_apart(name: str, space: str) -> None:
    spelled = f"{space}{name.replace(' ', space).upper().replace('Ё', 'Е')}{space}*"
    assert parsers.normalize_title(spelled) == parsers.normalize_title(name)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Да", True),
        (" нет ", False),
        (True, True),
        (1.0, messages.NOT_YES_NO()),
        ("yes", messages.NOT_YES_NO()),
    ],
)
def test_yes_and_no(cell: Cell, found: object) -> None:
    assert parsers.parse_yes_no(cell) == found


any_cell = (
    st.text()
    | st.floats()
    | st.integers(-(10**20), 10**20)
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
    | st.from_regex(r"[+-]?\d{1,4}[ ,./-]\d{1,4}([ ,./-]\d{1,4})?", fullmatch=True)
)


@calm
@given(any_cell)
def test_any_cell_has_a_meaning_or_a_fault(cell: Cell) -> None:
    """Nothing that a cell may hold is an exception; what it means is of its kind."""
    assume(not parsers.is_empty(cell))
    parses = {
        parsers.parse_text: str,
        parsers.parse_code: str,
        parsers.parse_digits: str,
        parsers.parse_number: Decimal,
        parsers.decimal_parser(2): Decimal,
        parsers.parse_whole: int,
        parsers.parse_date: date,
        parsers.parse_yes_no: bool,
        parsers.choice_parser(("сладкий", "кислый"), Taste): Taste,
    }
    wrong = {parse: found for parse in parses if type(found := parse(cell)) is not parses[parse]}
    assert [found for found in wrong.values() if not isinstance(found, Fault)] == []
    assert isinstance(parsers.format_value(cell), str)


# The header


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Grid, int, dict[str, int]]:
    """The header anywhere among a manager's own titles and columns, spelled in any way."""
    own = st.sampled_from(("", "Мои пометки", "Прайс 2026", 5.0))
    names = draw(st.permutations([*SWEETS.fields, "", ""]))
    header: list[Any] = [
        _spelled(draw, SWEETS.fields[name].title) if name else draw(own) for name in names
    ]
    others = st.lists(st.tuples(*[own | st.just("Код")] * len(names)), max_size=4)
    above, below = draw(others), draw(others)
    places = {name: at for at, name in enumerate(names, start=1) if name}
    return grid_of(*above, header, *below), len(above) + 1, places


def _spelled(draw: st.DrawFn, title: str) -> str:
    cased = draw(st.sampled_from((title.upper(), title.lower(), title.title())))
    space = draw(st.sampled_from((" ", "\u00a0", "\n", "  ")))
    return draw(st.sampled_from(("", " "))) + cased.replace(" ", space) + "*"


@calm
@given(sheets())
def test_the_header_is_found_wherever_it_stands(case: tuple[Grid, int, dict[str, int]]) -> None:
    grid, header, places = case
    found = find_header(SWEETS, grid)
    assert (found.header, found.columns, list(found.faults)) == (header, places, [])


def test_the_upper_header_of_two_counts() -> None:
    found = find_header(SWEETS, grid_of(["Код", "Дата"], TITLES[:2], TITLES[:2]))
    assert (found.header, found.columns) == (1, {"code": 1, "since": 2})


def test_a_title_that_stands_twice() -> None:
    """The first one counts; the second is named."""
    sheet = sheet_of(["Код", "Цена, ₽", "код *"], ["а", 5.0, "б"])
    assert told(sheet) == [("column-twice", "C1")]
    assert sheet.values["code"] == ["а"]


@pytest.mark.parametrize("rows", [[], [[""]], [["ничего", "знакомого"], [1.0, 2.0]]])
def test_a_sheet_without_a_header(rows: list[list[Cell]]) -> None:
    """Its required columns are missing, and that is all that is said."""
    sheet = sheet_of(*rows)
    assert [(p.code, p.column, p.place.cell) for p in sheet.problems] == [
        ("column-missing", "Код", None),
        ("column-missing", "Цена, ₽", None),
    ]


# The sheet


def test_rows_become_records_and_what_is_left_of_them() -> None:
    """Empty rows are passed over and rows keep their numbers; each wrong cell is told once."""
    sheet = sheet_of(
        TITLES,
        ["а", 10.5, 3.0, date(2026, 3, 1)],
        ["", " ", None, ""],
        ["б", "1,234", "", "31.02.2026"],
        ["", 5.0, -1.0, ""],
    )
    first, *others = sheet.entries()
    source = sheet.source
    price, since = Decimal("10.5"), date(2026, 3, 1)
    assert first == Sweet(source=source, row=2, code="а", price=price, count=3, since=since)
    assert others == [
        InvalidRow(source=source, row=4, values={"code": "б", "count": None}),
        InvalidRow(source=source, row=5, values={"price": Decimal(5), "since": None}),
    ]
    assert sorted(told(sheet)) == [
        ("ambiguous-number", "B4"),
        ("not-a-date", "D4"),
        ("out-of-range", "C5"),
        ("required", "A5"),
    ]


def test_true_is_not_one() -> None:
    """Python takes 1 and True for one key; a cell does not."""
    sheet = sheet_of(TITLES, ["а", 1.0, 1.0, ""], ["б", True, 0.0, ""], ["в", 1.0, False, ""])
    assert told(sheet) == [("not-a-number", "B3"), ("not-a-number", "C4")]
    assert sheet.values["count"] == [1, 0, None]


def test_cells_without_a_value_are_no_empty_cells() -> None:
    """An error of Excel and a formula never computed read as empty; only declared ones count."""
    invalid = InvalidCells(
        errors=frozenset({(2, 3), (2, 5)}), uncomputed=frozenset({(3, 2), (1, 1)})
    )
    first: list[Cell] = ["а", 1.0, "", "", ""]
    second: list[Cell] = ["б", "", 2.0, "", ""]
    sheet = Sheet(SWEETS, FILE, grid_of([*TITLES, "Моё"], first, second, invalid=invalid))
    assert told(sheet) == [("formula-unsaved", "B3"), ("error-cell", "C2")]


def test_a_row_of_nothing_but_an_error_is_a_row() -> None:
    invalid = InvalidCells(errors=frozenset({(2, 4)}))
    sheet = Sheet(SWEETS, FILE, grid_of(TITLES, [""] * 4, invalid=invalid))
    assert sorted(told(sheet)) == [("error-cell", "D2"), ("required", "A2"), ("required", "B2")]


# One declared line


def write(path: Path, table: Table[Any], rows: SheetRows = ()) -> Path:
    """The book of one declared table."""
    book = Book(name="Сладости", purpose="Пример.", tables=(table,))
    path.write_bytes(build_book(book, {table: rows}))
    return path


def test_one_line_more_in_a_record_is_one_column_more_everywhere(
    tmp_path: Path, reader: Reader
) -> None:
    """The blank has it with its title, drop-down and hint; the reader reads and checks it."""
    blank = openpyxl.load_workbook(write(tmp_path / "blank.xlsx", TASTY))["Сладости"]
    assert [cell.value for cell in blank[1]] == [*TITLES, "Вкус"]
    (rule,) = (r for r in blank.data_validations.dataValidation if "E2" in r.sqref)
    assert (rule.type, rule.formula1) == ("list", '"сладкий,кислый"')
    assert (rule.promptTitle, rule.prompt) == ("Вкус", "Каков на вкус")

    rows = [
        {"Код": "а", "Цена, ₽": Decimal("1.5"), "Вкус": Taste.SOUR},
        {"Код": "б", "Цена, ₽": 2, "Вкус": "солёный"},
        {"Код": "в", "Цена, ₽": 3},
    ]
    filled = write(tmp_path / "filled.xlsx", TASTY, rows)
    sheet = Sheet(TASTY, FILE, read(reader, filled)["Сладости"])
    assert sheet.values["taste"] == [Taste.SOUR, None, None]
    assert told(sheet) == [("not-a-choice", "E3"), ("required", "E4")]
    assert [type(entry) for entry in sheet.entries()] == [TastySweet, InvalidRow, InvalidRow]

    without = Sheet(SWEETS, FILE, read(reader, filled)["Сладости"])
    assert (told(without), without.values["code"]) == ([], ["а", "б", "в"])


def test_what_is_written_is_read_again(tmp_path: Path, reader: Reader) -> None:
    """Records from the written rows, a text that looks like a formula or an escape among them."""
    codes = ["=1+1", "+7", "'а", "_x0041_", "https://example.org", "а\nб", "<&>", "0012"]
    codes += ["<r>а & б</r>"]
    rows = [
        {"Код": code, "Цена, ₽": n + 1, "Дата": date(2026, 3, 1)} for n, code in enumerate(codes)
    ]
    sheet = Sheet(SWEETS, FILE, read(reader, write(tmp_path / "b.xlsx", SWEETS, rows))["Сладости"])
    assert told(sheet) == []
    assert sheet.values["code"] == [parsers.squeeze(code) for code in codes]
    assert sheet.values["since"] == [date(2026, 3, 1)] * len(codes)


class Many(StrEnum):
    """Choices of over 255 signs."""

    FIRST = "первое " * 20
    SECOND = "второе " * 20


@pytest.mark.parametrize(
    ("type_", "column"), [(str, Column("Код", hint="д" * 256)), (Many, Column("Код"))]
)
def test_a_declaration_that_excel_would_not_take(
    type_: type, column: Column, tmp_path: Path
) -> None:
    """A hint or a list of choices of over 255 signs fails where it is written."""
    declared = [("code", Annotated[type_, column])]
    record = make_dataclass("Wrong", declared, bases=(Row,), kw_only=True, frozen=True, slots=True)
    with pytest.raises(ValueError, match="255"):
        write(tmp_path / "b.xlsx", Table(record, "Сладости"))


# Reading under guard

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
needs_bounds = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One reading process for many books, as in the program."""
    with Reader() as one:
        yield one


def read(reader: Reader, path: Path, *names: str) -> dict[str, Grid]:
    """The sheets of a book that is sound."""
    wanted = frozenset(map(parsers.normalize_name, names or ("Сладости", "Клиенты")))
    cells = reader.read(path, wanted)
    assert cells.fault is None
    return {grid.name: grid for grid in cells.grids}


def refused(reader: Reader, path: Path) -> Fault:
    """Why a book is refused."""
    fault = reader.read(path, frozenset({"клиенты"})).fault
    assert fault is not None
    return fault


def process_of(reader: Reader) -> int:
    """The id of the reading process, which is started for this if need be."""
    reader.worker.start()
    assert reader.worker.pid is not None
    return reader.worker.pid


def is_healthy(reader: Reader, path: Path) -> bool:
    """Whether the healthy registry is read."""
    grid = read(reader, hostile.registry(path))["Клиенты"]
    return [column[1] for column in grid.columns[:3]] == list(hostile.CLIENTS[0][:3])


typed = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=9
    )
    | st.integers(-(10**9), 10**9)
    | st.decimals(-(10**6), 10**6, places=4).map(float)
    | st.dates(date(1900, 3, 1), date(2100, 1, 1))
    | st.none()
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(typed, max_size=4), max_size=6))
def test_cells_are_read_where_they_stand(
    tmp_path: Path, reader: Reader, rows: list[list[hostile.Cell]]
) -> None:
    """Also to the right of empty columns and below empty rows."""
    path = hostile.write_book(tmp_path / "cells.xlsx", {"Клиенты": rows})
    columns = read(reader, path)["Клиенты"].columns
    assert len({len(column) for column in columns}) <= 1
    found = {
        (row, at): cell
        for at, column in enumerate(columns)
        for row, cell in enumerate(column)
        if cell != ""
    }
    assert found == {
        (row, at): cell
        for row, cells in enumerate(rows)
        for at, cell in enumerate(cells)
        if cell is not None
    }


def test_more_rows_than_travel_at_once(tmp_path: Path, reader: Reader) -> None:
    """Repeated and single values, and TRUE beside 1, come over block borders as they were."""
    count = CHUNK // 50  # rows of over a hundred bytes
    rows = [("повтор", n, (True, 1, False, 0)[n % 4], n % 3 or None) for n in range(count)]
    path = hostile.write_book(tmp_path / "long.xlsx", {"Клиенты": rows})
    columns = [list(column) for column in read(reader, path)["Клиенты"].columns]
    assert columns[0] == ["повтор"] * count
    assert columns[1] == list(range(count))
    assert list(map(type, columns[2])) == [(bool, float, bool, float)[n % 4] for n in range(count)]
    assert columns[2] == [row[2] for row in rows]
    assert columns[3] == ["" if row[3] is None else row[3] for row in rows]


def test_a_book_that_is_not_there(tmp_path: Path, reader: Reader) -> None:
    for path in (tmp_path / "нет.xlsx", tmp_path):
        with pytest.raises(OSError, match=str(path)):
            reader.read(path, frozenset())
    assert is_healthy(reader, tmp_path / "b.xlsx")


@pytest.mark.parametrize(
    "limits",
    [
        Limits(file_bytes=1000),
        Limits(unpacked_bytes=1000),
        Limits(grid_cells=30),
    ],
)
def test_a_book_beyond_a_limit(limits: Limits, tmp_path: Path) -> None:
    """Four rows of nine columns make 36 cells."""
    book, small = hostile.registry(tmp_path / "b.xlsx"), Limits(grid_cells=36)
    with Reader(limits) as strict, Reader(small) as wide:
        assert refused(strict, book).code == "file-too-large"
        assert is_healthy(wide, book)


@needs_signals
def test_a_process_that_hangs_is_replaced(tmp_path: Path) -> None:
    with Reader(Limits(seconds=1)) as reader:
        process = process_of(reader)
        os.kill(process, signal.SIGSTOP)
        despair = threading.Timer(30, os.kill, (process, signal.SIGKILL))
        despair.start()
        fault = refused(reader, hostile.registry(tmp_path / "a.xlsx"))
        in_time = despair.is_alive()
        despair.cancel()
        assert (fault, in_time) == (messages.FILE_UNREADABLE(detail="длилось дольше 1 с"), True)
        assert is_healthy(reader, tmp_path / "b.xlsx")


@needs_signals
def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    with Reader() as reader:
        os.kill(process_of(reader), signal.SIGKILL)
        fault = refused(reader, hostile.registry(tmp_path / "a.xlsx"))
        assert (fault.code, "оборвалось" in fault.message) == ("file-unreadable", True)
        assert is_healthy(reader, tmp_path / "b.xlsx")


@needs_bounds
def test_a_book_that_wants_too_much_memory(tmp_path: Path) -> None:
    """Seventeen thousand million cells, which a limit that was set too wide lets through."""
    limits = Limits(grid_cells=1 << 40, memory_bytes=512 * MIB)
    with Reader(limits) as reader:
        assert refused(reader, hostile.far_cells(tmp_path / "a.xlsx")).code == "file-unreadable"
        assert is_healthy(reader, tmp_path / "b.xlsx")
        if sys.platform == "linux":
            bound, _ = resource.prlimit(process_of(reader), resource.RLIMIT_AS)
            assert bound == limits.memory_bytes


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    with Reader() as reader:
        assert is_healthy(reader, tmp_path / "a.xlsx")
    assert reader.worker.pid is None


@pytest.mark.parametrize("broken", ["workbook", "sheet_cells", "number_formats"])
def test_a_bug_of_the_reader_is_no_damaged_book(tmp_path: Path, broken: str) -> None:
    """Also one at the head of a module, which keeps the process from beginning its work."""
    package = tmp_path / "cmtools"
    shutil.copytree(ROOT, package, ignore=shutil.ignore_patterns("*.pyc"))
    module = package / "tables" / "reader" / f"{broken}.py"
    module.write_text(module.read_text("utf-8") + "\n\nraise RuntimeError('unfinished')\n", "utf-8")
    book = hostile.registry(tmp_path / "a.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        with Reader() as reader, pytest.raises(WorkerBug, match="RuntimeError: unfinished"):
            reader.read(book, frozenset())
    with Reader() as reader:
        assert is_healthy(reader, book)


def test_a_healthy_day_takes_one_process(tmp_path: Path) -> None:
    """Refused books and missing sheets are no reason to start another one."""
    with Reader() as reader:
        first = process_of(reader)
        for number in range(3):
            assert is_healthy(reader, tmp_path / f"{number}.xlsx")
        assert read(reader, tmp_path / "0.xlsx", "нет такого листа") == {}
        assert process_of(reader) == first
