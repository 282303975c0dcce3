"""What NetworkPolicy manifests mean for one flow between two ends, told a second time and as plainly as possible.

Written from what the Kubernetes API says of its objects, on the dictionaries of `yaml.safe_load`: nothing here knows
of classes, masks or intervals, and every question is answered by looking at every policy again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

import yaml

Labels = Mapping[str, str]
Data = Mapping[str, Any]


class Port(NamedTuple):
    """A port that a container names."""

    name: str
    protocol: str
    number: int


class Pod(NamedTuple):
    """One pod, with the labels of its namespace."""

    namespace: str
    labels: Labels
    namespace_labels: Labels
    ports: tuple[Port, ...] = ()


End = Pod | str
"""A pod, or an address that is no pod's."""


class Flow(NamedTuple):
    """A connection that is tried."""

    source: End
    destination: End
    protocol: str
    port: int


def objects(text: str) -> list[Data]:
    """Return the objects in a stream of documents; those of a list are objects of their own."""
    found: list[Data] = []
    for document in yaml.safe_load_all(text):
        found += _items(document) if document else []
    return found


def _items(document: Data) -> Iterator[Data]:
    if not document["kind"].endswith("List"):
        yield document
        return
    for item in document["items"]:
        of_list = {"apiVersion": document["apiVersion"], "kind": document["kind"].removesuffix("List")}
        yield from _items({**of_list, **item} if of_list["kind"] else item)


def namespace_labels(cluster: Sequence[Data], name: str, otherwise: Labels) -> Labels:
    """Return the labels of a namespace, those of `otherwise` where no object describes it; its name is always one."""
    described = [found for found in cluster if found["kind"] == "Namespace" and found["metadata"]["name"] == name]
    labels = (described[0]["metadata"].get("labels") or {}) if described else otherwise
    return {**labels, "kubernetes.io/metadata.name": name}


def is_allowed(cluster: Iterable[Data], flow: Flow) -> bool:
    """Return whether both ends let a flow through; an end that is no pod has no policies."""
    policies = [found for found in cluster if found["kind"] == "NetworkPolicy"]
    sends = _permits(policies, flow.source, flow.destination, flow, ("Egress", "egress", "to"))
    return sends and _permits(policies, flow.destination, flow.source, flow, ("Ingress", "ingress", "from"))


def is_isolated(cluster: Iterable[Data], pod: Pod, policy_type: str) -> bool:
    """Return whether some policy selects a pod for ingress or egress."""
    return any(
        found["kind"] == "NetworkPolicy" and _selects(found, pod) and policy_type in _types(found) for found in cluster
    )


def _permits(policies: Iterable[Data], end: End, peer: End, flow: Flow, words: tuple[str, str, str]) -> bool:
    """Return whether the policies of one end let its peer through."""
    policy_type, section, peers = words
    if isinstance(end, str):
        return True
    mine = [policy for policy in policies if _selects(policy, end) and policy_type in _types(policy)]
    if not mine:
        return True
    return any(
        _matches_ports(rule.get("ports"), flow) and _matches_peers(rule.get(peers), policy, peer)
        for policy in mine
        for rule in policy["spec"].get(section) or []
    )


def _types(policy: Data) -> Sequence[str]:
    given = policy["spec"].get("policyTypes")
    if given:
        return list(given)
    return ["Ingress", "Egress"] if policy["spec"].get("egress") else ["Ingress"]


def _selects(policy: Data, pod: Pod) -> bool:
    return _namespace(policy) == pod.namespace and _has(pod.labels, policy["spec"].get("podSelector"))


def _namespace(policy: Data) -> str:
    return policy["metadata"].get("namespace") or "default"


def _has(labels: Labels, selector: Data | None) -> bool:
    wanted = selector or {}
    return all(labels.get(key) == value for key, value in (wanted.get("matchLabels") or {}).items()) and all(
        _meets(labels, expression) for expression in wanted.get("matchExpressions") or []
    )


def _meets(labels: Labels, expression: Data) -> bool:
    key, values = expression["key"], expression.get("values") or []
    answers = {
        "In": key in labels and labels[key] in values,
        "NotIn": key not in labels or labels[key] not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return answers[expression["operator"]]


def _matches_peers(peers: Sequence[Data] | None, policy: Data, end: End) -> bool:
    return not peers or any(_matches_peer(peer, policy, end) for peer in peers)


def _matches_peer(peer: Data, policy: Data, end: End) -> bool:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return (
            isinstance(end, str)
            and _is_in(end, block["cidr"])
            and not any(_is_in(end, part) for part in block.get("except") or [])
        )
    if isinstance(end, str):
        return False
    if peer.get("namespaceSelector") is None:
        return end.namespace == _namespace(policy) and _has(end.labels, peer.get("podSelector"))
    return _has(end.namespace_labels, peer["namespaceSelector"]) and _has(end.labels, peer.get("podSelector"))


def _is_in(address: str, network: str) -> bool:
    return ip_address(address) in ip_network(network)


def _matches_ports(ports: Sequence[Data] | None, flow: Flow) -> bool:
    return not ports or any(_matches_port(port, flow) for port in ports)


def _matches_port(port: Data, flow: Flow) -> bool:
    if port.get("protocol", "TCP") != flow.protocol:
        return False
    number = port.get("port")
    if isinstance(number, str):
        named = flow.destination.ports if isinstance(flow.destination, Pod) else ()
        return Port(number, flow.protocol, flow.port) in named
    return number is None or number <= flow.port <= port.get("endPort", number)
