"""The workspace: a folder that `cmtools.toml` marks, its books, its settings, names of copies."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.catalog import BOOKS
from cmtools.books.copies import is_named_as_copy
from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK
from cmtools.books.plan import PLAN_BOOK
from cmtools.files import clear_abandoned, name_with
from cmtools.tables.reader.container import MIB, Limits

MARKER = "cmtools.toml"
PLANS, REPORTS, TEMPLATES, CLIENT_FOLDERS = "Планы", "Отчёты", "Шаблоны", "Клиенты"
LETTER_TEMPLATES = "Письма"  # in the folder of templates
AGENDAS, BUTTONS = "Повестка", "Кнопки"
INBOX, DONE, FAILED = "Входящие", "Обработано", "Ошибки"
FOLDERS = (PLANS, REPORTS, TEMPLATES, CLIENT_FOLDERS, INBOX, DONE, FAILED)

ANNOTATED, PRICED, MERGED, DRAFT = "ошибки", "с ценами", "слияние", "черновик"
ANSWERED, BACKUP, OLDER = "с ответами", "резерв", "старая версия"
AGENDA_AT = "08:00"
_TIMES = (("settle", 2.0), ("scan", 5.0), ("patience", 600.0), ("lease", 60.0))
_PATHS = {"inbox": INBOX, "done": DONE, "failed": FAILED}
_MOMENT = r"\d{4}-\d\d-\d\d \d\d-\d\d-\d\d"
_SUFFIXES = "|".join((ANNOTATED, PRICED, MERGED, DRAFT, ANSWERED, OLDER, rf"{BACKUP} {_MOMENT}"))
_COPY = re.compile(rf" — (?:{_SUFFIXES})(?: \(\d+\))?$")

MARKER_TEXT = """\
# Этот файл отмечает рабочую папку cmtools. Здесь только технические настройки;
# цены, скидки и правила — в книге «Настройки.xlsx».

[read]
# Пределы чтения одной книги
seconds = 20
memory_mb = 1024
file_mb = 20
unpacked_mb = 200
grid_cells = 5000000

[watch]
settle_seconds = 2
scan_seconds = 5
patience_seconds = 600
# Час, в который каждый день делается повестка; "" — не делать
agenda_at = "08:00"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchSettings:
    """The watcher's folders and times, in seconds.

    settle: how long a file must stay unchanged before it is taken.
    scan: how often the inbox is looked through.
    patience: how long a file may stay incomplete before it is returned.
    lease: how long a watcher on another machine may show no life before it counts as dead.
    agenda_at: the hour from which on the day's agendas are made; None for never.
    """

    inbox: Path
    done: Path
    failed: Path
    settle: float
    scan: float
    patience: float
    lease: float
    agenda_at: time | None


class WorkspaceError(Exception):
    """Raised where there is no workspace, or its marker cannot be understood."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace by its root folder."""

    root: Path

    def path(self, *parts: str) -> Path:
        """Return a path inside the workspace."""
        return self.root.joinpath(*parts)

    def name(self, path: Path) -> str:
        """Return the name of a path in answers: relative to the workspace where it is inside."""
        absolute = path.absolute()
        try:
            return absolute.relative_to(self.root.absolute()).as_posix()
        except ValueError:
            return str(path)

    def books(self) -> list[BookFile]:
        """Return the workspace's books, in the order in which they build on each other.

        Books that are to be there are returned also where their file is missing.
        """
        files: list[BookFile] = []
        for book in BOOKS:
            if book is ORDER_BOOK:
                paths = sorted(self.root.glob(f"{book.name}*.xlsx"))
                paths = [path for path in paths if not is_named_as_copy(path.stem)]
            elif book is PLAN_BOOK:
                paths = sorted(self.path(PLANS).glob("*.xlsx"))
            else:
                paths = [self.path(book.file_name)]
            own = [path for path in paths if not is_copy(path)]
            if not own and book is ORDER_BOOK:
                own = [self.path(book.file_name)]
            if book is AGREED_BOOK and not own[0].exists():
                continue  # an older workspace has none until a price is agreed
            files += [BookFile(path=path, name=self.name(path), book=book) for path in own]
        return files

    def clear_abandoned_files(self) -> None:
        """Remove the temporary files of killed runs from all folders that are written to."""
        clear_abandoned(self.root)
        for name in (PLANS, REPORTS, TEMPLATES, CLIENT_FOLDERS, AGENDAS):
            for folder, _, _ in os.walk(self.path(name)):
                clear_abandoned(Path(folder))

    def foreign_copies(self) -> list[str]:
        """Return the names of the copies of books that people or sync programs made."""
        names = tuple(book.name for book in BOOKS)
        return [
            path.name
            for path in sorted(self.root.glob("*.xlsx"))
            if not is_copy(path)
            and path.stem.lstrip("~").startswith(names)
            and is_named_as_copy(path.stem)
        ]

    def limits(self) -> Limits:
        """Read the limits of reading a book from the marker.

        Raises:
            WorkspaceError: the marker is no TOML, or a bound is no number.
        """
        read = self._settings().get("read", {})
        usual = Limits()
        try:
            return Limits(
                seconds=float(read.get("seconds", usual.seconds)),
                memory_bytes=int(read.get("memory_mb", usual.memory_bytes // MIB)) * MIB,
                file_bytes=int(read.get("file_mb", usual.file_bytes // MIB)) * MIB,
                unpacked_bytes=int(read.get("unpacked_mb", usual.unpacked_bytes // MIB)) * MIB,
                grid_cells=int(read.get("grid_cells", usual.grid_cells)),
            )
        except (AttributeError, TypeError, ValueError, OverflowError) as error:
            raise WorkspaceError(f"{MARKER}: в разделе [read] нужны числа") from error

    def watch_settings(self) -> WatchSettings:
        """Read the watcher's settings from the marker.

        Raises:
            WorkspaceError: the marker is no TOML, a time is no number, a folder no name, the hour
                of the agenda no hour, or the inbox and a result folder are inside each other.
        """
        settings = self._settings()
        paths, times = settings.get("paths", {}), settings.get("watch", {})
        try:
            folders = {key: self.root / paths.get(key, usual) for key, usual in _PATHS.items()}
            seconds = {key: float(times.get(f"{key}_seconds", usual)) for key, usual in _TIMES}
        except (AttributeError, TypeError, ValueError, OverflowError) as error:
            raise WorkspaceError(
                f"{MARKER}: в разделе [watch] нужны числа, в разделе [paths] — имена папок"
            ) from error
        if not all(0 <= value < float("inf") for value in seconds.values()):
            raise WorkspaceError(f"{MARKER}: в разделе [watch] нужны числа не меньше нуля")
        for name in ("done", "failed"):
            _refuse_nesting(folders["inbox"], folders[name])
        return WatchSettings(
            inbox=folders["inbox"],
            done=folders["done"],
            failed=folders["failed"],
            settle=seconds["settle"],
            scan=seconds["scan"],
            patience=seconds["patience"],
            lease=seconds["lease"],
            agenda_at=_parse_hour(times.get("agenda_at", AGENDA_AT)),
        )

    def _settings(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path(MARKER).read_text("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WorkspaceError(
                f"{MARKER} не читается: в нём ошибка; исправьте его или возьмите из новой папки"
            ) from error


def _parse_hour(value: object) -> time | None:
    """Return an hour that was written as «08:00»; None for an empty text."""
    text = f"{value:%H:%M}" if isinstance(value, time) else str(value).strip()
    if not text:
        return None
    try:
        hours, minutes = text.split(":")
        return time(int(hours), int(minutes))
    except ValueError as error:
        raise WorkspaceError(
            f"{MARKER}: в разделе [watch] agenda_at = «{text}» — нужен час, например "
            f'agenda_at = "{AGENDA_AT}"; пусто — повестку не делать'
        ) from error


def _refuse_nesting(inbox: Path, results: Path) -> None:
    """Refuse results inside the inbox: they would be taken for new drops."""
    one, other = inbox.resolve(), results.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise WorkspaceError(
            f"папки вложены друг в друга: «{inbox}» и «{results}»; "
            f"разведите их в разделе [paths] файла {MARKER}"
        )


def find_workspace(start: Path) -> Workspace:
    """Return the nearest workspace at or above a folder.

    Raises:
        WorkspaceError: there is none.
    """
    folder = Path(os.path.abspath(start))  # noqa: PTH100 without `..`, symbolic links kept
    for candidate in (folder, *folder.parents):
        if (candidate / MARKER).is_file():
            return Workspace(candidate)
    raise WorkspaceError(
        f"рабочая папка не найдена: ни в «{folder}», ни выше нет файла {MARKER}; "
        "создайте её: cmtools init ПАПКА"
    )


def is_copy(path: Path) -> bool:
    """Tell whether a book is a copy that cmtools or Excel made beside another one."""
    return path.name.startswith(("~$", ".~")) or _COPY.search(path.stem) is not None


def original_stem(stem: str) -> str:
    """Return the name of the book that a copy was made of; any other name as it is."""
    return _COPY.sub("", stem)


def copy_path(path: Path, suffix: str, number: int = 1) -> Path:
    """Return the path of a copy beside a book: «Книга — ошибки.xlsx», then «… — ошибки (2).xlsx».

    A long name is cut.
    """
    counter = "" if number == 1 else f" ({number})"
    return path.with_name(name_with(path.stem, f" — {suffix}{counter}.xlsx"))


def backup_path(path: Path, now: datetime) -> Path:
    """Return the path of a new backup beside a book: «Книга — резерв ….xlsx»."""
    while (backup := copy_path(path, f"{BACKUP} {now:%Y-%m-%d %H-%M-%S}")).exists():
        now += timedelta(seconds=1)
    return backup


def bundled_folder(name: str) -> Path:
    """Return a folder that comes with the program: `templates` or `workbooks`."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
