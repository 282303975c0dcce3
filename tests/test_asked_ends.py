"""Whom a word means: names of pages and manifests, addresses; and what is said of a word that means nobody."""

from collections.abc import Mapping

import pytest

from esspec.answers.asked_ends import AskedEnd, asked_end
from esspec.problem import InputProblems
from esspec.semantics.lifted import NAMESPACE, Pods, Policy, label, only
from esspec.semantics.meaning import bits
from esspec.semantics.page_words import PageWords
from esspec.semantics.scenes import scene
from esspec.semantics.views import KnownPods, Sourced, View
from esspec.terms import Role
from models import external

APP = label("app")
GATE = external("Payment gate", "192.0.2.0/28")


def pods(name: str, app: str, *aliases: str, namespace: str = "es", apart: str = "") -> KnownPods:
    return KnownPods(name, {NAMESPACE: namespace, APP: app}, "f:1", aliases, apart)


PAGE = View(
    "page.md",
    (),
    (pods("Kafka pod", "kafka", "Broker", "All data"), pods("REST API pod", "rest", "All data"), pods("UI", "ui")),
    (GATE,),
    {},
    PageWords("", {}, {}, {}, {}, {}),
)
MANIFESTS = View(
    "deploy",
    (),
    (
        pods("a/web[Deployment]", "web", namespace="a"),
        pods("b/web[Deployment]", "web2", namespace="b"),
        pods("a/db[StatefulSet]", "db", namespace="a"),
        pods("a/job[Job]", "one", namespace="a", apart="a/job-1[Pod]"),
        pods("a/job[Job]", "two", namespace="a", apart="a/job-2[Pod]"),
    ),
    (),
    {},
)


@pytest.mark.parametrize(
    ("word", "names"),
    [
        pytest.param("Kafka pod", ["Kafka pod"], id="heading"),
        pytest.param("  kafka PODS ", ["Kafka pod"], id="another spelling of it"),
        pytest.param("broker", ["Kafka pod"], id="alias"),
        pytest.param("all data", ["Kafka pod", "REST API pod"], id="alias of several"),
        pytest.param("rest-api", ["REST API pod"], id="slug"),
        pytest.param("es/rest-api", ["REST API pod"], id="namespace and slug"),
        pytest.param("*", ["Kafka pod", "REST API pod", "UI"], id="everybody"),
    ],
)
def test_names_of_a_page(word: str, names: list[str]) -> None:
    found = asked_end(word, PAGE, "here").named(scene(PAGE))
    assert [name for name, _ in found] == names


@pytest.mark.parametrize(
    ("word", "names"),
    [
        pytest.param("a/web[Deployment]", ["a/web[Deployment]"], id="in full"),
        pytest.param("b/web", ["b/web[Deployment]"], id="without kind"),
        pytest.param("db[StatefulSet]", ["a/db[StatefulSet]"], id="without namespace"),
        pytest.param("db", ["a/db[StatefulSet]"], id="name alone"),
        pytest.param("job", ["a/job[Job]"], id="pods of one owner that nothing tells apart"),
    ],
)
def test_names_of_manifests(word: str, names: list[str]) -> None:
    found = asked_end(word, MANIFESTS, "here").named(scene(MANIFESTS))
    assert [name for name, _ in found] == names


@pytest.mark.parametrize(
    ("word", "names"),
    [
        pytest.param("job", ["a/job-2[Pod]", "a/job[Job]"], id="their owner means all of them"),
        pytest.param("a/job-2[Pod]", ["a/job-2[Pod]"], id="one of them"),
        pytest.param("a/job-1[Pod]", ["a/job[Job]"], id="the one that has the owner's name"),
    ],
)
def test_pods_of_one_owner_that_a_selector_tells_apart(word: str, names: list[str]) -> None:
    policy = Policy("p", Pods(((APP, only("two")),)), frozenset(), (), (), 1)
    view = MANIFESTS._replace(policies=(Sourced(policy, "f"),))
    assert [name for name, _ in asked_end(word, view, "here").named(scene(view))] == names


@pytest.mark.parametrize(
    ("word", "networks"),
    [
        ("192.0.2.1", ("192.0.2.1/32",)),
        ("10.0.0.0/8", ("10.0.0.0/8",)),
        ("2001:db8::1", ("2001:db8::1/128",)),
        ("::/0", ("::/0",)),
        ("0::/0", ("::/0",)),
        ("0.0.0.0-255.255.255.255", ("0.0.0.0/0",)),
        ("10.0.0.1-10.0.0.2", ("10.0.0.1/32", "10.0.0.2/32")),
    ],
)
def test_addresses(word: str, networks: tuple[str, ...]) -> None:
    """Those that answers show can be asked for again."""
    assert asked_end(word, PAGE, "here") == AskedEnd(word, networks=networks)


def test_an_external_and_roles() -> None:
    assert asked_end("payment gate", PAGE, "here") == AskedEnd("Payment gate", external="Payment gate")
    assert asked_end("Nodes", PAGE, "here") == AskedEnd("nodes", role=Role.NODE)
    found = asked_end("kube-apiserver", MANIFESTS, "here")
    looked_at = scene(MANIFESTS, found.further())
    assert [looked_at.names.outside[n] for n in bits(found.outside(looked_at))] == ["kube-apiserver"]


@pytest.mark.parametrize(
    ("view", "word", "values"),
    [
        pytest.param(PAGE, "[app=x,tier=a]", {NAMESPACE: "es", APP: "x", label("tier"): "a"}, id="the only namespace"),
        pytest.param(MANIFESTS, "c/[app=x]", {NAMESPACE: "c", APP: "x"}, id="a namespace that nobody named"),
    ],
)
def test_labels(view: View, word: str, values: Mapping[object, str]) -> None:
    assert asked_end(word, view, "here").labels == values


@pytest.mark.parametrize(
    ("view", "word", "told"),
    [
        pytest.param(
            PAGE, "Kafak", "'Kafak' is no workload, no external and no address — did you mean: Kafka pod?", id="near"
        ),
        pytest.param(
            PAGE,
            "xyz",
            "'xyz' is no workload, no external and no address — known are: Kafka pod, REST API pod, UI, Payment gate",
            id="not near",
        ),
        pytest.param(
            MANIFESTS,
            "web",
            "'web' means several: a/web[Deployment], b/web[Deployment] — write one of these names in full",
            id="several",
        ),
        pytest.param(
            MANIFESTS,
            "DB",
            "'DB' is no workload, no external and no address — did you mean: a/db[StatefulSet]?",
            id="manifests tell case apart",
        ),
        pytest.param(
            MANIFESTS,
            "[app=x]",
            "'[app=x]' says no namespace — write NAMESPACE/[app=x]",
            id="labels in which of several namespaces",
        ),
        pytest.param(PAGE, "", "an end has no name — known are: Kafka pod, REST API pod, UI, Payment gate", id="empty"),
        pytest.param(
            PAGE, "10.1.2.3/8", "'10.1.2.3/8' has host bits — write 10.0.0.0/8, or the address alone", id="host"
        ),
        pytest.param(
            PAGE, "::ffff:1.2.3.4", "'::ffff:1.2.3.4' is IPv4 to some readers — write the IPv4 address", id="mapped"
        ),
        pytest.param(
            View("empty", (), (), (), {}),
            "web",
            "'web' is no workload, no external and no address — "
            "nobody names pods; write NAMESPACE/[label=value], or an address",
            id="nobody is named",
        ),
    ],
)
def test_a_word_that_means_nobody(view: View, word: str, told: str) -> None:
    with pytest.raises(InputProblems) as stopped:
        asked_end(word, view, "here")
    assert [str(problem) for problem in stopped.value.problems] == [f"here: error: {told} [unknown-end]"]
