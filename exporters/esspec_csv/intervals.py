"""Port intervals, and the lines of the page that state them: what covers a question, and who says so.

A page may state thousands of intervals for one pair of workloads and ask about each of them, so nothing here
but the making of an index goes through all of them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from esspec.terms import LAST_PORT

Span = tuple[int, int]
"""First and last port, both included."""

Stated = tuple[int, int, int]
"""First and last port, and the line of the page that states them."""


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
    return joined(
        ((span_at(others, first - 1) or (first,))[0], (span_at(others, last + 1) or (last,))[-1])
        for first, last in spans
    )


class Statements:
    """An index of intervals: their ports as joined `spans`, and which lines speak of a port."""

    def __init__(self, stated: Sequence[Stated], most: int) -> None:
        self._most = most
        self.spans = joined((first, last) for first, last, _ in stated)
        # Where the set of lines changes; the pieces between two of these are what is counted below.
        self._cuts = sorted({0, *(first for first, _, _ in stated), *(last + 1 for _, last, _ in stated)})
        # At [k][i]: the lines of 2**k pieces from piece i on.
        self._levels = [self._pieces(stated)]
        width = 1
        while 2 * width <= len(self._cuts):
            before = self._levels[-1]
            pairs = zip(before, before[width:], strict=False)
            self._levels.append([self._smallest(one, other) for one, other in pairs])
            width *= 2

    def lines(self, first: int, last: int) -> tuple[int, ...]:
        """Return the lines that state any of the ports `first` to `last`: the smallest `most` of them, sorted.

        Any run of pieces is the union of two that have been counted; that they overlap counts no line twice.
        """
        begin, end = bisect_right(self._cuts, first) - 1, bisect_right(self._cuts, last)
        level = (end - begin).bit_length() - 1
        return self._smallest(self._levels[level][begin], self._levels[level][end - (1 << level)])

    def _pieces(self, stated: Sequence[Stated]) -> list[tuple[int, ...]]:
        """Return per piece its smallest lines; a piece that has enough of them is never visited again."""
        at = {cut: piece for piece, cut in enumerate(self._cuts)}
        found: list[list[int]] = [[] for _ in self._cuts]
        beyond = list(range(len(self._cuts)))  # per piece: itself, or one further on, all full in between
        by_line: defaultdict[int, list[Span]] = defaultdict(list)
        for first, last, line in stated:
            by_line[line].append((first, last))
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
    """Return the first piece from `piece` on that is not full, and remember the way there."""
    found = piece
    while beyond[found] != found:  # the last piece lies above every port, so it is never full
        found = beyond[found]
    while piece < found:
        beyond[piece], piece = found, beyond[piece]
    return found
