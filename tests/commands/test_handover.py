"""`cmtools handover`: a client goes to another manager, in all books or in none."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from cmtools.commands.handover import HandoverResult, handover
from cmtools.commands.result import ExitCode
from cmtools.commands.validate import validate
from cmtools.errors import Unavailable, UsageError
from support.priced import DRAFT as THIRD
from support.priced import FIRST, IVANOV, SECOND
from support.printing import printed_points
from support.program import run
from support.workbench import (
    CLERK,
    HEALTHY,
    ORDERS,
    REGISTRY,
    SALES,
    TASKS,
    TODAY,
    Row,
    drop_sheet,
    extra_book,
    healthy,
    put,
)

NOW = datetime(2026, 11, 21, 9, 30)
HOME = "Клиенты/К-0001 Ромашка"
AGREEMENT = f"{HOME}/Договор/К-0001 Соглашение о передаче клиента.docx"
WORKBOOK = f"{HOME}/Передача 2026-11-21/К-0001 Передача клиента.xlsx"
DRAFTS = ["Предварительные заказы — черновик.xlsx", "Реестр клиентов — черновик.xlsx"]
BACKUPS = [f"{name[:-5]} — резерв 2026-11-21 09-30-00.xlsx" for name in (ORDERS, REGISTRY)]
NEW_ROW = {
    "Дата": datetime(2026, 11, 21),
    "Код клиента": "К-0001",
    "Передал": SALES,
    "Принял": CLERK,
    "Причина": "прочее",
}


def hand_over(root: Path, code: str = "К-0001", to: str = CLERK, **options: Any) -> HandoverResult:
    return handover(root, code, to=to, today=TODAY, now=NOW, **options)


def rows(path: Path, sheet: str) -> list[dict[str, object]]:
    header, *found = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    titles = [str(title).rstrip("*") for title in header]
    filled: list[dict[str, object]] = [
        {title: value for title, value in zip(titles, row, strict=True) if value is not None}
        for row in found
    ]
    return [row for row in filled if row]


def managers(path: Path, sheet: str, key: str) -> dict[object, object]:
    return {row[key]: row["Менеджер"] for row in rows(path, sheet)}


def books(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.glob("*.xlsx")}


def states(result: HandoverResult) -> list[tuple[str, str]]:
    return [(file["path"], file["state"]) for file in result.as_json()["files"]]


def test_drafts_of_the_books_and_the_papers(tmp_path: Path) -> None:
    """The client, its open order and the register's new row; the books stay as they are."""
    root = healthy(tmp_path)
    before = books(root)
    made = hand_over(root)
    assert made.as_json() == {
        "client": "К-0001",
        "from": SALES,
        "to": CLERK,
        "reason": "прочее",
        "date": "2026-11-21",
        "orders": [THIRD],
        "files": [{"path": path, "state": "made"} for path in (*DRAFTS, AGREEMENT, WORKBOOK)],
        "problems": [],
    }
    assert {name: books(root)[name] for name in before} == before
    orders, register = (root / name for name in DRAFTS)
    assert managers(orders, "Заказы", "№ заказа") == {FIRST: SALES, SECOND: SALES, THIRD: CLERK}
    assert managers(register, "Клиенты", "Код") == {
        "К-0001": CLERK,
        "К-0002": SALES,
        "К-0003": CLERK,
    }
    assert rows(register, "Передачи клиентов")[1:] == [NEW_ROW]
    old = openpyxl.load_workbook(root / ORDERS)["Заказы"]
    assert managers(root / ORDERS, "Заказы", "№ заказа")[THIRD] == SALES
    new = openpyxl.load_workbook(orders)["Заказы"]
    differ = [
        cell.coordinate
        for line in new.iter_rows()
        for cell in line
        if cell.value != old[cell.coordinate].value
    ]
    assert differ == ["D4"]
    assert states(hand_over(root)) == [
        (path, "unchanged") for path in (*DRAFTS, AGREEMENT, WORKBOOK)
    ]


def test_in_place_and_again(tmp_path: Path) -> None:
    """The second time there is nothing left to do."""
    root = healthy(tmp_path)
    before = books(root)
    done = hand_over(root, in_place=True, reason=" оформление  Заказов ")
    pairs = [name for pair in zip(BACKUPS, (ORDERS, REGISTRY), strict=True) for name in pair]
    assert [path for path, _ in states(done)] == [*pairs, AGREEMENT, WORKBOOK]
    assert books(root)[BACKUPS[0]] == before[ORDERS]
    assert books(root)[BACKUPS[1]] == before[REGISTRY]
    assert rows(root / REGISTRY, "Передачи клиентов")[1:] == [
        {**NEW_ROW, "Причина": "оформление заказов"}
    ]
    assert [p for p in validate(root, today=TODAY).problems if p.is_error] == []
    after = books(root)
    again = hand_over(root, in_place=True)
    assert states(again) == [(path, "unchanged") for path in (AGREEMENT, WORKBOOK)]
    tomorrow = handover(root, "К-0001", to=CLERK, today=date(2026, 11, 22), now=NOW)
    assert (states(tomorrow), tomorrow.exit_code) == ([], ExitCode.DONE)
    assert books(root) == after


def test_the_agreement_names_both(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    hand_over(root, reason="VIP")
    document = docx.Document(str(root / AGREEMENT))
    text = "\n".join(p.text for p in document.paragraphs)
    assert f"{SALES} (далее — «Передающий») и {CLERK} (далее — «Принимающий»)" in text
    assert "и с «21» ноября 2026 г. применяется к ведению клиента." in text.replace("\u00a0", " ")
    assert "г.." not in text
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "VIP" in cells
    assert any("П.\u00a0И.\u00a0Смирнов" in cell for cell in cells)


def test_the_workbook(tmp_path: Path) -> None:
    """The card, open orders, debts, claims, people, every contact and what is to be done."""
    root = healthy(tmp_path)
    handover(root, "К-0002", to=CLERK, today=TODAY, now=NOW)
    name = "Клиенты/К-0002 Кузнецов В. А/Передача 2026-11-21/К-0002 Передача клиента.xlsx"
    book = openpyxl.load_workbook(root / name)
    assert [s.title for s in book.worksheets if printed_points(s) < 8] == []
    shown = {
        sheet.title: [
            [v for v in row if v is not None] for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book
    }
    assert [*shown] == [
        "Карточка",
        "Заказы",
        "Долги",
        "Претензии",
        "Контактные лица",
        "Журнал контактов",
        "Дела",
    ]
    assert ["ИНН", "771234567859"] in shown["Карточка"]
    assert ["Принял", CLERK] in shown["Карточка"]
    assert [row[0] for row in shown["Заказы"] if row and row[0] == SECOND] == [SECOND]
    assert shown["Долги"][-1][:1] == ["Итого"]
    assert [datetime(2026, 11, 20), SECOND, 200, "Помятая упаковка", "в работе"] in shown[
        "Претензии"
    ]
    assert ["Кузнецова Дарья"] in shown["Контактные лица"]
    assert [datetime(2026, 11, 12), "письмо", CLERK, "Отправлен макет"] in shown["Журнал контактов"]
    assert any("Получить оригинал: спецификация" in row for row in shown["Дела"])


def other_book(root: Path, **changes: object) -> Path:
    """One more order book with an open order of the first client, of another manager."""
    number = "З-2026-0050"
    order: Row = {**HEALTHY["Заказы"][2], "№ заказа": number, "Менеджер": "Иванов Лев", **changes}
    position: Row = {**HEALTHY["Позиции"][3], "№ заказа": number}
    return extra_book(root, IVANOV, {"Заказы": [order], "Позиции": [position]})


def test_all_open_orders_in_all_books(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    other_book(root)
    assert hand_over(root, in_place=True).as_json()["orders"] == ["З-2026-0050", THIRD]
    assert managers(root / IVANOV, "Заказы", "№ заказа") == {"З-2026-0050": CLERK}
    assert managers(root / ORDERS, "Заказы", "№ заказа")[THIRD] == CLERK


def test_an_open_book_stops_all(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    other_book(root)
    (root / f"~${REGISTRY}").touch()
    before = books(root)
    with pytest.raises(Unavailable, match="открыта"):
        hand_over(root, in_place=True)
    assert books(root) == before
    assert not (root / HOME).exists()


def test_a_fault_in_the_middle_leaves_the_books_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register, the last one, cannot be replaced: the order books come back."""
    root = healthy(tmp_path)
    other_book(root)
    before = books(root)
    rename = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if Path(target).name == REGISTRY:
            raise PermissionError(13, "занято", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        hand_over(root, in_place=True)
    assert {name: books(root)[name] for name in before} == before
    assert not (root / HOME).exists()


def test_errors_in_other_cells_stop_nothing(tmp_path: Path) -> None:
    """The order changes hands; the client's error only forbids the agreement."""
    root = healthy(
        tmp_path, put("Заказы", "Срок поставки", 2, "вчера"), put("Клиенты", "ИНН", 0, "1")
    )
    done = hand_over(root, in_place=True)
    assert managers(root / ORDERS, "Заказы", "№ заказа")[THIRD] == CLERK
    assert managers(root / REGISTRY, "Клиенты", "Код")["К-0001"] == CLERK
    assert [problem.column for problem in done.problems] == ["ИНН"]
    assert done.exit_code is ExitCode.PROBLEMS
    assert [path for path, _ in states(done)][-1] == WORKBOOK


@pytest.mark.parametrize(
    ("code", "to", "reason", "message"),
    [
        ("К-0009", CLERK, None, "нет клиента «К-0009»; может быть, «К-0001»?"),
        ("о", CLERK, None, "«о» — не один клиент: .*; укажите код"),
        ("К-0001", "Смирнов Пётр", None, "менеджера «Смирнов Пётр» нет"),
        ("К-0001", "Смирнов Петя Ильич", None, f"может быть, «{CLERK}»?"),
        ("К-0001", CLERK, "уволен", "причины «уволен» нет; есть: «оформление заказов», .*«прочее»"),
    ],
)
def test_a_wrong_call_writes_nothing(
    code: str, to: str, reason: str | None, message: str, tmp_path: Path
) -> None:
    root = healthy(tmp_path)
    before = books(root)
    with pytest.raises(UsageError, match=re.escape(message) if ".*" not in message else message):
        hand_over(root, code, to, reason=reason)
    assert books(root) == before


def test_names_however_typed_and_people_without_clients(tmp_path: Path) -> None:
    """Who only does a task may get a first client."""
    root = healthy(tmp_path, put("Поручения", "Исполнитель", 0, "Новикова Яна Олеговна"))
    assert hand_over(root, "ромашка", "смирнов петр ильич").handover.taker == CLERK
    assert (root / TASKS).exists()
    assert hand_over(root, to="новикова  яна олеговна").handover.taker == "Новикова Яна Олеговна"


def test_a_new_manager_by_the_full_name(tmp_path: Path) -> None:
    """Whom no book names yet; a name like a known one is taken for a slip of the pen."""
    root = healthy(tmp_path)
    done = hand_over(root, to="Смирнова  Ольга Ильинична", in_place=True)
    assert done.handover.taker == "Смирнова Ольга Ильинична"
    assert managers(root / REGISTRY, "Клиенты", "Код")["К-0001"] == "Смирнова Ольга Ильинична"


def test_a_register_without_the_sheet_of_handovers(tmp_path: Path) -> None:
    root = healthy(tmp_path, drop_sheet("Передачи клиентов"))
    with pytest.raises(UsageError, match="нет листа «Передачи клиентов»"):
        hand_over(root)


def test_the_program_answers(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    day = f"--today={TODAY}"
    assert run("handover", "К-0001", "--to", "Никто", day, folder=root).code == 2
    answer = run("handover", "К-0001", "--to", CLERK, "--in-place", "--json", day, folder=root)
    assert (answer.code, json.loads(answer.out)["orders"]) == (0, [THIRD])
    shown = run("handover", "К-0001", "--to", CLERK, day, folder=root).out
    assert f"теперь менеджер {CLERK}" in " ".join(shown.split())
