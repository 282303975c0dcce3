"""Allowed flows as an exact set: which classes of sources reach which classes of destinations, on which ports.

This is what "the policies mean" for whoever asks about connections: both ends must permit. A set is a row per class
of sources; a row is a `Side`, that is disjoint port intervals with the destinations as bits. Pods are never
multiplied with pods: a row names all its destinations in one number, and classes that nothing tells apart share
one row.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from operator import and_, or_
from typing import NamedTuple

from esspec.semantics.ends import Ends
from esspec.semantics.meaning import Meaning, Segment, Side, bits, merged_spans
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol

Span = tuple[int, int, int]
"""Ports `first` to `last`, and the classes of destinations as bits."""


class Flows(NamedTuple):
    """A set of flows: per class of sources its row; a class without one reaches nobody."""

    rows: Mapping[int, Side]

    def __or__(self, other: "Flows") -> "Flows":
        """Return the flows in either set."""
        return self._with(other, or_)

    def __and__(self, other: "Flows") -> "Flows":
        """Return the flows in both sets."""
        return self._with(other, and_)

    def __sub__(self, other: "Flows") -> "Flows":
        """Return the flows that are not in the other set."""
        return self._with(other, without)

    def __le__(self, other: object) -> bool:
        """Return whether every flow is in the other set too."""
        return isinstance(other, Flows) and not (self - other).rows

    def _with(self, other: "Flows", how: Callable[[int, int], int]) -> "Flows":
        rows: dict[int, Side] = {}
        known: dict[tuple[int, int], Side] = {}  # by identity: equal rows are mostly the same object
        for source in sorted(self.rows.keys() | other.rows.keys()):
            one, two = self.rows.get(source, ()), other.rows.get(source, ())
            key = (id(one), id(two))
            if key not in known:
                known[key] = combined(one, two, how)
            if known[key]:
                rows[source] = known[key]
        return Flows(rows)

    def restricted(self, sources: int, destinations: int) -> "Flows":
        """Return the flows between these classes, given as bits."""
        known: dict[int, Side] = {}
        rows: dict[int, Side] = {}
        for source, row in self.rows.items():
            if sources >> source & 1:
                if id(row) not in known:
                    known[id(row)] = _to(row, destinations)
                if known[id(row)]:
                    rows[source] = known[id(row)]
        return Flows(rows)


def effective(meaning: Meaning, ends: Ends) -> Flows:
    """Return the flows that both ends permit; of two ends outside there are none, because no policy speaks of them."""
    pods = (1 << len(ends.pods)) - 1
    admitted = _Admitted(meaning, ends)
    rows: dict[int, Side] = {}
    known: dict[tuple[int, int], Side] = {}
    for source in range(ends.count):
        sent = meaning.sides.get((source, Direction.EGRESS))
        received = admitted.by(source)
        key = (id(sent), id(received))
        if key not in known:
            known[key] = received if sent is None else combined(sent, received, and_)
        row = known[key]
        if source >= len(ends.pods):
            outside = (-1, id(received))
            if outside not in known:
                known[outside] = _to(row, pods)
            row = known[outside]
        if row:
            rows[source] = row
    return Flows(rows)


class _Admitted:
    """Who admits whom: the ingress of every class, turned round."""

    def __init__(self, meaning: Meaning, ends: Ends) -> None:
        isolated = 0
        destinations: dict[int, int] = defaultdict(int)
        sides: dict[int, Side] = {}
        for (subject, direction), side in meaning.sides.items():
            if direction is Direction.INGRESS:
                isolated |= 1 << subject
                destinations[id(side)] |= 1 << subject
                sides[id(side)] = side
        grouped: dict[tuple[int, Protocol, int, int], int] = defaultdict(int)
        for key, side in sides.items():
            for segment in side:
                grouped[segment.peers, segment.protocol, segment.first, segment.last] |= destinations[key]
        unisolated = ends.everyone & ~isolated
        everybody = [(p, FIRST_PORT, LAST_PORT, unisolated) for p in Protocol] if unisolated else []
        self._named: dict[int, list[tuple[Protocol, int, int, int]]] = defaultdict(list)
        for (peers, protocol, first, last), wanted in grouped.items():
            if peers == ends.everyone:
                everybody.append((protocol, first, last, wanted))
            else:
                for source in bits(peers):
                    self._named[source].append((protocol, first, last, wanted))
        self._everybody = side_of(everybody)
        self._known: dict[tuple[tuple[Protocol, int, int, int], ...], Side] = {}

    def by(self, source: int) -> Side:
        """Return the destinations that admit a class of sources; those alike share one value."""
        named = self._named.get(source)
        if named is None:
            return self._everybody
        key = tuple(named)
        if key not in self._known:
            side = side_of(named)
            self._known[key] = combined(self._everybody, side, or_) if self._everybody else side
        return self._known[key]


def combined(one: Side, other: Side, how: Callable[[int, int], int]) -> Side:
    """Return `how` of the peers of two sides, port by port: sorted, disjoint, merged where equal."""
    found: list[Segment] = []
    for protocol in Protocol:
        mine, theirs = ([s for s in side if s.protocol is protocol] for side in (one, other))
        found += (Segment(protocol, *span) for span in _joined(_swept(mine, theirs, how)))
    return tuple(found)


def _swept(one: list[Segment], other: list[Segment], how: Callable[[int, int], int]) -> Iterator[Span]:
    """Yield (first, last, peers) of both lists cut at every edge of either; both are sorted and disjoint."""
    edges = sorted({edge for s in (*one, *other) for edge in (s.first, s.last + 1)})
    at, to = 0, 0
    for first, following in pairwise(edges):
        while at < len(one) and one[at].last < first:
            at += 1
        while to < len(other) and other[to].last < first:
            to += 1
        mine = one[at].peers if at < len(one) and one[at].first <= first else 0
        theirs = other[to].peers if to < len(other) and other[to].first <= first else 0
        peers = how(mine, theirs)
        if peers:
            yield first, following - 1, peers


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield neighbours with equal peers as one."""
    waiting: Span | None = None
    for first, last, peers in spans:
        if waiting and waiting[2] == peers and waiting[1] + 1 == first:
            waiting = (waiting[0], last, peers)
            continue
        if waiting:
            yield waiting
        waiting = (first, last, peers)
    if waiting:
        yield waiting


def side_of(spans: Iterable[tuple[Protocol, int, int, int]]) -> Side:
    """Return what (protocol, first, last, peers) open together: sorted, disjoint, merged where equal."""
    by_protocol: dict[Protocol, list[Span]] = defaultdict(list)
    for protocol, first, last, peers in spans:
        by_protocol[protocol].append((first, last, peers))
    return tuple(
        Segment(protocol, *span)
        for protocol in Protocol
        if protocol in by_protocol
        for span in merged_spans(by_protocol[protocol])
    )


def _to(row: Side, destinations: int) -> Side:
    """Return a row with none but these destinations, neighbours that are equal then as one."""
    kept = [s._replace(peers=s.peers & destinations) for s in row if s.peers & destinations]
    return tuple(
        Segment(protocol, *span)
        for protocol in Protocol
        for span in _joined((s.first, s.last, s.peers) for s in kept if s.protocol is protocol)
    )


def without(mine: int, theirs: int) -> int:
    """Return the classes of the first set that are not in the second."""
    return mine & ~theirs
