"""What is remembered of a book: versions, drops, conflicts, and what a copy was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cmtools.merge import reasons
from cmtools.merge.base import Base, choose_base, known_person
from cmtools.merge.conflict import RowCells, Side
from cmtools.merge.decisions import decide
from cmtools.merge.drops import NewDrop
from cmtools.merge.memory import MergeMemory
from cmtools.merge.records import BookRecords
from cmtools.merge.three_way import merge_books
from cmtools.merge.versions import Versions
from cmtools.tables.parsers import Percent
from cmtools.tables.reader.formulas import CellFormula
from support.merging import Cells, answer_to, apply, book, plain

NAME = "Книга.xlsx"
ORDERS: list[Cells] = [{"№ заказа": f"З-{n}", "Стадия": "1", "Примечание": ""} for n in range(4)]


def orders(**changes: dict[str, str]) -> BookRecords:
    rows = [{**row, **changes.get(f"o{number}", {})} for number, row in enumerate(ORDERS)]
    return book({"Заказы": rows, "Платежи": [{"№ заказа": "З-1", "Сумма": "5"}]})


class Desk:
    """A book in a workspace, and copies of it that are dropped one after the other."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.ours = orders()
        self.number = versions.add_version(NAME, self.ours)

    def drop(
        self, copy: BookRecords, stamp: int | None, person: str = "", first_seen: int = 0
    ) -> tuple[Base, list[str]]:
        """Merge a copy; return its base, and the reasons of its conflicts."""
        base = choose_base(
            self.versions, NAME, copy, stamp=stamp, person=person, first_seen=first_seen
        )
        merge = merge_books(base.records, self.ours, copy, author=person, caution=base.caution)
        self.ours = apply(merge, self.ours)
        self.number = self.versions.add_version(NAME, self.ours)
        drop = NewDrop(
            token=str(self.number) + str(len(self.versions.drops(NAME))),
            book=NAME,
            records=copy,
            version=base.version,
            state=base.state,
            is_guess=base.is_guess,
            author=person,
            conflicts=merge.conflicts,
        )
        self.versions.add_drop(NewDrop.load(json.loads(json.dumps(drop.dump()))))
        return base, [conflict.reason for conflict in merge.conflicts]

    def answer(self, sheet: str, take: Side, column: str | None = None) -> None:
        """Answer all that is asked about whole rows of a sheet, or one of its columns."""
        asked = self.versions.conflicts(NAME)
        asked = [one for one in asked if (one[1].sheet, one[1].column) == (sheet, column)]
        found = decide([answer_to(one, take) for _, one in asked], asked, self.ours)
        self.ours = apply(found.merge, self.ours)
        self.number = self.versions.add_version(NAME, self.ours)
        self.versions.decide(NAME, found.decided, found.refused)

    def cells(self, title: str) -> list[str]:
        return [row.meanings.get(title, "") for row in self.ours["Заказы"].rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Versions(tmp_path) as versions:
        yield Desk(versions)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    records = orders(o1={"Стадия": "2"})
    first = records["Заказы"].rows[0]
    cells: RowCells = {
        "а": Percent(0.5),
        "б": date(2026, 1, 2),
        "в": CellFormula("A¤*2"),
        "г": 5.0,
        "д": True,
    }
    sheet = replace(records["Заказы"], rows=[replace(first, cells=cells)])
    records = {**records, "Заказы": sheet}
    with Versions(tmp_path) as versions:
        number = versions.add_version(NAME, records)
        assert versions.add_version(NAME, records) == number
    with Versions(tmp_path) as versions:
        kept = versions.records(number)
        assert plain(kept) == plain(records)
        assert kept["Заказы"].rows[0].cells == cells
        assert [type(c) for c in kept["Заказы"].rows[0].cells.values()] == [
            *map(type, cells.values())
        ]
        assert versions.add_version("Другая.xlsx", records) != number


def test_a_damaged_memory_begins_anew(tmp_path: Path) -> None:
    with Versions(tmp_path) as versions:
        versions.add_version(NAME, orders())
    (tmp_path / ".cmtools" / "versions.sqlite").write_bytes(b"not a database" * 100)
    with Versions(tmp_path) as versions:
        assert versions.versions_of_stamp(NAME, 1) == []


def test_a_copy_with_a_stamp_that_is_not_known_takes_nothing(desk: Desk) -> None:
    _, asked = desk.drop(orders(o1={"Стадия": "2"}), stamp=77)
    assert asked == [reasons.BASE_UNKNOWN]
    assert desk.cells("Стадия") == ["1", "1", "1", "1"]


@pytest.mark.parametrize("person", ["", "Анна"])
def test_a_person_goes_on_with_his_copy(person: str, desk: Desk) -> None:
    """His last drop is the base; what others did meanwhile stays."""
    first = desk.number
    desk.drop(orders(o0={"Стадия": "2"}), stamp=first, person=person)
    desk.drop(orders(o3={"Стадия": "9"}), stamp=first, person=person and "Борис")
    copy = orders(o0={"Стадия": "2"}, o1={"Стадия": "3"})
    base, asked = desk.drop(copy, stamp=first, person=person)
    assert (base.version, asked) == (first, [])
    assert desk.cells("Стадия") == ["2", "3", "1", "9"]
    back = orders(o1={"Стадия": "3"})
    _, asked = desk.drop(back, stamp=first, person=person)
    assert asked == ([] if person else [reasons.DOUBTFUL])
    assert desk.cells("Стадия") == [("1" if person else "2"), "3", "1", "9"]


def test_what_is_in_doubt_stays_so_until_it_is_decided(desk: Desk) -> None:
    """Dropping the same old copy once more proves nothing."""
    first = desk.number
    desk.drop(orders(o0={"Стадия": "2"}, o1={"Стадия": "2"}, o2={"Стадия": "2"}), stamp=first)
    old = orders(o0={"Стадия": "2"}, o1={"Стадия": "2"}, o3={"Стадия": "5"})
    for _ in range(3):
        assert desk.drop(old, stamp=first)[1] == [reasons.DOUBTFUL]
        assert desk.cells("Стадия") == ["2", "2", "2", "5"]
    conflicts = desk.versions.conflicts(NAME)
    assert len(conflicts) == 1
    decided = [(number, conflict.place) for number, conflict in conflicts]
    desk.versions.decide(NAME, decided, [])
    assert desk.drop(old, stamp=first)[1] == []


def paid(*sums: str, **changes: dict[str, str]) -> BookRecords:
    payments = book({"Платежи": [{"№ заказа": "З-1", "Сумма": sum_} for sum_ in sums]})
    return {**orders(**changes), **payments}


def test_a_payment_that_its_author_corrects_is_there_once(desk: Desk) -> None:
    """He goes on with his copy: what he typed first is not there beside what he typed then."""
    first = desk.number
    for sum_ in ("6", "7", "8"):
        _, asked = desk.drop(paid("5", sum_), stamp=first, person="Анна")
        assert asked == []
        assert plain(desk.ours) == plain(paid("5", sum_))


@pytest.mark.parametrize("left", [("5",), ("5", "9")])
def test_a_payment_that_its_author_takes_back_is_asked(left: tuple[str, ...], desk: Desk) -> None:
    """It may be an older copy of his: a person decides, with the other payments of the order."""
    first = desk.number
    copy = {**paid("5", "6"), **book({"Заказы": [{**row, "Стадия": "2"} for row in ORDERS]})}
    desk.drop(copy, stamp=first, person="Анна")
    before = plain(desk.ours)
    _, asked = desk.drop(paid(*left), stamp=first, person="Анна")
    assert asked.count(reasons.DOUBTFUL) == len(asked) > 0
    assert plain(desk.ours) == before
    assert ("Платежи", "З-1", "") in [c.place for _, c in desk.versions.conflicts(NAME)]


def test_a_payment_is_corrected_in_a_copy_that_had_lost_its_stamp(desk: Desk) -> None:
    changes = {"o0": {"Стадия": "2"}}
    desk.drop(orders(**changes), stamp=desk.number, person="Анна")
    second = desk.number
    desk.drop(paid("5", "8", **changes), stamp=None, person="Анна")
    assert desk.drop(paid("5", "9", **changes), stamp=second, person="Анна")[1] == []
    assert plain(desk.ours) == plain(paid("5", "9", **changes))


def test_a_payment_corrected_in_a_copy_that_has_lost_its_stamp_is_asked(desk: Desk) -> None:
    """The copy is nearest to a version that had not the payment as he typed it first."""
    first, changes = desk.number, {"o0": {"Стадия": "2"}, "o2": {"Стадия": "2"}}
    desk.drop(orders(**changes), stamp=first, person="Борис")
    desk.drop(paid("5", "7"), stamp=first, person="Анна")
    _, asked = desk.drop(paid("5", "8", **changes), stamp=None, person="Анна")
    assert asked == [reasons.DOUBTFUL]
    assert plain(desk.ours) == plain(paid("5", "7", **changes))


def test_a_payment_that_was_deleted_from_the_book_and_comes_again_is_asked(desk: Desk) -> None:
    """Unless somebody types it again who saw that it was gone."""
    first = desk.number
    desk.drop(paid("5", "7"), stamp=first, person="Анна")
    desk.drop(paid("5"), stamp=desk.number, person="Борис")
    desk.drop(paid("5", o1={"Стадия": "3"}), stamp=desk.number, person="Борис")
    before = plain(desk.ours)
    assert desk.drop(paid("5", "7"), stamp=first, person="Вера")[1] == [reasons.CAME_BACK]
    assert plain(desk.ours) == before
    retyped = paid("5", "7", o1={"Стадия": "3"})
    assert desk.drop(retyped, stamp=desk.number, person="Глеб")[1] == []
    assert plain(desk.ours) == plain(retyped)


def test_a_row_of_a_version_that_never_came_into_the_book_is_not_asked(desk: Desk) -> None:
    """Two drops are merged side by side: the one that comes second is merged anew."""
    first, note = desk.number, {"o1": {"Стадия": "3"}}
    desk.versions.add_version(NAME, paid("5", "7"))
    desk.versions.add_version(NAME, desk.ours, stamp=first)
    desk.drop(orders(**note), stamp=first, person="Борис")
    assert desk.drop(paid("5", "7"), stamp=first, person="Анна")[1] == []
    assert plain(desk.ours) == plain(paid("5", "7", **note))


def test_an_unknown_person_withdraws_no_question_of_another(desk: Desk) -> None:
    """Both copies are of one version, and nothing tells their authors apart."""
    first, note = desk.number, {"o2": {"Примечание": "срочно"}}
    desk.drop(orders(o1={"Стадия": "2"}), stamp=first)
    desk.drop(orders(o1={"Стадия": "3"}, **note), stamp=first)
    desk.drop(orders(o1={"Стадия": "2"}, **note), stamp=first)
    assert [one.meanings[2] for _, one in desk.versions.conflicts(NAME)] == ["3"]


def test_a_new_row_with_a_value_that_was_turned_down_is_asked(desk: Desk) -> None:
    """It came under the number of another new row, which has been deleted since."""
    first, old = desk.number, orders()
    hers, his = (
        {"№ заказа": "З-9", "Стадия": stage, "Примечание": note}
        for stage, note in (("1", "срочно"), ("2", "ждёт"))
    )
    copies = [{**old, **book({"Заказы": [*ORDERS, new]})} for new in (hers, his)]
    desk.drop(copies[0], stamp=first, person="Анна")
    desk.drop(copies[1], stamp=first, person="Борис")
    desk.answer("Заказы", Side.OURS, "Стадия")
    desk.drop(old, stamp=desk.number, person="Анна")
    assert desk.drop(copies[1], stamp=first, person="Борис")[1] == [reasons.TURNED_DOWN]
    assert plain(desk.ours) == plain(old)


def test_a_payment_taken_back_after_the_book_was_edited_in_place_is_asked(desk: Desk) -> None:
    """The copy has come nearer to the edited book than to the version that it was made from."""
    first, edited = desk.number, {"o0": {"Стадия": "2"}}
    desk.ours = orders(**edited)
    desk.versions.add_version(NAME, desk.ours, stamp=first)
    desk.drop(paid("5", "7"), stamp=first, person="Анна")
    assert desk.drop(orders(**edited), stamp=first, person="Анна")[1] == [reasons.DOUBTFUL]
    assert plain(desk.ours) == plain(paid("5", "7", **edited))


def test_a_value_taken_back_in_a_row_that_is_deleted_is_asked(desk: Desk) -> None:
    first = desk.number
    desk.drop(orders(o2={"Стадия": "2"}), stamp=first, person="Анна")
    rows = [dict(row.meanings) for row in desk.ours["Заказы"].rows if row.key != "З-2"]
    desk.drop({**desk.ours, **book({"Заказы": rows})}, stamp=desk.number, person="Борис")
    assert desk.cells("№ заказа") == ["З-0", "З-1", "З-3"]
    assert desk.drop(orders(), stamp=first, person="Анна")[1] == [reasons.DOUBTFUL]


def test_a_cell_that_is_decided_is_known_before_its_row_is(desk: Desk) -> None:
    first = desk.number
    desk.drop(orders(o1={"Стадия": "2"}), stamp=first, person="Борис")
    copy = orders(o1={"Стадия": "3", "Примечание": "п"})
    _, asked = desk.drop(copy, stamp=first, person="Анна")
    assert {*asked} == {reasons.DIFFERENT, reasons.SAME_ROW}
    desk.answer("Заказы", Side.THEIRS, "Стадия")
    assert desk.cells("Стадия") == ["1", "3", "1", "1"]
    assert desk.drop(copy, stamp=first, person="Анна")[1] == [reasons.SAME_ROW]
    _, asked = desk.drop(orders(o1={"Примечание": "п"}), stamp=first, person="Анна")
    assert asked == [reasons.SAME_ROW] * 2
    assert plain(desk.ours) == plain(orders(o1={"Стадия": "3"}))


def test_a_new_order_that_its_author_deletes_again_is_asked(desk: Desk) -> None:
    first = desk.number
    new = {**orders(), **book({"Заказы": [*ORDERS, {"№ заказа": "З-9", "Стадия": "1"}]})}
    desk.drop(new, stamp=first, person="Анна")
    assert desk.drop(orders(), stamp=first, person="Анна")[1] == [reasons.DOUBTFUL]
    assert plain(desk.ours) == plain(new)
    assert desk.drop(orders(), stamp=first, person="Борис")[1] == []


def test_a_deleted_order_that_its_author_has_again_is_asked(desk: Desk) -> None:
    first = desk.number
    less = {**orders(), **book({"Заказы": ORDERS[:-1]})}
    desk.drop(less, stamp=first, person="Анна")
    assert desk.drop(orders(), stamp=first, person="Анна")[1] == [reasons.DOUBTFUL]
    assert plain(desk.ours) == plain(less)
    assert desk.drop(orders(), stamp=first, person="Борис")[1] == []


def test_two_unknown_people_who_correct_one_payment_are_asked(desk: Desk) -> None:
    """That the old payment is gone in both copies does not make the second go on from the first."""
    first = desk.number
    desk.drop(paid("6"), stamp=first)
    _, asked = desk.drop(paid("7"), stamp=first)
    assert asked == [reasons.BOTH_TOUCHED]
    assert plain(desk.ours) == plain(paid("6"))


def test_one_number_taken_by_two_unknown_people_is_asked_as_such(desk: Desk) -> None:
    """Their new orders are much alike; that does not make the second go on from the first."""
    first = desk.number
    new = {"№ заказа": "З-9", "Стадия": "1", "Срок": "1.12", "Вид": "заявка", "Код": "К-1"}
    for client, stage in (("К-1", "2"), ("К-2", "3")):
        changed = [{**ORDERS[0], "Стадия": stage}, *ORDERS[1:], {**new, "Код": client}]
        copy = {**orders(), **book({"Заказы": changed})}
        base, asked = desk.drop(copy, stamp=first)
        assert base.state == first
    assert asked[0] == reasons.DIFFERENT
    assert asked[1].startswith(reasons.NEW_TWICE)


def test_rows_that_an_unknown_person_lacks_are_asked(desk: Desk) -> None:
    """He changed most of what another did, by chance: he need not have seen the rest."""
    first = desk.number
    new = {"№ заказа": "З-9", "Стадия": "1"}
    changed = [{**row, "Стадия": "2"} for row in ORDERS]
    payments = [{"№ заказа": "З-1", "Сумма": sum_} for sum_ in ("5", "8")]
    desk.drop(book({"Заказы": [*changed, new], "Платежи": payments}), stamp=first)
    before = plain(desk.ours)
    _, asked = desk.drop(book({"Заказы": changed, "Платежи": payments[:1]}), stamp=first)
    assert asked == [reasons.DOUBTFUL] * 2
    assert plain(desk.ours) == before


@pytest.mark.parametrize(("note", "asked"), [("готово", [reasons.DOUBTFUL]), ("свой", [])])
def test_what_many_type_does_not_make_an_unknown_copy_go_on(
    note: str, asked: list[str], desk: Desk
) -> None:
    """Another stage over that of a drop is taken only where the copy is surely of its author."""
    first = desk.number
    done = {"Примечание": "готово"}
    shared = {"o1": done, "o2": {"Примечание": note}}
    desk.drop(orders(o0={"Стадия": "2"}, **shared), stamp=first)
    assert desk.drop(orders(o0={"Стадия": "3"}, **shared), stamp=first)[1] == asked
    assert desk.cells("Стадия")[0] == ("2" if asked else "3")


def test_a_stage_typed_again_and_again_is_a_known_persons(desk: Desk) -> None:
    first = desk.number
    for stage in ("2", "3", "4"):
        _, asked = desk.drop(orders(o0={"Стадия": stage}), stamp=first, person="Анна")
        assert asked == []
    assert desk.cells("Стадия")[0] == "4"


def test_an_old_copy_of_the_same_person_is_doubtful(desk: Desk) -> None:
    first = desk.number
    desk.drop(orders(o0={"Стадия": "2"}, o1={"Стадия": "2"}), stamp=first, person="Анна")
    base, asked = desk.drop(orders(o3={"Стадия": "5"}), stamp=first, person="Анна")
    assert (base.state, asked) == (first, [reasons.DOUBTFUL] * 2)
    assert desk.cells("Стадия") == ["2", "2", "1", "5"]


def test_what_a_later_drop_of_the_same_person_had_is_doubtful(desk: Desk) -> None:
    """A copy is nearer to his drop before the last: typed once more, or an old copy."""
    first = desk.number
    old = {"o0": {"Стадия": "2"}, "o1": {"Стадия": "2"}}
    desk.drop(orders(**old), stamp=first, person="Анна")
    new = {name: {"Стадия": "3"} for name in ("o2", "o3")}
    desk.drop(orders(o1={"Стадия": "2"}, **new), stamp=first, person="Анна")
    assert desk.cells("Стадия") == ["1", "2", "3", "3"]
    _, asked = desk.drop(orders(**old), stamp=first, person="Анна")
    assert asked == [reasons.DOUBTFUL] * 3
    assert desk.cells("Стадия") == ["1", "2", "3", "3"]


def test_a_copy_without_a_stamp_is_of_the_nearest_version(desk: Desk) -> None:
    numbers = []
    for name in ("o0", "o1", "o2"):
        desk.drop(orders(**{name: {"Стадия": "2"}}), stamp=1, person="Борис")
        numbers.append(desk.number)
    copy = orders(o0={"Стадия": "2"}, o1={"Стадия": "2", "Примечание": "звонил"})
    base, asked = desk.drop(copy, stamp=None, person="Анна")
    assert (base.version, asked) == (numbers[1], [])
    assert desk.cells("Стадия") == ["2", "2", "2", "1"]
    assert desk.cells("Примечание")[1] == "звонил"


def test_a_book_edited_in_place_is_a_version_of_its_stamp(desk: Desk) -> None:
    desk.ours = orders(o0={"Примечание": "в самой книге"})
    edited = desk.versions.add_version(NAME, desk.ours, stamp=1)
    copy = orders(o0={"Примечание": "в самой книге"}, o1={"Стадия": "2"})
    base, asked = desk.drop(copy, stamp=1, person="Анна")
    assert (base.version, asked) == (edited, [])


def test_a_copy_from_before_an_edit_in_place_takes_nothing_back(desk: Desk) -> None:
    """Most edits in place were seen by its author, the last ones perhaps not."""
    seen = {f"o{n}": {"Примечание": f"в самой книге {n}"} for n in range(3)}
    desk.ours = orders(**seen, o3={"Стадия": "2"})
    edited = desk.versions.add_version(NAME, desk.ours, stamp=1)
    copy = orders(**{**seen, "o1": {"Примечание": "из копии"}})
    _, asked = desk.drop(copy, stamp=1, person="Анна", first_seen=edited)
    assert asked == [reasons.DOUBTFUL] * 2
    assert desk.cells("Стадия")[3] == "2"
    assert desk.cells("Примечание")[1] == "в самой книге 1"


def test_edits_in_place_that_are_known_stay_and_are_no_questions(desk: Desk) -> None:
    """A copy from between two of them goes on from there; only what it takes back is asked."""
    for stage in ("2", "3"):
        desk.ours = orders(o0={"Стадия": stage})
        desk.versions.add_version(NAME, desk.ours, stamp=1)
    _, asked = desk.drop(orders(o0={"Стадия": "2"}, o1={"Стадия": "7"}), stamp=1, person="Анна")
    assert (asked, desk.cells("Стадия")) == ([], ["3", "7", "1", "1"])
    copy = orders(o0={"Стадия": "1"}, o1={"Стадия": "7"}, o2={"Стадия": "8"})
    _, asked = desk.drop(copy, stamp=1, person="Борис")
    assert (asked, desk.cells("Стадия")) == ([], ["3", "7", "8", "1"])


def test_an_open_conflict_is_listed_until_it_is_decided(desk: Desk) -> None:
    first = desk.number
    desk.drop(orders(o0={"Стадия": "2"}), stamp=first, person="Борис")
    copy = orders(o0={"Стадия": "3"})
    for _ in range(2):
        assert desk.drop(copy, stamp=first, person="Анна")[1] == [reasons.DIFFERENT]
        assert len(desk.versions.conflicts(NAME)) == 1
    ((number, conflict),) = desk.versions.conflicts(NAME)
    desk.versions.decide(NAME, [(number, conflict.place)], [(conflict.place, "3")])
    assert desk.versions.conflicts(NAME) == []
    assert desk.drop(copy, stamp=first, person="Анна")[1] == []
    assert desk.drop(copy, stamp=first, person="Вера")[1] != []
    assert desk.cells("Стадия")[0] == "2"


def test_a_cell_that_was_turned_down_with_its_row_is_asked(desk: Desk) -> None:
    first, own = desk.number, {"Моё": "в"}
    without = [dict(row.meanings) for row in orders()["Заказы"].rows if row.key != "З-1"]
    desk.drop(orders(o1=own), stamp=first, person="Анна")
    _, asked = desk.drop(book({"Заказы": without, "Платежи": []}), stamp=first, person="Борис")
    assert asked == [reasons.DELETED_IN_COPY] * 2
    desk.answer("Заказы", Side.BASE)
    assert desk.cells("Моё") == [""] * 4
    _, asked = desk.drop(orders(o1=own, o2={"Стадия": "9"}), stamp=first, person="Вера")
    assert (asked, desk.cells("Моё")) == ([reasons.TURNED_DOWN], [""] * 4)
    assert desk.cells("Стадия") == ["1", "1", "9", "1"]


@pytest.mark.parametrize(
    ("take", "later"),
    [
        (Side.OURS, ("5", "6", "8", "9")),
        (Side.BASE, ("5", "6", "8", "9")),
        (Side.BASE, ("5", "7", "9")),
        (Side.THEIRS, ("5", "7", "9")),
    ],
)
def test_a_row_that_was_turned_down_with_its_group_is_asked(
    take: Side, later: tuple[str, ...], desk: Desk
) -> None:
    desk.ours = paid("5", "6")
    first = desk.versions.add_version(NAME, desk.ours)
    desk.drop(paid("5", "7"), stamp=first, person="Анна")
    assert desk.drop(paid("5", "8"), stamp=first, person="Борис")[1] == [reasons.BOTH_TOUCHED]
    desk.answer("Платежи", take)
    before = desk.ours
    assert desk.drop(paid(*later), stamp=desk.number, person="Вера")[1] == [reasons.TURNED_DOWN]
    assert plain(desk.ours) == plain(before)


def test_a_deletion_that_was_turned_down_is_asked(desk: Desk) -> None:
    desk.ours = paid("5", "6")
    first = desk.versions.add_version(NAME, desk.ours)
    desk.drop(paid("5", "7"), stamp=first, person="Анна")
    assert desk.drop(paid("5"), stamp=first, person="Борис")[1] == [reasons.BOTH_TOUCHED]
    desk.answer("Платежи", Side.OURS)
    assert desk.drop(paid("5"), stamp=desk.number, person="Вера")[1] == [reasons.TURNED_DOWN]
    assert desk.drop(paid("5", "8"), stamp=desk.number, person="Глеб")[1] == [reasons.TURNED_DOWN]
    assert plain(desk.ours) == plain(paid("5", "7"))


def test_the_same_drop_is_kept_once(desk: Desk) -> None:
    drop = NewDrop(
        token="t", book=NAME, records=desk.ours, version=1, state=1, author="", conflicts=()
    )
    desk.versions.add_drop(drop)
    desk.versions.add_drop(drop)
    assert len(desk.versions.drops(NAME)) == 1


@pytest.mark.parametrize(
    ("modified_by", "person"),
    [
        ("Анна Петрова", "Петрова Анна Сергеевна"),
        ("ПЕТРОВА", "Петрова Анна Сергеевна"),
        ("Анна", ""),
        ("Пользователь Windows", ""),
        ("", ""),
    ],
)
def test_a_known_person_is_exactly_one_manager(modified_by: str, person: str) -> None:
    managers = ["Петрова Анна Сергеевна", "Смирнова Анна Ильинична", "Петров Пётр"]
    assert known_person(modified_by, managers) == person


def test_what_is_to_be_remembered_is_written_down_whole() -> None:
    """With the rows' numbers too: the links of the conflict book lead to them."""
    numbered = {
        title: replace(sheet, rows=[replace(row, row=n) for n, row in enumerate(sheet.rows, 5)])
        for title, sheet in orders().items()
    }
    decided = [(1, ("Заказы", "з-1", "Стадия"))]
    memory = MergeMemory(book=NAME, records=numbered, decided=decided, refused=[])
    assert MergeMemory.loads(memory.dumps()) == memory
