"""Which papers are made: by stage, by contract, by client, by row; and which version."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from cmtools.commands.docs import docs
from cmtools.documents.catalog import KINDS, find_form
from cmtools.documents.selection import Selection
from cmtools.errors import UsageError

# By stage, by contract, by client
from support.paper_cases import WITH_VAT, grid_books
from support.paper_figures import kinds_of, make, make_all, shipment
from support.papers import CLIENT_KINDS, CONTRACT_KINDS, NAMES, Paper, blemishes, money
from support.workbench import (
    CLERK,
    ORDERS,
    SALES,
    SHIPPING,
    TODAY,
    Row,
    add,
    cell_of,
    healthy,
    put,
    rewrite,
    rows_of,
    workspace_with,
)

FIRST, SECOND, THIRD = "З-2026-0001", "З-2026-0002", "З-2026-0003"
TRANSFER: Row = {
    "Дата": date(2026, 10, 20),
    "Код клиента": "К-0002",
    "Передал": CLERK,
    "Принял": SALES,
    "Причина": "VIP",
}


def move(root: Path, other: Path) -> None:
    """Put the books of another workspace in place of these."""
    for book in other.glob("*.xlsx"):
        book.replace(root / book.name)


SHIPPED_STAGES = {
    "2.1": "request",
    "2.2": "request contractor-request",
    "2.3": "",
    "2.4": "offer",
    "2.5": "essentials approval contract specification",
    "2.6": "invoice",
    "3.1": "production-entry",
    "3.6": "readiness",
    "4.1": "act",
    "5.1": "offer",
    "5.2": "request",
    "5.4": "design-brief",
}


def test_kinds_come_from_the_stage(tmp_path: Path) -> None:
    """The stages as shipped: one order of each stage."""
    template, contract = rows_of("Заказы")[1], rows_of("Договоры")[1]
    lines = [row for row in rows_of("Позиции") if row["№ заказа"] == SECOND]
    orders = {stage: f"З-{stage.replace('.', '')}" for stage in SHIPPED_STAGES}
    contracts = {stage: f"Д-{stage.replace('.', '')}" for stage in SHIPPED_STAGES}
    root = healthy(
        tmp_path,
        add(
            "Заказы",
            *[
                template | {"№ заказа": number, "Стадия": stage, "№ договора": contracts[stage]}
                for stage, number in orders.items()
            ],
        ),
        add("Договоры", *[contract | {"№ договора": number} for number in contracts.values()]),
        add("Позиции", *[r | {"№ заказа": number} for number in orders.values() for r in lines]),
    )
    outcome = docs(root, Selection(orders=list(orders.values())), today=TODAY)
    assert outcome.exit_code == 0, outcome.problems
    made: dict[str, set[str]] = {
        number: set() for number in (*orders.values(), *contracts.values())
    }
    for file in outcome.as_json()["files"]:
        made[file["path"].rpartition("/")[2].partition(" ")[0]].add(file["kind"])
    found = {stage: made[orders[stage]] | made[contracts[stage]] for stage in SHIPPED_STAGES}
    assert found == {stage: set(kinds.split()) for stage, kinds in SHIPPED_STAGES.items()}


def test_a_director_may_ask_for_other_papers_at_a_stage(tmp_path: Path) -> None:
    stages = [
        {"Код": "3.3", "Название": "В работе", "Документы": "Счёт на оплату, readiness"},
        {"Код": "2.3", "Название": "Расчёт"},
        {"Код": "4.3", "Название": "Закрыть сделку"},
    ]
    root = healthy(tmp_path, rewrite("Стадии", stages))
    assert kinds_of(docs(root, Selection(orders=[SECOND]), today=TODAY)) == [
        "invoice",
        "readiness",
    ]


def test_contract_and_client_without_kinds_make_all(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    contract = docs(root, Selection(contract="ДС-2026-01"), today=TODAY)
    assert (contract.exit_code, kinds_of(contract)) == (0, sorted(CONTRACT_KINDS))
    client = docs(root, Selection(client="К-0001"), today=TODAY)
    assert (client.exit_code, kinds_of(client)) == (0, sorted(CLIENT_KINDS))
    never_handed = docs(root, Selection(client="К-0003"), today=TODAY)
    assert (never_handed.exit_code, kinds_of(never_handed)) == (0, ["client-card"])


def test_every_order(tmp_path: Path) -> None:
    """All orders at once, one paper."""
    outcome = docs(
        healthy(tmp_path), Selection(every=True), kinds=("contractor-request",), today=TODAY
    )
    names = [file["path"].rpartition("/")[2] for file in outcome.as_json()["files"]]
    assert sorted(names) == [f"{n} Запрос подрядчику.docx" for n in (FIRST, SECOND, THIRD)]


# Kinds by the names that people use


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Счёт на оплату", "invoice"),
        ("счет", "invoice"),
        ("INVOICE", "invoice"),
        ("акт", "act"),
        ("акт по претензии", "claim-act"),
        ("Договор.docx", "contract"),
        ("кп", "offer"),
        ("уведомление", "readiness"),
    ],
)
def test_a_kind_is_named_in_russian(typed: str, kind: str) -> None:
    assert find_form(KINDS, typed).id == kind


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("реестр", "назовите документ «реестр» точнее: «Реестр передачи оригиналов» или"),
        ("счот", "нет документа «счот»; может быть, «Счёт на оплату»?"),
        ("invoise", "нет документа «invoise»; может быть, «invoice»?"),
        ("накладная", "нет документа «накладная»; есть: Заявка на заказ, Запрос подрядчику,"),
    ],
)
def test_a_wrong_kind_names_the_nearest(typed: str, refusal: str) -> None:
    with pytest.raises(UsageError, match=re.escape(refusal)):
        find_form(KINDS, typed)


# The five entities


@pytest.mark.parametrize(
    "entity",
    [
        "Предмет договора",
        "Цена и условия оплаты",
        "Ответственность покупателя",
        "Условия поставки",
        "Ответственность продавца",
    ],
)
def test_incomplete_entities_are_for_the_lawyer_only(tmp_path: Path, entity: str) -> None:
    """Issue 3: «5 сущностей» incomplete: the lawyer's card says which."""
    root = healthy(tmp_path, put("Договоры", entity, 1, None))
    asked = Selection(contract="ДС-2026-02")
    made = docs(root, asked, kinds=("essentials",), today=TODAY)
    assert kinds_of(made) == ["essentials"]
    paper = Paper(root / made.files[0])
    assert entity.lower() in paper.loose.lower()
    assert any(
        word in paper.loose.lower() for word in ("не заполнен", "не указан", "неполн", "не хватает")
    )
    assert blemishes(paper) == []
    refused = docs(root, asked, kinds=("contract",), today=TODAY)
    assert (refused.exit_code, refused.files) == (1, ())
    assert {(p.place.sheet, p.column) for p in refused.problems} == {("Договоры", entity)}


# Rows of claims and transfers


def test_another_row_of_claims_and_transfers(tmp_path: Path) -> None:
    earlier = rows_of("Претензии")[1] | {"Дата": date(2026, 11, 12), "Сумма": 77, "Причина": "Скол"}
    root = healthy(tmp_path, add("Претензии", earlier), add("Передачи клиентов", TRANSFER))
    latest = make(root, SECOND, "claim-act")
    assert "Помятая упаковка" in Paper(root / latest.files[0]).text
    other = make(root, SECOND, "claim-act", row=row_number(root, 2))
    paper = Paper(root / other.files[0])
    assert "Скол" in paper.text
    assert "Помятая" not in paper.text
    assert money("77") in paper.money


def row_number(root: Path, index: int, sheet: str = "Претензии") -> int:
    """The row of a sheet as Excel numbers it."""
    return int(cell_of(root / ORDERS, sheet, "Дата", index)[1:])


def test_a_row_that_is_not_there_is_told(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    for row in (0, -1, 999):
        with pytest.raises(UsageError):
            make(root, SECOND, "claim-act", row=row)
    assert list((root / "Клиенты").rglob("*.docx")) == []


def test_no_claim_is_told(tmp_path: Path) -> None:
    outcome = make(healthy(tmp_path), THIRD, "claim-act")
    assert (outcome.exit_code, outcome.files) == (1, ())
    assert THIRD in outcome.problems[0].message


# Files and versions


def test_all_kinds_stay_as_they_are_on_a_later_day(tmp_path: Path) -> None:
    """The date is the row's; the card's day is no part of the comparison."""
    cases = [case for case in WITH_VAT if case.count == 1 and case.rate == 22]
    root = workspace_with(tmp_path, grid_books(cases))
    first = make_all(root, cases)
    before = {path: path.read_bytes() for path in root.rglob("Клиенты/**/*.docx")}
    again = make_all(root, cases, today=TODAY + timedelta(days=33))
    states = {file["kind"]: file["state"] for made in again for file in made.as_json()["files"]}
    assert states == dict.fromkeys(NAMES, "unchanged")
    assert {path: path.read_bytes() for path in root.rglob("Клиенты/**/*.docx")} == before
    assert [made.files for made in again] == [made.files for made in first]


def test_changed_content_makes_versions(tmp_path: Path) -> None:
    """A new name of the client is in all papers of the order; each gets ` (2)`, then no more."""
    root = healthy(tmp_path / "one", SHIPPING)
    kinds = ("offer", "invoice", "act", "readiness", "claim-act")
    first = make(root, SECOND, *kinds)
    renamed = put("Клиенты", "Полное наименование", 1, "ИП Кузнецов Виктор Андреевич (Тула)")
    moved = put("Заказы", "Адрес доставки", 1, "г. Тверь, ул. Новая, д. 1")
    other = put("Позиции", "Наименование", 1, "Каталог 32 стр.")
    move(root, healthy(tmp_path / "two", SHIPPING, renamed, moved, other))
    second = make(root, SECOND, *kinds)
    assert [file["state"] for file in second.as_json()["files"]] == ["version"] * len(kinds)
    assert second.files == tuple(name.replace(".docx", " (2).docx") for name in first.files)
    third = make(root, SECOND, *kinds)
    assert {file["state"] for file in third.as_json()["files"]} == {"unchanged"}
    assert third.files == second.files


def test_a_paper_older_than_its_contract_is_named(tmp_path: Path) -> None:
    """The order is of the 5th, the contract of the 10th; the claim of the 20th is younger."""
    late = put("Договоры", "Дата", 1, date(2026, 11, 10))
    early = add("Поставки", shipment(6, 100, 1), shipment(12, 200, 1))
    root = healthy(tmp_path, SHIPPING, late, put("Договоры", "Юрист", 1, None), early)
    outcome = make(root, SECOND, "request", "specification", "invoice", "act", "claim-act")
    assert outcome.exit_code == 0
    told = [(p.code, p.severity, p.place.sheet, p.column) for p in outcome.problems]
    assert told == [("older-than-contract", "warning", "Договоры", "Дата")]
    assert "«Спецификация» от 05.11.2026" in outcome.problems[0].message
    earlier = make(root, SECOND, "act", row=row_number(root, 3, "Поставки"))
    assert "«Акт выполненных работ» от 06.11.2026" in earlier.problems[0].message
    undated = make(healthy(tmp_path / "undated", SHIPPING, late), SECOND, "act")
    assert undated.problems == ()
