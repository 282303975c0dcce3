"""Every layout of the family says the same: one set of rules, written in each of them, is one model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspec.binding import Binding, read_binding
from esspec.compile import read
from esspec.document import PageDocument, RuleDocument, document
from esspec.problem import errors_in
from esspec.source import read_source
from layouts import BINDING, FEATURES, NEVER_DESCRIBED, ORDERS, Layout, Pods, Row, layouts, rule_sets, written
from strategies import examples

Rule = tuple[str, str, str, object, tuple[object, ...], object, str]


@pytest.fixture(scope="module")
def binding(tmp_path_factory: pytest.TempPathFactory) -> Binding:
    """Return the binding of all pages here."""
    path = tmp_path_factory.mktemp("layouts") / "esspec.toml"
    path.write_text(BINDING, encoding="utf-8")
    return read_binding(path, "esspec.toml")


def drawn(found: tuple[Pods, ...]) -> tuple[set[tuple[str, str, str]], list[Rule]]:
    """Return what was drawn: what is said of each workload, and the rules in their order, by workload and direction."""
    words = {(p.name, *("rules" if isinstance(said, tuple) else said for _, said in p.sides())) for p in found}
    rules = [
        _drawn_rule(pods.name, direction, row)
        for pods in found
        for direction, said in pods.sides()
        if isinstance(said, tuple)
        for row in said
    ]
    if any(kind == "workload" and names == (NEVER_DESCRIBED,) for rule in rules for kind, names, _ in rule[4]):
        words.add((NEVER_DESCRIBED, "unspecified", "unspecified"))
    return words, rules


def _drawn_rule(workload: str, direction: str, row: Row) -> Rule:
    peers = tuple(
        (peer.kind, (peer.name,) if peer.kind in ("same", "workload") else None, peer.name if peer.kind == "external" else None)
        for peer in row.peers
    )
    condition = (row.condition, *FEATURES[row.condition]) if row.condition else None
    return workload, direction, row.protocol, row.ports or "all", peers, condition, row.reason


def seen(page: PageDocument) -> tuple[set[tuple[str, str, str]], list[Rule]]:
    """Return the same of what was read."""
    words = {(w.name, w.ingress, w.egress) for w in page.workloads}
    order = [w.name for w in page.workloads]
    rules = sorted(page.rules, key=lambda rule: (order.index(rule.workload), rule.direction != "ingress"))
    return words, [_seen_rule(rule) for rule in rules]


def _seen_rule(rule: RuleDocument) -> Rule:
    ports = rule.ports if isinstance(rule.ports, str) else tuple((port.first, port.last) for port in rule.ports)
    peers = tuple((peer.kind, peer.workloads, peer.external) for peer in rule.peers)
    condition = (rule.condition.text, rule.condition.feature, rule.condition.state) if rule.condition else None
    return rule.workload, rule.direction, rule.protocol or "", ports, peers, condition, rule.reason


@pytest.mark.parametrize("order", ORDERS)
@examples(60)
@given(rule_sets(), st.data())
def test_every_layout_says_what_was_drawn(binding: Binding, order: str, found: tuple[Pods, ...], data: st.DataObject) -> None:
    text = written(found, order, data.draw(layouts()))
    reading = read(read_source(text.encode(), "p.md"), binding, "p.md", {})
    assert [str(problem) for problem in errors_in(reading.problems)] == []
    assert seen(document(reading)) == drawn(found)
