"""Stamps and versions: what nobody touched is refreshed, what somebody did is never written to."""

import io
import zipfile
from pathlib import Path

import pytest

from cmtools.documents.fingerprint import add_stamp, fingerprint, read_stamp
from cmtools.documents.storage import DocumentState
from cmtools.documents.versions import save_papers
from cmtools.workspace import bundled_folder

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = f'<Types xmlns="{PACKAGE}/content-types"/>'


def office_file(text: str, **parts: str) -> bytes:
    """The smallest package that can bear a stamp."""
    targets = {"officeDocument": "body.xml"}
    if "custom" in parts:
        targets["custom-properties"] = "docProps/custom.xml"
    relations = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/relationships/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        )
        archive.writestr("body.xml", f"<body>{text}</body>")
        for name, part in parts.items():
            archive.writestr(f"docProps/{name}.xml", part)
    return content.getvalue()


def saved_by_a_person(path: Path, text: str) -> None:
    """Another body; the properties stay, as in Excel and Word."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (parts | {"body.xml": f"<body>{text}</body>".encode()}).items():
            archive.writestr(name, part)


def bodies(folder: Path) -> dict[str, str]:
    """File → its body."""
    found = {}
    for path in sorted(folder.iterdir()):
        with zipfile.ZipFile(path) as archive:
            body = archive.read("body.xml").decode()
            found[path.name] = body.removeprefix("<body>").removesuffix("</body>")
    return found


def kept(folder: Path, text: str, *endings: str) -> tuple[list[str], DocumentState]:
    papers = {ending: office_file(text) for ending in endings or (".xlsx",)}
    paths, state = save_papers(folder, "Отчёт", papers)
    return [path.name for path in paths], state


def test_a_stamp_holds_until_the_content_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    content = office_file("one")
    path.write_bytes(add_stamp(content))
    assert read_stamp(path) == (fingerprint(content), True)
    saved_by_a_person(path, "two")
    assert read_stamp(path) == (fingerprint(content), False)


def test_what_a_file_says_of_itself_does_not_count() -> None:
    """Excel notes who saved a book and when."""
    assert fingerprint(office_file("one")) == fingerprint(office_file("one", core="noon"))
    assert fingerprint(office_file("one")) != fingerprint(office_file("two"))


def test_a_template_may_have_properties_of_its_own(tmp_path: Path) -> None:
    custom = (
        f'<Properties xmlns="{OFFICE}/custom-properties" xmlns:vt="{OFFICE}/docPropsVTypes">'
        '<property fmtid="{}" pid="7" name="Отдел">'
        "<vt:lpwstr>Продажи</vt:lpwstr></property></Properties>"
    )
    path = tmp_path / "a.docx"
    path.write_bytes(add_stamp(add_stamp(office_file("one", custom=custom))))
    with zipfile.ZipFile(path) as archive:
        properties = archive.read("docProps/custom.xml").decode()
    assert properties.count("<property ") == 2
    assert 'pid="7" name="Отдел"' in properties
    assert 'pid="8" name="cmtools"' in properties
    assert read_stamp(path)[1]


@pytest.mark.parametrize("name", ["Отчёт.docx", "План.docx"])
def test_a_stamp_in_a_true_document(tmp_path: Path, name: str) -> None:
    content = (bundled_folder("templates") / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(add_stamp(content))
    assert read_stamp(path) == (fingerprint(content), True)


@pytest.mark.parametrize("content", [b"", b"no zip", office_file("one")])
def test_a_file_of_another_hand_has_no_stamp(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert read_stamp(path) == (None, False)


def test_an_untouched_file_is_refreshed(tmp_path: Path) -> None:
    assert kept(tmp_path, "one") == (["Отчёт.xlsx"], DocumentState.MADE)
    assert kept(tmp_path, "one") == (["Отчёт.xlsx"], DocumentState.UNCHANGED)
    assert kept(tmp_path, "two") == (["Отчёт.xlsx"], DocumentState.REFRESHED)
    assert bodies(tmp_path) == {"Отчёт.xlsx": "two"}


def test_a_touched_file_stays_and_the_next_version_is_made_once(tmp_path: Path) -> None:
    kept(tmp_path, "one")
    saved_by_a_person(tmp_path / "Отчёт.xlsx", "one, signed")
    assert kept(tmp_path, "one") == (["Отчёт.xlsx"], DocumentState.UNCHANGED)
    assert kept(tmp_path, "two") == (["Отчёт (2).xlsx"], DocumentState.VERSION)
    assert kept(tmp_path, "three") == (["Отчёт (2).xlsx"], DocumentState.REFRESHED)
    assert bodies(tmp_path) == {"Отчёт.xlsx": "one, signed", "Отчёт (2).xlsx": "three"}


def test_papers_of_one_make_keep_one_version(tmp_path: Path) -> None:
    """A comment typed into the Word paper holds the workbook too."""
    both = (".xlsx", ".docx")
    kept(tmp_path, "one", *both)
    saved_by_a_person(tmp_path / "Отчёт.docx", "one, with a comment")
    names = ["Отчёт (2).xlsx", "Отчёт (2).docx"]
    assert kept(tmp_path, "two", *both) == (names, DocumentState.VERSION)
    assert bodies(tmp_path) == {
        "Отчёт.xlsx": "one",
        "Отчёт.docx": "one, with a comment",
        "Отчёт (2).xlsx": "two",
        "Отчёт (2).docx": "two",
    }


def test_a_paper_that_is_missing_is_made_again(tmp_path: Path) -> None:
    both = (".xlsx", ".docx")
    kept(tmp_path, "one", *both)
    (tmp_path / "Отчёт.docx").unlink()
    assert kept(tmp_path, "one", *both)[1] is DocumentState.REFRESHED
    assert bodies(tmp_path) == {"Отчёт.xlsx": "one", "Отчёт.docx": "one"}


def test_a_touched_file_of_other_words_for_the_same_is_no_reason(tmp_path: Path) -> None:
    """A signed report stays when only the day has passed on which it was due."""
    kept(tmp_path, "in time")
    late = {".xlsx": office_file("late")}
    in_time = {".xlsx": office_file("in time")}
    saved_by_a_person(tmp_path / "Отчёт.xlsx", "in time, signed")
    assert save_papers(tmp_path, "Отчёт", late, lambda: in_time)[1] is DocumentState.UNCHANGED
    assert bodies(tmp_path) == {"Отчёт.xlsx": "in time, signed"}


def test_other_names_are_of_no_interest(tmp_path: Path) -> None:
    for name in ("Отчёт — Орлова.xlsx", "Отчёт (2).txt", "Мой Отчёт (3).xlsx"):
        (tmp_path / name).write_bytes(b"")
    assert kept(tmp_path, "one") == (["Отчёт.xlsx"], DocumentState.MADE)
