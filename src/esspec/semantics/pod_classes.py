"""Classes of pods: the blocks of `podtree`, cut further by the numbers that pods give the names of ports.

Names of ports are not crossed with each other as labels are: what rules allow by several names adds up, so that a pod
with one name shows whether it is allowed. A block has the class of pods without a name, one per known pod that names
ports otherwise, and one per name with a number that no known pod gives it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from esspec.semantics.lifted import Key, Pods, Values, only
from esspec.semantics.podtree import MAX_BLOCKS, Block, PodTree, TooManyBlocks
from esspec.semantics.surroundings import port_name

_Named = frozenset[tuple[Key, str]]
"""The names that pods give ports, each with its number."""

_Asked = dict[Key, set[str]]


class _Cut(NamedTuple):
    """A selector in two parts: what it asks of the labels, and of the names of ports."""

    labels: Pods
    ports: tuple[tuple[Key, Values], ...]


class PodClasses:
    """The classes for some selectors, numbered from 0; `blocks` describes them."""

    def __init__(self, selectors: Iterable[Pods], known: Iterable[Mapping[Key, str]]) -> None:
        """Cut all pods by `selectors`; `known` are the pods at hand. Raises TooManyBlocks over MAX_BLOCKS."""
        cuts = [_cut(selector) for selector in selectors]
        self._tree = PodTree(cut.labels for cut in cuts)
        self._has_names = any(cut.ports for cut in cuts)
        self._asked: dict[int, _Asked] = defaultdict(lambda: defaultdict(set))
        for cut in cuts:
            if cut.ports:
                for number in self._tree.numbers(cut.labels):
                    for key, values in cut.ports:
                        self._asked[number][key].update(filter(None, values.items))
        self._named = self._names(tuple(known)) if self._asked else {}
        self._first: list[int] = []
        self.blocks: list[Block] = []
        for number, block in enumerate(self._tree.blocks):
            self._first.append(len(self.blocks))
            self.blocks += self._parts(number, block)
        if len(self.blocks) > MAX_BLOCKS:
            raise TooManyBlocks

    def numbers(self, selector: Pods) -> Iterator[int]:
        """Yield the numbers of the classes that a selector means; it must be one that they were cut by."""
        if not self._has_names:
            yield from self._tree.numbers(selector)
            return
        cut = _cut(selector)
        for block in self._tree.numbers(cut.labels):
            first = self._first[block]
            for part, named in enumerate(self._named.get(block, _UNNAMED)):
                if not cut.ports or _meets(named, cut.ports):
                    yield first + part

    def number(self, values: Mapping[Key, str]) -> int:
        """Return the number of the class of a pod that has exactly these values, and no label beside them.

        Raises LookupError for a pod that names ports as no pod does that was known.
        """
        block = self._tree.number(values)
        if block not in self._asked:
            return self._first[block]
        named = frozenset((key, values[key]) for key in self._asked[block] if key in values)
        if named not in self._named[block]:
            raise LookupError(f"a pod that names ports in a way that was not known: {sorted(named)}")
        return self._first[block] + self._named[block].index(named)

    def _names(self, known: Iterable[Mapping[Key, str]]) -> dict[int, tuple[_Named, ...]]:
        """Return how pods name ports, by block: not at all, as known pods do, or one by a number that none gives."""
        found: dict[int, dict[_Named, None]] = {block: {frozenset(): None} for block in self._asked}
        given: set[tuple[Key, str]] = set()
        for values in known:
            given |= {(key, value) for key, value in values.items() if port_name(key)}
            block = self._tree.number(values)
            if block in found:
                found[block][frozenset((key, values[key]) for key in self._asked[block] if key in values)] = None
        for block, asked in self._asked.items():
            for key in sorted(asked):
                found[block].update({frozenset([(key, n)]): None for n in sorted(asked[key]) if (key, n) not in given})
        return {block: tuple(named) for block, named in found.items()}

    def _parts(self, number: int, block: Block) -> Iterator[Block]:
        for named in self._named.get(number, _UNNAMED):
            numbers = dict(named)
            where = ((key, only(numbers.get(key))) for key in sorted(self._asked.get(number, ())))
            yield Block((*block.where, *where))


_UNNAMED: tuple[_Named, ...] = (frozenset(),)


def _cut(selector: Pods) -> _Cut:
    ports = tuple((key, values) for key, values in selector.where if port_name(key))
    return _Cut(Pods(tuple(part for part in selector.where if part not in ports)) if ports else selector, ports)


def _meets(named: _Named, wanted: Iterable[tuple[Key, Values]]) -> bool:
    numbers = dict(named)
    return all((numbers.get(key) in values.items) is values.listed for key, values in wanted)
