"""A lively sample: the books of an invented print broker, the same for the same day."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from cmtools.demo.clients import all_clients, client_rows
from cmtools.demo.company import (
    ORDERS,
    REGISTRY,
    SETTINGS,
    TASKS,
    Book,
    Books,
    Row,
    settings,
    workday,
)
from cmtools.demo.contacts import contact_rows, errand_rows, handover_rows, journal_rows
from cmtools.demo.contracts import all_contracts
from cmtools.demo.mistakes import Mistake, mistakes
from cmtools.demo.orders import Deal, all_deals
from cmtools.demo.sheets import (
    claim_rows,
    delivery_rows,
    layout_rows,
    number_layouts,
    order_rows,
    paper_rows,
    payment_rows,
    position_rows,
)

__all__ = ["Book", "Books", "Mistake", "Row", "mistakes", "sample_books"]

_SEED = 1917


def sample_books(today: date, totals: Callable[[Books], dict[str, Decimal]]) -> Books:
    """Book → sheet → rows, for the fourteen months up to `today`.

    `totals` is called once, with the books while «Платежи» and «Поставки» are still empty; it
    gives the total of each priced order in roubles, with VAT and delivery, by № заказа. Payments
    and shipments are made from it.
    """
    rng = Random(_SEED)  # not for secrets
    clients = all_clients()
    deals = all_deals(clients, today, rng)
    received = _received(deals)
    contracts = all_contracts(deals)
    layouts = number_layouts(deals)
    orders: Book = {
        "Заказы": order_rows(deals, contracts),
        "Позиции": position_rows(deals, layouts),
        "Платежи": [],
        "Поставки": [],
        "Претензии": claim_rows(deals, today),
        "Макеты": layout_rows(deals, layouts, today),
        "Документы": paper_rows(deals, contracts, today),
        "Договоры": [contract.row(today) for contract in contracts],
    }
    books = {
        SETTINGS: settings(today),
        REGISTRY: {
            "Клиенты": client_rows(clients, received, today, rng),
            "Контактные лица": contact_rows(clients, today, rng),
            "Журнал контактов": journal_rows(clients, received, today, rng),
            "Передачи клиентов": handover_rows(clients, received, today),
        },
        ORDERS: orders,
        TASKS: {"Поручения": errand_rows(today)},
    }
    priced = totals(books)
    orders["Платежи"] = payment_rows(deals, priced, today)
    orders["Поставки"] = delivery_rows(deals, priced, orders["Претензии"], today)
    return books


def _received(deals: tuple[Deal, ...]) -> dict[str, date]:
    """By code, when the salesman handed each client over: some days before the first request."""
    first: dict[str, date] = {}
    for deal in deals:
        first.setdefault(deal.client.code, deal.placed)
    return {code: workday(day - timedelta(days=4)) for code, day in first.items()}
