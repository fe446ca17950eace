"""Books whose prices and categories were reckoned by hand: roundings, margins, edges of days."""

from datetime import date
from decimal import Decimal

from support.reckoning import Books, Row
from support.strategies import MANAGERS, client_row, discount, markup, order_row, position_row


def made_of(orders: list[Row], lines: list[Row] | None = None, **sheets: list[Row]) -> Books:
    """Books by hand; without VAT, markup and lines of their own: none, 0 % and 100 for 80."""
    codes = sorted({str(row["Код клиента"]) for row in orders})
    plain = [position_row(str(row["№ заказа"]), 1, "80") | {"Цена вручную": 100} for row in orders]
    books: Books = {
        "НДС": [{"Действует с": date(2019, 1, 1), "Ставка, %": None}],
        "Наценки": [markup("*", 1, 0)],
        "Клиенты": [client_row(code) for code in codes],
        "Заказы": orders,
        "Позиции": lines or plain,
    }
    return books | sheets


def histories(*clients_days: tuple[date, ...], **sheets: list[Row]) -> Books:
    """Final orders, a client for each tuple of days; numbered through the book."""
    flat = [(client, day) for client, days in enumerate(clients_days, 1) for day in days]
    orders = [
        order_row(f"З-{place:04}", day, f"К-{client:04}")
        for place, (client, day) in enumerate(flat, 1)
    ]
    return made_of(orders, **sheets)


def worked_example() -> Books:
    """The worked example of the price rules: shipped in December 2025 and in November 2026."""
    first = order_row("З-0001", date(2024, 2, 1))
    old = order_row("З-0002", date(2025, 11, 20)) | {"Срок поставки": date(2025, 12, 31)}
    new = order_row("З-0003", date(2025, 12, 1)) | {"Срок поставки": date(2026, 11, 10)}
    lines = [position_row(f"З-000{place}", 1000, "2.35", "500") for place in (1, 2, 3)]
    marks = [markup("визитки", 1, 60), markup("визитки", 500, 45), markup("*", 1, 50)]
    cuts = [discount("повторный", "0", 3), discount("повторный", "10000", 5)]
    books = made_of([first, old, new], lines, Наценки=marks, Скидки=cuts)
    return {sheet: rows for sheet, rows in books.items() if sheet != "НДС"}


def roundings() -> Books:
    """A base of thirds on the threshold, one under it, halves of a kopeck, 1.004957 a piece."""
    orders = [order_row(f"З-000{place}", date(2026, 5, 1)) for place in (1, 2, 3, 4, 5)]
    orders[3] |= {"Дата заказа": date(2025, 5, 1), "Стоимость доставки": Decimal("0.03")}
    lines = [
        position_row("З-0001", 30, "33", "10"),
        position_row("З-0002", 30, "33.3332"),
        position_row("З-0003", 1, "1.005"),
        position_row("З-0004", 1, "0.005") | {"Цена вручную": Decimal("0.03")},
        position_row("З-0005", 7, "1.0021", "0.02"),
    ]
    vat: list[Row] = [{"Действует с": date(2026, 1, 1)}, {"Действует с": date(2019, 1, 1)}]
    vat[1]["Ставка, %"] = 20
    cuts = [discount("новый", "1000", 10), discount("повторный", "1000", 10)]
    return made_of(orders, lines, НДС=vat, Скидки=cuts)


def margin_limits() -> Books:
    """Margins of exactly 15, of 14.96 unapproved and approved, of two lines below together."""
    orders = [order_row(f"З-000{place}", date(2026, 5, 1)) for place in (1, 2, 3, 4)]
    orders[2]["Согласовано директором"] = "да"
    sold = [("1", "85", 100), ("2", "850.4", 1000), ("3", "850.4", 1000), ("4", "950", 1000)]
    lines = [position_row(f"З-000{place}", 1, cost) for place, cost, _ in sold]
    lines = [line | {"Цена вручную": price} for line, (*_, price) in zip(lines, sold, strict=True)]
    second = position_row("З-0004", 1, "10") | {"№ п/п": 2, "Цена вручную": 100}
    return made_of(orders, [*lines, second])


def category_edges() -> Books:
    """Orders of one day; three in the 12 months, one just out of them; a request; a VIP."""
    day, edge = date(2026, 3, 31), date(2025, 3, 31)
    books = histories((day, day), (edge, edge, edge, day), (date(2025, 3, 30), edge, edge, day))
    books["Клиенты"] += [client_row("К-0004"), client_row("К-0005") | {"Особый статус": "VIP"}]
    more = [order_row("З-0011", edge, "К-0004", final=False), order_row("З-0012", day, "К-0004")]
    for row in books["Заказы"]:
        row["Менеджер"] = MANAGERS[row["Дата заказа"] == edge]
    books["Заказы"] += [*more, order_row("З-0013", day, "К-0005")]
    books["Позиции"] += [position_row(f"З-00{place}", 1, "80") for place in (11, 12, 13)]
    return books


def short_month() -> Books:
    """One order in one month before the 31st: on the last of February, the day before it."""
    names = ("Системный: заказов не менее", "Системный: за месяцев")
    rules: list[Row] = [{"Правило": name, "Значение": 1} for name in names]
    days = [(date(2025, 2, day), date(2025, 3, 31)) for day in (28, 27)]
    return histories(*days, Правила=rules)


def loss_edges() -> Books:
    """Limits of 365 and 90 days: run out, saved on the day, too late, a request saves nobody."""
    year, system = date(2025, 3, 1), (date(2026, 1, 29), date(2026, 1, 30), date(2026, 1, 31))
    late = [(year,), (year, date(2026, 3, 1)), (year, date(2026, 3, 2))]
    books = histories(*late, system, (*system, date(2026, 5, 1)), (*system, date(2026, 5, 2)))
    books["Заказы"].append(order_row("З-0099", date(2026, 4, 15), "К-0004", final=False))
    books["Позиции"].append(position_row("З-0099", 1, None))
    return books


EXAMPLES = {
    made.__name__: made()
    for made in (worked_example, roundings, margin_limits, category_edges, short_month, loss_edges)
}
