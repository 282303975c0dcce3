"""Reading the two selector columns, and ports: whom a row means, without the binding.

A selector is `namespace: event-streams; labels: component=kafka, release=es` (namespace `*` is every one) or
`role: node; addresses: 192.0.2.10/32, 198.51.100.0/24` (only `role: kube-apiserver` stands without addresses).
"""

import re
from functools import lru_cache

from esspec.manifests.manifest import Refused, check_label, is_dns_label, network
from esspec.semantics.lifted import NAMESPACE, Key, Outside, Pods, Ports, Values, all_ports, label, only, pods
from esspec.terms import LAST_PORT, Protocol, Role

_PODS = re.compile(r"namespace: ([^;]*); labels: ([^;]*)")
_OUTSIDE = re.compile(r"role: ([^;]*)(?:; addresses: ([^;]*))?")
_PORTS = re.compile(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?")
_PROTOCOLS = {protocol.value: protocol for protocol in Protocol}
_ROLES = {role.value: role for role in Role}


@lru_cache(maxsize=1 << 14)
def selected(text: str) -> Pods | Outside:
    """Return the ends that a selector means. Raises ValueError, with what is wrong, for any other text."""
    try:
        if found := _PODS.fullmatch(text):
            return _selected_pods(found[1], found[2])
        if found := _OUTSIDE.fullmatch(text):
            return _selected_addresses(found[1], found[2])
    except Refused as refused:
        raise ValueError(refused.refusal.message) from None
    raise ValueError(f"'{text}' is no selector")


@lru_cache(maxsize=1 << 14)
def ports_of(protocol: str, port: str) -> tuple[Ports, ...]:
    """Return the ports of a rule. Raises ValueError for a word that is no protocol, no port and no range."""
    if protocol not in _PROTOCOLS:
        raise ValueError(f"a rule has the protocol {', '.join(_PROTOCOLS)}, not '{protocol}'")
    if port == "any":
        return all_ports(_PROTOCOLS[protocol])
    found = _PORTS.fullmatch(port)
    first = int(found[1]) if found else 0
    last = int(found[2]) if found and found[2] else first
    if not found or last > LAST_PORT or (found[2] and last <= first):
        raise ValueError(f"'{port}' is no port from 1 to {LAST_PORT} and no range of such")
    return (Ports(_PROTOCOLS[protocol], first, last),)


def _selected_pods(namespace: str, labels: str) -> Pods:
    wanted: list[tuple[Key, Values]] = []
    if namespace != "*":
        if not is_dns_label(namespace):
            raise ValueError(f"'{namespace}' is no namespace")
        wanted.append((NAMESPACE, only(namespace)))
    for entry in labels.split(", "):
        key, equals, value = entry.partition("=")
        check_label(key, value, 0)
        if not equals or any(label(key) == known for known, _ in wanted):
            raise ValueError(f"'{labels}' is no list of labels, each once")
        wanted.append((label(key), only(value)))
    return pods(wanted)


def _selected_addresses(role: str, addresses: str | None) -> Outside:
    if role not in _ROLES:
        raise ValueError(f"a role is {', '.join(_ROLES)}, not '{role}'")
    if addresses is not None:
        return Outside(tuple(network(a, 0) for a in addresses.split(", ")), frozenset({_ROLES[role]}))
    if _ROLES[role] is not Role.KUBE_APISERVER:
        raise ValueError(f"the role {role} needs addresses")
    return Outside(None, frozenset({Role.KUBE_APISERVER}))
