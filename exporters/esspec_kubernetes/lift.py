"""Reading NetworkPolicy text: what the API says it means, after the API server's validation and defaulting.

Sources: kubernetes/api networking/v1/types.go; kubernetes/kubernetes pkg/apis/networking/v1/defaults.go.
This module knows nothing of how the text was written.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from esspec.manifests.manifest import as_list, as_map, lift_objects, match_labels, refuse
from esspec.manifests.yamlread import List, Map
from esspec.semantics.lifted import (
    ANY_ROLE,
    EVERYONE,
    NAMESPACE,
    Grant,
    Key,
    Lifted,
    Outside,
    Peers,
    Pods,
    Policy,
    Ports,
    Values,
    all_but,
    all_ports,
    label,
    only,
    pods,
)
from esspec.semantics.surroundings import Surroundings, named_port, namespace_label
from esspec.terms import LAST_PORT, Direction, Protocol
from esspec_kubernetes.validate import spec_of, struct, validate

NAMESPACE_NAME = "kubernetes.io/metadata.name"


def lift_text(text: str) -> Lifted:
    """Return what the NetworkPolicy objects in `text` say. Raises Unreadable for what is no YAML.

    What depends on a cluster is refused: port names, and namespaces by other labels than their name.
    """
    return lift_objects(text, api_version="networking.k8s.io/v1", kind="NetworkPolicy", read=_alone)


def read_policies(body: Map, around: Surroundings | None) -> tuple[Policy, ...]:
    """Return what one NetworkPolicy says in its surroundings. Raises Refused where the API server would refuse it.

    The first policy is the object itself; a rule on the name of a port at the subject's end is a further policy
    about those of its pods that give the name a number.
    """
    return tuple(_policies(body, around))


def _alone(body: Map) -> Policy:
    (policy,) = _policies(body, None)
    return policy


def _policies(body: Map, around: Surroundings | None) -> Iterator[Policy]:
    namespace, name = validate(body)
    spec = spec_of(body)
    selector = as_map(spec.get("podSelector") or Map(spec.line), spec.line, "podSelector")
    isolates = _isolates(spec)
    # Rules of a direction that is not isolated are ignored: NetworkPolicySpec, policyTypes.
    ingress = tuple(_rules(spec, "ingress", "from", namespace, around)) if Direction.INGRESS in isolates else ()
    egress = tuple(_rules(spec, "egress", "to", namespace, around)) if Direction.EGRESS in isolates else ()
    subject = pods([(NAMESPACE, only(namespace)), *_requirements(selector, label)])
    yield Policy(
        name=name,
        subject=subject,
        isolates=isolates,
        ingress=tuple(rule.grant for rule in ingress if not rule.named),
        egress=tuple(grant for rule in egress for grant in _towards(rule)),
        line=body.line,
    )
    for rule in ingress:
        for key, values in rule.named:
            narrower = pods([*subject.where, (key, values)])
            yield Policy(name, narrower, frozenset([Direction.INGRESS]), (rule.grant,), (), body.line)


def _isolates(spec: Map) -> frozenset[Direction]:
    """Return the isolated directions; without policyTypes: Ingress always, Egress if there are egress rules."""
    if spec.get("policyTypes"):
        types = as_list(spec["policyTypes"], spec.line, "policyTypes")
        return frozenset(d for d in Direction if d.value.capitalize() in types)
    return frozenset(Direction) if spec.get("egress") else frozenset([Direction.INGRESS])


class _Rule(NamedTuple):
    """A grant, and what a pod at the end whose ports it speaks of must have: a port of that name and number."""

    grant: Grant
    named: tuple[tuple[Key, Values], ...] = ()


def _rules(spec: Map, field: str, peers_field: str, namespace: str, around: Surroundings | None) -> Iterator[_Rule]:
    rules = spec.get(field)
    if not isinstance(rules, List):
        return
    for item, line in zip(rules, rules.lines, strict=True):
        rule = struct(item, line, "a rule")
        found, ports = rule.get(peers_field), rule.get("ports")
        peers = tuple(_peers(found, namespace, around)) if isinstance(found, List) and found else (EVERYONE,)
        if not isinstance(ports, List) or not ports:
            yield _Rule(Grant(peers, all_ports(), line))
            continue
        yield _Rule(Grant(peers, tuple(_numbered(ports)), line))
        for protocol, name, at in _names(ports):
            if around is None:
                refuse(at, f"the port name '{name}' cannot be read without the pods it stands for")
            for number in around.numbers(protocol, name):
                needs = ((named_port(protocol, name), only(str(number))),)
                yield _Rule(Grant(peers, (Ports(protocol, number, number),), line), needs)


def _towards(rule: _Rule) -> Iterator[Grant]:
    """Yield the grant of an egress rule; on a port's name only those peers are meant that give it this number."""
    if not rule.named:
        yield rule.grant
        return
    ends = [peer for peer in rule.grant.peers if not isinstance(peer, Outside)]  # only pods name ports
    meant = tuple(pods([*(peer.where if isinstance(peer, Pods) else ()), *rule.named]) for peer in ends)
    if meant:
        yield rule.grant._replace(peers=meant)


def _peers(items: List, namespace: str, around: Surroundings | None) -> Iterator[Peers]:
    for item, line in zip(items, items.lines, strict=True):
        peer = as_map(item, line, "a peer")
        if peer.get("ipBlock") is not None:
            block = as_map(peer["ipBlock"], line, "ipBlock")
            excluded = as_list(block.get("except") or List(line), line, "except")
            # Whether an ipBlock reaches pods is left open by the API; that no listed range holds pod
            # addresses is among the assumptions that `verify` prints.
            yield Outside((str(block["cidr"]),), ANY_ROLE, tuple(map(str, excluded)))
        else:
            yield from _pod_peers(peer, namespace, around)


def _pod_peers(peer: Map, namespace: str, around: Surroundings | None) -> Iterator[Pods]:
    wanted: list[tuple[Key, Values]] = []
    if peer.get("podSelector") is not None:
        wanted += _requirements(as_map(peer["podSelector"], peer.line, "podSelector"), label)
    if peer.get("namespaceSelector") is None:
        yield pods([(NAMESPACE, only(namespace)), *wanted])
        return
    selector = as_map(peer["namespaceSelector"], peer.line, "namespaceSelector")
    asked = list(_requirements(selector, namespace_label))
    by_name = [(NAMESPACE, _present(values)) for key, values in asked if key == namespace_label(NAMESPACE_NAME)]
    by_label = [(key, values) for key, values in asked if key != namespace_label(NAMESPACE_NAME)]
    if by_label and around is None:
        name = by_label[0][0].name
        refuse(selector.line, f"a namespaceSelector is read by {NAMESPACE_NAME} only, not by '{name}'")
    if not by_label or around is None:
        yield pods([*by_name, *wanted])
        return
    known = around.namespaces
    meant = [name for name, labels in known.items() if all(_has(labels, key.name, values) for key, values in by_label)]
    if meant:
        yield pods([(NAMESPACE, only(*meant)), *by_name, *wanted])
    # Of a namespace that no manifest describes, the labels are as open as its pods' labels are.
    yield pods([(NAMESPACE, all_but(*known)), *by_name, *by_label, *wanted])


def _present(values: Values) -> Values:
    """Return a requirement on the label with a namespace's name, which no namespace lacks."""
    return values._replace(items=values.items - {None})


def _has(labels: Mapping[str, str], name: str, values: Values) -> bool:
    return (labels.get(name) in values.items) is values.listed


def _requirements(selector: Map, key_of: Callable[[str], Key]) -> Iterator[tuple[Key, Values]]:
    for key, values in match_labels(selector, "selector"):
        yield key_of(key.name), values
    if not selector.get("matchExpressions"):
        return
    items = as_list(selector["matchExpressions"], selector.line, "matchExpressions")
    for item, line in zip(items, items.lines, strict=True):
        expression = as_map(item, line, "an expression")
        listed = tuple(map(str, as_list(expression.get("values") or List(line), line, "values")))
        match expression["operator"]:
            case "In":
                found = only(*listed)
            case "NotIn":  # matches pods without the label too
                found = all_but(*listed)
            case "Exists":
                found = all_but(None)
            case _:
                found = only(None)
        yield key_of(str(expression["key"])), found


def _numbered(items: List) -> Iterator[Ports]:
    for item, line in zip(items, items.lines, strict=True):
        port = struct(item, line, "a port")
        protocol, number = _protocol(port), port.get("port")
        if isinstance(number, int):
            end = port.get("endPort")
            yield Ports(protocol, number, end if isinstance(end, int) else number)
        elif number is None:
            yield Ports(protocol, 1, LAST_PORT)


def _names(items: List) -> Iterator[tuple[Protocol, str, int]]:
    for item, line in zip(items, items.lines, strict=True):
        port = struct(item, line, "a port")
        if isinstance(port.get("port"), str):
            yield _protocol(port), str(port["port"]), line


_PROTOCOLS = {protocol.value: protocol for protocol in Protocol}


def _protocol(port: Map) -> Protocol:
    return _PROTOCOLS[str(port.get("protocol") or "TCP")]


_SILENT = ("Ingress", "IngressClass", "IPAddress", "ServiceCIDR")
KINDS = {
    ("networking.k8s.io/v1", "NetworkPolicy"): read_policies,
    **{(f"networking.k8s.io/{version}", kind): None for version in ("v1", "v1beta1") for kind in _SILENT},
}
"""For the entry-point group `esspec.kinds`."""
