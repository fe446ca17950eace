"""The rules of the merge, row by row; see «Руководство менеджера», two people and one book."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtools.merge import reasons
from cmtools.merge.conflict import Conflict
from cmtools.merge.records import BookRecords
from cmtools.merge.three_way import Caution, Merge, merge_books
from support.merging import Cells, Sheets, apply, book, plain

ONE = {"№ заказа": "З-1", "Стадия": "2.1", "Примечание": "срочно"}
TWO = {"№ заказа": "З-2", "Стадия": "3.1", "Примечание": ""}
PAID = {"№ заказа": "З-1", "Сумма": "500"}
PAID_MORE = {"№ заказа": "З-1", "Сумма": "700"}
LINE = {"№ заказа": "З-1", "№ п/п": "1", "Тираж": "100"}
BASE: dict[str, list[Cells]] = {"Заказы": [ONE, TWO], "Позиции": [LINE], "Платежи": [PAID]}


def changed(sheets: Sheets = BASE, **rows: list[Cells]) -> BookRecords:
    names = {"orders": "Заказы", "lines": "Позиции", "paid": "Платежи"}
    return book({**sheets, **{names[name]: value for name, value in rows.items()}})


def merged(ours: BookRecords, theirs: BookRecords, caution: Caution | None = None) -> Merge:
    return merge_books(book(BASE), ours, theirs, author="Анна", caution=caution)


def asked(merge: Merge) -> list[tuple[str, str, str | None, str]]:
    return [(c.sheet, c.key, c.column, c.reason) for c in merge.conflicts]


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        pytest.param(
            changed(orders=[{**ONE, "Стадия": "2.2"}, TWO]),
            changed(orders=[ONE, {**TWO, "Примечание": "позвонить"}]),
            [{**ONE, "Стадия": "2.2"}, {**TWO, "Примечание": "позвонить"}],
            id="different orders",
        ),
        pytest.param(
            changed(orders=[{**ONE, "Стадия": "2.2"}, TWO]),
            changed(orders=[{**ONE, "Примечание": ""}, TWO]),
            [{**ONE, "Стадия": "2.2", "Примечание": ""}, TWO],
            id="one order, different cells",
        ),
        pytest.param(
            changed(orders=[{**ONE, "Стадия": "2.2"}, TWO]),
            changed(orders=[{**ONE, "Стадия": "2.2"}, TWO]),
            [{**ONE, "Стадия": "2.2"}, TWO],
            id="one cell, one value",
        ),
        pytest.param(
            changed(orders=[ONE, TWO, {"№ заказа": "З-3", "Стадия": "2.1"}]),
            changed(orders=[{"№ заказа": "З-4", "Стадия": "2.1"}, TWO, ONE]),
            [ONE, TWO, {"№ заказа": "З-3", "Стадия": "2.1"}, {"№ заказа": "З-4", "Стадия": "2.1"}],
            id="new on each side",
        ),
        pytest.param(
            changed(orders=[ONE, TWO, {"№ заказа": "З-3", "Стадия": "2.1"}]),
            changed(orders=[ONE, TWO, {"№ заказа": "З-3", "Стадия": "2.1"}]),
            [ONE, TWO, {"№ заказа": "З-3", "Стадия": "2.1"}],
            id="new on both, equal",
        ),
        pytest.param(
            changed(orders=[{**ONE, "Стадия": "2.2"}, TWO]),
            changed(orders=[ONE]),
            [{**ONE, "Стадия": "2.2"}],
            id="deleted in the copy, untouched in the book",
        ),
        pytest.param(
            changed(orders=[ONE]),
            changed(orders=[{**ONE, "Стадия": "2.2"}, TWO]),
            [{**ONE, "Стадия": "2.2"}],
            id="deleted in the book, untouched in the copy",
        ),
        pytest.param(
            changed(),
            changed(
                orders=[{**ONE, "№ заказа": "З-10"}, TWO],
                lines=[{**LINE, "№ заказа": "З-10"}],
                paid=[{**PAID, "№ заказа": "З-10"}],
            ),
            [{**ONE, "№ заказа": "З-10"}, TWO],
            id="renumbered in the copy, untouched in the book",
        ),
    ],
)
def test_clear_changes_are_taken(
    ours: BookRecords, theirs: BookRecords, result: list[Cells]
) -> None:
    merge = merged(ours, theirs)
    assert merge.conflicts == ()
    assert plain(apply(merge, ours))["Заказы"] == plain(changed(orders=result))["Заказы"]


def test_one_cell_changed_differently_holds_the_whole_row() -> None:
    ours = changed(orders=[{**ONE, "Стадия": "2.2"}, TWO])
    theirs = changed(
        orders=[{**ONE, "Стадия": "2.3", "Примечание": "ждёт"}, {**TWO, "Стадия": "3.2"}]
    )
    merge = merged(ours, theirs)
    assert merge.conflicts == (
        Conflict(
            sheet="Заказы",
            key="З-1",
            column="Стадия",
            base="2.1",
            ours="2.2",
            theirs="2.3",
            author="Анна",
            reason=reasons.DIFFERENT,
        ),
        Conflict(
            sheet="Заказы",
            key="З-1",
            column="Примечание",
            base="срочно",
            ours="срочно",
            theirs="ждёт",
            author="Анна",
            reason=reasons.SAME_ROW,
        ),
    )
    assert [(c.key, c.column, c.was, c.now) for c in merge.taken] == [
        ("З-2", "Стадия", "3.1", "3.2")
    ]


def test_one_number_for_two_new_orders_is_asked_with_the_next_free_one() -> None:
    new = {"№ заказа": "З-0130", "Стадия": "2.1"}
    ours = changed(orders=[ONE, TWO, new], paid=[PAID, {"№ заказа": "З-0130", "Сумма": "1"}])
    theirs = changed(
        orders=[ONE, TWO, {**new, "Стадия": "2.4"}],
        lines=[LINE, {**LINE, "№ заказа": "З-0130"}],
        paid=[PAID, {"№ заказа": "З-0130", "Сумма": "2"}],
    )
    merge = merged(ours, theirs)
    assert plain(apply(merge, ours)) == plain(ours)
    free = "если это разное, дайте своей строке в копии свободный номер З-0131"
    assert asked(merge) == [
        ("Заказы", "З-0130", "Стадия", f"{reasons.NEW_TWICE}; {free}"),
        ("Позиции", "З-0130 · 1", None, reasons.NEW_TWICE),
        ("Платежи", "З-0130", None, reasons.NEW_TWICE),
    ]


def test_an_order_deleted_in_the_copy_stays_with_all_its_rows_if_the_book_got_a_payment() -> None:
    ours = changed(paid=[PAID, PAID_MORE])
    theirs = changed(orders=[TWO], lines=[], paid=[])
    merge = merged(ours, theirs)
    assert merge.is_empty
    assert asked(merge) == [
        ("Заказы", "З-1", None, reasons.DELETED_IN_COPY),
        ("Позиции", "З-1 · 1", None, reasons.DELETED_IN_COPY),
        ("Платежи", "З-1", None, reasons.DELETED_IN_COPY),
    ]


def test_a_payment_of_an_order_deleted_in_the_book_waits_with_all_that_was_deleted() -> None:
    ours = changed(orders=[TWO], lines=[], paid=[])
    merge = merged(ours, changed(paid=[PAID, PAID_MORE]))
    assert merge.is_empty
    assert asked(merge) == [
        ("Заказы", "З-1", None, reasons.DELETED_IN_BOOK),
        ("Позиции", "З-1 · 1", None, reasons.DELETED_IN_BOOK),
        ("Платежи", "З-1", None, reasons.DELETED_IN_BOOK),
    ]
    assert merge.conflicts[2].theirs == (PAID, PAID_MORE)


def test_a_renumbered_order_waits_under_both_numbers_if_the_book_changed_it() -> None:
    """Else it, its positions and its payments would be there twice."""
    ours = changed(orders=[{**ONE, "Стадия": "2.2"}, TWO])
    theirs = changed(
        orders=[{**ONE, "№ заказа": "З-10"}, TWO],
        lines=[{**LINE, "№ заказа": "З-10"}],
        paid=[{**PAID, "№ заказа": "З-10"}],
    )
    merge = merged(ours, theirs)
    assert merge.is_empty
    assert {(sheet, key) for sheet, key, _, _ in asked(merge)} == {
        ("Заказы", "З-1"),
        ("Заказы", "З-10"),
        ("Позиции", "З-1 · 1"),
        ("Позиции", "З-10 · 1"),
        ("Платежи", "З-1"),
        ("Платежи", "З-10"),
    }


def test_the_new_number_of_an_order_is_named_where_its_old_one_is_asked_about() -> None:
    renumbered = changed(
        orders=[{**ONE, "№ заказа": "З-10"}, TWO],
        lines=[{**LINE, "№ заказа": "З-10"}],
        paid=[{**PAID, "№ заказа": "З-10"}],
    )
    worked_on = changed(orders=[{**ONE, "Стадия": "2.2"}, TWO], paid=[PAID, PAID_MORE])
    for merge, reason in (
        (merged(renumbered, worked_on), reasons.DELETED_IN_BOOK),
        (merged(worked_on, renumbered), reasons.DELETED_IN_COPY),
    ):
        expected = f"{reason}; похоже, теперь там это З-10"
        old = [row for row in asked(merge) if "10" not in row[1]]
        assert old == [
            ("Заказы", "З-1", None, expected),
            ("Позиции", "З-1 · 1", None, expected),
            ("Платежи", "З-1", None, expected),
        ]


def test_an_order_that_both_renumbered_otherwise_waits_under_the_second_number() -> None:
    """Else it, its positions and its payments would be there twice."""
    ours, theirs = (
        changed(
            orders=[{**ONE, "№ заказа": number}, TWO],
            lines=[{**LINE, "№ заказа": number}],
            paid=[{**PAID, "№ заказа": number}],
        )
        for number in ("З-10", "З-11")
    )
    merge = merged(ours, theirs)
    assert merge.is_empty
    assert asked(merge) == [
        ("Заказы", "З-11", None, reasons.RENAMED_TWICE),
        ("Позиции", "З-11 · 1", None, reasons.RENAMED_TWICE),
        ("Платежи", "З-11", None, reasons.RENAMED_TWICE),
    ]
    assert merged(ours, ours).is_empty


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        ([PAID, PAID_MORE], [PAID, PAID_MORE], [PAID, PAID_MORE]),
        ([PAID, PAID_MORE], [PAID, PAID], [PAID, PAID, PAID_MORE]),
        ([PAID, PAID], [PAID, PAID, PAID], [PAID, PAID, PAID]),
        ([PAID], [PAID_MORE], [PAID_MORE]),
        ([PAID_MORE], [PAID], [PAID_MORE]),
        ([PAID, PAID_MORE], [], None),
        ([PAID_MORE], [PAID, PAID_MORE], None),
    ],
)
def test_payments_of_an_order(
    ours: list[Cells], theirs: list[Cells], result: list[Cells] | None
) -> None:
    """Rows without a key; None: both touched the group and one changed or deleted a row."""
    before = changed(paid=ours)
    merge = merged(before, changed(paid=theirs))
    assert asked(merge) == (
        [("Платежи", "З-1", None, reasons.BOTH_TOUCHED)] if result is None else []
    )
    expected = ours if result is None else result
    assert plain(apply(merge, before))["Платежи"] == plain(changed(paid=expected))["Платежи"]


OTHER = {"№ заказа": "З-2", "Сумма": "500"}
THIRD = {"№ заказа": "З-3", "Сумма": "500"}


@pytest.mark.parametrize(
    ("ours", "theirs", "waiting"),
    [
        pytest.param([OTHER], [THIRD], ["З-3"], id="given to two orders"),
        pytest.param([OTHER], [], ["З-2"], id="given to another, deleted in the copy"),
        pytest.param([], [OTHER], ["З-2"], id="deleted in the book, given to another"),
        pytest.param([PAID, PAID_MORE], [OTHER], ["З-1", "З-2"], id="its order got one more"),
        pytest.param([OTHER], [PAID, OTHER], [], id="given to another, typed for it as well"),
        pytest.param([OTHER], [OTHER], [], id="given to one by both"),
        pytest.param([PAID, OTHER], [PAID, THIRD], [], id="equal ones of two orders"),
        pytest.param([PAID, OTHER], [], [], id="deleted, an equal one of another order"),
        pytest.param([OTHER, THIRD], [OTHER], [], id="given to one by both, typed for one more"),
    ],
)
def test_a_payment_given_to_another_order_is_there_once(
    ours: list[Cells], theirs: list[Cells], waiting: list[str]
) -> None:
    """Whether it is the order that has another number, or the payment that was typed wrongly."""
    before = changed(paid=ours)
    merge = merged(before, changed(paid=theirs))
    assert [conflict.key for conflict in merge.conflicts] == waiting
    result = [row.meanings for row in apply(merge, before)["Платежи"].rows]
    assert len(result) <= max(len(ours), len(ours) + len(theirs) - 1)


def test_a_renumbered_order_whose_old_row_is_in_doubt_waits_under_both_numbers() -> None:
    new = {**ONE, "№ заказа": "З-10"}
    theirs = changed(orders=[new, TWO], lines=[], paid=[{**PAID, "№ заказа": "З-10"}])
    doubt = Caution(rows={(s, "З-1"): reasons.DOUBTFUL for s in ("Заказы", "Платежи")})
    merge = merged(changed(lines=[]), theirs, doubt)
    assert merge.added == ()
    assert {(sheet, key) for sheet, key, _, _ in asked(merge)} == {
        (sheet, key) for sheet in ("Заказы", "Платежи") for key in ("З-1", "З-10")
    }


def test_a_payment_that_both_typed_is_named() -> None:
    merge = merged(changed(paid=[PAID, PAID_MORE]), changed(paid=[PAID, PAID_MORE, PAID_MORE]))
    assert [row.cells for row in merge.doubled] == [PAID_MORE]
    assert [row.cells for row in merge.added] == [PAID_MORE]


def test_a_column_that_a_copy_lacks_says_nothing() -> None:
    theirs = changed(
        orders=[{"№ заказа": "З-1", "Стадия": "2.5"}, {"№ заказа": "З-2", "Стадия": "3.1"}],
    )
    merge = merged(changed(), theirs)
    assert [(c.key, c.column, c.now) for c in merge.taken] == [("З-1", "Стадия", "2.5")]
    assert merge.removed == ()
    assert merge.conflicts == ()


def test_a_column_of_a_persons_own_comes_with_the_copy() -> None:
    merge = merged(changed(), changed(orders=[{**ONE, "Моё": "1"}, {**TWO, "Моё": "2"}]))
    assert merge.columns == {"Заказы": ("Моё",)}
    assert [(c.key, c.column, c.now) for c in merge.taken] == [
        ("З-1", "Моё", "1"),
        ("З-2", "Моё", "2"),
    ]


def test_a_value_that_was_turned_down_and_a_doubtful_cell_are_asked() -> None:
    ours = changed(orders=[{**ONE, "Стадия": "2.2"}, TWO])
    refused = Caution(refused={(("Заказы", "З-2", "Примечание"), "звонил")})
    theirs = changed(orders=[ONE, {**TWO, "Примечание": "звонил"}])
    assert asked(merged(ours, theirs, refused)) == [
        ("Заказы", "З-2", "Примечание", reasons.TURNED_DOWN)
    ]
    doubtful = Caution(doubtful={("Заказы", "З-1", "Стадия"), ("Заказы", "З-2", "Стадия")})
    assert asked(merged(ours, changed(), doubtful)) == [
        ("Заказы", "З-1", "Стадия", reasons.DOUBTFUL)
    ]


# Properties over random books

ORDER = st.sampled_from(["З-1", "З-2", "З-3", "З-4"])
VALUE = st.sampled_from(["", "а", "б"])


@st.composite
def books(draw: st.DrawFn) -> BookRecords:
    numbers = draw(st.sets(ORDER))
    orders = [{"№ заказа": n, "Стадия": draw(VALUE), "Примечание": draw(VALUE)} for n in numbers]
    places = draw(st.sets(st.tuples(ORDER, st.sampled_from("12")), max_size=4))
    lines = [{"№ заказа": n, "№ п/п": p, "Тираж": draw(VALUE)} for n, p in places]
    paid = [
        {"№ заказа": draw(ORDER), "Сумма": draw(st.sampled_from("12"))}
        for _ in range(draw(st.integers(0, 4)))
    ]
    return book({"Заказы": orders, "Позиции": lines, "Платежи": paid})


@given(books(), books())
def test_merging_an_untouched_side_gives_the_other(base: BookRecords, other: BookRecords) -> None:
    assert merge_books(base, other, base) == Merge()
    taken = merge_books(base, base, other)
    assert taken.conflicts == ()
    assert plain(apply(taken, base)) == plain(other)
    assert merge_books(base, other, other) == Merge()


@given(books(), books(), books())
def test_without_conflicts_the_order_of_drops_does_not_matter(
    base: BookRecords, one: BookRecords, two: BookRecords
) -> None:
    first, second = merge_books(base, one, two), merge_books(base, two, one)
    if not first.conflicts:
        assert second.conflicts == ()
        assert plain(apply(first, one)) == plain(apply(second, two))


@given(books(), books(), books())
def test_no_cell_that_somebody_typed_is_lost(
    base: BookRecords, ours: BookRecords, theirs: BookRecords
) -> None:
    merge = merge_books(base, ours, theirs)
    waiting = {(c.sheet, c.key) for c in merge.conflicts}
    before, mine, other, result = map(_cells, (base, ours, theirs, apply(merge, ours)))
    for place in {*before, *mine, *other}:
        is_taken = place[:2] not in waiting and other.get(place) != before.get(place)
        assert result.get(place) == (other if is_taken else mine).get(place)


@given(books(), books(), books())
def test_payments_add_up(base: BookRecords, ours: BookRecords, theirs: BookRecords) -> None:
    merge = merge_books(base, ours, theirs)
    result = plain(apply(merge, ours))["Платежи"]
    waiting = {c.key for c in merge.conflicts if c.sheet == "Платежи"}
    before, mine, other = (plain(side)["Платежи"] for side in (base, ours, theirs))
    for row in {*before, *mine, *other}:
        order = dict(row)["№ заказа"]
        groups = [_of_order(order, side) for side in (before, mine, other)]
        if order in waiting or groups[2] == groups[0]:
            assert result[row] == mine[row]
        elif groups[1] == groups[0]:
            assert result[row] == other[row]
        else:
            assert result[row] == max(mine[row], other[row])


def _cells(records: BookRecords) -> dict[tuple[str, str, str], str]:
    """Sheet, row and column → value, of the rows that have a key."""
    return {
        (title, row.name, column): value
        for title, sheet in records.items()
        for row in sheet.rows
        if row.key
        for column, value in row.meanings.items()
    }


def _of_order(order: str, rows: Counter[frozenset[tuple[str, str]]]) -> Counter[object]:
    return Counter({row: n for row, n in rows.items() if ("№ заказа", order) in row})
