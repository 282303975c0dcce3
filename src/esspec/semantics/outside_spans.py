"""Ends outside as answers show them: externals by name, and addresses side by side that are open alike as one span."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from esspec.semantics.meaning import Side
from esspec.semantics.naming import Naming, address_range
from esspec.semantics.opened import Opened, open_to
from esspec.semantics.views import Sight

EXTERNAL, SPAN = 0, 1


class OutsideEnd(NamedTuple):
    """An end outside, or several that are alike: its place among such ends, its name, what is open, its classes.

    The place begins with EXTERNAL or SPAN.
    """

    at: tuple[int, int, int]
    name: str
    opened: Opened
    classes: int


class OutsideSpans:
    """The classes of ends outside of one view, in the order of their addresses."""

    def __init__(self, sight: Sight, names: Naming) -> None:
        self._first = len(sight.ends.pods)
        self._ends = sight.ends.outside
        order = {external.name: number for number, external in enumerate(sight.view.externals)}
        self._externals = [
            (number, order[name])
            for number in range(len(self._ends))
            if (name := names.outside[self._first + number]) in order
        ]
        self._whole: dict[int, int] = defaultdict(int)
        for number, owner in self._externals:
            self._whole[owner] |= 1 << self._first + number
        self._names = [names.outside[self._first + number] for number in range(len(self._ends))]
        # Spans end where addresses of one version do, and each end without an address stands alone.
        versions = [end.first[0] if end.first else -number for number, end in enumerate(self._ends)]
        self._breaks = {number for number, (a, b) in enumerate(pairwise(versions), 1) if a != b} | {len(versions)}

    def reached(self, side: Side, scope: int) -> Iterator[OutsideEnd]:
        """Yield the ends in `scope`, classes as bits, to which a side opens something: first the externals."""
        externals: dict[tuple[int, Opened], int] = defaultdict(int)
        spans: list[OutsideEnd] = []
        known = [number for number, _ in self._externals]
        for begin, end, opened in self._alike(side, scope >> self._first):
            within = self._externals[bisect_left(known, begin) : bisect_left(known, end)]
            for number, order in within:
                externals[order, opened] |= 1 << self._first + number
            if len(within) < end - begin:
                classes = ((1 << (end - begin)) - 1) << self._first + begin
                spans.append(OutsideEnd((SPAN, begin, end), self._name(begin, end), opened, classes))
        for (order, opened), classes in sorted(externals.items(), key=lambda found: found[0][0]):
            lowest = (classes & -classes).bit_length() - 1 - self._first
            name = self._names[lowest] if classes == self._whole[order] else self._part(self._names[lowest], classes)
            yield OutsideEnd((EXTERNAL, order, lowest), name, opened, classes)
        yield from spans

    def _part(self, name: str, classes: int) -> str:
        """Return the name of an external and which of its addresses are meant: not all of them are open alike."""
        spans = (
            self._name(*span)
            for begin, end in _runs(classes >> self._first)
            for span in pairwise([begin, *(at for at in sorted(self._breaks) if begin < at < end), end])
        )
        return f"{name} ({', '.join(spans)})"

    def _name(self, begin: int, end: int) -> str:
        first, last = self._ends[begin].first, self._ends[end - 1].last
        return self._names[begin] if first is None or last is None else address_range(first, last)

    def _alike(self, side: Side, scope: int) -> Iterator[tuple[int, int, Opened]]:
        """Yield (begin, end, what is open) of neighbours to which a side opens the same."""
        begins: dict[int, list[int]] = defaultdict(list)
        ends: dict[int, list[int]] = defaultdict(list)
        for number, segment in enumerate(side):
            for begin, end in _runs(segment.peers >> self._first & scope):
                begins[begin].append(number)
                ends[end].append(number)
        if not begins:
            return
        active: set[int] = set()
        for at, following in pairwise(sorted({*begins, *ends, *self._breaks})):
            active.difference_update(ends.get(at, ()))
            active.update(begins.get(at, ()))
            if active:
                yield at, following, _opened(side, sorted(active))


def _opened(side: Side, numbers: Sequence[int]) -> Opened:
    return open_to(tuple(side[number]._replace(peers=1) for number in numbers), 0)


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of the runs of bits that are set; the end is the first bit behind."""
    at = 0
    while mask:
        skipped = (mask & -mask).bit_length() - 1
        mask >>= skipped
        length = (~mask & (mask + 1)).bit_length() - 1
        yield at + skipped, at + skipped + length
        mask >>= length
        at += skipped + length
