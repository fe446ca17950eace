"""Copies of books are named, never read; two books with the same orders stop both."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from cmtools.books.copies import book_of_copy, is_named_as_copy, shares_most
from cmtools.commands.price import price
from cmtools.commands.validate import validate
from support.workbench import ORDERS, TODAY, healthy

STEM = ORDERS.removesuffix(".xlsx")
COPIES = (
    f"{STEM} — копия",
    f"{STEM} - Копия",
    f"{STEM} — копия (2)",
    f"{STEM} - Copy",
    f"{STEM} (1)",
    f"{STEM}(1)",
    f"{STEM} (Конфликтующая копия с компьютера Анна 2026-11-20)",
    f"{STEM} (Anna's conflicted copy 2026-11-20)",
    f"{STEM}-DESKTOP-7QK2",
    f"{STEM}-АННА-ПК",
    f"{STEM}.sync-conflict-20261120-101112-ABCDEFG",
    f"~{STEM}",
)


@pytest.mark.parametrize("stem", COPIES)
def test_a_copy_is_named_and_not_read(stem: str, tmp_path: Path) -> None:
    root = healthy(tmp_path)
    shutil.copy(root / ORDERS, root / f"{stem}.xlsx")
    result = validate(root, today=TODAY)
    assert [(p.code, p.place.file, p.is_error) for p in result.problems] == [
        ("book-copy", f"{stem}.xlsx", False)
    ]
    assert len(price(root, today=TODAY).orders) == 3


@pytest.mark.parametrize(
    "stem",
    [
        *(STEM, f"{STEM} — Иванова", f"{STEM}-Иванова", f"{STEM} (Иванова)"),
        *(f"{STEM} 2026", f"{STEM} 2026-11-28", f"{STEM}-2026-11"),
    ],
)
def test_books_of_managers_are_no_copies(stem: str) -> None:
    assert not is_named_as_copy(stem)


def test_two_books_with_the_same_orders_stop_both(tmp_path: Path) -> None:
    """Neither wins by its name or its date; nothing is computed from either."""
    root = healthy(tmp_path)
    other = f"{STEM} — старая.xlsx"
    shutil.copy(root / ORDERS, root / other)
    result = price(root, today=date(2026, 11, 21))
    assert result.orders == ()
    assert [(p.code, p.place.file, p.is_error) for p in result.problems] == [
        ("book-copy", other, True),
        ("book-copy", ORDERS, True),
    ]
    assert f"«{ORDERS}»" in result.problems[0].message
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("one", "other", "most"),
    [("abcd", "ab", True), ("abcd", "abef", False), ("abcd", "abce", True), ("", "ab", False)],
)
def test_more_than_half_of_the_smaller_book(one: str, other: str, most: bool) -> None:
    assert shares_most(set(one), set(other)) is most


@pytest.mark.parametrize(
    ("shared", "book"),
    [
        ({"А": 2, "Б": 1}, "А"),
        ({"А": 1, "Б": 1}, None),
        ({"А": 2, "Б": 2}, None),
        ({}, None),
    ],
)
def test_the_book_of_a_copy_has_more_than_half_of_its_orders(
    shared: dict[str, int], book: str | None
) -> None:
    """However few orders the book has itself: one number may be used twice by chance."""
    assert book_of_copy({"1", "2", "3"}, shared) == book
