"""How a page differs from what it was: the pods of workloads that it no longer describes are looked at all the same.

Policies that go leave their pods open. `esspec diff` says of a workload that one side does not have that it has no
flows there; beside what was, that would call narrower what is open.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from esspec.answers.changes import ADDED, Change
from esspec.answers.diff_answer import Answer, answer_of
from esspec.semantics.connected import connections
from esspec.semantics.difference import Difference, difference
from esspec.semantics.flows import Flows
from esspec.semantics.views import KnownPods, View
from esspec.terms import Direction


class Unisolated(NamedTuple):
    """Pods that were isolated in `directions` and are not any more; `place` is empty where the page has them not.

    `by` is where the policies stood that isolated them.
    """

    name: str
    directions: tuple[Direction, ...]
    place: str
    by: frozenset[str]


class SinceAnswer(NamedTuple):
    """What changed. What was denied by nothing but the isolation that pods have lost is not among the changes."""

    answer: Answer
    unisolated: tuple[Unisolated, ...]


def answer_since(then: View, now: View) -> SinceAnswer:
    """Return what changed from one state of a page to another. Raises podtree.TooManyBlocks as `answer` does."""
    gone = tuple(each.one for each in connections(then, now) if each.one and not each.other)
    found = difference(then, now._replace(pods=(*now.pods, *gone)))
    unisolated = tuple(_unisolated(found, gone))
    answer = answer_of(found)
    changes = tuple(change for change in answer.changes if not _is_told(change, unisolated))
    return SinceAnswer(answer._replace(changes=changes), unisolated)


def newly_accepted(then: View, now: View) -> Iterator[str]:
    """Yield a sentence per imprecision of a target that the binding accepts now, and did not.

    No flow of the page says so: only the files of that target open more. An external may have another name now.
    """
    by_name = {external.name: external.accepts for external in then.externals}
    by_content = {(external.role, external.addresses): external.accepts for external in then.externals}
    for external in now.externals:
        content = external.role, external.addresses
        former = by_name[external.name] if external.name in by_name else by_content.get(content, ())
        for target, word in external.accepts:
            if (target, word) not in former:
                said = f'{external.origin}: {target} = "{word}"'
                yield f"{target} admits every node in place of '{external.name}' ({said})"


def _unisolated(found: Difference, gone: tuple[KnownPods, ...]) -> Iterator[Unisolated]:
    ground = found.ground
    then = ground.sights[0].view
    by: dict[str, set[str]] = defaultdict(set)
    for policy, file in then.policies:
        by[policy.name].add(then.place(file, policy.line))
    for number, connection in enumerate(ground.connections):
        if connection.one and connection.other:
            end = ground.workloads.get(number, ground.sights[0].class_of(connection.one))
            lost = tuple(way for way in Direction if _is_lost(found, end, way))
            if lost:
                is_gone = any(connection.other is pods for pods in gone)
                name, place = connection.one.name, "" if is_gone else connection.other.place
                yield Unisolated(name, lost, place, frozenset(by[name]))


def _is_lost(found: Difference, end: int, direction: Direction) -> bool:
    """Return whether an end was isolated, is not now, and is allowed more by that."""
    places = (found.ground.place(end, side) for side in (0, 1))
    was, remains = (
        (place, direction) in sight.meaning.sides for place, sight in zip(places, found.ground.sights, strict=True)
    )
    return was and not remains and _has(found.added, end, direction)


def _has(flows: Flows, end: int, direction: Direction) -> bool:
    if direction is Direction.EGRESS:
        return end in flows.rows
    return any(segment.peers >> end & 1 for row in flows.rows.values() for segment in row)


def _is_told(change: Change, unisolated: tuple[Unisolated, ...]) -> bool:
    """Return whether a change is no more than that the pods at its ends are open."""
    ends = {Direction.EGRESS: change.src, Direction.INGRESS: change.dst}
    lost = [pods for pods in unisolated if any(ends[way] == pods.name for way in pods.directions)]
    left = set(change.denied_by).difference(*(pods.by for pods in lost))
    return change.change == ADDED and bool(lost) and not left
