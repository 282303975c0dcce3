"""Laws of HTML: a page says the same in it as in Markdown, damaged pages say it or stop, and hostile ones end soon."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspec.reading.rows import WrittenRule
from html_pages import TABLE, Style, in_html
from pages import KAFKA, rules, structure, work
from strategies import Written, examples, pages

HERE = Path(__file__).parent
SEED = (HERE.parent / "docs_source" / "network-policies.md").read_text(encoding="utf-8")
REAL_PAGES = sorted(path.name for path in (HERE / "pages").glob("e*.md"))
each_style = pytest.mark.parametrize("style", Style)


def meaning(text: str) -> list[object]:
    """Return what a page says: rules with workload, direction and all but their place, and statements."""
    assert [problem for problem in rules(text)[1] if "unresolved-variable" not in problem] == []
    return rules_of(text) + [(s.heading.name, s.direction, s.word) for s in structure(text).statements]


def rules_of(text: str) -> list[object]:
    """Return the rules of a page, their faults too but for the places."""
    return [
        (r.heading.name, r.direction, r.protocol, r.phrase, r.ports, r.condition, r.labels, r.reason, faults_of(r))
        for r in rules(text)[0]
    ]


def faults_of(rule: WrittenRule) -> list[str]:
    """Return what is wrong in the cells of a row."""
    return [fault.problem.message for fault in rule.faults]


@each_style
def test_the_page_says_the_same_in_html(style: Style) -> None:
    assert meaning(in_html(SEED, style)) == meaning(SEED)
    assert len(meaning(SEED)) == 53 + 7


@each_style
@pytest.mark.parametrize("name", REAL_PAGES)
def test_other_pages_of_the_family_say_the_same_in_html(name: str, style: Style) -> None:
    text = (HERE / "pages" / name).read_text(encoding="utf-8")
    assert rules_of(in_html(text, style)) == rules_of(text)
    assert len(rules_of(text)) >= 8


@each_style
@given(page=pages())
@examples(15)
def test_any_page_says_the_same_in_html(style: Style, page: Written) -> None:
    """Workloads, directions, protocols, ports, peers and reasons."""
    assert meaning(in_html(page.markdown(), style)) == meaning(page.markdown())


MARKUP = """# Policies

## **Kafka** `pod`

- Incoming connections permitted:

| **Type** | [Origin](#x)                        | Port(s)            | Condition                   | Reason |
|----------|-------------------------------------|--------------------|-----------------------------|--------|
| `TCP`    | [UI](ui.md#x) pods<br>REST API pods | 80, 90 and 100-110 | If [metrics](m) are enabled | R&D    |
| udp      | UI, and **Geo** pods                | 53<br/>5353        | Always                      | a < b  |
| SCTP     | Anywhere                            | Any                | If TLS is not enabled       | "it's" |

- Outgoing connections permitted: **None**

## {{host}} pod

- Incoming connections permitted: `Any`
"""


@each_style
def test_markup_in_cells_says_the_same_in_html(style: Style) -> None:
    assert len(meaning(MARKUP)) == 5
    assert meaning(in_html(MARKUP, style)) == meaning(MARKUP)


LISTED = "<ul><li>{}</li><li>{}</li></ul>"


@pytest.mark.parametrize(
    "cell", ["{}<br>{}", "{}<br/> {}", LISTED, "<ol> <li>{}</li> <li>{}</li></ol>", "<p>{}</p><p>{}</p>"]
)
def test_lines_and_lists_in_cells_say_the_same(cell: str) -> None:
    """In Markdown as in HTML, each line of a cell is a peer, or a port, of its own."""
    peers, ports = cell.format("UI pods", "Geo pods"), cell.format("80", "81-90")
    text = f"{KAFKA}| Type | Origin | Port |\n|---|---|---|\n| TCP | {peers} | {ports} |\n"
    html = TABLE.replace("Reason", "Port").replace("UI pods on port 80", peers).replace(">a<", f">{ports}<")
    assert meaning(KAFKA + html) == meaning(text)
    ((rule,), _) = rules(text)
    assert [piece.name for piece in rule.phrase.peers] == ["UI pods", "Geo pods"]
    assert [str(port) for port in rule.ports] == ["80", "81-90"]


# Damaged pages


class Seen(NamedTuple):
    """A row or statement, and whose it is."""

    workload: str
    what: str


HTML = in_html(SEED, Style.ROWS)
LINES = tuple(HTML.split("\n"))
FIRST = LINES.index('<h2 id="x">Kafka pod</h2>')
LINE = st.integers(FIRST, len(LINES) - 1)
TAGS = """
text <!-- --> <div> </div> <p> <table> </table> <tr> </tr> <td> </td> <ul> </ul> <li> </li> <h2> </h2> <h2>X</h2> <pre>
</pre> <del> </del> <b> ##_X ``` ____ >_ -_ <span_hidden> <template> <script> <!--_x_--> <textarea> <td>TCP</td> <th>
"""
SAYS = re.compile(
    r"<h2[^>]*>(.*?)</h2\s*>|^## ([^\n]*)|permitted\s*:\s*(Any|None)|<td[^>]*>\s*(TCP|UDP)\s*</td",
    re.DOTALL | re.MULTILINE,
)
CHARACTERS = ["<", ">", "/", '"', "'", "&", "!", "-", " ", "\n", "=", "t", "d", "{", "|", "\u200b"]


def by_eye(text: str) -> list[Seen]:
    """Return what a reader sees where nothing is hidden, in its order: headings, statements and cells of protocols."""
    found: list[Seen] = []
    workload = ""
    for heading, title, word, protocol in SAYS.findall(text):
        workload = " ".join((heading or title).split()) or workload
        found += [Seen(workload, (word or protocol).lower())] if word or protocol else []
    return sorted(found)


def by_esspec(text: str) -> list[Seen] | None:
    """Return what is read, None where an error stops it."""
    found, problems = rules(text)
    if any(": error: " in problem for problem in problems if "unresolved-variable" not in problem):
        return None
    rows = [Seen(rule.heading.name, str(rule.protocol).lower()) for rule in found]
    return sorted(rows + [Seen(s.heading.name, s.word) for s in structure(text).statements])


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return the page in HTML with a line deleted, copied, swapped, added or torn, or some characters lost or added."""
    lines, one, other = list(LINES), draw(LINE), draw(LINE)
    tag = draw(st.sampled_from(["", *TAGS.split()])).replace("_", " ")
    match draw(st.sampled_from(["delete", "copy", "swap", "add", "before", "behind", "insert", "lose"])):
        case "delete":
            del lines[one]
        case "copy":
            lines.insert(other, lines[one])
        case "swap":
            lines[one], lines[other] = lines[other], lines[one]
        case "add":
            lines.insert(one, tag)
        case "before":
            lines[one] = tag + lines[one]
        case "behind":
            lines[one] += tag
        case how:
            at = draw(st.integers(0, len(lines[one])))
            lost = draw(st.integers(1, 20)) if how == "lose" else 0
            new = draw(st.sampled_from(CHARACTERS)) if how == "insert" else ""
            lines[one] = lines[one][:at] + new + lines[one][at + lost :]
    return "\n".join(lines)


def test_the_page_in_html_agrees() -> None:
    assert by_esspec(HTML) == by_eye(HTML)
    assert len(by_eye(HTML)) == 53 + 7


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_damaged_html_stops_or_says_what_is_seen(text: str) -> None:
    found = by_esspec(text)
    assert found is None or found == by_eye(text)


# Hostile pages


def repeated(head: str, part: str, tail: str = "") -> Callable[[int], str]:
    """Return a family of pages: `part` as often as one likes below a heading."""
    return lambda n: KAFKA + head + part * n + tail


FAMILIES = {
    "cells": repeated("<table><tr>", "<td>"),
    "header": repeated("<table><tr>", "<th>Type</th>", "</tr></table>"),
    "rows": repeated(TABLE[:-9], "<tr><td>TCP</td><td>P pods</td><td>a</td></tr>", "</table>"),
    "tables": repeated("", f"{TABLE}\n"),
    "open-tables": repeated("", "<table>\n\n"),
    "chained-tables": repeated("", "</table><table>\n\n"),
    "spans": repeated("", "<table><tr><td colspan=2>TCP</td></tr></table>"),
    "nested-divs": repeated("", "<div>"),
    "open-divs": repeated("", "<div>\n\n"),
    "nested-lists": repeated("", "<ul><li>"),
    "open-lists": repeated("", "<ul><li>\n\n"),
    "ends-of-nothing": repeated("<table>" * 9, "</li>"),
    "items": repeated("<ul>", "<li>x"),
    "paragraphs": repeated("", "<p>x</p>\n\n"),
    "headings": repeated("", "<h3>x</h3>"),
    "open-code": repeated("", "<div><pre>\n\n"),
    "comments": repeated("<table>", "<!-- <td>TCP</td> -->"),
    "open-comments": repeated("<p>", "<!--"),
    "comments-over-blank-lines": repeated("", "<table><!--\n\n"),
    "signs": repeated("<p>", "<"),
    "ampersands": repeated("<p>", "&#"),
    "digits": repeated("<p>&#", "9"),
    "torn-tags": repeated("<p>", "<a b='"),
    "quotes-and-brackets": repeated("<p>", "<a b=\"'" + ">" * 99),
    "attributes": repeated("<p><a", " b"),
    "declarations": repeated("<p>", "<!"),
    "struck": repeated("<h3>", "<del>"),
    "unknown-elements": repeated("", "<x-y>\n\nIncoming: None\n\n"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_html_is_twice_the_work(family: str) -> None:
    text = FAMILIES[family]
    work(text(300))  # what is cached once is cached now
    assert work(text(800)) <= 2.2 * work(text(400)) + 2000
