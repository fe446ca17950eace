"""What stands in the seventeen papers, read back and compared with a second reckoning of prices.

Each kind for a юрлицо of a long name, an ИП and a физлицо; 22 %, 20 %, без НДС; 1 and 60 lines.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from support.paper_cases import FOLDER, FORMS, position_rows
from support.paper_figures import (
    SECOND,
    Grid,
    make,
    of_kind,
    of_orders,
    of_subjects,
    with_vat,
    without_vat,
)
from support.papers import (
    CLIENT_KINDS,
    CONTRACT_KINDS,
    FOLDER_OF,
    INTERNAL,
    NAMES,
    NB,
    ORDER_KINDS,
    UNPRICED,
    Paper,
    blemishes,
    in_words,
    money,
    spelled,
)
from support.workbench import SHIPPING, healthy, rewrite, rows_of

TABLED = ("request", "offer", "specification", "invoice", "act")
"""The client's papers that list the lines with their prices."""


# The helpers themselves


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_words_of_a_number_agree_with_a_library(number: int) -> None:
    assert in_words(number) == num2words(number, lang="ru")  # type: ignore[no-untyped-call]


def test_spelled_sums() -> None:
    assert spelled(Decimal("4890")) == "четыре тысячи восемьсот девяносто рублей 00 копеек"
    assert (
        spelled(Decimal("1002021.01")) == "один миллион две тысячи двадцать один рубль 01 копейка"
    )
    assert money("1234567.8") == f"1{NB}234{NB}567,80"


# What was made


@pytest.mark.parametrize("made", [with_vat, without_vat])
def test_every_paper_is_made_where_it_belongs(made: Callable[[], Grid]) -> None:
    """Each document lies in its folder under the name of docs/reference/documents.md."""
    grid = made()
    assert [problem for outcome in grid.outcomes for problem in outcome.problems] == []
    subjects = [(case.client, case.number, ORDER_KINDS) for case in grid.cases]
    subjects += [(code, f"ДС-{code[2:]}", CONTRACT_KINDS) for code in FORMS]
    subjects += [(code, code, CLIENT_KINDS) for code in FORMS]
    expected = {
        "/".join(
            part
            for part in ("Клиенты", FOLDER[code], FOLDER_OF[kind], f"{number} {name}.docx")
            if part
        )
        for code, number, kinds in subjects
        for kind, name in kinds.items()
    }
    files = [file for outcome in grid.outcomes for file in outcome.as_json()["files"]]
    assert {file["path"] for file in files} == expected
    assert len(files) == len(expected)
    assert {file["state"] for file in files} == {"made"}
    on_disk = {path.relative_to(grid.root).as_posix() for path in grid.root.rglob("Клиенты/**/*.*")}
    assert {path for path in on_disk if path.endswith(".docx")} == expected


@pytest.mark.parametrize("kind", NAMES)
def test_nothing_blemishes_a_paper(kind: str) -> None:
    """No None, nan, empty brackets, leftover tags; NBSP in sums."""
    found = {number: spots for number, paper in of_kind(kind) if (spots := blemishes(paper))}
    assert found == {}


# Figures


def row_of(paper: Paper, text: str) -> list[list[str]]:
    """The table rows with a cell that has the text, their NBSP kept."""
    return [
        row
        for table in paper.tables
        for row in table
        if any(re.search(rf"{re.escape(text)}\b", cell) for cell in row)
    ]


@pytest.mark.parametrize("kind", TABLED)
def test_every_line_has_its_run_price_and_sum(kind: str) -> None:
    for case, figures, paper in of_orders(kind):
        for line, row in zip(figures.lines, position_rows(case), strict=True):
            (cells,) = row_of(paper, f"вариант В{line.position:02}")
            plain = [re.sub(rf"(?<=\d){NB}(?=\d)", "", cell) for cell in cells]
            assert money(line.price) in cells, (case, line)
            assert money(line.amount) in cells, (case, line)
            assert any(re.match(rf"{line.run}\b", cell) for cell in plain), (case, line)
            assert any(str(row["Ед."]) in cell for cell in cells), (case, line)


@pytest.mark.parametrize("kind", TABLED)
def test_totals_and_vat(kind: str) -> None:
    for case, figures, paper in of_orders(kind):
        assert money(figures.total) in paper.money, case
        assert money(figures.delivery) in paper.money, case
        if case.rate:
            assert money(figures.vat) in paper.money, case
            assert case.vat in paper.loose, case
            assert not re.search(rf"НДС {42 - case.rate} ?%|[Бб]ез НДС", paper.loose), case
        else:
            assert re.search(r"[Бб]ез НДС|НДС не облагается", paper.loose), case
            assert not re.search(r"НДС \(?\d|с НДС|включая НДС", paper.loose), case


@pytest.mark.parametrize("kind", ["specification", "invoice", "act"])
def test_totals_stand_behind_their_labels(kind: str) -> None:
    for case, figures, paper in of_orders(kind):
        sums: dict[str, set[str]] = {"итого": set(), "ндс": set()}
        for first, *rest in (row for table in paper.tables for row in table):
            for label in (word for word in sums if word in first.lower()):
                sums[label] |= set(re.findall(rf"^[\d{NB}]+,\d\d$", "\n".join(rest), re.MULTILINE))
        assert sums["итого"] == {money(figures.total)}, case
        known = {money(figures.vat)} | ({money(figures.due_vat)} if kind == "invoice" else set())
        assert sums["ндс"] == (known if case.rate else set()), case


@pytest.mark.parametrize("kind", TABLED)
def test_no_sum_is_of_another_making(kind: str) -> None:
    for case, figures, paper in of_orders(kind):
        assert paper.money - figures.open() == set(), case


@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind not in INTERNAL])
def test_no_cost_markup_or_profit(kind: str) -> None:
    """No document for the client shows cost, markup or profit."""
    if kind in ORDER_KINDS:
        for case, figures, paper in of_orders(kind):
            assert paper.money & figures.secret() == set(), case
    for number, paper in of_kind(kind):
        assert not re.search(r"[Мм]арж|[Нн]аценк|[Сс]ебестоимост|[Пп]рибыл", paper.text), number


@pytest.mark.parametrize("kind", [kind for kind in UNPRICED if kind in ORDER_KINDS])
def test_no_price_where_none_belongs(kind: str) -> None:
    for case, figures, paper in of_orders(kind):
        assert paper.money & figures.open() == set(), case


@pytest.mark.parametrize("kind", [kind for kind in UNPRICED if kind not in ORDER_KINDS])
def test_no_price_of_any_order(kind: str) -> None:
    for number, paper in of_subjects(kind):
        assert paper.money == set(), number


@pytest.mark.parametrize("kind", ["specification", "invoice", "act"])
def test_the_sum_stands_in_words(kind: str) -> None:
    for case, figures, paper in of_orders(kind):
        wanted = Decimal(figures.due.numerator) / figures.due.denominator
        if kind != "invoice":
            wanted = Decimal(figures.total.numerator) / figures.total.denominator
        text = re.sub(r"\) ?руб", " руб", paper.loose.lower())
        assert spelled(wanted) in text, case


@pytest.mark.parametrize("kind", NAMES)
def test_sums_said_in_words_are_right(kind: str) -> None:
    """Figures, words and nouns agree (asserted while reading), and the sum is the order's."""
    if kind in TABLED:
        for case, figures, paper in of_orders(kind):
            assert {money(str(said)) for said in paper.sums_in_words()} <= figures.open(), case
    for _, paper in of_kind(kind):
        paper.sums_in_words()


def test_invoice_asks_for_what_is_due() -> None:
    """The prepayment, less what is paid of it."""
    for case, figures, paper in of_orders("invoice"):
        expected = figures.prepayment - figures.paid
        assert figures.due == expected
        assert money(figures.due) in paper.money, case


def test_production_entry_shows_all_figures() -> None:
    for case, figures, paper in of_orders("production-entry"):
        for line in figures.lines:
            for value in (line.price, line.amount, line.profit):
                assert money(value) in paper.money, (case, line.position)
            if case.rate:
                assert money(line.vat) in paper.money, (case, line.position)
        for value in (figures.amount, figures.total, figures.profit, figures.delivery):
            assert money(value) in paper.money, (case, value)
        assert re.search(rf"(?<![\d,]){figures.margin} ?%?(?![\d,])", paper.loose), case
        unit = figures.secret() & paper.money
        assert len(unit) >= len(figures.lines), case


def test_client_card_shows_all_figures() -> None:
    for made in (with_vat(), without_vat()):
        for case in made.cases:
            figures, card = made.figures(case), made.papers["client-card", case.client]
            assert case.number in card.loose
            assert money(figures.total) in card.money or money(figures.amount) in card.money, case
            assert case.count == 1 or money(figures.paid) in card.money, case
            assert money("831.47") in card.money


GROUND = "п. 1 ст. 145 НК РФ"


@pytest.mark.parametrize(("ground", "phrase"), [(GROUND, f"Без НДС ({GROUND})."), ("", "Без НДС.")])
def test_without_vat_the_ground_is_named(tmp_path: Path, ground: str, phrase: str) -> None:
    """In each paper with a price; a book of an older version has no row for it."""
    fields = rows_of("Организация")
    fields += [{"Поле": "Без НДС на основании", "Значение": ground}] if ground else []
    no_vat = rewrite("НДС", [{"Действует с": date(2019, 1, 1)}])
    root = healthy(tmp_path, SHIPPING, no_vat, rewrite("Организация", fields))
    outcome = make(root, SECOND, *TABLED)
    assert outcome.exit_code == 0, outcome.problems
    for name in outcome.files:
        assert phrase in Paper(root / name).loose, name
