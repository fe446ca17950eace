"""Fields of a contract's documents: the lawyer's card, the contract, approval, originals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from cmtools.books.orders import CONTRACTS, Contract
from cmtools.documents.data import ContractData
from cmtools.documents.field_types import Count, Day, Name
from cmtools.documents.fields.parts import PaperFields, count_received, fill, paper_fields
from cmtools.documents.fields.terms import ENTITIES, ContractFields
from cmtools.documents.parties import Party


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractPartiesFields:
    """A contract and its two parties."""

    contract: Annotated[ContractFields, "Договор и его пять сущностей; чего ещё нет, пусто"]
    seller: Annotated[Party, "Продавец: наша организация"]
    client: Annotated[Party, "Покупатель"]
    manager: Annotated[Name, "Менеджер клиента"]


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementFields(ContractPartiesFields):
    """The contract itself."""

    city: Annotated[str, "Место заключения: г. Омск"]


@dataclass(frozen=True, kw_only=True, slots=True)
class EssentialsFields(ContractPartiesFields):
    """The five entities for the lawyer, who writes the contract from them."""

    lawyer: Annotated[Name, "Юрист; пусто, если в настройках не указан"]
    missing: Annotated[str, "Каких сущностей не хватает, через запятую; пусто, если все есть"]


def missing_entities(data: ContractData) -> list[str]:
    """Return the titles of the entities that are still empty."""
    row = data.contract
    return [CONTRACTS.fields[name].title for name in ENTITIES if not row.get(name)]


def essentials(data: ContractData) -> EssentialsFields:
    """Fill the lawyer's card (source text 9.04, 7.1–7.5; ГК РФ art. 432)."""
    missing = ", ".join(missing_entities(data))
    return fill(EssentialsFields, data, lawyer=data.seller.lawyer, missing=missing)


@dataclass(frozen=True, kw_only=True, slots=True)
class VisaFields:
    """Who agrees, and when it was done."""

    name: Annotated[Name, "ФИО; пусто, если в настройках не указано"]
    date: Annotated[Day, "Когда согласовано; пусто, если ещё нет"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalFields(ContractPartiesFields):
    """The approval sheet of a contract."""

    lawyer: Annotated[VisaFields, "Юрист"]
    finance: Annotated[VisaFields, "Финансовый департамент"]
    director: Annotated[VisaFields, "Директор"]


def approval(data: ContractData) -> ApprovalFields:
    """Fill the approval sheet (source text 9.04, duties 3 and 4)."""
    contract, seller = data.contract, data.seller
    assert isinstance(contract, Contract)
    return fill(
        ApprovalFields,
        data,
        lawyer=_visa(seller.lawyer, contract.lawyer),
        finance=_visa(seller.finance_head, contract.finance),
        director=_visa(seller.head_name, contract.director),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class FinanceHandoverFields(ContractPartiesFields):
    """Originals on their way to the financial department."""

    finance: Annotated[Name, "Финансовый директор: принимает"]
    papers: Annotated[tuple[PaperFields, ...], "Договор, соглашения, акты, письма и другие"]
    received: Annotated[Count, "Сколько их получено в подлинниках; пусто, если ни одного"]


def handover_finance(data: ContractData) -> FinanceHandoverFields:
    """Fill the register of originals (source text 9.04, duty 6)."""
    return fill(
        FinanceHandoverFields,
        data,
        finance=data.seller.finance_head,
        papers=paper_fields(data.papers),
        received=count_received(data.papers),
    )


def _visa(name: str | None, day: date | None) -> VisaFields:
    return VisaFields(name=Name(name), date=Day(day))
