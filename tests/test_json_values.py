"""Values of the JSON answers."""

from decimal import Decimal

import pytest

from cmtools.json_values import money, number


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12.5", "12.50"),
        ("0.005", "0.01"),
        ("-0.004", "0.00"),
        ("123456789012345678901234567890.12", "123456789012345678901234567890.12"),
    ],
)
def test_money_is_a_text_with_kopecks_half_up(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


@pytest.mark.parametrize(("value", "answer"), [("20", "20"), ("20.00", "20"), ("31.6", "31.6")])
def test_a_percentage_is_a_number_without_a_needless_point(value: str, answer: str) -> None:
    assert repr(number(Decimal(value))) == answer
