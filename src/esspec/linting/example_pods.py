"""Which workloads an example policy is about: those with fewer labels than it asks for, or with more."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from esspec.compiling.selectors import Selected
from esspec.linting.example import Example

MAX_COMPARED = 100_000
"""Comparisons of a workload with an example, or with a port of one; a page of examples needs some hundreds."""

_Pair = tuple[str, str]


class _Index:
    """Workloads by their labels."""

    def __init__(self, selected: Mapping[str, Selected]) -> None:
        self.labels = {name: dict(found.subject.labels) for name, found in selected.items() if found.named.lines}
        self.having: defaultdict[_Pair, list[str]] = defaultdict(list)
        for name, labels in self.labels.items():
            for pair in labels.items():
                self.having[pair].append(name)
        self.rarest: defaultdict[_Pair, list[str]] = defaultdict(list)
        for name, labels in self.labels.items():
            rarest = min(labels.items(), key=lambda pair: len(self.having[pair]))
            self.rarest[rarest].append(name)

    def candidates(self, example: Example) -> Iterator[str]:
        """Yield the workloads that an example may be about, some of them twice."""
        pairs = _pairs(example)
        for pair in pairs:
            yield from self.rarest.get(pair, ())
        fewest = min((self.having.get(pair, []) for pair in pairs), key=len, default=self.labels)
        yield from fewest

    def is_about(self, example: Example, name: str) -> bool:
        """Return whether the labels of one of the two hold all that the other asks for."""
        labels = self.labels[name]
        if all((labels.get(key) in values.items) == values.listed for key, values in example.wanted):
            return True
        return labels.items() <= set(_pairs(example))


def about(examples: Sequence[Example], selected: Mapping[str, Selected]) -> dict[str, list[Example]] | None:
    """Return the examples for each workload that the page describes, in their order; None where they are too many.

    An example that asks for no label is about every workload.
    """
    index = _Index(selected)
    found: dict[str, list[Example]] = {}
    compared = 0
    for example in examples:
        weight = 1 + sum(map(len, example.opened.values()))
        for name in dict.fromkeys(index.candidates(example)):
            compared += 1
            if index.is_about(example, name):
                compared += weight
                found.setdefault(name, []).append(example)
            if compared > MAX_COMPARED:
                return None
    return found


def _pairs(example: Example) -> list[_Pair]:
    """Return the labels of which an example asks for one value each."""
    return [
        (key, value)
        for key, values in example.wanted
        if values.listed and len(values.items) == 1
        for value in values.items
        if value is not None
    ]
