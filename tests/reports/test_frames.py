"""Frames of numpy columns against the same said in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtools.books.choices import PaymentKind
from cmtools.reports.frame import Frame, numbered
from cmtools.reports.period_rows import kopecks

BEYOND = 2**63  # the first sum that does not fit


@dataclass(frozen=True, slots=True)
class Row:
    """A payment of a client in a group."""

    client: str
    kind: int
    amount: int
    group: int


def amounts() -> st.SearchStrategy[int]:
    edges = [2**62, -(2**62), 2**63 - 1, -(2**63), BEYOND * 10**6, -BEYOND]
    return st.integers(-500, 500) | st.sampled_from(edges)


ROWS = st.lists(
    st.builds(
        Row, st.sampled_from("ёеЕ"), st.integers(-1, 2), amounts(), st.sampled_from([0, 1, 100])
    )
)


def frame_of(rows: list[Row], dtype: type = np.int64) -> Frame:
    """The rows as a frame whose small numbers take few bytes."""
    client, names = numbered([row.client for row in rows])
    amount = np.array([row.amount for row in rows], object)
    return Frame(
        columns={
            "client": client.astype(np.int8),
            "kind": np.array([row.kind for row in rows], np.int8),
            "amount": kopecks(amount),
            "group": np.array([row.group for row in rows], dtype),
        },
        names={"client": names},
    )


def rows_of(frame: Frame) -> list[Row]:
    return [Row(*values) for values in frame.values("client", "kind", "amount", "group")]


def by_group(rows: list[Row], find: Callable[[list[Row]], int]) -> dict[int, int]:
    groups = sorted({row.group for row in rows})
    return {group: find([row for row in rows if row.group == group]) for group in groups}


@given(ROWS, st.sampled_from([np.int8, np.int64]))
def test_groups_are_summed_exactly_and_counted(rows: list[Row], dtype: type) -> None:
    """Sums beyond 64 bits and below nothing among them; a group without rows is none."""
    frame = frame_of(rows, dtype)
    assert rows_of(frame) == rows
    sums = frame.sums("amount", frame["group"])
    assert sums == by_group(rows, lambda rows: sum(row.amount for row in rows))
    counts = frame.counts("client", frame["group"])
    assert counts == by_group(rows, lambda rows: len({row.client for row in rows}))
    assert {*map(type, [*sums.values(), *counts.values()])} <= {int}


@given(ROWS)
def test_rows_are_chosen_in_their_order(rows: list[Row]) -> None:
    frame = frame_of(rows)
    mine = [row for row in rows if row.client == "ё"]
    assert rows_of(frame.called("client", "ё")) == mine
    assert rows_of(frame.called("client", "никто")) == []
    others = ~frame.chosen("kind", next(iter(PaymentKind)))
    assert rows_of(frame[others]) == [row for row in rows if row.kind]
    assert rows_of(frame[1:3]) == rows[1:3]
    assert rows_of(frame[np.arange(len(rows))[::-1]]) == rows[::-1]
    places = [row.client for row in rows]
    assert frame.firsts("client").tolist() == [
        places.index(client) == place for place, client in enumerate(places)
    ]


@given(ROWS)
def test_columns_are_put_beside_and_named_anew(rows: list[Row]) -> None:
    """The frame itself stays as it was."""
    frame = frame_of(rows)
    told = Counter[str]()

    def louder(text: str) -> str:
        told[text] += 1
        return f"{text}!"

    named = frame.renamed("client", louder)
    assert [client for (client,) in named.values("client")] == [f"{row.client}!" for row in rows]
    assert told == dict.fromkeys((row.client for row in rows), 1)
    back = frame.assign(amount=-frame["amount"], more=frame["kind"])
    assert [*back.values("amount", "more")] == [(-row.amount, row.kind) for row in rows]
    assert [*frame.select(("kind",)).columns] == ["kind"]
    assert rows_of(frame) == rows


@pytest.mark.parametrize("kind", [np.int8, np.int64])
def test_days_lie_in_months_on_end(kind: type) -> None:
    frame = Frame(columns={"on": np.array([10, 19, 20, 29, 30, 99], kind)}, names={})
    assert frame.spans("on", [10, 20, 30]).tolist() == [0, 0, 1, 1, 2, 2]


def test_no_text_is_an_empty_one() -> None:
    frame = Frame(
        columns={"reason": np.array([1, -1, 0])}, names={"reason": np.array(["а", "б"], object)}
    )
    assert [*frame.values("reason")] == [("б",), ("",), ("а",)]
