"""What is found while names are resolved: errors, so many at most, and words that a binding could explain."""

from typing import TYPE_CHECKING

from esspec.problem import MAX_FINDINGS, Problem, error, too_many

if TYPE_CHECKING:
    from esspec.compiling.resolved import Unknown


class Report:
    """The errors and unknown words of one page, in the order in which they were found."""

    def __init__(self, path: str) -> None:
        """`path` is the page's."""
        self._path = path
        self._is_full = False
        self.problems: list[Problem] = []
        self.unknown: list[Unknown] = []

    def problem(self, code: str, at: tuple[int, int], message: str, remedy: str) -> None:
        """Add an error, or the one that says there are too many."""
        if len(self.problems) < MAX_FINDINGS:
            self.problems.append(error(code, self._path, at, message, remedy))
        elif not self._is_full:
            self._is_full = True
            self.problems.append(too_many(self._path, at))
