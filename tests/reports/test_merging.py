"""Digests put together: in whatever pieces they come, the same books are the same columns."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from cmtools.books.orders import ORDERS
from cmtools.digests.codec import decoded, encoded
from cmtools.digests.digest import (
    BAD,
    FIELDS,
    HUGE,
    NONE,
    ROW,
    UNSOUND,
    Column,
    Digest,
    Part,
    Told,
    is_number,
    is_text,
    runs,
    unread,
)
from cmtools.digests.making import packed
from cmtools.reports.merging import Merged, as_one, merge

NUMBERS = ("З-1", "з-1", "З 2", "З-300", "", "Z-1")
WHOLE = st.sampled_from(
    [NONE, BAD, HUGE, 0, 1, 127, 128, 32767, 32768, 2**31 - 1, 2**31, 2**63 - 1]
)


@st.composite
def books(draw: st.DrawFn) -> Digest:
    """A book with any rows in its tables, or one that could not be read."""
    if draw(st.integers(0, 5)) == 0:
        return unread("file-empty", "файл пуст")
    many = draw(st.sampled_from([0, 0, 126, 300]))  # so that numbers outgrow a byte once joined
    numbers = draw(st.lists(st.sampled_from(NUMBERS), unique=True))
    numbers += [f"М-{number}" for number in range(many)]
    texts = draw(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), unique=True)
    )
    texts += [f"т {number}" for number in range(many)]
    heights = {table.title: draw(st.integers(0, 3)) for table in FIELDS}
    columns: dict[str, dict[str, Column]] = {}
    huge: dict[tuple[str, str, int], str] = {}
    for table, names in FIELDS.items():
        count = heights[table.title]
        rows = st.lists(st.integers(2, 40_000), min_size=count, max_size=count)
        flags = st.lists(st.integers(0, 1), min_size=count, max_size=count)
        found: dict[str, Column] = {ROW: packed(draw(rows)), UNSOUND: packed(draw(flags))}
        for name in names:
            field = table.fields[name]
            known = len(numbers) if is_number(field) else len(texts)
            cell = st.integers(BAD, known - 1) if is_number(field) or is_text(field) else WHOLE
            cells = draw(st.lists(cell, min_size=count, max_size=count))
            found[name] = packed(cells)
            huge |= {
                (table.title, name, line): f"1E+{line}"
                for line, number in enumerate(cells)
                if number == HUGE
            }
        columns[table.title] = found
    told = [Told("Заказы", line, 2, 1, "code", "текст") for line in range(heights["Заказы"])]
    part = Part(
        heights=heights,
        numbers=len(numbers),
        places={table.title: {"on": draw(st.integers(1, 2))} for table in FIELDS},
        told=told,
        huge=huge,
        past=draw(st.integers(1, 3)),
    )
    marks = packed([crc32(ORDERS.key.same(number).encode()) for number in numbers])
    return Digest(parts=[part], texts=texts, numbers=numbers, marks=marks, columns=columns)


def said(merged: Merged) -> dict[str, Any]:
    """All that is said of the books, texts as texts: how they are numbered is nobody's concern."""
    texts = [*merged.texts.tolist(), *(f"({kind})" for kind in (HUGE, BAD, NONE))]
    rows = {}
    for table, found in merged.rows.items():
        columns = {name: column.tolist() for name, column in found.columns.items()}
        for name, column in columns.items():
            if is_text(table.fields[name]):
                columns[name] = [texts[number] for number in column]
        start = merged.starts[table].tolist()
        rows[table.title] = (
            columns,
            found.book.tolist(),
            found.row.tolist(),
            found.unsound.tolist(),
            start,
        )
    return {
        "files": merged.files,
        "parts": [
            (
                {title: part.heights.get(title, 0) for title in rows},
                part.numbers,
                dict(part.places),
                list(part.told),
                dict(part.huge),
                part.past,
                part.future,
                part.is_whole,
            )
            for part in merged.parts
        ],
        "numbers": merged.numbers.tolist(),
        "marks": merged.marks.tolist(),
        "key_of": merged.key_of.tolist(),
        "rows": rows,
        "huge": {
            (table.title, name, row): text for (table, name, row), text in merged.huge.items()
        },
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(books(), max_size=6), st.data())
def test_in_whatever_pieces_books_come(singles: list[Digest], data: st.DataObject) -> None:
    """Joined, kept, cut and joined again, they say what they say one by one."""
    files = [f"{number}.xlsx" for number in range(len(singles))]
    found = [(digest, 0) for digest in singles]
    for _ in range(data.draw(st.integers(0, 4))):
        chosen = data.draw(
            st.lists(st.sampled_from(range(len(files))), unique=True) if files else st.just([])
        )
        pieces = runs([found[book] for book in chosen])
        joined = as_one(merge([""] * len(chosen), pieces))
        if data.draw(st.booleans()):
            kept = decoded(encoded(joined))
            assert kept is not None
            joined = kept
        for place, book in enumerate(chosen):
            found[book] = joined, place
    assert said(merge(files, runs(found))) == said(merge(files, singles))
