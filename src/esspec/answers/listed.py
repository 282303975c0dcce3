"""A list of connections as it is printed: names and words, whatever the format."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from esspec.answers.asked_ends import AskedEnd
from esspec.answers.exposure import Exposed, exposed, unprotected
from esspec.answers.listing import Connection, Wanted, connections, deciding
from esspec.semantics.lifted import NAMESPACE
from esspec.semantics.scenes import Scene
from esspec.terms import Direction


class Line(NamedTuple):
    """One connection: `rows` are the places that decide it at both ends, `reasons` what stands there, each once.

    `conditions` are those of the rows, with their places: a row holds only then.
    """

    src: str
    dst: str
    conn: str
    rows: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


class Exposure(NamedTuple):
    """To whom workloads are exposed; `unprotected` are the directions that no policy isolates."""

    egress: tuple[Line, ...]
    ingress: tuple[Line, ...]
    unprotected: tuple[tuple[str, Direction], ...]


class Listing(NamedTuple):
    """All that is printed; `namespaces` has the pods by name, `exposure` is None where nobody asked for it."""

    lines: tuple[Line, ...]
    namespaces: Mapping[str, str]
    exposure: Exposure | None


def listing(scene: Scene, wanted: Wanted, *, with_rows: bool, with_exposure: bool) -> Listing:
    """Return the connections that are wanted; without rows where the format shows none, because they take time.

    A page with conditions has them in every format, because a connection that needs one is shown as such.
    """
    with_rows = with_rows or bool(scene.view.page and scene.view.page.conditions)
    lines = (_line(scene, found, with_rows=with_rows) for found in connections(scene, wanted))
    return Listing(
        tuple(lines),
        {pods.name: pods.values.get(NAMESPACE, "") for pods in scene.view.pods},
        _exposure(scene, wanted, with_rows=with_rows) if with_exposure else None,
    )


def _line(scene: Scene, found: Connection, *, with_rows: bool) -> Line:
    line = Line(found.src, found.dst, scene.conn(found.opened, found.destinations))
    if not with_rows:
        return line
    return _with_rows(scene, line, (granting.place for granting in deciding(scene, found)))


def _with_rows(scene: Scene, line: Line, places: Iterable[tuple[str, int]]) -> Line:
    unique = sorted(set(places))
    reasons = dict.fromkeys(filter(None, (scene.view.reason(*place) for place in unique)))
    return line._replace(
        rows=tuple(scene.view.place(*place) for place in unique),
        reasons=tuple(reasons),
        conditions=tuple(
            f"{scene.view.place(*place)}: {text}" for place in unique if (text := scene.view.condition(place[1]))
        ),
    )


def _exposure(scene: Scene, wanted: Wanted, *, with_rows: bool) -> Exposure:
    lines: dict[Direction, list[Line]] = {direction: [] for direction in Direction}
    asked = {
        Direction.EGRESS: _names(scene, wanted.sources, wanted) if not wanted.destinations else frozenset(),
        Direction.INGRESS: _names(scene, wanted.destinations, wanted) if not wanted.sources else frozenset(),
    }
    for found in exposed(scene, wanted.ports):
        if found.workload in asked[found.direction]:
            lines[found.direction].append(_exposure_line(scene, found, with_rows=with_rows))
    open_ends = tuple((name, direction) for name, direction in unprotected(scene) if name in asked[direction])
    return Exposure(tuple(lines[Direction.EGRESS]), tuple(lines[Direction.INGRESS]), open_ends)


def _names(scene: Scene, asked: Iterable[AskedEnd], wanted: Wanted) -> frozenset[str]:
    """Return the pods that are among the ends asked for; all of them where none is asked for."""
    every = frozenset(name for name, _ in scene.pods)
    some, focus = (
        frozenset(name for end in ends for name, _ in end.named(scene)) or every for ends in (asked, wanted.focus)
    )
    return some & focus


def _exposure_line(scene: Scene, found: Exposed, *, with_rows: bool) -> Line:
    ends = (found.workload, found.peer) if found.direction is Direction.EGRESS else (found.peer, found.workload)
    line = Line(*ends, scene.conn(found.opened, found.destinations))
    if not with_rows:
        return line
    granting = scene.deciding.granting(found.number, found.direction, found.peers, found.opened)
    return _with_rows(scene, line, (each.place for each in granting))
