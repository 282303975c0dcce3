"""The traps that a Calico policy holds for who writes or reads it, by their number in the trap list."""

from itertools import product

import pytest

from calico_texts import POD, document, pods, policy, refusal, source, text_of, texts
from esspec.model import Allowance, Dns, PortRange
from esspec.semantics.lifted import ANY_ROLE, EVERYONE, Outside, Ports, all_ports
from esspec.terms import Direction, Protocol
from models import ANY, ANYONE, NONE, external, kube_dns, policy_set, ports, rule, workload

BOTH = frozenset(Direction)
INGRESS = "  ingress:\n    - action: Allow\n"


def test_trap_01_a_rule_without_action() -> None:
    """`[{}]` opens everything in Kubernetes and closes everything in Cilium; here it is refused. "Any" is explicit."""
    message = "a rule needs an action, which is Allow here, and not None"
    assert refusal(document("  ingress: [{}]")) == (6, message)
    assert refusal(document("  ingress: [{action: allow}]")) == (6, message.replace("None", "'allow'"))
    text = text_of(policy_set(workload("zk", ANY, ANY)))
    assert text.count("    - action: Allow\n") == 2
    assert [g.peers for g in policy(text).ingress] == [(EVERYONE,)]


@pytest.mark.parametrize("rules", ["", "  ingress: []", "  ingress:", "  ingress: null"])
def test_trap_02_no_rules_close(rules: str) -> None:
    """With its type listed, no key, an empty list and null are the same: isolated, nothing allowed."""
    found = policy(document(f"  types: [Ingress]\n{rules}"))
    assert (found.isolates, found.ingress) == (frozenset([Direction.INGRESS]), ())


@pytest.mark.parametrize(
    ("rules", "isolated"),
    [
        ("", [Direction.INGRESS]),
        ("  ingress: []\n  egress: []", [Direction.INGRESS]),
        ("  ingress: [{action: Allow}]", [Direction.INGRESS]),
        ("  egress: [{action: Allow}]", [Direction.EGRESS]),
        ("  ingress: []\n  egress: [{action: Allow}]", [Direction.EGRESS]),
        ("  ingress: [{action: Allow}]\n  egress: [{action: Allow}]", list(Direction)),
    ],
)
def test_trap_04_types_left_out(rules: str, isolated: list[Direction]) -> None:
    """Calico's API fills them in from the rules; below the API it would be both, so they are always written."""
    assert policy(document(rules)).isolates == frozenset(isolated)
    said: list[Allowance] = [ANY, NONE]
    for ingress, egress in product(said, repeat=2):
        assert "  types:\n    - Ingress\n    - Egress\n" in text_of(policy_set(workload("zk", ingress, egress)))


def test_trap_04_rules_of_a_type_that_is_not_listed() -> None:
    """They have no effect, and must not add to what another policy allows."""
    found = policy(document("  types: [Egress]\n  ingress: [{action: Allow}]"))
    assert (found.isolates, found.ingress) == (frozenset([Direction.EGRESS]), ())


def test_trap_05_no_protocol_is_every_protocol() -> None:
    """It is not TCP; each row says its own, also where it says no port."""
    assert policy(document(INGRESS)).ingress[0].ports == all_ports()
    for protocol in Protocol:
        text = text_of(policy_set(workload("zk", [rule(ANYONE, protocol=protocol)])))
        assert f"      protocol: {protocol.value}\n" in text
        assert policy(text).ingress[0].ports == all_ports(protocol)
    needs = "a rule with ports needs the protocol TCP, UDP or SCTP"
    assert refusal(document(f"{INGRESS}      destination: {{ports: [80]}}")) == (8, needs)


def test_trap_06_port_types() -> None:
    """A number is a number, a range is quoted text, and "8000-8010" is a name."""
    text = text_of(policy_set(workload("zk", [rule(ANYONE, on=ports(80, (8000, 8010)))])))
    assert '          - 80\n          - "8000:8010"\n' in text
    spec = f"{INGRESS}      protocol: TCP\n      destination: {{ports: [PORT]}}"
    assert refusal(document(spec.replace("PORT", "8000-8010"))) == (
        9,
        "'8000-8010' is a name to Calico; a range is written \"8000:8010\"",
    )
    assert refusal(document(spec.replace("PORT", "http"))) == (
        9,
        "the port 'http' is no number and no range, and a name is not read here",
    )


def test_trap_07_ranges() -> None:
    """`a:b` holds both ends, and may not run backwards."""
    found = policy(text_of(policy_set(workload("zk", [rule(ANYONE, on=ports((1, 65535), (8000, 8010)))]))))
    assert found.ingress[0].ports == (*all_ports(Protocol.TCP), Ports(Protocol.TCP, 8000, 8010))
    text = text_of(policy_set(workload("zk", [rule(ANYONE, on=ports((8000, 8010)))])))
    line, message = refusal(text.replace("8000:8010", "8010:8000"))
    assert text.splitlines()[line - 1].strip() == '- "8000:8010"'
    assert message == "the ports 8010:8000 are not within 1-65535, lowest first"


def test_trap_11_anyone_is_no_network() -> None:
    """Nets see pods, nodes and outside alike; anyone is an end that is not written."""
    policies = policy_set(
        workload("zk", [rule("@net", line=1), rule(ANYONE, line=2)]), externals=[external("net", "0.0.0.0/0")]
    )
    networks, anyone = policy(text_of(policies)).ingress
    assert networks.peers == (Outside(("0.0.0.0/0",), ANY_ROLE),)
    assert anyone.peers == (EVERYONE,)


def test_trap_12_one_family_says_nothing_of_the_other() -> None:
    """An external of one family is one rule of that family, catch-all or not."""
    policies = policy_set(workload("zk", [rule("@net")]), externals=[external("net", "::/0")])
    (grant,) = policy(text_of(policies)).ingress
    assert grant.peers == (Outside(("::/0",), ANY_ROLE),)


@pytest.mark.parametrize("net", ["10.0.0.1/8", "010.0.0.0/8", "192.0.2.7", "2001:DB8::/32", "2001:db8::1/32", "::"])
def test_trap_13_nets_are_masked_and_canonical(net: str) -> None:
    """Host bits, leading zeros and a bare address are refused."""
    assert refusal(source(f'nets: ["{net}"]')) == (8, f"'{net}' is no masked CIDR in canonical form")


def test_trap_13_no_exceptions() -> None:
    """What `except` is elsewhere is `notNets` here, and is not read."""
    assert refusal(source("nets: [10.0.0.0/8], notNets: [10.0.0.0/8]")) == (
        8,
        "'notNets' of source in ingress is not read here",
    )


def test_trap_14_criteria_of_one_end_are_anded() -> None:
    """Pods and addresses of one row are two rules, never one."""
    policies = policy_set(
        workload("zk", [rule("kafka", "@net")]), workload("kafka"), externals=[external("net", "192.0.2.0/24")]
    )
    assert [g.peers for g in policy(text_of(policies)).ingress] == [
        (pods(component="kafka", release="es"),),
        (Outside(("192.0.2.0/24",), ANY_ROLE),),
    ]
    message = "nets and a selector must both hold in source in ingress, which is not read here"
    for other in (f"selector: \"a == 'b' && {POD}\"", "namespaceSelector: all()"):
        assert refusal(source(f"nets: [192.0.2.0/24], {other}")) == (8, message)


def test_trap_16_one_family_and_one_protocol_in_a_rule() -> None:
    """Both families are two rules, two protocols of name resolution are two more."""
    policies = policy_set(
        workload("zk", NONE, [rule("@net")]),
        externals=[external("net", "2001:db8::/32", "192.0.2.0/24")],
        dns=kube_dns(),
    )
    found = policy(text_of(policies)).egress
    assert [g.peers[0].networks for g in found if isinstance(g.peers[0], Outside)] == [
        ("192.0.2.0/24",),
        ("2001:db8::/32",),
    ]
    assert [g.ports for g in found[2:]] == [(Ports(Protocol.UDP, 53, 53),), (Ports(Protocol.TCP, 53, 53),)]
    assert refusal(source('nets: ["192.0.2.0/24", "2001:db8::/32"]')) == (
        8,
        "a rule cannot hold both IPv4 and IPv6 nets",
    )


@pytest.mark.parametrize("name", ["default.esspec-x", "security.x"])
def test_trap_24_a_name_with_a_dot(name: str) -> None:
    """Up to v3.31 its first part is a tier, later it is not."""
    assert refusal(document("", name)) == (
        3,
        f"the name '{name}' has a dot, whose meaning changed with Calico v3.32, and is not read here",
    )


@pytest.mark.parametrize("action", ["Deny", "Log", "Pass"])
def test_trap_25_only_allow(action: str) -> None:
    """With any other action the order of rules and objects would count; none is written, none is read."""
    assert refusal(document(f"  ingress: [{{action: {action}}}]")) == (
        6,
        f"the action {action} is not read here: only Allow is free of order",
    )
    text = text_of(policy_set(workload("zk", NONE, [rule(ANYONE)]), dns=kube_dns()))
    assert {line.strip() for line in text.splitlines() if "action:" in line} == {"- action: Allow"}
    assert "  tier: default\n" in text
    assert "  order: 1000\n" in text


def test_trap_31_no_product_of_ports_and_protocols() -> None:
    """Rows and protocols keep their own peers and ports; merged lists would allow their product."""
    rows = [rule("kafka", on=ports(1)), rule("rest", on=ports(2), protocol="UDP")]
    two = [(Protocol.TCP, PortRange(first=53, last=53)), (Protocol.UDP, PortRange(first=5353, last=5353))]
    dns = Dns(peers=kube_dns().peers, ports=tuple(two), reason="why", origin="here")
    policies = policy_set(workload("zk", NONE, rows), workload("kafka"), workload("rest"), dns=dns)
    kafka, rest = (pods(component=name, release="es") for name in ("kafka", "rest"))
    resolver = pods("kube-system", k8s_app="kube-dns")
    assert [(g.peers, g.ports) for g in policy(text_of(policies)).egress] == [
        ((kafka,), (Ports(Protocol.TCP, 1, 1),)),
        ((rest,), (Ports(Protocol.UDP, 2, 2),)),
        ((resolver,), (Ports(Protocol.TCP, 53, 53),)),
        ((resolver,), (Ports(Protocol.UDP, 5353, 5353),)),
    ]


def test_trap_32_one_object_isolates_and_allows() -> None:
    """Both directions of a workload are one object, so that no half of it can be applied alone."""
    policies = policy_set(workload("zk", [rule(ANYONE)], NONE), workload("kafka", NONE, ANY))
    assert [policy(text).isolates for text in texts(policies)] == [BOTH, BOTH]
