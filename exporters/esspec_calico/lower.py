"""The model in the words of projectcalico.org/v3 GlobalNetworkPolicy.

Sources: projectcalico/calico api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go and policy_common.go. All
that one rule asks for must hold at once, so alternatives are rules of their own.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeVar, assert_never

from esspec.model import (
    AllowAll,
    AllowNone,
    AllowOnly,
    Anyone,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    PortRange,
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
from esspec.terms import Direction
from esspec_calico.limits import (
    MAX_NETS,
    MAX_PORTS,
    NAME,
    object_name,
    refuse_names_twice,
    refuse_too_many,
    selector,
    without_address,
)

TIER = "default"
ORDER = 1000  # where Calico puts Kubernetes' policies (libcalico-go/lib/backend/k8s/conversion/conversion.go)
POD = "projectcalico.org/orchestrator == 'k8s'"
"""Without this clause a selector reaches host endpoints too, and in a rule network sets."""

Ports = tuple[int | str, ...]
Item = TypeVar("Item")


class Entity(NamedTuple):
    """One end of a rule; a namespace selector stands beside every selector."""

    selector: str = ""
    namespace_selector: str = ""
    nets: tuple[str, ...] = ()
    ports: Ports = ()


class AllowRule(NamedTuple):
    """One item of `ingress` or `egress`: no protocol means every one, an end that is not named is anyone."""

    comments: tuple[str, ...]
    protocol: str = ""
    sides: tuple[tuple[str, Entity], ...] = ()


class Section(NamedTuple):
    """One direction that is isolated: its policy type, its field, and its rules."""

    policy_type: str
    field: str
    comment: str | None
    rules: tuple[AllowRule, ...]


class GlobalNetworkPolicy(NamedTuple):
    """One object, and the file it is written to."""

    file_name: str
    comments: tuple[str, ...]
    name: str
    labels: tuple[tuple[str, str], ...]
    rules: str
    tier: str
    order: int
    selector_origin: str
    selector: str
    sections: tuple[Section, ...]


class _Page(NamedTuple):
    """The model, and each workload's pods as a peer, so that they are put into words once."""

    policies: PolicySet
    pods: dict[str, Entity]


def lower(policies: PolicySet) -> tuple[GlobalNetworkPolicy, ...]:
    """Return one GlobalNetworkPolicy per workload of which the page says anything, in the order of the page.

    Raises Inexpressible for an external without addresses, for labels that a selector cannot ask for, and for
    what goes beyond Calico's limits (esspec_calico.limits).
    """
    page = _Page(policies, {w.name: _pods(policies, w.peer, w) for w in policies.workloads})
    written = [w for w in policies.workloads if isolated(w)]
    refuse_names_twice(policies, written, [object_name(policies, w) for w in written])
    return tuple(_policy(page, w) for w in written)


def _policy(page: _Page, workload: Workload) -> GlobalNetworkPolicy:
    policies, subject = page.policies, workload.subject
    if subject.namespace is None:
        raise AssertionError(f"{workload.name} has no namespace of its own")
    namespace = f"projectcalico.org/namespace == '{subject.namespace}'"
    return GlobalNetworkPolicy(
        file_name=f"{workload.slug}.yaml",
        comments=head_comments(policies, workload),
        name=object_name(policies, workload),
        labels=LABELS,
        rules=annotation(policies, workload, target=NAME),
        tier=TIER,
        order=ORDER,
        selector_origin=workload.origin,
        selector=selector(policies, subject.labels, namespace, POD, at=workload),
        sections=tuple(_section(page, workload, d) for d in isolated(workload)),
    )


def _section(page: _Page, workload: Workload, direction: Direction) -> Section:
    allowance = workload.allowance(direction)
    comment, rules = None, []
    match allowance:
        case AllowNone(line=line, words=words):
            comment = statement_comment(page.policies, line, words)
        case AllowAll(line=line):
            rules.append(AllowRule((statement_comment(page.policies, line, "Any"),)))
        case AllowOnly(rules=written):
            for rule in written:
                rules += _rules(page, rule, direction)
        case Unspecified():
            raise AssertionError("an unspecified direction has no section")
        case _:
            assert_never(allowance)
    if direction is Direction.EGRESS:
        rules += _dns(page.policies)
    refuse_too_many(page.policies, workload, direction.value, len(rules))
    return Section(direction.value.capitalize(), direction.value, comment, tuple(rules))


def _rules(page: _Page, rule: Rule, direction: Direction) -> Iterator[AllowRule]:
    """Yield the rules of one row: one per peer, address family, and as many ports as a list holds."""
    ports = () if rule.ports == "all" else tuple(map(_port, rule.ports))
    for peer, entity in _peers(page, rule):
        comments = rule_comments(page.policies, rule, (peer,))
        for some in _chunks(ports, MAX_PORTS):
            yield AllowRule(comments, rule.protocol.value, _sides(direction, entity, some))


def _sides(direction: Direction, peer: Entity, ports: Ports) -> tuple[tuple[str, Entity], ...]:
    """Return the ends of a rule. The ports are the destination's in both directions (policy_common.go)."""
    if direction is Direction.EGRESS:
        end = Entity(peer.selector, peer.namespace_selector, peer.nets, ports)
        return (("destination", end),) if any(end) else ()
    ends = (("source", peer), ("destination", Entity(ports=ports)))
    return tuple(end for end in ends if any(end[1]))


def _peers(page: _Page, rule: Rule) -> Iterator[tuple[Peer, Entity]]:
    everyone = next((peer for peer in rule.peers if isinstance(peer, Anyone)), None)
    if everyone:
        yield everyone, Entity()  # everyone holds all the others too
        return
    for peer in rule.peers:
        for entity in _peer(page, rule, peer):
            yield peer, entity


def _peer(page: _Page, rule: Rule, peer: Peer) -> Iterator[Entity]:
    match peer:
        case WorkloadPeer(workload=name):
            yield page.pods[name]
        case InstancePeer():
            if page.policies.instance is None:
                raise AssertionError("the binding has no instance")
            yield _pods(page.policies, page.policies.instance, rule)
        case ExternalPeer(external=name):
            addresses = page.policies.external[name].addresses
            if not addresses:
                raise without_address(page.policies, rule, name)
            yield from _nets(addresses)
        case Anyone():
            raise AssertionError("everyone is no item of a list of peers")
        case _:
            assert_never(peer)


def _pods(policies: PolicySet, wanted: Selector, at: Workload | Rule | None) -> Entity:
    """Return the pods of a selector; `all()` for a namespace means that there is one, as every pod has.

    Source: projectcalico/calico libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go.
    """
    everywhere = wanted.namespace is None
    return Entity(
        selector(policies, wanted.labels, POD, at=at),
        "all()" if everywhere else f"projectcalico.org/name == '{wanted.namespace}'",
    )


def _nets(addresses: tuple[str, ...]) -> Iterator[Entity]:
    """Yield addresses in lists of one family; Calico refuses a rule with both (validator/v3/validator.go)."""
    for six in (False, True):
        family = tuple(address for address in addresses if (":" in address) is six)
        if family:
            for some in _chunks(family, MAX_NETS):
                yield Entity(nets=some)


def _dns(policies: PolicySet) -> Iterator[AllowRule]:
    if policies.dns is None:
        return
    comments = (dns_comment(policies.dns),)
    protocols = dict.fromkeys(protocol for protocol, _ in policies.dns.ports)
    for wanted in policies.dns.peers:
        peer = _pods(policies, wanted, None)
        for protocol in protocols:
            ports = tuple(_port(found) for of, found in policies.dns.ports if of is protocol)
            for some in _chunks(ports, MAX_PORTS):
                yield AllowRule(comments, protocol.value, _sides(Direction.EGRESS, peer, some))


def _port(ports: PortRange) -> int | str:
    return ports.first if ports.first == ports.last else f"{ports.first}:{ports.last}"


def _chunks(items: tuple[Item, ...], size: int) -> Iterator[tuple[Item, ...]]:
    """Yield `items` in tuples of at most `size`; one empty tuple where there are none."""
    for start in range(0, max(len(items), 1), size):
        yield items[start : start + size]
