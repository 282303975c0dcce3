"""Placeholders in example YAML: what a reader is to fill in, and a legal object with all of it filled.

A placeholder is `${NAME}`, `$NAME`, `$(command)`, `<name>` or Liquid's `{{ name }}`, alone or within other text.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

from esspec.manifests.yamlread import List, Map, Scalar
from esspec.model import PortRange

Data = Scalar | Map | List
_Node = TypeVar("_Node", Map, List)

# In braces a placeholder is a mapping to YAML, so these are put where no reader sees any sign in them.
_IN_BRACES = re.compile(r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}")
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\(|\$[A-Za-z_]|<[A-Za-z][^<>]*>")
_RAW = re.compile(r"\{%-?[ \t]*(?:end)?raw[ \t]*-?%\}")
_PRIVATE = 0xE000
_HIDE = {sign: _PRIVATE + sign for sign in range(128)}
_SHOW = {private: sign for sign, private in _HIDE.items()}
_EVERY_ADDRESS = "0.0.0.0/0"


def hidden(text: str) -> str:
    """Return YAML text with the placeholders in braces written in private characters, in as many lines.

    Liquid's `raw` tags, which keep such placeholders from being filled on the way to the reader, are left away.
    """
    return _IN_BRACES.sub(lambda found: found[0].translate(_HIDE), _RAW.sub("", text))


def shown(text: str) -> str:
    """Return text as it stood before `hidden`."""
    return text.translate(_SHOW)


def is_placeholder(data: Data) -> bool:
    """Return whether `data` is text that a reader is to complete."""
    return isinstance(data, str) and bool(_PLACEHOLDER.search(shown(data)))


def filled(body: Map, namespace: str, ports: Mapping[str, PortRange], number: int) -> Map:
    """Return an object with all that is left open filled in, lines kept.

    A port to be filled in becomes `number`, and a name of a port that is in `ports` becomes what stands there.
    `namespace` is taken where none is given. A label to be filled in is taken away: it matches any value. Whom a
    rule lets through is the business of nobody here, so that namespaces and addresses to be filled in are any.
    """
    found = _map(body, ports, number)
    metadata = found.get("metadata")
    if isinstance(metadata, Map):
        if is_placeholder(metadata.get("name")):
            metadata["name"] = "example"
        if "namespace" not in metadata or is_placeholder(metadata["namespace"]):
            metadata["namespace"] = namespace
    return found


def _filled(data: Data, ports: Mapping[str, PortRange], number: int) -> Data:
    if isinstance(data, Map):
        return _map(data, ports, number)
    if isinstance(data, List):
        found = _like(data)
        for item, line in zip(data, data.lines, strict=True):
            found.append(_filled(item, ports, number))
            found.lines.append(line)
        return found
    return data


def _map(data: Map, ports: Mapping[str, PortRange], number: int) -> Map:
    found = _like(data)
    found.lines = data.lines
    for key, value in data.items():
        if key in ("matchLabels", "labels", "annotations") and isinstance(value, Map):
            found[key] = _given_labels(value)
        elif key in ("matchExpressions", "except") and isinstance(value, List):
            found[key] = _given_items(value)
        elif key == "namespaceSelector" and isinstance(value, Map):
            found[key] = _like(value)
        else:
            found[key] = _filled(value, ports, number)
    if is_placeholder(data.get("cidr")):
        found["cidr"] = _EVERY_ADDRESS
        found.pop("except", None)
    _fill_port(found, ports, number)
    return found


def _fill_port(found: Map, ports: Mapping[str, PortRange], number: int) -> None:
    port = found.get("port")
    if is_placeholder(port) or is_placeholder(found.get("endPort")):
        found["port"] = number
        found.pop("endPort", None)
    elif isinstance(port, str) and port.lower() in ports:
        named = ports[port.lower()]
        found["port"] = named.first
        found.setdefault("endPort", named.last)


def _given_labels(labels: Map) -> Map:
    found = _like(labels)
    found.lines = labels.lines
    found.update((k, v) for k, v in labels.items() if not is_placeholder(k) and not is_placeholder(v))
    return found


def _given_items(items: List) -> List:
    found = _like(items)
    for item, line in zip(items, items.lines, strict=True):
        if not _has_placeholder(item):
            found.append(item)
            found.lines.append(line)
    return found


def _has_placeholder(data: Data) -> bool:
    if isinstance(data, Map):
        return any(map(_has_placeholder, data.values()))
    return any(map(_has_placeholder, data)) if isinstance(data, List) else is_placeholder(data)


def _like(node: _Node) -> _Node:
    """Return an empty value of the same kind at the same line."""
    return type(node)(node.line)
