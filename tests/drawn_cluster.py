"""Manifests drawn by Hypothesis: policies in every form that the API takes, and the pods and namespaces around them."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st

from naive_cluster import Pod, Port

Data = dict[str, Any]

KNOWN = {"a": {"team": "p"}, "b": {}}
UNKNOWN = {"c": {"team": "p"}}
"""Namespaces that manifests describe, and such that they do not."""

NAMES = ("http", "web")
NUMBERS = (80, 81, 8080, 65535)
ADDRESSES = ("192.0.2.1", "192.0.2.130", "198.51.100.1", "2001:db8::1", "2001:db8:1::1")
_BLOCKS = {
    "0.0.0.0/0": ("192.0.2.0/24", "192.0.2.128/25"),
    "192.0.2.0/24": ("192.0.2.128/25", "192.0.2.0/26"),
    "::/0": ("2001:db8::/32",),
    "2001:db8::/32": ("2001:db8::/64",),
}
_VALUES = ("p", "q")
_PROTOCOLS = st.sampled_from(["TCP", "UDP", "SCTP"])


class Drawn(NamedTuple):
    """The text of some manifests, and the pods that stand in it."""

    text: str
    pods: tuple[Pod, ...]


_KEYS = ("app", "app", "tier")
_labels = st.dictionaries(st.sampled_from(_KEYS), st.sampled_from(_VALUES), max_size=2)
_MOSTLY = st.sampled_from([True, True, True, False])


@st.composite
def _expressions(draw: st.DrawFn, keys: tuple[str, ...]) -> Data:
    found = {
        "key": draw(st.sampled_from(keys)),
        "operator": draw(st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"])),
    }
    if found["operator"] in ("In", "NotIn"):
        return {**found, "values": draw(st.lists(st.sampled_from(_VALUES), min_size=1, max_size=2, unique=True))}
    return {**found, **draw(st.sampled_from([{}, {"values": []}]))}


@st.composite
def _selectors(draw: st.DrawFn, keys: tuple[str, ...] = _KEYS) -> Data:
    parts: Data = {
        "matchLabels": draw(st.dictionaries(st.sampled_from(keys), st.sampled_from(_VALUES), max_size=1)),
        "matchExpressions": draw(st.lists(_expressions(keys), max_size=1)),
    }
    return {name: parts[name] for name in parts if bool(parts[name]) or draw(st.booleans())}


@st.composite
def _namespace_selectors(draw: st.DrawFn) -> Data:
    if draw(st.booleans()):
        return draw(_selectors(("team", "env")))
    name, names = "kubernetes.io/metadata.name", [*KNOWN, *UNKNOWN]
    operator = draw(st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]))
    if operator == "In" and draw(st.booleans()):
        return {"matchLabels": {name: draw(st.sampled_from(names))}}
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    values = {"values": chosen} if operator.endswith("In") else {}
    return {"matchExpressions": [{"key": name, "operator": operator, **values}]}


@st.composite
def _peers(draw: st.DrawFn) -> Data:
    kind = draw(st.sampled_from(["own", "namespaces", "both", "block"]))
    if kind == "block":
        cidr = draw(st.sampled_from(sorted(_BLOCKS)))
        inner = draw(st.lists(st.sampled_from(_BLOCKS[cidr]), max_size=2, unique=True))
        inner = [part for part in inner if part != cidr]
        return {"ipBlock": {"cidr": cidr, **({"except": inner} if inner else {})}}
    found: Data = {}
    if kind != "namespaces":
        found["podSelector"] = draw(_selectors())
    if kind != "own":
        found["namespaceSelector"] = draw(_namespace_selectors())
    return found


@st.composite
def _ports(draw: st.DrawFn) -> Data:
    protocol = {"protocol": draw(_PROTOCOLS)} if draw(st.booleans()) else {}
    kind = draw(st.sampled_from(["all", "number", "range", "name"]))
    if kind == "all":
        return protocol or {"protocol": "TCP"}
    if kind == "name":
        return {**protocol, "port": draw(st.sampled_from(NAMES))}
    first, last = sorted((draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(NUMBERS))))
    return {**protocol, "port": first, **({"endPort": last} if kind == "range" else {})}


@st.composite
def _rules(draw: st.DrawFn, peers: str) -> Data:
    parts: dict[str, list[Data]] = {
        peers: draw(st.lists(_peers(), min_size=draw(st.sampled_from([0, 1, 1])), max_size=2)),
        "ports": draw(st.lists(_ports(), min_size=draw(st.sampled_from([0, 1])), max_size=2)),
    }
    return {name: found for name, found in parts.items() if bool(found) or draw(st.booleans())}


@st.composite
def specs(draw: st.DrawFn) -> Data:
    """Return the spec of a policy: types given or left to the default, sections there, empty or missing."""
    found: Data = {"podSelector": {} if draw(st.booleans()) else draw(_selectors())}
    for section, peers in (("ingress", "from"), ("egress", "to")):
        if draw(_MOSTLY):
            found[section] = draw(st.lists(_rules(peers), max_size=2))
    types = draw(st.sampled_from([None, None, [], ["Ingress"], ["Egress"], ["Ingress", "Egress"]]))
    return found if types is None else {**found, "policyTypes": types}


@st.composite
def policies(draw: st.DrawFn, name: str) -> Data:
    """Return a policy of this name in one of the namespaces, or in none."""
    namespace = draw(st.sampled_from(["a", "a", "a", *KNOWN, *UNKNOWN, ""]))
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": draw(specs())}


@st.composite
def pods(draw: st.DrawFn) -> Pod:
    """Return a pod; it may give two names one number, and one name a number per protocol."""
    namespaces: Mapping[str, Mapping[str, str]] = {**KNOWN, **UNKNOWN, "default": {}}
    namespace = draw(st.sampled_from(["a", "a", *sorted(namespaces)]))
    found = draw(st.dictionaries(st.tuples(st.sampled_from(NAMES), _PROTOCOLS), st.sampled_from(NUMBERS), max_size=2))
    ports = tuple(Port(*key, number) for key, number in sorted(found.items()))
    labels = {**namespaces[namespace], "kubernetes.io/metadata.name": namespace}
    return Pod(namespace, draw(_labels), labels, ports)


def _pod_template(pod: Pod) -> Data:
    ports = [{"name": p.name, "protocol": p.protocol, "containerPort": p.number} for p in pod.ports]
    return {"metadata": {"labels": dict(pod.labels)}, "spec": {"containers": [{"name": "c", "ports": ports}]}}


def _cron_job(template: Data) -> Data:
    return {"jobTemplate": {"spec": {"template": template}}}


_WORKLOADS: Mapping[str, tuple[str, Callable[[Data], Data]]] = {
    "Deployment": ("apps/v1", lambda template: {"template": template}),
    "Job": ("batch/v1", lambda template: {"template": template}),
    "CronJob": ("batch/v1", _cron_job),
}


def workload(pod: Pod, name: str, kind: str) -> Data:
    """Return the object that makes such pods."""
    metadata = {"name": name, "namespace": pod.namespace}
    template = _pod_template(pod)
    if kind == "Pod":
        return {
            "apiVersion": "v1",
            "kind": kind,
            "metadata": {**metadata, **template["metadata"]},
            "spec": template["spec"],
        }
    api_version, spec = _WORKLOADS[kind]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec(template)}


@st.composite
def manifests(draw: st.DrawFn) -> Drawn:
    """Return the text of policies, of pods and of the namespaces that are known, as YAML or JSON, listed or not."""
    found = [draw(policies(f"p{number}")) for number in range(draw(st.integers(1, 2)))]
    given = draw(st.lists(pods(), min_size=1, max_size=3))
    kinds = st.sampled_from(["Pod", *_WORKLOADS])
    found += [workload(pod, f"w{number}", draw(kinds)) for number, pod in enumerate(given)]
    for name, labels in KNOWN.items():
        found.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    shape = draw(st.sampled_from(["yaml", "json", "list"]))
    if shape == "list":
        found = [{"apiVersion": "v1", "kind": "List", "items": found}]
    text = "---\n".join(json.dumps(each) + "\n" if shape == "json" else yaml.safe_dump(each) for each in found)
    return Drawn(text, tuple(given))
