"""The sides of a deal in documents: a company, an entrepreneur, a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cmtools.books.choices import LegalForm
from cmtools.books.register import Client
from cmtools.books.settings import Organization
from cmtools.documents import russian_text
from cmtools.documents.declension import Gender, gender_of, organisation_gender
from cmtools.documents.field_types import Name, Post
from cmtools.documents.fields.from_row import from_row
from cmtools.tables.parsers import normalize_name

_ENTREPRENEUR = "Индивидуальный предприниматель"
_CALLED = {
    Gender.MASCULINE: "именуемый",
    Gender.FEMININE: "именуемая",
    Gender.NEUTER: "именуемое",
    None: "именуемый(ая)",
}
_ACTING = {
    Gender.MASCULINE: ("действующий", "действующего"),
    Gender.FEMININE: ("действующая", "действующей"),
    None: ("действующий(ая)", "действующего(ей)"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A side of a deal."""

    form: Annotated[str, "юрлицо, ИП или физлицо"]
    name: Annotated[str, "Краткое наименование"]
    full_name: Annotated[str, "Полное наименование; где его нет — краткое"]
    called: Annotated[str, "именуемое, именуемый или именуемая — в дальнейшем"]
    head: Annotated[Name, "Кто действует от имени стороны; пусто, если она сама за себя"]
    post: Annotated[Post, "Должность того, кто подписывает"]
    acting: Annotated[str, "действующего, действующей; за себя — действующий, действующая"]
    acts_on: Annotated[str, "Основание: «Устава», «доверенности № 5 от 01.03.2026»"]
    signer: Annotated[str, "Инициалы и фамилия того, кто подписывает: С. Н. Орлов"]
    inn: Annotated[str, "ИНН"]
    kpp: Annotated[str, "КПП"]
    ogrn: Annotated[str, "ОГРН или ОГРНИП"]
    legal_address: Annotated[str, "Юридический адрес"]
    postal_address: Annotated[str, "Почтовый адрес; пусто, если совпадает с юридическим"]
    bank: Annotated[str, "Банк"]
    bik: Annotated[str, "БИК"]
    account: Annotated[str, "Расчётный счёт"]
    correspondent_account: Annotated[str, "Корреспондентский счёт"]
    phone: Annotated[str, "Телефон"]
    email: Annotated[str, "Электронная почта"]


def party(row: Client | Organization) -> Party:
    """Return a client or the seller as a side of a deal."""
    signer = _signer(row)
    represented = _is_represented(row)
    whole_name = _full_name(row)
    gender = gender_of(signer)
    alone, in_place_of = _ACTING.get(gender, _ACTING[None])
    return from_row(
        Party,
        row,
        full_name=whole_name,
        called=_called(row, whole_name, gender),
        head=Name(row.head_name if represented else None, row.head_name_genitive),
        post=Post(_post(row), row.head_post_genitive),
        acting=in_place_of if represented else alone,
        signer=russian_text.initials(signer),
        postal_address=None if row.postal_address == row.legal_address else row.postal_address,
    )


def _called(row: Client | Organization, name: str, gender: Gender | None) -> str:
    """Choose the word by a company's head noun, by the gender of a person."""
    match row.form:
        case LegalForm.ENTREPRENEUR:
            gender = gender or Gender.MASCULINE
        case LegalForm.COMPANY | None:
            gender = organisation_gender(name) or Gender.NEUTER
    return _CALLED[gender]


def _is_represented(row: Client | Organization) -> bool:
    """Whether the side has a representative: the head of a company, the proxy of a person."""
    if not row.head_name:
        return False
    return row.form is LegalForm.COMPANY or normalize_name(row.head_name) not in normalize_name(
        _full_name(row)
    )


def _full_name(row: Client | Organization) -> str:
    if row.full_name or row.form is not LegalForm.ENTREPRENEUR:
        return row.full_name or row.name or ""
    return f"{_ENTREPRENEUR} {row.head_name or _without_form(row.name)}"


def _without_form(name: str | None) -> str:
    return (name or "").removeprefix("ИП").strip()


def _signer(row: Client | Organization) -> str:
    """Return the name of the person who signs for a side; people sign for themselves."""
    match row.form:
        case LegalForm.ENTREPRENEUR:
            return row.head_name or _without_form(row.name)
        case LegalForm.PERSON:
            return row.head_name or row.full_name or row.name or ""
    return row.head_name or ""


def _post(row: Client | Organization) -> str:
    """Return the post of the person who signs; an individual has none."""
    match row.form:
        case LegalForm.ENTREPRENEUR:
            return row.head_post or _ENTREPRENEUR
        case LegalForm.PERSON:
            return ""
    return row.head_post or ""
