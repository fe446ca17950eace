"""Cell formats added to a book that has its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from decimal import Decimal

from lxml import etree

from cmtools.tables.columns import DATE
from cmtools.tables.parsers import EXCEL_EPOCH, Percent
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.patch.package import MAIN, Package
from cmtools.tables.reader.number_formats import ShownAs, classify_format, parse_styles
from cmtools.tables.sheet_xml import strip_prefix
from cmtools.tables.writer import styles

NO_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()
"""The groups of styles in their order, with what a book without styles has."""


def add_formats(package: Package, formats: Sequence[str], *, bold: bool = False) -> list[int]:
    """Add formats; return the numbers of the header's, then of each number format's, in order."""
    white = add_font(package, f'<b/><sz val="10"/>{color_xml("#FFFFFF")}')
    ink = add_font(package, f'{"<b/>" if bold else ""}<sz val="10"/>')
    header = add_format(
        package,
        font=white,
        fill=add_fill(package, styles.NAVY),
        alignment='horizontal="center" vertical="center" wrapText="1"',
    )
    tree = _styles(package)
    return [
        header,
        *(
            add_format(
                package,
                font=ink,
                number=_number_format(tree, code),
                alignment='horizontal="left" indent="1"' if code == "@" else "",
            )
            for code in formats
        ),
    ]


def add_format(
    package: Package,
    *,
    font: int,
    fill: int = 0,
    border: int = 0,
    number: int = 0,
    alignment: str = "",
) -> int:
    """Add a format of cells made of parts of the styles; return its number."""
    return _add(
        _styles(package),
        "cellXfs",
        f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" '
        'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
        f"{alignment and f'<alignment {alignment}/>'}</xf>",
    )


def add_font(package: Package, look: str) -> int:
    """Add our font with the elements of its look (CT_Font, before the name); return its number."""
    return _add(_styles(package), "fonts", f'<font>{look}<name val="{styles.FONT}"/></font>')


def add_fill(package: Package, colour: str) -> int:
    """Add a plain fill; return its number."""
    fill = f'<patternFill patternType="solid">{color_xml(colour, "fgColor")}</patternFill>'
    return _add(_styles(package), "fills", f"<fill>{fill}</fill>")


def add_bottom_border(package: Package, colour: str) -> int:
    """Add a thin line below; return its number."""
    line = f'<bottom style="thin">{color_xml(colour)}</bottom>'
    return _add(_styles(package), "borders", f"<border><left/><right/><top/>{line}</border>")


def add_filled_format(package: Package, number: int, fill: int) -> int:
    """Add a copy of a format with another fill; return its number.

    A number that is not among the formats stands for the first, as in Excel.
    """
    return _add_copy(_styles(package), number, {"fillId": str(fill), "applyFill": "1"})


def fill_of_format(package: Package, number: int) -> str:
    """Return the fill of a format as XML; empty where it has none."""
    tree = _styles(package)
    formats, fills = (_group(tree, name) for name in ("cellXfs", "fills"))
    known = formats.findall("{*}xf")
    index = int(known[number if number < len(known) else 0].get("fillId", "0"))
    fill = fills[index] if index < len(fills) else None
    pattern = None if fill is None else fill.find("{*}patternFill")
    if fill is None or (pattern is not None and pattern.get("patternType", "none") == "none"):
        return ""
    return etree.tostring(fill, encoding="unicode").strip()


def replace_fills(package: Package, fills: Mapping[str, str]) -> None:
    """Replace plain fills, by their colours, by others as `fill_of_format` has written them."""
    group = _group(_styles(package), "fills")
    for fill in list(group):
        colour = fill.find("{*}patternFill/{*}fgColor")
        code = "" if colour is None else colour.get("rgb", "")[-6:].upper()
        if code in fills:
            none = f'<fill xmlns="{_namespace(group)}"><patternFill patternType="none"/></fill>'
            group.replace(fill, etree.fromstring(fills[code] or none))


def _add_copy(tree: etree._Element, number: int, attributes: Mapping[str, str]) -> int:
    group = _group(tree, "cellXfs")
    known = group.findall("{*}*")
    copy = deepcopy(known[number if number < len(known) else 0])
    for name, value in attributes.items():
        copy.set(name, value)
    group.append(copy)
    group.set("count", str(len(known) + 1))
    return len(known)


class ShownValues:
    """Fits values to the formats of a book's cells; a style that is lacking is added once."""

    def __init__(self, package: Package) -> None:
        self._package = package
        _styles(package)
        self._shown_as = dict(enumerate(parse_styles(strip_prefix(package[package.styles]))))
        self._added: dict[tuple[int, str], int] = {}
        properties = package.tree(package.workbook).find("{*}workbookPr")
        is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self._first_day = date(1904, 1, 1) if is_1904 else EXCEL_EPOCH

    def fit(self, value: CellValue, style: int) -> tuple[CellValue, int]:
        """See `cells.ValueFormats`."""
        shown_as = self._shown_as.get(style, ShownAs.NUMBER)
        if isinstance(value, date):
            shown = shown_as is ShownAs.DATE
            return self._serial(value), style if shown else self._with_code(style, DATE.format)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return value, style
        if shown_as in (ShownAs.DATE, ShownAs.DURATION):
            style, shown_as = self._with_code(style, "General"), ShownAs.NUMBER
        is_share = isinstance(value, Percent)
        if is_share and shown_as is not ShownAs.PERCENT:
            return float(f"{value * 100:.15g}"), style
        if not is_share and shown_as is ShownAs.PERCENT:
            return float(f"{float(value) / 100:.15g}"), style
        return value, style

    def _with_code(self, style: int, code: str) -> int:
        if (style, code) not in self._added:
            self._added[style, code] = added = add_numbered_format(self._package, style, code)
            self._shown_as[added] = classify_format(code)  # of the cells of a row appended below
        return self._added[style, code]

    def _serial(self, day: date) -> float | int:
        days = (date(day.year, day.month, day.day) - self._first_day).days
        if not isinstance(day, datetime):
            return days
        clock = timedelta(hours=day.hour, minutes=day.minute, seconds=day.second)
        return days + clock / timedelta(days=1)


def add_numbered_format(package: Package, number: int, code: str) -> int:
    """Add a copy of a format that shows numbers by another code; return its number."""
    tree = _styles(package)
    return _add_copy(
        tree, number, {"numFmtId": str(_number_format(tree, code)), "applyNumberFormat": "1"}
    )


def color_xml(colour: str, tag: str = "color") -> str:
    """Write a colour, `#1F4E79`, as an element."""
    return f'<{tag} rgb="FF{colour.lstrip("#")}"/>'


def _styles(package: Package) -> etree._Element:
    if package.styles not in package:
        package.add_styles(NO_STYLES)
    return package.tree(package.styles)


def _group(tree: etree._Element, name: str) -> etree._Element:
    """Return a group of styles; a book in which it is missing or empty gets the usual one."""
    found = tree.find(f"{{*}}{name}")
    if found is not None and found.find("{*}*") is not None:
        return found
    groups = etree.fromstring(NO_STYLES.replace(MAIN.encode(), _namespace(tree).encode()))
    order = [etree.QName(group).localname for group in groups]
    usual = groups[order.index(name)]
    if found is not None:
        tree.replace(found, usual)
        return usual
    before = [tree.find(f"{{*}}{known}") for known in ("numFmts", *order[: order.index(name)])]
    tree.insert(sum(group is not None for group in before), usual)
    return usual


def _namespace(tree: etree._Element) -> str:
    """Return the namespace of the elements: that of the book's conformance."""
    return etree.QName(tree).namespace or MAIN


def _add(tree: etree._Element, group: str, xml: str) -> int:
    """Append to a group of styles; return the index of what was appended."""
    parent = _group(tree, group)
    parent.append(etree.fromstring(f'<group xmlns="{_namespace(tree)}">{xml}</group>')[0])
    parent.set("count", str(len(parent)))
    return len(parent) - 1


def _number_format(tree: etree._Element, code: str) -> int:
    if code in ("General", "@"):
        return 0 if code == "General" else 49
    group = tree.find("{*}numFmts")
    if group is None:
        group = etree.Element(f"{{{_namespace(tree)}}}numFmts")
        tree.insert(0, group)
    for known in group:
        if known.get("formatCode") == code:
            return int(known.get("numFmtId", "0"))
    number = max([163, *(int(known.get("numFmtId", "0")) for known in group)]) + 1
    etree.SubElement(group, f"{{{_namespace(tree)}}}numFmt", numFmtId=str(number), formatCode=code)
    group.set("count", str(len(group)))
    return number
