"""The catalogue of documents: one entry a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cmtools.books.settings import DOCUMENTS
from cmtools.documents.fields import clients, contracts, money, monthly, orders


class MadeFrom(StrEnum):
    """The row that a document is made from; its number stands first in the file's name."""

    ORDER = "заказ"
    CONTRACT = "договор"
    CLIENT = "клиент"
    CLAIM = "претензия"
    TRANSFER = "передача клиента"


class Folder(StrEnum):
    """A folder inside the client's; a card of the client lies in the client's own."""

    CONTRACT = "Договор"
    REQUESTS = "Заявки"
    MONEY = "Счета и акты"
    LETTERS = "Письма"
    TECHNICAL = "Техдокументация"
    OWN = ""


class Shows(StrEnum):
    """Whether a document shows a price to the client; an internal paper shows all figures."""

    NO_PRICE = "no price"
    FINAL_PRICE = "a price once the request is final"
    PRICE = "price"
    ALL_FIGURES = "all figures"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A paper with a template; `record` declares the fields that the template may name.

    `name` is also the file name of the template and of what is made from it.
    """

    name: str
    record: type

    @property
    def template(self) -> str:
        """The file name of its template."""
        return f"{self.name}.docx"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind(Form):
    """A kind of document that `cmtools docs` makes; `fill` makes its fields.

    `kept_long` papers have the margins of ГОСТ Р 7.0.97-2016 for long keeping: 30/10/20/20 mm.
    `needs_contract` is of papers of an order: those of a contract cannot be without one.
    """

    id: str
    made_from: MadeFrom
    folder: Folder
    shows: Shows
    fill: Callable[[Any], Any]
    needs_contract: bool = False
    kept_long: bool = False


KINDS: tuple[Kind, ...] = (
    Kind(
        id="request",
        name=DOCUMENTS["request"],
        made_from=MadeFrom.ORDER,
        folder=Folder.REQUESTS,
        shows=Shows.FINAL_PRICE,
        record=orders.DealFields,
        fill=orders.request,
    ),
    Kind(
        id="contractor-request",
        name=DOCUMENTS["contractor-request"],
        made_from=MadeFrom.ORDER,
        folder=Folder.REQUESTS,
        shows=Shows.NO_PRICE,
        record=orders.ContractorRequestFields,
        fill=orders.contractor_request,
    ),
    Kind(
        id="offer",
        name=DOCUMENTS["offer"],
        made_from=MadeFrom.ORDER,
        folder=Folder.REQUESTS,
        shows=Shows.PRICE,
        record=orders.DealFields,
        fill=orders.deal,
    ),
    Kind(
        id="essentials",
        name=DOCUMENTS["essentials"],
        made_from=MadeFrom.CONTRACT,
        folder=Folder.CONTRACT,
        shows=Shows.NO_PRICE,
        record=contracts.EssentialsFields,
        fill=contracts.essentials,
    ),
    Kind(
        id="contract",
        name=DOCUMENTS["contract"],
        made_from=MadeFrom.CONTRACT,
        folder=Folder.CONTRACT,
        shows=Shows.PRICE,
        record=contracts.AgreementFields,
        fill=contracts.agreement,
        kept_long=True,
    ),
    Kind(
        id="approval",
        name=DOCUMENTS["approval"],
        made_from=MadeFrom.CONTRACT,
        folder=Folder.CONTRACT,
        shows=Shows.NO_PRICE,
        record=contracts.ApprovalFields,
        fill=contracts.approval,
    ),
    Kind(
        id="specification",
        name=DOCUMENTS["specification"],
        made_from=MadeFrom.ORDER,
        folder=Folder.CONTRACT,
        shows=Shows.PRICE,
        record=orders.DealFields,
        fill=orders.deal,
        needs_contract=True,
        kept_long=True,
    ),
    Kind(
        id="invoice",
        name=DOCUMENTS["invoice"],
        made_from=MadeFrom.ORDER,
        folder=Folder.MONEY,
        shows=Shows.PRICE,
        record=money.InvoiceFields,
        fill=money.invoice,
    ),
    Kind(
        id="production-entry",
        name=DOCUMENTS["production-entry"],
        made_from=MadeFrom.ORDER,
        folder=Folder.REQUESTS,
        shows=Shows.ALL_FIGURES,
        record=money.ProductionEntryFields,
        fill=money.production_entry,
        needs_contract=True,
    ),
    Kind(
        id="design-brief",
        name=DOCUMENTS["design-brief"],
        made_from=MadeFrom.ORDER,
        folder=Folder.TECHNICAL,
        shows=Shows.NO_PRICE,
        record=orders.DesignBriefFields,
        fill=orders.design_brief,
    ),
    Kind(
        id="readiness",
        name=DOCUMENTS["readiness"],
        made_from=MadeFrom.ORDER,
        folder=Folder.LETTERS,
        shows=Shows.NO_PRICE,
        record=orders.ReadinessFields,
        fill=orders.readiness,
    ),
    Kind(
        id="act",
        name=DOCUMENTS["act"],
        made_from=MadeFrom.ORDER,
        folder=Folder.MONEY,
        shows=Shows.PRICE,
        record=orders.DealFields,
        fill=orders.deal,
        kept_long=True,
    ),
    Kind(
        id="claim-act",
        name=DOCUMENTS["claim-act"],
        made_from=MadeFrom.CLAIM,
        folder=Folder.MONEY,
        shows=Shows.PRICE,
        record=money.ClaimActFields,
        fill=money.claim_act,
    ),
    Kind(
        id="handover-finance",
        name=DOCUMENTS["handover-finance"],
        made_from=MadeFrom.CONTRACT,
        folder=Folder.CONTRACT,
        shows=Shows.NO_PRICE,
        record=contracts.FinanceHandoverFields,
        fill=contracts.handover_finance,
    ),
    Kind(
        id="handover-technical",
        name=DOCUMENTS["handover-technical"],
        made_from=MadeFrom.ORDER,
        folder=Folder.TECHNICAL,
        shows=Shows.NO_PRICE,
        record=orders.TechnicalHandoverFields,
        fill=orders.handover_technical,
    ),
    Kind(
        id="client-transfer",
        name=DOCUMENTS["client-transfer"],
        made_from=MadeFrom.TRANSFER,
        folder=Folder.CONTRACT,
        shows=Shows.NO_PRICE,
        record=clients.ClientTransferFields,
        fill=clients.client_transfer,
    ),
    Kind(
        id="client-card",
        name=DOCUMENTS["client-card"],
        made_from=MadeFrom.CLIENT,
        folder=Folder.OWN,
        shows=Shows.ALL_FIGURES,
        record=clients.ClientCardFields,
        fill=clients.client_card,
    ),
)

BY_ID = {kind.id: kind for kind in KINDS}

REPORT = Form(name="Отчёт", record=monthly.ReportFields)
PLAN = Form(name="План", record=monthly.PlanFields)

FORMS: tuple[Form, ...] = (*KINDS, REPORT, PLAN)
"""Every paper that has a template in the workspace."""
