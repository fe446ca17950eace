"""The text of «Протокол.txt»: the result of a drop in plain Russian, for the person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import category

from cmtools.documents.file_names import version_name
from cmtools.inbox.drop import DropResult
from cmtools.watch.decision import Decision
from cmtools.watch.seen_index import FirstResult

PROTOCOL = "Протокол.txt"
MAX_LINES = 100  # of problems in a section; all that was made is always named


def protocol_text(decision: Decision) -> str:
    """Write the protocol of a drop."""
    return "\n".join(_lines(decision)) + "\n"


def repeated_result(first: FirstResult) -> DropResult:
    """Make the result of a content that was processed before."""
    return DropResult(
        verdict="ПОВТОР: этот файл уже был, больше ничего не сделано",
        accepted=first.accepted,
        book=first.book,
        actions=(
            f"первый раз он разобран здесь: {first.folder}",
            "ни книги, ни документы, ни отчёты не менялись",
        ),
    )


def unreadable_result(reason: str) -> DropResult:
    """Make the result of a file that could not be read, or never was complete."""
    return DropResult(verdict="НЕ ПРИНЯТО", accepted=False, refusals=(reason,))


def printable(text: str) -> str:
    """Put a file name or text into one line without control characters."""
    return "".join(
        sign if sign.isprintable() else " " if category(sign) == "Zs" else "·" for sign in text
    )


def _lines(decision: Decision) -> Iterator[str]:
    result = decision.result
    yield f"Файл: {printable(decision.name)}"
    yield f"Взят в работу: {_moment(decision.claimed_at)}"
    if result.book:
        yield f"Что это: книга «{result.book}»"
    yield f"Итог: {result.verdict}"
    actions = (*result.actions, *_documents(result), *_folders(result), *_reports(result))
    yield from _section("Что сделано", actions)
    yield from _section("Что изменилось в книге", result.changes)
    yield from _section("Что решить вам", result.questions)
    yield from _section("Что не сделано и почему", result.refusals, MAX_LINES)
    yield from _section("На что обратить внимание", result.warnings, MAX_LINES)
    if decision.sha256:
        yield ""
        yield f"Контрольная сумма файла (SHA-256): {decision.sha256}"


def _documents(result: DropResult) -> Iterator[str]:
    for document in result.documents:
        if document.source:
            path = f"{document.folder}/{version_name(document.stem, document.version)}"
            state = "новый" if document.version == 1 else "новая версия"
            yield f"документ: {path} — {state}"
    unchanged = sum(not document.source for document in result.documents)
    if unchanged:
        yield f"документы без изменений: {unchanged}"


def _folders(result: DropResult) -> Iterator[str]:
    for folder in result.folders:
        yield f"папка клиента: {folder}"


def _reports(result: DropResult) -> Iterator[str]:
    if result.months:
        months = ", ".join(f"{month[5:]}.{month[:4]}" for month in result.months)
        yield f"отчёты за {months} обновятся, когда во «Входящих» ничего не останется"


def _moment(claimed_at: str) -> str:
    """Write a moment as a person does: 22.11.2026 в 10:00:05."""
    day, time = claimed_at.split(" ")
    return f"{'.'.join(reversed(day.split('-')))} в {time.replace('-', ':')}"


def _section(title: str, lines: Iterable[str], most: int | None = None) -> Iterator[str]:
    lines = tuple(lines)
    if not lines:
        return
    yield ""
    yield f"{title}:"
    yield from (f"— {printable(line)}" for line in lines[:most])
    if most is not None and len(lines) > most:
        yield f"— …и ещё {len(lines) - most}: все покажет cmtools validate"
