"""Rules of the sheets «Макеты», «Документы» and «Договоры»."""

from datetime import date
from pathlib import Path

from support.rule_cases import Case, bad, breaks, check, error, passes, repeated, several
from support.workbench import add, put

REPEATED = [
    repeated("Договоры", "№ договора"),
    repeated("Макеты", "№ макета"),
]

BROKEN = [
    bad("Макеты", "Согласован клиентом", 0, date(2026, 11, 10), "approved before it was ready"),
    breaks(
        "approved without being ready",
        error("Макеты", "Согласован клиентом", 0),
        put("Макеты", "Дата готовности", 0, None),
    ),
    breaks(
        "a paper of neither an order nor a contract",
        error("Документы", "№ заказа", 2),
        put("Документы", "№ заказа", 2, None),
        put("Документы", "№ договора", 2, None),
    ),
    bad("Документы", "Дата передачи", 1, date(2026, 10, 8), "handed over before received"),
    breaks(
        "handed over without being received",
        error("Документы", "Дата передачи", 1),
        put("Документы", "Оригинал получен", 1, None),
    ),
    bad("Договоры", "Директор", 0, date(2026, 10, 5), "the director before the finances"),
]

REPORTED_ONCE = [
    bad("Документы", "Оригинал получен", 0, "03/04/2026", "an act received at two dates"),
    bad("Документы", "Вид документа", 0, "иное", "a paper of a closed order of an unknown kind"),
]
"""Mistakes from which others would follow, were they not of one cause."""

CHOICES_IN_ANY_CASE = [
    passes(
        "Вид документа",
        add(
            "Документы",
            *(
                {"№ заказа": "З-2026-0001", "Вид документа": kind}
                for kind in (
                    "Договор",
                    "соглашение",
                    "СПЕЦИФИКАЦИЯ",
                    "счёт",
                    "акт",
                    "накладная",
                    "письмо ",
                    "паспорт",
                    "схема",
                    "чертёж",
                    "проект КЖ",
                    "проект км",
                    "Геология",
                    "прочее",
                )
            ),
        ),
    ),
    passes("Передан в", put("Документы", "Передан в", 1, "ТЕХНИЧЕСКИЙ ОТДЕЛ")),
]

ALLOWED = [
    passes(
        "approved on the day it was ready",
        put("Макеты", "Согласован клиентом", 0, date(2026, 11, 11)),
    ),
    passes(
        "handed over on the day it came", put("Документы", "Дата передачи", 1, date(2026, 10, 9))
    ),
]


@several([*REPEATED, *BROKEN, *REPORTED_ONCE])
def test_one_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several([*CHOICES_IN_ANY_CASE, *ALLOWED])
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)
