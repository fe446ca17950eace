"""`cmtools demo`: a workspace with a lively sample, and the whole chain run on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cmtools import known_files
from cmtools.agenda.workbook import write_agendas
from cmtools.books.orders import ORDER_BOOK
from cmtools.commands.docs import docs
from cmtools.commands.folders import folders
from cmtools.commands.init import init
from cmtools.commands.price import PriceResult, price
from cmtools.commands.report import ReportResult, report
from cmtools.commands.result import Result
from cmtools.commands.validate import ValidateResult, validate
from cmtools.commands.watch import watch
from cmtools.demo import FAULTY_BOOK, write_sample
from cmtools.documents.make import DocumentFile
from cmtools.documents.selection import Selection
from cmtools.files import copy
from cmtools.merge.in_place import stamp_new_books
from cmtools.months import months_before, months_up_to, next_month, plan_due
from cmtools.reports.load import load_inputs
from cmtools.reports.month_plan import make_month_plan
from cmtools.tables.parsers import format_roubles
from cmtools.watch.protocol_text import PROTOCOL
from cmtools.workspace import Workspace

_DOCUMENTS_TO_SEE = {
    "contract": "договор, готов к подписи",
    "invoice": "счёт с QR-кодом для оплаты",
    "client-card": "всё, что известно о клиенте",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoResult(Result):
    """The sample, and what the chain made of it.

    steps: what was done, and its outcome in a few words.
    look_at: the files to open first, and what is to be seen there.
    """

    folder: Path
    orders: int
    documents: tuple[DocumentFile, ...]
    report: ReportResult
    steps: tuple[tuple[str, str], ...]
    look_at: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": True,
            "workspace": str(self.folder.absolute()),
            "month": self.report.month,
            "orders": self.orders,
            "documents": [document.as_json() for document in self.documents],
            "files": list(self.files),
            "indicators": self.report.as_json()["indicators"],
        }


def demo(folder: Path, *, today: date, now: datetime) -> DemoResult:
    """Make the sample in a new folder, check it, price it, make documents, plans and a report.

    The last month's report is left to be made: the morning asks for it.

    Raises:
        Unavailable: the folder is a workspace already.
    """
    init(folder)
    sample = write_sample(folder, today)
    stamp_new_books(Workspace(folder))
    for path in sample:
        known_files.add_file(folder, path)
    folders(folder, make=True, today=today)
    checked = validate(folder, today=today)
    priced = price(folder, today=today, now=now)
    of_orders = docs(folder, Selection(every=True), today=today)
    of_client = docs(folder, Selection(client=_busiest_client(priced)), today=today)
    documents = (*of_orders.documents, *of_client.documents)
    faulty = validate(folder, [folder / FAULTY_BOOK], today=today, annotate=True)
    plans = _make_plans(folder, today)
    answer = _drop(folder, today)
    figures = report(folder, f"{months_before(today, 2):%Y-%m}", today=today)
    agendas = write_agendas(folder, today)
    return DemoResult(
        files=(*priced.files, *faulty.files, *plans, *figures.files, *agendas),
        folder=folder,
        orders=len(priced.orders),
        documents=documents,
        report=figures,
        steps=_steps(checked, priced, len(documents), faulty, len(plans), answer, agendas),
        look_at=_look_at(priced, documents, faulty, figures, answer, agendas),
    )


def _make_plans(folder: Path, today: date) -> list[str]:
    """Make the plans of two months ago to the next month, each on the day when it is due."""
    inputs = load_inputs(folder, today)
    months = months_up_to(next_month(today.replace(day=1)), 4)
    plans = [make_month_plan(inputs, month, None, plan_due(month)) for month in months]
    return [file for plan in plans for file in plan.files]


def _drop(folder: Path, today: date) -> list[str]:
    """Put the book with mistakes into the inbox, as a manager would; return what came of it."""
    workspace = Workspace(folder)
    settings = workspace.watch_settings()
    copy(folder / FAULTY_BOOK, settings.inbox / FAULTY_BOOK.name)
    watch(folder, once=True, today=today, quiet=True)
    return [workspace.name(path) for path in sorted(settings.failed.glob("*/*"))]


def _busiest_client(priced: PriceResult) -> str:
    """Return the client with the most orders: there is something to see on its card."""
    clients = Counter(order.entry.get("client") for order in priced.orders)
    return str(clients.most_common(1)[0][0])


def _steps(
    checked: ValidateResult,
    priced: PriceResult,
    documents: int,
    faulty: ValidateResult,
    plans: int,
    answer: Sequence[str],
    agendas: Sequence[str],
) -> tuple[tuple[str, str], ...]:
    errors = sum(problem.is_error for problem in faulty.problems)
    orders = [order for order in priced.orders if order.lines]
    profit = sum((order.totals.profit for order in orders if order.totals), Decimal(0))
    return (
        ("Проверено книг", str(len(checked.checked))),
        ("Ошибок и предупреждений", str(len(checked.problems))),
        ("Посчитано заказов", f"{len(orders)}, прибыль {format_roubles(profit)} ₽"),
        ("Сделано документов", str(documents)),
        ("Сделано планов и отчётов", f"{(plans + 2) // 2}, книги и документы Word"),
        ("Сделано повесток", f"{len(agendas)}: общая и каждого менеджера"),
        ("Найдено ошибок в книге с ними", f"{errors}, все за один раз"),
        ("Положено во «Входящие»", f"1 книга, ответ — в папке «{Path(answer[0]).parts[0]}»"),
    )


def _look_at(
    priced: PriceResult,
    documents: Sequence[DocumentFile],
    faulty: ValidateResult,
    figures: ReportResult,
    answer: Sequence[str],
    agendas: Sequence[str],
) -> tuple[tuple[str, str], ...]:
    files = [
        (agendas[0], "утро: что просрочено, что сегодня и кому звонить; отсюда начинается день"),
        (ORDER_BOOK.file_name, "сама книга: списки, подсказки, заказы на всех стадиях"),
        (priced.files[-1], "лист «Калькуляция»: откуда взялась каждая цена"),
        (figures.files[0], "отчёт директору: каждое синее число ведёт к строкам книг"),
        (faulty.files[-1], "раскрашенная копия: лист «Ошибки» ведёт к каждой ячейке"),
    ]
    files += [
        (path, "ответ на книгу, положенную во «Входящие»: что принято, что нет и почему")
        for path in answer
        if path.endswith(PROTOCOL)
    ]
    for kind, what in _DOCUMENTS_TO_SEE.items():
        files += [(d.path, what) for d in documents if d.kind.id == kind][:1]
    return tuple(files)
