"""Findings as SARIF 2.1.0, for code scanning: with what each code means, and the region of each finding."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from esspec import __version__
from esspec.linting.rules_text import RuleText, rule_text, rule_texts
from esspec.problem import printable
from esspec.reporting.finding_report import Found, Report, reported_path

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report) -> str:
    """Return one SARIF log with one run; only codes that were found are described in it."""
    codes = sorted({found.problem.code for found in report.found})
    driver = {
        "name": "esspec",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, codes) for found in report.found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    text = rule_texts().get(code)  # that of a target of somebody else may be unknown here
    if text is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": f"{text.what.partition('. ')[0].rstrip('.')}."},
        "fullDescription": {"text": text.what},
        "help": {"text": rule_text(code), "markdown": _help(text)},
        "defaultConfiguration": {"level": text.levels[0].value},
    }


def _help(text: RuleText) -> str:
    parts = [text.what]
    if text.why:
        parts.append(f"**Why it matters:** {text.why}")
    if text.example:
        parts.append(f"~~~~text\n{text.example}~~~~")
    if text.mend:
        parts.append(f"**To mend it:** {text.mend}")
    parts.append(f"More: `esspec rules {text.code}`")
    return "\n\n".join(parts)


def _result(found: Found, codes: Sequence[str]) -> dict[str, Any]:
    problem = found.problem
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(problem.path)}}
    if problem.line:
        column = {"startColumn": problem.column} if problem.column else {}
        snippet = {"snippet": {"text": found.text}} if found.text else {}
        place["region"] = {"startLine": problem.line, **column, **snippet}
    return {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": problem.level.value,
        "message": {"text": _message(f"{problem.message} — {problem.remedy}")},
        "locations": [{"physicalLocation": place}],
        # GitHub compares the first, other readers any.
        "partialFingerprints": {"primaryLocationLineHash": f"{found.fingerprint}:1", "esspec/v1": found.fingerprint},
    }


def _message(words: str) -> str:
    """Return text in which nothing is a link: brackets before a parenthesis would be one."""
    shown = printable(words)
    return shown.replace("[", "\\[").replace("]", "\\]") if "](" in shown else shown


def _uri(path: str) -> str:
    """Return a path as a URI: relative to the working folder, or whole where it leads out of it."""
    shown = PurePath(reported_path(path))
    return shown.as_uri() if shown.is_absolute() else quote(shown.as_posix(), errors="surrogateescape")
