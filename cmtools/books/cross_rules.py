"""Rules that need more than one row: across the sheets of a book, and across books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from datetime import date
from decimal import Decimal
from typing import Any

from cmtools.books.agreed import AGREED_PRICES
from cmtools.books.choices import Design, LegalForm, PaymentKind, RequestKind
from cmtools.books.orders import DELIVERIES, ORDERS, PAYMENTS, POSITIONS
from cmtools.books.settings import ANY_KIND, MARKUPS, ORGANIZATION, STAGES
from cmtools.problems import Fault, Message, Problem, Severity, problem_at
from cmtools.tables.columns import Field
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Rule, Table

CLOSING_STAGE = "4.3"
PaymentContent = tuple[Any, ...]
"""The fields of a payment, in the order of its columns."""

CLOSED_TOO_EARLY = Message(
    "closed-too-early",
    "заказ закрыт, а стоит на стадии {stage}",
    "закрывают на стадии 4.3 и дальше: поправьте стадию или очистите дату",
)
LAYOUT_NEEDED = Message(
    "layout-needed",
    "для окончательной заявки нужен макет: дизайн — «{design}»",
    "впишите имя файла или № макета",
)
COST_NEEDED = Message(
    "cost-needed",
    "заявка окончательная, а себестоимости нет: цену не посчитать",
    "впишите себестоимость подрядчика без НДС",
)
NO_MARKUP = Message(
    "no-markup",
    "для этого вида продукции нет наценки",
    "выберите вид с листа «Наценки» или добавьте там строку; «*» — любой вид",
)
UNKNOWN_POSITION = Message(
    "unknown-position",
    "в заказе {order} нет позиции {position}",
    "впишите № п/п этого заказа с листа «Позиции» или очистите ячейку",
)
PAYMENT_REPEATED = Message(
    "payment-repeated",
    "такой же платёж записан ещё раз: день, заказ, вид, сумма и документ те же",
    "если платёж один, удалите лишнюю строку; если их два, исправьте документ одного из них",
    Severity.WARNING,
)
SELLER_INCOMPLETE = Message(
    "seller-incomplete",
    "не заполнены реквизиты продавца: {fields}",
    "впишите их: без них не сделать документы",
    Severity.WARNING,
)

SELLER_NEEDS = (
    "name",
    "form",
    "inn",
    "kpp",
    "legal_address",
    "bank",
    "bik",
    "account",
    "correspondent_account",
    "head_post",
    "head_name",
    "acts_on",
)

OF_COMPANIES = frozenset(("kpp", "head_post", "head_name", "acts_on"))
"""Of these, what a seller who is a person, an entrepreneur or not, has no need of."""


def closed_at_late_stage(closed: date | None, stage: str, early_stages: Set[str]) -> Fault | None:
    """Refuse a closing date on a stage before 4.3."""
    return CLOSED_TOO_EARLY(stage=stage) if closed and stage in early_stages else None


def layout_of_final_order(
    order: str, design: Design, layout: str | None, final_orders: Set[str]
) -> Fault | None:
    """Require the layout of a position of a final request whose design exists already."""
    needs_layout = design in (Design.READY, Design.REPEAT) and order in final_orders
    return LAYOUT_NEEDED(design=design.value) if needs_layout and layout is None else None


def cost_of_final_order(
    order: str, unit_cost: Decimal | None, final_orders: Set[str]
) -> Fault | None:
    """Require the cost of a position of a final request: there is no price without it."""
    return COST_NEEDED() if unit_cost is None and order in final_orders else None


def kind_with_markup(kind: str, kinds: Set[str] | None) -> Fault | None:
    """Require a kind of «Наценки», unless `*` is there for any."""
    return NO_MARKUP() if kinds is not None and normalize_name(kind) not in kinds else None


def position_of_order(
    order: str, position: int | None, positions: Set[tuple[str, int]]
) -> Fault | None:
    """Require the line that was shipped to be one of the order."""
    if position is None or (normalize_name(order), position) in positions:
        return None
    return UNKNOWN_POSITION(order=order, position=position)


def payment_once(
    on: date,
    order: str,
    kind: PaymentKind,
    amount: Decimal,
    paper: str | None,
    repeated_payments: Set[PaymentContent],
) -> Fault | None:
    """Warn of a payment that stands in two rows: pasted twice, it is counted twice."""
    is_repeated = (on, order, kind, amount, paper) in repeated_payments
    return PAYMENT_REPEATED() if is_repeated else None


CROSS_RULES: Mapping[Table[Any], tuple[Rule, ...]] = {
    ORDERS: (Rule("closed", closed_at_late_stage),),
    POSITIONS: (
        Rule("layout", layout_of_final_order),
        Rule("unit_cost", cost_of_final_order),
        Rule("kind", kind_with_markup),
    ),
    PAYMENTS: (Rule("amount", payment_once),),
    DELIVERIES: (Rule("position", position_of_order),),
}
"""The rules of a row that also read other sheets: their values are those of `cross_values`."""


def check_across(dataset: Dataset) -> None:
    """Add the problems that a row shows only together with other sheets."""
    dataset.apply_rules(CROSS_RULES, cross_values(dataset))


def cross_values(dataset: Dataset) -> Mapping[str, Any]:
    """Return what the rules of `CROSS_RULES` read besides a row's own fields, by parameter."""
    return {
        "early_stages": stages_before(dataset, CLOSING_STAGE),
        "final_orders": final_orders(dataset),
        "kinds": kinds_with_markup(dataset),
        "positions": positions_of_orders(dataset),
        "repeated_payments": repeated_payments(dataset),
    }


def stages_before(dataset: Dataset, code: str) -> Set[str]:
    """Return the codes of the stages above that of a code; none where the company has no such."""
    codes = [known for sheet in dataset.sheets(STAGES) for known in sheet.values["code"]]
    return set(codes[: codes.index(code)]) if code in codes else set()


def final_orders(dataset: Dataset) -> Set[str]:
    """Return the numbers of the orders whose request is final."""
    return {
        number
        for sheet in dataset.sheets(ORDERS)
        for _, number, request in sheet.sound_rows("number", "request")
        if request is RequestKind.FINAL
    }


def positions_of_orders(dataset: Dataset) -> Set[tuple[str, int]]:
    """Return the normalized number of the order and the number of each position.

    Empty where no delivery names a position: then there is nothing to check.
    """
    if not any(any(sheet.values["position"]) for sheet in dataset.sheets(DELIVERIES)):
        return set()
    return {
        (normalize_name(order), number)
        for sheet in dataset.sheets(POSITIONS)
        for _, order, number in sheet.sound_rows("order", "number")
    }


def repeated_payments(dataset: Dataset) -> Set[PaymentContent]:
    """Return what the payments hold that stand in more than one row of a book with one document.

    Without a document, equal payments may well be several.
    """
    counts = (
        Counter(row[1:] for row in sheet.sound_rows(*PAYMENTS.fields))
        for sheet in dataset.sheets(PAYMENTS)
    )
    return {
        content
        for count in counts
        for content, times in count.items()
        if times > 1 and content[-1] is not None
    }


def kinds_with_markup(dataset: Dataset) -> Set[str] | None:
    """Return the normalized kinds of «Наценки»; None where any kind has a markup, or may have.

    A kind of an agreed price is one of them: its price needs no markup.
    """
    if MARKUPS not in dataset or any(sheet.bad["kind"] for sheet in dataset.sheets(MARKUPS)):
        return None
    kinds = {
        normalize_name(kind)
        for sheet in dataset.sheets(MARKUPS)
        for kind in sheet.values["kind"]
        if kind is not None
    }
    agreed = {normalize_name(k) for r in dataset.entries(AGREED_PRICES) if (k := r.get("kind"))}
    return None if ANY_KIND in kinds else kinds | agreed


def missing_of_seller(dataset: Dataset) -> list[Field]:
    """Return the requisites of the seller that documents need and that are still empty."""
    sheets = dataset.sheets(ORGANIZATION)
    if not sheets:
        return []
    values = {name: column[0] for name, column in sheets[0].values.items() if column}
    alone = values.get("form") in (LegalForm.ENTREPRENEUR, LegalForm.PERSON)
    needs = [name for name in SELLER_NEEDS if not (alone and name in OF_COMPANIES)]
    bad = {name for name in needs if sheets[0].bad[name]}
    return [ORGANIZATION.fields[n] for n in needs if values.get(n) is None and n not in bad]


def seller_warning(dataset: Dataset) -> Problem | None:
    """Warn of all requisites of the seller that are still empty, in one problem."""
    missing = missing_of_seller(dataset)
    if not missing:
        return None
    fault = SELLER_INCOMPLETE(fields=", ".join(field.title for field in missing))
    source = dataset.sheets(ORGANIZATION)[0].source
    return problem_at(source.place(1, missing[0].name), fault, column=missing[0].title)
