"""A list of connections is the projection of explanations, and both are what reading flows one by one gives."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from esspec.answers.explaining import EndAnswer, explanation, further_selectors
from esspec.answers.listing import Connection, connections
from esspec.answers.questions import question
from esspec.model import External
from esspec.semantics.lifted import NAMESPACE, Grant, Key, Outside, Pods, Policy, Ports, label
from esspec.semantics.scenes import scene
from esspec.semantics.views import KnownPods, Sourced, View
from esspec.terms import Direction, Protocol, Role
from models import external
from smallworld import End, Place, Pod, is_at, is_open, lifted_opens, model_pods, near_ports, places
from strategies import EDGES, EXTERNALS, LIFTED_POLICIES, NAMESPACES, NETWORKS, VALUES, examples

PODS = model_pods(VALUES, NAMESPACES)
FLOWS = tuple(product(Protocol, near_ports(EDGES)))
SOME_PODS = st.lists(st.sampled_from(PODS), min_size=2, max_size=4, unique=True)
"""Not all of them: there are always pods that nobody named."""
OUTSIDE = st.builds(
    lambda listed, more: [*listed, *more],
    EXTERNALS,
    st.sampled_from([[], [external("any gate", role="kube-apiserver")]]),
)
"""Some have no addresses."""


def numbered(policies: Iterable[Policy]) -> list[Policy]:
    """Return policies with a line of its own for each object and grant."""
    found = []
    for number, policy in enumerate(policies, 1):
        ingress, egress = (
            tuple(grant._replace(line=100 * number + 10 * side + n) for n, grant in enumerate(grants))
            for side, grants in enumerate((policy.ingress, policy.egress), 1)
        )
        found.append(policy._replace(name=f"p{number}", ingress=ingress, egress=egress, line=100 * number))
    return found


def values_of(pod: Pod) -> dict[Key, str]:
    return {NAMESPACE: pod.namespace, **{label(key): value for key, value in pod.labels}}


def view(policies: Iterable[Policy], pods: Sequence[Pod], externals: Sequence[External]) -> View:
    """Return a view of policies in a file f; its pods are called pod-0, pod-1 and so on."""
    known = tuple(KnownPods(f"pod-{n}", values_of(pod), "f:1") for n, pod in enumerate(pods))
    return View("f", tuple(Sourced(policy, "f") for policy in policies), known, tuple(externals), {})


def allows(policies: Sequence[Policy], source: End, destination: End, flow: tuple[Protocol, int]) -> bool:
    """Return whether both ends permit a flow, each read by itself; no policy speaks of what is no pod."""
    sends = not isinstance(source, Pod) or is_open(lifted_opens(policies, source, Direction.EGRESS, destination), *flow)
    return sends and (
        not isinstance(destination, Pod)
        or is_open(lifted_opens(policies, destination, Direction.INGRESS, source), *flow)
    )


def opens(lines: Sequence[Connection], flow: tuple[Protocol, int]) -> bool:
    """Return whether some of these lines of a list opens a port."""
    return any(s.protocol is flow[0] and s.first <= flow[1] <= s.last for line in lines for s in line.opened)


def is_called(name: str, place: Place, externals: Sequence[External]) -> bool:
    """Return whether a name in a list stands for an end outside."""
    owner = next((external.name for external in externals if is_at(place, external)), None)
    if place.address is None:
        return name == (owner or ("nodes" if place.role == "node" else f"any {place.role}"))
    if not owner:
        return is_within(place.address, name)
    spans = name.removeprefix(owner).removeprefix(" (").removesuffix(")")  # of which addresses it speaks, if not of all
    return name.startswith(owner) and (not spans or any(is_within(place.address, span) for span in spans.split(", ")))


def is_within(address: str, name: str) -> bool:
    """Return whether an address is one of those that a name such as `10.0.0.0-10.255.255.255` shows."""
    try:
        if "-" in name:
            first, last = map(ip_address, name.split("-"))
            found = ip_address(address)
            return found.version == first.version and int(first) <= int(found) <= int(last)
        return ip_address(address) in ip_network(name)
    except ValueError:
        return False


@given(LIFTED_POLICIES, OUTSIDE, SOME_PODS)
@examples(60)
def test_a_list_has_exactly_what_both_ends_permit(
    drawn: list[Policy], externals: list[External], pods: list[Pod]
) -> None:
    """Between pods, and from pods to places and back; at every boundary of ports and addresses."""
    policies = numbered(drawn)
    found = list(connections(scene(view(policies, pods, externals))))
    assert len({(line.src, line.dst) for line in found}) == len(found)
    for (one, source), (other, destination) in product(enumerate(pods), enumerate(pods)):
        if one != other:
            lines = [line for line in found if (line.src, line.dst) == (f"pod-{one}", f"pod-{other}")]
            for flow in FLOWS:
                assert opens(lines, flow) is allows(policies, source, destination, flow)
    for (one, pod), place in product(enumerate(pods), places(externals, NETWORKS)):
        to = [line for line in found if line.src == f"pod-{one}" and is_called(line.dst, place, externals)]
        back = [line for line in found if line.dst == f"pod-{one}" and is_called(line.src, place, externals)]
        for flow in FLOWS:
            assert opens(to, flow) is allows(policies, pod, place, flow)
            assert opens(back, flow) is allows(policies, place, pod, flow)


@given(LIFTED_POLICIES, OUTSIDE, SOME_PODS)
@examples(40)
def test_a_span_says_nothing_wrong_of_any_address_in_it(
    drawn: list[Policy], externals: list[External], pods: list[Pod]
) -> None:
    """An external in a span of addresses has a line of its own, and the span speaks of it too."""
    policies = numbered(drawn)
    found = list(connections(scene(view(policies, pods, externals))))
    for (one, pod), place in product(enumerate(pods), places(externals, NETWORKS)):
        if place.address:
            for line in found:
                if line.src == f"pod-{one}" and is_within(place.address, line.dst):
                    assert all(opens([line], flow) is allows(policies, pod, place, flow) for flow in FLOWS)
                if line.dst == f"pod-{one}" and is_within(place.address, line.src):
                    assert all(opens([line], flow) is allows(policies, place, pod, flow) for flow in FLOWS)


@given(LIFTED_POLICIES, OUTSIDE, st.just([]) | SOME_PODS)
@examples(60)
def test_a_list_is_the_projection_of_explanations(
    drawn: list[Policy], externals: list[External], pods: list[Pod]
) -> None:
    """What is allowed of everybody to everybody is the list, but for what no rule speaks of among strangers.

    Strangers are pods to themselves and, where nobody is named, all pods.
    """
    looked_at = scene(view(numbered(drawn), pods, externals))
    told = explanation(looked_at, question("* -> *", looked_at.view)).answers
    assert {answer.verdict for answer in told} <= {"allowed"}
    assert {(line.src, line.dst): line.opened for line in connections(looked_at)} == {
        (answer.src, answer.dst): answer.opened
        for answer in told
        if (pods and answer.src != answer.dst) or places_of(answer.egress) | places_of(answer.ingress)
    }


def sides(
    policies: Sequence[Policy], end: End, peer: End, direction: Direction, flow: tuple[Protocol, int]
) -> tuple[bool, bool, set[str]]:
    """Return whether an end lets a flow through, whether it is isolated, and the places that decide so."""
    assert isinstance(end, Pod)
    isolating = [p for p in policies if lifted_opens([p], end, direction, peer) is not None]
    granting = {
        f"f:{grant.line}"
        for policy in isolating
        for grant in policy.grants(direction)
        if is_open(lifted_opens([only_with(policy, direction, grant)], end, direction, peer), *flow)
    }
    return bool(granting) or not isolating, bool(isolating), granting or {f"f:{policy.line}" for policy in isolating}


def only_with(policy: Policy, direction: Direction, grant: Grant) -> Policy:
    return policy._replace(ingress=(grant,)) if direction is Direction.INGRESS else policy._replace(egress=(grant,))


def said(answer: EndAnswer | None) -> tuple[bool, bool, set[str]]:
    assert answer is not None
    return answer.verdict == "allowed", answer.isolated, places_of(answer)


def places_of(answer: EndAnswer | None) -> set[str]:
    return {decider.place for decider in answer.deciders} if answer else set()


@given(LIFTED_POLICIES, OUTSIDE, SOME_PODS, st.data())
@examples(100)
def test_an_explanation_says_what_each_end_says(
    drawn: list[Policy], externals: list[External], pods: list[Pod], data: st.DataObject
) -> None:
    """The verdict of one flow, and the lines of either end that decide it: all of them, and no other."""
    policies = numbered(drawn)
    known: list[tuple[End, str]] = [(pod, f"pod-{number}") for number, pod in enumerate(pods)]
    known += [(place, place.address) for place in places(externals, NETWORKS) if place.address]
    (source, one), (destination, other) = (data.draw(st.sampled_from(known)) for _ in range(2))
    if not isinstance(source, Pod) and not isinstance(destination, Pod):
        return
    protocol, port = flow = data.draw(st.sampled_from(FLOWS))
    looked = view(policies, pods, externals)
    asked = question(
        f"{one} -> [{other}]:{port}/{protocol}" if ":" in other else f"{one} -> {other}:{port}/{protocol}", looked
    )
    (answer,) = explanation(scene(looked, further_selectors(asked, looked)), asked).answers
    assert (answer.verdict == "allowed") is allows(policies, source, destination, flow)
    if isinstance(source, Pod):
        assert said(answer.egress) == sides(policies, source, destination, Direction.EGRESS, flow)
    if isinstance(destination, Pod):
        assert said(answer.ingress) == sides(policies, destination, source, Direction.INGRESS, flow)


@given(LIFTED_POLICIES, SOME_PODS)
@examples(60)
def test_a_question_without_ports_is_answered_for_all_of_them(drawn: list[Policy], pods: list[Pod]) -> None:
    """Each port of each protocol is in one answer, and its verdict is that of the port."""
    policies = numbered(drawn)
    looked = scene(view(policies, pods, []))
    answers = explanation(looked, question("pod-0 -> pod-1", looked.view)).answers
    for flow in FLOWS:
        (answer,) = (
            a for a in answers if any(s.protocol is flow[0] and s.first <= flow[1] <= s.last for s in a.opened)
        )
        assert (answer.verdict == "allowed") is allows(policies, pods[0], pods[1], flow)
        assert answer.egress is not None
        assert (answer.egress.verdict == "allowed") is sides(policies, pods[0], pods[1], Direction.EGRESS, flow)[0]


def test_an_external_that_is_open_in_part_is_listed_with_the_addresses_that_are() -> None:
    """Its name alone would say too much: these are two networks, and one of them is excepted."""
    gate = external("gate", "192.0.2.0/28", "2001:db8::/64")
    everywhere_but = Outside(None, frozenset({Role.OUTSIDE}), ("192.0.2.8/29", "2001:db8::/65"))
    grant = Grant((everywhere_but,), (Ports(Protocol.TCP, 443, 443),), 1)
    policy = Policy("p", Pods(()), frozenset(Direction), (grant,), (), 1)
    found = connections(scene(view([policy], PODS[:1], [gate])))
    assert [line.src for line in found if line.src.startswith("gate")] == [
        "gate (192.0.2.0-192.0.2.7, 2001:db8:0:0:8000::/65)"
    ]
