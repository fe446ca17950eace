"""Books read in a process of its own; see `guard` for the other side.

Only what a book is made of is looked at: its archive (`container`) and the XML of its sheets
(`cells`). A sheet's cells travel by columns, in blocks of rows.
"""

from __future__ import annotations

import gc
import pickle
import sys
from collections.abc import Iterator

from cmtools.tables.parsers import normalize_name
from cmtools.tables.reader.container import FileRejected, opened
from cmtools.tables.reader.protocol import End, Frame, ReadRequest, SheetStart, Start
from cmtools.tables.reader.sheet_cells import looks_of, sheet_frames
from cmtools.tables.reader.worker import limit_memory


def read(request: ReadRequest) -> Iterator[Frame]:
    """A book as frames: Start, of each wanted sheet SheetStart, Blocks and SheetEnd, then End.

    Raises:
        OSError: the file cannot be opened.
    """
    if not request.path.is_file():
        raise FileNotFoundError(2, "нет такого файла", str(request.path))
    try:
        with opened(request.path, request.limits) as contents:
            yield Start(sheets=tuple(contents.sheets), warnings=contents.warnings)
            looks = looks_of(contents, request.limits)
            for name, part in contents.sheets.items():
                if normalize_name(name) in request.wanted:
                    yield SheetStart(name=name)
                    yield from sheet_frames(contents.part(part), looks, request.limits)
            contents.prove_the_rest()
    except FileRejected as refusal:
        yield End(fault=refusal.fault)
    else:
        yield End()


def main() -> None:
    """Answer requests from stdin with frames on stdout until stdin ends."""
    gc.disable()  # cells make no cycles
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            request: ReadRequest = pickle.load(requests)
        except EOFError:
            return
        limit_memory(request.limits.memory_bytes)
        try:
            for frame in read(request):
                pickle.dump(frame, answers, protocol=pickle.HIGHEST_PROTOCOL)
                answers.flush()  # the other side works on it while the next sheet is read
        except OSError as error:
            pickle.dump(error, answers)
            answers.flush()
