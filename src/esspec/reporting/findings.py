"""Findings as JSON: `esspec/findings/1`, and their part of `esspec/page/1`."""

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


class Findings(Value):
    """The JSON form of findings (`lint --format json`, `--error-format json`)."""

    schema_: Literal["esspec/findings/1"] = Field(default="esspec/findings/1", alias="schema")
    findings: tuple[Finding, ...]


def as_findings(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Return findings in the form that is printed."""
    return tuple(Finding(**problem._asdict()) for problem in problems)
