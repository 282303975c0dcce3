"""HTML and Markdown in each other's way: what a browser makes of it, and is not read."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from esspec.problem import Problem, error
from esspec.reading.faults import Fault
from esspec.reading.inline import Text
from esspec.reading.unread import VERBATIM, hidden_in, torn_lines, without_comments

if TYPE_CHECKING:
    from markdown_it.token import Token

_MAX_LABEL = 1000
_BLOCKS = re.compile(
    r"<(?:article|caption|center|d[dlt]|details|div|figure|footer|h[1-6]|header|li|main|nav|ol|p|section|summary|"
    r"t(?:able|body|d|foot|h|head|r)|ul)\b"
)


def is_read(token: "Token") -> bool:
    """Return whether HTML is read: all but comments, declarations, and elements whose content is no HTML."""
    text = token.content.lstrip().lower()
    name = next((name for name in VERBATIM if text.startswith(name)), "")
    if name:
        _, end, behind = text.rpartition(f"</{name[1:]}>")
        return bool(end and (name == "<pre" or behind.strip()))
    return bool(without_comments(token).strip()) and not text.startswith(("<?", "<![", "<!d"))


def markdown_in_html(path: str, first: int, raw: str) -> list[Problem]:
    """Return errors for rows and headings of Markdown in running text of HTML, whose first line is given."""
    found = [problem for problem in hidden_in(path, first, raw) if problem.code != "hidden-statement"]
    lines = enumerate(raw.split("\n"), first)
    return found or [torn for n, line in lines for torn in torn_lines(path, n, line, is_first=n == first)]


def without_tags(text: Text) -> str:
    """Return text without the tags that it has faults for, so that none can make a label look like other words."""
    bare = text.text
    if not text.faults or len(bare) > _MAX_LABEL:
        return bare
    for fault in text.faults:
        bare = bare.replace(fault.needle, " ") if fault.code == "inline-html" else bare
    return bare.strip()


def blocks_in_line(path: str, line: int, faults: Iterable[Fault]) -> list[Problem]:
    """Return an error per tag within a line of Markdown that begins a block in a browser, such as a heading."""
    tags = [fault.needle for fault in faults if fault.code == "inline-html" and _BLOCKS.match(fault.needle.lower())]
    message, remedy = "{} is not read within a line of Markdown", "begin a line with it, an empty line before it"
    return [error("unread-html", path, (line, 1), message.format(tag), remedy) for tag in dict.fromkeys(tags)]
