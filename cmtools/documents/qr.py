"""The payment code of ГОСТ Р 56042-2014: its text, and its picture for the invoice."""

from __future__ import annotations

import io
import re
from decimal import Decimal

from cmtools.documents.field_types import Picture
from cmtools.documents.russian_text import clean_text

SEPARATORS = "|~^;#$!*%&@`\\<>{}[]()\"'?/:+_-,."  # the first that occurs in no value
LONGEST = {"Name": 160, "BankName": 45, "Purpose": 210}  # signs

_HEAD, _UTF_8 = "ST0001", "2"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_DOTS = 8  # of the picture a module: 1000 and more on 35 mm, sharp on any printer


def payment_text(
    *,
    name: str,
    account: str,
    bank: str,
    bik: str,
    correspondent_account: str,
    amount: Decimal,
    purpose: str,
    inn: str = "",
    kpp: str = "",
) -> str:
    """Compose the text of the code: whom to pay, where, how much and for what.

    `amount` in roubles. Long names are cut, what is empty is left out, line breaks are spaces.

    Raises:
        ValueError: the amount is not above 0, or in no whole kopecks.
    """
    kopecks = amount * 100
    if kopecks <= 0 or kopecks != int(kopecks):
        raise ValueError(f"{amount} roubles cannot be paid")
    values = {
        "Name": name,
        "PersonalAcc": account,
        "BankName": bank,
        "BIC": bik,
        "CorrespAcc": correspondent_account,
        "Sum": str(int(kopecks)),
        "Purpose": purpose,
        "PayeeINN": inn,
        "KPP": kpp,
    }
    lines = {key: _one_line(value)[: LONGEST.get(key)].rstrip() for key, value in values.items()}
    fields = [f"{key}={value}" for key, value in lines.items() if value]
    whole = "".join(fields)
    separator = next((sign for sign in SEPARATORS if sign not in whole), "")
    if not separator:  # a value of all signs: in the text of a payment the first one says the least
        separator = SEPARATORS[0]
        fields = [field.replace(separator, " ") for field in fields]
    return separator.join((f"{_HEAD}{_UTF_8}", *fields))


def qr_png(text: str) -> Picture:
    """Draw a text as a code of error level M, in UTF-8, with its quiet zone.

    Raises:
        ValueError: the text is longer than a code can hold, some 2300 bytes.
    """
    import segno

    picture = io.BytesIO()
    code = segno.make_qr(text, error="m", encoding="utf-8", boost_error=False)
    code.save(picture, kind="png", scale=_DOTS, border=4)
    return Picture(picture.getvalue())


def _one_line(text: str) -> str:
    return " ".join(clean_text(_CONTROL.sub(" ", text)).split())
