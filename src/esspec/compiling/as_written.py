"""A page as it stands, for those who want the list before anybody has said who is who: no name is resolved."""

from collections.abc import Iterator
from typing import NamedTuple

from esspec.problem import PageProblems, Problem, errors_in, in_order
from esspec.reading.cell_words import Piece
from esspec.reading.inline import InlineReader
from esspec.reading.liquid import told_once
from esspec.reading.page import read_page
from esspec.reading.rows import RowReader, WrittenRule
from esspec.reading.sections import Page
from esspec.terms import Direction
from esspec.text.source import Source

_OPEN = frozenset({"unresolved-variable", "user-supplied-port"})


class WrittenEntry(NamedTuple):
    """One connection, statement or silence of the page, in its words.

    `peer` is `anyone`, `none` or `unspecified` where no row stands behind it; `protocol` and `port` are then
    `any` or empty. `port` is `any`, a number or a range. `line` is 0 for what the page does not say.
    """

    direction: Direction
    workload: str
    peer: str
    protocol: str
    port: str
    reason: str
    condition: str
    line: int


class WrittenPage(NamedTuple):
    """A page as it stands: the name that outputs use, and its entries by workload, ingress first."""

    page: str
    entries: tuple[WrittenEntry, ...]


def written_page(source: Source, page_name: str) -> WrittenPage:
    """Return the page in its own words, variables unfilled.

    Raises PageProblems for what cannot be read at all; names and variables are left as they are.
    """
    inline = InlineReader({})
    page = read_page(source, inline)
    reader = RowReader(source.path, inline)
    rules = [rule for table in page.tables for rule in reader.read(table)]
    problems: list[Problem] = [*page.problems, *reader.problems, *(f.problem for r in rules for f in r.faults)]
    errors = [problem for problem in errors_in(told_once(problems)) if problem.code not in _OPEN]
    if errors:
        raise PageProblems(in_order(errors))
    return WrittenPage(page_name, tuple(_entries(page, rules)))


def _entries(page: Page, rules: list[WrittenRule]) -> Iterator[WrittenEntry]:
    owning = {s.heading.name for s in page.statements} | {t.heading.name for t in page.tables}
    said: dict[tuple[str, Direction], list[WrittenEntry]] = {}
    for statement in page.statements:
        peer, what = ("anyone", "any") if statement.word == "any" else ("none", "")
        entry = WrittenEntry(statement.direction, statement.heading.name, peer, what, what, "", "", statement.line)
        said.setdefault((statement.heading.name, statement.direction), []).append(entry)
    for rule in rules:
        said.setdefault((rule.heading.name, rule.direction), []).extend(_of(rule))
    for name in dict.fromkeys(heading.name for heading in page.headings if heading.name in owning):
        for direction in Direction:
            silence = WrittenEntry(direction, name, "unspecified", "", "", "", "", 0)
            yield from said.get((name, direction), [silence])


def _of(rule: WrittenRule) -> Iterator[WrittenEntry]:
    ports = ["any" if rule.ports == "all" else rule.ports] if isinstance(rule.ports, str) else map(str, rule.ports)
    pieces = (*rule.phrase.peers, *rule.phrase.tail) or (Piece(rule.peer_cell, rule.peer_cell),)
    for port in ports:
        for piece in pieces:
            yield WrittenEntry(
                direction=rule.direction,
                workload=rule.heading.name,
                peer=piece.phrase,
                protocol=rule.protocol or "",
                port=port,
                reason=rule.reason,
                condition=rule.condition or "",
                line=rule.line,
            )
