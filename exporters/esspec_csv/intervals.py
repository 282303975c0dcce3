"""Port intervals, and the lines of the page that state them: what covers a question, and who says so.

A page may state thousands of intervals for one pair of workloads and ask about each of them, so nothing here
goes through all of them for one question.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from esspec.model import LAST_PORT

Span = tuple[int, int]
"""First and last port, both included."""

FEW = 16


class Stated(NamedTuple):
    """One interval, and the line that states it."""

    first: int
    last: int
    line: int


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same ports as few spans, sorted; no two of them overlap or touch."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def span_at(spans: Sequence[Span], port: int) -> Span | None:
    """Return the one of the joined `spans` that holds `port`."""
    at = bisect_right(spans, (port, LAST_PORT)) - 1
    return spans[at] if at >= 0 and spans[at][1] >= port else None


def covers(spans: Sequence[Span], first: int, last: int) -> bool:
    """Return whether the joined `spans` hold every port from `first` to `last`."""
    span = span_at(spans, first)
    return span is not None and last <= span[1]


def grown(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return joined `spans`, each together with the joined `others` that it overlaps or touches.

    What the two cover in union is then covered by one span of the result or one of `others`.
    """
    if not others:
        return list(spans)
    return joined(
        ((span_at(others, first - 1) or (first,))[0], (span_at(others, last + 1) or (last,))[-1])
        for first, last in spans
    )


class Statements:
    """Intervals with their lines, to be asked which lines speak of a port."""

    def __init__(self, stated: Sequence[Stated], most: int) -> None:
        self._stated = stated
        self._most = most

    @cached_property
    def spans(self) -> list[Span]:
        """Return all ports stated, as joined spans."""
        return joined((s.first, s.last) for s in self._stated)

    def lines(self, first: int, last: int) -> Sequence[int]:
        """Return the lines that state any of the ports `first` to `last`, sorted; the smallest `most`."""
        if len(self._stated) <= FEW:
            found = {s.line for s in self._stated if s.first <= last and first <= s.last}
            return sorted(found)[: self._most]
        cuts, levels = self._table
        begin, end = bisect_right(cuts, first) - 1, bisect_right(cuts, last)
        level = (end - begin).bit_length() - 1
        row = levels[level]
        return self._smallest(row[begin], row[end - (1 << level)])

    @cached_property
    def _table(self) -> tuple[list[int], list[list[tuple[int, ...]]]]:
        """Return where the set of lines changes, and those lines: at `[k][i]` of 2**k pieces from piece i on.

        Any run of pieces is the union of two that stand in the table, and a union may count a line twice.
        """
        cuts = sorted({0, *(s.first for s in self._stated), *(s.last + 1 for s in self._stated)})
        levels = [self._pieces(cuts)]
        width = 1
        while 2 * width <= len(cuts):
            before = levels[-1]
            levels.append([self._smallest(a, b) for a, b in zip(before, before[width:], strict=False)])
            width *= 2
        return cuts, levels

    def _pieces(self, cuts: list[int]) -> list[tuple[int, ...]]:
        """Return per piece its smallest lines; a piece that has enough of them is never visited again."""
        at = {cut: piece for piece, cut in enumerate(cuts)}
        found: list[list[int]] = [[] for _ in cuts]
        beyond = list(range(len(cuts)))  # per piece: itself, or one further on, all full in between
        by_line: defaultdict[int, list[Span]] = defaultdict(list)
        for stated in self._stated:
            by_line[stated.line].append((stated.first, stated.last))
        for line in sorted(by_line):
            for first, last in joined(by_line[line]):
                piece, end = _with_room(beyond, at[first]), at[last + 1]
                while piece < end:
                    found[piece].append(line)
                    if len(found[piece]) == self._most:
                        beyond[piece] = piece + 1
                    piece = _with_room(beyond, piece + 1)
        return [tuple(lines) for lines in found]

    def _smallest(self, one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
        return one if one == other else tuple(sorted({*one, *other})[: self._most])


def _with_room(beyond: list[int], piece: int) -> int:
    """Return the first piece from `piece` on that is not full, and remember the way."""
    found = piece
    while found < len(beyond) and beyond[found] != found:
        found = beyond[found]
    while piece < found:
        beyond[piece], piece = found, beyond[piece]
    return found
