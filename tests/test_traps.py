"""The traps that show only where several targets stand side by side, by their numbers in TRAPS.md."""

import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import yaml

from damages import put, section
from esspec.model import PolicySet
from esspec.outputs.export import target_files
from esspec.outputs.verification import verify_fresh
from esspec.problem import PageProblems
from esspec.semantics.lifted import EVERYONE, Lifted, Outside, Policy
from esspec.semantics.verification_result import ASSUMPTIONS
from esspec.targets.target import Inexpressible, Target
from esspec.terms import Direction, Protocol, Role
from models import ANY, ANYONE, NONE, external, policy_set, ports, rule, selector, workload
from mutants import POLICIES
from smallworld import Place, Pod, is_open, lifted_opens, pod
from strategies import AUDITED, TARGET_NAMES, TARGETS, Row, Section, Written, compiled

BY_NAME = {target.name: target for target in TARGETS}
YAML = [target for target in TARGETS if target.name != "csv"]
each_target = pytest.mark.parametrize("target", TARGETS, ids=TARGET_NAMES)
each_of_objects = pytest.mark.parametrize("target", YAML, ids=[target.name for target in YAML])


def texts(target: Target, policies: PolicySet) -> dict[str, str]:
    """Return the texts of a target without its index, by name."""
    files = target_files(policies, target).files
    return {name: text for name, text in files.items() if name not in target.index(tuple(files))}


def read_back(target: Target, policies: PolicySet) -> list[Policy]:
    """Return the policies of all texts of a target."""
    return [policy for text in texts(target, policies).values() for policy in target.lift(text).policies]


def damaged(name: str, edit: Callable[[str], str]) -> Lifted:
    """Return what a target reads in the edited file of zookeeper, to which kafka may talk on TCP 2181."""
    target = BY_NAME[name]
    return target.lift(edit(texts(target, POLICIES)["zookeeper.yaml"]))


def outcome(name: str, edit: Callable[[str], str]) -> str:
    """Return what the edited ingress of zookeeper admits, in a word."""
    read = damaged(name, edit)
    if read.refusals:
        return "refused"
    (found,) = read.policies
    if Direction.INGRESS not in found.isolates:
        return "open"
    peers = {peer for grant in found.ingress for peer in grant.peers}
    return "everyone" if EVERYONE in peers else "some" if peers else "nobody"


def test_trap_01_an_empty_rule_means_three_things() -> None:
    """One text opens everything, is refused, and closes everything."""
    found = {name: outcome(name, section("ingress", "ingress: [{}]")) for name in ("kubernetes", "calico", "cilium")}
    assert found == {"kubernetes": "everyone", "calico": "refused", "cilium": "nobody"}


def test_trap_01_each_target_has_its_own_words_for_any_and_none() -> None:
    """An empty rule is written for "Any" in Kubernetes and for "None" in Cilium, and nowhere else."""
    written = {t.name: texts(t, policy_set(workload("a", ANY, NONE)))["a.yaml"] for t in YAML}
    plain = {name: re.sub(r"(?m)^ *#.*\n", "", text).partition("\nspec:\n")[2] for name, text in written.items()}
    assert plain["kubernetes"].endswith("  policyTypes:\n    - Ingress\n    - Egress\n  ingress:\n    - {}\n")
    assert plain["calico"].endswith("  types:\n    - Ingress\n    - Egress\n  ingress:\n    - action: Allow\n")
    assert plain["cilium"].endswith("  ingress:\n    - fromEntities:\n        - all\n  egress:\n    - {}\n")


def test_trap_02_an_empty_list_means_two_things() -> None:
    """It closes the direction, and in Cilium it opens it."""
    found = {name: outcome(name, section("ingress", "ingress: []")) for name in ("kubernetes", "calico", "cilium")}
    assert found == {"kubernetes": "nobody", "calico": "nobody", "cilium": "open"}


def test_trap_05_no_protocol_means_three_things() -> None:
    """TCP alone, nothing that Calico takes beside ports, and every protocol."""
    edits = {
        "kubernetes": put("- protocol: TCP\n          port", "- port"),
        "calico": put("      protocol: TCP\n", ""),
        "cilium": put("              protocol: TCP\n", ""),
    }
    found = {
        name: {ports.protocol for policy in damaged(name, edit).policies for g in policy.ingress for ports in g.ports}
        for name, edit in edits.items()
    }
    assert found == {"kubernetes": {Protocol.TCP}, "calico": set(), "cilium": set(Protocol)}


@each_target
@pytest.mark.parametrize("protocol", Protocol)
def test_trap_05_and_23_the_protocol_is_always_written(target: Target, protocol: Protocol) -> None:
    """Also TCP, which is nobody's default here, and SCTP, which is never taken for TCP."""
    page = policy_set(workload("a", [rule("a", on=ports(80), protocol=protocol), rule(ANYONE, protocol=protocol)]))
    found = {each.protocol for policy in read_back(target, page) for grant in policy.ingress for each in grant.ports}
    assert found == {protocol}
    (text,) = texts(target, page).values()
    written = r'"TCP"|"UDP"|"SCTP"' if target.name == "csv" else r"protocol: (?:TCP|UDP|SCTP)"
    assert {match.split()[-1].strip('"') for match in re.findall(written, text)} == {protocol.value}


def test_trap_06_and_07_ports_and_ranges_are_written_three_ways() -> None:
    """A number, a number, and text; with an end port, with a colon, and with both types."""
    page = policy_set(workload("a", [rule("a", on=ports(80, (90, 99)))]))
    written = {name: next(iter(texts(target, page).values())) for name, target in BY_NAME.items()}
    assert "port: 80\n" in written["kubernetes"]
    assert "port: 90\n          endPort: 99\n" in written["kubernetes"]
    assert '          - 80\n          - "90:99"\n' in written["calico"]
    assert '- port: "80"\n' in written["cilium"]
    assert re.search(r'- port: "90"\n +protocol: TCP\n +endPort: 99\n', written["cilium"])


HOME, AWAY = pod("event-streams", component="b", release="es"), pod("other", component="b", release="es")


def test_trap_08_no_namespace_means_two_things() -> None:
    """A peer without one is of the object's namespace, and in Calico of every one."""
    edits: dict[str, Callable[[str], str]] = {
        "kubernetes": lambda text: text,
        "calico": put("        namespaceSelector: \"projectcalico.org/name == 'event-streams'\"\n", ""),
        "cilium": lambda text: text,
    }
    kafka = [pod(namespace, component="kafka", release="es") for namespace in ("event-streams", "other")]
    zookeeper = pod("event-streams", component="zookeeper", release="es")
    for name, edit in edits.items():
        assert "namespaceSelector" not in edit(texts(BY_NAME[name], POLICIES)["zookeeper.yaml"])
        opens = [lifted_opens(damaged(name, edit).policies, zookeeper, Direction.INGRESS, peer) != () for peer in kafka]
        assert opens == [True, name == "calico"]


@each_target
@pytest.mark.parametrize(
    ("where", "admitted"),
    [("event-streams", {HOME}), ("other", {AWAY}), (None, {HOME, AWAY})],
    ids=["the same namespace", "another one", "any"],
)
def test_trap_08_a_peer_is_of_the_namespace_that_the_binding_says(
    target: Target, where: str | None, admitted: set[Pod]
) -> None:
    """Whatever a target takes a missing one for."""
    seen = selector(where, component="b", release="es")
    page = policy_set(workload("a", [rule("b", on=ports(80))]), workload("b", seen=seen))
    found = read_back(target, page)
    subject = pod("event-streams", component="a", release="es")
    assert {end for end in (HOME, AWAY) if lifted_opens(found, subject, Direction.INGRESS, end)} == admitted


ENDS: tuple[Pod | Place, ...] = (
    HOME, AWAY, pod("kube-system"), Place(Role.NODE), Place(Role.NODE, "192.0.2.20"),
    Place(Role.KUBE_APISERVER, "192.0.2.10"), Place(Role.OUTSIDE, "203.0.113.1"), Place(Role.OUTSIDE, "2001:db8::1"),
)  # fmt: skip


@each_target
def test_trap_11_and_12_anywhere_is_everyone(target: Target) -> None:
    """Pods, nodes, API servers and both families; no address is written for it."""
    page = policy_set(workload("a", [rule(ANYONE, on=ports(80))], [rule(ANYONE, on=ports(80))]))
    found = read_back(target, page)
    subject = pod("event-streams", component="a", release="es")
    for direction, peer in product(Direction, ENDS):
        assert is_open(lifted_opens(found, subject, direction, peer), Protocol.TCP, 80)
    (text,) = texts(target, page).values()
    assert "0.0.0.0" not in text  # noqa: S104
    assert "::/0" not in text


@each_target
def test_trap_11_and_12_all_addresses_are_not_anywhere(target: Target) -> None:
    """A target that writes addresses for "Anywhere" is caught, by a pod."""
    wide = external("all", "0.0.0.0/0", "::/0")
    page = policy_set(workload("a", [rule(ANYONE, on=ports(80), line=10)]), externals=[wide])
    addresses = policy_set(workload("a", [rule("@all", on=ports(80), line=10)]), externals=[wide])
    broken = Target(
        name=target.name, summary="", lower=lambda _: target.lower(addresses), render=target.render, lift=target.lift
    )
    found = verify_fresh(page, [broken]).counterexample
    assert found is not None
    assert found.peer.startswith("a pod with ")
    assert [verdict.verdict for verdict in found.verdicts] == ["allowed", "denied"]
    assert any("no external's addresses hold pods" in line for line in ASSUMPTIONS)


def test_trap_11_an_address_has_a_role_for_cilium_alone() -> None:
    """The address of an API server is admitted by Kubernetes and Calico; to Cilium, a CIDR never is one."""
    page = policy_set(workload("a", [rule("@gate", on=ports(80))]), externals=[external("gate", "192.0.2.0/24")])
    found = {}
    for name, target in BY_NAME.items():
        (policy,) = read_back(target, page)
        (peer,) = policy.ingress[0].peers
        assert isinstance(peer, Outside)
        found[name] = peer.roles
    every = frozenset(Role)
    outside = frozenset({Role.OUTSIDE})
    assert found == {"kubernetes": every, "calico": every, "cilium": outside, "csv": outside}


def test_trap_17_a_label_that_one_target_ignores() -> None:
    """It selects pods in three targets and none in Cilium, which therefore refuses the page."""
    page = policy_set(workload("a", [rule("a", on=ports(80))], where=selector(**{"pod-template-hash": "x"})))
    assert verify_fresh(page, [t for t in TARGETS if t.name != "cilium"]).equal
    with pytest.raises(Inexpressible) as stopped:
        BY_NAME["cilium"].lower(page)
    assert stopped.value.problems[0].code == "cilium-ignored-label"


def test_trap_21_the_api_server_is_said_three_ways() -> None:
    """By address, by address, by entity; they are equal under an assumption that is printed."""
    page = policy_set(
        workload("a", [rule("@master", on=ports(80))]),
        externals=[external("master", "192.0.2.10/32", role="kube-apiserver")],
    )
    written = {name: next(iter(texts(target, page).values())) for name, target in BY_NAME.items()}
    assert ["192.0.2.10/32" in written[name] for name in ("kubernetes", "calico", "cilium")] == [True, True, False]
    assert "- kube-apiserver\n" in written["cilium"]
    assert verify_fresh(page, TARGETS).equal
    assert any("are all API-server addresses" in line for line in ASSUMPTIONS)


@pytest.mark.parametrize("word", ["ICMP", "icmp", "ICMPv6", "GRE", "1", "ANY", "All", "TCP/UDP", "TCP and UDP"])
def test_trap_22_no_other_protocol_comes_through(word: str) -> None:
    """Three protocols have a meaning in all targets; any other word stops the page, and the limit is printed."""
    row = Row(("Kafka",), ("Kafka pods",), ((80, 80),), word, "why")
    with pytest.raises(PageProblems) as stopped:
        compiled(Written((Section("Kafka", (row,), ""),)))
    (problem,) = stopped.value.problems
    assert (problem.code, problem.line) == ("unknown-protocol", 14)
    assert any("TCP, UDP and SCTP only" in line for line in ASSUMPTIONS)


@pytest.mark.parametrize("value", ["on", "y", "No", "1e3", "0x10", "8080", "null", "2026-01-01", "1_000", "08", "1.0"])
def test_trap_28_values_that_readers_take_for_something_else(value: str) -> None:
    """A label value is the same text in every target, also to a reader of YAML 1.1."""
    page = policy_set(workload("a", [rule("a", on=ports(80))], where=selector("event-streams", component=value)))
    assert verify_fresh(page, TARGETS).equal
    for target in YAML:
        for text in texts(target, page).values():
            values = re.findall(r"component'?: '?([^',}]+)'?", str(yaml.safe_load(text)["spec"])) or [value]
            assert set(values) == {value}


KAFKA_ROW = Row(("Kafka",), ("Kafka pods",), ((80, 80),), "TCP", "why")
REST_ROW = Row(("Collector",), ("Collector pods",), ((443, 443),), "UDP", "why")


def test_trap_29_two_kinds_of_one_label_set_stop() -> None:
    """Their rules would merge in every target; the error names both."""
    page = Written((Section("Kafka", (KAFKA_ROW,), ""), Section("Collector", (REST_ROW,), "")))
    same = page.toml().replace('component = "1e3"', 'component = "kafka"')
    assert same != page.toml()

    class Same(Written):
        def toml(self) -> str:
            return same

    with pytest.raises(PageProblems) as stopped:
        compiled(Same(*page))
    (problem,) = stopped.value.problems
    assert (problem.code, problem.path) == ("overlapping-labels", "esspec.toml")
    assert problem.message == "one pod can match both 'Kafka pod' and 'Collector pod'"


@each_target
def test_trap_30_a_pod_of_two_kinds_has_the_rules_of_both(target: Target) -> None:
    """Where the binding allows it, the union is what the page means, and what every target says."""
    sections = (
        Section("Kafka", (KAFKA_ROW,), "None"), Section(AUDITED, (REST_ROW,), ""), Section("Collector", "", ""),
    )  # fmt: skip
    page = compiled(Written(sections))
    found = read_back(target, page)
    both = pod("event-streams", component="kafka", release="es", audited="yes")
    collector = pod("event-streams", component="1e3", release="es")
    assert verify_fresh(page, [target]).equal
    assert lifted_opens(found, both, Direction.INGRESS, collector) == ((Protocol.UDP, 443, 443),)
    assert lifted_opens(found, both, Direction.INGRESS, both) == ((Protocol.TCP, 80, 80),)
    assert lifted_opens(found, both, Direction.EGRESS, collector) == ()


@each_target
def test_trap_31_rows_are_not_multiplied(target: Target) -> None:
    """TCP 80 of one peer and UDP 90 of another admit neither peer on the other's port."""
    page = policy_set(
        workload("a", [rule("a", on=ports(80)), rule("b", on=ports(90), protocol="UDP", line=11)]), workload("b")
    )
    found = read_back(target, page)
    subject, other = (pod("event-streams", component=name, release="es") for name in "ab")
    assert lifted_opens(found, subject, Direction.INGRESS, subject) == ((Protocol.TCP, 80, 80),)
    assert lifted_opens(found, subject, Direction.INGRESS, other) == ((Protocol.UDP, 90, 90),)


@each_of_objects
def test_trap_32_isolation_and_rules_are_one_object(target: Target) -> None:
    """A file per workload, one object in it, and both directions in that: no order of applying opens a window."""
    written = texts(target, POLICIES)
    assert set(written) == {"kafka.yaml", "zookeeper.yaml", "rest.yaml"}
    for text in written.values():
        (found,) = target.lift(text).policies
        assert found.isolates == set(Direction)
        assert text.count("\nkind: ") == 1


def test_trap_19_and_33_the_environment_is_printed() -> None:
    """What the equality rests on and no file says: traffic of the local node, Cilium's mode, Calico's tier."""
    for words in ("the local node to its pods", "policy enforcement mode default", "default tier ends with Deny"):
        assert any(words in line for line in verify_fresh(POLICIES, TARGETS).assumptions)


@each_of_objects
def test_trap_34_other_bytes_of_one_object_are_equal(target: Target) -> None:
    """Written anew as JSON, keys in another order, every text reads the same apart from its lines."""
    for text in texts(target, POLICIES).values():
        body = json.dumps(yaml.safe_load(text), sort_keys=True)
        (one,), (other,) = target.lift(text).policies, target.lift(body).policies
        assert timeless(one) == timeless(other)
        assert target.lift(text).reasons == target.lift(body).reasons


def timeless(found: Policy) -> Policy:
    """Return a policy without lines."""
    ingress, egress = (tuple(grant._replace(line=0) for grant in found.grants(d)) for d in Direction)
    return found._replace(line=0, ingress=ingress, egress=egress)


@each_of_objects
@pytest.mark.parametrize("direction", Direction)
def test_trap_40_an_unspecified_direction_is_not_mentioned(target: Target, direction: Direction) -> None:
    """No section that is not isolated is written: targets differ in whether it would count."""
    rules = [rule("a", on=ports(80))]
    page = policy_set(workload("a", rules) if direction is Direction.INGRESS else workload("a", egress=rules))
    (text,) = texts(target, page).values()
    spec = yaml.safe_load(text)["spec"]
    other = "egress" if direction is Direction.INGRESS else "ingress"
    assert direction.value in spec
    assert other not in spec
    for field in ("policyTypes", "types"):
        assert spec.get(field, [direction.value.capitalize()]) == [direction.value.capitalize()]


HERE = Path(__file__).parent
LETTERS = {
    "k": ["test_kubernetes_traps.py"], "c": ["test_calico_traps.py", "test_calico_selector_traps.py"],
    "l": ["test_cilium_traps.py"], "t": ["test_traps.py"],
}  # fmt: skip


def test_every_trap_has_its_test() -> None:
    """TRAPS.md has each number once, and every test that it names is there."""
    rows = [line.split(" | ") for line in (HERE / "TRAPS.md").read_text(encoding="utf-8").splitlines()]
    traps = [cells for cells in rows if cells[0].strip("| ").isdecimal()]
    assert [int(cells[0].strip("| ")) for cells in traps] == list(range(1, 43))
    for cells in traps:
        for letter, name in re.findall(r"(?<![a-z`])([kclt]) `(test_\w+)`", cells[3]):
            files = "".join((HERE / file).read_text(encoding="utf-8") for file in LETTERS[letter])
            assert f"def {name}(" in files, name
        assert "`test_" in cells[3] or cells[3].startswith("none: ")


def test_every_property_has_its_test() -> None:
    """Every test that PROPERTIES.md names is in the file that it names."""
    found = 0
    for line in (HERE / "PROPERTIES.md").read_text(encoding="utf-8").splitlines():
        file, names = re.search(r"`(test_\w+\.py):", line), re.findall(r"\b(test_\w+)`", line)
        if file:
            text = (HERE / file[1]).read_text(encoding="utf-8")
            found += len(names)
            assert [name for name in names if f"def {name}(" not in text] == []
    assert found > 25
