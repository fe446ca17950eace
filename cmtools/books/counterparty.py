"""Requisites: the columns that a client and the seller have in common, and their rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from cmtools.books import requisite_checks as requisites
from cmtools.books.choices import LegalForm
from cmtools.problems import Fault, Message
from cmtools.tables import messages
from cmtools.tables.columns import DIGITS, Column
from cmtools.tables.table import Row, Rule

_FORM_BEFORE = re.compile(r"(?:ИП|Индивидуальный предприниматель)\s+", re.IGNORECASE)

ShortName = Column("Краткое наименование", width=30, wrap=True, hint="ООО «Ромашка»")
FormColumn = Column("Форма", width=11, hint="юрлицо, ИП или физлицо")
Phone = Annotated[str | None, Column("Телефон", width=18)]
Email = Annotated[str | None, Column("Эл. почта", width=24)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Requisites(Row):
    """A party to a contract, as its company card describes it."""

    name: Annotated[str | None, ShortName]
    full_name: Annotated[
        str | None,
        Column(
            "Полное наименование",
            width=36,
            wrap=True,
            hint="Общество с ограниченной ответственностью «Ромашка» — так оно встанет в договор",
        ),
    ]
    form: Annotated[LegalForm | None, FormColumn]
    inn: Annotated[
        str | None,
        Column("ИНН", DIGITS, expected=True, width=14, hint="10 цифр у юрлица, 12 у ИП и физлица"),
    ]
    kpp: Annotated[str | None, Column("КПП", DIGITS, width=12, hint="9 знаков, только у юрлица")]
    ogrn: Annotated[
        str | None,
        Column("ОГРН", DIGITS, width=17, hint="13 цифр у юрлица, 15 у ИП (ОГРНИП)"),
    ]
    legal_address: Annotated[str | None, Column("Юридический адрес", width=36, wrap=True)]
    postal_address: Annotated[str | None, Column("Почтовый адрес", width=36, wrap=True)]
    bank: Annotated[str | None, Column("Банк", width=28, wrap=True, hint="Как в карточке клиента")]
    bik: Annotated[str | None, Column("БИК", DIGITS, width=12, hint="9 цифр")]
    account: Annotated[str | None, Column("Расчётный счёт", DIGITS, width=24, hint="20 цифр")]
    correspondent_account: Annotated[
        str | None, Column("Корр. счёт", DIGITS, width=24, hint="20 цифр")
    ]
    head_post: Annotated[
        str | None, Column("Должность руководителя", width=24, hint="Генеральный директор")
    ]
    head_name: Annotated[
        str | None, Column("ФИО руководителя", width=30, hint="Иванов Иван Иванович")
    ]
    acts_on: Annotated[
        str | None,
        Column("Действует на основании", width=24, hint="Устава; доверенности № 5 от 01.03.2026"),
    ]
    head_post_genitive: Annotated[
        str | None,
        Column(
            "Должность в родительном падеже", width=26, hint="В лице кого: генерального директора"
        ),
    ]
    head_name_genitive: Annotated[
        str | None,
        Column("ФИО в родительном падеже", width=30, hint="В лице кого: Иванова Ивана Ивановича"),
    ]
    head_post_dative: Annotated[
        str | None,
        Column("Должность в дательном падеже", width=26, hint="Кому: генеральному директору"),
    ]
    head_name_dative: Annotated[
        str | None,
        Column("ФИО в дательном падеже", width=30, hint="Кому: Иванову Ивану Ивановичу"),
    ]
    phone: Phone
    email: Email


INN_LENGTH = Message(
    "inn-length",
    "в ИНН {found} цифр, а у формы «{form}» их {needed}",
    "введите как текст и проверьте форму; первый ноль Excel мог отбросить",
)
INN_FORM = Message(
    "inn-form",
    "в ИНН {found} цифр, а бывает 10 или 12",
    "введите как текст; первый ноль Excel мог отбросить",
)
INN_CHECK = Message(
    "inn-check", "контрольная цифра ИНН не сходится", "проверьте номер в карточке организации"
)
KPP_FORM = Message(
    "kpp-form", "КПП состоит из 9 знаков: 4 цифры, 2 цифры или буквы, 3 цифры", "проверьте номер"
)
KPP_NEEDED = Message("kpp-needed", "у юрлица должен быть КПП", "впишите 9 знаков")
KPP_EXTRA = Message("kpp-extra", "у формы «{form}» КПП не бывает", "очистите ячейку")
OGRN_LENGTH = Message(
    "ogrn-length", "в ОГРН {found} цифр, а у формы «{form}» их {needed}", "проверьте номер"
)
OGRN_FORM = Message(
    "ogrn-form", "в ОГРН {found} цифр, а бывает 13 или 15", "проверьте номер в выписке"
)
OGRN_CHECK = Message(
    "ogrn-check", "контрольная цифра ОГРН не сходится", "проверьте номер в выписке"
)
OGRN_EXTRA = Message("ogrn-extra", "у физлица ОГРН не бывает", "очистите ячейку или смените форму")
BIK_FORM = Message("bik-form", "БИК состоит из 9 цифр", "введите как текст: первый ноль нужен")
BIK_NEEDED = Message("bik-needed", "есть счёт, но нет БИК", "впишите БИК банка: 9 цифр")
ACCOUNT_LENGTH = Message(
    "account-length", "в счёте {found} знаков вместо 20 цифр", "введите как текст и сверьте"
)
ACCOUNT_KEY = Message(
    "account-key", "ключ счёта не сходится с БИК", "сверьте счёт и БИК с карточкой организации"
)


def check_inn(inn: str | None, form: LegalForm | None) -> Fault | None:
    """Require 10 digits of a company and 12 otherwise; only a person may have none."""
    if form is None:
        return None
    if inn is None:
        return None if form is LegalForm.PERSON else messages.REQUIRED()
    needed = 10 if form is LegalForm.COMPANY else 12
    if len(inn) != needed:
        return INN_LENGTH(found=len(inn), form=form.value, needed=needed)
    return None


def check_inn_digits(inn: str | None) -> Fault | None:
    """Check the digits of an ИНН, of whatever form the party is."""
    if inn is None or requisites.inn_is_valid(inn):
        return None
    return INN_CHECK() if len(inn) in (10, 12) else INN_FORM(found=len(inn))


def check_kpp(kpp: str | None, form: LegalForm | None) -> Fault | None:
    """Require a КПП of a company, and none of others."""
    if form is None:
        return None
    if form is not LegalForm.COMPANY:
        return KPP_EXTRA(form=form.value) if kpp else None
    return KPP_NEEDED() if kpp is None else None


def check_kpp_signs(kpp: str | None) -> Fault | None:
    """Check the signs of a КПП, of whatever form the party is."""
    return None if kpp is None or requisites.kpp_is_valid(kpp) else KPP_FORM()


def check_ogrn(ogrn: str | None, form: LegalForm | None) -> Fault | None:
    """Require 13 digits of a company, 15 of an entrepreneur, none of a person."""
    if ogrn is None or form is None:
        return None
    if form is LegalForm.PERSON:
        return OGRN_EXTRA()
    needed = 13 if form is LegalForm.COMPANY else 15
    if len(ogrn) != needed:
        return OGRN_LENGTH(found=len(ogrn), form=form.value, needed=needed)
    return None


def check_ogrn_digits(ogrn: str | None) -> Fault | None:
    """Check the digits of an ОГРН, of whatever form the party is."""
    if ogrn is None or requisites.ogrn_is_valid(ogrn):
        return None
    return OGRN_CHECK() if len(ogrn) in (13, 15) else OGRN_FORM(found=len(ogrn))


def check_bik_digits(bik: str | None) -> Fault | None:
    """Check the digits of a БИК, whatever the accounts are."""
    return None if bik is None or requisites.bik_is_valid(bik) else BIK_FORM()


def check_bik(
    bik: str | None, account: str | None, correspondent_account: str | None
) -> Fault | None:
    """Require the bank's code wherever there is an account."""
    return BIK_NEEDED() if bik is None and (account or correspondent_account) else None


def check_account_digits(account: str | None) -> Fault | None:
    """Require 20 digits, whatever the БИК is."""
    return None if account is None or _is_account(account) else ACCOUNT_LENGTH(found=len(account))


def check_account(account: str | None, bik: str | None) -> Fault | None:
    """Check the key of the account against the БИК."""
    if account is None or bik is None or requisites.account_is_valid(account, bik):
        return None
    return ACCOUNT_KEY()


def check_correspondent_account_digits(correspondent_account: str | None) -> Fault | None:
    """Require 20 digits, whatever the БИК is."""
    return check_account_digits(correspondent_account)


def check_correspondent_account(correspondent_account: str | None, bik: str | None) -> Fault | None:
    """Check the key of the bank's account at the Central Bank against the БИК."""
    if correspondent_account is None or bik is None:
        return None
    if requisites.correspondent_is_valid(correspondent_account, bik):
        return None
    return ACCOUNT_KEY()


def _is_account(number: str) -> bool:
    return len(number) == 20 and number.isascii() and number.isdigit()


FORM_RULES = (Rule("inn", check_inn), Rule("kpp", check_kpp))
"""What the form of a client asks for."""

NUMBER_RULES = (
    Rule("inn", check_inn_digits),
    Rule("kpp", check_kpp_signs),
    Rule("ogrn", check_ogrn),
    Rule("ogrn", check_ogrn_digits),
    Rule("bik", check_bik),
    Rule("bik", check_bik_digits),
    Rule("account", check_account_digits),
    Rule("account", check_account),
    Rule("correspondent_account", check_correspondent_account_digits),
    Rule("correspondent_account", check_correspondent_account),
)
"""Rules of a client and of the seller alike, after those of the form: a cell is reported once.

A number is checked by itself even where the form or the БИК beside it is in error.
"""


def own_name(full_name: str | None, name: str | None) -> str:
    """Return the name of an entrepreneur or individual without the form."""
    return _FORM_BEFORE.sub("", full_name or name or "", count=1)
