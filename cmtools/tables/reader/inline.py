"""A reader that reads in this very process: for one that is itself bounded and watched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.protocol import End, ReadRequest, Start
from cmtools.tables.reader.sandbox import Grid, grids
from cmtools.tables.reader.worker_main import read


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """Reads as `Reader` does."""

    limits: Limits

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """See `Reader.read`."""
        return grids(read(ReadRequest(path=path, wanted=wanted, limits=self.limits)))
