"""In which class of `esspec.semantics.ends` an end is, found by looking at every class: there must be exactly one."""

from ipaddress import ip_address

from esspec.semantics.ends import Ends, OutsideClass
from esspec.semantics.lifted import Pods
from smallworld import End, Place, Pod, has_all


def class_of(ends: Ends, end: End) -> int:
    """Return the number of the one class that an end is in."""
    if isinstance(end, Pod):
        found = [number for number, block in enumerate(ends.pods) if has_all(end, Pods(block.where))]
    else:
        found = [n for n, each in enumerate(ends.outside, len(ends.pods)) if holds(each, end)]
    assert len(found) == 1
    return found[0]


def holds(each: OutsideClass, place: Place) -> bool:
    """Return whether a class of ends outside holds a place: by role, and by address or by having none."""
    if each.role is not place.role:
        return False
    if each.first is None or each.last is None or place.address is None:
        return each.first is None and place.address is None
    address = ip_address(place.address)
    return each.first <= (address.version, int(address)) <= each.last
