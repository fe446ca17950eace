"""The answer of `validate` as a whole: what a problem says, how problems are sorted."""

from datetime import date
from pathlib import Path

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from cmtools.commands.validate import validate
from support.rule_cases import Places, describe, places
from support.workbench import (
    BOOK_OF,
    COLUMNS,
    ORDERS,
    REGISTRY,
    SETTINGS,
    TASKS,
    TODAY,
    cell_of,
    healthy,
    insert_column,
    put,
    workspace_with,
)


def test_healthy_workspace(tmp_path: Path) -> None:
    outcome = validate(healthy(tmp_path), today=TODAY)
    assert places(outcome) == [], describe(outcome)
    assert outcome.as_json() == {"ok": True, "problems": []}


def test_workspace_as_shipped_warns_of_the_seller_only(tmp_path: Path) -> None:
    outcome = validate(workspace_with(tmp_path, {}), today=TODAY)
    assert {place[:3] for place in places(outcome)} == {("warning", SETTINGS, "Организация")}
    assert outcome.as_json()["ok"] is True


def test_problem_says_all_that_is_promised(tmp_path: Path) -> None:
    healthy(tmp_path, put("Клиенты", "ИНН", 0, "7707083892"))
    outcome = validate(tmp_path, today=TODAY)
    (problem,) = outcome.problems
    cell = cell_of(tmp_path / REGISTRY, "Клиенты", "ИНН", 0)
    assert problem.place.row == coordinate_from_string(cell)[1]
    assert problem.column == "ИНН"
    assert problem.value == "7707083892"
    assert problem.code
    assert problem.message
    assert problem.hint
    assert outcome.as_json() == {
        "ok": False,
        "problems": [
            {
                "code": problem.code,
                "severity": "error",
                "file": REGISTRY,
                "sheet": "Клиенты",
                "cell": cell,
                "row": problem.place.row,
                "column": "ИНН",
                "value": "7707083892",
                "message": problem.message,
                "hint": problem.hint,
            }
        ],
    }


def test_warnings_alone_are_ok(tmp_path: Path) -> None:
    healthy(tmp_path, put("Заказы", "Оценка клиента", 0, None))
    outcome = validate(tmp_path, today=TODAY)
    assert [problem.severity for problem in outcome.problems] == ["warning"]
    assert outcome.as_json()["ok"] is True


TEN = [
    ("Заказы", "Код клиента", 1, "К-0099"),
    ("Заказы", "Вид заявки", 2, "устная"),
    ("Заказы", "Предоплата, %", 1, 101),
    ("Заказы", "Дата стадии", 2, "03/04/2026"),
    ("Позиции", "Тираж", 2, 0),
    ("Позиции", "Макет", 1, None),
    ("Платежи", "Сумма", 3, "1,234"),
    ("Поставки", "Сумма", 2, 1.005),
    ("Макеты", "Срок", 1, None),
    ("Договоры", "Директор", 0, date(2026, 10, 5)),
]


def test_all_mistakes_in_one_pass(tmp_path: Path) -> None:
    healthy(tmp_path, *(put(*mistake) for mistake in TEN))
    outcome = validate(tmp_path, today=TODAY)
    wanted: Places = [
        ("error", ORDERS, sheet, cell_of(tmp_path / ORDERS, sheet, column, index))
        for sheet, column, index, _ in TEN
    ]
    assert sorted(map(str, places(outcome))) == sorted(map(str, wanted)), describe(outcome)


def test_mistakes_in_every_book(tmp_path: Path) -> None:
    mistakes = [
        ("Наценки", "Тираж от", 4, 0),
        ("Клиенты", "КПП", 1, "770701001"),
        ("Платежи", "Вид", 3, "даром"),
        ("Поручения", "Статус", 0, "забыто"),
    ]
    healthy(tmp_path, *(put(*mistake) for mistake in mistakes))
    outcome = validate(tmp_path, today=TODAY)
    files = [problem.place.file for problem in outcome.problems]
    assert sorted(files) == sorted([SETTINGS, REGISTRY, ORDERS, TASKS]), describe(outcome)


def test_problems_are_sorted_by_place(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        *(insert_column("Клиенты", 1, f"Моё {number}", "") for number in range(3)),
        put("Клиенты", "Периодичность касаний, дней", 0, 0),  # stands in a column with two letters
        put("Клиенты", "ИНН", 0, "1"),
        put("Клиенты", "Менеджер", 1, None),
        put("Журнал контактов", "Вид", 0, "иное"),
        put("Правила", "Значение", 10, "иное"),  # rows 2 and 12 tell numbers from text
        put("Правила", "Значение", 1, "иное"),
        put("Заказы", "Менеджер", 2, None),
        put("Позиции", "Тираж", 2, 0),
        put("Заказы", "Менеджер", 1, None),
    )
    outcome = validate(tmp_path, today=TODAY)
    found = places(outcome)
    assert len(found) == 9, describe(outcome)
    sheets = [(file, sheet) for _, file, sheet, _ in found]
    runs = [place for at, place in enumerate(sheets) if not at or sheets[at - 1] != place]
    assert len(runs) == len(set(runs))
    files = [file for at, (file, _) in enumerate(runs) if not at or runs[at - 1][0] != file]
    assert len(files) == len(set(files))
    for run in runs:
        cells = [cell for _, file, sheet, cell in found if (file, sheet) == run and cell]
        points = [coordinate_from_string(cell) for cell in cells]
        numbered = [(row, column_index_from_string(letters)) for letters, row in points]
        assert numbered == sorted(numbered)


def test_the_declared_sheets_are_those_of_the_shipped_books(tmp_path: Path) -> None:
    workspace_with(tmp_path, {})
    for sheet, book in BOOK_OF.items():
        for column in COLUMNS[book][sheet]:
            assert cell_of(tmp_path / book, sheet, column.rstrip("*"))
