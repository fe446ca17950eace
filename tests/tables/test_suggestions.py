"""What was perhaps meant."""

import pytest

from cmtools.tables.suggestions import nearest_name, suggest_in_hint, suggest_in_refusal


@pytest.mark.parametrize(
    ("typed", "known", "found"),
    [
        ("К-0999", ["К-0039", "К-0012", "К-0100"], "К-0039"),
        ("счет", ["Спецификация", "Счёт на оплату", "Счета"], "Счёт на оплату"),
        ("  ОРЛОВА ", ["Петров Пётр", "Орлова Анна Ивановна"], "Орлова Анна Ивановна"),
        ("xyz", ["Договор"], None),
        ("договор", ["Договоры"], "Договоры"),
        ("спецефикация", ["Заявка", "Спецификация"], "Спецификация"),
        ("К-9999", ["К-0001"], None),
        ("кот", ["код"], "код"),
        ("ко", ["код"], None),
        ("договор", [], None),
    ],
)
def test_a_name_is_offered_only_when_it_is_near(
    typed: str, known: list[str], found: str | None
) -> None:
    assert nearest_name(typed, known) == found
    assert suggest_in_refusal(typed, known) == (f"; может быть, «{found}»?" if found else "")


def test_a_hint_names_only_what_is_much_alike() -> None:
    assert (
        suggest_in_hint("ordre.number", ["order.number", "order.date"])
        == "может быть, «order.number»? "
    )
    assert suggest_in_hint("xyz", ["order.number"]) == ""
