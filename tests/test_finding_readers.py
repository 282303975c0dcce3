"""Reports read back by readers of their own, written after what the readers of each format do.

No text of a page or path is lost on the way, becomes markup or a command, or hides another finding.
"""

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from esspec.problem import Level, Problem, printable
from esspec.reporting.finding_formats import WRITERS
from esspec.reporting.finding_report import Report, reported_path, worst_first
from esspec.reporting.rule_links import rule_link
from found import FOUNDS, HOSTILE, ONE, report

REPORTS = st.lists(FOUNDS, max_size=4, unique_by=lambda found: found.fingerprint).map(
    lambda found: Report(tuple(found), ())
)
LINKED = st.sampled_from(["", "https://example.org/f.html", "http://[::1]:80/{code}?a=(b)&amp;c=*_&lt;#x"])


# GitHub: what the runner makes of a line of a log


class Command(NamedTuple):
    """A workflow command as the runner reads it."""

    name: str
    properties: dict[str, str]
    message: str


def command(line: str) -> Command | None:
    """Return the command in a line, None where it is no command: it begins with `::` after blanks, or holds `##[`."""
    found = re.match(r"\s*::([^\s:]+)(?: +(.*?))?::(.*)", line, re.DOTALL)
    if not found:
        assert "##[" not in line
        return None
    listed = (each.partition("=") for each in (found[2] or "").split(",") if each)
    escapes = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return Command(
        found[1],
        {key.strip(): _unescaped(value, escapes) for key, _, value in listed},
        _unescaped(found[3], {code: escapes[code] for code in ("%0D", "%0A", "%25")}),
    )


def _unescaped(words: str, escapes: dict[str, str]) -> str:
    return re.sub("|".join(escapes), lambda found: escapes[found[0]], words)


def within_lines(words: str) -> str:
    """Return words with all that does not print spelt out, but line ends, which the runner can take."""
    return "".join(part if part in "\r\n" else printable(part) for part in re.split(r"([\r\n])", words))


@given(REPORTS)
def test_github_reads_what_was_said(some: Report) -> None:
    read = [command(line) for line in WRITERS["github"](some).split("\n")[:-1]]
    wanted = []
    for found in worst_first(some.found):
        problem = found.problem
        place = {"line": problem.line, "col": problem.column if problem.line else 0}
        properties = {"title": f"esspec {problem.code}", "file": within_lines(reported_path(problem.path))}
        properties |= {key: str(number) for key, number in place.items() if number}
        name = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}[problem.level]
        wanted.append(Command(name, properties, within_lines(f"{problem.message} — {problem.remedy}")))
    assert read == wanted


def test_github_takes_no_other_command() -> None:
    """Also from the lines of findings that are too many to be annotated."""
    read = [command(line) for line in WRITERS["github"](report(*[HOSTILE] * 12)).splitlines()]
    assert [each and each.name for each in read] == ["warning"] * 10 + [None] * 2


# GitLab: entry by entry, the last one of each fingerprint


@given(REPORTS)
def test_gitlab_shows_each_finding(some: Report) -> None:
    shown = {}
    for entry in json.loads(WRITERS["gitlab"](some)):
        assert all(isinstance(entry[key], str) for key in ("description", "fingerprint", "severity"))
        assert entry["severity"] in ("blocker", "critical", "major", "minor", "info")
        shown[entry["fingerprint"]] = (entry["location"]["path"], entry["location"]["lines"]["begin"])
    assert shown == {
        found.fingerprint: (reported_path(found.problem.path), max(found.problem.line, 1)) for found in some.found
    }


# Markdown: a table, whatever its cells hold


def rows(written: str) -> list[list[Token]]:
    """Return the cells of the rows of the one table in a text."""
    tokens = MarkdownIt("commonmark").enable("table").parse(written)
    assert [token.type for token in tokens].count("table_open") == (1 if "|" in written else 0)
    found: list[list[Token]] = []
    for before, token in pairwise(tokens):
        if token.type == "tr_open":
            found.append([])
        elif before.type in ("th_open", "td_open"):
            found[-1].append(token)
    return found


def words_of(cell: Token) -> str:
    """Return the text of a cell, and fail where something in it is more than text."""
    assert {token.type for token in cell.children or ()} <= {"text", "text_special"}
    return "".join(token.content for token in cell.children or ())


def cells_of(problem: Problem) -> Sequence[str]:
    """Return what stands in the row of a finding, its code apart."""
    numbers = (str(number) for number in (problem.line, problem.column) if number)
    where = ":".join((reported_path(problem.path), *numbers))
    cells = (problem.level.value, where, problem.message, problem.remedy)
    return [printable(cell).strip() for cell in cells]


@given(REPORTS, LINKED)
def test_md_is_one_table(some: Report, rules_url: str) -> None:
    """With a row per finding and five cells in each, which hold what was said as text; only the code may be a link."""
    written = WRITERS["md"](some._replace(rules_url=rules_url))
    head, *body = rows(written) or [[]]
    assert [words_of(cell) for cell in head] == ["Level", "Where", "Finding", "Remedy", "Code"][: 5 * bool(some.found)]
    found = worst_first(some.found)
    assert [[words_of(cell) for cell in row[:4]] for row in body] == [cells_of(each.problem) for each in found]
    for row, each in zip(body, found, strict=True):
        assert len(row) == 5
        code, link = each.problem.code, rule_link(rules_url, each.problem.code)
        assert "".join(token.content for token in row[4].children or ()) == code
        links = [token.attrGet("href") for token in row[4].children or () if token.type == "link_open"]
        assert links == [link] * bool(link)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("a | b \\| c", id="pipes"),
        pytest.param("`a | b`", id="code"),
        pytest.param("```", id="fence"),
        pytest.param("a\n\n| b |", id="lines"),
        pytest.param("<b>a</b> &lt; <!-- b", id="markup"),
        pytest.param("[a](b) ![c](d) [e]: f", id="links"),
        pytest.param("\\", id="backslash"),
        pytest.param("**a** _b_ ~~c~~", id="emphasis"),
    ],
)
def test_md_holds_what_was_said(words: str) -> None:
    row = rows(WRITERS["md"](report(ONE._replace(message=words, remedy=words))))[1]
    assert [words_of(cell) for cell in row[2:4]] == [printable(words)] * 2


def test_findings_are_found_here() -> None:
    """The readers above do find fault with what they are for."""
    assert command("x ::error::y") is None
    assert command("::error file=a%2Cb::c%250A") == Command("error", {"file": "a,b"}, "c%0A")
    with pytest.raises(AssertionError):
        words_of(rows("| a |\n|---|\n| `b` |\n")[1][0])
