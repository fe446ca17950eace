"""Show documents that were made."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from cmtools.cli.console.layout import safe, show_problems
from cmtools.cli.console.render import render
from cmtools.commands.docs import DocsResult
from cmtools.documents.storage import DocumentState

MOST_FILES = 40
STATES = {
    DocumentState.MADE: "сделан",
    DocumentState.UNCHANGED: "без изменений",
    DocumentState.VERSION: "новая версия",
}


@render.register
def _(result: DocsResult, console: Console) -> None:
    show_problems(console, result.problems)
    documents = result.documents
    for document in documents[:MOST_FILES]:
        state = STATES.get(document.state, document.state.value)
        console.print(f"[green]✓[/] {safe(document.path)} [dim]({state})[/]", overflow="fold")
    if len(documents) > MOST_FILES:
        counts = Counter(document.state for document in documents)
        tally = ", ".join(f"{STATES[state]}: {count}" for state, count in counts.items())
        console.print(f"…всего документов: {len(documents)} ({tally})")
    if not documents and not result.problems:
        console.print("Эта стадия документов не требует; назовите вид ключом --kind.")
