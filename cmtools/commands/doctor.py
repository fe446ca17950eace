"""`cmtools doctor`: whether a workspace and this machine are in order, each thing with its cure."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.commands.result import Result
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.documents.pdf import find_office
from cmtools.documents.template.messages import TEMPLATE_MISSING
from cmtools.documents.template_check import check_templates
from cmtools.errors import explain_os_error
from cmtools.pricing.session import open_books, price_books
from cmtools.problems import Place, Problem, Severity
from cmtools.watch.inbox import OFFICE_LOCKS
from cmtools.watch.lease import ALIVE, JOBS_FOLDER
from cmtools.watch.locks import try_lock
from cmtools.workspace import FOLDERS, Workspace, find_workspace

LEAST_FREE = 500 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was checked; `hint` says what to do where it is not in order."""

    id: str
    ok: bool
    text: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoctorResult(Result):
    """The checks of a workspace; problems are those that failed."""

    checks: tuple[Check, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": all(check.ok for check in self.checks),
            "checks": [
                {"id": check.id, "ok": check.ok, "text": check.text, "hint": check.hint or None}
                for check in self.checks
            ],
        }


def doctor(root: Path, *, today: date) -> DoctorResult:
    """Check folders, rights, disk, templates, open books, watchers, programs and books.

    Raises:
        WorkspaceError: no workspace, or its marker cannot be understood.
    """
    workspace = find_workspace(root)
    checks = [check for checks_of in _CHECKS for check in checks_of(workspace)]
    checks += _books(workspace, today)
    problems = [
        Problem(
            code=check.id,
            severity=Severity.ERROR,
            place=Place(file=workspace.root.name),
            message=check.text,
            hint=check.hint,
        )
        for check in checks
        if not check.ok
    ]
    return DoctorResult(problems=tuple(problems), checks=tuple(checks))


def _folders(workspace: Workspace) -> Iterator[Check]:
    watching = workspace.watch_settings()
    named = {workspace.path(name) for name in FOLDERS}
    for folder in sorted(named | {watching.inbox, watching.done, watching.failed}):
        name = workspace.name(folder)
        if not folder.is_dir():
            hint = "создайте её: без неё не работать"
            yield Check(id="folder", ok=False, text=f"нет папки «{name}»", hint=hint)
            continue
        try:
            with tempfile.TemporaryFile(dir=folder, prefix=".~"):
                pass
        except OSError as error:
            text = f"в папку «{name}» нельзя писать: {explain_os_error(error)}"
            hint = "дайте права на запись тому, от чьего имени работает программа"
            yield Check(id="rights", ok=False, text=text, hint=hint)
        else:
            yield Check(id="folder", ok=True, text=f"папка «{name}» есть, писать в неё можно")


def _disk(workspace: Workspace) -> Iterator[Check]:
    free = shutil.disk_usage(workspace.root).free
    hint = "" if free >= LEAST_FREE else "освободите место: новые файлы будут ждать"
    text = f"на диске свободно {free >> 20} МБ"
    yield Check(id="disk", ok=free >= LEAST_FREE, text=text, hint=hint)


def _templates(workspace: Workspace) -> Iterator[Check]:
    errors = [p for p in check_templates(workspace) if p.is_error]
    missing = [Path(p.place.file).name for p in errors if p.code == TEMPLATE_MISSING.code]
    wrong = dict.fromkeys(Path(p.place.file).name for p in errors)
    text, hint = "шаблоны документов на месте", ""
    if missing:
        text = f"нет шаблонов: {', '.join(missing)}"
        hint = "возьмите их из новой папки: cmtools init"
    elif wrong:
        text = f"шаблоны с ошибками: {', '.join(wrong)}"
        hint = "посмотрите их: cmtools templates check"
    yield Check(id="templates", ok=not wrong, text=text, hint=hint)


def _open_books(workspace: Workspace) -> Iterator[Check]:
    start, _ = OFFICE_LOCKS[0]
    opened = sorted(path.name.removeprefix(start) for path in workspace.root.glob(f"{start}*"))
    hint = "закройте их в Excel, чтобы присланные версии могли занять их место" if opened else ""
    text = f"открыты книги: {', '.join(opened)}" if opened else "книги рабочей папки закрыты"
    yield Check(id="open", ok=not opened, text=text, hint=hint)


def _watchers(workspace: Workspace) -> Iterator[Check]:
    alive = 0
    for path in workspace.path(JOBS_FOLDER).glob(f"*{ALIVE}"):
        lock = try_lock(path)
        if lock is None:
            alive += 1
        else:
            lock.release()
    text = f"наблюдателей за папкой на этой машине: {alive}"
    yield Check(id="watchers", ok=True, text=text)
    waiting = sum(1 for _ in workspace.path(JOBS_FOLDER).glob("*/*/original/*"))
    if waiting and not alive:
        text = f"прерванных файлов: {waiting}"
        hint = "запустите cmtools watch: он закончит начатое"
        yield Check(id="interrupted", ok=False, text=text, hint=hint)


def _programs(_: Workspace) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check(id="python", ok=True, text=f"Python {version}, {os.cpu_count() or 1} ядра")
    text = "LibreOffice есть: документы можно сохранять в PDF"
    absent = "LibreOffice не найден: без него не сделать только PDF (libreoffice.org)"
    yield Check(id="libreoffice", ok=True, text=text if find_office() else absent)


def _books(workspace: Workspace, today: date) -> Iterator[Check]:
    session = price_books(open_books(workspace.root, (), today, STANDARD_DOCUMENTS))
    problems = [problem for problem in session.problems if problem.is_error]
    hint = "посмотрите их: cmtools validate" if problems else ""
    text = f"ошибок в книгах: {len(problems)}" if problems else "в книгах ошибок нет"
    yield Check(id="books", ok=not problems, text=text, hint=hint)


_CHECKS: tuple[Callable[[Workspace], Iterator[Check]], ...] = (
    _folders,
    _disk,
    _templates,
    _open_books,
    _watchers,
    _programs,
)
