"""Tables that are not read, and look like rules to a reader of the page."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from esspec.problem import Problem, error, warning
from esspec.reading.columns import PEER_COLUMNS, Column, resembles_rules
from esspec.reading.directions import directions_in, is_statement
from esspec.reading.spelling import fold
from esspec.reading.table_rule import RawTable
from esspec.reading.unread import is_protocol, names_rules

_PIECES = re.compile(r"[,;:/()>|]|->|\u2192|\band\b|\bto\b|\bfrom\b|[*_`]+")
_TRANSPORT = re.compile(r"\b(?:tcp|udp|sctp)\b|(?<![\w.])[0-9]{2,5}(?![\w.])", re.IGNORECASE)
_LONGEST = 1000
_PEERS = frozenset({*PEER_COLUMNS, Column.PEER})
A_DIRECTION = "name its column Origin or Destination, or put a heading such as Egress over it"
_AMOUNTS = frozenset({"any", "none"})
_HOW_MUCH = "this table says how much is permitted, and is not read"
_A_LINE = "say it in a line of its own, such as `Incoming connections permitted: None`"
_HEADER = "write a header with Type and Origin or Destination, and a delimiter row below it"
_PEER_COLUMN = "name a column Origin or Destination if it holds rules"


def unread_table(
    path: str, line: int, table: RawTable, columns: list[Column | None], *, is_announced: bool
) -> list[Problem]:
    """Return a finding if a table that is no rule table looks like one.

    It is an error where the table stands for a direction, has lost its header, or may have misspelt it.
    """
    header, *rows = [row.cells() for row in (table.header, *table.rows)]
    found: list[Problem] = []
    anywhere = is_announced or not _PEERS.isdisjoint(columns)
    read = [n for n, column in enumerate(columns) if anywhere or column is Column.PROTOCOL or n == 0]
    has_protocols = any(is_protocol(row[n]) for row in rows for n in read if n < len(row))
    if any(map(is_protocol, header)) or any(names_rules(row) for row in rows):
        found.append(error("unread-table", path, (line, 1), "the header of this table is no header of rules", _HEADER))
    elif has_protocols and {Column.PEER, Column.PROTOCOL} <= set(columns):
        found.append(error("no-direction", path, (line, 1), "nothing says the direction of this table", A_DIRECTION))
    elif has_protocols or resembles_rules(columns):
        say = error if is_announced or (has_protocols and not {None, *_PEERS}.isdisjoint(columns)) else warning
        message = "this table looks like rules and has no column for the peer"
        found.append(say("unread-table", path, (line, 1), message, _PEER_COLUMN))
    elif any(is_statement(" ".join(row)) for row in (header, *rows)):
        found.append(error("unread-table", path, (line, 1), _HOW_MUCH, _A_LINE))
    elif directions_in(" ".join(header)) and any(cell.strip(" *_.").lower() in _AMOUNTS for r in rows for cell in r):
        found.append(warning("unread-table", path, (line, 1), _HOW_MUCH, _A_LINE))
    return found


def unlike_tables(path: str, tables: Iterable[tuple[int, RawTable]], owners: AbstractSet[str]) -> Iterator[Problem]:
    """Yield a warning per table without a header of rules that has a row of a workload's name and a port or protocol.

    `owners` are the folded names of the workloads that the page describes.
    """
    for line, table in tables:
        for row in table.rows:
            cells = row.cells()
            names = (fold(piece.strip()) for cell in cells for piece in _PIECES.split(cell[:_LONGEST]))
            if _TRANSPORT.search(" ".join(cells)) and any(name in owners for name in names):
                message = "a row of this table names a workload and a port, and its header is no header of rules"
                yield warning("unread-table", path, (line, 1), message, _HEADER)
                break
