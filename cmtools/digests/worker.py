"""A process that makes digests: one book after another, within bounds; see `crew` for its master.

Unlike the reading process of `guard` it also understands what it reads, so that of a book only
the small digest travels, and as many books are read at once as there are such processes.
"""

from __future__ import annotations

import gc
import pickle
import sys

from cmtools.books.loading import BookFile
from cmtools.books.orders import ORDER_BOOK
from cmtools.digests.codec import encoded
from cmtools.digests.making import digest_book
from cmtools.digests.request import Answer, Request
from cmtools.tables.children import limit_memory
from cmtools.tables.inside import Inside


def answer(request: Request) -> Answer:
    """Read a book here and now."""
    book = ORDER_BOOK if request.is_orders else None
    file = BookFile(path=request.path, name="", book=book)
    try:
        return encoded(digest_book(file, Inside(limits=request.limits), request.today))
    except OSError as error:
        return error


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
        pickle.dump(answer(request), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()
        gc.collect()  # what is frozen is not looked at: this takes no time
