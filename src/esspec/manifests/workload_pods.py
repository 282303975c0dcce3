"""The pods of one object: a Pod, or a workload that makes pods from a template."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from esspec.manifests.manifest import as_map, as_text, check_label, identity, is_dns_label, is_object_name, refuse
from esspec.manifests.manifest_objects import ManifestObject
from esspec.manifests.yamlread import List, Map, Unclear
from esspec.semantics.lifted import NAMESPACE, Key, label
from esspec.semantics.surroundings import named_port
from esspec.terms import FIRST_PORT, LAST_PORT, Protocol

TEMPLATES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps.openshift.io", "DeploymentConfig"): ("spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}
_TEMPLATE = ("spec", "template")
_OWNED = frozenset({"Pod", "ReplicaSet", "ReplicationController", "Job"})
"""What is mostly made by another object; users know the pods by the name of that one."""

_HASH = "pod-template-hash"


def template_of(found: ManifestObject) -> tuple[str, ...] | None:
    """Return the keys that lead to the pods of an object, None for one without; the template of any kind will do."""
    known = TEMPLATES.get((found.group, found.kind))
    if known is not None:
        return known
    spec = found.body.get("spec")
    template = spec.get("template") if isinstance(spec, Map) else None
    pods = template.get("spec") if isinstance(template, Map) else None
    return _TEMPLATE if isinstance(pods, Map) and isinstance(pods.get("containers"), List) else None


class Workload(NamedTuple):
    """An object that has pods, and what every one of them has.

    `maker` is what the object is called, `name[Kind]`, that made this one; empty where it stands alone. `host_network`
    is the line by which the pods use the network of their node, 0 if they do not.
    """

    found: ManifestObject
    namespace: str
    name: str
    maker: str
    labels: Mapping[str, str]
    ports: Mapping[tuple[Protocol, str], int]
    host_network: int

    @property
    def called(self) -> str:
        """Return what the object is called in its namespace."""
        return f"{self.name}[{self.found.kind}]"

    @property
    def values(self) -> Mapping[Key, str]:
        """Return what selectors can ask of its pods."""
        values = {NAMESPACE: self.namespace, **{label(key): value for key, value in self.labels.items()}}
        return values | {named_port(*port): str(number) for port, number in self.ports.items()}


def read_workload(found: ManifestObject, namespace: str) -> Workload:
    """Return an object that has pods; without a namespace it is in `namespace`. Raises Refused for a broken one."""
    metadata = as_map(found.body.get("metadata"), found.body.line_of("metadata"), "metadata")
    own, name = _named(found.body, metadata)
    template = found.body
    for key in template_of(found) or ():
        template = as_map(template.get(key), template.line_of(key), key)
    labels = labels_of(template.get("metadata"))
    spec = as_map(template.get("spec") or Map(template.line), template.line_of("spec"), "spec")
    ports: dict[tuple[Protocol, str], int] = {}
    for protocol, port, number in _named_ports(spec):
        ports.setdefault((protocol, port), number)  # of two containers that give one name the first counts
    maker = _maker(metadata, labels) if found.kind in _OWNED else ""
    return Workload(found, own or namespace, name, maker, labels, ports, _host_network(spec))


def labels_of(metadata: object) -> dict[str, str]:
    """Return the labels in some metadata. Raises Refused for one that is not legal."""
    labels = metadata.get("labels") if isinstance(metadata, Map) else None
    if not isinstance(metadata, Map) or labels is None:
        return {}
    found = as_map(labels, metadata.line_of("labels"), "labels")
    for key, value in found.items():
        check_label(key, as_text(value, found.line_of(key), f"label {key}"), found.line_of(key))
    return {key: str(value) for key, value in found.items()}


def _named(body: Map, metadata: Map) -> tuple[str, str]:
    """Return (namespace, name); of a name that the server completes there is only the beginning."""
    begun = metadata.get("generateName")
    if metadata.get("name") is None and isinstance(begun, str):
        return as_text(metadata.get("namespace") or "", metadata.line_of("namespace"), "metadata.namespace"), begun
    namespace, name = identity(body)
    if not is_object_name(name):
        refuse(metadata.line_of("name"), f"'{name}' is no object name")
    if namespace and not is_dns_label(namespace):
        refuse(metadata.line_of("namespace"), f"'{namespace}' is no namespace")
    return namespace, name


def _maker(metadata: Map, labels: Mapping[str, str]) -> str:
    """Return what an object's controller is called; a replica set that a deployment made is known by its hash."""
    references = metadata.get("ownerReferences")
    owners = [owner for owner in references if isinstance(owner, Map)] if isinstance(references, List) else []
    owner = next((owner for owner in owners if owner.get("controller") is True), next(iter(owners), None))
    if owner is None or not isinstance(owner.get("name"), str) or not isinstance(owner.get("kind"), str):
        return ""
    name, kind = str(owner["name"]), str(owner["kind"])
    made = f"-{labels.get(_HASH, '')}"
    if kind == "ReplicaSet" and _HASH in labels and name.endswith(made):
        return f"{name.removesuffix(made)}[Deployment]"
    return f"{name}[{kind}]"


def _host_network(spec: Map) -> int:
    uses, line = spec.get("hostNetwork"), spec.line_of("hostNetwork")
    if isinstance(uses, Unclear):
        as_text(uses, line, "hostNetwork")
    return line if uses is True else 0


def _named_ports(spec: Map) -> Iterator[tuple[Protocol, str, int]]:
    for container in _containers(spec):
        ports = container.get("ports")
        for port in ports if isinstance(ports, List) else ():
            if isinstance(port, Map) and port.get("name") is not None:
                yield _named_port(port)


def _containers(spec: Map) -> Iterator[Map]:
    """Yield the containers that run for as long as the pod does."""
    for field in ("containers", "initContainers"):
        containers = spec.get(field)
        for container in containers if isinstance(containers, List) else ():
            if isinstance(container, Map) and (field == "containers" or container.get("restartPolicy") == "Always"):
                yield container


def _named_port(port: Map) -> tuple[Protocol, str, int]:
    name, number = as_text(port["name"], port.line_of("name"), "a port's name"), port.get("containerPort")
    protocol = port.get("protocol")
    if protocol not in (None, *Protocol) or not isinstance(number, int):
        refuse(port.line, f"the port '{name}' has no number, or no protocol that is known")
    if not FIRST_PORT <= number <= LAST_PORT:
        refuse(port.line_of("containerPort"), f"port {number} is not in 1-65535")
    return Protocol(str(protocol or Protocol.TCP)), name, number
