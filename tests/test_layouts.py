"""Every layout of the family says the same: one set of rules, written in each of them, is one model."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspec.bindings.binding import Binding, read_binding
from esspec.commands.document import PageDocument, RuleDocument, document
from esspec.compiling.page_reading import read
from esspec.problem import EsspecError, errors_in
from esspec.text.source import read_source
from layouts import BINDING, FEATURES, NEVER_DESCRIBED, ORDERS, Layout, Pods, Row, Said, layouts, rule_sets, written
from strategies import examples

Rule = tuple[str, str, str, object, tuple[object, ...], object, str]
"""Workload, direction, protocol, ports, peers, condition and reason."""


class Model(NamedTuple):
    """What is said of each workload, and all rules, ingress before egress, in their order."""

    states: set[tuple[str, str, str]]
    statements: set[tuple[str, str, str]]
    rules: list[Rule]


@pytest.fixture(scope="module")
def binding(tmp_path_factory: pytest.TempPathFactory) -> Binding:
    """Return the binding of all pages here."""
    path = tmp_path_factory.mktemp("layouts") / "esspec.toml"
    path.write_text(BINDING, encoding="utf-8")
    return read_binding(path, "esspec.toml")


def drawn(found: tuple[Pods, ...]) -> Model:
    """Return the model that was drawn."""
    sides = [(pods.name, direction, said) for pods in found for direction, said in pods.sides()]
    rules = [
        _drawn_rule(name, direction, row) for name, direction, said in sides if isinstance(said, tuple) for row in said
    ]
    states = {(pods.name, _state(pods.ingress), _state(pods.egress)) for pods in found}
    if any(("workload", (NEVER_DESCRIBED,), None) in rule[4] for rule in rules):
        states.add((NEVER_DESCRIBED, "unspecified", "unspecified"))
    statements = {(name, direction, _state(said)) for name, direction, said in sides}
    return Model(states, {said for said in statements if said[2] in ("any", "none")}, rules)


def _state(said: Said) -> str:
    return "rules" if isinstance(said, tuple) else said


def _drawn_rule(workload: str, direction: str, row: Row) -> Rule:
    peers = tuple(
        (
            peer.kind,
            (peer.name,) if peer.kind in ("same", "workload") else None,
            peer.name if peer.kind == "external" else None,
        )
        for peer in row.peers
    )
    condition = (row.condition, *FEATURES[row.condition]) if row.condition else None
    return workload, direction, row.protocol, row.ports or "all", peers, condition, row.reason


def seen(page: PageDocument) -> Model:
    """Return the model that was read; workloads in the order of the page."""
    order = [w.name for w in page.workloads]
    rules = sorted(page.rules, key=lambda rule: (order.index(rule.workload), rule.direction != "ingress"))
    statements: set[tuple[str, str, str]] = {(s.workload, s.direction, s.kind) for s in page.statements}
    return Model({(w.name, w.ingress, w.egress) for w in page.workloads}, statements, [_seen_rule(r) for r in rules])


def _seen_rule(rule: RuleDocument) -> Rule:
    ports = rule.ports if isinstance(rule.ports, str) else tuple((port.first, port.last) for port in rule.ports)
    peers = tuple((peer.kind, peer.workloads, peer.external) for peer in rule.peers)
    condition = (rule.condition.text, rule.condition.feature, rule.condition.state) if rule.condition else None
    return rule.workload, rule.direction, rule.protocol or "", ports, peers, condition, rule.reason


@examples(30)
@given(rule_sets(), st.data())
def test_every_layout_says_what_was_drawn(binding: Binding, found: tuple[Pods, ...], data: st.DataObject) -> None:
    for order in ORDERS:
        text = written(found, order, data.draw(layouts()))
        reading = read(read_source(text.encode(), "p.md"), binding, "p.md", {})
        assert [str(problem) for problem in errors_in(reading.problems)] == [], order
        assert seen(document(reading)) == drawn(found), order


CHARACTERS = ["", *"|*_`[]()<>{}&#\\-~!:,;.'\"%+=0 9aZ\n\t/"]


@examples(80)
@given(rule_sets(), st.sampled_from(list(ORDERS)), layouts(), st.data())
def test_another_character_changes_one_rule_or_is_an_error(
    binding: Binding, found: tuple[Pods, ...], order: str, layout: Layout, data: st.DataObject
) -> None:
    """It never moves a rule to another workload or direction, nor loses one."""
    text = written(found, order, layout)
    at = data.draw(st.integers(0, len(text) - 1))
    text = text[:at] + data.draw(st.sampled_from(CHARACTERS)) + text[at + data.draw(st.integers(0, 1)) :]
    try:
        reading = read(read_source(text.encode(), "p.md"), binding, "p.md", {})
    except EsspecError:
        return
    if errors_in(reading.problems):
        return
    before, after = (
        sorted(model.rules, key=lambda rule: rule[:2]) for model in (drawn(found), seen(document(reading)))
    )
    assert [rule[:2] for rule in after] == [rule[:2] for rule in before]
    assert sum(one != other for one, other in zip(before, after, strict=True)) <= 1
