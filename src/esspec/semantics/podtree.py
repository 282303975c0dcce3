"""Pods cut into blocks by every selector at hand: a tree that asks one key per level.

A node has a branch per value that some selector mentions, and `rest` for every other value. A leaf is a block: a
product of one value set per key on its path. Cutting by a selector on n keys touches n nodes per block it meets,
so a page of workloads told apart by one label gives about as many blocks as it has selectors.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from esspec.semantics.lifted import NAMESPACE, Key, Pods, Values, all_but, only

# A set of blocks is a bit per block, and there are about as many sets as blocks: time and memory grow with the square.
MAX_BLOCKS = 20_000


class TooManyBlocks(Exception):
    """The selectors cross each other in more ways than can be counted through."""


class Block(NamedTuple):
    """Pods that no selector at hand tells apart: which values each key on the way to them has."""

    where: tuple[tuple[Key, Values], ...]


class _Leaf:
    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = -1


class _Node:
    """Asks for the key number `key`; None among the branches is "has no such label"."""

    __slots__ = ("branches", "key", "rest")

    def __init__(self, key: int, rest: "_Tree") -> None:
        self.key = key
        self.branches: dict[str | None, _Tree] = {}
        self.rest = rest


_Tree = _Node | _Leaf
_Wanted = list[tuple[int, Values]]


class PodTree:
    """The blocks for some selectors, numbered from 0; `blocks` describes them."""

    def __init__(self, selectors: Iterable[Pods]) -> None:
        """Cut all pods by `selectors`. Raises TooManyBlocks over MAX_BLOCKS."""
        unique = sorted(set(selectors), key=_selector_order)
        self._keys = _key_order(unique)
        self._index = {key: number for number, key in enumerate(self._keys)}
        self._count = 1
        self._root: _Tree = _Leaf()
        for selector in unique:
            self._root = self._cut(self._root, self._wanted(selector), 0)
        self.blocks: list[Block] = []
        self._number(self._root, ())

    def numbers(self, selector: Pods) -> Iterator[int]:
        """Yield the numbers of the blocks that a selector means; it must be one that the tree was cut by."""
        return self._leaves(self._root, self._wanted(selector), 0)

    def number(self, values: Mapping[Key, str]) -> int:
        """Return the number of the block of a pod that has exactly these values, and no label beside them."""
        tree = self._root
        while isinstance(tree, _Node):
            tree = tree.branches.get(values.get(self._keys[tree.key]), tree.rest)
        return tree.number

    def _wanted(self, selector: Pods) -> _Wanted:
        return sorted((self._index[key], values) for key, values in selector.where)

    def _cut(self, tree: _Tree, wanted: _Wanted, at: int) -> _Tree:
        """Return `tree` with every block split that lies only partly in what is wanted from `at` on."""
        if at == len(wanted):
            return tree
        key, values = wanted[at]
        if isinstance(tree, _Leaf) or tree.key > key:
            tree = _Node(key, tree)
        if tree.key < key:
            for value, child in tree.branches.items():
                tree.branches[value] = self._cut(child, wanted, at)
            tree.rest = self._cut(tree.rest, wanted, at)
            return tree
        for value in sorted(values.items, key=_value_order):
            if value not in tree.branches:
                tree.branches[value] = self._copy(tree.rest)
        chosen = values.items if values.listed else tree.branches.keys() - values.items
        for value in chosen:
            tree.branches[value] = self._cut(tree.branches[value], wanted, at + 1)
        if not values.listed:
            tree.rest = self._cut(tree.rest, wanted, at + 1)
        return tree

    def _copy(self, tree: _Tree) -> _Tree:
        if isinstance(tree, _Leaf):
            self._count += 1
            if self._count > MAX_BLOCKS:
                raise TooManyBlocks
            return _Leaf()
        twin = _Node(tree.key, self._copy(tree.rest))
        twin.branches = {value: self._copy(child) for value, child in tree.branches.items()}
        return twin

    def _number(self, tree: _Tree, path: tuple[tuple[Key, Values], ...]) -> None:
        if isinstance(tree, _Leaf):
            tree.number = len(self.blocks)
            self.blocks.append(Block(path))
            return
        key = self._keys[tree.key]
        for value, child in tree.branches.items():
            self._number(child, (*path, (key, only(value))))
        self._number(tree.rest, (*path, (key, all_but(*tree.branches))))

    def _leaves(self, tree: _Tree, wanted: _Wanted, at: int) -> Iterator[int]:
        if isinstance(tree, _Leaf):
            yield tree.number
            return
        children: Iterable[_Tree]
        if at < len(wanted) and tree.key == wanted[at][0]:
            values = wanted[at][1]
            at += 1
            if values.listed:
                children = [tree.branches[value] for value in sorted(values.items, key=_value_order)]
            else:
                children = [child for value, child in tree.branches.items() if value not in values.items]
                children.append(tree.rest)
        else:
            children = [*tree.branches.values(), tree.rest]
        for child in children:
            yield from self._leaves(child, wanted, at)


def _selector_order(selector: Pods) -> list[tuple[Key, bool, list[tuple[bool, str]]]]:
    return [(key, values.listed, sorted(map(_value_order, values.items))) for key, values in selector.where]


def _value_order(value: str | None) -> tuple[bool, str]:
    return value is None, value or ""


def _key_order(selectors: Iterable[Pods]) -> tuple[Key, ...]:
    """Return the keys, so ordered that few blocks are copied.

    The namespace comes first, because selectors of two namespaces never meet; then what has the fewest values.
    """
    values: dict[Key, set[str | None]] = {}
    for selector in selectors:
        for key, wanted in selector.where:
            values.setdefault(key, set()).update(wanted.items)
    return tuple(sorted(values, key=lambda key: (key != NAMESPACE, len(values[key]), key)))
