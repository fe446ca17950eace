"""Tags in a part of a template: checked as text, then joined for Jinja.

docxtpl joins tags that Word has split, by regular expressions over the whole part. Tags that would
make these slow, or tear the markup, are refused before.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from docxtpl.template import DocxTemplate
from lxml import etree

from cmtools.documents.template import messages
from cmtools.documents.template.docx_parts import W
from cmtools.documents.template.messages import BadTemplate
from cmtools.problems import Fault

TAGS = 5000  # in one part
SIGNS = 500  # of one tag
NESTING = 20

_OPENING = re.compile(r"\{[{%#]")
_WHOLE = re.compile(
    r"\{\{(?:(?!\{[{%#]).)*?\}\}|\{%(?:(?!\{[{%#]).)*?%\}|\{#(?:(?!\{[{%#]).)*?#\}", re.DOTALL
)
_STRAY = re.compile(r"\{\s*[{%#]|[}%#]\s*\}")
_CUT_OUT = re.compile(r"(?<=^\{[%#])(?:p|tr|tc|r)(?= )")
_CUT = {"p": "в абзаце", "tr": "в строке таблицы", "tc": "в ячейке", "r": "в том же куске текста"}
_WORD = re.compile(r"\{%[-+]?\s*(\w*)")
_MARKUP = re.compile(r"\{\{(?:p|tr|tc|r)\s")
_SIGN = re.compile(r"\{[{%#][-+]|[-+][}%#]\}")
_END = re.compile("[%}]")  # of a tag that is cut out, for docxtpl
_PAIRS = {"endif": "if", "endfor": "for"}
_BRANCHES = {"elif": ("if",), "else": ("if", "for")}
_KNOWN = ("", "if", "for", *_PAIRS, *_BRANCHES)
_ALONE = {
    "if": "{}{{% endif %}}",
    "for": "{}{{% endfor %}}",
    "elif": "{{% if x %}}{}{{% endif %}}",
    "else": "{{% if x %}}{}{{% endif %}}",
    "endif": "{{% if x %}}{}",
    "endfor": "{{% for x in y %}}{}",
}
_FORBIDDEN = {
    "set": "присваивание (set)",
    "macro": "макрос",
    "call": "вызов",
    **dict.fromkeys(("include", "import", "from", "extends"), "вставка другого шаблона"),
    **{
        word: f"метка {word}"
        for word in "block filter raw with do autoescape colspan cellbg vm hm".split()
    },
}
_TYPED_QUOTES = str.maketrans("«»„“”‘’", '"' * 5 + "''")  # Word corrects the plain ones into these


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateTag:
    """A tag as typed; `word` is what a statement begins with, empty for a field or a remark.

    With a statement of `cuts` the whole paragraph, row, cell or run around it is cut out.
    """

    text: str
    word: str
    cuts: str

    @property
    def alone(self) -> str:
        """Return a template of this tag alone, to see whether Jinja parses it."""
        plain = _CUT_OUT.sub("", self.text).translate(_TYPED_QUOTES)
        return _ALONE.get(self.word, "{}").format(plain)


@dataclass(kw_only=True, slots=True)
class _Paragraph:
    """The pieces of a paragraph's text, and where in the text each begins."""

    pieces: list[etree._Element] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    length: int = 0

    def add(self, piece: etree._Element) -> None:
        self.pieces.append(piece)
        self.starts.append(self.length)
        self.length += len(piece.text or "")

    @property
    def text(self) -> str:
        return "".join(piece.text or "" for piece in self.pieces)

    def between(self, start: int, end: int) -> list[etree._Element]:
        """Return the pieces that hold the signs between two places."""
        return self.pieces[bisect_right(self.starts, start) - 1 : bisect_left(self.starts, end)]


def find_tags(tree: etree._Element) -> tuple[list[TemplateTag], list[Fault]]:
    """Return all tags of a part in their order, and what is wrong with them as texts."""
    tags: list[TemplateTag] = []
    found: list[Fault] = []
    texts: dict[etree._Element, str] = {}
    for paragraph in _paragraphs(tree):
        text = paragraph.text
        if _STRAY.search(_WHOLE.sub("", text)):
            found.append(messages.TEMPLATE_SYNTAX(near=text.strip()[:100]))
            continue
        for match in _WHOLE.finditer(text):
            tag, pieces = _tag(match[0]), paragraph.between(*match.span())
            tags.append(tag)
            found += _faults_of(tag)
            if len({_owner(piece) for piece in pieces}) > 1:
                found.append(messages.TEMPLATE_TORN(near=tag.text[:100]))
            if tag.cuts and not _is_alone(tag, pieces[0], texts):
                found.append(messages.TEMPLATE_CUT(near=tag.text[:100], what=_CUT[tag.cuts]))
    if len(tags) > TAGS:
        return tags, [messages.TEMPLATE_TOO_LARGE(what=f"меток в одной части больше {TAGS}")]
    return tags, [*found, *_find_unpaired(tags), *_find_misplaced(tree)]


def texts_between_tags(tree: etree._Element) -> list[str]:
    """Return the texts of the paragraphs of a part, with a sign in place of each tag."""
    return [_WHOLE.sub("…", paragraph.text) for paragraph in _paragraphs(tree)]


def jinja_source(tree: etree._Element) -> str:
    """Turn a part without faults into a template for Jinja, each tag in one piece."""
    etree.strip_elements(tree, "{*}dataBinding", with_tail=False)  # Word would fill these anew
    xml = etree.tostring(tree, encoding="unicode")
    mended = DocxTemplate("").patch_xml(xml)  # type: ignore[no-untyped-call]
    return _WHOLE.sub(lambda tag: tag[0].translate(_TYPED_QUOTES), mended)


def fit_columns(xml: str) -> str:
    """Give the tables of a part that loops over cells as many columns as their rows have.

    Raises:
        BadTemplate: a table does not say how wide its columns are.
    """
    try:
        tree = DocxTemplate("").fix_tables(xml)  # type: ignore[no-untyped-call]
    except (AttributeError, TypeError, ValueError) as error:
        fault = messages.TEMPLATE_DAMAGED(detail="у таблицы нет ширины столбцов")
        raise BadTemplate([fault]) from error
    return str(etree.tostring(tree, encoding="unicode"))


def _tag(text: str) -> TemplateTag:
    cuts, word = _CUT_OUT.search(text), _WORD.match(_CUT_OUT.sub("", text))
    return TemplateTag(text=text, word=word[1] if word else "", cuts=cuts[0] if cuts else "")


def _owner(piece: etree._Element) -> etree._Element | None:
    """Return the parent of the run of a piece: a paragraph, a hyperlink, a revision."""
    run = piece.getparent()
    return None if run is None else run.getparent()


def _is_alone(tag: TemplateTag, piece: etree._Element, texts: dict[etree._Element, str]) -> bool:
    """Whether a tag is alone in the element that it cuts out; `texts` caches their texts."""
    around = next(piece.iterancestors(f"{W}{tag.cuts}"), None)
    if around is None:
        return False
    if around not in texts:
        texts[around] = "".join(text.text or "" for text in around.iter(f"{W}t"))
    return texts[around].strip() == tag.text


def _faults_of(tag: TemplateTag) -> Iterator[Fault]:
    if len(tag.text) > SIGNS:
        what = f"метка длиннее {SIGNS} знаков: «{tag.text[:40]}…»"
        yield messages.TEMPLATE_TOO_LARGE(what=what)
    elif _SIGN.search(tag.text):
        yield messages.TEMPLATE_FORBIDDEN(what=f"минус или плюс у скобки: {tag.text}")
    elif tag.word in _FORBIDDEN:
        yield messages.TEMPLATE_FORBIDDEN(what=_FORBIDDEN[tag.word])
    elif _MARKUP.match(tag.text):
        yield messages.TEMPLATE_FORBIDDEN(what=f"вставка разметки {tag.text}")
    elif tag.word not in _KNOWN or (tag.cuts and _END.search(tag.text[2:-2])):
        yield messages.TEMPLATE_SYNTAX(near=tag.text)


def _find_unpaired(tags: list[TemplateTag]) -> Iterator[Fault]:
    """Yield statements that are not closed, or close what is not open."""
    open_tags: list[TemplateTag] = []
    for tag in tags:
        inner = open_tags[-1].word if open_tags else ""
        if tag.word in ("if", "for"):
            open_tags.append(tag)
            if len(open_tags) == NESTING + 1:
                what = f"больше {NESTING} меток друг в друге: «{tag.text[:100]}»"
                yield messages.TEMPLATE_TOO_LARGE(what=what)
        elif _PAIRS.get(tag.word, inner) != inner or inner not in _BRANCHES.get(tag.word, (inner,)):
            yield messages.TEMPLATE_SYNTAX(near=tag.text[:100])
            return  # what follows would only repeat it
        elif tag.word in _PAIRS:
            open_tags.pop()
    for tag in open_tags:
        yield messages.TEMPLATE_SYNTAX(near=tag.text[:100])


def _find_misplaced(tree: etree._Element) -> Iterator[Fault]:
    """Yield tags where no text is shown: in a drawing, a field's code, deleted text."""
    for node in tree.iter():
        shown = node.tag == f"{W}t"
        for text in (None if shown else node.text, node.tail, *node.attrib.values()):
            if text and _OPENING.search(text):
                yield messages.TEMPLATE_MISPLACED(near=text.strip()[:100])


def _paragraphs(tree: etree._Element) -> Iterator[_Paragraph]:
    """Each paragraph without those inside of it, as in a text box."""
    found: dict[etree._Element | None, _Paragraph] = {}
    for text in tree.iter(f"{W}t"):
        owner = next(text.iterancestors(f"{W}p"), None)
        found.setdefault(owner, _Paragraph()).add(text)
    return iter(found.values())
