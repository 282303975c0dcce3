"""Reading CiliumNetworkPolicy text: what the agent makes of it, after the API server's validation and its own.

Sources, all cilium/cilium v1.20.2: pkg/policy/utils/parserules.go and pkg/policy/rule.go (what an item
without peers or ports means), pkg/policy/api/entity.go, pkg/k8s/apis/cilium.io/utils/utils.go. Default
settings are assumed: enforcement mode `default`, and CIDRs that match neither pods nor nodes. This module
knows nothing of how the text was written.
"""

from collections.abc import Iterator

from esspec.manifests.manifest import check_metadata, lift_objects, refuse
from esspec.manifests.yamlread import List, Map
from esspec.semantics.lifted import EVERYONE, Grant, Lifted, Outside, Peers, Policy, Ports, all_ports
from esspec.semantics.surroundings import Surroundings
from esspec.terms import Direction, Protocol, Role
from esspec_cilium.labels import peer, subject
from esspec_cilium.validate import PEERS, PeerFields, validate

_OUTSIDE = frozenset([Role.OUTSIDE])
_ENTITIES: dict[str, Peers] = {
    "all": EVERYONE,
    "world": Outside(None, _OUTSIDE),
    "kube-apiserver": Outside(None, frozenset([Role.KUBE_APISERVER])),
}
# `host` is the pod's own node and `remote-node` every other, an API server's included: which addresses one of
# them alone means differs from pod to pod.
_NODES = ("host", "remote-node")
_EVERY_NODE = Outside(None, frozenset([Role.NODE, Role.KUBE_APISERVER]))


def lift_text(text: str) -> Lifted:
    """Return what the CiliumNetworkPolicy objects in `text` say. Raises Unreadable for what is no YAML."""
    return lift_objects(text, api_version="cilium.io/v2", kind="CiliumNetworkPolicy", read=_policy)


def read_policies(body: Map, _: Surroundings | None) -> tuple[Policy, ...]:
    """Return what one object says, in the shape that esspec writes. Raises Refused for what it is not read in."""
    return (_policy(body),)


def _policy(body: Map) -> Policy:
    validate(body)
    namespace, name = check_metadata(body, namespaced=True)
    spec = _map(body["spec"])
    return Policy(
        name=name,
        subject=subject(_map(spec["endpointSelector"]), namespace),
        isolates=frozenset(d for d in Direction if spec.get(d.value)),  # an empty list isolates nothing
        ingress=tuple(_grants(spec, Direction.INGRESS, namespace)),
        egress=tuple(_grants(spec, Direction.EGRESS, namespace)),
        line=body.line,
    )


def _grants(spec: Map, direction: Direction, namespace: str) -> Iterator[Grant]:
    items = _list(spec.get(direction.value))
    for data, line in zip(items, items.lines, strict=True):
        item = _map(data)
        chunks = _list(item.get("toPorts"))
        fields = PEERS[direction]
        if any(field in item for field in fields):
            peers = tuple(_peers(item, fields, namespace))
        else:  # ports alone are everyone's; neither peers nor ports are nobody's, and still isolate
            peers = (EVERYONE,) if chunks else ()
        yield Grant(peers, tuple(_ports(chunks)) if chunks else all_ports(), line)


def _peers(item: Map, fields: PeerFields, namespace: str) -> Iterator[Peers]:
    """Yield the peers of an item that names some; an empty list of any kind leaves none of the others."""
    if any(field in item and not item[field] for field in fields):
        return
    for selector in _list(item.get(fields.endpoints)):
        found = peer(_map(selector), namespace)
        if found is not None:
            yield found
    if fields.entities in item:
        yield from _entities(_list(item[fields.entities]))
    for cidr in _list(item.get(fields.cidr)):
        yield Outside((str(cidr),), _OUTSIDE)
    for data in _list(item.get(fields.cidr_set)):
        rule = _map(data)
        yield Outside((str(rule["cidr"]),), _OUTSIDE, tuple(map(str, _list(rule.get("except")))))


def _entities(words: List) -> Iterator[Peers]:
    nodes = [word for word in _NODES if word in words]
    if len(nodes) == 1:
        refuse(words.line, f"{' and '.join(_NODES)} are read together only")
    if nodes:
        yield _EVERY_NODE
    for word, line in zip(words, words.lines, strict=True):
        if word in _ENTITIES:
            yield _ENTITIES[str(word)]
        elif word not in _NODES:
            refuse(line, f"the entity {word} is not read here")


def _ports(chunks: List) -> Iterator[Ports]:
    """Yield the ports; protocol ANY, or none, is the three that have ports (pkg/policy/rule.go)."""
    for chunk in chunks:
        for data in _list(_map(chunk).get("ports")):
            port = _map(data)
            word = str(port.get("protocol", "ANY"))
            protocols = tuple(Protocol) if word == "ANY" else (Protocol(word),)
            first, last = int(str(port["port"])), port.get("endPort")
            if first == 0:  # every port, whatever endPort says (pkg/policy/l4.go, keysForRange)
                yield from all_ports(*protocols)
                continue
            for protocol in protocols:  # an endPort that is smaller counts for nothing
                yield Ports(protocol, first, last if isinstance(last, int) and last > first else first)


def _map(data: object) -> Map:
    """Return what `validate` has found to be a mapping."""
    return data if isinstance(data, Map) else Map(0)


def _list(data: object) -> List:
    """Return what `validate` has found to be a list; an empty one where there is none."""
    return data if isinstance(data, List) else List(0)


KINDS = {("cilium.io/v2", "CiliumNetworkPolicy"): read_policies}
"""For the entry-point group `esspec.kinds`."""
