"""The invoice: what it asks for, and the payment code that a bank app reads from its picture."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from cmtools.commands.docs import docs
from cmtools.documents.selection import Selection
from support.paper_figures import Figures, make
from support.papers import NB, Paper, money
from support.reckoning import Books, Row, digits, vat_inside
from support.workbench import (
    HEALTHY,
    SELLER,
    TODAY,
    Change,
    add,
    healthy,
    rewrite,
    rows_of,
)

SECOND = "З-2026-0002"
RATE = Fraction(22)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Payments of an order: prepayment agreed in percents, (kind, sum) of the payments."""

    number: str
    prepayment: object
    payments: tuple[tuple[str, str], ...] = ()
    delivery: object = "1500"


CASES = (
    Case(number="С-01", prepayment="50"),
    Case(number="С-02", prepayment="33.33"),
    Case(number="С-03", prepayment="100"),
    Case(number="С-04", prepayment="0"),
    Case(number="С-05", prepayment=None),
    Case(number="С-06", prepayment="50", payments=(("от клиента", "0.01"),)),
    Case(number="С-07", prepayment="50", payments=(("от клиента", "20000"), ("от клиента", "7.5"))),
    Case(
        number="С-08",
        prepayment="50",
        payments=(("от клиента", "20000"), ("возврат клиенту", "500.55")),
    ),
    Case(number="С-09", prepayment="50", payments=(("подрядчику", "900"),)),
    Case(number="С-10", prepayment=None, payments=(("от клиента", "100"),), delivery=None),
    Case(number="С-11", prepayment="0.01", delivery="0"),
)


def invoices_books() -> Books:
    """The healthy books with orders of every way to pay."""
    order = rows_of("Заказы")[1]
    lines = [row for row in rows_of("Позиции") if row["№ заказа"] == SECOND]
    orders, payments, positions = [], [], []
    for case in CASES:
        orders.append(
            order
            | {
                "№ заказа": case.number,
                "Предоплата, %": case.prepayment and Decimal(str(case.prepayment)),
                "Стоимость доставки": case.delivery and Decimal(str(case.delivery)),
            }
        )
        positions += [row | {"№ заказа": case.number} for row in lines]
        payments += [
            {
                "Дата": date(2026, 11, 10),
                "№ заказа": case.number,
                "Вид": kind,
                "Сумма": Decimal(sum_),
            }
            for kind, sum_ in case.payments
        ]
    return HEALTHY | {
        "Заказы": HEALTHY["Заказы"] + orders,
        "Позиции": HEALTHY["Позиции"] + positions,
        "Платежи": HEALTHY["Платежи"] + payments,
    }


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Every invoice of `CASES`, and what it ought to ask for."""

    papers: dict[str, Paper]
    figures: dict[str, Figures]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    books = invoices_books()
    extra = [
        add(name, *books[name][len(HEALTHY[name]) :]) for name in ("Заказы", "Позиции", "Платежи")
    ]
    root = healthy(tmp_path_factory.mktemp("invoices"), *extra)
    numbers = [case.number for case in CASES]
    outcome = docs(root, Selection(orders=numbers), kinds=("invoice",), today=TODAY)
    assert outcome.problems == ()
    papers = {
        file["path"].rpartition("/")[2][:4]: Paper(root / file["path"])
        for file in outcome.as_json()["files"]
    }
    rows = {str(row["№ заказа"]): row for row in books["Заказы"]}
    return Shelf(papers=papers, figures={n: Figures(books, rows[n]) for n in numbers})


def fields(payload: str) -> dict[str, str]:
    """The values of a payment code, keys in their order."""
    head, separator, rest = payload[:7], payload[7], payload[8:]
    assert head == "ST00012"
    parts = [part.partition("=") for part in rest.split(separator)]
    return {key: value for key, _, value in parts}


def code_of(paper: Paper) -> str:
    """The text of the only bar code of a paper."""
    (text,) = paper.codes()
    return text


@pytest.mark.parametrize("number", [case.number for case in CASES])
def test_sum_of_the_invoice_and_of_its_code(shelf: Shelf, number: str) -> None:
    paper, figures = shelf.papers[number], shelf.figures[number]
    assert money(figures.due) in paper.money
    assert money(figures.total) in paper.money
    assert fields(code_of(paper))["Sum"] == str(int(figures.due * 100))


@pytest.mark.parametrize("number", [case.number for case in CASES])
def test_exact_code(shelf: Shelf, number: str) -> None:
    """ГОСТ Р 56042-2014 by facts.md: keys, their order, the seller's values."""
    figures, payload = shelf.figures[number], code_of(shelf.papers[number])
    name, purpose = (fields(payload)[key] for key in ("Name", "Purpose"))
    assert name in (SELLER["Полное наименование"], SELLER["Краткое наименование"])
    assert payload == "|".join(
        [
            "ST00012",
            f"Name={name}",
            f"PersonalAcc={SELLER['Расчётный счёт']}",
            f"BankName={SELLER['Банк']}",
            f"BIC={SELLER['БИК']}",
            f"CorrespAcc={SELLER['Корр. счёт']}",
            f"Sum={int(figures.due * 100)}",
            f"Purpose={purpose}",
            f"PayeeINN={SELLER['ИНН']}",
            f"KPP={SELLER['КПП']}",
        ]
    )
    said = re.fullmatch(
        rf"Оплата по счёту № {number} от (.+?), в т\. ч\. НДС 22 % — ([\d ]+,\d\d) руб\.",
        purpose.replace(NB, " "),
    )
    assert said, purpose
    assert said[1] in ("05.11.2026", "05.11.2026 г.", "5 ноября 2026 г.", "«05» ноября 2026 г.")
    stated = said[2].replace(" ", "").replace(",", ".")
    whole = digits(figures.vat) if figures.due == figures.total else None
    assert stated in (digits(vat_inside(figures.due, RATE)), whole)
    assert len(purpose) <= 210


def seller(**values: str | None) -> Change:
    """Change: other requisites of the seller; None empties."""
    known = SELLER | {name.replace("_", " "): value for name, value in values.items()}
    rows: list[Row] = [{"Поле": name, "Значение": value} for name, value in known.items() if value]
    return rewrite("Организация", rows)


def code_with(folder: Path, *changes: Change) -> str:
    """The code of the second order's invoice, which asks for a balance."""
    root = healthy(folder, *changes)
    outcome = make(root, SECOND, "invoice")
    assert outcome.exit_code == 0, outcome.problems
    return code_of(Paper(root / outcome.files[0]))


def test_long_values_are_cut_to_the_limits(tmp_path: Path) -> None:
    name = "Общество с ограниченной ответственностью «" + "Полиграфия и упаковка " * 9 + "»"
    bank = "Филиал «Западно-Сибирский» публичного акционерного общества «Банк развития печати»"
    payload = code_with(tmp_path, seller(Полное_наименование=name, Банк=bank))
    values = fields(payload)
    assert (
        name.startswith(values["Name"].rstrip("….»"))
        or values["Name"] == SELLER["Краткое наименование"]
    )
    assert 0 < len(values["Name"]) <= 160
    assert bank.startswith(values["BankName"].rstrip("….»"))
    assert 0 < len(values["BankName"]) <= 45


def test_a_bar_in_a_value_makes_another_separator(tmp_path: Path) -> None:
    name = "ООО «Печать | двор»"
    payload = code_with(tmp_path, seller(Краткое_наименование=name, Полное_наименование=name))
    assert payload[7] != "|"
    values = fields(payload)
    assert values["Name"] == name
    assert (
        list(values) == "Name PersonalAcc BankName BIC CorrespAcc Sum Purpose PayeeINN KPP".split()
    )
    assert all(payload[7] not in value for value in values.values())


def test_an_entrepreneur_has_no_kpp(tmp_path: Path) -> None:
    changed = seller(
        Форма="ИП",
        ИНН="771234567859",
        КПП=None,
        ОГРН="316774600012304",
        Краткое_наименование="ИП Кузнецов В. А.",
        Полное_наименование="Индивидуальный предприниматель Кузнецов Виктор Андреевич",
        Должность_руководителя=None,
        ФИО_руководителя="Кузнецов Виктор Андреевич",
        Действует_на_основании=None,
    )
    values = fields(code_with(tmp_path, changed))
    assert values["PayeeINN"] == "771234567859"
    assert values.get("KPP", "0") in ("", "0")
    assert "Кузнецов" in values["Name"]


def test_without_vat_the_purpose_says_so(tmp_path: Path) -> None:
    values = fields(code_with(tmp_path, rewrite("НДС", [{"Действует с": date(2019, 1, 1)}])))
    assert "НДС не облагается" in values["Purpose"]
    assert "%" not in values["Purpose"]


def test_a_long_number_fits_the_purpose(tmp_path: Path) -> None:
    number = "З-" + "9" * 190
    order = rows_of("Заказы")[1] | {"№ заказа": number}
    lines = [row | {"№ заказа": number} for row in rows_of("Позиции")[1:3]]
    root = healthy(tmp_path, add("Заказы", order), add("Позиции", *lines))
    outcome = make(root, number, "invoice")
    assert outcome.exit_code == 0, outcome.problems
    (name,) = outcome.files
    assert len(name.rpartition("/")[2].encode()) <= 255
    assert len(fields(code_of(Paper(root / name)))["Purpose"]) <= 210


@pytest.mark.parametrize("paid", ["50050", "60000"])
def test_nothing_left_to_pay(tmp_path: Path, paid: str) -> None:
    """An invoice for nothing, or for less, is no invoice: it is refused and nothing is made."""
    rows = [row for row in rows_of("Платежи") if row["№ заказа"] != SECOND]
    payment = {
        "Дата": date(2026, 11, 9),
        "№ заказа": SECOND,
        "Вид": "от клиента",
        "Сумма": Decimal(paid),
    }
    root = healthy(tmp_path, rewrite("Платежи", [*rows, payment]))
    outcome = make(root, SECOND, "invoice")
    assert (outcome.exit_code, outcome.files) == (1, ())
    (problem,) = outcome.problems
    assert SECOND in problem.message
    assert list((root / "Клиенты").rglob("*.docx")) == []


def test_bank_block_and_signatures(shelf: Shelf) -> None:
    """Bank block on top, number and date, supplier, buyer, signatures."""
    text = shelf.papers["С-01"].loose
    parts = [SELLER["Банк"], SELLER["БИК"], SELLER["Корр. счёт"], SELLER["Расчётный счёт"], "С-01"]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert max(places[:4]) < text.find("№ С-01")
    for part in (SELLER["ИНН"], SELLER["КПП"], "Кузнецов В", "771234567859", "Орлов"):
        assert part in text, part
    assert "05.11.2026" in text or "5 ноября 2026" in text or "«05» ноября 2026" in text
