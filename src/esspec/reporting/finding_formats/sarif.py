"""Findings as SARIF 2.1.0, for code scanning: with what each code means, and the region of each finding."""

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from esspec import __version__
from esspec.linting.rules_text import RuleText, rule_text, rule_texts
from esspec.problem import printable
from esspec.reporting.finding_report import Found, Report, checkout_paths, worst_first
from esspec.reporting.rule_links import rule_link

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST = 25_000
"""GitHub refuses a file with more results in a run."""

_TOP = "%SRCROOT%"
_TOP_TEXT = "The top of the repository; outside of one, the folder in which esspec was run."
"""Its address is left out, so that equal findings are an equal file on every machine."""


def sarif(report: Report) -> str:
    """Return one SARIF log with one run; only codes that are in it are described, and what is left out is a result."""
    kept = _kept(report)
    named = checkout_paths(kept, "GITHUB_WORKSPACE")
    codes = {code: index for index, code in enumerate(sorted({found.problem.code for found in kept}))}
    driver = {
        "name": "esspec",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code, report.rules_url) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_TOP: {"description": {"text": _TOP_TEXT}}},
        "results": [_result(found, codes, named) for found in kept],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _kept(report: Report) -> tuple[Found, ...]:
    """Return the findings that a run may hold; the last says how many more there are, none of them worse."""
    if len(report.found) <= _MOST:
        return report.found
    ordered = worst_first(report.found)
    first = ordered[_MOST - 1]
    message = f"this report holds the worst {_MOST - 1:,} findings, and {len(ordered) - _MOST + 1:,} more are not in it"
    remedy = "correct those first, or write --format json, which holds all"
    rest = first.problem._replace(code="too-many-findings", message=message, remedy=remedy)
    return (*ordered[: _MOST - 1], first._replace(problem=rest))


def _rule(code: str, rules_url: str) -> dict[str, Any]:
    link = rule_link(rules_url, code)
    named = {"id": code, "helpUri": link} if link else {"id": code}
    text = rule_texts().get(code)  # that of a target of somebody else may be unknown here
    if text is None:
        return named
    return {
        **named,
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


def _result(found: Found, codes: Mapping[str, int], named: Mapping[str, str]) -> dict[str, Any]:
    problem = found.problem
    place: dict[str, Any] = {"artifactLocation": _location(named[problem.path])}
    place["region"] = {"startLine": max(problem.line, 1)}  # GitHub shows no result without one
    if problem.line and problem.column:
        place["region"]["startColumn"] = problem.column
    if problem.line and found.text:
        place["region"]["snippet"] = {"text": found.text}
    return {
        "ruleId": problem.code,
        "ruleIndex": codes[problem.code],
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


def _location(path: str) -> dict[str, str]:
    """Return a path as a URI: relative to the top of the repository, or whole where it is elsewhere."""
    shown = PurePath(path)
    if shown.is_absolute():
        return {"uri": shown.as_uri()}
    uri = quote(shown.as_posix(), errors="surrogateescape")
    return {"uri": uri} if shown.parts[:1] == ("..",) else {"uri": uri, "uriBaseId": _TOP}
