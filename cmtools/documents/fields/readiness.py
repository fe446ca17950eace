"""Fields of the notice of readiness: what waits for the client, and whether it was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cmtools.books.choices import DeliveryKind, Quality
from cmtools.documents.data import OrderData
from cmtools.documents.fields.orders import NoticeFields
from cmtools.documents.fields.parts import fill
from cmtools.documents.fields.shipped import ordered_quantity, quantity_of
from cmtools.documents.fields.terms import YES


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadinessFields(NoticeFields):
    """A letter that the goods are ready."""

    checked: Annotated[str, "«да», если весь тираж получен с качеством «принято»; иначе пусто"]


def readiness(data: OrderData) -> ReadinessFields:
    """Fill a notice of readiness (ГК РФ art. 458, 510, 515)."""
    accepted = [
        row
        for row in data.deliveries
        if row.kind is DeliveryKind.RECEIVED and row.quality is Quality.ACCEPTED
    ]
    is_checked = quantity_of(accepted) >= ordered_quantity(data)
    return fill(ReadinessFields, data, checked=YES if is_checked else "")
