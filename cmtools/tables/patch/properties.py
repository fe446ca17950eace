"""The custom properties of a book: names and texts that Excel and LibreOffice keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from cmtools.tables.patch.package import Package, remove

PART = "docProps/custom.xml"
PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def set_properties(package: Package, properties: Mapping[str, str]) -> None:
    """Set custom properties of a book; the others stay."""
    part = package.related_part("", "custom-properties")
    if part is None:
        part = PART
        package.add_part(
            "",
            PART,
            f'<Properties xmlns="{PROPERTIES}" xmlns:vt="{TYPES}"/>'.encode(),
            relation="cmtoolsProperties",
            kind="custom-properties",
            content_type=CONTENT_TYPE,
        )
    tree = package.tree(part)
    for name, value in properties.items():
        known = [element for element in tree if element.get("name") == name]
        element = known[0] if known else _add(tree, name)
        for child in list(element):
            element.remove(child)
        etree.SubElement(element, f"{{{TYPES}}}lpwstr").text = value


def read_custom_properties(package: Package) -> dict[str, str]:
    """Return the custom properties of a book by their names."""
    part = package.related_part("", "custom-properties")
    if part is None:
        return {}
    return {
        element.get("name", ""): "".join(str(text) for text in element.itertext())
        for element in package.tree(part)
    }


def remove_properties(package: Package, names: Collection[str]) -> None:
    """Remove custom properties of a book; the others stay."""
    part = package.related_part("", "custom-properties")
    for element in [] if part is None else list(package.tree(part)):
        if element.get("name") in names:
            remove(element)


def _add(tree: etree._Element, name: str) -> etree._Element:
    number = max([1, *(int(element.get("pid", "1")) for element in tree)]) + 1
    tag = f"{{{etree.QName(tree).namespace or PROPERTIES}}}property"
    return etree.SubElement(tree, tag, fmtid=FORMAT_ID, pid=str(number), name=name)
