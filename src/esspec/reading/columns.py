"""Which column of a table is which, by its name alone."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from esspec.problem import Problem, error
from esspec.reading.table_rule import Row
from esspec.terms import Direction


class Column(StrEnum):
    """What a column of a rule table holds."""

    PROTOCOL = "protocol"
    ORIGIN = "origin"
    DESTINATION = "destination"
    PEER = "peer"
    PORT = "port"
    REASON = "reason"
    CONDITION = "condition"
    LABELS = "pod label"


_SINGULAR: dict[str, Column] = {
    "type": Column.PROTOCOL,
    "protocol": Column.PROTOCOL,
    "origin": Column.ORIGIN,
    "source": Column.ORIGIN,
    "from": Column.ORIGIN,
    "destination": Column.DESTINATION,
    "to": Column.DESTINATION,
    "target": Column.DESTINATION,
    "peer": Column.PEER,
    "pod": Column.PEER,
    "component": Column.PEER,
    "port": Column.PORT,
    "port number": Column.PORT,
    "port range": Column.PORT,
    "reason": Column.REASON,
    "purpose": Column.REASON,
    "description": Column.REASON,
    "justification": Column.REASON,
    "enabled in policy": Column.CONDITION,
    "required": Column.CONDITION,
    "condition": Column.CONDITION,
    "pod label": Column.LABELS,
    "label": Column.LABELS,
}
_LONGER: dict[str, Column] = {
    "origin pod": Column.ORIGIN,
    "source pod": Column.ORIGIN,
    "destination pod": Column.DESTINATION,
    "target pod": Column.DESTINATION,
    "destination port": Column.PORT,
}
_NAMES = {form: at for name, at in (_SINGULAR | _LONGER).items() for form in (name, f"{name}s", f"{name}(s)")}
PEER_COLUMNS = {Column.ORIGIN: Direction.INGRESS, Column.DESTINATION: Direction.EGRESS}
"""The columns whose name says a direction; `PEER` leaves that to label or heading."""
_LONG = 100
_FOOTNOTE = re.compile(r"\[\^[^\]]*\]|[*†‡]+$")


@lru_cache(maxsize=1 << 10)
def column_named(header: str) -> Column | None:
    """Return the column that a header cell's plain text names, in any case, footnotes and a colon aside.

    Several names with slashes between, such as "Type/Protocol", name a column if they all name the same.
    """
    if len(header) > _LONG:  # no name is as long, and the search below is quadratic
        return None
    text = _FOOTNOTE.sub("", header.strip().rstrip(":?")).strip().rstrip(":?").lower()
    named = {_NAMES.get(" ".join(part.split())) for part in text.split("/")}
    return named.pop() if len(named) == 1 else None


def known_names() -> str:
    """Return the names of columns that are read, for a remedy."""
    return ", ".join(name.capitalize() for name in _SINGULAR)


def is_rule_header(columns: list[Column | None], *, is_announced: bool = False) -> bool:
    """Return whether these columns make a rule table: a peer with a protocol, port or reason beside it.

    A table of parameters also has a "Type" and a "Description"; only a peer column makes a rule. One that says no
    direction does so beside protocol and port, or beside a protocol where a heading or label has said it.
    """
    found = set(columns) - {None}
    if found & set(PEER_COLUMNS):
        return len(found) > 1
    return {Column.PEER, Column.PROTOCOL} <= found and (is_announced or Column.PORT in found)


def resembles_rules(columns: list[Column | None]) -> bool:
    """Return whether a table that is no rule table still looks like one: ports, or a peer, or pod labels."""
    found = set(columns) - {None}
    return bool(found & {Column.PORT, *PEER_COLUMNS}) or {Column.LABELS, Column.PEER} <= found


def header_problems(
    path: str, line: int, columns: list[Column | None], texts: Sequence[str], header: Row
) -> list[Problem]:
    """Return errors for unknown, doubled and missing columns; `texts` are those of the header's cells."""
    problems: list[Problem] = []
    for number, column in enumerate(columns):
        if column is None:
            message, remedy = f"a rule table has no column '{texts[number]}'", f"use one of: {known_names()}"
            problems.append(error("unknown-column", path, header.place(number, 0), message, remedy))
        elif columns.count(column) > 1:
            message = f"two columns say {column}"
            problems.append(error("column-twice", path, header.place(number, 0), message, "keep one of them"))
    if _two_peers(columns):
        message = "two columns name peers, and one of them may be the workload that the rows are about"
        problems.append(error("column-twice", path, (line, 1), message, "keep one, and put workloads into headings"))
    if Column.PROTOCOL not in columns and None not in columns:
        message = "the table has no column for the protocol"
        problems.append(error("missing-column", path, (line, 1), message, "add a column Type"))
    return problems


def _two_peers(columns: list[Column | None]) -> bool:
    return Column.PEER in columns and not set(columns).isdisjoint(PEER_COLUMNS)
