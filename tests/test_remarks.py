"""What list, explain and diff say beside their answers: why there is none, and who is in it or not."""

from pathlib import Path

import pytest

from command_lines import Ran, esspec
from linting import entries, section
from manifest_texts import pod, policy

DENY = policy("podSelector: {}, policyTypes: [Ingress, Egress]")
WEB = "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], "
WIDE = policy(f"{WEB}egress: [{{to: [{{ipBlock: {{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}}}]}}]")
NARROW = WIDE.replace("0.0.0.0/0", "10.0.0.0/7")
NODES = (
    "m.yaml:5:1: note: 0.0.0.0/0 is read without nodes and pods, as by Cilium; Calico counts them in, Kubernetes "
    "leaves it open — leave the peers of the rule away if it means them too [nodes-left-out]\n"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*texts: str, name: str = "m.yaml") -> None:
    Path(name).write_text("".join(texts), encoding="utf-8")


# Why nothing is listed


@pytest.mark.parametrize(
    ("texts", "options", "why"),
    [
        pytest.param(
            [DENY],
            [],
            "no pods are given, and no rule of these policies permits a connection at both of its ends — "
            "give the pods too, or what makes them: who is isolated by no policy is only listed by name",
            id="no pods",
        ),
        pytest.param(
            [DENY, pod("web")],
            [],
            "these policies permit no connection — ask esspec explain what denies one",
            id="none",
        ),
        pytest.param(
            [WIDE, pod("web"), pod("db")],
            ["--from", "web", "--to", "db"],
            "no connection is among those that are asked for — leave out --from, --to, --focus or --port",
            id="not asked for",
        ),
        pytest.param(
            ["{}\n"], [], "neither pods nor policies are given — name the files that have them", id="nothing at all"
        ),
    ],
)
def test_an_empty_list_says_why(texts: list[str], options: list[str], why: str) -> None:
    """On standard error, whatever the format; this is no failure."""
    write(*texts)
    for form in ("txt", "json"):
        ran = esspec("list", "m.yaml", *options, "--format", form)
        assert ran.code == 0
        assert f"m.yaml: note: {why} [nothing-listed]\n" in ran.err


def test_a_page_that_permits_nothing() -> None:
    """It says so too."""
    write(section("Kafka pod", "None", "None"), name="page.md")
    write(entries("Kafka pod"), name="esspec.toml")
    told = "page.md: note: these policies permit no connection — ask esspec explain what denies one [nothing-listed]\n"
    assert esspec("list", "page.md") == Ran(0, "", told)


def test_a_list_of_exposure_alone_is_not_empty() -> None:
    """Nothing needs to be said beside it."""
    write(DENY)
    ran = esspec("list", "m.yaml", "--exposure")
    assert ran.err == ""
    assert "entire-cluster" in ran.out


# All addresses


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        pytest.param(("list", "m.yaml"), True, id="a list"),
        pytest.param(("list", "m.yaml", "--from", "web"), True, id="a list of its pods"),
        pytest.param(("list", "m.yaml", "--from", "db"), False, id="a list of others"),
        pytest.param(("explain", "m.yaml", "web -> nodes:1"), True, id="nodes"),
        pytest.param(("explain", "m.yaml", "web -> 192.0.2.1:1"), True, id="an address"),
        pytest.param(("explain", "m.yaml", "db -> nodes:1"), False, id="nodes, of pods without the rule"),
        pytest.param(("explain", "m.yaml", "nodes -> web:1"), False, id="the other direction"),
        pytest.param(("explain", "m.yaml", "shop/[app=web] -> nodes:1"), True, id="pods by their labels"),
    ],
)
def test_nodes_are_not_among_all_addresses(words: tuple[str, ...], *, is_told: bool) -> None:
    """Said once, where the answer depends on it; a narrower network may have any role there is."""
    write(WIDE, policy(f"{WEB}egress: [{{to: [{{ipBlock: {{cidr: '::/0'}}}}]}}]", name="q"), pod("web"), pod("db"))
    assert esspec(*words).err == (NODES if is_told else "")
    write(NARROW, pod("web"), pod("db"))
    assert esspec(*words).err == ""


def test_the_place_of_the_rule() -> None:
    """With the column at which it begins, whichever command says so."""
    write(WIDE.replace("egress: [{to", "egress: [\n   {to"))
    write(NARROW, name="other.yaml")
    for words in (("list", "m.yaml"), ("explain", "m.yaml", "* -> nodes"), ("diff", "other.yaml", "m.yaml")):
        assert "m.yaml:6:4: note: 0.0.0.0/0 is read" in esspec(*words).err


def test_cilium_means_what_is_read() -> None:
    """A CIDR has no nodes in it there: nothing depends on anything."""
    write(
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
        'spec: {endpointSelector: {matchLabels: {"k8s:app": web}}, egress: [{toCIDR: ["0.0.0.0/0"]}]}\n',
        pod("web"),
    )
    assert esspec("list", "m.yaml").err == ""


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        pytest.param(WIDE, False, id="the same rule"),
        pytest.param(policy(f"{WEB}egress: [{{}}]"), True, id="everybody"),
        pytest.param(NARROW, True, id="a narrower network"),
        pytest.param(WIDE.replace("to: [", "to: [{ipBlock: {cidr: 10.0.0.0/8}}, "), True, id="more peers"),
    ],
)
def test_differences_that_depend_on_it(other: str, *, is_told: bool) -> None:
    """Whichever side has the rule."""
    write(WIDE)
    write(other, name="other.yaml")
    for sides in (("m.yaml", "other.yaml"), ("other.yaml", "m.yaml")):
        assert ("[nodes-left-out]" in esspec("diff", *sides).err) is is_told


# Pods on the network of their node

AGENT = pod("agent", more="hostNetwork: true, ")
ON_NODE = (
    "error: shop/agent[Pod] uses the network of its node, and no policy applies to such pods — "
    "ask about nodes, which policies of others take them for [unknown-end]\n"
)


@pytest.mark.parametrize("name", ["agent", "agent[Pod]", "shop/agent", "shop/agent[Pod]"])
def test_pods_on_the_network_of_their_node(name: str) -> None:
    """They are known by every name that pods have, and are no workload that a policy could be about."""
    write(DENY, pod("web"), AGENT)
    for question in (f"{name} -> web:1", f"web -> {name}:1"):
        assert esspec("explain", "m.yaml", question) == Ran(2, "", f"explain: {ON_NODE}")
    assert esspec("list", "m.yaml", "--focus", name) == Ran(2, "", f"--focus: {ON_NODE}")


def test_pods_of_that_name_elsewhere_are_meant_first() -> None:
    """Only who is not found otherwise may be meant."""
    write(pod("web"), AGENT, pod("agent", namespace="other"))
    assert esspec("explain", "m.yaml", "agent -> web:1").out.startswith("allowed: other/agent[Pod] => shop/web[Pod]")
