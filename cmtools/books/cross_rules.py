"""Rules that need more than one row: across the sheets of a book, and across books."""

from __future__ import annotations

from collections.abc import Set

from cmtools.books.counterparty import LegalForm
from cmtools.books.orders import ORDERS, POSITIONS, Design, Request
from cmtools.books.settings import ANY_KIND, MARKUPS, ORGANIZATION, STAGES
from cmtools.problems import Message, Problem, Severity, problem_at
from cmtools.tables.columns import Field
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name

CLOSING_STAGE = "4.3"

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


def check_across(dataset: Dataset) -> None:
    """Add the problems that show only when sheets are held against each other."""
    _closed_in_time(dataset)
    _final_lines_are_whole(dataset)
    _kinds_have_markups(dataset)


def early_stages(dataset: Dataset) -> Set[str]:
    """The codes of the stages on which no order is closed yet; by the order of rows."""
    codes = [code for sheet in dataset.sheets(STAGES) for code in sheet.values["code"]]
    return set(codes[: codes.index(CLOSING_STAGE)]) if CLOSING_STAGE in codes else set()


def _closed_in_time(dataset: Dataset) -> None:
    early = early_stages(dataset)
    for sheet in dataset.sheets(ORDERS):
        for index, closed, stage in list(sheet.lines("closed", "stage")):
            if closed and stage in early:
                sheet.add(index, "closed", CLOSED_TOO_EARLY(stage=stage))


def _final_lines_are_whole(dataset: Dataset) -> None:
    final = {
        number
        for sheet in dataset.sheets(ORDERS)
        for _, number, request in sheet.lines("number", "request")
        if request is Request.FINAL
    }
    for sheet in dataset.sheets(POSITIONS):
        for index, order, design, layout in list(sheet.lines("order", "design", "layout")):
            if layout is None and design in (Design.READY, Design.REPEAT) and order in final:
                sheet.add(index, "layout", LAYOUT_NEEDED(design=design.value))
        for index, order, cost in list(sheet.lines("order", "unit_cost")):
            if cost is None and order in final:
                sheet.add(index, "unit_cost", COST_NEEDED())


def kinds_with_markup(dataset: Dataset) -> Set[str] | None:
    """The kinds of «Наценки» as names are compared; None where any kind has a markup, or may."""
    if MARKUPS not in dataset or any(sheet.bad["kind"] for sheet in dataset.sheets(MARKUPS)):
        return None
    kinds = {
        normalize_name(kind)
        for sheet in dataset.sheets(MARKUPS)
        for kind in sheet.values["kind"]
        if kind is not None
    }
    return None if ANY_KIND in kinds else kinds


def _kinds_have_markups(dataset: Dataset) -> None:
    """The kind must be one of «Наценки», unless `*` stands there for any."""
    kinds = kinds_with_markup(dataset)
    if kinds is None:
        return
    for sheet in dataset.sheets(POSITIONS):
        unknown = {
            kind for kind in set(sheet.values["kind"]) if kind and normalize_name(kind) not in kinds
        }
        if unknown:
            for index, kind in list(sheet.lines("kind")):
                if kind in unknown:
                    sheet.add(index, "kind", NO_MARKUP())


def missing_of_seller(dataset: Dataset) -> list[Field]:
    """The requisites of the seller that documents need and that are still empty."""
    sheets = dataset.sheets(ORGANIZATION)
    if not sheets:
        return []
    values = {name: column[0] for name, column in sheets[0].values.items() if column}
    alone = values.get("form") in (LegalForm.ENTREPRENEUR, LegalForm.PERSON)
    needs = [name for name in SELLER_NEEDS if not (alone and name in OF_COMPANIES)]
    bad = {name for name in needs if sheets[0].bad[name]}
    return [ORGANIZATION.fields[n] for n in needs if values.get(n) is None and n not in bad]


def seller_warning(dataset: Dataset) -> Problem | None:
    """One warning that names all the requisites of the seller that are still empty."""
    missing = missing_of_seller(dataset)
    if not missing:
        return None
    fault = SELLER_INCOMPLETE(fields=", ".join(found.title for found in missing))
    source = dataset.sheets(ORGANIZATION)[0].source
    return problem_at(source.place(1, missing[0].name), fault, column=missing[0].title)
