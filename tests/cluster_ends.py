"""Ends of flows on both sides of a comparison: as single ends for the naive reading, and as classes of a sight."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import product
from typing import NamedTuple

from drawn_cluster import NUMBERS
from esspec.manifests.cluster import Cluster, read_clusters
from esspec.manifests.manifest_files import ManifestText
from esspec.problem import errors_in
from esspec.semantics.flows import Flows
from esspec.semantics.lifted import NAMESPACE, Key, Values, label
from esspec.semantics.surroundings import named_port, namespace_label, port_name
from esspec.semantics.views import Sight, see
from esspec.terms import Protocol
from naive_cluster import Data, End, Flow, Pod, Port, namespace_labels

PORTS = (1, *NUMBERS, 82, 8081)
"""A port of every piece into which ranges between NUMBERS cut all ports."""


class Known(NamedTuple):
    """An end, and the number of the class that it is in."""

    end: End
    number: int


def clusters(*texts: str) -> tuple[Cluster, ...]:
    """Return what each of some texts says, read without an error."""
    found = read_clusters([[ManifestText("m.yaml", text)] for text in texts])
    assert [problem for cluster in found for problem in errors_in(cluster.problems)] == []
    return found


def sights(*texts: str) -> tuple[Sight, ...]:
    """Return each of some texts, all cut into the same classes."""
    return see([cluster.view("m.yaml") for cluster in clusters(*texts)])


def pod_at(sight: Sight, pod: Pod, described: Iterable[str]) -> Known:
    """Return a pod in its class; of a namespace that is `described` selectors can ask the name only."""
    values = {NAMESPACE: pod.namespace, **{label(key): value for key, value in pod.labels.items()}}
    if pod.namespace not in described:
        values |= {namespace_label(key): value for key, value in pod.namespace_labels.items()}
    values |= {named_port(Protocol(p.protocol), p.name): str(p.number) for p in pod.ports}
    return Known(pod, sight.ends.pod(values))


def address_at(sight: Sight, address: str) -> Known:
    """Return an address in its class."""
    found = ip_address(address)
    position = (found.version, int(found))
    numbers = (
        number
        for number, end in enumerate(sight.ends.outside, len(sight.ends.pods))
        if end.first is not None and end.last is not None and end.first <= position <= end.last
    )
    (number,) = numbers
    return Known(address, number)


def example_of(sight: Sight, number: int, cluster: Sequence[Data]) -> End | None:
    """Return an end of a class; None for a node whose address nobody knows."""
    if number < len(sight.ends.pods):
        return _pod_of(dict(sight.ends.pods[number].where), cluster)
    first = sight.ends.outside[number - len(sight.ends.pods)].first
    if first is None:
        return None
    return str(IPv4Address(first[1]) if first[0] == 4 else IPv6Address(first[1]))


def _pod_of(where: Mapping[Key, Values], cluster: Sequence[Data]) -> Pod:
    namespace = _value(where.get(NAMESPACE, Values(frozenset(), listed=False))) or "elsewhere"
    labels = {key.name: value for key, values in where.items() if key.kind == "label" and (value := _value(values))}
    of_namespace = {
        key.name: value for key, values in where.items() if key.kind == "namespace label" and (value := _value(values))
    }
    ports = [(name, _value(values)) for key, values in where.items() if (name := port_name(key))]
    named = tuple(Port(name.name, name.protocol, int(number)) for name, number in ports if number)
    return Pod(namespace, labels, namespace_labels(cluster, namespace, of_namespace), named)


def _value(values: Values) -> str | None:
    """Return one of some values; None, if it is among them, is "has no such label"."""
    if values.listed:
        (value,) = values.items
        return value
    return "another" if None in values.items else None


def flows_between(ends: Sequence[Known]) -> Iterator[tuple[Flow, int, int]]:
    """Yield every flow that is tried between two ends of which one is a pod, with the classes of the ends."""
    for source, destination in product(ends, repeat=2):
        if isinstance(source.end, Pod) or isinstance(destination.end, Pod):
            for protocol, port in product(Protocol, PORTS):
                yield Flow(source.end, destination.end, protocol.value, port), source.number, destination.number


def holds(flows: Flows, source: int, destination: int, flow: Flow) -> bool:
    """Return whether a set has a flow."""
    return any(
        segment.protocol == flow.protocol
        and segment.first <= flow.port <= segment.last
        and segment.peers >> destination & 1
        for segment in flows.rows.get(source, ())
    )
