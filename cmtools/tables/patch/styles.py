"""Cell formats added to a book that has its own: a header and a format for each column."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from cmtools.tables.patch.package import MAIN, Package
from cmtools.tables.writer import styles

NO_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" '
    'builtinId="0"/></cellStyles></styleSheet>'
).encode()


def add_formats(package: Package, formats: Sequence[str]) -> list[int]:
    """Add formats; return the numbers of the header's, then of each number format's, in order."""
    if package.styles not in package:
        package.add_styles(NO_STYLES)
    tree = package.tree(package.styles)
    white, navy = "FFFFFFFF", "FF" + styles.NAVY.lstrip("#")
    bold = _add(
        tree,
        "fonts",
        f'<font><b/><sz val="10"/><color rgb="{white}"/><name val="{styles.FONT}"/></font>',
    )
    ink = _add(tree, "fonts", f'<font><sz val="10"/><name val="{styles.FONT}"/></font>')
    fill = _add(
        tree,
        "fills",
        f'<fill><patternFill patternType="solid"><fgColor rgb="{navy}"/></patternFill></fill>',
    )
    found = [
        _add(
            tree,
            "cellXfs",
            f'<xf numFmtId="0" fontId="{bold}" fillId="{fill}" borderId="0" '
            'xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment '
            'horizontal="center" vertical="center" wrapText="1"/></xf>',
        )
    ]
    for code in formats:
        number = _number_format(tree, code)
        found.append(
            _add(
                tree,
                "cellXfs",
                f'<xf numFmtId="{number}" fontId="{ink}" fillId="0" '
                'borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>',
            )
        )
    return found


def _add(tree: etree._Element, group: str, xml: str) -> int:
    """Append to a group of styles; return the index of what was appended."""
    parent = tree.find(f"{{*}}{group}")
    assert parent is not None
    namespace = etree.QName(tree).namespace  # that of the book's conformance
    parent.append(etree.fromstring(f'<group xmlns="{namespace}">{xml}</group>')[0])
    parent.set("count", str(len(parent)))
    return len(parent) - 1


def _number_format(tree: etree._Element, code: str) -> int:
    if code in ("General", "@"):
        return 0 if code == "General" else 49
    namespace = etree.QName(tree).namespace  # that of the book's conformance
    group = tree.find("{*}numFmts")
    if group is None:
        group = etree.Element(f"{{{namespace}}}numFmts")
        tree.insert(0, group)
    for known in group:
        if known.get("formatCode") == code:
            return int(known.get("numFmtId", "0"))
    number = max([163, *(int(known.get("numFmtId", "0")) for known in group)]) + 1
    etree.SubElement(group, f"{{{namespace}}}numFmt", numFmtId=str(number), formatCode=code)
    group.set("count", str(len(group)))
    return number
