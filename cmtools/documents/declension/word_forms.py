"""Decline one word of a name; the form is sure where petrovich and the dictionary agree.

Petrovich has rules for the endings of names, the dictionary has words; they are rarely wrong on the
same name. Where the dictionary lacks it, or both are known to be wrong, rules of grammar decide, as
in the chapters on surnames and given names of Д. Э. Розенталь, «Справочник по правописанию и
литературной правке».
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from cmtools.documents.declension.grammar import HYPHENS, Case, Gender, Inflection, match_letters
from cmtools.documents.declension.morphology import ADJECTIVES, PartOfSpeech, WordReading, readings

if TYPE_CHECKING:
    from pytrovich.maker import PetrovichDeclinationMaker

_VOWEL = "[аеёиоуыэюя]"
_OPEN = re.compile(rf".*(?:[еёиоуыэю]|{_VOWEL}а)")  # Гёте, Гарибальди, Шевченко, Гулиа
_FAMILY = re.compile(rf".*{_VOWEL}.*(?:ых|[гкхжчшщ]их)")  # Черных, Долгих
_CLOSED = re.compile(r".*[бвгджзйклмнпрстфхцчшщь]")
_HARD = re.compile(r".*[бвгдзклмнпрстфх](?<![иы]х)(?<![оеё]к)(?<![её]л)")
_MANS = re.compile(rf".*{_VOWEL}.*(?:[оеё]в|[иы]н|[иыо]й)")  # a woman's one is another
_WOMANS = re.compile(rf".*{_VOWEL}.*(?:[оеё]ва|[иы]на|[сц]кая)")
_ENDINGS = {Case.GENITIVE: "а", Case.DATIVE: "у", Case.INSTRUMENTAL: "ом"}
_HER_ENDINGS = (
    (re.compile(r".*ия"), {Case.GENITIVE: "и", Case.DATIVE: "и", Case.INSTRUMENTAL: "ей"}),
    (
        re.compile(r".*[бвдзлмнпрстф]а"),
        {Case.GENITIVE: "ы", Case.DATIVE: "е", Case.INSTRUMENTAL: "ой"},
    ),
)
_HISSED = re.compile(r"(?<=[жшчщц])(?<!ич)[её](?=[мй]$)")  # the ending is о under stress: Ткачом
_SHORT = re.compile(r"[^аеёиоуыэюя]*ия")  # Ие, not Ии

_ALSO_FOREIGN = {
    "бюлов",
    "вирхов",
    "кронин",
    "остин",
    "чаплин",
}  # Чарльзом Чаплином, but Всеволодом Чаплиным
_NEVER_NOUNS = {"королева"}  # from Королёв


def decline_word(case: Case, word: str, kind: PartOfSpeech, gender: Gender) -> Inflection:
    """Put a surname, given name or patronymic into a case, each part of a double one by itself."""
    pieces = re.split(f"([{HYPHENS}])", word)
    parts = pieces[::2]
    guesses = _petrovich(case, "-".join(parts).lower(), kind, gender).split("-")
    forms = [
        _part(case, part, guess, kind, gender) for part, guess in zip(parts, guesses, strict=True)
    ]
    pieces[::2] = [form.text for form in forms]
    sure = all(form.sure for form in forms)
    return Inflection(
        text="".join(pieces),
        sure=sure and all(_stands_alone(part, kind, gender) for part in parts[:-1]),
    )


def _stands_alone(part: str, kind: PartOfSpeech, gender: Gender) -> bool:
    """Whether the first part of a double name changes: only one that is a name by itself does.

    Римского-Корсакова and Анны-Марии, but Бонч-Бруевича, Рашид-заде and Жан-Жака.
    """
    if kind is not PartOfSpeech.SURNAME:
        return gender is Gender.FEMININE
    known = any(reading.kind is kind and reading.known for reading in readings(part))
    return known or any(build.fullmatch(part.lower()) for build in (_MANS, _WOMANS, _OPEN))


def _part(case: Case, word: str, guess: str, kind: PartOfSpeech, gender: Gender) -> Inflection:
    small = word.lower()
    if kind is PartOfSpeech.SURNAME and _stays(small, gender):
        return Inflection(text=word, sure=True)
    fitting = _fitting(small, kind, gender)
    disputed = _is_disputed(case, small, guess, kind)
    if not fitting:
        plain = _plain(case, small, kind, gender)
        return Inflection(text=match_letters(guess, word), sure=guess == plain and not disputed)
    forms = [reading.form(case) for reading in fitting]
    alike = len({_without_yo(form) for form in forms}) == 1
    agreed = alike and all(_agree(guess, reading, case) for reading in fitting)
    hers = gender is Gender.FEMININE and _WOMANS.fullmatch(small)  # Кузиной is likelier than Кузины
    best = guess if hers and not agreed else forms[0]
    return Inflection(text=match_letters(best, word), sure=agreed and not disputed)


def _stays(surname: str, gender: Gender) -> bool:
    """Whether a surname has no cases: by its ending, or as a woman's that is not an adjective."""
    if _OPEN.fullmatch(surname) or _FAMILY.fullmatch(surname):
        return True
    hers = gender is Gender.FEMININE and not _MANS.fullmatch(surname)
    return hers and _CLOSED.fullmatch(surname) is not None


def _fitting(word: str, kind: PartOfSpeech, gender: Gender) -> list[WordReading]:
    """Return the dictionary's readings that fit, those of the kind itself first."""
    fitting = [reading for reading in readings(word) if _fits(reading, word, kind, gender)]
    fitting.sort(key=lambda reading: reading.kind is not kind)
    if fitting and fitting[0].kind is kind:
        return [
            reading for reading in fitting if reading.kind in (kind, PartOfSpeech.NOUN, *ADJECTIVES)
        ]
    return fitting


def _fits(reading: WordReading, word: str, kind: PartOfSpeech, gender: Gender) -> bool:
    """Whether a word of this gender may be declined so; surnames are also nouns and adjectives."""
    ends_in_a = word[-1] in "ая"
    if reading.kind is kind:
        hers = (
            kind is PartOfSpeech.SURNAME and gender is Gender.FEMININE
        )  # the dictionary has his alone
        return reading.gender in (gender, None) or (hers and ends_in_a and not reading.fixed)
    if kind is not PartOfSpeech.SURNAME or not reading.known or word in _NEVER_NOUNS:
        return False
    if reading.kind in ADJECTIVES:
        return reading.gender is gender
    return ends_in_a or reading.gender is gender is Gender.MASCULINE


def _plain(case: Case, word: str, kind: PartOfSpeech, gender: Gender) -> str | None:
    """Decline a name that the dictionary does not know, where grammar leaves no choice.

    A man's: -ым after -ов, -ем after -ович, else -ом after a hard consonant (after -ин either).
    A woman's: given names in -а and -ия as all such nouns; surnames in -ова, while one in -ина
    may be Шубина, Шубиной as well as Калина, Калины.
    """
    if gender is Gender.FEMININE and kind is PartOfSpeech.GIVEN:
        endings = next((them for build, them in _HER_ENDINGS if build.fullmatch(word)), None)
        return word[:-1] + endings[case] if endings else None
    if gender is Gender.FEMININE:
        return f"{word[:-1]}ой" if word.endswith(("ова", "ева", "ёва")) else None
    if word.endswith(("ович", "евич")):
        return word + ("ем" if case is Case.INSTRUMENTAL else _ENDINGS[case])
    if not _HARD.fullmatch(word):
        return None
    if kind is PartOfSpeech.SURNAME and case is Case.INSTRUMENTAL and _MANS.fullmatch(word):
        return f"{word}ым" if word.endswith("в") else None
    return word + _ENDINGS[case]


def _agree(guess: str, reading: WordReading, case: Case) -> bool:
    """Whether petrovich agrees with the dictionary, apart from endings that depend on the stress.

    The dictionary's own surnames were made by rule, without regard to stress.
    """
    form = reading.form(case)
    if reading.kind is not PartOfSpeech.SURNAME:
        guess, form = _HISSED.sub("о", guess), _HISSED.sub("о", form)
    return _without_yo(guess) == _without_yo(form)


def _without_yo(form: str) -> str:
    return form.replace("ё", "е")


def _is_disputed(case: Case, word: str, guess: str, kind: PartOfSpeech) -> bool:
    """Whether the two may be wrong together: usage differs, or neither has the rule."""
    if kind is PartOfSpeech.SURNAME:
        foreign = case is Case.INSTRUMENTAL and word in _ALSO_FOREIGN
        return foreign or (word.endswith("ец") and "ец" in guess)  # Кобеца or Кобца
    if kind is PartOfSpeech.GIVEN and case is Case.DATIVE and _SHORT.fullmatch(word):
        return True
    return kind is PartOfSpeech.GIVEN and guess == word and word.endswith(("ь", "ло", "ро"))


def _petrovich(case: Case, word: str, kind: PartOfSpeech, gender: Gender) -> str:
    from pytrovich import enums

    parts = {
        PartOfSpeech.SURNAME: enums.NamePart.LASTNAME,
        PartOfSpeech.GIVEN: enums.NamePart.FIRSTNAME,
        PartOfSpeech.PATRONYMIC: enums.NamePart.MIDDLENAME,
    }
    theirs = enums.Gender.FEMALE if gender is Gender.FEMININE else enums.Gender.MALE
    return _maker().make(parts[kind], theirs, enums.Case[case.name], word)


@cache
def _maker() -> PetrovichDeclinationMaker:
    from pytrovich.maker import PetrovichDeclinationMaker

    return PetrovichDeclinationMaker()
