"""Fields of letters: to whom, from whom, on what occasion; every value is a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, NamedTuple

from cmtools.agenda.duty import Duty
from cmtools.books.register import Client
from cmtools.books.settings import Organization, is_own_day
from cmtools.documents.data import OrderData
from cmtools.documents.declension import Gender, first_name, gender_of, given_names, with_holiday
from cmtools.documents.field_types import Count, Day, Name, Sum
from cmtools.documents.fields.from_row import F
from cmtools.documents.fields.lines import PositionFields, position_fields
from cmtools.documents.fields.parts import fill
from cmtools.documents.fields.terms import YES
from cmtools.documents.parties import Party

_HOLIDAYS_OF = {
    Gender.FEMININE: re.compile(r"женск|\b8 марта", re.IGNORECASE),
    Gender.MASCULINE: re.compile(r"защитник|\b23 февраля", re.IGNORECASE),
}


class LetterData(NamedTuple):
    """What a letter is made of: the duty behind it, its client and reader, perhaps its order.

    detail: what the duty is about beside its client: a person, a holiday; else empty.
    attachment: the name of the document that goes with it; else empty.
    """

    today: date
    duty: Duty
    detail: str
    client: Client
    reader: str
    seller: Organization
    order: OrderData | None
    attachment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterFields:
    """What every letter can name."""

    salutation: Annotated[str, "Уважаемая Мария Андреевна! Без отчества — Здравствуйте, Мария!"]
    reader: Annotated[Name, "Кому письмо; пусто, если никто не назван"]
    client: Annotated[Party, "Клиент"]
    seller: Annotated[Party, "Наша организация"]
    manager: Annotated[Name, "Менеджер клиента"]


@dataclass(frozen=True, kw_only=True, slots=True)
class GreetingFields(LetterFields):
    """A greeting on one of three occasions."""

    birthday: Annotated[str, "«да», если это день рождения; иначе пусто"]
    company_day: Annotated[str, "«да», если это день компании; иначе пусто"]
    holiday: Annotated[str, "Название праздника с листа «Праздники»; иначе пусто"]
    occasion: Annotated[str, "С чем: «с Днём российской печати»; пусто, если падеж не ясен"]
    whom: Annotated[str, "«вас»; если праздник не адресата — «ваших коллег и близких»"]
    own_day: Annotated[str, "«да», если это праздник нашей компании; иначе пусто"]
    date: Annotated[Day, "День, с которым поздравляют"]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLetterFields(LetterFields):
    """A letter about an order."""

    number: Annotated[str, "№ заказа"]
    attachment: Annotated[str, "Название приложенного документа; пусто, если его нет"]
    date: Annotated[Day, "Дата заказа"]
    lines: Annotated[tuple[PositionFields, ...], "Строки заказа"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DebtFields(OrderLetterFields):
    """A reminder of a payment that is due."""

    amount: Annotated[Sum, "Сколько оплатить"]
    due: Annotated[Day, "Срок оплаты"]
    overdue: Annotated[Count, "На сколько дней просрочено; пусто, если срок не прошёл"]
    prepayment: Annotated[str, "«да», если это предоплата; иначе пусто"]


def _fill(record: type[F], data: LetterData, **more: Any) -> F:
    return fill(record, data, salutation=salutation(data.reader), reader=data.reader, **more)


def letter(data: LetterData) -> LetterFields:
    """Fill a letter about nothing but the client."""
    return _fill(LetterFields, data)


def greeting(data: LetterData) -> GreetingFields:
    """Fill a greeting."""
    kind = data.duty.kind
    holiday = data.detail if kind == "holiday" else ""
    return _fill(
        GreetingFields,
        data,
        birthday=YES if kind == "birthday" else "",
        company_day=YES if kind == "company-day" else "",
        holiday=holiday,
        occasion=with_holiday(holiday),
        whom="вас" if _is_for(data.reader, holiday) else "ваших коллег и близких",
        own_day=YES if is_own_day(holiday) else "",
        date=data.duty.date,
    )


def _is_for(reader: str, holiday: str) -> bool:
    """Whether a holiday is the reader's own: two of them are of women or men alone."""
    genders = [gender for gender, names in _HOLIDAYS_OF.items() if names.search(holiday)]
    return not genders or gender_of(reader) in genders


def _fill_order(record: type[F], data: LetterData, **more: Any) -> F:
    assert data.order is not None
    return _fill(
        record,
        data,
        number=data.order.order.number,
        attachment=data.attachment,
        date=data.order.order.on,
        lines=position_fields(data.order.positions),
        **more,
    )


def order_letter(data: LetterData) -> OrderLetterFields:
    """Fill a letter about an order."""
    return _fill_order(OrderLetterFields, data)


def debt(data: LetterData) -> DebtFields:
    """Fill a reminder of a payment."""
    late = (data.today - data.duty.date).days
    return _fill_order(
        DebtFields,
        data,
        amount=data.duty.amount,
        due=data.duty.date,
        overdue=late if late > 0 else None,
        prepayment=YES if data.duty.kind == "prepayment" else "",
    )


def salutation(name: str) -> str:
    """Address a person by given name and patronymic, or by what of it the name shows."""
    given, gender = given_names(name), gender_of(name)
    if given and gender is not None:
        return f"Уважаем{'ый' if gender is Gender.MASCULINE else 'ая'} {given}!"
    called = given or first_name(name)
    return f"Здравствуйте, {called}!" if called else "Здравствуйте!"
