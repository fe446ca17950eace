"""The payment code of ГОСТ Р 56042-2014, decoded by another library."""

from __future__ import annotations

import io
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cmtools.documents.qr import SEPARATORS, payment_text, qr_png

PAYMENT: dict[str, Any] = {
    "name": "ООО «Типография»",
    "account": "40702810800001400002",
    "bank": "Банк ГПБ (АО), г. Москва",
    "bik": "044525823",
    "correspondent_account": "30101810200000000823",
    "amount": Decimal("2445.00"),
    "purpose": "Оплата по счёту № З-2026-0001 от 21.11.2026, в т. ч. НДС 22 % — 440,90 руб.",
    "inn": "7707083893",
    "kpp": "770701001",
}
KEYS = ["Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc", "Sum", "Purpose", "PayeeINN", "KPP"]
LONGEST = {"Name": 160, "BankName": 45, "Purpose": 210}


def parsed(text: str) -> dict[str, str]:
    """A payment's text as a bank reads it: the separator is the sign behind the encoding."""
    assert text.startswith("ST00012")
    return dict(field.split("=", 1) for field in text[8:].split(text[7]))


def decoded(picture: bytes) -> bytes:
    """The bytes of the only code in a picture."""
    (found,) = (
        code
        for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        if code.format == zxingcpp.BarcodeFormat.QRCode
    )
    return bytes(found.bytes)


def test_payment() -> None:
    text = payment_text(**PAYMENT)
    assert text == (
        "ST00012|Name=ООО «Типография»|PersonalAcc=40702810800001400002"
        "|BankName=Банк ГПБ (АО), г. Москва|BIC=044525823|CorrespAcc=30101810200000000823"
        "|Sum=244500"
        "|Purpose=Оплата по счёту № З-2026-0001 от 21.11.2026, в т. ч. НДС 22 % — 440,90 руб."
        "|PayeeINN=7707083893|KPP=770701001"
    )
    assert decoded(qr_png(text)) == text.encode()


def test_what_is_empty_is_left_out() -> None:
    text = payment_text(**{**PAYMENT, "inn": "", "kpp": ""})
    assert list(parsed(text)) == KEYS[:-2]


def test_another_separator_where_a_value_has_it() -> None:
    text = payment_text(**{**PAYMENT, "name": "А|Б", "purpose": "~^"})
    assert text[7] == ";"
    assert parsed(text)["Name"] == "А|Б"


def test_long_texts_are_cut_and_breaks_are_spaces() -> None:
    found = parsed(
        payment_text(
            **{**PAYMENT, "name": "ж" * 200, "bank": "б" * 46, "purpose": "а\r\nб\x07" * 99}
        )
    )
    assert found["Name"] == "ж" * 160
    assert found["BankName"] == "б" * 45
    assert found["Purpose"].startswith("а б а б")
    assert len(found["Purpose"]) <= 210


@pytest.mark.parametrize("amount", ["0", "-5", "0.001"])
def test_amount_that_cannot_be_paid(amount: str) -> None:
    with pytest.raises(ValueError, match="cannot be paid"):
        payment_text(**{**PAYMENT, "amount": Decimal(amount)})


TEXTS = st.text(max_size=300) | st.text(SEPARATORS + "=\n\t ", max_size=300)


@settings(max_examples=60)
@given(TEXTS, TEXTS, TEXTS, st.decimals("0.01", "999999999.99", places=2))
def test_hostile_values(name: str, bank: str, purpose: str, amount: Decimal) -> None:
    values = {**PAYMENT, "name": name, "bank": bank, "purpose": purpose, "amount": amount}
    text = payment_text(**values)
    found = parsed(text)
    assert list(found) == [key for key in KEYS if key in found]
    assert {key: found[key] for key in KEYS if key not in LONGEST} == {
        "PersonalAcc": PAYMENT["account"],
        "BIC": PAYMENT["bik"],
        "CorrespAcc": PAYMENT["correspondent_account"],
        "Sum": str(int(amount * 100)),
        "PayeeINN": PAYMENT["inn"],
        "KPP": PAYMENT["kpp"],
    }
    assert all(len(found.get(key, "")) <= longest for key, longest in LONGEST.items())
    assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs")]
    assert decoded(qr_png(text)) == text.encode()


def test_picture_is_sharp_on_paper() -> None:
    """Even the longest payment: whole dots a module, at least 600 of them to the inch of 35 mm."""
    longest = {"name": "ж" * 160, "bank": "б" * 45, "purpose": "щ" * 210}
    picture = Image.open(io.BytesIO(qr_png(payment_text(**{**PAYMENT, **longest}))))
    assert picture.size[0] == picture.size[1]
    assert picture.size[0] / (35 / 25.4) > 600
