"""Which pods a workload is: namespace and labels from the binding, legal, and no pod of two workloads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from esspec.bindings.binding import Binding
from esspec.bindings.binding_file import WorkloadEntry
from esspec.compiling.names import Named
from esspec.compiling.resolved import ResolvedRule
from esspec.model import Selector
from esspec.problem import Problem, error, warning
from esspec.reading.pod_labels import is_value
from esspec.reading.spelling import fold


class Selected(NamedTuple):
    """A workload's pods: `subject` as its own policy selects them, `peer` as others mean them."""

    named: Named
    subject: Selector
    peer: Selector


class PageLabel(NamedTuple):
    """A label that the page gives to a workload, and the line of the row that does."""

    value: str
    line: int


PageLabels = dict[str, dict[str, PageLabel]]
"""What the page's label columns say: labels by workload and key."""


def page_labels(path: str, rules: Iterable[ResolvedRule]) -> tuple[PageLabels, list[Problem]]:
    """Return the labels that the page gives to workloads, and an error per key to which it gives two values."""
    found: PageLabels = {}
    problems: list[Problem] = []
    first_keys: dict[str, tuple[frozenset[str], int]] = {}
    for rule in rules:
        names = {name for peer in rule.peers for name in peer.workloads} if rule.labels else ()
        for name in names if len(names) == 1 else ():
            keys = frozenset(label.key for label in rule.labels or ())
            first_said = first_keys.setdefault(name, (keys, rule.written.line))
            if first_said[0] != keys:
                problems.append(_labels_differ(path, rule, name, first_said[1]))
            for key, value in rule.labels or ():
                first = found.setdefault(name, {}).setdefault(key, PageLabel(value, rule.written.line))
                if first.value != value and is_value(first.value) and is_value(value):
                    at = (rule.written.line, rule.written.column)
                    message = f"'{name}' has the label {key} = '{value}' here and '{first.value}' in line {first.line}"
                    problems.append(error("label-twice", path, at, message, "keep one value"))
    return found, problems


def _labels_differ(path: str, rule: ResolvedRule, name: str, line: int) -> Problem:
    return warning(
        "labels-differ",
        path,
        (rule.written.line, rule.written.column),
        f"this row and line {line} give '{name}' different labels, and its pods are taken to have all of them",
        "give the same labels in every row, or describe two workloads if two kinds of pods are meant",
    )


def select(
    path: str, described: Iterable[Named], binding: Binding, on_page: PageLabels
) -> tuple[dict[str, Selected], list[Problem]]:
    """Return the selectors of the described workloads by name, and what is wrong or missing about them.

    Labels are the binding's and those `on_page` together. A workload without an entry in the binding, without a
    namespace or without labels is an error, never a guess.
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
        stated = on_page.get(named.name, {})
        found = [*_problems_of(binding, named.entry, entry, stated), *_disagreements(path, binding, named, stated)]
        problems += found
        if not found:
            selected[named.name] = _selected(binding, named, entry, stated)
    problems += [*_same_on_page(path, binding, selected, on_page), *_overlaps(binding, list(selected.values()))]
    return selected, problems


def instance(binding: Binding) -> Selector | None:
    """Return "any pod of this installation": the binding's namespace and top-level labels; None without either."""
    if binding.file.namespace is None or not binding.file.labels:
        return None
    return Selector(namespace=binding.file.namespace, labels=tuple(sorted(binding.file.labels.items())))


def _selected(binding: Binding, named: Named, entry: WorkloadEntry, on_page: dict[str, PageLabel]) -> Selected:
    labels = dict(binding.file.labels) if entry.inherit_labels else {}
    labels.update(entry.labels)
    labels.update((key, label.value) for key, label in on_page.items())
    pairs = tuple(sorted(labels.items()))
    subject = Selector(namespace=entry.namespace or binding.file.namespace, labels=pairs)
    peer = Selector(namespace=None, labels=pairs) if entry.namespaces == "any" else subject
    return Selected(named, subject, peer)


def _disagreements(path: str, binding: Binding, named: Named, on_page: dict[str, PageLabel]) -> Iterator[Problem]:
    """Yield an error per label to which page and binding give two values; it names both places."""
    entry = binding.file.workloads[named.entry or ""]
    inherited = binding.file.labels if entry.inherit_labels else {}
    for key, label in on_page.items():
        if not is_value(label.value):
            continue  # a placeholder without a value, which has been reported
        for table, keys in ((entry.labels, ("workloads", named.entry or "", "labels")), (inherited, ("labels",))):
            if table.get(key, label.value) != label.value:
                place = f"{binding.path}:{binding.line(*keys, key)}"
                message = f"'{named.name}' has the label {key} = '{label.value}' here and '{table[key]}' in {place}"
                yield error("label-twice", path, (label.line, 1), message, "keep one value")


def _problems_of(binding: Binding, name: str, entry: WorkloadEntry, on_page: dict[str, PageLabel]) -> Iterator[Problem]:
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
    if not entry.labels and not inherited and not on_page:
        yield binding.problem("missing-labels", keys, f"'{name}' has no labels", 'write labels = { key = "value" }')
    if entry.namespace is None and binding.file.namespace is None:
        yield binding.problem(
            "missing-namespace", keys, f"'{name}' has no namespace", "write namespace at the top of the binding"
        )


def _overlaps(binding: Binding, selected: Sequence[Selected]) -> Iterator[Problem]:
    """Yield an error per pair of workloads that one pod can match, unless an entry's `overlaps` says so."""
    for one, other in _meeting(selected):
        names = (one.named.name, other.named.name)
        if _may_overlap(binding, dict(zip(names, (one, other), strict=True)), *names):
            continue
        yield binding.problem(
            "overlapping-labels",
            ("workloads", other.named.entry or ""),
            f"one pod can match both '{names[0]}' and '{names[1]}'",
            "give one label key different values in the two, or write overlaps if their pods are meant to have both",
        )


def _same_on_page(path: str, binding: Binding, selected: dict[str, Selected], on_page: PageLabels) -> Iterator[Problem]:
    """Yield an error per workload to which the page gives the very labels of another: by it they are the same pods."""
    first: dict[frozenset[tuple[str, str]], str] = {}
    for name, labels in on_page.items():
        other = first.setdefault(frozenset((key, label.value) for key, label in labels.items()), name)
        if other == name or _may_overlap(binding, selected, name, other):
            continue
        lines = [min(label.line for label in on_page[n].values()) for n in (name, other)]
        yield error(
            "same-labels",
            path,
            (lines[0], 1),
            f"the page gives '{name}' the labels that line {lines[1]} gives '{other}', so both are the same pods",
            "make one name an alias of the other, or write overlaps if other labels tell them apart",
        )


def _may_overlap(binding: Binding, selected: dict[str, Selected], one: str, other: str) -> bool:
    """Return whether an entry's `overlaps` says that two workloads share pods, or nothing is known of one."""
    pair = [selected.get(name) for name in (one, other)]
    entries = [binding.file.workloads[s.named.entry].overlaps for s in pair if s and s.named.entry]
    allowed = [{fold(name) for name in entry} for entry in entries]
    return len(allowed) < len(pair) or fold(other) in allowed[0] or fold(one) in allowed[1]


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
