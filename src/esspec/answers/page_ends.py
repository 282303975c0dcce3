"""A difference of a page and manifests, in parts: what the page must answer for, and what other pods' policies do.

The manifests of a whole cluster deny much of which a page says nothing, and which it could not say: what pods of
other teams may do, and whom they let in. That is the business of other pages.
"""

from typing import NamedTuple

from esspec.semantics.difference import Difference
from esspec.semantics.flows import Flows, effective
from esspec.semantics.ground import Ground
from esspec.semantics.lifted import only, pods
from esspec.semantics.meaning import Meaning, bits


class Parted(NamedTuple):
    """The parts of a difference.

    `of_page` is what manifests allow or deny otherwise than the page at its workloads. `at_other_end` begins or ends
    at a workload of the page, whose own policies let it through: the other end denies it. `of_others` is what
    manifests deny between ends that are no workloads of the page.
    """

    of_page: Difference
    at_other_end: Difference
    of_others: Difference


def parted(found: Difference) -> Parted:
    """Return the difference of a page, the first side, and manifests, in parts that are the whole together.

    Between others a page allows everything, so that manifests can only deny there. What only the manifests allow is
    the page's in any case, and so is what they deny at an end that is a workload of the page.
    """
    own = _own(found.ground)
    others = _everyone(found.ground) & ~own
    of_others = found.removed.restricted(others, others)
    at_page = found.removed - of_others
    at_other_end = at_page & _let_through(found.ground, own)
    return Parted(
        found._replace(removed=at_page - at_other_end),
        found._replace(removed=at_other_end, added=Flows({})),
        found._replace(removed=of_others, added=Flows({})),
    )


def _everyone(ground: Ground) -> int:
    return ground.ends.everyone | sum(1 << end for end in ground.moved)


def _own(ground: Ground) -> int:
    """Return all ends that the page's workloads are or select, on either side, as bits."""
    own = 0
    for known in ground.sights[0].view.pods:
        own |= ground.ends.mask(pods((key, only(value)) for key, value in known.values.items()))
    for end, (place, _) in ground.moved.items():
        if place is not None and own >> place & 1:
            own |= 1 << end | ground.left[end]
    return own


def _let_through(ground: Ground, own: int) -> Flows:
    """Return the flows that manifests would allow if they isolated none but the page's workloads."""
    page, manifests = ground.sights
    places = {ground.place(end, 1) for end in bits(own)}
    sides = {key: side for key, side in manifests.meaning.sides.items() if key[0] in places}
    sight = manifests._replace(flows=effective(Meaning(sides), ground.ends))
    return ground._replace(sights=(page, sight)).flows(1)
