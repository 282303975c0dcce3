"""What Cilium cannot say stops the export, with place, words and remedy; nothing is dropped or widened."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cilium_texts import refusal, text_of, texts
from esspec.model import Allowance, PolicySet, Rule, Selector
from esspec.targets.target import Inexpressible
from esspec_cilium import TARGET
from esspec_cilium.labels import counts
from esspec_cilium.limits import selects
from models import ANY, ANYONE, INSTANCE, NONE, UNSPECIFIED, external, kube_dns, policy_set, ports, rule, workload

MASTERS = [external(name, role="kube-apiserver") for name in ("master", "master 2")]


def problems(policies: PolicySet) -> list[str]:
    """Return the findings that stop the export."""
    with pytest.raises(Inexpressible) as stopped:
        TARGET.lower(policies)
    assert str(stopped.value) == "\n".join(map(str, stopped.value.problems))
    return [str(problem) for problem in stopped.value.problems]


def problem(policies: PolicySet) -> str:
    """Return the one finding that stops the export."""
    (found,) = problems(policies)
    return found


def by(*keys: str, namespace: str = "event-streams") -> Selector:
    """Return pods by these label keys."""
    return Selector(namespace=namespace, labels=tuple((key, "x") for key in sorted(keys)))


def test_an_external_without_addresses() -> None:
    """Outside the cluster Cilium sees addresses; an API server is an entity and needs none."""
    gate = external("gate")
    policies = policy_set(workload("a", [rule("@gate", "@master", line=18)]), externals=[gate, MASTERS[0]])
    assert problem(policies) == (
        "page.md:18:1: error: external 'gate' has no addresses (target cilium) — "
        'write addresses = ["…"] under [externals."gate"] in esspec.toml [external-without-address]'
    )
    assert texts(policy_set(workload("a", [rule("@master")]), externals=[gate, MASTERS[0]]))


@pytest.mark.parametrize("accepts", [(), (("calico", "all-nodes"),), (("cilium", "something"),)])
def test_one_node(accepts: tuple[tuple[str, str], ...]) -> None:
    """Cilium knows every node or none."""
    node = external("node 7", "192.0.2.7/32", role="node", accepts=accepts)
    assert problem(policy_set(workload("a", NONE, [rule("@node 7")]), externals=[node])) == (
        "page.md:10:1: error: external 'node 7' is one node, and Cilium cannot name one node (target cilium) — "
        'write cilium = "all-nodes" under [externals."node 7"] in esspec.toml, which admits every node, or give it '
        "another role [inexpressible]"
    )
    assert texts(policy_set(workload("a", NONE), externals=[node]))


def test_everything_at_once() -> None:
    """All that stops the export is said in one go, in the order of the page, each once."""
    outside = [external("gate"), external("node", role="node"), *MASTERS]
    rows = [rule("@node", line=20), rule("@gate", line=12), rule("@master", "@gate", line=11), rule("b", line=30)]
    bad = workload("b", [rule("b", line=40)], where=by("pod-template-hash"))
    found = problems(policy_set(workload("a", rows), bad, externals=outside))
    assert [one.split(": ")[0] for one in found] == [
        *("page.md:3:1", "page.md:3:1", "page.md:11:1", "page.md:12:1", "page.md:20:1"),
    ]
    assert [one.rpartition(" [")[2] for one in found] == [
        *("cilium-ignored-label]", "inexpressible]", "external-without-address]", "external-without-address]"),
        "inexpressible]",
    ]


@pytest.mark.parametrize(
    "said",
    [
        [rule("@master")],
        [rule("@master 2", on=ports(80))],
        [rule("@master", on=ports((1, 80))), rule("@master 2", on=ports((1, 79)))],
        [rule("@master", on=ports(80, 82)), rule("@master 2", on=ports((80, 82)))],
        [rule("@master", on=ports(80)), rule("@master 2", on=ports(80), protocol="UDP")],
        [rule("@master", "@master 2", on=ports(80)), rule("@master", on=ports(81))],
        [rule("@master"), rule(ANYONE, on=ports((1, 65534)))],
        [rule("@master"), rule(ANYONE, protocol="UDP")],
    ],
)
def test_two_api_servers_that_differ(said: list[Rule]) -> None:
    """The entity means both, so that the one would get what the page gives to the other."""
    for direction, both in (("ingress", (said, NONE)), ("egress", (ANY, said))):
        assert problem(policy_set(workload("a", *both), externals=MASTERS)) == (
            "page.md:3:1: error: 'master' and 'master 2' are both API servers, which Cilium cannot tell apart, and "
            f"the {direction} of workload 'a' treats them differently (target cilium) — "
            "name both in the same rows, or give one another role in esspec.toml [inexpressible]"
        )


@pytest.mark.parametrize(
    "said",
    [
        UNSPECIFIED,
        NONE,
        ANY,
        [rule("a")],
        [rule("@master", "@master 2", on=ports(80))],
        [rule("@master", on=ports(80)), rule("@master 2", on=ports(80))],
        [rule("@master", on=ports((1, 80))), rule("@master 2", on=ports((41, 80), (1, 40)))],
        [rule("@master", on=ports((1, 80))), rule("@master 2", on=ports((1, 50), (20, 30), (40, 80)))],
        [rule("@master", on=ports((1, 65535))), rule("@master 2")],
        [rule("@master", on=ports(80)), rule(ANYONE)],
    ],
)
def test_two_api_servers_that_are_treated_alike(said: Allowance | list[Rule]) -> None:
    """However the ports are written, and whoever else may do the same."""
    assert texts(policy_set(workload("a", NONE, said), externals=MASTERS))
    assert texts(policy_set(workload("a", NONE, [rule("@master")]), externals=MASTERS[:1]))


KEY = "controller-uid"
SAID = f"label '{KEY}' of {{}} is left out of identities by Cilium, so that it selects nothing (target cilium) — "
SAID += "select these pods by another label in esspec.toml [cilium-ignored-label]"


def test_a_label_that_cilium_ignores_on_the_subject() -> None:
    """Its pods would never be isolated."""
    bad = workload("a", NONE, where=by("app", KEY))
    assert problem(policy_set(bad)) == "page.md:3:1: error: " + SAID.format("workload 'a'")


def test_a_label_that_cilium_ignores_on_a_peer() -> None:
    """The rule would admit nobody; said once, at the workload whose label it is."""
    bad = workload("b", where=by(KEY))
    policies = policy_set(workload("a", [rule("b"), rule("b", on=ports(1))]), bad)
    assert problem(policies) == "page.md:3:1: error: " + SAID.format("workload 'b'")
    assert texts(policy_set(workload("a", NONE), bad))


def test_a_label_that_cilium_ignores_on_a_peer_alone() -> None:
    """What others mean by a workload need not be what its own policy selects."""
    policies = policy_set(workload("a", [rule("b")]), workload("b", NONE, seen=by(KEY)))
    assert problem(policies) == "page.md:3:1: error: " + SAID.format("workload 'b'")


def test_a_label_that_cilium_ignores_on_the_instance() -> None:
    """Only where a row means the instance."""
    instance = {"instance": by("app", KEY)}
    named = policy_set(workload("a", [rule(INSTANCE)])).model_copy(update=instance)
    assert problem(named) == f"page.md: error: {SAID.format('the instance')}"
    assert texts(policy_set(workload("a", NONE)).model_copy(update=instance))


def test_a_label_that_cilium_ignores_on_dns() -> None:
    """Only where an egress is isolated."""
    dns = kube_dns().model_copy(update={"peers": (by("app"), by(KEY))})
    policies = policy_set(workload("a", UNSPECIFIED, ANY), dns=dns)
    assert problem(policies) == f"page.md: error: {SAID.format('[dns]')}"
    assert texts(policy_set(workload("a", NONE), dns=dns))


@pytest.mark.parametrize(
    ("key", "is_seen"),
    [
        *((key, True) for key in ("app", "k8s-app", "app.kubernetes.io/name", "example.com/kubernetes.io", "job-name")),
        *((key, True) for key in ("networking.k8s.io/x", "statefulset.kubernetes.io/other", "etcd-node")),
        *((key, False) for key in ("io.kubernetes.pod.namespace", "io.kubernetes.x", "kubernetes.io/arch", "k8s.io/x")),
        *((key, False) for key in ("beta.kubernetes.io/os", "a.beta.kubernetes.io/os", "topology.kubernetes.io/zone")),
        *((key, False) for key in ("statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index")),
        *((key, False) for key in ("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index")),
        *((key, False) for key in ("pod-template-hash", "pod-template-generation", "controller-revision-hash")),
        *((key, False) for key in ("controller-uid", "annotation.x", "annotation", "etcd_node", "etcd_nodes")),
        *((key, False) for key in ("io.cilium.k8s.policy.cluster", "app.kubernetes.io/beta.kubernetes.io")),
    ],
)
def test_the_labels_that_cilium_sees(key: str, is_seen: bool) -> None:  # noqa: FBT001 - a column of the table
    """Patterns are anchored at the beginning only."""
    policies = policy_set(workload("a", NONE, where=by(key)))
    if is_seen:
        assert f'"k8s:{key}": x' in text_of(policies)
    else:
        assert problem(policies).endswith("[cilium-ignored-label]")


def test_the_shortest_exclusion_decides() -> None:
    """An inclusion must be longer than one exclusion, not than all of them."""
    assert counts("io.kubernetes.pod.namespace.beta.kubernetes.io/x")
    assert not counts("io.kubernetes.pod")


PIECES = st.sampled_from(
    [
        *("io.kubernetes", "kubernetes.io", "k8s.io", "beta.", "app.", "pod.namespace", "/", ".", "x", "annotation"),
        *(
            "pod-template-hash",
            "controller-uid",
            "io.cilium.k8s.",
            "policy.cluster",
            "topology.",
            "batch.",
            "etcd_node",
        ),
    ]
)


@given(st.lists(PIECES, max_size=4).map("".join))
@example("io.kubernetes.pod.namespaced")
@example("io.cilium.k8s.policy.cluster")
def test_writer_and_reader_agree_on_the_labels(key: str) -> None:
    """What the writer takes counts for the reader; the writer alone refuses Cilium's own name spaces."""
    if selects(key):
        assert counts(key)
    elif not key.startswith(("io.kubernetes.pod.namespace", "io.cilium.k8s")):
        assert not counts(key)


@pytest.mark.parametrize(("most", "key"), [("a" * 59, "{}"), ("a" * 63, "example.com/{}"), ("a." * 124 + "b", "{}/x")])
def test_a_label_that_is_too_long(most: str, key: str) -> None:
    """Up to v1.19 the agent drops an object whose key has more with `k8s.` in front; its pods would be open."""
    assert texts(policy_set(workload("a", NONE, where=by(key.format(most)))))
    if len(most) == 63:
        return  # one more is no label key in any target
    longer = key.format(most + "c")
    assert problem(policy_set(workload("a", NONE, where=by(longer)))) == (
        f"page.md:3:1: error: label '{longer}' of workload 'a' is too long for Cilium, which puts four characters in "
        "front of it (target cilium) — select these pods by another label in esspec.toml [cilium-long-label]"
    )
    text = text_of(policy_set(workload("a", NONE, where=by("app")))).replace("k8s:app", f"k8s:{longer}")
    assert refusal(text).endswith("is no label key")


def test_reasons_that_are_too_long() -> None:
    """Kubernetes takes 256 KiB of annotations; nothing is cut."""
    found = problem(policy_set(workload("a", [rule(ANYONE, reason="x" * 262_144)])))
    assert found.startswith("page.md:3:1: error: ")
    assert found.endswith("[annotation-too-large]")
