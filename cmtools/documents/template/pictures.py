"""Pictures: a drawing whose alternative text is a field becomes that field's picture.

Each drawing gets its own part, in a loop one a turn; where the field is empty there is none. The
person sets size and place by the drawing; docxtpl's InlineImage would take them from the code, and
needs the whole template opened anew for each document.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from cmtools.documents.field_types import Picture
from cmtools.documents.template.docx_parts import R, W, parse_xml
from cmtools.documents.template.schema import Fields
from cmtools.tables.part_names import CONTENT_TYPES, relations_part, resolve_target

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_WP, _A, _PIC = (f"{{{_DRAWING}/{name}}}" for name in ("wordprocessingDrawing", "main", "picture"))
_IMAGE = f"{R[1:-1]}/image"
_BLIP = f"*/{_A}graphic/{_A}graphicData/{_PIC}pic/{_PIC}blipFill/{_A}blip"
_DESCRIBED = (f"*/{_WP}docPr", f"*/{_A}graphic/{_A}graphicData/{_PIC}pic/{_PIC}nvPicPr/{_PIC}cNvPr")
_FIELD = re.compile(r"\s*\{\{\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*\}\}\s*")
_NUMBER = re.compile(r'(<wp:docPr\b[^>]*? id=")\d*(")')
_NUMBERED = re.compile(rb"picture(\d{1,9})")
_RELATIONS, _TYPES = (
    f"{{http://schemas.openxmlformats.org/package/2006/{name}}}"
    for name in ("relationships", "content-types")
)
_NO_RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placeholder:
    """A drawing in a template and the field whose picture it becomes."""

    field: str
    drawing: etree._Element
    blip: etree._Element

    def place(self) -> None:
        """Make the drawing a piece of template: there only if the field is, with its picture."""
        before, run = self.drawing.getprevious(), self.drawing.getparent()
        start = f"{{% if {self.field} %}}"
        if before is not None:
            before.tail = f"{before.tail or ''}{start}"
        elif run is not None:
            run.text = f"{run.text or ''}{start}"
        self.drawing.tail = f"{{% endif %}}{self.drawing.tail or ''}"
        self.blip.set(f"{R}embed", f"{{{{ {self.field} }}}}")
        for extension in list(self.blip):  # the same picture in another form, as SVG
            self.blip.remove(extension)


def find_placeholders(tree: etree._Element, known: Fields) -> list[Placeholder]:
    """Find the drawings that stand for pictures; replace the fields in them by plain words."""
    found = []
    for drawing in tree.iter(f"{W}drawing"):
        described = [node for path in _DESCRIBED for node in drawing.iterfind(path)]
        field = next((_FIELD.fullmatch(node.get("descr", "")) for node in described), None)
        blip = drawing.find(_BLIP)
        if field and blip is not None:
            for node in described:
                node.set("descr", _meaning(field[1], known))
            found.append(Placeholder(field=field[1], drawing=drawing, blip=blip))
    return found


def _meaning(name: str, known: Fields) -> str:
    """Describe the picture; fields of a list's rows are known to the loop only."""
    first, *rest = name.split(".")
    found = known.get(first)
    for part in rest:
        found = found.parts.get(part) if found and found.parts else None
    return found.meaning if found else "Рисунок"


def first_free_number(parts: Mapping[str, bytes]) -> int:
    """Return the first free number of a picture; the template may be a made document itself."""
    relations = (content for name, content in parts.items() if name.endswith(".rels"))
    numbers = _NUMBERED.findall(b" ".join((" ".join(parts).encode(), *relations)))
    return 1 + max(map(int, numbers), default=0)


def drop_replaced(parts: Mapping[str, bytes], part: str, tree: etree._Element) -> dict[str, bytes]:
    """Drop the pictures that fields of `part` replace; declare PNG."""
    left = dict(parts)
    relations = parse_xml(parts.get(relations_part(part), _NO_RELATIONS))
    used = {value for node in tree.iter() for value in node.attrib.values()}
    for relation in list(relations):
        if relation.get("Type") == _IMAGE and relation.get("Id") not in used:
            relations.remove(relation)
    left[relations_part(part)] = etree.tostring(relations)
    targets = {target for name in left if name.endswith(".rels") for target in _targets(name, left)}
    return {
        name: _with_png(content) if name == CONTENT_TYPES else content
        for name, content in left.items()
        if not name.startswith("word/media/") or name in targets
    }


def picture_parts(relations: bytes, part: str, pictures: Mapping[int, Picture]) -> dict[str, bytes]:
    """Return the pictures as parts, with the relations of `part` to them, by name."""
    tree = parse_xml(relations)
    added = {}
    for number, picture in pictures.items():
        name = f"word/media/{picture_id(number)}.png"
        added[name] = bytes(picture)
        target = posixpath.relpath(name, posixpath.dirname(part))
        etree.SubElement(
            tree, f"{_RELATIONS}Relationship", Id=picture_id(number), Type=_IMAGE, Target=target
        )
    return {relations_part(part): etree.tostring(tree), **added}


def picture_id(number: int) -> str:
    """Return the name of a picture in the markup and among the parts."""
    return f"picture{number}"


def renumber_drawings(xml: str, numbers: Iterator[int]) -> str:
    """Give new numbers to the drawings of a markup: a loop would repeat them."""
    return _NUMBER.sub(lambda match: f"{match[1]}{next(numbers)}{match[2]}", xml)


def _targets(name: str, parts: Mapping[str, bytes]) -> Iterator[str]:
    source = name.replace("_rels/", "").removesuffix(".rels")
    for relation in parse_xml(parts[name]):
        yield resolve_target(source, relation.get("Target", ""))


def _with_png(types: bytes) -> bytes:
    tree = parse_xml(types)
    if not any(node.get("Extension", "").lower() == "png" for node in tree):
        png = etree.Element(f"{_TYPES}Default", Extension="png", ContentType="image/png")
        tree.insert(0, png)
    return etree.tostring(tree)
