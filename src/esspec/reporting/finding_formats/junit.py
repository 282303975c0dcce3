"""Findings as a JUnit report: a test case per finding, and one that passes per page without any."""

from collections.abc import Iterator
from html import escape

from esspec.problem import printable
from esspec.reporting.finding_report import Found, Report, reported_path


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
    for found in report.found:
        yield _case(found)


def _case(found: Found) -> str:
    problem = found.problem
    place = ":".join(str(number) for number in (problem.line, problem.column) if number)
    name = f"{problem.code} {place}".rstrip()
    said = (
        f'<failure type="{problem.level}" message="{_xml(problem.message)}">{_xml(str(problem))}</failure>'
        if found.fails
        else f"<system-out>{_xml(str(problem))}</system-out>"
    )
    return f'    <testcase classname="{_xml(reported_path(problem.path))}" name="{name}">{said}</testcase>'


def _xml(words: str) -> str:
    """Return text that stays text in XML; what XML cannot hold is no printable character either."""
    return escape(printable(words))
