"""What a page says under a binding: every name resolved or reported, before it is exported or printed."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from esspec.binding import Binding
from esspec.directions import is_negated
from esspec.model import Direction, Protocol
from esspec.names import Names
from esspec.overrides import Override, Overrides
from esspec.phrase import Piece
from esspec.problem import Problem, error, in_order, warning
from esspec.rows import PEERS, PORTS, WrittenPorts, WrittenRule
from esspec.sections import Page, Statement
from esspec.spelling import means_anyone, means_instance

PeerKind = Literal["workload", "same", "any", "instance", "external", "unresolved"]


class ResolvedPeer(NamedTuple):
    """One peer of a cell; `workloads` and `external` are filled for the kinds that have them."""

    phrase: str
    kind: PeerKind
    workloads: tuple[str, ...] = ()
    external: str | None = None


class AppliedOverride(NamedTuple):
    """The binding's decision about a row, and its line there."""

    reason: str
    line: int


class ResolvedRule(NamedTuple):
    """A row with its names resolved and its override applied."""

    workload: str
    written: WrittenRule
    row: str
    protocol: Protocol | None
    ports: WrittenPorts
    peers: tuple[ResolvedPeer, ...]
    override: AppliedOverride | None


class Resolution(NamedTuple):
    """A page under a binding. `statements` are by workload name; `problems` are in the order of their places."""

    page: Page
    binding: Binding
    names: Names
    rules: tuple[ResolvedRule, ...]
    statements: tuple[tuple[str, Statement], ...]
    problems: tuple[Problem, ...]


def resolve(page: Page, written: Iterable[WrittenRule], binding: Binding, problems: Iterable[Problem]) -> Resolution:
    """Return the page with every name resolved through the binding; what stays unresolved is among the problems.

    `problems` are those found so far. Nothing is guessed: a near miss is offered in a remedy and never taken.
    """
    resolver = _Resolver(page, binding)
    overrides = Overrides(binding, resolver.names)
    rules = tuple(resolver.rule(rule, overrides) for rule in written)
    statements = tuple((resolver.names.workload_of(s.heading), s) for s in page.statements)
    found = [
        *page.problems,
        *problems,
        *resolver.names.problems,
        *resolver.problems,
        *overrides.unmatched(),
        *_contradictions(page.path, rules, statements),
        *(_unused(binding, *entry) for entry in resolver.names.unused()),
    ]
    return Resolution(page, binding, resolver.names, rules, statements, in_order(found))


class _Resolver:
    def __init__(self, page: Page, binding: Binding) -> None:
        self._path = page.path
        self.names = Names(page, binding)
        self.problems: list[Problem] = []

    def rule(self, written: WrittenRule, overrides: Overrides) -> ResolvedRule:
        """Return one row, resolved; its faults become problems unless an override makes them void."""
        workload = self.names.workload_of(written.heading)
        override = overrides.of(workload, written)
        changed = override.fields if override else frozenset()
        self.problems += [fault.problem for fault in written.faults if not (fault.fields and fault.fields <= changed)]
        if override and override.entry.peer_names:
            if not written.says_ports and not override.ports:
                self._ports_in_doubt(written)
            peers = tuple(self._named(name, written, override) for name in override.entry.peer_names)
        else:
            peers = tuple(self._peers(workload, written))
        return ResolvedRule(
            workload=workload,
            written=written,
            row=_row_hash(workload, written),
            protocol=override.entry.protocol if override and override.entry.protocol else written.protocol,
            ports=override.ports if override and override.ports else written.ports,
            peers=peers,
            override=AppliedOverride(override.entry.reason, override.line) if override else None,
        )

    def _peers(self, workload: str, written: WrittenRule) -> Iterator[ResolvedPeer]:
        phrase = written.phrase
        pieces, tail = phrase.peers, phrase.tail
        fitting = (phrase.link == "from") is (written.direction is Direction.INGRESS)
        if tail and not pieces and fitting:
            pieces, tail = tail, ()
        if tail:
            ask = (
                f"the cell names both '{pieces[0].name}' and '{tail[0].name}': which of them is meant?"
                if pieces
                else f"the cell names a port and '{tail[0].name}', but not who connects"
            )
            self._unresolved(written, tail[0], ask)
            yield from (ResolvedPeer(piece.phrase, "unresolved") for piece in (*pieces, *tail))
            return
        towards = "to" if written.direction is Direction.INGRESS else "from"
        if phrase.peers and written.peer_cell.lower().startswith(f"{towards} "):
            self._unresolved(written, pieces[0], f"'{towards}' speaks of the other end than this column")
            yield from (ResolvedPeer(piece.phrase, "unresolved") for piece in pieces)
            return
        if not pieces and written.peer_cell and not any(f.fields >= PEERS for f in written.faults):
            self._unresolved(written, Piece(written.peer_cell, written.peer_cell), "the cell names a port and no peer")
        both = self.names.compound_in(written.peer_cell) if len(pieces) > 1 else None
        if both:
            self._unresolved(written, pieces[0], f"'{both}' is one name, and the cell can be read as a list of others")
            yield from (ResolvedPeer(piece.phrase, "unresolved") for piece in pieces)
            return
        for piece in pieces:
            yield self._peer(workload, written, piece)

    def _peer(self, workload: str, written: WrittenRule, piece: Piece) -> ResolvedPeer:
        if means_anyone(piece.name):
            return ResolvedPeer(piece.phrase, "any")
        if means_instance(piece.name):
            return ResolvedPeer(piece.phrase, "instance")
        known = self._known(piece.name, piece.phrase)
        return known or self._other(workload, written, piece)

    def _known(self, name: str, phrase: str) -> ResolvedPeer | None:
        """Return the workload or the external of that name, None if there is neither."""
        workloads = self.names.workloads_called(name)
        if workloads:
            return ResolvedPeer(phrase, "workload", workloads)
        external = self.names.external_called(name)
        return ResolvedPeer(phrase, "external", external=external) if external else None

    def _other(self, workload: str, written: WrittenRule, piece: Piece) -> ResolvedPeer:
        """Return the subject itself for "Other X pods"; what is neither that nor known is unresolved."""
        first, _, others = piece.name.partition(" ")
        found = self.names.workloads_called(others) if first.lower() == "other" and others else ()
        if found == (workload,):
            return ResolvedPeer(piece.phrase, "same", found)
        if found:
            ask = f"'{piece.name}' speaks of others of the same kind, and this is about '{workload}'"
            self._unresolved(written, piece, ask)
        else:
            self._unknown(written, piece)
        return ResolvedPeer(piece.phrase, "unresolved")

    def _named(self, name: str, written: WrittenRule, override: Override) -> ResolvedPeer:
        """Return the peer that an override names: `anyone`, a workload or an external."""
        phrase = " ".join(written.peer_cell.split())
        if name == "anyone":
            return ResolvedPeer(phrase, "any")
        known = self._known(name, phrase)
        if known:
            return known
        advice = 'write "anyone"' if means_anyone(name) else self._advice(name)
        self.problems.append(override.problem("unknown-peer", f"there is no workload and no external '{name}'", advice))
        return ResolvedPeer(phrase, "unresolved")

    def _ports_in_doubt(self, written: WrittenRule) -> None:
        """Report a cell of which a part is neither a name nor a port: it may speak of ports, which are not decided."""
        if any(fault.fields >= PORTS for fault in written.faults):
            return  # has been reported already
        pieces = (*written.phrase.peers, *written.phrase.tail)
        odd = next((piece for piece in pieces if not self._is_name(piece.name)), None)
        if odd:
            ask = f"'{odd.name}' may speak of ports too, and its override sets only the peers"
            remedy = 'set ports in the override: a number, a range, or "all"'
            self._say(written, odd, ask, remedy, "ports-in-doubt")

    def _is_name(self, name: str) -> bool:
        if means_anyone(name) or means_instance(name) or self._known(name, name):
            return True
        first, _, others = name.partition(" ")
        return first.lower() == "other" and bool(self.names.workloads_called(others))

    def _unknown(self, written: WrittenRule, piece: Piece) -> None:
        faulty = any(fault.fields >= PEERS or not fault.fields for fault in written.faults)
        if not faulty:  # a faulty cell has been reported already
            self._say(
                written,
                piece,
                f"no workload and no external is called '{piece.name}'{_beyond_ascii(piece.name)}",
                self._advice(piece.name),
            )

    def _unresolved(self, written: WrittenRule, piece: Piece, ask: str) -> None:
        remedy = "say it in the cell, or add an override for this row to the binding"
        self._say(written, piece, ask, remedy, "unresolved-peer")

    def _say(self, written: WrittenRule, piece: Piece, message: str, remedy: str, code: str = "unknown-peer") -> None:
        self.problems.append(error(code, self._path, written.peer_at(piece.phrase), message, remedy))

    def _advice(self, name: str) -> str:
        if is_negated(name):
            return "name the peers that are meant; what a cell excludes is not read"
        near = self.names.near(name)
        offer = f"if '{near}' is meant, " if near else ""
        entry = "its entry in the binding, or describe it there as a workload or an external"
        return f'{offer}add aliases = ["{name}"] to {entry}'


def _beyond_ascii(name: str) -> str:
    """Return which character of a name is no ASCII; it may look like one (threats.md 14)."""
    odd = next((ch for ch in name if not ch.isascii()), None)
    return f", where '{odd}' is U+{ord(odd):04X} {unicodedata.name(odd, '')}".rstrip() if odd else ""


def _row_hash(workload: str, written: WrittenRule) -> str:
    content = f"{workload}\x1f{written.direction}\x1f{written.cells}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _contradictions(
    path: str, rules: tuple[ResolvedRule, ...], statements: tuple[tuple[str, Statement], ...]
) -> Iterator[Problem]:
    """Yield an error where one direction of one workload is stated twice: by two headings, or in two ways."""
    said: dict[tuple[str, Direction], tuple[tuple[int, int], str, int]] = {}
    rows = (
        (r.workload, r.written.direction, (r.written.heading.line, r.written.label), "a table", r.written.line)
        for r in rules
    )
    words = (
        (name, s.direction, (s.heading.line, s.line), f"'{s.word.capitalize()}'", s.line) for name, s in statements
    )
    reported: set[tuple[str, Direction]] = set()
    for name, direction, heading, what, line in sorted((*rows, *words), key=lambda item: item[-1]):
        first = said.setdefault((name, direction), (heading, what, line))
        if first[:2] != (heading, what) and (name, direction) not in reported:
            reported.add((name, direction))
            yield error(
                "stated-twice",
                path,
                (line, 1),
                f"{direction} of '{name}' is stated by {what} here and by {first[1]} in line {first[2]}",
                "keep one of them",
            )


def _unused(binding: Binding, keys: tuple[str, ...], what: str) -> Problem:
    return warning(
        "unused-entry",
        binding.path,
        (binding.line(*keys), 1),
        f"nothing on the page uses {what}",
        "correct its name, or delete it",
    )
