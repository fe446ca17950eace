"""Copies of books that people and sync programs make, and books that hold the same orders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import combinations
from typing import Any
from unicodedata import normalize

from cmtools.books.orders import ORDERS
from cmtools.problems import Message, Place, Problem, Severity, problem_at
from cmtools.tables.parsers import normalize_name
from cmtools.tables.sheet import Sheet

BOOK_COPY = Message(
    "book-copy",
    "похоже на копию книги: файл не прочитан",
    "если это новая версия, положите её во «Входящие»; если копия не нужна, уберите её",
    Severity.WARNING,
)
SAME_ORDERS = Message(
    "book-copy",
    "больше половины заказов те же, что в книге «{file}»: ни одна из двух не прочитана",
    "оставьте одну из них, вторую уберите из папки",
)

_MADE_BY_PEOPLE = re.compile(
    r"""(?: [ ]?[—–-][ ]?копия | [ ]?[—–-][ ]?copy | [ ]копия | [ ]copy ) (?:[ ]?\(\d+\))? $
    | [ ]?\(\d+\)$
    | \( [^)]* (?: конфликт | conflict ) [^)]* \)
    | \.sync-conflict-
    | ^~""",
    re.IGNORECASE | re.VERBOSE,
)
_ON_ANOTHER_COMPUTER = re.compile(  # …-DESKTOP-7QK2, but not …-2026-11
    r"-(?=[\d-]*[A-ZА-ЯЁ])(?:[A-ZА-ЯЁ\d]+-)+[A-ZА-ЯЁ\d]+$"
)


def is_named_as_copy(stem: str) -> bool:
    """Tell whether a file's name, without its ending, is one that copies are given."""
    name = normalize("NFC", stem)
    return bool(_MADE_BY_PEOPLE.search(name) or _ON_ANOTHER_COMPUTER.search(name))


def without_copy_mark(stem: str) -> str:
    """Return the name that a copy's book has: «Книга (1)» is of «Книга»."""
    name = _MADE_BY_PEOPLE.sub("", normalize("NFC", stem))
    return _ON_ANOTHER_COMPUTER.sub("", name).strip()


def shares_most(one: Set[str], other: Set[str]) -> bool:
    """Tell whether more than half of the order numbers of the smaller set are in both."""
    return 2 * len(one & other) > min(len(one), len(other))


def book_of_copy(orders: Set[str], shared: Mapping[str, int]) -> str | None:
    """Name the one book that has more than half of the orders of a copy; None without one.

    shared: the name of a book → how many of these orders it has.
    """
    near = [name for name, count in shared.items() if 2 * count > len(orders)]
    return near[0] if len(near) == 1 else None


def order_numbers(sheets: Iterable[Sheet[Any]]) -> Mapping[str, Set[str]]:
    """Return the order numbers of each file, as names are compared."""
    return {
        sheet.source.file: {normalize_name(number) for number in sheet.values["number"] if number}
        for sheet in sheets
        if sheet.table is ORDERS
    }


def books_with_same_orders(numbers: Mapping[str, Set[str]]) -> Mapping[str, str]:
    """Return the files that share most of their orders with another file, and that file."""
    files_of: dict[str, list[str]] = {}
    for file, orders in numbers.items():
        for order in orders:
            files_of.setdefault(order, []).append(file)
    pairs = {pair for files in files_of.values() for pair in combinations(files, 2)}
    doubled: dict[str, str] = {}
    for one, other in sorted(pairs):
        if shares_most(numbers[one], numbers[other]):
            doubled.setdefault(one, other)
            doubled.setdefault(other, one)
    return doubled


def copy_problems(names: Iterable[str]) -> Iterator[Problem]:
    """Yield a warning for each file that is named as a copy."""
    return (problem_at(Place(file=name), BOOK_COPY()) for name in names)


def same_orders_problems(files: Mapping[str, str]) -> Iterator[Problem]:
    """Yield an error for each of two books that hold the same orders, naming the other one."""
    for file, other in files.items():
        yield problem_at(Place(file=file), SAME_ORDERS(file=other))
