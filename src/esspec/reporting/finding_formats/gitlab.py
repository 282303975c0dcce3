"""Findings as a Code Quality report of GitLab."""

import json

from esspec.problem import Level, printable
from esspec.reporting.finding_report import Found, Report, checkout_path

_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}


def gitlab(report: Report) -> str:
    """Return a JSON array with one entry per finding; what is about a whole file stands at its first line."""
    return json.dumps([_entry(found) for found in report.found], indent=2) + "\n"


def _entry(found: Found) -> dict[str, object]:
    problem = found.problem
    return {
        "description": printable(f"{problem.message} — {problem.remedy}"),
        "check_name": problem.code,
        "fingerprint": found.fingerprint,
        "severity": _SEVERITIES[problem.level],
        "location": {"path": checkout_path(problem.path, "CI_PROJECT_DIR"), "lines": {"begin": max(problem.line, 1)}},
    }
