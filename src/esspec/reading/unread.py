"""What a reader of the page sees, and what is no rule to Markdown: each is a finding."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from esspec.problem import Problem, error, warning
from esspec.reading.columns import column_named, is_rule_header
from esspec.reading.directions import is_statement
from esspec.reading.table_rule import split_cells
from esspec.terms import Protocol

if TYPE_CHECKING:
    from markdown_it.token import Token

_DELIMITER = frozenset("|-: \t")
_PROTOCOLS = frozenset(Protocol)
_TAG = re.compile(r"<[^<>]*>")
# kramdown takes these for headings, CommonMark does not.
_HEADING = re.compile(r"\s*#{2,6}\s")
_BOLD = re.compile(r"\*\*[^*]+\*\*:?|__[^_]+__:?")
_MAX_TITLE = 6
_TORN_HEADING = re.compile(r"#[^#\s]")
_TORN_LINE = re.compile(r"(?=.*(?:---|===))[-=]*(?:[^-=][-=]*){1,2}")
_CONFLICT = ("<<<<<<< ", "||||||| ", ">>>>>>> ")
_CLOSING = {"<!--": "-->", "<?": "?>", "<![": "]]>", "<!": ">"}
_PROSE = frozenset({"gfm", "markdown", "md", "text", "txt"})
VERBATIM = ("<script", "<pre", "<style", "<textarea")
"""What begins an element whose content is no Markdown up to its end tag, empty lines or not."""


def torn_lines(path: str, line: int, raw: str, *, is_first: bool) -> list[Problem]:
    """Return an error if a line of running text looks like a row of a table or a heading."""
    text = raw.strip()
    found: list[Problem] = []
    if _is_row(text) or _is_rule_header(text) or ("|" in text and set(text) <= _DELIMITER):
        found.append(
            error(
                "torn-table",
                path,
                (line, 1),
                "this line looks like a row and belongs to no table",
                "check that the table has a header, and a delimiter row with as many cells, and no blank line in it",
            )
        )
    if "##" in text or (is_first and _TORN_HEADING.match(text)) or (not is_first and _TORN_LINE.fullmatch(text)):
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


def conflict_problems(path: str, text: str) -> Iterator[Problem]:
    """Yield an error per marker of a merge that nobody resolved: what either side permits would be permitted."""
    for number, line in enumerate(text.split("\n"), 1) if any(map(text.__contains__, _CONFLICT)) else ():
        if line.startswith(_CONFLICT):
            message = f"'{line[:7]}' marks a conflict of a merge, and both of its sides are on the page"
            yield error("merge-conflict", path, (number, 1), message, "keep one side, and delete the markers")


def is_bold(raw: str) -> bool:
    """Return whether all of a line of running text is in bold."""
    return bool(_BOLD.fullmatch(raw.strip()))


def is_title(text: str, *, is_bold: bool) -> bool:
    """Return whether a line of running text is set like a heading: in bold, or nothing but the name of pods."""
    words = text.lower().rstrip(": ").split()
    return is_bold or (1 < len(words) <= _MAX_TITLE and words[-1] in ("pod", "pods"))


def hidden_lines(path: str, lines: list[str], token: "Token") -> list[Problem]:
    """Return findings for what is hidden in code, HTML and comments.

    Hidden by accident is an error: an indented table, HTML around one, a fence or comment that is not closed where
    it should be. A comment, or a fence that says it holds Markdown, hides a table on purpose; that is a warning.
    """
    if token.map is None:
        return []
    first, end = token.map
    visible = "" if token.type == "fence" else without_comments(token)
    found = hidden_in(path, first + 1, visible)
    if not _is_closed(token, lines[end - 1]):
        found.append(_open(path, first + 1, token))
    elif token.type == "fence" or _is_comment(token):
        say = warning if _is_on_purpose(token) else error
        shown = visible.split("\n")
        hidden = (n for n in range(first, end) if not "".join(shown[n - first : n - first + 1]).strip())
        row = next((n + 1 for n in hidden if _names_protocol(lines[n]) or _is_rule_header(lines[n])), 0)
        found += [say("hidden-table", path, (row, 1), _IN_A_COMMENT, _OUT)] if row else []
        if not row and (token.type != "fence" or not token.info.strip() or _is_on_purpose(token)):
            found += _hidden_statement(path, lines, token.map)
    return found


def _hidden_statement(path: str, lines: list[str], within: Sequence[int]) -> list[Problem]:
    """Return a warning for the first line of code or of a comment that would be a statement."""
    found = next((n + 1 for n in range(*within) if is_statement(lines[n].strip(" \t<>!-"))), 0)
    message = "this statement stands in a code fence or comment"
    return [warning("hidden-statement", path, (found, 1), message, _OUT)] if found else []


def hidden_table(path: str, at: tuple[int, int]) -> Problem:
    """Return the finding for a comment that hides a rule table, as it is meant to do."""
    return warning("hidden-table", path, at, _IN_A_COMMENT, _OUT)


_IN_A_COMMENT = "this rule table stands in a code fence or comment"
_OUT = "nothing is read there; move it out, delete it, or mark a fence around it as markdown"
_TO_THE_MARGIN = "move it to the left margin, a blank line before it"


def hidden_in(path: str, first: int, visible: str) -> list[Problem]:
    """Return errors for tables, statements and headings in what is shown of HTML or code, whose first line is given."""
    found: list[Problem] = []
    for number, line in enumerate(visible.split("\n"), first):
        what = _meaning(line)
        if what:
            message = f"this {what} is not read: it stands in HTML or is indented as code"
            found.append(error(f"hidden-{what}", path, (number, 1), message, _TO_THE_MARGIN))
    if "<t" in visible and not found:
        pieces = [piece.strip() for piece in _TAG.split(visible)]
        if names_rules(piece for piece in pieces if piece) or any(map(is_protocol, pieces)):
            message = "this table is not read: it is written in HTML"
            found.append(error("hidden-table", path, (first, 1), message, "write it as a Markdown table"))
    return found


def _meaning(line: str) -> str:
    """Return what a line would be if it were read: table, statement, heading, or nothing."""
    if _looks_like_rules(line):
        return "table"
    if is_statement(_TAG.sub(" ", line)):
        return "statement"
    return "heading" if _HEADING.match(line) else ""


def without_comments(token: "Token") -> str:
    """Return HTML without its comments, line ends kept; code is left as it is."""
    if token.type == "code_block":
        return token.content
    kept: list[str] = []
    for part in token.content.split("-->"):
        text, _, hidden = part.partition("<!--")
        kept += [text, "\n" * hidden.count("\n")]
    return "".join(kept)


def _is_row(text: str) -> bool:
    """Return whether a line has the pipes of a row: one at its beginning, or a protocol between them, or its tags."""
    if "|" not in text:
        return _names_protocol(text)
    if len(split_cells(text)) > 2 and (text.startswith("|") or not set(text) & set("`{")):  # noqa: PLR2004 - two pipes
        return True
    return _names_protocol(text)


def _looks_like_rules(line: str) -> bool:
    """Return whether a line of code or HTML is a row or a header of rules; pipes alone are usual there."""
    text = line.strip()
    if "|" not in text:
        return False
    is_row = text.startswith("|") and len(split_cells(text)) > 2  # noqa: PLR2004 - a pipe at either end
    return is_row or _names_protocol(text) or _is_rule_header(text)


def _names_protocol(line: str) -> bool:
    """Return whether a protocol is all that stands between two pipes, or tags of a table, in a line."""
    if "|" in line and any(map(is_protocol, split_cells(line))):
        return True
    return "<t" in line and any(map(is_protocol, _TAG.split(line)))


def is_protocol(cell: str) -> bool:
    """Return whether a cell holds the name of a protocol and nothing else."""
    return cell.strip(" \t*_").upper() in _PROTOCOLS


def _is_rule_header(text: str) -> bool:
    return "|" in text and names_rules(split_cells(text.strip()))


def names_rules(pieces: Iterable[str]) -> bool:
    """Return whether these texts are the header of a rule table."""
    return is_rule_header([column_named(piece.strip(" *_")) for piece in pieces])


def _is_comment(token: "Token") -> bool:
    return token.type == "html_block" and token.content.lstrip().startswith("<!--")


def _is_closed(token: "Token", last: str) -> bool:
    """Return whether a fence, comment or verbatim HTML element has its end, before the page or its list ends."""
    if token.type == "fence":
        closing = last.strip(" \t>")
        height = token.map[1] - token.map[0] if token.map else 0
        return height > 1 and not closing.strip(token.markup[0]) and len(closing) >= len(token.markup)
    text = token.content.lstrip().lower() if token.type == "html_block" else ""
    for opening, closing in _CLOSING.items():
        if text.startswith(opening):
            return closing in text
    return not text.startswith(VERBATIM) or any(f"</{name[1:]}>" in text for name in VERBATIM)


def _is_on_purpose(token: "Token") -> bool:
    """Return whether a fence names a language for tables, or a comment has not swallowed the next one's beginning."""
    if token.type == "fence":
        return token.info.strip().lower() in _PROSE
    return token.content.count("<!--") == 1


def _open(path: str, line: int, token: "Token") -> Problem:
    what, remedy = "HTML element", "close it with its end tag"
    if token.type == "fence":
        what, remedy = "code fence", "close it with a line of its marks"
    elif _is_comment(token):
        what, remedy = "comment", "close it with -->"
    return error("hides-the-rest", path, (line, 1), f"this {what} is never closed", remedy)
