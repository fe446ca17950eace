"""What is measured that is not a command itself: `python -m benchmarks.rivals NAME [ARGUMENT…]`.

Each runs in a process of its own, which imports no more than what it measures needs; what its
function returns is printed as JSON.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from benchmarks import TODAY

if TYPE_CHECKING:
    from cmtools.documents.catalog import DocumentKind
    from cmtools.documents.template.loader import Template
    from cmtools.tables.columns import Field
    from cmtools.tables.parsers import Cell

OURS = ("figures", "figures_memory")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def calamine(path: str) -> None:
    """Read every cell of every sheet, and do nothing with it."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def openpyxl(path: str) -> None:
    """Read every sheet into a frame, as most programs do."""
    from pandas import read_excel

    read_excel(path, sheet_name=None, engine="openpyxl")


def shelf(folder: str) -> None:
    """Read all the books of a folder so, one after the other."""
    for path in sorted(Path(folder).iterdir()):
        openpyxl(str(path))


def figures(workspace: str) -> None:
    """Add up a month over all the books of a workspace's folder `books`."""
    _month(workspace)


def figures_memory(workspace: str) -> int:
    """Bytes that this holds: the peak of this process and of as many as read, added up."""
    import resource

    from cmtools.workers.pool import available_cores as cores

    _month(workspace)
    own, reading = (
        resource.getrusage(which).ru_maxrss
        for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (own + (cores() + 1) * reading) * _RSS_UNIT  # the largest of them, for each of them


def _month(workspace: str) -> None:
    from cmtools.tables.reader.prestart import prepare

    gc.disable()  # as the program itself does, and this:
    prepare()
    from cmtools.reports.load import consolidate
    from cmtools.reports.month import monthly

    consolidated = consolidate(
        Path(workspace), TODAY, books=str(Path(workspace) / "books" / "*.xlsx")
    )
    month = monthly(consolidated.frames, TODAY.replace(day=1), {})
    assert consolidated.linked.reasons == ()
    assert month.figures


def by_columns(count: str) -> float:
    """Seconds in which so many rows of «Позиции» become records, the way of `validate`."""
    from cmtools.books.orders import POSITIONS
    from cmtools.tables.reader.grid import Grid
    from cmtools.tables.sheet import Sheet

    rows = _typed(int(count))
    titles = [field.title for field in POSITIONS.fields.values()]
    columns = [
        [title, *cells] for title, cells in zip(titles, zip(*rows, strict=True), strict=True)
    ]
    grid = Grid(name=POSITIONS.title, columns=columns)

    def parse() -> int:
        sheet = Sheet(POSITIONS, "Заказы.xlsx", grid)
        assert not sheet.problems
        return len(sheet.entries())

    return _seconds(parse, len(rows))


def by_rows(count: str) -> float:
    """Seconds in which pydantic makes models of the same rows, understanding what people type.

    Its own lax mode refuses `01.03.2026` and `1 234,50` and turns TRUE into 1, so each field has
    the validator that the column has here.
    """
    from cmtools.books.orders import POSITIONS

    pydantic: Any = importlib.import_module("pydantic")
    hints = get_type_hints(POSITIONS.record)
    model = pydantic.create_model(
        "Position",
        __config__=pydantic.ConfigDict(str_strip_whitespace=True, frozen=True),
        **{
            field.name: (
                Annotated[hints[field.name], pydantic.BeforeValidator(understood(field))],
                ...,
            )
            for field in POSITIONS.fields.values()
        },
    )
    adapter = pydantic.TypeAdapter(list[model])  # type: ignore[valid-type]
    names = list(POSITIONS.fields)
    rows = _typed(int(count))

    def parse() -> int:
        filled = ([None if cell == "" else cell for cell in row] for row in rows)
        return len(adapter.validate_python([dict(zip(names, row, strict=True)) for row in filled]))

    return _seconds(parse, len(rows))


def understood(field: Field) -> Callable[[Cell], Any]:
    """The column's own reading of a cell, as pydantic wants it: an error for what is wrong."""
    from cmtools.problems import Fault

    def parse(cell: Cell) -> Any:
        found = None if cell is None else field.parse(cell)
        if isinstance(found, Fault):
            raise ValueError(found.message)
        return found

    return parse


def memory(folder: str) -> int:
    """Bytes that checking this workspace holds, the reading process included.

    The peaks of both are added up: no less than what they ever held together.
    """
    import resource

    from cmtools.commands.validate import validate

    outcome = validate(Path(folder), today=TODAY)
    json.dumps(outcome.as_json())
    assert not outcome.problems
    processes = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(one).ru_maxrss for one in processes) * _RSS_UNIT


def engine(workspace: str, count: str) -> float:
    """Milliseconds in which a specification is filled, packed and read back."""
    from cmtools.documents.template import renderer as rendering

    template, record = _template(), _record(workspace)
    return _milliseconds(lambda: len(rendering.render(template, record).content), int(count))


def docxtpl(workspace: str, count: str) -> float:
    """Milliseconds in which docxtpl makes one, the template opened anew as its manual has it.

    Its environment has the same filters; what it makes shows the same text.
    """
    from docxtpl import DocxTemplate  # type: ignore[attr-defined]
    from jinja2 import Environment

    from cmtools.documents.template import docx_parts as parts
    from cmtools.documents.template import renderer as rendering
    from cmtools.documents.template import schema as declaring
    from cmtools.documents.template.filters import BY_NAME

    def text(content: bytes) -> str:
        return parts.text_of(parts.unpack(content)["word/document.xml"])

    path = str(_specification())
    record = _record(workspace)
    environment = Environment(autoescape=True)
    environment.filters |= BY_NAME

    def made() -> bytes:
        template = DocxTemplate(path)
        template.render(declaring.field_values(record), environment)
        kept = io.BytesIO()
        template.save(kept)
        return kept.getvalue()

    assert text(made()) == text(rendering.render(_template(), record).content)
    return _milliseconds(lambda: len(made()), int(count))


def growth(workspace: str, count: str) -> float:
    """Megabytes by which the memory grows while so many documents are made, after the first 50."""
    import resource

    from cmtools.documents.template import renderer as rendering

    template, record = _template(), _record(workspace)
    peaks = []
    for number in (50, int(count)):
        for _ in range(number):
            rendering.render(template, record)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return (peaks[1] - peaks[0]) / (1e6 if sys.platform == "darwin" else 1e3)


def _specification() -> Path:
    from cmtools.workspace import bundled_folder

    return bundled_folder("templates") / _kind().template


def _kind() -> DocumentKind:
    from cmtools.documents.catalog import KINDS

    return next(kind for kind in KINDS if kind.id == "specification")


def _template() -> Template:
    from cmtools.documents.template import loader as loading
    from cmtools.documents.template import schema as declaring

    return loading.load(_specification(), declaring.declared_fields(_kind().record))


def _record(workspace: str) -> Any:
    """The fields of a specification of five lines, from the first order that may have one."""
    from cmtools.documents.catalog import STANDARD_DOCUMENTS
    from cmtools.documents.context import RowIndex
    from cmtools.pricing.session import open_books, price_books

    session = price_books(open_books(Path(workspace), (), TODAY, STANDARD_DOCUMENTS))
    rows = RowIndex(session, TODAY)
    order = next(order for order in session.prices.orders if order.lines)
    kind = _kind()
    return kind.fill(rows.data(kind, rows.order_subject(order), None, TODAY))


def _milliseconds(make: Callable[[], int], count: int) -> float:
    make()
    gc.disable()  # as the program itself does
    start = time.perf_counter()
    for _ in range(count):
        assert make()
    return (time.perf_counter() - start) / count * 1000


def taken(workspace: str) -> float:
    """Seconds from the last write of a file until a running watcher has claimed it."""
    from cmtools.workspace import INBOX

    command = [sys.executable, "-m", "cmtools", "watch", "--workspace", workspace]
    path = Path(workspace, INBOX, "заметка.txt")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        path.write_text("заметка", "utf-8")
        start = time.perf_counter()
        while path.exists():
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        watcher.terminate()
        watcher.communicate()
    return seconds


def _typed(count: int) -> list[list[Cell]]:
    """Rows of «Позиции» as calamine gives them: all numbers floats, empty cells empty texts."""
    from benchmarks.workspaces import POSITIONS_AN_ORDER, positions
    from cmtools.books.orders import POSITIONS

    titles = [field.title for field in POSITIONS.fields.values()]
    made = positions(count // POSITIONS_AN_ORDER)
    return [[_cell(row.get(title)) for title in titles] for row in made]


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    return value if isinstance(value, str | date) else float(str(value))


def _seconds(parse: Callable[[], int], expected: int) -> float:
    gc.disable()  # as the program itself does
    start = time.perf_counter()
    parsed = parse()
    seconds = time.perf_counter() - start
    assert parsed == expected
    return seconds


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps(globals()[name](*arguments)), flush=True)
    if name in OURS:
        os._exit(0)  # as the program itself ends, see `answering`
