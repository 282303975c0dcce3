"""The API server's rules for NetworkPolicy, ported: what it would refuse is refused here, with its reason.

Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go, and for names and labels
kubernetes/apimachinery pkg/util/validation/validation.go. The published JSON schema is weaker (it takes
port 99999), so it is not used.
"""

import ipaddress
import re

from esspec.manifests.manifest import (
    Data,
    as_int,
    as_list,
    as_map,
    as_text,
    check_label,
    check_metadata,
    known_fields,
    network,
    refuse,
)
from esspec.manifests.yamlread import List, Map
from esspec.terms import FIRST_PORT, LAST_PORT, Protocol

POLICY_TYPES = ("Ingress", "Egress")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_VALUELESS = ("Exists", "DoesNotExist")
_PROTOCOLS = (None, *Protocol)


def validate(body: Map) -> tuple[str, str]:
    """Return (namespace, name). Raises Refused where the API server would refuse this NetworkPolicy."""
    known_fields(body, ("apiVersion", "kind", "metadata", "spec"), "NetworkPolicy")
    identity = check_metadata(body, namespaced=True)
    spec = spec_of(body)
    known_fields(spec, ("podSelector", "policyTypes", "ingress", "egress"), "spec")
    if spec.get("podSelector") is not None:
        _selector(spec["podSelector"], spec.line_of("podSelector"), "spec.podSelector")
    _policy_types(spec)
    for field, peers in (("ingress", "from"), ("egress", "to")):
        if spec.get(field) is not None:
            rules = as_list(spec[field], spec.line_of(field), f"spec.{field}")
            for rule, line in zip(rules, rules.lines, strict=True):
                _rule(struct(rule, line, f"a rule of {field}"), peers)
    return identity


def struct(data: Data, line: int, what: str) -> Map:
    """Return an item that is a mapping; to the API server one that is null has no fields."""
    return Map(line) if data is None else as_map(data, line, what)


def spec_of(body: Map) -> Map:
    """Return the spec; the API takes an object without one, and it then isolates the ingress of all pods."""
    return struct(body.get("spec"), body.line_of("spec"), "spec")


def _policy_types(spec: Map) -> None:
    line = spec.line_of("policyTypes")
    if spec.get("policyTypes") is None:
        return
    types = as_list(spec["policyTypes"], line, "spec.policyTypes")
    if len(types) > len(POLICY_TYPES):
        refuse(line, "spec.policyTypes has more than two entries")
    for word in types:
        if word not in POLICY_TYPES:
            refuse(line, f"spec.policyTypes takes Ingress and Egress, not {word!r}")


def _rule(rule: Map, peers_field: str) -> None:
    known_fields(rule, (peers_field, "ports"), "a rule")
    if rule.get("ports") is not None:
        ports = as_list(rule["ports"], rule.line_of("ports"), "ports")
        for port, line in zip(ports, ports.lines, strict=True):
            _port(struct(port, line, "a port"))
    if rule.get(peers_field) is not None:
        peers = as_list(rule[peers_field], rule.line_of(peers_field), peers_field)
        for peer, line in zip(peers, peers.lines, strict=True):
            _peer(struct(peer, line, "a peer"))


def _port(port: Map) -> None:
    known_fields(port, ("protocol", "port", "endPort"), "a port")
    if port.get("protocol") not in _PROTOCOLS:
        refuse(port.line_of("protocol"), f"protocol takes TCP, UDP and SCTP, not {port['protocol']!r}")
    number = port.get("port")
    line = port.line_of("port")
    if isinstance(number, str):
        as_text(number, line, "port")
        if len(number) > 15 or not _PORT_NAME.fullmatch(number):  # noqa: PLR2004 - IANA service names
            refuse(line, f"'{number}' is no port name; a port number is written without quotes")
    elif number is not None and not FIRST_PORT <= as_int(number, line, "port") <= LAST_PORT:
        refuse(line, f"port {number} is not in 1-65535")
    if port.get("endPort") is not None:
        end = as_int(port["endPort"], port.line_of("endPort"), "endPort")
        if not isinstance(number, int) or not number <= end <= LAST_PORT:
            refuse(port.line_of("endPort"), f"endPort {end} needs a port number, and to be no smaller than it")


def _peer(peer: Map) -> None:
    known_fields(peer, ("podSelector", "namespaceSelector", "ipBlock"), "a peer")
    named = [field for field in peer if peer[field] is not None]
    if not named:
        refuse(peer.line, "a peer must name a podSelector, a namespaceSelector or an ipBlock")
    if "ipBlock" in named:
        if len(named) > 1:
            refuse(peer.line, "an ipBlock stands alone in its peer")
        _block(as_map(peer["ipBlock"], peer.line_of("ipBlock"), "ipBlock"))
    for field in ("podSelector", "namespaceSelector"):
        if field in named:
            _selector(peer[field], peer.line_of(field), field)


def _block(block: Map) -> None:
    known_fields(block, ("cidr", "except"), "ipBlock")
    cidr = ipaddress.ip_network(_cidr(block.get("cidr"), block.line_of("cidr")))
    if block.get("except") is not None:
        inner = as_list(block["except"], block.line_of("except"), "except")
        for item, line in zip(inner, inner.lines, strict=True):
            part = ipaddress.ip_network(_cidr(item, line))
            if part.version != cidr.version or part == cidr or not _inside(part, cidr):
                refuse(line, f"except {part} must lie strictly inside {cidr}")


def _cidr(data: Data, line: int) -> str:
    return network(as_text(data, line, "cidr"), line)


def _inside(
    part: ipaddress.IPv4Network | ipaddress.IPv6Network, whole: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    return part.network_address in whole and part.prefixlen >= whole.prefixlen


def _selector(data: Data, line: int, what: str) -> None:
    selector = as_map(data, line, what)
    known_fields(selector, ("matchLabels", "matchExpressions"), what)
    if selector.get("matchLabels") is not None:
        labels = as_map(selector["matchLabels"], selector.line_of("matchLabels"), "matchLabels")
        for key, value in labels.items():
            at = labels.lines[key]
            check_label(key, value if type(value) is str else as_text(value, at, f"label {key}"), at)
    if selector.get("matchExpressions") is not None:
        items = as_list(selector["matchExpressions"], selector.line_of("matchExpressions"), "matchExpressions")
        for item, at in zip(items, items.lines, strict=True):
            _expression(struct(item, at, "an expression"))


def _expression(item: Map) -> None:
    known_fields(item, ("key", "operator", "values"), "an expression")
    check_label(as_text(item.get("key"), item.line_of("key"), "key"), "", item.line_of("key"))
    operator = item.get("operator")
    line = item.line_of("values")
    values = List(line) if item.get("values") is None else as_list(item["values"], line, "values")
    if operator in ("In", "NotIn"):
        if not values:
            refuse(item.line, f"{operator} needs values")
        for value in values:
            check_label(str(item["key"]), as_text(value, line, "a value"), line)
    elif operator in _VALUELESS:
        if values:
            refuse(line, f"{operator} takes no values")
    else:
        refuse(item.line_of("operator"), f"{operator!r} is no operator")
