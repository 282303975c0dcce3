"""Findings as a JUnit report: a test case per finding, and one that passes per page without any."""

from collections import Counter
from collections.abc import Iterator
from html import escape

from esspec.problem import printable
from esspec.reporting.finding_report import Found, Report, reported_path, without_lines


def junit(report: Report) -> str:
    """Return the report as XML; a finding that does not make the exit code 1 passes, with its text as output."""
    failures = sum(found.fails for found in report.found)
    cases = list(_cases(report))
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="esspec" {counts}>',
        f'  <testsuite name="esspec" {counts} skipped="0">',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _cases(report: Report) -> Iterator[str]:
    with_findings = {found.problem.path for found in report.found}
    for page in report.pages:
        if page not in with_findings:
            yield f'    <testcase classname="{_xml(reported_path(page))}" name="esspec" />'
    seen: Counter[tuple[str, ...]] = Counter()
    for found in report.found:
        problem = found.problem
        what = (_xml(reported_path(problem.path)), problem.code, _xml(without_lines(problem.message)))
        seen[what] += 1
        yield _case(found, what, seen[what])


def _case(found: Found, what: tuple[str, str, str], count: int) -> str:
    """Return a test case; its name has no numbers of lines, because readers know by it what failed before."""
    file, code, said_without_lines = what
    name = f"{code}: {said_without_lines}" if count == 1 else f"{code} ({count}): {said_without_lines}"
    problem = found.problem
    place = ":".join(str(number) for number in (problem.line, problem.column) if number)
    message = f"{place}: {problem.message}" if place else problem.message
    said = (
        f'<failure type="{problem.level}" message="{_xml(message)}">{_xml(str(problem))}</failure>'
        if found.fails
        else f"<system-out>{_xml(str(problem))}</system-out>"
    )
    return f'    <testcase classname="{file}" name="{name}">{said}</testcase>'


def _xml(words: str) -> str:
    """Return text that stays text in XML; what XML cannot hold is no printable character either."""
    return escape(printable(words))
