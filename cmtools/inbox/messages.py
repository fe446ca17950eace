"""What the person who dropped a book is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from cmtools.inbox.result import Answer
from cmtools.problems import Problem
from cmtools.tables.table import Book

KEPT = "прежняя версия"
ACCEPTED, CHECKED = "ПРИНЯТО", "ПРОВЕРЕНО: ошибок нет"
REFUSED, CONFLICT = "НЕ ПРИНЯТО: в книге есть ошибки", "НЕ ПРИНЯТО: конфликт версий"
AGAIN = "исправьте это в своей книге и положите её во «Входящие» ещё раз"
FOREIGN = "НЕ ПРИНЯТО: это не книга cmtools"


def stands(name: str, target: Path, was: str | None, *, same: bool) -> tuple[str, ...]:
    """Where an accepted book stands now, and what became of the version before."""
    if same:
        return (f"книга «{name}» в рабочей папке уже точно такая",)
    stands = f"книга стоит в рабочей папке: {name}"
    if was is None:
        return (stands,)
    return (stands, f"прежняя версия: {target.stem} — {KEPT}{target.suffix} (в этой папке)")


def conflict(book: Book, name: str, rows: Iterator[str] | tuple[()], is_read: bool) -> Answer:
    """The answer where the workspace's book was changed by hand; `rows` are those that differ."""
    listed = [*rows] if is_read else ["книгу рабочей папки прочитать не удалось"]
    return Answer(
        verdict=CONFLICT,
        accepted=False,
        kind=book.name,
        refused=(
            f"книга «{name}» в рабочей папке изменена после того, как её приняли или сделали; "
            "она оставлена как есть",
            "сведите обе версии в одну книгу; старую уберите из рабочей папки и положите новую "
            "во «Входящие» ещё раз",
            *(listed or ["в данных различий нет: отличается только оформление или свои столбцы"]),
        ),
    )


def sentences(problems: Iterable[Problem], drop: str) -> tuple[str, ...]:
    """Problems in one line each; of the dropped book itself the name need not be said."""
    return tuple(_sentence(problem, drop) for problem in problems)


def _sentence(problem: Problem, drop: str) -> str:
    place = problem.place
    where = ", ".join(
        part
        for part in (
            place.file if place.file != drop else "",
            f"«{place.sheet}»" if place.sheet else "",
            place.cell or "",
        )
        if part
    )
    title = f" ({problem.column})" if problem.column else ""
    value = f" «{problem.value[:60]}»" if problem.value else ""
    hint = f" — {problem.hint}" if problem.hint else ""
    start = f"{where}{title}{value}"
    return f"{start}: {problem.message}{hint}" if start else f"{problem.message}{hint}"
