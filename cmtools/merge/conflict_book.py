"""«Слияние — <book>.xlsx»: what a person has to decide, and his decisions as they come back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from cmtools.forms.form import PROPERTY, Form, FormRow, form_listing
from cmtools.forms.proof import Mark
from cmtools.forms.reply import Reply, ReplyRow
from cmtools.merge.conflict import WHOLE_ROWS, Answer, Conflict, Side, show_content
from cmtools.merge.records import BookRecords, place_of
from cmtools.problems import Fault, Message, Problem, column_letters, problem_at
from cmtools.tables.parsers import Cell, normalize_name
from cmtools.tables.writer.listings import Emphasis, Link, ListingColumn, build_listings

SHEET, KEY, COLUMN = "Лист", "Ключ", "Столбец"
BASE, OURS, THEIRS = "Было", "В книге", "В копии"
TAKE, OWN = "Взять", "Своё значение"

CONFLICT_FORM = Form(
    name="Слияние",
    sheet="Конфликты",
    key="Код",
    columns=(
        ListingColumn(title=SHEET, width=13),
        ListingColumn(title=KEY, width=16, wrap=True),
        ListingColumn(title=COLUMN, width=17, wrap=True),
        ListingColumn(title=BASE, width=21, wrap=True),
        ListingColumn(title=OURS, width=21, wrap=True),
        ListingColumn(title=THEIRS, width=21, wrap=True),
        ListingColumn(title="Автор", width=14, wrap=True),
        ListingColumn(title="Почему", width=26, wrap=True),
        ListingColumn(
            title=TAKE,
            width=11,
            filled=True,
            choices=tuple(Side),
            hint="в книге — оставить; в копии — взять; было — вернуть прежнее",
        ),
        ListingColumn(title=OWN, width=19, wrap=True, filled=True, hint="Если не подходит ни одно"),
        ListingColumn(title="Где", width=8),
    ),
)
ABOVE = (
    "Здесь книга и её копия расходятся, и решить может только человек. Пока не решено, в книге "
    "остаётся то, что в ней стоит.",
    "Выберите в столбце «Взять», что верно, или впишите «Своё значение»; сохраните и положите файл "
    "в папку «Входящие».",
)

_PARTS = re.compile(r"(; |\n)")
"""What stands between the cells of rows that are shown."""

UNKNOWN_SIDE = Message(
    "merge-choice",
    "нужно «в книге», «в копии» или «было»",
    f"другое значение впишите в столбец «{OWN}», а «{TAKE}» оставьте пустым",
)
TWO_ANSWERS = Message(
    "merge-two-answers",
    f"заполнены и «{TAKE}», и «{OWN}»: что из двух верно?",
    "оставьте одно",
)
NO_OWN_ROWS = Message(
    "merge-whole-rows",
    "вместо целой строки нельзя вписать одно значение",
    f"выберите в столбце «{TAKE}» и поправьте строку в книге",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """The decisions in a conflict book that came back: the name of the book that they are about."""

    book: str
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]


def build_conflict_book(
    book: str, conflicts: Iterable[Conflict], ours: BookRecords, secret: bytes, now: datetime
) -> bytes:
    """Return the bytes of a conflict book of the workspace's book of that name.

    ours: what the book holds, for the links; the conflict book stands beside it.
    """
    mark = Mark(form=CONFLICT_FORM.name, subject=(book, f"{now:%Y-%m-%d %H-%M-%S}"))
    rows = [
        FormRow(name=f"{number}", values=_values(book, conflict, ours))
        for number, conflict in enumerate(conflicts, start=1)
    ]
    heading = f"Нужно решить: {len(rows)}"
    listing = form_listing(CONFLICT_FORM, mark, rows, secret, heading=heading, above=ABOVE)
    return build_listings([listing], {PROPERTY: mark.sign(secret)})


def read_answers(reply: Reply, file: str) -> Answers:
    """Return the decisions of a conflict book that came back in a file of that name."""
    found = [(row, _read(row)) for row in reply.rows]
    return Answers(
        book=reply.mark.subject[0],
        answers=tuple(answer for _, answer in found if isinstance(answer, Answer)),
        problems=tuple(
            problem_at(reply.place(file, row, title), fault, column=title, value=row.text(title))
            for row, answer in found
            if not isinstance(answer, Answer)
            for title, fault in [answer]
        ),
    )


def _values(book: str, conflict: Conflict, ours: BookRecords) -> dict[str, object]:
    cell = _find_cell(conflict, ours)
    return {
        SHEET: conflict.sheet,
        KEY: conflict.key,
        COLUMN: conflict.column or WHOLE_ROWS,
        **dict(zip((BASE, OURS, THEIRS), _show_sides(conflict), strict=True)),
        "Автор": conflict.author,
        "Почему": conflict.reason,
        "Где": Link(text=cell, path=book, sheet=conflict.sheet, cell=cell),
    }


def _show_sides(conflict: Conflict) -> Iterator[object]:
    """Show the three sides as `show_content` does; of whole rows, what differs is bold."""
    sides = (conflict.base, conflict.ours, conflict.theirs)
    column = conflict.column
    cells = [{*_PARTS.split(show_content(side, column))} for side in sides if side]
    common = set.intersection(*cells) if len(cells) > 1 else {*chain(*cells)}
    for side in sides:
        text = show_content(side, column)
        parts = [(part, part not in common) for part in _PARTS.split(text) if part]
        yield Emphasis(parts=tuple(parts)) if isinstance(side, tuple) and parts else text


def _find_cell(conflict: Conflict, ours: BookRecords) -> str:
    """Return the cell of the book that a conflict is about; the first one where its row is gone."""
    sheet = ours.get(conflict.sheet)
    rows = (row.row for row in sheet.rows if place_of(row) == conflict.place[1]) if sheet else ()
    column = sheet.columns.get(conflict.column or "", 1) if sheet else 1
    return f"{column_letters(column)}{next(iter(rows), 1)}"


def _read(row: ReplyRow) -> Answer | tuple[str, Fault]:
    """Return a person's decision, or the column in which it is wrong and how."""
    if row.fault:
        return CONFLICT_FORM.key, row.fault
    typed, own = row.filled.get(TAKE), row.filled.get(OWN)
    is_whole = row.text(COLUMN) == WHOLE_ROWS
    if typed is not None and own is not None:
        return OWN, TWO_ANSWERS()
    if typed is not None:
        side = next((s for s in Side if normalize_name(s) == normalize_name(row.text(TAKE))), None)
        return (TAKE, UNKNOWN_SIDE()) if side is None else _answer(row, side)
    return (OWN, NO_OWN_ROWS()) if is_whole else _answer(row, own)


def _answer(row: ReplyRow, take: Side | Cell) -> Answer:
    column = row.text(COLUMN)
    return Answer(
        sheet=row.text(SHEET),
        key=row.text(KEY),
        column=None if column == WHOLE_ROWS else column,
        ours=row.text(OURS),
        theirs=row.text(THEIRS),
        take=take,
    )
