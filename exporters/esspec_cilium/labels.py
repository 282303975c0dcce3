"""Reading the selectors of a CiliumNetworkPolicy: which pods they mean, after what Cilium does to their keys.

Sources, all cilium/cilium v1.20.2: pkg/labels/labels.go and validation.go (the source in front of a key),
pkg/labelsfilter/filter.go (which labels count), pkg/k8s/apis/cilium.io/utils/utils.go (the namespace).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from esspec.manifests.manifest import Refused, as_list, as_map, as_text, check_label, known_fields, refuse
from esspec.manifests.yamlread import List, Map
from esspec.semantics.lifted import NAMESPACE, Key, Pods, Values, all_but, label, only, pods

NAMESPACE_KEY = "io.kubernetes.pod.namespace"
_OWNED = "io.cilium.k8s."
_NO_LABEL = Key("ignored")
_INCLUDED = tuple(
    map(
        re.compile,
        (
            r"io\.kubernetes\.pod\.namespace",
            r"io\.cilium\.k8s\.namespace\.labels",
            r"app\.kubernetes\.io",
            r"io\.cilium\.k8s\.policy\.cluster",
            r"io\.cilium\.k8s\.policy\.serviceaccount",
        ),
    )
)
_EXCLUDED = tuple(
    map(
        re.compile,
        (
            r"io\.kubernetes",
            r"kubernetes\.io",
            r"statefulset\.kubernetes\.io/pod-name",
            r"apps\.kubernetes\.io/pod-index",
            r"batch\.kubernetes\.io/job-completion-index",
            r"batch\.kubernetes\.io/controller-uid",
            r".*beta\.kubernetes\.io",
            r"k8s\.io",
            r"pod-template-generation",
            r"pod-template-hash",
            r"controller-revision-hash",
            r"controller-uid",
            r"annotation.*",
            r"etcd_node",
            r"topology\.kubernetes\.io",
        ),
    )
)


class Requirement(NamedTuple):
    """What a selector asks of one key, and the line where it does."""

    key: Key
    values: Values
    line: int

    @property
    def holds_without(self) -> bool:
        """Whether an end that has no such label satisfies this (NotIn, DoesNotExist)."""
        return (None in self.values.items) is self.values.listed


def counts(key: str) -> bool:
    """Return whether a pod's label is part of its identity on default settings; no selector sees any other.

    The longest inclusion must be longer than the shortest exclusion, both matched from the beginning.
    """
    included = max((m.end() for p in _INCLUDED if (m := p.match(key))), default=0)
    excluded = min((m.end() for p in _EXCLUDED if (m := p.match(key))), default=0)
    return not excluded or included > excluded


def subject(selector: Map, namespace: str) -> Pods:
    """Return the pods of an `endpointSelector`, which Cilium limits to the namespace of its object.

    Refused: another namespace in it, which Cilium overrides or which leaves nothing selected, and a label
    that does not count, by which no pod is selected at all.
    """
    own = only(namespace)
    found = [(NAMESPACE, own)]
    for wanted in _requirements(selector, "endpointSelector"):
        if wanted.key == NAMESPACE:
            if own.meet(wanted.values) != own:
                refuse(wanted.line, f"an endpointSelector stays in its namespace, '{namespace}'")
        elif wanted.key != _NO_LABEL:
            found.append((wanted.key, wanted.values))
        elif not wanted.holds_without:
            refuse(wanted.line, "Cilium leaves this label out of identities: the policy selects nothing")
    return pods(found)


def peer(selector: Map, namespace: str) -> Pods | None:
    """Return the pods of one item of `fromEndpoints` or `toEndpoints`; None where it matches nothing.

    A selector that does not ask for a namespace means the object's own. One that asks only what the namespace
    is not would match nodes and addresses outside too, which have none, and is refused.
    """
    found: list[tuple[Key, Values]] = []
    namespaces: list[Requirement] = []
    dead = False
    for wanted in _requirements(selector, "a peer"):
        if wanted.key == NAMESPACE:
            namespaces.append(wanted)
        elif wanted.key != _NO_LABEL:
            found.append((wanted.key, wanted.values))
        else:
            dead = dead or not wanted.holds_without
    if not namespaces:
        found.append((NAMESPACE, only(namespace)))
    elif all(wanted.holds_without for wanted in namespaces):
        refuse(namespaces[0].line, "a peer that only excludes namespaces also matches what is no pod")
    # That the namespace exists says no more than that this is a pod.
    found += [(NAMESPACE, wanted.values) for wanted in namespaces if wanted.values != all_but(None)]
    return None if dead else pods(found)


def _requirements(selector: Map, what: str) -> Iterator[Requirement]:
    known_fields(selector, ("matchLabels", "matchExpressions"), what)
    if "matchLabels" in selector:
        labels = as_map(selector["matchLabels"], selector.line_of("matchLabels"), "matchLabels")
        for key, value in labels.items():
            line = labels.lines[key]
            text = as_text(value, line, f"label {key}")
            if f"any:{key}" in labels:  # two spellings of one key, of which the agent keeps one by chance
                refuse(line, f"'{key}' and 'any:{key}' are one key")
            yield Requirement(_key(key, text, line), only(text), line)
    if "matchExpressions" in selector:
        line = selector.line_of("matchExpressions")
        items = as_list(selector["matchExpressions"], line, "matchExpressions")
        for item, at in zip(items, items.lines, strict=True):
            yield _expression(as_map(item, at, "an expression"))


def _expression(item: Map) -> Requirement:
    known_fields(item, ("key", "operator", "values"), "an expression")
    line = item.line_of("key")
    key = _key(as_text(item.get("key"), line, "key"), "", line)
    listed = as_list(item.get("values", List(item.line)), item.line_of("values"), "values")
    values = [as_text(value, at, "a value") for value, at in zip(listed, listed.lines, strict=True)]
    for value in values:
        check_label("key", value, item.line_of("values"))
    operator = item.get("operator")
    match operator, bool(values):
        case "In", True:
            asked = only(*values)
        case "NotIn", True:
            asked = all_but(*values)
        case "Exists", False:
            asked = all_but(None)
        case "DoesNotExist", False:
            asked = only(None)
        case _:
            refuse(line, f"{operator!r} is no operator, or not one for {len(values)} values")
    return Requirement(key, asked, line)


def _key(text: str, value: str, line: int) -> Key:
    try:
        return _read_key(text, value)
    except Refused as refused:
        refuse(line, refused.refusal.message)


@lru_cache(maxsize=1 << 14)  # a folder of policies asks for the same few labels again and again
def _read_key(text: str, value: str) -> Key:
    """Return what `source:key` asks for; a key without a source, or of source `any`, finds pod labels too."""
    source, colon, name = text.partition(":")
    if not colon:
        source, name = "any", text
    if source not in ("k8s", "any"):
        refuse(0, f"'{text}': labels of source '{source}' are not read here")
    check_label(name, value, 0)
    # Up to v1.19 the source and a dot are validated as a part of the key (pkg/policy/api/selector.go).
    check_label(f"{source}.{name}", value, 0)
    if name == NAMESPACE_KEY:
        return NAMESPACE
    if name.startswith(_OWNED):
        refuse(0, f"'{text}' is no label of a pod but Cilium's own, and is not read here")
    return label(name) if counts(name) else _NO_LABEL
