"""The traps of CiliumNetworkPolicy, by the numbers of the trap list: in what is written and in what is read."""

import pytest
import yaml

from cilium_texts import (
    EVERY_NODE,
    EVERY_SERVER,
    OUTSIDE,
    SERVERS,
    SOME_PODS,
    document,
    ingress,
    peers,
    pods,
    policy,
    ports,
    refusal,
    spec_of,
    text_of,
    texts,
)
from esspec.model import Selector
from esspec.semantics.lifted import EVERYONE, Grant, Outside, Ports, Reason, all_ports
from esspec.targets.target import Inexpressible
from esspec.terms import Direction, Protocol, Role
from esspec_cilium import TARGET
from models import ANY, ANYONE, NONE, UNSPECIFIED, external, kube_dns, policy_set, rule, selector, workload
from models import ports as on

EMPTY = "neither ingress nor egress has an item, so that Cilium drops the policy"
NOT_ONE = "stand in one item, and Cilium takes one kind"


def test_trap_1_an_empty_item_closes_everything() -> None:
    """`ingress: [{}]` is None, the opposite of what it says in Kubernetes; Any is the entity all."""
    read = policy(ingress(""))
    assert read.isolates == {Direction.INGRESS}
    assert read.ingress == (Grant((), all_ports(), 6),)
    assert spec_of(policy_set(workload("a", NONE, ANY)))["ingress"] == [{}]
    assert spec_of(policy_set(workload("a", NONE, ANY)))["egress"] == [{"toEntities": ["all"]}]


@pytest.mark.parametrize("fields", ["", ", ingress: []", ", egress: []", ", ingress: [], egress: []"])
def test_trap_2_and_36_no_items_are_dropped(fields: str) -> None:
    """The API server stores such an object, and the agent drops it: its pods are open."""
    assert refusal(document(f"endpointSelector: {{}}{fields}")) == EMPTY


def test_trap_2_an_empty_list_beside_another_section() -> None:
    """It is legal and leaves its direction unisolated; we write no empty list."""
    read = policy(document("endpointSelector: {}, ingress: [], egress: [{}]"))
    assert read.isolates == {Direction.EGRESS}
    assert "ingress" not in spec_of(policy_set(workload("a", UNSPECIFIED, NONE)))
    assert "egress" not in spec_of(policy_set(workload("a", NONE), dns=kube_dns()))


def test_trap_5_a_missing_protocol_is_all_three() -> None:
    """Not TCP, and not every IP protocol; we always write it."""
    assert ports("[{ports: [{port: '53'}]}]") == tuple(Ports(p, 53, 53) for p in Protocol)
    policies = policy_set(workload("a", [rule("a"), rule("a", on=on(1, (2, 3)), protocol="UDP")], NONE), dns=kube_dns())
    spec = spec_of(policies)
    listed = [item["toPorts"][0]["ports"] for item in [*spec["ingress"], spec["egress"][1]]]
    assert [[port["protocol"] for port in some] for some in listed] == [["TCP"], ["UDP", "UDP"], ["UDP", "TCP"]]


def test_trap_5_protocols_are_upper_case() -> None:
    """The agent would raise `tcp`, but the API server refuses it first."""
    message = "protocol takes TCP, UDP, SCTP and ANY, not 'tcp'"
    assert refusal(ingress(f"{SOME_PODS}, toPorts: [{{ports: [{{port: '80', protocol: tcp}}]}}]")) == message


def test_trap_6_a_port_is_text() -> None:
    """A number is refused; we write quotes."""
    assert refusal(ingress("toPorts: [{ports: [{port: 80, protocol: TCP}]}]")) == "port must be text, and is 80"
    assert '- port: "80"\n' in text_of(policy_set(workload("a", [rule("a", on=on(80))])))


def test_trap_7_a_range_is_text_and_number() -> None:
    """`port` in quotes, `endPort` without; a single port has no `endPort`."""
    policies = policy_set(workload("a", [rule("a", on=on((80, 90), 7, (8, 8)))]))
    assert spec_of(policies)["ingress"][0]["toPorts"][0]["ports"] == [
        {"port": "80", "endPort": 90, "protocol": "TCP"},
        {"port": "7", "protocol": "TCP"},
        {"port": "8", "protocol": "TCP"},
    ]


def test_trap_8_the_namespace_of_a_peer() -> None:
    """Left out it is the object's own; every other one, and all of them, are written."""
    assert peers("fromEndpoints: [{}]") == (pods("event-streams"),)
    assert peers("fromEndpoints: [{matchLabels: {'k8s:app': a}}]") == (pods("event-streams", app="a"),)
    some = [rule("own", "other", "any")]
    others = [
        workload("own", where=selector(app="a")),
        workload("other", where=selector("elsewhere", app="a")),
        workload("any", where=selector(app="a"), seen=selector(None, app="a")),
    ]
    text = text_of(policy_set(workload("a", some), *others))
    assert policy(text).ingress[0].peers == (pods(app="a"), pods("elsewhere", app="a"), pods(None, app="a"))


def test_trap_11_addresses_are_outside() -> None:
    """A CIDR reaches no pod and no node, so that Anywhere is the entity all and an API server never a CIDR."""
    assert peers("fromCIDR: [0.0.0.0/0]") == (Outside(("0.0.0.0/0",), OUTSIDE),)
    assert peers("fromEntities: [world]") == (Outside(None, OUTSIDE),)
    outside = [external("gate", "192.0.2.0/24"), external("master", "192.0.3.1/32", role="kube-apiserver")]
    text = text_of(policy_set(workload("a", [rule(ANYONE), rule("@gate", "@master")]), externals=outside))
    assert "192.0.3.1" not in text
    assert [grant.peers for grant in policy(text).ingress] == [
        (EVERYONE,),
        (EVERY_SERVER,),
        (Outside(("192.0.2.0/24",), OUTSIDE),),
    ]


def test_trap_12_each_family_by_itself() -> None:
    """The IPv4 catch-all says nothing of IPv6; both stand in one item."""
    text = text_of(policy_set(workload("a", [rule("@all")]), externals=[external("all", "0.0.0.0/0", "::/0")]))
    assert policy(text).ingress[0].peers == (Outside(("0.0.0.0/0",), OUTSIDE), Outside(("::/0",), OUTSIDE))
    assert peers("fromCIDR: [0.0.0.0/0]") == (Outside(("0.0.0.0/0",), OUTSIDE),)


@pytest.mark.parametrize(
    "text", ["10.0.0.1/8", "010.0.0.0/8", "10.0.0.0/08", "10.0.0.0/255.0.0.0", "::0/0", "FE80::/10"]
)
@pytest.mark.parametrize("item", ["fromCIDR: ['{}']", "fromCIDRSet: [{{cidr: '{}'}}]"])
def test_trap_13_addresses_are_canonical(item: str, text: str) -> None:
    """Unmasked, with leading zeros or in another spelling they are not read."""
    assert refusal(ingress(item.format(text))) == f"'{text}' is no masked CIDR in canonical form"


def test_trap_13_an_exception_of_everything() -> None:
    """Cilium takes an `except` as large as its CIDR, which then allows nothing; Kubernetes refuses it."""
    item = "fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}]"
    assert peers(item) == (Outside(("10.0.0.0/8",), OUTSIDE, ("10.0.0.0/8",)),)


def test_trap_14_peer_and_ports_are_one_item() -> None:
    """With a stray dash they are two, which open far more."""
    ports_80 = "toPorts: [{ports: [{port: '80', protocol: TCP}]}]"
    tcp_80 = (Ports(Protocol.TCP, 80, 80),)
    assert policy(ingress(f"{SOME_PODS}, {ports_80}")).ingress == (Grant((pods(),), tcp_80, 6),)
    stray = policy(ingress(SOME_PODS, ports_80)).ingress
    assert stray == (Grant((pods(),), all_ports(), 6), Grant((EVERYONE,), tcp_80, 7))
    (item,) = spec_of(policy_set(workload("a", [rule("a", on=on(80))])))["ingress"]
    assert item.keys() == {"fromEndpoints", "toPorts"}


def test_trap_15_one_kind_of_peer_per_item() -> None:
    """Two are refused, but an empty list is no peer and leaves nobody."""
    assert refusal(ingress(f"{SOME_PODS}, fromEntities: [all]")) == f"fromEndpoints and fromEntities {NOT_ONE}"
    assert (
        refusal(ingress("fromCIDRSet: [{cidr: '::/0'}], fromCIDR: ['::/0']")) == f"fromCIDR and fromCIDRSet {NOT_ONE}"
    )
    assert peers("fromEntities: [], fromCIDR: ['::/0']") == ()


@pytest.mark.parametrize(("count", "chunks"), [(1, [1]), (40, [40]), (41, [40, 1]), (85, [40, 40, 5])])
def test_trap_15_forty_ports_per_item(count: int, chunks: list[int]) -> None:
    """More are split, and none is lost."""
    wanted = [2 * number for number in range(1, count + 1)]
    text = text_of(policy_set(workload("a", [rule("a", on=on(*wanted))])))
    assert [len(one["ports"]) for one in yaml.safe_load(text)["spec"]["ingress"][0]["toPorts"]] == chunks
    assert [found.first for found in policy(text).ingress[0].ports] == wanted


def test_trap_15_forty_one_ports_are_refused() -> None:
    """By the API server, and so the whole object."""
    many = ", ".join(["{port: '1', protocol: TCP}"] * 41)
    message = "41 ports in one item of toPorts, and Cilium takes 40"
    assert refusal(ingress(f"{SOME_PODS}, toPorts: [{{ports: [{many}]}}]")) == message


def test_trap_17_labels_that_cilium_ignores() -> None:
    """As a peer they match nothing, as a subject they isolate nothing; neither is written."""
    assert peers("fromEndpoints: [{matchLabels: {pod-template-hash: a}}]") == ()
    assert peers("fromEndpoints: [{matchExpressions: [{key: k8s.io/a, operator: Exists}]}, {}]") == (pods(),)
    message = "Cilium leaves this label out of identities: the policy selects nothing"
    assert refusal(ingress("", subject="{matchLabels: {'k8s:pod-template-hash': a}}")) == message
    bad = Selector(namespace="event-streams", labels=(("pod-template-hash", "a"),))
    with pytest.raises(Inexpressible, match=r"cilium-ignored-label"):
        texts(policy_set(workload("a", NONE, where=bad)))


@pytest.mark.parametrize("field", ["nodeSelector", "fromNodes", "toNodes"])
def test_trap_20_no_selector_reaches_a_node(field: str) -> None:
    """Pods of the host's network are nodes; what selects nodes is not read, and never written."""
    spec = {
        "nodeSelector": "nodeSelector: {}, ingress: [{}]",
        "fromNodes": "endpointSelector: {}, ingress: [{fromNodes: [{}]}]",
        "toNodes": "endpointSelector: {}, egress: [{toNodes: [{}]}]",
    }[field]
    assert f"{field} in " in refusal(document(spec))


def test_trap_21_the_api_server_is_an_entity() -> None:
    """Whatever addresses it has, and whether it has any."""
    assert peers("fromEntities: [kube-apiserver]") == (Outside(None, SERVERS),)
    for addresses in ((), ("192.0.2.1/32", "::1/128")):
        server = external("master", *addresses, role="kube-apiserver")
        items = spec_of(policy_set(workload("a", NONE, [rule("@master", on=on(6443))]), externals=[server]))["egress"]
        assert [item["toEntities"] for item in items] == [["kube-apiserver"]]


def test_trap_23_sctp_is_written_and_read() -> None:
    """That the cluster has it switched on is an assumption of every target; it never becomes another protocol."""
    text = text_of(policy_set(workload("a", [rule("a", on=on(9), protocol="SCTP")])))
    assert policy(text).ingress[0].ports == (Ports(Protocol.SCTP, 9, 9),)


@pytest.mark.parametrize("value", ["on", "yes", "n", "8080", "1e3", "0x10", "0o7", "1_000", "null", "2026-01-01", ""])
def test_trap_28_label_values_stay_text(value: str) -> None:
    """Each of them is something else to one YAML reader or another."""
    wanted = Selector(namespace="event-streams", labels=(("app", value), ("y", value)))
    text = text_of(policy_set(workload("a", [rule("a")], where=wanted)))
    assert text.count('"k8s:y": ') == 2
    assert policy(text).subject == pods(app=value, y=value)
    assert policy(text).ingress[0].peers == (pods(app=value, y=value),)


@pytest.mark.parametrize("value", ["8080", "true", "null", "1"])
def test_trap_28_a_bare_number_is_refused(value: str) -> None:
    """The API server takes text for a label, and a namespace."""
    for subject in (f"{{matchLabels: {{app: {value}}}}}", f"{{matchLabels: {{io.kubernetes.pod.namespace: {value}}}}}"):
        assert "must be text" in refusal(ingress("", subject=subject))


def test_trap_31_rows_are_not_merged() -> None:
    """Each row is an item of its own, so that no row's ports reach another row's peers."""
    rows = [rule("a", on=on(1)), rule("b", on=on(2), protocol="UDP", line=11), rule("a", on=on(1), line=12)]
    read = policy(text_of(policy_set(workload("a", rows), workload("b"))))
    assert [(len(grant.peers), grant.ports) for grant in read.ingress] == [
        (1, (Ports(Protocol.TCP, 1, 1),)),
        (1, (Ports(Protocol.UDP, 2, 2),)),
        (1, (Ports(Protocol.TCP, 1, 1),)),
    ]


def test_trap_32_one_object_per_workload() -> None:
    """What isolates and what allows is applied together, in both directions."""
    (text,) = texts(policy_set(workload("a", NONE, [rule("a")]), workload("b"), dns=kube_dns()))
    assert text.count("kind:") == 1
    assert policy(text).isolates == set(Direction)


def test_trap_33_no_mode_is_written() -> None:
    """The agent's enforcement mode is an assumption that is printed; an object cannot set it, nor is it read."""
    assert spec_of(policy_set(workload("a", NONE))).keys() == {"endpointSelector", "ingress"}


def test_trap_34_other_bytes_of_one_meaning() -> None:
    """Order, style and what the agent fills in change nothing that is read."""
    ours = policy(text_of(policy_set(workload("a", [rule("a", on=on(80))]))))
    other = policy(
        "spec:\n"
        "  ingress: [{toPorts: [{ports: [{protocol: TCP, endPort: 0, port: '80'}]}],\n"
        "    fromEndpoints: [{matchLabels: {'any:release': es, 'k8s:io.kubernetes.pod.namespace': event-streams,\n"
        "    component: a}}]}]\n"
        "  endpointSelector: {matchLabels: {release: es, component: a}}\n"
        "metadata: {namespace: event-streams, name: esspec-a}\n"
        "kind: CiliumNetworkPolicy\napiVersion: cilium.io/v2\n"
    )
    assert other.subject == ours.subject
    assert other.isolates == ours.isolates
    assert [grant._replace(line=0) for grant in other.ingress] == [grant._replace(line=0) for grant in ours.ingress]


@pytest.mark.parametrize("value", ["{ingress: true}", "{ingress: false}", "{}"])
def test_trap_37_enable_default_deny(value: str) -> None:
    """Without an item it isolates nothing, with `false` the items do not either; it is not read, and not written."""
    for items in ("", ", ingress: [{}]"):
        text = document(f"endpointSelector: {{}}, enableDefaultDeny: {value}{items}")
        assert refusal(text) == "enableDefaultDeny in spec is not read here"
    assert "enableDefaultDeny" not in text_of(policy_set(workload("a", NONE)))


@pytest.mark.parametrize("end", [80, 89, 0])
def test_trap_38_a_range_written_backwards(end: int) -> None:
    """It is accepted, and means its first port alone."""
    assert ports(f"[{{ports: [{{port: '90', endPort: {end}, protocol: TCP}}]}}]") == (Ports(Protocol.TCP, 90, 90),)


@pytest.mark.parametrize("address", ["10.1.2.3", "::1"])
def test_trap_39_a_bare_address(address: str) -> None:
    """The agent would take it, but the API server refuses it first; we write the prefix."""
    assert refusal(ingress(f"fromCIDR: ['{address}']")) == f"'{address}' is no masked CIDR in canonical form"
    text = text_of(policy_set(workload("a", [rule("@a")]), externals=[external("a", "10.1.2.3/32", "::1/128")]))
    assert [found.networks for found in policy(text).ingress[0].peers if isinstance(found, Outside)] == [
        ("10.1.2.3/32",),
        ("::1/128",),
    ]


@pytest.mark.parametrize(("said", "field"), [((NONE, UNSPECIFIED), "ingress"), ((UNSPECIFIED, [rule("a")]), "egress")])
def test_trap_40_only_sections_that_isolate(said: tuple[object, ...], field: str) -> None:
    """A section isolates by having an item, so that none is written of which the page says nothing."""
    assert spec_of(policy_set(workload("a", *said))).keys() == {"endpointSelector", field}  # type: ignore[arg-type]


def test_trap_41_a_remote_node_may_be_an_api_server() -> None:
    """Both node entities together are every node, an API server's too; one of them, or `cluster`, is not read."""
    assert peers("fromEntities: [host, remote-node]") == (EVERY_NODE,)
    assert Role.KUBE_APISERVER in EVERY_NODE.roles
    assert refusal(ingress("fromEntities: [remote-node]")) == "host and remote-node are read together only"
    assert refusal(ingress("fromEntities: [cluster]")) == "the entity cluster is not read here"


def test_trap_42_the_namespace_is_written() -> None:
    """Cilium would read an object without one as cluster-wide."""
    message = "metadata.namespace is missing: Cilium would read this as cluster-wide"
    for metadata in ("name: a", 'name: a, namespace: ""'):
        assert refusal(document("endpointSelector: {}, ingress: [{}]", metadata)) == message
    for where in ("event-streams", "on"):
        text = text_of(policy_set(workload("a", NONE, where=selector(where, app="a"))))
        assert yaml.safe_load(text)["metadata"]["namespace"] == where


def test_trap_42_a_cluster_wide_object_is_another_kind() -> None:
    """It has other rules of scope, and takes no effect here."""
    text = document("endpointSelector: {}, ingress: [{}]").replace("kind: Cilium", "kind: CiliumClusterwide")
    assert refusal(text) == (
        "this is CiliumClusterwideNetworkPolicy of cilium.io/v2, and CiliumNetworkPolicy of cilium.io/v2 is expected"
    )


@pytest.mark.parametrize("spelling", ["k8s:io.kubernetes.pod.namespace", "io.kubernetes.pod.namespace"])
def test_a_subject_stays_in_its_namespace(spelling: str) -> None:
    """With the prefix Cilium overrides another namespace, without it nothing is selected."""
    message = "an endpointSelector stays in its namespace, 'event-streams'"
    assert refusal(ingress("", subject=f"{{matchLabels: {{'{spelling}': other}}}}")) == message


def test_reasons_are_carried() -> None:
    """Each row's hash and reason, and name resolution's once per object."""
    policies = policy_set(workload("a", [rule("a", reason='"ü"\\')], ANY), dns=kube_dns())
    assert TARGET.lift(text_of(policies)).reasons == (Reason("row-10", '"ü"\\'), Reason("dns", "name resolution"))


@pytest.mark.parametrize("said", [NONE, ANY, [rule("a")]])
def test_name_resolution_on_every_isolated_egress(said: object) -> None:
    """Also where the page says None or Any; never on ingress."""
    spec = spec_of(policy_set(workload("a", NONE, said), dns=kube_dns()))  # type: ignore[arg-type]
    assert len(spec["egress"]) == 2
    assert spec["egress"][1]["toEndpoints"] == [
        {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns"}}
    ]
    assert len(spec["ingress"]) == 1
