"""`cmtools doctor`: whether a workspace and this machine are in order, and what to do if not."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.commands.result import Result
from cmtools.commands.session import open_session
from cmtools.documents.pdf import find_office
from cmtools.documents.template.messages import TEMPLATE_MISSING, TEMPLATE_OLDER
from cmtools.errors import explain_os_error
from cmtools.files import OFFICE_LOCKS
from cmtools.letters.template_check import check_templates
from cmtools.locks import try_lock
from cmtools.problems import Place, Problem, Severity
from cmtools.watch.lease import ALIVE, JOBS_FOLDER
from cmtools.workspace import FOLDERS, Workspace, find_workspace

LEAST_FREE = 500 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was checked; `hint` says what to do where it is not in order."""

    id: str
    ok: bool
    text: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoctorResult(Result):
    """The checks of a workspace; problems are those that failed."""

    checks: tuple[Finding, ...]

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
    checks = (
        *_check_folders(workspace),
        *_check_disk(workspace),
        *_check_templates(workspace),
        *_check_open_books(workspace),
        *_check_watchers(workspace),
        *_check_programs(),
        *_check_books(workspace, today),
    )
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
    return DoctorResult(problems=tuple(problems), checks=checks)


def _check_folders(workspace: Workspace) -> Iterator[Finding]:
    watch = workspace.watch_settings()
    folders = {workspace.path(name) for name in FOLDERS}
    for folder in sorted(folders | {watch.inbox, watch.done, watch.failed}):
        name = workspace.name(folder)
        if not folder.is_dir():
            hint = "создайте её: без неё не работать"
            yield Finding(id="folder", ok=False, text=f"нет папки «{name}»", hint=hint)
            continue
        try:
            with tempfile.TemporaryFile(dir=folder, prefix=".~"):
                pass
        except OSError as error:
            text = f"в папку «{name}» нельзя писать: {explain_os_error(error)}"
            hint = "дайте права на запись тому, от чьего имени работает программа"
            yield Finding(id="rights", ok=False, text=text, hint=hint)
        else:
            yield Finding(id="folder", ok=True, text=f"папка «{name}» есть, писать в неё можно")


def _check_disk(workspace: Workspace) -> Iterator[Finding]:
    free = shutil.disk_usage(workspace.root).free
    hint = "" if free >= LEAST_FREE else "освободите место: новые файлы будут ждать"
    text = f"на диске свободно {free >> 20} МБ"
    yield Finding(id="disk", ok=free >= LEAST_FREE, text=text, hint=hint)


def _check_templates(workspace: Workspace) -> Iterator[Finding]:
    problems = check_templates(workspace)
    errors = [problem for problem in problems if problem.is_error]
    older = [Path(p.place.file).name for p in problems if p.code == TEMPLATE_OLDER.code]
    missing = [Path(p.place.file).name for p in errors if p.code == TEMPLATE_MISSING.code]
    wrong = dict.fromkeys(Path(problem.place.file).name for problem in errors)
    text, hint = "шаблоны документов на месте", ""
    if missing:
        text = f"нет шаблонов: {', '.join(missing)}"
        hint = "верните их или возьмите новые: cmtools templates renew"
    elif wrong:
        text = f"шаблоны с ошибками: {', '.join(wrong)}"
        hint = "посмотрите их: cmtools templates check"
    elif older:
        text = f"шаблоны прежней версии: {', '.join(older)}"
        hint = "возьмите новые: cmtools templates renew"
    yield Finding(id="templates", ok=not wrong, text=text, hint=hint)


def _check_open_books(workspace: Workspace) -> Iterator[Finding]:
    prefix, _ = OFFICE_LOCKS[0]
    books = sorted(path.name.removeprefix(prefix) for path in workspace.root.glob(f"{prefix}*"))
    hint = "закройте их в Excel, чтобы присланные версии могли занять их место" if books else ""
    text = f"открыты книги: {', '.join(books)}" if books else "книги рабочей папки закрыты"
    yield Finding(id="open", ok=not books, text=text, hint=hint)


def _check_watchers(workspace: Workspace) -> Iterator[Finding]:
    alive = 0
    for path in workspace.path(JOBS_FOLDER).glob(f"*{ALIVE}"):
        lock = try_lock(path)
        if lock is None:
            alive += 1
        else:
            lock.release()
    text = f"наблюдателей за папкой на этой машине: {alive}"
    yield Finding(id="watchers", ok=True, text=text)
    unfinished = sum(1 for _ in workspace.path(JOBS_FOLDER).glob("*/*/original/*"))
    if unfinished and not alive:
        text = f"прерванных файлов: {unfinished}"
        hint = "запустите cmtools watch: он закончит начатое"
        yield Finding(id="interrupted", ok=False, text=text, hint=hint)


def _check_programs() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(id="python", ok=True, text=f"Python {version}, {os.cpu_count() or 1} ядра")
    present = "LibreOffice есть: документы можно сохранять в PDF"
    absent = "LibreOffice не найден: без него не сделать только PDF (libreoffice.org)"
    yield Finding(id="libreoffice", ok=True, text=present if find_office() else absent)


def _check_books(workspace: Workspace, today: date) -> Iterator[Finding]:
    session = open_session(workspace.root, today)
    problems = [problem for problem in session.problems if problem.is_error]
    hint = "посмотрите их: cmtools validate" if problems else ""
    text = f"ошибок в книгах: {len(problems)}" if problems else "в книгах ошибок нет"
    yield Finding(id="books", ok=not problems, text=text, hint=hint)
