"""Where a form is put: beside one that a person has filled, in the place of any other."""

from __future__ import annotations

import os
from contextlib import suppress
from glob import escape
from pathlib import Path

from cmtools import known_files
from cmtools.files import atomic_write, find_office_lock, numbered_name
from cmtools.forms.form import Form
from cmtools.forms.proof import Mark
from cmtools.forms.reply import find_mark, read_reply
from cmtools.tables.reader.sandbox import WorkbookReader


def write_form(
    root: Path, path: Path, content: bytes, form: Form, mark: Mark, reader: WorkbookReader
) -> Path:
    """Write a form; return its path, with ` (2)` where a person has filled the one that is there.

    Older ones of higher numbers that nobody has filled go. What the program wrote and nobody has
    saved since is not read again; `root` is the workspace's. mark: see `remove_unfilled`.

    Raises:
        OSError: no rights, no room.
    """
    number = 1
    while True:
        target = path.with_name(numbered_name(path.stem, number, path.suffix))
        if not os.path.lexists(target) or not is_filled(root, target, form, reader):
            break
        number += 1
    if not target.is_file() or target.read_bytes() != content:
        with atomic_write(target) as aside:
            aside.write_bytes(content)
        known_files.add_file(root, target)
    remove_unfilled(root, path, form, mark, reader, kept=target)
    return target


def remove_unfilled(
    root: Path,
    path: Path,
    form: Form,
    mark: Mark,
    reader: WorkbookReader,
    *,
    kept: Path | None = None,
) -> None:
    """Remove a form and its numbered copies, but those that a person has filled.

    mark: its subject begins those of the forms to remove; another form may have such a name.
    """
    for file in (path, *path.parent.glob(f"{escape(path.stem)} (*){path.suffix}")):
        if file == kept or not file.is_file():
            continue
        found = find_mark(reader.read_whole(file))
        subject = found[0].subject[: len(mark.subject)] if found else ()
        if subject == mark.subject and not is_filled(root, file, form, reader):
            with suppress(OSError):  # open in another program: it is removed another time
                file.unlink()


def is_filled(root: Path, path: Path, form: Form, reader: WorkbookReader) -> bool:
    """Tell whether a person has filled a form, or has it open, or it is something else.

    Raises:
        OSError: the file cannot be opened.
    """
    if find_office_lock(path):
        return True
    if known_files.is_known(root, path):
        return False
    cells = reader.read_whole(path)
    reply = read_reply(cells, form, Mark(form=form.name, subject=()), b"")
    return reply is None or bool(reply.rows)
