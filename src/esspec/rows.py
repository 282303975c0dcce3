"""From the cells of a rule table to rules as written: protocol, peers, ports, reason; no name is resolved."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from esspec.columns import PEER_COLUMNS, Column
from esspec.inline import Fault, InlineReader, Text
from esspec.model import Direction, PortRange, Protocol
from esspec.phrase import Phrase, parse_phrase, parse_ports
from esspec.problem import Problem, error, warning
from esspec.sections import Heading, RuleTable
from esspec.table_rule import RawRow

WrittenPorts = tuple[PortRange, ...] | Literal["all", "user-supplied"]

PEERS, PORTS, PROTOCOL, NOTHING = (
    frozenset({"peers"}),
    frozenset({"ports"}),
    frozenset({"protocol"}),
    frozenset({""}),
)
_USER_SUPPLIED = frozenset({"user supplied", "user-supplied"})
_ALL_PORTS = frozenset({"any", "all"})
_ALWAYS = "always"
MAX_CELL = 20_000
_PROTOCOLS = {protocol.value: protocol for protocol in Protocol}


class CellFault(NamedTuple):
    """A finding about a cell; an override that sets all of `fields` makes it void."""

    fields: frozenset[str]
    problem: Problem


class WrittenRule(NamedTuple):
    """One row as the page has it. `cells` are its raw cells, trimmed, joined by ` | `; `peer_cell` the raw peer cell.

    `protocol` is None where the cell holds none; `phrase` holds the peers. `says_ports` tells "all ports because
    a cell says so" from "all ports because no word was read as a port".
    """

    heading: Heading
    direction: Direction
    label: int
    line: int
    column: int
    cells: str
    peer_cell: str
    protocol: Protocol | None
    phrase: Phrase
    ports: WrittenPorts
    says_ports: bool
    condition: str | None
    labels: str | None
    reason: str
    faults: tuple[CellFault, ...]
    row: RawRow
    peer_index: int

    def peer_at(self, phrase: str) -> tuple[int, int]:
        """Return the place of a peer, of its cell where it is written otherwise."""
        return self.line, self.row.columns()[self.peer_index] + _found(self.peer_cell, phrase)


class _Cell(NamedTuple):
    number: int
    raw: str
    text: Text


class _Row:
    """One row being read, and the faults found so far."""

    def __init__(self, path: str, row: RawRow, raw: tuple[str, ...]) -> None:
        self.path, self.row, self.raw = path, row, raw
        self.faults: list[CellFault] = []

    def say(self, fields: frozenset[str], cell: _Cell, fault: Fault) -> None:
        """Add a fault of a cell."""
        self.faults.append(
            CellFault(fields, error(fault.code, self.path, self.at(cell, fault.needle), fault.message, fault.remedy))
        )

    def at(self, cell: _Cell, needle: str) -> tuple[int, int]:
        """Return the place of `needle` in a cell, of the cell itself where it is not found there."""
        return self.row.line, self.row.columns()[cell.number] + _found(cell.raw, needle)


class RowReader:
    """Reads the rows of rule tables of one page."""

    def __init__(self, path: str, inline: InlineReader) -> None:
        self._path, self._inline = path, inline
        self.problems: list[Problem] = []

    def read(self, table: RuleTable) -> Iterator[WrittenRule]:
        """Yield a rule per row. A row with missing, extra or endless cells is an error in `problems`, and no rule."""
        for row in table.rows:
            raw = row.cells()
            if len(raw) == len(table.columns) and max(map(len, raw)) > MAX_CELL:
                self.problems.append(_too_long(self._path, row))
            elif len(raw) == len(table.columns):
                yield self._rule(table, _Row(self._path, row, raw))
            else:
                self.problems.append(_wrong_width(self._path, row, len(raw), len(table.columns)))

    def _rule(self, table: RuleTable, row: _Row) -> WrittenRule:
        read = self._inline.read
        # GFM takes the backslash off an escaped pipe before it reads the cell, in code spans too.
        cells = {
            c: _Cell(n, raw, read(raw.replace("\\|", "|")))
            for n, (c, raw) in enumerate(zip(table.columns, row.raw, strict=True))
        }
        peer = cells[_PEER_COLUMN[table.direction]]
        phrase = parse_phrase(peer.text)
        says_ports = phrase.ports is not None or Column.PORT in cells
        for column, cell in cells.items():
            if cell.text.faults:
                self._blame(row, column, cell, sure_of_ports=says_ports)
        for fault in phrase.faults:
            row.say(_PHRASE_FIELDS[fault.code], peer, fault)
        if not peer.text.text.strip() and not peer.text.faults:
            row.say(PEERS if says_ports else PEERS | PORTS, peer, _EMPTY_PEER)
        labels = cells.get(Column.LABELS)
        reason = cells.get(Column.REASON)
        return WrittenRule(
            heading=table.heading,
            direction=table.direction,
            label=table.label,
            line=row.row.line,
            column=row.row.column,
            cells=" | ".join(row.raw),
            peer_cell=peer.raw,
            protocol=_protocol(row, cells[Column.PROTOCOL]),
            phrase=phrase,
            ports=_ports(row, cells.get(Column.PORT), phrase),
            says_ports=says_ports,
            condition=_condition(cells.get(Column.CONDITION)),
            labels=labels.raw if labels and labels.raw else None,
            reason=_flat(reason.text.text) if reason else "",
            faults=tuple(row.faults),
            row=row.row,
            peer_index=peer.number,
        )

    def _blame(self, row: _Row, column: Column, cell: _Cell, *, sure_of_ports: bool) -> None:
        """Add the faults of a cell's text. Liquid in a reason decides no flow: it stays as text, with a warning."""
        for fault in cell.text.faults:
            if column is Column.REASON and fault.code == "liquid" and fault.needle.startswith("{{"):
                at = row.at(cell, fault.needle)
                self.problems.append(warning(fault.code, self._path, at, fault.message, fault.remedy))
                continue
            fields = NOTHING
            if column in _PEER_COLUMN.values():
                fields = PEERS if sure_of_ports else PEERS | PORTS
                fields |= NOTHING if fault.code != "unresolved-variable" else frozenset()
            row.say(fields, cell, fault)


_PEER_COLUMN = {direction: column for column, direction in PEER_COLUMNS.items()}
_PHRASE_FIELDS = {"bad-port": PORTS, "empty-peer": PEERS, "unread-words": PEERS | PORTS}
_EMPTY_PEER = Fault("empty-peer", "", "the peer cell is empty", "name the peer, or write Anywhere")
_PORTS_TWICE = Fault("ports-twice", "", "ports stand in the peer cell and in the port cell", "keep one")
_EMPTY_PORT = Fault("empty-port", "", "the port cell is empty", "write the port, or Any")
_USER_PORT = Fault(
    "user-supplied-port",
    "",
    "the page leaves the port to the user",
    "add an override with its ports to the binding",
)


def _protocol(row: _Row, cell: _Cell) -> Protocol | None:
    word = cell.text.text.strip()
    if word.isascii() and word.upper() in _PROTOCOLS:
        return _PROTOCOLS[word.upper()]
    message = f"'{word}' is no protocol that all targets know" if word else "the protocol cell is empty"
    row.say(PROTOCOL, cell, Fault("unknown-protocol", "", message, "write TCP, UDP or SCTP, one per row"))
    return None


def _ports(row: _Row, cell: _Cell | None, phrase: Phrase) -> WrittenPorts:
    if cell is None:
        return "all" if phrase.ports is None else phrase.ports
    word = _flat(cell.text.text).strip().lower()
    if phrase.ports is not None:
        row.say(PORTS, cell, _PORTS_TWICE)
    if word in _USER_SUPPLIED:
        row.say(PORTS, cell, _USER_PORT)
        return "user-supplied"
    if word in _ALL_PORTS:
        return "all"
    if not word:
        row.say(PORTS, cell, _EMPTY_PORT)
    ports, faults = parse_ports(cell.text)
    for fault in faults:
        row.say(PORTS, cell, fault)
    return ports


def _condition(cell: _Cell | None) -> str | None:
    text = _flat(cell.text.text).strip() if cell else ""
    return None if not text or text.lower() == _ALWAYS else text


def _found(raw: str, needle: str) -> int:
    """Return where `needle` stands in `raw`, as a word of its own if it does so anywhere; 0 if nowhere."""
    found = re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", raw) if needle else None
    return found.start() if found else max(raw.find(needle), 0)


def _flat(text: str) -> str:
    return text.replace("\n", " ")


def _too_long(path: str, row: RawRow) -> Problem:
    message = f"a cell of this row has more than {MAX_CELL} characters"
    return error("too-long-cell", path, (row.line, row.column), message, "split the row")


def _wrong_width(path: str, row: RawRow, found: int, wanted: int) -> Problem:
    return error(
        "missing-cells" if found < wanted else "extra-cells",
        path,
        (row.line, row.column),
        f"the row has {found} cells, its table's header {wanted}",
        "write one cell per column; a pipe inside a cell is written \\|",
    )
