"""Russian lines of the protocol about a dropped book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from cmtools.books.agreed import AGREED_BOOK
from cmtools.pricing.agreed_book import Agreement
from cmtools.problems import Message, Problem, group_alike, list_cells
from cmtools.workspace import copy_path

ORDER_ELSEWHERE = Message(
    "order-elsewhere",
    "заказ с таким номером уже есть в книге «{file}»",
    "исправьте номер или уберите заказ из одной из книг",
)

KEPT = "прежняя версия"
ACCEPTED, CHECKED = "ПРИНЯТО", "ПРОВЕРЕНО: ошибок нет"
REFUSED, CONFLICT = "НЕ ПРИНЯТО: в книге есть ошибки", "НЕ ПРИНЯТО: конфликт версий"
FOREIGN = "НЕ ПРИНЯТО: это не книга cmtools"
CORRECT_AND_RETRY = "исправьте это в своей книге и положите её во «Входящие» ещё раз"
WRONG_ENDING = (
    "имя файла не оканчивается на .xlsx: переименуйте его и положите во «Входящие» ещё раз"
)
NO_MONTH = "на листе «План» не указан месяц: впишите его рядом со словом «Месяц»"
SETTINGS_NOT_ACCEPTED = "настройки не приняты: цены решает директор, он кладёт эту книгу сам"
AGREED_NOT_ACCEPTED = (
    "согласованные цены не приняты: эту книгу ведёт cmtools, а исправляет директор в рабочей папке"
)
NOT_ANNOTATED = "раскрашенная копия не сделана"
MERGE_BY_HAND = (
    "сведите обе версии в одну книгу; старую уберите из рабочей папки и положите новую "
    "во «Входящие» ещё раз"
)
UNREADABLE_TARGET = "книгу рабочей папки прочитать не удалось"
ONLY_FORMATS_DIFFER = "в данных различий нет: отличается только оформление или свои столбцы"


def changed_by_hand(name: str) -> str:
    """Say that the workspace's book was changed by a person."""
    return (
        f"книга «{name}» в рабочей папке изменена после того, как её приняли или сделали; "
        "она оставлена как есть"
    )


def describe_replacement(name: str, target: Path, *, exists: bool, same: bool) -> tuple[str, ...]:
    """Say where an accepted book is now and where the version before it was put."""
    if same:
        return (f"книга «{name}» в рабочей папке уже точно такая",)
    line = f"книга стоит в рабочей папке: {name}"
    if not exists:
        return (line,)
    return (line, f"прежняя версия: {copy_path(target, KEPT).name} (в этой папке)")


def describe_agreed(agreed: Sequence[Agreement]) -> str:
    """Say of which orders prices were agreed."""
    orders = ", ".join(dict.fromkeys(agreement.order for agreement in agreed))
    return f"согласованы цены заказов {orders}: книга «{AGREED_BOOK.file_name}»"


def describe_problems(problems: Iterable[Problem], drop: str) -> tuple[str, ...]:
    """Describe problems in one line each, alike ones together; the drop's name is left out."""
    return tuple(_describe(group, drop) for group in group_alike(problems))


def _describe(group: Sequence[Problem], drop: str) -> str:
    problem = group[0]
    place = problem.place
    where = ", ".join(
        part
        for part in (
            place.file if place.file != drop else "",
            f"«{place.sheet}»" if place.sheet else "",
            list_cells(group),
        )
        if part
    )
    title = f" ({problem.column})" if problem.column else ""
    value = f" «{problem.value[:60]}»" if problem.value else ""
    hint = f" — {problem.hint}" if problem.hint else ""
    start = f"{where}{title}{value}"
    return f"{start}: {problem.message}{hint}" if start else f"{problem.message}{hint}"
