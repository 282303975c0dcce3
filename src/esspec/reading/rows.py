"""From the rows of rule tables to rules as written: protocol, peers, ports, reason; no name is resolved."""

from collections.abc import Iterator
from typing import NamedTuple

from esspec.problem import MAX_FINDINGS, Problem, error, too_many, warning
from esspec.reading.cells import (
    CONDITION,
    NOTHING,
    PEERS,
    PORTS,
    CellFault,
    Remark,
    RowCells,
    WrittenPorts,
    condition_in,
    flat,
    found_in,
    ports_in,
    protocol_in,
)
from esspec.reading.columns import PEER_COLUMNS, Column
from esspec.reading.faults import Fault
from esspec.reading.inline import InlineReader
from esspec.reading.phrase import Phrase, parse_phrase
from esspec.reading.pod_labels import PLACEHOLDER, Label, parse_labels
from esspec.reading.port_numbers import PortNames
from esspec.reading.sections import Heading, RuleTable
from esspec.reading.table_rule import Row
from esspec.terms import Direction, Protocol

MAX_CELL = 20_000
_PEER_COLUMN = {direction: column for column, direction in PEER_COLUMNS.items()}
_PEERS = frozenset({*PEER_COLUMNS, Column.PEER})
_PHRASE_FIELDS = {"bad-port": PORTS, "port-name": PORTS, "empty-peer": PEERS, "unread-words": PEERS | PORTS}
_EMPTY_PEER = Fault("empty-peer", "", "the peer cell is empty", "name the peer, or write Anywhere")
_PORTS_TWICE = Fault("ports-twice", "", "ports stand in the peer cell and in the port cell", "keep one")


class WrittenRule(NamedTuple):
    """One row as the page has it. `cells` are its raw cells, trimmed, joined by ` | `; `peer_cell` the raw peer cell.

    `protocol` is None where the cell holds none; `phrase` holds the peers. `says_ports` tells "all ports because
    a cell says so" from "all ports because no word was read as a port". `condition` is None where there is none, or
    the page says "Always". `labels` are None where the page gives none.
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
    labels: tuple[Label, ...] | None
    remarks: tuple[Remark, ...]
    reason: str
    faults: tuple[CellFault, ...]
    row: Row
    peer_index: int

    def peer_at(self, phrase: str) -> tuple[int, int]:
        """Return the place of a peer, of its cell where it is written otherwise."""
        return self.row.place(self.peer_index, found_in(self.peer_cell, phrase))

    def place_of(self, needle: str) -> tuple[int, int]:
        """Return the place of a piece of the row's text, of the row itself where it is not found."""
        found = next(((n, cell.find(needle)) for n, cell in enumerate(self.row.cells()) if needle in cell), None)
        return self.row.place(*found) if found else (self.line, self.column)


class _Layout(NamedTuple):
    """Which cell of a table's rows holds what; -1 is a column that the table does not have."""

    protocol: int
    peer: int
    port: int
    reason: int
    condition: int
    labels: int


class RowReader:
    """Reads the rows of rule tables of one page."""

    def __init__(self, path: str, inline: InlineReader, ports: PortNames | None = None) -> None:
        """`ports` are the binding's names of ports, in lower case."""
        self._path, self._inline, self._ports = path, inline, ports or {}
        # What cells without a fault say, by their text: ports and labels repeat from row to row.
        self._port_cells: dict[str, WrittenPorts] = {}
        self._label_cells: dict[str, tuple[Label, ...]] = {}
        self._faults = 0
        self.problems: list[Problem] = []

    def read(self, table: RuleTable) -> Iterator[WrittenRule]:
        """Yield a rule per row. A row with missing, extra or endless cells is an error in `problems`, and no rule.

        After MAX_FINDINGS no further row is read; that is an error too.
        """
        layout = _layout_of(table)
        width = len(table.columns)
        read = self._inline.read_html if table.is_html else self._inline.read_cell
        for row in table.rows:
            if len(self.problems) + self._faults > MAX_FINDINGS:
                self.problems.append(too_many(self._path, (row.line, row.column)))
                return
            raw = row.cells()
            if len(raw) != width:
                self.problems.append(_wrong_width(self._path, row, len(raw), width))
            elif max(map(len, raw)) > MAX_CELL:
                self.problems.append(_too_long(self._path, row))
            else:
                rule = self._rule(table, layout, RowCells(self._path, row, raw, tuple(map(read, raw))))
                self._faults += len(rule.faults)
                yield rule

    def _rule(self, table: RuleTable, layout: _Layout, row: RowCells) -> WrittenRule:
        texts = row.texts
        peer = texts[layout.peer]
        phrase = parse_phrase(peer, self._ports)
        if phrase.remark:
            row.remarks.append(Remark(phrase.remark, *row.at(layout.peer, phrase.remark), PORTS))
        says_ports = phrase.ports is not None or layout.port >= 0
        for cell, text in enumerate(texts):
            if text.faults:
                self._blame(row, table.columns[cell], cell, sure_of_ports=says_ports)
        for fault in phrase.faults:
            row.say(_PHRASE_FIELDS[fault.code], layout.peer, fault)
        if not phrase.peers and not peer.text.strip() and not peer.faults:
            row.say(PEERS if says_ports else PEERS | PORTS, layout.peer, _EMPTY_PEER)
        return WrittenRule(
            heading=table.heading,
            direction=table.direction,
            label=table.label,
            line=row.row.line,
            column=row.row.column,
            cells=" | ".join(row.raw),
            peer_cell=row.raw[layout.peer],
            protocol=protocol_in(row, layout.protocol),
            phrase=phrase,
            ports=self._ports_of(row, layout.port, phrase),
            says_ports=says_ports,
            condition=None if layout.condition < 0 else condition_in(row, layout.condition),
            labels=None if layout.labels < 0 else self._labels_of(row, layout.labels),
            remarks=tuple(row.remarks),
            reason="" if layout.reason < 0 else flat(texts[layout.reason].text),
            faults=tuple(row.faults),
            row=row.row,
            peer_index=layout.peer,
        )

    def _ports_of(self, row: RowCells, cell: int, phrase: Phrase) -> WrittenPorts:
        if cell < 0:
            return "all" if phrase.ports is None else phrase.ports
        if phrase.ports is not None:
            row.say(PORTS, cell, _PORTS_TWICE)
        text = row.texts[cell].text
        known = self._port_cells.get(text)
        if known is not None:
            return known
        before = len(row.faults), len(row.remarks)
        found = ports_in(row, cell, self._ports)
        if (len(row.faults), len(row.remarks)) == before:
            self._port_cells[text] = found
        return found

    def _labels_of(self, row: RowCells, cell: int) -> tuple[Label, ...] | None:
        text = row.texts[cell].text
        known = self._label_cells.get(text)
        if known is None:
            known, faults = parse_labels(text)
            for fault in faults:
                row.say(NOTHING, cell, fault)
            if not faults:
                self._label_cells[text] = known
        return known or None

    def _blame(self, row: RowCells, column: Column, cell: int, *, sure_of_ports: bool) -> None:
        """Add the faults of a cell's text. Liquid in a reason decides no flow: it stays as text, with a warning."""
        for fault in row.texts[cell].faults:
            if column is Column.REASON and fault.code == "liquid" and fault.needle.startswith("{{"):
                at = row.at(cell, fault.needle)
                self.problems.append(warning(fault.code, self._path, at, fault.message, fault.remedy))
                continue
            if column is Column.LABELS and PLACEHOLDER.fullmatch(fault.needle):
                continue
            fields = CONDITION if column is Column.CONDITION else NOTHING
            if column in _PEERS:
                fields = PEERS if sure_of_ports else PEERS | PORTS
                fields |= NOTHING if fault.code != "unresolved-variable" else frozenset()
            row.say(fields, cell, fault)


def _layout_of(table: RuleTable) -> _Layout:
    at = {column: number for number, column in enumerate(table.columns)}
    peer = at.get(_PEER_COLUMN[table.direction])
    rest = (at.get(c, -1) for c in (Column.PORT, Column.REASON, Column.CONDITION, Column.LABELS))
    return _Layout(at[Column.PROTOCOL], at[Column.PEER] if peer is None else peer, *rest)


def _too_long(path: str, row: Row) -> Problem:
    message = f"a cell of this row has more than {MAX_CELL} characters"
    return error("too-long-cell", path, (row.line, row.column), message, "split the row")


def _wrong_width(path: str, row: Row, found: int, wanted: int) -> Problem:
    return error(
        "missing-cells" if found < wanted else "extra-cells",
        path,
        (row.line, row.column),
        f"the row has {found} cells, its table's header {wanted}",
        "write one cell per column; a pipe inside a cell is written \\|",
    )
