"""Sums, days, rates and names in the words of Russian documents; pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from cmtools.tables.parsers import MONTHS, format_decimal, format_roubles, group_digits

NBSP = "\u00a0"
NB_HYPHEN = "\u2011"
NO_VAT = "Без НДС"

_BREAKS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNITS = (
    r"(?:%|‰|₽|°C|мм|см|дм|м|км|м[²³]|г/м²|мг|г|гг|кг|т|мл|л|лет)(?!\w)"
    r"|(?:шт|экз|руб|коп|тыс|млн|млрд|дн|год|стр|лист)"
    rf"|(?:{'|'.join(MONTHS)})"
)
_ADDRESS = (
    r"ул|д|дом|корп|к|стр|лит|пом|оф|офис|кв|каб|эт|просп|пр|пр-т|пр-д|пер|пл|наб|ш|бул|б-р|туп|"
    r"мкр|гор|пос|п|пгт|с|дер|ст|респ|тел|факс|доб|пп|ч|рис|им"
)
_ONE_PIECE = re.compile(
    r"(?<!\S)(?:\+\d|8)[ (-][\d ()-]{7,14}\d"  # +7 (381) 200-00-00
    r"|(?<![\w.@/-])(?=\S*\d)(?:[\dА-ЯЁA-Z]+[-/])+[\dА-ЯЁA-Z]+(?![\w@/-])"  # З-2026-0118
    rf"|\b(?i:(?<!\d[ {NBSP}])г|{_ADDRESS})(?:\.|(?<=-[а-я])) (?=\S)"  # г. Омск, ул. Мира
    r"|(?<=[№§]) (?=\S)"  # № 5
    r"|(?<=\d) (?=\d{3}(?!\d))"  # 12 500
    rf"|(?<=\d) (?={_UNITS})"  # 5 шт., 1 марта
    rf"|(?<=[а-яё]) (?=\d{{4}}[ {NBSP}]г)"  # марта 2026 г.
    r"|(?<=[а-яё]) (?=обл\.|р-н\b)"  # Омская обл.
    r"|(?<=\bт\.) (?=[чедпк]\.)"  # в т. ч.
    r"|(?<=\b[А-ЯЁ]\.) (?=[А-ЯЁ])"  # И. И. Иванов
    r"|(?<=[а-яё]) (?=[А-ЯЁ]\. ?[А-ЯЁ]\.)"  # Иванов И. И.
)
_UNBROKEN = str.maketrans({" ": NBSP, "-": NB_HYPHEN})
_DAYS = {"календарных": "календарного", "рабочих": "рабочего"}


def unit_price(price: Decimal) -> str:
    """Write a price with as many decimals as its step of rounding gave it, at least two."""
    places = max(2, -int(price.normalize().as_tuple().exponent))
    return f"{price:,.{places}f}".replace(",", NBSP).replace(".", ",")


def percent(rate: Decimal) -> str:
    """Write a rate in %: `22 %`, `7,5 %`."""
    return f"{format_decimal(rate)}{NBSP}%"


def sum_in_words(amount: Decimal) -> str:
    """Write a sum as `4 890 (четыре тысячи восемьсот девяносто) рублей 00 копеек`."""
    phrase = _in_words(Decimal(amount), to="currency", currency="RUB", cents=False, separator="")
    words, currency, figures, kopecks = phrase.rsplit(" ", 3)
    return f"{group_digits(int(amount))} ({words}) {currency} {figures}{NBSP}{kopecks}"


def number_in_words(number: Decimal | int) -> str:
    """Write a number in words: `двадцать один`."""
    return _in_words(number)


def _in_words(number: Decimal | int, **form: object) -> str:
    from num2words import num2words

    return str(num2words(number, lang="ru", **form))  # type: ignore[no-untyped-call]


def vat_phrase(rate: Decimal | None, vat: Decimal, ground: str | None = None) -> str:
    """Write the VAT inside a sum: `в т. ч. НДС 22 % — 881,80 руб.`.

    Without a rate `Без НДС`, with its ground: `Без НДС (п. 1 ст. 145 НК РФ)`.
    """
    if rate is None:
        return f"{NO_VAT} ({ground})" if ground else NO_VAT
    return f"в{NBSP}т.{NBSP}ч. НДС {percent(rate)}{NBSP}— {format_roubles(vat)}{NBSP}руб."


def day_in_words(day: date) -> str:
    """Write a date as `«21» ноября 2026 г.`, without breaks."""
    return NBSP.join((f"«{day.day:02d}»", MONTHS[day.month - 1], str(day.year), "г."))


def days_within(number: int, sort: str = "календарных") -> str:
    """Write a term after «в течение»: `10 (десяти) календарных дней`."""
    one = number % 10 == 1 and number % 100 != 11
    words = _in_words(number, case="g")
    kind, days = (_DAYS[sort], "дня") if one else (sort, "дней")
    return f"{group_digits(number)}{NBSP}({words}) {kind} {days}"


def town(city: str) -> str:
    """`г. Омск` for `Омск`; what says itself which sort of place it is stays so."""
    return f"г.{NBSP}{city}" if city[:1].isupper() and "." not in city else city


def inside_sentence(text: str) -> str:
    """Write a post for the middle of a sentence: `генеральный директор`, but `ВРИО директора`."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def clean_text(text: str) -> str:
    """Clean a text for a document: line breaks are kept, control characters dropped."""
    if _UNCLEAN.search(text) is None:
        return text
    text = _UNPRINTABLE.sub("", _BREAKS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", text)


def keep_together(text: str) -> str:
    """Make spaces and hyphens non-breaking inside what is read as one.

    That is a phone, the number of a paper, a number and its unit, a date, initials and surname, and
    an abbreviation of an address with its name: «ул. Ленина».
    """
    if " " not in text and "-" not in text:
        return text
    return _ONE_PIECE.sub(lambda piece: piece[0].translate(_UNBROKEN), text)
