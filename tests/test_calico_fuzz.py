"""No text breaks the reader of the target calico: it is read, refused or unreadable."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calico_texts import POD, document, read_anything, texts
from esspec.semantics import lifted
from esspec_calico import TARGET
from models import ANY, ANYONE, NONE, external, kube_dns, policy_set, ports, rule, workload


@given(st.text())
@settings(max_examples=300)
def test_any_text_is_read_or_unreadable(text: str) -> None:
    """Nothing but Unreadable is raised."""
    read_anything(text)


def test_no_text_and_no_end() -> None:
    """Half a surrogate pair, and an annotation of brackets only, are unreadable too."""
    deep = document("").replace('"}', '", annotations: {esspec/rules: "' + "[" * 100_000 + '"}}')
    for text in ("# \ud800", deep):
        with pytest.raises(lifted.Unreadable):
            TARGET.lift(text)


WRITTEN = "---\n".join(
    texts(
        policy_set(
            workload("kafka", [rule("zk", "@lab", on=ports(7070, (8000, 8010))), rule(ANYONE)], ANY),
            workload("zk", NONE, [rule("kafka", protocol="SCTP")]),
            externals=[external("lab", "192.0.2.0/24", "2001:db8::/32")],
            dns=kube_dns(),
        )
    )
)
PIECES = st.sampled_from(
    [*"'\"{}[]()!&|=:-# \n\t,0aé\x00", "all()", "  ", "null", "true", "- ", "&&", "has(", "\u2028"]
)


@given(st.lists(st.tuples(st.integers(0, len(WRITTEN)), st.integers(0, 40), PIECES), min_size=1, max_size=4))
@settings(max_examples=500, deadline=None)
def test_damaged_text_is_read_or_unreadable(changes: list[tuple[int, int, str]]) -> None:
    """What was written, with pieces cut out and put in."""
    text = WRITTEN
    for place, cut, piece in changes:
        text = text[:place] + piece + text[place + cut :]
    read_anything(text)


FIELDS = st.sampled_from(
    [
        *("apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "esspec/rules"),
        *("spec", "tier", "order", "selector", "namespaceSelector", "types", "ingress", "egress", "preDNAT"),
        *("action", "protocol", "source", "destination", "nets", "ports"),
    ]
)
ATOMS = st.sampled_from(
    [None, True, False, 0, 6, 80, -1, "", "Allow", "TCP", "80:90", "Ingress", "all()", POD, "10.0.0.0/8", "::/0", "[]"]
)
TREES = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5))
WHOLE = {"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": "x"}}


@given(TREES, st.dictionaries(FIELDS, TREES), st.dictionaries(FIELDS, TREES))
@settings(max_examples=150, deadline=None)
def test_any_tree_is_read_or_unreadable(tree: object, spec: dict[str, object], side: dict[str, object]) -> None:
    """Any shape at any place: as the document, as its spec, as a rule and as an end of one."""
    rules_of_any_shape = [{"action": "Allow", "source": side, "destination": side}, {"action": "Allow"} | spec, tree]
    whole = {"selector": POD}
    for found in (
        tree,
        WHOLE | {"spec": tree},
        WHOLE | {"spec": spec},
        WHOLE | {"spec": whole | {"ingress": rules_of_any_shape[:1]}},
        WHOLE | {"spec": whole | {"egress": rules_of_any_shape[1:]}},
        WHOLE | {"metadata": {"name": "x", "annotations": {"esspec/rules": json.dumps(tree)}}, "spec": whole},
    ):
        read_anything(json.dumps(found))


TOKENS = st.sampled_from([*"ab!=&|(){}, \t\n.", "'b'", '"', "has(a)", "all()", " in {", " not in ", "==", "&&", "||"])


@given(st.lists(TOKENS))
@settings(max_examples=500)
def test_any_selector_is_read_or_refused(tokens: list[str]) -> None:
    """No selector breaks the reader."""
    read_anything(json.dumps(WHOLE | {"spec": {"selector": f"({''.join(tokens)}) && {POD}"}}))
