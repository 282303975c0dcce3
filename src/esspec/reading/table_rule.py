r"""A table rule for markdown-it-py that loses nothing: one token per table, with every raw cell and its place.

What is a table, and where it ends, is decided as in GFM and in markdown-it-py's own rule. Other than that rule,
this one keeps cells beyond the header's width, never fills up short rows, and has no limit of padded cells. It
reads each line once.
"""

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

TOKEN = "table_raw"  # noqa: S105 - the name of a markdown-it token
BLANK = " \t\n\v\f\r"
_CODE_INDENT = 4
# A dash with a blank behind it begins a list.
_DELIMITER = re.compile(r"(?:[:|][-:| \t]|-[-:|])[-:| \t]*")


class RawRow(NamedTuple):
    r"""One line of a table: its text from the first non-blank character, split at every pipe not escaped.

    `line` and `column` count from 1 in the file. `pieces` are untrimmed; with `bordered` the first is what
    stands before the leading pipe. Escaped pipes are kept as `\|`.
    """

    line: int
    column: int
    pieces: tuple[str, ...]

    def cells(self) -> tuple[str, ...]:
        """Return the cells' trimmed texts, without the empty pieces outside leading and trailing pipes."""
        return tuple([piece.strip(BLANK) for piece in self._inner()])

    def columns(self) -> tuple[int, ...]:
        """Return the column, from 1 in the file, at which each cell's text begins (or would begin)."""
        at = self.column + (len(self.pieces[0]) + 1 if self._leading() else 0)
        found: list[int] = []
        for piece in self._inner():
            indent = len(piece) - len(piece.lstrip(BLANK))
            found.append(at + (indent if indent < len(piece) else 0))
            at += len(piece) + 1
        return tuple(found)

    def place(self, cell: int, at: int) -> tuple[int, int]:
        """Return the line and column of a character of `cells()[cell]`."""
        return self.line, self.columns()[cell] + at

    def _leading(self) -> bool:
        return not self.pieces[0]

    def _inner(self) -> tuple[str, ...]:
        pieces = self.pieces
        first = 0 if pieces[0] else 1
        return pieces[first:-1] if len(pieces) > first and not pieces[-1] else pieces[first:]


class Row(Protocol):
    """One row of a table as it stands in the file, in Markdown or HTML."""

    @property
    def line(self) -> int:
        """Return its line, from 1."""
        ...

    @property
    def column(self) -> int:
        """Return the column in which it begins, from 1."""
        ...

    def cells(self) -> tuple[str, ...]:
        """Return its cells as they are written, trimmed."""
        ...

    def columns(self) -> tuple[int, ...]:
        """Return the column, from 1 in the file, at which each cell's text begins."""
        ...

    def place(self, cell: int, at: int) -> tuple[int, int]:
        """Return the line and column, from 1 in the file, of a character of `cells()[cell]`."""
        ...


class RawTable(NamedTuple):
    """A table as it stands in the file: its header and its body rows."""

    header: Row
    rows: tuple[Row, ...]


def table_plugin(markdown: "MarkdownIt") -> None:
    """Replace markdown-it-py's table rule by this one; its token's `meta["table"]` is a RawTable."""
    markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _table(state: "StateBlock", start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the interface
    if start + 2 > end or state.sCount[start + 1] < state.blkIndent or state.is_code_block(start + 1):
        return False
    width = _delimiter_width(_raw(state, start + 1))
    if not width or state.is_code_block(start):
        return False
    header_text = _line(state, start)
    if "|" not in header_text:
        return False
    header = _row(state, start, header_text)
    if len(header.cells()) != width:
        return False
    if silent:
        return True
    token = state.push(TOKEN, "table", 0)
    outer, state.parentType = state.parentType, "table"
    rows = _body(state, start + 2, end)
    state.parentType = outer
    state.line = start + 2 + len(rows)
    token.map = [start, state.line]
    token.meta = {"table": RawTable(header, tuple(rows))}
    return True


def _body(state: "StateBlock", line: int, end: int) -> list[RawRow]:
    terminators = state.md.block.ruler.getRules("blockquote")
    rows: list[RawRow] = []
    while line < end and state.sCount[line] >= state.blkIndent:
        text = _line(state, line)
        # No other block begins with a pipe, so the usual row needs no look at the other rules.
        if not text.startswith("|") and any(rule(state, line, end, True) for rule in terminators):  # noqa: FBT003
            break
        if not text or state.sCount[line] - state.blkIndent >= _CODE_INDENT:
            break
        rows.append(_row(state, line, text))
        line += 1
    return rows


def _raw(state: "StateBlock", line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _line(state: "StateBlock", line: int) -> str:
    return _raw(state, line).strip(BLANK)


def _row(state: "StateBlock", line: int, text: str) -> RawRow:
    begin = state.bMarks[line] + state.tShift[line]
    column = begin - state.src.rfind("\n", 0, begin)
    return RawRow(line + 1, column, split_cells(text))


def split_cells(text: str) -> tuple[str, ...]:
    r"""Return `text` cut at every `|` that no backslash stands before."""
    if "\\" not in text:
        return tuple(text.split("|"))
    pieces: list[str] = []
    joined: list[str] = []
    for part in text.split("|"):
        joined.append(part)
        if not part.endswith("\\"):
            pieces.append("|".join(joined))
            joined = []
    return (*pieces, "|".join(joined)) if joined else tuple(pieces)


def _delimiter_width(text: str) -> int:
    """Return the number of columns that a delimiter row such as `|:--|---|` declares, 0 if it is none."""
    if not _DELIMITER.fullmatch(text):
        return 0
    cells = text.split("|")
    if not cells[0].strip(BLANK):
        cells = cells[1:]
    if cells and not cells[-1].strip(BLANK):
        cells = cells[:-1]
    for cell in cells:
        dashes = cell.strip(BLANK).removeprefix(":").removesuffix(":")
        if not dashes or dashes.strip("-"):
            return 0
    return len(cells)
