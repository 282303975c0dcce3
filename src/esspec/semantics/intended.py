"""The page's own model in the common language of readings: what every target is held to.

This shares nothing with any `lower`; it is written to be obviously right.
"""

from collections.abc import Iterator

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
    Workload,
    WorkloadPeer,
)
from esspec.semantics.lifted import (
    EVERYONE,
    NAMESPACE,
    Grant,
    Lifted,
    Outside,
    Peers,
    Pods,
    Policy,
    Ports,
    Reason,
    all_ports,
    label,
    only,
    pods,
)
from esspec.terms import Direction, Role

EVERY_NODE = Outside(None, frozenset({Role.NODE, Role.KUBE_APISERVER}))
"""What `cilium = "all-nodes"` accepts in place of one node."""


def intended(policies: PolicySet, target: str = "") -> Lifted:
    """Return what the page means; for a target, with the imprecisions that the binding accepts of it."""
    return Lifted(
        policies=tuple(_policy(policies, workload, target) for workload in policies.workloads),
        reasons=tuple(reasons_by_row(policies)),
    )


def reasons_by_row(policies: PolicySet) -> Iterator[Reason]:
    """Yield (row hash, reason) of every rule, and ("dns", reason) for every isolated egress with name resolution."""
    for workload in policies.workloads:
        yield from (Reason(rule.row, rule.reason) for rule in workload.rules)
        yield from _dns_reason(policies, workload)


def reasons_by_line(policies: PolicySet) -> Iterator[Reason]:
    """Yield the same reasons as `reasons_by_row`, the rows named `line N` of the page."""
    for workload in policies.workloads:
        yield from (Reason(f"line {rule.line}", rule.reason) for rule in workload.rules)
        yield from _dns_reason(policies, workload)


def accepted(policies: PolicySet, target: str) -> tuple[str, ...]:
    """Return a sentence per imprecision of a target that the binding accepts."""
    return tuple(
        f"{target}: '{external.name}' admits every node ({external.origin}: {key} = \"{word}\")"
        for external in policies.externals
        for key, word in external.accepts
        if key == target
    )


def selected(selector: Selector) -> Pods:
    """Return the pods of a selector."""
    namespace = [(NAMESPACE, only(selector.namespace))] if selector.namespace is not None else []
    return pods([*namespace, *((label(key), only(value)) for key, value in selector.labels)])


def addresses(external: External) -> Outside:
    """Return the ends of an external: its addresses in its role; without addresses, all of its role."""
    return Outside(external.addresses or None, frozenset({external.role}))


def _dns_reason(policies: PolicySet, workload: Workload) -> Iterator[Reason]:
    if policies.dns and workload.egress.kind != "unspecified":
        yield Reason("dns", policies.dns.reason)


def _policy(policies: PolicySet, workload: Workload, target: str) -> Policy:
    isolates = frozenset(d for d in Direction if workload.allowance(d).kind != "unspecified")
    egress = tuple(_grants(policies, workload, Direction.EGRESS, target))
    if policies.dns and Direction.EGRESS in isolates:
        ports = tuple(Ports(protocol, r.first, r.last) for protocol, r in policies.dns.ports)
        egress += (Grant(tuple(map(selected, policies.dns.peers)), ports, 0),)
    return Policy(
        name=workload.name,
        subject=selected(workload.subject),
        isolates=isolates,
        ingress=tuple(_grants(policies, workload, Direction.INGRESS, target)),
        egress=egress,
        line=next(iter(workload.lines), 0),
    )


def _grants(policies: PolicySet, workload: Workload, direction: Direction, target: str) -> Iterator[Grant]:
    allowance = workload.allowance(direction)
    if isinstance(allowance, AllowAll):
        yield Grant((EVERYONE,), all_ports(), allowance.line)
    if isinstance(allowance, AllowOnly):
        for rule in allowance.rules:
            ports = (
                all_ports(rule.protocol)
                if rule.ports == "all"
                else tuple(Ports(rule.protocol, r.first, r.last) for r in rule.ports)
            )
            yield Grant(tuple(_peer(policies, peer, target) for peer in rule.peers), ports, rule.line)


def _peer(policies: PolicySet, peer: Peer, target: str) -> Peers:
    match peer:
        case Anyone():
            return EVERYONE
        case WorkloadPeer(workload=name):
            return selected(policies.workload[name].peer)
        case InstancePeer():
            if policies.instance is None:
                raise AssertionError("the binding has no instance")
            return selected(policies.instance)
        case ExternalPeer(external=name):
            external = policies.external[name]
            return EVERY_NODE if (target, "all-nodes") in external.accepts else addresses(external)
