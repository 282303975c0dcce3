"""Rows that say nothing new: the same connection twice, and rows that another row of their table permits anyway."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from esspec.compiling.page_reading import Reading
from esspec.compiling.selectors import instance
from esspec.linting.permitted import Row, Side, holds_pods
from esspec.problem import Problem, note
from esspec.terms import Protocol

Peer = tuple[str, str]
"""The kind of a peer, and its name if it has one."""

_ANYONE, _INSTANCE = ("any", ""), ("instance", "")
_SIMPLE = frozenset({"workload", "same"})
_MAX_COMPARED = 100
"""A row is compared with so many of the widest rows that share a peer with it, so that a huge table takes no hours."""


class _Group(NamedTuple):
    """Rows of one table that can repeat each other: of one protocol, and feature and state if they have a condition."""

    protocol: Protocol
    state: tuple[str, str] | None


class _Said(NamedTuple):
    """What a row permits. Of peers that others of the row include, only those others are left."""

    group: _Group
    ports: int
    peers: frozenset[Peer]
    at: tuple[int, int]

    def width(self) -> int:
        """Return the number of its ports."""
        return self.ports.bit_count()


class _Index(NamedTuple):
    """The rows of a table by group and peer: those with the most ports first, and those with equal ports together."""

    widest: Mapping[tuple[_Group, Peer], list[_Said]]
    equal: Mapping[tuple[_Group, Peer, int], list[_Said]]


def repetitions(reading: Reading, rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield a note per row that stands there twice, at the later one, and per row that a wider one makes needless."""
    path, inside = reading.resolution.page.path, _inside(reading)
    tables: dict[Side, list[Row]] = defaultdict(list)
    for row in rows:
        if row.ports and "unresolved" not in row.kinds:
            tables[row.side].append(row)
    for table in tables.values():
        if _share_peers(table):
            yield from _in_table(path, [_said(row, inside) for row in table], inside)


def _share_peers(table: Sequence[Row]) -> bool:
    """Return whether any two rows can have a peer in common; in most tables of many rows none do."""
    if any(not row.kinds <= _SIMPLE for row in table):
        return len(table) > 1
    return max(Counter(name for row in table for name in row.names).values(), default=0) > 1


def _in_table(path: str, table: Sequence[_Said], inside: frozenset[str]) -> Iterator[Problem]:
    first: dict[tuple[_Group, int, frozenset[Peer]], _Said] = {}
    for said in table:
        earlier = first.setdefault((said.group, said.ports, said.peers), said)
        if earlier is not said:
            message = f"line {earlier.at[0]} permits the same connection"
            yield note("same-connection-twice", path, said.at, message, "keep one of the rows, with both reasons")
    index = _index(first.values())
    for said in first.values():
        wider = next((other for other in _wider(said, index, inside) if _swallows(other, said, inside)), None)
        if wider:
            message = f"line {wider.at[0]} permits all that this row does"
            yield note("swallowed-row", path, said.at, message, "delete this row, or narrow the other one")


def _said(row: Row, inside: frozenset[str]) -> _Said:
    rule = row.rule
    if rule.protocol is None:
        raise AssertionError("a row without a protocol has no ports")
    state = (rule.condition.feature, rule.condition.state) if rule.condition else None
    peers = {("workload", name) for name in row.names}
    peers |= {(peer.kind, peer.external or "") for peer in rule.peers if not peer.workloads}
    if _ANYONE in peers:
        peers = {_ANYONE}
    elif _INSTANCE in peers:
        peers = {peer for peer in peers if not _is_inside(peer, inside)}
    return _Said(_Group(rule.protocol, state), row.ports, frozenset(peers), (rule.written.line, rule.written.column))


def _inside(reading: Reading) -> frozenset[str]:
    """Return the workloads that "any pod in the instance" includes for certain."""
    pods = instance(reading.resolution.binding)
    if pods is None:
        return frozenset()
    return frozenset(name for name, selected in reading.selected.items() if holds_pods(pods, selected.peer))


def _index(table: Iterable[_Said]) -> _Index:
    widest: dict[tuple[_Group, Peer], list[_Said]] = defaultdict(list)
    equal: dict[tuple[_Group, Peer, int], list[_Said]] = defaultdict(list)
    for said in table:
        for peer in said.peers:
            widest[said.group, peer].append(said)
            equal[said.group, peer, said.ports].append(said)
    for some in widest.values():
        some.sort(key=_Said.width, reverse=True)
    return _Index(widest, equal)


def _wider(said: _Said, index: _Index, inside: frozenset[str]) -> Iterator[_Said]:
    """Yield the rows that may permit all that this one does."""
    peer, width = min(said.peers), said.width()
    peers = dict.fromkeys([_ANYONE, *([_INSTANCE] if _is_inside(peer, inside) else []), peer])
    for state in dict.fromkeys([None, said.group.state]):
        group = said.group._replace(state=state)
        for one in peers:
            yield from islice(index.equal.get((group, one, said.ports), ()), _MAX_COMPARED)
            wider = takewhile(lambda other: other.width() > width, index.widest.get((group, one), ()))
            yield from islice(wider, _MAX_COMPARED)


def _swallows(wide: _Said, narrow: _Said, inside: frozenset[str]) -> bool:
    if wide is narrow or wide.ports & narrow.ports != narrow.ports:
        return False
    has_instance = _INSTANCE in wide.peers
    return _ANYONE in wide.peers or all(
        peer in wide.peers or (has_instance and _is_inside(peer, inside)) for peer in narrow.peers
    )


def _is_inside(peer: Peer, inside: frozenset[str]) -> bool:
    return peer[0] == "workload" and peer[1] in inside
