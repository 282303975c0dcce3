"""The changes from one side to another, one per two ends and protocol, each with the rows and reasons on both sides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from esspec.semantics.deciding import Deciding, Granting, overlap
from esspec.semantics.difference import Difference
from esspec.semantics.ends import PortNames
from esspec.semantics.ends_in_words import EndsInWords, Group
from esspec.semantics.flows import Flows
from esspec.semantics.ground import Ground
from esspec.semantics.meaning import Segment, Side, bits
from esspec.semantics.opened import Opened, common, either
from esspec.semantics.views import Sourced
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol

REMOVED, ADDED = "removed", "added"
ANY_PROTOCOL = "any"
Interval = tuple[int, int]
ALL_PORTS: tuple[Interval, ...] = ((FIRST_PORT, LAST_PORT),)


class Change(NamedTuple):
    """Flows that one side allows and the other does not.

    `a` and `b` are the rows of either side that let them through at one end or at both; `denied_by` is what isolates
    the ends on the side that does not allow them. `reasons` are those of the rows on the side that does. `names` are
    those of ports that the destination has and nobody gives a number.
    """

    change: str
    src: str
    dst: str
    protocol: str
    ports: tuple[Interval, ...]
    a: tuple[str, ...]
    b: tuple[str, ...]
    reasons: tuple[str, ...]
    denied_by: tuple[str, ...]
    names: PortNames = ()


def changes(found: Difference) -> tuple[Change, ...]:
    """Return all changes, what is removed first, then by the words for their ends."""
    sides = (_Decided(found.ground, 0), _Decided(found.ground, 1))
    return tuple(
        change for side, word in enumerate((REMOVED, ADDED)) for change in sorted(_changes(found, side, word, sides))
    )


def _changes(found: Difference, side: int, word: str, sides: "tuple[_Decided, _Decided]") -> Iterator[Change]:
    words = EndsInWords(found.ground, side)
    told: list[_Told] = []
    for src, dst, ports in in_pairs(words, found.only_in(side)):
        for protocol, intervals in by_protocol(ports):
            wanted = ports_of(protocol, intervals)
            rows = [decided.granting(src, dst, wanted) for decided in sides]
            places = (sides[0].places(rows[0]), sides[1].places(rows[1]))
            denied_by = tuple(dict.fromkeys(sides[1 - side].denying(src, dst, wanted)))
            flow = _Flow(protocol, intervals, *places, sides[side].reasons(rows[side]))
            told.append(_Told(src, dst, flow, denied_by))
    for src, dst, flow, denied_by in _merged(words, _merged(words, told, sources=True), sources=False):
        yield Change(word, src.words, dst.words, *flow, denied_by, found.ground.ends.port_names(dst.ends))


class _Flow(NamedTuple):
    """What can be said of flows beside their ends."""

    protocol: str
    ports: tuple[Interval, ...]
    a: tuple[str, ...]
    b: tuple[str, ...]
    reasons: tuple[str, ...]


class _Told(NamedTuple):
    src: Group
    dst: Group
    flow: _Flow
    denied_by: tuple[str, ...]


def _merged(words: EndsInWords, told: Iterable[_Told], *, sources: bool) -> Iterator[_Told]:
    """Yield the same in fewer words: what differs in nothing but its sources, or its destinations, together."""
    alike: dict[tuple[Group, _Flow], list[_Told]] = defaultdict(list)
    for each in told:
        alike[each.dst if sources else each.src, each.flow].append(each)
    for (other, flow), some in alike.items():
        ends = 0
        for each in some:
            ends |= (each.src if sources else each.dst).ends
        groups = words.of(ends)
        if len(groups) >= len(some):
            yield from some
            continue
        denied_by = tuple(dict.fromkeys(place for each in some for place in each.denied_by))
        for group in groups:
            src, dst = (group, other) if sources else (other, group)
            yield _Told(src, dst, flow, denied_by)


def in_pairs(words: EndsInWords, flows: Flows) -> Iterator[tuple[Group, Group, Opened]]:
    """Yield each two ends in words with the ports of the flows between them; sources with equal flows are one."""
    sources: dict[Side, int] = defaultdict(int)
    known: dict[int, Side] = {}  # by identity: rows are long, and sources share them
    for source, row in flows.rows.items():
        sources[known.setdefault(id(row), row)] |= 1 << source
    for row, ends in sources.items():
        reached = [(dst, ports) for ports, peers in _by_ports(row).items() for dst in words.of(peers)]
        yield from ((src, dst, ports) for src in words.of(ends) for dst, ports in reached)


def _by_ports(row: Side) -> dict[Opened, int]:
    """Return the ends that a row reaches, by the ports on which it does."""
    parts: list[tuple[int, tuple[Segment, ...]]] = []
    for segment in row:
        left, found = segment.peers, []
        for peers, segments in parts:
            if peers & segment.peers:
                found.append((peers & segment.peers, (*segments, segment._replace(peers=1))))
                left &= ~peers
            if peers & ~segment.peers:
                found.append((peers & ~segment.peers, segments))
        parts = [*found, (left, (segment._replace(peers=1),))] if left else found
    together: dict[Opened, int] = defaultdict(int)
    for peers, segments in parts:
        together[either(segments, ())] |= peers
    return together


def by_protocol(ports: Opened) -> Iterator[tuple[str, tuple[Interval, ...]]]:
    """Yield the intervals of each protocol; those of all protocols as one where they are equal."""
    found: dict[str, tuple[Interval, ...]] = {}
    for protocol, first, last, _ in ports:
        found[protocol] = (*found.get(protocol, ()), (first, last))
    if len(found) == len(Protocol) and len(set(found.values())) == 1:
        yield ANY_PROTOCOL, found[Protocol.TCP]
    else:
        yield from found.items()


def ports_of(protocol: str, intervals: Iterable[Interval]) -> Opened:
    """Return ports as a set."""
    protocols = tuple(Protocol) if protocol == ANY_PROTOCOL else (Protocol(protocol),)
    return tuple(Segment(each, first, last, 1) for each in protocols for first, last in intervals)


class _Decided:
    """Which rows of one side decide flows between ends."""

    def __init__(self, ground: Ground, side: int) -> None:
        self._ground, self._side = ground, side
        self._sight = ground.sights[side]
        self._shared: dict[tuple[int, Direction], tuple[Sourced, ...]] = {}

    @cached_property
    def _deciding(self) -> Deciding:
        return Deciding(self._sight.view.policies, self._sight.ends)

    def granting(self, src: Group, dst: Group, wanted: Opened) -> tuple[Granting, ...]:
        """Return the grants that let flows out of `src`, and those that let them into `dst`.

        Of ends that have no name only the grants that are the same for all of them.
        """
        return tuple(
            granting
            for direction, subject, peer in _ends(src, dst)
            for granting in self._grants(subject.deciding, direction)
            if granting.peers & self._classes(peer.deciding) and overlap(granting.grant, wanted)
        )

    def places(self, found: Iterable[Granting]) -> tuple[str, ...]:
        """Return where grants stand, each place once."""
        return tuple(dict.fromkeys(self._sight.view.place(*granting.place) for granting in found))

    def reasons(self, found: Iterable[Granting]) -> tuple[str, ...]:
        """Return the reasons of grants, each once."""
        reasons = (self._sight.view.reason(*granting.place) for granting in found)
        return tuple(dict.fromkeys(filter(None, reasons)))

    def denying(self, src: Group, dst: Group, wanted: Opened) -> Iterator[str]:
        """Yield where the policies stand that isolate an end and do not let all of `wanted` through.

        Of ends that have no name only the policies that are the same for all of them.
        """
        for direction, subject, peer in _ends(src, dst):
            isolating = self._isolating(subject.deciding, direction)
            sides = [
                self._sight.meaning.sides.get((place, direction)) if place is not None else None
                for place in (self._ground.place(end, self._side) for end in bits(subject.deciding if isolating else 0))
            ]
            peers = self._classes(peer.deciding)
            if not any(side is None or _lets_through(side, peers, wanted) for side in sides):
                yield from (self._sight.view.place(file, policy.line) for policy, file in isolating)

    def _isolating(self, ends: int, direction: Direction) -> tuple[Sourced, ...]:
        """Return the policies that isolate a direction of all of these ends."""
        key = (ends, direction)
        if key not in self._shared:
            places = [self._ground.place(end, self._side) for end in bits(ends)]
            isolating = [self._deciding.isolating(p, direction) if p is not None else () for p in places]
            shared = set.intersection(*({id(sourced) for sourced in found} for found in isolating))
            self._shared[key] = tuple(sourced for sourced in isolating[0] if id(sourced) in shared)
        return self._shared[key]

    def _grants(self, ends: int, direction: Direction) -> Iterator[Granting]:
        """Yield the grants of the policies that isolate a direction of all of these ends."""
        shared = {id(sourced) for sourced in self._isolating(ends, direction)}
        place = self._ground.place(next(bits(ends)), self._side) if shared else None
        for granting in self._deciding.grants(place, direction) if place is not None else ():
            if id(granting.sourced) in shared:
                yield granting

    def _classes(self, ends: int) -> int:
        """Return the classes that ends are on this side."""
        found = ends & self._sight.ends.everyone
        for end in bits(ends & ~found):
            place = self._ground.place(end, self._side)
            found |= 0 if place is None else 1 << place
        return found


def _ends(src: Group, dst: Group) -> tuple[tuple[Direction, Group, Group], ...]:
    return (Direction.EGRESS, src, dst), (Direction.INGRESS, dst, src)


def _lets_through(side: Side, peers: int, wanted: Opened) -> bool:
    whole = tuple(segment._replace(peers=1) for segment in side if not peers & ~segment.peers)
    return common(wanted, whole) == wanted
