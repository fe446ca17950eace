"""`cmtools demo`: a workspace with a lively sample, and the whole chain run on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cmtools import known_files
from cmtools.books.blanks import option, write_filled
from cmtools.books.catalog import BOOKS
from cmtools.books.cross_rules import check_across
from cmtools.books.default_rows import shipped_rows
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.books.settings import STAGES
from cmtools.commands.docs import Asked, docs
from cmtools.commands.init import init
from cmtools.commands.plan import make_plan
from cmtools.commands.price import price
from cmtools.commands.report import report
from cmtools.commands.results import Outcome
from cmtools.commands.validate import validate
from cmtools.demo import Books, mistakes, sample_books
from cmtools.files import atomic_write
from cmtools.pricing.category import months_before
from cmtools.pricing.orders import price_orders
from cmtools.reports.load import consolidate
from cmtools.reports.months import next_month, plan_due
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import Cell, format_roubles
from cmtools.tables.reader.protocol import Marks
from cmtools.tables.reader.sandbox import Grid
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Table
from cmtools.tables.writer.workbook import Rows

EXAMPLES = "Примеры"
MISTAKEN = "Книга с ошибками.xlsx"
_PAPERS_TO_SEE = {
    "contract": "договор, готов к подписи",
    "invoice": "счёт с QR-кодом для оплаты",
    "client-card": "всё, что известно о клиенте",
}


def demo(folder: Path, *, today: date, now: datetime) -> Outcome:
    """Make the sample in a new folder, then check it, price it, make papers and a report.

    Raises:
        Unavailable: the folder is a workspace already.
    """
    init(folder)
    books = sample_books(today, lambda unpaid: _totals(unpaid, today))
    rows = _rows(books)
    for book in BOOKS:
        if book.name in books:
            with atomic_write(folder / book.file_name) as aside:
                write_filled(aside, book, rows)
            known_files.add_file(folder, folder / book.file_name)
    checked = validate(folder, today=today)
    priced = price(folder, today=today, now=now)
    asked = (Asked(every=True), Asked(client=_busiest(priced)))
    papers = [docs(folder, one, today=today) for one in asked]
    mistaken = _with_mistakes(folder, books, rows, today)
    month = f"{months_before(today, 1):%Y-%m}"
    plans = _plans(folder, today, now)
    figures = report(folder, month, today=today)
    made = [file for paper in papers for file in paper.data["files"]]
    files = (*priced.files, *mistaken.files, *plans, *figures.files)
    return Outcome(
        data={
            "ok": True,
            "workspace": str(folder.absolute()),
            "month": month,
            "orders": len(priced.data["orders"]),
            "documents": made,
            "files": list(files),
            "indicators": figures.data["indicators"],
        },
        facts={
            "folder": str(folder),
            "month": month,
            "indicators": figures.data["indicators"],
            "titles": figures.facts["titles"],
            "steps": _steps(books, checked, priced, made, mistaken, len(plans)),
            "look_at": _look_at(priced, made, mistaken, figures),
        },
        files=files,
    )


def _plans(folder: Path, today: date, now: datetime) -> list[str]:
    """The plans of the month that is reported and of the next one, each made on its last day."""
    read = consolidate(folder, today)
    this = today.replace(day=1)
    months = (months_before(this, 1), next_month(this))
    made = [make_plan(read, month, None, plan_due(month), now) for month in months]
    return [file for plan in made for file in plan.files]


def _rows(books: Books) -> dict[Table[Any], Rows]:
    """The sample's rows by table, with what the blanks are shipped with."""
    tables = {table.title: table for book in BOOKS for table in book.tables}
    found: dict[Table[Any], Rows] = dict(shipped_rows())
    for sheets in books.values():
        found |= {tables[title]: rows for title, rows in sheets.items()}
    stages = {str(row["Код"]): option(STAGES, row) for row in found[STAGES]}
    found[ORDERS] = [
        {**row, "Стадия": stages.get(str(row["Стадия"]), row["Стадия"])} for row in found[ORDERS]
    ]
    return found


def _totals(books: Books, today: date) -> dict[str, Decimal]:
    """What each priced order costs its client; reckoned in memory, before there are any files."""
    sheets = [
        Sheet(table, "", _grid(table, rows))
        for table, rows in _rows(books).items()
        if not table.head
    ]
    dataset = Dataset(sheets)
    dataset.check(today)
    check_across(dataset)
    return {
        quote.number: quote.totals.total
        for quote in price_orders(dataset).orders
        if quote.lines and quote.totals
    }


def _grid(table: Table[Any], rows: Rows) -> Grid:
    titles = table.card or [found.title for found in table.fields.values()]
    columns: list[list[Cell]] = [
        [title, *(_cell(row.get(title)) for row in rows)] for title in titles
    ]
    return Grid(name=table.title, columns=columns, marks=Marks())


def _cell(value: object) -> Cell:
    return float(value) if isinstance(value, Decimal) else value  # type: ignore[return-value]


def _busiest(priced: Outcome) -> str:
    """The client with the most orders: there is something to see on its card."""
    clients = Counter(quote.entry.get("client") for quote in priced.facts["quotes"])
    return str(clients.most_common(1)[0][0])


def _with_mistakes(
    folder: Path, books: Books, rows: Mapping[Table[Any], Rows], today: date
) -> Outcome:
    """A copy of the order book with a dozen typical mistakes, and its painted copy."""
    spoiled = deepcopy(books[ORDER_BOOK.name])
    for mistake in mistakes(spoiled):
        spoiled[mistake.sheet][mistake.row_index][mistake.column] = mistake.value
    tables = _rows({ORDER_BOOK.name: spoiled})
    path = folder / EXAMPLES / MISTAKEN
    with atomic_write(path) as aside:
        write_filled(
            aside, ORDER_BOOK, {**rows, **{table: tables[table] for table in ORDER_BOOK.tables}}
        )
    return validate(folder, [path], today=today, annotate=True)


def _steps(
    books: Books,
    checked: Outcome,
    priced: Outcome,
    made: Sequence[Mapping[str, str]],
    mistaken: Outcome,
    plans: int,
) -> list[tuple[str, str]]:
    cells = sum(len(row) for sheets in books.values() for rows in sheets.values() for row in rows)
    errors = sum(problem.is_error for problem in mistaken.problems)
    quotes = [quote for quote in priced.facts["quotes"] if quote.lines]
    profit = sum((quote.totals.profit for quote in quotes), Decimal(0))
    return [
        ("Проверено", f"{len(checked.facts['checked'])} книги, {cells} ячеек"),
        ("Ошибок и предупреждений", str(len(checked.problems))),
        ("Посчитано цен", f"{len(quotes)} заказов, прибыль {format_roubles(profit)} ₽"),
        ("Сделано документов", str(len(made))),
        ("Сделано планов и отчётов", f"{(plans + 2) // 2}, книги и документы Word"),
        ("Найдено в книге с ошибками", f"{errors} ошибок, все за один раз"),
    ]


def _look_at(
    priced: Outcome, made: Sequence[Mapping[str, str]], mistaken: Outcome, figures: Outcome
) -> list[tuple[str, str]]:
    found = [
        (ORDER_BOOK.file_name, "сама книга: списки, подсказки, заказы на всех стадиях"),
        (priced.files[-1], "лист «Калькуляция»: откуда взялась каждая цена"),
        (figures.files[0], "отчёт директору: каждое синее число ведёт к строкам книг"),
        (mistaken.files[-1], "раскрашенная копия: лист «Ошибки» ведёт к каждой ячейке"),
    ]
    for kind, what in _PAPERS_TO_SEE.items():
        found += [(file["path"], what) for file in made if file["kind"] == kind][:1]
    return found
