"""Rules on the names of ports: each pod says which number it means, those that nobody has created included."""

import pytest

from cluster_ends import sights
from esspec.semantics.ends import Ends
from esspec.semantics.lifted import NAMESPACE, Grant, Policy, Ports, all_ports, label, only, pods
from esspec.semantics.surroundings import named_port, spare_for
from esspec.terms import Direction, Protocol
from kubernetes_texts import document

TCP, UDP = Protocol.TCP, Protocol.UDP


def policy(ports: str, selector: str = "app: web") -> str:
    """Return a policy that lets everyone in on some ports."""
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ns}\n"
        f"spec:\n  podSelector: {{matchLabels: {{{selector}}}}}\n  ingress:\n  - ports: [{ports}]\n"
    )


def pod(name: str, ports: str, app: str = "web") -> str:
    """Return a pod that names some ports."""
    return (
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: ns, labels: {{app: {app}}}}}\n"
        f"spec: {{containers: [{{name: c, ports: [{ports}]}}]}}\n"
    )


HTTP = "{name: http, containerPort: 8080}"


def opened(text: str) -> dict[str, list[tuple[str, int, int]]]:
    """Return on which ports each pod of some manifests admits everyone."""
    (sight,) = sights(text)
    found: dict[str, list[tuple[str, int, int]]] = {}
    for known in sight.view.pods:
        side = sight.meaning.sides.get((sight.class_of(known), Direction.INGRESS), ())
        found[known.name] = [(s.protocol.value, s.first, s.last) for s in side]
    return found


def test_each_pod_means_its_own_number() -> None:
    """One rule opens different ports of different pods, and none of a pod without the name."""
    text = policy("{port: http}") + pod("one", HTTP) + pod("two", "{name: http, containerPort: 81}")
    assert opened(text + pod("three", "{name: web, containerPort: 8080}") + pod("four", HTTP, "other")) == {
        "ns/one[Pod]": [("TCP", 8080, 8080)],
        "ns/two[Pod]": [("TCP", 81, 81)],
        "ns/three[Pod]": [],
        "ns/four[Pod]": [],
    }


def test_a_name_belongs_to_a_protocol() -> None:
    ports = "{name: dns, containerPort: 53, protocol: UDP}, {name: dns, containerPort: 5353}"
    assert opened(policy("{port: dns, protocol: UDP}") + pod("one", ports)) == {"ns/one[Pod]": [("UDP", 53, 53)]}
    assert opened(policy("{port: dns}") + pod("one", ports)) == {"ns/one[Pod]": [("TCP", 5353, 5353)]}


def test_names_and_numbers_of_one_rule_add_up() -> None:
    text = policy("{port: http}, {port: metrics}, {port: 80}") + pod(
        "one", f"{HTTP}, {{name: metrics, containerPort: 81}}"
    )
    assert opened(text) == {"ns/one[Pod]": [("TCP", 80, 81), ("TCP", 8080, 8080)]}


def test_an_egress_rule_means_the_numbers_of_its_peers() -> None:
    """Ends that are no pods give no names, and neither do pods that have none."""
    rule = "{to: [{podSelector: {}}, {ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: http}]}"
    text = document(f"podSelector: {{}}, policyTypes: [Egress], egress: [{rule}]", "name: p, namespace: ns")
    (sight,) = sights(text + pod("one", HTTP) + pod("two", "{name: http, containerPort: 81}"))
    one, two = (sight.class_of(known) for known in sight.view.pods)
    assert [(s.protocol, s.first, s.peers >> one & 1, s.peers >> two & 1) for s in sight.flows.rows[one]][:2] == [
        (TCP, 81, 0, 1),
        (TCP, 8080, 1, 0),
    ]
    outside = sight.ends.everyone >> len(sight.ends.pods) << len(sight.ends.pods)
    assert not any(segment.peers & outside for segment in sight.flows.rows[one])


def test_an_egress_rule_for_everyone_means_all_pods_that_have_the_name() -> None:
    text = document(
        "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]", "name: p, namespace: ns"
    )
    (sight,) = sights(text + pod("one", HTTP) + pod("two", HTTP).replace("namespace: ns", "namespace: other"))
    one, two = (sight.class_of(known) for known in sight.view.pods)
    assert next((s.first, s.peers >> one & 1, s.peers >> two & 1) for s in sight.flows.rows[one]) == (8080, 1, 1)


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param("", id="nothing beside"),
        pytest.param(", {port: 60000, endPort: 65535}", id="the highest numbers"),
        pytest.param(", {port: 1, endPort: 40000}, {port: 30000, endPort: 65535}", id="every number, in two ranges"),
        pytest.param(", {protocol: UDP}", id="another protocol"),
    ],
)
def test_a_name_is_not_the_number_that_a_pod_gives_it(beside: str) -> None:
    """The pods at hand cannot tell; one that gives the name another number can."""
    named, numbered = policy(f"{{port: http}}, {{port: 8080}}{beside}"), policy(f"{{port: 8080}}{beside}")
    first, second = sights(named + pod("one", HTTP), numbered + pod("one", HTTP))
    (one,) = first.view.pods
    key = first.class_of(one), Direction.INGRESS
    assert first.meaning.sides[key] == second.meaning.sides[key]
    assert (first.flows == second.flows) == ("endPort: 40000" in beside)


@pytest.mark.parametrize("other", ["{port: web}", "{port: http, protocol: UDP}", "{port: 8080}", ""])
def test_names_are_compared_without_any_pod(other: str) -> None:
    """Nobody says what number a name stands for, and yet another name is another rule."""
    first, second, third = sights(policy("{port: http}"), policy(other), policy("{port: http}, {port: http}"))
    assert first.flows == third.flows != second.flows


def test_what_one_side_knows_of_names_holds_for_the_other() -> None:
    """Policies alone are compared with the same policies beside their pods."""
    pods_alone = pod("one", HTTP) + pod("two", "{name: http, containerPort: 81}")
    first, second = sights(policy("{port: http}"), policy("{port: http}") + pods_alone)
    assert first.flows == second.flows


@pytest.mark.parametrize(
    ("ranges", "spare"),
    [
        pytest.param([], (65535,), id="no rule"),
        pytest.param([(1, 65535)], (65535,), id="all ports are no edge"),
        pytest.param([(65535, 65535)], (65533,), id="the highest"),
        pytest.param([(60000, 65535), (59990, 60001)], (59988,), id="overlapping"),
        pytest.param([(3, 65535)], (1,), id="beside none"),
        pytest.param([(100, 65000), (80, 80)], (65535,), id="below"),
        pytest.param([(2, 30000), (20000, 65535)], (1,), id="all but one"),
        pytest.param([(1, 30000), (20000, 65535)], (19999, 30000, 65535), id="none is left"),
        pytest.param([(1, 10), (11, 65535)], (10, 65535), id="none is left, side by side"),
    ],
)
def test_a_number_that_no_rule_speaks_of(ranges: list[tuple[int, int]], spare: tuple[int, ...]) -> None:
    """It stands for whatever a pod that nobody created gives a name, and lies beside no other, if that can be."""
    grants = tuple(Grant((), (Ports(TCP, *each),), 1) for each in ranges)
    said = Policy("p", pods([]), frozenset(), grants, (Grant((), all_ports(), 1),), 1)
    assert spare_for([said]) == {TCP: spare, UDP: (65535,), Protocol.SCTP: (65535,)}


def test_classes_grow_with_the_names_and_not_with_their_combinations() -> None:
    """Without a name, one class per name with a spare number, and one per pod that is known."""
    web, names = (label("app"), only("web")), [f"p{number}" for number in range(12)]
    asked = [pods([web, (named_port(TCP, name), only("80", "65535"))]) for name in names]
    known = [
        {NAMESPACE: "ns", label("app"): app, **{named_port(TCP, name): "80" for name in names[:count]}}
        for app, count in (("web", 5), ("web", 7), ("other", 12), ("web", 5))
    ]
    ends = Ends([pods([web]), *asked], [], known)
    assert len(ends.pods) == 1 + (1 + 2 + len(names))
    assert [ends.pod(values) for values in known] == [1, 2, len(ends.pods) - 1, 1]
    with pytest.raises(LookupError):
        ends.pod({**known[0], named_port(TCP, "p11"): "81"})
