"""What `esspec diff` does once its arguments are read: two sides in, their difference by meaning out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from esspec.answers import diff_formats
from esspec.answers.diff_answer import Answer, PartedAnswer, answer, answer_parted
from esspec.answers.remarks import nodes_left_out_of_one
from esspec.answers.sides import SideOptions, load_views
from esspec.answers.since_answer import SinceAnswer, answer_since
from esspec.problem import InputProblems, PageProblems, Problem, error, warning
from esspec.semantics.podtree import MAX_BLOCKS, TooManyBlocks
from esspec.semantics.views import View

WRITERS: Mapping[str, Callable[[Answer], str]] = {
    "txt": diff_formats.text,
    "md": diff_formats.markdown,
    "json": diff_formats.as_json,
    "csv": diff_formats.csv,
}


class DiffRequest(NamedTuple):
    """The options of `esspec diff`; `one` and `other` name its sides."""

    one: str
    other: str
    options: SideOptions
    output_format: str = "txt"
    only_widening: bool = False
    with_reasons: bool = False


class Diffed(NamedTuple):
    """What there is to say: data, a line that sums it up, findings, what was passed over, and the exit code."""

    data: str
    summary: str
    problems: tuple[Problem, ...]
    skipped: Mapping[str, int]
    exit_code: int


def diff_sides(request: DiffRequest) -> Diffed:
    """Return the difference of two sides: exit 1 where there is one, or only where something is opened.

    Raises InputProblems (exit 2) for all that keeps the sides from being compared, content with errors too: as of
    `kubectl diff`, exit 1 says that they were, and differ.
    """
    try:
        one, other = load_views(request.one, request.other, request.options)
    except PageProblems as stopped:
        raise InputProblems(stopped.problems) from None
    found = compared(one.view, other.view, with_reasons=request.with_reasons)
    problems = [problem for side in (one, other) for problem in side.problems]
    if request.with_reasons:
        problems += (_no_reasons(side.view) for side in (one, other) if not any(side.view.reasons.values()))
    problems += one.placed(other.placed(nodes_left_out_of_one(one.view, other.view)))
    is_different = found.widens if request.only_widening else found.is_different
    return Diffed(
        WRITERS[request.output_format](found),
        diff_formats.summary(found),
        tuple(dict.fromkeys(problems)),
        Counter(one.skipped) + Counter(other.skipped),
        int(is_different),
    )


def compared(one: View, other: View, *, with_reasons: bool) -> Answer:
    """Return how two sides differ. Raises InputProblems (exit 2) where there is too much to be compared."""
    with _bounded(one, other):
        return answer(one, other, with_reasons=with_reasons)


def compared_parted(page: View, manifests: View) -> PartedAnswer:
    """Return how manifests differ from a page, in parts. Raises as `compared` does."""
    with _bounded(page, manifests):
        return answer_parted(page, manifests)


def compared_since(then: View, now: View) -> SinceAnswer:
    """Return how a page differs from what it was. Raises as `compared` does."""
    with _bounded(then, now):
        return answer_since(then, now)


@contextmanager
def _bounded(one: View, other: View) -> Iterator[None]:
    try:
        yield
    except (TooManyBlocks, RecursionError):  # the latter for a selector on a thousand keys
        message = f"the selectors cross each other in more than {MAX_BLOCKS} ways, too many to compare"
        remedy = "tell workloads apart by one label key"
        raise InputProblems(
            [error("too-many-classes", f"{one.shown} and {other.shown}", (0, 0), message, remedy)]
        ) from None


def _no_reasons(view: View) -> Problem:
    message, remedy = "nothing here carries a reason, so that all reasons differ", "leave --reasons away"
    return warning("no-reasons", view.shown, (0, 0), message, remedy)
