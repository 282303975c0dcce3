"""Rules that permit nothing new and policies without effect are found, exactly those, and can go all at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_ends import sights
from manifest_texts import codes, linted, policy, told

SWALLOWED = ("swallowed-rule", "policy-without-effect")


def rules(*ingress: str, name: str = "p", selector: str = "") -> str:
    """Return a policy that has a rule per line, the first in line 8."""
    text = policy("", name).replace(
        "spec: {}", f"spec:\n  podSelector: {{{selector}}}\n  policyTypes: [Ingress]\n  ingress:"
    )
    return text + "".join(f"  - {rule}\n" for rule in ingress)


WEB, DB = (f"from: [{{podSelector: {{matchLabels: {{app: {app}}}}}}}]" for app in ("web", "db"))
ON_80, ON_ALL = "ports: [{port: 80}]", "ports: [{protocol: TCP}]"
ONE_POLICY: dict[str, tuple[list[str], list[int]]] = {
    "the same rule twice": ([f"{{{WEB}, {ON_80}}}", f"{{{WEB}, {ON_80}}}"], [10]),
    "the same rule three times": ([f"{{{WEB}, {ON_80}}}"] * 3, [10, 11]),
    "more ports": ([f"{{{WEB}, {ON_80}}}", f"{{{WEB}, {ON_ALL}}}"], [9]),
    "more peers": ([f"{{{WEB}, {ON_80}}}", f"{{{ON_80}}}"], [9]),
    "other ports": ([f"{{{WEB}, {ON_80}}}", f"{{{WEB}, ports: [{{port: 81}}]}}"], []),
    "another protocol": ([f"{{{WEB}, {ON_80}}}", "{ports: [{protocol: UDP}]}"], []),
    "other peers": ([f"{{{WEB}, {ON_80}}}", f"{{{DB}, {ON_ALL}}}"], []),
    "two rules together": (
        [f"{{{WEB}, ports: [{{port: {first}, endPort: {last}}}]}}" for first, last in ((1, 100), (1, 50), (51, 100))],
        [10, 11],
    ),
    "half of it is needed": (
        [f"{{{WEB}, ports: [{{port: 1, endPort: 60}}]}}", f"{{{WEB}, ports: [{{port: 50, endPort: 100}}]}}"],
        [],
    ),
    "addresses in addresses": (
        ["{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}", "{from: [{ipBlock: {cidr: 192.0.2.128/25}}]}"],
        [10],
    ),
    "addresses with an exception": (
        [
            "{from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/26]}}]}",
            "{from: [{ipBlock: {cidr: 192.0.2.128/25}}]}",
        ],
        [],
    ),
    "labels in labels": (
        [
            "{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [db, web]}]}}]}",
            f"{{{WEB}}}",
        ],
        [10],
    ),
    "a rule for nobody": (
        [
            f"{{{WEB}}}",
            "{from: [{podSelector: {matchLabels: {app: a}, matchExpressions: [{key: app, operator: DoesNotExist}]}}]}",
        ],
        [],
    ),
}


@pytest.mark.parametrize("case", ONE_POLICY)
def test_rules_of_one_policy(case: str) -> None:
    text, lines = ONE_POLICY[case]
    found = [problem.line for problem in linted(rules(*text)) if problem.code in SWALLOWED]
    assert found == lines


def test_rules_of_several_policies() -> None:
    """Another policy swallows a rule if it is for all the pods of its policy."""
    mine = rules(f"{{{WEB}, {ON_80}}}", f"{{{DB}}}", selector="matchLabels: {tier: back}")
    for_all, for_some = (rules(f"{{{ON_80}}}", name="q", selector=s) for s in ("", "matchLabels: {side: left}"))
    assert codes(mine, for_all) == ["9 note swallowed-rule"]
    assert codes(mine, for_some) == []


def test_policies_without_effect() -> None:
    """Others isolate the same pods, and permit the same."""
    deny = policy("podSelector: {}, policyTypes: [Ingress]", "deny")
    assert codes(deny, rules(f"{{{WEB}}}", name="q")) == ["2 warning policy-without-effect"]
    assert codes(deny, rules(f"{{{WEB}}}", name="q", selector="matchLabels: {app: db}")) == []
    assert codes(deny, policy("podSelector: {}, policyTypes: [Egress]", "other")) == []
    assert codes(deny, deny.replace("deny", "again")) == ["7 warning policy-without-effect"]
    open_ = policy("podSelector: {}, ingress: [{}]", "open")
    assert codes(open_, rules(f"{{{WEB}}}", name="q")) == ["7 warning policy-without-effect"]


def test_messages() -> None:
    wide = [f"{{{ON_ALL}}}", f"{{{WEB}, ports: [{{port: 80, endPort: 90}}]}}"]
    assert told(rules(*wide, name="a"), rules(f"{{{WEB}, {ON_80}}}", "{}", name="b")) == [
        (
            "m.yaml:2:1: warning: without this NetworkPolicy the same is isolated and permitted, by m.yaml:12 — "
            "delete it, or correct it [policy-without-effect]"
        ),
        (
            "m.yaml:19:5: note: this ingress rule permits nothing that is not permitted by m.yaml:20 — "
            "delete it, or narrow what permits it too [swallowed-rule]"
        ),
    ]
    ranges = [f"{{{WEB}, ports: [{{port: {first}, endPort: {first + 9}}}]}}" for first in (1, 11, 21, 31)]
    *_, last = told(rules(*ranges, f"{{{WEB}, ports: [{{port: 5, endPort: 35}}]}}"))
    assert "permitted by m.yaml:9, m.yaml:10 and 2 more — " in last


def test_rules_of_one_line_are_one() -> None:
    """Of what cannot be told apart by its place, nothing is said."""
    assert codes(policy(f"podSelector: {{}}, ingress: [{{{WEB}}}, {{{WEB}}}]")) == []


# Whatever can be drawn

_LABELS = st.sampled_from([{}, {"app": "web"}, {"app": "db"}, {"tier": "back"}, {"app": "web", "tier": "back"}])
_NUMBERS = st.sampled_from([{"port": 80}, {"port": 80, "endPort": 90}, {"protocol": "TCP"}])
_PODS = st.builds(lambda labels: {"podSelector": {"matchLabels": labels}}, _LABELS)
_BLOCKS = st.sampled_from([{"ipBlock": {"cidr": "192.0.2.0/24"}}, {"ipBlock": {"cidr": "192.0.2.0/25"}}])
_RULES = st.lists(
    st.tuples(st.lists(_PODS | _BLOCKS, max_size=2), st.lists(_NUMBERS, max_size=2))
    | st.tuples(st.lists(_PODS, max_size=2), st.lists(_NUMBERS | st.just({"port": "http"}), max_size=2)),
    max_size=3,
)
_DIRECTIONS = st.sampled_from([("Ingress",), ("Egress",), ("Ingress", "Egress")])
Drawn = tuple[tuple[Mapping[str, str], tuple[str, ...], list[Any], list[Any]], ...]


@st.composite
def clusters(draw: st.DrawFn) -> Drawn:
    """Return the selector, types and rules of some policies of one namespace."""
    return tuple((draw(_LABELS), draw(_DIRECTIONS), draw(_RULES), draw(_RULES)) for _ in range(draw(st.integers(1, 3))))


def lines_of(drawn: Drawn) -> list[str]:
    """Return manifests with a rule per line."""
    lines: list[str] = []
    for number, (labels, types, ingress, egress) in enumerate(drawn):
        selector = json.dumps({"matchLabels": labels})
        lines += policy("", f"p{number}").splitlines()[:-1]
        lines += ["spec:", f"  podSelector: {selector}", f"  policyTypes: [{', '.join(types)}]"]
        for section, peers, rules_ in (("ingress", "from", ingress), ("egress", "to", egress)):
            if section.capitalize() in types:
                lines.append(f"  {section}:")
                lines += [f"  - {json.dumps({peers: found, 'ports': ports})}" for found, ports in rules_]
    return lines


def without(lines: list[str], number: int) -> list[str]:
    """Return manifests without a rule, or without the policy that begins in this line."""
    if not lines[number - 1].startswith("apiVersion"):
        return [*lines[: number - 1], "", *lines[number:]]
    end = next((at for at in range(number, len(lines)) if lines[at] == "---"), len(lines))
    return [*lines[: number - 1], *[""] * (end - number + 1), *lines[end:]]


def reported(lines: list[str]) -> list[int]:
    """Return the lines of what is swallowed."""
    return [problem.line for problem in linted("\n".join(lines)) if problem.code in SWALLOWED]


def parts(lines: list[str]) -> Iterator[int]:
    """Yield the lines of all policies and rules."""
    yield from (number for number, line in enumerate(lines, 1) if line.startswith(("apiVersion", "  - ")))


@settings(max_examples=100)
@given(clusters())
def test_what_is_reported_can_go_and_all_else_is_needed(drawn: Drawn) -> None:
    """Without all of it every pod is as isolated as before, and may do the same; without one more, some may not."""
    lines = lines_of(drawn)
    left = lines
    for number in reported(lines):
        left = without(left, number)
    before, after = sights("\n".join(lines), "\n".join(left))
    assert (before.meaning, before.flows) == (after.meaning, after.flows)
    assert reported(left) == []
    for number in parts(left):
        whole, less = sights("\n".join(left), "\n".join(without(left, number)) + KEPT)
        assert whole.meaning != less.meaning


KEPT = "\n---\napiVersion: v1\nkind: List\nitems: []\n"
