"""Texts of several objects, and texts that are none: what is no YAML is unreadable, and nothing ends in a crash."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import ODD
from esspec.semantics.lifted import Reason, Unreadable
from esspec_kubernetes import TARGET
from kubernetes_texts import document, texts
from models import ANY, ANYONE, NONE, external, kube_dns, policy_set, ports, rule, workload

LOCAL = "podSelector: {}"


def test_several_objects_and_other_kinds() -> None:
    """Each object of a text is read; the same twice, and another kind or version, take no effect here."""
    one, other = document(LOCAL), document(LOCAL, 'name: "b", namespace: "n"')
    read = TARGET.lift(f"{one}---\n{other}---\n{one}---\n{one.replace('/v1', '/v1beta1')}---\n- 1\n")
    assert [(found.name, found.line) for found in read.policies] == [("esspec-x", 1), ("b", 6)]
    assert [(found.line, found.message) for found in read.refusals] == [
        (11, "the object event-streams/esspec-x stands here twice"),
        (
            16,
            "this is NetworkPolicy of networking.k8s.io/v1beta1, and NetworkPolicy of networking.k8s.io/v1 is expected",
        ),
        (1, "document must be a mapping"),
    ]
    assert read.reasons == ()


def test_reasons_are_read_from_the_annotation() -> None:
    """Each entry's row and reason."""
    head = 'name: a, namespace: b, annotations: {esspec/rules: \'[{"row": "r", "reason": "w"}]\'}'
    assert TARGET.lift(document(LOCAL, head)).reasons == (Reason("r", "w"),)


@pytest.mark.parametrize("value", ["", "[", "1", "[1]", '[{"row": "r"}]', "{}x", "null", "[" * 5000])
def test_an_annotation_that_is_not_ours(value: str) -> None:
    """Its reasons cannot be read, so that their loss cannot be seen."""
    head = f"name: a, namespace: b, annotations: {{esspec/rules: '{value}'}}"
    with pytest.raises(Unreadable, match=r"^3:1: the annotation esspec/rules is not what esspec writes$"):
        TARGET.lift(document(LOCAL, head))


def read_or_refused(text: str) -> None:
    """Read a text; anything but Unreadable is a bug."""
    with suppress(Unreadable):
        TARGET.lift(text)


SEED = "---\n".join(
    texts(
        policy_set(
            workload("a", [rule("b", on=ports(1, (2, 3))), rule(ANYONE)], NONE),
            workload("b", ANY, [rule("@gate", "a", protocol="UDP", reason='"=1')]),
            externals=[external("gate", "192.0.2.0/24")],
            dns=kube_dns(),
        )
    )
)


@given(st.text())
def test_any_text_is_read_or_unreadable(text: str) -> None:
    """Alone, and behind a good object."""
    read_or_refused(text)
    read_or_refused(f"{document(LOCAL)}---\n{text}")


@given(st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 30), st.text(ODD, max_size=3)), max_size=4))
def test_damaged_text_is_read_or_unreadable(changes: list[tuple[int, int, str]]) -> None:
    """Objects with pieces cut out and put in."""
    text = SEED
    for at, length, put in changes:
        text = text[:at] + put + text[at + length :]
    read_or_refused(text)


FIELDS = [
    "apiVersion", "kind", "metadata", "spec", "name", "namespace", "labels", "annotations", "esspec/rules",
    "podSelector", "namespaceSelector", "matchLabels", "matchExpressions", "key", "operator", "values",
    "policyTypes", "ingress", "egress", "from", "to", "ports", "protocol", "port", "endPort", "ipBlock", "cidr",
    "except",
]  # fmt: skip
WORDS = [
    "In", "Exists", "Ingress", "TCP", "event-streams", "192.0.2.0/24", "::/0", "http", "[]",
    "kubernetes.io/metadata.name",
]  # fmt: skip
NUMBERS = st.integers(-1, 70_000) | st.floats()
LEAVES = st.none() | st.booleans() | NUMBERS | st.sampled_from(WORDS) | st.text(max_size=3)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=25,
)
HEAD = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a", "namespace": "b"}}


@given(TREES, st.dictionaries(st.sampled_from(FIELDS), TREES, max_size=3), st.sampled_from(FIELDS))
def test_any_tree_is_read_or_unreadable(tree: object, some: dict[str, object], field: str) -> None:
    """Every field with everything in it; JSON is YAML."""
    rule_ = {"from": [some], "ports": [some], field: tree}
    spec = {"podSelector": {"matchLabels": {}}, "ingress": [rule_], "policyTypes": ["Ingress"]}
    for body in (tree, HEAD | some, HEAD | {"spec": tree}, HEAD | {"spec": some}, HEAD | {"spec": spec | some}):
        read_or_refused(json.dumps(body))
