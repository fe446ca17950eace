"""What a person sees while the watcher runs: a calm table at a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import deque
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cmtools.watch.decision import Decision
from cmtools.watch.protocol_text import printable
from cmtools.watch.watcher import WatcherState

LAST = 8
MOST_LISTED = 6


class View:
    """Shows what waits, what is in work, what was done; `folder` is the inbox as people call it."""

    def __init__(self, folder: str, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, emoji=False)
        self._folder = folder
        self._ends: deque[tuple[datetime, Decision]] = deque(maxlen=LAST)
        self._accepted = 0
        self._returned = 0
        self._state = WatcherState()
        self._live = (
            Live(console=self._console, auto_refresh=False, transient=False)
            if self._console.is_terminal
            else None
        )

    def __enter__(self) -> View:
        self._frame().__enter__()
        if self._live is None:
            self._console.print(f"Слежу за папкой: {printable(self._folder)}", markup=False)
        return self

    def __exit__(self, *error: object) -> None:
        if self._live is not None:
            self._live.stop()
        self._console.print(
            f"Принято: {self._accepted}, возвращено с ошибками: {self._returned}.", markup=False
        )

    def _frame(self) -> AbstractContextManager[object]:
        return self._live if self._live is not None else nullcontext()

    def show(self, state: WatcherState) -> None:
        """Show how things stand; what has not changed is not said again."""
        before, self._state = self._state, state
        if self._live is not None:
            if state != before:
                self._redraw()
            return
        for trouble in sorted(set(state.troubles) - set(before.troubles)):
            self._console.print(f"Задержка: {printable(trouble)}", markup=False)

    def end(self, plan: Decision, at: datetime) -> None:
        """Tell that a file has come to its end."""
        self._ends.appendleft((at, plan))
        self._accepted += plan.answer.accepted
        self._returned += not plan.answer.accepted
        if self._live is None:
            mark = "+" if plan.answer.accepted else "!"
            line = f"{at:%H:%M:%S} {mark} {printable(plan.name)}: {plan.answer.verdict}"
            self._console.print(f"{line} → {plan.folder}", markup=False, soft_wrap=True)
        else:
            self._redraw()

    def _redraw(self) -> None:
        assert self._live is not None
        self._live.update(self._picture(), refresh=True)

    def _picture(self) -> Group:
        state = self._state
        counts = Table.grid(padding=(0, 3))
        waits = len(state.looked.waiting) + len(state.looked.ready)
        counts.add_row(
            Text(f"ждёт {waits}"),
            Text(f"в работе {len(state.at_work)}", style="cyan"),
            Text(f"принято {self._accepted}", style="green"),
            Text(f"с ошибками {self._returned}", style="red" if self._returned else ""),
        )
        title = Text(f"Слежу за папкой: {printable(self._folder)}", style="bold")
        lines = [_line("→ ", name, "в работе") for name in state.at_work[:MOST_LISTED]]
        waiting = [*state.looked.waiting.items()][:MOST_LISTED]
        lines += [_line("… ", name, why) for name, why in waiting]
        lines += [Text(f"! {printable(text)}", style="yellow") for text in state.troubles]
        lines += [_ended(at, plan) for at, plan in self._ends]
        return Group(title, counts, *lines, Text("Остановить: Ctrl+C", style="dim"))


def _line(sign: str, name: str, what: str) -> Text:
    return Text(sign).append(printable(name)).append(f" — {what}", style="dim")


def _ended(at: datetime, plan: Decision) -> Text:
    style = "green" if plan.answer.accepted else "red"
    line = Text(f"{at:%H:%M:%S} ").append("✓ " if plan.answer.accepted else "✗ ", style=style)
    return line.append(printable(plan.name)).append(f" — {plan.answer.verdict}", style="dim")
