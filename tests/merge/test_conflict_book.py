"""«Слияние — <book>.xlsx»: what it asks, and what is read of it when it comes back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from cmtools.forms.reply import ROW_CHANGED, find_genuine_mark, read_reply
from cmtools.merge import reasons
from cmtools.merge.conflict import Answer, Conflict, Side
from cmtools.merge.conflict_book import CONFLICT_FORM, Answers, build_conflict_book, read_answers
from cmtools.problems import Place
from cmtools.tables.parsers import Cell
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from support.merging import book

SECRET = b"s" * 32
BOOK = "Предварительные заказы — Омск.xlsx"
OURS = book({"Заказы": [{"№ заказа": "З-1", "Стадия": "2.2"}, {"№ заказа": "З-2", "Стадия": ""}]})
FIRST = 6  # the first row of the table


def conflict(key: str, column: str | None, *sides: Any) -> Conflict:
    base, ours, theirs = sides
    return Conflict(
        sheet="Заказы",
        key=key,
        column=column,
        base=base,
        ours=ours,
        theirs=theirs,
        author="Петрова Анна",
        reason=reasons.DIFFERENT,
        place=("Заказы", key, column or ""),
    )


CONFLICTS = [
    conflict("З-1", "Стадия", "2.1", "2.2", "3.1"),
    conflict("З-2", "Срок поставки", None, date(2026, 12, 1), date(2026, 12, 3)),
    conflict("З-2", "Стоимость доставки", 100.0, 1234.5, None),
    conflict("З-3", None, ({"№ заказа": "З-3"},), ({"№ заказа": "З-3", "Стадия": "1"},), ()),
    conflict("З-4", "Примечание", None, "одно", "=другое"),
]


def answer(key: str, column: str | None, ours: str, theirs: str, take: Cell) -> Answer:
    return Answer(sheet="Заказы", key=key, column=column, ours=ours, theirs=theirs, take=take)


def written(folder: Path) -> Path:
    path = folder / f"Слияние — {BOOK}"
    path.write_bytes(
        build_conflict_book(BOOK, CONFLICTS, OURS, SECRET, datetime(2026, 11, 28, 17, 5))
    )
    return path


def answered(path: Path, *answers: tuple[Any, Any]) -> Answers:
    """What is read of the book with its yellow columns filled, row by row."""
    file = load_workbook(path)
    for row, (take, own) in enumerate(answers, start=FIRST + 1):
        file.worksheets[0].cell(row, 9, take)
        file.worksheets[0].cell(row, 10, own)
    file.save(path)
    cells = InProcessReader(limits=Limits()).read_whole(path)
    mark = find_genuine_mark(cells, SECRET)
    assert mark is not None
    reply = read_reply(cells, CONFLICT_FORM, mark, SECRET)
    assert reply is not None
    return read_answers(reply, path.name)


def test_what_it_asks(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path)).worksheets[0]
    rows = [[cell.value for cell in row][:11] for row in sheet.iter_rows(min_row=FIRST)]
    asked = ["Петрова Анна", reasons.DIFFERENT, None, None]
    assert sheet.title == "Конфликты"
    assert rows == [
        [column.title for column in CONFLICT_FORM.columns],
        ["Заказы", "З-1", "Стадия", "2.1", "2.2", "3.1", *asked, "B2"],
        ["Заказы", "З-2", "Срок поставки", None, "01.12.2026", "03.12.2026", *asked, "A3"],
        ["Заказы", "З-2", "Стоимость доставки", "100,00", "1\u00a0234,50", None, *asked, "A3"],
        [
            *("Заказы", "З-3", "вся строка", "№ заказа: З-3", "№ заказа: З-3; Стадия: 1", None),
            *asked,
            "A1",
        ],
        ["Заказы", "З-4", "Примечание", None, "одно", "=другое", *asked, "A1"],
    ]
    link = sheet.cell(FIRST + 1, 11).hyperlink
    assert link is not None
    assert (link.target, link.location) == (BOOK.replace(" ", "%20"), "'Заказы'!B2")


def test_decisions_come_back(tmp_path: Path) -> None:
    answers = answered(
        written(tmp_path),
        ("в копии", None),
        (None, date(2026, 12, 2)),
        (" Было ", None),
        ("в книге", None),
    )
    assert answers == Answers(
        book=BOOK,
        answers=(
            answer("З-1", "Стадия", "2.2", "3.1", Side.THEIRS),
            answer("З-2", "Срок поставки", "01.12.2026", "03.12.2026", date(2026, 12, 2)),
            answer("З-2", "Стоимость доставки", "1\u00a0234,50", "", Side.BASE),
            answer("З-3", None, "№ заказа: З-3; Стадия: 1", "", Side.OURS),
        ),
        problems=(),
    )


def test_answers_that_cannot_be_understood_are_told(tmp_path: Path) -> None:
    path = written(tmp_path)
    file = load_workbook(path)
    file.worksheets[0].cell(FIRST + 5, 5, "другое")
    file.save(path)
    answers = answered(
        path, ("моё", None), ("было", "3.2"), (None, None), (None, "2.1"), ("в книге", None)
    )
    assert answers.answers == ()
    assert [(p.place.row, p.column, p.value, p.message) for p in answers.problems] == [
        (FIRST + 1, "Взять", "моё", "нужно «в книге», «в копии» или «было»"),
        (
            FIRST + 2,
            "Своё значение",
            "3.2",
            "заполнены и «Взять», и «Своё значение»: что из двух верно?",
        ),
        (FIRST + 4, "Своё значение", "2.1", "вместо целой строки нельзя вписать одно значение"),
        (FIRST + 5, "Код", None, ROW_CHANGED().message),
    ]
    assert answers.problems[0].place == Place(
        file=path.name, sheet="Конфликты", row=FIRST + 1, column=9
    )
