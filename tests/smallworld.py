"""Small worlds: what a model, a policy text and a page mean for single pods, addresses and ports.

Written once more from the meaning of the formats, to be obviously right and not to be fast: nothing here knows of
the classes and trees by which esspec compares, so that an error in those cannot agree with itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import product
from typing import NamedTuple

from esspec.model import (
    AllowAll,
    AllowOnly,
    Anyone,
    External,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    Selector,
    WorkloadPeer,
)
from esspec.semantics.lifted import Everyone, Outside, Peers, Pods, Policy, Values
from esspec.terms import Direction, Protocol, Role
from strategies import ANYWHERE, AUDITED, LABELS, NAMESPACE_NAME, OUTSIDE, RELEASE, Written


class Pod(NamedTuple):
    """One pod."""

    namespace: str
    labels: frozenset[tuple[str, str]]


class Place(NamedTuple):
    """One end that is no pod; without an address it is at one that nobody lists."""

    role: Role
    address: str | None = None


End = Pod | Place
Opening = tuple[Protocol, int, int]
Open = tuple[Opening, ...] | None
"""What is open between two ends in one direction: these ports, or (None) all, because the direction is not isolated."""

EVERY_PORT = tuple((protocol, 1, 65535) for protocol in Protocol)


def pod(namespace: str, **labels: str) -> Pod:
    """Return a pod with these labels and no others."""
    return Pod(namespace, frozenset((key.replace("_", "-"), value) for key, value in labels.items()))


def is_open(found: Open, protocol: Protocol, port: int) -> bool:
    """Return whether a port of a protocol is among what is open."""
    return found is None or any(p is protocol and first <= port <= last for p, first, last in found)


@cache
def ports_in(found: Open, ports: tuple[int, ...]) -> frozenset[tuple[Protocol, int]]:
    """Return which of some ports are open, protocol by protocol."""
    return frozenset((protocol, port) for protocol, port in product(Protocol, ports) if is_open(found, protocol, port))


# A model


def model_opens(policies: PolicySet, subject: Pod, direction: Direction, peer: End, target: str = "") -> Open:
    """Return what a model opens; for a target, with the imprecision that the binding accepts of it."""
    found: list[Opening] = []
    isolated = False
    for workload in policies.workloads:
        allowance = workload.allowance(direction)
        if allowance.kind == "unspecified" or not is_selected(subject, workload.subject):
            continue
        isolated = True
        if isinstance(allowance, AllowAll):
            found += EVERY_PORT
        if isinstance(allowance, AllowOnly):
            for rule in allowance.rules:
                if any(is_meant(policies, peer, each, target) for each in rule.peers):
                    ranges = [(1, 65535)] if rule.ports == "all" else [(p.first, p.last) for p in rule.ports]
                    found += [(rule.protocol, *each) for each in ranges]
        if policies.dns and direction is Direction.EGRESS and any(is_selected(peer, s) for s in policies.dns.peers):
            found += [(protocol, p.first, p.last) for protocol, p in policies.dns.ports]
    return tuple(found) if isolated else None


def is_selected(end: End, selector: Selector) -> bool:
    """Return whether an end is a pod that a selector of the model selects."""
    if not isinstance(end, Pod):
        return False
    return selector.namespace in (None, end.namespace) and end.labels >= set(selector.labels)


def is_meant(policies: PolicySet, end: End, peer: Peer, target: str) -> bool:
    """Return whether a peer of the model means an end."""
    match peer:
        case Anyone():
            return True
        case InstancePeer():
            return policies.instance is not None and is_selected(end, policies.instance)
        case WorkloadPeer(workload=name):
            return is_selected(end, policies.workload[name].peer)
        case ExternalPeer(external=name):
            external = policies.external[name]
            if (target, "all-nodes") in external.accepts:
                return isinstance(end, Place) and end.role is not Role.OUTSIDE
            return isinstance(end, Place) and is_at(end, external)


def is_at(place: Place, external: External) -> bool:
    """Return whether a place belongs to an external: it has the role, and an address if there are any."""
    if place.role is not external.role:
        return False
    return not external.addresses or is_within(place, external.addresses)


def is_within(place: Place, networks: Iterable[str]) -> bool:
    """Return whether a place has an address in one of the networks."""
    return place.address is not None and any(ip_address(place.address) in ip_network(n) for n in networks)


# Policy texts as read back


def lifted_opens(policies: Iterable[Policy], subject: Pod, direction: Direction, peer: End) -> Open:
    """Return what policies as read back open together."""
    found: list[Opening] = []
    isolated = False
    for policy in policies:
        if direction not in policy.isolates or not has_all(subject, policy.subject):
            continue
        isolated = True
        for grant in policy.grants(direction):
            if any(is_among(peer, peers) for peers in grant.peers):
                found += [(ports.protocol, ports.first, ports.last) for ports in grant.ports]
    return tuple(found) if isolated else None


def has_all(end: Pod, wanted: Pods) -> bool:
    """Return whether a pod satisfies every requirement."""
    labels = dict(end.labels)
    asked = [(end.namespace if key.kind == "namespace" else labels.get(key.name), v) for key, v in wanted.where]
    return all(holds(value, found) for found, value in asked)


def holds(wanted: Values, value: str | None) -> bool:
    """Return whether a value is in a set of values."""
    return (value in wanted.items) is wanted.listed


def is_among(end: End, peers: Peers) -> bool:
    """Return whether an end is one of the peers of a grant."""
    if isinstance(peers, Everyone):
        return True
    if isinstance(peers, Pods):
        return isinstance(end, Pod) and has_all(end, peers)
    return isinstance(end, Place) and is_place_among(end, peers)


def is_place_among(place: Place, outside: Outside) -> bool:
    """Return whether a place has one of the roles, and an address that is meant and not excepted."""
    meant = outside.networks is None or is_within(place, outside.networks)
    return place.role in outside.roles and meant and not is_within(place, outside.excluded)


# Pages


def page_opens(page: Written, subject: Pod, direction: Direction, peer: End) -> Open:
    """Return what a page opens, read from what it was written from and not from its text."""
    found: list[Opening] = []
    isolated = False
    for section in page.sections:
        said = section.said(direction)
        if not said or not is_of(subject, section.name):
            continue
        isolated = True
        if said == "Any":
            found += EVERY_PORT
        for row in said if isinstance(said, tuple) else ():
            if any(is_named(page, peer, name) for name in row.peers):
                found += [(Protocol(row.protocol), *ports) for ports in row.ports or [(1, 65535)]]
        if page.dns and direction is Direction.EGRESS and is_resolver(peer):
            found += [(Protocol.UDP, 53, 53), (Protocol.TCP, 53, 53)]
    return tuple(found) if isolated else None


def labels_of(name: str) -> set[tuple[str, str]]:
    """Return the labels of a workload of a page."""
    own = ("audited", "yes") if name == AUDITED else ("component", LABELS[name])
    return {own, ("release", RELEASE)}


def is_of(end: End, name: str, *, anywhere: bool = False) -> bool:
    """Return whether an end is a pod of a workload, in its namespace or in any."""
    return isinstance(end, Pod) and (anywhere or end.namespace == NAMESPACE_NAME) and end.labels >= labels_of(name)


def is_named(page: Written, end: End, name: str) -> bool:
    """Return whether a name in a cell means an end."""
    if name == ANYWHERE:
        return True
    if name in OUTSIDE:
        return isinstance(end, Place) and is_at(end, OUTSIDE[name])
    return is_of(end, name, anywhere=name in page.everywhere)


def is_resolver(end: End) -> bool:
    """Return whether an end is a pod that the binding's `[dns]` names."""
    return isinstance(end, Pod) and end.namespace == "kube-system" and ("k8s-app", "kube-dns") in end.labels


# Worlds


def places(externals: Sequence[External], networks: Iterable[str] = ()) -> tuple[Place, ...]:
    """Return the ends of every network with their neighbours, and those at addresses that nobody lists."""
    found = {Place(Role.NODE): None}
    found |= {Place(external.role): None for external in externals if not external.addresses}
    listed = {address: external for external in externals for address in external.addresses}
    for address in sorted(_near([*listed, *networks])):
        role = next((e.role for net, e in listed.items() if is_within(Place(e.role, address), [net])), Role.OUTSIDE)
        found[Place(role, address)] = None
    return tuple(found)


def _near(networks: Iterable[str]) -> Iterator[str]:
    for whole in map(ip_network, ("0.0.0.0/0", "::/0")):
        yield from (str(whole.network_address), str(whole.broadcast_address))
    yield "203.0.113.9"
    for network in map(ip_network, networks):
        for edge in (network.network_address, network.broadcast_address):
            yield str(edge)
            yield from (str(edge + step) for step in (-1, 1) if 0 < int(edge) < 2**edge.max_prefixlen - 1)


def model_pods(values: dict[str, tuple[str, ...]], namespaces: Sequence[str]) -> tuple[Pod, ...]:
    """Return a pod per namespace and combination of labels: a known value, another one, or no such label."""
    found = []
    for namespace, *chosen in product([*namespaces, "elsewhere"], *([*v, "something", None] for v in values.values())):
        labels = [(key, value) for key, value in zip(values, chosen, strict=True) if value is not None]
        found.append(Pod(str(namespace), frozenset(labels)))
    return tuple(found)


def page_pods(page: Written) -> tuple[Pod, ...]:
    """Return pods of every workload, such as carry some of its labels, its twins elsewhere, and strangers."""
    found = [
        pod(NAMESPACE_NAME),
        pod(NAMESPACE_NAME, release=RELEASE),
        pod("kube-system", k8s_app="kube-dns"),
        pod(NAMESPACE_NAME, k8s_app="kube-dns"),
        Pod(NAMESPACE_NAME, frozenset(set().union(*(labels_of(section.name) for section in page.sections[-2:])))),
    ]
    for section in page.sections:
        both = frozenset(labels_of(section.name))
        found += [Pod(NAMESPACE_NAME, both), Pod("elsewhere", both)]
        found += [Pod(NAMESPACE_NAME, both - {("release", RELEASE)}), Pod(NAMESPACE_NAME, both | {("x", "y")})]
    return tuple(dict.fromkeys(found))


def near_ports(edges: Iterable[int]) -> tuple[int, ...]:
    """Return ports and their neighbours, and the first and last of all."""
    found = {1, 65535} | {port + step for port in edges for step in (-1, 0, 1)}
    return tuple(sorted(port for port in found if 1 <= port <= 65535))
