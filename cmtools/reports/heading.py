"""Whose report it is and who signs it, as its workbook and its Word paper both say it; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cmtools.months import month_name, report_due
from cmtools.reports.exclusions import Omission

LATE = "Сдан позже срока"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportHeading:
    """The month, the manager (None: all), the director, and what the figures do not hold.

    `clients` are the names of clients by code; `late` is said of a report made after its day;
    `unfinished_on` is the day of a report made before the month is over; `added_plans` are how many
    managers' plans its plan adds up, none where it has a plan of its own.
    """

    month: date
    manager: str | None
    director_post: str
    director: str
    late: bool
    unfinished_on: date | None = None
    added_plans: int = 0
    left_out: Sequence[Omission] = ()
    clients: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """`Отчёт за ноябрь 2026 г.`."""
        return f"Отчёт клиентского менеджера за {self.period}"

    @property
    def period(self) -> str:
        """`ноябрь 2026 г.`, and up to which day while it is not over."""
        return period_in_words(month_name(self.month), self.unfinished_on)

    @property
    def whose(self) -> str:
        """The manager, or that all are meant, and whose plans were added up."""
        return whose_in_words(self.manager, self.added_plans)

    @property
    def due(self) -> str:
        """The last day on which the report is in time: `05.12.2026`."""
        return f"{report_due(self.month):%d.%m.%Y}"

    def client(self, code: str) -> str:
        """`К-0001 ООО «Ромашка»`."""
        return f"{code} {self.clients.get(code, '')}".strip()


def period_in_words(month: str, unfinished_on: date | None) -> str:
    """`ноябрь 2026 г. на 20.11.2026`."""
    return f"{month} на {unfinished_on:%d.%m.%Y}" if unfinished_on else month


def whose_in_words(manager: str | None, added_plans: int) -> str:
    """`все менеджеры; план — сумма их планов: 3`."""
    added = f"; план — сумма их планов: {added_plans}" if added_plans else ""
    return f"{manager or 'все менеджеры'}{added}"


def place_in_words(omission: Omission) -> str:
    """`Предварительные заказы.xlsx, «Платежи», строка 12`."""
    place = omission.place
    sheet = f", «{place.sheet}»" if place.sheet else ""
    row = f", строка {place.row}" if place.row else ""
    return f"{place.file}{sheet}{row}"


def count_omissions(left_out: Sequence[Omission]) -> str:
    """How many books, sheets and rows were left out: `книг 1, строк 12`."""
    books = sum(found.place.sheet is None for found in left_out)
    rows = sum(found.place.row is not None for found in left_out)
    numbers = {"книг": books, "листов": len(left_out) - books - rows, "строк": rows}
    return ", ".join(f"{word}: {number}" for word, number in numbers.items() if number)
