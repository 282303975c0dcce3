"""Names of workloads and externals in running text, found without reading it."""

import re
from collections.abc import Collection
from functools import cached_property

from esspec.compiling.names import Names
from esspec.reading.spelling import fold

_SPLIT = re.compile(r"[\s/]+")
_AROUND = "()[]{}<>\"'`*,;:.!?\u2019\u201c\u201d"


class Mentions:
    """Finds the names of one page and its binding in texts."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def first_in(self, text: str, own: Collection[str]) -> str:
        """Return the first name in a text, as it stands there, that means somebody beside `own`; empty without."""
        words = [_bare(word) for word in _SPLIT.split(text)]
        at = 0
        while at < len(words):
            length = self._length(words, at)
            key = fold(" ".join(words[at : at + length]))
            if length and not (self._known[key] and set(self._known[key]) <= set(own)):
                return " ".join(words[at : at + length])
            at += length or 1
        return ""

    def _length(self, words: list[str], at: int) -> int:
        """Return of how many words the longest name is that begins with this one, 0 if there is none."""
        for length in self._lengths.get(fold(words[at]), ()):
            if fold(" ".join(words[at : at + length])) in self._known:
                return length
        return 0

    @cached_property
    def _known(self) -> dict[str, list[str]]:
        return self._names.known()

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """Return, by their first word, of how many words names are, the longest first."""
        found: dict[str, set[int]] = {}
        for name in filter(None, self._known):
            first, *others = name.split()
            found.setdefault(fold(first), set()).add(len(others) + 1)
        return {word: sorted(lengths, reverse=True) for word, lengths in found.items()}


def _bare(word: str) -> str:
    """Return a word without the marks around it, and without a possessive."""
    bare = word.strip(_AROUND)
    return bare[:-2] if bare.endswith(("'s", "\u2019s")) else bare
