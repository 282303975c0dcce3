"""Which workload is which: names first where labels may have changed, labels first where they are what counts."""

import pytest

from diffing import page_side
from esspec.semantics.connected import connections
from esspec.semantics.lifted import NAMESPACE, label
from esspec.semantics.page_words import PageWords
from esspec.semantics.views import KnownPods, View
from strategies import PAGE

WORDS = page_side(PAGE).page


def pods(name: str, *aliases: str, ns: str = "ns", **labels: str) -> KnownPods:
    """Return pods with a name and labels."""
    return KnownPods(name, {NAMESPACE: ns, **{label(key): value for key, value in labels.items()}}, "m:1", aliases)


def view(*known: KnownPods, page: PageWords | None = None) -> View:
    """Return a side with these pods and no policies."""
    return View("side", (), known, (), {}, page)


def connected(one: View, other: View) -> list[tuple[str, str, str]]:
    """Return the names on both sides, and by what they are connected."""
    return [(a.name if a else "", b.name if b else "", by) for a, b, by in connections(one, other)]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        pytest.param(
            [pods("Kafka pod", app="a"), pods("UI pod", app="b")],
            [pods("UI pod", app="a"), pods("Kafka pod", app="b")],
            [("Kafka pod", "Kafka pod", "name"), ("UI pod", "UI pod", "name")],
            id="a name before labels",
        ),
        pytest.param(
            [pods("Broker", app="a"), pods("UI pod", app="b")],
            [pods("Kafka pod", "brokers", app="c"), pods("Front", app="d")],
            [("Broker", "Kafka pod", "alias"), ("UI pod", "", ""), ("", "Front", "")],
            id="an alias",
        ),
        pytest.param(
            [pods("Kafka pods", app="a")],
            [pods("kafka", app="b")],
            [("Kafka pods", "kafka", "alias")],
            id="a name in another spelling",
        ),
        pytest.param(
            [pods("Store", app="a")],
            [pods("Kafka pod", "Store", app="b"), pods("Disk", "Store", app="c")],
            [("Store", "", ""), ("", "Kafka pod", ""), ("", "Disk", "")],
            id="an alias of two",
        ),
        pytest.param(
            [pods("One", app="a"), pods("Two", app="b")],
            [pods("Three", app="b"), pods("Four", app="b")],
            [("One", "", ""), ("Two", "", ""), ("", "Three", ""), ("", "Four", "")],
            id="labels of two",
        ),
        pytest.param([pods("One", app="a")], [pods("Two", app="a")], [("One", "Two", "labels")], id="labels"),
        pytest.param(
            [pods("One", app="a")], [pods("Two", app="a", ns="x")], [("One", "", ""), ("", "Two", "")], id="a namespace"
        ),
    ],
)
def test_two_pages(one: list[KnownPods], other: list[KnownPods], wanted: list[tuple[str, str, str]]) -> None:
    """What could be one of several is nobody, and listed."""
    sides = view(*one, page=WORDS), view(*other, page=WORDS)
    assert connected(*sides) == wanted
    back = [(b, a, by) for a, b, by in connected(sides[1], sides[0])]
    assert sorted(back) == sorted(wanted)


def test_two_sets_of_manifests() -> None:
    """The kind of an object may change, and its name where the labels are the same; no spelling is folded."""
    one = view(pods("ns/a[Deployment]", app="a"), pods("ns/b[Pod]", app="b"), pods("ns/C[Pod]", app="c"))
    other = view(pods("ns/a[StatefulSet]", app="x"), pods("ns/d[Pod]", app="b"), pods("ns/c[Pod]", app="y"))
    assert connected(one, other) == [
        ("ns/a[Deployment]", "ns/a[StatefulSet]", "name"),
        ("ns/b[Pod]", "ns/d[Pod]", "labels"),
        ("ns/C[Pod]", "", ""),
        ("", "ns/c[Pod]", ""),
    ]


def test_a_page_and_manifests() -> None:
    """Pods are a workload's if they have all its labels, further ones or not, and as many as there are."""
    page = view(pods("Kafka pod", app="a", release="es"), pods("UI pod", app="b", release="es"), page=WORDS)
    manifests = view(
        pods("ns/x[Deployment]", app="a", release="es", tier="1"),
        pods("ns/y[Deployment]", app="a", release="es"),
        pods("ns/kafka[Deployment]", app="a", release="other"),
        pods("ns/z[Deployment]", app="b", release="es", ns="elsewhere"),
    )
    wanted = [
        ("Kafka pod", "ns/x[Deployment]", "labels"),
        ("Kafka pod", "ns/y[Deployment]", "labels"),
        ("UI pod", "", ""),
        ("", "ns/kafka[Deployment]", ""),
        ("", "ns/z[Deployment]", ""),
    ]
    assert connected(page, manifests) == wanted
    assert sorted(connected(manifests, page)) == sorted((b, a, by) for a, b, by in wanted)


def test_a_page_and_manifests_by_name() -> None:
    """Only where no pod has a workload's labels, and in its namespace."""
    page = view(pods("Kafka pod", "Broker", app="a"), pods("UI pod", app="b"), page=WORDS)
    manifests = view(pods("ns/broker[Deployment]", app="x"), pods("elsewhere/ui[Deployment]", app="y", ns="elsewhere"))
    assert connected(page, manifests) == [
        ("Kafka pod", "ns/broker[Deployment]", "name"),
        ("UI pod", "", ""),
        ("", "elsewhere/ui[Deployment]", ""),
    ]
