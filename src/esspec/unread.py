"""What a reader of the page sees, or Jekyll acts on, and what is no rule to Markdown: each is a finding."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from esspec.columns import Column, column_named, is_rule_header, resembles_rules
from esspec.directions import is_statement
from esspec.model import Protocol
from esspec.problem import Problem, error, warning
from esspec.table_rule import RawTable, split_cells

if TYPE_CHECKING:
    from markdown_it.token import Token

_DELIMITER = frozenset("|-: \t")
_PROTOCOLS = frozenset(Protocol)
_TAGS = ("{%", "{::", "{:/")
_HTML = re.compile(r"<[^<>]*>")
# kramdown takes these for headings, CommonMark does not.
_TORN_HEADING = re.compile(r"#{2,6}[^#]|#[^#\s]")
_CLOSES_HTML = {"<!--": "-->", "<?": "?>", "<![": "]]>", "<!": ">"}
_VERBATIM = ("script", "pre", "style", "textarea")


def torn_lines(path: str, line: int, raw: str, *, is_first: bool) -> list[Problem]:
    """Return an error if a line of running text looks like a row of a table or a heading, or holds a tag."""
    text = raw.strip()
    found = unread_tags(path, line, text)
    if _is_row(text) or "|" in text and (set(text) <= _DELIMITER or _is_rule_header(text)):
        found.append(
            error(
                "torn-table",
                path,
                (line, 1),
                "this line looks like a row and belongs to no table",
                "check that the table has a header, and a delimiter row with as many cells, and no blank line in it",
            )
        )
    if text.startswith("##" if not is_first else "#") and _TORN_HEADING.match(text):
        found.append(
            error(
                "torn-heading",
                path,
                (line, 1),
                "this line looks like a heading and is none",
                "put a blank before its text, an empty line above it, and no blanks in front",
            )
        )
    return found


def unread_tags(path: str, line: int, text: str) -> list[Problem]:
    """Return an error if a line holds a Liquid tag or a kramdown extension: they can hide or add anything."""
    return [
        error(
            "liquid" if tag == "{%" else "kramdown-extension",
            path,
            (line, text.index(tag) + 1),
            f"'{tag}' begins a tag, which may hide what is read here or add to it",
            "render the page first, or delete the tag",
        )
        for tag in _TAGS
        if tag in text
    ]


def unread_table(
    path: str, line: int, table: RawTable, columns: list[Column | None], *, is_announced: bool
) -> list[Problem]:
    """Return a finding if a table that is no rule table looks like one.

    It is an error where the table stands for a direction, has lost its header, or may have misspelt it.
    """
    found = [problem for row in (table.header, *table.rows) for problem in unread_tags(path, row.line, "|".join(row.pieces))]
    header, *rows = [row.cells() for row in (table.header, *table.rows)]
    read = [n for n, column in enumerate(columns) if column is Column.PROTOCOL or n == 0]
    has_protocols = any(_is_protocol(row[n]) for row in rows for n in read if n < len(row))
    if any(map(_is_protocol, header)) or any(_names_rules(row) for row in rows):
        found.append(error("unread-table", path, (line, 1), "the header of this table is no header of rules", _HEADER))
    elif has_protocols or resembles_rules(columns):
        say = error if is_announced or (has_protocols and None in columns) else warning
        message = "this table looks like rules and has no column for the peer"
        found.append(say("unread-table", path, (line, 1), message, _PEER_COLUMN))
    return found


def hidden_lines(path: str, lines: list[str], token: "Token") -> list[Problem]:
    """Return findings for what is hidden in code, HTML and comments.

    Hidden by accident is an error: an indented table, HTML around one, an open fence or comment. A fence or
    comment that is closed hides its tables on purpose; that is a warning.
    """
    if token.map is None:
        return []
    first, end = token.map
    numbered = list(enumerate(lines[first:end], first + 1))
    found = [problem for number, line in numbered for problem in unread_tags(path, number, line)]
    kind = "code fence" if token.type == "fence" else "comment" if _is_comment(token) else ""
    if kind and not _is_closed(token, lines[end - 1], end - first):
        found.append(_open(path, first, kind))
    elif kind:
        found += [
            warning("hidden-table", path, (number, 1), f"this rule table is not read: it stands in a {kind}", _OUT)
            for number, line in numbered
            if "|" in line and _is_rule_header(line.strip())
        ]
    elif token.type == "html_block":
        if not _is_closed(token, lines[end - 1], end - first):
            found.append(_open(path, first, "HTML element"))
        found += _hidden_in_html(path, token, numbered)
    else:
        found += [_hidden(path, number) for number, line in numbered if _looks_like_rules(line)]
    return found


_HEADER = "write a header with Type and Origin or Destination, and a delimiter row below it"
_PEER_COLUMN = "name a column Origin or Destination if it holds rules"
_OUT = "move it out, or delete it"


def _hidden_in_html(path: str, token: "Token", numbered: Iterable[tuple[int, str]]) -> list[Problem]:
    found: list[Problem] = []
    for number, line in numbered:
        text = _HTML.sub(" ", line)
        if _looks_like_rules(line):
            found.append(_hidden(path, number))
        elif is_statement(text):
            message = "this statement is not read: it stands in HTML"
            found.append(error("hidden-statement", path, (number, 1), message, "write it as plain Markdown"))
    if "<t" in token.content and not found:
        pieces = [piece.strip() for piece in _HTML.split(token.content)]
        if _names_rules(piece for piece in pieces if piece) or any(map(_is_protocol, pieces)):
            found.append(_hidden(path, token.map[0] + 1 if token.map else 0))
    return found


def _is_row(text: str) -> bool:
    """Return whether a line has the pipes of a row: one at its beginning, or a protocol between them."""
    if "|" not in text:
        return False
    pieces = split_cells(text)
    if len(pieces) > 2 and (text.startswith("|") or not set(text) & set("`{")):  # noqa: PLR2004 - two pipes
        return True
    return len(pieces) > 1 and any(map(_is_protocol, pieces))


def _looks_like_rules(line: str) -> bool:
    """Return whether a line of code or HTML is a row or a header of rules; pipes alone are usual there."""
    text = line.strip()
    if "|" not in text:
        return False
    pieces = split_cells(text)
    return (text.startswith("|") and len(pieces) > 2) or any(map(_is_protocol, pieces)) or _names_rules(pieces)  # noqa: PLR2004


def _is_protocol(cell: str) -> bool:
    return cell.strip(" \t*_").upper() in _PROTOCOLS


def _is_rule_header(text: str) -> bool:
    return _names_rules(split_cells(text))


def _names_rules(pieces: Iterable[str]) -> bool:
    return is_rule_header([column_named(piece.strip(" *_")) for piece in pieces])


def _is_comment(token: "Token") -> bool:
    return token.type == "html_block" and token.content.lstrip().startswith("<!--")


def _is_closed(token: "Token", last: str, height: int) -> bool:
    if token.type == "fence":
        closing = last.strip(" \t>")
        return height > 1 and not closing.strip(token.markup[0]) and len(closing) >= len(token.markup)
    text = token.content.lstrip().lower()
    for opening, closing in _CLOSES_HTML.items():
        if text.startswith(opening):
            return closing in text
    return not text.startswith(tuple(f"<{name}" for name in _VERBATIM)) or any(f"</{name}>" in text for name in _VERBATIM)


def _hidden(path: str, line: int) -> Problem:
    return error(
        "hidden-table",
        path,
        (line, 1),
        "this rule table is not read: it stands in HTML or is indented as code",
        "move it to the left margin, a blank line before it",
    )


def _open(path: str, line: int, what: str) -> Problem:
    return error("hides-the-rest", path, (line + 1, 1), f"this {what} is never closed", "close it")
