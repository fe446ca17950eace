"""What most commands begin with: all books read, checked and priced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.pricing.session import Session, open_books, price_books


def open_session(root: Path, today: date, files: Sequence[Path] = ()) -> Session:
    """Read, check and price the books of the workspace, or files with those that they rest on.

    Raises:
        WorkspaceError, Unavailable: see `open_books`.
    """
    return price_books(open_books(root, files, today, STANDARD_DOCUMENTS))
