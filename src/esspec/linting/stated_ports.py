"""The ports that the rows and statements of a page permit, workload by workload, conditions left aside."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from esspec.compiling.page_reading import Reading
from esspec.linting.permitted import Row, Side, rows_of
from esspec.linting.port_sets import ALL_PORTS
from esspec.terms import Direction, Protocol


class StatedPorts(NamedTuple):
    """A set of ports that a line of the page permits."""

    line: int
    protocol: Protocol
    ports: int


class Stated(NamedTuple):
    """What a page says of one direction of a workload; `line` is where it does so, else the workload's heading.

    `user_supplied` counts the rows whose port is not given. `is_unread` says that some row is not understood,
    so that it may permit anything.
    """

    line: int
    permitted: tuple[StatedPorts, ...] = ()
    user_supplied: Mapping[Protocol, int] = Counter()
    is_unread: bool = False


def stated_ports(reading: Reading) -> dict[Side, Stated]:
    """Return what is stated of each workload that the page describes, in both directions."""
    resolution = reading.resolution
    rows: defaultdict[Side, list[Row]] = defaultdict(list)
    for row in rows_of(reading):
        rows[row.side].append(row)
    statements = {(name, statement.direction): statement for name, statement in resolution.statements}
    found: dict[Side, Stated] = {}
    for named in resolution.names.described():
        for direction in Direction:
            side = (named.name, direction)
            if side in rows:
                found[side] = _by_rows(rows[side])
            elif side in statements:
                line, word = statements[side].line, statements[side].word
                every = tuple(StatedPorts(line, protocol, ALL_PORTS) for protocol in Protocol)
                found[side] = Stated(line, every if word == "any" else ())
            else:
                found[side] = Stated(next(iter(named.lines), 0))
    return found


def _by_rows(rows: list[Row]) -> Stated:
    permitted: list[StatedPorts] = []
    user_supplied: Counter[Protocol] = Counter()
    is_unread = False
    for row in rows:
        rule = row.rule
        if rule.protocol and row.ports:
            permitted.append(StatedPorts(rule.written.line, rule.protocol, row.ports))
        elif rule.protocol and rule.ports == "user-supplied":
            user_supplied[rule.protocol] += 1
        else:
            is_unread = True
    return Stated(rows[0].rule.written.line, tuple(permitted), user_supplied, is_unread)
