"""Which column of a table is which, by its name alone."""

import re
from collections.abc import Iterable
from enum import StrEnum

from esspec.model import Direction
from esspec.problem import Problem, error


class Column(StrEnum):
    """What a column of a rule table holds."""

    PROTOCOL = "protocol"
    ORIGIN = "origin"
    DESTINATION = "destination"
    PORT = "port"
    REASON = "reason"
    CONDITION = "condition"
    LABELS = "pod label"


_NAMES: dict[str, Column] = {
    "type": Column.PROTOCOL,
    "protocol": Column.PROTOCOL,
    "origin": Column.ORIGIN,
    "source": Column.ORIGIN,
    "from": Column.ORIGIN,
    "destination": Column.DESTINATION,
    "to": Column.DESTINATION,
    "port": Column.PORT,
    "ports": Column.PORT,
    "port(s)": Column.PORT,
    "reason": Column.REASON,
    "purpose": Column.REASON,
    "description": Column.REASON,
    "enabled in policy": Column.CONDITION,
    "required": Column.CONDITION,
    "condition": Column.CONDITION,
    "pod label": Column.LABELS,
    "pod labels": Column.LABELS,
    "pod label(s)": Column.LABELS,
}
PEER_COLUMNS = {Column.ORIGIN: Direction.INGRESS, Column.DESTINATION: Direction.EGRESS}
_LONG = 100
_FOOTNOTE = re.compile(r"\[\^[^\]]*\]|[*†‡]+$")


def column_named(header: str) -> Column | None:
    """Return the column that a header cell's plain text names, in any case, footnotes and a colon aside."""
    if len(header) > _LONG:  # no name is as long, and the search below is quadratic
        return None
    return _NAMES.get(" ".join(_FOOTNOTE.sub("", header).strip().rstrip(":").lower().split()))


def known_names() -> str:
    """Return the names of columns that are read, for a remedy."""
    return ", ".join(name.capitalize() for name in _NAMES)


def is_rule_header(columns: list[Column | None]) -> bool:
    """Return whether these columns make a rule table: a peer with a protocol, port or reason beside it.

    A table of parameters also has a "Type" and a "Description"; only a peer column makes a rule.
    """
    found = set(columns) - {None}
    return bool(found & set(PEER_COLUMNS)) and len(found) > 1


def resembles_rules(columns: list[Column | None]) -> bool:
    """Return whether a table that is no rule table still looks like one: ports, or a peer, or pod labels."""
    found = set(columns) - {None}
    return bool(found & {Column.PORT, Column.LABELS, *PEER_COLUMNS})


def header_problems(
    path: str, line: int, columns: list[Column | None], cells: Iterable[tuple[str, int]]
) -> list[Problem]:
    """Return errors for unknown, doubled and missing columns; `cells` are the header's (text, place in the line)."""
    problems: list[Problem] = []
    for column, (text, at) in zip(columns, cells, strict=True):
        if column is None:
            message, remedy = f"a rule table has no column '{text}'", f"use one of: {known_names()}"
            problems.append(error("unknown-column", path, (line, at), message, remedy))
        elif columns.count(column) > 1:
            message = f"two columns say {column}"
            problems.append(error("column-twice", path, (line, at), message, "keep one of them"))
    if Column.PROTOCOL not in columns and None not in columns:
        message = "the table has no column for the protocol"
        problems.append(error("missing-column", path, (line, 1), message, "add a column Type"))
    return problems
