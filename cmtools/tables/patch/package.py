"""The parts of an .xlsx file, changed a few at a time; what is not touched stays byte for byte."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from lxml import etree

from cmtools.tables.parsers import normalize_name
from cmtools.tables.reader.container import WORKBOOK, WORKBOOK_RELATIONS, part_of_target

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
BEFORE_CALC = ("sheets", "functionGroups", "externalReferences", "definedNames")
STYLES = "xl/styles.xml"
CONTENT_TYPES = "[Content_Types].xml"

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
LEVEL = 4
"""How hard parts are packed: a third of the time for a tenth more bytes."""


class Package:
    """An opened .xlsx file whose parts can be replaced, added and dropped, then saved."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self._parts = {name: archive.read(name) for name in archive.namelist()}
        self._trees: dict[str, etree._Element] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __getitem__(self, name: str) -> bytes:
        return self._parts[name]

    def __setitem__(self, name: str, content: bytes) -> None:
        self._parts[name] = content

    def tree(self, name: str) -> etree._Element:
        """Return a part as a tree; what is changed in it is saved."""
        if name not in self._trees:
            self._trees[name] = etree.fromstring(self._parts[name], _PARSER)
        return self._trees[name]

    def save(self, path: Path) -> None:
        """Write the file.

        Raises:
            OSError: no rights, no room.
        """
        for name, tree in self._trees.items():
            self._parts[name] = etree.tostring(
                tree, xml_declaration=True, encoding="UTF-8", standalone=True
            )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._parts.items():
                entry = zipfile.ZipInfo(name)  # no clock: the same content, the same bytes
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, LEVEL)

    def sheets(self) -> dict[str, str]:
        """Return sheet name → its part, in order."""
        targets = {
            relation.get("Id"): part_of_target(relation.get("Target", ""))
            for relation in self.tree(WORKBOOK_RELATIONS)
        }
        return {
            sheet.get("name", ""): targets[sheet.get(f"{{{RELATIONS}}}id")]
            for sheet in self.tree(WORKBOOK).iter("{*}sheet")
        }

    def add_sheet(self, name: str, content: bytes) -> None:
        """Add a sheet at the end, or replace the one of that name."""
        existing = {normalize_name(title): part for title, part in self.sheets().items()}
        if normalize_name(name) in existing:
            part = existing[normalize_name(name)]
            self._parts[part] = content
            self._parts.pop(_relations_of(part), None)
            return
        number = 1
        while f"xl/worksheets/sheet{number}.xml" in self._parts:
            number += 1
        part = f"xl/worksheets/sheet{number}.xml"
        relation = f"cmtools{number}"
        self._add_part(part, content, relation, "worksheet", SHEET_TYPE)
        sheets = self.tree(WORKBOOK).find("{*}sheets")
        assert sheets is not None
        taken = [int(sheet.get("sheetId", "0")) for sheet in sheets]
        sheet = etree.SubElement(sheets, sheets[0].tag, name=name, sheetId=str(max(taken) + 1))
        sheet.set(f"{{{RELATIONS}}}id", relation)

    def add_styles(self, content: bytes) -> None:
        """Give styles to a book that has none."""
        self._add_part(STYLES, content, "cmtoolsStyles", "styles", STYLES_TYPE)

    def _add_part(
        self, part: str, content: bytes, relation: str, kind: str, content_type: str
    ) -> None:
        """Add a part with the workbook's relation to it and its content type."""
        self._parts[part] = content
        etree.SubElement(
            self.tree(WORKBOOK_RELATIONS),
            f"{{{PACKAGE}}}Relationship",
            {"Id": relation, "Type": f"{RELATIONS}/{kind}", "Target": f"/{part}"},
        )
        etree.SubElement(
            self.tree(CONTENT_TYPES),
            f"{{{TYPES}}}Override",
            {"PartName": f"/{part}", "ContentType": content_type},
        )

    def names(self) -> list[str]:
        """Return the names of all parts."""
        return list(self._parts)

    def macros(self) -> list[str]:
        """Return the parts that hold programs, by type, relation or name."""
        types = self.tree(CONTENT_TYPES)
        typed = {
            override.get("PartName", "").lstrip("/")
            for override in types
            if "vbaProject" in override.get("ContentType", "")
        }
        related = {
            part_of_target(relation.get("Target", ""))
            for relation in self.tree(WORKBOOK_RELATIONS)
            if "vbaProject" in relation.get("Type", "")
        }
        known = ("xl/vbaProject", "xl/macrosheets/")
        return [n for n in self._parts if n in typed or n in related or n.startswith(known)]

    def compute_on_load(self) -> None:
        """Have Excel compute all formulas when it opens the book, in an order of its own."""
        self.drop(["xl/calcChain.xml"])
        book = self.tree(WORKBOOK)
        found = book.find("{*}calcPr")
        if found is None:
            before = [e for tag in BEFORE_CALC for e in book.findall(f"{{*}}{tag}")]
            found = etree.Element(f"{{{etree.QName(book).namespace}}}calcPr")
            before[-1].addnext(found)
        found.set("fullCalcOnLoad", "1")

    def drop(self, parts: Iterable[str]) -> bool:
        """Drop parts with their relations and types; return whether there were any."""
        names = [name for name in parts if name in self._parts]
        for name in names:
            del self._parts[name]
            self._parts.pop(_relations_of(name), None)
        for override in list(self.tree(CONTENT_TYPES)):
            if override.get("PartName", "").lstrip("/") in names:
                self.tree(CONTENT_TYPES).remove(override)
        for relation in list(self.tree(WORKBOOK_RELATIONS)):
            if part_of_target(relation.get("Target", "")) in names:
                self.tree(WORKBOOK_RELATIONS).remove(relation)
        return bool(names)

    def make_plain_book(self) -> None:
        """Declare the book a workbook without macros."""
        for override in self.tree(CONTENT_TYPES):
            if override.get("PartName") == f"/{WORKBOOK}":
                override.set("ContentType", BOOK_TYPE)

    def remove_elements(self, name: str, tag: str) -> None:
        """Remove every element of that local name from a part."""
        for element in list(self.tree(name).iter(f"{{*}}{tag}")):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)


def _relations_of(part: str) -> str:
    path = PurePosixPath(part)
    return str(path.parent / "_rels" / f"{path.name}.rels")
