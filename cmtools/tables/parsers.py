"""What a person may type into a cell: each kind of value understood where it has one meaning."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final
from unicodedata import normalize

from cmtools.problems import Fault
from cmtools.tables import messages


class Percent(float):
    """A number that its cell shows with `%`: as it is in the file, 0.5 for 50 %."""


Cell = str | float | int | bool | date | datetime.time | datetime.timedelta | None
Parse = Callable[[Cell], Any]
"""A cell → its value, a `Fault`, or None where it holds nothing but spaces."""

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
EXCEL_EPOCH: Final = date(1899, 12, 30)
SERIALS: Final = (36526, 73416)  # 2000 … 2100: a bare number that can only be a date

_LOOKALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]")
_ROUBLES = r"(?:₽|р(?:уб(?:л(?:ь|я|ей))?)?\.?|rub\.?)$"
_PERCENT = re.compile(r"(?<=\d)\s*%$")
_MONEY = re.compile(rf"\d\s*{_ROUBLES}", re.IGNORECASE)
_UNITS = re.compile(rf"\s*(?:{_ROUBLES}|%$|(?:шт(?:ук[аи]?)?|экз|компл)\.?$)", re.IGNORECASE)
_NUMBER = re.compile(
    r"""(?P<sign>[+-]?)
        (?P<whole>\d{1,3}(?:[ ]\d{3})+ | \d{1,3}(?:,\d{3})+(?=\.) | \d{1,3}(?:\.\d{3})+(?=,)
                | \d{1,3}(?:,\d{3}){2,} | \d{1,3}(?:\.\d{3}){2,} | \d+)
        (?:[.,](?P<part>\d+))?""",
    re.VERBOSE,
)
_TWO_MEANINGS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}})(?:\s*г\.?)?(?:\s+{_CLOCK})?")
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}})(?:[t ]{_CLOCK}(?:z|[+-]\d{{2}}:?\d{{2}})?)?")
_IN_WORDS = re.compile(r"[«\"]?(\d{1,2})[»\"]?\s+([а-я]+)\s+(\d{4})(?:\s*г\.?)?")
MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
"""The months as a day has them: 21 ноября."""


def visible(text: str) -> str:
    """Drop invisible signs: zero-width and bidi marks, soft hyphens, a BOM."""
    return text if text.isprintable() else _INVISIBLE.sub("", text)  # which none of them is


def squeeze(text: str) -> str:
    """Drop outer spaces and invisible signs; make each run of spaces, breaks, NBSP one space."""
    return " ".join(visible(text).split())


@lru_cache(maxsize=1 << 16)
def normalize_name(text: str) -> str:
    """Reduce a name to what counts when it is compared.

    Case, spaces, invisible signs and ё/е do not count, all dashes are one, and Latin letters that
    look Cyrillic are Cyrillic. Letters typed as a base and a combining sign (й on macOS) are one.
    """
    return normalize_letters(text).translate(_LOOKALIKES)


def normalize_letters(text: str) -> str:
    """Reduce a name as `normalize_name` does, but keep Latin letters that look Cyrillic."""
    plain = _DASHES.sub("-", squeeze(normalize("NFC", text)).casefold())
    return plain.replace("ё", "е")


@lru_cache(maxsize=1 << 14)
def normalize_title(text: str) -> str:
    """Reduce a column title to its letters and digits: «Предоплата %» is «Предоплата, %»."""
    return "".join(sign for sign in normalize_name(text) if sign.isalnum())


def is_empty(cell: Cell) -> bool:
    """Whether a cell holds nothing, or nothing but spaces."""
    if not isinstance(cell, str):
        return cell is None
    return not (cell[:1].isalnum() or visible(cell).strip())


def parse_text(cell: Cell) -> str | Fault | None:
    """Parse a text; a whole number of up to 15 digits stands for its digits."""
    if isinstance(cell, str):
        return visible(cell).strip() or None
    if isinstance(cell, Percent):
        return format_value(cell)
    if isinstance(cell, bool):
        return messages.NOT_TEXT(what="логическое значение")
    if isinstance(cell, int | float):
        return _digits(cell)
    if isinstance(cell, date):
        return messages.NOT_TEXT(what="дата")
    return messages.NOT_TEXT(what="время")


def parse_code(cell: Cell) -> str | Fault | None:
    """Parse a code, in one line; a number such as 3.1 stands for its digits."""
    if isinstance(cell, str):
        return squeeze(cell) or None
    if isinstance(cell, float) and not isinstance(cell, Percent) and not cell.is_integer():
        return f"{cell:.15g}" if abs(cell) < 1e6 else messages.NOT_TEXT(what="дробное число")
    return parse_text(cell)


def parse_digits(cell: Cell) -> str | Fault | None:
    """Parse a number that is a name (ИНН, БИК, an account), dropping inner spaces."""
    found = parse_text(cell)
    return "".join(found.split()) if isinstance(found, str) else found


def _digits(number: float) -> str | Fault:
    if number != number or not float(number).is_integer():
        return messages.NOT_TEXT(what="дробное число")
    if abs(number) >= 1e15:
        return messages.LONG_NUMBER()
    return str(int(number))


def parse_number(cell: Cell) -> Decimal | Fault | None:
    """Parse an exact number, whatever its unit; a float at 15 digits, as Excel shows it."""
    if type(cell) is float or type(cell) is int:
        if abs(cell) < 1e15:  # neither NaN nor infinity
            return Decimal(f"{cell:.15g}")
        return messages.OUT_OF_RANGE(bounds="число до 15 цифр")
    if isinstance(cell, Percent):
        return messages.PERCENT_CELL(shown=format_value(cell))
    if not isinstance(cell, str):
        return messages.NOT_A_NUMBER()
    typed = _UNITS.sub("", _DASHES.sub("-", squeeze(cell)))
    if not typed:
        return None if is_empty(cell) else messages.NOT_A_NUMBER()
    if _TWO_MEANINGS.fullmatch(typed):
        whole, part = re.split("[.,]", typed)
        return messages.AMBIGUOUS_NUMBER(first=f"{whole}{part}", second=f"{whole},{part}0")
    match = _NUMBER.fullmatch(typed)
    if match is None:
        return messages.NOT_A_NUMBER()
    whole = re.sub("[ .,]", "", match["whole"])
    if len(whole) > 15:
        return messages.OUT_OF_RANGE(bounds="число до 15 цифр")
    return Decimal(f"{match['sign']}{whole}.{match['part'] or 0}")


def decimal_parser(places: int) -> Parse:
    """Return a parser of numbers with at most so many digits after the point."""
    step = Decimal(1).scaleb(-places)

    def parse(cell: Cell) -> Decimal | Fault | None:
        if type(cell) is float and 1e-4 <= cell < 1e15:  # nearly every cell of such a column
            digits = f"{cell:.15g}"
            is_exact = len(digits.partition(".")[2]) <= places
            return Decimal(digits) if is_exact else messages.TOO_PRECISE(places=places)
        if _is_percent(cell):
            return messages.PERCENT_CELL(shown=cell)
        found = parse_number(cell)
        if isinstance(found, Decimal) and found != found.quantize(step):
            return messages.TOO_PRECISE(places=places)
        return found

    return parse


def percent_parser(places: int) -> Parse:
    """Make the parser of percents: 50 and a cell that shows `50%` are both 50."""
    parse_decimal = decimal_parser(places)

    def parse(cell: Cell) -> Any:
        if isinstance(cell, Percent):
            return parse_decimal(float(f"{cell * 100:.15g}"))
        if _is_money(cell):
            return messages.OTHER_UNIT(what="проценты")
        typed = _PERCENT.sub("", squeeze(cell)) if isinstance(cell, str) else cell
        return parse_decimal(typed)

    return parse


def _is_percent(cell: Cell) -> bool:
    return isinstance(cell, str) and _PERCENT.search(squeeze(cell)) is not None


def _is_money(cell: Cell) -> bool:
    return isinstance(cell, str) and _MONEY.search(squeeze(cell)) is not None


def parse_whole(cell: Cell) -> int | Fault | None:
    """Parse a whole number."""
    if type(cell) is float and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)  # nearly every cell of such a column
    if _is_percent(cell):
        return messages.PERCENT_CELL(shown=cell)
    if _is_money(cell):
        return messages.OTHER_UNIT(what="целое число")
    found = parse_number(cell)
    if not isinstance(found, Decimal):
        return found
    return int(found) if found == int(found) else messages.NOT_WHOLE()


def parse_date(cell: Cell) -> date | Fault | None:
    """Parse a date, as Excel keeps it or typed: `01.03.2026`, `1 марта 2026 г.`."""
    if type(cell) is date and FIRST_DAY <= cell <= LAST_DAY:
        return cell  # nearly every cell of such a column
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if is_empty(cell):
        return None
    if isinstance(cell, date):
        found: date | Fault = cell
    elif isinstance(cell, bool):
        return messages.NOT_A_DATE()
    elif isinstance(cell, int | float):
        if not SERIALS[0] <= cell < SERIALS[1]:
            return messages.NOT_A_DATE()
        found = EXCEL_EPOCH + datetime.timedelta(days=int(cell))
    elif isinstance(cell, str):
        found = _typed_day(squeeze(cell).casefold())
    else:
        return messages.NOT_A_DATE()
    if isinstance(found, date) and not FIRST_DAY <= found <= LAST_DAY:
        return messages.OUT_OF_RANGE(bounds="дату с 1900 по 2100 год")
    return found


def _typed_day(typed: str) -> date | Fault:
    if iso := _ISO.fullmatch(typed):
        return _calendar_day(*iso.groups())
    if (words := _IN_WORDS.fullmatch(typed)) and words[2] in MONTHS:
        return _calendar_day(words[3], MONTHS.index(words[2]) + 1, words[1])
    dotted = _DAY_FIRST.fullmatch(typed)
    if dotted is None:
        return messages.NOT_A_DATE()
    first, separator, second, year = dotted.groups()
    day, other = _calendar_day(year, second, first), _calendar_day(year, first, second)
    if separator != "." and day != other and isinstance(day, date) and isinstance(other, date):
        return messages.AMBIGUOUS_DATE(first=format_value(day), second=format_value(other))
    return day


def _calendar_day(year: str, month: str | int, day_of_month: str) -> date | Fault:
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        return messages.NOT_A_DATE()


def parse_yes_no(cell: Cell) -> bool | Fault | None:
    """Parse «да» or «нет», or Excel's own TRUE and FALSE."""
    if isinstance(cell, bool):
        return cell
    if is_empty(cell):
        return None
    answer = {"да": True, "нет": False}.get(normalize_name(cell)) if isinstance(cell, str) else None
    return messages.NOT_YES_NO() if answer is None else answer


@cache
def choice_parser(choices: tuple[str, ...], enum: Callable[[str], object]) -> Parse:
    """Return a parser of choices, whatever their case and spaces; `enum` makes the value."""
    known = {normalize_name(name): enum(name) for name in choices}

    def parse(cell: Cell) -> object:
        if is_empty(cell):
            return None
        typed = f"{cell:g}" if isinstance(cell, float) else str(cell)
        try:
            return known[normalize_name(typed)]
        except KeyError:
            return messages.NOT_A_CHOICE(choices=", ".join(choices))

    return parse


def format_value(cell: object) -> str:
    """Write a value as a person types it: 12 for 12.0, 01.03.2026 for a date."""
    match cell:
        case bool():
            return "да" if cell else "нет"
        case Percent():
            return f"{cell * 100:.15g}%".replace(".", ",")
        case float():
            return f"{cell:.15g}"
        case date():
            return f"{cell:%d.%m.%Y}"
        case _:
            return str(cell)


def escape_text(text: str) -> str:
    """Write a text as a workbook holds it: control characters and `_x0041_` escaped.

    ECMA-376, 22.4.2.4: `_xHHHH_` stands for a character that XML does not allow.
    """
    text = _ESCAPE_LIKE.sub("_x005F_", text)
    return _UNWRITABLE.sub(lambda sign: f"_x{ord(sign[0]):04X}_", text)[:32767]


def format_roubles(amount: Decimal) -> str:
    """Write money as a person reads it: `4 890,00`, its groups separated by NBSP."""
    return f"{amount:z,.2f}".replace(",", "\u00a0").replace(".", ",")


def group_digits(number: int) -> str:
    """Write a whole number as a person reads it: `12 500`, its groups separated by NBSP."""
    return f"{number:,}".replace(",", "\u00a0")


def format_decimal(value: Decimal) -> str:
    """Write a number as a person does, without zeros at its end: `9,8`."""
    return f"{value.normalize():f}".replace(".", ",")


def quote_names(names: Iterable[str]) -> str:
    """Join names for a hint: «а», «б»."""
    return ", ".join(f"«{name}»" for name in names)
