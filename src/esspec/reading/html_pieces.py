"""What HTML on a page is made of, for one who reads the page: tables, running text, code, and what cannot be read."""

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from esspec.reading.table_rule import Row

_WORD = re.compile(r"[^ \t\n\f\r]+")


class HtmlFault(NamedTuple):
    """Something that cannot be read, or that may hide what can."""

    line: int
    column: int
    message: str
    remedy: str


class HtmlText(NamedTuple):
    """Running text: its HTML as it stands. `depth` is 1 to 6 for a heading, 0 for all else.

    `is_title` says that all its words are bold, or that its element is set like a heading.
    """

    line: int
    raw: str
    depth: int
    is_title: bool


class HtmlCode(NamedTuple):
    """What stands in `<pre>`, its tags removed; line by line as on the page, the first one being `line`."""

    line: int
    text: str


class HtmlComment(NamedTuple):
    """A comment that hides rows of a table."""

    line: int
    column: int


class HtmlOpen(NamedTuple):
    """The beginning of an element that may hide words, and whose end comes behind other paragraphs, or not at all."""

    line: int
    column: int
    name: str


class HtmlClose(NamedTuple):
    """The end of such an element."""

    line: int
    name: str


class HtmlCell(NamedTuple):
    """A cell and the place of its first word; `raw` is its HTML, trimmed, with the line ends of the page."""

    line: int
    column: int
    raw: str


class HtmlRow(NamedTuple):
    """A row and the place of its `<tr>`."""

    line: int
    column: int
    parts: tuple[HtmlCell, ...]

    def cells(self) -> tuple[str, ...]:
        """Return the cells' HTML on one line each: to HTML, all white space is one blank."""
        return tuple([" ".join(_WORD.findall(part.raw)) for part in self.parts])

    def columns(self) -> tuple[int, ...]:
        """Return the column at which each cell's text begins, each in its own line."""
        return tuple([part.column for part in self.parts])

    def place(self, cell: int, at: int) -> tuple[int, int]:
        """Return line and column of a character of `cells()[cell]`."""
        part = self.parts[cell]
        there = _offset(part.raw, at)
        lines = part.raw.count("\n", 0, there)
        return part.line + lines, there - part.raw.rfind("\n", 0, there) if lines else part.column + there


class HtmlTable(NamedTuple):
    """A table, its place, its header and all its other rows."""

    line: int
    header: Row
    rows: tuple[Row, ...]


HtmlPiece = HtmlTable | HtmlText | HtmlCode | HtmlComment | HtmlOpen | HtmlClose | HtmlFault


class Places:
    """Lines and columns of a part of a page."""

    def __init__(self, text: str, first_line: int) -> None:
        self._first_line = first_line
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1 in the file, of a character of the text."""
        number = bisect_right(self._starts, offset)
        return self._first_line + number - 1, offset - self._starts[number - 1] + 1


def _offset(raw: str, at: int) -> int:
    """Return where a character of the text with single blanks stands in `raw`."""
    there, here = _words(raw)
    number = max(bisect_right(here, at) - 1, 0)
    return there[number] + at - here[number] if there else at


@lru_cache(maxsize=64)
def _words(raw: str) -> tuple[list[int], list[int]]:
    """Return where the words of `raw` begin, and where they do once there is one blank between them."""
    there: list[int] = []
    here: list[int] = []
    at = 0
    for found in _WORD.finditer(raw):
        there.append(found.start())
        here.append(at)
        at += found.end() - found.start() + 1
    return there, here
