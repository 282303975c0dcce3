"""Calico's rules for a GlobalNetworkPolicy, ported: what it would refuse is refused here, with its reason.

Sources: projectcalico/calico libcalico-go/lib/validator/v3/validator.go, api/pkg/lib/numorstring/port.go and
protocol.go, and the bounds of the newest schema in api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go and
policy_common.go. What Calico takes and `lift` cannot vouch for is refused too; the message then says so.
"""

import re

from esspec.manifests.manifest import (
    Data,
    as_int,
    as_list,
    as_map,
    as_text,
    check_metadata,
    known_fields,
    network,
    refuse,
)
from esspec.manifests.yamlread import Map
from esspec.terms import FIRST_PORT, LAST_PORT, Protocol

MAX_RULES, MAX_PORTS, MAX_NETS = 1024, 50, 256
PROTOCOLS: dict[Data, Protocol] = {
    "TCP": Protocol.TCP, "UDP": Protocol.UDP, "SCTP": Protocol.SCTP,
    6: Protocol.TCP, 17: Protocol.UDP, 132: Protocol.SCTP,
}  # fmt: skip

_TYPES = ("Ingress", "Egress")
_HOSTS_ONLY = ("doNotTrack", "preDNAT", "applyOnForward")
_SPEC = ("tier", "order", "selector", "namespaceSelector", "types", "ingress", "egress")
_SPEC_NOT_READ = ("serviceAccountSelector", "performanceHints")
_RULE = ("action", "protocol", "source", "destination")
_RULE_NOT_READ = ("ipVersion", "icmp", "notProtocol", "notICMP", "http", "metadata")
_ENTITY = ("selector", "namespaceSelector", "nets", "ports")
_ENTITY_NOT_READ = ("services", "notNets", "notSelector", "notPorts", "serviceAccounts")
_PORT = re.compile(r"([0-9]{1,9})(?::([0-9]{1,9}))?")
_DASH_RANGE = re.compile(r"[0-9]+-[0-9]+")


def validate(body: Map) -> None:
    """Raise Refused with line and reason where Calico would refuse this object, or `lift` cannot read it."""
    known_fields(body, ("apiVersion", "kind", "metadata", "spec"), "GlobalNetworkPolicy")
    _, name = check_metadata(body, namespaced=False)
    if "." in name:
        refuse(
            as_map(body["metadata"], body.line, "metadata").line_of("name"),
            f"the name '{name}' has a dot, whose meaning changed with Calico v3.32, and is not read here",
        )
    spec = as_map(body.get("spec"), body.line_of("spec"), "spec")
    _fields(spec, (*_SPEC, *_HOSTS_ONLY), _SPEC_NOT_READ, "spec")
    _texts(spec, ("selector", "namespaceSelector"))
    _place(spec)
    _types(spec)
    for field in ("ingress", "egress"):
        _rules(spec, field)


def _fields(body: Map, read: tuple[str, ...], not_read: tuple[str, ...], what: str) -> None:
    known_fields(body, (*read, *not_read), what)
    for field in not_read:
        if field in body:
            refuse(body.line_of(field), f"'{field}' of {what} is not read here")


def _texts(body: Map, fields: tuple[str, ...]) -> None:
    for field in fields:
        if body.get(field) is not None:
            as_text(body[field], body.line_of(field), field)


def _place(spec: Map) -> None:
    """Check tier and order; among objects that only allow, the order decides nothing, and may be missing."""
    if spec.get("tier") not in (None, "", "default"):
        refuse(spec.line_of("tier"), f"the tier {spec['tier']!r} is not read here, only the default one")
    if spec.get("order") is not None:
        as_int(spec["order"], spec.line_of("order"), "order")
    for field in _HOSTS_ONLY:
        if spec.get(field) is not None and spec[field] is not False:
            refuse(spec.line_of(field), f"'{field}' is for host endpoints, and is not read here")


def _types(spec: Map) -> None:
    if spec.get("types") is None:
        return
    line = spec.line_of("types")
    types = as_list(spec["types"], line, "types")
    if not types:
        refuse(line, "an empty list of types: Calico before v3.34 fills it in, and refuses it from then on")
    for word in types:
        if word not in _TYPES:
            refuse(line, f"types takes Ingress and Egress, not {word!r}")
    if len(types) > len(set(map(str, types))):
        refuse(line, f"types names {types[0]} twice")


def _rules(spec: Map, field: str) -> None:
    if spec.get(field) is None:
        return
    rules = as_list(spec[field], spec.line_of(field), field)
    if len(rules) > MAX_RULES:
        refuse(rules.line, f"{field} has {len(rules)} rules, and Calico takes {MAX_RULES}")
    peer, other = ("source", "destination") if field == "ingress" else ("destination", "source")
    for item, line in zip(rules, rules.lines, strict=True):
        rule = as_map(item, line, f"a rule of {field}")
        _rule(rule)
        _entity(rule, peer, _ENTITY if peer == "destination" else _ENTITY[:-1], field)
        _entity(rule, other, _ENTITY[-1:] if other == "destination" else (), field)


def _rule(rule: Map) -> None:
    _fields(rule, _RULE, _RULE_NOT_READ, "a rule")
    action, protocol = rule.get("action"), rule.get("protocol")
    if action in ("Deny", "Log", "Pass"):
        refuse(rule.line_of("action"), f"the action {action} is not read here: only Allow is free of order")
    if action != "Allow":
        refuse(rule.line_of("action"), f"a rule needs an action, which is Allow here, and not {action!r}")
    if protocol is not None and (isinstance(protocol, (bool, Map, list)) or protocol not in PROTOCOLS):
        refuse(rule.line_of("protocol"), f"the protocol {protocol!r} is not read here: TCP, UDP and SCTP are")


def _entity(rule: Map, side: str, read: tuple[str, ...], field: str) -> None:
    """Check one end of a rule; `read` are its fields that have a reading in this direction."""
    if rule.get(side) is None:
        return
    what = f"{side} in {field}"
    entity = as_map(rule[side], rule.line_of(side), what)
    _fields(entity, read, tuple(f for f in (*_ENTITY, *_ENTITY_NOT_READ) if f not in read), what)
    _texts(entity, ("selector", "namespaceSelector"))
    if entity.get("nets") is not None:
        _nets(entity, what)
    if entity.get("ports") is not None:
        _ports(rule, entity)


def _nets(entity: Map, what: str) -> None:
    nets = as_list(entity["nets"], entity.line_of("nets"), "nets")
    if len(nets) > MAX_NETS:
        refuse(nets.line, f"a list of {len(nets)} nets, and Calico takes {MAX_NETS}")
    texts = [as_text(net, line, "a net") for net, line in zip(nets, nets.lines, strict=True)]
    if len({":" in network(text, line) for text, line in zip(texts, nets.lines, strict=True)}) > 1:
        refuse(nets.line, "a rule cannot hold both IPv4 and IPv6 nets")
    if len(texts) > len(set(texts)):
        refuse(nets.line, "a net stands here twice")
    if nets and (entity.get("selector") or entity.get("namespaceSelector")):
        refuse(nets.line, f"nets and a selector must both hold in {what}, which is not read here")


def _ports(rule: Map, entity: Map) -> None:
    ports = as_list(entity["ports"], entity.line_of("ports"), "ports")
    if len(ports) > MAX_PORTS:
        refuse(ports.line, f"a list of {len(ports)} ports, and Calico takes {MAX_PORTS}")
    if ports and rule.get("protocol") is None:
        refuse(ports.line, "a rule with ports needs the protocol TCP, UDP or SCTP")
    for port, line in zip(ports, ports.lines, strict=True):
        port_range(port, line)


def port_range(port: Data, line: int) -> tuple[int, int]:
    """Return first and last port of an item: a number, "number" or "first:last" (numorstring/port.go)."""
    text = str(port) if isinstance(port, (str, int)) else ""
    if _DASH_RANGE.fullmatch(text):
        refuse(line, f"'{text}' is a name to Calico; a range is written \"{text.replace('-', ':')}\"")
    found = _PORT.fullmatch(text)
    if found is None:
        refuse(line, f"the port {port!r} is no number and no range, and a name is not read here")
    first, last = int(found[1]), int(found[2] or found[1])
    if not FIRST_PORT <= first <= last <= LAST_PORT:
        refuse(line, f"the ports {port} are not within 1-65535, lowest first")
    return first, last
