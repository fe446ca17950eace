"""Names of holidays in the case that follows «поздравляем»: `с Днём Победы`."""

from __future__ import annotations

import re

from cmtools.documents.declension.grammar import Case, match_letters
from cmtools.documents.declension.morphology import ADJECTIVES, PartOfSpeech, readings

_SAID = re.compile(r"\bпоздрав\w+\s.*?\b(со?\s.+)", re.IGNORECASE)
_RUSSIAN = re.compile(r"[А-Яа-яЁё-]+")
_POSSESSIVE = re.compile(r"[А-Яа-яЁё]+(?:[ое]в|ин)о")  # Рождество Христово
_HARD_START = re.compile(r"[взжсш][бвгджзклмнпрстфхцчшщ]", re.IGNORECASE)


def with_holiday(name: str) -> str:
    """Put the name of a holiday after «с»; empty where its case is not clear.

    `с Международным женским днём`, `со Всемирным днём качества`, `с 8 Марта`; what a name says
    itself is kept: «Поздравление с наступающим Новым годом».
    """
    said = _SAID.search(name)
    if said is not None:
        return said[1].strip()
    words = name.split()
    if not words:
        return ""
    if not words[0][0].isdigit():
        head = next((i for i, word in enumerate(words) if not _is_adjective(word)), len(words))
        kinds = (*[ADJECTIVES] * head, (PartOfSpeech.NOUN,))
        forms = [_instrumental(*pair) for pair in zip(words, kinds, strict=False)]
        if head == len(words) or not all(forms):
            return ""
        words[: head + 1] = forms
        if len(words) > head + 1 and _POSSESSIVE.fullmatch(words[head + 1]):
            words[head + 1] = f"{words[head + 1][:-1]}ым"
    phrase = " ".join(words)
    return f"{'со' if _HARD_START.match(phrase) else 'с'} {phrase}"


def _is_adjective(word: str) -> bool:
    kinds = {reading.kind for reading in readings(word)} if _RUSSIAN.fullmatch(word) else set()
    return bool(kinds) and kinds <= {*ADJECTIVES}


def _instrumental(word: str, kinds: tuple[PartOfSpeech, ...]) -> str:
    """Put a word into the instrumental; empty where the dictionary has no or several forms."""
    found = readings(word) if _RUSSIAN.fullmatch(word) else ()
    forms = {r.form(Case.INSTRUMENTAL) for r in found if r.known and r.kind in kinds}
    return match_letters(forms.pop(), word) if len(forms) == 1 else ""
