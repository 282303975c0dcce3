"""Connections that both sides allow in one direction, for other reasons."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from operator import and_
from typing import NamedTuple

from esspec.answers.changes import Interval, by_protocol, in_pairs, ports_of
from esspec.semantics.deciding import Deciding, Granting, overlap
from esspec.semantics.difference import Difference
from esspec.semantics.ends import PortNames
from esspec.semantics.ends_in_words import EndsInWords, Group
from esspec.semantics.flows import Flows, combined, side_of, without
from esspec.semantics.ground import Ground
from esspec.semantics.meaning import Side, bits
from esspec.semantics.opened import Opened
from esspec.terms import Direction


class ReasonChange(NamedTuple):
    """That rows about one direction let the same flows through, with reasons that only one side gives.

    `a` and `b` are these rows; `names` are as those of a Change.
    """

    src: str
    dst: str
    direction: Direction
    protocol: str
    ports: tuple[Interval, ...]
    a: tuple[str, ...]
    b: tuple[str, ...]
    a_reasons: tuple[str, ...]
    b_reasons: tuple[str, ...]
    names: PortNames = ()


class _Row(NamedTuple):
    """A grant with its reason; `peers` are all its peers among the ends that are compared."""

    granting: Granting
    peers: int
    reason: str


_Rows = tuple[_Row, ...]
_ByReason = Mapping[str, Side]


def reason_changes(found: Difference) -> tuple[ReasonChange, ...]:
    """Return all changes of a reason alone, by the words for their ends."""
    words = EndsInWords(found.ground, 1)
    return tuple(
        sorted(
            change
            for direction in Direction
            for subjects, rows in _subjects(found.ground, direction)
            for change in _changes(words, subjects, direction, rows)
        )
    )


def _subjects(ground: Ground, direction: Direction) -> Iterator[tuple[int, tuple[_Rows, _Rows]]]:
    """Yield the pods that the same rows of both sides are about, as bits, with these rows."""
    sides = [_Reasons(ground, side, direction) for side in (0, 1)]
    subjects: dict[tuple[int, int], int] = defaultdict(int)
    rows: dict[tuple[int, int], tuple[_Rows, _Rows]] = {}
    for end in bits(ground.pods):
        one, other = (side.rows(end) for side in sides)
        if one and other:
            subjects[id(one), id(other)] |= 1 << end
            rows[id(one), id(other)] = one, other
    yield from ((ends, rows[key]) for key, ends in subjects.items())


class _Reasons:
    """The rows about one direction on one side."""

    def __init__(self, ground: Ground, side: int, direction: Direction) -> None:
        self._ground, self._side, self._direction = ground, side, direction
        self._view = ground.sights[side].view
        self._deciding = Deciding(self._view.policies, ground.ends)
        self._twins = ground.twins(side)
        self._known: dict[int, _Rows] = {}

    def rows(self, end: int) -> _Rows:
        """Return the rows about an end; those about the same pods are the same value."""
        place = self._ground.place(end, self._side)
        granted = () if place is None else self._deciding.grants(place, self._direction)
        if id(granted) not in self._known:
            self._known[id(granted)] = tuple(
                _Row(granting, self._twins.widened(granting.peers), self._view.reasons.get(granting.place, ""))
                for granting in granted
            )
        return self._known[id(granted)]


def _changes(
    words: EndsInWords, subjects: int, direction: Direction, rows: tuple[_Rows, _Rows]
) -> Iterator[ReasonChange]:
    for side, reasons in _told_otherwise(rows).items():
        for subject, peer, ports in in_pairs(words, Flows(dict.fromkeys(bits(subjects), side))):
            src, dst = (peer, subject) if direction is Direction.INGRESS else (subject, peer)
            for protocol, intervals in by_protocol(ports):
                wanted = ports_of(protocol, intervals)
                found = [
                    [
                        r
                        for r in some
                        if r.reason in told and r.peers & peer.deciding and overlap(r.granting.grant, wanted)
                    ]
                    for some, told in zip(rows, reasons, strict=True)
                ]
                a, b = (
                    tuple(dict.fromkeys(sight.view.place(*row.granting.place) for row in some))
                    for sight, some in zip(words.sights, found, strict=True)
                )
                names = words.sights[0].ends.port_names(dst.ends)
                yield ReasonChange(src.words, dst.words, direction, protocol, intervals, a, b, *reasons, names)


def _deciding(rows: _Rows, peer: Group, wanted: Opened) -> Iterator[_Row]:
    """Yield the rows that let a peer through on some of these ports."""
    return (row for row in rows if row.peers & peer.deciding and overlap(row.granting.grant, wanted))


def _told_otherwise(rows: tuple[_Rows, _Rows]) -> dict[Side, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the flows that both sides allow, by the reasons that only one of them gives for these flows."""
    one, other = (_by_reason(some) for some in rows)
    both = combined(_together(rows[0]), _together(rows[1]), and_)
    found: dict[Side, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for at, (mine, theirs) in enumerate(((one, other), (other, one))):
        for reason, side in mine.items():
            alone = combined(combined(side, theirs.get(reason, ()), without), both, and_)
            if reason and alone:
                found[alone][at].append(reason)
    return {side: (tuple(a), tuple(b)) for side, (a, b) in found.items()}


def _by_reason(rows: _Rows) -> _ByReason:
    told: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        told[row.reason].append(row)
    return {reason: _together(some) for reason, some in told.items()}


def _together(rows: Iterable[_Row]) -> Side:
    """Return the flows that rows let through together."""
    return side_of(
        (ports.protocol, ports.first, ports.last, row.peers) for row in rows for ports in row.granting.grant.ports
    )
