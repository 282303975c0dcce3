"""Findings in reviewdog's diagnostic format."""

import json

from esspec.problem import Level, printable
from esspec.reporting.finding_report import Found, Report, reported_path
from esspec.reporting.rule_links import rule_link

_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}


def rdjson(report: Report) -> str:
    """Return one JSON document; its columns count bytes of UTF-8, as the format asks."""
    diagnostics = [_diagnostic(found, report.rules_url) for found in report.found]
    document = {"source": {"name": "esspec"}, "diagnostics": diagnostics}
    return json.dumps(document, indent=2) + "\n"


def _diagnostic(found: Found, rules_url: str) -> dict[str, object]:
    problem = found.problem
    # From the working folder: reviewdog, which is run in it, adds where that is in the repository.
    location: dict[str, object] = {"path": reported_path(problem.path)}
    if problem.line:
        start = {"line": problem.line}
        if problem.column:
            start["column"] = len(found.text[: problem.column - 1].encode("utf-8", "replace")) + 1
        location["range"] = {"start": start}
    link = rule_link(rules_url, problem.code)
    return {
        "message": printable(f"{problem.message} — {problem.remedy}"),
        "location": location,
        "severity": _SEVERITIES[problem.level],
        "code": {"value": problem.code, **({"url": link} if link else {})},
        "original_output": str(problem),
    }
