"""`Протокол.txt`: what became of a drop, in plain Russian, for the person who dropped it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cmtools.documents.file_names import version_name
from cmtools.inbox.drop import DropResult
from cmtools.watch.decision import Decision
from cmtools.watch.seen_index import First

NAME = "Протокол.txt"
MOST = 100  # faults told one by one; all that was made is always named


def text(plan: Decision) -> str:
    """The record of a drop."""
    return "\n".join(_lines(plan)) + "\n"


def repeat(first: First) -> DropResult:
    """The answer to a content that came before."""
    return DropResult(
        verdict="ПОВТОР: этот файл уже был, больше ничего не сделано",
        accepted=first.accepted,
        book=first.book,
        actions=(
            f"первый раз он разобран здесь: {first.folder}",
            "ни книги, ни документы, ни отчёты не менялись",
        ),
    )


def unread(reason: str) -> DropResult:
    """The answer to a file that could not be read, or never came whole."""
    return DropResult(verdict="НЕ ПРИНЯТО", accepted=False, refusals=(reason,))


def printable(text: str) -> str:
    """One line that does not spoil a screen or a paper, whatever a file is called."""
    return "".join(sign if sign.isprintable() else "·" for sign in text)


def _lines(plan: Decision) -> Iterator[str]:
    answer = plan.answer
    yield f"Файл: {printable(plan.name)}"
    yield f"Взят в работу: {_moment(plan.taken)}"
    if answer.book:
        yield f"Что это: книга «{answer.book}»"
    yield f"Итог: {answer.verdict}"
    yield from _section("Что сделано", (*answer.actions, *_papers(answer), *_reports(answer)))
    yield from _section("Что не сделано и почему", answer.refusals, MOST)
    yield from _section("На что обратить внимание", answer.warnings, MOST)
    if plan.digest:
        yield ""
        yield f"Контрольная сумма файла (SHA-256): {plan.digest}"


def _papers(answer: DropResult) -> Iterator[str]:
    for paper in answer.documents:
        path = f"{paper.folder}/{version_name(paper.stem, paper.version)}"
        state = "новый" if paper.version == 1 else "новая версия"
        yield f"документ: {path} — {state if paper.source else 'без изменений'}"


def _reports(answer: DropResult) -> Iterator[str]:
    if answer.months:
        months = ", ".join(f"{month[5:]}.{month[:4]}" for month in answer.months)
        yield f"отчёты за {months} обновятся, когда во «Входящих» ничего не останется"


def _moment(taken: str) -> str:
    """A moment as a person writes it: 22.11.2026 в 10:00:05."""
    day, time = taken.split(" ")
    return f"{'.'.join(reversed(day.split('-')))} в {time.replace('-', ':')}"


def _section(title: str, lines: Iterable[str], most: int | None = None) -> Iterator[str]:
    lines = tuple(lines)
    if not lines:
        return
    shown = lines[:most]
    yield ""
    yield f"{title}:"
    yield from (f"— {printable(line)}" for line in shown)
    if len(lines) > len(shown):
        yield f"— …и ещё {len(lines) - len(shown)}: все покажет cmtools validate"
