"""Fields of the act about a claim: what was handed over, the claim, the decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Count, Day, Sum
from cmtools.documents.fields.from_row import from_row
from cmtools.documents.fields.lines import PositionFields, position_fields
from cmtools.documents.fields.orders import NoticeFields
from cmtools.documents.fields.parts import fill
from cmtools.documents.fields.shipped import quantities_shipped, shipments


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimFields:
    """A claim of the client and what was decided."""

    date: Annotated[Day, "Дата претензии"]
    quantity: Annotated[Count, "Количество; пусто, если не указано"]
    amount: Annotated[Sum, "Сумма претензии"]
    reason: Annotated[str, "Причина"]
    decision: Annotated[str, "Решение: в работе, удовлетворена, отклонена"]
    decided: Annotated[Day, "Дата решения; пусто, пока в работе"]
    met_amount: Annotated[Sum, "Сумма удовлетворения; пусто, если не удовлетворена"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimActFields(NoticeFields):
    """An act about a claim: the lines handed over, in their quantities, and the claim."""

    date: Annotated[Day, "Дата акта: решения, а пока его нет — претензии"]
    claim: Annotated[ClaimFields, "Претензия"]


def claim_act(data: OrderData) -> ClaimActFields:
    """Fill an act about a claim (ГК РФ art. 475, 518)."""
    claim = data.claim
    assert claim is not None
    day = claim.decided or claim.on
    return fill(
        ClaimActFields,
        data,
        lines=_lines_handed_over(data, day),
        date=day,
        claim=from_row(ClaimFields, claim, date=claim.on),
    )


def _lines_handed_over(data: OrderData, day: date) -> tuple[PositionFields, ...]:
    """Fill the lines handed over by a day; all, without quantities, where these are unknown."""
    rows = [row for row in shipments(data) if row.on <= day]
    quantities = quantities_shipped(data, rows) or {}
    given = [row for row in data.positions if not quantities or row.number in quantities]
    return tuple(
        replace(line, quantity=Count(quantities.get(row.number)))
        for line, row in zip(position_fields(given), given, strict=True)
    )
