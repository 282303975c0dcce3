"""The model in the words of cilium.io/v2 CiliumNetworkPolicy."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, assert_never

from esspec.model import (
    AllowAll,
    AllowNone,
    AllowOnly,
    Anyone,
    Dns,
    External,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    Rule,
    Selector,
    Unspecified,
    Workload,
    WorkloadPeer,
)
from esspec.targets.objects import (
    LABELS,
    annotation,
    dns_comment,
    head_comments,
    isolated,
    rule_comments,
    statement_comment,
)
from esspec.terms import Direction, Protocol, Role
from esspec_cilium.limits import NAME, check

NAMESPACE_KEY = "k8s:io.kubernetes.pod.namespace"
MAX_PORTS = 40  # of one item of toPorts (cilium/cilium: pkg/policy/api/rule_validation.go)


class Port(NamedTuple):
    """One item of `ports`; the port is text, "0" for every port, and `end_port` makes it a range."""

    port: str
    protocol: str
    end_port: int | None = None


class Endpoints(NamedTuple):
    """Pods by labels: without the namespace label, those of the policy's own namespace, or of every one."""

    labels: tuple[tuple[str, str], ...]
    every_namespace: bool = False


class Item(NamedTuple):
    """One item of `ingress` or `egress`, of one kind of peer; with no peers at all it only isolates."""

    comments: tuple[str, ...]
    endpoints: tuple[Endpoints, ...] = ()
    entities: tuple[str, ...] = ()
    cidrs: tuple[str, ...] = ()
    ports: tuple[tuple[Port, ...], ...] = ()


class Section(NamedTuple):
    """One direction that is isolated: its field, the fields for its peers, and its items (never none)."""

    field: str
    endpoints_field: str
    entities_field: str
    cidr_field: str
    items: tuple[Item, ...]


class CiliumNetworkPolicy(NamedTuple):
    """One object, and the file it is written to."""

    file_name: str
    comments: tuple[str, ...]
    name: str
    namespace: str
    labels: tuple[tuple[str, str], ...]
    rules: str
    selector_origin: str
    endpoint_selector: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def lower(policies: PolicySet) -> tuple[CiliumNetworkPolicy, ...]:
    """Return one CiliumNetworkPolicy per workload of which the page says anything, in the order of the page.

    Raises Inexpressible, with all there is to say, for what esspec_cilium.limits lists.
    """
    check(policies)
    return tuple(_policy(policies, w) for w in policies.workloads if isolated(w))


def _policy(policies: PolicySet, workload: Workload) -> CiliumNetworkPolicy:
    namespace = workload.subject.namespace
    if namespace is None:
        raise AssertionError(f"{workload.name} has no namespace of its own")
    return CiliumNetworkPolicy(
        file_name=f"{workload.slug}.yaml",
        comments=head_comments(policies, workload),
        name=policies.prefix + workload.slug,
        namespace=namespace,
        labels=LABELS,
        rules=annotation(policies, workload, target=NAME),
        selector_origin=workload.origin,
        endpoint_selector=_prefixed(workload.subject.labels),
        sections=tuple(_section(policies, workload, namespace, d) for d in isolated(workload)),
    )


def _section(policies: PolicySet, workload: Workload, namespace: str, direction: Direction) -> Section:
    allowance = workload.allowance(direction)
    match allowance:
        case AllowNone(line=line, words=words):
            items = [Item((statement_comment(policies, line, words),))]
        case AllowAll(line=line):
            items = [Item((statement_comment(policies, line, "Any"),), entities=("all",))]
        case AllowOnly(rules=rules):
            items = [item for rule in rules for item in _items(policies, namespace, rule)]
        case Unspecified():
            raise AssertionError("an unspecified direction has no section")
        case _:
            assert_never(allowance)
    if direction is Direction.INGRESS:
        return Section("ingress", "fromEndpoints", "fromEntities", "fromCIDR", tuple(items))
    if policies.dns:
        items.append(_dns(policies.dns, namespace))
    return Section("egress", "toEndpoints", "toEntities", "toCIDR", tuple(items))


def _items(policies: PolicySet, namespace: str, rule: Rule) -> Iterator[Item]:
    """Yield one item per kind of peer: Cilium refuses two in one (pkg/policy/api/rule_validation.go)."""
    ports = _ports(rule)
    if any(isinstance(peer, Anyone) for peer in rule.peers):
        yield Item(rule_comments(policies, rule), entities=("all",), ports=ports)  # everyone holds all the others
        return
    externals = [policies.external[peer.external] for peer in rule.peers if isinstance(peer, ExternalPeer)]
    pods = [peer for peer in rule.peers if not isinstance(peer, ExternalPeer)]
    if pods:
        endpoints = tuple(_endpoints(_selector(policies, peer), namespace) for peer in pods)
        yield Item(rule_comments(policies, rule, pods), endpoints=endpoints, ports=ports)
    if inside := [external for external in externals if external.role is not Role.OUTSIDE]:
        comments = (*_comments(policies, rule, inside), *(text for e in inside for text in _widened(e)))
        entities = dict.fromkeys(entity for external in inside for entity in _entities(external))
        yield Item(comments, entities=tuple(entities), ports=ports)
    if outside := [external for external in externals if external.role is Role.OUTSIDE]:
        cidrs = tuple(cidr for external in outside for cidr in external.addresses)
        yield Item(_comments(policies, rule, outside), cidrs=cidrs, ports=ports)


def _comments(policies: PolicySet, rule: Rule, externals: Iterable[External]) -> tuple[str, ...]:
    return rule_comments(policies, rule, [ExternalPeer(external=external.name) for external in externals])


def _selector(policies: PolicySet, peer: Peer) -> Selector:
    match peer:
        case WorkloadPeer(workload=name):
            return policies.workload[name].peer
        case InstancePeer():
            if policies.instance is None:
                raise AssertionError("the binding has no instance")
            return policies.instance
        case Anyone() | ExternalPeer():
            raise AssertionError("this peer has no selector")
        case _:
            assert_never(peer)


def _endpoints(selector: Selector, namespace: str) -> Endpoints:
    return _pods(selector.labels, selector.namespace, namespace)


@lru_cache(maxsize=1 << 14)  # a page names the same few peers again and again
def _pods(labels: tuple[tuple[str, str], ...], namespace: str | None, own: str) -> Endpoints:
    found = _prefixed(labels)
    if namespace is None:
        return Endpoints(found, every_namespace=True)
    return Endpoints(found if namespace == own else ((NAMESPACE_KEY, namespace), *found))


def _prefixed(labels: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the labels as labels from Kubernetes; without the prefix, those of any source would match."""
    return tuple((f"k8s:{key}", value) for key, value in labels)


def _entities(external: External) -> tuple[str, ...]:
    match external.role:
        case Role.OUTSIDE:
            return ()
        case Role.KUBE_APISERVER:
            return ("kube-apiserver",)
        case Role.NODE:
            return ("host", "remote-node")
        case _:
            assert_never(external.role)


def _widened(external: External) -> Iterator[str]:
    if external.role is Role.NODE:
        yield (
            f"{external.origin}: wider than the page: every node, and the API server's, instead of "
            f"'{external.name}' alone, which Cilium cannot name; accepted by cilium = \"all-nodes\""
        )


def _dns(dns: Dns, namespace: str) -> Item:
    return Item(
        (dns_comment(dns),),
        endpoints=tuple(_endpoints(peer, namespace) for peer in dns.peers),
        ports=_chunks(tuple((p, r.first, r.last) for p, r in dns.ports)),
    )


def _ports(rule: Rule) -> tuple[tuple[Port, ...], ...]:
    if rule.ports == "all":
        return _chunks(((rule.protocol, 0, 0),))
    return _chunks(tuple((rule.protocol, p.first, p.last) for p in rule.ports))


@lru_cache(maxsize=1 << 14)
def _chunks(ports: tuple[tuple[Protocol, int, int], ...]) -> tuple[tuple[Port, ...], ...]:
    listed = tuple(Port(str(first), p.value, None if first == last else last) for p, first, last in ports)
    return tuple(listed[start : start + MAX_PORTS] for start in range(0, len(listed), MAX_PORTS))
