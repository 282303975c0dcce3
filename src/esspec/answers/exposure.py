"""To whom pods are exposed beside those that are listed: outside, the whole cluster, and pods that nobody named.

Only a workload's own side is asked. Whoever creates another pod can give it a policy that permits its side, because
policies add up; what the workload's own policies deny, nobody else can open.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from esspec.semantics.lifted import Key, Pods, Values
from esspec.semantics.meaning import bits
from esspec.semantics.opened import Opened, common, either, open_to, opened, without
from esspec.semantics.scenes import Scene
from esspec.semantics.selector_words import selector_in_words
from esspec.terms import Direction

ENTIRE_CLUSTER = "entire-cluster"


class Exposed(NamedTuple):
    """That a direction of `workload` is open to `peer` on some ports; `peers` are the latter's classes as bits."""

    workload: str
    direction: Direction
    peer: str
    opened: Opened
    number: int
    peers: int

    @property
    def destinations(self) -> int:
        """Return the classes of whom connections are to."""
        return self.peers if self.direction is Direction.EGRESS else 1 << self.number


class Unprotected(NamedTuple):
    """That no policy isolates a direction of a workload."""

    workload: str
    direction: Direction


class _Peer(NamedTuple):
    name: str
    opened: Opened
    classes: int


def exposed(scene: Scene, ports: Opened) -> Iterator[Exposed]:
    """Yield what pods are exposed to on some of `ports`, egress first, in the order of the view."""
    known: dict[int, tuple[_Peer, ...]] = {}
    for direction in (Direction.EGRESS, Direction.INGRESS):
        for name, number in scene.pods:
            side = scene.side(number, direction)
            if id(side) not in known:
                known[id(side)] = tuple(_peers(scene, number, direction))
            for peer in known[id(side)]:
                if found := common(peer.opened, ports):
                    yield Exposed(name, direction, peer.name, found, number, peer.classes)


def unprotected(scene: Scene) -> Iterator[Unprotected]:
    """Yield the directions of pods that no policy isolates."""
    for name, number in scene.pods:
        for direction in (Direction.EGRESS, Direction.INGRESS):
            if (number, direction) not in scene.meaning.sides:
                yield Unprotected(name, direction)


def _peers(scene: Scene, subject: int, direction: Direction) -> Iterator[_Peer]:
    side = scene.side(subject, direction)
    for end in scene.spans.reached(side, scene.ends.everyone):
        yield _Peer(end.name, end.opened, end.classes)
    pods = scene.all_pods
    entire = open_to(tuple(segment._replace(peers=segment.peers & pods == pods) for segment in side), 0)
    if entire:
        yield _Peer(ENTIRE_CLUSTER, entire, pods)
    found: dict[Pods, Opened] = defaultdict(tuple)
    for granting in scene.deciding.grants(subject, direction):
        for selector in granting.grant.peers:
            if isinstance(selector, Pods) and _is_open(selector, scene):
                found[selector] = either(found[selector], opened(granting.grant.ports))
    for selector, ports in found.items():
        if rest := without(ports, entire):
            yield _Peer(selector_in_words(selector, scene.ends.stand_ins), rest, scene.ends.mask(selector))


def _is_open(selector: Pods, scene: Scene) -> bool:
    """Return whether a selector means pods that nobody named, and not only more of those that somebody did.

    It does not where its labels, as a `matchLabels` writes them, are those of one listed workload, or all that one
    has.
    """
    mask = scene.ends.mask(selector)
    if not selector.where or not mask:
        return False
    labels = [values for key, values in selector.where if key.kind == "label"]
    if not labels or not all(map(_is_one, labels)):
        return True
    named = {name for number in islice(bits(mask & scene.named), 2) for name in scene.names.pods.get(number, ())}
    return len(named) != 1 and frozenset(_exact(selector)) not in scene.known


def _exact(selector: Pods) -> Iterator[tuple[Key, str]]:
    """Yield the values that a selector wants, where it wants one."""
    return ((key, value) for key, values in selector.where if _is_one(values) for value in values.items if value)


def _is_one(values: Values) -> bool:
    return values.listed and len(values.items) == 1 and None not in values.items
