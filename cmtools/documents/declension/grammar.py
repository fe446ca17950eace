"""Cases, genders and the result of a declension; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

LONGEST = 300  # characters; longer texts are no name and no post, and are left as they are
HYPHENS = "-\u2010\u2011"


class Case(StrEnum):
    """A case that documents use."""

    GENITIVE = "genitive"
    DATIVE = "dative"
    INSTRUMENTAL = "instrumental"


class Gender(StrEnum):
    """A grammatical gender."""

    MASCULINE = "masculine"
    FEMININE = "feminine"
    NEUTER = "neuter"


@dataclass(frozen=True, kw_only=True, slots=True)
class Inflection:
    """A text in a case; where `sure` is false it is a guess that a person should check."""

    text: str
    sure: bool


def plural_form(number: int, one: str, few: str, many: str) -> str:
    """Choose the form of a noun after a number: `штука` for 1, `штуки` for 2, `штук` for 5."""
    tens, ones = divmod(abs(number) % 100, 10)
    if tens == 1 or ones == 0 or ones > 4:
        return many
    return one if ones == 1 else few


def match_letters(form: str, original: str) -> str:
    """Write a form in small letters as the original is written: its capitals, its е for ё."""
    pairs = zip(original, original.lower(), form, strict=False)
    kept = sum(1 for _ in takewhile(lambda pair: _same(pair[1], pair[2]), pairs))
    tail = form[kept:]
    if len(original) > 1 and original.isupper():
        tail = tail.upper()
    elif not kept and original[:1].isupper():  # Ёж, Ежа
        tail = tail.capitalize()
    return original[:kept] + tail


def _same(original: str, letter: str) -> bool:
    return original == letter or (original, letter) == ("е", "ё")
