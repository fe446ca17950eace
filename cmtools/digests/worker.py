"""A process that makes digests: one book after another, within bounds; see `crew` for its master.

Unlike the reading process of `guard` it also understands what it reads, so that of a book only
the small digest travels, and as many books are read at once as there are such processes.
"""

from __future__ import annotations

import gc
import pickle
import sys

from cmtools.digests.making import answer
from cmtools.digests.request import Request
from cmtools.tables.reader.inline import Inside
from cmtools.tables.reader.worker import limit_memory


def main() -> None:
    """Answer requests from stdin on stdout until stdin ends."""
    gc.disable()
    gc.freeze()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            request: Request = pickle.load(requests)
        except EOFError:
            return
        limit_memory(2 * request.limits.memory_bytes)  # to read it, and to understand it
        found = answer(request, Inside(limits=request.limits))
        pickle.dump(found, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()
        gc.collect()  # what is frozen is not looked at: this takes no time
