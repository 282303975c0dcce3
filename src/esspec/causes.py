"""At which end a flow is denied that one side allows and the other does not: flows are told by the end that decides."""

from typing import TYPE_CHECKING, NamedTuple

from esspec.difference import Difference
from esspec.flows import Flows, admitted, combined, effective_turned, without

from esspec.terms import Direction

if TYPE_CHECKING:
    from esspec.meaning import Side


class Causes(NamedTuple):
    """The flows that only one side allows, in two parts that have none in common.

    `sent` are denied by the egress of their sources: a row per source with its destinations. `received` are denied by
    the ingress of their destinations: a row per destination with its sources.
    """

    sent: Flows
    received: Flows


def causes(found: Difference, side: int) -> Causes:
    """Return the flows that only side 0 or 1 allows by the ends at which the other side denies them.

    What both of its ends deny is received; what a source that the other side does not have would send is sent.
    """
    only = found.only_in(side)
    if not only.rows:
        return Causes(only, only)
    ground, other = found.ground, 1 - side
    sight = ground.sights[other]
    admitting = ground.extended(admitted(sight.meaning, sight.ends), other)
    present = ground.present(other)
    there = Flows({source: row for source, row in only.rows.items() if present >> source & 1})
    absent = Flows({source: row for source, row in only.rows.items() if not present >> source & 1})
    return Causes((there & admitting) | absent, _received(found, side, present))


def _received(found: Difference, side: int, present: int) -> Flows:
    """Return the flows of sources that the other side has, to destinations that do not admit them there."""
    ground, other = found.ground, 1 - side
    turned = [
        ground.extended(effective_turned(sight.meaning, sight.ends), at) for at, sight in enumerate(ground.sights)
    ]
    twins, sides = ground.twins(other), ground.sights[other].meaning.sides
    widened: "dict[int, Side]" = {}
    denied: "dict[tuple[int, int], Side]" = {}
    rows: "dict[int, Side]" = {}
    for destination, row in (turned[side] - turned[other]).restricted(ground.all_ends, present).rows.items():
        place = ground.place(destination, other)
        admits = () if place is None else sides.get((place, Direction.INGRESS))
        if admits is None:
            continue
        key = (id(row), id(admits))
        if key not in denied:
            if id(admits) not in widened:
                widened[id(admits)] = twins.widened_in(admits)
            denied[key] = combined(row, widened[id(admits)], without)
        if denied[key]:
            rows[destination] = denied[key]
    return Flows(rows)
