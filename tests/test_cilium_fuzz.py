"""Texts of several objects, and texts that are none: what is no YAML is unreadable, and nothing ends in a crash."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cilium_texts import document, ingress, texts
from drawn import ODD
from esspec.semantics.lifted import Reason, Unreadable
from esspec_cilium import TARGET
from models import ANY, ANYONE, NONE, external, kube_dns, policy_set, ports, rule, workload

SPEC = "endpointSelector: {}, ingress: [{}]"


def test_several_objects_and_other_kinds() -> None:
    """Each object of a text is read; the same twice, and another kind or version, take no effect here."""
    one, other = document(SPEC), document(SPEC, 'name: "b", namespace: "n"')
    read = TARGET.lift(f"{one}---\n{other}---\n{one}---\n{one.replace('io/v2', 'io/v2alpha1')}---\n- 1\n")
    assert [(found.name, found.line) for found in read.policies] == [("esspec-x", 1), ("b", 6)]
    assert [(found.line, found.message) for found in read.refusals] == [
        (11, "the object event-streams/esspec-x stands here twice"),
        (
            16,
            "this is CiliumNetworkPolicy of cilium.io/v2alpha1, and CiliumNetworkPolicy of cilium.io/v2 is expected",
        ),
        (1, "document must be a mapping"),
    ]
    assert read.reasons == ()


def test_reasons_are_read_from_the_annotation() -> None:
    """Each entry's row and reason, but none of an object that takes no effect."""
    head = 'name: a, namespace: b, annotations: {esspec/rules: \'[{"row": "r", "reason": "w"}]\'}'
    assert TARGET.lift(document(SPEC, head)).reasons == (Reason("r", "w"),)
    assert TARGET.lift(document("endpointSelector: {}, ingress: []", head)).reasons == ()


@pytest.mark.parametrize("value", ["", "[", "1", "[1]", '[{"row": "r"}]', "null", "[" * 5000])
def test_an_annotation_that_is_not_ours(value: str) -> None:
    """Its reasons cannot be read, so that their loss cannot be seen."""
    head = f"name: a, namespace: b, annotations: {{esspec/rules: '{value}'}}"
    with pytest.raises(Unreadable, match=r"^3:1: the annotation esspec/rules is not what esspec writes$"):
        TARGET.lift(document(SPEC, head))


def read_or_refused(text: str) -> None:
    """Read a text; anything but Unreadable is a bug."""
    with suppress(Unreadable):
        TARGET.lift(text)


def test_half_a_character() -> None:
    """A text that no file can hold is unreadable too."""
    read_or_refused("# \ud800")
    read_or_refused(ingress("fromEndpoints: [{matchLabels: {app: '\ud800'}}]"))


SEED = "---\n".join(
    texts(
        policy_set(
            workload("a", [rule("b", on=ports(1, (2, 3))), rule(ANYONE), rule("@master")], NONE),
            workload("b", ANY, [rule("@gate", "a", protocol="UDP", reason='"=1')]),
            externals=[external("gate", "192.0.2.0/24"), external("master", role="kube-apiserver")],
            dns=kube_dns(),
        )
    )
)


@given(st.text())
def test_any_text_is_read_or_unreadable(text: str) -> None:
    """Alone, and behind a good object."""
    read_or_refused(text)
    read_or_refused(f"{document(SPEC)}---\n{text}")


@given(st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 30), st.text(ODD, max_size=3)), max_size=4))
def test_damaged_text_is_read_or_unreadable(changes: list[tuple[int, int, str]]) -> None:
    """Objects with pieces cut out and put in."""
    text = SEED
    for at, length, put in changes:
        text = text[:at] + put + text[at + length :]
    read_or_refused(text)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=6))
def test_lines_in_another_order_are_read_or_unreadable(swaps: list[tuple[int, int]]) -> None:
    """Objects with lines swapped, which are often still objects."""
    lines = SEED.splitlines(keepends=True)
    for one, other in swaps:
        a, b = one % len(lines), other % len(lines)
        lines[a], lines[b] = lines[b], lines[a]
    read_or_refused("".join(lines))


FIELDS = [
    *("apiVersion", "kind", "metadata", "spec", "name", "namespace", "labels", "annotations", "esspec/rules"),
    *("endpointSelector", "matchLabels", "matchExpressions", "key", "operator", "values", "ingress", "egress"),
    *("fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet", "toEndpoints", "toEntities", "toCIDR", "toCIDRSet"),
    *("cidr", "except", "toPorts", "ports", "port", "endPort", "protocol", "description", "k8s:app", "etcd_node"),
    *("io.kubernetes.pod.namespace", "k8s:io.kubernetes.pod.namespace", "io.cilium.k8s.x", ":", "a:b:c"),
]
WORDS = [
    *("In", "NotIn", "Exists", "TCP", "ANY", "event-streams", "b", "192.0.2.0/24", "::/0", "::/129", "http", "80", "0"),
    *("all", "host", "remote-node", "world", "cluster", "k8s:app", "k8s:io.kubernetes.pod.namespace", "[]"),
]
NUMBERS = st.integers(-1, 70_000) | st.floats()
LEAVES = st.none() | st.booleans() | NUMBERS | st.sampled_from(WORDS) | st.text(max_size=3)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=25,
)
HEAD = {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "a", "namespace": "b"}}


@given(TREES, st.dictionaries(st.sampled_from(FIELDS), TREES, max_size=3), st.sampled_from(FIELDS))
def test_any_tree_is_read_or_unreadable(tree: object, some: dict[str, object], field: str) -> None:
    """Every field with everything in it; JSON is YAML."""
    items = [{"fromEndpoints": [some]}, {"fromCIDRSet": [some], "toPorts": [{"ports": [some]}]}, {field: tree}]
    for body in (tree, HEAD | some, HEAD | {"spec": tree}, HEAD | {"spec": some}):
        read_or_refused(json.dumps(body))
    for item in items:
        read_or_refused(json.dumps(HEAD | {"spec": {"endpointSelector": {}, "ingress": [item]} | some}))
        read_or_refused(json.dumps(HEAD | {"spec": {"endpointSelector": some, "ingress": [item]}}))
