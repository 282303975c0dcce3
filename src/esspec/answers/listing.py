"""Who may connect to whom: the connections that both ends permit, one per pair of ends.

Pods are told apart by name; where nobody named any, their classes stand for themselves. Addresses that lie side by
side and are open alike are one end, however they were cut; an external is an end of its own beside them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import and_
from typing import NamedTuple

from esspec.answers.asked_ends import AskedEnd
from esspec.semantics.deciding import Granting
from esspec.semantics.flows import combined
from esspec.semantics.meaning import Segment, Side, bits
from esspec.semantics.opened import EVERYTHING, Opened, open_to
from esspec.semantics.outside_spans import OutsideEnd
from esspec.semantics.scenes import Scene
from esspec.terms import Direction


class Connection(NamedTuple):
    """That `src` may connect to `dst` on the ports `opened`; `sources` and `destinations` are their classes as bits."""

    src: str
    dst: str
    opened: Opened
    sources: int
    destinations: int


class Wanted(NamedTuple):
    """Which connections are asked for: of these sources, to these destinations, with one of `focus` at either end."""

    sources: tuple[AskedEnd, ...] = ()
    destinations: tuple[AskedEnd, ...] = ()
    focus: tuple[AskedEnd, ...] = ()
    ports: Opened = EVERYTHING


EVERYONE = Wanted()


def connections(scene: Scene, wanted: Wanted = EVERYONE) -> Iterator[Connection]:
    """Yield the connections that are wanted, in the order of the ends.

    Of pods to themselves, and where nobody named any pods, these are only what some rule speaks of: that replicas, or
    strangers, may talk while no policy isolates them is nothing that anybody decided.
    """
    is_named = bool(scene.names.pods)
    for found in _Lister(scene, wanted).connections():
        if (is_named and found.src != found.dst) or next(deciding(scene, found), None):
            yield found


def deciding(scene: Scene, found: Connection) -> Iterator[Granting]:
    """Yield the grants that decide a connection at its ends, those of the source first."""
    for subject, direction, peers in (
        (found.sources & scene.all_pods, Direction.EGRESS, found.destinations),
        (found.destinations & scene.all_pods, Direction.INGRESS, found.sources),
    ):
        if subject:
            yield from scene.deciding.granting(subject.bit_length() - 1, direction, peers, found.opened)


class _Scope(NamedTuple):
    """Some ends: pods by their names (None: all), and what is outside as bits."""

    pods: frozenset[str] | None
    outside: int

    def meet(self, other: "_Scope") -> "_Scope":
        """Return the ends in both."""
        pods = self.pods if other.pods is None else other.pods if self.pods is None else self.pods & other.pods
        return _Scope(pods, self.outside & other.outside)

    def has(self, name: str) -> bool:
        """Return whether pods of this name are among the ends."""
        return self.pods is None or name in self.pods


class _Lister:
    def __init__(self, scene: Scene, wanted: Wanted) -> None:
        self._scene = scene
        self._named: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for at, (name, number) in enumerate(scene.pods):
            self._named[number].append((at, name))
        self._sources, self._destinations = self._scope(wanted.sources), self._scope(wanted.destinations)
        self._focus = self._scope(wanted.focus)
        all_peers = tuple(segment._replace(peers=-1) for segment in wanted.ports)
        self._ports = None if wanted.ports == EVERYTHING else all_peers
        self._sides: dict[int, Side] = {}
        self._among_pods: dict[int, list[tuple[str, Opened, int]]] = {}
        self._outside: dict[tuple[int, int], list[OutsideEnd]] = {}

    def connections(self) -> Iterator[Connection]:
        """Yield connections, those of sources outside last."""
        for name, number in self._scene.pods:
            if self._sources.has(name):
                row = self._scene.sight.flows.rows.get(number, ())
                scope = self._beside(name, self._destinations)
                for other, opened, classes in self._to_pods(row):
                    if scope.has(other):
                        yield Connection(name, other, opened, 1 << number, classes)
                for end in self._to_outside(row, scope.outside):
                    yield Connection(name, end.name, end.opened, 1 << number, end.classes)
        yield from self._from_outside()

    def _from_outside(self) -> Iterator[Connection]:
        """Yield what pods admit from outside; no policy speaks of the egress of what is no pod."""
        found = [
            (end.at, at, Connection(end.name, name, end.opened, end.classes, 1 << number))
            for at, (name, number) in enumerate(self._scene.pods)
            if self._destinations.has(name)
            for end in self._to_outside(
                self._scene.side(number, Direction.INGRESS), self._beside(name, self._sources).outside
            )
        ]
        yield from (connection for _, _, connection in sorted(found))

    def _scope(self, asked: Iterable[AskedEnd]) -> _Scope:
        some = tuple(asked)
        if not some or any(end.everybody for end in some):
            return _Scope(None, self._scene.names.named_outside)
        outside = 0
        for end in some:
            outside |= end.outside(self._scene)
        return _Scope(frozenset(name for end in some for name, _ in end.named(self._scene)), outside)

    def _beside(self, name: str, scope: _Scope) -> _Scope:
        """Return the ends of `scope` that are wanted at the other end of pods."""
        return scope if self._focus.has(name) else scope.meet(self._focus)

    def _wanted(self, side: Side) -> Side:
        """Return a side with the ports that are wanted; sides are told apart by identity, they live as long."""
        if self._ports is None:
            return side
        if id(side) not in self._sides:
            self._sides[id(side)] = combined(side, self._ports, and_)
        return self._sides[id(side)]

    def _to_pods(self, side: Side) -> list[tuple[str, Opened, int]]:
        if id(side) not in self._among_pods:
            self._among_pods[id(side)] = list(self._pods_of(self._wanted(side)))
        return self._among_pods[id(side)]

    def _pods_of(self, side: Side) -> Iterator[tuple[str, Opened, int]]:
        """Yield the name of each pod that a side reaches, what is open there, and its class, in their order."""
        reached: dict[int, list[Segment]] = defaultdict(list)
        for segment in side:
            for number in bits(segment.peers & self._scene.named):
                reached[number].append(segment)
        opened: dict[tuple[int, ...], Opened] = {}
        found: list[tuple[int, str, Opened, int]] = []
        for number, segments in reached.items():
            key = tuple(map(id, segments))
            if key not in opened:
                opened[key] = open_to(tuple(segments), number)
            found += ((at, name, opened[key], 1 << number) for at, name in self._named[number])
        yield from ((name, ports, mask) for _, name, ports, mask in sorted(found))

    def _to_outside(self, side: Side, scope: int) -> list[OutsideEnd]:
        key = (id(side), scope)
        if key not in self._outside:
            self._outside[key] = list(self._scene.spans.reached(self._wanted(side), scope))
        return self._outside[key]
