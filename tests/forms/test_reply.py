"""Forms that come back: sorted, cut, added to, saved by another office, or not ours at all."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cmtools.forms.form import PROPERTY, Form, FormRow, form_listing
from cmtools.forms.proof import Mark, read_secret
from cmtools.forms.reply import Reply, ReplyRow, find_genuine_mark, find_mark, read_reply
from cmtools.tables.columns import DATE, MONEY
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.tables.writer.listings import Link, ListingColumn, build_listings
from support.office import convert

FORM = Form(
    name="Опрос",
    sheet="Вопросы",
    columns=(
        ListingColumn(title="Что", width=30, wrap=True),
        ListingColumn(title="Срок", kind=DATE),
        ListingColumn(title="Сумма", kind=MONEY),
        ListingColumn(title="Откуда"),
        ListingColumn(title="Сделано", filled=True, choices=("да", "нет")),
        ListingColumn(title="Ответ", filled=True, hint="Коротко"),
    ),
)
MARK = Mark(form="Опрос", subject=("2026-11-28", "Соколова М. А."))
SECRET = b"s" * 32
ROWS = [
    FormRow(
        name=f"дело {number}",
        values={
            "Что": text,
            "Срок": date(2026, 11, number),
            "Сумма": Decimal("1234.50") * number,
            "Откуда": Link(text="B2", path="Книга.xlsx", sheet="Лист", cell="B2"),
        },
    )
    for number, text in enumerate(("позвонить", "2.10", " два\nряда ", "0012"), start=1)
]
HEADER = 5  # the row of the titles: mark, heading, a line above, an empty one


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "Опрос.xlsx"
    listing = form_listing(FORM, MARK, ROWS, SECRET, heading="Вопросы", above=("Заполните.",))
    path.write_bytes(build_listings([listing], {PROPERTY: MARK.sign(SECRET)}))
    return path


def edited(path: Path, *edits: Callable[[Worksheet], object]) -> Path:
    """The form as a person saved it."""
    book = load_workbook(path)
    for edit in edits:
        edit(book.worksheets[0])
    book.save(path)
    return path


def fill(row: int, *answers: Any) -> Callable[[Worksheet], None]:
    """Fill the yellow cells of a row, counted from 1."""

    def edit(sheet: Worksheet) -> None:
        for column, answer in enumerate(answers, start=5):
            sheet.cell(HEADER + row, column, answer)

    return edit


def read(path: Path, secret: bytes = SECRET) -> Reply | None:
    cells = InProcessReader(limits=Limits()).read_whole(path)
    mark = find_genuine_mark(cells, secret)
    return read_reply(cells, FORM, mark, secret) if mark else None


def code_of(row: ReplyRow) -> str:
    return row.fault.code if row.fault else ""


def answers(path: Path) -> list[tuple[str, dict[str, Any], str]]:
    got = read(path)
    assert got is not None
    assert got.mark == MARK
    found = ((row.name, dict(row.filled), code_of(row)) for row in got.rows)
    return sorted(found, key=str)


def test_only_what_was_filled_in_comes_back(form: Path) -> None:
    edited(form, fill(1, "да", "дозвонился"), fill(4, None, 12), fill(3, "  "))
    assert answers(form) == [
        ("дело 1", {"Сделано": "да", "Ответ": "дозвонился"}, ""),
        ("дело 4", {"Ответ": 12.0}, ""),
    ]


def test_rows_and_columns_in_any_order_among_others(form: Path) -> None:
    """On another sheet, under lines of a person, with a column of his and one row deleted."""
    edited(form, fill(1, "да"), fill(2, "нет", "потом"), fill(3, "да"))
    book = load_workbook(form)
    sheet = book.worksheets[0]
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER)]
    order = [6, 0, 5, 4, 3, 2, 1]
    own = book.create_sheet("Мой лист", 0)
    own["A1"] = sheet["A1"].value
    own["B3"] = "черновик"
    rows = [table[3], table[2], table[1]]
    random.Random(1).shuffle(rows)
    for row in (
        [*(table[0][at] for at in order), "Моё"],
        *([*(r[at] for at in order), 1] for r in rows),
    ):
        own.append(row)
    book.remove(sheet)
    book.save(form)
    assert answers(form) == [
        ("дело 1", {"Сделано": "да"}, ""),
        ("дело 2", {"Сделано": "нет", "Ответ": "потом"}, ""),
        ("дело 3", {"Сделано": "да"}, ""),
    ]


def test_saved_by_another_office(form: Path, tmp_path: Path) -> None:
    edited(form, fill(1, "да"), fill(2, "да"), fill(3, "да", date(2026, 12, 1)), fill(4, "да"))
    for kind in ("ods", "xlsx"):
        (form,) = convert([form], tmp_path / kind, kind)
    assert answers(form) == [
        ("дело 1", {"Сделано": "да"}, ""),
        ("дело 2", {"Сделано": "да"}, ""),
        ("дело 3", {"Сделано": "да", "Ответ": date(2026, 12, 1)}, ""),
        ("дело 4", {"Сделано": "да"}, ""),
    ]


@pytest.mark.parametrize("lost", ["A1", "property"])
def test_one_mark_is_enough(form: Path, lost: str) -> None:
    book = load_workbook(form)
    book.worksheets[0]["F6"] = "ответ"
    if lost == "A1":
        book.worksheets[0]["A1"] = "Мои дела"
    else:
        del book.custom_doc_props[PROPERTY]  # type: ignore[attr-defined]
    book.save(form)
    assert answers(form) == [("дело 1", {"Ответ": "ответ"}, "")]


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        pytest.param(lambda s: s.cell(HEADER + 1, 1, "другое"), "form-row-changed", id="text"),
        pytest.param(lambda s: s.cell(HEADER + 1, 3, 1), "form-row-changed", id="sum"),
        pytest.param(lambda s: s.cell(HEADER + 1, 7, "дело 1-AAAA"), "form-row-changed", id="key"),
        pytest.param(
            lambda s: s.cell(HEADER + 1, 7, s.cell(HEADER + 2, 7).value),
            "form-row-changed",
            id="key of another row",
        ),
        pytest.param(lambda s: s.delete_cols(2), "form-row-changed", id="a column deleted"),
        pytest.param(lambda s: s.cell(HEADER + 1, 7, " "), "form-row-added", id="no key"),
        pytest.param(lambda s: s.cell(HEADER + 1, 1, " ПОЗВОНИТЬ "), "", id="case and spaces"),
    ],
)
def test_a_row_is_proved_by_all_that_is_not_yellow(
    form: Path, edit: Callable[[Worksheet], object], fault: str
) -> None:
    edited(form, fill(1, "да"), edit)
    got = read(form)
    assert got is not None
    assert [code_of(row) for row in got.rows] == [fault]


def test_a_row_copied_by_a_person(form: Path) -> None:
    def copy_row(sheet: Worksheet, answer: str) -> None:
        values = [cell.value for cell in sheet[HEADER + 1]]
        sheet.append([*values[:4], answer, *values[5:]])

    edited(form, fill(1, "да"), lambda sheet: copy_row(sheet, "да"))
    assert answers(form) == [("дело 1", {"Сделано": "да"}, "")]
    edited(form, lambda sheet: copy_row(sheet, "нет"))
    assert [fault for _, _, fault in answers(form)] == ["form-row-twice"] * 2


def test_forms_of_another_workspace_and_other_books(form: Path, tmp_path: Path) -> None:
    cells = InProcessReader(limits=Limits()).read_whole(form)
    assert find_mark(cells) == (MARK, MARK.sign(SECRET)[-4:])
    assert read(form, secret=b"t" * 32) is None
    edited(form, lambda sheet: sheet.delete_cols(7))
    assert read(form) is None
    other = Path(load_workbook(form).worksheets[0].title)
    assert find_mark(InProcessReader(limits=Limits()).read_whole(blank(tmp_path / other))) is None


def blank(path: Path) -> Path:
    path = path.with_suffix(".xlsx")
    path.write_bytes(build_listings([]))
    return path


def test_a_workspace_has_one_secret(tmp_path: Path) -> None:
    secret = read_secret(tmp_path)
    assert len(secret) == 32
    assert read_secret(tmp_path) == secret
