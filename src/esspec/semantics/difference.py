"""The difference of two sides by meaning: which flows only one of them allows, between which ends."""

from typing import NamedTuple

from esspec.semantics.flows import Flows
from esspec.semantics.ground import Ground
from esspec.semantics.grounding import ground_of
from esspec.semantics.views import View, see


class Difference(NamedTuple):
    """The flows that only the first side allows, and those that only the second allows, over all ends of `ground`."""

    ground: Ground
    removed: Flows
    added: Flows

    @property
    def is_empty(self) -> bool:
        """Return whether both sides allow the same, whoever asks."""
        return not self.removed.rows and not self.added.rows

    def only_in(self, side: int) -> Flows:
        """Return the flows that only side 0 or 1 allows."""
        return self.added if side else self.removed


def difference(one: View, other: View) -> Difference:
    """Return the difference of two sides. Raises podtree.TooManyBlocks where there is too much to be compared."""
    first, second = see((one, other))
    ground = ground_of((first, second))
    flows, others = ground.flows(0), ground.flows(1)
    return Difference(ground, flows - others, others - flows)


def touched(flows: Flows) -> int:
    """Return all ends of some flows, as bits."""
    ends = sum(1 << source for source in flows.rows)
    known: set[int] = set()
    for row in flows.rows.values():
        if id(row) not in known:
            known.add(id(row))
            for segment in row:
                ends |= segment.peers
    return ends
