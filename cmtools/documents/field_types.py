"""Texts that keep the value they were made of, so that a filter can word it otherwise; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Self

from cmtools.documents import russian_text
from cmtools.tables.parsers import format_decimal, format_roubles, group_digits


class Sum(str):
    """A sum in roubles: `4 890,00`; empty where there is none."""

    __slots__ = ("amount",)
    amount: Decimal | None

    def __new__(cls, amount: Decimal | None) -> Self:
        text = super().__new__(cls, "" if amount is None else format_roubles(amount))
        text.amount = amount
        return text


class Day(str):
    """A day: `«21» ноября 2026 г.`; empty where there is none."""

    __slots__ = ("day",)
    day: date | None

    def __new__(cls, day: date | None) -> Self:
        text = super().__new__(cls, "" if day is None else russian_text.day_in_words(day))
        text.day = day
        return text


class Count(str):
    """A number of something: `12 500`; empty where there is none."""

    __slots__ = ("number",)
    number: Decimal | None

    def __new__(cls, number: Decimal | int | None) -> Self:
        text = super().__new__(cls, "" if number is None else _number(Decimal(number)))
        text.number = None if number is None else Decimal(number)
        return text


class Name(str):
    """A person's name; `forms` are those given in the books, by case: `genitive`, `dative`."""

    __slots__ = ("forms",)
    forms: Mapping[str, str | None]

    def __new__(cls, name: str | None, **forms: str | None) -> Self:
        text = super().__new__(cls, name or "")
        text.forms = forms
        return text


class Post(Name):
    """A person's post, likewise."""

    __slots__ = ()


class Inflected(str):
    """A name or a post `of` the books in a case; if it is not `sure`, a person should check it."""

    __slots__ = ("case", "of", "sure")
    of: str
    case: str
    sure: bool

    def __new__(cls, text: str, *, of: str = "", case: str = "", sure: bool = True) -> Self:
        inflected = super().__new__(cls, text)
        inflected.of, inflected.case, inflected.sure = of, case, sure
        return inflected


class Picture(bytes):
    """A picture in PNG; empty where there is none."""

    __slots__ = ()


def _number(number: Decimal) -> str:
    if number == number.to_integral_value():
        return group_digits(int(number))
    return format_decimal(number)
