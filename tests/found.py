"""Findings as reports hold them: a plain one, a hostile one, and whatever may be found."""

from hypothesis import strategies as st

from esspec.linting.rules_text import rule_texts
from esspec.problem import Level, Problem
from esspec.reporting.finding_report import Found, Report

LINE = "| TCP | Nobody to port 80 | why |"
ONE = Problem("unknown-peer", Level.ERROR, "docs/p.md", 7, 9, "no workload is called 'Nobody'", "name one")
FOUND = Found(ONE, LINE, "0" * 32, fails=True)
NOTED = Found(ONE._replace(code="narrowed", level=Level.NOTE, line=0, column=0), "", "1" * 32, fails=False)
REPORT = Report((FOUND, NOTED), ("docs/p.md", "docs/other.md"))
NONE = Report((), ("docs/p.md",))

HOSTILE = Problem(
    "unknown-peer",
    Level.WARNING,
    "a,b:c%\r\n::error::.md",
    1,
    1,
    "::set-output name=x::\x1b[31m\r\n##[error]y ]]> <b>& \"'|`[z](u)\u202e\ud800 % {0}",
    "::stop-commands::x\n::error::y",
)

TEXTS = st.text(st.characters(exclude_categories=())).filter(bool)
PROBLEMS = st.builds(
    Problem,
    code=st.sampled_from(sorted(rule_texts())),
    level=st.sampled_from(list(Level)),
    path=TEXTS.filter(lambda path: "\0" not in path),
    line=st.integers(0, 9),
    column=st.integers(0, 9),
    message=TEXTS,
    remedy=TEXTS,
)
FOUNDS = st.builds(Found, PROBLEMS, st.text(), st.uuids().map(lambda value: value.hex), st.booleans())


def report(*problems: Problem) -> Report:
    """Return a report of findings that have no line."""
    return Report(tuple(Found(each, "", f"{number:032}", fails=True) for number, each in enumerate(problems)), ())
