"""How papers name the two sides: cases, genders, proxies, addressees, signatures, corrections."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtools.commands.docs import DocsResult
from support.paper_figures import SECOND, make
from support.papers import Paper
from support.workbench import cell_of, healthy, put

COMPANY = {
    "Форма": "юрлицо",
    "Краткое наименование": "АО «Заря»",
    "Полное наименование": "Акционерное общество «Заря»",
    "ИНН": "7707083893",
    "КПП": "770701001",
    "ОГРН": "1027700132195",
    "ФИО руководителя": None,
    "Действует на основании": None,
}
PERSON = {
    "Форма": "физлицо",
    "Краткое наименование": "Лебедева Ольга Петровна",
    "ИНН": None,
    "ОГРН": None,
    "ФИО руководителя": None,
}
PROXY = {
    "ФИО руководителя": "Иванова Мария Ильинична",
    "Действует на основании": "Доверенность № 5",
}


def made(folder: Path, client: dict[str, str | None], *kinds: str) -> tuple[DocsResult, list[str]]:
    """Papers of the second order, whose client is changed, and their texts."""
    root = healthy(folder, *(put("Клиенты", name, 1, value) for name, value in client.items()))
    result = make(root, SECOND, *kinds)
    return result, [Paper(root / path).loose for path in result.files]


@pytest.mark.parametrize(
    ("client", "named", "signed"),
    [
        (
            {"Действует на основании": "свидетельство"},
            "Индивидуальный предприниматель Кузнецов Виктор Андреевич, именуемый в дальнейшем "
            "«Покупатель», действующий на основании свидетельства",
            "В. А. Кузнецов",
        ),
        (
            PROXY,
            "Индивидуальный предприниматель Кузнецов В. А., именуемый в дальнейшем «Покупатель», "
            "в лице представителя Ивановой Марии Ильиничны, действующей на основании "
            "Доверенности № 5",
            "М. И. Иванова",
        ),
        (
            PERSON | PROXY | {"Должность руководителя": "Адвокат"},
            "Лебедева Ольга Петровна, именуемая в дальнейшем «Покупатель», "
            "в лице адвоката Ивановой Марии Ильиничны, действующей на основании Доверенности № 5",
            "М. И. Иванова",
        ),
        (PERSON, "Лебедева Ольга Петровна, именуемая в дальнейшем «Покупатель»", "О. П. Лебедева"),
        (
            COMPANY | {"Действует на основании": "на основании Устава"},
            "Акционерное общество «Заря», именуемое в дальнейшем «Покупатель», "
            "действующее на основании Устава",
            "____",
        ),
        (
            COMPANY | {"ФИО руководителя": "Юрий Юлианович Шевчук"},
            "Акционерное общество «Заря», именуемое в дальнейшем «Покупатель», "
            "в лице Юрия Юлиановича Шевчука",
            "Ю. Ю. Шевчук",
        ),
    ],
)
def test_a_side_of_the_contract(
    tmp_path: Path, client: dict[str, str | None], named: str, signed: str
) -> None:
    result, (text,) = made(tmp_path, client, "contract")
    assert result.problems == ()
    assert f"{named}, с другой стороны" in text
    assert f"/ {signed}" in text


@pytest.mark.parametrize(
    ("client", "lines"),
    [
        ({}, ["Индивидуальному предпринимателю Кузнецову Виктору Андреевичу"]),
        (PROXY, ["Индивидуальному предпринимателю Кузнецову В. А."]),
        (PERSON, ["Лебедевой Ольге Петровне"]),
        (COMPANY, ["Руководителю", "АО «Заря»"]),
        (
            COMPANY | {"ФИО руководителя": "Лебедева Ольга Петровна"},
            ["Руководителю", "АО «Заря»", "Лебедевой Ольге Петровне"],
        ),
        (
            COMPANY
            | {"Должность руководителя": "директор", "ФИО руководителя": "Ли Юн"}
            | {"Должность в дательном падеже": "директору", "ФИО в дательном падеже": "Ли Юну"},
            ["Директору", "АО «Заря»", "Ли Юну"],
        ),
    ],
)
@pytest.mark.parametrize("kind", ["readiness", "offer"])
def test_a_letter_is_addressed_in_the_dative(
    tmp_path: Path, kind: str, client: dict[str, str | None], lines: list[str]
) -> None:
    result, (text,) = made(tmp_path, client, kind)
    assert result.problems == ()
    assert "\n".join(["", *lines, ""]) in text


@pytest.mark.parametrize(
    ("kind", "client", "column"),
    [
        ("contract", COMPANY | {"ФИО руководителя": "Саша Ким"}, "ФИО в родительном падеже"),
        ("offer", COMPANY | {"ФИО руководителя": "Саша Ким"}, "ФИО в дательном падеже"),
        ("offer", PERSON | {"Краткое наименование": "Саша Ким"}, "ФИО в дательном падеже"),
        ("contract", {"Действует на основании": "Уставом"}, "Действует на основании"),
    ],
)
def test_a_case_that_was_guessed_names_the_cell_that_corrects_it(
    tmp_path: Path, kind: str, client: dict[str, str | None], column: str
) -> None:
    (problem,) = made(tmp_path, client, kind)[0].problems
    register = tmp_path / "Реестр клиентов.xlsx"
    assert (problem.code, problem.column) == ("case-unsure", column)
    assert problem.place.cell == cell_of(register, "Клиенты", column, 1)
