"""The answer of `esspec diff`, as values that every format prints."""

from typing import NamedTuple

from esspec.answers.changes import ADDED, REMOVED, Change, changes
from esspec.answers.page_ends import parted
from esspec.answers.reason_changes import ReasonChange, reason_changes
from esspec.answers.workload_changes import WorkloadChange, workload_changes
from esspec.semantics.difference import Difference, difference
from esspec.semantics.views import View


class Answer(NamedTuple):
    """How two sides, `a` and `b`, differ. `equal` is about flows, those of pods that nobody named among them.

    `titles` say what is removed and what is added; beside a page in the words of documentation.
    """

    a: str
    b: str
    titles: tuple[str, str]
    equal: bool
    widens: bool
    changes: tuple[Change, ...]
    reasons: tuple[ReasonChange, ...]
    workloads: tuple[WorkloadChange, ...]

    @property
    def is_different(self) -> bool:
        """Return whether there is anything to show but workloads with other names."""
        return not self.equal or bool(self.reasons)

    def changed(self, word: str) -> tuple[Change, ...]:
        """Return what is removed, or what is added."""
        return tuple(change for change in self.changes if change.change == word)


def answer(one: View, other: View, *, with_reasons: bool) -> Answer:
    """Return how two sides differ. Raises podtree.TooManyBlocks where there is too much to be compared."""
    return answer_of(difference(one, other), with_reasons=with_reasons)


class PartedAnswer(NamedTuple):
    """How manifests differ from a page: at its workloads, where only the other end denies, and between others."""

    of_page: Answer
    at_other_end: Answer
    of_others: Answer


def answer_parted(page: View, manifests: View) -> PartedAnswer:
    """Return how manifests differ from a page, in parts. Raises as `answer` does."""
    return PartedAnswer(*map(answer_of, parted(difference(page, manifests))))


def answer_of(found: Difference, *, with_reasons: bool = False) -> Answer:
    """Return a difference in words."""
    one, other = (sight.view for sight in found.ground.sights)
    return Answer(
        a=one.shown,
        b=other.shown,
        titles=_titles(one, other),
        equal=found.is_empty,
        widens=bool(found.added.rows),
        changes=changes(found),
        reasons=reason_changes(found) if with_reasons else (),
        workloads=workload_changes(found),
    )


def _titles(one: View, other: View) -> tuple[str, str]:
    if (one.page is None) == (other.page is None):
        return REMOVED, ADDED
    documented, enforced = "documented, not enforced", "enforced, not documented"
    return (documented, enforced) if one.page else (enforced, documented)
