"""The working process itself: it answers errands from stdin on stdout until stdin ends."""

from __future__ import annotations

import faulthandler
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from cmtools.commands.receiving import Drop, Receiver
from cmtools.commands.report import report
from cmtools.tables.children import limit_memory
from cmtools.watch.errands import Beat, Broken, Compare, Digest, Errand, Look, Refresh, Reply, Work
from cmtools.watch.wholeness import shape_of
from cmtools.workspace import Workspace

ORPHAN_SECONDS = 600.0


def main() -> None:
    """Work until nobody asks any more."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints must not be heard
    limit_memory(int(sys.argv[1]))

    def send(reply: object) -> None:
        pickle.dump(reply, answers)
        answers.flush()

    with Bench(send) as bench:
        while True:
            try:
                errand = pickle.load(requests)
            except EOFError:
                return
            faulthandler.dump_traceback_later(ORPHAN_SECONDS, exit=True)
            send(bench.answer(errand))
            faulthandler.cancel_dump_traceback_later()


class Bench:
    """Does errands one after another; what it has read and compiled is kept for the next."""

    def __init__(self, beat: Callable[[Beat], None]) -> None:
        self._beat = beat
        self._receivers: dict[Path, Receiver] = {}

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *error: object) -> None:
        for receiver in self._receivers.values():
            receiver.close()

    def answer(self, errand: Errand) -> Reply | OSError | Broken:
        """The reply to an errand; a fault of the system or of the program is one too."""
        try:
            return self._do(errand)
        except OSError as error:
            return error
        except MemoryError:
            os._exit(1)  # nothing that is left can be trusted
        except Exception:
            return Broken(traceback.format_exc())

    def _do(self, errand: Errand) -> Reply:
        match errand:
            case Look():
                return shape_of(errand.path, Workspace(errand.root).limits())
            case Digest():
                receiver = self._receiver(errand.root)
                return receiver.settings(errand.kind, errand.today, accepted=errand.accepted)
            case Work():
                drop = Drop(
                    copy=errand.copy,
                    name=errand.name,
                    digest=errand.digest,
                    aside=errand.aside,
                    result=errand.result,
                )
                receiver = self._receiver(errand.root)
                return receiver.receive(drop, errand.today, paint=errand.paint)
            case Compare():
                self._receiver(errand.root).compare(errand.today)
                return None
            case Refresh():
                return tuple(report(errand.root, errand.month, today=errand.today).files)

    def _receiver(self, root: Path) -> Receiver:
        if root not in self._receivers:
            self._receivers[root] = Receiver(root, lambda stage: self._beat(Beat(stage)))
        return self._receivers[root]
