"""Damaged pages: what still compiles says what every line of it says, and what is lost stops the run.

The page is damaged as people do it: lines deleted, copied, moved, indented, cells lost or swapped, characters lost
or added. A second reader, which knows no Markdown and goes line by line, says what should have been read.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from esspec.binding import read_binding
from esspec.compile import compile_page, read
from esspec.model import AllowOnly, PolicySet
from esspec.problem import EsspecError
from esspec.source import read_source
from esspec.terms import Direction

DOCS = Path(__file__).parent.parent / "docs_source"
PAGE = (DOCS / "network-policies.md").read_text(encoding="utf-8")
LINES = tuple(PAGE.split("\n"))
FIRST = 8  # behind the front matter
BINDING = read_binding(DOCS / "esspec.toml", "esspec.toml")
LINE = st.integers(FIRST, len(LINES) - 1)
NEW_LINES = ["", "   ", "---", "===", "```", "~~~", "<!--", "<div>", "<pre>", "text", "> ", "- ", "|", "| a |", "## X"]
PREFIXES = ["    ", "\t", "> ", "- ", "  - ", "#", "##", " ", "1. ", "<b>", "<div>", "`", "|", "  ", "~~", "{% x %}"]
CHARACTERS = [
    "\u200b",
    "|",
    "\\",
    "*",
    "`",
    "-",
    "#",
    "\n",
    "\r",
    "<",
    "{",
    "\u00a0",
    "x",
    "0",
    ",",
    "(",
    "~",
    "_",
    "&",
]


class Said(NamedTuple):
    """One thing that a line says; a direction that the line's surroundings leave open is empty."""

    line: int
    kind: str
    workload: str
    direction: str


def by_eye(text: str) -> set[Said]:
    """Return what a reader sees, line by line: rows by their protocol, statements by their last word."""
    found: set[Said] = set()
    workload = direction = ""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        heading = re.match(r"\s*#+\s+(.*\S)", line)
        named = set(re.findall(r"\b(?:incoming|outgoing)\b", line.lower()))
        if heading:
            workload, direction = " ".join(heading[1].split()), ""
        elif named:
            direction = {"incoming": "ingress", "outgoing": "egress"}[named.pop()] if len(named) == 1 else ""
            word = re.search(r"\b(any|none)\b", line, re.IGNORECASE)
            found |= {Said(number, word[1].lower(), workload, direction)} if word else set()
        elif re.search(r"(^|\|)\s*(TCP|UDP)\s*\|", line):
            found.add(Said(number, "row", workload, direction))
    return found


def by_esspec(policies: PolicySet) -> Iterator[Said]:
    """Yield what was read."""
    for workload in policies.workloads:
        for direction in Direction:
            allowance = workload.allowance(direction)
            if isinstance(allowance, AllowOnly):
                yield from (Said(rule.line, "row", workload.name, direction) for rule in allowance.rules)
            elif allowance.kind != "unspecified":
                yield Said(allowance.line, allowance.kind, workload.name, direction)


def compiled(text: str) -> PolicySet | None:
    """Return the model of a page under the binding of docs_source, None where an error stops it."""
    try:
        return compile_page(read(read_source(text.encode(), "p.md"), BINDING, "p.md", {}))
    except EsspecError:
        return None


@st.composite
def damaged_lines(draw: st.DrawFn) -> str:
    """Return the page with one line deleted, copied, moved, added or indented."""
    lines, one, other = list(LINES), draw(LINE), draw(LINE)
    match draw(st.sampled_from(["delete", "copy", "swap", "add", "indent"])):
        case "delete":
            del lines[one]
        case "copy":
            lines.insert(other, lines[one])
        case "swap":
            lines[one], lines[other] = lines[other], lines[one]
        case "add":
            lines.insert(one, draw(st.sampled_from(NEW_LINES)))
        case _:
            lines[one] = draw(st.sampled_from(PREFIXES)) + lines[one]
    return "\n".join(lines)


@st.composite
def damaged_cells(draw: st.DrawFn) -> str:
    """Return the page with a cell of one line lost, doubled, or swapped with another."""
    lines = list(LINES)
    at = draw(st.sampled_from([number for number, line in enumerate(lines) if line.startswith("|")]))
    cells = lines[at].split("|")
    one, other = draw(st.integers(0, len(cells) - 1)), draw(st.integers(0, len(cells) - 1))
    match draw(st.sampled_from(["lose", "double", "swap"])):
        case "lose":
            del cells[one]
        case "double":
            cells.insert(one, cells[other])
        case _:
            cells[one], cells[other] = cells[other], cells[one]
    lines[at] = "|".join(cells)
    return "\n".join(lines)


@st.composite
def damaged_characters(draw: st.DrawFn) -> str:
    """Return the page with a character added, or up to sixty lost."""
    at = draw(st.integers(PAGE.index("The following"), len(PAGE)))
    lost = draw(st.one_of(st.just(0), st.just(1), st.integers(2, 60)))
    return PAGE[:at] + (PAGE[at + lost :] if lost else draw(st.sampled_from(CHARACTERS)) + PAGE[at:])


def agrees(text: str) -> bool:
    """Return whether a page that compiles says what a reader sees, line by line."""
    policies = compiled(text)
    if policies is None:
        return True
    seen, read_so = by_eye(text), set(by_esspec(policies))
    open_ends = {said.line for said in seen if not said.direction}
    return {said if said.line not in open_ends else said._replace(direction="") for said in read_so} == seen


def test_the_page_itself_agrees() -> None:
    policies = compiled(PAGE)
    assert policies
    assert set(by_esspec(policies)) == by_eye(PAGE)
    assert len(by_eye(PAGE)) == 53 + 7


@settings(max_examples=120, deadline=None)
@given(damaged_lines())
def test_pages_with_damaged_lines(text: str) -> None:
    assert agrees(text)


@settings(max_examples=80, deadline=None)
@given(damaged_cells())
def test_pages_with_damaged_cells(text: str) -> None:
    assert agrees(text)


@settings(max_examples=120, deadline=None)
@given(damaged_characters())
def test_pages_with_damaged_characters(text: str) -> None:
    assert agrees(text)


def test_no_line_of_a_table_can_be_deleted_unseen() -> None:
    """Each row that is deleted is gone from the model; each header and delimiter that is deleted stops the run."""
    for number, line in enumerate(LINES, 1):
        if not line.startswith("|"):
            continue
        policies = compiled("\n".join([*LINES[: number - 1], *LINES[number:]]))
        if "TCP" in line or "UDP" in line:
            assert policies is None or len(list(by_esspec(policies))) == 59
        else:
            assert policies is None
