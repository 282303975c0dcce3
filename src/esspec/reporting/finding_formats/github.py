"""Findings as workflow commands of GitHub Actions, which show them beside the lines of a change."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from esspec.problem import Level, Problem, printable
from esspec.reporting.finding_report import Report, checkout_paths, worst_first

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_MOST = 10
"""GitHub shows so many annotations of each level per step, and drops the others."""
_LONGEST = 4000
_WITHIN_LINE = re.compile(r"[^\r\n]+")


def github(report: Report) -> str:
    """Return a command for each of the first ten findings of a level, the worst first; the others as plain lines."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    problems = [found.problem for found in worst_first(report.found)]
    told: Counter[Level] = Counter()
    rest: list[Problem] = []
    named = checkout_paths(report.found, "GITHUB_WORKSPACE")
    for problem in problems:
        told[problem.level] += 1
        if told[problem.level] <= _MOST:
            yield _command(problem, named)
        else:
            rest.append(problem)
    yield from map(str, rest)


def _command(problem: Problem, named: Mapping[str, str]) -> str:
    properties = {"title": f"esspec {problem.code}", "file": named[problem.path]}
    if problem.line:
        properties["line"] = str(problem.line)
    if problem.line and problem.column:
        properties["col"] = str(problem.column)
    said = f"{problem.message} — {problem.remedy}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[problem.level]} {listed}::{_data(said[:_LONGEST])}"


def _data(words: str) -> str:
    """Return text that the runner reads back as it is: percent signs and line ends escaped, no other control."""
    shown = _WITHIN_LINE.sub(lambda found: printable(found[0]), words)
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
