"""Books as plain rows for the tests of the merge, and a result applied to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from cmtools.merge.conflict import Answer, Conflict, Side, show_content
from cmtools.merge.records import BookRecords, Owner, Record, SheetRecords
from cmtools.merge.three_way import Merge

Cells = Mapping[str, str]
Sheets = Mapping[str, Sequence[Cells]]
"""Title of a sheet → its rows: title of a column → text."""
Plain = dict[str, Counter[frozenset[tuple[str, str]]]]

COLUMNS = {
    "Заказы": ("№ заказа", "Стадия", "Примечание"),
    "Позиции": ("№ заказа", "№ п/п", "Тираж"),
    "Платежи": ("№ заказа", "Сумма"),
}
"""Of sheets without rows."""
KEYS = {"Заказы": ("№ заказа",), "Позиции": ("№ заказа", "№ п/п")}


def book(sheets: Sheets) -> BookRecords:
    """The records of a book: «Заказы» and «Позиции» have keys, other rows belong to an order."""
    return {
        title: SheetRecords(
            title=title,
            columns={
                column: at
                for at, column in enumerate(
                    dict.fromkeys(chain(*rows) if rows else COLUMNS[title]), 1
                )
            },
            header=1,
            rows=[_record(title, row, number) for number, row in enumerate(rows, start=2)],
        )
        for title, rows in sheets.items()
    }


def _record(sheet: str, cells: Cells, number: int) -> Record:
    key = [cells[title] for title in KEYS.get(sheet, ())]
    order = cells.get("№ заказа", "")
    return Record(
        cells={t: v for t, v in cells.items() if v},
        meanings={t: v for t, v in cells.items() if v},
        key="\n".join(key),
        name=" · ".join(key) or order,
        owner=None if sheet == "Заказы" else Owner(sheet="Заказы", key=order),
        row=number,
    )


def answer_to(conflict: Conflict, take: Side | str) -> Answer:
    """What a person who takes a side, or a value of his own, writes about a conflict."""
    return Answer(
        sheet=conflict.sheet,
        key=conflict.key,
        column=conflict.column,
        ours=show_content(conflict.ours),
        theirs=show_content(conflict.theirs),
        take=take,
    )


def plain(records: BookRecords) -> Plain:
    """What a book holds, whatever the order of its rows."""
    return {
        title: Counter(frozenset(row.meanings.items()) for row in sheet.rows)
        for title, sheet in records.items()
    }


def apply(merge: Merge, ours: BookRecords) -> BookRecords:
    """The book after a merge, of cells that are texts."""
    result = {}
    for title, sheet in ours.items():
        gone = {row.row for row in merge.removed if row.sheet == title}
        rows = []
        for row in sheet.rows:
            new = {
                c.column: str(c.now or "")
                for c in merge.taken
                if (c.sheet, c.row) == (title, row.row)
            }
            cells = {t: v for t, v in {**row.meanings, **new}.items() if v}
            rows += [] if row.row in gone else [replace(row, cells=cells, meanings=cells)]
        last = max((row.row for row in sheet.rows), default=1)
        for number, added in enumerate((r for r in merge.added if r.sheet == title), last + 1):
            rows.append(_record(title, {t: str(v) for t, v in added.cells.items()}, number))
        result[title] = replace(sheet, rows=rows)
    return result
