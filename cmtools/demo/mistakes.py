"""Typical mistakes of a hurried manager, to be put into a copy of the sample's order book."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmtools.demo.company import Book, Row


@dataclass(frozen=True)
class Mistake:
    """A wrong `value` for one cell; `row_index` counts the rows of the sheet from 0."""

    sheet: str
    row_index: int
    column: str
    value: object


def mistakes(orders: Book) -> list[Mistake]:
    """A dozen mistakes for the order book `orders`, each in a row of its own.

    The book is needed because the right rows, and the number of the duplicate, depend on its day.
    """
    early = _places(orders["Заказы"], lambda row: row["Дата закрытия"] is not None)
    drafts = _places(orders["Заказы"], lambda row: str(row["Стадия"]) < "2.5")
    decided = _places(orders["Претензии"], lambda row: row["Решение"] == "удовлетворена")
    content = _places(orders["Заказы"], lambda row: row["Оценка клиента"] == 5)[20]
    first, second, third, fourth = early[:4]
    ordered = orders["Заказы"][fourth]["Дата заказа"]  # no earlier, yet before the production
    numbers = [row["№ заказа"] for row in orders["Заказы"]]
    lines = Counter(row["№ заказа"] for row in orders["Позиции"])
    copied = min(drafts[1:], key=lambda place: lines[numbers[place]])  # few positions lose it
    return [
        Mistake("Заказы", first, "Дата заказа", "31.02.2026"),
        Mistake("Заказы", second, "Код клиента", "К-0999"),
        Mistake("Заказы", third, "Стадия", "3.9"),
        Mistake("Заказы", fourth, "Срок поставки", ordered),
        Mistake("Заказы", content, "Оценка клиента", 2),
        Mistake("Заказы", drafts[0], "Дата заказа", date(2099, 1, 15)),
        Mistake("Заказы", copied, "№ заказа", numbers[copied - 1]),
        Mistake("Позиции", 20, "Тираж", "1,234"),
        Mistake("Позиции", 24, "Себестоимость за ед.", "1О,50"),  # the letter О for a zero
        Mistake("Позиции", 28, "Тираж", None),
        Mistake("Платежи", 3, "Сумма", Decimal("1500.005")),
        Mistake("Претензии", decided[0], "Дата решения", None),
    ]


def _places(rows: Iterable[Row], fits: Callable[[Row], bool]) -> list[int]:
    return [index for index, row in enumerate(rows) if fits(row)]
