"""Decline people's names: find the surname, the given name, the patronymic and the gender."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cmtools.documents.declension.grammar import HYPHENS, LONGEST, Case, Gender, Inflection
from cmtools.documents.declension.morphology import PartOfSpeech, readings
from cmtools.documents.declension.word_forms import decline_word

_Build = tuple[PartOfSpeech, ...]

_BUILDS: dict[int, tuple[_Build, ...]] = {
    1: ((PartOfSpeech.SURNAME,),),
    2: (
        (PartOfSpeech.SURNAME, PartOfSpeech.GIVEN),
        (PartOfSpeech.GIVEN, PartOfSpeech.SURNAME),
        (PartOfSpeech.GIVEN, PartOfSpeech.PATRONYMIC),
    ),
    3: (
        (PartOfSpeech.SURNAME, PartOfSpeech.GIVEN, PartOfSpeech.PATRONYMIC),
        (PartOfSpeech.GIVEN, PartOfSpeech.PATRONYMIC, PartOfSpeech.SURNAME),
    ),
}
NBSP = "\u00a0"
_BOTH = (Gender.MASCULINE, Gender.FEMININE)

_WORD = re.compile(rf"[^\W\d_]+(?:[{HYPHENS}'’ʼ][^\W\d_]+)*")
_RUSSIAN = re.compile(rf"[{HYPHENS}А-Яа-яЁё'’ʼ]+")
_PATRONYMICS = {
    Gender.MASCULINE: re.compile(r".+ич", re.I),
    Gender.FEMININE: re.compile(r".+(?:[ое]в|ич)на", re.I),
}
_OFFSPRING = {  # after the father's name, which has no cases then: Гейдар Алирза оглы
    Gender.MASCULINE: re.compile(r"(.+-)?(?:оглы|оглу|улы|уулу)", re.I),
    Gender.FEMININE: re.compile(r"(.+-)?[кг]ызы", re.I),
}
_SURNAMES = {
    Gender.MASCULINE: re.compile(r".*[аеёиоуыэюя].*(?:[оеё]в|[иы]н|[сц]кий)", re.I),
    Gender.FEMININE: re.compile(r".*[аеёиоуыэюя].*(?:[оеё]ва|[иы]на|[сц]кая)", re.I),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Person:
    """The words of a name that change, the ways to read them, the gender if it is known."""

    words: tuple[re.Match[str], ...]
    builds: tuple[_Build, ...]
    gender: Gender | None
    clear: bool


def decline_name(case: Case, name: str) -> Inflection:
    """Put a person's name into a case: `Иванова Ивана Ивановича`; initials stay."""
    return _name_in(case, name) if len(name) <= LONGEST else Inflection(text=name, sure=False)


def gender_of(name: str) -> Gender | None:
    """Return the gender of a patronymic, else of a given name, else of a surname."""
    return _person(name).gender if len(name) <= LONGEST else None


def initials(name: str, nominative: str = "") -> str:
    """`С. Н. Орлов` for `Орлов Сергей Николаевич` and `Сергей Николаевич Орлов`.

    A name in a case is read by its nominative; a name of another build stays as it is.
    """
    words = name.split()
    if len(words) not in (2, 3) or not all(map(_is_full, words)):
        return name
    builds = _person(nominative or name).builds
    if builds and not any(PartOfSpeech.SURNAME in build for build in builds):
        return name
    is_last = builds and all(build[-1] is PartOfSpeech.SURNAME for build in builds)
    surname = words.pop(-1 if is_last else 0)
    return NBSP.join((*(f"{word[0]}." for word in words), surname))


def given_names(name: str) -> str:
    """`Мария Андреевна` for `Соколова Мария Андреевна`; empty where that is not clear."""
    return _words_of(name, PartOfSpeech.GIVEN, PartOfSpeech.PATRONYMIC)


def first_name(name: str) -> str:
    """`Дарья` for `Кузнецова Дарья` and for `Дарья`; empty where that is not clear."""
    alone = name.strip()
    if _RUSSIAN.fullmatch(alone) and _given_genders(alone):
        return alone
    return _words_of(name, PartOfSpeech.GIVEN)


def _words_of(name: str, *wanted: PartOfSpeech) -> str:
    """Return the words of a name that are all that is wanted; empty where that is not clear."""
    person = _person(name) if len(name) <= LONGEST else None
    if person is None or not person.clear:
        return ""
    found = {
        " ".join(w[0] for w, part in zip(person.words, build, strict=True) if part in wanted)
        for build in person.builds
        if {*wanted} <= {*build}
    }
    return found.pop() if len(found) == 1 else ""


def _is_full(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and word.replace("-", "").isalpha()


@lru_cache(maxsize=4096)
def _name_in(case: Case, name: str) -> Inflection:
    person = _person(name)
    if not person.builds:
        return Inflection(text=name, sure=not name.strip())
    genders = (person.gender,) if person.gender else _BOTH
    guesses = [
        _put(case, name, [*zip(person.words, build, strict=True)], gender)
        for build in person.builds
        for gender in genders
    ]
    sure = all(guess.sure for guess in guesses) and len({guess.text for guess in guesses}) == 1
    return Inflection(text=guesses[0].text, sure=sure and person.clear)


def _put(
    case: Case, name: str, words: Sequence[tuple[re.Match[str], PartOfSpeech]], gender: Gender
) -> Inflection:
    """Replace the words of a name by their forms; leave the rest as it was."""
    text, sure = name, True
    for word, kind in reversed(words):
        form = decline_word(case, word[0], kind, gender)
        text = f"{text[: word.start()]}{form.text}{text[word.end() :]}"
        sure = sure and form.sure
    return Inflection(text=text, sure=sure)


@lru_cache(maxsize=4096)
def _person(name: str) -> _Person:
    found = [word for word in _WORD.finditer(name) if not _is_initial(word)]
    words = [word for word in found if _RUSSIAN.fullmatch(word[0])]
    plain = len(words) == len(found) and not _WORD.sub("", name).replace(".", "").strip()
    dotted = any(name.startswith(".", word.end()) for word in words)
    stated = _drop_turkic_patronymic(words)
    texts = [word[0] for word in words]
    builds = _builds(texts)
    genders = {_gender(texts, build) for build in builds}
    return _Person(
        words=tuple(words),
        builds=builds,
        gender=stated or (genders.pop() if len(genders) == 1 else None),
        clear=plain and not dotted,
    )


def _is_initial(word: re.Match[str]) -> bool:
    """`И.`, `Дж.`, or a capital without a dot."""
    dotted = word.string.startswith(".", word.end())
    return (len(word[0]) <= 2 and dotted) or (len(word[0]) == 1 and word[0].isupper())


def _drop_turkic_patronymic(words: list[re.Match[str]]) -> Gender | None:
    """Remove a Turkic patronymic from the words; return its gender."""
    for index, word in enumerate(words):
        for gender, build in _OFFSPRING.items():
            if match := build.fullmatch(word[0]):
                del words[index if match[1] else max(index - 1, 0) : index + 1]
                return gender
    return None


def _builds(words: Sequence[str]) -> tuple[_Build, ...]:
    """Return the equally likely ways to read the words; none where all are guesses."""
    builds = [build for build in _BUILDS.get(len(words), ()) if _has_patronymic(words, build)]
    named = [build for build in builds if _has_given(words, build)]
    likely = [build for build in named if not _is_given_alone(words, build)]  # Ким Анна
    sound = [build for build in builds if len(words) != 2]
    return tuple(likely or named or sound)


def _has_patronymic(words: Sequence[str], build: _Build) -> bool:
    """Whether the patronymic is where the build has it, and no female one is elsewhere."""
    for word, kind in zip(words, build, strict=True):
        patronymic = _by_ending(_PATRONYMICS, word)
        if kind is PartOfSpeech.PATRONYMIC and patronymic is None:
            return False
        if kind is not PartOfSpeech.PATRONYMIC and patronymic is Gender.FEMININE:
            return False
    return True


def _has_given(words: Sequence[str], build: _Build) -> bool:
    """Whether the dictionary has the given name, in the gender of the patronymic."""
    by_kind = dict(zip(build, words, strict=True))
    known = _given_genders(by_kind.get(PartOfSpeech.GIVEN, ""))
    gender = _by_ending(_PATRONYMICS, by_kind.get(PartOfSpeech.PATRONYMIC, ""))
    return bool(known) and (gender is None or bool(known & {gender, None}))


def _is_given_alone(words: Sequence[str], build: _Build) -> bool:
    """Whether the dictionary has the surname of a build only as a given name."""
    surname = dict(zip(build, words, strict=True)).get(PartOfSpeech.SURNAME, "")
    kinds = {reading.kind for reading in readings(surname)} if surname else set()
    return bool(_given_genders(surname)) and PartOfSpeech.SURNAME not in kinds


def _gender(words: Sequence[str], build: _Build) -> Gender | None:
    by_kind = dict(zip(build, words, strict=True))
    if gender := _by_ending(_PATRONYMICS, by_kind.get(PartOfSpeech.PATRONYMIC, "")):
        return gender
    known = _given_genders(by_kind.get(PartOfSpeech.GIVEN, ""))
    if len(known) == 1 and None not in known:
        return known.pop()
    return _of_surname(by_kind.get(PartOfSpeech.SURNAME, ""))


def _given_genders(word: str) -> set[Gender | None]:
    """Return the genders of a given name by the dictionary; None is for either."""
    last = re.split(f"[{HYPHENS}]", word)[-1].lower()
    if last == "софия":  # a city alone, if one believes the dictionary
        return {Gender.FEMININE}
    found = readings(last) if last else ()
    return {
        reading.gender for reading in found if reading.kind is PartOfSpeech.GIVEN and reading.known
    }


def _of_surname(word: str) -> Gender | None:
    """Return the gender of an adjective-like surname; `Дарвин` and `Калина` may be of either."""
    last = re.split(f"[{HYPHENS}]", word)[-1]
    gender = _by_ending(_SURNAMES, last)
    if gender is None:
        return None
    others = [
        reading
        for reading in readings(last)
        if reading.known
        and (
            reading.fixed
            or (gender is Gender.FEMININE and reading.kind is not PartOfSpeech.SURNAME)
        )
    ]
    return None if others else gender


def _by_ending(endings: dict[Gender, re.Pattern[str]], word: str) -> Gender | None:
    return next((gender for gender, end in endings.items() if end.fullmatch(word)), None)
