"""What the target calico takes, what it refuses, and the line it names."""

from collections.abc import Callable

import pytest

from calico_texts import POD, document, pods, policy, refusal
from esspec.semantics import lifted
from esspec.semantics.lifted import EVERYONE, NAMESPACE, Pods, all_but, all_ports, label, only
from esspec.terms import Direction, Protocol

RULE = "  ingress:\n    - action: Allow\n"
PEER = RULE + "      source:\n        "

TAKEN: dict[str, tuple[str, Callable[[lifted.Policy], object], object]] = {
    "no order": ("", lambda p: p.isolates, frozenset([Direction.INGRESS])),
    "an order, and the default tier": ("  order: 1\n  tier: default", lambda p: p.ingress, ()),
    "fields of host endpoints that are off": ("  preDNAT: false\n  doNotTrack: false", lambda p: p.ingress, ()),
    "a port as text": (
        RULE + '      protocol: TCP\n      destination: {ports: ["0080"]}',
        lambda p: p.ingress[0].ports,
        (lifted.Ports(Protocol.TCP, 80, 80),),
    ),
    "a protocol by number": (RULE + "      protocol: 132", lambda p: p.ingress[0].ports, all_ports(Protocol.SCTP)),
    "empty lists, which ask for nothing": (
        PEER + 'nets: []\n        selector: ""\n      protocol: TCP\n      destination: {ports: []}',
        lambda p: (p.ingress[0].peers, p.ingress[0].ports),
        ((EVERYONE,), all_ports(Protocol.TCP)),
    ),
    "an end without criteria": (
        RULE + "      source: {}\n      destination:",
        lambda p: p.ingress[0].peers,
        (EVERYONE,),
    ),
    "alternatives in a peer": (
        PEER + f"selector: \"(a == 'b' || c == 'd') && {POD}\"",
        lambda p: p.ingress[0].peers,
        (pods(None, a="b"), pods(None, c="d")),
    ),
    "a namespace in the selector of a peer": (
        PEER + f"selector: \"projectcalico.org/namespace in {{'n', 'm'}} && {POD}\"",
        lambda p: p.ingress[0].peers,
        (Pods(((NAMESPACE, only("n", "m")),)),),
    ),
    "all pods but those of one namespace": (
        PEER + f'selector: "{POD}"\n        namespaceSelector: "kubernetes.io/metadata.name != \'n\'"',
        lambda p: p.ingress[0].peers,
        (Pods(((NAMESPACE, all_but("n")),)),),
    ),
    "negations": (
        PEER + f"selector: \"!has(a) && b not in {{'c'}} && !(d != 'e') && {POD}\"",
        lambda p: p.ingress[0].peers,
        (Pods(((label("a"), only(None)), (label("b"), all_but("c")), (label("d"), only("e")))),),
    ),
}


@pytest.mark.parametrize("case", TAKEN)
def test_taken(case: str) -> None:
    """What Calico takes has its meaning."""
    spec, look, expected = TAKEN[case]
    assert look(policy(document(spec))) == expected


REFUSED: dict[str, tuple[str, int, str]] = {
    "a field that spec does not have": ("  policyTypes: [Ingress]", 6, "spec has no field 'policyTypes'"),
    "a field that a rule does not have": (RULE + "      from: []", 8, "a rule has no field 'from'"),
    "a field that an end does not have": (
        PEER + "podSelector: {}",
        9,
        "source in ingress has no field 'podSelector'",
    ),
    "a selector by service account": (
        "  serviceAccountSelector: a == 'b'",
        6,
        "'serviceAccountSelector' of spec is not read here",
    ),
    "another IP version": (RULE + "      ipVersion: 4", 8, "'ipVersion' of a rule is not read here"),
    "a negated peer": (PEER + "notNets: []", 9, "'notNets' of source in ingress is not read here"),
    "ports of the source, which are the client's": (
        PEER + "ports: [80]",
        9,
        "'ports' of source in ingress is not read here",
    ),
    "a selector on the subject's own end": (
        RULE + "      destination: {selector: all()}",
        8,
        "'selector' of destination in ingress is not read here",
    ),
    "an egress source": (
        "  egress:\n    - action: Allow\n      source: {nets: []}",
        8,
        "'nets' of source in egress is not read here",
    ),
    "a rule that is no mapping": ("  ingress: [Allow]", 6, "a rule of ingress must be a mapping"),
    "rules that are no list": ("  ingress: {action: Allow}", 6, "ingress must be a list"),
    "an end that is no mapping": (RULE + "      source: []", 8, "source in ingress must be a mapping"),
    "nets that are no list": (PEER + 'nets: ""', 9, "nets must be a list"),
    "ports that are no list": (
        RULE + "      protocol: TCP\n      destination: {ports: 80}",
        9,
        "ports must be a list",
    ),
    "a selector that is no text": (PEER + "selector: true", 9, "selector must be text, and is True"),
    "an unknown type": ("  types: [ingress]", 6, "types takes Ingress and Egress, not 'ingress'"),
    "a type twice": ("  types: [Ingress, Ingress]", 6, "types names Ingress twice"),
    "no type in a list": (
        "  types: []",
        6,
        "an empty list of types: Calico before v3.34 fills it in, and refuses it from then on",
    ),
    "another tier": ("  tier: security", 6, "the tier 'security' is not read here, only the default one"),
    "a policy for traffic before DNAT": (
        "  applyOnForward: true\n  preDNAT: true",
        7,
        "'preDNAT' is for host endpoints, and is not read here",
    ),
    "a number for a boolean": ("  doNotTrack: 0", 6, "'doNotTrack' is for host endpoints, and is not read here"),
    "ICMP": (RULE + "      protocol: ICMP", 8, "the protocol 'ICMP' is not read here: TCP, UDP and SCTP are"),
    "a protocol in lower case": (
        RULE + "      protocol: tcp",
        8,
        "the protocol 'tcp' is not read here: TCP, UDP and SCTP are",
    ),
    "a protocol that is a list": (
        RULE + "      protocol: []",
        8,
        "the protocol [] is not read here: TCP, UDP and SCTP are",
    ),
    "port 0": (
        RULE + "      protocol: TCP\n      destination: {ports: [0]}",
        9,
        "the ports 0 are not within 1-65535, lowest first",
    ),
    "port 65536": (
        RULE + '      protocol: TCP\n      destination: {ports: ["1:65536"]}',
        9,
        "the ports 1:65536 are not within 1-65535, lowest first",
    ),
    "a port that is a boolean": (
        RULE + "      protocol: TCP\n      destination: {ports: [true]}",
        9,
        "the port True is no number and no range, and a name is not read here",
    ),
    "a net twice": (PEER + "nets: [192.0.2.0/24, 192.0.2.0/24]", 9, "a net stands here twice"),
    "51 ports": (
        RULE + f"      protocol: TCP\n      destination: {{ports: {list(range(1, 52))}}}",
        9,
        "a list of 51 ports, and Calico takes 50",
    ),
    "257 nets": (
        PEER + f"nets: [{', '.join(f'10.0.{n // 256}.{n % 256}/32' for n in range(257))}]",
        9,
        "a list of 257 nets, and Calico takes 256",
    ),
    "1025 rules": (
        "  ingress: [" + "{action: Allow}, " * 1025 + "]",
        6,
        "ingress has 1025 rules, and Calico takes 1024",
    ),
    "a rule that has no effect is no less refused": (
        "  types: [Egress]\n" + PEER + "selector: '='",
        10,
        "Calico cannot read the selector '=': a label, has(), all(), ! or ( is expected at 1",
    ),
    "a namespace by another label": (
        PEER + f"selector: {POD}\n        namespaceSelector: team == 'x'",
        10,
        "a namespaceSelector is read by projectcalico.org/name only, not by 'team'",
    ),
    "a key of Calico's": (
        PEER + f"selector: pcns.projectcalico.org/name == 'n' && {POD}",
        9,
        "the key 'pcns.projectcalico.org/name' is Calico's own, and is not read here",
    ),
    "another orchestrator": (
        PEER + "selector: projectcalico.org/orchestrator != 'openstack'",
        9,
        "projectcalico.org/orchestrator is read here as == 'k8s' only",
    ),
    "too many alternatives of two selectors": (
        PEER
        + f"selector: {POD} && ({' || '.join(['has(a)'] * 9)})\n"
        + f"        namespaceSelector: {' || '.join(['all()'] * 9)}",
        9,
        "selectors of more than 64 alternatives are not read here",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    """What Calico refuses, and what is not read here, is refused at its line."""
    spec, line, message = REFUSED[case]
    assert refusal(document(spec)) == (line, message)


def test_refused_heads() -> None:
    """Another kind or version, a namespace, no spec, and an unknown field of the object."""
    head = document("")
    kind = "this is NetworkPolicy of projectcalico.org/v3, and GlobalNetworkPolicy of projectcalico.org/v3 is expected"
    assert refusal(head.replace("GlobalNetworkPolicy", "NetworkPolicy")) == (1, kind)
    assert "crd.projectcalico.org/v1" in refusal(head.replace("projectcalico.org/v3", "crd.projectcalico.org/v1"))[1]
    assert refusal(head.replace('"esspec-x"', "x, namespace: other")) == (3, "a cluster-wide object has no namespace")
    assert refusal(head.split("spec:", maxsplit=1)[0]) == (1, "spec must be a mapping")
    assert refusal(f"{head}status: {{}}") == (6, "GlobalNetworkPolicy has no field 'status'")


def test_subject_that_is_no_text() -> None:
    """It is not passed over where a namespaceSelector would do without it."""
    text = document("  namespaceSelector: all()").replace(f"\"a == 'b' && {POD}\"", "5")
    assert refusal(text) == (5, "selector must be text, and is 5")


def test_subject_with_alternatives() -> None:
    """A policy of two groups of pods is no one group."""
    text = document("").replace("a == 'b'", "(a == 'b' || a == 'c')")
    assert refusal(text) == (5, "alternatives (||) in the selector of a policy are not read here")
    assert policy(text.replace("a == 'b' || a == 'c'", "a in {'b', 'c'}")).subject == Pods(
        ((label("a"), only("b", "c")),)
    )
