"""How a command refuses: exceptions that end in one line for a person and an exit code."""

from __future__ import annotations

import errno


class UsageError(Exception):
    """A command called wrongly: exit code 2 and one line."""


class Unavailable(Exception):
    """An environment that does not allow the command: exit code 3 and one line."""


class UnavailableNow(Unavailable):
    """A book that is open, or changes at this moment: a little later it may go."""


class BookBusy(OSError):
    """The same for a task of the watcher, which is repeated for some time."""

    def __str__(self) -> str:
        """Say it to a person, without the code and the path."""
        return self.strerror or super().__str__()


_OS_ERRORS = {
    errno.ENOENT: "нет такого файла",
    errno.EROFS: "диск доступен только для чтения",
    errno.EISDIR: "на этом месте папка, а не файл",
    errno.ENOTDIR: "на этом месте файл, а не папка",
    errno.EEXIST: "такой файл уже есть",
    errno.ENAMETOOLONG: "слишком длинное имя",
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "исчерпано место, отведённое на диске",
    errno.EIO: "диск не читается",
    errno.EMFILE: "открыто слишком много файлов",
}


def explain_os_error(error: OSError) -> str:
    """Say in one Russian line what the operating system refused."""
    where = f": {error.filename}" if error.filename else ""
    if isinstance(error, PermissionError):
        return f"нет доступа{where}; если книга открыта в Excel, закройте её"
    known = _OS_ERRORS.get(error.errno or 0)
    return (known or f"ошибка операционной системы (код {error.errno})") + where
