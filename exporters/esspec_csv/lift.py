"""Reading the table back: who may talk to whom, from selectors, protocols and ports alone.

Strict, because nothing else checks the table that people read: another header, a word that is not among the
promised ones, a formula without its apostrophe, rows of one direction that contradict each other. This module
knows nothing of how the text was written.
"""

import re
from typing import NoReturn

from esspec.semantics.lifted import EVERYONE, Grant, Lifted, Peers, Pods, Policy, Reason, Unreadable, all_ports
from esspec.terms import Direction
from esspec_csv.records import Record, records
from esspec_csv.selector import ports_of, selected

_LINE = re.compile(r"[1-9][0-9]*")
_DIRECTIONS = {direction.value: direction for direction in Direction}
_SILENT = ("none", "unspecified")
_WORDS = ("anyone", *_SILENT)
_NOTES = ("override: ", "accepted: ")


def lift_text(text: str) -> Lifted:
    """Return what the rows say, one policy per subject. Raises Unreadable with the line of the text."""
    reader = _Reader()
    lines: dict[tuple[object, ...], int] = {}
    for record in records(text):
        try:
            reader.read(record)
            first = lines.setdefault(record[1:], record.at)
            if first != record.at:
                _wrong(f"this row stands in line {first} already")
        except ValueError as wrong:
            raise Unreadable(record.at, 1, str(wrong)) from None
    return Lifted(
        policies=tuple(subject.policy() for subject in reader.subjects.values()),
        reasons=tuple(reader.reasons),
    )


class _Side:
    """What the rows say of one direction of one subject: a statement, rules of the page, and what they grant."""

    def __init__(self) -> None:
        self.statement = ""
        self.has_rules = False
        self.grants: list[Grant] = []

    def isolates(self) -> bool:
        """Return whether anything but `unspecified` is said."""
        return bool(self.grants) or self.statement in ("anyone", "none")


class _Subject:
    """One subject, and the line of the text on which it comes first."""

    def __init__(self, name: str, pods: Pods, at: int) -> None:
        self.name, self.pods, self.at = name, pods, at
        self.sides = {direction: _Side() for direction in Direction}

    def policy(self) -> Policy:
        """Return all that the rows say of the subject."""
        return Policy(
            name=self.name,
            subject=self.pods,
            isolates=frozenset(d for d, side in self.sides.items() if side.isolates()),
            ingress=tuple(self.sides[Direction.INGRESS].grants),
            egress=tuple(self.sides[Direction.EGRESS].grants),
            line=self.at,
        )


class _Reader:
    """What has been read so far; its methods raise ValueError for what a row may not say."""

    def __init__(self) -> None:
        self.subjects: dict[tuple[str, str], _Subject] = {}
        self.reasons: dict[Reason, None] = {}
        self.page = ""

    def read(self, record: Record) -> None:
        """Take one row in."""
        if record.direction not in _DIRECTIONS:
            _wrong(f"the direction is ingress or egress, not '{record.direction}'")
        direction = _DIRECTIONS[record.direction]
        source = (record.source, record.source_selector)
        destination = (record.destination, record.destination_selector)
        subject, peer = (destination, source) if direction is Direction.INGRESS else (source, destination)
        side = self._subject(subject, record).sides[direction]
        if peer[0] in _SILENT or (peer[0] == "anyone" and record.protocol == "any"):
            self._statement(record, side, peer)
        elif record.line:
            self._rule(record, side, peer)
        else:
            self._dns(record, side, peer, direction)

    def _subject(self, subject: tuple[str, str], record: Record) -> _Subject:
        if subject not in self.subjects:
            name, selector = subject
            if not name or name in _WORDS:
                _wrong(f"rows of {record.direction} are about a workload, and not about '{name}'")
            pods = selected(selector)
            if not isinstance(pods, Pods):
                _wrong(f"'{selector}' selects addresses, and '{name}' is a workload")
            self.subjects[subject] = _Subject(name, pods, record.at)
        return self.subjects[subject]

    def _statement(self, record: Record, side: _Side, peer: tuple[str, str]) -> None:
        word, selector = peer
        what = "any" if word == "anyone" else ""
        if (record.protocol, record.port) != (what, what):
            _wrong(f"with '{word}', protocol and port are both {what or 'empty'}")
        if selector or record.reason or record.condition or record.binding or record.other_side:
            _wrong(f"a row with '{word}' and without a port has no selector of a peer, no reason and no remarks")
        if side.statement or side.has_rules or (word == "unspecified" and side.grants):
            _wrong(f"'{word}' contradicts other rows of this subject and direction")
        if word == "unspecified":
            self._check_page(record)
            if record.line:
                _wrong("what the page does not say stands on no line of it")
        else:
            self._check_place(record)
        side.statement = word
        if what:
            side.grants.append(Grant((EVERYONE,), all_ports(), record.at))

    def _rule(self, record: Record, side: _Side, peer: tuple[str, str]) -> None:
        self._check_place(record)
        if side.statement:
            _wrong(f"a rule contradicts '{side.statement}' for the same subject and direction")
        if record.binding and not record.binding.startswith(_NOTES):
            _wrong(f"'{record.binding}' is nothing that the binding adds to a rule")
        side.has_rules = True
        side.grants.append(Grant((_peers(peer),), ports_of(record.protocol, record.port), record.at))
        self.reasons[Reason(f"line {record.line}", record.reason)] = None

    def _dns(self, record: Record, side: _Side, peer: tuple[str, str], direction: Direction) -> None:
        """Take in a row of the binding's name resolution: it stands on no line of the page."""
        if direction is not Direction.EGRESS or peer[0] != "dns" or record.binding != f"dns: {record.reason}":
            _wrong("a rule without a line of the page must be one for name resolution")
        if record.page or record.condition or record.other_side:
            _wrong("a rule for name resolution has no page, no condition and no other side")
        if side.statement == "unspecified":
            _wrong("a rule contradicts 'unspecified' for the same subject and direction")
        side.grants.append(Grant((_peers(peer),), ports_of(record.protocol, record.port), record.at))
        self.reasons[Reason("dns", record.reason)] = None

    def _check_place(self, record: Record) -> None:
        self._check_page(record)
        if not _LINE.fullmatch(record.line):
            _wrong(f"'{record.line}' is no line of a page")

    def _check_page(self, record: Record) -> None:
        self.page = self.page or record.page
        if not record.page or record.page != self.page:
            _wrong(f"a table is about one page, and '{record.page}' is not '{self.page}'")


def _peers(peer: tuple[str, str]) -> Peers:
    name, selector = peer
    if name == "anyone":
        return EVERYONE if not selector else _wrong("'anyone' has no selector")
    if not name:
        _wrong("the peer has no name")
    return selected(selector)


def _wrong(message: str) -> NoReturn:
    raise ValueError(message)
