"""What `esspec lint` does once its arguments are read: pages in, findings out."""

from collections.abc import Sequence

from esspec.lint import lint
from esspec.loading import PageFile, load_page
from esspec.problem import EsspecError, InputProblems, PageProblems, Problem, error


def lint_pages(files: Sequence[PageFile], *, with_ignores: bool) -> tuple[Problem, ...]:
    """Return all findings about the pages. Raises EsspecError with those of all files that cannot be read."""
    if not files:
        raise InputProblems([error("usage", "lint", (0, 0), "no page is named", "name pages, or use --explain CODE")])
    readings, stopped = [], []
    for file in files:
        try:
            readings.append(load_page(file))
        except EsspecError as found:
            stopped.append(found)
    if stopped:
        is_unread = any(found.exit_code == InputProblems.exit_code for found in stopped)
        stop = InputProblems if is_unread else PageProblems
        raise stop([problem for found in stopped for problem in found.problems])
    return lint(readings, with_ignores=with_ignores)
