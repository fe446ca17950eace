"""Fields of the specification: where its order lacks a term, it takes that of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cmtools.books.orders import CONTRACTS, ORDERS, Contract
from cmtools.documents.data import OrderData
from cmtools.documents.fields.orders import DealFields, fill_deal
from cmtools.documents.russian_text import percent
from cmtools.pricing.price import HUNDRED, ZERO
from cmtools.problems import Message, Problem, Severity

TERM_NEEDED = Message(
    "term-needed",
    "в спецификации заказа {order} останется пустое место: {term} не указан ни в заказе, ни в "
    "договоре",
    "впишите его в эту ячейку и сделайте спецификацию заново",
    Severity.WARNING,
)
TERM_DIFFERS = Message(
    "term-differs",
    "{term}: в заказе {order} — {ours}, в договоре — {theirs}",
    "в спецификации стоит условие заказа; проверьте, о чём договорились",
    Severity.WARNING,
)

_CLAUSE_END = re.compile(
    r"(?:(?<=\w{4})|(?<=[\d%)»]))\.\s+(?=[А-ЯЁ])|[;\n]|,\s*(?=(?:а\s+)?(?:остат|окончательн))"
)
_SPECIFICATION = re.compile("спецификац", re.I)
_TIME = re.compile(
    r"\b(?:в течение|не позднее|не более|в срок|через)\b.*\b(?:дн|день|недел|месяц|\d\d\.).*"
    r"|\b(?:в день|при (?:получ|отгруз|перед)|до (?:\d|отгруз|перед|начал|получ)).*",
    re.IGNORECASE,
)
_DAYS = re.compile(r"(\d+)\D{0,40}?\bд(?:н|ен)")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
_ADVANCE = re.compile(r"(?<!без )(?:предоплат|аванс|предварительн)", re.IGNORECASE)
_PAYMENT = re.compile("остат|окончательн|оплат|расч[её]т", re.IGNORECASE)
_SUPPLY = re.compile("постав|перед|изготов|отгру|достав|срок", re.IGNORECASE)
_OTHER_TERMS = re.compile("при[её]мк|качеств|уведом|хран|претенз", re.IGNORECASE)
_METHOD = re.compile("достав|самовывоз|склад|транспорт|перевоз", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractTerms:
    """Terms found in the texts of a contract; each empty where there is none."""

    prepayment: Annotated[str, "Срок предоплаты по договору: в течение 5 дней со дня счёта"]
    balance: Annotated[str, "Срок оплаты остатка по договору: в течение 10 дней после отгрузки"]
    delivery: Annotated[str, "Срок передачи по договору: в течение 15 дней со дня предоплаты"]
    method: Annotated[str, "Способ и место передачи по договору"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecificationFields(DealFields):
    """A specification: an order under a contract."""

    terms: Annotated[ContractTerms, "Условия договора там, где их нет в заказе"]


def specification(data: OrderData) -> SpecificationFields:
    """Fill a specification (ГК РФ art. 455, 465, 506)."""
    return fill_deal(SpecificationFields, data, terms=contract_terms(data.contract))


def contract_terms(contract: Contract | None) -> ContractTerms:
    """Find the terms in the texts of a contract."""
    payment = _clauses(contract.payment) if contract else []
    supply = _clauses(contract.supply) if contract else []
    advances = [clause for clause in payment if _ADVANCE.search(clause)]
    payments = [clause for clause in payment if _PAYMENT.search(clause) and clause not in advances]
    deliveries = [c for c in supply if _SUPPLY.search(c) and not _OTHER_TERMS.search(c)]
    methods = [clause for clause in supply if _METHOD.search(clause)]
    return ContractTerms(
        prepayment=_first_time(advances),
        balance=_first_time(payments),
        delivery=_first_time(deliveries),
        method=methods[0].strip(" .") if methods else "",
    )


def check_terms(data: OrderData) -> Iterator[Problem]:
    """Warn of terms that neither the order nor the contract has, and of those that differ."""
    order, contract, terms = data.order, data.contract, contract_terms(data.contract)
    assert contract is not None
    share = order.prepayment or ZERO
    needed = {
        "delivery_due": (order.delivery_due or terms.delivery, "срок поставки"),
        "delivery_method": (order.delivery_method or terms.method, "способ доставки"),
        "balance_days": (
            order.balance_days is not None or terms.balance or share == HUNDRED,
            "срок оплаты остатка",
        ),
    }
    for name, (term, words) in needed.items():
        if not term:
            yield ORDERS.problem(order, name, TERM_NEEDED(order=order.number, term=words))
    if share and not terms.prepayment:
        fault = TERM_NEEDED(order=order.number, term="срок предоплаты")
        yield CONTRACTS.problem(contract, "payment", fault)
    yield from _differences(data, contract, terms)


def _differences(data: OrderData, contract: Contract, terms: ContractTerms) -> Iterator[Problem]:
    """Warn of a prepayment or of days for the balance that are not those of the contract."""
    order = data.order
    shares = [
        Decimal(found[1].replace(",", "."))
        for clause in _clauses(contract.payment)
        if _ADVANCE.search(clause) and (found := _PERCENT.search(clause))
    ]
    days = _DAYS.search(terms.balance)
    share = order.prepayment or ZERO
    differences = []
    if shares and shares[0] != share:
        differences.append(("prepayment", "предоплата", percent(share), percent(shares[0])))
    if days and order.balance_days is not None and int(days[1]) != order.balance_days:
        differences.append(("balance_days", "дней на остаток", str(order.balance_days), days[1]))
    for name, term, ours, theirs in differences:
        fault = TERM_DIFFERS(order=order.number, term=term, ours=ours, theirs=theirs)
        yield ORDERS.problem(order, name, fault)


def _clauses(text: str) -> list[str]:
    """Split a text of a contract; what refers to the specification is no term of its own."""
    return [part for part in _CLAUSE_END.split(text) if not _SPECIFICATION.search(part)]


def _first_time(clauses: list[str]) -> str:
    """Return the time that the first of the clauses which has one gives, as they word it."""
    found = (_TIME.search(clause) for clause in clauses)
    return next((time[0].strip(" .") for time in found if time), "")
