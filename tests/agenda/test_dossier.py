"""The dossier of `cmtools client`: all that the books hold of one client."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from cmtools.commands.client import client
from cmtools.commands.docs import docs
from cmtools.documents.selection import Selection
from support.program import run
from support.workbench import CLERK, SALES, TODAY, Row, add, healthy, put, rewrite

DOSSIER = ("requisites", "people", "needs", "debt", "claims", "contacts", "next", "folder")


def test_the_whole_dossier(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    docs(root, Selection(client="К-0001"), today=TODAY)
    answer = json.loads(json.dumps(client(root, "ромашка", today=TODAY).as_json()))
    assert {key: answer[key] for key in DOSSIER} == {
        "requisites": {
            "form": "юрлицо",
            "full_name": "Общество с ограниченной ответственностью «Ромашка»",
            "inn": "7707083893",
            "kpp": "770701001",
            "ogrn": "1027700132195",
            "legal_address": "117997, г. Москва, ул. Вавилова, д. 19",
            "postal_address": "117997, г. Москва, ул. Вавилова, д. 19",
            "bank": "ГУ Банка России",
            "bik": "049805746",
            "account": "40602810700000000025",
            "correspondent_account": "30101810800000000746",
            "head_post": "Генеральный директор",
            "head_name": "Иванов Иван Иванович",
            "acts_on": "Устава",
            "phone": "+7 495 123-45-67",
            "email": "office@romashka.example",
        },
        "people": [
            {
                "name": "Соколова Елена Юрьевна",
                "post": "Секретарь",
                "phone": "+7 495 123-45-68",
                "email": "sokolova@romashka.example",
                "birthday": "1990-03-05",
            }
        ],
        "needs": {"open": "Визитки", "hidden": "Каталоги"},
        "debt": "0.00",
        "claims": [
            {
                "date": "2026-11-02",
                "order": "З-2026-0001",
                "amount": "500.00",
                "reason": "Смещение реза",
                "decision": "удовлетворена",
                "decided": "2026-11-06",
                "met_amount": "300.00",
            }
        ],
        "contacts": [
            {
                "date": "2026-11-10",
                "kind": "звонок",
                "who": SALES,
                "whom": "Соколова Елена Юрьевна",
                "content": "Обсудили новый тираж",
                "next": "2026-12-01",
            }
        ],
        "next": answer["duties"][0],
        "folder": "Клиенты/К-0001 Ромашка",
    }
    course = ("order", "request", "stage", "closed", "amount", "paid", "debt", "counts")
    assert [[order[key] for key in course] for order in answer["orders"]] == [
        ["З-2026-0003", "предварительная", "2.3", None, None, "0.00", None, False],
        ["З-2026-0001", "окончательная", "4.3", "2026-11-10", "5640.00", "5640.00", "0.00", True],
    ]
    assert {duty["client"] for duty in answer["duties"]} == {"К-0001"}


def test_what_a_client_owes(tmp_path: Path) -> None:
    """A preliminary request is owed nothing."""
    prices = [put("Позиции", "Себестоимость за ед.", 3, 5)]
    root = healthy(tmp_path, *prices, put("Заказы", "Код клиента", 2, "К-0002"))
    answer = client(root, "К-0002", today=TODAY).as_json()
    debts = {order["order"]: order["debt"] for order in answer["orders"]}
    assert debts["З-2026-0002"] == answer["debt"] == "30050.00"
    assert debts["З-2026-0003"] is not None


def test_the_last_ten_contacts_of_anyone(tmp_path: Path) -> None:
    """The latest first; two of one day as they stand in the book, the lower one later."""
    days = [TODAY - timedelta(days=number) for number in (20, 5, 5, *range(6, 16))]
    rows: list[Row] = [
        {
            "Дата": day,
            "Код клиента": "К-0002",
            "Вид": "звонок",
            "Кто от компании": (SALES, CLERK)[number % 2],
            "Содержание": f"разговор {number}",
        }
        for number, day in enumerate(days)
    ]
    root = healthy(tmp_path, rewrite("Журнал контактов", rows))
    contacts = client(root, "К-0002", today=TODAY).as_json()["contacts"]
    assert [touch["content"] for touch in contacts] == [
        f"разговор {number}" for number in (2, 1, *range(3, 11))
    ]
    assert {touch["who"] for touch in contacts} == {SALES, CLERK}


@pytest.mark.parametrize(
    ("following", "on"), [(date(2026, 12, 1), "2026-12-01"), (None, "2026-12-02")]
)
def test_the_next_step_without_duties(following: date | None, on: str, tmp_path: Path) -> None:
    """The contact that was entered, else that of the cadence: 30 days for a new client."""
    root = healthy(
        tmp_path,
        put("Клиенты", "Дата передачи", 2, date(2026, 11, 2)),
        add(
            "Журнал контактов",
            {
                "Дата": date(2026, 11, 2),
                "Код клиента": "К-0003",
                "Вид": "встреча",
                "Кто от компании": CLERK,
                "Содержание": "Познакомились",
                "Следующий контакт": following,
            },
        ),
    )
    answer = client(root, "К-0003", today=TODAY).as_json()
    assert (answer["duties"], answer["folder"]) == ([], None)
    step = answer["next"]
    assert (step["kind"], step["date"], step["text"]) == (
        "touch",
        on,
        "Связаться с клиентом; в прошлый раз: Познакомились",
    )


def test_rows_with_errors_are_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    root = healthy(
        tmp_path, put("Клиенты", "ИНН", 0, "1"), put("Заказы", "Срок поставки", 2, "вчера")
    )
    found = client(root, "К-0001", today=TODAY)
    answer = found.as_json()
    assert [problem["column"] for problem in answer["problems"]] == ["Срок поставки", "ИНН"]
    assert (answer["requisites"]["inn"], answer["requisites"]["kpp"]) == (None, "770701001")
    assert [order["stage"] for order in answer["orders"]] == [None, "4.3"]


@pytest.mark.parametrize("width", [80, 120])
def test_the_screen(width: int, tmp_path: Path) -> None:
    root = healthy(tmp_path)
    answer = run("client", "кузнец", f"--today={TODAY}", folder=root, COLUMNS=f"{width}")
    lines = answer.out.splitlines()
    assert answer.code == 0
    assert max(map(len, lines)) <= width
    shown = " ".join(answer.out.split())
    for text in (
        "К-0002 ИП Кузнецов В. А.",
        "ИНН 771234567859, ОГРН 316774600012304",
        "Папка: нет — cmtools folders --make",
        "Долг: 30 050,00",
        "Кузнецова Дарья",
        "Помятая упаковка",
        "Отправлен макет",
    ):
        assert text in shown
