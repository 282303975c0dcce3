"""What the API server and the Cilium agent refuse in a CiliumNetworkPolicy, and what is not read here.

Sources, all cilium/cilium v1.20.2: the CRD, pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml,
and the agent's rules, pkg/policy/api/rule_validation.go. What the agent refuses isolates nothing.
"""

import ipaddress
import re
from collections.abc import Container
from typing import NamedTuple

from esspec.manifests.manifest import as_int, as_list, as_map, as_text, check_metadata, network, refuse
from esspec.manifests.yamlread import Map
from esspec.terms import LAST_PORT, Direction, Protocol

MAX_PORTS = 40
ENTITIES = (
    "all", "world", "cluster", "cluster-mesh", "host", "init", "ingress", "unmanaged", "remote-node",
    "health", "none", "kube-apiserver",
)  # fmt: skip
_NOT_READ = {
    "ingress": ("fromNodes", "fromGroups", "fromRequires", "icmps", "authentication"),
    "egress": ("toNodes", "toGroups", "toRequires", "icmps", "authentication", "toFQDNs", "toServices"),
    "spec": ("enableDefaultDeny", "ingressDeny", "egressDeny", "nodeSelector", "labels", "log"),
    "toPorts": ("rules", "listener", "originatingTLS", "terminatingTLS", "serverNames"),
}
_OTHER_PROTOCOLS = ("VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH")
# The agent would also read 010 as 8 and 1_0 as 10 (Go's base 0); neither is worth reading.
_NUMBER = re.compile(r"0|[1-9][0-9]{0,4}")


class PeerFields(NamedTuple):
    """What the four kinds of peers that are read here are called in one direction."""

    endpoints: str
    entities: str
    cidr: str
    cidr_set: str


PEERS = {
    Direction.INGRESS: PeerFields("fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet"),
    Direction.EGRESS: PeerFields("toEndpoints", "toEntities", "toCIDR", "toCIDRSet"),
}


def validate(body: Map) -> None:
    """Raise Refused with line and reason where this object would not take effect, or is not read here."""
    _fields(body, ("apiVersion", "kind", "metadata", "spec"), ("specs", "status"), "CiliumNetworkPolicy")
    metadata = as_map(body.get("metadata"), body.line_of("metadata"), "metadata")
    if not metadata.get("namespace"):
        refuse(metadata.line, "metadata.namespace is missing: Cilium would read this as cluster-wide")
    check_metadata(body, namespaced=True)
    spec = as_map(body.get("spec"), body.line_of("spec"), "spec")
    _fields(spec, ("description", "endpointSelector", "ingress", "egress"), _NOT_READ["spec"], "spec")
    as_text(spec.get("description", ""), spec.line_of("description"), "spec.description")
    as_map(spec.get("endpointSelector"), spec.line_of("endpointSelector"), "spec.endpointSelector")
    if not sum([_section(spec, field) for field in PEERS]):
        refuse(spec.line, "neither ingress nor egress has an item, so that Cilium drops the policy")


def _section(spec: Map, field: Direction) -> int:
    if field not in spec:
        return 0
    items = as_list(spec[field], spec.line_of(field), field)
    for item, line in zip(items, items.lines, strict=True):
        _item(as_map(item, line, f"an item of {field}"), field)
    return len(items)


def _item(item: Map, field: Direction) -> None:
    peers = PEERS[field]
    _fields(item, (*peers, "toPorts"), _NOT_READ[field], f"an item of {field}")
    named = [name for name in peers if name in item and as_list(item[name], item.line_of(name), name)]
    if len(named) > 1:
        refuse(item.line_of(named[1]), f"{named[0]} and {named[1]} stand in one item, and Cilium takes one kind")
    for name in named:
        items = as_list(item[name], item.line_of(name), name)
        for peer, line in zip(items, items.lines, strict=True):
            if name == peers.endpoints:
                as_map(peer, line, "a selector")
            elif name == peers.entities:
                _entity(as_text(peer, line, "an entity"), line)
            elif name == peers.cidr:
                network(as_text(peer, line, "a CIDR"), line)
            else:
                _cidr_rule(as_map(peer, line, "a CIDR rule"))
    if "toPorts" in item:
        chunks = as_list(item["toPorts"], item.line_of("toPorts"), "toPorts")
        for chunk, line in zip(chunks, chunks.lines, strict=True):
            _port_rule(as_map(chunk, line, "an item of toPorts"))


def _entity(word: str, line: int) -> None:
    if word not in ENTITIES:
        refuse(line, f"'{word}' is no entity that the API server takes")


def _cidr_rule(rule: Map) -> None:
    _fields(rule, ("cidr", "except"), ("cidrGroupRef", "cidrGroupSelector"), "a CIDR rule")
    line = rule.line_of("cidr")
    whole = ipaddress.ip_network(network(as_text(rule.get("cidr"), line, "cidr"), line))
    if "except" in rule:
        items = as_list(rule["except"], rule.line_of("except"), "except")
        for item, at in zip(items, items.lines, strict=True):
            part = ipaddress.ip_network(network(as_text(item, at, "except"), at))
            if part.network_address not in whole or part.prefixlen < whole.prefixlen:
                refuse(at, f"except {part} does not lie inside {whole}")


def _port_rule(chunk: Map) -> None:
    _fields(chunk, ("ports",), _NOT_READ["toPorts"], "an item of toPorts")
    if "ports" not in chunk:
        return
    line = chunk.line_of("ports")
    ports = as_list(chunk["ports"], line, "ports")
    if len(ports) > MAX_PORTS:
        refuse(line, f"{len(ports)} ports in one item of toPorts, and Cilium takes {MAX_PORTS}")
    for port, at in zip(ports, ports.lines, strict=True):
        _port(as_map(port, at, "a port"))


def _port(port: Map) -> None:
    _fields(port, ("port", "endPort", "protocol"), (), "a port")
    line = port.line_of("port")
    number = as_text(port.get("port"), line, "port")
    if not _NUMBER.fullmatch(number):
        refuse(line, f"'{number}' is no plain number, and a port's name cannot be read without its pods")
    if int(number) > LAST_PORT:
        refuse(line, f"port {number} is not in 0-65535")
    last = port.line_of("endPort")
    if "endPort" in port and not 0 <= as_int(port["endPort"], last, "endPort") <= LAST_PORT:
        refuse(last, f"endPort {port['endPort']} is not in 0-65535")
    protocol = port.get("protocol", "ANY")
    if protocol in _OTHER_PROTOCOLS:
        refuse(port.line_of("protocol"), f"protocol {protocol} is not read here")
    if protocol not in (*Protocol, "ANY"):
        refuse(port.line_of("protocol"), f"protocol takes TCP, UDP, SCTP and ANY, not {protocol!r}")


def _fields(body: Map, read: Container[str], unread: Container[str], what: str) -> None:
    for key in body:
        if key in unread:
            refuse(body.line_of(key), f"{key} in {what} is not read here")
        if key not in read:
            refuse(body.line_of(key), f"{what} has no field '{key}'")
