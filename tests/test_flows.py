"""Sets of flows say what single flows are, for pods that are there and for pods that nobody has created."""

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_ends import Known, address_at, example_of, flows_between, holds, pod_at, sights
from drawn_cluster import ADDRESSES, KNOWN, UNKNOWN, Drawn, manifests, pods, policies, workload
from esspec.semantics.flows import Flows
from esspec.semantics.views import Sight
from esspec.terms import Direction
from kubernetes_texts import document
from naive_cluster import Data, Pod, Port, is_allowed, is_isolated, namespace_labels, objects

SOME, FEW = settings(max_examples=80), settings(max_examples=25)


def ends_of(sight: Sight, drawn: Drawn, more: list[Pod], chosen: list[int]) -> list[Known]:
    """Return the pods of some manifests, pods that nobody created, addresses, and examples of the chosen classes."""
    cluster = objects(drawn.text)
    created = [pod._replace(namespace_labels=namespace_labels(cluster, pod.namespace, {})) for pod in drawn.pods]
    found = [pod_at(sight, pod, KNOWN) for pod in (*created, *(pod._replace(ports=()) for pod in more))]
    found += [address_at(sight, ADDRESSES[number % len(ADDRESSES)]) for number in chosen]
    numbers = dict.fromkeys(number % sight.ends.count for number in chosen)
    examples = [(example_of(sight, number, cluster), number) for number in numbers]
    return found + [Known(example, number) for example, number in examples if example is not None]


ENDS = st.lists(pods(), max_size=1)
CHOSEN = st.lists(st.integers(0, 10_000), min_size=2, max_size=3, unique=True)


@SOME
@given(manifests(), ENDS, CHOSEN)
def test_a_set_of_flows_holds_exactly_the_allowed_ones(drawn: Drawn, more: list[Pod], chosen: list[int]) -> None:
    """Every flow that is tried has the verdict of a reading that knows no sets."""
    (sight,) = sights(drawn.text)
    cluster = objects(drawn.text)
    for flow, source, destination in flows_between(ends_of(sight, drawn, more, chosen)):
        assert holds(sight.flows, source, destination, flow) == is_allowed(cluster, flow), flow


@SOME
@given(manifests(), ENDS, CHOSEN)
def test_isolation_is_kept_beside_the_flows(drawn: Drawn, more: list[Pod], chosen: list[int]) -> None:
    """A direction is isolated where some policy selects the pod for it, and its flows are those of the rules alone."""
    (sight,) = sights(drawn.text)
    cluster = objects(drawn.text)
    for end, number in ends_of(sight, drawn, more, chosen):
        for direction in Direction:
            isolated = isinstance(end, Pod) and is_isolated(cluster, end, direction.capitalize())
            assert ((number, direction) in sight.meaning.sides) == isolated


@FEW
@given(manifests(), manifests(), CHOSEN)
def test_sets_are_combined_flow_by_flow(one: Drawn, other: Drawn, chosen: list[int]) -> None:
    """Union, intersection and difference hold what the flows of both say; restricted ones, what lies between ends."""
    first, second = sights(one.text, other.text)
    a, b = first.flows, second.flows
    number = chosen[0] % first.ends.count
    between = a.restricted(1 << number, first.ends.everyone & ~(1 << number))
    union, both, difference = a | b, a & b, a - b
    for flow, source, destination in flows_between(ends_of(first, one, list(other.pods), chosen)):
        in_a, in_b = (holds(flows, source, destination, flow) for flows in (a, b))
        assert holds(union, source, destination, flow) == (in_a or in_b)
        assert holds(both, source, destination, flow) == (in_a and in_b)
        assert holds(difference, source, destination, flow) == (in_a and not in_b)
        assert holds(between, source, destination, flow) == (in_a and source == number != destination)


@FEW
@given(manifests(), manifests(), manifests())
def test_sets_obey_the_laws_of_sets(one: Drawn, two: Drawn, three: Drawn) -> None:
    """Equal sets are equal values, however they came about."""
    a, b, c = (sight.flows for sight in sights(one.text, two.text, three.text))
    empty = Flows({})
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a - (b | c) == (a - b) - c
    assert (a - b) | (a & b) == a
    assert (a - b) & b == a - a == empty
    assert a | empty == a | a == a & a == a
    assert (a <= b) == (a | b == b) == (a & b == a) == (a - b == empty)
    assert a & b <= a <= a | b


@SOME
@given(manifests(), policies("more"))
def test_a_further_policy_takes_flows_only_where_it_isolates(drawn: Drawn, more: Data) -> None:
    """Policies only allow: what one removes, it removes by isolating a direction that was not."""
    before, after = sights(drawn.text, f"{drawn.text}\n---\n{yaml.safe_dump(more)}")
    newly = {
        direction: sum(1 << n for n, d in after.meaning.sides if d is direction and (n, d) not in before.meaning.sides)
        for direction in Direction
    }
    lost, everyone = before.flows - after.flows, before.ends.everyone
    excused = lost.restricted(newly[Direction.EGRESS], everyone) | lost.restricted(everyone, newly[Direction.INGRESS])
    assert lost == excused


TEAM_P, TEAM_NOT_P = "{matchLabels: {team: p}}", "{matchExpressions: [{key: team, operator: NotIn, values: [p]}]}"
NAME = "kubernetes.io/metadata.name"
PEERS = {
    "own namespace": "podSelector: {}",
    "own namespace, by label": "podSelector: {matchLabels: {app: p}}",
    "any of several": "podSelector: {matchExpressions: [{key: app, operator: In, values: [q, p]}]}",
    "not of several": "podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [q, p]}]}",
    "with a label": "podSelector: {matchExpressions: [{key: app, operator: Exists}]}",
    "without a label": "podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}",
    "all namespaces": "namespaceSelector: {}",
    "namespaces by label": f"namespaceSelector: {TEAM_P}",
    "namespaces without a label": f"namespaceSelector: {TEAM_NOT_P}",
    "namespaces by label, and pods": f"namespaceSelector: {TEAM_P}, podSelector: {{matchLabels: {{app: p}}}}",
    "a namespace by name": f"namespaceSelector: {{matchLabels: {{{NAME}: b}}}}",
    "namespaces but one": f"namespaceSelector: {{matchExpressions: [{{key: {NAME}, operator: NotIn, values: [b]}}]}}",
    "a namespace by name and label": f"namespaceSelector: {{matchLabels: {{{NAME}: a, team: p}}}}",
    "another one": f"namespaceSelector: {{matchLabels: {{{NAME}: b, team: p}}}}",
    "one that nobody describes": f"namespaceSelector: {{matchLabels: {{{NAME}: c, team: p}}}}",
    "addresses": "ipBlock: {cidr: 192.0.2.0/24}",
    "addresses but some": "ipBlock: {cidr: 0.0.0.0/0, except: [192.0.2.128/25]}",
    "addresses of the other family": 'ipBlock: {cidr: "2001:db8::/32", except: ["2001:db8::/64"]}',
}
PORTS = {
    "every port": "",
    "one port": "{port: 80}",
    "a range": "{port: 80, endPort: 8080, protocol: UDP}",
    "every port of a protocol": "{protocol: SCTP}",
    "a name": "{port: http}",
    "a name, a number and a protocol": "{port: http, protocol: UDP}, {port: 81}, {protocol: SCTP}",
}
RULES = [
    *(pytest.param(f"%s: [{{{peer}}}], ports: [{{port: 80}}]", id=case) for case, peer in PEERS.items()),
    *(pytest.param(f"ports: [{ports}]", id=f"everyone, {case}") for case, ports in PORTS.items()),
    *(
        pytest.param(f"%s: [{{podSelector: {{}}}}], ports: [{ports}]", id=f"pods, {case}")
        for case, ports in PORTS.items()
    ),
    pytest.param(
        "%s: [{podSelector: {}}, {ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: http}]", id="pods and addresses"
    ),
    pytest.param("%s: []", id="no peers are everyone"),
]


def inhabitant(namespace: str, labels: Mapping[str, str], *ports: Port) -> Pod:
    """Return a pod in one of the namespaces, with all labels of that."""
    of_namespace = {**KNOWN, **UNKNOWN, "d": {"team": "p"}}[namespace]
    return Pod(namespace, labels, {**of_namespace, NAME: namespace}, ports)


WORLD = (
    *(inhabitant(namespace, {"app": app}) for namespace in "abc" for app in ("p", "r")),
    inhabitant("a", {}, Port("http", "TCP", 8080), Port("http", "UDP", 81)),
    inhabitant("c", {"tier": "p"}, Port("web", "TCP", 8080)),
    inhabitant("d", {}),
)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("direction", Direction)
def test_every_flow_of_a_small_world(rule: str, direction: Direction) -> None:
    """One rule in either direction, every pair of ends, and each piece of the ports."""
    peers = "from" if direction is Direction.INGRESS else "to"
    spec = f"policyTypes: [{direction.capitalize()}], {direction}: [{{{rule.replace('%s', peers)}}}]"
    drawn = Drawn(small_world(f"podSelector: {{}}, {spec}"), tuple(pod for pod in WORLD if pod.ports))
    (sight,) = sights(drawn.text)
    cluster = objects(drawn.text)
    more = [pod for pod in WORLD if not pod.ports]
    for flow, source, destination in flows_between(ends_of(sight, drawn, more, [*range(5)])):
        assert holds(sight.flows, source, destination, flow) == is_allowed(cluster, flow), flow


def test_ends_outside_do_not_connect_with_each_other() -> None:
    """No policy speaks of such flows, and none are counted, whether anything is isolated or not."""
    for spec in ("podSelector: {}", "podSelector: {}, ingress: [{}]"):
        (sight,) = sights(document(spec))
        pods_alone = (1 << len(sight.ends.pods)) - 1
        for number in range(len(sight.ends.pods), sight.ends.count):
            assert all(segment.peers & ~pods_alone == 0 for segment in sight.flows.rows.get(number, ()))


def small_world(spec: str) -> str:
    """Return a policy in the namespace a, the pods that name ports, and the namespaces that are known."""
    named = [workload(pod, f"w{number}", "Pod") for number, pod in enumerate(pod for pod in WORLD if pod.ports)]
    around = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n, "labels": KNOWN[n]}} for n in KNOWN]
    return document(spec, "name: p, namespace: a") + "".join(
        f"---\n{yaml.safe_dump(each)}" for each in (*named, *around)
    )


ALIKE = [
    pytest.param("matchLabels: {app: p}", "matchExpressions: [{key: app, operator: In, values: [p]}]", id="one value"),
    pytest.param("", "matchLabels: {}, matchExpressions: []", id="nothing asked"),
    pytest.param(
        "matchExpressions: [{key: app, operator: NotIn, values: [p]}, {key: app, operator: Exists}]",
        "matchExpressions: [{key: app, operator: Exists}, {key: app, operator: NotIn, values: [p, p]}]",
        id="order and repetition",
    ),
    pytest.param(
        "matchLabels: {app: p}, matchExpressions: [{key: app, operator: DoesNotExist}]",
        "matchExpressions: [{key: tier, operator: In, values: [p]}, {key: tier, operator: NotIn, values: [p]}]",
        id="no pod at all",
    ),
]
UNLIKE = [
    pytest.param("matchLabels: {app: p}", "matchLabels: {app: p, tier: q}", id="one label more"),
    pytest.param("matchLabels: {app: p}", "matchExpressions: [{key: app, operator: Exists}]", id="any value"),
    pytest.param(
        "matchExpressions: [{key: app, operator: NotIn, values: [p]}]",
        "matchExpressions: [{key: app, operator: NotIn, values: [p]}, {key: app, operator: Exists}]",
        id="without the label",
    ),
    pytest.param(
        "matchExpressions: [{key: app, operator: In, values: [p]}]",
        "matchExpressions: [{key: app, operator: In, values: [p, q]}]",
        id="one value more",
    ),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_selectors_that_mean_the_same_pods_give_equal_sets(one: str, other: str) -> None:
    """Also where no pod is given: subjects and peers alike."""
    for form in FORMS:
        first, second = sights(document(form.format(one)), document(form.format(other)))
        assert first.flows == second.flows
        assert first.meaning == second.meaning


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_selectors_differ_by_pods_that_nobody_created(one: str, other: str) -> None:
    """No pod is given, and none has to be."""
    for form in FORMS:
        first, second = sights(document(form.format(one)), document(form.format(other)))
        assert first.flows != second.flows


FORMS = ("podSelector: {{{0}}}", "podSelector: {{}}, ingress: [{{from: [{{podSelector: {{{0}}}}}]}}]")
