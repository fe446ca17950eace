"""Turn the links that Word makes of addresses of mail and sites into plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from cmtools.documents.template.docx_parts import R, W, parse_xml, text_parts
from cmtools.tables.part_names import relations_part

_ADDRESS = re.compile(r"mailto:|tel:|https?:", re.IGNORECASE)


def is_address(relation: etree._Element) -> bool:
    """Whether a relation is a link to a mailbox, a phone or a site, which opens only by a click."""
    is_link = relation.get("Type", "").endswith("/hyperlink")
    return is_link and _ADDRESS.match(relation.get("Target", "")) is not None


def unwrap_links(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts with the texts of such links in place of the links.

    Raises:
        BadTemplate: a part is no sound XML.
    """
    made = dict(parts)
    for name in text_parts(parts):
        relations = parse_xml(parts.get(relations_part(name), b"<none/>"))
        links = {one.get("Id"): one for one in relations if is_address(one)}
        if not links:
            continue
        tree = parse_xml(parts[name])
        for link in tree.iter(f"{W}hyperlink"):
            if link.get(f"{R}id") in links:
                link.tag = "link"
        etree.strip_tags(tree, "link")
        used = {value for node in tree.iter() for value in node.attrib.values()}
        for id, relation in links.items():
            if id not in used:  # a picture may lead there too
                relations.remove(relation)
        made[name], made[relations_part(name)] = etree.tostring(tree), etree.tostring(relations)
    return made
