"""The live view of a watcher: a table at a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cmtools.watch.decision import Decision
from cmtools.watch.inbox import SETTLING
from cmtools.watch.protocol_text import printable
from cmtools.watch.watcher import WatcherState

MAX_FINISHED = 8
MAX_LISTED = 6


class LiveView:
    """Shows what waits, what is being done and what is finished.

    folder: the inbox as people call it.
    """

    def __init__(self, folder: str, console: Console | None = None, *, quiet: bool = False) -> None:
        self._console = console or Console(highlight=False, emoji=False, quiet=quiet)
        self._folder = folder
        self._finished: deque[tuple[datetime, Decision]] = deque(maxlen=MAX_FINISHED)
        self._accepted = 0
        self._failed = 0
        self._state = WatcherState()
        self._live = (
            Live(console=self._console, auto_refresh=False, transient=False)
            if self._console.is_terminal
            else None
        )

    def __enter__(self) -> LiveView:
        if self._live is not None:
            self._live.start()
        else:
            self._console.print(f"Слежу за папкой: {printable(self._folder)}", markup=False)
        return self

    def __exit__(self, *error: object) -> None:
        if self._live is not None:
            self._live.stop()
        self._console.print(
            f"Принято: {self._accepted}, возвращено с ошибками: {self._failed}.", markup=False
        )

    def show(self, state: WatcherState) -> None:
        """Show the state of the watcher, if it has changed."""
        before, self._state = self._state, state
        if self._live is not None:
            if state != before:
                self._redraw()
            return
        for name, reason in sorted(_staying(state).items() - _staying(before).items()):
            self._console.print(f"Ждёт: {printable(name)} — {reason}", markup=False)
        for delay in sorted(set(state.delays) - set(before.delays)):
            self._console.print(f"Задержка: {printable(delay)}", markup=False)

    def add_finished(self, decision: Decision, at: datetime) -> None:
        """Show a finished drop."""
        self._finished.appendleft((at, decision))
        self._accepted += decision.result.accepted
        self._failed += not decision.result.accepted
        if self._live is not None:
            self._redraw()
            return
        mark = "+" if decision.result.accepted else "!"
        line = f"{at:%H:%M:%S} {mark} {printable(decision.name)}: {decision.result.verdict}"
        self._console.print(f"{line} → {decision.folder}", markup=False, soft_wrap=True)

    def _redraw(self) -> None:
        assert self._live is not None
        self._live.update(self._table(), refresh=True)

    def _table(self) -> Group:
        state = self._state
        counts = Table.grid(padding=(0, 3))
        counts.add_row(
            Text(f"ждёт {len(state.scan.waiting) + len(state.scan.ready)}"),
            Text(f"в работе {len(state.running)}", style="cyan"),
            Text(f"принято {self._accepted}", style="green"),
            Text(f"с ошибками {self._failed}", style="red" if self._failed else ""),
        )
        title = Text(f"Слежу за папкой: {printable(self._folder)}", style="bold")
        waiting = [*state.scan.waiting.items()][:MAX_LISTED]
        lines = [
            *(_line("→ ", name, "в работе") for name in state.running[:MAX_LISTED]),
            *(_line("… ", name, reason) for name, reason in waiting),
            *(Text(f"! {printable(delay)}", style="yellow") for delay in state.delays),
            *(_finished_line(at, decision) for at, decision in self._finished),
        ]
        return Group(title, counts, *lines, Text("Остановить: Ctrl+C", style="dim"))


def _staying(state: WatcherState) -> dict[str, str]:
    """Return what stays in the inbox, and why; not what is still being copied."""
    waiting = {name: why for name, why in state.scan.waiting.items() if why != SETTLING}
    return waiting | {name: f"{kind}, а не файл" for name, kind in state.scan.not_files.items()}


def _line(sign: str, name: str, note: str) -> Text:
    return Text(sign).append(printable(name)).append(f" — {note}", style="dim")


def _finished_line(at: datetime, decision: Decision) -> Text:
    accepted = decision.result.accepted
    line = Text(f"{at:%H:%M:%S} ")
    line.append("✓ " if accepted else "✗ ", style="green" if accepted else "red")
    line.append(printable(decision.name))
    return line.append(f" — {decision.result.verdict}", style="dim")
