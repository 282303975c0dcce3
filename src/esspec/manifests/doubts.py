"""What policies ask for and no manifest tells: numbers behind the names of ports, and labels of namespaces."""

from collections.abc import Iterable, Iterator

from esspec.problem import Problem, warning
from esspec.semantics.lifted import NAMESPACE, Pods
from esspec.semantics.surroundings import PortName, Surroundings, is_namespace_label, names_in
from esspec.semantics.views import KnownPods, Sourced
from esspec.terms import Direction


def doubts(policies: Iterable[Sourced], pods: Iterable[KnownPods], around: Surroundings) -> Iterator[Problem]:
    """Yield a warning per rule on a port name that no known pod has, and one about namespaces without labels."""
    asking: Sourced | None = None
    for sourced in policies:
        for name, line in dict.fromkeys(names_in(sourced.policy)):
            if name not in around.port_numbers:
                yield _unknown_port((sourced.file, line), name, around)
        if asking is None and _asks_for_namespaces(sourced):
            asking = sourced
    if asking:
        yield from _unknown_namespaces(asking, pods, around)


def _unknown_port(at: tuple[str, int], name: PortName, around: Surroundings) -> Problem:
    stand_ins = around.stand_ins(*name)
    told = "its number is not known" if len(stand_ins) == 1 else f"{', '.join(stand_ins)} stand for its number"
    message = f"no pod here calls a {name.protocol} port '{name.name}', so {told}"
    return warning("unknown-port-name", at[0], (at[1], 1), message, "give the pods too, or write the number")


def _asks_for_namespaces(sourced: Sourced) -> bool:
    return any(
        is_namespace_label(key)
        for direction in Direction
        for grant in sourced.policy.grants(direction)
        for peer in grant.peers
        if isinstance(peer, Pods)
        for key, _ in peer.where
    )


def _unknown_namespaces(asking: Sourced, pods: Iterable[KnownPods], around: Surroundings) -> Iterator[Problem]:
    lived_in = {known.values[NAMESPACE] for known in pods}
    unknown = sorted(lived_in - around.namespaces.keys())
    if unknown:
        names = ", ".join(f"'{name}'" for name in unknown)
        message = f"namespaces are selected by label here, and none is known of {names}, whose pods are given"
        remedy = "give the Namespace objects too; without them these have no labels"
        yield warning("unknown-namespace", asking.file, (asking.policy.line, 1), message, remedy)
