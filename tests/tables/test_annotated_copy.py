"""The painted copy: bad cells coloured and noted, listed and linked, the book untouched."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook
from openpyxl.styles.colors import Color

from cmtools.commands.validate import validate
from cmtools.tables.writer import styles
from support.workbench import ORDERS, TODAY, drop_columns, healthy, put

COPY = "Предварительные заказы — ошибки.xlsx"


def mistaken(folder: Path) -> Path:
    """Two wrong cells, a missing column and a warning."""
    return healthy(
        folder,
        put("Заказы", "Дата заказа", 1, "31.02.2026"),
        put("Заказы", "Предоплата, %", 1, 0.5),
        put("Позиции", "Тираж", 0, "=1+1 штук"),
        drop_columns("Макеты", "Дизайнер"),
    )


def test_every_problem_is_painted_noted_listed_and_linked(tmp_path: Path) -> None:
    root = mistaken(tmp_path)
    before = (root / ORDERS).read_bytes()
    outcome = validate(root, today=TODAY, annotate=True)
    assert outcome.files == (COPY,)
    assert (root / ORDERS).read_bytes() == before
    book = load_workbook(root / COPY)
    assert book.sheetnames[0] == "Ошибки"
    listed = book["Ошибки"]
    assert listed["A1"].value == "Ошибок: 3, предупреждений: 1"
    for row, problem in enumerate(outcome.problems, start=5):
        place = problem.place
        shown = [listed.cell(row, column).value for column in range(1, 8)]
        assert shown[:5] == [
            row - 4,
            place.sheet,
            place.cell or "—",
            problem.column,
            problem.value,
        ]
        assert [str(text).casefold() for text in shown[5:]] == [
            problem.message.casefold(),
            problem.hint.casefold(),
        ]
        link = listed.cell(row, 3).hyperlink
        if place.cell is None:
            assert link is None
            continue
        assert link is not None
        assert link.location == f"'{place.sheet}'!{place.cell}" or link.target == (
            f"#'{place.sheet}'!{place.cell}"
        )
        cell = book[str(place.sheet)][place.cell]
        wanted = styles.PALE_RED if problem.is_error else styles.PALE_ORANGE
        assert _rgb(cell.fill.start_color) == wanted.lstrip("#")
        assert cell.comment is not None
        assert problem.message.casefold() in cell.comment.text.casefold()
        assert problem.hint in cell.comment.text


def test_the_copy_holds_the_data_and_is_made_anew(tmp_path: Path) -> None:
    root = mistaken(tmp_path)
    first = validate(root, today=TODAY, annotate=True)
    again = validate(root, today=TODAY, annotate=True)
    assert first.files == again.files == (COPY,)
    assert first.problems == again.problems
    own, copy = load_workbook(root / ORDERS), load_workbook(root / COPY)
    assert copy.sheetnames == ["Ошибки", *own.sheetnames]
    for sheet in own.worksheets:
        values = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert [[cell.value for cell in row] for row in copy[sheet.title].iter_rows()] == values
        assert copy[sheet.title].sheet_state == sheet.sheet_state


def test_a_sound_book_gets_no_copy(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    assert validate(root, today=TODAY, annotate=True).files == ()
    assert not (root / COPY).exists()


def _rgb(colour: Color) -> str:
    return str(colour.rgb)[-6:]
