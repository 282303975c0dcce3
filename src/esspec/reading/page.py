"""Reading a page: which tables are rule tables, whose, and in which direction.

markdown-it-py reads the structure with our table rule; no inline parsing happens here. A table belongs to the
nearest heading above it that is not about a direction; its direction comes from the nearest of bullet label,
heading and peer column, and all that speak must agree.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import filterfalse
from typing import TYPE_CHECKING

from esspec.problem import Problem, error
from esspec.reading.columns import PEER_COLUMNS, Column, column_named, header_problems, is_rule_header, known_names
from esspec.reading.directions import (
    direction_of,
    directions_in,
    is_about_directions,
    is_misspelt_statement,
    is_statement,
    split_direction,
)
from esspec.reading.hr_rule import hr_plugin
from esspec.reading.html_pieces import (
    HtmlClose,
    HtmlCode,
    HtmlComment,
    HtmlFault,
    HtmlOpen,
    HtmlPiece,
    HtmlTable,
    HtmlText,
)
from esspec.reading.html_unread import blocks_in_line, is_read, markdown_in_html, without_tags
from esspec.reading.inline import InlineReader, Text, is_attribute_list, is_too_long
from esspec.reading.intro import NO_INTRO, Announced, Intro, restriction
from esspec.reading.liquid import tag_problems
from esspec.reading.sections import Evidence, Fence, Heading, Page, Prose, RuleTable, Sections, Statement, disagreement
from esspec.reading.shrouds import Shrouds
from esspec.reading.spelling import fold
from esspec.reading.table_rule import TOKEN, RawRow, RawTable, Row, table_plugin
from esspec.reading.unread import hidden_in, hidden_lines, hidden_table, is_bold, is_title, torn_lines
from esspec.reading.unread_tables import A_DIRECTION, unlike_tables, unread_table
from esspec.reading.unsaid import Amount, unsaid
from esspec.terms import Direction
from esspec.text.source import Source

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


MAX_NESTING = 100
MAX_COLUMNS = 64
_MAX_LABEL = 200
_MAX_FAULTS = 20
_BLOCK_RULES = ("table", "code", "fence", "blockquote", "hr", "list", "html_block", "heading", "lheading")
_CONTAINERS = ("bullet_list", "ordered_list", "list_item", "blockquote")
_CONTAINERS_OPEN = frozenset(f"{name}_open" for name in _CONTAINERS)
_CONTAINERS_CLOSE = frozenset(f"{name}_close" for name in _CONTAINERS)
_WORDS = {"any": "any", "none": "none"}
_MAX_OPEN_HTML = 4
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|\bhidden\b|\.hide\b", re.IGNORECASE)
_ID = re.compile(r"[ \t]*\{#[\w.:-]+\}$", re.ASCII)
_NUMBERED = re.compile(r"^[0-9]{1,3}(?:\.[0-9]{1,3}){0,5}[.)]?[ \t]+")
_STATEMENT = "write it as `Incoming connections permitted: None` (or Outgoing, or Any), or leave it away"


def read_page(source: Source, inline: InlineReader) -> Page:
    """Return what a page says, as far as its structure goes.

    All that cannot be read is among the `problems`, each with its place: nothing is passed over.
    """
    reader = _Reader(source, inline)
    for token in _markdown().parse(source.text):
        reader.take(token)
    reader.finish()
    if not reader.tables and not reader.statements and not reader.problems:
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
        tuple(reader.prose),
        tuple(reader.fences),
        tuple(reader.problems),
    )


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow, and not needed by `--version`

    markdown = MarkdownIt("zero", {"maxNesting": MAX_NESTING, "html": True}).use(table_plugin).use(hr_plugin)
    markdown.enable(_BLOCK_RULES)
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


def _plain_heading(name: str) -> str:
    """Return a heading without the `{#id}` behind it, and without a number before what says only a direction."""
    plain = _ID.sub("", name)
    unnumbered = _NUMBERED.sub("", plain)
    return unnumbered if is_about_directions(unnumbered) else plain


def _is_attributes(row: Row) -> bool:
    """Return whether a line below a table is kramdown's attributes for it, and no row."""
    return isinstance(row, RawRow) and "{:" in row.pieces[0] and is_attribute_list(" ".join(row.cells()))


class _Reader:
    """Walks the tokens of a page once."""

    def __init__(self, source: Source, inline: InlineReader) -> None:
        self._source, self._inline = source, inline
        self._lines = source.text.split("\n")
        self._containers: list[str] = []
        self._label: Evidence | None = None
        self._label_waits = self._is_stated = False
        self._intro = NO_INTRO
        self._item_is_full = False
        self._depth_of_heading = 0
        self._read_up_to = self._open_html = 0
        self._sections = Sections(single_title=sum(line.startswith(("# ", "<h1")) for line in self._lines) < 2)  # noqa: PLR2004
        self._spans: list[tuple[int, int]] = []
        self._shrouds = Shrouds()
        self._amounts: list[Amount] = []
        self._unlike: list[tuple[int, RawTable]] = []
        self.title = ""
        self.headings: list[Heading] = []
        self.statements: list[Statement] = []
        self.tables: list[RuleTable] = []
        self.prose: list[Prose] = []
        self.fences: list[Fence] = []
        self.problems: list[Problem] = []

    def problem(self, code: str, line: int, message: str, remedy: str, column: int = 1) -> None:
        """Add an error at a line of the page."""
        self.problems.append(error(code, self._source.path, (line, column), message, remedy))

    def finish(self) -> None:
        """Take in the end of the page."""
        self.close_label()
        self._sections.end(len(self._lines))
        said: list[RuleTable | Statement] = [*self.tables, *self.statements]
        lines = [problem.line for problem in self.problems]
        self.problems += unsaid(self._source.path, said, lines, self._sections.announcements, self._amounts)
        owners = {fold(one.heading.name) for one in said}
        self.problems += unlike_tables(self._source.path, self._unlike, owners)
        self.problems += tag_problems(self._source.path, self._lines, self._spans)
        self.problems += self._shrouds.problems(self._source.path, self._spans)

    def take(self, token: "Token") -> None:
        """Take in the next token."""
        line = token.map[0] + 1 if token.map else 0
        if token.level >= MAX_NESTING - 1 and token.map:
            self.problem("nested-too-deep", line, f"nested deeper than {MAX_NESTING} levels", "write it flat")
        if token.type in _CONTAINERS_OPEN:
            self._containers.append(token.type)
        elif token.type in _CONTAINERS_CLOSE:
            self._containers.pop()
            self._item_is_full = self._item_is_full and bool(self._containers[1:])
        elif 0 < line <= self._read_up_to:
            self._beside_html(token)
        elif token.type == "heading_open":
            self._depth_of_heading = int(token.tag[1:])
        elif token.type == "inline":
            self._text(line, token)
        elif token.type == TOKEN:
            table: RawTable = token.meta["table"]
            self._table(line, table, self._inline.read_cell)
        elif token.type in ("fence", "code_block"):
            self._code(line, token)
        elif token.type == "html_block":
            self._html(token)

    def _text(self, line: int, token: "Token") -> None:
        if self._depth_of_heading:
            for number, text in enumerate(token.content.split("\n"), line):
                self.problems += torn_lines(self._source.path, number, text, is_first=False) if "|" in text else []
            self._heading(line, self._blamed(line, self._inline.read(token.content)), self._depth_of_heading)
            self._depth_of_heading = 0
        else:
            self._paragraph(line, token)

    def _code(self, line: int, token: "Token") -> None:
        self.problems += hidden_lines(self._source.path, self._lines, token)
        if "NetworkPolicy" in token.content:
            first = line + 1 if token.type == "fence" else line
            self.fences.append(Fence(first, token.info.strip(), token.content))

    def _html(self, token: "Token") -> None:
        """Take in HTML: its tables, headings and labels are read; what a comment or Markdown in it hides is not."""
        if not is_read(token):
            self.problems += hidden_lines(self._source.path, self._lines, token)
            return
        from esspec.reading.html_stretch import read_stretch  # noqa: PLC0415 - few pages have tables in HTML

        # Where nothing closes an element, all up to the page's end has been looked through for it.
        is_quoted = "blockquote_open" in self._containers
        looks_ahead = self._open_html < _MAX_OPEN_HTML and not is_quoted
        stretch = read_stretch([] if is_quoted else self._lines, token, looks_ahead=looks_ahead)
        self._open_html += not stretch.is_closed
        self._read_up_to = stretch.end
        for piece in stretch.pieces:
            self._html_piece(piece)

    def _beside_html(self, token: "Token") -> None:
        """Pass over what is part of a piece of HTML, which has been read to its end."""
        if token.map and token.map[1] > self._read_up_to:
            message = "this stands half in HTML, and half behind it"
            self.problem("unread-html", token.map[0] + 1, message, "put an empty line before it, or close the HTML")

    def _html_piece(self, piece: HtmlPiece) -> None:
        match piece:
            case HtmlFault():
                self.problem("unread-html", piece.line, piece.message, piece.remedy, piece.column)
            case HtmlComment():
                self.problems.append(hidden_table(self._source.path, (piece.line, piece.column)))
            case HtmlTable():
                self._table(piece.line, RawTable(piece.header, piece.rows), self._inline.read_html)
            case HtmlCode():
                self.problems += hidden_in(self._source.path, piece.line, piece.text)
                if "NetworkPolicy" in piece.text:
                    self.fences.append(Fence(piece.line, "", piece.text))
            case HtmlOpen() | HtmlClose():
                self._shrouds.take(piece)
            case HtmlText():
                self._html_text(piece)

    def _html_text(self, piece: HtmlText) -> None:
        torn = markdown_in_html(self._source.path, piece.line, piece.raw)
        self.problems += torn
        text = self._inline.read_html(piece.raw)
        if is_too_long(text):
            self._blamed(piece.line, text)
        elif piece.depth:
            self._heading(piece.line, self._blamed(piece.line, text), piece.depth)
        elif not torn:
            self._labels_or_prose(piece.line, [(piece.line, text)], text, is_bold=piece.is_title)

    def _blamed(self, line: int, text: Text) -> Text:
        """Return `text`, its first faults added to the problems."""
        for fault in text.faults[:_MAX_FAULTS]:
            column = max(self._lines[line - 1].find(fault.needle), 0) + 1
            self.problem(fault.code, line, fault.message, fault.remedy, column)
        return text

    def _heading(self, line: int, text: Text, depth: int) -> None:
        self.close_label()
        self._intro = NO_INTRO
        self._spans.append((line, line))
        name = " ".join(text.text.split())
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
        name = _plain_heading(name)
        owner, direction = split_direction(name.removesuffix(":").rstrip())
        heading = Heading(line, owner)
        self.headings.append(heading)
        self.title = self.title or (name if depth == 1 else "")
        self._sections.open(heading, depth, direction)

    def _paragraph(self, line: int, token: "Token") -> None:
        numbered = enumerate(token.content.split("\n"), line)
        lines: list[tuple[int, str]] = []
        for number, raw in numbered:
            if not is_attribute_list(raw.strip()):
                lines.append((number, raw))
            elif _HIDING.search(raw):
                message = "these attributes may hide what stands beside them"
                self.problem("kramdown-extension", number, message, "delete them, or what they hide")
        torn = [p for n, raw in lines for p in torn_lines(self._source.path, n, raw, is_first=n == line)]
        if torn:
            self.problems += torn
            return
        texts = [(number, self._inline.read(raw)) for number, raw in lines]
        for number, text in texts:
            if text.faults:
                self.problems += blocks_in_line(self._source.path, number, text.faults)
                self._shrouds.take_faults(number, text.faults)
                if is_too_long(text) and ("<" in text.text or directions_in(text.text)):
                    self._blamed(number, text)
        raw = " ".join(raw for _, raw in lines)
        whole = texts[0][1] if len(texts) == 1 else self._inline.read(raw)
        self._labels_or_prose(line, texts, whole, is_bold=is_bold(raw))

    def _labels_or_prose(self, line: int, texts: list[tuple[int, Text]], whole: Text, *, is_bold: bool) -> None:
        labels = [self._label_of(without_tags(text)) for _, text in texts]
        if all(labels):
            for (number, text), label in zip(texts, labels, strict=True):
                if label:
                    self._take_label(number, text, *label)
        elif any(labels):
            message = "a label and other words are one paragraph, and may restrict each other"
            self.problem("unread-label", line, message, "put an empty line between them, or delete the words")
        else:
            self._prose(line, whole, is_bold=is_bold)

    def _label_of(self, text: str) -> tuple[Direction, str] | None:
        """Return what `_label_in` does; a label may name the workload that it stands below."""
        found, owner = _label_in(text), self._sections.owner()
        if found or owner is None:
            return found
        before, _, behind = text.partition(":")
        name, direction = split_direction(before)
        return (direction, _word_in(behind)) if direction and fold(name) == fold(owner.name) else None

    def _prose(self, line: int, whole: Text, *, is_bold: bool) -> None:
        """Take in words that are no label: they must not say what is permitted, and not what is not."""
        text = without_tags(whole)
        heading = self._sections.owner()
        subject = heading.name if heading else ""
        self.prose.append(Prose(line, text, self.headings[-1] if self.headings else None))
        evidence = next(self._evidence(), None)
        if evidence and not self._label and _word_in(text).lower() in _WORDS:
            self._blamed(line, whole)
            self._statement(line, evidence.direction, _word_in(text).lower())
            return
        if is_misspelt_statement(text) or is_statement(text, subject):
            self.problem("unknown-statement", line, "this says how much is permitted in unknown words", _STATEMENT)
        elif is_statement(text, subject, is_directed=False) and not text.rstrip().endswith(":"):
            if evidence:
                self.problem("unknown-statement", line, "this says how much is permitted in unknown words", _STATEMENT)
            elif heading:
                self._amounts.append(Amount(line, heading))
        if self._item_is_full:
            message = "these words belong to the statement above, and may restrict it"
            self.problem("unread-label", line, message, "delete them, or move them out of the list")
        title = text.strip(" :") if is_title(text, is_bold=is_bold) else ""
        is_intro = bool(title) or text.rstrip().endswith(":") or text.lower().startswith("table ")
        self._intro = Intro(line, text, title) if is_intro else NO_INTRO

    def _take_label(self, line: int, text: Text, direction: Direction, word: str) -> None:
        self._blamed(line, text)
        self.close_label()
        self._spans.append((line, line))
        if not self._is_at_the_margin():
            self.problem("unread-label", line, "a label in a quote or nested list is not read", "move it out")
            return
        self._label = Evidence(direction, line, "label")
        self._label_waits, self._is_stated = not word, word.lower() in _WORDS
        if self._is_stated:
            self._statement(line, direction, word.lower())
        elif word:
            self.problem(
                "unknown-statement",
                line,
                f"'{word}' is neither Any nor None",
                "write Any, None, or nothing and a table below",
            )

    def _statement(self, line: int, direction: Direction, word: str) -> None:
        """Take in that a direction of the workload above is permitted as `word` says."""
        heading = self._sections.owner()
        self._item_is_full = bool(self._containers)
        if heading is None:
            self.problem("no-workload", line, "this says something of no workload", "put a heading over it")
        elif not self._is_at_the_margin():
            self.problem("unread-label", line, "a statement in a quote or nested list is not read", "move it out")
        elif self._agreed(line, []) and not self._is_restricted(line, direction):
            self.statements.append(Statement(heading, direction, _WORDS[word], line))

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

    def _table(self, line: int, table: RawTable, read: Callable[[str], Text]) -> None:
        names = table.header.cells()
        if len(names) > MAX_COLUMNS:
            message = f"a table of {len(names)} columns"
            self.problem("too-many-columns", line, message, f"a rule table has at most {MAX_COLUMNS}")
            return
        texts = [read(name) for name in names]
        columns = [column_named(text.text) for text in texts]
        is_announced = any(self._evidence())
        if not is_rule_header(columns, is_announced=is_announced):
            found = unread_table(self._source.path, line, table, columns, is_announced=is_announced)
            self._unlike += [] if found else [(line, table)]
            self.problems += found
            return
        self._label_waits = False
        self._spans.append((line, max([line, *(row.line for row in table.rows[-1:])])))
        for text in texts:
            self._blamed(table.header.line, text)
        if not self._is_at_the_margin():
            self.problem("unread-table", line, "a rule table in a quote or nested list is not read", "move it out")
            return
        wrong = header_problems(self._source.path, line, columns, [text.text for text in texts], table.header)
        self.problems += wrong
        if not wrong:
            is_html = read == self._inline.read_html
            self._rule_table(line, table, tuple(c for c in columns if c), is_html=is_html)

    def _rule_table(self, line: int, table: RawTable, columns: tuple[Column, ...], *, is_html: bool) -> None:
        evidence = [Evidence(PEER_COLUMNS[c], line, "column") for c in columns if c in PEER_COLUMNS]
        direction = self._agreed(line, evidence)
        if direction:
            self._is_restricted(line, direction)
        if self._label and not evidence and self._label_is_far():
            message = f"words stand between this table and the label of line {self._label.line}, and may end its reach"
            self.problem("unread-label", line, message, "repeat the label, or name the column Origin or Destination")
        heading = self._sections.owner()
        if heading is None:
            self.problem(
                "no-workload",
                line,
                "this rule table stands under no workload",
                "put a heading with its name over it",
            )
        rows = tuple(filterfalse(_is_attributes, table.rows))
        if not rows:  # read as no rules, it would leave the direction unspecified, that is, open
            self.problem("empty-table", line, "the rule table has no rows", "write its rows, or None instead of it")
        if heading and direction:
            label = self._label.line if self._label else 0
            self.tables.append(RuleTable(heading, direction, label, line, columns, rows, is_html))

    def _label_is_far(self) -> bool:
        """Return whether a table stands below the label already, and words below that."""
        tables, prose, label = self.tables[-1:], self.prose[-1:], self._label
        return bool(tables and prose and label and label.line < tables[0].line < prose[0].line)

    def _is_restricted(self, line: int, direction: Direction) -> bool:
        """Return whether the words before a table or statement restrict or contradict it, which is an error."""
        owner = self._sections.owner()
        name, sections = owner.name if owner else "", self._sections
        announced = Announced(line, direction, name, sections.negated(), sections.conditional())
        found = restriction(self._source.path, self._intro, announced)
        self._intro = NO_INTRO
        self.problems += [found] if found else []
        return bool(found)

    def _is_at_the_margin(self) -> bool:
        """Return whether this is outside of lists and quotes, or in an item of a list that is not nested."""
        return not self._containers or self._containers[1:] == ["list_item_open"]

    def _evidence(self) -> Iterator[Evidence]:
        """Yield what says a direction here, the nearest first: the label, then the headings."""
        if self._label:
            yield self._label
        yield from self._sections.evidence()

    def _agreed(self, line: int, evidence: list[Evidence]) -> Direction | None:
        """Return the direction that all evidence gives; None, and an error, where there is none, or two."""
        found = [*evidence, *self._evidence()]
        if evidence and self._label and self._is_stated:
            found.remove(self._label)  # "Incoming: None" has said all, and the column of a table speaks for itself
        if not found:
            self.problem("no-direction", line, "nothing says the direction of this table", A_DIRECTION)
            return None
        contradiction = disagreement(found)
        if contradiction:
            self.problem("directions-disagree", line, contradiction, "make them say the same")
            return None
        return found[0].direction
