"""Refuse templates that run something, fetch something or embed another document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from cmtools.documents.template.docx_parts import W, is_xml, parse_xml
from cmtools.documents.template.hyperlinks import is_address
from cmtools.documents.template.messages import (
    TEMPLATE_ACTIVE,
    TEMPLATE_EXTERNAL,
    TEMPLATE_REMARKS,
    BadTemplate,
)
from cmtools.problems import Fault
from cmtools.tables.part_names import CONTENT_TYPES

# The last word of a relation's type, and of a content type, in small letters.
_ACTIVE = {
    "vbaproject": "макросы",
    "wordvbadata": "макросы",
    "keymapcustomizations": "макросы",
    "attachedtemplate": "присоединённый шаблон",
    "afchunk": "вставленный файл (altChunk)",
    "subdocument": "вложенный документ",
    "frame": "рамка с другим документом",
    "oleobject": "внедрённый объект (OLE)",
    "package": "внедрённый файл",
    "control": "элемент ActiveX",
    "activexcontrolbinary": "элемент ActiveX",
    "mailmergesource": "источник слияния",
    "mailmergeheadersource": "источник слияния",
    "externallink": "внешняя связь",
}
_CONTENT = re.compile(r"macroEnabled|vbaProject|activeX|oleObject", re.I)
_FETCHING = re.compile(r"\s*(?:INCLUDE\w*|DDE\w*|LINK|IMPORT|RD|DATABASE)\b", re.I)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//|\\\\", re.I)
_REVIEWED = ("comment", "ins", "del", "moveFrom", "moveTo")
_VML = ("{urn:schemas-microsoft-com:office:office}href", "src")


def refuse_forbidden(parts: Mapping[str, bytes]) -> None:
    """See that opening the document runs nothing and reaches for nothing outside of it.

    Raises:
        BadTemplate: it would.
    """
    found: list[Fault] = []
    for name, content in parts.items():
        if name == CONTENT_TYPES:
            found += _of_types(parse_xml(content))
        elif name.lower().endswith(".rels"):
            found += _of_relations(parse_xml(content))
        elif is_xml(name):
            found += _of_markup(parse_xml(content))
    if found:
        raise BadTemplate(list(dict.fromkeys(found)))


def find_review_marks(parts: Mapping[str, bytes]) -> Iterator[Fault]:
    """Warn of comments and tracked changes, which every document would carry."""
    for name, content in parts.items():
        if is_xml(name) and name.startswith("word/"):
            tree = parse_xml(content)
            if next(tree.iter(*(f"{W}{kind}" for kind in _REVIEWED)), None) is not None:
                yield TEMPLATE_REMARKS()
                return


def _of_types(types: etree._Element) -> Iterator[Fault]:
    for node in types:
        if active := _CONTENT.search(node.get("ContentType", "")):
            macros = active[0].lower().startswith(("macro", "vba"))
            yield TEMPLATE_ACTIVE(what="макросы" if macros else "внедрённый объект")


def _of_relations(relations: etree._Element) -> Iterator[Fault]:
    for relation in relations:
        kind, target = relation.get("Type", ""), relation.get("Target", "")
        what = _ACTIVE.get(kind.rpartition("/")[2].lower())
        if what:
            yield TEMPLATE_ACTIVE(what=what)
        elif is_address(relation):
            continue
        elif relation.get("TargetMode", "").lower() == "external" or _ELSEWHERE.match(target):
            yield TEMPLATE_EXTERNAL(target=target[:100])


def _of_markup(tree: etree._Element) -> Iterator[Fault]:
    codes = [node.get(f"{W}instr", "") for node in tree.iter(f"{W}fldSimple")]
    for code in (*codes, *_field_codes(tree)):
        if _FETCHING.match(code):
            yield TEMPLATE_EXTERNAL(target=code.strip()[:100])
    if next(tree.iter(f"{W}altChunk"), None) is not None:
        yield TEMPLATE_ACTIVE(what=_ACTIVE["afchunk"])
    for node in tree.iter("{urn:schemas-microsoft-com:vml}*"):
        for name in _VML:
            if _ELSEWHERE.match(node.get(name, "")):
                yield TEMPLATE_EXTERNAL(target=node.get(name, "")[:100])


def _field_codes(tree: etree._Element) -> list[str]:
    """Return the codes of Word's fields, whole; they may be split into runs and nested."""
    found: list[list[str]] = []
    inner: list[list[str]] = [[]]
    for node in tree.iter(f"{W}fldChar", f"{W}instrText"):
        if node.tag == f"{W}instrText":
            inner[-1].append(node.text or "")
        elif node.get(f"{W}fldCharType") == "begin":
            inner.append([])
        elif node.get(f"{W}fldCharType") == "end" and len(inner) > 1:
            found.append(inner.pop())
    return ["".join(pieces) for pieces in (*found, *inner)]
