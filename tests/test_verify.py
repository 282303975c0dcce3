"""What `verify` answers: equal exactly when no flow differs, how many flows that is, and the smallest that does."""

import json
import random
from collections.abc import Sequence
from itertools import product
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classes import class_of
from esspec.commands.schema import schema_text
from esspec.model import AllowOnly, PolicySet, PortRange, Rule, Workload
from esspec.outputs.verification import verify_fresh
from esspec.problem import InputProblems
from esspec.reporting.report import verification
from esspec.semantics.ends import Ends
from esspec.semantics.intended import intended
from esspec.semantics.meaning import meaning_of, selectors_of
from esspec.semantics.verification_result import ASSUMPTIONS, Counterexample, Verdict
from esspec.semantics.verify import Party, Text, verify
from esspec.terms import Direction, Protocol, Role
from models import ANY, ANYONE, NONE, external, kube_dns, policy_set, ports, rule, selector, workload
from mutants import BROKEN, KAFKA, POLICIES, PROXY, ZOOKEEPER, changed_set, with_sides
from smallworld import End, Place, model_opens, model_pods, near_ports, places, pod, ports_in
from strategies import EDGES, NAMESPACES, TARGET_NAMES, TARGETS, VALUES, examples, policy_sets

PODS = model_pods(VALUES, NAMESPACES)
PORTS = near_ports(EDGES)
ALL_PORTS = 3 * 65535
Item = TypeVar("Item")


def party(policies: PolicySet, name: str = "other") -> Party:
    """Return one who says what a model means."""
    return Party(name, (Text(f"{name}.md", intended(policies)),))


# Equal or not


def edited(policies: PolicySet, data: st.DataObject) -> PolicySet:
    """Return a model that differs in one rule, in the shape of its rules, or not at all."""
    rules = [(w, d, a, n) for w in policies.workloads for d in Direction
             if isinstance(a := w.allowance(d), AllowOnly) for n in range(len(a.rules))]  # fmt: skip
    if not rules:
        return policies
    named, direction, said, number = data.draw(st.sampled_from(rules))
    change = data.draw(st.sampled_from([one_more_port, other_protocol, as_two_rules, reversed_peers, nobody]))
    some = (*said.rules[:number], *change(said.rules[number]), *said.rules[number + 1 :])
    return with_sides(policies, named.name, **{direction.value: AllowOnly(rules=some) if some else NONE})


def one_more_port(found: Rule) -> list[Rule]:
    """Return a rule with the port behind its first interval, which may be open already."""
    if found.ports == "all":
        return [found]
    last = min(found.ports[0].last + 1, 65535)
    return [found.model_copy(update={"ports": (*found.ports, PortRange(first=last, last=last))})]


def other_protocol(found: Rule) -> list[Rule]:
    """Return a rule with the same ports of another protocol."""
    return [found.model_copy(update={"protocol": Protocol.UDP})]


def as_two_rules(found: Rule) -> list[Rule]:
    """Return two rules that say together what one said: every port twice, or in two halves."""
    halves = ports((1, 443), (81, 65535)) if found.ports == "all" else found.ports[::-1]
    return [found.model_copy(update={"ports": halves[:1]}), found.model_copy(update={"ports": halves})]


def reversed_peers(found: Rule) -> list[Rule]:
    """Return a rule that names its peers in another order."""
    return [found.model_copy(update={"peers": found.peers[::-1]})]


def nobody(_: Rule) -> list[Rule]:
    """Return no rule."""
    return []


def any_difference(one: PolicySet, other: PolicySet) -> bool:
    """Return whether two models differ in any flow of a small world, or in isolation."""
    peers: tuple[End, ...] = (*PODS, *places(one.externals))
    for subject, direction, peer in product(PODS, Direction, peers):
        found = [model_opens(policies, subject, direction, peer) for policies in (one, other)]
        if (found[0] is None) is not (found[1] is None) or ports_in(found[0], PORTS) != ports_in(found[1], PORTS):
            return True
    return False


@given(policy_sets(), st.data())
@examples(40)
def test_equal_means_that_no_flow_differs(policies: PolicySet, data: st.DataObject) -> None:
    """In both directions: no difference is missed, and none is made up."""
    other = edited(policies, data)
    found = verify(policies, [party(other)])
    assert (found.counterexample is None) is not any_difference(policies, other)


# Counts


def test_the_flows_are_counted() -> None:
    """Every (pod class, direction, peer class) has 65,535 ports of three protocols; classes are counted by hand."""
    page = policy_set(
        workload("kafka", [rule("kafka", "@master", on=ports(80, (8000, 8010)), line=3)]),
        externals=[external("master", "192.0.2.10/32", role="kube-apiserver")],
    )
    found = verify_fresh(page, TARGETS)
    pods = 4  # other namespaces; no release; no or another component; kafka
    outside = 5  # below, at and above the master host's address; IPv6; a node that nobody lists
    assert (found.pod_classes, found.peer_classes) == (pods, pods + outside)
    assert found.flows == sum(ALL_PORTS for _ in product(range(pods), Direction, range(pods + outside)))
    intervals = 5 + 1 + 1  # TCP: -79, 80, 81-7999, 8000-8010, 8011-; UDP; SCTP
    assert found.flow_classes == pods * 2 * (pods + outside) * intervals


@given(policy_sets())
@examples(20)
def test_the_flows_are_all_flows(policies: PolicySet) -> None:
    """Whatever is compared, no class is left out of the sum."""
    found = verify_fresh(policies, TARGETS)
    assert found.equal
    assert found.flows == found.pod_classes * len(Direction) * found.peer_classes * ALL_PORTS
    assert found.pod_classes * len(Direction) * found.peer_classes * 3 <= found.flow_classes <= found.flows


SAMPLES: dict[str, End] = {
    "kafka": pod("event-streams", component="kafka", release="es"),
    "the component alone": pod("event-streams", component="kafka"),
    "the release alone": pod("event-streams", release="es"),
    "another component of the release": pod("event-streams", component="new", release="es"),
    "the same labels in another namespace": pod("elsewhere", component="kafka", release="es"),
    "no labels": pod("event-streams"),
    "the API server": Place(Role.KUBE_APISERVER, "192.0.2.10"),
    "beside the API server": Place(Role.OUTSIDE, "192.0.2.11"),
    "a node": Place(Role.NODE),
    "the first log address": Place(Role.OUTSIDE, "198.51.100.0"),
    "before the first log address": Place(Role.OUTSIDE, "198.51.99.255"),
    "behind the last log address": Place(Role.OUTSIDE, "198.51.101.0"),
    "IPv6": Place(Role.OUTSIDE, "2001:db8::1"),
}


def test_ends_that_a_text_could_confuse_are_classes_of_their_own() -> None:
    """With an output that lost a namespace and a label, each of these is told apart from every other."""
    lost = changed_set(POLICIES, workloads=tuple(map(without_place, POLICIES.workloads)))
    ends = Ends(selectors_of([*intended(POLICIES).policies, *intended(lost).policies]), POLICIES.externals)
    where = {what: class_of(ends, sample) for what, sample in SAMPLES.items()}
    alike = {frozenset(w for w in where if where[w] == number) for number in where.values()}
    assert {group for group in alike if len(group) > 1} == {
        frozenset({"the release alone", "another component of the release"}),
        frozenset({"beside the API server", "before the first log address"}),
    }


def without_place(found: Workload) -> Workload:
    """Return a workload whose pods are peers by their component alone, wherever they are."""
    return found.model_copy(update={"peer": selector(None, component=dict(found.peer.labels)["component"])})


def test_a_stranger_is_denied() -> None:
    """Who carries some of the labels only, or all of them elsewhere, is nobody that the page names."""
    policies = intended(POLICIES).policies
    ends = Ends(selectors_of(policies), POLICIES.externals)
    meaning = meaning_of(policies, ends)
    zookeeper = class_of(ends, pod("event-streams", component="zookeeper", release="es"))
    admitted = {
        what
        for what, sample in SAMPLES.items()
        if meaning.allows(zookeeper, Direction.INGRESS, (Protocol.TCP, 2181), class_of(ends, sample))
    }
    assert admitted == {"kafka"}


# What is shown


def test_the_whole_counterexample() -> None:
    """The flow, and of every party its verdict and every line that decides it."""
    broken, _ = BROKEN["a port is off by one"]
    found = verify(POLICIES, [party(POLICIES, "first"), party(broken(POLICIES), "second")])
    assert found.counterexample == Counterexample(
        subject=ZOOKEEPER,
        direction=Direction.INGRESS,
        peer=KAFKA,
        protocol=Protocol.TCP,
        port=2181,
        verdicts=(
            Verdict(party="page", verdict="allowed", decided_by=("page.md:20",)),
            Verdict(party="first", verdict="allowed", decided_by=("first.md:20",)),
            Verdict(party="second", verdict="denied", decided_by=("second.md:3 isolates it and no rule allows this",)),
        ),
    )


def test_name_resolution_is_on_no_line() -> None:
    """Its rule is the binding's, and is named so."""
    resolving = changed_set(POLICIES, dns=kube_dns())
    found = verify(resolving, [party(POLICIES)]).counterexample
    assert found is not None
    assert (found.subject, found.peer) == (KAFKA, "a pod with namespace=kube-system, k8s-app=kube-dns")
    assert found.verdicts[0].decided_by == ("name resolution, by the binding of page.md",)


def test_every_line_that_allows_is_named() -> None:
    """Rules of one workload and of an overlapping one."""
    page = policy_set(
        workload("kafka", [rule(ANYONE, on=ports(80), line=10), rule("kafka", on=ports((1, 99)), line=11)]),
        workload("all", [rule("kafka", line=20)], where=selector(release="es")),
    )
    less = with_sides(page, "kafka", ingress=NONE)
    found = verify(page, [party(with_sides(less, "all", ingress=NONE))]).counterexample
    assert found is not None
    assert (found.port, found.verdicts[0].decided_by) == (1, ("page.md:11", "page.md:20"))
    assert found.verdicts[1].decided_by == tuple(
        "other.md:3 isolates it and no rule allows this" for _ in page.workloads
    )


def test_a_flow_is_shown_rather_than_isolation() -> None:
    """A difference that nobody can see in traffic is shown only where there is no other."""
    open_rest = with_sides(POLICIES, "rest", ingress=POLICIES.workload["proxy"].ingress)
    broken, flow = BROKEN["a port is off by one"]
    both = verify(POLICIES, [party(broken(open_rest))]).counterexample
    assert both is not None
    assert (both.subject, both.port) == (flow.subject, 2181)
    alone = verify(POLICIES, [party(open_rest)])
    assert alone.equal is False
    assert "everyone, every flow is allowed, and only isolation differs" in verification(alone)


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(BROKEN)))
@examples(20)
def test_the_smallest_flow_does_not_depend_on_the_order(order: random.Random, fault: str) -> None:
    """Of rows, of workloads, and of what the output has in which place."""
    broken, _ = BROKEN[fault]
    wanted = verify(POLICIES, [party(broken(POLICIES))]).counterexample
    found = verify(shuffled(POLICIES, order), [party(shuffled(broken(POLICIES), order))]).counterexample
    assert found is not None
    assert wanted is not None
    assert found.model_dump(exclude={"verdicts"}) == wanted.model_dump(exclude={"verdicts"})


def shuffled(policies: PolicySet, order: random.Random) -> PolicySet:
    """Return a model with workloads, rules, peers and ports in another order."""
    return changed_set(policies, workloads=sample([_shuffled(w, order) for w in policies.workloads], order))


def _shuffled(found: Workload, order: random.Random) -> Workload:
    sides = {}
    for direction in Direction:
        said = found.allowance(direction)
        if isinstance(said, AllowOnly):
            some = [r.model_copy(update={"peers": sample(r.peers, order)}) for r in said.rules]
            sides[direction.value] = AllowOnly(rules=sample(some, order))
    return found.model_copy(update=sides)


def sample(items: Sequence[Item], order: random.Random) -> tuple[Item, ...]:
    """Return items in another order."""
    return tuple(order.sample(items, len(items)))


@given(policy_sets(), st.data())
@examples(30)
def test_nothing_smaller_differs(policies: PolicySet, data: st.DataObject) -> None:
    """On the ports below the one that is shown, the protocols before it, all verdicts of that class are equal."""
    other = edited(policies, data)
    found = verify(policies, [party(other)]).counterexample
    if found is None or not found.port:
        return
    said = [intended(each).policies for each in (policies, other)]
    ends = Ends(selectors_of([*said[0], *said[1]]), policies.externals)
    meanings = [meaning_of(each, ends) for each in said]
    (subject,) = [n for n in range(len(ends.pods)) if ends.describe(n) == found.subject]
    for protocol, port, peer in product(Protocol, (p for p in PORTS if p < found.port), range(ends.count)):
        if list(Protocol).index(protocol) <= list(Protocol).index(found.protocol):
            verdicts = {m.allows(subject, found.direction, (protocol, port), peer) for m in meanings}
            assert len(verdicts) == 1


# What is printed beside it


def test_assumptions_are_printed() -> None:
    """Each of them, in text and in JSON; the environment of Cilium and Calico is among them."""
    found = verify_fresh(POLICIES, TARGETS)
    assert found.assumptions == ASSUMPTIONS
    text = verification(found)
    assert all(f"assumed: {line}\n" in text for line in ASSUMPTIONS)
    for word in ("API-server addresses", "hold pods", "a pod to itself", "enforcement mode", "default tier"):
        assert any(word in line for line in ASSUMPTIONS)


ONE_NODE = policy_set(
    workload("kafka", [rule("@node", on=ports(80), line=10)]),
    externals=[external("node", "192.0.2.20/32", role="node", accepts=(("cilium", "all-nodes"),))],
)


def test_an_accepted_widening_is_printed() -> None:
    """It makes Cilium equal to what was accepted, and is never silent."""
    found = verify_fresh(ONE_NODE, TARGETS)
    sentence = """cilium: 'node' admits every node (esspec.toml [externals."node"]: cilium = "all-nodes")"""
    assert (found.equal, found.accepted) == (True, (sentence,))
    assert f"accepted: {sentence}\n" in verification(found)


@pytest.mark.parametrize("name", [name for name in TARGET_NAMES if name != "cilium"])
def test_what_is_accepted_of_one_target_is_not_accepted_of_others(name: str) -> None:
    """All nodes in place of one are found in every other target."""
    found = verify(ONE_NODE, [Party(name, (Text("wide", intended(ONE_NODE, "cilium")),))])
    assert found.counterexample is not None
    assert found.counterexample.peer == "a node at an address that nobody lists"
    assert [v.verdict for v in found.counterexample.verdicts] == ["denied", "allowed"]


def test_the_page_is_shown_as_what_the_target_is_held_to() -> None:
    """Where less than the accepted is found, the page is said to allow it."""
    found = verify(ONE_NODE, [Party("cilium", (Text("strict", intended(ONE_NODE)),))]).counterexample
    assert found is not None
    assert (found.peer, [v.verdict for v in found.verdicts]) == (
        "a node at an address that nobody lists", ["allowed", "denied"],
    )  # fmt: skip


def test_the_json_is_as_promised() -> None:
    """The keys of the interface, by their names and types; the schema that is printed names all of them."""
    found = json.loads(verify_fresh(POLICIES, TARGETS).model_dump_json(by_alias=True))
    promised = {
        "schema": str, "equal": bool, "targets": list, "flow_classes": int, "flows": int, "assumptions": list,
        "counterexample": type(None),
    }  # fmt: skip
    assert {key: type(found[key]) for key in promised} == promised
    assert (found["schema"], found["targets"]) == ("esspec/verify/1", list(TARGET_NAMES))
    schema = json.loads(schema_text("verify"))
    assert set(schema["properties"]) == set(found)
    broken, _ = BROKEN["a port is lost"]
    shown = json.loads(verify(POLICIES, [party(broken(POLICIES))]).model_dump_json(by_alias=True))["counterexample"]
    assert {key: shown[key] for key in ("direction", "peer", "protocol", "port")} == {
        "direction": "ingress", "peer": PROXY, "protocol": "TCP", "port": 8085,
    }  # fmt: skip
    assert shown["verdicts"][1]["verdict"] == "denied"


# What cannot be compared


def test_too_many_classes_stop() -> None:
    """Workloads that are told apart by a label key each cross in 2^n ways: an error, and no sample."""
    crossing = [workload(f"w{n}", ANY, where=selector(**{f"key{n}": "v"})) for n in range(30)]
    with pytest.raises(InputProblems) as stopped:
        verify_fresh(policy_set(*crossing), TARGETS)
    (problem,) = stopped.value.problems
    assert str(problem) == (
        "page.md: error: the selectors cross each other in more than 20000 ways, too many to compare — "
        "tell workloads apart by one label key [too-many-classes]"
    )


def test_a_thousand_workloads_are_compared() -> None:
    """One label tells them apart, so the classes are as many as they."""
    many = [workload(f"w{n}", [rule(f"w{(n + 1) % 1000}", on=ports(80), line=n)]) for n in range(1000)]
    found = verify(policy_set(*many), [party(policy_set(*many))])
    assert (found.equal, found.pod_classes) == (True, 1003)
