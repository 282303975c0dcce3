"""The traps of NetworkPolicy (semantics.md, section 7), by their numbers: in what is written and in what is read."""

from typing import Any

import pytest
import yaml

from esspec.model import Selector
from esspec.semantics.lifted import EVERYONE, Grant, Outside, Ports, all_ports
from esspec.terms import Direction, Protocol
from esspec_kubernetes import TARGET
from kubernetes_texts import document, ingress, pods, policy, refusal, text_of, texts
from models import ANY, ANYONE, NONE, external, kube_dns, policy_set, ports, rule, selector, workload

INGRESS, EGRESS = frozenset({Direction.INGRESS}), frozenset({Direction.EGRESS})
BOTH = INGRESS | EGRESS
LOCAL = "podSelector: {}"


def spec_of(text: str) -> dict[str, Any]:
    """Return the spec as another reader gives it."""
    spec: dict[str, Any] = yaml.safe_load(text)["spec"]
    return spec


def test_trap_1_an_empty_rule_opens_everything() -> None:
    """`ingress: [{}]` is written for Any alone, and read so; `from: []` and `ports: []` restrict nothing either."""
    for rules in ("{}", "{from: []}", "{ports: []}", "{from: [], ports: []}", "{from: null, ports: null}"):
        read = policy(document(f"{LOCAL}, ingress: [{rules}]"))
        assert (read.isolates, read.ingress) == (INGRESS, (Grant((EVERYONE,), all_ports(), 4),))
    assert "- {}" in text_of(policy_set(workload("a", ANY)))
    assert "- {}" not in text_of(policy_set(workload("a", [rule(ANYONE)], NONE)))


@pytest.mark.parametrize("field", ["", ", ingress: []", ", ingress: null"])
def test_trap_2_no_rules_close(field: str) -> None:
    """A listed direction without rules allows nothing, however that is written; we leave the field out."""
    read = policy(document(f"{LOCAL}, policyTypes: [Ingress]{field}"))
    assert (read.isolates, read.ingress) == (INGRESS, ())
    written = spec_of(text_of(policy_set(workload("a", NONE, NONE))))
    assert written.keys() == {"podSelector", "policyTypes"}


@pytest.mark.parametrize(
    ("fields", "isolated"),
    [
        ("", INGRESS),
        ("ingress: []", INGRESS),
        ("ingress: [{}]", INGRESS),
        ("egress: [{}]", BOTH),
        ("egress: []", INGRESS),
        ("egress: null, policyTypes: []", INGRESS),
        ("policyTypes: null, egress: [{}]", BOTH),
        ("policyTypes: [Egress]", EGRESS),
        ("policyTypes: [Egress, Ingress]", BOTH),
        ("policyTypes: [Egress, Egress]", EGRESS),
        ("policyTypes: [Ingress], egress: [{}]", INGRESS),
    ],
)
def test_trap_3_policy_types_left_out(fields: str, isolated: frozenset[Direction]) -> None:
    """Ingress always, egress only if there are egress rules; we always write them."""
    assert policy(document(f"{LOCAL}, {fields}")).isolates == isolated


@pytest.mark.parametrize(
    ("both", "types"),
    [((NONE, ANY), ["Ingress", "Egress"]), ((NONE,), ["Ingress"]), ((workload("x").ingress, NONE), ["Egress"])],
)
def test_trap_3_policy_types_written(both: tuple[object, ...], types: list[str]) -> None:
    """Exactly the directions of which the page says something."""
    assert spec_of(text_of(policy_set(workload("a", *both))))["policyTypes"] == types  # type: ignore[arg-type]


def test_trap_5_a_missing_protocol_is_tcp() -> None:
    """Not every protocol; we always write it."""
    assert policy(ingress("ports: [{port: 53}]")).ingress[0].ports == (Ports(Protocol.TCP, 53, 53),)
    some = [rule("a"), rule("a", on=ports(1, (2, 3)), protocol="UDP")]
    written = policy_set(workload("a", some, NONE), dns=kube_dns())
    rules = [one for field in ("ingress", "egress") for one in spec_of(text_of(written))[field]]
    assert [[port["protocol"] for port in one["ports"]] for one in rules] == [["TCP"], ["UDP", "UDP"], ["UDP", "TCP"]]


def test_trap_6_a_port_is_a_number() -> None:
    """Quoted digits are a name, and no legal one."""
    (one,) = spec_of(text_of(policy_set(workload("a", [rule("a", on=ports(8080))]))))["ingress"]
    assert one["ports"] == [{"protocol": "TCP", "port": 8080}]
    assert refusal(ingress('ports: [{port: "8080"}]')).startswith("'8080' is no port name")
    assert refusal(ingress("ports: [{port: 8000-8010}]")).startswith("'8000-8010' is no port name")


def test_trap_7_a_range_has_an_end_port() -> None:
    """Both ends are numbers; one port has no end."""
    (one,) = spec_of(text_of(policy_set(workload("a", [rule("a", on=ports((8000, 8010), (1, 65535)))]))))["ingress"]
    assert one["ports"] == [
        {"protocol": "TCP", "port": 8000, "endPort": 8010},
        {"protocol": "TCP", "port": 1, "endPort": 65535},
    ]


def test_trap_8_a_peer_without_namespace_is_of_the_own_one() -> None:
    """Another namespace is named, every namespace is an empty selector; neither is ever left out."""
    where = {"own": selector(app="x"), "other": selector("ns2", app="x"), "every": selector(None, app="x")}
    beside = [workload(name, seen=seen) for name, seen in where.items()]
    text = text_of(policy_set(workload("a", [rule(*where)]), *beside))
    assert policy(text).ingress[0].peers == (pods(app="x"), pods("ns2", app="x"), pods(None, app="x"))
    (one,) = spec_of(text)["ingress"]
    assert [list(peer) for peer in one["from"]] == [["podSelector"], *[["namespaceSelector", "podSelector"]] * 2]
    assert one["from"][1]["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "ns2"}}
    assert one["from"][2]["namespaceSelector"] == {}


def test_traps_11_and_12_anywhere_is_no_address() -> None:
    """Everyone is a rule without peers; a catch-all of one family is neither pods nor the other family."""
    text = text_of(policy_set(workload("a", [rule(ANYONE)])))
    assert "ipBlock" not in text
    assert policy(text).ingress == (Grant((EVERYONE,), all_ports(Protocol.TCP), 23),)
    for whole in ("0.0.0.0/0", "::/0"):
        (peers,) = policy(ingress(f'from: [{{ipBlock: {{cidr: "{whole}"}}}}]')).ingress[0].peers
        assert isinstance(peers, Outside)
        assert peers.networks == (whole,)


def test_trap_13_addresses_are_written_as_they_are() -> None:
    """Masked and with their prefix length, /32 and /128 too, one block each."""
    addresses = ("192.0.2.1/32", "198.51.100.0/24", "2001:db8::1/128")
    outside = external("gate", *addresses)
    (one,) = spec_of(text_of(policy_set(workload("a", [rule("@gate")]), externals=[outside])))["ingress"]
    assert one["from"] == [{"ipBlock": {"cidr": address}} for address in addresses]


def test_trap_14_two_items_are_or_and_one_is_and() -> None:
    """The difference of one dash, in peers and between peers and ports."""
    label, everywhere = "podSelector: {matchLabels: {app: x}}", "namespaceSelector: {}"
    assert policy(ingress(f"from: [{{{label}, {everywhere}}}]")).ingress[0].peers == (pods(None, app="x"),)
    assert policy(ingress(f"from: [{{{label}}}, {{{everywhere}}}]")).ingress[0].peers == (pods(app="x"), pods(None))
    apart = policy(document(f"{LOCAL}, ingress: [{{from: [{{{label}}}]}}, {{ports: [{{port: 80}}]}}]"))
    assert apart.ingress == (
        Grant((pods(app="x"),), all_ports(), 4),
        Grant((EVERYONE,), (Ports(Protocol.TCP, 80, 80),), 4),
    )
    (one,) = spec_of(text_of(policy_set(workload("a", [rule("a", on=ports(80))]))))["ingress"]
    assert one.keys() == {"from", "ports"}


def test_trap_20_selectors_and_addresses_do_not_meet() -> None:
    """A selector reaches no node, an address no pod: pods in the host's network are nodes."""
    found = policy(ingress(f'from: [{{{LOCAL}}}, {{ipBlock: {{cidr: "192.0.2.20/32"}}}}]')).ingress[0].peers
    assert [isinstance(peers, Outside) for peers in found] == [False, True]


def test_trap_22_icmp_cannot_be_said() -> None:
    """Everything means every port of the three protocols that the API knows."""
    assert {port.protocol for port in policy(document(f"{LOCAL}, ingress: [{{}}]")).ingress[0].ports} == set(Protocol)
    assert refusal(ingress("ports: [{protocol: ICMP}]")) == "protocol takes TCP, UDP and SCTP, not 'ICMP'"


@pytest.mark.parametrize(
    "value", ["on", "yes", "y", "N", "off", "true", "null", "8080", "1e3", "0x10", "0o17", "1_000", "2026-01-01", ""]
)
def test_trap_28_label_values_are_text(value: str) -> None:
    """Whatever a YAML reader would take them for; namespaces and names too. Unquoted they make the object invalid."""
    where = Selector(namespace="on", labels=(("y", value),))
    text = text_of(policy_set(workload("null", ANY, where=where)))
    assert yaml.safe_load(text)["spec"]["podSelector"] == {"matchLabels": {"y": value}}
    assert policy(text).subject == pods("on", y=value)
    assert refusal(ingress("from: [{podSelector: {matchLabels: {a: true}}}]")) == "label a must be text, and is True"


def test_trap_30_policies_add_up() -> None:
    """Two workloads of the same pods are two objects that allow; nothing in them denies or has an order."""
    same = selector(app="x")
    policies = policy_set(workload("a", [rule("a", on=ports(1))], where=same), workload("b", NONE, where=same))
    read = [policy(text) for text in texts(policies)]
    assert [(one.subject, one.isolates, len(one.ingress)) for one in read] == [
        (pods(app="x"), INGRESS, 1),
        (pods(app="x"), INGRESS, 0),
    ]


def test_trap_31_rules_are_not_merged() -> None:
    """TCP 1 from one and UDP 2 from another stay apart: their product would allow four flows for two."""
    apart = [rule("b", on=ports(1)), rule("c", on=ports(2), protocol="UDP", line=11)]
    read = policy(texts(policy_set(workload("a", apart), workload("b"), workload("c")))[0])
    assert [(grant.peers, grant.ports) for grant in read.ingress] == [
        ((pods(component="b", release="es"),), (Ports(Protocol.TCP, 1, 1),)),
        ((pods(component="c", release="es"),), (Ports(Protocol.UDP, 2, 2),)),
    ]


def test_trap_32_one_object_per_workload() -> None:
    """What isolates and what allows stand in one object, so that no order of applying them opens a window."""
    documents = TARGET.lower(policy_set(workload("a", NONE, [rule("b")]), workload("b", ANY, ANY)))
    for document_ in documents:
        assert policy(TARGET.render(document_)).isolates == BOTH


def test_trap_34_defaulted_objects_say_the_same() -> None:
    """What the API server fills in and drops is no difference; objects are never compared byte for byte."""
    terse = document(f"{LOCAL}, ingress: [{{ports: [{{port: 80}}]}}], egress: []")
    full = document(
        f"{LOCAL}, policyTypes: [Ingress], ingress: [{{ports: [{{protocol: TCP, port: 80, endPort: 80}}]}}]"
    )
    assert policy(terse) == policy(full)
    without = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: esspec-x, namespace: event-streams}\n"
    )
    assert policy(without)._replace(line=1) == policy(document("")) == policy(document(LOCAL))


@pytest.mark.parametrize(("listed", "other"), [("Egress", "ingress"), ("Ingress", "egress")])
def test_trap_40_rules_of_a_direction_that_is_not_listed(listed: str, other: str) -> None:
    """The API ignores them; we never write such a section, because Cilium does not ignore it."""
    read = policy(document(f"{LOCAL}, policyTypes: [{listed}], {other}: [{{}}]"))
    assert read.isolates == {Direction(listed.lower())}
    assert (read.ingress, read.egress) == ((), ())
    rules = {"ingress": [rule("a")], "egress": [rule("a")]}
    text = text_of(policy_set(workload("a", **{listed.lower(): rules[listed.lower()]})))  # type: ignore[arg-type]
    assert spec_of(text).keys() == {"podSelector", "policyTypes", listed.lower()}
