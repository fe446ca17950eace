"""Notes added to cells: the comments of a sheet and the drawing that shows them.

A note is written in two parts: its text in the comments (ECMA-376, 18.7), its frame in a legacy
drawing (VML, part 4 of the standard), without which Excel does not show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from lxml import etree

from cmtools.problems import column_letters
from cmtools.tables.parsers import escape_text
from cmtools.tables.patch.package import MAIN, Package, remove
from cmtools.tables.patch.sheet_elements import add_legacy_drawing, find_legacy_drawing

AUTHOR = "cmtools"
WIDTH = 320
"""The width of a note in pixels; its height follows its lines."""

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_NO_COMMENTS = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
_NAMESPACES = {
    b"v": b"urn:schemas-microsoft-com:vml",
    b"o": b"urn:schemas-microsoft-com:office:office",
    b"x": b"urn:schemas-microsoft-com:office:excel",
}
_NO_SHAPES = (
    b'<xml><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_NOTE_FRAME = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    b'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;'
    'margin-top:2pt;width:{width}px;height:{height}px;z-index:1;visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note">'
    "<x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
OURS = "\u2060"
"""Stands, unseen, around what is ours in a note: LibreOffice does not keep authors."""
_FRAME = re.compile(rb"<v:shape\b(?:(?!</v:shape>).)*</v:shape>\s*", re.DOTALL)
_RELATION_ID = re.compile(rb":id\s*=\s*[\"']([^\"']*)")

Notes = Mapping[tuple[int, int], str]
"""(row, column), counted from 1 → the text of the note."""


def add_notes(package: Package, sheet: str, notes: Notes) -> None:
    """Add notes to the cells of a sheet, given by its part.

    A cell that has a note keeps its text below the new one.
    """
    new = _write_comments(package, sheet, notes)
    if new:
        _draw_frames(package, sheet, new)


def _write_comments(package: Package, sheet: str, notes: Notes) -> Notes:
    """Write the texts; return those of cells that had none."""
    part = package.related_part(sheet, "comments")
    if part is None:
        part, _ = package.free_name("xl/comments", ".xml")
        package.add_part(
            sheet,
            part,
            package.conforming(_NO_COMMENTS),
            relation="cmtoolsComments",
            kind="comments",
            content_type=_COMMENTS_TYPE,
        )
    tree = package.tree(part)
    authors, comments = tree.find("{*}authors"), tree.find("{*}commentList")
    assert authors is not None
    assert comments is not None
    namespace = etree.QName(tree).namespace
    known = {comment.get("ref"): comment for comment in comments}
    etree.SubElement(authors, f"{{{namespace}}}author").text = AUTHOR
    new = {}
    for (row, column), text in notes.items():
        reference = f"{column_letters(column)}{row}"
        if reference in known:
            _put_before(known[reference], text)
            continue
        new[row, column] = text
        author = str(len(authors) - 1)
        comment = etree.SubElement(
            comments, f"{{{namespace}}}comment", ref=reference, authorId=author
        )
        comment.append(_text(namespace, "text", f"{OURS}{text}{OURS}"))
    return new


def _text(namespace: str | None, tag: str, text: str) -> etree._Element:
    content = f'<t xml:space="preserve">{escape(escape_text(text), quote=False)}</t>'
    return etree.fromstring(f'<{tag} xmlns="{namespace}">{content}</{tag}>')


def _put_before(comment: etree._Element, text: str) -> None:
    """Put a text before that of a comment, which may be plain or made of runs."""
    own = comment.find("{*}text")
    assert own is not None
    namespace = etree.QName(comment).namespace
    plain = own.find("{*}t")
    if plain is not None:
        run = etree.Element(f"{{{namespace}}}r")
        plain.addprevious(run)
        run.append(plain)
    own.insert(0, _text(namespace, "r", f"{OURS}{text}\n\n{OURS}"))


def remove_notes(package: Package, sheet: str) -> None:
    """Remove what is ours in the notes of a sheet, given by its part; a person's text stays."""
    part = package.related_part(sheet, "comments")
    if part is None:
        return
    removed = set()
    for comment in package.tree(part).findall("{*}commentList/{*}comment"):
        had_ours = _take_ours_off(comment)
        if had_ours and not any((text.text or "").strip() for text in comment.iter("{*}t")):
            removed.add(comment.get("ref", ""))
            remove(comment)
    drawing = _find_drawing(package, sheet)
    if removed and drawing is not None:
        package[drawing] = _FRAME.sub(
            lambda frame: b"" if _cell_of(frame[0]) in removed else frame[0], package[drawing]
        )


def _take_ours_off(comment: etree._Element) -> bool:
    """Remove the text between our marks, which another program may have split."""
    inside, found = False, False
    for text in list(comment.iter("{*}t")):
        pieces = (text.text or "").split(OURS)
        kept = [piece for number, piece in enumerate(pieces) if inside == bool(number % 2)]
        found |= inside or len(pieces) > 1
        inside ^= len(pieces) % 2 == 0
        run = text.getparent()
        text.text = "".join(kept)
        if not text.text and run is not None and etree.QName(run).localname == "r":
            remove(run)
    return found


def _cell_of(frame: bytes) -> str:
    row, column = (re.search(rb"<x:%b>\s*(\d+)" % name, frame) for name in (b"Row", b"Column"))
    return f"{column_letters(int(column[1]) + 1)}{int(row[1]) + 1}" if row and column else ""


def _draw_frames(package: Package, sheet: str, notes: Notes) -> None:
    part = _drawing_part(package, sheet)
    drawing = package[part]
    for prefix, namespace in _NAMESPACES.items():
        if b"xmlns:%b=" % prefix not in drawing:
            drawing = drawing.replace(b"<xml", b'<xml xmlns:%b="%b"' % (prefix, namespace), 1)
    frame = b"" if b'"_x0000_t202"' in drawing else _NOTE_FRAME
    numbers = [int(number) for number in re.findall(rb"_x0000_s(\d+)", drawing)]
    shapes = _shapes(notes, max([1024, *numbers]) + 1)
    before, end, after = drawing.rpartition(b"</xml>")
    package[part] = before + frame + shapes + end + after


def _drawing_part(package: Package, sheet: str) -> str:
    """Return the part of a sheet's legacy drawing; a sheet without one gets an empty one."""
    xml = package[sheet]
    known = _find_drawing(package, sheet)
    if known is not None:
        return known
    part, _ = package.free_name("xl/drawings/vmlDrawing", ".vml")
    package.add_part(
        sheet,
        part,
        _NO_SHAPES,
        relation="cmtoolsDrawing",
        kind="vmlDrawing",
        content_type=_DRAWING_TYPE,
    )
    attributes = f'xmlns:r="{package.relation_types}" r:id="cmtoolsDrawing"'
    package[sheet] = add_legacy_drawing(xml, attributes)
    return part


def _find_drawing(package: Package, sheet: str) -> str | None:
    tag = find_legacy_drawing(package[sheet])
    relation = _RELATION_ID.search(tag) if tag else None
    return package.related_part(sheet, "vmlDrawing", relation[1].decode()) if relation else None


def _shapes(notes: Notes, first: int) -> bytes:
    shapes: Iterable[str] = (
        _SHAPE.format(
            id=number,
            width=WIDTH,
            height=60 + 18 * text.count("\n"),
            row=row - 1,
            column=column - 1,
        )
        for number, ((row, column), text) in enumerate(notes.items(), start=first)
    )
    return "".join(shapes).encode()
