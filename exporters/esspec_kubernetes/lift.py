"""Reading NetworkPolicy text: what the API says it means, after the API server's validation and defaulting.

Sources: kubernetes/api networking/v1/types.go; kubernetes/kubernetes pkg/apis/networking/v1/defaults.go.
This module knows nothing of how the text was written.
"""

from collections.abc import Iterator

from esspec.lifted import (
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
from esspec.manifest import as_list, as_map, lift_objects, match_labels, refuse
from esspec.model import LAST_PORT, Direction, Protocol
from esspec.yamlread import List, Map
from esspec_kubernetes.validate import spec_of, validate

NAMESPACE_NAME = "kubernetes.io/metadata.name"


def lift_text(text: str) -> Lifted:
    """Return what the NetworkPolicy objects in `text` say. Raises Unreadable for what is no YAML."""
    return lift_objects(text, api_version="networking.k8s.io/v1", kind="NetworkPolicy", read=_policy)


def _policy(body: Map) -> Policy:
    namespace, name = validate(body)
    spec = spec_of(body)
    selector = as_map(spec["podSelector"], spec.line, "podSelector") if "podSelector" in spec else Map(spec.line)
    isolates = _isolates(spec)
    # Rules of a direction that is not isolated are ignored: NetworkPolicySpec, policyTypes.
    ingress = _grants(spec, "ingress", "from", namespace) if Direction.INGRESS in isolates else ()
    egress = _grants(spec, "egress", "to", namespace) if Direction.EGRESS in isolates else ()
    return Policy(
        name=name,
        subject=pods([(NAMESPACE, only(namespace)), *_requirements(selector)]),
        isolates=isolates,
        ingress=tuple(ingress),
        egress=tuple(egress),
        line=body.line,
    )


def _isolates(spec: Map) -> frozenset[Direction]:
    """Return the isolated directions; without policyTypes: Ingress always, Egress if there are egress rules."""
    if spec.get("policyTypes"):
        types = as_list(spec["policyTypes"], spec.line, "policyTypes")
        return frozenset(d for d in Direction if d.value.capitalize() in types)
    return frozenset(Direction) if spec.get("egress") else frozenset([Direction.INGRESS])


def _grants(spec: Map, field: str, peers_field: str, namespace: str) -> Iterator[Grant]:
    rules = spec.get(field)
    if not isinstance(rules, List):
        return
    for item, line in zip(rules, rules.lines, strict=True):
        rule = as_map(item, line, "a rule")
        peers = rule.get(peers_field)
        ports = rule.get("ports")
        yield Grant(
            peers=tuple(_peers(peers, namespace)) if isinstance(peers, List) and peers else (EVERYONE,),
            ports=tuple(_ports(ports)) if isinstance(ports, List) and ports else all_ports(),
            line=line,
        )


def _peers(items: List, namespace: str) -> Iterator[Peers]:
    for item, line in zip(items, items.lines, strict=True):
        peer = as_map(item, line, "a peer")
        if "ipBlock" in peer:
            block = as_map(peer["ipBlock"], line, "ipBlock")
            excluded = as_list(block["except"], line, "except") if "except" in block else List(line)
            # Whether an ipBlock reaches pods is left open by the API; that no listed range holds pod
            # addresses is among the assumptions that `verify` prints.
            yield Outside((str(block["cidr"]),), ANY_ROLE, tuple(map(str, excluded)))
        else:
            yield _pod_peer(peer, namespace)


def _pod_peer(peer: Map, namespace: str) -> Pods:
    wanted: list[tuple[Key, Values]] = []
    if "podSelector" in peer:
        wanted += _requirements(as_map(peer["podSelector"], peer.line, "podSelector"))
    if "namespaceSelector" not in peer:
        return pods([(NAMESPACE, only(namespace)), *wanted])
    selector = as_map(peer["namespaceSelector"], peer.line, "namespaceSelector")
    for key, values in _requirements(selector):
        if key != label(NAMESPACE_NAME):
            refuse(selector.line, f"a namespaceSelector is read by {NAMESPACE_NAME} only, not by '{key.name}'")
        wanted.append((NAMESPACE, values))
    return pods(wanted)


def _requirements(selector: Map) -> Iterator[tuple[Key, Values]]:
    yield from match_labels(selector, "selector")
    if "matchExpressions" not in selector:
        return
    items = as_list(selector["matchExpressions"], selector.line, "matchExpressions")
    for item, line in zip(items, items.lines, strict=True):
        expression = as_map(item, line, "an expression")
        values = tuple(map(str, as_list(expression["values"], line, "values"))) if "values" in expression else ()
        match expression["operator"]:
            case "In":
                found = only(*values)
            case "NotIn":  # matches pods without the label too
                found = all_but(*values)
            case "Exists":
                found = all_but(None)
            case _:
                found = only(None)
        yield label(str(expression["key"])), found


def _ports(items: List) -> Iterator[Ports]:
    for item, line in zip(items, items.lines, strict=True):
        port = as_map(item, line, "a port")
        protocol = Protocol(str(port.get("protocol", "TCP")))
        number = port.get("port")
        if isinstance(number, str):
            refuse(line, f"the port name '{number}' cannot be read without the pods it stands for")
        elif isinstance(number, int):
            end = port.get("endPort", number)
            yield Ports(protocol, number, end if isinstance(end, int) else number)
        else:
            yield Ports(protocol, 1, LAST_PORT)
