"""The papers of a year against the books: sums, VAT, quantities, dates, names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from cmtools.commands.docs import DocsResult, docs
from cmtools.commands.session import open_session
from cmtools.documents.make import DocumentMaker
from cmtools.documents.selection import Selection
from cmtools.pricing.orders import find_order
from cmtools.problems import Place
from support.order_year import LAST_DAY, Act, Deal, year_books
from support.papers import Paper, money, spelled
from support.reckoning import Row, text
from support.workbench import ORDERS, cell_of, workspace_with

KINDS = ("specification", "invoice", "act", "claim-act")
MONTHS = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
).split()


def order_of(books: Mapping[str, Sequence[Row]], place: Place) -> object:
    """The order that a row of a book is about."""
    assert place.sheet is not None
    assert place.row is not None
    return books[place.sheet][place.row - 2]["№ заказа"]


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 9))]
)
def test_papers_of_a_year_agree_with_the_books(tmp_path: Path, seed: int) -> None:
    books = year_books(seed)
    root = workspace_with(tmp_path, books)
    deals = [Deal(books, order) for order in books["Заказы"]]
    outcome = docs(
        root, Selection(orders=[deal.number for deal in deals]), kinds=KINDS, today=LAST_DAY
    )
    told = {(order_of(books, p.place), p.code) for p in outcome.problems if p.is_error}
    assert told == {(deal.number, code) for deal in deals for code in refusals(deal)}
    papers, maker = papers_of(root, outcome), Maker(root)
    for deal in deals:
        check_specification(deal, papers["specification", deal.number])
        if deal.figures.due > 0:
            check_invoice(deal, papers["invoice", deal.number])
        if deal.act_refusal() is None:
            check_acts(maker, deal, papers["act", deal.number])
        check_claim_acts(maker, deal)


def refusals(deal: Deal) -> list[str]:
    """The codes of what is not made of an order."""
    found = [code for code in (deal.act_refusal(),) if code]
    found += [] if deal.figures.due > 0 else ["nothing-due"]
    return found + ([] if deal.rows("Претензии") else ["claim-needed"])


def papers_of(root: Path, outcome: DocsResult) -> dict[tuple[str, str], Paper]:
    """Kind and № of the order → the paper."""
    found = {}
    for file in outcome.as_json()["files"]:
        name = file["path"].rpartition("/")[2]
        found[file["kind"], name.partition(" ")[0]] = Paper(root / file["path"])
    return found


def check_specification(deal: Deal, paper: Paper) -> None:
    figures = deal.figures
    assert f"Спецификация № {deal.number}\n" in paper.loose
    assert f"от {in_words(deal.day('Дата заказа'))} — приложение к Договору" in paper.loose
    assert lines_of(paper) == [
        (line.position, str(line.run), line.amount) for line in figures.lines
    ] + ([("Доставка", "1", figures.delivery)] if figures.delivery else [])
    check_sums(paper, figures.total, figures.vat)
    check_names(deal, paper)


def check_invoice(deal: Deal, paper: Paper) -> None:
    figures = deal.figures
    assert f"Счёт на оплату № {figures.invoice} от {in_words(LAST_DAY)}" in paper.loose
    assert lines_of(paper) == [
        (line.position, str(line.run), line.amount) for line in figures.lines
    ] + ([("Доставка", "1", figures.delivery)] if figures.delivery else [])
    count = len(figures.lines) + bool(figures.delivery)
    assert f"Всего наименований — {count}, на сумму {plain(figures.total)} руб." in paper.loose
    assert sums_at(paper, "Итого") == [figures.total]
    known = [figures.vat] if figures.due == figures.total else [figures.vat, figures.due_vat]
    assert sums_at(paper, "в том числе НДС") == known
    assert spelled(exact(figures.due)) in paper.loose.replace(") ", " ")
    (code,) = paper.codes()
    assert f"|Sum={int(figures.due * 100)}|" in code
    purpose = (
        f"Оплата по счёту № {figures.invoice} от {LAST_DAY:%d.%m.%Y}, "
        f"в т. ч. НДС {rate_of(deal)} % — {plain(figures.due_vat)} руб."
    )
    assert f"|Purpose={purpose}|" in code
    assert purpose in paper.loose


def check_acts(maker: Maker, deal: Deal, last: Paper) -> None:
    """The acts of all days: each agrees with its shipments, all together with the order."""
    acts = list(deal.acts())
    papers = [last]
    for day in reversed(deal.shipment_days[:-1]):
        papers.insert(0, maker.paper(deal, "act", "Поставки", deal.shipped(day, day)[0]))
    for act, paper in zip(acts, papers, strict=True):
        check_act(deal, act, paper)
    if any(act.in_full for act in acts):
        assert sum(act.total for act in acts) == deal.figures.total
        assert sum(act.vat for act in acts) == deal.figures.vat


def check_act(deal: Deal, act: Act, paper: Paper) -> None:
    day = in_words(act.day) if act.day else "«____» ________________ 20___ г."
    assert paper.loose.splitlines().count(day) == 1
    assert f"Акт выполненных работ № {act.number}\n" in paper.loose
    delivery = [("Доставка", "1", act.delivery)] if act.delivery else []
    assert (
        lines_of(paper)
        == [(place, str(quantity), amount) for place, quantity, amount in act.lines] + delivery
    )
    check_sums(paper, act.total, act.vat)
    assert ("в полном объёме" in paper.text) == act.in_full
    assert ("в согласованные сроки" in paper.text) == act.in_time
    assert ("претензий не имеет" in paper.text) == act.no_claims
    check_names(deal, paper)


def check_claim_acts(maker: Maker, deal: Deal) -> None:
    for claim, day, handed in deal.claims():
        paper = maker.paper(deal, "claim-act", "Претензии", claim)
        assert in_words(day) in paper.loose.splitlines()
        made = claim["Дата"]
        assert isinstance(made, date)
        assert f"Покупатель {in_words(made)} предъявил" in paper.loose
        assert f"Причина претензии: {text(claim, 'Причина')}.\n" in paper.loose
        (table,) = [table for table in paper.tables if "Передано" in table[0]]
        assert {int(row[0]): row[2] for row in table[1:]} == handed
        stated = [claim["Сумма"], *filter(None, [claim["Сумма удовлетворения"]])]
        assert paper.money == {money(str(amount)) for amount in stated}
        check_names(deal, paper)


def check_names(deal: Deal, paper: Paper) -> None:
    assert deal.side.represented in paper.loose
    signers = re.findall(r"/ (.+?) /", paper.loose)
    assert {"С. Н. Орлов", deal.side.signer} == {*signers}


def check_sums(paper: Paper, total: Fraction, vat: Fraction) -> None:
    """The sum and its VAT below the table, and both in the sentence that says them in words."""
    assert sums_at(paper, "Итого") == [total]
    assert sums_at(paper, "в т. ч. НДС") == [vat]
    assert spelled(exact(total)) in paper.loose.replace(") ", " ")
    assert re.search(rf", в т\. ч\. НДС \d+ % — {re.escape(plain(vat))} руб\.", paper.loose)


# Reading


def lines_of(paper: Paper) -> list[tuple[int | str, str, Fraction]]:
    """№ п/п, quantity and sum of each line of the table with prices, then of the delivery."""
    (table,) = [table for table in paper.tables if "руб." in table[0][-1]]
    found: list[tuple[int | str, str, Fraction]] = []
    for cells in table:
        if cells[0].isdigit():
            place = "Доставка" if cells[1].startswith("Доставка") else int(cells[0])
            found.append((place, cells[2].replace("\u00a0", ""), fraction(cells[-1])))
    return found


def sums_at(paper: Paper, label: str) -> list[Fraction]:
    """The sums of the table's rows that begin with a label."""
    rows = [cells for table in paper.tables for cells in table]
    named = [cells for cells in rows if plain(cells[0]).lower().startswith(label.lower())]
    return [fraction(cells[-1]) for cells in named]


def fraction(shown: str) -> Fraction:
    return Fraction(shown.replace("\u00a0", "").replace(",", "."))


def plain(value: Fraction | str) -> str:
    """A sum or a text with plain spaces."""
    return (value if isinstance(value, str) else money(value)).replace("\u00a0", " ")


def exact(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / amount.denominator


def in_words(day: date) -> str:
    return f"«{day:%d}» {MONTHS[day.month - 1]} {day.year} г."


def rate_of(deal: Deal) -> int:
    return int(deal.figures.lines[0].rate)


class Maker:
    """Makes papers of rows that are not the latest, from books that are read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._session = open_session(root, LAST_DAY)
        self._maker = DocumentMaker(self._session, LAST_DAY)

    def paper(self, deal: Deal, kind: str, sheet: str, row: Row) -> Paper:
        """The paper of an order that is made of a row of the books."""
        at = next(at for at, known in enumerate(deal.books[sheet]) if known is row)
        excel_row = int(cell_of(self._root / ORDERS, sheet, "Дата", at)[1:])
        subject = self._maker.rows.order_subject(
            find_order(self._session.prices.orders, deal.number)
        )
        (document,) = [found for found in self._maker.rows.kinds if found.id == kind]
        prepared = self._maker.prepare(document, subject, excel_row)
        assert prepared.problems == (), deal.number
        made = self._maker.save(prepared)
        assert made is not None
        return Paper(self._root / made.path)
