"""Which column of a table is which, by its name alone."""

import re
from enum import StrEnum

from esspec.model import Direction


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
