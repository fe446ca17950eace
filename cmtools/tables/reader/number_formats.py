"""Tell dates, durations and percents from numbers: in Excel all are numbers with a format.

ECMA-376, part 1, 18.8.30 (numFmt: the built-in formats), 18.8.31 (its codes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from xml.etree.ElementTree import Element, fromstring

from cmtools.tables.parsers import EXCEL_EPOCH
from cmtools.tables.reader.xml_text import local_name

_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
_BUILT_IN_DURATION = 46
_BUILT_IN_PERCENTS = (9, 10)
_LITERALS = re.compile(r'"[^"]*"?|\\.|[_*].')
_DURATION_CODE = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_DATE_CODE = re.compile(r"[dmyhs]", re.IGNORECASE)

_EPOCH_1904 = date(1904, 1, 1)
_FALSE_LEAP_DAY = 60  # Excel has a 29 February 1900: the days before it count from a day later
_LAST_SERIAL = 2_958_466  # the first of the year 10000


class ShownAs(IntEnum):
    """What a number with a format is shown as."""

    NUMBER = 0
    DATE = 1
    DURATION = 2
    PERCENT = 3


def parse_styles(xml: bytes) -> Sequence[ShownAs]:
    """Parse the part of styles, without prefixes: what the numbers of each style are shown as.

    Raises:
        ValueError: it is not what this part may hold.
    """
    codes: dict[int, str] = {}
    formats: list[int] = []
    for part in fromstring(xml):
        if local_name(part) == "numFmts":
            codes |= {_format_number(f, -1): f.get("formatCode", "") for f in part}
        elif local_name(part) == "cellXfs":
            formats = [_format_number(style, 0) for style in part]
    return [_classify_number_format(number, codes) for number in formats]


def _format_number(element: Element, absent: int) -> int:
    number = element.get("numFmtId", "")
    return int(number) if number.isdecimal() else absent


def _classify_number_format(number: int, codes: Mapping[int, str]) -> ShownAs:
    if number in codes:
        return classify_format(codes[number])
    if number == _BUILT_IN_DURATION:
        return ShownAs.DURATION
    if number in _BUILT_IN_PERCENTS:
        return ShownAs.PERCENT
    return ShownAs.DATE if number in _BUILT_IN_DATES else ShownAs.NUMBER


def classify_format(code: str) -> ShownAs:
    """Return what a format code shows positive numbers as: `dd.mm.yyyy`, `[h]:mm`, `0 "дней"`."""
    letters = _LITERALS.sub("", code).partition(";")[0]
    if _DURATION_CODE.search(letters):
        return ShownAs.DURATION
    if "%" in letters:
        return ShownAs.PERCENT
    return ShownAs.DATE if _DATE_CODE.search(_BRACKETS.sub("", letters)) else ShownAs.NUMBER


@lru_cache(maxsize=1 << 14)  # the days of a few years are those of all books
def to_date(serial: float, *, is_1904: bool) -> date | time | float:
    """Return the date, moment or time of a number, to the millisecond; else the number."""
    if not 0 <= serial < _LAST_SERIAL - (_EPOCH_1904 - EXCEL_EPOCH).days * is_1904:
        return serial
    days, part = divmod(serial, 1)
    first = (_EPOCH_1904 if is_1904 else EXCEL_EPOCH).toordinal()
    if not is_1904 and 1 <= serial < _FALSE_LEAP_DAY:
        first += 1
    if serial >= 1 and part == 0:  # nearly every one
        return date.fromordinal(first + int(days))
    midnight = datetime.combine(date.fromordinal(first + int(days)), time())
    moment = midnight + timedelta(milliseconds=round(part * 86_400_000))
    if serial < 1:
        return moment.time()
    return moment if moment.time() != time() else moment.date()


def to_duration(serial: float) -> timedelta | float:
    """Return the duration of a number, to the millisecond; else the number."""
    days, part = divmod(serial, 1)
    try:
        return timedelta(days=days, milliseconds=round(part * 86_400_000))
    except (OverflowError, ValueError):
        return serial
