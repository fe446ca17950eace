"""«Реестр клиентов»: clients, their people, every contact with them, every handover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from cmtools.books import counterparty as party
from cmtools.books.choices import ClientStatus, LegalForm, TouchKind, TransferReason
from cmtools.tables.columns import CODE, Column
from cmtools.tables.table import Book, Row, Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Client(party.Requisites):
    """A client: requisites, the manager, what is known of the needs."""

    code: Annotated[str, Column("Код", CODE, unique=True, width=11, hint="К-0001")]
    name: Annotated[str, party.ShortName]
    form: Annotated[LegalForm, party.FormColumn]
    manager: Annotated[str, Column("Менеджер", width=28)]
    received: Annotated[
        date, Column("Дата передачи", hint="Когда клиента передал менеджер по продажам")
    ]
    status: Annotated[
        ClientStatus | None, Column("Особый статус", hint="Пусто, VIP или проблемный")
    ]
    head_birthday: Annotated[date | None, Column("День рождения руководителя", width=14)]
    company_day: Annotated[date | None, Column("День компании")]
    touch_days: Annotated[
        int | None,
        Column("Периодичность касаний, дней", above=0, width=15, hint="Пусто — по правилу"),
    ]
    open_needs: Annotated[str | None, Column("Явные потребности", width=36, wrap=True)]
    hidden_needs: Annotated[str | None, Column("Скрытые потребности", width=36, wrap=True)]


CLIENTS = Table(
    Client,
    "Клиенты",
    purpose="Каждый клиент — одна строка: реквизиты для договоров и счетов, менеджер, потребности.",
    label="name",
    rules=(*party.FORM_RULES, *party.NUMBER_RULES),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact(Row):
    """A person on the client's side."""

    client: Annotated[str, Column("Код клиента", CODE, refers=CLIENTS)]
    name: Annotated[str, Column("ФИО", width=32)]
    post: Annotated[str | None, Column("Должность", width=26)]
    phone: party.Phone
    email: party.Email
    birthday: Annotated[date | None, Column("День рождения", width=14)]


CONTACTS = Table(
    Contact, "Контактные лица", purpose="С кем у клиента разговаривать и кого поздравлять."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch(Row):
    """One contact of any employee with a client."""

    on: Annotated[date, Column("Дата")]
    client: Annotated[str, Column("Код клиента", CODE, refers=CLIENTS)]
    kind: Annotated[TouchKind, Column("Вид")]
    who: Annotated[str, Column("Кто от компании", width=24)]
    whom: Annotated[str | None, Column("С кем", width=26)]
    content: Annotated[str, Column("Содержание", width=60, wrap=True)]
    next: Annotated[
        date | None, Column("Следующий контакт", hint="Заменяет дату по периодичности касаний")
    ]


JOURNAL = Table(
    Touch, "Журнал контактов", purpose="Кто, когда и о чём говорил с клиентом: знать должен каждый."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer(Row):
    """A client handed from one employee to another."""

    on: Annotated[date, Column("Дата")]
    client: Annotated[str, Column("Код клиента", CODE, refers=CLIENTS)]
    giver: Annotated[str, Column("Передал", width=24)]
    taker: Annotated[str, Column("Принял", width=24)]
    reason: Annotated[TransferReason, Column("Причина", width=22)]
    terms: Annotated[str | None, Column("Условия", width=50, wrap=True)]


TRANSFERS = Table(
    Transfer, "Передачи клиентов", purpose="Кто кому передал клиента: основание для соглашения."
)

REGISTER = Book(
    name="Реестр клиентов",
    purpose="Все клиенты компании: реквизиты, люди, контакты, передачи.",
    tables=(CLIENTS, CONTACTS, JOURNAL, TRANSFERS),
)
