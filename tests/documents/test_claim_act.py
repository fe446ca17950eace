"""The act about a claim: its day, its wording, and what the books show to be handed over."""

from datetime import date
from pathlib import Path

import pytest

from support.paper_figures import SECOND, make, shipment
from support.papers import NB, Paper
from support.workbench import SHIPPING, TODAY, Change, add, healthy, put

CATALOGUES, CARDS = "Каталог 24 стр.", "Визитки"


def claim_act(folder: Path, *changes: Change) -> Paper:
    """The act about the claim of the second order, made on 20.11.2026."""
    root = healthy(folder, *changes)
    outcome = make(root, SECOND, "claim-act")
    assert outcome.exit_code == 0, outcome.problems
    return Paper(root / outcome.files[0])


def handed_over(paper: Paper) -> dict[str, str]:
    """Name of a line → «Передано»."""
    (table,) = [table for table in paper.tables if "Передано" in table[0]]
    name, quantity = table[0].index("Наименование продукции"), table[0].index("Передано")
    return {row[name].replace(NB, " "): row[quantity] for row in table[1:]}


def decided(on: date) -> tuple[Change, ...]:
    return (
        put("Претензии", "Решение", 1, "отклонена"),
        put("Претензии", "Дата решения", 1, on),
    )


def test_it_bears_the_day_of_the_decision(tmp_path: Path) -> None:
    """Of the claim, while nothing is decided; the day of the claim stays in the text."""
    claimed, day = "«20» ноября 2026 г.", "«21» ноября 2026 г."
    paper = claim_act(tmp_path / "open")
    assert paper.loose.count(claimed) == 3  # of the act, of the claim, of the row with the town
    later = claim_act(tmp_path / "decided", *decided(TODAY))
    assert later.loose.splitlines().count(day) == 1
    assert f"Покупатель {claimed} предъявил" in later.loose
    assert later.document.core_properties.created.date() == TODAY


def test_its_wording_ends_as_a_sentence(tmp_path: Path) -> None:
    assert "Причина претензии: Помятая упаковка.\n" in claim_act(tmp_path).loose


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], {CATALOGUES: "", CARDS: ""}),
        ([shipment(19, 800)], {CATALOGUES: "300", CARDS: "500"}),
        ([shipment(19, 100, 1)], {CATALOGUES: "100"}),
        (
            [shipment(18, 100, 1), shipment(19, 150, 1), shipment(19, 50, 2)],
            {CATALOGUES: "250", CARDS: "50"},
        ),
        ([shipment(19, 100)], {CATALOGUES: "", CARDS: ""}),
        ([shipment(19, 100, 1), shipment(21, 700)], {CATALOGUES: "100"}),
    ],
)
def test_handed_over_is_what_was_shipped_by_its_day(
    tmp_path: Path, rows: list[dict[str, object]], expected: dict[str, str]
) -> None:
    """Empty, for a pen, where the books do not show it."""
    assert handed_over(claim_act(tmp_path, SHIPPING, add("Поставки", *rows))) == expected


def test_a_decision_counts_what_was_shipped_until_then(tmp_path: Path) -> None:
    rows = add("Поставки", shipment(19, 100, 1), shipment(21, 200, 1))
    assert handed_over(claim_act(tmp_path, rows, *decided(TODAY))) == {CATALOGUES: "300"}
