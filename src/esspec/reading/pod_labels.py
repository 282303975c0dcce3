"""Label cells: the labels that a page itself gives to the pods that a row names."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from esspec.reading.faults import Fault
from esspec.text.label_syntax import LABEL_KEY, LABEL_VALUE, MAX_LABEL_VALUE

PLACEHOLDER = re.compile(r"<([A-Za-z][\w.-]*)>", re.ASCII)
_NOT_A_LABEL = frozenset({"namespace", "namespaces"})
_QUOTES = ("'", '"')
_KEY, _VALUE = re.compile(LABEL_KEY), re.compile(LABEL_VALUE)
_NO_LABELS = frozenset({"", "-", "\u2013", "\u2014", "n/a", "none"})
_MAX_LABELS = 100
_TOO_MANY = Fault("too-many-labels", "", f"more than {_MAX_LABELS} labels in one cell", "no pod carries as many")
_REMEDY = "write key=value or key: 'value', several with commas between, or leave the cell empty"


class Label(NamedTuple):
    """One label as written; the value may hold placeholders such as `<INSTANCE_NAME>`."""

    key: str
    value: str


class Filled(NamedTuple):
    """Labels with their placeholders filled, and the names of those that nothing fills."""

    labels: tuple[Label, ...]
    missing: tuple[str, ...]


def parse_labels(text: str) -> tuple[tuple[Label, ...], tuple[Fault, ...]]:
    """Return the labels in the plain text of a cell, in its order; what is no label is a fault.

    A label is `key=value` or `key: value`, the value bare or in quotes; commas, semicolons and line breaks stand
    between labels. A dash, "N/A" or "None" alone gives none, as an empty cell does.

    >>> parse_labels("app=kafka, role: 'true'")[0]
    (Label(key='app', value='kafka'), Label(key='role', value='true'))
    """
    labels: dict[str, Label] = {}
    faults: list[Fault] = []
    if text.strip().lower() in _NO_LABELS:
        return (), ()
    parts = re.split(r"[,;\n]", text)
    if len(parts) > _MAX_LABELS:
        return (), (_TOO_MANY,)
    for part in parts:
        item = part.strip()
        if not item:
            continue
        at = min((n for n in (item.find("="), item.find(":")) if n >= 0), default=-1)
        key, value = item[:at].strip(), _unquoted(item[at + 1 :].strip())
        if at < 0 or not _KEY.fullmatch(key) or not is_value(PLACEHOLDER.sub("x", value)):
            faults.append(Fault("unread-labels", item, f"'{item}' is no pod label", _REMEDY))
        elif key.lower() in _NOT_A_LABEL:
            message = f"'{key}' says where pods run, and is no label of theirs"
            faults.append(Fault("unread-labels", item, message, "write the namespace into the binding"))
        elif labels.setdefault(key, Label(key, value)).value != value:
            message = f"the label {key} has two values, '{labels[key].value}' and '{value}'"
            faults.append(Fault("label-twice", item, message, "keep one of them"))
    return tuple(labels.values()), tuple(faults)


def filled(labels: tuple[Label, ...], placeholders: Mapping[str, str], used: set[str]) -> Filled:
    """Return the labels with every placeholder that has a value replaced; the names of those go to `used`."""
    missing: dict[str, None] = {}

    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        if not placeholders.get(name):
            missing[name] = None
            return found[0]
        used.add(name)
        return placeholders[name]

    return Filled(tuple(Label(key, PLACEHOLDER.sub(value_of, value)) for key, value in labels), tuple(missing))


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0]
    return text[1:-1] if is_quoted else text


def is_value(text: str) -> bool:
    """Return whether `text` is a label's value; an empty one, which Kubernetes takes, is one that was forgotten."""
    return 0 < len(text) <= MAX_LABEL_VALUE and bool(_VALUE.fullmatch(text))
