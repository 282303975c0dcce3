"""The table in the forms of others: lists for assessors, sheets for firewall teams, the matrix of OpenShift.

A layout chooses what is shown of a row and under which header; it never leaves a row out. What cannot be known from a
page (approvals, dates, answers) is a column that is left empty, for people.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from esspec.targets.layouts import Form, Layout, Layouts, Report
from esspec_csv.field import field
from esspec_csv.insecure import insecure_services
from esspec_csv.table import ANY, ANYONE, NONE, UNSPECIFIED, Row, Table

BOM = "\ufeff"
_ALL, _UNKNOWN = "all", "unknown"
_STATEMENTS = {
    ANY: "the page permits everything in this direction",
    NONE: "the page permits nothing in this direction",
    UNSPECIFIED: "the page says nothing about this direction, so it is not restricted",
}


class _Column(NamedTuple):
    """A column: its header, and what it shows of a row."""

    header: str
    cell: Callable[[Row], str]


def layouts() -> Layouts:
    """Return the layouts of this target; to each, the columns of the target's own can be added."""
    own = {name: column.header for name, column in _CONNECTIONS.items()}
    found = {}
    for name, columns in _LAYOUTS.items():
        headers = {column: shown.header for column, shown in columns.items()}
        found[name] = Layout(headers, {column: header for column, header in own.items() if column not in headers})
    return Layouts(found, write)


def write(tables: Sequence[Table], form: Form) -> Report:
    """Return the tables in a form (RFC 4180).

    Where no column shows both ends, lines of one row of the page that are equal are written once.
    """
    columns = {**_CONNECTIONS, **_LAYOUTS[form.layout]}
    cells = [columns[c.column].cell if c.column is not None else _same(c.value) for c in form.columns]
    rows = [row for table in tables for row in table.rows]
    lines = [(_subject(row), row.line, tuple(cell(row) for cell in cells)) for row in rows]
    if not any(column.column in _TELL_PEERS for column in form.columns):
        lines = list(dict.fromkeys(lines))
    records = [tuple(column.header for column in form.columns), *(shown for _, _, shown in lines)]
    text = "".join(",".join(map(field, record)) + "\r\n" for record in records)
    return Report(BOM * form.bom + text, tuple(_hidden(rows, form)))


def _hidden(rows: Sequence[Row], form: Form) -> Iterator[int]:
    """Yield the lines of rows with a condition, where no column shows it."""
    if not any(column.column in _SHOW_CONDITIONS for column in form.columns):
        yield from (int(row.line or 0) for row in rows if row.condition)


def _same(value: str) -> Callable[[Row], str]:
    return lambda _row: value


_empty = _same("")


def _subject(row: Row) -> tuple[str, str]:
    """Return whose row it is: the workload that the page describes, and the direction."""
    return row.direction, row.destination if row.direction == "ingress" else row.source


def _peer(row: Row) -> str:
    return row.source if row.direction == "ingress" else row.destination


def _statement(row: Row) -> str:
    """Return `any`, `none` or `unspecified` for a row that states no connection of its own, else an empty text."""
    if row.protocol == ANY:
        return ANY
    return "" if row.protocol or row.port else _peer(row)


def _notes(row: Row) -> str:
    said = _STATEMENTS.get(_statement(row), "")
    return "; ".join(filter(None, (said, row.binding)))


def _service(row: Row) -> str:
    """Return who is asked: the destination of a connection, or the word of a statement without one."""
    word = _statement(row)
    return word if word in (NONE, UNSPECIFIED) else row.destination


def _insecure_ports(row: Row) -> str:
    """Return the services of the fixed list that a row permits; `all`, or `unknown` where its ports are."""
    word = _statement(row)
    if word == NONE:
        return ""
    if word == UNSPECIFIED:  # what is not restricted is open
        return _ALL
    found = insecure_services(row.protocol, row.port)
    if found is None:
        return _UNKNOWN
    return _ALL if found and row.port == ANY else ", ".join(map(str, found))


def _insecure(row: Row) -> str:
    services = _insecure_ports(row)
    if services == _UNKNOWN:
        return _UNKNOWN
    return "yes" if services else "no"


def _evidence(row: Row) -> str:
    return f"{row.page}:{row.line}" if row.line else row.page


def _action(row: Row) -> str:
    return {NONE: "deny", UNSPECIFIED: ""}.get(_statement(row), "allow")


def _denied(name: str, word: str) -> Callable[[Row], str]:
    """Return a cell of a request: what a row says, and `word` where it denies everything."""
    shown = attrgetter(name)
    return lambda row: word if _statement(row) == NONE and shown(row) in ("", NONE) else shown(row)


def _namespace(row: Row) -> str:
    """Return the namespace of the workload that the row is about; empty where no binding says it."""
    selector = row.destination_selector if row.direction == "ingress" else row.source_selector
    return selector.partition(";")[0].removeprefix("namespace: ")


def _purpose(row: Row) -> str:
    """Return the reason; for a statement, its word."""
    return row.reason or _statement(row)


def _own(header: str, name: str) -> _Column:
    return _Column(header, attrgetter(name))


_CONNECTIONS: Mapping[str, _Column] = {name: _own(name, name) for name in Row._fields}

_PCI: Mapping[str, _Column] = {
    "service": _Column("Service", _service),
    "protocol": _own("Protocol", "protocol"),
    "port": _own("Port", "port"),
    "source": _own("Source", "source"),
    "destination": _own("Destination", "destination"),
    "direction": _own("Direction", "direction"),
    "business_justification": _own("Business justification", "reason"),
    "condition": _own("Condition", "condition"),
    "insecure": _Column("Insecure service", _insecure),
    "insecure_ports": _Column("Insecure ports", _insecure_ports),
    "mitigation": _Column("Mitigation", _empty),
    "approved_by": _Column("Approved by", _empty),
    "approved_on": _Column("Approved on", _empty),
    "last_review": _Column("Last review", _empty),
    "next_review": _Column("Next review", _empty),
    "evidence": _Column("Evidence", _evidence),
    "notes": _Column("Notes", _notes),
}

_CAIQ: Mapping[str, _Column] = {
    "control_id": _Column("Control ID", _same("IVS-03")),
    "question_id": _Column("Question ID", _empty),
    "answer": _Column("Answer", _empty),
    "direction": _own("Direction", "direction"),
    "source": _own("Source", "source"),
    "destination": _own("Destination", "destination"),
    "protocol": _own("Protocol", "protocol"),
    "port": _own("Port", "port"),
    "justification": _own("Justification", "reason"),
    "condition": _own("Condition", "condition"),
    "compensating_control": _Column("Compensating control", _empty),
    "owner": _Column("Owner", _empty),
    "last_review": _Column("Last review", _empty),
    "next_review": _Column("Next review", _empty),
    "evidence": _Column("Evidence", _evidence),
    "notes": _Column("Notes", _notes),
}

_FIREWALL_REQUEST: Mapping[str, _Column] = {
    "requester": _Column("Requester", _empty),
    "request_type": _Column("Request type", _empty),
    "action": _Column("Action", _action),
    "source": _Column("Source", _denied("source", ANYONE)),
    "source_selector": _own("Source selector", "source_selector"),
    "destination": _Column("Destination", _denied("destination", ANYONE)),
    "destination_selector": _own("Destination selector", "destination_selector"),
    "protocol": _Column("Protocol", _denied("protocol", ANY)),
    "port": _Column("Port", _denied("port", ANY)),
    "justification": _own("Justification", "reason"),
    "condition": _own("Condition", "condition"),
    "start": _Column("Start", _empty),
    "expiry": _Column("Expiry", _empty),
    "approved_by": _Column("Approved by", _empty),
    "approved_on": _Column("Approved on", _empty),
    "evidence": _Column("Evidence", _evidence),
    "notes": _Column("Notes", _notes),
}

# The headers of openshift-kni/commatrix (pkg/types), to the letter, so that the two files can be joined.
_COMMATRIX: Mapping[str, _Column] = {
    "direction": _Column("Direction", lambda row: row.direction.capitalize()),
    "protocol": _own("Protocol", "protocol"),
    "port": _own("Port", "port"),
    "namespace": _Column("Namespace", _namespace),
    "service": _Column("Service", _purpose),
    "pod": _Column("Pod", lambda row: _subject(row)[1]),
    "container": _Column("Container", _empty),
    "node_group": _Column("NodeGroup", _empty),
    "optional": _Column("Optional", lambda row: "true" if row.condition else "false"),
}

_LAYOUTS: Mapping[str, Mapping[str, _Column]] = {
    "connections": _CONNECTIONS,
    "pci": _PCI,
    "caiq": _CAIQ,
    "firewall-request": _FIREWALL_REQUEST,
    "commatrix": _COMMATRIX,
}
_TELL_PEERS = frozenset({"source", "destination", "source_selector", "destination_selector"})
_SHOW_CONDITIONS = frozenset({"condition", "optional"})
