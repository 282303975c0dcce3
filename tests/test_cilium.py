"""CiliumNetworkPolicy as it is written, and that what is written is read back."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given

import drawn
from cilium_texts import EVERY_NODE, EVERY_SERVER, OUTSIDE, pods, spec_of, text_of, texts
from esspec.model import (
    AllowAll,
    AllowOnly,
    Anyone,
    ExternalPeer,
    InstancePeer,
    Override,
    Peer,
    PolicySet,
    Rule,
    Selector,
    Workload,
    WorkloadPeer,
)
from esspec.semantics import lifted
from esspec.semantics.lifted import EVERYONE, NAMESPACE, Outside, Peers, Pods, Ports, Reason, all_ports, label, only
from esspec.terms import Direction, Role
from esspec_cilium import TARGET
from models import ANY, ANYONE, INSTANCE, NONE, external, kube_dns, policy_set, ports, rule, selector, workload

GOLDEN = """\
  endpointSelector:
    matchLabels:
      "k8s:component": kafka
      "k8s:release": es
  ingress:
    # page.md:18: Kafka: access
    # esspec.toml:7: override: the ports are known
    # peers, by esspec.toml: zookeeper, other
    - fromEndpoints:
        - matchLabels:
            "k8s:component": zookeeper
            "k8s:release": es
        - matchLabels:
            "k8s:app": "on"
          matchExpressions:
            - key: "k8s:io.kubernetes.pod.namespace"
              operator: Exists
      toPorts:
        - ports:
            - port: "8084"
              protocol: TCP
            - port: "8000"
              protocol: TCP
              endPort: 8010
    # page.md:18: Kafka: access
    # esspec.toml:7: override: the ports are known
    # peers, by esspec.toml: gate
    - fromCIDR:
        - "192.0.2.10/32"
        - "2001:db8::/32"
      toPorts:
        - ports:
            - port: "8084"
              protocol: TCP
            - port: "8000"
              protocol: TCP
              endPort: 8010
  egress:
    # page.md:5: None
    - {}
    # esspec.toml:9 [dns]: name resolution
    - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": kube-system
            "k8s:k8s-app": kube-dns
      toPorts:
        - ports:
            - port: "53"
              protocol: UDP
            - port: "53"
              protocol: TCP
"""
HEAD = """\
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: esspec-kafka
  namespace: event-streams
  labels:
    app.kubernetes.io/managed-by: esspec
  annotations:
    esspec/rules: "[{\\"direction\\": \\"ingress\\", \\"row\\": \\"row-18\\", \\"reason\\": \\"Kafka: access\\"}, \
{\\"direction\\": \\"egress\\", \\"row\\": \\"dns\\", \\"reason\\": \\"name resolution\\"}]"
spec:
  # esspec.toml [workloads."kafka"]
"""


def test_golden() -> None:
    """One object with both directions; every item names its row and its reason, and what the binding decided."""
    one = rule("zookeeper", "other", "@gate", on=ports(8084, (8000, 8010)), line=18, reason="Kafka: access")
    decided = one.model_copy(update={"override": Override(reason="the ports are known", line=7)})
    policies = policy_set(
        workload("kafka", [decided], NONE),
        workload("zookeeper"),
        workload("other", seen=selector(None, app="on")),
        externals=[external("gate", "192.0.2.10/32", "2001:db8::/32")],
        dns=kube_dns(),
    )
    comments, body = text_of(policies).split("apiVersion:", 1)
    assert comments.startswith("# kafka (page.md:3)\n# Written by esspec")
    assert "apiVersion:" + body == HEAD + GOLDEN


@pytest.mark.parametrize(
    ("peers", "items"),
    [
        ([ANYONE], [{"fromEntities": ["all"]}]),
        ([ANYONE, "kafka", "@master", "@gate"], [{"fromEntities": ["all"]}]),
        (["@master", "@master 2"], [{"fromEntities": ["kube-apiserver"]}]),
        (["@node", "@master"], [{"fromEntities": ["host", "remote-node", "kube-apiserver"]}]),
        ([INSTANCE], [{"fromEndpoints": [{"matchLabels": {"k8s:release": "es"}}]}]),
        (
            ["@gate", "@master", "kafka", "@gate 2"],
            [
                {"fromEndpoints": [{"matchLabels": {"k8s:app": "kafka"}}]},
                {"fromEntities": ["kube-apiserver"]},
                {"fromCIDR": ["192.0.2.0/24", "2001:db8::/32"]},
            ],
        ),
    ],
)
def test_the_peers_of_a_row(peers: list[str | Peer], items: list[object]) -> None:
    """One item per kind of peer, each with all the ports; anyone holds every other peer of its row."""
    outside = [
        external("master", "198.51.100.1/32", role="kube-apiserver"),
        external("master 2", role="kube-apiserver"),
        external("node", "198.51.100.2/32", role="node", accepts=(("cilium", "all-nodes"),)),
        external("gate", "192.0.2.0/24"),
        external("gate 2", "2001:db8::/32"),
    ]
    if "@master" in peers and "@master 2" not in peers:
        outside.pop(1)
    kafka = workload("kafka", [rule(*peers, on=ports(53), protocol="UDP")], where=selector(app="kafka"))
    to_ports = [{"ports": [{"port": "53", "protocol": "UDP"}]}]
    assert spec_of(policy_set(kafka, externals=outside))["ingress"] == [item | {"toPorts": to_ports} for item in items]  # type: ignore[operator]


def test_every_node_in_place_of_one() -> None:
    """What the binding accepts is wider than the page, and the output says so and where."""
    node = external("node 7", role="node", accepts=(("cilium", "all-nodes"),))
    text = text_of(policy_set(workload("a", [rule("@node 7", on=ports(22))]), externals=[node]))
    assert (
        "    # page.md:10: why\n"
        "    # peers, by esspec.toml: node 7\n"
        '    # esspec.toml [externals."node 7"]: wider than the page: every node, and the API server\'s, instead of '
        "'node 7' alone, which Cilium cannot name; accepted by cilium = \"all-nodes\"\n"
        "    - fromEntities:\n        - host\n        - remote-node\n"
    ) in text


def test_what_is_not_isolated_has_no_object() -> None:
    """The page says nothing of it, and so does the export."""
    assert texts(policy_set(workload("kafka"), dns=kube_dns())) == []


def test_files_and_index() -> None:
    """One file per workload, named by its slug, and one that applies them all."""
    documents = TARGET.lower(policy_set(workload("kafka", ANY), workload("open"), workload("ui", NONE)))
    names = [document.file_name for document in documents]
    assert names == ["kafka.yaml", "ui.yaml"]
    assert yaml.safe_load(TARGET.index(names)["kustomization.yaml"])["resources"] == names


def as_pods(wanted: Selector) -> Pods:
    """Return a selector in the language of readings."""
    namespace = [(NAMESPACE, only(wanted.namespace))] if wanted.namespace is not None else []
    return lifted.pods([*namespace, *((label(key), only(value)) for key, value in wanted.labels)])


def expected_peers(policies: PolicySet, peer: Peer) -> tuple[Peers, ...]:
    """Return what a peer of the model must be read as: an entity has no addresses, a CIDR is outside."""
    match peer:
        case Anyone():
            return (EVERYONE,)
        case WorkloadPeer(workload=name):
            return (as_pods(policies.workload[name].peer),)
        case InstancePeer():
            assert policies.instance is not None
            return (as_pods(policies.instance),)
        case ExternalPeer(external=name):
            outside = policies.external[name]
            if outside.role is Role.OUTSIDE:
                return tuple(Outside((cidr,), OUTSIDE) for cidr in outside.addresses)
            return (EVERY_NODE if outside.role is Role.NODE else EVERY_SERVER,)


def expected_ports(row: Rule) -> tuple[Ports, ...]:
    """Return the ports of a rule of the model."""
    if row.ports == "all":
        return all_ports(row.protocol)
    return tuple(Ports(row.protocol, one.first, one.last) for one in row.ports)


def expected(policies: PolicySet, subject: Workload, direction: Direction) -> Iterator[tuple[Peers, Ports]]:
    """Yield each (peers, ports) that the model grants in one direction."""
    allowance = subject.allowance(direction)
    if isinstance(allowance, AllowAll):
        yield from ((EVERYONE, one) for one in all_ports())
    if isinstance(allowance, AllowOnly):
        for row in allowance.rules:
            among = [ANYONE] if ANYONE in row.peers else row.peers
            yield from (
                (p, one) for peer in among for p in expected_peers(policies, peer) for one in expected_ports(row)
            )
    if policies.dns and direction is Direction.EGRESS and allowance.kind != "unspecified":
        for peer in policies.dns.peers:
            yield from ((as_pods(peer), Ports(p, r.first, r.last)) for p, r in policies.dns.ports)


# `k8s.io/…` is a label that Cilium does not see; see test_cilium_limits.py.
SEEN = drawn.policy_sets().map(
    lambda found: PolicySet.model_validate_json(found.model_dump_json().replace('"k8s.io/on"', '"acme.io/on"'))
)


@given(SEEN)
def test_what_is_written_is_read_back(policies: PolicySet) -> None:
    """Subject, isolation, peers, ports and reasons are those of the model, whatever its texts."""
    isolated = [w for w in policies.workloads if {w.ingress.kind, w.egress.kind} != {"unspecified"}]
    for subject, text in zip(isolated, texts(policies), strict=True):
        read = TARGET.lift(text)
        assert read.refusals == ()
        (found,) = read.policies
        assert found.name == f"esspec-{subject.slug}"
        assert found.subject == as_pods(subject.subject)
        assert found.isolates == {d for d in Direction if subject.allowance(d).kind != "unspecified"}
        for direction in Direction:
            granted = {(p, one) for grant in found.grants(direction) for p in grant.peers for one in grant.ports}
            assert granted == set(expected(policies, subject, direction))
        dns = [Reason("dns", "name resolution")] if policies.dns and subject.egress.kind != "unspecified" else []
        assert sorted(read.reasons) == sorted([*(Reason(one.row, one.reason) for one in subject.rules), *dns])


@given(SEEN)
def test_two_readers_agree(policies: PolicySet) -> None:
    """What a YAML 1.1 reader makes of the text has text where Kubernetes wants text, and numbers where numbers."""
    for text in texts(policies):
        spec = yaml.safe_load(text)["spec"]
        items = [("from", one) for one in spec.get("ingress", [])] + [("to", one) for one in spec.get("egress", [])]
        selectors = [spec["endpointSelector"]] + [s for word, one in items for s in one.get(f"{word}Endpoints", [])]
        assert all(isinstance(text, str) for s in selectors for pair in s["matchLabels"].items() for text in pair)
        listed = [port for _, one in items for chunk in one.get("toPorts", []) for port in chunk["ports"]]
        assert all(isinstance(port["port"], str) and type(port.get("endPort", 0)) is int for port in listed)


@given(SEEN)
def test_the_text_is_the_same_each_time(policies: PolicySet) -> None:
    """The same model gives the same bytes, of ASCII only but in comments."""
    assert texts(policies) == texts(policies.model_copy(deep=True))
    for text in texts(policies):
        assert all(line.isascii() for line in text.splitlines() if not line.lstrip().startswith("#"))


def test_a_workload_needs_a_namespace() -> None:
    """That the binding gives it one is checked before; here it would be a bug."""
    with pytest.raises(AssertionError, match="a has no namespace of its own"):
        texts(policy_set(workload("a", ANY, where=selector(None, app="a"))))


def test_an_instance_is_needed_where_it_is_named() -> None:
    """That the binding has one is checked before; here it would be a bug."""
    nowhere = policy_set(workload("a", [rule(INSTANCE)])).model_copy(update={"instance": None})
    with pytest.raises(AssertionError, match="the binding has no instance"):
        texts(nowhere)


def test_a_pod_of_the_same_labels_elsewhere_is_another() -> None:
    """The subject's own namespace is not repeated, and every other is named."""
    policies = policy_set(workload("a", [rule("a", "b")]), workload("b", where=selector("other", app="b")))
    (items,) = spec_of(policies)["ingress"]
    assert [sorted(peer["matchLabels"]) for peer in items["fromEndpoints"]] == [
        ["k8s:component", "k8s:release"],
        ["k8s:app", "k8s:io.kubernetes.pod.namespace"],
    ]
    (read,) = TARGET.lift(text_of(policies)).policies
    assert read.ingress[0].peers == (pods(component="a", release="es"), pods("other", app="b"))


def test_importing_the_target_is_light() -> None:
    """An export reads no YAML, so that neither PyYAML nor the reader is imported for it."""
    script = "import sys, esspec_cilium; print({'yaml', 'esspec_cilium.lift', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
