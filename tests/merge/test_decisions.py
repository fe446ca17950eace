"""Decisions about conflicts, applied to a book."""

from __future__ import annotations

from itertools import chain

import pytest

from cmtools.merge.conflict import Side
from cmtools.merge.decisions import decide, open_conflicts
from cmtools.merge.records import BookRecords
from cmtools.merge.three_way import merge_books
from support.merging import answer_to, apply, book, plain

ORDER = {"№ заказа": "З-1", "Стадия": "1", "Примечание": ""}


def paid(*sums: str) -> BookRecords:
    payments = [{"№ заказа": "З-1", "Сумма": sum_} for sum_ in sums]
    return book({"Заказы": [ORDER], "Платежи": payments})


@pytest.mark.parametrize(("second", "is_open"), [("8", True), ("7", False)])
def test_a_payment_that_two_drops_ask_about_comes_in_once(second: str, is_open: bool) -> None:
    """The answer about the first changes what the second showed, unless they ask the same."""
    ours = paid("6")
    asked = list(
        chain.from_iterable(
            merge_books(paid("5"), ours, paid("4", other)).conflicts for other in ("7", second)
        )
    )
    answers = [answer_to(conflict, Side.THEIRS) for conflict in asked]
    found = decide(answers, enumerate(asked), ours)
    assert plain(apply(found.merge, ours)) == plain(paid("4", "7"))
    assert len(found.merge.conflicts) == is_open
    assert len(found.decided) == 2 - is_open


def test_a_payment_that_came_in_since_it_was_asked_is_there_once() -> None:
    asked = merge_books(paid("5"), paid("6"), paid("4", "7")).conflicts
    ours = paid("6", "7")
    found = decide([answer_to(one, Side.THEIRS) for one in asked], enumerate(asked), ours)
    assert plain(apply(found.merge, ours)) == plain(paid("4", "7"))


def test_a_second_payment_of_the_same_sum_comes_in() -> None:
    """What all sides have does not stand for one that the copy has more."""
    ours = paid("5", "6")
    asked = merge_books(paid("5", "8"), ours, paid("5", "5")).conflicts
    found = decide([answer_to(one, Side.THEIRS) for one in asked], enumerate(asked), ours)
    assert plain(apply(found.merge, ours)) == plain(paid("5", "5"))


def payments(**sums: str) -> BookRecords:
    """A book of orders and their payments, by number and sum."""
    orders = [{"№ заказа": number, "Стадия": "1"} for number in sums]
    rows = [{"№ заказа": n, "Сумма": one} for n, many in sums.items() for one in many.split()]
    return book({"Заказы": orders, "Платежи": rows})


@pytest.mark.parametrize("then", [payments(З1="", З2="5"), payments(З1="6", З2="")])
@pytest.mark.parametrize(
    ("take", "result"),
    [
        (Side.OURS, payments(З1="", З2="5")),
        (Side.THEIRS, payments(З1="5 7", З2="")),
        (Side.BASE, payments(З1="5", З2="")),
    ],
)
def test_a_payment_that_went_to_another_order_is_shown_and_goes_back(
    then: BookRecords, take: Side, result: BookRecords
) -> None:
    """Whether it went there before it was asked about or since, it is in the book once."""
    asked = merge_books(payments(З1="5", З2=""), then, payments(З1="5 7", З2="")).conflicts
    assert [one.sheet for one in asked] == ["Платежи"]
    ours = payments(З1="", З2="5")
    shown = open_conflicts(enumerate(asked), ours)
    assert [one.ours for one in shown] == [({"№ заказа": "З2", "Сумма": "5"},)]
    found = decide([answer_to(one, take) for one in shown], enumerate(asked), ours)
    assert plain(apply(found.merge, ours)) == plain(result)
    assert found.merge.conflicts == ()


def test_a_payment_of_another_order_that_the_copy_has_too_stays_there() -> None:
    base = payments(З1="5", З2="5")
    asked = merge_books(base, payments(З1="6", З2="5"), payments(З1="5 7", З2="5")).conflicts
    ours = payments(З1="6", З2="5")
    found = decide([answer_to(one, Side.THEIRS) for one in asked], enumerate(asked), ours)
    assert plain(apply(found.merge, ours)) == plain(payments(З1="5 7", З2="5"))


def test_a_payment_that_two_drops_give_to_two_orders_comes_in_for_one() -> None:
    base, ours = payments(З1="5", З2="", З3=""), payments(З1="", З2="", З3="")
    copies = payments(З1="", З2="5", З3=""), payments(З1="", З2="", З3="5")
    asked = [*chain.from_iterable(merge_books(base, ours, copy).conflicts for copy in copies)]
    answers = [answer_to(conflict, Side.THEIRS) for conflict in asked]
    first = decide(answers, enumerate(asked), ours)
    assert plain(apply(first.merge, ours)) == plain(copies[0])
    assert [one.key for one in first.merge.conflicts] == ["З3"]
    again = open_conflicts(enumerate(first.merge.conflicts), copies[0])
    second = decide([answer_to(one, Side.THEIRS) for one in again], enumerate(again), copies[0])
    assert plain(apply(second.merge, copies[0])) == plain(copies[1])
