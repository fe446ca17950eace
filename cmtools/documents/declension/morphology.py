"""Readings of a word in the nominative by the dictionary of pymorphy3 (OpenCorpora)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from cmtools.documents.declension.grammar import Case, Gender

if TYPE_CHECKING:
    from pymorphy3.analyzer import MorphAnalyzer, Parse

_CASES = {Case.GENITIVE: "gent", Case.DATIVE: "datv", Case.INSTRUMENTAL: "ablt"}
_GENDERS = {"masc": Gender.MASCULINE, "femn": Gender.FEMININE, "neut": Gender.NEUTER}
_NEVER = ("Abbr", "Geox", "Init", "Orgn", "Poss", "Trad")


class PartOfSpeech(Enum):
    """What a word may be in a name or in a post."""

    SURNAME = auto()
    GIVEN = auto()
    PATRONYMIC = auto()
    NOUN = auto()
    ADJECTIVE = auto()
    ACTIVE = auto()  # a participle that may govern the accusative: исполняющий
    PASSIVE = auto()


ADJECTIVES = (PartOfSpeech.ADJECTIVE, PartOfSpeech.ACTIVE, PartOfSpeech.PASSIVE)
_NAMES = {"Surn": PartOfSpeech.SURNAME, "Name": PartOfSpeech.GIVEN, "Patr": PartOfSpeech.PATRONYMIC}


@dataclass(frozen=True, kw_only=True, slots=True)
class WordReading:
    """A reading of a word as a nominative singular; without a gender it may be either."""

    kind: PartOfSpeech
    gender: Gender | None
    animate: bool
    fixed: bool
    known: bool
    parse: Parse

    def form(self, case: Case) -> str:
        """Return the word in a case, in small letters."""
        found = self.parse.inflect({_CASES[case], "sing"})
        return str((found or self.parse).word)


@lru_cache(maxsize=4096)
def readings(word: str) -> tuple[WordReading, ...]:
    """Return the readings of a word of Russian letters as a nominative singular."""
    parses = _analyzer().parse(word.lower())
    return tuple(_reading(parse) for parse in parses if _is_nominative(parse))


@lru_cache(maxsize=4096)
def is_adverb(word: str) -> bool:
    """Whether a word of Russian letters may be an adverb: `временно`."""
    return any(parse.tag.POS == "ADVB" for parse in _analyzer().parse(word.lower()))


@lru_cache(maxsize=4096)
def is_genitive(word: str) -> bool:
    """Whether a word of Russian letters may be a genitive."""
    tags = [parse.tag for parse in _analyzer().parse(word.lower())]
    return any(tag.case == "gent" and not any(mark in tag for mark in _NEVER) for tag in tags)


@cache
def _analyzer() -> MorphAnalyzer:
    from pymorphy3.analyzer import MorphAnalyzer

    return MorphAnalyzer(lang="ru")  # type: ignore[no-untyped-call]


def _is_nominative(parse: Parse) -> bool:
    tag = parse.tag
    if tag.POS not in ("NOUN", "ADJF", "PRTF") or any(mark in tag for mark in _NEVER):
        return False
    return (tag.case, tag.number) == ("nomn", "sing")


def _reading(parse: Parse) -> WordReading:
    tag = parse.tag
    return WordReading(
        kind=_kind(parse),
        gender=None if "ms-f" in tag else _GENDERS.get(str(tag.gender)),
        animate=tag.animacy == "anim",
        fixed="Fixd" in tag,
        known=parse.is_known,
        parse=parse,
    )


def _kind(parse: Parse) -> PartOfSpeech:
    tag = parse.tag
    if tag.POS == "NOUN":
        return next((kind for mark, kind in _NAMES.items() if mark in tag), PartOfSpeech.NOUN)
    if tag.POS == "PRTF":
        return PartOfSpeech.ACTIVE if "actv" in tag else PartOfSpeech.PASSIVE
    return PartOfSpeech.ADJECTIVE
