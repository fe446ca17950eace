"""Decisions about conflicts, applied to a book."""

from __future__ import annotations

from itertools import chain

import pytest

from cmtools.merge.conflict import Side
from cmtools.merge.decisions import decide
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
