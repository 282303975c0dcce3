"""The common ground on which two sides are compared: every class of ends, and ends that are no one class.

A workload whose labels changed is one class of pods on one side and another class on the other; one that only one
side has is no class at all on the other. Such workloads, and externals whose addresses changed, are ends of their own
beside the classes, so that what they may do is compared, and not only what ends with certain labels may do.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from esspec.semantics.connected import Connection
from esspec.semantics.ends import Ends
from esspec.semantics.flows import Flows
from esspec.semantics.meaning import Side, bits
from esspec.semantics.views import Sight

Places = tuple[int | None, int | None]
"""The class that an end is on either side; None where it is nowhere."""


class Ground(NamedTuple):
    """All ends: the classes by their numbers, and the ends of `moved` by numbers behind them.

    `workloads` are those of `connections`, by their places in it, that are moved ends. `names` are the names of pods on
    either side, `externals` the ends of externals. `left` are the classes that a moved
    end is or was, if no other end is one; they are not shown. `variants` are the classes that a page's workload selects
    besides the one that its pods are.
    """

    sights: tuple[Sight, Sight]
    connections: tuple[Connection, ...]
    moved: Mapping[int, Places]
    workloads: Mapping[int, int]
    names: tuple[Mapping[int, tuple[str, ...]], Mapping[int, tuple[str, ...]]]
    externals: tuple[Mapping[str, int], Mapping[str, int]]
    left: Mapping[int, int]
    variants: Mapping[int, int]

    @property
    def ends(self) -> Ends:
        """Return the classes."""
        return self.sights[0].ends

    @property
    def pods(self) -> int:
        """Return the ends that are pods and shown, as bits."""
        moved = sum(1 << end for end in self.moved if end in self.names[0] or end in self.names[1])
        return ((1 << len(self.ends.pods)) - 1 | moved) & ~self._vacated

    @property
    def outside(self) -> int:
        """Return the ends outside that are shown, as bits."""
        classes = self.ends.everyone >> len(self.ends.pods) << len(self.ends.pods)
        moved = sum(1 << end for end in self.moved if end not in self.names[0] and end not in self.names[1])
        return (classes | moved) & ~self._vacated

    @property
    def _vacated(self) -> int:
        found = 0
        for classes in self.left.values():
            found |= classes
        return found

    def absent(self, side: int) -> int:
        """Return the ends that side 0 or 1 does not have, as bits."""
        return sum(1 << end for end, places in self.moved.items() if places[side] is None)

    def place(self, end: int, side: int) -> int | None:
        """Return the class that an end is on side 0 or 1."""
        return self.moved[end][side] if end in self.moved else end

    def twins(self, side: int) -> "Twins":
        """Return which classes moved ends are on side 0 or 1."""
        ends: dict[int, int] = defaultdict(int)
        for end, places in self.moved.items():
            if (place := places[side]) is not None:
                ends[place] |= 1 << end
        return Twins(ends, sum(1 << place for place in ends))

    def flows(self, side: int) -> Flows:
        """Return the flows of side 0 or 1 between all ends."""
        flows = self.sights[side].flows
        if not self.moved:
            return flows
        twins = self.twins(side)
        known: dict[int, Side] = {}
        rows: dict[int, Side] = {}
        for source, row in flows.rows.items():
            if id(row) not in known:
                known[id(row)] = tuple(s._replace(peers=twins.widened(s.peers)) for s in row)
            for end in (source, *bits(twins.ends.get(source, 0))):
                rows[end] = known[id(row)]
        return Flows(rows)


class Twins(NamedTuple):
    """The moved ends that are a class on one side, as bits by class; `classes` are those that have some."""

    ends: Mapping[int, int]
    classes: int

    def widened(self, classes: int) -> int:
        """Return classes with all moved ends that are one of them."""
        found = classes
        for place in bits(classes & self.classes):
            found |= self.ends[place]
        return found
