"""What Calico cannot say stops the export, with place, words and remedy."""

import pytest

from calico_texts import policy, text_of
from esspec.model import PolicySet, Selector
from esspec.targets.target import Inexpressible
from esspec_calico import TARGET
from models import ANYONE, NONE, external, kube_dns, policy_set, rule, selector, workload

KAFKA = selector(component="kafka", release="es")


def problem(policies: PolicySet) -> str:
    """Return the one finding that stops the export."""
    with pytest.raises(Inexpressible) as stopped:
        TARGET.lower(policies)
    (found,) = stopped.value.problems
    return str(found)


def test_external_without_address() -> None:
    """Calico sees addresses only."""
    policies = policy_set(workload("zk", [rule("@lab", line=18)]), externals=[external("lab")])
    assert problem(policies) == (
        "page.md:18:1: error: external 'lab' has no addresses (target calico) "
        '— write addresses = ["…"] under [externals."lab"] in esspec.toml [external-without-address]'
    )


def test_name_too_long() -> None:
    """63 characters are portable, 64 are not, and nothing is cut."""
    name = "k" * (63 - len("esspec-event-streams-"))
    assert policy(text_of(policy_set(workload(name, NONE)))).name == f"esspec-event-streams-{name}"
    assert problem(policy_set(workload(name + "k", NONE))) == (
        f"page.md:3:1: error: the object name 'esspec-event-streams-{name}k' has 64 characters, and may have 63 "
        f"(target calico) — shorten the heading of '{name}k', or prefix = \"…\" in esspec.toml [name-too-long]"
    )


def test_name_with_a_dot() -> None:
    """A dot in the prefix would make the rest a name in another tier."""
    policies = policy_set(workload("zk", NONE)).model_copy(update={"prefix": "acme."})
    assert problem(policies) == (
        "page.md:3:1: error: the object name 'acme.event-streams-zk' is no DNS label: lower-case letters, digits "
        'and inner dashes (target calico) — write prefix = "…" in esspec.toml with these only [name-not-a-label]'
    )


def test_one_name_for_two() -> None:
    """The objects are cluster-wide, and `a-b` + `c` is `a` + `b-c`."""
    one = workload("c", NONE, where=selector("a-b", app="one"))
    other = workload("b-c", NONE, where=selector("a", app="other"))
    assert problem(policy_set(one, other)) == (
        "page.md:3:1: error: 'c' and 'b-c' would both be the object 'esspec-a-b-c' (target calico) "
        "— change one of the two headings [name-twice]"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("app", "it's"),
        ("app", 'say "so"'),
        ("app", "a b"),
        ("app", "a\nb"),
        ("a'b", "x"),
        ("projectcalico.org/namespace", "other"),
        ("pcns.team", "x"),
        ("pcsa.team", "x"),
    ],
)
def test_label_not_selectable(key: str, value: str) -> None:
    """Nothing but a label's characters goes between quotes, and Calico's own keys are no pod's."""
    wanted = Selector(namespace="event-streams", labels=((key, value),))
    for policies in (
        policy_set(workload("zk", NONE, where=wanted, seen=KAFKA)),
        policy_set(workload("zk", [rule("kafka")]), workload("kafka", seen=wanted)),
    ):
        assert problem(policies) == (
            f"page.md:3:1: error: a Calico selector cannot ask for the label {key!r} with the value {value!r} "
            "(target calico) — name another label of these pods in esspec.toml [label-not-selectable]"
        ).replace("\\\\n", "\\n")


def test_selector_too_long() -> None:
    """Calico's newest schema takes 1024 characters."""
    labels = {f"{n:02}-{'k' * 40}": "v" * 40 for n in range(12)}
    found = problem(policy_set(workload("zk", NONE, where=selector(**labels))))
    assert found == (
        "page.md:3:1: error: a selector has 1155 characters, and Calico takes 1024 (target calico) "
        "— name these pods by fewer or shorter labels in esspec.toml [selector-too-long]"
    )


def test_too_many_rules() -> None:
    """Calico's newest schema takes 1024 rules in a direction; name resolution is among them."""
    rows = [rule(ANYONE, line=n) for n in range(10, 1034)]
    assert len(policy(text_of(policy_set(workload("zk", rows, rows)))).egress) == 1024
    assert problem(policy_set(workload("zk", rows, rows), dns=kube_dns())) == (
        "page.md:3:1: error: the egress of 'zk' needs 1026 rules, and Calico takes 1024: one for each peer, address "
        "family and 50 ports of a row (target calico) — group peers under one label, or split the workload into two "
        "headings [too-many-rules]"
    )
