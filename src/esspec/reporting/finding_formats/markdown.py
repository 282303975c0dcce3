"""Findings as a Markdown table, for the summary of a CI job or a pull request."""

from collections.abc import Iterator

from esspec.linting.lint import summary
from esspec.reporting.finding_report import Report, reported_path, worst_first
from esspec.reporting.rule_links import rule_link
from esspec.text.inert import markdown_cell

_LONGEST = 900_000
"""GitHub takes a summary of one MiB per step; a longer one is dropped as a whole."""


def markdown(report: Report) -> str:
    """Return a line that sums up, and a table with a row per finding, the worst first; what is cut off is counted."""
    problems = [found.problem for found in report.found]
    lines = [f"esspec: {summary(problems)}"]
    rows = list(_rows(report))
    size = 0
    kept = []
    for row in rows:
        size += len(row.encode("utf-8", "backslashreplace"))
        if size > _LONGEST:
            break
        kept.append(row)
    if rows:
        lines += ["", "| Level | Where | Finding | Remedy | Code |", "|---|---|---|---|---|", *kept]
    if len(kept) < len(rows):
        lines += ["", f"and {len(rows) - len(kept)} more, which are too many to show here"]
    return "".join(f"{line}\n" for line in lines)


def _rows(report: Report) -> Iterator[str]:
    for found in worst_first(report.found):
        problem = found.problem
        numbers = (str(number) for number in (problem.line, problem.column) if number)
        where = ":".join((reported_path(problem.path), *numbers))
        cells = map(markdown_cell, (problem.level.value, where, problem.message, problem.remedy))
        yield f"| {' | '.join((*cells, _code(problem.code, report.rules_url)))} |"


def _code(code: str, rules_url: str) -> str:
    """Return a code, as a link where its page has an address; in that only an entity could mean something else."""
    link = rule_link(rules_url, code).replace("&", "&amp;")
    return f"[{markdown_cell(code)}](<{link}>)" if link else markdown_cell(code)
