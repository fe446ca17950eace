"""Rules of clients and of the seller: requisites, accounts, forms."""

from pathlib import Path

import pytest

from cmtools.commands.validate import validate
from support.rule_cases import (
    NBSP,
    Case,
    bad,
    breaks,
    check,
    error,
    field,
    passes,
    repeated,
    several,
    spelled,
    warning,
)
from support.workbench import TODAY, healthy, put

REPEATED = [
    repeated("Клиенты", "Код"),
    breaks(
        "a code that differs by a Latin letter only",
        error("Клиенты", "Код", 2),
        put("Клиенты", "Код", 2, "K-0001"),
    ),
]

WRONG_REQUISITES = [
    bad("Клиенты", "ИНН", 0, "7707083892", "ИНН 10: check digit"),
    bad("Клиенты", "ИНН", 0, "0000000000", "ИНН 10: only zeros"),
    bad("Клиенты", "ИНН", 0, "770708389", "ИНН 10: 9 digits"),
    bad("Клиенты", "ИНН", 0, "77О7083893", "ИНН 10: a letter for a digit"),
    bad("Клиенты", "ИНН", 0, "771234567859", "ИНН 12 for юрлицо"),
    bad("Клиенты", "ИНН", 1, "7707083893", "ИНН 10 for ИП"),
    bad("Клиенты", "ИНН", 1, "771234567858", "ИНН 12: the last check digit"),
    bad("Клиенты", "ИНН", 1, "771234567869", "ИНН 12: the first check digit"),
    bad("Клиенты", "ИНН", 1, "000000000000", "ИНН 12: only zeros"),
    bad("Клиенты", "ИНН", 1, None, "no ИНН for ИП"),
    bad("Клиенты", "ИНН", 2, "7707083893", "ИНН 10 for физлицо"),
    bad("Клиенты", "ИНН", 2, "771234567858", "ИНН of физлицо: check digit"),
    bad("Клиенты", "КПП", 0, None, "no КПП for юрлицо"),
    bad("Клиенты", "КПП", 0, "77070100", "КПП: 8 characters"),
    bad("Клиенты", "КПП", 0, "77A701001", "КПП: a letter out of place"),
    bad("Клиенты", "КПП", 1, "770701001", "КПП for ИП"),
    bad("Клиенты", "КПП", 2, "770701001", "КПП for физлицо"),
    bad("Клиенты", "ОГРН", 0, "1027700132196", "ОГРН: check digit"),
    bad("Клиенты", "ОГРН", 0, "102770013219", "ОГРН: 12 digits"),
    bad("Клиенты", "ОГРН", 0, "316774600012304", "ОГРНИП for юрлицо"),
    bad("Клиенты", "ОГРН", 1, "1027700132195", "ОГРН 13 for ИП"),
    bad("Клиенты", "ОГРН", 1, "316774600012305", "ОГРНИП: check digit"),
    bad("Клиенты", "ОГРН", 2, "316774600012304", "ОГРН for физлицо"),
    bad("Клиенты", "БИК", 0, "04980574", "БИК: 8 digits"),
    bad("Клиенты", "БИК", 0, None, "accounts without a БИК"),
    bad("Клиенты", "Расчётный счёт", 0, "40602810700000000026", "account: key"),
    bad("Клиенты", "Расчётный счёт", 0, "4060281070000000002", "account: 19 digits"),
    bad("Клиенты", "Расчётный счёт", 0, "0310064300000001730", "treasury account: 19 digits"),
    bad("Клиенты", "Корр. счёт", 0, "30101810800000000747", "correspondent account: key"),
    bad("Клиенты", "Корр. счёт", 0, "3010181080000000074", "correspondent account: 19 digits"),
    breaks(
        "one account without a БИК",
        error("Клиенты", "БИК", 2),
        put("Клиенты", "Расчётный счёт", 2, "40602810700000000025"),
    ),
    breaks(
        "a treasury account without a БИК",
        error("Клиенты", "БИК", 2),
        put("Клиенты", "Расчётный счёт", 2, "03224643450000007300"),
    ),
    *(
        bad("Организация", "Значение", field(name), value, f"seller: {name} = {value}")
        for name, value in {
            "Форма": "иное",
            "ИНН": "5504036334",
            "КПП": "55040100",
            "ОГРН": "1025501701687",
            "БИК": "04452570",
            "Расчётный счёт": "40702810800001400003",
            "Корр. счёт": "30101810200000000701",
        }.items()
    ),
]

INCOMPLETE = [
    breaks(
        "seller without an ИНН",
        warning("Организация", ("Значение", None), field("ИНН")),
        put("Организация", "Значение", field("ИНН"), None),
    ),
]

OUT_OF_BOUNDS = [
    *(bad("Клиенты", "Периодичность касаний, дней", 0, value) for value in (0, -3, 1.5)),
]

CHOICES_IN_ANY_CASE = [
    passes(
        "forms",
        *(put("Клиенты", "Форма", i, v) for i, v in enumerate(("ЮРЛИЦО", " ип ", "Физлицо"))),
    ),
    passes(
        "статус",
        put("Клиенты", "Особый статус", 0, "vip"),
        put("Клиенты", "Особый статус", 1, "Проблемный "),
        put("Клиенты", "Особый статус", 2, " "),
    ),
    spelled(
        "Журнал контактов",
        "Вид",
        "звонок",
        "ПИСЬМО",
        "Встреча",
        " поздравление",
        f"претензия{NBSP}",
    ),
    spelled(
        "Передачи клиентов",
        "Причина",
        "Оформление заказов",
        "проблемный клиент",
        "VIP",
        "vip",
        "совмещение",
        "ПРОЧЕЕ ",
    ),
]

RIGHT_REQUISITES = [
    passes("a КПП with letters", put("Клиенты", "КПП", 0, "7707AB001")),
    passes(
        "an ОГРНИП whose remainder has two digits", put("Клиенты", "ОГРН", 1, "316774600012371")
    ),
    passes("юрлицо without an ОГРН", put("Клиенты", "ОГРН", 0, None)),
    passes("физлицо with an ИНН", put("Клиенты", "ИНН", 2, "500100732259")),
    passes(
        "a БИК without accounts",
        put("Клиенты", "Расчётный счёт", 0, None),
        put("Клиенты", "Корр. счёт", 0, None),
    ),
    passes(
        "no bank",
        *(
            put("Клиенты", column, 0, None)
            for column in ("Банк", "БИК", "Расчётный счёт", "Корр. счёт")
        ),
    ),
    passes(
        "treasury accounts have no key",
        put("Клиенты", "БИК", 0, "004525988"),
        put("Клиенты", "Расчётный счёт", 0, "03224643450000007300"),
        put("Клиенты", "Корр. счёт", 0, "40102810545370000004"),
    ),
    *(
        passes(
            f"the published account {account}",
            put("Клиенты", "ИНН", 0, inn),
            put("Клиенты", "БИК", 0, bik),
            put("Клиенты", "Расчётный счёт", 0, account),
            put("Клиенты", "Корр. счёт", 0, None),
        )
        for inn, account, bik in (
            ("5504036333", "40702810800001400002", "044525700"),
            ("7707017509", "40702810000000011692", "044525823"),
            ("7802895380", "40702810455000024248", "044030653"),
        )
    ),
    *(
        passes(
            f"the published ОГРН {ogrn}",
            put("Клиенты", "ИНН", 0, inn),
            put("Клиенты", "ОГРН", 0, ogrn),
        )
        for inn, ogrn in (("7708503727", "1037739877295"), ("7736207543", "1027700229193"))
    ),
    passes(
        "a seller that is an ИП",
        *(
            put("Организация", "Значение", field(name), value)
            for name, value in {
                "Форма": "ИП",
                "ИНН": "771234567859",
                "КПП": None,
                "ОГРН": "316774600012304",
            }.items()
        ),
    ),
]


@several([*REPEATED, *WRONG_REQUISITES, *INCOMPLETE, *OUT_OF_BOUNDS])
def test_one_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several([*CHOICES_IN_ANY_CASE, *RIGHT_REQUISITES])
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize("form", ["иное", None, "юрлицо"])
@pytest.mark.parametrize(
    ("inn", "ogrn"),
    [("7707083892", "1027700132196"), ("770708389", "102770013219")],
)
def test_numbers_never_wait_for_another_cell(
    form: str | None, inn: str, ogrn: str, tmp_path: Path
) -> None:
    """A wrong form and a wrong БИК hide no other wrong number, and each cell is reported once."""
    wrong = {
        "Форма": form,
        "ИНН": inn,
        "КПП": "77A701001",
        "ОГРН": ogrn,
        "БИК": "04980574",
        "Расчётный счёт": "4060281070000000002",
        "Корр. счёт": "3010181080000000074",
    }
    healthy(tmp_path, *(put("Клиенты", title, 0, value) for title, value in wrong.items()))
    found = [p.column for p in validate(tmp_path, today=TODAY).problems]
    assert found == [title for title in wrong if (title, form) != ("Форма", "юрлицо")]
