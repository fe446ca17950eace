"""The catalogue of documents: one entry a kind declares all that is special about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from cmtools.books.choices import ClientFolder, PriceVisibility, SourceRow
from cmtools.books.orders import CLAIMS, DELIVERIES, LAYOUTS, PAPERS, PAYMENTS
from cmtools.books.register import TRANSFERS
from cmtools.books.settings import CONTRACTORS
from cmtools.documents.data import DocumentData, OrderData
from cmtools.documents.fields import (
    act,
    claim_act,
    clients,
    contracts,
    invoice,
    monthly,
    orders,
    production,
    readiness,
    specification,
)
from cmtools.documents.fields.parts import fill
from cmtools.documents.fields.terms import ENTITIES
from cmtools.errors import UsageError
from cmtools.pricing.price import Line
from cmtools.problems import Problem
from cmtools.tables.parsers import normalize_name
from cmtools.tables.suggestions import suggest_in_refusal
from cmtools.tables.table import Table


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateForm:
    """A document with a template.

    name: also the file name of the template and of what is made from it.
    short: what people call it beside its name.
    record: declares the fields that the template may name.
    """

    id: str
    name: str
    short: str = ""
    record: type

    @property
    def template(self) -> str:
        """The file name of its template."""
        return f"{self.name}.docx"


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentKind(TemplateForm):
    """A kind of document that `cmtools docs` makes.

    made_from: the row that it is made from; that row, its client, contract and positions are read.
    fill: makes the fields out of the rows, where they are not just the parts of all documents.
    file_title: what its file is called, where that is not always its name.
    reads: the sheets of which it reads more rows; errors there stop it too.
    needs_contract: for documents of an order; those of a contract are never without one.
    rests_on_contract: it names the contract of its order, so that it should not be older.
    may_lack: fields of the contract that need not be filled.
    rows: the sheet whose latest row, or another that a person names, it is made of.
    dated_by: the fields of its row, the first filled of which is its day; where there is none, it
        bears the day of its first version.
    warn: says from an order whose rows are in order what a person should look at in it.
    refuse: says from an order whose rows are in order why it is not to be made.
    agrees: the lines of an order whose prices it promises to the client.
    kept_long: its margins are those of ГОСТ Р 7.0.97-2016 for long keeping: 30/10/20/20 mm.
    """

    made_from: SourceRow
    folder: ClientFolder
    shows: PriceVisibility
    fill: Callable[[Any], Any] | None = None
    file_title: Callable[[OrderData], str] | None = None
    reads: tuple[Table[Any], ...] = ()
    needs_contract: bool = False
    rests_on_contract: bool = False
    may_lack: tuple[str, ...] = ()
    rows: Table[Any] | None = None
    dated_by: tuple[str, ...] = ("on",)
    warn: Callable[[OrderData], Iterable[Problem]] | None = None
    refuse: Callable[[OrderData], Iterable[Problem]] | None = None
    agrees: Callable[[OrderData], Sequence[Line]] | None = None
    kept_long: bool = False

    def fields(self, data: DocumentData) -> Any:
        """Return the fields that its template shows."""
        return self.fill(data) if self.fill else fill(self.record, data)


F = TypeVar("F", bound=TemplateForm)

KINDS: tuple[DocumentKind, ...] = (
    REQUEST := DocumentKind(
        id="request",
        name="Заявка на заказ",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.REQUESTS,
        shows=PriceVisibility.FINAL_PRICE,
        record=orders.DealFields,
        fill=orders.request,
    ),
    DocumentKind(
        id="contractor-request",
        name="Запрос подрядчику",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.REQUESTS,
        shows=PriceVisibility.NO_PRICE,
        record=orders.ContractorRequestFields,
        reads=(CONTRACTORS,),
    ),
    OFFER := DocumentKind(
        id="offer",
        name="Коммерческое предложение",
        short="КП",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.REQUESTS,
        shows=PriceVisibility.PRICE,
        record=orders.DealFields,
        fill=orders.deal,
    ),
    DocumentKind(
        id="essentials",
        name="Пять сущностей договора",
        made_from=SourceRow.CONTRACT,
        folder=ClientFolder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=contracts.EssentialsFields,
        fill=contracts.essentials,
        may_lack=ENTITIES,  # it lists for the lawyer those that are missing
    ),
    CONTRACT := DocumentKind(
        id="contract",
        name="Договор",
        made_from=SourceRow.CONTRACT,
        folder=ClientFolder.CONTRACT,
        shows=PriceVisibility.PRICE,
        record=contracts.AgreementFields,
        kept_long=True,
    ),
    DocumentKind(
        id="approval",
        name="Лист согласования",
        made_from=SourceRow.CONTRACT,
        folder=ClientFolder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=contracts.ApprovalFields,
        fill=contracts.approval,
    ),
    DocumentKind(
        id="specification",
        name="Спецификация",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.CONTRACT,
        shows=PriceVisibility.PRICE,
        record=specification.SpecificationFields,
        fill=specification.specification,
        warn=specification.check_terms,
        needs_contract=True,
        rests_on_contract=True,
        agrees=attrgetter("lines"),
        kept_long=True,
    ),
    DocumentKind(
        id="invoice",
        name=invoice.TITLE,
        made_from=SourceRow.ORDER,
        folder=ClientFolder.MONEY,
        shows=PriceVisibility.PRICE,
        record=invoice.InvoiceFields,
        fill=invoice.invoice,
        file_title=invoice.file_title,
        reads=(PAYMENTS,),
        dated_by=(),
        rests_on_contract=True,
        refuse=invoice.refuse_paid_order,
        agrees=attrgetter("lines"),
    ),
    PRODUCTION_ENTRY := DocumentKind(
        id="production-entry",
        name="Ввод в производство",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.REQUESTS,
        shows=PriceVisibility.ALL_FIGURES,
        record=production.ProductionEntryFields,
        fill=production.production_entry,
        reads=(PAYMENTS, CONTRACTORS),
        needs_contract=True,
    ),
    DocumentKind(
        id="design-brief",
        name="Задание дизайнеру",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.TECHNICAL,
        shows=PriceVisibility.NO_PRICE,
        record=orders.DesignBriefFields,
        reads=(LAYOUTS,),
    ),
    READINESS := DocumentKind(
        id="readiness",
        name="Уведомление о готовности",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.LETTERS,
        shows=PriceVisibility.NO_PRICE,
        record=readiness.ReadinessFields,
        fill=readiness.readiness,
        reads=(DELIVERIES,),
    ),
    DocumentKind(
        id="act",
        name=act.TITLE,
        short="Акт",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.MONEY,
        shows=PriceVisibility.PRICE,
        record=act.ActFields,
        fill=act.act,
        file_title=act.file_title,
        rows=DELIVERIES,
        reads=(DELIVERIES, CLAIMS),
        rests_on_contract=True,
        refuse=act.refuse_act,
        agrees=act.handed_over,
        kept_long=True,
    ),
    CLAIM_ACT := DocumentKind(
        id="claim-act",
        name="Акт по претензии",
        made_from=SourceRow.CLAIM,
        folder=ClientFolder.MONEY,
        shows=PriceVisibility.PRICE,
        record=claim_act.ClaimActFields,
        fill=claim_act.claim_act,
        rows=CLAIMS,
        reads=(DELIVERIES,),
        dated_by=("decided", "on"),
        rests_on_contract=True,
    ),
    DocumentKind(
        id="handover-finance",
        name="Реестр передачи оригиналов",
        made_from=SourceRow.CONTRACT,
        folder=ClientFolder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=contracts.FinanceHandoverFields,
        fill=contracts.handover_finance,
        reads=(PAPERS,),
    ),
    DocumentKind(
        id="handover-technical",
        name="Реестр передачи технических документов",
        made_from=SourceRow.ORDER,
        folder=ClientFolder.TECHNICAL,
        shows=PriceVisibility.NO_PRICE,
        record=orders.TechnicalHandoverFields,
        fill=orders.handover_technical,
        reads=(PAPERS,),
    ),
    CLIENT_TRANSFER := DocumentKind(
        id="client-transfer",
        name="Соглашение о передаче клиента",
        made_from=SourceRow.TRANSFER,
        folder=ClientFolder.CONTRACT,
        shows=PriceVisibility.NO_PRICE,
        record=clients.ClientTransferFields,
        fill=clients.client_transfer,
        rows=TRANSFERS,
    ),
    CLIENT_CARD := DocumentKind(
        id="client-card",
        name="Карточка клиента",
        made_from=SourceRow.CLIENT,
        folder=ClientFolder.OWN,
        shows=PriceVisibility.ALL_FIGURES,
        record=clients.ClientCardFields,
        fill=clients.client_card,
        dated_by=(),
    ),
)

REPORT = TemplateForm(id="report", name="Отчёт", record=monthly.ReportFields)
PLAN = TemplateForm(id="plan", name="План", record=monthly.PlanFields)

FORMS: tuple[TemplateForm, ...] = (*KINDS, REPORT, PLAN)
"""Every document that has a template in each workspace."""

STANDARD_DOCUMENTS = {
    **{kind.name: kind.id for kind in KINDS},
    **dict.fromkeys((REPORT.name, PLAN.name)),
}
"""Name → the id by which a stage may ask for the document, None for those of a month."""


def by_names(forms: Sequence[F]) -> dict[str, F]:
    """Return the documents by what `normalize_name` makes of their ids and names."""
    return {
        normalize_name(name): form
        for form in forms
        for name in (form.id, form.name, form.short or form.id)
    }


def find_form(forms: Sequence[F], name: str, what: str = "документа") -> F:
    """Return the document that a person names by its id, its name or the beginning of that.

    what: what the forms are, for the refusal.

    Raises:
        UsageError: there is none, or more than one.
    """
    known, wanted = by_names(forms), normalize_name(name.removesuffix(".docx"))
    if wanted in known:
        return known[wanted]
    begun = [form for form in forms if normalize_name(form.name).startswith(f"{wanted} ")]
    if len(begun) == 1:
        return begun[0]
    if begun:
        names = " или ".join(f"«{form.name}»" for form in begun)
        raise UsageError(f"назовите документ «{name}» точнее: {names}")
    names = ", ".join(form.name for form in forms)
    nearest = suggest_in_refusal(wanted, [n for form in forms for n in (form.name, form.id)])
    raise UsageError(f"нет {what} «{name}»{nearest or f'; есть: {names}'}")
