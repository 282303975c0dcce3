"""The table row that would permit what a page denies, in the columns of the page's own table."""

from collections.abc import Iterator
from typing import NamedTuple

from esspec.answers.explaining import Answer, EndAnswer
from esspec.answers.questions import Question
from esspec.reading.columns import PEER_COLUMNS, Column
from esspec.reading.spelling import POD
from esspec.semantics.opened import Opened, interval
from esspec.semantics.page_words import PageWords
from esspec.semantics.views import View
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol

_PEER_COLUMN = {direction: column for column, direction in PEER_COLUMNS.items()}
_HEADERS = {
    Column.PROTOCOL: "Type",
    Column.ORIGIN: "Origin",
    Column.DESTINATION: "Destination",
    Column.PEER: "Peer",
    Column.PORT: "Port(s)",
    Column.REASON: "Reason",
    Column.CONDITION: "Enabled in policy",
    Column.LABELS: "Pod label",
}
_BEFORE_PORT = {Direction.INGRESS: "to", Direction.EGRESS: "on"}


class MissingRow(NamedTuple):
    """A row that a table of `workload` lacks; with another of `protocols` as its type it is missing too.

    `row` is empty where the peer has no name that a cell can use; `unnamed` is then the table of the binding that
    gives it one. `instead_of` is the place of the statement, `word`, that stands where the table would, and `header`
    the beginning of that table; both are empty where there is a table.
    """

    workload: str
    direction: Direction
    row: str
    protocols: tuple[Protocol, ...]
    unnamed: str = ""
    instead_of: str = ""
    word: str = ""
    header: str = ""


def missing_rows(view: View, asked: Question, answer: Answer) -> Iterator[MissingRow]:
    """Yield the rows that would permit what is denied; none where the question leaves ends or ports open."""
    is_open = asked.source.everybody or asked.destination.everybody or not states_ports(asked.ports)
    if view.page is None or is_open or answer.verdict == "allowed":
        return
    for end in (answer.egress, answer.ingress):
        if end and end.verdict == "denied":
            peer = _peer_in_cell(view, end)
            columns = _columns(view.page, end)
            written = view.page.sides.get((end.end, end.direction))
            word = written.word if written else ""
            instead_of = next(line.place for line in end.deciders if line.name == end.end) if word else ""
            header = _header(columns) if word else ""
            for protocols, ports in _by_ports(answer.opened):
                row = _row(columns, end.direction, (protocols[0], peer, ports)) if peer else ""
                unnamed = "" if peer else _table_for(asked, end)
                yield MissingRow(end.end, end.direction, row, protocols, unnamed, instead_of, word, header)


def states_ports(ports: Opened) -> bool:
    """Return whether ports are few enough for a row: those of a question that names none are not."""
    return not any((segment.first, segment.last) == (FIRST_PORT, LAST_PORT) for segment in ports)


def _by_ports(ports: Opened) -> Iterator[tuple[tuple[Protocol, ...], tuple[str, ...]]]:
    """Yield protocols and their intervals, protocols with equal intervals together."""
    found: dict[tuple[str, ...], list[Protocol]] = {}
    for protocol in Protocol:
        spans = tuple(interval(s.first, s.last) for s in ports if s.protocol is protocol)
        if spans:
            found.setdefault(spans, []).append(protocol)
    yield from ((tuple(protocols), spans) for spans, protocols in found.items())


def _peer_in_cell(view: View, end: EndAnswer) -> str:
    """Return the words by which a cell names the peer; empty for one that only the binding could name."""
    if any(pods.name == end.peer for pods in view.pods):
        words = end.peer.split()
        if len(words) > 1 and words[-1].lower() in POD:
            words.pop()
        return " ".join(["Other" if end.peer == end.end else "", *words, "pods"]).strip()
    return end.peer if any(external.name == end.peer for external in view.externals) else ""


def _table_for(asked: Question, end: EndAnswer) -> str:
    """Return the table of the binding that names the peer: pods, or what is none."""
    peer = asked.source if end.direction is Direction.INGRESS else asked.destination
    return "workloads" if peer.labels is not None else "externals"


def _columns(page: PageWords, end: EndAnswer) -> tuple[Column, ...]:
    """Return the columns of the table that lacks a row, else of others of the page in this direction, or in both."""
    own = page.sides.get((end.end, end.direction))
    if own and own.columns:
        return own.columns
    if end.direction in page.layouts:
        return page.layouts[end.direction]
    peer = _PEER_COLUMN[end.direction]
    others = next(iter(page.layouts.values()), (Column.PROTOCOL, peer, Column.REASON))
    return tuple(peer if column in PEER_COLUMNS else column for column in others)


def _header(columns: tuple[Column, ...]) -> str:
    """Return the first two lines of a table."""
    names = [_HEADERS[column] for column in columns]
    return f"| {' | '.join(names)} |\n|{'|'.join('-' * (len(name) + 2) for name in names)}|"


def _row(columns: tuple[Column, ...], direction: Direction, cells: tuple[Protocol, str, tuple[str, ...]]) -> str:
    """Return a row; its reason is for people to write."""
    protocol, peer, ports = cells
    listed = ", ".join(ports[:-1]) + f" and {ports[-1]}" if len(ports) > 1 else ports[0]
    if Column.PORT not in columns:
        peer = f"{peer} {_BEFORE_PORT[direction]} port{'s' if len(ports) > 1 else ''} {listed}"
    texts = {
        Column.PROTOCOL: str(protocol),
        Column.PORT: ", ".join(ports),
        Column.REASON: "\u2026",
        Column.CONDITION: "Always",
        Column.LABELS: "",
    }
    return f"| {' | '.join(texts.get(column, peer).replace('|', chr(92) + '|') for column in columns)} |"
