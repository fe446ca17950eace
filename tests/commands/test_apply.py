"""A filled agenda given back: each kind of duty changes the cells that it should, and no other."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cmtools.agenda.duties import find_duties
from cmtools.agenda.duty_form import DONE, DUTY_FORM, NEXT, RESULT, TEXT
from cmtools.agenda.rows import read_rows
from cmtools.books.loader import BookFile
from cmtools.commands.apply import ApplyResult, apply
from cmtools.commands.session import open_session
from cmtools.commands.today import today
from cmtools.commands.validate import validate
from cmtools.errors import Unavailable
from cmtools.merge.in_place import stamp_next_version
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.workspace import Workspace
from support.program import run
from support.workbench import (
    ORDERS,
    REGISTRY,
    SALES,
    TASKS,
    TODAY,
    Change,
    add,
    healthy,
    put,
    retitle,
    reverse_columns,
)

ORDER = "З-2026-0002"
NOW = datetime(2026, 11, 21, 18)
DAY = timedelta(days=1)
LASTING = ("prepayment", "director")
"""Kinds that a talk does not settle: the next day asks again."""
Cells = dict[tuple[str, str], Any]
"""Sheet, cell → value."""


def november(day: int) -> date:
    return date(2026, 11, day)


def rows_of_form(sheet: Worksheet) -> list[dict[str, Any]]:
    """The cells of the rows of «Сегодня» by title."""
    titles = [*(column.title for column in DUTY_FORM.columns), DUTY_FORM.key]
    rows = [*sheet.iter_rows()]
    first = next(at for at, row in enumerate(rows) if row[0].value == titles[0]) + 1
    return [dict(zip(titles, row, strict=False)) for row in rows[first:] if row[0].value]


def filled(path: Path, kind: str, **answers: Any) -> Path:
    """The agenda with the answers of a person in every row of a kind."""
    book = load_workbook(path)
    for row in rows_of_form(book.worksheets[0]):
        if str(row[DUTY_FORM.key].value).split()[0] == kind:
            for title, value in {"done": DONE, "result": RESULT, "next": NEXT}.items():
                row[value].value = answers.get(title)
    book.save(path)
    return path


def morning(root: Path, day: date = TODAY, manager: str | None = None) -> Path:
    return root / today(root, manager=manager, today=day).files[0]


def give(root: Path, *paths: Path, in_place: bool = True) -> ApplyResult:
    return apply(root, paths, in_place=in_place, today=TODAY, now=NOW)


def states(result: ApplyResult) -> list[tuple[str, str]]:
    return [(row.kind, row.state.value) for row in result.rows]


def cells_of(root: Path, suffix: str = "") -> Cells:
    """All cells of the books that hold something."""
    found: Cells = {}
    for name in (ORDERS, REGISTRY, TASKS):
        path = root / name.replace(".xlsx", f"{suffix}.xlsx")
        if path.exists():
            for sheet in load_workbook(path).worksheets[1:]:  # the first one tells how to fill it
                for row in sheet.iter_rows():
                    found |= {(sheet.title, c.coordinate): c.value for c in row if c.value}
    return found


def changed(before: Cells, after: Cells) -> Cells:
    assert before.keys() <= after.keys()
    new = {place: value for place, value in after.items() if before.get(place) != value}
    return {p: v.date() if isinstance(v, datetime) else v for p, v in new.items()}


def contact(row: int, *values: Any) -> Cells:
    """A row of the journal."""
    letters = dict(zip("ABCDEFG", values, strict=False))
    return {("Журнал контактов", f"{c}{row}"): v for c, v in letters.items() if v is not None}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kind of duty, what is filled in, and the cells that change."""

    kind: str
    day: date = TODAY
    changes: tuple[Change, ...] = ()
    result: str | None = None
    next: object = None
    cells: Cells = field(default_factory=dict)


DELIVERED = {"№ заказа": ORDER, "Вид": "отгружено клиенту", "Дата": november(20), "Сумма": 1}
KUZNETSOVA = "Кузнецова Дарья"
CASES = (
    Case(
        kind="touch",
        day=date(2026, 12, 1),
        result="Встреча: показали образцы",
        next=date(2026, 12, 20),
        cells=contact(
            4,
            *(date(2026, 12, 1), "К-0001", "встреча", SALES, "Соколова Елена Юрьевна"),
            *("Встреча: показали образцы", date(2026, 12, 20)),
        ),
    ),
    Case(
        kind="birthday",
        day=date(2027, 2, 27),
        result="звонок, тронут",
        next="15.03.2027",
        cells=contact(
            4,
            *(date(2027, 2, 27), "К-0001", "поздравление", SALES, "Иванов Иван Иванович"),
            *("звонок, тронут", date(2027, 3, 15)),
        ),
    ),
    Case(
        kind="holiday",
        day=date(2026, 12, 13),
        changes=(put("Клиенты", "Менеджер", 2, SALES),),
        cells={
            **contact(4, date(2026, 12, 13), "К-0001", "поздравление", SALES),
            **contact(5, date(2026, 12, 13), "К-0002", "поздравление", SALES),
            **contact(6, date(2026, 12, 13), "К-0003", "поздравление", SALES),
            **{
                ("Журнал контактов", f"F{row}"): (
                    "Поблагодарить клиентов в наш праздник: День рождения компании"
                )
                for row in (4, 5, 6)
            },
        },
    ),
    Case(
        kind="prepayment",
        result="обещали завтра",
        cells=contact(4, TODAY, "К-0002", "звонок", SALES, KUZNETSOVA, "обещали завтра"),
    ),
    Case(
        kind="task",
        day=november(25),
        cells={("Поручения", "H2"): "выполнено", ("Поручения", "I2"): november(25)},
    ),
    Case(
        kind="mark",
        changes=(add("Поставки", {**DELIVERED, "Количество": 800}),),
        result="5 — отлично, всё понравилось",
        cells={("Заказы", "R3"): 5},
    ),
    Case(
        kind="mark",
        changes=(add("Поставки", {**DELIVERED, "Количество": 800}),),
        result="2. Помятая упаковка",
        cells={("Заказы", "R3"): 2, ("Заказы", "S3"): "Помятая упаковка"},
    ),
    Case(kind="original", cells={("Документы", "E4"): TODAY}),
    Case(kind="handover", cells={("Документы", "G2"): TODAY}),
    Case(
        kind="quality",
        changes=(put("Поставки", "Качество", 2, None),),
        result="принято не всё, частью брак",
        cells={("Поставки", "F4"): "брак"},
    ),
    Case(
        kind="sample",
        changes=(
            put("Поставки", "Контрольный образец", 2, None),
            put("Поставки", "Место хранения образца", 2, None),
        ),
        result="шкаф 3",
        cells={("Поставки", "G4"): "да", ("Поставки", "H4"): "шкаф 3"},
    ),
    Case(
        kind="stage",
        day=november(25),
        result="2.4 цена согласована",
        cells={("Заказы", "F4"): "2.4", ("Заказы", "G4"): november(25)},
    ),
    Case(
        kind="director",
        changes=(put("Клиенты", "Особый статус", 1, "проблемный"),),
        result="поговорил с директором клиента",
        cells=contact(
            4, TODAY, "К-0002", "звонок", SALES, KUZNETSOVA, "поговорил с директором клиента"
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.result or ''}")
def test_a_duty_done_changes_its_cells_and_no_other(case: Case, tmp_path: Path) -> None:
    root = healthy(tmp_path, *case.changes)
    path = filled(
        morning(root, case.day), case.kind, done="Да ", result=case.result, next=case.next
    )
    before = cells_of(root)
    result = give(root, path)
    assert {state for _, state in states(result)} == {"done"}
    assert (result.exit_code, changed(before, cells_of(root))) == (0, case.cells)
    assert [p for p in validate(root, today=case.day).problems if p.is_error] == []
    names = {row.key.rpartition("-")[0] for row in result.rows}
    tomorrow = find_duties(read_rows(open_session(root, case.day + DAY), case.day + DAY))
    left = names & {f"{duty.kind} {duty.key}" for duty in tomorrow}
    assert left == (names if case.kind in LASTING else set())
    books = {path.name: path.read_bytes() for path in root.glob("*.xlsx")}
    again = give(root, path)
    assert {state for _, state in states(again)} == {"same"}
    assert {path.name: path.read_bytes() for path in root.glob("*.xlsx")} == books


@pytest.mark.parametrize(
    ("kind", "answers", "state", "message"),
    [
        ("original", {"result": "получен"}, "listed", "поставьте «да»"),
        ("original", {"done": "нет"}, "listed", "поставьте «да»"),
        ("original", {"done": False}, "listed", "поставьте «да»"),
        ("original", {"done": "-"}, "listed", "поставьте «да»"),
        ("original", {"done": "x"}, "bad", "«Сделано» J6: «x» — непонятный ответ; впишите"),
        ("original", {"done": "завтра"}, "bad", "«Сделано» J6: «завтра» — непонятный ответ"),
        ("claim", {"done": "да"}, "listed", f"отметьте в книге: {ORDERS}, Претензии F3"),
        ("plan", {"done": "да"}, "listed", "сделайте его: cmtools plan 2026-11"),
        ("report", {"done": "да"}, "listed", "сделайте его: cmtools report 2026-10"),
        ("mark", {"done": "да", "result": "хорошо"}, "listed", "от 1 до 5"),
        ("mark", {"done": "да", "result": "10 баллов"}, "listed", "от 1 до 5"),
        ("mark", {"done": "да", "result": "3"}, "bad", "впишите причину"),
        ("quality", {"done": "да", "result": "хорошо"}, "listed", "«принято» или «брак»"),
        ("prepayment", {"done": "да", "next": "скоро"}, "bad", "контакт» L11: нужна дата"),
        ("prepayment", {"done": "да", "next": "20.11.2026"}, "bad", "раньше дня повестки"),
    ],
)
def test_what_is_not_written_is_told(
    kind: str, answers: dict[str, object], state: str, message: str, tmp_path: Path
) -> None:
    root = healthy(
        tmp_path,
        add("Поставки", {**DELIVERED, "Количество": 800}),
        put("Поставки", "Качество", 2, None),
    )
    path = filled(morning(root), kind, **answers)
    before = cells_of(root)
    result = give(root, path)
    assert states(result) == [(kind, state)]
    assert message in result.rows[0].message
    assert (result.files, cells_of(root)) == ((), before)
    assert result.exit_code == (1 if state == "bad" else 0)


@pytest.mark.parametrize("tick", ["ДА", "Да.", "+", 1, "1", True, "истина", "✓", "✔\ufe0f", "V"])
def test_ways_to_tick(tick: object, tmp_path: Path) -> None:
    root = healthy(tmp_path)
    assert states(give(root, filled(morning(root), "original", done=tick))) == [
        ("original", "done")
    ]


@pytest.mark.parametrize(
    ("result", "quality"),
    [
        ("Принято, без брака", "принято"),
        ("принято: брака нет", "принято"),
        ("принято, брака не нашли", "принято"),
        ("Не принято, брак", "брак"),
        ("принято, 20 шт с браком", "брак"),
        ("бракованная партия", "брак"),
        ("Не принято", None),
        ("брака нет", None),
    ],
)
def test_words_for_the_quality(result: str, quality: str | None, tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Поставки", "Качество", 2, None))
    give(root, filled(morning(root), "quality", done="да", result=result))
    assert cells_of(root).get(("Поставки", "F4")) == quality


def test_what_no_book_has_a_place_for_is_told(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = filled(morning(root), "original", done="да", result="почтой", next=TODAY)
    path = filled(path, "prepayment", done="да", result="обещали", next=TODAY)
    assert {row.kind: (row.state, row.message) for row in give(root, path).rows} == {
        "original": ("done", "для «Результат», «Следующий контакт» в книге нет места: не записано"),
        "prepayment": ("done", ""),
    }


def test_a_duty_that_has_changed_since_is_left(tmp_path: Path) -> None:
    root = healthy(tmp_path / "w")
    path = filled(morning(root), "original", done="да")
    other = healthy(tmp_path / "other", put("Документы", "Оригинал получен", 2, november(20)))
    shutil.copyfile(other / ORDERS, root / ORDERS)
    before = cells_of(root)
    result = give(root, path)
    assert (states(result), result.exit_code) == ([("original", "changed")], 1)
    assert cells_of(root) == before


def test_the_book_may_be_sorted_and_have_columns_elsewhere(tmp_path: Path) -> None:
    root = healthy(tmp_path / "w", put("Поставки", "Качество", 2, None))
    path = filled(morning(root), "quality", done="да", result="принято")
    other = healthy(
        tmp_path / "other",
        put("Поставки", "Качество", 2, None),
        reverse_columns("Поставки"),
        retitle("Поставки", str.upper),
    )
    shutil.copyfile(other / ORDERS, root / ORDERS)
    before = cells_of(root)
    assert states(give(root, path)) == [("quality", "done")]
    assert [*changed(before, cells_of(root)).values()] == ["принято"]


def filled_in_two_books(root: Path) -> Path:
    """Answers of which one is written into the orders, one into the register."""
    return filled(filled(morning(root), "original", done="да"), "prepayment", done="да")


def test_copies_beside_the_books(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = filled_in_two_books(root)
    before = cells_of(root)
    result = give(root, path, in_place=False)
    assert sorted(result.files) == [
        "Предварительные заказы — с ответами.xlsx",
        "Реестр клиентов — с ответами.xlsx",
    ]
    assert cells_of(root) == before
    assert len(changed(before, {**before, **cells_of(root, " — с ответами")})) == 7
    assert validate(root, today=TODAY).problems == ()


def test_a_backup_comes_before_the_book(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = filled(morning(root), "original", done="да")
    before = (root / ORDERS).read_bytes()
    result = give(root, path)
    backup = "Предварительные заказы — резерв 2026-11-21 18-00-00.xlsx"
    assert result.files == (backup, ORDERS)
    assert (root / backup).read_bytes() == before


@pytest.mark.parametrize("book", [ORDERS, REGISTRY])
def test_where_one_book_is_open_none_is_written(book: str, tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = filled_in_two_books(root)
    (root / f"~${book}").write_bytes(b"")
    before = cells_of(root)
    with pytest.raises(Unavailable, match="открыта"):
        give(root, path)
    assert cells_of(root) == before
    (root / f"~${book}").unlink()
    assert {ORDERS, REGISTRY} <= {*give(root, path).files}


def test_where_one_book_cannot_be_written_the_others_are_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = healthy(tmp_path)
    path = filled_in_two_books(root)
    before = cells_of(root)

    def refuse(workspace: Workspace, book: BookFile, path: Path, reader: WorkbookReader) -> None:
        if book.name == REGISTRY:
            raise OSError(28, "No space left on device")
        stamp_next_version(workspace, book, path, reader)

    monkeypatch.setattr("cmtools.changed_book.stamp_next_version", refuse)
    with pytest.raises(OSError, match="No space"):
        give(root, path)
    assert cells_of(root) == before
    monkeypatch.undo()
    assert {ORDERS, REGISTRY} <= {*give(root, path).files}


def test_forms_of_others_and_broken_rows(tmp_path: Path) -> None:
    root = healthy(tmp_path / "w")
    other = healthy(tmp_path / "other")
    foreign = give(root, filled(morning(other), "original", done="да"))
    assert [problem.code for problem in foreign.problems] == ["not-our-form"]
    assert (foreign.rows, foreign.exit_code) == ((), 1)
    path = filled(morning(root), "original", done="да")
    book = load_workbook(path)
    row = next(r for r in rows_of_form(book.worksheets[0]) if r[DONE].value)
    row[TEXT].value = "Получить всё"
    book.save(path)
    result = give(root, path)
    assert states(result) == [("original", "bad")]
    assert "не только в жёлтых столбцах" in result.rows[0].message


def test_the_answer_of_the_command(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = filled(morning(root), "original", done="да")
    name = path.relative_to(root).as_posix()
    done = run("apply", name, "--json", "--today", "2026-11-21", folder=root)
    answer = json.loads(done.out)
    key = answer["rows"][0].pop("key")
    assert key.startswith("original З-2026-0002 4-")
    assert answer == {
        "ok": True,
        "form": "Повестка · 2026-11-21",
        "rows": [
            {
                "kind": "original",
                "order": ORDER,
                "client": "К-0002",
                "state": "done",
                "message": "",
            }
        ],
        "files": ["Предварительные заказы — с ответами.xlsx"],
        "problems": [],
    }
