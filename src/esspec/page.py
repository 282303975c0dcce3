"""Reading a page: which tables are rule tables, whose, and in which direction.

markdown-it-py reads the structure with our table rule; no inline parsing happens here. A table belongs to the
nearest heading above it that is not about a direction; its direction comes from the nearest of bullet label,
heading and peer column, and all that speak must agree.
"""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from esspec.columns import PEER_COLUMNS, Column, column_named, is_rule_header, known_names, resembles_rules
from esspec.directions import direction_of, is_about_directions
from esspec.inline import InlineReader, Text
from esspec.model import Direction
from esspec.problem import Problem, error, warning
from esspec.source import Source
from esspec.table_rule import TOKEN, RawRow, RawTable, table_plugin
from esspec.unread import hidden_rows, torn_rows

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 100
MAX_COLUMNS = 64
_BLOCK_RULES = ("table", "code", "fence", "blockquote", "hr", "list", "html_block", "heading", "lheading")
_WORDS = {"any": "any", "none": "none"}


class Heading(NamedTuple):
    """A heading that owns tables or statements; `name` is its text, variables filled, markup removed."""

    line: int
    name: str


class Statement(NamedTuple):
    """That a page says "Any" or "None" of a direction; `word` is `any` or `none`."""

    heading: Heading
    direction: Direction
    word: str
    line: int


class RuleTable(NamedTuple):
    """A rule table: whose, in which direction, which columns, and its rows as they stand."""

    heading: Heading
    direction: Direction
    line: int
    columns: tuple[Column, ...]
    rows: tuple[RawRow, ...]


class Page(NamedTuple):
    """All that was found on a page, in its order; `headings` are all headings, also those that own nothing."""

    path: str
    title: str
    headings: tuple[Heading, ...]
    statements: tuple[Statement, ...]
    tables: tuple[RuleTable, ...]
    problems: tuple[Problem, ...]


class _Evidence(NamedTuple):
    """Something that says which direction the tables behind it have."""

    direction: Direction
    line: int
    what: str


class _Level(NamedTuple):
    depth: int
    heading: Heading
    direction: Direction | None
    only_direction: bool


def read_page(source: Source, inline: InlineReader) -> Page:
    """Return what a page says, as far as its structure goes.

    All that cannot be read is among the `problems`, each with its place: nothing is passed over.
    """
    reader = _Reader(source, inline)
    for token in _markdown().parse(source.text):
        reader.take(token)
    reader.close_label()
    if not reader.tables and not reader.problems:
        reader.problem(
            "no-rule-table",
            1,
            "the page has no rule table",
            f"a rule table has columns such as {known_names()}",
        )
    return Page(
        source.path,
        source.title or reader.title,
        tuple(reader.headings),
        tuple(reader.statements),
        tuple(reader.tables),
        tuple(reader.problems),
    )


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow, and not needed by `--version`

    markdown = MarkdownIt("zero", {"maxNesting": MAX_NESTING, "html": True}).use(table_plugin).enable(_BLOCK_RULES)
    markdown.core.ruler.enableOnly(["normalize", "block"])
    return markdown


class _Reader:
    """Walks the tokens of a page once."""

    def __init__(self, source: Source, inline: InlineReader) -> None:
        self._source, self._inline = source, inline
        self._lines = source.text.split("\n")
        self._levels: list[_Level] = []
        self._containers: list[str] = []
        self._label: _Evidence | None = None
        self._label_waits = False
        self._depth_of_heading = 0
        self._single_title = sum(line.startswith("# ") for line in self._lines) < 2  # noqa: PLR2004
        self.title = ""
        self.headings: list[Heading] = []
        self.statements: list[Statement] = []
        self.tables: list[RuleTable] = []
        self.problems: list[Problem] = []

    def problem(self, code: str, line: int, message: str, remedy: str, column: int = 1) -> None:
        """Add an error at a line of the page."""
        self.problems.append(error(code, self._source.path, (line, column), message, remedy))

    def take(self, token: "Token") -> None:
        """Take in the next token."""
        line = token.map[0] + 1 if token.map else 0
        if token.level >= MAX_NESTING - 1:
            self.problem("nested-too-deep", line, f"nested deeper than {MAX_NESTING} levels", "write it flat")
        if token.type.endswith(("list_open", "item_open", "quote_open")):
            self._containers.append(token.type)
        elif token.type.endswith(("list_close", "item_close", "quote_close")):
            self._containers.pop()
        elif token.type == "heading_open":
            self._depth_of_heading = int(token.tag[1:])
        elif token.type == "inline":
            if self._depth_of_heading:
                self._heading(line, token.content, self._depth_of_heading)
                self._depth_of_heading = 0
            else:
                self._paragraph(line, token)
        elif token.type == TOKEN:
            self._table(line, token.meta["table"])
        elif token.type in ("fence", "code_block", "html_block"):
            self.problems += hidden_rows(self._source.path, self._lines, token)

    def _read(self, line: int, raw: str) -> Text:
        text = self._inline.read(raw)
        for fault in text.faults:
            column = max(self._lines[line - 1].find(fault.needle), 0) + 1
            self.problem(fault.code, line, fault.message, fault.remedy, column)
        return text

    def _heading(self, line: int, raw: str, depth: int) -> None:
        self.close_label()
        name = " ".join(self._read(line, raw).text.split())
        if self._containers:
            self.problem(
                "nested-heading",
                line,
                f"the heading '{name}' stands in a list or quote",
                "move it to the left margin",
            )
            return
        heading = Heading(line, name)
        self.headings.append(heading)
        self.title = self.title or (name if depth == 1 else "")
        while self._levels and self._levels[-1].depth >= depth:
            self._levels.pop()
        is_title = depth == 1 and self._single_title and not name.lower().endswith(("pod", "pods"))
        self._levels.append(_Level(depth, heading, direction_of(name), is_title or is_about_directions(name)))

    def _paragraph(self, line: int, token: "Token") -> None:
        lines = token.content.split("\n")
        for number, raw in enumerate(lines, line):
            if "|" in raw:
                self.problems += torn_rows(self._source.path, number, raw)
            elif len(self._containers) <= 2:  # noqa: PLR2004 - the items of a list that is not nested
                self._maybe_label(number, raw)

    def _maybe_label(self, line: int, raw: str) -> None:
        before, colon, behind = raw.partition(":")
        if len(before) > 200:  # noqa: PLR2004 - no label is as long
            return
        direction = direction_of(self._inline.read(before.strip("*_ \t")).text)
        if direction is None:
            return
        self._read(line, raw)
        self.close_label()
        self._label = _Evidence(direction, line, "label")
        word = self._inline.read(behind.strip("*_ \t")).text.strip().rstrip(".")
        self._label_waits = not word
        if word.lower() in _WORDS:
            heading = self._owner()
            if heading is None:
                self.problem("no-workload", line, "this says something of no workload", "put a heading over it")
            else:
                self.statements.append(Statement(heading, direction, _WORDS[word.lower()], line))
        elif word and colon:
            self.problem(
                "unknown-statement",
                line,
                f"'{word}' is neither Any nor None",
                "write Any, None, or nothing and a table below",
            )

    def close_label(self) -> None:
        """End the reach of a bullet label; one that announced a table which did not come is an error."""
        if self._label and self._label_waits:
            self.problem(
                "missing-table",
                self._label.line,
                f"{self._label.direction} connections are announced, and no rule table follows",
                "write Any, None, or a table",
            )
        self._label, self._label_waits = None, False

    def _owner(self) -> Heading | None:
        return next((level.heading for level in reversed(self._levels) if not level.only_direction), None)

    def _table(self, line: int, table: RawTable) -> None:
        names = table.header.cells()
        if len(names) > MAX_COLUMNS:
            self.problem(
                "too-many-columns",
                line,
                f"a table of {len(names)} columns",
                f"a rule table has at most {MAX_COLUMNS}",
            )
            return
        texts = [self._inline.read(name).text for name in names]
        columns = [column_named(text) for text in texts]
        if not is_rule_header(columns):
            if resembles_rules(columns):
                self.problems.append(
                    warning(
                        "unread-table",
                        self._source.path,
                        (line, 1),
                        "this table looks like rules and has no column for the peer",
                        "name a column Origin or Destination if it holds rules",
                    )
                )
            return
        for name in names:
            self._read(line, name)
        if self._containers and not (len(self._containers) == 2 and self._containers[1] == "list_item_open"):  # noqa: PLR2004
            self.problem("unread-table", line, "a rule table in a quote or nested list is not read", "move it out")
            return
        if self._header_is_whole(line, table.header, columns, texts):
            self._rule_table(line, table, tuple(c for c in columns if c))

    def _header_is_whole(self, line: int, header: RawRow, columns: list[Column | None], texts: list[str]) -> bool:
        before = len(self.problems)
        for column, text, at in zip(columns, texts, header.columns(), strict=True):
            if column is None:
                self.problem(
                    "unknown-column",
                    line,
                    f"a rule table has no column '{text}'",
                    f"use one of: {known_names()}",
                    at,
                )
            elif columns.count(column) > 1:
                self.problem("column-twice", line, f"two columns say {column}", "keep one of them", at)
        if Column.PROTOCOL not in columns and None not in columns:
            self.problem("missing-column", line, "the table has no column for the protocol", "add a column Type")
        return len(self.problems) == before

    def _rule_table(self, line: int, table: RawTable, columns: tuple[Column, ...]) -> None:
        direction = self._direction(line, columns)
        heading = self._owner()
        if heading is None:
            self.problem(
                "no-workload",
                line,
                "this rule table stands under no workload",
                "put a heading with its name over it",
            )
        if self._label and self._label.direction is direction:
            self._label_waits = False
        if not table.rows:  # read as no rules, it would leave the direction unspecified, that is, open
            self.problem("empty-table", line, "the rule table has no rows", "write its rows, or None instead of it")
        if heading and direction:
            self.tables.append(RuleTable(heading, direction, line, columns, table.rows))

    def _direction(self, line: int, columns: Iterable[Column]) -> Direction | None:
        evidence = [_Evidence(PEER_COLUMNS[c], line, "column") for c in columns if c in PEER_COLUMNS]
        if self._label:
            evidence.append(self._label)
        above = next((level for level in reversed(self._levels) if level.direction), None)
        if above and above.direction:
            evidence.append(_Evidence(above.direction, above.heading.line, "heading"))
        first, *others = evidence
        for other in others:
            if other.direction is not first.direction:
                self.problem(
                    "directions-disagree",
                    line,
                    f"the {first.what} of line {first.line} says {first.direction}, "
                    f"the {other.what} of line {other.line} says {other.direction}",
                    "make them say the same",
                )
                return None
        return first.direction
