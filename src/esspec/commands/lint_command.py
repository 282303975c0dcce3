"""What `esspec lint` does once its arguments are read: pages or manifests in, findings out."""

from collections.abc import Sequence

from esspec.answers.sides import SideOptions, load_manifests
from esspec.compiling.loading import PageFile, load_page
from esspec.compiling.page_reading import Reading
from esspec.linting.lint import lint
from esspec.manifests.manifest_files import DEFAULT_NAMESPACE
from esspec.problem import EsspecError, InputProblems, PageProblems, Problem, error, in_order


def lint_words(
    files: Sequence[PageFile], manifests: Sequence[str], options: SideOptions, *, with_ignores: bool
) -> tuple[Problem, ...]:
    """Return all findings about pages, and about manifests by the words that name them.

    Raises EsspecError with the findings of all that cannot be read.
    """
    if not files and not manifests:
        remedy = "name pages or manifests, or use --explain CODE"
        raise InputProblems([error("usage", "lint", (0, 0), "no page is named", remedy)])
    readings, stopped = _readings(files)
    found: tuple[Problem, ...] = ()
    if manifests:
        from esspec.manifests.manifest_lint import lint_manifests  # noqa: PLC0415 - most runs are about pages

        try:
            texts = load_manifests(manifests, options) or ()
            found = lint_manifests(texts, options.namespace or DEFAULT_NAMESPACE)
        except EsspecError as unread:
            stopped.append(unread)
    _stop(stopped)
    return in_order([*lint(readings, with_ignores=with_ignores), *found])


def _readings(files: Sequence[PageFile]) -> tuple[list[Reading], list[EsspecError]]:
    """Return the pages that can be read, and why others cannot."""
    readings: list[Reading] = []
    stopped: list[EsspecError] = []
    for file in files:
        try:
            readings.append(load_page(file))
        except EsspecError as found:
            stopped.append(found)
    return readings, stopped


def _stop(stopped: Sequence[EsspecError]) -> None:
    if stopped:
        is_unread = any(found.exit_code == InputProblems.exit_code for found in stopped)
        stop = InputProblems if is_unread else PageProblems
        raise stop([problem for found in stopped for problem in found.problems])
