"""Tables in HTML, and Markdown pages rendered to it by rules too simple to share a mistake with the reader."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from html import escape
from itertools import groupby

from pages import KAFKA

HEAD = "<tr><th>Type</th><th>Origin</th><th>Reason</th></tr>"
ROW = "<tr><td>TCP</td><td>UI pods on port 80</td><td>a</td></tr>"
TABLE = f"<table>\n{HEAD}\n{ROW}\n</table>\n"
TO_UI = TABLE.replace("Origin", "Destination")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_ATTRIBUTES = re.compile(r"\{:[^}]*\}")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_CODE = re.compile(r"`([^`]*)`")
_BREAK = re.compile(r"&lt;br/?&gt;")


class Style(StrEnum):
    """How a table stands on the page."""

    ROWS = "a row per line"
    CELLS = "a cell per line"
    WORDS = "tags on lines of their own, and blank lines between"
    ONE_LINE = "the table on one line"


def html_table(rows: str) -> str:
    """Return a page with a rule table, whose rows begin in line 5."""
    return f"{KAFKA}<table>\n{HEAD}\n{rows}\n</table>\n"


def in_html(markdown: str, style: Style) -> str:
    """Return a page with its headings, labels and tables in HTML; all else stays as it is."""
    head, rule, body = markdown.partition("\n---\n") if markdown.startswith("---\n") else ("", "", markdown)
    lines = body.split("\n")
    blocks = (list(block) for is_row, block in _runs(lines))
    return head + rule + "\n".join(part for block in blocks for part in _block(block, style))


def words(markdown: str) -> str:
    """Return a line of text with its links, bold words, code and line breaks as HTML."""
    text = escape(_ATTRIBUTES.sub("", markdown), quote=False)
    text = _LINK.sub(r'<a href="\2" target="_blank">\1</a>', text)
    return _BREAK.sub("<br />", _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<strong>\1</strong>", text)))


def _runs(lines: Iterable[str]) -> Iterator[tuple[bool, Iterable[str]]]:
    return groupby(lines, key=lambda line: line.startswith("|"))


def _block(lines: list[str], style: Style) -> Iterator[str]:
    if lines[0].startswith("|"):
        yield "\n".join(_table(lines, style))
        return
    for line in lines:
        heading = re.fullmatch(r"(#+) (.*)", line)
        if heading:
            depth = len(heading[1])
            yield f'<h{depth} id="x">{words(heading[2])}</h{depth}>'
        elif line.startswith("- ") and "connections permitted:" in line:
            yield f"<ul>\n<li>{words(line[2:])}</li>\n</ul>"
        else:
            yield line


def _table(lines: list[str], style: Style) -> Iterator[str]:
    header, _, *rows = [[words(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
    parts = [
        '<table class="wide">',
        "<thead>",
        *_row(header, "th", style),
        "</thead>",
        "<tbody>",
        *(line for row in rows for line in _row(row, "td", style)),
        "</tbody>",
        "</table>",
    ]
    if style is Style.ONE_LINE:
        yield "".join(parts)
    else:
        yield from ("\n\n".join(parts) if style is Style.WORDS else "\n".join(parts)).split("\n")


def _row(cells: list[str], name: str, style: Style) -> list[str]:
    if style is Style.WORDS:
        inside = [part for cell in cells for part in (f'<{name} style="text-align: left">', f"  {cell}", f"</{name}>")]
        return ["<tr>", *inside, "</tr>"]
    inside = [f"<{name}>{cell}</{name}>" for cell in cells]
    if style is Style.CELLS:
        return ["<tr>", *(f"  {cell}" for cell in inside), "</tr>"]
    return ["<tr>" + "".join(inside) + "</tr>"]
