"""What the API server takes and what it refuses: each rule from both sides."""

import pytest

from esspec.semantics import lifted
from esspec.semantics.lifted import (
    ANY_ROLE,
    NAMESPACE,
    Grant,
    Outside,
    Pods,
    Ports,
    all_but,
    all_ports,
    label,
    only,
)
from esspec.terms import Protocol
from esspec_kubernetes import TARGET
from kubernetes_texts import document, ingress, pods, policy, refusal

TCP = Protocol.TCP
OWN = pods()

TAKEN_PORTS = {
    "port: 1": (Ports(TCP, 1, 1),),
    "port: 65535": (Ports(TCP, 65535, 65535),),
    "port: 80, endPort: 80": (Ports(TCP, 80, 80),),
    "port: 80, endPort: 65535, protocol: UDP": (Ports(Protocol.UDP, 80, 65535),),
    "protocol: SCTP": (Ports(Protocol.SCTP, 1, 65535),),
    "": (Ports(TCP, 1, 65535),),
}
REFUSED_PORTS = {
    "port: 0": "port 0 is not in 1-65535",
    "port: 65536": "port 65536 is not in 1-65535",
    "port: -1": "port -1 is not in 1-65535",
    "port: true": "port must be a whole number, and is True",
    'port: "8080"': "'8080' is no port name; a port number is written without quotes",
    'port: "0x50"': "the port name '0x50' cannot be read without the pods it stands for",
    "port: http": "the port name 'http' cannot be read without the pods it stands for",
    "port: a-b-c-d-e-f-g-h": "the port name 'a-b-c-d-e-f-g-h' cannot be read without the pods it stands for",
    "port: a-b-c-d-e-f-g-hi": "'a-b-c-d-e-f-g-hi' is no port name; a port number is written without quotes",
    "port: Http": "'Http' is no port name; a port number is written without quotes",
    "port: -http": "'-http' is no port name; a port number is written without quotes",
    "port: http-": "'http-' is no port name; a port number is written without quotes",
    "port: ht--tp": "'ht--tp' is no port name; a port number is written without quotes",
    'port: ""': "'' is no port name; a port number is written without quotes",
    "port: 80, endPort: 79": "endPort 79 needs a port number, and to be no smaller than it",
    "port: 80, endPort: 65536": "endPort 65536 needs a port number, and to be no smaller than it",
    'port: 80, endPort: "90"': "endPort must be a whole number, and is '90'",
    "port: http, endPort: 80": "endPort 80 needs a port number, and to be no smaller than it",
    "endPort: 80": "endPort 80 needs a port number, and to be no smaller than it",
    "protocol: tcp": "protocol takes TCP, UDP and SCTP, not 'tcp'",
    "protocol: ICMP": "protocol takes TCP, UDP and SCTP, not 'ICMP'",
    "protocol: 6": "protocol takes TCP, UDP and SCTP, not 6",
    "ports: 80": "a port has no field 'ports'",
}


@pytest.mark.parametrize("item", TAKEN_PORTS)
def test_ports_taken(item: str) -> None:
    """Without a port it is every port, without a protocol it is TCP."""
    assert policy(ingress(f"ports: [{{{item}}}]")).ingress[0].ports == TAKEN_PORTS[item]


@pytest.mark.parametrize("item", REFUSED_PORTS)
def test_ports_refused(item: str) -> None:
    """A port name would be legal, but what it means is up to the pods."""
    assert refusal(ingress(f"ports: [{{{item}}}]")) == REFUSED_PORTS[item]


TAKEN_PEERS: dict[str, Pods | Outside] = {
    "podSelector: {}": OWN,
    "namespaceSelector: {}": pods(None),
    "podSelector: {matchLabels: {a: b}}, namespaceSelector: {}": pods(None, a="b"),
    "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}": pods("other"),
    'podSelector: {matchLabels: {a: ""}}': pods(a=""),
    "podSelector: {matchExpressions: [{key: a, operator: In, values: [b, c]}]}": lifted.pods(
        [(NAMESPACE, only("event-streams")), (label("a"), only("b", "c"))]
    ),
    "podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}": lifted.pods(
        [(NAMESPACE, only("event-streams")), (label("a"), all_but("b"))]
    ),
    "podSelector: {matchExpressions: [{key: a, operator: Exists}]}": lifted.pods(
        [(NAMESPACE, only("event-streams")), (label("a"), all_but(None))]
    ),
    "podSelector: {matchExpressions: [{key: a, operator: DoesNotExist, values: []}]}": lifted.pods(
        [(NAMESPACE, only("event-streams")), (label("a"), only(None))]
    ),
    "podSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: Exists}]}": pods(a="b"),
    'ipBlock: {cidr: "192.0.2.0/24"}': Outside(("192.0.2.0/24",), ANY_ROLE),
    'ipBlock: {cidr: "0.0.0.0/0", except: ["10.0.0.0/8"]}': Outside(("0.0.0.0/0",), ANY_ROLE, ("10.0.0.0/8",)),
    'ipBlock: {cidr: "2001:db8::/32", except: ["2001:db8::/33"]}': Outside(
        ("2001:db8::/32",), ANY_ROLE, ("2001:db8::/33",)
    ),
}
REFUSED_PEERS = {
    "": "a peer must name a podSelector, a namespaceSelector or an ipBlock",
    'ipBlock: {cidr: "192.0.2.0/24"}, podSelector: {}': "an ipBlock stands alone in its peer",
    'ipBlock: {cidr: "192.0.2.0/24"}, namespaceSelector: {}': "an ipBlock stands alone in its peer",
    "ipBlock: {}": "cidr must be text, and is None",
    'ipBlock: {cidr: "192.0.2.1/24"}': "'192.0.2.1/24' is no masked CIDR in canonical form",
    'ipBlock: {cidr: "192.0.2.010/32"}': "'192.0.2.010/32' is no masked CIDR in canonical form",
    'ipBlock: {cidr: "192.0.2.0/024"}': "'192.0.2.0/024' is no masked CIDR in canonical form",
    'ipBlock: {cidr: "192.0.2.0"}': "'192.0.2.0' is no masked CIDR in canonical form",
    'ipBlock: {cidr: "192.0.2.0/255.255.255.0"}': "'192.0.2.0/255.255.255.0' is no masked CIDR in canonical form",
    'ipBlock: {cidr: "2001:DB8::/32"}': "'2001:DB8::/32' is no masked CIDR in canonical form",
    'ipBlock: {cidr: "::ffff:c000:200/120"}': "'::ffff:c000:200/120' is read differently by different readers",
    'ipBlock: {cidr: "10.0.0.0/8", except: ["10.0.0.0/8"]}': "except 10.0.0.0/8 must lie strictly inside 10.0.0.0/8",
    'ipBlock: {cidr: "10.0.0.0/8", except: ["0.0.0.0/0"]}': "except 0.0.0.0/0 must lie strictly inside 10.0.0.0/8",
    'ipBlock: {cidr: "10.0.0.0/8", except: ["11.0.0.0/9"]}': "except 11.0.0.0/9 must lie strictly inside 10.0.0.0/8",
    'ipBlock: {cidr: "::/0", except: ["10.0.0.0/8"]}': "except 10.0.0.0/8 must lie strictly inside ::/0",
    'ipBlock: {cidr: "10.0.0.0/8", except: "10.1.0.0/16"}': "except must be a list",
    'ipBlock: {cidr: "10.0.0.0/8", ports: []}': "ipBlock has no field 'ports'",
    "podSelector: {}, ports: []": "a peer has no field 'ports'",
    "podSelector: {app: a}": "podSelector has no field 'app'",
    "podSelector: {matchLabels: {a: 1}}": "label a must be text, and is 1",
    "podSelector: {matchLabels: {a: true}}": "label a must be text, and is True",
    "podSelector: {matchLabels: {a: -b}}": "'-b' is no label value",
    "podSelector: {matchLabels: {a_: b}}": "'a_' is no label key",
    "podSelector: {matchLabels: {X/a/b: c}}": "'X/a/b' is no label key",
    "podSelector: {matchExpressions: [{key: a, operator: In}]}": "In needs values",
    "podSelector: {matchExpressions: [{key: a, operator: NotIn, values: []}]}": "NotIn needs values",
    'podSelector: {matchExpressions: [{key: a, operator: In, values: ""}]}': "values must be a list",
    "podSelector: {matchExpressions: [{key: a, operator: In, values: [1]}]}": "a value must be text, and is 1",
    "podSelector: {matchExpressions: [{key: a, operator: In, values: [-b]}]}": "'-b' is no label value",
    "podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}": "Exists takes no values",
    "podSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}": "'in' is no operator",
    "podSelector: {matchExpressions: [{operator: Exists}]}": "key must be text, and is None",
    "podSelector: {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}": "'Gt' is no operator",
    "namespaceSelector: {matchLabels: {team: a}}": (
        "a namespaceSelector is read by kubernetes.io/metadata.name only, not by 'team'"
    ),
}


@pytest.mark.parametrize("item", TAKEN_PEERS)
def test_peers_taken(item: str) -> None:
    """Selectors of one peer are ANDed; without a namespaceSelector it is the policy's own namespace."""
    assert policy(ingress(f"from: [{{{item}}}]")).ingress == (Grant((TAKEN_PEERS[item],), all_ports(), 4),)


@pytest.mark.parametrize("item", REFUSED_PEERS)
def test_peers_refused(item: str) -> None:
    """A labelled namespace would be legal, but which namespaces have the label is not known here."""
    assert refusal(ingress(f"from: [{{{item}}}]")) == REFUSED_PEERS[item]


REFUSED_SPECS = {
    "podSelector: {matchLabels: []}": "matchLabels must be a mapping",
    "podSelector: []": "spec.podSelector must be a mapping",
    "policyTypes: [ingress]": "spec.policyTypes takes Ingress and Egress, not 'ingress'",
    "policyTypes: [Ingress, Egress, Ingress]": "spec.policyTypes has more than two entries",
    "policyTypes: Ingress": "spec.policyTypes must be a list",
    "ingress: {}": "spec.ingress must be a list",
    "ingress: [[]]": "a rule of ingress must be a mapping",
    "ingress: [{to: []}]": "a rule has no field 'to'",
    "egress: [{from: []}]": "a rule has no field 'from'",
    "ingress: [{ports: 80}]": "ports must be a list",
    "selector: {}": "spec has no field 'selector'",
}


@pytest.mark.parametrize("spec", REFUSED_SPECS)
def test_specs_refused(spec: str) -> None:
    """Unknown fields too: the API server drops them, and the author meant something by them."""
    assert refusal(document(spec)) == REFUSED_SPECS[spec]


REFUSED_HEADS = {
    'name: "A", namespace: "n1"': "'A' is no object name",
    'name: "a..b", namespace: "n1"': "'a..b' is no object name",
    f'name: "{"a" * 254}", namespace: "n1"': f"'{'a' * 254}' is no object name",
    'name: "a", namespace: "a.b"': "'a.b' is no namespace",
    f'name: "a", namespace: "{"n" * 64}"': f"'{'n' * 64}' is no namespace",
    'name: "a"': "'' is no namespace",
    'namespace: "n1"': "metadata.name must be text, and is None",
    'name: 1, namespace: "n1"': "metadata.name must be text, and is 1",
    'name: "a", namespace: "n1", labels: {a: 1}': "labels a must be text, and is 1",
    f'name: "a", namespace: "n1", labels: {{a: {"b" * 64}}}': f"'{'b' * 64}' is no label value",
    f'name: "a", namespace: "n1", labels: {{{"b" * 64}: a}}': f"'{'b' * 64}' is no label key",
    f'name: "a", namespace: "n1", annotations: {{a: "{"b" * 262_144}"}}': (
        "the annotations are larger than 262144 bytes"
    ),
}


@pytest.mark.parametrize("metadata", REFUSED_HEADS, ids=range(len(REFUSED_HEADS)))
def test_heads_refused(metadata: str) -> None:
    """Names, namespaces, labels and the size of annotations."""
    read = TARGET.lift(document("podSelector: {}", metadata))
    assert [found.message for found in read.refusals] == [REFUSED_HEADS[metadata]]


def test_heads_taken() -> None:
    """The longest that are legal."""
    long = f'name: "{"a" * 253}", namespace: "{"n" * 63}", labels: {{{"k" * 63}: {"v" * 63}}}'
    assert policy(document("podSelector: {}", long)).name == "a" * 253
    big = f'name: "a.b-c", namespace: "n1", annotations: {{a: "{"b" * 262_143}"}}'
    assert policy(document("podSelector: {}", big)).name == "a.b-c"


NULLS = {
    "podSelector: ": "podSelector: {}",
    "podSelector: {matchLabels: , matchExpressions: }, policyTypes: ": "podSelector: {}",
    "podSelector: {}, ingress: ~, egress: ": "podSelector: {}",
    "podSelector: {}, ingress: [~]": "podSelector: {}, ingress: [{}]",
    "podSelector: {}, ingress: [{from: , ports: }]": "podSelector: {}, ingress: [{}]",
    "podSelector: {}, ingress: [{ports: [~]}]": "podSelector: {}, ingress: [{ports: [{}]}]",
    "podSelector: {}, ingress: [{ports: [{port: , protocol: }]}]": "podSelector: {}, ingress: [{ports: [{}]}]",
    "podSelector: {}, ingress: [{ports: [{port: 80, endPort: , protocol: }]}]": (
        "podSelector: {}, ingress: [{ports: [{port: 80}]}]"
    ),
    "podSelector: {}, ingress: [{from: [{podSelector: {}, namespaceSelector: , ipBlock: }]}]": (
        "podSelector: {}, ingress: [{from: [{podSelector: {}}]}]"
    ),
    'podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "192.0.2.0/24", except: }, podSelector: }]}]': (
        'podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "192.0.2.0/24"}}]}]'
    ),
    "podSelector: {matchExpressions: [{key: a, operator: Exists, values: }]}": (
        "podSelector: {matchExpressions: [{key: a, operator: Exists}]}"
    ),
}


@pytest.mark.parametrize("spec", NULLS)
def test_null_is_absent(spec: str) -> None:
    """A field that is null is one that is not there, and an item that is null has no field."""
    assert policy(document(spec)) == policy(document(NULLS[spec]))


def test_an_object_without_a_spec_isolates_its_namespace() -> None:
    text = document("podSelector: {}")
    for spec in ("spec:", "spec: {}"):
        assert policy(text.replace("spec: {podSelector: {}}", spec)).subject == policy(text).subject
    named = 'name: "a", namespace: "n1"'
    assert policy(document("podSelector: {}", f"{named}, labels: , annotations: ")).name == "a"
    assert refusal(document("podSelector: {}", 'name: "a", namespace: ')) == "'' is no namespace"


def test_what_null_leaves_open_is_refused() -> None:
    """A peer of nulls is no peer, and text that is null is none."""
    assert refusal(ingress("from: [~]")) == REFUSED_PEERS[""]
    assert refusal(ingress("from: [{podSelector: }]")) == REFUSED_PEERS[""]
    assert refusal(document("podSelector: {matchLabels: {a: }}")) == "label a must be text, and is None"
    assert refusal(document("podSelector: {matchExpressions: [~]}")) == "key must be text, and is None"
