"""Macros and links to other files, which never go into a copy of a book."""

from __future__ import annotations

import re

from cmtools.tables.patch.cells import ATTRIBUTE
from cmtools.tables.patch.package import Package


def drop_foreign_parts(package: Package) -> None:
    """Drop macros and links to other files; a formula that used a link keeps its value."""
    if package.drop(package.macros()):
        package.make_plain_book()
    if package.drop(name for name in package.names() if name.startswith("xl/externalLinks/")):
        package.remove_elements(package.workbook, "externalReferences")
        for name in list(package.tree(package.workbook).iter("{*}definedName")):
            parent = name.getparent()
            if re.search(r"\[\d+\]", name.text or "") and parent is not None:
                parent.remove(name)
        package.drop_calculation_order()
        for part in package.sheets().values():
            package[part] = _without_linked_formulas(package[part])


def _without_linked_formulas(xml: bytes) -> bytes:
    """Remove formulas that name another file, with those that share one; keep values."""
    linked = re.compile(rb"<(?:\w+:)?f\b([^>]*)>[^<]*\[\d+\][^<]*</(?:\w+:)?f>")
    shared = {
        number[1]
        for formula in linked.finditer(xml)
        if (number := re.search(ATTRIBUTE % b"si", formula[1]))
    }
    xml = linked.sub(b"", xml)
    for group in shared:
        xml = re.sub(rb'<(?:\w+:)?f\b[^>]*\bsi=["\']%s["\'][^>]*/>' % group, b"", xml)
    return xml
