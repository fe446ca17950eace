"""What was perhaps meant: of the names that are known, the one most like what was typed; pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from cmtools.tables.parsers import normalize_name

ALIKE = 0.6  # of 1: what is less alike is no hint to a person who reads a list of mistakes


def nearest_name(typed: str, known: Iterable[str], *, at_least: float = 0.0) -> str | None:
    """The known name that is itself, or has a word that is, most alike.

    `at_least` is the likeness, 0 to 1, below which none is named.
    """
    matcher = SequenceMatcher(b=normalize_name(typed))
    best = (at_least, "")
    for name in known:
        whole = normalize_name(name)
        for part in {whole, *whole.split()}:
            matcher.set_seq1(part)
            if matcher.real_quick_ratio() >= best[0] and matcher.quick_ratio() >= best[0]:
                best = max(best, (matcher.ratio(), name))
    return best[1] or None


def suggest_in_hint(typed: str, known: Iterable[str]) -> str:
    """The beginning of a hint, `может быть, «К-0012»? `; empty where nothing is much alike."""
    near = nearest_name(typed, known, at_least=ALIKE)
    return f"может быть, «{near}»? " if near else ""


def suggest_after(typed: str, known: Iterable[str]) -> str:
    """The end of a refusal, `; может быть, «К-0012»?`; empty where nothing is known."""
    near = nearest_name(typed, known)
    return f"; может быть, «{near}»?" if near else ""
