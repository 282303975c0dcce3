"""The names of a page's workloads, asked which of them other words may mean: offered in comments, never taken."""

import difflib
from collections import defaultdict
from collections.abc import Sequence

from esspec.compiling.page_reading import Reading
from esspec.reading.spelling import fold
from esspec.terms import Direction

_BOTH = frozenset(Direction)
_BEGINNING = 4
_SHOWN = 3
_MAX_SEARCHES = 100


class KnownNames:
    """Some names of workloads, found by words that they share with others."""

    def __init__(self, names: Sequence[str], reading: Reading) -> None:
        self._names = names
        self._most_like = reading.resolution.names.near
        self._directions = _directions(reading)
        self._by_beginning: dict[str, list[str]] = defaultdict(list)
        self._searches = 0
        for name in names:
            for word in dict.fromkeys(word[:_BEGINNING] for word in fold(name).split()):
                self._by_beginning[word].append(name)

    def like(self, name: str) -> list[str]:
        """Return the names that are spelt like `name` or share a word with it, or the beginning of one."""
        most_like = self._most_like(name)
        found = dict.fromkeys([most_like] if most_like else [])
        words = fold(name).split()
        for word in words:
            for other in self._by_beginning[word[:_BEGINNING]][:_MAX_SEARCHES]:
                if any(_are_alike(word, theirs) for theirs in fold(other).split()):
                    found[other] = None
        return list(found)[:_SHOWN]

    def nearest(self, name: str) -> list[str]:
        """Return the name that has most in common with `name`, however little; the search is slow, and ends once."""
        self._searches += 1
        some = self._names[:_MAX_SEARCHES] if self._searches <= _MAX_SEARCHES else []
        folded = {fold(other): other for other in some}
        return [folded[found] for found in difflib.get_close_matches(fold(name), folded, 1, cutoff=0)]

    def fuller(self, name: str) -> list[str]:
        """Return the names that say the same and more, and are described in the other direction only.

        Two headings, one per direction, can be about the same pods.
        """
        words, mine = frozenset(fold(name).split()), self._directions[name]
        rarest = min((self._by_beginning[word[:_BEGINNING]] for word in words), key=len, default=[])
        theirs = _BOTH - mine
        found = [other for other in rarest if words < frozenset(fold(other).split())]
        return [other for other in found if mine and self._directions[other] == theirs][:_SHOWN]


def _are_alike(word: str, other: str) -> bool:
    shorter = min(len(word), len(other))
    return word == other or (shorter >= _BEGINNING and (word.startswith(other) or other.startswith(word)))


def _directions(reading: Reading) -> dict[str, frozenset[Direction]]:
    """Return in which directions the page describes each workload."""
    found: dict[str, frozenset[Direction]] = defaultdict(frozenset)
    for rule in reading.resolution.rules:
        found[rule.workload] |= {rule.written.direction}
    for name, statement in reading.resolution.statements:
        found[name] |= {statement.direction}
    return found
