"""Open a file as a workbook: check what it really is, and that its archive is sound."""

from __future__ import annotations

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from cmtools.problems import Fault
from cmtools.tables import messages
from cmtools.tables.encodings import to_utf8
from cmtools.tables.part_names import (
    CONTENT_TYPES,
    PACKAGE_RELATIONS,
    PartNames,
    Relation,
    plain_name,
    read_relations,
    relations_part,
)
from cmtools.tables.reader.file_kinds import HEAD, identify_archive, identify_file

MIB = 1 << 20
BOOK = "xl/workbook.xml"
MAX_INDEX_BYTES = 4 * MIB

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits of reading a workbook: sizes, cells of a sheet, time and memory of the process.

    `ratio` is unpacked to packed bytes, checked only of files of over 10 MiB unpacked.
    """

    file_bytes: int = 20 * MIB
    unpacked_bytes: int = 200 * MIB
    grid_cells: int = 5_000_000
    ratio: int = 200
    seconds: float = 20.0
    memory_bytes: int = 1024 * MIB


class FileRejected(Exception):
    """The file is refused; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def damage_error(detail: str) -> FileRejected:
    """Make the refusal of a file whose content is contradictory."""
    return FileRejected(messages.FILE_DAMAGED(detail=detail))


def too_large(detail: str) -> FileRejected:
    """Make the refusal of a file that exceeds a limit."""
    return FileRejected(messages.FILE_TOO_LARGE(detail=detail))


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """An open workbook: its archive, its sheets in order (name → part), its warnings.

    `strings` and `styles` are the parts to which sheets refer, empty if there is none.
    """

    archive: zipfile.ZipFile
    sheets: Mapping[str, str]
    strings: str
    styles: str
    is_1904: bool
    warnings: tuple[Fault, ...]
    checked_parts: set[str]

    def part(self, name: str) -> bytes:
        """Read a part of XML, as UTF-8.

        Raises:
            FileRejected: its size or checksum are wrong, or it declares a DTD.
        """
        self.checked_parts.add(name)
        return _read_xml(self.archive, name)

    def size(self, name: str) -> int:
        """Return the declared size of a part in bytes; 0 if there is no such part."""
        return _size(self.archive, name)

    def check_unread_parts(self) -> None:
        """Check the size and checksum of the parts that were not read.

        Raises:
            FileRejected: as for `part`.
        """
        for name in set(self.archive.namelist()) - self.checked_parts:
            if name.lower().endswith((".xml", ".rels")):
                self.part(name)
            elif not name.endswith("/"):
                _read_part(self.archive, name)


@contextmanager
def open_workbook(path: Path, limits: Limits) -> Iterator[Contents]:
    """Open a workbook for reading.

    Raises:
        FileRejected: the file is no .xlsx book, is broken, or is larger than the limits.
        OSError: the file cannot be opened.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRejected(messages.FILE_EMPTY())
    if size > limits.file_bytes:
        raise too_large(f"{size / MIB:.0f} МБ, предел {limits.file_bytes / MIB:.0f} МБ")
    with path.open("rb") as file:
        start = file.read(HEAD)
        if not start.startswith(b"PK"):
            raise FileRejected(identify_file(start, file.read()))
        try:
            with zipfile.ZipFile(file) as archive:
                yield _read_contents(archive, limits)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
            raise damage_error("архив не открывается целиком") from error
        except (ElementTree.ParseError, LookupError, RecursionError) as error:
            raise damage_error("оглавление не читается") from error
        except OSError as error:  # a place in the file that is none
            if error.errno not in (None, errno.EINVAL):
                raise
            raise damage_error("архив не открывается целиком") from error
        except RuntimeError as error:  # zipfile's word for an encrypted member
            raise FileRejected(messages.FILE_ENCRYPTED()) from error


def _read_contents(archive: zipfile.ZipFile, limits: Limits) -> Contents:
    names = archive.namelist()
    _check_sizes(archive, limits)
    if len(set(names)) < len(names):
        raise damage_error("одна и та же часть записана дважды")
    if "mimetype" in names and b"opendocument.spreadsheet" in _read_part(archive, "mimetype"):
        raise FileRejected(messages.FILE_ODS())
    if kind := identify_archive(names):
        raise FileRejected(kind)
    parts = PartNames(names)
    book, types = _find_book(archive, parts), parts.find(CONTENT_TYPES)
    if book is None or types is None:
        raise FileRejected(messages.FILE_FOREIGN())
    warnings = []
    content_types = _read_xml(archive, types)
    ElementTree.fromstring(content_types)  # a book could not be changed without them
    if b"vbaProject" in content_types or parts.find("xl/vbaProject.bin"):
        warnings.append(messages.MACROS())
    if any(plain_name(name).startswith("xl/externalLinks/") for name in names):
        warnings.append(messages.EXTERNAL_LINKS())
    return _read_index(archive, parts, book, tuple(warnings))


def _check_sizes(archive: zipfile.ZipFile, limits: Limits) -> None:
    if any(entry.compress_type not in _COMPRESSIONS for entry in archive.infolist()):
        raise damage_error("её части сжаты не так, как сжимает Excel")
    unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = sum(entry.compress_size for entry in archive.infolist())
    if unpacked > limits.unpacked_bytes:
        raise too_large(
            f"в развёрнутом виде {unpacked / MIB:.0f} МБ, предел "
            f"{limits.unpacked_bytes / MIB:.0f} МБ"
        )
    if unpacked > 10 * MIB and unpacked > limits.ratio * packed:
        raise too_large(f"разворачивается в {unpacked // max(packed, 1)} раз")


def _read_index(
    archive: zipfile.ZipFile, names: PartNames, book: str, warnings: tuple[Fault, ...]
) -> Contents:
    relations_name = names.find(relations_part(plain_name(book))) or ""
    if any(_size(archive, name) > MAX_INDEX_BYTES for name in (book, relations_name)):
        raise too_large("её оглавление больше 4 МБ")
    root = ElementTree.fromstring(_read_xml(archive, book))
    if not root.tag.endswith("}workbook"):  # of Word or PowerPoint
        raise FileRejected(messages.FILE_FOREIGN())
    relations = _relations(archive, plain_name(book), relations_name)
    parts = {relation.id: names.find(relation.part) for relation in relations}
    by_kind = {relation.kind: names.find(relation.part) for relation in relations}
    sheets: dict[str, str] = {}
    for element in root.iter():
        if element.tag.endswith("}sheet"):
            relation_id = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            if part := parts.get(relation_id):  # a sheet without a part holds nothing
                sheets[element.get("name", "")] = part
    return Contents(
        archive=archive,
        sheets=sheets,
        strings=by_kind.get("sharedStrings") or "",
        styles=by_kind.get("styles") or "",
        is_1904=any(
            element.get("date1904") in ("1", "true")
            for element in root  # extensions further down have a workbookPr of their own
            if element.tag.endswith("}workbookPr")
        ),
        warnings=warnings,
        checked_parts=set(),
    )


def _find_book(archive: zipfile.ZipFile, names: PartNames) -> str | None:
    """Return the part of the workbook: where the package's relations lead, else the usual one."""
    root_relations = names.find(PACKAGE_RELATIONS)
    if root_relations is not None:
        for relation in _relations(archive, "", root_relations):
            if relation.kind == "officeDocument":
                return names.find(relation.part)
    return names.find(BOOK)


def _relations(archive: zipfile.ZipFile, part: str, name: str) -> list[Relation]:
    root = ElementTree.fromstring(_read_xml(archive, name))
    return read_relations(part, (element.attrib for element in root))


def _size(archive: zipfile.ZipFile, name: str) -> int:
    return archive.getinfo(name).file_size if name in archive.NameToInfo else 0


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise damage_error(f"нет части {name}") from None
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise damage_error("размер частей не тот, что в оглавлении")
    return content


def _read_xml(archive: zipfile.ZipFile, name: str) -> bytes:
    content = to_utf8(_read_part(archive, name))
    prolog = _PROLOG.match(content)
    if prolog and content.startswith(b"<!", prolog.end()):
        raise damage_error("внутри объявлены посторонние сущности XML")
    return content
