"""The catalogue of documents: one entry a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cmtools.books.settings import DOCUMENTS
from cmtools.documents.fields import clients, contracts, money, monthly, orders


class SourceRow(StrEnum):
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


class PriceVisibility(StrEnum):
    """Whether a document shows a price to the client; an internal paper shows all figures."""

    NO_PRICE = "no price"
    FINAL_PRICE = "a price once the request is final"
    PRICE = "price"
    ALL_FIGURES = "all figures"


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateForm:
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
class DocumentKind(TemplateForm):
    """A kind of document that `cmtools docs` makes; `fill` makes its fields.

    `kept_long` papers have the margins of ГОСТ Р 7.0.97-2016 for long keeping: 30/10/20/20 mm.
    `needs_contract` is of papers of an order: those of a contract cannot be without one.
    """

    id: str
    made_from: SourceRow
    folder: Folder
    shows: PriceVisibility
    fill: Callable[[Any], Any]
    needs_contract: bool = False
    kept_long: bool = False


KINDS: tuple[DocumentKind, ...] = (
    DocumentKind(
        id="request",
        name=DOCUMENTS["request"],
        made_from=SourceRow.ORDER,
        folder=Folder.REQUESTS,
        shows=PriceVisibility.FINAL_PRICE,
        record=orders.DealFields,
        fill=orders.request,
    ),
    DocumentKind(
        id="contractor-request",
        name=DOCUMENTS["contractor-request"],
        made_from=SourceRow.ORDER,
        folder=Folder.REQUESTS,
        shows=PriceVisibility.NO_PRICE,
        record=orders.ContractorRequestFields,
        fill=orders.contractor_request,
    ),
    DocumentKind(
        id="offer",
        name=DOCUMENTS["offer"],
        made_from=SourceRow.ORDER,
        folder=Folder.REQUESTS,
        shows=PriceVisibility.PRICE,
        record=orders.DealFields,
        fill=orders.deal,
    ),
    DocumentKind(
        id="essentials",
        name=DOCUMENTS["essentials"],
        made_from=SourceRow.CONTRACT,
        folder=Folder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=contracts.EssentialsFields,
        fill=contracts.essentials,
    ),
    DocumentKind(
        id="contract",
        name=DOCUMENTS["contract"],
        made_from=SourceRow.CONTRACT,
        folder=Folder.CONTRACT,
        shows=PriceVisibility.PRICE,
        record=contracts.AgreementFields,
        fill=contracts.agreement,
        kept_long=True,
    ),
    DocumentKind(
        id="approval",
        name=DOCUMENTS["approval"],
        made_from=SourceRow.CONTRACT,
        folder=Folder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=contracts.ApprovalFields,
        fill=contracts.approval,
    ),
    DocumentKind(
        id="specification",
        name=DOCUMENTS["specification"],
        made_from=SourceRow.ORDER,
        folder=Folder.CONTRACT,
        shows=PriceVisibility.PRICE,
        record=orders.DealFields,
        fill=orders.deal,
        needs_contract=True,
        kept_long=True,
    ),
    DocumentKind(
        id="invoice",
        name=DOCUMENTS["invoice"],
        made_from=SourceRow.ORDER,
        folder=Folder.MONEY,
        shows=PriceVisibility.PRICE,
        record=money.InvoiceFields,
        fill=money.invoice,
    ),
    DocumentKind(
        id="production-entry",
        name=DOCUMENTS["production-entry"],
        made_from=SourceRow.ORDER,
        folder=Folder.REQUESTS,
        shows=PriceVisibility.ALL_FIGURES,
        record=money.ProductionEntryFields,
        fill=money.production_entry,
        needs_contract=True,
    ),
    DocumentKind(
        id="design-brief",
        name=DOCUMENTS["design-brief"],
        made_from=SourceRow.ORDER,
        folder=Folder.TECHNICAL,
        shows=PriceVisibility.NO_PRICE,
        record=orders.DesignBriefFields,
        fill=orders.design_brief,
    ),
    DocumentKind(
        id="readiness",
        name=DOCUMENTS["readiness"],
        made_from=SourceRow.ORDER,
        folder=Folder.LETTERS,
        shows=PriceVisibility.NO_PRICE,
        record=orders.ReadinessFields,
        fill=orders.readiness,
    ),
    DocumentKind(
        id="act",
        name=DOCUMENTS["act"],
        made_from=SourceRow.ORDER,
        folder=Folder.MONEY,
        shows=PriceVisibility.PRICE,
        record=orders.DealFields,
        fill=orders.deal,
        kept_long=True,
    ),
    DocumentKind(
        id="claim-act",
        name=DOCUMENTS["claim-act"],
        made_from=SourceRow.CLAIM,
        folder=Folder.MONEY,
        shows=PriceVisibility.PRICE,
        record=money.ClaimActFields,
        fill=money.claim_act,
    ),
    DocumentKind(
        id="handover-finance",
        name=DOCUMENTS["handover-finance"],
        made_from=SourceRow.CONTRACT,
        folder=Folder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=contracts.FinanceHandoverFields,
        fill=contracts.handover_finance,
    ),
    DocumentKind(
        id="handover-technical",
        name=DOCUMENTS["handover-technical"],
        made_from=SourceRow.ORDER,
        folder=Folder.TECHNICAL,
        shows=PriceVisibility.NO_PRICE,
        record=orders.TechnicalHandoverFields,
        fill=orders.handover_technical,
    ),
    DocumentKind(
        id="client-transfer",
        name=DOCUMENTS["client-transfer"],
        made_from=SourceRow.TRANSFER,
        folder=Folder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=clients.ClientTransferFields,
        fill=clients.client_transfer,
    ),
    DocumentKind(
        id="client-card",
        name=DOCUMENTS["client-card"],
        made_from=SourceRow.CLIENT,
        folder=Folder.OWN,
        shows=PriceVisibility.ALL_FIGURES,
        record=clients.ClientCardFields,
        fill=clients.client_card,
    ),
)

BY_ID = {kind.id: kind for kind in KINDS}

REPORT = TemplateForm(name="Отчёт", record=monthly.ReportFields)
PLAN = TemplateForm(name="План", record=monthly.PlanFields)

FORMS: tuple[TemplateForm, ...] = (*KINDS, REPORT, PLAN)
"""Every paper that has a template in the workspace."""
