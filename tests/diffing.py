"""Sides to be compared in tests, and what their difference is, told flow by flow from a small world."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import product

from classes import class_of
from esspec.answers.changes import ADDED, REMOVED, Change, ports_of
from esspec.bindings.binding import Binding
from esspec.bindings.binding_file import BindingFile
from esspec.compiling.page_reading import read
from esspec.manifests.cluster import read_cluster
from esspec.manifests.manifest_files import ManifestText
from esspec.semantics.difference import Difference
from esspec.semantics.flows import Flows
from esspec.semantics.meaning import Side
from esspec.semantics.page_view import view_of_page
from esspec.semantics.views import View
from esspec.terms import Direction, Protocol
from esspec.text.source import read_source
from smallworld import End, Open, Place, Pod, labels_of, near_ports, page_opens, page_pods, places, pod, ports_in
from strategies import EDGES, LABELS, NAMESPACE_NAME, OUTSIDE, Written

Opens = Callable[[Pod, Direction, End], Open]
Found = frozenset[tuple[Protocol, int]]
Told = dict[tuple[str, str, str], Found]
"""Ports by (change, source, destination)."""

Names = Sequence[str]
Ports = tuple[int, ...]
PORTS = near_ports([*EDGES, 53])
WORLD: tuple[End, ...] = places(tuple(OUTSIDE.values()))
"""The ends outside of every page that Hypothesis draws."""


def page_side(page: Written, shown: str = "page.md", toml: str = "") -> View:
    """Return a page as a side, under the binding that it needs or another one."""
    text = toml or page.toml()
    binding = Binding(BindingFile.model_validate(tomllib.loads(text)), path="esspec.toml", folder=None, text=text)
    return view_of_page(read(read_source(page.markdown().encode(), shown), binding, "page.md", {}))


def manifests_side(texts: Mapping[str, str], namespace: str = "default") -> View:
    """Return manifests as a side; there is no error in them."""
    cluster = read_cluster([ManifestText(name, text) for name, text in texts.items()], namespace)
    assert [problem for problem in cluster.problems if problem.level == "error"] == []
    return cluster.view("manifests")


def opens_of(page: Written) -> Opens:
    """Return what a page opens, end by end."""
    return partial(page_opens, page)


def allowed(opens: Opens, source: End, destination: End, ports: Ports = PORTS) -> Found:
    """Return the ports on which both ends permit flows; of two ends outside there are none."""
    if isinstance(source, Place) and isinstance(destination, Place):
        return frozenset()
    sent = opens(source, Direction.EGRESS, destination) if isinstance(source, Pod) else None
    received = opens(destination, Direction.INGRESS, source) if isinstance(destination, Pod) else None
    return ports_in(sent, ports) & ports_in(received, ports)


def pods_of(*pages: Written) -> tuple[Pod, ...]:
    """Return the pods that matter to some pages, those with two values of one label aside: there are none."""
    found = dict.fromkeys(each for page in pages for each in page_pods(page))
    return tuple(each for each in found if len(dict(each.labels)) == len(each.labels))


def assert_exact(found: Difference, opens: tuple[Opens, Opens], pods: Sequence[Pod]) -> None:
    """Hold the flows between all classes to what single flows of a small world are."""
    ends = {end: class_of(found.ground.ends, end) for end in (*pods, *WORLD)}
    for source, number in ends.items():
        rows = [flows.rows.get(number, ()) for flows in (found.removed, found.added)]
        for destination, reached in ends.items():
            one, other = (allowed(each, source, destination) for each in opens)
            removed, added = (open_on(row, reached) for row in rows)
            assert (removed, added) == (one - other, other - one), (source, destination)


def open_on(row: Side, end: int, ports: Ports = PORTS) -> Found:
    """Return on which ports a row of flows reaches an end."""
    reaching = (((s.protocol, s.first, s.last),) for s in row if s.peers >> end & 1)
    return frozenset().union(*(ports_in(each, ports) for each in reaching))


def applied(found: Difference) -> Flows:
    """Return the flows of the first side with all changes made."""
    return (found.ground.flows(0) - found.removed) | found.added


# Changes in words


def told(changes: Iterable[Change], names: tuple[Names, Names], externals: Names, ports: Ports = PORTS) -> Told:
    """Return the ports that changes tell, by (change, source, destination), between all ends that have a name.

    `names` are those of the workloads of either side.
    """
    everyone = dict.fromkeys((*names[0], *names[1], *externals))
    found = dict.fromkeys(product((REMOVED, ADDED), everyone, everyone), frozenset[tuple[Protocol, int]]())
    for change in changes:
        known = names[0] if change.change == REMOVED else names[1]
        for src, dst in product(*(meant(words, known, externals) for words in (change.src, change.dst))):
            found[change.change, src, dst] |= open_on(ports_of(change.protocol, change.ports), 0, ports)
    return found


def meant(words: str, names: Names, externals: Names) -> tuple[str, ...]:
    """Return those with a name that words for ends stand for."""
    for whole, ends in (
        ("anyone", (*names, *externals)),
        ("any pod", tuple(names)),
        ("any address outside", tuple(externals)),
    ):
        if words == whole:
            return ends
        if words.startswith(f"{whole} but "):
            but = words.removeprefix(f"{whole} but ").replace(" and ", ", ").split(", ")
            return tuple(name for name in ends if name not in but)
    return tuple(name for name in (*names, *externals) if name == words)


def named_ends() -> dict[str, End]:
    """Return the ends that pages name, by the names that answers call them by."""
    found: dict[str, End] = {f"{name} pod": Pod(NAMESPACE_NAME, frozenset(labels_of(name))) for name in LABELS}
    outside = {name: Place(e.role, e.addresses[0].partition("/")[0]) for name, e in OUTSIDE.items()}
    return found | {"Audited pod": pod(NAMESPACE_NAME, audited="yes", release="es")} | outside
