"""Which pods a workload is: namespace and labels from the binding, legal, and no pod of two workloads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from esspec.binding import Binding
from esspec.binding_file import WorkloadEntry
from esspec.model import Selector
from esspec.names import Named
from esspec.problem import Problem, error
from esspec.spelling import fold


class Selected(NamedTuple):
    """A workload's pods: `subject` as its own policy selects them, `peer` as others mean them."""

    named: Named
    subject: Selector
    peer: Selector


def select(path: str, described: Iterable[Named], binding: Binding) -> tuple[dict[str, Selected], list[Problem]]:
    """Return the selectors of the described workloads by name, and what is wrong or missing about them.

    A workload without an entry in the binding, without a namespace or without labels is an error, never a guess.
    """
    selected: dict[str, Selected] = {}
    problems: list[Problem] = []
    for named in described:
        if named.entry is None:
            problems.append(
                error(
                    "missing-labels",
                    path,
                    (next(iter(named.lines), 0), 1),
                    f"the binding has no labels for workload '{named.name}'",
                    f'add [workloads."{named.name}"] with its labels to {binding.name or "esspec.toml"}',
                )
            )
            continue
        entry = binding.file.workloads[named.entry]
        found = list(_problems_of(binding, named.entry, entry))
        problems += found
        if not found:
            selected[named.name] = _selected(binding, named, entry)
    problems += _overlaps(binding, list(selected.values()))
    return selected, problems


def instance(binding: Binding) -> Selector | None:
    """Return "any pod of this installation": the binding's namespace and top-level labels; None without either."""
    if binding.file.namespace is None or not binding.file.labels:
        return None
    return Selector(namespace=binding.file.namespace, labels=tuple(sorted(binding.file.labels.items())))


def _selected(binding: Binding, named: Named, entry: WorkloadEntry) -> Selected:
    labels = dict(binding.file.labels) if entry.inherit_labels else {}
    labels.update(entry.labels)
    pairs = tuple(sorted(labels.items()))
    subject = Selector(namespace=entry.namespace or binding.file.namespace, labels=pairs)
    peer = Selector(namespace=None, labels=pairs) if entry.namespaces == "any" else subject
    return Selected(named, subject, peer)


def _problems_of(binding: Binding, name: str, entry: WorkloadEntry) -> Iterator[Problem]:
    keys = ("workloads", name)
    inherited = binding.file.labels if entry.inherit_labels else {}
    for key, value in entry.labels.items():
        if inherited.get(key, value) != value:
            yield binding.problem(
                "label-twice",
                keys,
                f"'{name}' has the label {key} = '{value}', and all workloads have {key} = '{inherited[key]}'",
                "keep one value, or write inherit_labels = false",
            )
    if not entry.labels and not inherited:
        yield binding.problem("missing-labels", keys, f"'{name}' has no labels", 'write labels = { key = "value" }')
    if entry.namespace is None and binding.file.namespace is None:
        yield binding.problem(
            "missing-namespace", keys, f"'{name}' has no namespace", "write namespace at the top of the binding"
        )


def _overlaps(binding: Binding, selected: Sequence[Selected]) -> Iterator[Problem]:
    """Yield an error per pair of workloads that one pod can match, unless an entry's `overlaps` says so."""
    for one, other in _meeting(selected):
        names = (one.named.name, other.named.name)
        entries = [binding.file.workloads[s.named.entry].overlaps for s in (one, other) if s.named.entry]
        allowed = [{fold(name) for name in entry} for entry in entries]
        if fold(names[1]) in allowed[0] or fold(names[0]) in allowed[1]:
            continue
        yield binding.problem(
            "overlapping-labels",
            ("workloads", other.named.entry or ""),
            f"one pod can match both '{names[0]}' and '{names[1]}'",
            "give one label key different values in the two, or write overlaps if their pods are meant to have both",
        )


def _meeting(selected: Sequence[Selected]) -> Iterator[tuple[Selected, Selected]]:
    """Yield the pairs that no label keeps apart; near-linear where one key tells most of them apart."""
    keyed = [(s, dict(s.peer.labels)) for s in selected]
    groups: list[list[tuple[Selected, dict[str, str]]]] = [keyed]
    for key in _common_keys(keyed):
        split: list[list[tuple[Selected, dict[str, str]]]] = []
        for group in groups:
            parts: dict[str, list[tuple[Selected, dict[str, str]]]] = defaultdict(list)
            for item in group:
                parts[item[1][key]].append(item)
            split += parts.values()
        groups = split
    for group in groups:
        for (one, labels), (other, others) in combinations(group, 2):
            namespaces = {one.peer.namespace, other.peer.namespace}
            apart = len(namespaces) > 1 and None not in namespaces
            if not apart and all(others.get(key, value) == value for key, value in labels.items()):
                yield one, other


def _common_keys(keyed: Sequence[tuple[Selected, dict[str, str]]]) -> set[str]:
    return set.intersection(*(set(labels) for _, labels in keyed)) if keyed else set()
