"""Russian lines of the protocol about a dropped book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cmtools.books.agreed import AGREED_BOOK
from cmtools.files import checksum
from cmtools.inbox.drop import Drop, DropResult, Replacement
from cmtools.inbox.merged_book import MEMORY, MergedBook, Target
from cmtools.merge.answered_book import conflict_path
from cmtools.merge.protocol import describe_conflicts, describe_taken
from cmtools.pricing.agreed_book import Agreement
from cmtools.problems import Message, Problem, group_alike, list_cells
from cmtools.tables.patch.book_edit import EditRefused
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
UNREADABLE_TARGET = "книгу рабочей папки прочитать не удалось: исправьте или уберите её"
NOT_MERGED = "книгу «{book}» не изменить без потерь: {reason}; сведите обе версии в одну книгу сами"
BREAKS_RULES = "вместе с книгой рабочей папки это даёт ошибку, поэтому ничего не заменено"
MERGED = "ПРИНЯТО: правки сведены с книгой рабочей папки"
ANSWERED = "ПРИНЯТО: решения внесены в книгу"
NOTHING_NEW = "в книге «{book}» уже есть всё, что есть в этой копии: она не изменена"
BOOK_GONE = "в рабочей папке больше нет книги «{book}»"
SOME_OPEN = "{verdict}; ждут вашего решения: {count}"
ASK = (
    "ответьте в книге «{form}» (она в этой папке и в рабочей), столбец «Взять», "
    "и положите её во «Входящие»"
)
BESIDE = "НЕ ПРИНЯТО: сведённая копия сделана рядом"
COPY_BESIDE = "сведённая копия: {copy} (в этой папке)"
TAKE_BESIDE = (
    "проверьте сведённую копию, в ней нет макросов, подписи и журнала изменений, и положите её "
    "во «Входящие»: она займёт место книги «{book}»"
)
NOT_COPIED = "сведённая копия не сделана"
LEFT_OUT = "этих значений в сведённой копии нет: впишите в неё верные сами"
APART = "новые строки листа «{sheet}» стоят ниже ваших строк под таблицей: места над ними не было"
ABSENT = "«{sheet}»: столбца «{title}» в копии нет — в книге он остался, как был"
ABSENT_SHEET = "листа «{sheet}» в копии нет — в книге он остался, как был"
GONE = "«{sheet}»: столбца «{title}» больше нет: его убрали из копии, которая заняла место книги"
GONE_SHEET = "листа «{sheet}» больше нет: его убрали из копии, которая заняла место книги"
MORE_CHANGES = "…и ещё {count}"
MOST_CHANGES = 100


def describe_taken_book(
    target: Target, merged: MergedBook, problems: Sequence[Problem], drop: Drop
) -> DropResult:
    """Describe how a book takes its place: what came into it, and what a person has to decide."""
    merge, sha256 = merged.merge, checksum(merged.path)
    verdict = ANSWERED if merged.is_answer else ACCEPTED if merged.is_drop else MERGED
    questions: list[str] = []
    if merge.conflicts:
        verdict = SOME_OPEN.format(verdict=verdict, count=len(merge.conflicts))
        form = conflict_path(target.root, target.name).name
        questions = [ASK.format(form=form), *describe_conflicts(merge)]
    changes = describe_taken(merge, merged.author)
    if merged.is_drop and len(changes) > MOST_CHANGES:
        more = MORE_CHANGES.format(count=len(changes) - MOST_CHANGES)
        changes = [*changes[:MOST_CHANGES], more]
    is_same = sha256 == target.sha256
    return DropResult(
        verdict=verdict,
        accepted=True,
        repeatable=not (merge.conflicts or merged.is_answer),
        actions=_describe_replacement(target, is_same=is_same, is_drop=merged.is_drop),
        changes=tuple(changes),
        questions=tuple(questions),
        warnings=(
            *(APART.format(sheet=sheet) for sheet in merged.apart),
            *_describe_absent(merged),
            *describe_problems(problems, drop.name),
        ),
        memory=f"{drop.staging.name}/{MEMORY}" if merged.has_memory else None,
        replacement=Replacement(
            target=target.name,
            source=f"{drop.staging.name}/{merged.path.name}",
            sha256=sha256 or "",
            expected=target.sha256,
            kept_as=copy_path(target.path, KEPT).name,
        ),
        renews_agenda=True,
    )


def _describe_absent(merged: MergedBook) -> Iterator[str]:
    """Name the columns and sheets that the copy lacks: a book that it replaced has lost them."""
    column, whole = (GONE, GONE_SHEET) if merged.is_drop else (ABSENT, ABSENT_SHEET)
    for sheet, title in merged.absent:
        yield (column if title else whole).format(sheet=sheet, title=title)


def describe_copy_beside(target: Target, merged: MergedBook, drop: Drop) -> DropResult:
    """Describe the merged copy of a book that must not be changed itself."""
    merge = merged.merge
    conflicts = [*describe_conflicts(merge)]
    verdict, made = CONFLICT, NOTHING_NEW.format(book=target.name)
    reasons: tuple[str, ...] = ()
    if merged.errors:
        made = NOT_COPIED
        reasons = (BREAKS_RULES, *describe_problems(merged.errors, drop.name))
    elif not merge.is_empty:
        verdict, made = BESIDE, COPY_BESIDE.format(copy=merged.path.name)
        reasons = (TAKE_BESIDE.format(book=target.name),)
    return DropResult(
        verdict=verdict,
        accepted=False,
        repeatable=False,
        actions=(made,),
        changes=tuple(describe_taken(merge, merged.author)),
        questions=(LEFT_OUT, *conflicts) if conflicts else (),
        refusals=(merged.lock, *reasons),
    )


def not_merged(book: str, error: Exception) -> tuple[str, ...]:
    """Say why a copy could not be merged into its book."""
    if isinstance(error, EditRefused):
        return (NOT_MERGED.format(book=book, reason=error),)
    return (UNREADABLE_TARGET, str(error))


def _describe_replacement(target: Target, *, is_same: bool, is_drop: bool) -> tuple[str, ...]:
    """Say where a book is now and where the version before it was put."""
    if is_same and is_drop:
        return (f"книга «{target.name}» в рабочей папке уже точно такая",)
    if is_same:
        return (NOTHING_NEW.format(book=target.name),)
    line = f"книга стоит в рабочей папке: {target.name}"
    if target.sha256 is None:
        return (line,)
    return (line, f"прежняя версия: {copy_path(target.path, KEPT).name} (в этой папке)")


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
