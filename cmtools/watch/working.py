"""The working process itself: it answers errands from stdin on stdout until stdin ends."""

from __future__ import annotations

import faulthandler
import os
import pickle
import sys
import traceback
from collections.abc import Callable

from cmtools.commands.receiving import Drop, Receiver
from cmtools.commands.report import report
from cmtools.commands.received import Answer, Paper, Replacement
from cmtools.watch.errands import Beat, Broken, Digest, Errand, Look, Refresh, Reply, Work
from cmtools.watch.wholeness import shape_of
from cmtools.workspace import Workspace

ORPHAN_SECONDS = 600.0


def main() -> None:
    """Work until nobody asks any more."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints must not be heard
    _limit_memory(int(sys.argv[1]))

    def send(reply: object) -> None:
        pickle.dump(reply, answers)
        answers.flush()

    with Bench(lambda: send(Beat())) as bench:
        while True:
            try:
                errand = pickle.load(requests)
            except EOFError:
                return
            faulthandler.dump_traceback_later(ORPHAN_SECONDS, exit=True, file=sys.__stderr__)
            send(bench.answer(errand))
            faulthandler.cancel_dump_traceback_later()


class Bench:
    """Does errands one after another; what it has read and compiled is kept for the next."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._receivers: dict[str, Receiver] = {}

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
                return self._receiver(errand).digest(
                    errand.kind, errand.today, accepted=errand.accepted
                )
            case Work():
                return self._work(errand)
            case Refresh():
                return tuple(report(errand.root, errand.month, today=errand.today).files)

    def _work(self, errand: Work) -> Answer: ...

    def _receiver(self, errand: Digest | Work) -> Receiver: ...
