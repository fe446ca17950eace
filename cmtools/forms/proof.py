"""The proof that a form, and each row of it, was made in this workspace and not changed since.

Four characters of an HMAC (RFC 2104) by a secret of the workspace: enough against mistakes, and
short enough to stand in a cell.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cmtools.files import atomic_write

FILE = Path(".cmtools", "secret")
SECRET_BYTES = 32
CHECK_LENGTH = 4
SEPARATOR = " · "

_CHECKED = re.compile(r"(.+)-([A-Z2-7]{4})", re.DOTALL)


def read_secret(root: Path) -> bytes:
    """Return the secret of a workspace; the first to need it makes it.

    Raises:
        OSError: it cannot be read or written.
    """
    path = root / FILE
    if not path.exists():
        with suppress(FileExistsError), atomic_write(path, replace=False) as aside:
            aside.write_bytes(secrets.token_bytes(SECRET_BYTES))
    return path.read_bytes()


def check_of(secret: bytes, parts: Iterable[str]) -> str:
    """Return the check of some texts: four letters and digits."""
    digest = hmac.digest(secret, "\0".join(parts).encode(), hashlib.sha256)
    return base64.b32encode(digest[:5])[:CHECK_LENGTH].decode()  # five bytes are eight letters


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What a form says of itself: its kind and what it is about, as «Повестка · 2026-11-28»."""

    form: str
    subject: tuple[str, ...]

    @property
    def number(self) -> str:
        """The mark without its check."""
        return SEPARATOR.join((self.form, *self.subject))

    def sign(self, secret: bytes) -> str:
        """Return the mark with its check, as it stands in A1."""
        return f"{self.number}-{check_of(secret, [self.number])}"


def parse_mark(text: str) -> tuple[Mark, str] | None:
    """Return a mark and its check; None where a text has no such form."""
    match = _CHECKED.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    form, *subject = match[1].split(SEPARATOR)
    return Mark(form=form, subject=tuple(subject)), match[2]


def is_genuine(mark: Mark, check: str, secret: bytes) -> bool:
    """Tell whether a mark was made with this secret."""
    return hmac.compare_digest(check_of(secret, [mark.number]), check)


def sign_row(secret: bytes, mark: Mark, name: str, shown: Iterable[str]) -> str:
    """Return the key of a row: its name and the check of all that a person does not fill in."""
    return f"{name}-{check_of(secret, [mark.number, name, *shown])}"


def parse_key(text: str) -> tuple[str, str] | None:
    """Return the name of a row and its check; None where a text has no such form."""
    match = _CHECKED.fullmatch(" ".join(text.split()))
    return None if match is None else (match[1], match[2])
