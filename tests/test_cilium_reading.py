"""CiliumNetworkPolicy as it is read: the table of meanings, and what the API server or the agent would refuse."""

import pytest

from cilium_texts import (
    EVERY_NODE,
    EVERY_SERVER,
    OUTSIDE,
    SOME_PODS,
    document,
    grant,
    ingress,
    peers,
    pods,
    policy,
    ports,
    refusal,
)
from esspec.semantics import lifted
from esspec.semantics.lifted import EVERYONE, NAMESPACE, Grant, Outside, Peers, Ports, all_but, all_ports, label, only
from esspec.terms import Direction, Protocol
from esspec_cilium import TARGET

OWN = (NAMESPACE, only("event-streams"))
TCP, UDP, SCTP = Protocol
TCP_80 = (Ports(TCP, 80, 80),)
TO_80 = "toPorts: [{ports: [{port: '80', protocol: TCP}]}]"
METADATA = "name: a, namespace: b"


@pytest.mark.parametrize(
    ("item", "granted", "on"),
    [
        ("", (), all_ports()),
        (TO_80, (EVERYONE,), TCP_80),
        ("toPorts: []", (), all_ports()),
        ("toPorts: [{}]", (EVERYONE,), ()),
        ("fromEndpoints: []", (), all_ports()),
        (f"fromEndpoints: [], {TO_80}", (), TCP_80),
        (SOME_PODS, (pods(),), all_ports()),
        ("fromEndpoints: [{matchLabels: {}, matchExpressions: []}]", (pods(),), all_ports()),
        (f"{SOME_PODS}, {TO_80}", (pods(),), TCP_80),
        ("fromCIDR: []", (), all_ports()),
        ("fromEntities: []", (), all_ports()),
        ("fromCIDRSet: []", (), all_ports()),
        ("fromCIDRSet: [], fromEntities: [all]", (), all_ports()),
        (f"{SOME_PODS}, toPorts: []", (pods(),), all_ports()),
        (f"{SOME_PODS}, toPorts: [{{ports: []}}]", (pods(),), ()),
        (f"{SOME_PODS}, toPorts: [{{}}]", (pods(),), ()),
        (f"{SOME_PODS}, toPorts: [{{}}, {{ports: [{{port: '80', protocol: TCP}}]}}]", (pods(),), TCP_80),
        ("fromEntities: [all]", (EVERYONE,), all_ports()),
        ("fromEntities: [world, all]", (Outside(None, OUTSIDE), EVERYONE), all_ports()),
        ("fromEntities: [kube-apiserver]", (EVERY_SERVER,), all_ports()),
        ("fromEntities: [remote-node, host]", (EVERY_NODE,), all_ports()),
        ("fromEntities: [host, kube-apiserver, remote-node]", (EVERY_NODE, EVERY_SERVER), all_ports()),
        (
            "fromCIDR: ['::/0', 10.0.0.0/8]",
            (Outside(("::/0",), OUTSIDE), Outside(("10.0.0.0/8",), OUTSIDE)),
            all_ports(),
        ),
        ("fromCIDRSet: [{cidr: 10.0.0.0/8}]", (Outside(("10.0.0.0/8",), OUTSIDE),), all_ports()),
        (
            "fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.0.0.0/8]}]",
            (Outside(("10.0.0.0/8",), OUTSIDE, ("10.1.0.0/16", "10.0.0.0/8")),),
            all_ports(),
        ),
    ],
)
def test_what_an_item_means(item: str, granted: tuple[Peers, ...], on: tuple[Ports, ...]) -> None:
    """Each item isolates, whatever it grants; the same holds for egress in its own words."""
    read = policy(ingress(item))
    assert read.isolates == {Direction.INGRESS}
    assert read.ingress == (Grant(granted, on, 6),)
    outgoing = policy(ingress(item).replace("ingress:", "egress:").replace("{from", "{to").replace(", from", ", to"))
    assert outgoing.isolates == {Direction.EGRESS}
    assert outgoing.egress == read.ingress


@pytest.mark.parametrize(
    ("port", "read"),
    [
        ("port: '80', protocol: UDP", [Ports(UDP, 80, 80)]),
        ("port: '80', endPort: 90, protocol: SCTP", [Ports(SCTP, 80, 90)]),
        ("port: '80', endPort: 80, protocol: TCP", [Ports(TCP, 80, 80)]),
        ("port: '80', endPort: 0, protocol: TCP", [Ports(TCP, 80, 80)]),
        ("port: '0', protocol: TCP", [*all_ports(TCP)]),
        ("port: '0', endPort: 7, protocol: UDP", [*all_ports(UDP)]),
        ("port: '0'", [*all_ports()]),
        ("port: '65535', protocol: ANY", [Ports(p, 65535, 65535) for p in Protocol]),
    ],
)
def test_ports(port: str, read: list[Ports]) -> None:
    """A range needs an endPort that is larger; port 0 is every port."""
    assert list(ports(f"[{{ports: [{{{port}}}]}}]")) == read


PEERS = [
    ("", [OWN]),
    ("matchLabels: {'k8s:app': a}", [OWN, (label("app"), only("a"))]),
    ("matchLabels: {app: ''}", [OWN, (label("app"), only(""))]),
    ("matchLabels: {'any:app': a, 'k8s:app': b}", [OWN, (label("app"), only())]),
    ("matchLabels: {'k8s:io.kubernetes.pod.namespace': ns}", [(NAMESPACE, only("ns"))]),
    ("matchLabels: {io.kubernetes.pod.namespace: ns, app: a}", [(NAMESPACE, only("ns")), (label("app"), only("a"))]),
    ("matchLabels: {'any:io.kubernetes.pod.namespace': ns}", [(NAMESPACE, only("ns"))]),
    ("matchLabels: {'k8s:app.kubernetes.io/name': a}", [OWN, (label("app.kubernetes.io/name"), only("a"))]),
    ("matchLabels: {io.kubernetes.pod.namespaced: a}", [OWN, (label("io.kubernetes.pod.namespaced"), only("a"))]),
    ("matchExpressions: [{key: 'k8s:io.kubernetes.pod.namespace', operator: Exists}]", []),
    ("matchExpressions: [{key: io.kubernetes.pod.namespace, operator: In, values: [a]}]", [(NAMESPACE, only("a"))]),
    ("matchExpressions: [{key: app, operator: In, values: [a, '']}]", [OWN, (label("app"), only("a", ""))]),
    ("matchExpressions: [{key: 'k8s:app', operator: NotIn, values: [a]}]", [OWN, (label("app"), all_but("a"))]),
    ("matchExpressions: [{key: app, operator: Exists, values: []}]", [OWN, (label("app"), all_but(None))]),
    ("matchExpressions: [{key: app, operator: DoesNotExist}]", [OWN, (label("app"), only(None))]),
    ("matchExpressions: [{key: k8s.io/x, operator: DoesNotExist}]", [OWN]),
    ("matchExpressions: [{key: etcd_node, operator: NotIn, values: [a]}]", [OWN]),
]


@pytest.mark.parametrize(("selector", "where"), PEERS)
def test_selectors_of_peers(selector: str, where: list[tuple[lifted.Key, lifted.Values]]) -> None:
    """Without a word on the namespace it is the object's own; a label that Cilium does not see is nowhere."""
    assert peers(f"fromEndpoints: [{{{selector}}}]") == (lifted.pods(where),)


def test_a_namespace_that_is_and_is_not() -> None:
    """Beside one that it must be, a namespace may be excluded."""
    key = "key: 'k8s:io.kubernetes.pod.namespace'"
    some = f"{{{key}, operator: NotIn, values: [ns]}}, {{{key}, operator: Exists}}"
    assert peers(f"fromEndpoints: [{{matchExpressions: [{some}]}}]") == (lifted.pods([(NAMESPACE, all_but("ns"))]),)


@pytest.mark.parametrize(
    ("selector", "where"),
    [
        ("{}", [OWN]),
        ("{matchLabels: {'k8s:io.kubernetes.pod.namespace': event-streams}}", [OWN]),
        ("{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: In, values: [a, event-streams]}]}", [OWN]),
        ("{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [a]}]}", [OWN]),
        ("{matchExpressions: [{key: pod-template-hash, operator: DoesNotExist}]}", [OWN]),
        ("{matchLabels: {app: a}}", [OWN, (label("app"), only("a"))]),
    ],
)
def test_selectors_of_subjects(selector: str, where: list[tuple[lifted.Key, lifted.Values]]) -> None:
    """A subject is in the namespace of its object."""
    assert policy(ingress("", subject=selector)).subject == lifted.pods(where)


IN_A_SELECTOR = [
    ("matchLabels: {'k8s:a': 1}", "label k8s:a must be text, and is 1"),
    ("matchLabels: {'k8s:a': -b}", "'-b' is no label value"),
    ("matchLabels: {'k8s:a b': c}", "'a b' is no label key"),
    ("matchLabels: {'k8s:any:a': c}", "'any:a' is no label key"),
    ("matchLabels: {'a=b': c}", "'a=b' is no label key"),
    ("matchLabels: {a: b, 'any:a': c}", "'a' and 'any:a' are one key"),
    ("matchLabels: []", "matchLabels must be a mapping"),
    ("matchLabels: null", "matchLabels must be a mapping"),
    ("matchLabels: {':a': b}", "':a': labels of source '' are not read here"),
    ("matchLabels: {'reserved:host': ''}", "'reserved:host': labels of source 'reserved' are not read here"),
    ("matchLabels: {'container:a': b}", "'container:a': labels of source 'container' are not read here"),
    (
        "matchLabels: {'k8s:io.cilium.k8s.namespace.labels.a': b}",
        "'k8s:io.cilium.k8s.namespace.labels.a' is no label of a pod but Cilium's own, and is not read here",
    ),
    ("matchExpressions: {}", "matchExpressions must be a list"),
    ("matchExpressions: [a]", "an expression must be a mapping"),
    ("matchExpressions: [{operator: Exists}]", "key must be text, and is None"),
    ("matchExpressions: [{key: a, operator: In}]", "'In' is no operator, or not one for 0 values"),
    ("matchExpressions: [{key: a, operator: NotIn, values: []}]", "'NotIn' is no operator, or not one for 0 values"),
    ("matchExpressions: [{key: a, operator: Exists, values: [b]}]", "'Exists' is no operator, or not one for 1 values"),
    (
        "matchExpressions: [{key: a, operator: DoesNotExist, values: [b]}]",
        "'DoesNotExist' is no operator, or not one for 1 values",
    ),
    ("matchExpressions: [{key: a, operator: exists}]", "'exists' is no operator, or not one for 0 values"),
    ("matchExpressions: [{key: a, operator: In, values: b}]", "values must be a list"),
    ("matchExpressions: [{key: a, operator: In, values: [1]}]", "a value must be text, and is 1"),
    ("matchExpressions: [{key: a, operator: In, values: [b_]}]", "'b_' is no label value"),
    ("matchExpressions: [{key: a, value: b}]", "an expression has no field 'value'"),
]


@pytest.mark.parametrize(("selector", "message"), [*IN_A_SELECTOR, ("labels: {}", "a peer has no field 'labels'")])
def test_refused_in_a_peer(selector: str, message: str) -> None:
    """With the words of the fault, on its line."""
    assert refusal(ingress(f"fromEndpoints: [{{{selector}}}]")) == message


@pytest.mark.parametrize(
    ("selector", "message"),
    [*IN_A_SELECTOR, ("labels: {}", "endpointSelector has no field 'labels'")],
)
def test_refused_in_a_subject(selector: str, message: str) -> None:
    """A policy whose subject cannot be read takes no effect here."""
    assert refusal(ingress("", subject=f"{{{selector}}}")) == message


@pytest.mark.parametrize("rest", ["operator: NotIn, values: [a]", "operator: DoesNotExist"])
def test_a_peer_that_only_excludes_namespaces(rest: str) -> None:
    """Nodes and addresses outside are in no namespace, and would match too."""
    item = f"fromEndpoints: [{{matchExpressions: [{{key: io.kubernetes.pod.namespace, {rest}}}]}}]"
    assert refusal(ingress(item)) == "a peer that only excludes namespaces also matches what is no pod"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("fromNode: []", "an item of ingress has no field 'fromNode'"),
        ("toEndpoints: [{}]", "an item of ingress has no field 'toEndpoints'"),
        *(
            (f"{field}: []", f"{field} in an item of ingress is not read here")
            for field in ("fromNodes", "fromGroups", "fromRequires", "icmps", "authentication")
        ),
        ("fromEndpoints: null", "fromEndpoints must be a list"),
        ("fromEndpoints: {}", "fromEndpoints must be a list"),
        ("fromEndpoints: [a]", "a selector must be a mapping"),
        ("fromEntities: [1]", "an entity must be text, and is 1"),
        ("fromEntities: [All]", "'All' is no entity that the API server takes"),
        ("fromEntities: [world-ipv4]", "'world-ipv4' is no entity that the API server takes"),
        *(
            (f"fromEntities: [all, {word}]", f"the entity {word} is not read here")
            for word in ("cluster", "cluster-mesh", "init", "ingress", "unmanaged", "health", "none")
        ),
        ("fromEntities: [host]", "host and remote-node are read together only"),
        ("fromEntities: [all, remote-node]", "host and remote-node are read together only"),
        ("fromCIDR: [1]", "a CIDR must be text, and is 1"),
        ("fromCIDRSet: [10.0.0.0/8]", "a CIDR rule must be a mapping"),
        ("fromCIDRSet: [{}]", "cidr must be text, and is None"),
        ("fromCIDRSet: [{cidrGroupRef: a}]", "cidrGroupRef in a CIDR rule is not read here"),
        ("fromCIDRSet: [{cidrGroupSelector: {}}]", "cidrGroupSelector in a CIDR rule is not read here"),
        ("fromCIDRSet: [{cidr: 10.0.0.0/8, but: []}]", "a CIDR rule has no field 'but'"),
        ("fromCIDRSet: [{cidr: 10.0.0.0/8, except: 10.0.0.0/9}]", "except must be a list"),
        ("fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/9]}]", "except 11.0.0.0/9 does not lie inside 10.0.0.0/8"),
        ("fromCIDRSet: [{cidr: 10.0.0.0/8, except: ['::/9']}]", "except ::/9 does not lie inside 10.0.0.0/8"),
        ("fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.0/7]}]", "except 10.0.0.0/7 does not lie inside 10.0.0.0/8"),
        ("toPorts: {}", "toPorts must be a list"),
        ("toPorts: [80]", "an item of toPorts must be a mapping"),
        ("toPorts: [{port: '80'}]", "an item of toPorts has no field 'port'"),
        *(
            (f"toPorts: [{{{field}: {{}}}}]", f"{field} in an item of toPorts is not read here")
            for field in ("rules", "listener", "originatingTLS", "terminatingTLS", "serverNames")
        ),
        ("toPorts: [{ports: {}}]", "ports must be a list"),
        ("toPorts: [{ports: [80]}]", "a port must be a mapping"),
        ("toPorts: [{ports: [{}]}]", "port must be text, and is None"),
        ("toPorts: [{ports: [{port: '80', name: a}]}]", "a port has no field 'name'"),
        ("toPorts: [{ports: [{port: '65536'}]}]", "port 65536 is not in 0-65535"),
        *(
            (
                f"toPorts: [{{ports: [{{port: '{text}'}}]}}]",
                f"'{text}' is no plain number, and a port's name cannot be read without its pods",
            )
            for text in ("", "http", "080", "0x50", "1_0", "+80", " 80", "80-90", "-1", "٨٠")
        ),
        ("toPorts: [{ports: [{port: '80', endPort: '90'}]}]", "endPort must be a whole number, and is '90'"),
        ("toPorts: [{ports: [{port: '80', endPort: true}]}]", "endPort must be a whole number, and is True"),
        ("toPorts: [{ports: [{port: '80', endPort: 65536}]}]", "endPort 65536 is not in 0-65535"),
        ("toPorts: [{ports: [{port: '80', endPort: -1}]}]", "endPort -1 is not in 0-65535"),
        ("toPorts: [{ports: [{port: '0', protocol: GRE}]}]", "protocol GRE is not read here"),
        ("toPorts: [{ports: [{port: '0', protocol: ICMP}]}]", "protocol takes TCP, UDP, SCTP and ANY, not 'ICMP'"),
        ("toPorts: [{ports: [{port: '0', protocol: null}]}]", "protocol takes TCP, UDP, SCTP and ANY, not None"),
        ("toPorts: [{ports: [{port: '0', protocol: []}]}]", "protocol takes TCP, UDP, SCTP and ANY, not []"),
    ],
)
def test_refused_in_an_item(item: str, message: str) -> None:
    """With the words of the fault, on its line."""
    assert refusal(ingress(item)) == message


@pytest.mark.parametrize(
    "field", ["toFQDNs", "toServices", "toNodes", "toGroups", "toRequires", "icmps", "authentication"]
)
def test_not_read_in_egress(field: str) -> None:
    """Egress has two kinds of peers more."""
    text = document(f"endpointSelector: {{}}, egress: [{{{field}: []}}]")
    assert refusal(text) == f"{field} in an item of egress is not read here"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("ingress: [{}]", "spec.endpointSelector must be a mapping"),
        ("endpointSelector: null, ingress: [{}]", "spec.endpointSelector must be a mapping"),
        ("endpointSelector: {}, ingress: {}", "ingress must be a list"),
        ("endpointSelector: {}, ingress: [{}], egress: null", "egress must be a list"),
        ("endpointSelector: {}, ingress: [a]", "an item of ingress must be a mapping"),
        ("endpointSelector: {}, ingres: [{}]", "spec has no field 'ingres'"),
        ("description: 1, endpointSelector: {}, ingress: [{}]", "spec.description must be text, and is 1"),
        *(
            (f"{field}: {{}}, endpointSelector: {{}}, ingress: [{{}}]", f"{field} in spec is not read here")
            for field in ("enableDefaultDeny", "ingressDeny", "egressDeny", "nodeSelector", "labels", "log")
        ),
    ],
)
def test_refused_in_a_spec(spec: str, message: str) -> None:
    """With the words of the fault, on its line."""
    assert refusal(document(spec, METADATA)) == message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("metadata: {name: a, namespace: b}", "spec must be a mapping"),
        ("metadata: {name: a, namespace: b}\nspec: []", "spec must be a mapping"),
        ("metadata: {name: a, namespace: b}\nspecs: []", "specs in CiliumNetworkPolicy is not read here"),
        ("metadata: {name: a, namespace: b}\nstatus: {}", "status in CiliumNetworkPolicy is not read here"),
        ("metadata: {name: a, namespace: b}\ndata: {}", "CiliumNetworkPolicy has no field 'data'"),
        ("metadata: {name: A, namespace: b}", "'A' is no object name"),
        ("metadata: {name: a, namespace: b.c}", "'b.c' is no namespace"),
        ("metadata: {name: a, namespace: b, uid: c}", "metadata has no field 'uid'"),
        ("metadata: []", "metadata must be a mapping"),
        ("spec: {}", "metadata must be a mapping"),
    ],
)
def test_refused_around_the_spec(fields: str, message: str) -> None:
    """With the words of the fault, on its line."""
    assert refusal(f"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n{fields}\n") == message


def test_the_line_of_a_fault() -> None:
    """It is that of the field, not of the object."""
    item = "toPorts: [\n {ports: [\n {port: '80'},\n {port: http,\n protocol: TCP}]}]"
    assert [found.line for found in TARGET.lift(ingress("", item)).refusals] == [10]
    assert [found.line for found in TARGET.lift(ingress("", "fromEntities:\n [all,\n nobody]")).refusals] == [9]


def test_a_description_is_only_a_description() -> None:
    """It is text for people, and there may be one."""
    assert policy(document("description: all of it, endpointSelector: {}, ingress: [{}]")).subject == pods()


def test_grants_name_their_lines() -> None:
    """Each item's own line."""
    read = policy(ingress("", TO_80, SOME_PODS))
    assert [found.line for found in read.ingress] == [6, 7, 8]
    assert grant(TO_80).line == 6
