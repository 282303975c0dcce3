"""The findings of a run of `esspec check`, whose steps do not stop each other."""

import shlex
from collections.abc import Callable, Iterable
from typing import TypeVar

from esspec.problem import EsspecError, InputProblems, Problem

_T = TypeVar("_T")


class Findings:
    """The findings of steps, of which each may stop without stopping the others."""

    def __init__(self, *, has_baseline: bool) -> None:
        self.has_baseline = has_baseline
        self.content: list[Problem] = []
        self.unread: list[Problem] = []
        self.at_manifests = True

    def attempt(self, step: Callable[[], _T], undone: Iterable[Problem] = ()) -> _T | None:
        """Return what a step gives; where it stops, None, and what it says is among the findings.

        What is then `undone` is among them where a baseline may know the others.
        """
        try:
            return step()
        except EsspecError as stopped:
            told = map(_for_check, stopped.problems)
            if stopped.exit_code == InputProblems.exit_code:
                self.unread += told
            else:
                self.content += (*told, *(undone if self.has_baseline else ()))
            return None


def _for_check(problem: Problem) -> Problem:
    """Return a finding with a remedy that names no option of other commands."""
    if problem.code != "no-binding":
        return problem
    return problem._replace(remedy=f"run esspec init {shlex.quote(problem.path)}, or name one with --binding FILE")
