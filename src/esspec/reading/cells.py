"""The cells of one row: what each says by itself, and what is wrong in it."""

import re
from typing import Literal, NamedTuple

from esspec.model import PortRange
from esspec.problem import Problem, error
from esspec.reading.conditions import is_always, parse_condition
from esspec.reading.faults import Fault
from esspec.reading.inline import Text
from esspec.reading.port_numbers import PortNames, parse_ports
from esspec.reading.table_rule import Row
from esspec.terms import Protocol

WrittenPorts = tuple[PortRange, ...] | Literal["all", "user-supplied"]

PEERS, PORTS, PROTOCOL, CONDITION, NOTHING = (
    frozenset({"peers"}),
    frozenset({"ports"}),
    frozenset({"protocol"}),
    frozenset({"condition"}),
    frozenset({""}),
)
_USER_SUPPLIED = frozenset({"user supplied", "user-supplied"})
_ALL_PORTS = frozenset({"any", "all", "any port", "all ports"})
_REMARK = re.compile(r"\(([^()]*)\)")
_MAX_PLACES = 100
_MAX_FAULTS = 50
_PROTOCOLS = {protocol.value: protocol for protocol in Protocol}
_EMPTY_PORT = Fault("empty-port", "", "the port cell is empty", "write the port, or Any")
_A_CONDITION = "write Always, or a condition such as 'If metrics are enabled', or set condition in an override"
_EMPTY_CONDITION = Fault("empty-condition", "", "the condition cell is empty", _A_CONDITION)
_USER_PORT = Fault(
    "user-supplied-port",
    "",
    "the page leaves the port to the user",
    "add an override with its ports to the binding",
)


class CellFault(NamedTuple):
    """A finding about a cell; an override that sets all of `fields` makes it void."""

    fields: frozenset[str]
    problem: Problem


class Remark(NamedTuple):
    """What stands in parentheses in the cell of the ports or the protocol; an override of `fields` makes it void."""

    text: str
    line: int
    column: int
    fields: frozenset[str]


class RowCells:
    """One row being read, and the faults found so far."""

    __slots__ = ("faults", "path", "raw", "remarks", "row", "texts", "told")

    def __init__(self, path: str, row: Row, raw: tuple[str, ...], texts: tuple[Text, ...]) -> None:
        self.path, self.row, self.raw, self.texts = path, row, raw, texts
        self.faults: list[CellFault] = []
        self.remarks: list[Remark] = []
        self.told: dict[frozenset[str], int] = {}

    def without_remarks(self, cell: int, fields: frozenset[str]) -> str:
        """Return the text of a cell without what stands in parentheses, which becomes remarks."""
        text = self.texts[cell].text
        if "(" not in text:
            return text.strip()
        self.remarks += [Remark(found, *self.at(cell, found), fields) for found in _REMARK.findall(text)]
        return _REMARK.sub(" ", text).strip()

    def say(self, fields: frozenset[str], cell: int, fault: Fault) -> None:
        """Add a fault of a cell. After so many that the same override would make void, further ones say no more."""
        self.told[fields] = told = self.told.get(fields, 0) + 1
        if told > _MAX_FAULTS:
            return
        self.faults.append(
            CellFault(fields, error(fault.code, self.path, self.at(cell, fault.needle), fault.message, fault.remedy))
        )

    def at(self, cell: int, needle: str) -> tuple[int, int]:
        """Return the place of `needle` in a cell, of the cell itself where it is not found there."""
        return self.row.place(cell, found_in(self.raw[cell], needle))


def protocol_in(row: RowCells, cell: int) -> Protocol | None:
    """Return the protocol that a cell names, None and a fault where it names none that all targets know."""
    known = _PROTOCOLS.get(row.texts[cell].text)
    if known:
        return known
    word = row.without_remarks(cell, PROTOCOL)
    if word.isascii() and word.upper() in _PROTOCOLS:
        return _PROTOCOLS[word.upper()]
    message = f"'{flat(word)}' is no protocol that all targets know" if word else "the protocol cell is empty"
    row.say(PROTOCOL, cell, Fault("unknown-protocol", "", message, "write TCP, UDP or SCTP, one per row"))
    return None


def ports_in(row: RowCells, cell: int, names: PortNames) -> WrittenPorts:
    """Return the ports of a cell of its own; what it leaves open, or says in other words, is a fault."""
    text = row.without_remarks(cell, PORTS)
    word = flat(text).lower()
    if word in _USER_SUPPLIED:
        row.say(PORTS, cell, _USER_PORT)
        return "user-supplied"
    if word in _ALL_PORTS:
        return "all"
    if not word:
        row.say(PORTS, cell, _EMPTY_PORT)
    ports, faults = parse_ports(row.texts[cell]._replace(text=text), names)
    for fault in faults:
        row.say(PORTS, cell, fault)
    return ports


def condition_in(row: RowCells, cell: int) -> str | None:
    """Return the condition of a cell as it is written, None for "Always"; one that is not understood is a fault."""
    text = flat(row.texts[cell].text).strip()
    if not text:
        row.say(CONDITION, cell, _EMPTY_CONDITION)
    elif is_always(text):
        return None
    elif parse_condition(text) is None:
        message = f"'{text}' is no condition that is understood"
        row.say(CONDITION, cell, Fault("unread-condition", "", message, _A_CONDITION))
    return text or None


def found_in(raw: str, needle: str) -> int:
    """Return where `needle` stands in `raw`, as a word of its own if one of its first places is; 0 if nowhere."""
    first = at = raw.find(needle)
    for _ in range(_MAX_PLACES if needle else 0):
        if at < 0:
            break
        if not (_is_in_word(raw[at - 1 : at]) or _is_in_word(raw[at + len(needle) : at + len(needle) + 1])):
            return at
        at = raw.find(needle, at + 1)
    return max(first, 0)


def _is_in_word(ch: str) -> bool:
    return ch.isalnum() or ch == "_"


def flat(text: str) -> str:
    """Return text with its line breaks as blanks."""
    return text.replace("\n", " ") if "\n" in text else text
