"""Parts that documents have in common, each filled under its one name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any

from cmtools.books.orders import Layout, Paper
from cmtools.books.settings import Contractor
from cmtools.documents.field_types import Day, Name
from cmtools.documents.fields.from_row import F, from_row
from cmtools.documents.fields.lines import delivery_line, position_fields
from cmtools.documents.fields.terms import contract_fields, order_fields, total_fields
from cmtools.documents.parties import party
from cmtools.documents.russian_text import town
from cmtools.tables.parsers import group_digits


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractorFields:
    """The contractor of the goods; all empty while none is chosen."""

    name: Annotated[str, "Подрядчик"]
    inn: Annotated[str, "ИНН подрядчика"]
    contact: Annotated[Name, "Контакт"]
    email: Annotated[str, "Электронная почта"]


def contractor_fields(contractor: Contractor | None) -> ContractorFields:
    """Fill the contractor's fields from its row of the settings."""
    if contractor is None:
        return ContractorFields(name="", inn="", contact=Name(None), email="")
    return from_row(ContractorFields, contractor)


@dataclass(frozen=True, kw_only=True, slots=True)
class LayoutFields:
    """A design ordered from a designer."""

    number: Annotated[str, "№ макета"]
    designer: Annotated[Name, "Дизайнер"]
    given: Annotated[Day, "Дата задания"]
    due: Annotated[Day, "Срок"]
    ready: Annotated[Day, "Дата готовности"]
    agreed: Annotated[Day, "Согласован клиентом"]
    file: Annotated[str, "Файл"]


def layout_fields(layouts: Sequence[Layout]) -> tuple[LayoutFields, ...]:
    """Fill rows of «Макеты» in their order."""
    return tuple(from_row(LayoutFields, layout) for layout in layouts)


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperFields:
    """A row of the register of originals."""

    number: Annotated[str, "Номер строки реестра"]
    kind: Annotated[str, "Вид документа"]
    title: Annotated[str, "№ и дата документа"]
    order: Annotated[str, "№ заказа"]
    received: Annotated[Day, "Оригинал получен"]
    handed: Annotated[Day, "Дата передачи"]


def paper_fields(papers: Sequence[Paper]) -> tuple[PaperFields, ...]:
    """Fill rows of «Документы» in their order, numbered from 1."""
    return tuple(
        from_row(PaperFields, paper, number=group_digits(number))
        for number, paper in enumerate(papers, start=1)
    )


def count_received(papers: Sequence[Paper]) -> int | None:
    """Count the originals that are there to be handed over; None where there is none."""
    return sum(paper.received is not None for paper in papers) or None


PARTS: Mapping[str, Callable[[Any], Any]] = {
    "city": lambda data: town(data.seller.city or ""),
    "seller": lambda data: party(data.seller),
    "client": lambda data: party(data.client),
    "manager": lambda data: data.client.manager,
    "contract": lambda data: contract_fields(data.contract),
    "contractor": lambda data: contractor_fields(data.contractor),
    "order": lambda data: order_fields(data, None),
    "lines": lambda data: position_fields(data.positions),
    "delivery": lambda data: delivery_line(data.positions, data.totals),
    "total": lambda data: total_fields(data, data.totals),
    "layouts": lambda data: layout_fields(data.layouts),
}
"""What a document says under these names, unless it gives it itself: an order without sums."""


def fill(record: type[F], data: Any, /, **given: Any) -> F:
    """Make the fields of a document: those given, and the parts that it declares besides."""
    names = {field.name for field in fields(record)}  # type: ignore[arg-type]  # is a dataclass
    parts = {name: PARTS[name](data) for name in names & PARTS.keys() - given.keys()}
    return from_row(record, **parts, **given)
