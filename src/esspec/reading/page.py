"""Reading a page: markdown-it-py reads its structure, and every part of it is handed to those who know what it says.

The table rule is our own, and no inline parsing happens here.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from esspec.reading.columns import known_names
from esspec.reading.contents import Contents
from esspec.reading.directions import (
    directions_in,
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
from esspec.reading.html_unread import blocks_in_line, is_read, markdown_in_html
from esspec.reading.inline import InlineReader, is_attribute_list, is_too_long
from esspec.reading.liquid import tag_problems
from esspec.reading.sections import Fence, Page, RuleTable, Statement
from esspec.reading.shrouds import Shrouds
from esspec.reading.table_rule import TOKEN, RawTable, table_plugin
from esspec.reading.tables import Tables
from esspec.reading.unread import conflict_problems, hidden_in, hidden_lines, hidden_table, is_bold, torn_lines
from esspec.reading.unsaid import unsaid
from esspec.text.source import Source

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


MAX_NESTING = 100
_BLOCK_RULES = ("table", "code", "fence", "blockquote", "hr", "list", "html_block", "heading", "lheading")
_CONTAINERS = ("bullet_list", "ordered_list", "list_item", "blockquote")
_CONTAINERS_OPEN = frozenset(f"{name}_open" for name in _CONTAINERS)
_CONTAINERS_CLOSE = frozenset(f"{name}_close" for name in _CONTAINERS)
_MAX_OPEN_HTML = 4
_TAGS = re.compile(r"(?:\s|<[^<>]*>)*")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|\bhidden\b|\.hide\b", re.IGNORECASE)


def read_page(source: Source, inline: InlineReader) -> Page:
    """Return what a page says, as far as its structure goes.

    All that cannot be read is among the `problems`, each with its place: nothing is passed over.
    """
    walk = _Walk(source, inline)
    for token in _markdown().parse(source.text):
        walk.take(token)
    page = walk.page()
    return page._replace(title=source.title) if source.title else page


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow, and not needed by `--version`

    markdown = MarkdownIt("zero", {"maxNesting": MAX_NESTING, "html": True}).use(table_plugin).use(hr_plugin)
    markdown.enable(_BLOCK_RULES)
    markdown.core.ruler.enableOnly(["normalize", "block"])
    return markdown


class _Walk:
    """Walks the tokens of a page once, and hands over what it finds: words, headings and tables."""

    def __init__(self, source: Source, inline: InlineReader) -> None:
        self._path, self._whole, self._inline = source.path, source.text, inline
        self._lines = source.text.split("\n")
        self._contents = Contents(source.path, self._lines)
        self._tables = Tables(self._contents, inline)
        self._shrouds = Shrouds()
        self._depth_of_heading = 0
        self._read_up_to = self._open_html = 0
        self._fences: list[Fence] = []
        self._code_lines: set[int] = set()

    def page(self) -> Page:
        """Return the page, its end reached."""
        contents, tables = self._contents, self._tables
        contents.close_label()
        contents.sections.end(len(self._lines))
        said: list[RuleTable | Statement] = [*tables.rules, *contents.statements]
        lines = [problem.line for problem in contents.problems]
        contents.problems += unsaid(self._path, said, lines, contents.sections.announcements, contents.amounts)
        contents.problems += tables.unlike()
        contents.problems += tag_problems(self._path, self._lines, contents.spans, self._code_lines)
        contents.problems += self._shrouds.problems(self._path, contents.spans)
        contents.problems += conflict_problems(self._path, self._whole)
        if not said and not contents.problems:
            remedy = f"a rule table has columns such as {known_names()}"
            contents.problem("no-rule-table", 1, "the page has no rule table", remedy)
        return Page(
            self._path,
            contents.title,
            tuple(contents.headings),
            tuple(contents.statements),
            tuple(tables.rules),
            tuple(contents.prose),
            tuple(self._fences),
            tuple(contents.problems),
        )

    def take(self, token: "Token") -> None:
        """Take in the next token."""
        line = token.map[0] + 1 if token.map else 0
        if token.level >= MAX_NESTING - 1 and token.map:
            self._contents.problem("nested-too-deep", line, f"nested deeper than {MAX_NESTING} levels", "write it flat")
        if token.type in _CONTAINERS_OPEN:
            self._contents.containers.append(token.type)
        elif token.type in _CONTAINERS_CLOSE:
            self._contents.close_container()
        elif 0 < line <= self._read_up_to:
            self._beside_html(token)
        elif token.type == "heading_open":
            self._depth_of_heading = int(token.tag[1:])
        elif token.type == "inline":
            self._text(line, token)
        elif token.type == TOKEN:
            table: RawTable = token.meta["table"]
            self._tables.take(line, table, self._inline.read_cell)
        elif token.type in ("fence", "code_block"):
            self._code(line, token)
        elif token.type == "html_block":
            self._html(token)

    def _text(self, line: int, token: "Token") -> None:
        if self._depth_of_heading:
            parts = token.content.split("\n")  # a heading that is underlined may have several lines
            for number, text in enumerate(parts, line):
                self._contents.problems += torn_lines(self._path, number, text, is_first=False) if "|" in text else []
            name = self._contents.blamed(line, self._inline.read(" ".join(parts)))
            self._contents.heading(line, name, self._depth_of_heading)
            self._depth_of_heading = 0
        else:
            self._paragraph(line, token)

    def _code(self, line: int, token: "Token") -> None:
        self._code_lines.update(range(line, (token.map[1] if token.map else line) + 1))
        self._contents.problems += hidden_lines(self._path, self._lines, token)
        if "NetworkPolicy" in token.content:
            first = line + 1 if token.type == "fence" else line
            self._fences.append(Fence(first, token.info.strip(), token.content))

    def _html(self, token: "Token") -> None:
        """Take in HTML: its tables, headings and labels are read; what a comment or Markdown in it hides is not."""
        if not is_read(token):
            self._contents.problems += hidden_lines(self._path, self._lines, token)
            return
        from esspec.reading.html_stretch import read_stretch  # noqa: PLC0415 - few pages have tables in HTML

        # Where nothing closes an element, all up to the page's end has been looked through for it.
        is_quoted = "blockquote_open" in self._contents.containers
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
            self._contents.problem(
                "unread-html", token.map[0] + 1, message, "put an empty line before it, or close the HTML"
            )

    def _html_piece(self, piece: HtmlPiece) -> None:
        match piece:
            case HtmlFault():
                self._contents.problem("unread-html", piece.line, piece.message, piece.remedy, piece.column)
            case HtmlComment():
                self._contents.problems.append(hidden_table(self._path, (piece.line, piece.column)))
            case HtmlTable():
                self._tables.take(piece.line, RawTable(piece.header, piece.rows), self._inline.read_html)
            case HtmlCode():
                self._contents.problems += hidden_in(self._path, piece.line, piece.text)
                if "NetworkPolicy" in piece.text:
                    self._fences.append(Fence(piece.line, "", piece.text))
            case HtmlOpen() | HtmlClose():
                self._shrouds.take(piece)
            case HtmlText():
                self._html_text(piece)

    def _html_text(self, piece: HtmlText) -> None:
        torn = markdown_in_html(self._path, piece.line, piece.raw)
        self._contents.problems += torn
        text = self._inline.read_html(piece.raw)
        tags = _TAGS.match(piece.raw)
        line = piece.line + (tags[0].count("\n") if tags else 0)
        if is_too_long(text):
            self._contents.blamed(line, text)
        elif piece.depth:
            self._contents.heading(line, self._contents.blamed(line, text), piece.depth)
        elif not torn:
            self._contents.words(line, [(line, text)], text, is_bold=piece.is_title)

    def _paragraph(self, line: int, token: "Token") -> None:
        numbered = enumerate(token.content.split("\n"), line)
        lines: list[tuple[int, str]] = []
        for number, raw in numbered:
            if not is_attribute_list(raw.strip()):
                lines.append((number, raw))
            elif _HIDING.search(raw):
                message = "these attributes may hide what stands beside them"
                self._contents.problem("kramdown-extension", number, message, "delete them, or what they hide")
        torn = [p for n, raw in lines for p in torn_lines(self._path, n, raw, is_first=n == line)]
        if torn:
            self._contents.problems += torn
            return
        texts = [(number, self._inline.read(raw)) for number, raw in lines]
        for number, text in texts:
            if text.faults:
                self._contents.problems += blocks_in_line(self._path, number, text.faults)
                self._shrouds.take_faults(number, text.faults)
                if is_too_long(text) and ("<" in text.text or directions_in(text.text)):
                    self._contents.blamed(number, text)
        raw = " ".join(raw for _, raw in lines)
        whole = texts[0][1] if len(texts) == 1 else self._inline.read(raw)
        self._contents.words(line, texts, whole, is_bold=is_bold(raw))
