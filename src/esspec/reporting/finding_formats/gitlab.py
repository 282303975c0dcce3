"""Findings as a Code Quality report of GitLab."""

import json
from collections.abc import Mapping

from esspec.problem import Level, printable
from esspec.reporting.finding_report import Found, Report, checkout_paths

_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}


def gitlab(report: Report) -> str:
    """Return a JSON array with one entry per finding; what is about a whole file stands at its first line."""
    named = checkout_paths(report.found, "CI_PROJECT_DIR")
    return json.dumps([_entry(found, named) for found in report.found], indent=2) + "\n"


def _entry(found: Found, named: Mapping[str, str]) -> dict[str, object]:
    problem = found.problem
    return {
        "description": printable(f"{problem.message} — {problem.remedy}"),
        "check_name": problem.code,
        "fingerprint": found.fingerprint,
        "severity": _SEVERITIES[problem.level],
        "location": {"path": named[problem.path], "lines": {"begin": max(problem.line, 1)}},
    }
