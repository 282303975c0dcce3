"""Why a connection is allowed or not: at each end what decides it, port by port where ports differ."""

from collections.abc import Iterator, Sequence
from operator import and_
from typing import Literal, NamedTuple

from esspec.answers.asked_ends import AskedEnd
from esspec.answers.exposure import Exposed, exposed
from esspec.answers.questions import WHERE, Question
from esspec.problem import InputProblems, error
from esspec.semantics.ends import PortNames
from esspec.semantics.flows import combined
from esspec.semantics.lifted import Peers
from esspec.semantics.opened import Opened, common, either, open_to, opened, without
from esspec.semantics.outside_spans import EXTERNAL, OutsideEnd
from esspec.semantics.scenes import Scene
from esspec.semantics.views import Sourced, View
from esspec.terms import Direction

Verdict = Literal["allowed", "denied"]


class Decider(NamedTuple):
    """A line that decides: a row or rule with the ports it permits, or an object that isolates and permits nothing.

    `condition` is why a row does not hold; a decider that has one decides nothing, and would permit the ports.
    """

    place: str
    name: str
    opened: Opened
    reason: str = ""
    condition: str = ""


class EndAnswer(NamedTuple):
    """What one end says of a connection: `end` is its name, `peer` that of the other, an external where it is one.

    `deciders` permit it where it is allowed, none where the end is not isolated; else they isolate the end.
    """

    direction: Direction
    end: str
    peer: str
    verdict: Verdict
    isolated: bool
    deciders: tuple[Decider, ...]


class Answer(NamedTuple):
    """What holds of a connection on some ports; an end outside has no side of its own.

    `names` are those of ports that the destination has and nobody gives a number.
    """

    src: str
    dst: str
    verdict: Verdict
    opened: Opened
    egress: EndAnswer | None
    ingress: EndAnswer | None
    names: PortNames = ()

    @property
    def is_among_alike(self) -> bool:
        """Return whether both ends are pods of one name: two of them, because no policy parts a pod from itself."""
        return self.egress is not None and self.ingress is not None and self.src == self.dst


class Explanation(NamedTuple):
    """The answers to a question. Of everybody to everybody only what is allowed is told.

    `exposed` are the pods that nobody named, among everybody.
    """

    question: Question
    answers: tuple[Answer, ...]
    exposed: tuple[Exposed, ...]


class _Pods(NamedTuple):
    """Pods by name and class."""

    name: str
    number: int


class _Side(NamedTuple):
    """One direction of pods, and the peer that is asked about: its name and its classes as bits."""

    pods: _Pods
    direction: Direction
    peer: str
    classes: int


def further_selectors(asked: Question, view: View) -> Iterator[Peers]:
    """Yield the selectors by which a view must be cut, beside its own, for a question to be answered."""
    yield from asked.source.further()
    yield from asked.destination.further()
    for rows in view.page.conditional.values() if view.page else ():
        for row in rows:
            yield from row.grant.peers


def explanation(scene: Scene, asked: Question) -> Explanation:
    """Return what there is to say about a question; the scene must have been cut by its further selectors.

    Raises InputProblems (exit 2) where both ends are outside.
    """
    if not asked.source.subjects(scene) and not asked.destination.subjects(scene):
        message = "no policy speaks of connections between two ends that are no pods"
        raise InputProblems([error("usage", WHERE, (0, 0), message, "name a workload at one end")])
    is_open = asked.source.everybody and asked.destination.everybody
    answers = (a for a in _answers(scene, asked) if not is_open or a.verdict == "allowed")
    return Explanation(asked, tuple(answers), tuple(_unnamed(scene, asked)))


def _answers(scene: Scene, asked: Question) -> Iterator[Answer]:
    """Yield the answers about every pair of ends, at least one of which are pods: no policy speaks of the others."""
    sources, destinations = asked.source.subjects(scene), asked.destination.subjects(scene)
    from_outside, to_outside = asked.source.outside(scene), asked.destination.outside(scene)
    for name, number in sources:
        source = _Pods(name, number)
        for other in destinations:
            yield from _between_pods(scene, source, _Pods(*other), asked.ports)
        yield from _with_outside(scene, source, Direction.EGRESS, to_outside, asked)
    for name, number in destinations:
        yield from _with_outside(scene, _Pods(name, number), Direction.INGRESS, from_outside, asked)


def _between_pods(scene: Scene, source: _Pods, destination: _Pods, ports: Opened) -> Iterator[Answer]:
    """Yield what is allowed, then what is denied by source, by destination, and by both."""
    row, names = scene.sight.flows.rows.get(source.number, ()), scene.ends.port_names(1 << destination.number)
    allowed = common(open_to(row, destination.number), ports)
    sent = common(open_to(scene.side(source.number, Direction.EGRESS), destination.number), ports)
    received = common(open_to(scene.side(destination.number, Direction.INGRESS), source.number), ports)
    for region in (allowed, without(received, sent), without(sent, received), without(ports, either(sent, received))):
        if region:
            yield Answer(
                source.name,
                destination.name,
                "allowed" if region is allowed else "denied",
                region,
                _end(scene, _Side(source, Direction.EGRESS, destination.name, 1 << destination.number), region, sent),
                _end(scene, _Side(destination, Direction.INGRESS, source.name, 1 << source.number), region, received),
                names,
            )


def _with_outside(scene: Scene, pods: _Pods, direction: Direction, outside: int, asked: Question) -> Iterator[Answer]:
    """Yield what one direction of pods allows and denies to ends outside, those that are alike together."""
    side = scene.side(pods.number, direction)
    wanted = tuple(segment._replace(peers=outside) for segment in asked.ports)
    end = asked.destination if direction is Direction.EGRESS else asked.source
    denied = combined(wanted, side, lambda all_of_them, some: all_of_them & ~some)
    found: tuple[Verdict, Verdict] = ("allowed", "denied")
    for verdict, part in zip(found, (combined(wanted, side, and_), denied), strict=True):
        for other in scene.spans.reached(part, outside):
            name = _name(end, other, outside)
            permitted = other.opened if verdict == "allowed" else ()
            own = _end(scene, _Side(pods, direction, other.name, other.classes), other.opened, permitted)
            if direction is Direction.EGRESS:
                yield Answer(pods.name, name, verdict, other.opened, own, None)
            else:
                names = scene.ends.port_names(1 << pods.number)
                yield Answer(name, pods.name, verdict, other.opened, None, own, names)


def _name(asked: AskedEnd, found: OutsideEnd, outside: int) -> str:
    """Return what an end outside is called: addresses as they were asked for, with the external they belong to."""
    if not asked.networks or found.classes != outside or found.name == asked.words:
        return found.name
    return f"{asked.words} ({found.name})" if found.at[0] == EXTERNAL else asked.words


def _end(scene: Scene, side: _Side, region: Opened, permitted: Opened) -> EndAnswer:
    """Return what one end says of a region in which it permits all or nothing."""
    is_permitted = not without(region, permitted)
    isolating = scene.deciding.isolating(side.pods.number, side.direction)
    deciders = _permitting(scene, side, region) if is_permitted else _denying(scene, side, region, isolating)
    return EndAnswer(
        side.direction,
        side.pods.name,
        side.peer,
        "allowed" if is_permitted else "denied",
        bool(isolating),
        tuple(deciders),
    )


def _permitting(scene: Scene, side: _Side, region: Opened) -> Iterator[Decider]:
    found: dict[tuple[str, int], Decider] = {}
    for granting in scene.deciding.granting(side.pods.number, side.direction, side.classes, region):
        ports = common(opened(granting.grant.ports), region)
        known = found.get(granting.place)
        place, name = scene.view.place(*granting.place), granting.sourced.policy.name
        ports = either(known.opened, ports) if known else ports
        found[granting.place] = Decider(place, name, ports, scene.view.reason(*granting.place))
    return iter(found.values())


def _denying(scene: Scene, side: _Side, region: Opened, isolating: Sequence[Sourced]) -> Iterator[Decider]:
    page = scene.view.page
    unique = dict.fromkeys((file, policy.line, policy.name) for policy, file in isolating)
    for file, line, name in unique:
        written = page.sides.get((name, side.direction)) if page else None
        yield Decider(f"{file}:{written.line if written else line}", name, (), written.word if written else "")
    for file, _, name in unique:
        for row in page.conditional.get((name, side.direction), ()) if page else ():
            peers = 0
            for selector in row.grant.peers:
                peers |= scene.ends.mask(selector)
            ports = common(opened(row.grant.ports), region)
            if peers & side.classes and ports:
                condition = f"{row.condition}, and {row.chosen}"
                yield Decider(f"{file}:{row.grant.line}", name, ports, condition=condition)


def _unnamed(scene: Scene, asked: Question) -> Iterator[Exposed]:
    """Yield the pods that nobody named and that are among everybody."""
    wanted = {
        Direction.EGRESS: asked.source if asked.destination.everybody else None,
        Direction.INGRESS: asked.destination if asked.source.everybody else None,
    }
    if not any(wanted.values()):
        return
    names = {direction: {name for name, _ in end.subjects(scene)} for direction, end in wanted.items() if end}
    pods = scene.all_pods
    for found in exposed(scene, asked.ports):
        if found.workload in names.get(found.direction, ()) and found.peers & pods:
            yield found
