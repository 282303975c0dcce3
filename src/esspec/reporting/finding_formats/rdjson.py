"""Findings in reviewdog's diagnostic format."""

import json

from esspec.problem import Level, printable
from esspec.reporting.finding_report import Found, Report, reported_path

_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}


def rdjson(report: Report) -> str:
    """Return one JSON document; its columns count bytes of UTF-8, as the format asks."""
    document = {"source": {"name": "esspec"}, "diagnostics": [_diagnostic(found) for found in report.found]}
    return json.dumps(document, indent=2) + "\n"


def _diagnostic(found: Found) -> dict[str, object]:
    problem = found.problem
    location: dict[str, object] = {"path": reported_path(problem.path)}
    if problem.line:
        start = {"line": problem.line}
        if problem.column:
            start["column"] = len(found.text[: problem.column - 1].encode("utf-8", "replace")) + 1
        location["range"] = {"start": start}
    return {
        "message": printable(f"{problem.message} — {problem.remedy}"),
        "location": location,
        "severity": _SEVERITIES[problem.level],
        "code": {"value": problem.code},
        "original_output": str(problem),
    }
