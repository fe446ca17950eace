"""`cmtools client`: the category, its reason, the day of the loss; edges counted by hand."""

import json
from datetime import date
from pathlib import Path

import pytest

from cmtools.commands.client import ANSWER, ClientResult, client
from cmtools.commands.result import ExitCode
from cmtools.errors import UsageError
from cmtools.problems import Place
from support.program import run
from support.strategies import client_row, order_row
from support.workbench import Row, healthy, put, workspace_with

TODAY = date(2026, 11, 21)
YEAR_OF_ORDERS = (date(2025, 11, 30), date(2026, 3, 1), date(2026, 8, 31))


def books(*days: date, **sheets: list[Row]) -> dict[str, list[Row]]:
    """One client with orders on those days."""
    orders = [order_row(f"З-{number}", day) for number, day in enumerate(days, 1)]
    return {"Клиенты": [client_row()], "Заказы": orders} | sheets


def asked(folder: Path, as_of: date | None, *days: date, **sheets: list[Row]) -> ClientResult:
    return client(
        workspace_with(folder, books(*days, **sheets)), "К-0001", as_of=as_of, today=TODAY
    )


def test_the_whole_answer(tmp_path: Path) -> None:
    outcome = asked(tmp_path, date(2026, 8, 31), date(2025, 8, 30), *YEAR_OF_ORDERS)
    orders = "Предварительные заказы.xlsx"
    answer = json.loads(json.dumps(outcome.as_json()))
    assert answer.keys() == ANSWER.keys()  # as the reference has them
    of_category = {key: answer[key] for key in [*ANSWER][: [*ANSWER].index("requisites")]}
    for order in of_category["orders"]:
        for key in ("request", "stage", "closed", "amount", "paid", "debt"):
            del order[key]
    assert of_category == {
        "client": "К-0001",
        "name": "Клиент 1",
        "manager": "Орлова Анна",
        "status": None,
        "vip": False,
        "as_of": "2026-08-31",
        "category": "повторный",
        "orders": [
            {"order": "З-4", "date": "2026-08-31", "file": orders, "row": 5, "counts": False},
            {"order": "З-3", "date": "2026-03-01", "file": orders, "row": 4, "counts": True},
            {"order": "З-2", "date": "2025-11-30", "file": orders, "row": 3, "counts": True},
            {"order": "З-1", "date": "2025-08-30", "file": orders, "row": 2, "counts": False},
        ],
        "category_rule": {
            "rule": "Системный: заказов не менее",
            "value": 3,
            "months": 12,
            "since": "2025-08-31",
            "orders": 2,
            "earlier": 1,
        },
        "last_order": "2026-08-31",
        "loss_rule": {"rule": "Потеря системного, дней", "value": 90, "system": True},
        "lost_on": "2026-11-29",
        "lost": False,
        "losses": [{"on": "2026-05-30", "last_order": "2026-03-01", "system": True}],
    }
    assert (outcome.exit_code, outcome.problems) == (ExitCode.DONE, ())


@pytest.mark.parametrize(
    ("as_of", "category"),
    [
        (date(2025, 11, 30), "новый"),  # orders of the same day do not make a client old
        (date(2025, 12, 1), "повторный"),
        (date(2026, 9, 1), "системный"),
        (date(2026, 11, 30), "системный"),  # the first order lies on the edge, included
        (date(2026, 12, 1), "повторный"),
    ],
)
def test_the_category_at_its_edges(tmp_path: Path, as_of: date, category: str) -> None:
    assert asked(tmp_path, as_of, *YEAR_OF_ORDERS).as_json()["category"] == category


@pytest.mark.parametrize(("as_of", "lost"), [(date(2027, 3, 1), False), (date(2027, 3, 2), True)])
def test_the_limit_day_still_saves(tmp_path: Path, as_of: date, lost: bool) -> None:
    found = asked(tmp_path, as_of, date(2026, 3, 1)).as_json()
    assert (found["lost_on"], found["lost"]) == ("2027-03-01", lost)
    assert found["loss_rule"] == {
        "rule": "Потеря несистемного, дней",
        "value": 365,
        "system": False,
    }


def test_later_orders_do_not_undo_a_loss(tmp_path: Path) -> None:
    rules: list[Row] = [{"Правило": "Потеря несистемного, дней", "Значение": 30}]
    days = (date(2026, 1, 1), date(2026, 6, 1))
    found = asked(tmp_path, date(2026, 6, 15), *days, Правила=rules).as_json()
    assert found["losses"] == [{"on": "2026-01-31", "last_order": "2026-01-01", "system": False}]
    assert (found["lost_on"], found["lost"]) == ("2026-07-01", False)


def test_a_client_without_orders(tmp_path: Path) -> None:
    found = asked(tmp_path, None).as_json()
    keys = ("as_of", "category", "orders", "last_order", "loss_rule", "lost_on", "lost")
    assert [found[key] for key in keys] == [f"{TODAY}", "новый", [], None, None, None, False]


def test_a_preliminary_request_does_not_count(tmp_path: Path) -> None:
    rows = [order_row("З-1", date(2026, 3, 1), final=False)]
    root = workspace_with(tmp_path, {"Клиенты": [client_row()], "Заказы": rows})
    answer = client(root, "К-0001", today=TODAY).as_json()
    told = [(order["order"], order["request"], order["counts"]) for order in answer["orders"]]
    assert (told, answer["last_order"]) == ([("З-1", "предварительная", False)], None)


def test_vip_is_told_beside_the_category(tmp_path: Path) -> None:
    rows: list[Row] = [{**client_row(), "Особый статус": "VIP"}]
    found = asked(tmp_path, None, date(2026, 3, 1), Клиенты=rows).as_json()
    assert (found["vip"], found["status"], found["category"]) == (True, "VIP", "повторный")


@pytest.mark.parametrize("typed", ["к-0001", "  К-0001 ", "K-0001"])
def test_a_code_however_typed(tmp_path: Path, typed: str) -> None:
    """The last one begins with a Latin letter."""
    root = workspace_with(tmp_path, books())
    assert client(root, typed, today=TODAY).as_json()["client"] == "К-0001"


def test_an_unknown_client_is_misuse(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    with pytest.raises(UsageError, match="нет клиента «К-0010»; может быть, «К-0001»"):
        client(root, "К-0010", today=TODAY)


def test_errors_that_may_change_the_answer_are_told(tmp_path: Path) -> None:
    """An order without a sound day counts nowhere; an error of another client is of no interest."""
    rows: list[Row] = [
        order_row("З-1", date(2026, 3, 1)),
        {**order_row("З-2", TODAY), "Дата заказа": "вчера"},
        {**order_row("З-3", TODAY, "К-0002"), "Дата заказа": "вчера"},
    ]
    people = [client_row(), client_row("К-0002")]
    root = workspace_with(tmp_path, {"Клиенты": people, "Заказы": rows})
    outcome = client(root, "К-0001", today=TODAY)
    place = Place(file="Предварительные заказы.xlsx", sheet="Заказы", row=3, column=2)
    assert [problem.place for problem in outcome.problems] == [place]
    assert [order["order"] for order in outcome.as_json()["orders"]] == ["З-1"]
    assert len(outcome.as_json()["problems"]) == 1
    assert outcome.exit_code is ExitCode.PROBLEMS


@pytest.mark.parametrize(("code", "exit_code"), [("К-0001", 0), ("К-0007", 2)])
def test_the_command_line(tmp_path: Path, code: str, exit_code: int) -> None:
    root = workspace_with(tmp_path, books(*YEAR_OF_ORDERS))
    command = ("client", code, "--as-of", "2026-11-30", "--today", f"{TODAY}")
    for more in ([], ["--json"]):
        made = run(*command, *more, folder=root)
        assert made.code == exit_code
    if exit_code:
        assert made.json()["ok"] is False
    else:
        assert made.json()["category"] == "системный"


@pytest.mark.parametrize("typed", ["ромаш", "РОМАШКА", "ооо «ромашка»", "к-0001"])
def test_a_part_of_the_name_that_fits_one_client(typed: str, tmp_path: Path) -> None:
    assert client(healthy(tmp_path), typed, today=TODAY).as_json()["client"] == "К-0001"


def test_a_part_of_several_names_and_a_name_nearly_right(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Клиенты", "Краткое наименование", 1, "ООО «Незабудка»"))
    with pytest.raises(UsageError, match="«К-0001 ООО «Ромашка»», «К-0002 ООО «Незабудка»»"):
        client(root, "ООО", today=TODAY)
    with pytest.raises(UsageError, match="нет клиента «Лебедова Ольга»; может быть, «Лебедева"):
        client(root, "Лебедова Ольга", today=TODAY)


def test_a_whole_name_is_meant_though_others_begin_so(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Клиенты", "Краткое наименование", 1, "ООО «Ромашка» плюс"))
    assert client(root, "ооо «ромашка»", today=TODAY).as_json()["client"] == "К-0001"


def test_ё_and_е_are_one(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Клиенты", "Краткое наименование", 1, "ИП Тёмный"))
    assert client(root, "темн", today=TODAY).as_json()["client"] == "К-0002"


def test_up_to_five_names_are_told(tmp_path: Path) -> None:
    rows = [client_row(f"К-000{number}") for number in range(1, 8)]
    root = workspace_with(tmp_path, {"Клиенты": rows})
    with pytest.raises(UsageError) as refusal:
        client(root, "клиент", today=TODAY)
    assert str(refusal.value).count("«К-000") == 5
    assert str(refusal.value).endswith(" и ещё 2; укажите код")
