"""What Cilium cannot say, found in the model before anything is written.

Each of these would pass the API server and then mean something else: a selector that matches nothing, a rule
that admits more than the page says, or an object that the agent drops, which leaves its pods open.
"""

from collections.abc import Iterable, Iterator, Sequence

from esspec.model import (
    AllowOnly,
    Anyone,
    External,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    Rule,
    Selector,
    Workload,
    WorkloadPeer,
)
from esspec.problem import EsspecError, in_order
from esspec.targets.objects import isolated, rules_of
from esspec.targets.target import Inexpressible
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol, Role

NAME = "cilium"
ALL_NODES = (NAME, "all-nodes")

# cilium/cilium: pkg/labelsfilter/filter.go, defaultLabelPrefixCfg, v1.20.2. The last one is no exclusion but
# Cilium's own name space, in which a pod's own label is overwritten.
_IGNORED = (
    "io.kubernetes",
    "kubernetes.io",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "k8s.io",
    "pod-template-generation",
    "pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
    "annotation",
    "etcd_node",
    "topology.kubernetes.io",
    "io.cilium.k8s",
)
_IGNORED_ANYWHERE = "beta.kubernetes.io"
# Up to v1.19 the agent validates `k8s.<key>` as a label key, whose name may have 63 characters and whose
# prefix 253; an object that fails is dropped, and its pods are open (pkg/policy/api/selector.go).
_MAX_NAME, _MAX_PREFIX = 59, 249


def check(policies: PolicySet) -> None:
    """Raise one Inexpressible that holds every problem; return where Cilium can say all of it."""
    found = [*_externals(policies), *_labels(policies), *_api_servers(policies)]
    if found:
        EsspecError.__init__(found[0], in_order([p for each in found for p in each.problems]))
        raise found[0]


def selects(key: str) -> bool:
    """Return whether a pod's label `key` is part of its identity by default: no selector sees others."""
    return not key.startswith(_IGNORED) and _IGNORED_ANYWHERE not in key


def _externals(policies: PolicySet) -> Iterator[Inexpressible]:
    unsayable = {e.name: e for e in policies.externals if _is_unsayable(e)}
    if not unsayable:
        return
    for workload in policies.workloads:
        for _, rule in rules_of(workload):
            for peer in rule.peers:
                if isinstance(peer, ExternalPeer) and peer.external in unsayable:
                    yield _unsayable(policies, rule, unsayable[peer.external])


def _is_unsayable(external: External) -> bool:
    if external.role is Role.OUTSIDE:
        return not external.addresses
    return external.role is Role.NODE and ALL_NODES not in external.accepts


def _unsayable(policies: PolicySet, rule: Rule, external: External) -> Inexpressible:
    where = f'under [externals."{external.name}"] in {policies.binding}'
    if external.role is Role.OUTSIDE:
        return Inexpressible(
            policies,
            target=NAME,
            at=rule,
            message=f"external '{external.name}' has no addresses",
            remedy=f'write addresses = ["…"] {where}',
            code="external-without-address",
        )
    return Inexpressible(
        policies,
        target=NAME,
        at=rule,
        message=f"external '{external.name}' is one node, and Cilium cannot name one node",
        remedy=f'write cilium = "all-nodes" {where}, which admits every node, or give it another role',
    )


def _labels(policies: PolicySet) -> Iterator[Inexpressible]:
    keys = {key for selector in _selectors(policies) for key, _ in selector.labels}
    faults = {key: fault for key in sorted(keys) if (fault := _fault(key))}
    for at, whose, selector in _written(policies) if faults else ():
        for key, _ in selector.labels:
            if key in faults:
                code, message = faults[key]
                yield Inexpressible(
                    policies,
                    target=NAME,
                    at=at,
                    message=f"label '{key}' of {whose} {message}",
                    remedy=f"select these pods by another label in {policies.binding}",
                    code=code,
                )


def _selectors(policies: PolicySet) -> Iterator[Selector]:
    for workload in policies.workloads:
        yield workload.subject
        yield workload.peer
    if policies.instance:
        yield policies.instance
    if policies.dns:
        yield from policies.dns.peers


def _written(policies: PolicySet) -> Iterator[tuple[Workload | None, str, Selector]]:
    """Yield the selectors that are written, with whose they are; what nothing names is in no file."""
    for workload in policies.workloads:
        if isolated(workload):
            yield workload, f"workload '{workload.name}'", workload.subject
        for _, rule in rules_of(workload):
            for peer in rule.peers:
                if isinstance(peer, WorkloadPeer):
                    named = policies.workload[peer.workload]
                    yield named, f"workload '{named.name}'", named.peer
                elif isinstance(peer, InstancePeer) and policies.instance:
                    yield None, "the instance", policies.instance
        if policies.dns and Direction.EGRESS in isolated(workload):
            for selector in policies.dns.peers:
                yield None, "[dns]", selector


def _fault(key: str) -> tuple[str, str] | None:
    """Return the code and the words for what is wrong with a label key, None where Cilium sees it."""
    if not selects(key):
        return "cilium-ignored-label", "is left out of identities by Cilium, so that it selects nothing"
    prefix, _, name = key.rpartition("/")
    if len(prefix) > _MAX_PREFIX or (not prefix and len(name) > _MAX_NAME):
        return "cilium-long-label", "is too long for Cilium, which puts four characters in front of it"
    return None


def _api_servers(policies: PolicySet) -> Iterator[Inexpressible]:
    """Yield where two API servers are treated differently: Cilium's entity means all of them at once."""
    servers = [e.name for e in policies.externals if e.role is Role.KUBE_APISERVER]
    for workload in policies.workloads if len(servers) > 1 else ():
        for direction in Direction:
            allowance = workload.allowance(direction)
            if isinstance(allowance, AllowOnly):
                reach = {name: _reach(allowance.rules, name) for name in servers}
                other = next((name for name in servers if reach[name] != reach[servers[0]]), None)
                if other:
                    yield Inexpressible(
                        policies,
                        target=NAME,
                        at=workload,
                        message=f"'{servers[0]}' and '{other}' are both API servers, which Cilium cannot "
                        f"tell apart, and the {direction.value} of workload '{workload.name}' treats them "
                        "differently",
                        remedy=f"name both in the same rows, or give one another role in {policies.binding}",
                    )


def _reach(rules: Iterable[Rule], external: str) -> dict[Protocol, list[tuple[int, int]]]:
    """Return the ports on which `rules` admit an external, as the fewest intervals."""
    found: dict[Protocol, list[tuple[int, int]]] = {}
    for rule in rules:
        if any(_admits(peer, external) for peer in rule.peers):
            ports = found.setdefault(rule.protocol, [])
            if rule.ports == "all":
                ports.append((FIRST_PORT, LAST_PORT))
            else:
                ports += [(p.first, p.last) for p in rule.ports]
    return {protocol: list(_joined(sorted(ports))) for protocol, ports in found.items()}


def _admits(peer: Peer, external: str) -> bool:
    return isinstance(peer, Anyone) or (isinstance(peer, ExternalPeer) and peer.external == external)


def _joined(ports: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield intervals, which come in order, with those that touch or overlap made one."""
    first, last = ports[0]
    for start, end in ports[1:]:
        if start > last + 1:
            yield first, last
            first, last = start, end
        last = max(last, end)
    yield first, last
