"""Fields copied from a row: plain values become what the record declares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

import pytest

from cmtools.books.choices import TouchKind
from cmtools.documents.field_types import Count, Day, Name, Sum
from cmtools.documents.fields.from_row import from_row
from cmtools.tables.table import InvalidRow, Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """One field of each kind."""

    title: Annotated[str, "Название"]
    kind: Annotated[str, "Вид"]
    date: Annotated[Day, "Дата"]
    amount: Annotated[Sum, "Сумма"]
    pieces: Annotated[Count, "Штук"]
    manager: Annotated[Name, "Менеджер"]


VALUES = {
    "title": "Визитки",
    "kind": TouchKind.CALL,
    "date": date(2026, 11, 21),
    "amount": Decimal("4890"),
    "pieces": 1200,
    "manager": "Орлов С. Н.",
}
SOURCE = Source(file="а.xlsx", sheet="Лист", columns={})


def row(**values: object) -> InvalidRow:
    return InvalidRow(source=SOURCE, row=2, values=VALUES | values)


def test_values_become_what_is_declared() -> None:
    fields = from_row(Fields, row())
    assert (fields.title, fields.kind, fields.manager) == ("Визитки", "звонок", "Орлов С. Н.")
    assert (fields.amount, fields.pieces) == ("4\u00a0890,00", "1\u00a0200")
    assert fields.date.day == date(2026, 11, 21)
    assert isinstance(fields.manager, Name)


def test_none_is_empty() -> None:
    fields = from_row(Fields, row(**dict.fromkeys(VALUES)))
    assert {getattr(fields, name) for name in VALUES} == {""}


def test_given_values_take_the_place_of_columns() -> None:
    name = Name("Орлов", genitive="Орлова")
    fields = from_row(Fields, row(), title="Листовки", manager=name)
    assert fields.title == "Листовки"
    assert fields.manager is name


def test_field_that_is_not_declared() -> None:
    with pytest.raises(TypeError, match="Fields has no colour"):
        from_row(Fields, row(), colour="синий")


def test_without_a_row_every_field_is_given() -> None:
    assert from_row(Fields, **VALUES) == from_row(Fields, row())
    with pytest.raises(AttributeError):
        from_row(Fields, title="Визитки")
