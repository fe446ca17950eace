"""The properties of a document: its title and day, and no author of the template.

ISO/IEC 29500-2 §8.3 (core properties), 29500-1 §15.2.12 (the others).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

from lxml import etree

from cmtools.documents.template.docx_parts import parse_xml
from cmtools.tables.part_names import CONTENT_TYPES, PACKAGE_RELATIONS

CORE = "docProps/core.xml"

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_RELATION = f"{_PACKAGE}/relationships/metadata/core-properties"
_TEXT = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
    f' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    f"<dc:title>{{title}}</dc:title><dc:language>ru-RU</dc:language>{{days}}</cp:coreProperties>"
)
_DAY = '<dcterms:{0} xsi:type="dcterms:W3CDTF">{1}T00:00:00Z</dcterms:{0}>'
_OTHERS = {
    f"{kind}-properties+xml": (
        f'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'{kind}-properties">{text}</Properties>'
    ).encode()
    for kind, text in {"extended": "<Application>cmtools</Application>", "custom": ""}.items()
}


def core_properties(title: str, day: date | None) -> bytes:
    """Write the core properties: the title and the day of a document."""
    days = "".join(_DAY.format(word, day) for word in ("created", "modified")) if day else ""
    return _TEXT.format(title=escape(title, quote=False), days=days).encode()


def prepare_parts(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Prepare the parts for our own properties, without those of the template.

    Raises:
        BadTemplate: the lists of types or relations are no sound XML.
    """
    made = dict(parts)
    types, relations = (
        parse_xml(parts[CONTENT_TYPES]),
        parse_xml(parts.get(PACKAGE_RELATIONS, b"<none/>")),
    )
    for node in list(types):
        name, kind = node.get("PartName", "").lstrip("/"), node.get("ContentType", "")
        if kind == _TYPE:
            types.remove(node)
            made.pop(name, None)
        elif own := _OTHERS.get(kind.rpartition(".")[2]):
            made[name] = own
    for relation in relations.findall(f"*[@Type='{_RELATION}']"):
        relations.remove(relation)
    _add(types, "Override", PartName=f"/{CORE}", ContentType=_TYPE)
    _add(relations, "Relationship", Id="properties", Type=_RELATION, Target=CORE)
    return {
        **made,
        CONTENT_TYPES: etree.tostring(types),
        PACKAGE_RELATIONS: etree.tostring(relations),
    }


def _add(parent: etree._Element, name: str, **attributes: str) -> None:
    """Put an element of the parent's own namespace into it."""
    etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, name), attributes)
