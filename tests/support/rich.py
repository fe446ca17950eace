"""A manager's book full of what only Excel makes, and what a command has changed in it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from lxml import etree

from support.foreign import Parts, packed, parts_of

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ENRICHED = ("Заказы", "Позиции", "Платежи")
ROOT = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'mc:Ignorable="x14ac zz" xmlns:zz="urn:example:own" '
    'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
)
DRAWN = (
    '<rowBreaks count="1" manualBreakCount="1"><brk id="9" max="16383" man="1"/></rowBreaks>'
    f'<drawing xmlns:r="{OFFICE}" r:id="rIdDrawing"/>'
    f'<legacyDrawing xmlns:r="{OFFICE}" r:id="rIdNotes"/>'
)
EXTENSIONS = (
    '<extLst xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"><x14:sparklineGroups><x14:sparklineGroup>'
    "<x14:sparklines><x14:sparkline><xm:f>Платежи!D2:D3</xm:f><xm:sqref>AD2</xm:sqref>"
    "</x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext>"
    '<ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><x14:conditionalFormattings>'
    '<x14:conditionalFormatting><x14:cfRule type="dataBar" id="{0-1}"><x14:dataBar minLength="0" '
    'maxLength="100"/></x14:cfRule><xm:sqref>AC2:AC3</xm:sqref></x14:conditionalFormatting>'
    '</x14:conditionalFormattings></ext><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}">'
    '<x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1>'
    "<xm:f>Платежи!$C$2:$C$9</xm:f></x14:formula1><xm:sqref>AC9</xm:sqref></x14:dataValidation>"
    '</x14:dataValidations></ext><ext uri="urn:example:own"><zz:own  kept = "1">ё</zz:own></ext>'
    "</extLst>"
)
FORMULA = '<c r="AB2"><f>SUM(AC2:AC3)+COUNTA(A2:B2)</f><v>2</v></c></row>'
PARTS = {
    "xl/drawings/drawing9.xml": b"<a:shape xmlns:a='urn:a'>  text in a shape </a:shape>",
    "xl/charts/chart9.xml": b"<c:chart xmlns:c='urn:c'><c:f>1</c:f></c:chart>",
    "xl/drawings/vmlDrawing9.vml": b"<xml><v:shape xmlns:v='urn:v' type=_x0000_t202></xml>",
    "xl/comments9.xml": b"<comments><author>me</author></comments>",
    "xl/pivotCache/pivotCacheDefinition1.xml": b"<pivotCacheDefinition refreshOnLoad='1'/>",
    "xl/pivotTables/pivotTable1.xml": b"<pivotTableDefinition name='own'/>",
    "xl/media/image9.png": bytes(range(256)),
    "xl/printerSettings/printerSettings9.bin": bytes(range(256)) * 4,
    "xl/calcChain.xml": b"<calcChain><c r='AB2' i='2'/></calcChain>",
    "customXml/item1.xml": b"<own>kept</own>",
}


def enrich(path: Path) -> None:
    """Put into a book what a manager adds to his own in Excel."""
    parts = parts_of(path.read_bytes())
    for part in map(sheet_parts(parts).__getitem__, ENRICHED):
        xml = parts[part].decode()
        xml = xml.replace("<worksheet ", f"<worksheet {ROOT} ", 1)
        before, second, rest = xml.partition('<row r="2"')
        xml = before + second + ' x14ac:dyDescent="0.25"' + rest.replace("</row>", FORMULA, 1)
        xml = xml.replace("<tableParts", f"{DRAWN}<tableParts", 1)
        parts[part] = xml.replace("</worksheet>", f"{EXTENSIONS}</worksheet>").encode()
        rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
        parts[rels] = parts[rels].replace(
            b"</Relationships>",
            _link("rIdDrawing", "drawing", "/xl/drawings/drawing9.xml")
            + _link("rIdNotes", "vmlDrawing", "/xl/drawings/vmlDrawing9.vml")
            + b"</Relationships>",
        )
    links = "xl/_rels/workbook.xml.rels"
    chain = _link("rIdChain", "calcChain", "/xl/calcChain.xml")
    parts[links] = parts[links].replace(b"</Relationships>", chain + b"</Relationships>")
    types = b'<Default Extension="png" ContentType="image/png"/><Default Extension="bin" '
    types += b'ContentType="application/octet-stream"/><Default Extension="vml" '
    types += b'ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", types)
    book = parts["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    path.write_bytes(packed(parts | PARTS | {"xl/workbook.xml": book}))


def _link(name: str, kind: str, target: str) -> bytes:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'.encode()


def sheet_parts(parts: Parts) -> dict[str, str]:
    """The name of each sheet → its part."""
    rels = etree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {rel.get("Id"): str(rel.get("Target")) for rel in rels}
    found = {
        str(sheet.get("name")): targets[sheet.get(f"{{{OFFICE}}}id")]
        for sheet in etree.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet")
    }
    return {t: n.lstrip("/") if n.startswith("/") else f"xl/{n}" for t, n in found.items()}


def changed_parts(before: bytes, after: bytes) -> set[str]:
    """The members whose bytes differ; none has gone, those that came are the last."""
    old, new = parts_of(before), parts_of(after)
    assert [*new][: len(old)] == [*old]
    return {name for name in new if old.get(name) != new[name]}


def changed_cells(before: bytes, after: bytes, sheet: str) -> set[str]:
    """The cells of a sheet that differ; all its other elements are the same, in their order."""
    old, new = (_sheet(content, sheet) for content in (before, after))
    assert old[0] == new[0]
    return {place for place in {*old[1], *new[1]} if old[1].get(place) != new[1].get(place)}


def _sheet(content: bytes, title: str) -> tuple[bytes, dict[str, bytes]]:
    """What a sheet holds beside its cells and its dimension, and each cell by its name."""
    parts = parts_of(content)
    tree = etree.parse(BytesIO(parts[sheet_parts(parts)[title]]))
    cells: dict[str, bytes] = {}
    for cell in [*tree.iter(f"{MAIN}c")]:
        cells[str(cell.get("r"))] = etree.tostring(cell, method="c14n2", with_tail=False)
        cell.getparent().remove(cell)
    for tag in ("dimension", "row"):
        for element in [*tree.iter(f"{MAIN}{tag}")]:
            if tag == "dimension" or set(element.attrib) <= {"r", "spans"}:
                element.getparent().remove(element)
            else:
                element.attrib.pop("spans", None)
    return etree.tostring(tree, method="c14n2"), cells
