"""The model in the words of networking.k8s.io/v1 NetworkPolicy."""

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from esspec.model import (
    AllowAll,
    AllowNone,
    AllowOnly,
    Anyone,
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
from esspec.targets.target import Inexpressible
from esspec.terms import Direction

NAME = "kubernetes"


class Port(NamedTuple):
    """One item of `ports`; without `port` it is every port of the protocol, `end_port` makes it a range."""

    protocol: str
    port: int | None = None
    end_port: int | None = None


class PodPeer(NamedTuple):
    """A peer by labels; `namespace` is None for the policy's own, "" for every one, else a name."""

    labels: tuple[tuple[str, str], ...]
    namespace: str | None


class BlockPeer(NamedTuple):
    """A peer by addresses."""

    cidr: str


class AllowRule(NamedTuple):
    """One item of `ingress` or `egress`; no peers mean everyone, no ports mean every port and protocol."""

    comments: tuple[str, ...]
    pods: tuple[PodPeer, ...] = ()
    blocks: tuple[BlockPeer, ...] = ()
    ports: tuple[Port, ...] = ()


class Section(NamedTuple):
    """One direction that is isolated: the policy type, the field, the word for its peers, and the rules."""

    policy_type: str
    field: str
    peers_field: str
    comment: str | None
    rules: tuple[AllowRule, ...]


class NetworkPolicy(NamedTuple):
    """One object, and the file it is written to."""

    file_name: str
    comments: tuple[str, ...]
    name: str
    namespace: str
    labels: tuple[tuple[str, str], ...]
    rules: str
    selector_origin: str
    pod_selector: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def lower(policies: PolicySet) -> tuple[NetworkPolicy, ...]:
    """Return one NetworkPolicy per workload of which the page says anything, in the order of the page.

    Raises Inexpressible for an external without addresses: Kubernetes sees addresses only.
    """
    return tuple(_policy(policies, w) for w in policies.workloads if isolated(w))


def _policy(policies: PolicySet, workload: Workload) -> NetworkPolicy:
    if workload.subject.namespace is None:
        raise AssertionError(f"{workload.name} has no namespace of its own")
    return NetworkPolicy(
        file_name=f"{workload.slug}.yaml",
        comments=head_comments(policies, workload),
        name=policies.prefix + workload.slug,
        namespace=workload.subject.namespace,
        labels=LABELS,
        rules=annotation(policies, workload, target=NAME),
        selector_origin=workload.origin,
        pod_selector=workload.subject.labels,
        sections=tuple(_section(policies, workload, d) for d in isolated(workload)),
    )


def _section(policies: PolicySet, workload: Workload, direction: Direction) -> Section:
    allowance = workload.allowance(direction)
    comment: str | None = None
    rules: tuple[AllowRule, ...] = ()
    match allowance:
        case AllowNone(line=line, words=words):
            comment = statement_comment(policies, line, words)
        case AllowAll(line=line):
            rules = (AllowRule((statement_comment(policies, line, "Any"),)),)
        case AllowOnly(rules=written):
            rules = tuple(_rule(policies, workload, rule) for rule in written)
        case Unspecified():
            raise AssertionError("an unspecified direction has no section")
        case _:
            assert_never(allowance)
    if direction is Direction.EGRESS:
        return Section("Egress", "egress", "to", comment, rules + tuple(_dns(policies, workload)))
    return Section("Ingress", "ingress", "from", comment, rules)


def _rule(policies: PolicySet, workload: Workload, rule: Rule) -> AllowRule:
    comments = rule_comments(policies, rule)
    ports = (
        (Port(rule.protocol.value),)
        if rule.ports == "all"
        else tuple(Port(rule.protocol.value, p.first, _end(p.first, p.last)) for p in rule.ports)
    )
    if any(isinstance(peer, Anyone) for peer in rule.peers):
        return AllowRule(comments, ports=ports)  # everyone holds all the others too
    peers = [item for peer in rule.peers for item in _peer(policies, workload, rule, peer)]
    pods = tuple(item for item in peers if isinstance(item, PodPeer))
    blocks = tuple(item for item in peers if isinstance(item, BlockPeer))
    return AllowRule(comments, pods, blocks, ports)


def _peer(policies: PolicySet, workload: Workload, rule: Rule, peer: Peer) -> tuple[PodPeer] | tuple[BlockPeer, ...]:
    match peer:
        case WorkloadPeer(workload=name):
            return (_pods(policies.workload[name].peer, workload),)
        case InstancePeer():
            if policies.instance is None:
                raise AssertionError("the binding has no instance")
            return (_pods(policies.instance, workload),)
        case ExternalPeer(external=name):
            return _blocks(policies, rule, policies.external[name])
        case Anyone():
            raise AssertionError("everyone is no item of a list of peers")
        case _:
            assert_never(peer)


def _blocks(policies: PolicySet, rule: Rule, external: External) -> tuple[BlockPeer, ...]:
    if external.addresses:
        return tuple(map(BlockPeer, external.addresses))
    raise Inexpressible(
        policies,
        target=NAME,
        at=rule,
        message=f"external '{external.name}' has no addresses",
        remedy=f'write addresses = ["…"] under [externals."{external.name}"] in {policies.binding}',
        code="external-without-address",
    )


def _pods(selector: Selector, subject: Workload) -> PodPeer:
    if selector.namespace is None:
        return PodPeer(selector.labels, "")
    own = selector.namespace == subject.subject.namespace
    return PodPeer(selector.labels, None if own else selector.namespace)


def _dns(policies: PolicySet, workload: Workload) -> Iterator[AllowRule]:
    if policies.dns:
        yield AllowRule(
            (dns_comment(policies.dns),),
            pods=tuple(_pods(peer, workload) for peer in policies.dns.peers),
            ports=tuple(Port(p.value, r.first, _end(r.first, r.last)) for p, r in policies.dns.ports),
        )


def _end(first: int, last: int) -> int | None:
    return None if first == last else last
