"""The words of a cell, and the parts of it that they are quoted in."""

import re
from functools import lru_cache
from typing import NamedTuple

from esspec.reading.inline import Text

SEPARATORS = frozenset({",", ";", "&", "\n", "and", "or"})
_WORD = re.compile(r"[^\s,;]+|[,;]|\n")
_BULLETS = frozenset({"-", "*", "\u2022"})


class Piece(NamedTuple):
    """One peer of a cell: its plain text, and `phrase`, the same as the page writes it."""

    name: str
    phrase: str


class CellWords(NamedTuple):
    """The words of a text, and the same in lower case; separators are words, `begin` to `end` is the part looked at.

    Where words begin is asked only for what is quoted, so it is found then.
    """

    text: Text
    all: list[str]
    low: list[str]

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return where words `begin` to `end` (not included) begin and end in the text."""
        spans = _spans(self.text.text)
        return spans[begin][0], spans[end - 1][1]

    def quoted(self, begin: int, end: int) -> str:
        """Return words as the page writes them."""
        return self.text.written(*self.span(begin, end))

    def piece(self, begin: int, end: int) -> Piece:
        """Return the peer that words name."""
        text = self.text
        if not text.marks and "(" not in text.text:  # no separator stands in between
            name = " ".join(self.all[begin:end])
            return Piece(name, name)
        start, stop = self.span(begin, end)
        return Piece(" ".join(text.text[start:stop].split()), " ".join(text.written(start, stop).split()))


@lru_cache(maxsize=1)
def _spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text begin and end; one text is asked for again and again, then the next."""
    return [found.span() for found in _WORD.finditer(text)]


def words_of(text: Text) -> CellWords:
    """Return the words of a text."""
    found = _WORD.findall(text.text)
    return CellWords(text, found, [word.lower() for word in found])


def is_bullet(words: CellWords, at: int, end: int) -> bool:
    """Return whether a word is the sign of a list: at the beginning of a line, and before another word."""
    low = words.low
    return low[at] in _BULLETS and at + 1 < end and (at == 0 or low[at - 1] == "\n")
