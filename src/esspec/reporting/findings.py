"""Findings as JSON: `esspec/findings/1`, and their part of `esspec/page/1`."""

import json
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from esspec.problem import Level, Problem
from esspec.value import Value


class Finding(Value):
    """One finding; line and column count from 1, and are 0 for the file as a whole."""

    code: str
    level: Level
    path: str
    line: int
    column: int
    message: str
    remedy: str


class ReportedFinding(Finding):
    """A finding of `lint` or `check`, with the fingerprint that all formats have; lines that move do not change it."""

    fingerprint: str = Field(pattern="^[0-9a-f]{32}$")


class Findings(Value):
    """The JSON form of findings: of `lint` and `check`; without fingerprints, of `--error-format json`."""

    schema_: Literal["esspec/findings/1"] = Field(default="esspec/findings/1", alias="schema")
    findings: tuple[ReportedFinding, ...] | tuple[Finding, ...]

    def as_json(self) -> str:
        """Return the document, in ASCII: a path may be no Unicode."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=2) + "\n"


def as_reported(problems: Iterable[tuple[Problem, str]]) -> tuple[ReportedFinding, ...]:
    """Return findings with their fingerprints in the form that is printed."""
    return tuple(ReportedFinding(**problem._asdict(), fingerprint=each) for problem, each in problems)


def as_findings(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Return findings in the form that is printed."""
    return tuple(Finding(**problem._asdict()) for problem in problems)
