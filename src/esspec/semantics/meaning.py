"""What readings mean: per class of pods and direction, which classes may connect on which ports.

This is the one evaluator of the product. A direction that is not isolated is absent from the map: that is "every
flow is allowed", and it is kept apart from an isolated direction that allows everything.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from esspec.semantics.ends import Ends
from esspec.semantics.lifted import Grant, Peers, Policy
from esspec.terms import Direction, Protocol

_ORDER = {protocol: number for number, protocol in enumerate(Protocol)}


class Segment(NamedTuple):
    """Ports `first` to `last` of a protocol, and the classes that may connect on them, as bits."""

    protocol: Protocol
    first: int
    last: int
    peers: int


Side = tuple[Segment, ...]
"""What one isolated direction allows: sorted, disjoint, merged where equal, so that equal meanings are equal values."""


class Meaning(NamedTuple):
    """Per (class of pods, direction) that is isolated, what it allows."""

    sides: dict[tuple[int, Direction], Side]

    def allows(self, subject: int, direction: Direction, flow: tuple[Protocol, int], peer: int) -> bool:
        """Return whether a direction of a class lets `peer` through on (protocol, port)."""
        side = self.sides.get((subject, direction))
        return side is None or any(
            segment.protocol is flow[0] and segment.first <= flow[1] <= segment.last and segment.peers >> peer & 1
            for segment in side
        )


def selectors_of(policies: Iterable[Policy]) -> Iterator[Peers]:
    """Yield every selector that policies use, of subjects and of peers."""
    for policy in policies:
        yield policy.subject
        for direction in policy.isolates:
            for grant in policy.grants(direction):
                yield from grant.peers


def meaning_of(policies: Iterable[Policy], ends: Ends) -> Meaning:
    """Return what policies mean together: their grants add up, and each isolates what it says it does.

    `ends` must have been cut by the selectors of these policies. Linear in grants, and in classes per subject.
    """
    isolating: dict[tuple[int, Direction], list[int]] = defaultdict(list)
    all_policies = tuple(policies)
    for number, policy in enumerate(all_policies):
        for subject in bits(ends.mask(policy.subject)):
            for direction in policy.isolates:
                isolating[subject, direction].append(number)
    sides: dict[tuple[Direction, tuple[int, ...]], Side] = {}
    found: dict[tuple[int, Direction], Side] = {}
    for (subject, direction), numbers in isolating.items():
        together = (direction, tuple(numbers))
        if together not in sides:
            grants = [grant for n in numbers for grant in all_policies[n].grants(direction)]
            sides[together] = side_of(grants, ends)
        found[subject, direction] = sides[together]
    return Meaning(found)


def bits(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def side_of(grants: Iterable[Grant], ends: Ends) -> Side:
    """Return what grants allow together; `ends` must have been cut by their selectors."""
    spans: dict[Protocol, list[tuple[int, int, int]]] = defaultdict(list)
    for grant in grants:
        peers = 0
        for selector in grant.peers:
            peers |= ends.mask(selector)
        for ports in grant.ports:
            spans[ports.protocol].append((ports.first, ports.last, peers))
    return tuple(
        Segment(protocol, *segment)
        for protocol in sorted(spans, key=_ORDER.__getitem__)
        for segment in merged_spans(spans[protocol])
    )


def merged_spans(spans: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield disjoint (first, last, peers) in order, neighbours with equal peers joined, empty ones left out."""
    begins: dict[int, list[int]] = defaultdict(list)
    ends: dict[int, list[int]] = defaultdict(list)
    for first, last, peers in spans:
        begins[first].append(peers)
        ends[last + 1].append(peers)
    active: dict[int, int] = {}
    start, current = 0, 0
    for at in sorted({*begins, *ends}):
        for peers in begins.get(at, ()):
            active[peers] = active.get(peers, 0) + 1
        for peers in ends.get(at, ()):
            active[peers] -= 1
            if not active[peers]:
                del active[peers]
        now = 0
        for peers in active:
            now |= peers
        if now != current:
            if current:
                yield start, at - 1, current
            start, current = at, now
