"""Rows that a reader of the page sees and that are no table to Markdown: each is a finding, never passed over."""

from typing import TYPE_CHECKING

from esspec.columns import column_named, is_rule_header
from esspec.model import Protocol
from esspec.problem import Problem, error
from esspec.table_rule import split_cells

if TYPE_CHECKING:
    from markdown_it.token import Token

_DELIMITER = frozenset("|-: \t")


def torn_rows(path: str, line: int, raw: str) -> list[Problem]:
    """Return an error if a line of running text looks like a row of a table."""
    text = raw.strip()
    pieces = split_cells(text)
    is_row = text.startswith("|") and len(pieces) > 2  # noqa: PLR2004 - a pipe at either end
    is_row = is_row or pieces[0].strip(" *").upper() in tuple(Protocol)
    is_row = is_row or (set(text) <= _DELIMITER and "-" in text)
    is_row = is_row or _is_rule_header(text)
    if not is_row:
        return []
    return [
        error(
            "torn-table",
            path,
            (line, 1),
            "this line looks like a row and belongs to no table",
            "check that the table has a header, and a delimiter row with as many cells, and no blank line in it",
        )
    ]


def hidden_rows(path: str, lines: list[str], token: "Token") -> list[Problem]:
    """Return errors for what hides rows by accident: an indented table, HTML around one, an open fence or comment.

    A fence or comment that is closed hides what is in it on purpose, and is left alone.
    """
    if token.map is None:
        return []
    first, end = token.map
    if token.type == "fence":
        closing = lines[end - 1].strip(" \t>")
        if end - first > 1 and closing and not closing.strip(token.markup[0]) and len(closing) >= len(token.markup):
            return []
        return [_open(path, first, "this code fence is never closed", "close it with a line of its marks")]
    if token.type == "html_block" and token.content.lstrip().startswith("<!--"):
        if "-->" in token.content:
            return []
        return [_open(path, first, "this comment is never closed", "close it with -->")]
    return [
        error(
            "hidden-table",
            path,
            (number + 1, 1),
            "this rule table is not read: it stands in HTML or is indented as code",
            "move it to the left margin, a blank line before it",
        )
        for number in range(first, end)
        if "|" in lines[number] and _is_rule_header(lines[number].strip())
    ]


def _is_rule_header(text: str) -> bool:
    return is_rule_header([column_named(piece.strip(" *_")) for piece in split_cells(text)])


def _open(path: str, line: int, message: str, remedy: str) -> Problem:
    return error("hides-the-rest", path, (line + 1, 1), message, remedy)
