"""The valid rows that a document is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmtools.books.choices import Category
from cmtools.books.orders import Claim, Contract, Delivery, Layout, Order, Paper, Payment, Position
from cmtools.books.register import Client, Contact, Touch, Transfer
from cmtools.books.settings import Contractor, Organization
from cmtools.pricing.price import Line, Totals
from cmtools.tables.table import InvalidRow


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderData:
    """An order with the rows that refer to it.

    `positions` and `lines` are by number. `lines` and `totals` are of the priced positions,
    `missing` names the others. `paid` is what the
    client paid less what came back, `claim` the one that an act is made of, `shipments` those of
    the day of an act, `day` that of the document. `is_ready` says whether the order is on the stage
    of shipment or later.
    """

    order: Order
    stage: str
    client: Client
    seller: Organization
    contract: Contract | None
    contractor: Contractor | None
    positions: Sequence[Position]
    lines: Sequence[Line]
    totals: Totals | None
    missing: str
    vat_rate: Decimal | None
    paid: Decimal
    payments: Sequence[Payment]
    deliveries: Sequence[Delivery]
    shipments: Sequence[Delivery]
    is_ready: bool
    layouts: Sequence[Layout]
    papers: Sequence[Paper]
    claims: Sequence[Claim]
    claim: Claim | None
    day: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractData:
    """A contract; the lawyer's card is made of one whose entities are not all there."""

    contract: Contract | InvalidRow
    client: Client
    seller: Organization
    papers: Sequence[Paper]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientData:
    """A client and all that is known of it; `since` is the day of the card's first version."""

    client: Client
    seller: Organization
    category: Category
    contacts: Sequence[Contact]
    touches: Sequence[Touch]
    transfers: Sequence[Transfer]
    contracts: Sequence[Contract]
    orders: Sequence[OrderData]
    claims: Sequence[Claim]
    since: date


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferData:
    """A client handed from one employee to another."""

    client: Client
    seller: Organization
    transfer: Transfer


DocumentData = OrderData | ContractData | ClientData | TransferData
