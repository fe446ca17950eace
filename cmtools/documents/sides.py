"""The sides of a deal as papers name them: a company, an entrepreneur, a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cmtools.books.party import Form
from cmtools.books.register import Client
from cmtools.books.settings import Organization
from cmtools.documents import wording

_ENTREPRENEUR = "Индивидуальный предприниматель"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A side of a deal."""

    form: Annotated[str, "юрлицо, ИП или физлицо"]
    name: Annotated[str, "Краткое наименование"]
    full_name: Annotated[str, "Полное наименование; где его нет — краткое"]
    representative: Annotated[str, "Кто действует от имени стороны: генеральный директор Орлов …"]
    acts_on: Annotated[str, "Основание: «Устава», «доверенности № 5 от 01.03.2026»"]
    post: Annotated[str, "Должность того, кто подписывает"]
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
    """A client or the seller as a side of a deal."""
    post, head = _signer(row)
    return Party(
        form=row.form.value if row.form else "",
        name=row.name or "",
        full_name=_full_name(row),
        representative=_representative(row),
        acts_on=row.acts_on or "",
        post=post,
        signer=wording.initials(head),
        inn=row.inn or "",
        kpp=row.kpp or "",
        ogrn=row.ogrn or "",
        legal_address=row.legal_address or "",
        postal_address="" if row.postal_address == row.legal_address else row.postal_address or "",
        bank=row.bank or "",
        bik=row.bik or "",
        account=row.account or "",
        correspondent_account=row.correspondent_account or "",
        phone=row.phone or "",
        email=row.email or "",
    )


def _representative(row: Client | Organization) -> str:
    """The head of a company with the post; of others, who acts on some ground, not for oneself."""
    if not row.head_name:
        return ""
    if row.form is not Form.COMPANY:
        return row.head_name if row.acts_on else ""
    return f"{wording.inside_sentence(row.head_post or '')} {row.head_name}".strip()


def _full_name(row: Client | Organization) -> str:
    if row.full_name or row.form is not Form.ENTREPRENEUR:
        return row.full_name or row.name or ""
    return f"{_ENTREPRENEUR} {row.head_name or _without_form(row.name)}"


def _without_form(name: str | None) -> str:
    return (name or "").removeprefix("ИП").strip()


def _signer(row: Client | Organization) -> tuple[str, str]:
    """Post and name of who signs for a side; people sign for themselves."""
    match row.form:
        case Form.ENTREPRENEUR:
            return row.head_post or _ENTREPRENEUR, row.head_name or _without_form(row.name)
        case Form.PERSON:
            return "", row.head_name or row.full_name or row.name or ""
    return row.head_post or "", row.head_name or ""
