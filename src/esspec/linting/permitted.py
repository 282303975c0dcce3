"""What each side of a connection permits, by name: rows as sets of ports, found by workload, direction and peer.

No pods are compared with pods. A row that was not understood may permit more than it seems to, so that nobody is
blamed for what it leaves open.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import NamedTuple, TypeVar

from esspec.compiling.page_reading import Reading
from esspec.compiling.resolved import ResolvedRule
from esspec.compiling.selectors import instance
from esspec.linting.cover import Cover
from esspec.linting.port_sets import ALL_PORTS, port_set
from esspec.model import Condition, Selector
from esspec.problem import errors_in
from esspec.reading.cells import PORTS, PROTOCOL
from esspec.terms import Direction, Protocol

Side = tuple[str, Direction]
"""A workload's name, and one of its directions."""

_Key = TypeVar("_Key")
_MAX_BLANKETS = 50
_BLANKETS = frozenset({"any", "instance"})


class Row(NamedTuple):
    """A row: whose, the kinds of its peers, the workloads among these, each once, and the set of its ports.

    `ports` are empty where protocol or ports were not understood.
    """

    rule: ResolvedRule
    side: Side
    kinds: frozenset[str]
    names: tuple[str, ...]
    ports: int


def rows_of(reading: Reading) -> Iterator[Row]:
    """Yield all rows of a page."""
    path = reading.resolution.page.path
    wrong = {problem.line for problem in errors_in(reading.problems) if problem.path == path}
    for rule in reading.resolution.rules:
        written, peers = rule.written, rule.peers
        side = (rule.workload, written.direction)
        if len(peers) == 1:
            kinds, names = _kind(peers[0].kind), peers[0].workloads
        else:
            kinds = frozenset(peer.kind for peer in peers) or _kind("unresolved")
            names = tuple(dict.fromkeys(name for peer in peers for name in peer.workloads))
        is_open = rule.protocol is None or not rule.ports or (written.line in wrong and _has_faulty_ports(rule))
        ports = 0 if is_open or rule.ports == "user-supplied" else port_set(rule.ports)
        yield Row(rule, side, kinds, names, ports)


@cache
def _kind(kind: str) -> frozenset[str]:
    return frozenset({kind})


def holds_pods(group: Selector, pods: Selector) -> bool:
    """Return whether every one of `pods` is of `group`."""
    return group.namespace in (None, pods.namespace) and set(group.labels) <= set(pods.labels)


class Permitted:
    """The rows that hold in the chosen states of the page's features, and what they permit to whom.

    Of a question, `side` is whose rows are asked, and `row` the row of the other end, with whose protocol and
    condition they must fit.
    """

    def __init__(self, reading: Reading, rows: tuple[Row, ...]) -> None:
        self._reading = reading
        self._instance_pods = instance(reading.resolution.binding)
        self.rows = tuple(row for row in rows if reading.features.holds(row.rule.condition))
        self._named: dict[tuple[Side, Protocol, str], Cover] = defaultdict(Cover)
        self._anyone: dict[tuple[Side, Protocol], Cover] = defaultdict(Cover)
        self._instance: dict[tuple[Side, Protocol], Cover] = defaultdict(Cover)
        self._in_doubt: dict[tuple[Side, Protocol], Cover] = defaultdict(Cover)
        self._blankets: dict[tuple[Side, Protocol], list[Row]] = defaultdict(list)
        for row in self.rows:
            self._take(row)

    def named(self, side: Side, peer: str, row: Row) -> int:
        """Return the ports that `side` permits to `peer` by its name, or may permit by what was not understood."""
        condition, protocol = row.rule.condition, _protocol(row)
        named = _under(self._named, (side, protocol, peer), condition)
        return named | _under(self._in_doubt, (side, protocol), condition)

    def blanket(self, side: Side, peer: str, row: Row) -> int:
        """Return the ports that `side` permits to `peer` without naming it."""
        condition, key = row.rule.condition, (side, _protocol(row))
        found = _under(self._anyone, key, condition)
        return found | _under(self._instance, key, condition) if self._is_inside(peer) else found

    def blanket_rows(self, side: Side, peer: str, row: Row, ports: int) -> Iterator[Row]:
        """Yield rows of `side` that permit some of `ports` to `peer` without naming it; of very many, the first."""
        for other in islice(self._blankets.get((side, _protocol(row)), ()), _MAX_BLANKETS):
            if other.ports & ports and ("any" in other.kinds or self._is_inside(peer)):
                yield other

    def _take(self, row: Row) -> None:
        condition, side = row.rule.condition, row.side
        if not row.ports or "unresolved" in row.kinds:
            for protocol in (row.rule.protocol,) if row.ports and row.rule.protocol else Protocol:
                self._in_doubt[side, protocol].add(row.ports or ALL_PORTS, condition)
        if not row.ports:
            return
        protocol = _protocol(row)
        for name in row.names:
            self._named[side, protocol, name].add(row.ports, condition)
        if row.kinds.isdisjoint(_BLANKETS):
            return
        if "any" in row.kinds:
            self._anyone[side, protocol].add(row.ports, condition)
        if "instance" in row.kinds:
            self._instance[side, protocol].add(row.ports, condition)
        self._blankets[side, protocol].append(row)

    def _is_inside(self, workload: str) -> bool:
        """Return whether a workload is of the instance; so is one whose pods are not known, as far as one can say."""
        selected = self._reading.selected.get(workload)
        return selected is None or self._instance_pods is None or holds_pods(self._instance_pods, selected.subject)


def _has_faulty_ports(rule: ResolvedRule) -> bool:
    fields = frozenset[str]().union(*(fault.fields for fault in rule.written.faults))
    return not fields.isdisjoint(PORTS | PROTOCOL | {""})


def _protocol(row: Row) -> Protocol:
    if row.rule.protocol is None:
        raise AssertionError("a row without a protocol has no ports")
    return row.rule.protocol


def _under(covers: Mapping[_Key, Cover], key: _Key, condition: Condition | None) -> int:
    found = covers.get(key)
    return found.under(condition) if found else 0
