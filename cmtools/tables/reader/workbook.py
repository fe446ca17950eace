"""Read the cells of a workbook from its archive and the XML of its sheets.

Nothing here bounds time or memory: `sandbox` calls it in a worker process.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cmtools.tables.parsers import normalize_name
from cmtools.tables.reader.container import Contents, FileRejected, Limits, open_workbook
from cmtools.tables.reader.formulas import find_formulas
from cmtools.tables.reader.grid import Grid, WorkbookCells
from cmtools.tables.reader.properties import read_properties
from cmtools.tables.reader.sheet_cells import read_formats, read_sheet


def read_workbook(path: Path, wanted: frozenset[str] | None, limits: Limits) -> WorkbookCells:
    """Read the sheets whose names, as `normalize_name` makes them, are wanted.

    None: the workbook is read whole, all sheets with their formulas.

    Raises:
        OSError: the file cannot be opened.
    """
    if not path.is_file():
        raise FileNotFoundError(2, "нет такого файла", str(path))
    cells = WorkbookCells()
    try:
        with open_workbook(path, limits) as contents:
            cells = WorkbookCells(sheets=tuple(contents.sheets), warnings=contents.warnings)
            grids = _read_grids(contents, wanted, limits)
            properties = read_properties(contents)
            contents.check_unread_parts()
    except FileRejected as rejection:
        return replace(cells, fault=rejection.fault)
    return replace(cells, grids=grids, properties=properties)


def _read_grids(contents: Contents, wanted: frozenset[str] | None, limits: Limits) -> list[Grid]:
    formats = read_formats(contents, limits)
    grids = []
    for name, part in contents.sheets.items():
        if wanted is None:
            xml = contents.part(part)
            grid = read_sheet(name, xml, formats, limits)
            grids.append(replace(grid, formulas=find_formulas(xml)))
        elif normalize_name(name) in wanted:
            grids.append(read_sheet(name, contents.part(part), formats, limits))
    return grids
