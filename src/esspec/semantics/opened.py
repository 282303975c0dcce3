"""What is open between two ends: ports of protocols, as sets and in the words of np-guard."""

from collections.abc import Iterable
from functools import lru_cache
from operator import and_, or_

from esspec.semantics.flows import combined
from esspec.semantics.lifted import Ports
from esspec.semantics.meaning import Segment, Side, merged_spans
from esspec.terms import FIRST_PORT, LAST_PORT, Protocol

Opened = Side
"""Ports that are open: segments whose peers are the number 1, sorted, disjoint and merged."""

EVERYTHING: Opened = tuple(Segment(protocol, FIRST_PORT, LAST_PORT, 1) for protocol in Protocol)


def opened(ports: Iterable[Ports]) -> Opened:
    """Return the set of these ports."""
    spans: dict[Protocol, list[tuple[int, int, int]]] = {}
    for each in ports:
        spans.setdefault(each.protocol, []).append((each.first, each.last, 1))
    return tuple(Segment(p, *span) for p in Protocol if p in spans for span in merged_spans(spans[p]))


def open_to(side: Side, peer: int) -> Opened:
    """Return what a side opens to a class of ends."""
    found = tuple(segment._replace(peers=1) for segment in side if segment.peers >> peer & 1)
    return found if len(found) < 2 else combined(found, (), or_)  # noqa: PLR2004 - what follows merges neighbours


def either(one: Opened, other: Opened) -> Opened:
    """Return the ports in any of both sets."""
    return combined(one, other, or_)


def common(one: Opened, other: Opened) -> Opened:
    """Return the ports in both sets."""
    if other == EVERYTHING:
        return one
    return combined(one, other, and_)


def without(one: Opened, other: Opened) -> Opened:
    """Return the ports that are in the first set only."""
    return combined(one, other, lambda mine, theirs: mine & ~theirs)


@lru_cache(maxsize=1 << 12)
def in_words(found: Opened, names: tuple[tuple[Protocol, int, str], ...] = ()) -> str:
    """Return a set of ports as np-guard writes it: `All Connections`, or `TCP 1-1024,8080; UDP 53`.

    Numbers that stand for names (Ends.port_names) are these names: `TCP 8080,http`.
    """
    if found == EVERYTHING:
        return "All Connections"
    parts = []
    for protocol in Protocol:
        numbers = [(s, name_of(s, names)) for s in found if s.protocol is protocol]
        intervals = [interval(s.first, s.last) for s, name in numbers if not name]
        intervals += [name for _, name in numbers if name]
        if intervals:
            parts.append(f"{protocol} {','.join(intervals)}")
    return "; ".join(parts)


def name_of(segment: Segment, names: tuple[tuple[Protocol, int, str], ...]) -> str:
    """Return the names that a port stands for, empty for one that is meant as a number."""
    protocol, first, last, _ = segment
    return next((name for each, number, name in names if each is protocol and number == first == last), "")


def interval(first: int, last: int) -> str:
    """Return `80` or `8000-8010`."""
    return str(first) if first == last else f"{first}-{last}"
