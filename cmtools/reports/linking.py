"""What only all books together show: repeated numbers, references, and so which rows are sound.

The same is found here, in columns of a million rows, that `Dataset.check` and `check_across` find
in the books of one workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from cmtools.books.choices import Request
from cmtools.books.cross_rules import CLOSED_TOO_EARLY, COST_NEEDED, LAYOUT_NEEDED, NO_MARKUP
from cmtools.books.orders import CLAIMS, CONTRACTS, DELIVERIES, ORDERS, PAYMENTS, POSITIONS
from cmtools.digests.digest import NEED_LAYOUT, NONE
from cmtools.digests.making import told
from cmtools.problems import Fault, Place, problem_at
from cmtools.reports.merging import Flags, Ints, Merged, Rows, Texts, objects, table_of, used
from cmtools.reports.reference_data import Facts, Resolve
from cmtools.tables import messages
from cmtools.tables.columns import Field
from cmtools.tables.dataset import resolve_key
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Table

OF_ORDERS = (POSITIONS, PAYMENTS, DELIVERIES, CLAIMS)
FINAL = list(Request).index(Request.FINAL)
LAST = 1 << 20
"""What hangs on an order that does not count is told after all that is wrong with the row."""

MOST_SMALL = 1 << 20


class Reason(NamedTuple):
    """Why something does not count: its book, its place, a line for a person.

    Without a row it is the whole sheet, without a sheet the whole book.
    """

    book: int
    sheet: str | None
    row: int | None
    column: int
    code: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A column of names: the number of each row's name among `names`, -1 where there is none."""

    names: Texts
    index: Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class Hanging:
    """Rows that belong to orders: `order` is the row of each one's order, -1 where it has none.

    `counted` have no error, and a sound order; `attached` have a sound order, sound or not.
    """

    rows: Rows
    order: Ints
    counted: Flags
    attached: Flags


@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """The books with every row judged.

    `sound` are the orders without an error, `hanging` is what belongs to orders, `reasons` are why
    the rows that do not count do not.
    """

    merged: Merged
    orders: Rows
    client: Named
    sound: Flags
    hanging: Mapping[Table[Any], Hanging]
    reasons: tuple[Reason, ...]


def link(merged: Merged, facts: Facts) -> Linked:
    """Judge every row of the books."""
    linking = _Linking(merged)
    client, sound = linking.judge_orders(facts)
    hanging = {table: linking.judge_hanging(table, sound, facts) for table in OF_ORDERS}
    linking.take_own_errors(hanging[POSITIONS])
    return Linked(
        merged=merged,
        orders=linking.orders,
        client=client,
        sound=sound,
        hanging=hanging,
        reasons=tuple(linking.reasons),
    )


class _Linking:
    """The books under judgement, and the reasons found so far."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.orders = merged.rows[ORDERS]
        self.reasons: list[Reason] = []
        self._order_of = _first_rows(merged.key_of, self.orders["number"])

    def judge_orders(self, facts: Facts) -> tuple[Named, Flags]:
        """The client of each order, and which orders are sound."""
        orders = self.orders
        first = self._order_of[orders["number"]]
        repeated = (first >= 0) & (first != np.arange(len(orders)))
        self._note(
            orders, repeated, "number", lambda row: self._repeat(orders, row, int(first[row]))
        )
        unsound = orders.unsound | repeated
        resolvers = {**facts.targets, "contract": self._contracts()}
        named = {name: self._named(orders[name], find) for name, find in resolvers.items()}
        for name, found in named.items():
            unknown = (orders[name] >= 0) & (found.index < 0)
            self._note(orders, unknown, name, _unknown(ORDERS.fields[name]))
            unsound |= unknown
        stages, stage = named["stage"].names, named["stage"].index
        is_early = np.array([name in facts.early_stages for name in stages], bool)
        early = (orders["closed"] >= 0) & table_of(is_early, False)[stage]
        self._note(orders, early, "closed", lambda row: CLOSED_TOO_EARLY(stage=stages[stage[row]]))
        return named["client"], ~(unsound | early)

    def judge_hanging(self, table: Table[Any], sound: Flags, facts: Facts) -> Hanging:
        """The order of each row of a table, and which rows count."""
        rows = self.merged.rows[table]
        typed = rows["order"]
        order, unknown = self._orders_of(typed)
        self._note(rows, unknown, "order", _unknown(table.fields["order"]))
        unsound = rows.unsound | unknown
        if table is POSITIONS:
            unsound |= self._judge_positions(rows, order, facts)
        attached = table_of(sound, False)[order]
        for row in np.flatnonzero((typed >= 0) & ~unknown & ~attached):
            number = typed[row] if order[row] < 0 else self.orders["number"][order[row]]
            reason = f"заказ {self.merged.numbers[number]} не вошёл в отчёт"
            place = (int(rows.book[row]), table.title, int(rows.row[row]))
            self.reasons.append(Reason(*place, LAST, "", reason))
        return Hanging(rows=rows, order=order, counted=attached & ~unsound, attached=attached)

    def take_own_errors(self, positions: Hanging) -> None:
        """Add the errors that the books show by themselves.

        Those of positions of a sound order go: such a position is not left out, it has no price.
        """
        starts = self.merged.starts[POSITIONS]
        own = [
            Reason(book, sheet or None, row or None, column, code, text)
            for book, (sheet, line, row, column, code, text) in self.merged.told()
            if sheet != POSITIONS.title or line < 0 or not positions.attached[starts[book] + line]
        ]
        rows = positions.rows
        unpriced = {
            (int(rows.book[row]), POSITIONS.title, int(rows.row[row]))
            for row in np.flatnonzero(positions.attached & ~positions.counted)
        }
        kept = [found for found in self.reasons if found[:3] not in unpriced]
        self.reasons = own + kept

    def _judge_positions(self, rows: Rows, order: Ints, facts: Facts) -> Flags:
        """The positions that are in error together with others, or with their order or kind."""
        first = _first_pairs(self.merged.key_of[rows["order"]], rows["number"])
        repeated = first != np.arange(len(rows))
        self._note(rows, repeated, "number", lambda row: self._repeat(rows, row, int(first[row])))
        final = table_of(self.orders["request"] == FINAL, False)[order]
        no_layout = final & (rows["layout"] >= 0)
        needs = [LAYOUT_NEEDED(design=design.value) for design in NEED_LAYOUT]
        self._note(rows, no_layout, "layout", lambda row: needs[rows["layout"][row]])
        no_cost = final & (rows["unit_cost"] == NONE)
        self._note(rows, no_cost, "unit_cost", lambda _: COST_NEEDED())
        no_kind = np.zeros(len(rows), bool)
        if (kinds := facts.kinds) is not None:
            texts = self.merged.texts
            unknown = np.zeros(len(texts), bool)
            named = used(rows["kind"], len(texts))
            unknown[named] = [normalize_name(text) not in kinds for text in texts[named]]
            no_kind = table_of(unknown, False)[rows["kind"]]
            self._note(rows, no_kind, "kind", lambda _: NO_MARKUP())
        wrong: Flags = repeated | no_layout | no_cost | no_kind
        return wrong

    def _orders_of(self, typed: Ints) -> tuple[Ints, Flags]:
        """The row of the order that each text names, -1 for none; and whether that is an error."""
        order = self._order_of[typed]
        if self.merged.has(ORDERS):
            return order, (typed >= 0) & (order < 0)
        numbers, found = self.merged.numbers, np.flatnonzero(order >= 0)
        named = self.orders["number"][order[found]]
        order[found[numbers[typed[found]] != numbers[named]]] = -1  # nothing is understood
        return order, np.zeros(len(typed), bool)

    def _contracts(self) -> Resolve:
        """How references to the contracts of all the books are understood."""
        if not self.merged.has(CONTRACTS):
            return lambda typed: typed
        numbers = self.merged.rows[CONTRACTS]["number"]
        keys: dict[str, str] = {}
        for text in self.merged.texts[numbers[numbers >= 0]]:
            keys.setdefault(CONTRACTS.key.same(text), text)
        return lambda typed: resolve_key(typed, CONTRACTS, keys)

    def _named(self, column: Ints, resolve: Resolve) -> Named:
        """What each text of a column names; each different text is asked for once."""
        names: dict[str, int] = {}
        index_of = np.full(len(self.merged.texts), -1, np.int32)
        for number in used(column, len(index_of)):
            name = resolve(self.merged.texts[number])
            if name is not None:
                index_of[number] = names.setdefault(name, len(names))
        return Named(names=objects(list(names)), index=table_of(index_of, -1)[column])

    def _repeat(self, rows: Rows, row: int, first: int) -> Fault:
        book, other = rows.book[row], rows.book[first]
        file = "" if book == other else f" книги «{self.merged.files[other]}»"
        return messages.DUPLICATE(row=rows.row[first], file=file)

    def _note(self, rows: Rows, wrong: Flags, name: str, fault: Callable[[int], Fault]) -> None:
        """Add a reason for each row that is wrong, at the cell of a field."""
        field, title = rows.table.fields[name], rows.table.title
        for row in np.flatnonzero(wrong):
            book = int(rows.book[row])
            column = self.merged.parts[book].places[title].get(name)
            place = Place(
                file=self.merged.files[book], sheet=title, row=int(rows.row[row]), column=column
            )
            problem = problem_at(place, fault(int(row)), column=field.title)
            self.reasons.append(
                Reason(book, title, place.row, column or 0, problem.code, told(problem))
            )


def _first_rows(key_of: Ints, numbers: Ints) -> Ints:
    """For each order number the first row that bears it, -1 for none."""
    first = np.full(len(key_of), -1, np.int32)
    rows = np.flatnonzero(numbers >= 0)[::-1]
    first[key_of[numbers[rows]]] = rows  # of rows with one key the last one written stays
    return np.where(key_of >= 0, first[key_of], np.int32(-1))


def _first_pairs(keys: Ints, numbers: Ints) -> Ints:
    """For each row the first one of the same key and number; itself, where one is not given."""
    first = np.arange(len(keys))
    given = np.flatnonzero((keys >= 0) & (numbers >= 0))
    key, small = keys[given], numbers[given].astype(np.int64)
    if small.max(initial=0) > MOST_SMALL:
        _, small = np.unique(small, return_inverse=True)
    pairs = key * (small.max(initial=0) + 1) + small
    falls = pairs[1:] <= pairs[:-1]
    if falls.any():  # there are none where nobody has mixed the rows
        problem_at = _mixed(key, np.append(0, np.cumsum(falls)))
        _, index, inverse = np.unique(pairs[problem_at], return_index=True, return_inverse=True)
        first[given[problem_at]] = given[problem_at[index[inverse]]]
    return first


def _mixed(key: Ints, run: Ints) -> Ints:
    """The rows of keys that stand in several runs; only there can anything stand twice."""
    last = np.zeros(key.max() + 1, run.dtype)
    last[key] = run
    mixed = np.zeros(len(last), bool)
    mixed[key[last[key] != run]] = True
    return np.flatnonzero(mixed[key])


def _unknown(field: Field) -> Callable[[int], Fault]:
    target = field.column.refers
    assert target is not None
    fault = messages.UNKNOWN_REFERENCE(sheet=target.title, nearest="")
    return lambda _: fault
