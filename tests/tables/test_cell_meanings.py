"""What people and programs type into cells, each with the one meaning that it has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtools.problems import Fault
from cmtools.tables import parsers
from cmtools.tables.reader.number_formats import ShownAs, classify_format

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202e\u2066\u2069\u180e"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"


@pytest.mark.parametrize(
    "typed",
    [
        "10.11.2026 0:00:00",
        "10.11.2026 14:05:33",
        "2026-11-10T00:00:00Z",
        "2026-11-10T00:00:00+03:00",
        "2026-11-10 09:30",
        "10.11.2026\u200b",
        "\ufeff10 ноября 2026 г.",
    ],
)
def test_dates_as_programs_write_them(typed: str) -> None:
    assert parsers.parse_date(typed) == date(2026, 11, 10)


@pytest.mark.parametrize("typed", ["10.11.2026 25", "2026-11-10Tпозже", "10.11.2026 0:00:00 x"])
def test_texts_that_only_begin_like_a_date(typed: str) -> None:
    assert isinstance(parsers.parse_date(typed), Fault)


@pytest.mark.parametrize("unit", ["₽", "р", "р.", "руб", "руб.", "рубля", "рублей", "RUB", "rub."])
@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u202f"])
def test_money_with_its_unit(unit: str, space: str) -> None:
    assert parsers.decimal_parser(2)(f"1 234,50{space}{unit}") == Decimal("1234.50")


@pytest.mark.parametrize("typed", ["1000 шт", "1000шт.", "1 000 штук", "1000 экз."])
def test_a_run_with_its_unit(typed: str) -> None:
    assert parsers.parse_whole(typed) == 1000


@pytest.mark.parametrize(
    ("parse", "typed", "code"),
    [
        (parsers.decimal_parser(2), "50%", "percent-cell"),
        (parsers.decimal_parser(4), "12,5 %\u00a0", "percent-cell"),
        (parsers.parse_whole, "10 %", "percent-cell"),
        (parsers.parse_whole, "1 000 руб.", "other-unit"),
        (parsers.percent_parser(4), "50 руб", "other-unit"),
        (parsers.percent_parser(4), "100₽", "other-unit"),
        (parsers.percent_parser(4), "%", "not-a-number"),
    ],
)
def test_a_unit_of_another_kind_is_no_value(parse: parsers.Parse, typed: str, code: str) -> None:
    """A claim met by «50%» is not met by 50 roubles, a discount of «50 руб» is not one of 50 %."""
    fault = parse(typed)
    assert isinstance(fault, Fault)
    assert fault.code == code


@pytest.mark.parametrize("typed", ["1000 кг шт", "шт", "12 рулонов", "5 рублейка"])
def test_other_words_are_no_unit(typed: str) -> None:
    assert isinstance(parsers.parse_number(typed), Fault)


@given(st.text("КЗ-0126/абв ", min_size=1), st.randoms(use_true_random=False))
def test_invisible_signs_never_count(name: str, random: object) -> None:
    spoiled = "".join(sign + INVISIBLE[index % len(INVISIBLE)] for index, sign in enumerate(name))
    assert parsers.normalize_name(spoiled) == parsers.normalize_name(name)
    assert parsers.parse_text(spoiled) == parsers.parse_text(name)


@pytest.mark.parametrize("sign", INVISIBLE)
def test_a_cell_of_invisible_signs_is_empty(sign: str) -> None:
    assert parsers.is_empty(f" {sign} ")
    assert parsers.parse_text(sign) is parsers.parse_code(sign) is parsers.parse_date(sign) is None


@pytest.mark.parametrize("dash", DASHES)
def test_dashes_of_every_kind_are_one(dash: str) -> None:
    assert parsers.normalize_name(f"К{dash}0001") == parsers.normalize_name("К-0001")


def test_a_letter_typed_as_two_signs_is_one() -> None:
    assert parsers.normalize_name("Андреи\u0306") == parsers.normalize_name("Андрей")


@pytest.mark.parametrize(
    ("typed", "declared"),
    [
        ("Предоплата %", "Предоплата, %"),
        ("ПРЕДОПЛАТА(%) *", "Предоплата, %"),
        ("Доп. рас\u00adходы", "Доп. расходы"),
        ("Расч. счет", "Расч. счёт"),
        ("№ зaкaзa", "№ заказа"),
        ("Цена  за\u00a0ед", "Цена за ед."),
    ],
)
def test_titles_are_compared_by_letters_and_digits(typed: str, declared: str) -> None:
    assert parsers.normalize_title(typed) == parsers.normalize_title(declared)


def test_titles_that_differ_in_a_letter_differ() -> None:
    assert parsers.normalize_title("Цена в ручную") == parsers.normalize_title("Цена вручную")
    assert parsers.normalize_title("Цена") != parsers.normalize_title("Цена за ед.")


@pytest.mark.parametrize(
    ("code", "shown_as"),
    [
        ("0%", ShownAs.PERCENT),
        ("0.00%", ShownAs.PERCENT),
        ("#,##0.0 %", ShownAs.PERCENT),
        ("[Red]0%;-0%", ShownAs.PERCENT),
        ('0"%"', ShownAs.NUMBER),  # a sign that is only shown
        ("0\\%", ShownAs.NUMBER),
        ("0.00", ShownAs.NUMBER),
        ("dd.mm.yyyy", ShownAs.DATE),
    ],
)
def test_a_format_says_what_is_a_percentage(code: str, shown_as: ShownAs) -> None:
    assert classify_format(code) is shown_as


@pytest.mark.parametrize(
    ("cell", "percent"),
    [(1.0, "100"), (0.5, "50"), (0.285, "28.5"), (0.07, "7"), (-0.1, "-10"), (0.005, "0.5")],
)
def test_a_percentage_is_what_its_cell_shows(cell: float, percent: str) -> None:
    assert parsers.percent_parser(4)(parsers.Percent(cell)) == Decimal(percent)
    assert parsers.percent_parser(4)(float(percent)) == Decimal(percent)
    assert parsers.percent_parser(4)(f"{percent}%") == Decimal(percent)


def test_a_percentage_is_no_number_of_another_column() -> None:
    cell = parsers.Percent(0.5)
    for parse in (parsers.parse_number, parsers.decimal_parser(2), parsers.parse_whole):
        fault = parse(cell)
        assert isinstance(fault, Fault)
        assert (fault.code, "50%" in fault.message) == ("percent-cell", True)
    assert parsers.parse_text(cell) == parsers.parse_code(cell) == "50%"
