"""The working process itself: it answers errands from stdin on stdout until stdin ends."""

from __future__ import annotations

import faulthandler
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from cmtools.inbox.process import InboxProcessor
from cmtools.reports.report import make_month_report
from cmtools.watch.completeness import check_completeness
from cmtools.watch.requests import (
    CheckComplete,
    Errand,
    Heartbeat,
    ProcessDrop,
    RefreshReports,
    Reply,
    SyncIndex,
    WorkerError,
)
from cmtools.workers.server import _limit_memory as limit_memory
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

    with RequestHandler(send) as bench:
        while True:
            try:
                errand = pickle.load(requests)
            except EOFError:
                return
            faulthandler.dump_traceback_later(ORPHAN_SECONDS, exit=True)
            send(bench.answer(errand))
            faulthandler.cancel_dump_traceback_later()


class RequestHandler:
    """Does errands one after another; what it has read and compiled is kept for the next."""

    def __init__(self, beat: Callable[[Heartbeat], None]) -> None:
        self._beat = beat
        self._receivers: dict[Path, InboxProcessor] = {}

    def __enter__(self) -> RequestHandler:
        return self

    def __exit__(self, *error: object) -> None:
        for receiver in self._receivers.values():
            receiver.close()

    def answer(self, errand: Errand) -> Reply | OSError | WorkerError:
        """The reply to an errand; a fault of the system or of the program is one too."""
        try:
            return self._do(errand)
        except OSError as error:
            return error
        except MemoryError:
            os._exit(1)  # nothing that is left can be trusted
        except Exception:
            return WorkerError(traceback.format_exc())

    def _do(self, errand: Errand) -> Reply:
        match errand:
            case CheckComplete():
                return check_completeness(errand.path, Workspace(errand.root).limits())
            case ProcessDrop():
                receiver = self._receiver(errand.root)
                return receiver.process(errand.drop, errand.today, annotate=errand.annotate)
            case SyncIndex():
                self._receiver(errand.root).sync_other_books(errand.today)
                return None
            case RefreshReports():
                return tuple(make_month_report(errand.root, errand.month, today=errand.today).files)

    def _receiver(self, root: Path) -> InboxProcessor:
        if root not in self._receivers:
            self._receivers[root] = InboxProcessor(root, lambda stage: self._beat(Heartbeat(stage)))
        return self._receivers[root]
