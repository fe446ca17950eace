"""A form that came back: whether it is ours, and what a person filled into each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cmtools.forms.form import PROPERTY, Form, describe_shown
from cmtools.forms.proof import Mark, is_genuine, parse_key, parse_mark, sign_row
from cmtools.problems import Fault, Message, Place, column_letters
from cmtools.tables.parsers import Cell, format_value, is_empty, normalize_name, normalize_title
from cmtools.tables.reader.grid import Grid, WorkbookCells

HEADER_SEARCH = 100  # rows, counted from the top, in which a header is looked for

NOT_OUR_FORM = Message(
    "not-our-form",
    "эта книга сделана не здесь или её отметка испорчена",
    "возьмите файл, который сделала программа, и заполните жёлтые столбцы в нём",
)
NO_FORM_SHEET = Message(
    "form-without-rows",
    "в книге нет листа со столбцом «{key}» и жёлтыми столбцами",
    "возьмите файл, который сделала программа, и заполните жёлтые столбцы в нём",
)

ROW_CHANGED = Message(
    "form-row-changed",
    "строку изменили не только в жёлтых столбцах",
    "верните в ней всё, как было, или заполните её в исходном файле",
)
ROW_ADDED = Message(
    "form-row-added",
    "этой строки в файле не было",
    "заполняйте только готовые строки, новое внесите в книгу",
)
ROW_TWICE = Message(
    "form-row-twice", "эта строка есть дважды с разными ответами", "оставьте одну из них"
)
NOT_AN_ANSWER = Message("not-an-answer", "«{typed}» — непонятный ответ", "впишите «да» или «нет»")

_ANSWERS = {
    **dict.fromkeys(("да", "+", "1", "v", "✓", "✔", "☑", "√", "истина", "true"), True),
    **dict.fromkeys(("нет", "-", "0", "☐", "ложь", "false"), False),
}
_ANSWERS = {normalize_name(word): answer for word, answer in _ANSWERS.items()}


def parse_answer(cell: Cell) -> bool | Fault | None:
    """Parse a yes or no as people tick it; a cross has two meanings and is none."""
    if cell is None or is_empty(cell):
        return None
    typed = format_value(cell)
    answer = _ANSWERS.get(normalize_name(typed).strip(" .!\ufe0f"))  # ✔ as an emoji ends so
    return NOT_AN_ANSWER(typed=typed) if answer is None else answer


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyRow:
    """A row into which a person filled something.

    name: what the row was named when it went out; empty where that cannot be told.
    shown: what it shows, by the titles of the columns; filled: what a person typed, never empty.
    columns: the numbers of the columns by title, counted from 1.
    fault: why the row cannot be used; None where it can.
    """

    row: int
    columns: Mapping[str, int]
    key: str
    name: str
    shown: Mapping[str, Cell]
    filled: Mapping[str, Cell]
    fault: Fault | None = None

    def text(self, title: str) -> str:
        """Return what stands in a column as a text; empty where nothing does."""
        cell = self.filled.get(title, self.shown.get(title))
        return "" if cell is None else format_value(cell).strip()

    def describe(self, title: str, fault: Fault) -> str:
        """Say what is wrong with a cell, as `«Сделано» J7: …`."""
        cell = f"«{title}» {column_letters(self.columns[title])}{self.row}"
        return f"{cell}: {'; '.join(filter(None, (fault.message, fault.hint)))}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A form that was made here and came back."""

    mark: Mark
    sheet: str
    rows: Sequence[ReplyRow]

    def place(self, file: str, row: ReplyRow, title: str) -> Place:
        """Return the cell of a row in the file that came back."""
        return Place(file=file, sheet=self.sheet, row=row.row, column=row.columns.get(title))


def find_mark(cells: WorkbookCells) -> tuple[Mark, str] | None:
    """Return the first mark of a workbook and its check; None where it is no form."""
    return next(_marks(cells), None)


def find_genuine_mark(cells: WorkbookCells, secret: bytes) -> Mark | None:
    """Return the mark of a workbook that was made here, in its properties or in A1 of a sheet."""
    marks = _marks(cells)
    return next((mark for mark, check in marks if is_genuine(mark, check, secret)), None)


def open_reply(cells: WorkbookCells, form: Form, secret: bytes) -> Reply | Fault:
    """Return what was filled into a form that was made here; a fault for any other workbook."""
    if cells.fault is not None:
        return cells.fault
    mark = find_genuine_mark(cells, secret)
    if mark is None or mark.form != form.name:
        return NOT_OUR_FORM()
    return read_reply(cells, form, mark, secret) or NO_FORM_SHEET(key=form.key)


def read_reply(cells: WorkbookCells, form: Form, mark: Mark, secret: bytes) -> Reply | None:
    """Return the rows that were filled in, from whatever sheet; None where no sheet has them.

    Columns and rows may stand in any order, among others.
    """
    for grid in cells.grids:
        header, columns = _find_header(grid, form)
        if columns:
            rows = [*_rows(grid, header, columns, form, mark, secret)]
            return Reply(mark=mark, sheet=grid.name, rows=_without_doubles(rows))
    return None


def _marks(cells: WorkbookCells) -> Iterator[tuple[Mark, str]]:
    texts = [cells.properties.get(PROPERTY, "")]
    texts += [str(grid.columns[0][0]) for grid in cells.grids if grid.height]
    for text in texts:
        parsed = parse_mark(text)
        if parsed is not None:
            yield parsed


def _find_header(grid: Grid, form: Form) -> tuple[int, Mapping[str, int]]:
    """Return the row of the header and title → column, both counted from 0."""
    wanted = {normalize_title(c.title): c.title for c in form.columns}
    wanted[normalize_title(form.key)] = form.key
    filled = {column.title for column in form.filled}
    for row in range(min(grid.height, HEADER_SEARCH)):
        found: dict[str, int] = {}
        for position, column in enumerate(grid.columns):
            cell = column[row]
            title = wanted.get(normalize_title(cell)) if isinstance(cell, str) else None
            if title is not None:
                found.setdefault(title, position)
        if form.key in found and filled & found.keys():
            return row, found
    return 0, {}


def _rows(
    grid: Grid,
    header: int,
    columns: Mapping[str, int],
    form: Form,
    mark: Mark,
    secret: bytes,
) -> Iterator[ReplyRow]:
    for row in range(header + 1, grid.height):
        cells = {title: grid.columns[position][row] for title, position in columns.items()}
        filled = {
            column.title: cells[column.title]
            for column in form.filled
            if not is_empty(cells.get(column.title))
        }
        if not filled:
            continue
        shown = {column.title: cells.get(column.title) for column in form.shown}
        key = format_value(cells[form.key]) if not is_empty(cells[form.key]) else ""
        parsed = parse_key(key)
        name = parsed[0] if parsed else ""
        expected = sign_row(
            secret, mark, name, (describe_shown(c.kind, shown[c.title]) for c in form.shown)
        )
        is_whole = expected == " ".join(key.split())
        yield ReplyRow(
            row=row + 1,
            columns={title: position + 1 for title, position in columns.items()},
            key=key,
            name=name,
            shown=shown,
            filled=filled,
            fault=None if is_whole else ROW_CHANGED() if key else ROW_ADDED(),
        )


def _without_doubles(rows: Sequence[ReplyRow]) -> list[ReplyRow]:
    """Keep one of equal rows; name those that stand twice with different answers."""
    first: dict[str, ReplyRow] = {}
    kept: list[ReplyRow] = []
    different: set[str] = set()
    for row in rows:
        before = first.setdefault(row.name, row) if not row.fault else row
        if before is not row and before.filled == row.filled:
            continue
        if before is not row:
            different.add(row.name)
        kept.append(row)
    return [
        replace(row, fault=ROW_TWICE()) if not row.fault and row.name in different else row
        for row in kept
    ]
