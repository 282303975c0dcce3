"""Pages with HTML that cannot be read, or that may hide what is: each is an error at its place."""

import re

import pytest

from html_pages import HEAD, ROW, TABLE, TO_UI, html_table
from pages import EGRESS, INGRESS, KAFKA, codes, findings, rules

UNREAD = "error: {0} — {1} [unread-html]"
CLOSE = "close each element, the one opened last first"
STYLE = "the style of <{0}> may hide what stands there"
HIDDEN = "'{0}' in <{1}> may hide or change what stands there"

TORN = {
    "open cell": (html_table(ROW.replace("</td>", "", 1)), "5:5", "<td> is never closed"),
    "open row": (html_table(f"{ROW[:-5]}\n{ROW}"), "6:1", "<tr> cannot stand in <tr>"),
    "open last row": (html_table(ROW[:-5]), "5:1", "<tr> is never closed"),
    "open body": (html_table(f"<tbody>{ROW}"), "5:1", "<tbody> is never closed"),
    "body that ends twice": (html_table(f"{ROW}</tbody>"), "5:59", "</tbody> closes nothing"),
    "cells without a row": (html_table(ROW[4:-5]), "5:1", "<td> cannot stand in <table>"),
    "open list in a cell": (html_table(ROW.replace("a<", "<ul><li>a<")), "5:48", "<ul> is never closed"),
    "end in a cell": (html_table(ROW.replace("a<", "a</p><")), "5:49", "</p> closes nothing"),
    "bold row": (html_table(f"<b>{ROW}</b>"), "5:1", "<b> cannot stand in <table>"),
    "struck row": (html_table(f"<del>{ROW}</del>"), "5:1", "<del> cannot stand in <table>"),
    "open table": (f"{KAFKA}{TABLE[:-9]}", "3:1", "<table> is never closed"),
    "end alone": (f"{KAFKA}</table>", "3:1", "</table> closes nothing"),
    "table in a heading": (f"{KAFKA}<h3>a{TABLE}</h3>", "3:6", "<table> cannot stand in <h3>"),
    "open heading": (f"{KAFKA}<h3>a\n\n{TABLE}", "3:1", "<h3> is never closed"),
    "heading in a list": (f"{KAFKA}<ul><li>a\n<h3>UI</h3></li></ul>", "4:1", "<h3> cannot stand in <li>"),
    "end in a heading": (f"{KAFKA}<h3>UI</div> pod</h3>", "3:7", "</div> closes nothing"),
    "item alone": (f"{KAFKA}<li>Egress: None</li>", "3:1", "<li> stands alone"),
    "open list": (f"{KAFKA}<ul><li>Egress: None</li>", "3:1", "<ul> is never closed"),
    "list in a list": (f"{KAFKA}<div><ul><li>a</div></ul>", "3:6", "<ul> is never closed"),
    "table in code": (f"{KAFKA}<div><pre>\n{TABLE}</pre></div>", "4:1", "<table> cannot stand in <pre>"),
    "heading in code": (f"{KAFKA}<pre>\n\n<h2>UI</h2></pre>", "5:1", "<h2> cannot stand in <pre>"),
    "open code": (f"{KAFKA}<div><pre>\n\nx", "3:6", "<pre> is never closed"),
    "open comment": (f"{KAFKA}<div>\n{TABLE}<!-- a\n\n", "8:1", "this comment is never closed"),
    "torn tag": (
        html_table(ROW.replace("<td>UI", "<td UI")),
        "5:17",
        "this is no well-formed tag, and may hide what follows",
    ),
}


@pytest.mark.parametrize(("text", "place", "message"), TORN.values(), ids=TORN)
def test_an_element_that_is_not_closed_where_it_belongs(text: str, place: str, message: str) -> None:
    """A browser mends it, and it is a guess how."""
    assert findings(text)[0] == f"p.md:{place}: {UNREAD.format(message, CLOSE)}"


ATTRIBUTES = {
    "colspan": (ROW.replace("<td>UI", "<td colspan=2>UI"), "5:17", "'colspan' in <td> makes one cell of several"),
    "rowspan": (ROW.replace("<td>UI", '<td rowspan="0">UI'), "5:17", "'rowspan' in <td> makes one cell of several"),
    "hidden row": (f"{ROW}\n<tr hidden>{ROW[4:]}", "6:1", HIDDEN.format("hidden", "tr")),
    "hidden cell": (ROW.replace("<td>a", "<td style=color:white>a"), "5:44", STYLE.format("td")),
    "protocol that no header names": (
        f"</table><table><tr><td colspan=2>TCP</td></tr></table>\n<table>{HEAD}{ROW}",
        "5:20",
        "'colspan' in <td> makes one cell of several",
    ),
    "header without a protocol": (
        f"</table><table><tr><th>Typ</th><th colspan=2>Origin</th></tr></table>\n<table>{HEAD}{ROW}",
        "5:32",
        "'colspan' in <th> makes one cell of several",
    ),
    "hidden table": (f"{ROW}</table><table style='display: none'>{HEAD}{ROW}", "5:67", STYLE.format("table")),
    "hidden column": (f"<col style='visibility: collapse'>{ROW}", "5:1", STYLE.format("col")),
    "event": (ROW.replace("<tr>", "<tr onload='x()'>"), "5:1", HIDDEN.format("onload", "tr")),
    "markdown": (ROW.replace("<td>a", "<td markdown='1'>a"), "5:44", HIDDEN.format("markdown", "td")),
}


@pytest.mark.parametrize(("rows", "place", "message"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_an_attribute_that_may_hide_or_change_cells(rows: str, place: str, message: str) -> None:
    remedy = "delete the attribute, and write one cell per column in each row"
    (found,) = [line for line in findings(html_table(rows)) if "[empty-table]" not in line]
    assert found == f"p.md:{place}: {UNREAD.format(message, remedy)}"


DELETE = "delete the attribute"
MOVE_OUT = "write it as a table of its own, outside of other tables and of nested lists"
OUTSIDE = "put it between <table> and </table>"
IN_A_LINE = "begin a line with it, an empty line before it"
SWALLOWS = "this comment may have swallowed what stands between it and the next one"
CUT = "Markdown ends the HTML at the empty line in this comment, and what follows may be hidden"
OTHERS = {
    "hidden paragraph": (f"{KAFKA}<p hidden>Egress: Any</p>", "3:1", HIDDEN.format("hidden", "p"), DELETE),
    "hidden div": (f"{KAFKA}<div style='display:none'>\n\n{TABLE}\n</div>", "3:1", STYLE.format("div"), DELETE),
    "table in a table": (
        html_table(ROW.replace(">a<", f">{TABLE}<")),
        "5:48",
        "a table in a cell of another one is not read",
        MOVE_OUT,
    ),
    "table in a nested list": (
        f"{KAFKA}<ul><li>a<ul><li>{TABLE}</li></ul></li></ul>",
        "3:18",
        "a table in a nested list is not read",
        MOVE_OUT,
    ),
    "words between rows": (
        html_table(f"{ROW} and others"),
        "5:59",
        "these words stand between the cells of a table",
        "move them into a cell, or out of it",
    ),
    "rows alone": (f"{KAFKA}{ROW}", "3:1", "<tr> stands outside of a table", OUTSIDE),
    "row in a list": (f"{KAFKA}1. x\n2. <td>UI</td>", "4:4", "<td> stands outside of a table", OUTSIDE),
    "comment that swallows": (html_table(f"<!-- a --\n{ROW}\n<!-- b -->"), "5:1", SWALLOWS, "close it with -->"),
    "comment that ends twice": (html_table(f"<!-- a --!> x\n{ROW}\n-->"), "5:1", SWALLOWS, "close it with -->"),
    "empty line in a comment": (html_table(f"<!-- a\n\n b -->{ROW}"), "5:1", CUT, "delete the empty line"),
    "fence that begins in a cell": (
        f"{KAFKA}{TABLE.replace('>a<', '>' + chr(10) * 2 + '```' + chr(10) + '<')}\n{INGRESS}",
        "7:1",
        "this stands half in HTML, and half behind it",
        "put an empty line before it, or close the HTML",
    ),
    "heading in a line": (f"x <h2>UI</h2>\n\n{TABLE}", "1:1", "<h2> is not read within a line of Markdown", IN_A_LINE),
    "label in a line": (
        f"{KAFKA}<b><div>Outgoing: Any</div>\n\n{TABLE}",
        "3:1",
        "<div> is not read within a line of Markdown",
        IN_A_LINE,
    ),
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(ROW, [(7, "unread-html")], id="a-row-without-its-table"),
        pytest.param("<td>UI</td>\n<td>x</td>", [(7, "unread-html")], id="cells-without-their-table"),
        pytest.param("<div>\nEgress: None\n| a | b |\n</div>", [(9, "hidden-table")], id="label-beside-a-row"),
    ],
)
def test_one_finding_is_enough(text: str, found: list[tuple[int, str]]) -> None:
    assert codes(f"{KAFKA}{INGRESS}\n{text}\n") == found


@pytest.mark.parametrize(("text", "place", "message", "remedy"), OTHERS.values(), ids=OTHERS)
def test_what_else_cannot_be_read(text: str, place: str, message: str, remedy: str) -> None:
    assert findings(text)[0] == f"p.md:{place}: {UNREAD.format(message, remedy)}"


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        pytest.param("<del>\n\n", "\n</del>\n", "del", id="struck"),
        pytest.param("<template>\n\n", "\n</template>\n", "template", id="template"),
        pytest.param("<blockquote>\n<p>x</p>\n\n", "\n</blockquote>\n", "blockquote", id="paragraph-in-a-quote"),
        pytest.param("<blockquote>\n\n", "\n</blockquote>\n", "blockquote", id="quote"),
        pytest.param("<span hidden>\n\n", "\n</span>\n", "span", id="hidden-span"),
        pytest.param("Text <s>\n\n", "", "s", id="struck-from-a-paragraph-on"),
        pytest.param("<x-y>\n\ntext\n\n<x-y>\n\n</x-y>\n\n", "\n</x-y>", "x-y", id="unknown-element-in-itself"),
    ],
)
@pytest.mark.parametrize("rule_table", [INGRESS, TABLE, "Incoming: None\n", "<h3>UI</h3>\n", "### UI\n"])
def test_nothing_that_may_hide_stands_around_what_is_read(before: str, after: str, name: str, rule_table: str) -> None:
    message = f"<{name}> stands around what is read here, and may hide it"
    found = [problem for problem in findings(f"{KAFKA}{before}{rule_table}{after}") if "no-rule-table" not in problem]
    expected = UNREAD.format(message, "delete the element, its end tag too")
    assert re.fullmatch(rf"p\.md:3:\d+: {re.escape(expected)}", found[-1])


def test_an_element_around_paragraphs_of_one_piece_of_html() -> None:
    found = findings(f"{KAFKA}{TABLE}\n<blockquote>\n<p>Egress: None</p>\n</blockquote>\n")
    assert [line.partition(" stands ")[0] for line in found] == ["p.md:8:1: error: <blockquote>"]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        pytest.param("<p>Outgoing connections permitted: Some</p>", 7, "unknown-statement", id="another-word"),
        pytest.param("<p>No outgoing connections are permitted.</p>", 7, "unknown-statement", id="other-words"),
        pytest.param("<h3>Outgoing: Any</h3>", 7, "unknown-statement", id="heading"),
        pytest.param(
            "<ul><li>Outgoing: Any<ul><li>not UI</li></ul></li></ul>", 7, "unknown-statement", id="list-below"
        ),
        pytest.param(
            "<ul><li><p>Outgoing: Any</p><p>Not UI</p></li></ul>", 7, "unknown-statement", id="second-paragraph"
        ),
        pytest.param("<p>Outgoing: Any</section> but UI</p>", 7, "inline-html", id="end-tag-of-nothing"),
        pytest.param("<p>Outgoing: <del>None</del></p>", 7, "inline-html", id="struck"),
        pytest.param("<p><mark>Outgoing: None</mark></p>", 7, "inline-html", id="label-in-an-unknown-element"),
        pytest.param("<mark>Outgoing: None</mark>", 7, "inline-html", id="the-same-in-markdown"),
        pytest.param("<h3>Egress</h3><p><s>None</s></p>", 7, "inline-html", id="struck-word-below-a-heading"),
        pytest.param("<h3><img src=x alt=UI></h3>", 7, "inline-html", id="image-for-a-heading"),
        pytest.param("<style>p {}</style><h3>Outgoing: None</h3>", 7, "unknown-statement", id="behind-a-style-sheet"),
        pytest.param("<p>Outgoing: <!-- -->None<!-- x --></p>", 7, "inline-html", id="comment"),
        pytest.param("<ul><li>Outgoing:</li></ul>", 7, "missing-table", id="no-table-comes"),
        pytest.param("> <p>Outgoing: None</p>", 7, "unread-label", id="quoted-label"),
        pytest.param(f"> {TO_UI}".replace("\n", "\n> "), 7, "unread-table", id="quoted-table"),
        pytest.param("> <h3>UI</h3>", 7, "nested-heading", id="quoted-heading"),
        pytest.param(f"<div>\n{EGRESS}</div>", 8, "hidden-table", id="markdown-table"),
        pytest.param("<div>\ntext\n### UI pod\n</div>", 9, "hidden-heading", id="markdown-heading"),
        pytest.param(f"<div><pre>\n{EGRESS}</pre></div>", 8, "hidden-table", id="markdown-table-in-code"),
        pytest.param(f"<p><strong>UI</strong></p>\n{TO_UI}", 7, "torn-heading", id="bold-title"),
        pytest.param(f"<p>UI pods:</p>\n{TO_UI}", 7, "torn-heading", id="title"),
        pytest.param(f"<dl><dt>UI</dt><dd>{TO_UI}</dd></dl>", 7, "torn-heading", id="title-in-a-list"),
        pytest.param(f"<p>If metrics are enabled:</p>\n{TO_UI}", 7, "unread-condition", id="condition"),
        pytest.param(TO_UI.replace("Destination", "Destinaton"), 7, "unread-table", id="misspelt-header"),
        pytest.param(TO_UI.replace("Reason", "Grund"), 8, "unknown-column", id="unknown-column"),
        pytest.param(TO_UI.replace("Reason", "<s>Reason</s>"), 8, "inline-html", id="struck-header"),
        pytest.param(f"<table>{HEAD}</table>", 7, "empty-table", id="no-rows"),
        pytest.param("text <table><tr><td>TCP</td><td>UI</td></tr></table>", 7, "torn-table", id="behind-words"),
        pytest.param("```html\n<td>TCP</td>\n```", 8, "hidden-table", id="table-in-a-fence"),
        pytest.param(f"<table>{HEAD}{ROW}{'<th>Type</th>' * 65}", 7, "unread-html", id="many-cells-in-none"),
        pytest.param(f"<table><tr>{'<th>Type</th>' * 65}</tr></table>", 7, "too-many-columns", id="many-columns"),
    ],
)
def test_what_is_an_error_in_markdown_is_one_in_html(text: str, line: int, code: str) -> None:
    assert codes(f"{KAFKA}{INGRESS}\n{text}\n")[0] == (line, code)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        pytest.param("<td>TCP</td><td>UI</td>", "missing-cells", id="short"),
        pytest.param("<td>TCP</td><td>UI</td><td>a</td><td>b</td>", "extra-cells", id="long"),
        pytest.param("<td>TCP</td><td></td><td>a</td>", "empty-peer", id="empty"),
        pytest.param("<td>TCP</td><td>UI<!-- , Anywhere --></td><td>a</td>", "inline-html", id="comment-in-a-cell"),
        pytest.param("<td>TCP</td><td><img src=ui></td><td>a</td>", "inline-html", id="image"),
        pytest.param("<td>TCP</td><td>UI to port 80<sup>1</td><td>a</td>", "inline-html", id="footnote"),
        pytest.param("<td>TCP</td><td><b hidden>UI</b></td><td>a</td>", "inline-html", id="hidden-words"),
        pytest.param("<td>TCP</td><td>U&#x200b;I</td><td>a</td>", "hidden-character", id="hidden-character"),
        pytest.param("<th>Type</th><th>Origin</th><th>Reason</th>", "unknown-protocol", id="second-header"),
        pytest.param(f"<td>TCP</td><td>{'a' * 20_001}</td><td>a</td>", "too-long-cell", id="long-cell"),
    ],
)
def test_a_bad_row(cells: str, code: str) -> None:
    """The other rows of its table are read."""
    found, problems = rules(html_table(f"{ROW}\n<tr>{cells}</tr>"))
    assert [line.rpartition(" ")[2] for line in problems if f"[{code}]" in line] == [f"[{code}]"]
    assert found[0].line == 5
