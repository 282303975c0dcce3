"""One table of HTML: its rows as they stand, or why they cannot be read.

Every element in it must be closed where it belongs; a browser mends what is not, and nobody sees how. A table that
names no protocol and has no columns of rules may be as it likes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from esspec.reading.columns import Column, column_named, is_rule_header, resembles_rules
from esspec.reading.html_pieces import HtmlCell, HtmlComment, HtmlFault, HtmlPiece, HtmlRow, HtmlTable, HtmlText, Places
from esspec.reading.html_text import LINES, shown
from esspec.reading.html_tokens import BLANK, Token, tokens
from esspec.reading.unread import is_protocol

_INSIDE = {
    "table": frozenset({"caption", "col", "colgroup", "tbody", "tfoot", "thead", "tr"}),
    "thead": frozenset({"tr"}),
    "tbody": frozenset({"tr"}),
    "tfoot": frozenset({"tr"}),
    "tr": frozenset({"td", "th"}),
    "colgroup": frozenset({"col"}),
}
PARTS = frozenset().union(*_INSIDE.values())
"""The elements that a table is made of."""

MAY_STAY_OPEN = frozenset({"dd", "dt", "li", "p"})
"""Elements that HTML closes by itself, where the one that they stand in ends."""

WRITE_CELLS = "delete the attribute, and write one cell per column in each row"
CLOSE = "close each element, the one opened last first"

_CELLS = frozenset({"caption", "td", "th"})
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_BORDER = re.compile("[|\n]")
_MAX_FAULTS = 20
_MOVE_OUT = "write it as a table of its own, outside of other tables and of nested lists"


class _Row(NamedTuple):
    """A row, and whether all of its cells are `<th>`."""

    row: HtmlRow
    is_header: bool


class TableReader:
    """Reads one table, whose `<table>` was the last token, up to its end tag."""

    def __init__(self, text: str, places: Places, begin: Token, *, is_nested: bool = False) -> None:
        self._text, self._places, self._begin = text, places, begin
        self._open = [begin]
        self._tables = 1
        self._cells: list[HtmlCell] = []
        self._is_header = True
        self._rows: list[_Row] = []
        self._pieces: list[HtmlPiece] = []
        self._faults: list[HtmlFault] = []
        self._is_torn = False
        self._columns: set[Column] = set()
        self._has_protocol = False
        self.end = begin.end
        if begin.wrong:
            self._fault(begin, begin.wrong, WRITE_CELLS)
        if is_nested:
            self._fault(begin, "a table in a nested list is not read", _MOVE_OUT)

    def read(self, ahead: Iterator[Token]) -> Iterator[HtmlPiece]:
        """Take the table from `ahead`, and yield what it is; one that is never closed has taken all."""
        for token in ahead:
            if token.name == "table":
                self._tables += 1 if token.kind == "open" else -1
            self.end = token.end
            if not self._tables:
                self._leave(token)
                break
            self._take(token)
        else:
            yield HtmlFault(*self._places.at(self._begin.start), "<table> is never closed", CLOSE)
            return
        is_of_pods = {Column.PEER, Column.PROTOCOL} <= self._columns
        says_rules = self._has_protocol or is_of_pods or resembles_rules([*self._columns])
        yield from self._pieces
        yield from self._faults if says_rules else ()
        if self._rows and not self._is_torn and not (self._faults and says_rules):
            yield self._table()

    def _table(self) -> HtmlTable:
        at = next((n for n, row in enumerate(self._rows) if row.is_header), 0)
        rows = [row.row for row in self._rows]
        header = rows.pop(at)
        return HtmlTable(self._places.at(self._begin.start)[0], header, tuple(rows))

    def _fault(self, token: Token, message: str, remedy: str) -> None:
        if len(self._faults) < _MAX_FAULTS:
            self._faults.append(HtmlFault(*self._places.at(token.start), message, remedy))

    def _tear(self, token: Token, message: str, remedy: str = CLOSE) -> None:
        """Give the table up: what stands where is a guess from here on."""
        self._fault(token, message, remedy)
        self._is_torn = True

    def _take(self, token: Token) -> None:
        if token.kind == "text":
            self._words(token)
        elif token.kind == "comment":
            self._pieces += hidden_rows(self._text, self._places, token)
        elif self._is_torn:
            return
        elif token.kind == "broken":
            self._tear(token, token.wrong)
        elif token.kind == "open":
            self._enter(token)
        else:
            self._leave(token)

    def _words(self, token: Token) -> None:
        words = shown(self._text[token.start : token.end])
        if not words:
            return
        self._has_protocol = self._has_protocol or is_protocol(words)
        column = column_named(words)
        if column:
            self._columns.add(column)
        if not self._is_torn and not self._is_in_cell():
            self._tear(token, "these words stand between the cells of a table", "move them into a cell, or out of it")

    def _is_in_cell(self) -> bool:
        return self._open[-1].name not in _INSIDE

    def _enter(self, token: Token) -> None:
        name, parent = token.name, self._open[-1].name
        if not self._is_in_cell():
            if token.wrong:
                self._fault(token, token.wrong, WRITE_CELLS)
            if name not in _INSIDE[parent]:
                self._tear(token, f"<{name}> cannot stand in <{parent}>")
            elif name != "col":
                self._open.append(token)
        elif name == "table":
            self._tear(token, "a table in a cell of another one is not read", _MOVE_OUT)
        elif name in PARTS:
            self._tear(self._open[-1], f"<{parent}> is never closed")
        elif name in LINES and name != "br":
            while self._open[-1].name in MAY_STAY_OPEN and gives_way(self._open[-1].name, name):
                self._open.pop()
            self._open.append(token)

    def _leave(self, token: Token) -> None:
        if self._is_torn:
            return
        name = token.name
        if self._is_in_cell() and name not in PARTS and name not in LINES and name != "table":
            return  # a tag within a line, see esspec.reading.html_text
        while self._open[-1].name in MAY_STAY_OPEN and self._open[-1].name != name:
            self._open.pop()
        begin = self._open[-1]
        if begin.name == name:
            self._open.pop()
            self._close(begin, token)
        elif any(each.name == name for each in self._open):
            self._tear(begin, f"<{begin.name}> is never closed")
        else:
            self._tear(token, f"</{name}> closes nothing")

    def _close(self, begin: Token, end: Token) -> None:
        if begin.name in _CELLS:
            self._cell(begin, end)
        elif begin.name == "tr":
            if self._cells:
                row = HtmlRow(*self._places.at(begin.start), tuple(self._cells))
                self._rows.append(_Row(row, self._is_header))
            self._cells, self._is_header = [], True

    def _cell(self, begin: Token, end: Token) -> None:
        raw = self._text[begin.end : end.start]
        words = raw.lstrip(BLANK)
        at = self._places.at(end.start - len(words) if words else begin.end)
        if begin.name == "caption":
            self._pieces += [HtmlText(at[0], words.rstrip(BLANK), 0, is_title=False)] if words else []
        else:
            self._cells.append(HtmlCell(*at, words.rstrip(BLANK)))
            self._is_header = self._is_header and begin.name == "th"


def gives_way(name: str, next_name: str) -> bool:
    """Return whether HTML closes an open `name` where a `next_name` begins."""
    items: Sequence[frozenset[str]] = (frozenset({"li"}), frozenset({"dd", "dt"}))
    return name == "p" or any({name, next_name} <= each for each in items)


def hidden_rows(text: str, places: Places, comment: Token) -> Iterable[HtmlPiece]:
    """Yield a piece for a comment if it hides rows, or may have swallowed the beginning of another one."""
    inside = text[comment.start + 4 : comment.end - 3]
    if "<!--" in inside or "--!>" in inside:
        message = "this comment may have swallowed what stands between it and the next one"
        yield HtmlFault(*places.at(comment.start), message, "close it with -->")
        return
    if comment.start and _EMPTY_LINE.search(inside):
        message = "Markdown ends the HTML at the empty line in this comment, and what follows may be hidden"
        yield HtmlFault(*places.at(comment.start), message, "delete the empty line")
        return
    texts = (inside[token.start : token.end] for token in tokens(inside) if token.kind == "text")
    words = [shown(word) for text in texts for word in _BORDER.split(text)]
    columns = [column_named(each) for each in words]
    if any(map(is_protocol, words)) or is_rule_header(columns):
        yield HtmlComment(*places.at(comment.start))
