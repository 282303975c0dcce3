"""Reading GlobalNetworkPolicy text: what Calico takes it to mean, after its defaulting and validation.

Sources: projectcalico/calico libcalico-go/lib/clientv3/globalnetworkpolicy.go (types that are not written),
libcalico-go/lib/backend/syncersv1/updateprocessors/globalnetworkpolicyprocessor.go and rules.go (selectors).
This module knows nothing of how the text was written.
"""

from collections.abc import Callable, Iterator

from esspec.manifests.manifest import as_list, as_map, check_metadata, lift_objects, refuse
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
from esspec.semantics.surroundings import Surroundings
from esspec.terms import Direction
from esspec_calico.selector import ALL, MAX_ALTERNATIVES, read_selector
from esspec_calico.validate import PROTOCOLS, port_range, validate

Requirement = tuple[Key, Values]
Found = Requirement | None
Read = Callable[[str, Values, int], Found]

ORCHESTRATOR = Key("orchestrator")
"""What Calico says a workload is run by: `k8s` for every pod; host endpoints and network sets have none."""

_ENDPOINT_KEYS = {
    "projectcalico.org/namespace": NAMESPACE,
    "projectcalico.org/orchestrator": ORCHESTRATOR,
}
_CALICOS_OWN = ("projectcalico.org/", "pcns.", "pcsa.")
_NAMESPACE_NAMES = ("projectcalico.org/name", "kubernetes.io/metadata.name")


def lift_text(text: str) -> Lifted:
    """Return what the GlobalNetworkPolicy objects in `text` say. Raises Unreadable for what is no YAML."""
    return lift_objects(text, api_version="projectcalico.org/v3", kind="GlobalNetworkPolicy", read=_policy)


def read_policies(body: Map, _: Surroundings | None) -> tuple[Policy, ...]:
    """Return what one object says, in the shape that esspec writes. Raises Refused for what it is not read in."""
    return (_policy(body),)


def _policy(body: Map) -> Policy:
    validate(body)
    _, name = check_metadata(body, namespaced=False)
    spec = as_map(body["spec"], body.line, "spec")
    isolates = _isolates(spec)
    grants = {d: tuple(_grants(spec, d)) for d in Direction}
    # The rules of a direction that is not in `types` are validated, and then have no effect.
    ingress, egress = (grants[d] if d in isolates else () for d in Direction)
    return Policy(name, _subject(spec), isolates, ingress, egress, body.line)


def _isolates(spec: Map) -> frozenset[Direction]:
    """Return the directions in `types`; without it, those that have rules, and Ingress where none has."""
    types = spec.get("types")
    if isinstance(types, List):
        return frozenset(d for d in Direction if d.value.capitalize() in types)
    return frozenset(d for d in Direction if spec.get(d.value)) or frozenset([Direction.INGRESS])


def _grants(spec: Map, direction: Direction) -> Iterator[Grant]:
    rules = spec.get(direction.value)
    if not isinstance(rules, List):
        return
    side = "source" if direction is Direction.INGRESS else "destination"
    for item, line in zip(rules, rules.lines, strict=True):
        rule = as_map(item, line, "a rule")
        yield Grant(peers=tuple(_peers(rule.get(side))), ports=tuple(_ports(rule)), line=line)


def _ports(rule: Map) -> Iterator[Ports]:
    """Yield the ports of a rule; without a protocol these are every port of every protocol."""
    named = rule.get("protocol")
    if named is None:
        yield from all_ports()
        return
    protocol = PROTOCOLS[named]
    destination = rule.get("destination")
    ports = destination.get("ports") if isinstance(destination, Map) else None
    if not isinstance(ports, List) or not ports:
        yield from all_ports(protocol)
        return
    for port, line in zip(ports, ports.lines, strict=True):
        first, last = port_range(port, line)
        yield Ports(protocol, first, last)


def _peers(entity: object) -> Iterator[Peers]:
    """Yield what one end of a rule stands for; an end without any criterion is everyone."""
    if not isinstance(entity, Map):
        yield EVERYONE
    elif entity.get("nets"):
        nets = as_list(entity["nets"], entity.line, "nets")
        # Calico's nets reach pods too; that no listed range holds pod addresses is among the assumptions that
        # `verify` prints.
        yield Outside(tuple(map(str, nets)), ANY_ROLE)
    elif entity.get("selector") or entity.get("namespaceSelector"):
        for found in _selected(entity):
            limited, peer = _as_pods(found, entity.line_of("selector"))
            if ORCHESTRATOR not in limited:
                refuse(
                    entity.line_of("selector"),
                    "without projectcalico.org/orchestrator == 'k8s' this end is not pods only: "
                    "it holds host endpoints and network sets too",
                )
            yield peer
    else:
        yield EVERYONE


def _subject(spec: Map) -> Pods:
    line = spec.line_of("selector")
    found = tuple(_selected(spec))
    if len(found) > 1:
        refuse(line, "alternatives (||) in the selector of a policy are not read here")
    limited, subject = _as_pods(found[0], line)
    if not limited:
        refuse(
            line,
            "this policy is not limited to pods: it selects host endpoints too, that is, it isolates nodes; "
            "add projectcalico.org/orchestrator == 'k8s' to its selector",
        )
    return subject


def _as_pods(found: Pods, line: int) -> tuple[frozenset[Key], Pods]:
    """Return the keys that limit `found` to pods, and the pods in it.

    A pod has the orchestrator k8s and a namespace. At the end of a rule, network sets can have a namespace too
    (updateprocessors/networksetprocessor.go); among what a policy selects, nothing else has one.
    """
    where = dict(found.where)
    limited: set[Key] = set()
    if ORCHESTRATOR in where:
        if where.pop(ORCHESTRATOR) != only("k8s"):
            refuse(line, "projectcalico.org/orchestrator is read here as == 'k8s' only")
        limited.add(ORCHESTRATOR)
    if NAMESPACE in where:
        namespaces = where.pop(NAMESPACE)
        if (None in namespaces.items) != namespaces.listed:
            limited.add(NAMESPACE)
        of_pods = Values(namespaces.items - {None}, namespaces.listed)
        if of_pods != all_but():
            where[NAMESPACE] = of_pods
    return frozenset(limited), pods(where.items())


def _selected(body: Map) -> Iterator[Pods]:
    """Yield the alternatives that `selector` and `namespaceSelector` of a policy, or of one end, select.

    In them NAMESPACE may be None, for what is in no namespace, and ORCHESTRATOR stands beside the labels.
    """
    labels = _alternatives(body, "selector", _endpoint_requirement)
    namespaces = _alternatives(body, "namespaceSelector", _namespace_requirement)
    if len(labels) * len(namespaces) > MAX_ALTERNATIVES:
        refuse(body.line, f"selectors of more than {MAX_ALTERNATIVES} alternatives are not read here")
    for inner in namespaces:
        for some in labels:
            yield pods([*inner, *some])


def _alternatives(body: Map, field: str, read: Read) -> list[list[Requirement]]:
    """Return what one selector asks for, in the keys of esspec.lifted; an empty one asks for nothing."""
    text = body.get(field)
    if not isinstance(text, str) or not text:
        return [[]]
    line = body.line_of(field)
    return [
        [found for key, values in alternative if (found := read(key, values, line))]
        for alternative in read_selector(text, line)
    ]


def _endpoint_requirement(key: str, values: Values, line: int) -> Found:
    if key == ALL:
        return None
    if key in _ENDPOINT_KEYS:
        return _ENDPOINT_KEYS[key], values
    if key.startswith(_CALICOS_OWN):
        refuse(line, f"the key '{key}' is Calico's own, and is not read here")
    return label(key), values


def _namespace_requirement(key: str, values: Values, line: int) -> Found:
    """Return the requirement on the namespace; `all()` asks that there is one (updateprocessors/rules.go)."""
    if key == ALL:
        return NAMESPACE, all_but(None)
    if key not in _NAMESPACE_NAMES:
        refuse(line, f"a namespaceSelector is read by {_NAMESPACE_NAMES[0]} only, not by '{key}'")
    return NAMESPACE, values


KINDS = {("projectcalico.org/v3", "GlobalNetworkPolicy"): read_policies}
"""For the entry-point group `esspec.kinds`."""
