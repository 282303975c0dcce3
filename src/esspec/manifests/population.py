"""Who lives in a cluster, as manifests tell: pods under the names of what made them, and namespaces."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from esspec.manifests.manifest import Refused, identity
from esspec.manifests.manifest_objects import ManifestObject, object_twice, refused_object
from esspec.manifests.workload_pods import Workload, labels_of, read_workload, template_of
from esspec.problem import Problem, warning
from esspec.semantics.surroundings import Surroundings
from esspec.semantics.views import KnownPods
from esspec.terms import Protocol

_NAME_LABEL = "kubernetes.io/metadata.name"


class Population(NamedTuple):
    """The pods that are known, what policies may ask of what surrounds them, and what is wrong with some objects.

    `on_nodes` are the names of pods that use the network of their node.
    """

    pods: tuple[KnownPods, ...]
    on_nodes: tuple[str, ...]
    surroundings: Surroundings
    problems: tuple[Problem, ...]


class _Namespace(NamedTuple):
    found: ManifestObject
    labels: Mapping[str, str]


def is_inhabitant(found: ManifestObject) -> bool:
    """Return whether an object is a namespace or has pods."""
    return _is_namespace(found) or template_of(found) is not None


def population(objects: Iterable[ManifestObject], namespace: str) -> Population:
    """Return who lives where, by the `objects` that tell; those without a namespace are in `namespace`."""
    problems: list[Problem] = []
    namespaces: dict[str, _Namespace] = {}
    workloads: dict[tuple[str, str], Workload] = {}
    for found in objects:
        try:
            if _is_namespace(found):
                problems += _settle(found, namespaces)
            else:
                problems += _employ(read_workload(found, namespace), workloads)
        except Refused as refused:
            problems.append(refused_object(found, refused))
    here = tuple(workloads.values())
    pods, on_nodes = _pods(here, workloads)
    around = Surroundings({name: told.labels for name, told in namespaces.items()}, _port_numbers(here))
    return Population(pods, tuple(on_nodes), around, (*problems, *on_nodes.values()))


def _is_namespace(found: ManifestObject) -> bool:
    return (found.api_version, found.kind) == ("v1", "Namespace")


def _settle(found: ManifestObject, namespaces: dict[str, _Namespace]) -> Iterator[Problem]:
    """Take in a namespace; told twice alike it is one."""
    _, name = identity(found.body)
    told = _Namespace(found, {**labels_of(found.body.get("metadata")), _NAME_LABEL: name})
    first = namespaces.setdefault(name, told)
    if first.labels != told.labels:
        yield object_twice(found, name, first.found)


def _employ(workload: Workload, workloads: dict[tuple[str, str], Workload]) -> Iterator[Problem]:
    """Take in an object that has pods; told twice alike it is one."""
    first = workloads.setdefault((workload.namespace, workload.called), workload)
    if first.values != workload.values or bool(first.host_network) != bool(workload.host_network):
        yield object_twice(workload.found, f"{workload.namespace}/{workload.name}", first.found)


def _pods(
    here: Iterable[Workload], workloads: Mapping[tuple[str, str], Workload]
) -> tuple[tuple[KnownPods, ...], Mapping[str, Problem]]:
    """Return the pods by the names of what made them, and a word on each name of those that no policy selects."""
    pods: dict[tuple[str, frozenset[tuple[object, str]]], KnownPods] = {}
    on_nodes: dict[str, Problem] = {}
    for workload in here:
        called = _called(workload, workloads)
        name = f"{workload.namespace}/{called}"
        if workload.host_network:
            on_nodes.setdefault(name, _on_node(workload, name))
        elif called == workload.called or workload.found.kind == "Pod" or (workload.namespace, called) not in workloads:
            values = workload.values
            apart = "" if called == workload.called else f"{workload.namespace}/{workload.called}"
            place = f"{workload.found.file}:{workload.found.body.line}"
            found = KnownPods(name, values, place, apart=apart)
            pods.setdefault((name, frozenset(values.items())), found)
    return tuple(pods.values()), on_nodes


def _called(workload: Workload, workloads: Mapping[tuple[str, str], Workload]) -> str:
    """Return what the object is called that made a workload, or that made its maker; itself, if that is a circle."""
    called, maker, seen = workload.called, workload.maker, {workload.called}
    while maker:
        if maker in seen:
            return workload.called
        seen.add(maker)
        called = maker
        above = workloads.get((workload.namespace, maker))
        maker = above.maker if above else ""
    return called


def _on_node(workload: Workload, name: str) -> Problem:
    message = f"{name} uses the network of its node, where no policy selects it"
    remedy = "leave it out of what is compared"
    return warning("host-network", workload.found.file, (workload.host_network, 1), message, remedy)


def _port_numbers(workloads: Iterable[Workload]) -> Mapping[tuple[Protocol, str], frozenset[int]]:
    numbers: dict[tuple[Protocol, str], set[int]] = defaultdict(set)
    for workload in workloads:
        for port, number in workload.ports.items():
            numbers[port].add(number)
    return {port: frozenset(found) for port, found in numbers.items()}
