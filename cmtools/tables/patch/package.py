"""The parts of an .xlsx file, changed a few at a time; what is not touched stays byte for byte."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from lxml import etree

from cmtools.tables.encodings import to_utf8
from cmtools.tables.parsers import normalize_name
from cmtools.tables.part_names import (
    CONTENT_TYPES,
    PACKAGE_RELATIONS,
    PartNames,
    Relation,
    plain_name,
    read_relations,
    relations_part,
    resolve_target,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/"
STRICT_RELATIONS = f"{STRICT}officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
BEFORE_CALC = ("sheets", "functionGroups", "externalReferences", "definedNames")
WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
LEVEL = 4
"""How hard parts are packed: a third of the time for a tenth more bytes."""


class Package:
    """An opened .xlsx file whose parts can be replaced, added and dropped, then saved."""

    def __init__(self, path: Path | IO[bytes]) -> None:
        with zipfile.ZipFile(path) as archive:
            self._parts = {plain_name(name): archive.read(name) for name in archive.namelist()}
        self._names = PartNames(self._parts)
        self._trees: dict[str, etree._Element] = {}
        self.workbook = self.related_part("", "officeDocument") or WORKBOOK
        self.styles = self.related_part(self.workbook, "styles") or STYLES

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __getitem__(self, name: str) -> bytes:
        content = self._parts[name]
        return to_utf8(content) if name.lower().endswith(".xml") else content

    def __setitem__(self, name: str, content: bytes) -> None:
        self._parts[name] = content

    def tree(self, name: str) -> etree._Element:
        """Return a part as a tree; what is changed in it is saved."""
        if name not in self._trees:
            self._trees[name] = _parse(self._parts[name])
        return self._trees[name]

    def save(self, path: Path | IO[bytes]) -> None:
        """Write the file.

        Raises:
            OSError: no rights, no room.
        """
        for name, tree in self._trees.items():
            if etree.tostring(tree) != etree.tostring(_parse(self._parts[name])):
                self._parts[name] = etree.tostring(
                    tree, xml_declaration=True, encoding="UTF-8", standalone=True
                )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._parts.items():
                entry = zipfile.ZipInfo(name)  # no clock: the same content, the same bytes
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, LEVEL)

    def sheets(self) -> dict[str, str]:
        """Return sheet name → its part, in order; a sheet without a part is left out."""
        parts = {found.id: self._names.find(found.part) for found in self.relations(self.workbook)}
        found = {
            sheet.get("name", ""): parts.get(_relation_id(sheet))
            for sheet in self.tree(self.workbook).iter("{*}sheet")
        }
        return {name: part for name, part in found.items() if part is not None}

    def sheet_part(self, title: str) -> str:
        """Return the part of a sheet, the first of its name.

        Raises:
            KeyError: there is no such sheet.
        """
        parts = {normalize_name(name): part for name, part in reversed(self.sheets().items())}
        return parts[normalize_name(title)]

    def relations(self, part: str) -> list[Relation]:
        """Return the relations of a part; the package's own of the part ``."""
        name = self._names.find(relations_part(part) if part else PACKAGE_RELATIONS)
        if name is None:
            return []
        return read_relations(
            part, ({str(k): str(v) for k, v in e.attrib.items()} for e in self.tree(name))
        )

    def related_part(self, part: str, kind: str, relation: str | None = None) -> str | None:
        """Return the part to which a relation of this kind leads, or the relation of this id."""
        parts = (
            found.part
            for found in self.relations(part)
            if found.kind == kind and relation in (None, found.id)
        )
        return next((name for name in map(self._names.find, parts) if name), None)

    def find(self, part: str) -> str | None:
        """Return the name of a part as the file spells it; None where it has no such part."""
        return self._names.find(part)

    @property
    def namespace(self) -> str:
        """The namespace of the book's elements: that of its conformance."""
        return etree.QName(self.tree(self.workbook)).namespace or MAIN

    def _relations_of(self, part: str) -> etree._Element:
        name = self._names.find(relations_part(part))
        if name is None:
            name = relations_part(part)
            self._put(name, f'<Relationships xmlns="{PACKAGE}"/>'.encode())
        return self.tree(name)

    def _put(self, name: str, content: bytes) -> None:
        self._parts[name] = content
        self._names = PartNames(self._parts)

    def _pop(self, name: str) -> None:
        self._parts.pop(name, None)
        self._trees.pop(name, None)

    @property
    def _types(self) -> etree._Element:
        return self.tree(self._names.find(CONTENT_TYPES) or CONTENT_TYPES)

    @property
    def relation_types(self) -> str:
        """What the types of relations begin with, and the namespace of `r:id`, in this book."""
        strict = self.namespace.startswith(STRICT)
        return STRICT_RELATIONS if strict else RELATIONS

    def add_sheet(self, name: str, content: bytes) -> None:
        """Add a sheet at the end, or replace the one of that name."""
        existing = {normalize_name(title): part for title, part in self.sheets().items()}
        if normalize_name(name) in existing:
            part = existing[normalize_name(name)]
            self._parts[part] = self.conforming(content)
            self._pop(relations_part(part))
            return
        part, number = self.free_name("xl/worksheets/sheet", ".xml")
        relation = f"cmtools{number}"
        self.add_part(
            self.workbook,
            part,
            self.conforming(content),
            relation=relation,
            kind="worksheet",
            content_type=SHEET_TYPE,
        )
        sheets = self.tree(self.workbook).find("{*}sheets")
        assert sheets is not None
        taken = [int(sheet.get("sheetId", "0")) for sheet in sheets]
        sheet = etree.SubElement(sheets, sheets[0].tag, name=name, sheetId=str(max(taken) + 1))
        sheet.set(f"{{{self.relation_types}}}id", relation)

    def add_styles(self, content: bytes) -> None:
        """Give styles to a book that has none."""
        self.add_part(
            self.workbook,
            STYLES,
            self.conforming(content),
            relation="cmtoolsStyles",
            kind="styles",
            content_type=STYLES_TYPE,
        )

    def make_first(self, name: str) -> None:
        """Put a sheet before the others, shown, and open the book at it; drop its own names."""
        book = self.tree(self.workbook)
        sheets = book.findall("{*}sheets/{*}sheet")
        old = self._index_of(name)
        sheets[old].attrib.pop("state", "")
        sheets[0].addprevious(sheets[old])
        for defined in list(book.iter("{*}definedName")):
            owner = int(defined.get("localSheetId", len(sheets)))
            if owner == old:
                remove(defined)
            elif owner < old:  # names of sheets go by the sheet's index
                defined.set("localSheetId", str(owner + 1))
        for view in book.iter("{*}workbookView"):
            view.set("activeTab", "0")
            view.attrib.pop("firstSheet", "")

    def _index_of(self, sheet: str) -> int:
        book = self.tree(self.workbook)
        titles = [normalize_name(s.get("name", "")) for s in book.iterfind("{*}sheets/{*}sheet")]
        return titles.index(normalize_name(sheet))

    def repeat_on_paper(self, sheet: str, area: str) -> None:
        """Print rows, as `$1:$1`, or columns of a sheet, or both, on each of its pages."""
        index = self._index_of(sheet)
        name, refers_to = "_xlnm.Print_Titles", f"'{sheet}'!" + area.replace(",", f",'{sheet}'!")
        names = self._element_of_book("definedNames", BEFORE_CALC[:-1])
        for defined in list(names):
            if (defined.get("name"), defined.get("localSheetId")) == (name, str(index)):
                remove(defined)
        tag = f"{{{self.namespace}}}definedName"
        etree.SubElement(names, tag, name=name, localSheetId=str(index)).text = refers_to

    def free_name(self, start: str, ending: str) -> tuple[str, int]:
        """Return the first free name of a part, `start`, a number and `ending`, and the number."""
        number = 1
        while self._names.find(f"{start}{number}{ending}"):
            number += 1
        return f"{start}{number}{ending}", number

    def conforming(self, content: bytes) -> bytes:
        """Return a part of ours in the namespace of the book."""
        return content.replace(MAIN.encode(), self.namespace.encode())

    def add_part(
        self, source: str, part: str, content: bytes, *, relation: str, kind: str, content_type: str
    ) -> None:
        """Add a part with its content type and the relation of `source`, another part, to it."""
        self._put(part, content)
        etree.SubElement(
            self._relations_of(source),
            f"{{{PACKAGE}}}Relationship",
            {"Id": relation, "Type": f"{self.relation_types}/{kind}", "Target": f"/{part}"},
        )
        etree.SubElement(
            self._types,
            f"{{{TYPES}}}Override",
            {"PartName": f"/{part}", "ContentType": content_type},
        )

    def names(self) -> list[str]:
        """Return the names of all parts."""
        return list(self._parts)

    def macros(self) -> list[str]:
        """Return the parts that hold programs, by type, relation or name."""
        typed = {
            override.get("PartName", "").lstrip("/")
            for override in self._types
            if "vbaProject" in override.get("ContentType", "")
        }
        related = {
            relation.part
            for relation in self.relations(self.workbook)
            if "vbaProject" in relation.kind
        }
        known = ("xl/vbaProject", "xl/macrosheets/")
        return [n for n in self._parts if n in typed or n in related or n.startswith(known)]

    def compute_on_load(self) -> None:
        """Have Excel compute all formulas when it opens the book."""
        self._element_of_book("calcPr", BEFORE_CALC).set("fullCalcOnLoad", "1")

    def drop_calculation_order(self) -> None:
        """Drop the list of all formulas, which Excel makes anew; it names those that go."""
        part = self.related_part(self.workbook, "calcChain") or self.find("xl/calcChain.xml")
        if part is not None:
            self.drop([part])

    def _element_of_book(self, tag: str, before: Iterable[str]) -> etree._Element:
        """Return an element of the workbook; a new one comes after those that go before it."""
        book = self.tree(self.workbook)
        found = book.find(f"{{*}}{tag}")
        if found is None:
            found = etree.Element(f"{{{self.namespace}}}{tag}")
            [*(e for tag in before for e in book.findall(f"{{*}}{tag}"))][-1].addnext(found)
        return found

    def drop(self, parts: Iterable[str]) -> bool:
        """Drop parts with their relations and types; return whether there were any."""
        names = [name for name in parts if name in self._parts]
        for name in names:
            self._pop(name)  # the relations of one may be named themselves
            self._pop(relations_part(name))
        self._names = PartNames(self._parts)
        for override in list(self._types):
            if override.get("PartName", "").lstrip("/") in names:
                self._types.remove(override)
        for source in ("", self.workbook):
            relations = self._relations_of(source)
            for relation in list(relations):
                if resolve_target(source, relation.get("Target", "")) in names:
                    relations.remove(relation)
        return bool(names)

    def make_plain_book(self) -> None:
        """Declare the book a workbook without macros."""
        for override in self._types:
            if override.get("PartName") == f"/{self.workbook}":
                override.set("ContentType", BOOK_TYPE)

    def remove_elements(self, name: str, tag: str) -> None:
        """Remove every element of that local name from a part."""
        for element in list(self.tree(name).iter(f"{{*}}{tag}")):
            remove(element)


def remove(element: etree._Element) -> None:
    """Remove an element from its parent."""
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _parse(content: bytes) -> etree._Element:
    return etree.fromstring(content, _PARSER)


def _relation_id(sheet: etree._Element) -> str:
    """Return the id of a sheet's relation; the namespace of `r:id` depends on the conformance."""
    ids = (str(value) for key, value in sheet.attrib.items() if str(key).endswith("}id"))
    return next(ids, "")
