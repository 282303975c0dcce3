"""The sets by which meanings are compared say of every flow of a small world what reading one by one says."""

from collections.abc import Iterable, Sequence
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import smallworld
from classes import class_of
from esspec.model import External, PolicySet
from esspec.outputs.export import target_files
from esspec.semantics.ends import Ends
from esspec.semantics.intended import intended
from esspec.semantics.lifted import (
    NAMESPACE,
    Grant,
    Key,
    Outside,
    Pods,
    Policy,
    Ports,
    Values,
    all_but,
    label,
    only,
    pods,
)
from esspec.semantics.meaning import Meaning, Segment, meaning_of, selectors_of
from esspec.semantics.podtree import MAX_BLOCKS, PodTree, TooManyBlocks
from esspec.targets.target import Target
from esspec.terms import Direction, Protocol, Role
from models import external
from smallworld import (
    End,
    Open,
    Pod,
    has_all,
    is_among,
    lifted_opens,
    model_opens,
    model_pods,
    near_ports,
    places,
    ports_in,
)
from strategies import (
    EDGES,
    EXTERNALS,
    KEYS,
    LIFTED_OUTSIDE,
    LIFTED_PODS,
    LIFTED_POLICIES,
    NAMESPACES,
    NETWORKS,
    TARGET_NAMES,
    TARGETS,
    VALUES,
    examples,
    policy_sets,
    values,
)

PODS = model_pods(VALUES, NAMESPACES)
PORTS = near_ports(EDGES)
FLOWS = tuple(product(Protocol, PORTS))
SUBJECTS = st.lists(st.sampled_from(PODS), min_size=3, max_size=5, unique=True)
FEW = examples(40)


def world(listed: Sequence[External], networks: Iterable[str] = ()) -> tuple[End, ...]:
    """Return every peer of a small world."""
    return (*PODS, *places(listed, networks))


def opened(meaning: Meaning, subject: int, direction: Direction, peer: int) -> frozenset[tuple[Protocol, int]]:
    """Return which of PORTS a meaning opens, one by one."""
    return frozenset(flow for flow in FLOWS if meaning.allows(subject, direction, flow, peer))


def assert_same(wanted: Open, found: Open, ends: object) -> None:
    """Compare what is open between two ends: isolation, and every port of PORTS."""
    assert (found is None, ports_in(found, PORTS)) == (wanted is None, ports_in(wanted, PORTS)), ends


def assert_equal_verdicts(
    policies: Sequence[Policy], subjects: Iterable[Pod], listed: Sequence[External], networks: Iterable[str] = ()
) -> None:
    """Compare sets and single flows: isolation, and every port of PORTS between all pods and places."""
    ends = Ends(selectors_of(policies), listed)
    meaning = meaning_of(policies, ends)
    peers = [(end, class_of(ends, end)) for end in world(listed, networks)]
    for subject, direction in product(subjects, Direction):
        number = class_of(ends, subject)
        for peer, other in peers:
            wanted = lifted_opens(policies, subject, direction, peer)
            assert ((number, direction) in meaning.sides) is (wanted is not None)
            assert opened(meaning, number, direction, other) == ports_in(wanted, PORTS), (subject, direction, peer)


@pytest.mark.parametrize("module", ["meaning", "ends", "podtree", "intended"])
def test_single_flows_are_read_without_sets(module: str) -> None:
    """The naive evaluators use nothing of what they check."""
    assert f"esspec.{module} " not in Path(smallworld.__file__).read_text(encoding="utf-8")


@given(LIFTED_POLICIES, EXTERNALS, SUBJECTS)
@FEW
def test_sets_agree_with_single_flows(policies: list[Policy], listed: list[External], subjects: list[Pod]) -> None:
    """For whatever a text can be read as: negated selectors, empty ones, exceptions, roles, overlapping ports."""
    assert_equal_verdicts(policies, subjects, listed, NETWORKS)


@pytest.mark.parametrize("target", ["", "cilium"], ids=["the page", "with what the binding accepts of Cilium"])
@given(policies=policy_sets(), subjects=SUBJECTS)
@FEW
def test_the_intended_meaning_is_the_models(target: str, policies: PolicySet, subjects: list[Pod]) -> None:
    """What targets are held to says of every flow what the model says."""
    page = intended(policies, target).policies
    for subject, direction, peer in product(subjects, Direction, world(policies.externals)):
        wanted = model_opens(policies, subject, direction, peer, target)
        found = lifted_opens(page, subject, direction, peer)
        assert (found is None, ports_in(found, PORTS)) == (wanted is None, ports_in(wanted, PORTS)), (
            subject,
            direction,
            peer,
        )
    assert_equal_verdicts(page, subjects, policies.externals)


@pytest.mark.parametrize("target", TARGETS, ids=TARGET_NAMES)
@given(policies=policy_sets(), subjects=SUBJECTS)
@FEW
def test_each_text_says_what_the_model_says(target: Target, policies: PolicySet, subjects: list[Pod]) -> None:
    """Read back and evaluated one flow at a time, without any set."""
    files = target_files(policies, target).files
    index = target.index(tuple(files))
    found = [target.lift(text) for name, text in files.items() if name not in index]
    assert [refusal for text in found for refusal in text.refusals] == []
    said = [policy for text in found for policy in text.policies]
    for subject, direction, peer in product(subjects, Direction, world(policies.externals)):
        wanted = model_opens(policies, subject, direction, peer, target.name)
        opens = lifted_opens(said, subject, direction, peer)
        assert (opens is None, ports_in(opens, PORTS)) == (wanted is None, ports_in(wanted, PORTS)), (
            subject,
            direction,
            peer,
        )


@given(st.lists(LIFTED_PODS, max_size=8))
@examples(100)
def test_blocks_part_all_pods(selectors: list[Pods]) -> None:
    """Each pod is in exactly one block, and each selector is exactly the blocks of its pods."""
    tree = PodTree(selectors)
    where = {p: [n for n, block in enumerate(tree.blocks) if has_all(p, Pods(block.where))] for p in PODS}
    assert {len(numbers) for numbers in where.values()} == {1}
    for selector in selectors:
        numbers = list(tree.numbers(selector))
        assert len(numbers) == len(set(numbers))
        assert {p for p in PODS if has_all(p, selector)} == {p for p in PODS if where[p][0] in numbers}


@given(st.sampled_from(KEYS).flatmap(lambda key: st.lists(values(key).map(lambda found: (key, found)), max_size=3)))
@FEW
def test_requirements_on_one_key_must_all_hold(wanted: list[tuple[Key, Values]]) -> None:
    """A selector that asks a key several times means the pods that satisfy each of them."""
    assert [p for p in PODS if has_all(p, pods(wanted))] == [p for p in PODS if has_all(p, Pods(tuple(wanted)))]


@given(st.permutations([pods([(label("app"), only(v))]) for v in ("a", "b", "c")] + [pods([(NAMESPACE, only("n"))])]))
@examples(10)
def test_the_order_of_selectors_has_no_effect(selectors: list[Pods]) -> None:
    """So that the smallest difference is the same whatever the order of rows and files."""
    assert PodTree(selectors).blocks == PodTree(reversed(selectors)).blocks


def blocks_of(count: int) -> int:
    """Return how many blocks so many workloads make that one label tells apart, in one namespace and release."""
    shared = [(NAMESPACE, only("es")), (label("release"), only("es"))]
    return len(PodTree(pods([*shared, (label("app"), only(f"a{n}"))]) for n in range(count)).blocks)


def test_blocks_grow_with_the_workloads() -> None:
    """A workload more is a block more, beside the strangers of each level."""
    assert [b - a for a, b in pairwise(map(blocks_of, (1, 2, 3, 100, 1000)))] == [1, 1, 97, 900]
    assert blocks_of(1) == 4


@pytest.mark.parametrize("count", [20, 200], ids=["too many", "far too many"])
def test_selectors_that_cross_stop(count: int) -> None:
    """Selectors on a key each cross in 2^n ways: that is an error, and neither a hang nor a sample."""
    with pytest.raises(TooManyBlocks):
        PodTree(pods([(label(f"k{n}"), only("v"))]) for n in range(count))


def test_blocks_up_to_the_limit_are_made() -> None:
    """As many as there can be below the limit."""
    keys = MAX_BLOCKS.bit_length() - 1
    assert len(PodTree(pods([(label(f"k{n}"), only("v"))]) for n in range(keys)).blocks) == 2**keys


@given(st.lists(LIFTED_OUTSIDE, max_size=4), EXTERNALS)
@examples(100)
def test_addresses_are_cut_at_every_boundary(selectors: list[Outside], listed: list[External]) -> None:
    """Intervals follow each other through both families without a gap; a selector is exactly its ends' classes."""
    ends = Ends(selectors, listed)
    spans = [(c.first, c.last) for c in ends.outside if c.first and c.last]
    assert [spans[0][0], spans[-1][1]] == [(4, 0), (6, 2**128 - 1)]
    for (_, last), (first, _) in pairwise(spans):
        assert first == ((6, 0) if last == (4, 2**32 - 1) else (last[0], last[1] + 1))
    for place in places(listed, NETWORKS):
        number = class_of(ends, place)
        for selector in selectors:
            assert bool(ends.mask(selector) >> number & 1) is is_among(place, selector)


def test_roles_are_those_of_the_binding() -> None:
    """Each listed address has its role, its neighbours are outside, and one more node is at no listed address."""
    ends = Ends([], [external("master", "192.0.2.10/32", role="kube-apiserver"), external("lb", "192.0.2.12/31")])
    assert [ends.describe(n) for n in range(ends.count)] == [
        "any pod",
        "an address from 0.0.0.0 to 192.0.2.9 (role outside)",
        "192.0.2.10 (role kube-apiserver)",
        "192.0.2.11 (role outside)",
        "an address from 192.0.2.12 to 192.0.2.13 (role outside)",
        "an address from 192.0.2.14 to 255.255.255.255 (role outside)",
        "an address from :: to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff (role outside)",
        "a node at an address that nobody lists",
    ]


def test_a_role_without_addresses_is_an_end_of_its_own() -> None:
    """Every API server, wherever it is, is still told apart from any other node."""
    ends = Ends([Outside(None, frozenset({Role.KUBE_APISERVER}))], [external("master", role="kube-apiserver")])
    assert [ends.describe(n) for n in range(ends.count)][3:] == [
        "a node at an address that nobody lists",
        "a kube-apiserver at an address that nobody lists",
    ]


WORDS = {
    "a pod with namespace=n, app=a": [(NAMESPACE, only("n")), (label("app"), only("a"))],
    "a pod with namespace not n": [(NAMESPACE, all_but("n"))],
    "a pod with namespace none of 2 named": [(NAMESPACE, all_but("m", "n"))],
    "a pod with no label app": [(label("app"), only(None))],
    "a pod with a label app": [(label("app"), all_but(None))],
    "a pod with some other app": [(label("app"), all_but(None, "a"))],
    "a pod with app absent or not a": [(label("app"), all_but("a"))],
    "a pod with app absent or none of 2 named": [(label("app"), all_but("a", "b"))],
}


@pytest.mark.parametrize("words", WORDS)
def test_classes_of_pods_have_words(words: str) -> None:
    """Every block is described by what tells it apart."""
    ends = Ends([pods(WORDS[words])], [])
    assert words in {ends.describe(number) for number in range(len(ends.pods))}


APP = pods([(label("app"), only("a"))])


def _grant(first: int, last: int) -> Grant:
    return Grant((APP,), (Ports(Protocol.TCP, first, last),), 1)


def test_equal_meanings_are_equal_values() -> None:
    """Ports in several pieces, peers in several rules and a grant within another leave no trace."""
    split, whole = (
        meaning_of([Policy("p", pods([]), frozenset({Direction.INGRESS}), grants, (), 1)], Ends([APP], []))
        for grants in ((_grant(1, 80), _grant(81, 90), _grant(5, 6)), (_grant(1, 90),))
    )
    assert split == whole
    assert split.sides[0, Direction.INGRESS] == (Segment(Protocol.TCP, 1, 90, 1),)


@pytest.mark.parametrize(
    ("roles", "listed", "count"),
    [
        pytest.param({Role.KUBE_APISERVER}, [], 1, id="by itself"),
        pytest.param(set(Role), [], 0, id="among all"),
        pytest.param({Role.KUBE_APISERVER, Role.NODE}, [], 0, id="as one of the nodes"),
        pytest.param({Role.KUBE_APISERVER}, [external("x", "192.0.2.1/32", role="kube-apiserver")], 0, id="listed"),
        pytest.param({Role.KUBE_APISERVER}, [external("x", role="kube-apiserver")], 1, id="without addresses"),
    ],
)
def test_a_role_that_is_named_is_somebody(roles: set[Role], listed: list[External], count: int) -> None:
    """An API server that only a policy speaks of is an end too, or what it may do would go unseen."""
    ends = Ends([Outside(None, frozenset(roles))], listed)
    unlisted = [end for end in ends.outside if end.first is None and end.role is Role.KUBE_APISERVER]
    assert len(unlisted) == count
