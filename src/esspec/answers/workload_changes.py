"""Workloads and externals that are not the same on both sides: in one only, called otherwise, or told apart otherwise.

What changes for ends with the labels that a workload no longer has, or did not have before, is said here in one word
each, and not flow by flow.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from esspec.semantics.difference import Difference, touched
from esspec.semantics.ground import Ground
from esspec.semantics.views import KnownPods

if TYPE_CHECKING:
    from esspec.model import External


class WorkloadChange(NamedTuple):
    """One workload or external: its names on both sides, None where it is not there.

    `by` is what connects the names: name, alias or labels. `a_labels` and `b_labels` say how it is told apart; of an
    external its role and addresses. With `more` an end that is told apart by the labels of one side only is allowed
    more on the second side, with `less` it is allowed less.
    """

    a: str | None
    b: str | None
    by: str
    a_labels: str
    b_labels: str
    more: bool
    less: bool


def workload_changes(found: Difference) -> tuple[WorkloadChange, ...]:
    """Return all that is to be said of workloads and externals, in the order of the first side."""
    ends = (touched(found.added), touched(found.removed))
    return (*_workloads(found.ground, ends), *_externals(found.ground, ends))


def _workloads(ground: Ground, touched_ends: tuple[int, int]) -> Iterator[WorkloadChange]:
    one, other = (sight.view for sight in ground.sights)
    is_alike = (one.page is None) == (other.page is None)
    for number, (mine, theirs, by) in enumerate(ground.connections):
        is_alone = None in (mine, theirs) and bool(one.pods and other.pods)
        is_renamed = is_alike and mine is not None and theirs is not None and mine.name != theirs.name
        end = ground.workloads.get(number)
        if end is not None or is_alone or is_renamed:
            left = ground.left[end] if end is not None else 0
            names = (mine.name if mine else None, theirs.name if theirs else None)
            more, less = (bool(left & ends) for ends in touched_ends)
            yield WorkloadChange(*names, by, _labels(mine), _labels(theirs), more, less)


def _externals(ground: Ground, touched_ends: tuple[int, int]) -> Iterator[WorkloadChange]:
    sides = [{external.name: _addresses(external) for external in sight.view.externals} for sight in ground.sights]
    for name, mask in ground.externals[0].items():
        end = mask.bit_length() - 1
        if end in ground.moved:
            more, less = (bool(ground.left[end] & ends) for ends in touched_ends)
            yield WorkloadChange(name, name, "name", sides[0][name], sides[1][name], more, less)


def _addresses(external: "External") -> str:
    return " ".join((external.role, *external.addresses))


def _labels(pods: KnownPods | None) -> str:
    return ", ".join(f"{key.name or key.kind}={value}" for key, value in sorted(pods.values.items())) if pods else ""
