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
from support.reckoning import Books, Row, digits
from support.workbench import HEALTHY, SELLER, TODAY, Change, add, healthy, rewrite, rows_of

SECOND = "З-2026-0002"


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
        rf"Оплата по счёту № {figures.invoice} от 21\.11\.2026, "
        r"в т\. ч\. НДС 22 % — ([\d ]+,\d\d) руб\.",
        purpose.replace(NB, " "),
    )
    assert said, purpose
    assert said[1].replace(" ", "").replace(",", ".") == digits(figures.due_vat)
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
    assert "Счёт на оплату № С-01/1 от «21» ноября 2026 г." in text
    assert "аказ № С-01 от «05» ноября 2026 г." in text


# Two invoices of an order, and one VAT on one invoice


@pytest.mark.parametrize("number", [case.number for case in CASES])
def test_one_vat_in_table_words_and_purpose(shelf: Shelf, number: str) -> None:
    """The whole sum has the VAT of its lines; beside a part stand both, each at its sum."""
    paper, figures = shelf.papers[number], shelf.figures[number]
    stated = re.findall(r"НДС 22 %:? ?(?:— )?\n?([\d ]+,\d\d)", paper.loose)
    whole = {money(figures.vat).replace(NB, " ")} if figures.due != figures.total else set()
    assert {*stated} == {money(figures.due_vat).replace(NB, " ")} | whole


@pytest.mark.parametrize(("number", "items"), [("С-01", 3), ("С-10", 2), ("С-11", 2)])
def test_each_line_is_counted(shelf: Shelf, number: str, items: int) -> None:
    total = money(shelf.figures[number].total).replace(NB, " ")
    text = f"Всего наименований — {items}, на сумму {total} руб."
    assert text in shelf.papers[number].loose


def invoice_on(root: Path, day: date) -> tuple[str, str, Paper]:
    """The path and the state of the invoice made on a day, and the invoice."""
    outcome = docs(root, Selection(orders=[SECOND]), kinds=("invoice",), today=day)
    assert outcome.exit_code == 0, outcome.problems
    (file,) = outcome.as_json()["files"]
    return file["path"].rpartition("/")[2], file["state"], Paper(root / file["path"])


def paid(*amounts: object) -> Change:
    """Change: what the client has paid for the second order."""
    rows = [row for row in rows_of("Платежи") if row["№ заказа"] != SECOND]
    payment = {"Дата": date(2026, 11, 9), "№ заказа": SECOND, "Вид": "от клиента"}
    return rewrite("Платежи", [*rows, *(payment | {"Сумма": amount} for amount in amounts)])


def test_the_prepayment_then_the_balance(tmp_path: Path) -> None:
    """Two invoices, each with its number, its file, and the day of its own first version."""
    figures = Figures(HEALTHY, rows_of("Заказы")[1])
    part = Decimal("20000")
    rest = Decimal(digits(figures.prepayment)) - part
    root = healthy(tmp_path / "work", paid())
    first, second = f"{SECOND} Счёт на оплату", f"{SECOND} Счёт на оплату остатка"
    one, two = f"Счёт на оплату № {SECOND}/1 от", f"Счёт на оплату № {SECOND}/2 от"

    def change(*changes: Change) -> None:
        books = healthy(tmp_path / f"{len(list(tmp_path.iterdir()))}", *changes)
        for book in books.glob("*.xlsx"):
            book.replace(root / book.name)

    def step(day: int) -> tuple[str, str, str, str]:
        name, state, paper = invoice_on(root, date(2026, 12, day))
        (title,) = re.findall(r"Счёт на оплату № .* г\.", paper.loose)
        return name, state, title, fields(code_of(paper))["Sum"]

    def kopecks(amount: Fraction | Decimal) -> str:
        return str(int(amount * 100))

    on_first, on_fourth = "«01» декабря 2026 г.", "«04» декабря 2026 г."
    whole = kopecks(figures.prepayment)
    assert step(1) == (f"{first}.docx", "made", f"{one} {on_first}", whole)
    assert step(2) == (f"{first}.docx", "unchanged", f"{one} {on_first}", whole)
    change(paid(part))
    assert step(3) == (f"{first} (2).docx", "version", f"{one} {on_first}", kopecks(rest))
    change(paid(part, rest))
    balance = kopecks(figures.total - figures.prepayment)
    assert step(4) == (f"{second}.docx", "made", f"{two} {on_fourth}", balance)
    change(paid(part, rest, 1000))
    less = kopecks(figures.total - figures.prepayment - 1000)
    assert step(5) == (f"{second} (2).docx", "version", f"{two} {on_fourth}", less)
