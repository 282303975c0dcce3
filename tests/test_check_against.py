"""`esspec check --against` on the manifests of a whole cluster: what a page must answer for, and what it need not."""

import shutil
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given

from checking import check, codes, put, put_page
from classes import class_of
from command_lines import esspec
from compared_sides import deployment
from diffing import PORTS, WORLD, manifests_side, open_on, page_side, pods_of
from drawn_cluster import Drawn, manifests
from esspec.answers.page_ends import parted
from esspec.answers.sides import SideOptions, load_views
from esspec.outputs.export import target_files
from esspec.semantics.difference import difference, touched
from esspec.semantics.flows import Flows
from esspec.semantics.views import View
from esspec.terms import Direction
from smallworld import Pod, is_of, lifted_opens, ports_in
from strategies import TARGETS, Written, compiled, examples, pages

LAW = examples(25)
OTHER_TEAM = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: other-team}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""
KEPT = """\
## Kafka pod

- Incoming connections permitted:

| Type | Origin | Reason |
|---|---|---|
| TCP | UI pods to port 80 | a |

- Outgoing connections permitted: None

## UI pod

- Incoming connections permitted: None
- Outgoing connections permitted:

| Type | Destination | Reason |
|---|---|---|
| TCP | Kafka pods on port 80 | a |
"""
"""A page that permits nothing but one connection between its own workloads."""

NOTE = (
    "page.md: note: 2 differences are between ends that are no workloads of the page:"
    " deploy denies what the page leaves open — nothing; to see all, run esspec diff page.md deploy [not-on-page]\n"
)


@pytest.fixture
def _cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page compiles to is deployed beside the policy of another team."""
    monkeypatch.chdir(tmp_path)
    put_page(content=KEPT)
    shutil.copytree("out/kubernetes", "deploy")
    put("deploy/other-team.yaml", OTHER_TEAM)


@pytest.mark.usefixtures("_cluster")
def test_other_teams_do_not_fail_the_gate() -> None:
    """A note counts what they deny, and its command line shows it."""
    assert check("--against", "deploy")[:2] == (0, NOTE)
    shown = esspec("diff", "page.md", "deploy")
    assert (shown.code, shown.out.count("denied by deploy/other-team.yaml:1")) == (1, 2)


@pytest.mark.usefixtures("_cluster")
def test_options_that_the_comparison_needs_are_named() -> None:
    put("out.yml", "who: UI pods\n")
    ran = check("--against", "deploy", "--data", "out.yml", "-n", "elsewhere")
    assert "to see all, run esspec diff page.md deploy --data out.yml --namespace elsewhere [" in ran.out


@pytest.mark.usefixtures("_cluster")
def test_manifests_on_standard_input() -> None:
    """The command line that shows all would wait for them."""
    manifests = "---\n".join(path.read_text(encoding="utf-8") for path in sorted(Path("deploy").glob("*.yaml")))
    ran = check("--against", "-", stdin=manifests.encode())
    words = "the manifests deny what the page leaves open — nothing; to see all, pipe them into esspec diff page.md -"
    assert (ran.code, ran.out.endswith(f" of the page: {words} [not-on-page]\n")) == (0, True)
    ran = check("--against", "-", stdin=Path("out/kubernetes/ui.yaml").read_bytes())
    assert ", or take it out of the manifests [not-documented]\n" in ran.out


@pytest.mark.usefixtures("_cluster")
def test_flows_that_the_other_end_denies_are_told() -> None:
    """Each by itself: the page may promise too much. Its own policies are as it says, so that the gate holds."""
    put("page.md", KEPT.replace("Outgoing connections permitted: None", "Outgoing connections permitted: Any"))
    check("--fix")
    shutil.copytree("out/kubernetes", "deploy", dirs_exist_ok=True)
    ran = check("--against", "deploy")
    assert (ran.code, codes(ran)) == (0, ["page.md not-on-page", "page.md:9 denied-elsewhere"])
    assert ran.out.endswith(
        "page.md:9:1: warning: Kafka pod -> a pod with namespace=other-team: All Connections is let through at the"
        " page's workload, and denied at the other end, of which the page says nothing"
        " (denied by deploy/other-team.yaml:1) — nothing, if the other end is meant to be closed; else open it,"
        " or narrow the page [denied-elsewhere]\n"
    )
    assert check("--against", "deploy", "--fail-on", "warning").code == 1


@pytest.mark.usefixtures("_cluster")
def test_flows_that_a_workload_denies_count() -> None:
    """Also where a pod of another team is the other end, and denies them, too."""
    put("page.md", KEPT.replace("Outgoing connections permitted: None", "Outgoing connections permitted: Any"))
    check("--fix")
    ran = check("--against", "deploy")
    assert (ran.code, {each.partition(" ")[2] for each in codes(ran)}) == (1, {"not-on-page", "not-enforced"})
    assert "Kafka pod -> any address outside: All Connections is documented, and not enforced" in ran.out


@pytest.mark.usefixtures("_cluster")
def test_a_workload_that_the_cluster_labels_otherwise() -> None:
    """It is the page's by its name; pods with the labels of either side are the page's business."""
    put("deploy/pods.yaml", deployment("kafka").replace("component: kafka", "component: c7"))
    policy = Path("deploy/kafka.yaml")
    put("deploy/kafka.yaml", policy.read_text(encoding="utf-8").replace("component: c0", "component: c7"))
    one, other = load_views("page.md", "deploy", SideOptions())
    found = difference(one.view, other.view)
    (moved,) = found.ground.moved
    of_others = touched(parted(found).of_others.removed)
    assert not of_others & (1 << moved | found.ground.left[moved])
    assert touched(found.removed) & found.ground.left[moved]


@pytest.mark.usefixtures("_cluster")
def test_the_count_is_never_known() -> None:
    """A baseline that knew it would fail whenever another team changes its policies."""
    known = ("--against", "deploy", "--baseline", "known.json")
    assert check(*known, "--update-baseline").code == 0
    put("deploy/third.yaml", OTHER_TEAM.replace("other-team", "third-team"))
    ran = check(*known)
    assert (ran.code, codes(ran)) == (0, ["page.md not-on-page"])


# Laws


def compiled_side(page: Written) -> View:
    """Return what a page compiles to for Kubernetes, as manifests."""
    (target,) = (target for target in TARGETS if target.name == "kubernetes")
    return manifests_side(dict(target_files(compiled(page), target).files))


def assert_parted(page: Written, other: View) -> None:
    """Hold every flow that differs to where it has to be told."""
    found = difference(page_side(page), other)
    of_page, at_other_end, of_others = parted(found)
    assert of_page.added == found.added
    assert at_other_end.added == of_others.added == Flows({})
    assert of_page.removed | at_other_end.removed | of_others.removed == found.removed
    classes = {end: class_of(found.ground.ends, end) for end in (*pods_of(page), *WORLD)}
    policies = [sourced.policy for sourced in other.policies]
    for source, destination in product(classes, repeat=2):
        rows = (part.removed.rows.get(classes[source], ()) for part in (found, at_other_end, of_others))
        whole, elsewhere, among_others = (open_on(row, classes[destination]) for row in rows)
        own = [
            ports_in(lifted_opens(policies, end, direction, peer), PORTS)
            for end, direction, peer in (
                (source, Direction.EGRESS, destination),
                (destination, Direction.INGRESS, source),
            )
            if isinstance(end, Pod) and any(is_of(end, section.name) for section in page.sections)
        ]
        assert among_others == (frozenset() if own else whole), (source, destination)
        assert elsewhere == (whole.intersection(*own) if own else frozenset()), (source, destination)


@given(pages(), pages())
@LAW
def test_no_difference_at_a_workload_is_dropped(page: Written, deployed: Written) -> None:
    """Whatever another version of the page compiles to is deployed."""
    assert_parted(page, compiled_side(deployed))


@given(pages(), manifests())
@LAW
def test_no_difference_at_a_workload_is_dropped_in_a_cluster(page: Written, drawn: Drawn) -> None:
    """Nor in a cluster that has nothing to do with the page, and nothing that only the cluster allows."""
    assert_parted(page, manifests_side({"cluster.yaml": drawn.text}))
