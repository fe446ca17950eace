"""The sides of a deal in documents: a company, an entrepreneur, a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from cmtools.books.choices import LegalForm
from cmtools.books.counterparty import Requisites, own_name
from cmtools.documents.declension import (
    Gender,
    decline_ground,
    gender_of,
    initials,
    organisation_gender,
)
from cmtools.documents.field_types import Inflected, Name, Post
from cmtools.documents.fields.from_row import from_row
from cmtools.tables.parsers import normalize_name

_ENTREPRENEUR = "Индивидуальный предприниматель"
_PROXY = "Представитель"
_GROUND = re.compile(r"(?:действу\w+ )?на основании ", re.IGNORECASE)
_CALLED = {
    Gender.MASCULINE: "именуемый",
    Gender.FEMININE: "именуемая",
    Gender.NEUTER: "именуемое",
    None: "именуемый(ая)",
}
_ACTING = {
    Gender.MASCULINE: "действующий",
    Gender.FEMININE: "действующая",
    Gender.NEUTER: "действующее",
    None: "действующий(ая)",
}
_IN_PLACE_OF = {
    Gender.MASCULINE: "действующего",
    Gender.FEMININE: "действующей",
    None: "действующего(ей)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A side of a deal."""

    form: Annotated[str, "юрлицо, ИП или физлицо"]
    name: Annotated[str, "Краткое наименование"]
    full_name: Annotated[str, "Полное наименование; где его нет — краткое"]
    called: Annotated[str, "именуемое, именуемый или именуемая — в дальнейшем"]
    person: Annotated[Name, "Сам предприниматель или гражданин; у юрлица пусто"]
    head: Annotated[Name, "Кто действует от имени стороны; пусто, если она сама за себя"]
    post: Annotated[Post, "Должность того, кто подписывает"]
    acting: Annotated[str, "действующего, действующей; за себя — действующее, действующий"]
    acts_on: Annotated[Inflected, "Основание: «Устава», «доверенности № 5 от 01.03.2026»"]
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


def party(row: Requisites) -> Party:
    """Return a client or the seller as a side of a deal."""
    head, own = row.head_name or "", own_name(row.full_name, row.name)
    is_company = row.form in (LegalForm.COMPANY, None)
    represented = bool(head) and (is_company or not _is_same_person(own, head))
    person = "" if is_company else own if represented else head or own
    forms = {"genitive": row.head_name_genitive, "dative": row.head_name_dative}
    post_forms = {"genitive": row.head_post_genitive, "dative": row.head_post_dative}
    whole_name = row.full_name or _whole_name(row, person)
    gender = _gender(row, whole_name, person)
    return from_row(
        Party,
        row,
        full_name=whole_name,
        called=_CALLED[gender],
        person=Name(person) if represented else Name(person, **forms),
        head=Name(head if represented else None, **forms),
        post=Post(row.head_post or _usual_post(row, represented=represented), **post_forms),
        acting=_IN_PLACE_OF[gender_of(head)] if represented else _ACTING[gender],
        acts_on=_ground(row.acts_on or ""),
        signer=initials(head if is_company or represented else person),
        postal_address=None if row.postal_address == row.legal_address else row.postal_address,
    )


def _is_same_person(own: str, head: str) -> bool:
    """Whether a head is the entrepreneur or individual; initials fit the names that they begin.

    A name in quotes is that of a business.
    """
    one, other = (re.findall(r"\w+", normalize_name(name)) for name in (own, head))
    return bool(set('«"') & set(own)) or any(
        all(any(_fits(word, found) for found in names) for word in words)
        for words, names in ((one, other), (other, one))
    )


def _fits(word: str, name: str) -> bool:
    return word == name or (len(word) == 1 and name.startswith(word))


def _whole_name(row: Requisites, person: str) -> str:
    if row.form is LegalForm.ENTREPRENEUR:
        return f"{_ENTREPRENEUR} {person}"
    return row.name or ""


def _gender(row: Requisites, whole_name: str, person: str) -> Gender | None:
    """Return the gender of a company's head noun, or of a person."""
    match row.form:
        case LegalForm.ENTREPRENEUR:
            return gender_of(person) or Gender.MASCULINE
        case LegalForm.PERSON:
            return gender_of(person)
    return organisation_gender(whole_name) or Gender.NEUTER


def _usual_post(row: Requisites, *, represented: bool) -> str:
    """Return the post of the person who signs where none is given; an individual has none."""
    if row.form in (LegalForm.COMPANY, None):
        return ""
    if represented:
        return _PROXY
    return _ENTREPRENEUR if row.form is LegalForm.ENTREPRENEUR else ""


def _ground(typed: str) -> Inflected:
    """Return what the person acts on in the case that follows «на основании»."""
    found = decline_ground(_GROUND.sub("", typed, count=1))
    return Inflected(found.text, of=typed, sure=found.sure)
