"""What the page says at the other end of a connection, for the reviewer of the table.

The rules are indexed once, by workload, direction, whom they name, and protocol. A question then costs a few
look-ups in sorted port intervals.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from esspec.model import (
    FIRST_PORT,
    LAST_PORT,
    AllowAll,
    AllowNone,
    AllowOnly,
    Anyone,
    Direction,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    Rule,
    Selector,
    Workload,
    WorkloadPeer,
)
from esspec_csv.intervals import Span, Stated, Statements, covers, grown

MOST_LINES = 8
_BACK = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


class Flow(NamedTuple):
    """A connection of `subject` in `direction` with the workload `peer`, on the ports `first` to `last`."""

    subject: str
    direction: Direction
    peer: str
    protocol: str
    first: int
    last: int


class Whom(NamedTuple):
    """Whom a rule names: one workload, the instance, or anyone."""

    kind: str
    name: str = ""


ANYONE, INSTANCE = Whom("anyone"), Whom("instance")

Key = tuple[str, Direction, Whom, str]
"""The rules of a workload in one direction that name somebody, in one protocol."""


class OtherSide:
    """The rules of a page, to be asked from the other end."""

    def __init__(self, policies: PolicySet) -> None:
        self._said: dict[tuple[str, Direction], str] = {}
        self._stated: defaultdict[Key, list[Stated]] = defaultdict(list)
        self._members = frozenset(
            w.name for w in policies.workloads if policies.instance and _within(w.subject, policies.instance)
        )
        self._statements: dict[Key, Statements] = {}
        self._grown: dict[tuple[Key, Key], Sequence[Span]] = {}
        for workload in policies.workloads:
            for direction in Direction:
                self._index(workload, direction)

    def says(self, flow: Flow) -> str:
        """Return in words what the rules of the peer say of the flow.

        `line 28` or `lines 28, 41` where these together permit all of it, `in part: line 28`, `not permitted`;
        `any (line 5)`, `none (line 5)` or `not isolated` where the page has no rules there.
        """
        back = _BACK[flow.direction]
        if said := self._said.get((flow.peer, back)):
            return said
        named_key = (flow.peer, back, Whom("workload", flow.subject), flow.protocol)
        shared = INSTANCE if flow.subject in self._members else ANYONE
        shared_key = (flow.peer, back, shared, flow.protocol)
        named, others = self._statements_of(named_key), self._statements_of(shared_key)
        lines = sorted({*named.lines(flow.first, flow.last), *others.lines(flow.first, flow.last)})
        if not lines:
            return "not permitted"
        if (named_key, shared_key) not in self._grown:
            self._grown[named_key, shared_key] = grown(named.spans, others.spans)
        whole = covers(others.spans, flow.first, flow.last) or covers(
            self._grown[named_key, shared_key], flow.first, flow.last
        )
        return _listed(lines) if whole else f"in part: {_listed(lines)}"

    def _index(self, workload: Workload, direction: Direction) -> None:
        allowance = workload.allowance(direction)
        if isinstance(allowance, AllowOnly):
            for rule in allowance.rules:
                stated = _stated(rule)
                for whom in {whom for peer in rule.peers for whom in _whom(peer)}:
                    self._stated[workload.name, direction, whom, rule.protocol.value] += stated
        elif isinstance(allowance, AllowAll):
            self._said[workload.name, direction] = f"any (line {allowance.line})"
        elif isinstance(allowance, AllowNone):
            self._said[workload.name, direction] = f"none (line {allowance.line})"
        else:
            self._said[workload.name, direction] = "not isolated"

    def _statements_of(self, key: Key) -> Statements:
        if key not in self._statements:
            self._statements[key] = Statements(self._stated.get(key, ()), MOST_LINES + 1)
        return self._statements[key]


def _stated(rule: Rule) -> list[Stated]:
    if rule.ports == "all":
        return [Stated(FIRST_PORT, LAST_PORT, rule.line)]
    return [Stated(p.first, p.last, rule.line) for p in rule.ports]


def _whom(peer: Peer) -> Iterator[Whom]:
    """Yield the keys under which a rule with this peer is found: the members of the instance are anyone too."""
    match peer:
        case WorkloadPeer(workload=name):
            yield Whom("workload", name)
        case InstancePeer():
            yield INSTANCE
        case Anyone():
            yield from (ANYONE, INSTANCE)
        case ExternalPeer():
            return


def _within(subject: Selector, instance: Selector) -> bool:
    """Return whether every pod of `subject` is one of `instance`."""
    return instance.namespace in (None, subject.namespace) and set(instance.labels) <= set(subject.labels)


def _listed(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    shown = ", ".join(map(str, lines[:MOST_LINES]))
    return f"lines {shown} and more" if len(lines) > MOST_LINES else f"lines {shown}"
