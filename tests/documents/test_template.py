"""The engine of documents: what docxtpl would have made, faster, and only what it may."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from docx import Document
from docxtpl.template import DocxTemplate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from lxml import etree

from cmtools.documents.catalog import KINDS, DocumentKind
from cmtools.documents.field_types import Count, Day, Name, Picture, Post, Sum
from cmtools.documents.russian_text import clean_text
from cmtools.documents.template import docx_parts as parts
from cmtools.documents.template import jinja_tags as tags
from cmtools.documents.template import sandbox
from cmtools.documents.template.filters import BY_NAME
from cmtools.documents.template.loader import load
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.renderer import render
from cmtools.documents.template.schema import KINDS as KINDS_OF_FIELDS
from cmtools.documents.template.schema import FieldSpec, declared_fields, field_values
from support import drafts
from support.drafts import BODY, KNOWN, LETTER, blank, built, changed, faults, saved, with_body
from support.office import convert

TEMPLATES = Path(__file__).parents[2] / "templates"
OWN = ("docProps/", "[Content_Types].xml", "_rels/.rels")  # told apart from docxtpl's on purpose


# What docxtpl would have made


def canonical(content: bytes) -> Any:
    """A part as it is whatever its packing: relations in any order, markup in C14N.

    Which picture a drawing shows is looked at below: docxtpl knows no such fields.
    """
    if not content.startswith(b"<"):
        return content
    tree = etree.fromstring(content)
    if etree.QName(tree).localname == "Relationships":
        found = (tuple(sorted(node.attrib.items())) for node in tree)
        return sorted(relation for relation in found if "/image" not in str(relation))
    for node in tree.iter("{*}docPr", "{*}cNvPr", "{*}blip"):
        for name in ("descr", f"{parts.R}embed"):
            node.attrib.pop(name, "")
    return etree.tostring(tree, method="c14n", exclusive=True)


def ours_and_theirs(path: Path, record: Any) -> list[dict[str, Any]]:
    """The parts that the engine makes and those of docxtpl, of the same template and data."""
    ours = render(load(path, declared_fields(type(record))), record).content
    environment = Environment(autoescape=True)
    environment.filters |= BY_NAME
    theirs = DocxTemplate(str(path))
    theirs.render(field_values(record), environment)
    kept = io.BytesIO()
    theirs.save(kept)
    return [
        {
            name: canonical(part)
            for name, part in drafts.parts_of(content).items()
            if not name.startswith((*OWN, "word/media/"))
        }
        for content in (ours, kept.getvalue())
    ]


def filled(kind: Any) -> Any:
    """Any record with plain values in all its fields, and three rows in each list."""
    if isinstance(kind, type) and is_dataclass(kind):
        found = get_type_hints(kind, include_extras=True)
        return kind(**{name: filled(get_args(hint)[0]) for name, hint in found.items()})
    if get_origin(kind) is tuple:
        return tuple(filled(get_args(kind)[0]) for _ in range(3))
    plain = {
        Sum: Sum(Decimal("1234.50")),
        Day: Day(date(2026, 11, 21)),
        Count: Count(5),
        Name: Name("Иванов Иван Иванович"),
        Post: Post("генеральный директор"),
        Picture: Picture(drafts.png(8)),
    }
    return plain.get(kind, "ООО «Рога & копыта» <1>")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_document_is_what_docxtpl_makes(kind: DocumentKind) -> None:
    ours, theirs = ours_and_theirs(TEMPLATES / kind.template, filled(kind.record))
    assert ours == theirs


def synthetic() -> dict[str, bytes]:
    """A template with every sort of loop and condition, in the body, a header and a footer."""
    document = blank(
        "№ {{ number }} {% if client.inn %}ИНН {{ client.inn }}{% else %}без ИНН{% endif %}",
        "{%p for line in lines %}",
        "{{ loop.index }}. {{ line.name }}{% if not loop.last %};{% endif %}",
        "{%p for note in line.notes %}",
        "— {{ note }}",
        "{%p endfor %}",
        "{%p endfor %}",
        "{%p if number == “П1” %}",
        "да {# и только #}",
        "{%p endif %}",
        "{% for line in lines %}{{ line.amount }} {% endfor %}",
    )
    rows = document.add_table(4, 2)
    for cell, tag in zip(
        rows._cells,
        ["", "", "{%tr for line in lines %}", "", "{{ line.name }}", "{{ line.quantity }}",
         "{%tr endfor %}", ""],
        strict=True,
    ):  # fmt: skip
        cell.text = tag
    columns = document.add_table(1, 3)
    for cell, tag in zip(
        columns._cells,
        ["{%tc for line in lines %}", "{{ line.name }}", "{%tc endfor %}"],
        strict=True,
    ):
        cell.text = tag
    drafts.add_picture(document.add_paragraph(), "Логотип")
    section = document.sections[0]
    section.header.paragraphs[0].text = "{{ client.name }}"
    section.footer.paragraphs[0].text = "{% for line in lines %}{{ line.name }}, {% endfor %}"
    return built(document)


def test_synthetic_template_is_what_docxtpl_makes(tmp_path: Path) -> None:
    ours, theirs = ours_and_theirs(saved(tmp_path, synthetic()), LETTER)
    assert ours == theirs
    assert b"1.0" in ours[BODY]
    assert len(re.findall(b"<w:gridCol", ours[BODY])) == 2 + 3


# The zip


@given(st.dictionaries(st.text("абвxyz/.", min_size=1), st.binary(), min_size=2))
def test_zip_holds_its_parts(content: dict[str, bytes]) -> None:
    packed = parts.pack(content)
    assert packed == parts.pack(content)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == content
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_parts_without_tags_are_copied(tmp_path: Path) -> None:
    before = synthetic()
    after = drafts.parts_of(render(load(saved(tmp_path, before), KNOWN), LETTER).content)
    assert next(iter(after)) == "[Content_Types].xml"
    changing = {BODY, "word/header1.xml", "word/footer1.xml"}
    same = {name for name in before if not name.startswith(OWN)} - changing
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


def test_same_record_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    path = saved(tmp_path, synthetic())
    first, second = (
        render(load(path, KNOWN), LETTER, date(2026, 11, 21)).content for _ in range(2)
    )
    assert first == second
    assert first != render(load(path, KNOWN), LETTER, date(2026, 11, 22)).content


# What a document says of itself


@pytest.mark.parametrize("has_properties", [True, False])
def test_properties_are_our_own(tmp_path: Path, has_properties: bool) -> None:
    document = blank("{{ number }}")
    core = document.core_properties
    core.author, core.last_modified_by, core.title = "Петров", "DOMAIN\\petrov", "{{ 7*7 }}"
    parts_now = built(document)
    if not has_properties:
        for name in ("[Content_Types].xml", "_rels/.rels"):
            parts_now[name] = re.sub(rb"<(?:Override|Rel)[^>]*core[^>]*>", b"", parts_now[name])
        del parts_now["docProps/core.xml"]
    content = render(load(saved(tmp_path, parts_now), KNOWN), LETTER, date(2026, 11, 21)).content
    found = Document(io.BytesIO(content)).core_properties
    assert (found.title, found.author, found.last_modified_by) == ("Письмо", "", "")
    assert (found.created, found.language) == (found.modified, "ru-RU")
    assert f"{found.created:%Y-%m-%d %H:%M}" == "2026-11-21 00:00"
    assert b"etrov" not in b"".join(drafts.parts_of(content).values())


# Data are no template, wherever they stand

HOSTILE = (
    "{{ 7*7 }} {% for x in y %} {# нет #}",
    "A & B <b>жирно</b> &amp; ]]> \"кавычки\" 'и' `ещё`",
    "{_{ и }_} {_% %_}",
    "первая\nвторая\n\nчетвёртая\tи пятая",
    "ж" * 3000,
    '" r:embed="rId1',
)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_value_stands_as_typed(tmp_path: Path, value: str) -> None:
    record = changed(number=value, client_name=value)
    content = render(load(saved(tmp_path, synthetic()), KNOWN), record).content
    document = Document(io.BytesIO(content))
    assert document.paragraphs[0].text == f"№ {value} ИНН 7707083893"
    assert document.sections[0].header.paragraphs[0].text == value


@given(st.text())
def test_any_text_is_shown_clean(value: str) -> None:
    run = sandbox.RenderRun(seconds=float("inf"))
    shown_value = run.show(value)
    part = (
        f'<w:p xmlns:w="{parts.W[1:-1]}"><w:r><w:t xml:space="preserve">{shown_value}</w:t>'
        "</w:r></w:p>"
    )
    assert parts.text_of(part.encode()) == "\n" + clean_text(value)


def test_lost_value_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each printed value is looked for in the parts as they were filled."""
    template, record = load(saved(tmp_path, synthetic()), KNOWN), changed(number="второе")
    monkeypatch.setattr(parts, "text_of", lambda _: "первое")
    with pytest.raises(BadTemplate, match="не видно значения «второе»"):
        render(template, record)


# Bad edits

SPLIT = "{{{{ {} </w:t></w:r>{}<w:r><w:rPr><w:b/></w:rPr><w:t>{} }}}}"
LINK = '<w:hyperlink w:anchor="x"><w:r><w:t>{}</w:t></w:r></w:hyperlink>'
RUN = "<w:r><w:t>{}</w:t></w:r>"


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


BAD: dict[str, tuple[tuple[str, ...], list[tuple[str, str]]]] = {
    "unknown field": (
        ("{{ client.nmae }}",),
        [("template-field", "поля «client.nmae» нет")],
    ),
    "two at once": (
        ("{{ nomer }}", "{{ client.INN }}"),
        [
            ("template-field", "поля «nomer» нет"),
            ("template-field", "поля «client.INN» нет"),
        ],
    ),
    "formatting breaks the braces": (
        (paragraph(RUN.format("{"), RUN.format(" { number }}")),),
        [("template-syntax", "метка испорчена или не закрыта: «{ { number }}»")],
    ),
    "loop not closed": (
        ("{%p for line in lines %}", "{{ line.name }}"),
        [("template-syntax", "метка испорчена или не закрыта: «{%p for line in lines %}»")],
    ),
    "closed by the other": (
        ("{% for line in lines %}{{ line.name }}{% endif %}",),
        [("template-syntax", "метка испорчена или не закрыта: «{% endif %}»")],
    ),
    "assignment": (
        ("{% set x = 1 %}",),
        [("template-forbidden", "такого в шаблоне нельзя: присваивание (set)")],
    ),
    "tag half in a hyperlink": (
        (paragraph(RUN.format("{{ client."), LINK.format("name }}")),),
        [
            (
                "template-torn",
                "метка разорвана: «{{ client.name }}» лишь частью стоит в гиперссылке, "
                "исправлении или элементе Word",
            )
        ],
    ),
    "condition from one cell to another row": (
        (
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{% if number %}</w:t></w:r></w:p></w:tc></w:tr>"
            "</w:tbl>",
            "{% endif %}",
        ),
        [("template-crossed", "метка «{% if number %}» и её пара стоят в разных местах")],
    ),
    "condition over cells of a row": (
        (
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{% if number %}да</w:t></w:r></w:p></w:tc>"
            "<w:tc><w:p><w:r><w:t>нет{% endif %}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        ),
        [("template-crossed", "метка «{% if number %}» и её пара стоят в разных местах")],
    ),
    "text beside a paragraph's tag": (
        ("{%p if number %} текст", "да", "{%p endif %}"),
        [
            (
                "template-cut",
                "в абзаце рядом с меткой «{%p if number %}» написано ещё что-то: оно пропало бы",
            )
        ],
    ),
    "filter that does not fit": (
        ("{{ client.inn | genitive }}",),
        [
            (
                "template-filter-misfit",
                "фильтр не подходит: genitive — для имён, должностей, а client.inn — текст",
            )
        ],
    ),
    "unknown filter": (
        ("{{ client.head | genitve }}",),
        [("template-filter", "фильтра «genitve» нет")],
    ),
    "too few forms": (
        ('{{ pieces | plural("штука", "штуки") }}',),
        [("template-filter-arguments", "фильтру plural нужно текстов в скобках: 3")],
    ),
    "arguments to none": (
        ('{{ on | short("%d") }}',),
        [("template-filter-arguments", "фильтру short нужно текстов в скобках: нисколько")],
    ),
    "picture as a text": (
        ("{{ qr }}",),
        [("template-picture-as-text", "«qr» — картинка, а стоит в тексте")],
    ),
    "list as a value": (
        ("{{ lines }}",),
        [("template-group", "«lines» — не значение, а список")],
    ),
    "condition as a value": (
        ("{{ number == client.inn }}",),
        [("template-forbidden", "такого в шаблоне нельзя: условие вместо значения")],
    ),
    "text held against a number": (
        ("{% if pieces > 5 %}{% endif %}",),
        [
            (
                "template-forbidden",
                "такого в шаблоне нельзя: сравнение pieces (количество) и число",
            )
        ],
    ),
    "tag in a field of Word": (
        (paragraph("<w:r><w:instrText>{{ number }}</w:instrText></w:r>"),),
        [("template-misplaced", "метка стоит не в тексте: «{{ number }}»")],
    ),
    "markup asked for": (
        ("{{r number }}",),
        [("template-forbidden", "такого в шаблоне нельзя: вставка разметки {{r number }}")],
    ),
    "minus": (
        ("{%- if number %}{% endif %}",),
        [
            (
                "template-forbidden",
                "такого в шаблоне нельзя: минус или плюс у скобки: {%- if number %}",
            )
        ],
    ),
    "two tags that cannot be understood": (
        ("{{ number number }}", "{% if %}{% endif %}"),
        [
            ("template-syntax", "метка испорчена или не закрыта: «{{ number number }}»"),
            ("template-syntax", "метка испорчена или не закрыта: «{% if %}»"),
        ],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_edit_is_told(tmp_path: Path, name: str) -> None:
    paragraphs, expected = BAD[name]
    assert faults(tmp_path, with_body(*paragraphs)) == expected


def test_unknown_names_come_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadTemplate) as caught:
        drafts.draft(tmp_path, "{{ client.nmae }}", "{{ client.head | genitve }}")
    hints = [fault.hint for fault in caught.value.faults]
    assert hints[0].startswith("может быть, «client.name»? известные поля: number, on, total")
    assert hints[1].startswith("может быть, «genitive»? известные фильтры: genitive, dative")


GOOD = {
    "split by Word": paragraph(
        RUN.format("{{ num"), '<w:proofErr w:type="spellStart"/>', RUN.format("ber }}")
    ),
    "whole inside of a hyperlink": paragraph(LINK.format("{{ number }}")),
    "quotes corrected by Word": "{% if client.inn == «7707083893» %}{{ number }}{% endif %}",
    "a condition around a choice": "{{ number if client.inn else client.name }}",
    "joined texts": "{{ number ~ '' }}",
    "length of a list": "{% if lines | length > 2 %}{{ number }}{% endif %}",
}


@pytest.mark.parametrize("name", GOOD)
def test_good_edit_is_rendered(tmp_path: Path, name: str) -> None:
    template = load(saved(tmp_path, with_body(GOOD[name])), KNOWN)
    assert drafts.text(render(template, LETTER).content).strip() == "П1"


def test_condition_over_paragraphs_leaves_the_markup_whole(tmp_path: Path) -> None:
    template = load(
        saved(tmp_path, with_body("до{% if number %}раз", "два{% endif %}после")), KNOWN
    )
    assert drafts.text(render(template, LETTER).content) == "дораз\nдвапосле"
    assert drafts.text(render(template, changed(number="")).content) == "допосле"


PIECES = st.sampled_from(
    [
        "{{ number }}", "{{ client.name }}", "{% if number %}", "{% else %}", "{% endif %}",
        "{% for line in lines %}", "{{ line.name }}", "{% endfor %}", "{%p if client.inn %}",
        "{%p endif %}", "{%tr for line in lines %}", "{%tr endfor %}", "{# да #}", "{", "%}",
        "слово",
        "</w:t></w:r><w:r><w:t>", "</w:t></w:r></w:p><w:p><w:r><w:t>",
        "</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>",
        "</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>",
        '</w:t></w:r><w:hyperlink w:anchor="x"><w:r><w:t>', "</w:t></w:r></w:hyperlink><w:r><w:t>",
    ]
)  # fmt: skip


@pytest.mark.long
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=12))
def test_what_passes_the_check_makes_sound_documents(tmp_path: Path, pieces: list[str]) -> None:
    start, end = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>", "</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    try:
        content = with_body(start + "".join(pieces) + end)
        template = load(saved(tmp_path, content), KNOWN)
    except BadTemplate:
        return
    for record in (LETTER, changed(number="", client_inn="", lines=())):
        made = drafts.parts_of(render(template, record).content)
        assert not re.search(r"\{[{%#]|[}%#]\}", parts.text_of(made[BODY]))


# What a template may not carry


def relation(kind: str, target: str = "x.bin", mode: str = "") -> dict[str, bytes]:
    """A template with one relation more."""
    found = with_body("{{ number }}")
    name = "word/_rels/document.xml.rels"
    own = f'<Relationship Id="rId99" Type="http://x/relationships/{kind}" Target="{target}"{mode}/>'
    return {**found, name: found[name].replace(b"</Rel", own.encode() + b"</Rel")}


def content_type(kind: str) -> dict[str, bytes]:
    """A template with a part of one type more."""
    found = with_body("{{ number }}")
    own = f'<Default Extension="bin" ContentType="{kind}"/>'
    types = found["[Content_Types].xml"].replace(b"</Types>", own.encode() + b"</Types>")
    return {**found, "[Content_Types].xml": types}


def field_of_word(*codes: str) -> str:
    inner = "".join(f"<w:r><w:instrText>{code}</w:instrText></w:r>" for code in codes)
    ends = [f'<w:r><w:fldChar w:fldCharType="{end}"/></w:r>' for end in ("begin", "end")]
    return paragraph(ends[0], inner, ends[1])


EXTERNAL = ' TargetMode="External"'
VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'
UNSAFE: dict[str, tuple[dict[str, bytes], str]] = {
    "macros": (content_type("application/vnd.ms-office.vbaProject"), "template-active"),
    "a document with macros": (
        content_type("application/vnd.ms-word.document.macroEnabled.main+xml"),
        "template-active",
    ),
    "macros by relation": (relation("vbaProject"), "template-active"),
    "attached template": (relation("attachedTemplate", "x.dotm", EXTERNAL), "template-active"),
    "another file inside": (relation("aFChunk"), "template-active"),
    "the place of it": (with_body('<w:altChunk xmlns:r="r" r:id="rId1"/>'), "template-active"),
    "subdocument": (relation("subDocument"), "template-active"),
    "OLE": (relation("oleObject"), "template-active"),
    "a workbook inside": (relation("package"), "template-active"),
    "ActiveX": (relation("control"), "template-active"),
    "link to a file": (relation("hyperlink", "file:///x.docx", EXTERNAL), "template-external"),
    "linked picture": (relation("image", "http://x/y.png", EXTERNAL), "template-external"),
    "external without saying so": (relation("image", "file:///x.png"), "template-external"),
    "network path": (relation("image", "\\\\server\\x.png"), "template-external"),
    "fetching field": (with_body(field_of_word(' INCLUDETEXT "x" ')), "template-external"),
    "fetching field in pieces": (
        with_body(field_of_word(" INCL", 'UDEPICTURE "x" ')),
        "template-external",
    ),
    "simple fetching field": (
        with_body(paragraph('<w:fldSimple w:instr=" DDEAUTO x y "/>')),
        "template-external",
    ),
    "old picture": (
        with_body(paragraph(f'<w:r><w:pict><v:imagedata {VML} src="http://x/y.png"/></w:pict></w:r>')),
        "template-external",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_template_is_refused(tmp_path: Path, name: str) -> None:
    content, code = UNSAFE[name]
    assert [found for found, _ in faults(tmp_path, content)] == [code]


@pytest.mark.parametrize("target", ["mailto:{{number}}", "https://dvor.example", "tel:+7381"])
def test_a_link_to_an_address_becomes_text(tmp_path: Path, target: str) -> None:
    """Word makes such links while one types; the tag may stand in it by half."""
    start = f'<w:hyperlink xmlns:r="{parts.R[1:-1]}" r:id="rId99">'
    link = f"{start}{RUN.format('{{ number')}</w:hyperlink>"
    content = with_body(paragraph(RUN.format("Пишите: "), link, RUN.format(" }}.")))
    rels = "word/_rels/document.xml.rels"
    own = (
        f'<Relationship Id="rId99" Type="{parts.R[1:-1]}/hyperlink" Target="{target}"'
        f' TargetMode="External"/></Relationships>'
    )
    content[rels] = content[rels].replace(b"</Relationships>", own.encode())
    made = render(load(saved(tmp_path, content), KNOWN), LETTER).content
    assert drafts.text(made).strip() == "Пишите: П1."
    assert b"rId99" not in drafts.parts_of(made)[rels]


def test_harmless_fields_of_word_are_kept(tmp_path: Path) -> None:
    page = field_of_word(" PAGE ", " \\* MERGEFORMAT ")
    assert faults(tmp_path, with_body(page, field_of_word(" REF LINKS "))) == []


def test_review_marks_are_a_remark(tmp_path: Path) -> None:
    inserted = '<w:ins w:id="1" w:author="Петров"><w:r><w:t>вставка</w:t></w:r></w:ins>'
    template = load(saved(tmp_path, with_body(paragraph(inserted))), KNOWN)
    assert [fault.code for fault in template.remarks] == ["template-remarks"]
    assert not load(saved(tmp_path, with_body("да")), KNOWN).remarks


def test_bound_control_shows_what_was_printed(tmp_path: Path) -> None:
    """Word would fill a control that is bound to a property from there when it opens the file."""
    control = (
        '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/x" w:storeItemID="{1}"/></w:sdtPr><w:sdtContent>'
        "<w:p><w:r><w:t>{{ number }}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    content = render(load(saved(tmp_path, with_body(control)), KNOWN), LETTER).content
    body = drafts.parts_of(content)[BODY]
    assert b"dataBinding" not in body
    assert b"<w:t>\xd0\x9f1</w:t>" in body.replace(b' xml:space="preserve"', b"")


# Bounds


def wide(text: str, times: int) -> tuple[str, ...]:
    return (paragraph(RUN.format(text * times)),)


TAG = "{{ number }}"
TOO_LARGE: dict[str, tuple[str, ...]] = {
    "one tag too many": (TAG,) * (tags.TAGS + 1),
    "a hundred thousand tags": wide(TAG, 100_000),
    "a long tag": wide("{{ number" + " ~ number" * 100 + " }}", 1),
    "deep conditions": wide("{% if number %}" * 21 + "{% endif %}" * 21, 1),
    "very deep conditions": wide("{% if number %}" * 2000 + "{% endif %}" * 2000, 1),
}
BROKEN: dict[str, tuple[str, ...]] = {
    "a million braces": wide("{{", 1_000_000),
    "remarks that never end": wide("{#", 1_000_000),
    "closing braces": wide("}}", 1_000_000),
    "tags that never end": wide("{{ a ", 500_000),
    "a deep expression": wide("{{ " + "(" * 200 + "number" + ")" * 200 + " }}", 1),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_template_beyond_the_bounds(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path, with_body(*TOO_LARGE[name]))
    assert {code for code, _ in found} == {"template-too-large"}


@pytest.mark.parametrize("name", BROKEN)
def test_hostile_text_of_a_template(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path, with_body(*BROKEN[name]))
    assert [code for code, _ in found] == ["template-syntax"]
    assert all(len(message) < 200 for _, message in found)


def test_markup_nested_too_deep(tmp_path: Path) -> None:
    found = faults(tmp_path, with_body("<w:p>" * 300 + "</w:p>" * 300))
    assert [code for code, _ in found] == ["template-damaged"]


def test_regular_expressions_stay_linear(tmp_path: Path) -> None:
    """Near the largest part, in the shapes that make docxtpl's patterns look furthest."""
    cell = "<w:tbl><w:tr><w:tc><w:tcPr></w:tcPr>" + paragraph(RUN.format("а")) * 20_000
    marks = '<w:bookmarkEnd w:id="1"/>' * 20_000
    assert faults(tmp_path, with_body(cell + f"</w:tc></w:tr></w:tbl>{marks}", TAG)) == []
    assert faults(tmp_path, with_body(*wide("{" + " " * 1_000_000, 1), TAG)) == []
    colspan = "{% colspan" + " " * 400 + "% %}"
    assert [c for c, _ in faults(tmp_path, with_body(*wide(colspan, 50)))] == ["template-forbidden"]


def test_sizes_are_looked_at_before_anything_is_read(tmp_path: Path) -> None:
    large = {**with_body(TAG), "word/styles.xml": b" " * (parts.XML_BYTES + 1)}
    assert [code for code, _ in faults(tmp_path, large)] == ["template-too-large"]
    pictures_of = {f"word/media/{n}.png": b" " * (10 * parts.MIB) for n in range(6)}
    assert [c for c, _ in faults(tmp_path, {**with_body(TAG), **pictures_of})] == [
        "template-too-large"
    ]
    many = {f"word/media/{n}.png": b"" for n in range(parts.PARTS)}
    assert [c for c, _ in faults(tmp_path, {**with_body(TAG), **many})] == ["template-too-large"]
    huge = tmp_path / "Большой.docx"
    with huge.open("wb") as file:
        file.truncate(parts.FILE_BYTES + 1)
    with pytest.raises(BadTemplate, match="слишком велик"):
        load(huge, KNOWN)


def test_names_that_differ_in_case_only_are_one_part(tmp_path: Path) -> None:
    twice = {**with_body(TAG), "word/Document.xml": with_body("другое")[BODY]}
    assert [code for code, _ in faults(tmp_path, twice)] == ["template-damaged"]


@pytest.mark.parametrize(
    "body",
    [
        ("{% for a in lines %}{% for b in lines %}{% endfor %}{% endfor %}",),
        ("{% for a in lines %}{{ a.name }}{% endfor %}",),
        ("{{ number }}",),
    ],
)
def test_rendering_ends_in_time(tmp_path: Path, body: tuple[str, ...]) -> None:
    template = load(saved(tmp_path, with_body(*body)), KNOWN)
    with pytest.raises(BadTemplate, match="не сделан за 0 с"):
        render(template, LETTER, seconds=0)
    assert render(template, LETTER).content


def test_rendering_makes_no_more_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "SIGNS", 4000)
    loop = "{% for a in lines %}" + "{% for b in lines %}" + "ж" * 500 + "{% endfor %}{% endfor %}"
    template = load(saved(tmp_path, with_body(loop)), KNOWN)
    with pytest.raises(BadTemplate, match="слишком велик или сложен"):
        render(template, LETTER)


# Pictures


def with_pictures(field: str, *, times: int = 1) -> dict[str, bytes]:
    """A template whose drawings, in the body, a cell and the header, share one placeholder."""
    document = blank()
    for _ in range(times):
        drafts.add_picture(document.add_paragraph("код: "), f"{{{{ {field} }}}}")
    drafts.add_picture(document.add_table(1, 1).cell(0, 0).paragraphs[0], f"{{{{{field}}}}}")
    drafts.add_picture(document.sections[0].header.paragraphs[0], f" {{{{ {field} }}}} ")
    return built(document)


def drawings(content: bytes, part: str = BODY) -> list[tuple[str, bytes]]:
    """Alternative text and picture of each drawing, by way of its relation."""
    found = drafts.parts_of(content)
    folder, name = part.rsplit("/", 1)
    relations = {
        node.get("Id"): node.get("Target", "")
        for node in etree.fromstring(found[f"{folder}/_rels/{name}.rels"])
    }
    tree = etree.fromstring(found[part])
    shown_pictures = []
    for drawing in tree.iter(f"{parts.W}drawing"):
        target = relations[next(drawing.iter("{*}blip")).get(f"{parts.R}embed")]
        words = next(drawing.iter("{*}docPr")).get("descr", "")
        shown_pictures.append((words, found[f"{folder}/{target}"]))
    return shown_pictures


def test_picture_takes_the_place_of_each_drawing(tmp_path: Path) -> None:
    template = load(saved(tmp_path, with_pictures("qr", times=2)), KNOWN)
    content = render(template, LETTER).content
    assert drawings(content) == [("Код для оплаты", bytes(LETTER.qr))] * 3
    assert drawings(content, "word/header1.xml") == [("Код для оплаты", bytes(LETTER.qr))]
    found = drafts.parts_of(content)
    assert len([name for name in found if name.startswith("word/media/")]) == 4
    assert drafts.png(2) not in found.values()
    assert "{" not in drafts.text(content)


def test_empty_picture_leaves_no_drawing(tmp_path: Path) -> None:
    template = load(saved(tmp_path, with_pictures("qr")), KNOWN)
    content = render(template, changed(qr=Picture(b""))).content
    assert drawings(content) == drawings(content, "word/header1.xml") == []
    assert drafts.text(content) == "код: \n"


def test_each_turn_of_a_loop_has_its_picture_and_number(tmp_path: Path) -> None:
    document = blank("{%p for line in lines %}")
    drafts.add_picture(document.add_paragraph(), "{{ line.photo }}")
    document.add_paragraph("{%p endfor %}")
    drafts.add_picture(document.add_paragraph(), "Логотип", drafts.png(3))
    content = render(load(saved(tmp_path, built(document)), KNOWN), LETTER).content
    assert [picture for _, picture in drawings(content)] == [
        *(bytes(line.photo) for line in LETTER.lines),
        drafts.png(3),
    ]
    numbers = re.findall(rb'<wp:docPr id="(\d+)"', drafts.parts_of(content)[BODY])
    assert numbers == [b"1001", b"1002", b"1003", b"1004"]


def test_made_document_can_be_a_template_again(tmp_path: Path) -> None:
    first = render(load(saved(tmp_path, with_pictures("qr")), KNOWN), LETTER).content
    document = Document(io.BytesIO(first))
    drafts.add_picture(document.add_paragraph(), "{{ qr }}")
    again = load(saved(tmp_path, built(document)), KNOWN)
    other = Picture(drafts.png(16))
    content = render(again, changed(qr=other)).content
    assert [picture for _, picture in drawings(content)] == [bytes(LETTER.qr)] * 2 + [bytes(other)]


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("kod", ("template-field", "поля «kod» нет")),
        ("number", ("template-picture", "«number» в рисунке — не картинка, а текст")),
        ("lines", ("template-picture", "«lines» в рисунке — не картинка, а список")),
    ],
)
def test_wrong_field_of_a_picture(tmp_path: Path, field: str, fault: tuple[str, str]) -> None:
    assert faults(tmp_path, with_pictures(field)) == [fault]


def test_alternative_text_that_is_more_than_a_field(tmp_path: Path) -> None:
    document = blank()
    drafts.add_picture(document.add_paragraph(), "Код {{ qr }}")
    found = faults(tmp_path, built(document))
    assert found == [("template-misplaced", "метка стоит не в тексте: «Код {{ qr }}»")]


# Every kind of field has its word


def kinds_of(found: dict[str, FieldSpec]) -> set[type]:
    inner = [kinds_of(dict(field.parts)) for field in found.values() if field.parts]
    return {field.sort for field in found.values()}.union(*inner)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_fields_are_of_known_kinds(kind: DocumentKind) -> None:
    assert kinds_of(declared_fields(kind.record)) <= KINDS_OF_FIELDS.keys()


# After another office


@pytest.mark.long
def test_templates_saved_by_libreoffice_work(tmp_path: Path) -> None:
    specification = next(kind for kind in KINDS if kind.id == "specification")
    known, record = declared_fields(specification.record), filled(specification.record)
    before = TEMPLATES / specification.template
    mine = saved(tmp_path, with_pictures("qr"))
    folder = tmp_path / "office"
    folder.mkdir()
    after, picture = convert([before, mine], folder, "docx")
    words = [
        drafts.text(render(load(path, known), record).content).split() for path in (before, after)
    ]
    assert words[0] == words[1]
    content = render(load(picture, KNOWN), LETTER).content
    assert drawings(content) == [("Код для оплаты", bytes(LETTER.qr))] * 2
    assert drawings(content, "word/header1.xml") == [("Код для оплаты", bytes(LETTER.qr))]
