"""Gaps of a binding: the empty texts that `esspec init` writes, and that a person still has to fill in."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from esspec.text.toml_lines import Path

_DEPTH = 4


class Gap(NamedTuple):
    """An empty text: the keys that lead to it, and what to fill in."""

    keys: Path
    advice: str


class _Kind(NamedTuple):
    """Where an empty text is a gap (`*` is any key), what to fill in, and what stands in for it, if anything can."""

    shape: tuple[str, ...]
    advice: str
    stand_in: str | None


_LABEL = 'the value that the pods carry; if it is empty on purpose, write empty_labels = ["*"] at the top'
_PEER = "anyone, or the name of a workload or an external"
_KINDS = (
    _Kind(("namespace",), "the namespace that the pods run in", "not-filled-in"),
    _Kind(("labels", "*"), _LABEL, "not-filled-in-{}"),
    _Kind(("workloads", "*", "labels", "*"), _LABEL, "not-filled-in-{}"),
    _Kind(("workloads", "*", "namespace"), "the namespace that the pods run in", "not-filled-in"),
    _Kind(("externals", "*", "role"), "outside, node or kube-apiserver", "outside"),
    _Kind(
        ("externals", "*", "addresses", "*"),
        "an address with its prefix length, such as 192.0.2.10/32",
        "100::{:x}/128",
    ),
    _Kind(("variables", "*"), "the text that the page shows in its place", None),
    _Kind(("placeholders", "*"), "what stands in its place in the labels of the pods", "not-filled-in-{}"),
    _Kind(("remarks", "*"), "why the remark changes nothing", "not filled in"),
    _Kind(("ports", "*"), 'a number, or a range such as "8000-8010"', "1"),
    _Kind(("features", "*"), "the state it is in", None),
    _Kind(("profiles", "*", "features", "*"), "the state it is in", None),
    _Kind(("overrides", "*", "peer"), _PEER, "anyone"),
    _Kind(("overrides", "*", "peers", "*"), _PEER, "anyone"),
    _Kind(("overrides", "*", "ports"), 'a number, or a range such as "8000-8010"', "1-65535"),
    _Kind(("overrides", "*", "protocol"), "TCP, UDP or SCTP", "TCP"),
    _Kind(("overrides", "*", "condition"), "Always, or such as If metrics are enabled", "Always"),
    _Kind(("overrides", "*", "reason"), "why it is decided so", "not filled in"),
)


def bridge_gaps(data: dict[str, Any]) -> tuple[Gap, ...]:
    """Return the gaps of a binding; in `data` something legal stands in for each, so that all else can be read.

    What has no stand-in is taken out: variables, and states of features.
    """
    meant = data.get("empty_labels", ())
    found: list[Gap] = []
    for container, keys in list(_empty(data, ())):
        kind = _kind_of(keys)
        if kind is None or (kind.advice == _LABEL and _is_meant(keys[-1], meant)):
            continue
        found.append(Gap(keys, kind.advice.replace("*", str(keys[-1]))))
        if kind.stand_in is None:
            del container[keys[-1]]
        else:
            container[keys[-1]] = kind.stand_in.format(len(found))
    return tuple(found)


def _is_meant(key: str | int, meant: object) -> bool:
    return isinstance(meant, Collection) and key in meant


def _empty(node: Any, keys: Path) -> Iterator[tuple[Any, Path]]:
    """Yield each empty text with the table or list that holds it."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if value == "":
            yield node, (*keys, key)
        elif isinstance(value, (dict, list)) and len(keys) < _DEPTH - 1:
            yield from _empty(value, (*keys, key))


def _kind_of(keys: Path) -> _Kind | None:
    return next((kind for kind in _KINDS if _fits(kind.shape, keys)), None)


def _fits(shape: tuple[str, ...], keys: Path) -> bool:
    return len(shape) == len(keys) and all(part in ("*", key) for part, key in zip(shape, keys, strict=True))
