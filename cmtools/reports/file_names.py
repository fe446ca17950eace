"""How plans and reports are called; pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath

from cmtools.documents.file_names import safe_name
from cmtools.files import cut_to_bytes
from cmtools.tables.parsers import normalize_name

_STEM_BYTES = 240  # leaves room for a version and the ending
_VERSION = re.compile(r"(.*?)(?: \((\d{1,5})\))?", re.DOTALL)


def plan_stem(month: date, manager: str | None = None) -> str:
    """Name a plan, without its ending: «2026-12 План», «2026-12 План — ИМЯ»."""
    return _stem(f"{month:%Y-%m} План", manager)


def report_stem(month: date, manager: str | None = None) -> str:
    """Name a report, without its ending: «2026-11 Отчёт», «2026-11 Отчёт — ИМЯ»."""
    return _stem(f"{month:%Y-%m} Отчёт", manager)


def _stem(title: str, manager: str | None) -> str:
    return safe_name(cut_to_bytes(f"{title} — {manager}" if manager else title, _STEM_BYTES))


def version_of_plan(file: str, stem: str) -> int | None:
    """Return the version that a file is of the plan of a name: 2 of «2026-12 План (2).xlsx»."""
    name, version = _VERSION.fullmatch(_comparable(PurePosixPath(file).stem)).groups()  # type: ignore[union-attr]
    return int(version or 1) if name == _comparable(stem) else None


def _comparable(name: str) -> str:
    return normalize_name(unicodedata.normalize("NFC", name))
