"""CSV text as records (RFC 4180), each cell as it was before the apostrophe that keeps it from being a formula.

The bare format only: what the cells mean is read in esspec_csv.lift.
"""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import category

from esspec.semantics.lifted import Unreadable

_GUARDED = frozenset("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Record(NamedTuple):
    """One row: the line of the text on which it stands, then its cells."""

    at: int
    direction: str
    source: str
    destination: str
    protocol: str
    port: str
    reason: str
    condition: str
    page: str
    line: str
    source_selector: str
    destination_selector: str
    binding: str
    other_side: str


COLUMNS = Record._fields[1:]


def records(text: str) -> Iterator[Record]:
    """Yield the rows below the header.

    Raises Unreadable for what is no CSV, another header, a row of another length, a cell that a spreadsheet would
    take for a formula, an apostrophe that guards nothing, and a character that cannot be seen.
    """
    rows = _rows(text)
    if not rows or tuple(rows[0]) != COLUMNS:
        raise Unreadable(1, 1, f"the header is not {','.join(COLUMNS)}")
    for at, cells in enumerate(rows, start=1):
        if len(cells) != len(COLUMNS):
            raise Unreadable(at, 1, f"this row has {len(cells)} fields, and the header {len(COLUMNS)}")
        if not "".join(cells).isprintable():
            _refuse_invisible(cells, at)
        if at > 1:
            yield Record(at, *[c if c[:1] not in _GUARDED else _unguarded(c, at) for c in cells])


def _rows(text: str) -> list[list[str]]:
    """Return the cells of each row; as no cell may hold a line break, a row's number is its line."""
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline="\n"), strict=True)
    rows: list[list[str]] = []
    limit = csv.field_size_limit(max(len(text), 1))
    try:
        for cells in reader:
            rows.append(cells)
            if reader.line_num != len(rows):
                raise Unreadable(len(rows), 1, "a cell holds a line break")
    except csv.Error as broken:
        raise Unreadable(len(rows) + 1, 1, f"this is no CSV: {broken}") from None
    finally:
        csv.field_size_limit(limit)
    return rows


def _refuse_invisible(cells: list[str], at: int) -> None:
    for column, cell in zip(COLUMNS, cells, strict=True):
        for ch in cell:
            if category(ch) in _INVISIBLE:
                raise Unreadable(at, 1, f"the cell {column} holds U+{ord(ch):04X}, which cannot be seen")


def _unguarded(cell: str, at: int) -> str:
    if cell[0] == "'" and cell[1:2] in _GUARDED:
        return cell[1:]
    what = "begins with an apostrophe that guards nothing" if cell[0] == "'" else "is a formula to a spreadsheet"
    raise Unreadable(at, 1, f"a cell {what}: {cell[:40]!r}")
