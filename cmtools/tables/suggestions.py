"""The known name that was probably meant; named only where it is near what was typed."""

from __future__ import annotations

from collections.abc import Iterable

from cmtools.tables.parsers import normalize_name


def nearest_name(typed: str, known: Iterable[str]) -> str | None:
    """Return the name nearest to what was typed; None where more than a third of it differs.

    A name is as near as it is itself, or one of its words is. The distance is Levenshtein's.
    """
    wanted = normalize_name(typed)
    most = len(wanted) // 3
    distances = ((_distance_to(wanted, name, most), name) for name in known)
    return min((found for found in distances if found[0] <= most), default=(0, None))[1]


def letters_apart(one: str, other: str, most: int) -> int:
    """Count the letters in which two texts differ; more than `most` are `most` + 1."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(one, other, score_cutoff=most)


def suggest_in_hint(typed: str, known: Iterable[str]) -> str:
    """Begin a hint, `может быть, «К-0012»? `; empty where nothing is near."""
    near = nearest_name(typed, known)
    return f"может быть, «{near}»? " if near else ""


def suggest_in_refusal(typed: str, known: Iterable[str]) -> str:
    """End a refusal, `; может быть, «К-0012»?`; empty where nothing is near."""
    near = nearest_name(typed, known)
    return f"; может быть, «{near}»?" if near else ""


def _distance_to(wanted: str, name: str, most: int) -> int:
    whole = normalize_name(name)
    return min(letters_apart(wanted, part, most) for part in {whole, *whole.split()})
