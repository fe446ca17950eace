"""The notice of readiness: it states no check that the books do not show."""

from pathlib import Path

import pytest

from support.paper_figures import SECOND, make, shipment
from support.papers import Paper
from support.workbench import Row, add, drop, healthy


def received(quantity: int, quality: str | None) -> Row:
    """A delivery of the contractor for the second order."""
    return shipment(19, quantity) | {"Вид": "получено от подрядчика", "Качество": quality}


@pytest.mark.parametrize(
    ("rows", "is_checked"),
    [
        ([], False),
        ([received(800, "принято")], True),
        ([received(500, "принято"), received(300, "принято")], True),
        ([received(500, "принято"), received(300, "брак")], False),
        ([received(800, None)], False),
    ],
)
def test_a_notice_says_checked_when_the_books_do(
    tmp_path: Path, rows: list[Row], is_checked: bool
) -> None:
    root = healthy(tmp_path, drop("Поставки", 2), add("Поставки", *rows))
    outcome = make(root, SECOND, "readiness")
    assert outcome.exit_code == 0, outcome.problems
    text = Paper(root / outcome.files[0]).text
    assert ("проверена по количеству и качеству" in text) == is_checked
    assert "изготовлена" in text
