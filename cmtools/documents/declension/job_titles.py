"""Decline posts: the head noun and the words that agree with it change, the rest stays."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cmtools.documents.declension.grammar import (
    HYPHENS,
    LONGEST,
    Case,
    Gender,
    Inflection,
    match_letters,
)
from cmtools.documents.declension.morphology import (
    ADJECTIVES,
    PartOfSpeech,
    WordReading,
    is_adverb,
    is_genitive,
    readings,
)

_TOKEN = re.compile(
    r"«[^»]*»|\"[^\"]*\"|[“„][^“”]*[“”]"  # what is in quotes has a grammar of its own
    rf"|(?P<word>[^\W\d_]+(?:[{HYPHENS}][^\W\d_]+)*)"
)
_PIECE = re.compile(rf"[^{HYPHENS}]+")
_RUSSIAN = re.compile(rf"[{HYPHENS}А-Яа-яЁё]+")
_JOINT = re.compile(rf"[{HYPHENS}–—,;/(]")
_BRACKETS = re.compile(r"\([^)]*\)")
_DEPUTIES = "врид врио вр ио и о зав зам нач пом пред рук".split()  # no case: и. о. директора
_FIXED = ("шеф",)  # before a hyphen: шеф-инженера
_COMPANIES = "ао гуп зао муп нао оао ооо пао фгуп".split()  # an общество or a предприятие
_ASSOCIATIONS = "ано нко".split()  # an организация


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """A word outside of quotes, and how it is joined to the words beside it."""

    text: str
    start: int
    readings: tuple[WordReading, ...]
    joined: bool  # to what is before it, by a dash, a comma, a bracket or «и»
    hyphened: bool  # to what is after it
    dotted: bool

    @property
    def small(self) -> str:
        return self.text.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrase:
    """A noun with its adjectives in the nominative, or a participle used as a noun."""

    words: tuple[_Word, ...]
    noun: bool  # whether the last word is one
    gender: Gender
    person: bool
    clear: bool


def decline_post(case: Case, post: str) -> Inflection:
    """Put a post into a case: `Генерального директора`, `Исполняющего обязанности директора`.

    Only the head changes, with what agrees with it and what a dash, a comma or «и» adds to it.
    """
    if len(post) > LONGEST or not unicodedata.is_normalized("NFC", post):
        return Inflection(text=post, sure=False)
    return _post_in(case, post)


def decline_ground(ground: str) -> Inflection:
    """Put what a person acts on into the genitive, unless it is: `Устава`, `доверенности № 5`."""
    found = decline_post(Case.GENITIVE, ground)
    words = _words(ground[:LONGEST])
    if found.sure or not words or not is_genitive(words[0].text):
        return found
    return Inflection(text=ground, sure=True)


@lru_cache(maxsize=4096)
def organisation_gender(full_name: str) -> Gender | None:
    """Return the gender of an organisation's head noun; for people see `gender_of`."""
    words = _words(_BRACKETS.sub("", full_name[:LONGEST]))
    if words and words[0].small in _COMPANIES:
        return Gender.NEUTER
    if words and words[0].small in _ASSOCIATIONS:
        return Gender.FEMININE
    phrase = _phrase(words, _leading(words, 0))
    return phrase.gender if phrase and phrase.noun and phrase.clear else None


@lru_cache(maxsize=4096)
def _post_in(case: Case, post: str) -> Inflection:
    words = _words(post)
    phrases, sure = _heads(words)
    text = post
    for phrase in reversed(phrases):
        for word in reversed(phrase.words):
            form = _form(case, word, phrase)
            text = f"{text[: word.start]}{form.text}{text[word.start + len(word.text) :]}"
            sure = sure and form.sure
    return Inflection(text=text, sure=sure if words else not post.strip())


def _heads(words: Sequence[_Word]) -> tuple[list[_Phrase], bool]:
    """Find the phrases of a post that have cases; say whether all the rest depends on them."""
    phrases: list[_Phrase] = []
    at = _after_deputies(words)
    deputy, clear = at > 0, True
    while at < len(words):
        free = words[at].joined or not (phrases or deputy)
        start = _leading(words, at) if free else at
        phrase = _phrase(words, start) if free else None
        if phrase and (phrase.person or not phrases):
            phrases.append(phrase)
            at = start + len(phrase.words)
        elif not phrases and not deputy:
            return [], False
        else:  # a thing that is joined may be the head's equal or depend on it
            clear = clear and not phrase and not _is_person(words[at])
            at += 1
    return phrases, clear and all(phrase.clear for phrase in phrases)


def _after_deputies(words: Sequence[_Word]) -> int:
    """How many words at the beginning are `и. о.`, `ВРИО`, `зам.`: what they rule has its case."""
    return next((at for at, word in enumerate(words) if word.small not in _DEPUTIES), len(words))


def _leading(words: Sequence[_Word], start: int) -> int:
    """Where a phrase may begin, past adverbs, abbreviations and first parts of compounds."""
    at = start
    while at < len(words) and _only_leads(words[at]):
        at += 1
    return at


def _only_leads(word: _Word) -> bool:
    """`временно`, `ген.`, `IT`, and the first parts of бизнес-аналитик, финансово-правовой."""
    if word.hyphened:
        heads = (
            reading.animate or reading.kind in ADJECTIVES or reading.gender is Gender.FEMININE
            for reading in word.readings
        )
        return word.small in _FIXED or not any(heads)
    return word.dotted or not _RUSSIAN.fullmatch(word.text) or is_adverb(word.small)


def _phrase(words: Sequence[_Word], start: int) -> _Phrase | None:
    """Read the phrase that begins with a word: adjectives that agree, and their noun if any."""
    end, genders = start, set[Gender | None](Gender)
    while end < len(words) and (end == start or not words[end].joined):
        agreeing = {it.gender for it in words[end].readings if it.kind in ADJECTIVES} & genders
        if not agreeing:
            break
        genders, end = agreeing, end + 1
    if end < len(words) and (end == start or not words[end].joined):
        governing = end > start and _is_active(words[end - 1])
        nouns = [
            reading
            for reading in words[end].readings
            if reading.kind is PartOfSpeech.NOUN
            and reading.gender in (*genders, None)
            and not (governing and _is_accusative(reading, words[end]))
        ]
        if nouns:
            return _noun_phrase(words[start : end + 1], nouns, genders)
    return _participle(words[start:end], genders) if end > start else None


def _noun_phrase(
    words: Sequence[_Word], nouns: Sequence[WordReading], genders: set[Gender | None]
) -> _Phrase:
    persons = [noun for noun in nouns if noun.animate]
    either = Gender.FEMININE if genders == {Gender.FEMININE} else Gender.MASCULINE
    found = {noun.gender or either for noun in persons or nouns}
    return _Phrase(
        words=tuple(words),
        noun=True,
        gender=min(found),
        person=bool(persons),
        clear=len(found) == 1,
    )


def _participle(words: Sequence[_Word], genders: set[Gender | None]) -> _Phrase:
    kinds = {reading.kind for reading in words[-1].readings}
    person = bool(kinds & {PartOfSpeech.ACTIVE, PartOfSpeech.PASSIVE, PartOfSpeech.NOUN})
    gender = next(gender for gender in genders if gender)
    return _Phrase(words=tuple(words), noun=False, gender=gender, person=person, clear=person)


def _is_active(word: _Word) -> bool:
    return any(reading.kind is PartOfSpeech.ACTIVE for reading in word.readings)


def _is_accusative(noun: WordReading, word: _Word) -> bool:
    """Whether the noun may be what a participle governs: `Исполняющий обязанность`."""
    return not noun.animate and (noun.gender is not Gender.FEMININE or word.small.endswith("ь"))


def _is_person(word: _Word) -> bool:
    """Whether a word can only be a person in the nominative, who has no place among dependents."""
    persons = [reading for reading in word.readings if reading.kind not in ADJECTIVES]
    return any(reading.known and reading.animate and not reading.fixed for reading in persons)


def _form(case: Case, word: _Word, phrase: _Phrase) -> Inflection:
    noun = phrase.noun and word is phrase.words[-1]
    fitting = [
        reading
        for reading in word.readings
        if (reading.kind is PartOfSpeech.NOUN if noun else reading.kind in ADJECTIVES)
        and reading.gender in (phrase.gender, None)
    ]
    forms = {reading.form(case) for reading in fitting}
    sure = len(forms) == 1 and any(reading.known for reading in fitting)
    return Inflection(text=match_letters(fitting[0].form(case), word.text), sure=sure)


def _words(post: str) -> tuple[_Word, ...]:
    found: list[_Word] = []
    gap = 0
    for token in _TOKEN.finditer(post):
        for start, end in _pieces(token):
            joined = _JOINT.search(post, gap, start) or (found and found[-1].small == "и")
            found.append(_word(post, start, end, joined=bool(joined)))
            gap = end
        gap = token.end()
    return tuple(found)


def _pieces(token: re.Match[str]) -> list[tuple[int, int]]:
    """Return the spans of the words of a token; a compound of the dictionary is one word."""
    word = token["word"]
    if word is None:
        return []
    if _RUSSIAN.fullmatch(word) and any(reading.known for reading in readings(word)):
        return [token.span()]
    start = token.start()
    return [(start + piece.start(), start + piece.end()) for piece in _PIECE.finditer(word)]


def _word(post: str, start: int, end: int, *, joined: bool) -> _Word:
    text, dotted = post[start:end], post.startswith(".", end)
    russian = not dotted and _RUSSIAN.fullmatch(text)
    return _Word(
        text=text,
        start=start,
        readings=readings(text) if russian else (),
        joined=joined,
        hyphened=post[end : end + 1] in HYPHENS and end < len(post),
        dotted=dotted,
    )
