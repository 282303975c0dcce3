"""The tables of a page: which are rule tables, whose, in which direction, and which only look like it."""

from collections.abc import Callable, Iterator
from itertools import filterfalse

from esspec.problem import Problem
from esspec.reading.columns import PEER_COLUMNS, Column, column_named, header_problems, is_rule_header
from esspec.reading.contents import Contents
from esspec.reading.inline import InlineReader, Text, is_attribute_list
from esspec.reading.sections import Evidence, RuleTable, Statement
from esspec.reading.spelling import fold
from esspec.reading.table_rule import RawRow, RawTable, Row
from esspec.reading.unread_tables import unlike_tables, unread_table

MAX_COLUMNS = 64


class Tables:
    """The tables that have been read up to here; `rules` are those that state rules."""

    def __init__(self, contents: Contents, inline: InlineReader) -> None:
        """`contents` tells what stands around each table, and takes what is wrong."""
        self._contents, self._inline = contents, inline
        self._unlike: list[tuple[int, RawTable]] = []
        self.rules: list[RuleTable] = []

    def unlike(self) -> Iterator[Problem]:
        """Yield an error per table that is read as none, and looks like rules beside those that are."""
        said: list[RuleTable | Statement] = [*self.rules, *self._contents.statements]
        return unlike_tables(self._contents.path, self._unlike, {fold(one.heading.name) for one in said})

    def take(self, line: int, table: RawTable, read: Callable[[str], Text]) -> None:
        """Take in a table whose cells `read` reads: one of rules, or one that must not look like it."""
        names = table.header.cells()
        if len(names) > MAX_COLUMNS:
            message = f"a table of {len(names)} columns"
            self._contents.problem("too-many-columns", line, message, f"a rule table has at most {MAX_COLUMNS}")
            return
        texts = [read(name) for name in names]
        columns = [column_named(text.text) for text in texts]
        is_announced = any(self._contents.evidence())
        if not is_rule_header(columns, is_announced=is_announced):
            found = unread_table(self._contents.path, line, table, columns, is_announced=is_announced)
            self._unlike += [] if found else [(line, table)]
            self._contents.problems += found
            return
        self._contents.label_waits = False
        self._contents.spans.append((line, max([line, *(row.line for row in table.rows[-1:])])))
        for text in texts:
            self._contents.blamed(table.header.line, text)
        if not self._contents.is_at_the_margin():
            self._contents.problem(
                "unread-table", line, "a rule table in a quote or nested list is not read", "move it out"
            )
            return
        wrong = header_problems(self._contents.path, line, columns, [text.text for text in texts], table.header)
        self._contents.problems += wrong
        if not wrong:
            is_html = read == self._inline.read_html
            self._rule_table(line, table, tuple(c for c in columns if c), is_html=is_html)

    def _rule_table(self, line: int, table: RawTable, columns: tuple[Column, ...], *, is_html: bool) -> None:
        evidence = [Evidence(PEER_COLUMNS[c], line, "column") for c in columns if c in PEER_COLUMNS]
        direction = self._contents.agreed(line, evidence)
        if direction:
            self._contents.is_restricted(line, direction)
        label = self._contents.label
        if label and not evidence and self._label_is_far():
            message = f"words stand between this table and the label of line {label.line}, and may end its reach"
            self._contents.problem(
                "unread-label", line, message, "repeat the label, or name the column Origin or Destination"
            )
        heading = self._contents.sections.owner()
        if heading is None:
            self._contents.problem(
                "no-workload",
                line,
                "this rule table stands under no workload",
                "put a heading with its name over it",
            )
        rows = tuple(filterfalse(_is_attributes, table.rows))
        if not rows:  # read as no rules, it would leave the direction unspecified, that is, open
            self._contents.problem(
                "empty-table", line, "the rule table has no rows", "write its rows, or None instead of it"
            )
        if heading and direction:
            self.rules.append(RuleTable(heading, direction, label.line if label else 0, line, columns, rows, is_html))

    def _label_is_far(self) -> bool:
        """Return whether a table stands below the label already, and words below that."""
        tables, prose, label = self.rules[-1:], self._contents.prose[-1:], self._contents.label
        return bool(tables and prose and label and label.line < tables[0].line < prose[0].line)


def _is_attributes(row: Row) -> bool:
    """Return whether a line below a table is kramdown's attributes for it, and no row."""
    return isinstance(row, RawRow) and "{:" in row.pieces[0] and is_attribute_list(" ".join(row.cells()))
