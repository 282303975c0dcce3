"""Sets of ports as integers, bit N for port N: union, intersection and difference are single operations."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

from esspec.model import PortRange
from esspec.terms import LAST_PORT

ALL_PORTS = (1 << (LAST_PORT + 1)) - 2
MANY = 8
"""More intervals than these are not written out."""


def port_set(ports: Sequence[PortRange] | Literal["all"]) -> int:
    """Return the set of all ports in the intervals."""
    if isinstance(ports, str):
        return ALL_PORTS
    found = 0
    for interval in ports:
        found |= ((1 << (interval.last - interval.first + 1)) - 1) << interval.first
    return found


def intervals(ports: int) -> Iterator[str]:
    """Yield the intervals of a set, lowest first, as a page writes them: `80` or `8000-8010`."""
    at = 0
    while ports:
        skipped = (ports & -ports).bit_length() - 1
        first = at + skipped
        ports >>= skipped
        length = (~ports & (ports + 1)).bit_length() - 1
        yield str(first) if length == 1 else f"{first}-{first + length - 1}"
        ports >>= length
        at = first + length


def count(ports: int) -> int:
    """Return how many intervals a set has."""
    return (ports & ~(ports << 1)).bit_count()


def in_words(protocol: str, ports: int) -> str:
    """Return a protocol and its first ports in a few words: `TCP 80, 8000-8010`, or `TCP` alone for all ports."""
    if ports == ALL_PORTS:
        return protocol
    more = f" and {count(ports) - MANY} more" if count(ports) > MANY else ""
    return f"{protocol} {', '.join(islice(intervals(ports), MANY))}{more}"
