"""The changes from one side to another, one per two ends and protocol, each with the rows and reasons on both sides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from esspec.causes import causes
from esspec.deciding import Deciding, Granting, overlap
from esspec.difference import Difference
from esspec.ends_in_words import EndsInWords, Group
from esspec.flows import Flows
from esspec.ground import Ground
from esspec.meaning import Segment, Side, bits
from esspec.opened import Opened, common, either
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol
from esspec.views import Sourced

REMOVED, ADDED = "removed", "added"
ANY_PROTOCOL = "any"
Interval = tuple[int, int]
ALL_PORTS: tuple[Interval, ...] = ((FIRST_PORT, LAST_PORT),)


class Change(NamedTuple):
    """Flows that one side allows and the other does not.

    `a` and `b` are the rows of either side that let them through at one end or at both; `denied_by` is what isolates
    the ends on the side that does not allow them. `reasons` are those of the rows on the side that does.
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


def changes(found: Difference) -> tuple[Change, ...]:
    """Return all changes, what is removed first, then by the words for their ends."""
    sides = (_Decided(found.ground, 0), _Decided(found.ground, 1))
    return tuple(
        change for side, word in enumerate((REMOVED, ADDED)) for change in sorted(_changes(found, side, word, sides))
    )


def in_pairs(words: EndsInWords, flows: Flows) -> Iterator[tuple[Group, Group, Opened]]:
    """Yield each end of rows in words with each end that it reaches and the ports; ends with equal rows are one."""
    sources: dict[Side, int] = defaultdict(int)
    known: dict[int, Side] = {}  # by identity: rows are long, and ends share them
    for source, row in flows.rows.items():
        sources[known.setdefault(id(row), row)] |= 1 << source
    for row, ends in sources.items():
        reached: dict[Group, list[Segment]] = defaultdict(list)
        for segment in row:
            for end in words.of(segment.peers):
                reached[end].append(segment._replace(peers=1))
        for group in words.of(ends):
            yield from ((group, end, either(tuple(found), ())) for end, found in reached.items())


def _changes(found: Difference, side: int, word: str, sides: "tuple[_Decided, _Decided]") -> Iterator[Change]:
    words = EndsInWords(found.ground, side)
    parts = causes(found, side)
    opened: dict[tuple[Group, Group], Opened] = defaultdict(tuple)
    for src, dst, ports in in_pairs(words, parts.sent):
        opened[src, dst] = either(opened[src, dst], ports)
    for dst, src, ports in in_pairs(words, parts.received):
        opened[src, dst] = either(opened[src, dst], ports)
    for (src, dst), ports in opened.items():
        for protocol, intervals in by_protocol(ports):
            wanted = ports_of(protocol, intervals)
            rows = [decided.granting(src, dst, wanted) for decided in sides]
            yield Change(
                change=word,
                src=src.words,
                dst=dst.words,
                protocol=protocol,
                ports=intervals,
                a=sides[0].places(rows[0]),
                b=sides[1].places(rows[1]),
                reasons=sides[side].reasons(rows[side]),
                denied_by=tuple(dict.fromkeys(sides[1 - side].denying(src, dst, wanted))),
            )


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
            for granting in self._grants(subject.ends, direction)
            if granting.peers & self._classes(peer.ends) and overlap(granting.grant, wanted)
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
            sides = [
                self._sight.meaning.sides.get((place, direction)) if place is not None else None
                for place in (self._ground.place(end, self._side) for end in bits(subject.ends))
            ]
            peers = self._classes(peer.ends)
            if not any(side is None or _lets_through(side, peers, wanted) for side in sides):
                for policy, file in self._isolating(subject.ends, direction):
                    yield self._sight.view.place(file, policy.line)

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
