"""`cmtools demo`: a workspace with a lively sample, and the whole chain run on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from cmtools import known_files
from cmtools.books.orders import ORDER_BOOK
from cmtools.commands.docs import Asked, docs
from cmtools.commands.init import init
from cmtools.commands.plan import make_plan
from cmtools.commands.price import price
from cmtools.commands.report import report
from cmtools.commands.results import Outcome
from cmtools.commands.validate import validate
from cmtools.demo import FAULTY_BOOK, write_sample
from cmtools.pricing.category import months_before
from cmtools.reports.load import consolidate
from cmtools.reports.months import next_month, plan_due
from cmtools.tables.parsers import format_roubles

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
    for path in write_sample(folder, today):
        known_files.add_file(folder, path)
    checked = validate(folder, today=today)
    priced = price(folder, today=today, now=now)
    asked = (Asked(every=True), Asked(client=_busiest(priced)))
    papers = [docs(folder, one, today=today) for one in asked]
    faulty = validate(folder, [folder / FAULTY_BOOK], today=today, annotate=True)
    month = f"{months_before(today, 1):%Y-%m}"
    plans = _plans(folder, today, now)
    figures = report(folder, month, today=today)
    made = [file for paper in papers for file in paper.data["files"]]
    files = (*priced.files, *faulty.files, *plans, *figures.files)
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
            "steps": _steps(checked, priced, made, faulty, len(plans)),
            "look_at": _look_at(priced, made, faulty, figures),
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


def _busiest(priced: Outcome) -> str:
    """The client with the most orders: there is something to see on its card."""
    clients = Counter(quote.entry.get("client") for quote in priced.facts["quotes"])
    return str(clients.most_common(1)[0][0])


def _steps(
    checked: Outcome,
    priced: Outcome,
    made: Sequence[Mapping[str, str]],
    faulty: Outcome,
    plans: int,
) -> list[tuple[str, str]]:
    errors = sum(problem.is_error for problem in faulty.problems)
    quotes = [quote for quote in priced.facts["quotes"] if quote.lines]
    profit = sum((quote.totals.profit for quote in quotes), Decimal(0))
    return [
        ("Проверено", f"{len(checked.facts['checked'])} книги"),
        ("Ошибок и предупреждений", str(len(checked.problems))),
        ("Посчитано цен", f"{len(quotes)} заказов, прибыль {format_roubles(profit)} ₽"),
        ("Сделано документов", str(len(made))),
        ("Сделано планов и отчётов", f"{(plans + 2) // 2}, книги и документы Word"),
        ("Найдено в книге с ошибками", f"{errors} ошибок, все за один раз"),
    ]


def _look_at(
    priced: Outcome, made: Sequence[Mapping[str, str]], faulty: Outcome, figures: Outcome
) -> list[tuple[str, str]]:
    found = [
        (ORDER_BOOK.file_name, "сама книга: списки, подсказки, заказы на всех стадиях"),
        (priced.files[-1], "лист «Калькуляция»: откуда взялась каждая цена"),
        (figures.files[0], "отчёт директору: каждое синее число ведёт к строкам книг"),
        (faulty.files[-1], "раскрашенная копия: лист «Ошибки» ведёт к каждой ячейке"),
    ]
    for kind, what in _PAPERS_TO_SEE.items():
        found += [(file["path"], what) for file in made if file["kind"] == kind][:1]
    return found
