"""Reading a page: which tables are rule tables, whose, and in which direction.

markdown-it-py reads the structure with our table rule; no inline parsing happens here. A table belongs to the
nearest heading above it that is not about a direction; its direction comes from the nearest of bullet label,
heading and peer column, and all that speak must agree.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from esspec.columns import PEER_COLUMNS, Column, column_named, header_problems, is_rule_header, known_names
from esspec.directions import (
    direction_of,
    directions_in,
    is_conditional,
    is_misspelt_statement,
    is_negated,
    is_statement,
)
from esspec.inline import InlineReader, Text, is_attribute_list
from esspec.model import Direction
from esspec.problem import Problem, error
from esspec.sections import Evidence, Heading, Page, RuleTable, Sections, Statement, disagreement
from esspec.source import Source
from esspec.spelling import fold
from esspec.table_rule import TOKEN, RawTable, table_plugin
from esspec.unread import hidden_lines, is_title, torn_lines, unread_table, unread_tags

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 100
MAX_COLUMNS = 64
_MAX_LABEL = 200
_BLOCK_RULES = ("table", "code", "fence", "blockquote", "hr", "list", "html_block", "heading", "lheading")
_WORDS = {"any": "any", "none": "none"}
_STATEMENT = "write it as `Incoming connections permitted: None` (or Outgoing, or Any), or leave it away"


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


@lru_cache(maxsize=1024)
def _label_in(text: str) -> tuple[Direction, str] | None:
    """Return the direction that a line announces and the word behind its colon; None if it is no label."""
    before, _, behind = text.partition(":")
    direction = direction_of(before) if len(before) <= _MAX_LABEL else None
    return (direction, _word_in(behind)) if direction else None


def _word_in(text: str) -> str:
    return text.strip().removesuffix(".")


class _Reader:
    """Walks the tokens of a page once."""

    def __init__(self, source: Source, inline: InlineReader) -> None:
        self._source, self._inline = source, inline
        self._lines = source.text.split("\n")
        self._containers: list[str] = []
        self._label: Evidence | None = None
        self._label_waits = False
        self._intro = (0, "")
        self._title = ""
        self._item_is_full = False
        self._depth_of_heading = 0
        self._sections = Sections(single_title=sum(line.startswith("# ") for line in self._lines) < 2)  # noqa: PLR2004
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
        if token.level >= MAX_NESTING - 1 and token.map:
            self.problem("nested-too-deep", line, f"nested deeper than {MAX_NESTING} levels", "write it flat")
        if token.type.endswith(("list_open", "item_open", "quote_open")):
            self._containers.append(token.type)
        elif token.type.endswith(("list_close", "item_close", "quote_close")):
            self._containers.pop()
            self._item_is_full = self._item_is_full and bool(self._containers[1:])
        elif token.type == "heading_open":
            self._depth_of_heading = int(token.tag[1:])
        elif token.type == "inline":
            if self._depth_of_heading:
                self._heading(line, token.content, self._depth_of_heading)
                self._depth_of_heading = 0
            else:
                self._tags(token)
                self._paragraph(line, token)
        elif token.type == TOKEN:
            self._table(line, token)
        elif token.type in ("fence", "code_block", "html_block"):
            self._tags(token)
            self.problems += hidden_lines(self._source.path, self._lines, token)

    def _tags(self, token: "Token") -> None:
        for number in range(*(token.map or (0, 0))):
            self.problems += unread_tags(self._source.path, number + 1, self._lines[number])

    def _read(self, line: int, raw: str) -> Text:
        text = self._inline.read(raw)
        for fault in text.faults:
            column = max(self._lines[line - 1].find(fault.needle), 0) + 1
            self.problem(fault.code, line, fault.message, fault.remedy, column)
        return text

    def _heading(self, line: int, raw: str, depth: int) -> None:
        self.close_label()
        self._intro = (0, "")
        name = " ".join(self._read(line, raw).text.split())
        for number, text in enumerate(raw.split("\n"), line):
            self.problems += torn_lines(self._source.path, number, text, is_first=False) if "|" in text else []
        label = _label_in(name) if ":" in name else None
        if label and label[1].lower() in _WORDS:
            self.problem("unknown-statement", line, f"'{name}' is a heading", "write it as a line of its own below one")
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
        self._sections.open(heading, depth)

    def _paragraph(self, line: int, token: "Token") -> None:
        numbered = enumerate(token.content.split("\n"), line)
        lines = [(number, raw) for number, raw in numbered if not is_attribute_list(raw.strip())]
        torn = [p for n, raw in lines for p in torn_lines(self._source.path, n, raw, is_first=n == line)]
        labels = [_label_in(self._inline.read(raw).text) for _, raw in lines]
        if torn:
            self.problems += torn
        elif all(labels):
            for (number, raw), label in zip(lines, labels, strict=True):
                if label:
                    self._take_label(number, raw, *label)
        elif any(labels):
            message = "a label and other words are one paragraph, and may restrict each other"
            self.problem("unread-label", line, message, "put an empty line between them, or delete the words")
        else:
            self._prose(line, " ".join(raw for _, raw in lines))

    def _prose(self, line: int, raw: str) -> None:
        """Take in words that are no label: they must not say what is permitted, and not what is not."""
        text = self._inline.read(raw).text
        heading = self._sections.owner()
        if is_misspelt_statement(text) or is_statement(text, heading.name if heading else ""):
            self.problem("unknown-statement", line, "this says how much is permitted in unknown words", _STATEMENT)
        if self._item_is_full:
            message = "these words belong to the statement above, and may restrict it"
            self.problem("unread-label", line, message, "delete them, or move them out of the list")
        self._intro = (line, text) if text.rstrip().endswith(":") or is_title(raw, text) else (0, "")
        self._title = text.strip(" :") if is_title(raw, text) else ""

    def _take_label(self, line: int, raw: str, direction: Direction, word: str) -> None:
        self._read(line, raw)
        self.close_label()
        if not self._is_at_the_margin():
            self.problem("unread-label", line, "a label in a quote or nested list is not read", "move it out")
            return
        self._label = Evidence(direction, line, "label")
        self._label_waits = not word
        heading = self._sections.owner()
        if word.lower() in _WORDS:
            self._item_is_full = bool(self._containers)
            if heading is None:
                self.problem("no-workload", line, "this says something of no workload", "put a heading over it")
            elif self._agreed(line, []) and not self._is_restricted(line, direction):
                self.statements.append(Statement(heading, direction, _WORDS[word.lower()], line))
        elif word:
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

    def _table(self, line: int, token: "Token") -> None:
        table: RawTable = token.meta["table"]
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
            self._tags(token)
            is_announced = any(self._evidence())
            self.problems += unread_table(self._source.path, line, table, columns, is_announced=is_announced)
            return
        self._label_waits = False
        for name in names:
            self._read(line, name)
        if not self._is_at_the_margin():
            self.problem("unread-table", line, "a rule table in a quote or nested list is not read", "move it out")
            return
        wrong = header_problems(self._source.path, line, columns, zip(texts, table.header.columns(), strict=True))
        self.problems += wrong
        if not wrong:
            self._rule_table(line, table, tuple(c for c in columns if c))

    def _rule_table(self, line: int, table: RawTable, columns: tuple[Column, ...]) -> None:
        evidence = [Evidence(PEER_COLUMNS[c], line, "column") for c in columns if c in PEER_COLUMNS]
        direction = self._agreed(line, evidence)
        if direction:
            self._is_restricted(line, direction)
        heading = self._sections.owner()
        if heading is None:
            self.problem(
                "no-workload",
                line,
                "this rule table stands under no workload",
                "put a heading with its name over it",
            )
        rows = tuple(row for row in table.rows if len(row.pieces) > 1 or not is_attribute_list(row.pieces[0]))
        if not rows:  # read as no rules, it would leave the direction unspecified, that is, open
            self.problem("empty-table", line, "the rule table has no rows", "write its rows, or None instead of it")
        if heading and direction:
            label = self._label.line if self._label else 0
            self.tables.append(RuleTable(heading, direction, label, line, columns, rows))

    def _is_restricted(self, line: int, direction: Direction) -> bool:
        """Return whether the words before a table or statement restrict or contradict it, which is an error."""
        (at, intro), self._intro = self._intro, (0, "")
        named = directions_in(intro)
        owner = self._sections.owner()
        if is_conditional(intro):
            self.problem(
                "unread-condition",
                at,
                f"this is a condition on line {line}, and it is not read",
                "export one page per state of the condition",
            )
        elif is_negated(intro) or self._sections.negated():
            place = at if is_negated(intro) else self._sections.negated()
            self.problem(
                "negated-rules",
                line,
                f"the words of line {place} say that this is not permitted",
                "delete what is not permitted; only permitted connections are listed",
            )
        elif at and self._title and owner and fold(self._title) != fold(owner.name):
            self.problem(
                "torn-heading",
                at,
                f"'{self._title}' stands over line {line} and is no heading: the line would be about '{owner.name}'",
                "make it a heading, or say it in a sentence",
            )
        elif named and direction not in named:
            self.problem(
                "directions-disagree",
                line,
                f"this is {direction}, and the words of line {at} speak of another direction",
                "make them say the same",
            )
        else:
            return False
        return True

    def _is_at_the_margin(self) -> bool:
        """Return whether this is outside of lists and quotes, or in an item of a list that is not nested."""
        return not self._containers or self._containers[1:] == ["list_item_open"]

    def _evidence(self) -> Iterator[Evidence]:
        """Yield what says a direction here, the nearest first: the label, then the headings."""
        if self._label:
            yield self._label
        yield from self._sections.evidence()

    def _agreed(self, line: int, evidence: list[Evidence]) -> Direction | None:
        """Return the direction that all evidence gives, of which there is some; None, and an error, without that."""
        found = [*evidence, *self._evidence()]
        contradiction = disagreement(found)
        if contradiction:
            self.problem("directions-disagree", line, contradiction, "make them say the same")
            return None
        return found[0].direction
