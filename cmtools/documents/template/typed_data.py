"""Find data typed into a template: it is a finished paper, saved in the place of the template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cmtools.documents.template.messages import TEMPLATE_NAMES, TEMPLATE_SUMS
from cmtools.problems import Fault
from cmtools.tables.parsers import normalize_name

_GROUPS = r"(?<![\w.,])(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4}|\d+)"
_SUM = re.compile(
    rf"{_GROUPS},\d\d(?![\d,.]|\s?(?:%|[мск]?м\b|к?г\b|м?л\b|т\b))"  # 4 890,00, but 21,05 см
    rf"|{_GROUPS}(?:,\d+)?\s?(?:(?:тыс\.?|млн)\s)?(?:руб|₽)"
)
_WORD = re.compile(r"\w+")
_STEM = 3  # letters of a name that no case changes
_SHOWN = 3


def find_typed_data(texts: Sequence[str], names: Iterable[str]) -> Iterator[Fault]:
    """Yield faults of sums, and of names of clients, in the texts outside of fields."""
    sums = [found[0].strip() for text in texts for found in _SUM.finditer(text)]
    if sums:
        yield TEMPLATE_SUMS(values=_list_names(sums))
    if found := _names_in(texts, names):
        yield TEMPLATE_NAMES(values=_list_names(found))


def _names_in(texts: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the names whose words, in any case, follow one another in a text.

    A single word may be one of the language; a number of ten digits is none.
    """
    index: dict[str, list[tuple[list[str], str]]] = {}
    for name in names:
        words = _words(name)
        if len(words) > 1 or (name.isdigit() and len(name) >= 10):
            index.setdefault(words[0][:_STEM], []).append((words, name))
    return [
        name
        for text in texts
        for words in [_words(text)]
        for at, word in enumerate(words)
        for wanted, name in index.get(word[:_STEM], ())
        if len(words) >= at + len(wanted) and all(map(_is_form, words[at:], wanted))
    ]


def _is_form(word: str, name: str) -> bool:
    """Whether a word may be a case of a name: `лебедевой` is one of `лебедева`."""
    if word == name or len(name) <= _STEM or name.isdigit():
        return word == name
    return word.startswith(name[:-1]) and len(word) <= len(name) + 2


def _words(text: str) -> list[str]:
    return _WORD.findall(normalize_name(text))


def _list_names(values: Sequence[str]) -> str:
    """List the first values, and say how many more there are."""
    found = list(dict.fromkeys(values))
    more = len(found) - _SHOWN
    return "; ".join(found[:_SHOWN]) + (f" и ещё {more}" if more > 0 else "")
