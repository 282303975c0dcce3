"""What the page says at the other end of a connection, for the reviewer of the table.

The rules are indexed once, by workload, direction, whom they name, and protocol. A question then costs a few
look-ups in sorted port intervals.
"""

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from esspec.model import (
    AllowAll,
    AllowNone,
    AllowOnly,
    Anyone,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    Rule,
    Selector,
    Unspecified,
    Workload,
    WorkloadPeer,
)
from esspec.terms import FIRST_PORT, LAST_PORT, Direction
from esspec_csv.intervals import Span, Stated, Statements, covers, grown, joined

MOST_LINES = 8
FEW = 16
_BACK = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


class Flow(NamedTuple):
    """A connection of `subject` in `direction` with the workload `peer`, on the ports `first` to `last`."""

    subject: str
    direction: Direction
    peer: str
    protocol: str
    first: int
    last: int


Whom = tuple[str, str]
"""Whom a rule names: ("workload", its name), the instance, or anyone."""

ANYONE, INSTANCE = ("anyone", ""), ("instance", "")

Key = tuple[str, Direction, Whom, str]
"""The rules of a workload in one direction that name somebody, in one protocol."""


class OtherSide:
    """The rules of a page, to be asked from the other end."""

    def __init__(self, policies: PolicySet) -> None:
        self._said: dict[tuple[str, Direction], str] = {}
        self._stated: dict[Key, list[Stated]] = {}
        self._members = frozenset(
            w.name for w in policies.workloads if policies.instance and _within(w.subject, policies.instance)
        )
        self._statements: dict[Key, Statements] = {}
        self._grown: dict[tuple[Key, Key], list[Span]] = {}
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
        shared = INSTANCE if flow.subject in self._members else ANYONE
        keys = (
            (flow.peer, back, ("workload", flow.subject), flow.protocol),
            (flow.peer, back, shared, flow.protocol),
        )
        named, others = self._stated.get(keys[0], ()), self._stated.get(keys[1], ())
        few = len(named) + len(others) <= FEW
        lines, whole = _read(named, others, flow) if few else self._looked_up(keys, flow)
        if not lines:
            return "not permitted"
        return _listed(lines) if whole else f"in part: {_listed(lines)}"

    def _index(self, workload: Workload, direction: Direction) -> None:
        allowance = workload.allowance(direction)
        match allowance:
            case AllowOnly(rules=rules):
                for rule in rules:
                    stated = _stated(rule)
                    protocol = rule.protocol.value
                    for whom in dict.fromkeys(whom for peer in rule.peers for whom in _whom(peer)):
                        self._stated.setdefault((workload.name, direction, whom, protocol), []).extend(stated)
            case AllowAll(line=line):
                self._said[workload.name, direction] = f"any (line {line})"
            case AllowNone(line=line):
                self._said[workload.name, direction] = f"none (line {line})"
            case Unspecified():
                self._said[workload.name, direction] = "not isolated"
            case _:
                assert_never(allowance)

    def _looked_up(self, keys: tuple[Key, Key], flow: Flow) -> tuple[Sequence[int], bool]:
        """Return what `_read` returns, from the index."""
        named, others = map(self._statements_of, keys)
        if keys not in self._grown:
            self._grown[keys] = grown(named.spans, others.spans)
        first, last = flow.first, flow.last
        lines = sorted({*named.lines(first, last), *others.lines(first, last)})
        return lines, covers(others.spans, first, last) or covers(self._grown[keys], first, last)

    def _statements_of(self, key: Key) -> Statements:
        if key not in self._statements:
            self._statements[key] = Statements(self._stated.get(key, ()), MOST_LINES + 1)
        return self._statements[key]


def _read(named: Sequence[Stated], others: Sequence[Stated], flow: Flow) -> tuple[Sequence[int], bool]:
    """Return the lines that permit any port of the flow, sorted, and whether they permit all of it."""
    found = [s for s in (*named, *others) if s[0] <= flow.last and flow.first <= s[1]]
    if len(found) == 1:
        first, last, line = found[0]
        return (line,), first <= flow.first and flow.last <= last
    spans = joined((first, last) for first, last, _ in found)
    return sorted({line for _, _, line in found}), covers(spans, flow.first, flow.last)


def _stated(rule: Rule) -> list[Stated]:
    if rule.ports == "all":
        return [(FIRST_PORT, LAST_PORT, rule.line)]
    return [(p.first, p.last, rule.line) for p in rule.ports]


def _whom(peer: Peer) -> tuple[Whom, ...]:
    """Return the keys under which a rule with this peer is found: members of the instance are anyone too."""
    match peer:
        case WorkloadPeer(workload=name):
            return (("workload", name),)
        case InstancePeer():
            return (INSTANCE,)
        case Anyone():
            return (ANYONE, INSTANCE)
        case ExternalPeer():
            return ()
        case _:
            assert_never(peer)


def _within(subject: Selector, instance: Selector) -> bool:
    """Return whether every pod of `subject` is one of `instance`."""
    return instance.namespace in (None, subject.namespace) and set(instance.labels) <= set(subject.labels)


def _listed(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    shown = ", ".join(map(str, lines[:MOST_LINES]))
    return f"lines {shown} and more" if len(lines) > MOST_LINES else f"lines {shown}"
