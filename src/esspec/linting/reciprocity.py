"""Both ends of a connection: what one of them permits, and the other one does not, or does not by name."""

from collections.abc import Iterator
from typing import NamedTuple

from esspec.compiling.page_reading import Reading
from esspec.linting.permitted import Permitted, Row, Side
from esspec.linting.port_sets import ALL_PORTS, MANY, count, in_words, intervals
from esspec.problem import Problem, error, note, warning
from esspec.reading.columns import Column
from esspec.reading.sections import Statement
from esspec.terms import Direction

_OTHER = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}
_PEER = {Direction.INGRESS: "from", Direction.EGRESS: "to"}
_BEFORE_PORT = {Direction.INGRESS: "to", Direction.EGRESS: "on"}


class _Page(NamedTuple):
    """What a page says of each side: its statement, first and last line of its rows, the columns of its table."""

    path: str
    statements: dict[Side, Statement]
    lines: dict[Side, tuple[int, int]]
    columns: dict[Side, tuple[Column, ...]]


def one_ended(reading: Reading, rows: tuple[Row, ...]) -> Iterator[Problem]:
    """Yield a finding per row and workload that it names, if that one does not permit the connection by name.

    It is silent about a workload that says "Any" of that direction, or nothing.
    """
    page, permitted = _page(reading), Permitted(reading, rows)
    for row in permitted.rows:
        for name in row.names if row.ports else ():
            side = (name, _OTHER[row.side[1]])
            if side in page.lines:
                yield from _against_rows(page, row, side, permitted)
            elif side in page.statements and page.statements[side].word == "none":
                said = f"because line {page.statements[side].line} says None of its {side[1]}"
                message = f"{_refused(row, side, row.ports)}, {said}"
                remedy = "delete this peer, or write a table there instead of None"
                yield warning("dead-row", page.path, _place(row, name), message, remedy)


def _against_rows(page: _Page, row: Row, side: Side, permitted: Permitted) -> Iterator[Problem]:
    """Yield a finding if the rows of `side` do not name the row's workload with all of its ports."""
    owner, name = row.side[0], side[0]
    missing = row.ports & ~permitted.named(side, owner, row)
    refused = missing & ~permitted.blanket(side, owner, row) if missing else 0
    if refused:
        message = f"{_refused(row, side, refused)} ({_lines(*page.lines[side])})"
        remedy = f"add {_row(page, row, side, refused)} there, or delete this peer"
        yield error("one-sided", page.path, _place(row, name), message, remedy)
    elif missing:
        held = [f"line {r.rule.written.line}" for r in permitted.blanket_rows(side, owner, row, missing)]
        by = " and ".join(held[:2]) or _lines(*page.lines[side])
        what = f"{in_words(row.rule.protocol or '', missing)} {_PEER[side[1]]} '{owner}'"
        message = f"'{name}' permits {what} only by a blanket row ({by})"
        remedy = f"add {_row(page, row, side, missing)} there, so that both ends name each other"
        yield note("blanket-held", page.path, _place(row, name), message, remedy)


def _page(reading: Reading) -> _Page:
    resolution = reading.resolution
    lines: dict[Side, tuple[int, int]] = {}
    for rule in resolution.rules:
        side, line = (rule.workload, rule.written.direction), rule.written.line
        first, last = lines.get(side, (line, line))
        lines[side] = (min(first, line), max(last, line))
    columns = {(resolution.names.workload_of(t.heading), t.direction): t.columns for t in resolution.page.tables}
    statements = {(name, said.direction): said for name, said in resolution.statements}
    return _Page(resolution.page.path, statements, lines, columns)


def _refused(row: Row, side: Side, ports: int) -> str:
    return f"'{side[0]}' permits no {in_words(row.rule.protocol or '', ports)} {_PEER[side[1]]} '{row.side[0]}'"


def _place(row: Row, name: str) -> tuple[int, int]:
    return row.rule.written.peer_at(next(peer.phrase for peer in row.rule.peers if name in peer.workloads))


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _row(page: _Page, row: Row, side: Side, ports: int) -> str:
    """Return the row that `side` lacks, in the columns of its table; in general words if it is a long one."""
    if count(ports) > MANY:
        return "such a row"
    numbers = "" if ports == ALL_PORTS else ", ".join(intervals(ports))
    owner, direction = row.side[0], side[1]
    peer = f"{owner}s" if owner.endswith(" pod") else owner
    peer = f"Other {peer}" if owner == side[0] else peer
    columns = page.columns[side]
    if numbers and Column.PORT not in columns:
        peer += f" {_BEFORE_PORT[direction]} port{'s' if count(ports) > 1 else ''} {numbers}"
    condition = row.rule.condition
    cells = {
        Column.PROTOCOL: row.rule.protocol or "",
        Column.PORT: numbers or "Any",
        Column.REASON: row.rule.written.reason.replace("|", "\\|"),
        Column.CONDITION: condition.text if condition else "Always",
        Column.LABELS: "",
    }
    return f"'{' | '.join(cells.get(column, peer) for column in columns)}'"
