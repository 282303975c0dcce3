"""What a page says under a binding: every name resolved or reported, before it is exported or printed."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from esspec.bindings.binding import FILE_NAME, Binding
from esspec.compiling.advice import advice, speaks_of_ports, without_other
from esspec.compiling.names import Names
from esspec.compiling.overrides import Override, Overrides
from esspec.model import Condition
from esspec.problem import MAX_FINDINGS, Problem, error, in_order, too_many, warning
from esspec.reading.cell_words import Piece
from esspec.reading.cells import PEERS, PORTS, WrittenPorts
from esspec.reading.conditions import is_always, parse_condition
from esspec.reading.contradictions import contradictions
from esspec.reading.pod_labels import Label, filled, is_value
from esspec.reading.rows import WrittenRule
from esspec.reading.sections import Page, Statement
from esspec.reading.spelling import means_anyone, means_elsewhere, means_instance, split_remark
from esspec.terms import Direction, Protocol

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
    """A row with its names resolved and its override applied.

    `labels` are those that the row gives to the one workload among its peers, placeholders filled; None without.
    """

    workload: str
    written: WrittenRule
    protocol: Protocol | None
    ports: WrittenPorts
    peers: tuple[ResolvedPeer, ...]
    condition: Condition | None
    labels: tuple[Label, ...] | None
    override: AppliedOverride | None

    @property
    def row(self) -> str:
        """Return a hash of what the row says, wherever it stands on the page."""
        content = f"{self.workload}\x1f{self.written.direction}\x1f{self.written.cells}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]


class Unknown(NamedTuple):
    """A word of the page that nothing explains: a `name` of a peer, a `remark` or a `placeholder`, and its line."""

    kind: Literal["name", "remark", "placeholder"]
    word: str
    phrase: str
    line: int


class Resolution(NamedTuple):
    """A page under a binding. `statements` are by workload name; `problems` are in the order of their places.

    `unknown` are the words that an entry in the binding can explain.
    """

    page: Page
    binding: Binding
    names: Names
    rules: tuple[ResolvedRule, ...]
    statements: tuple[tuple[str, Statement], ...]
    unknown: tuple[Unknown, ...]
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
        *resolver.unused_words(),
        *contradictions(page.path, ((r.workload, r.written) for r in rules), statements),
        *(_unused(binding, *entry) for entry in resolver.names.unused()),
    ]
    return Resolution(page, binding, resolver.names, rules, statements, tuple(resolver.unknown), in_order(found))


class _Resolver:
    def __init__(self, page: Page, binding: Binding) -> None:
        self._path, self._binding = page.path, binding
        self.names = Names(page, binding)
        self.problems: list[Problem] = []
        self._is_full = False
        self.unknown: list[Unknown] = []
        self._accepted = {_plain(text): text for text in binding.file.remarks}
        self._used_remarks: set[str] = set()
        self._used_placeholders: set[str] = set()
        self._plain: dict[Piece, tuple[ResolvedPeer, ...]] = {}

    def rule(self, written: WrittenRule, overrides: Overrides) -> ResolvedRule:
        """Return one row, resolved; its faults become problems unless an override makes them void."""
        workload = self.names.workload_of(written.heading)
        override = overrides.of(workload, written)
        changed = override.fields if override else frozenset()
        for fault in written.faults:
            if not (fault.fields and fault.fields <= changed):
                self.problems.append(fault.problem)
        if override and override.ports == "all" and written.ports == "user-supplied":
            message = "the row leaves its port to the user, and that is not every port"
            remedy = "write the number in ports, a range, or a list of such"
            self.problems.append(override.problem("user-supplied-port", message, remedy))
        if override and override.entry.peer_names:
            if not written.says_ports and not override.ports:
                self._ports_in_doubt(written)
            peers = tuple(self._named(name, written, override) for name in override.entry.peer_names)
        else:
            peers = self._plain_peers(written) or tuple(self._peers(workload, written))
        for remark in written.remarks:
            if not remark.fields <= changed:
                self._accept(remark.text, (remark.line, remark.column))
        return ResolvedRule(
            workload=workload,
            written=written,
            protocol=override.entry.protocol if override and override.entry.protocol else written.protocol,
            ports=override.ports if override and override.ports else written.ports,
            peers=peers,
            condition=_condition(written, override) if written.condition or override else None,
            labels=self._labels(written, peers) if written.labels else None,
            override=AppliedOverride(override.entry.reason, override.line) if override else None,
        )

    def _plain_peers(self, written: WrittenRule) -> tuple[ResolvedPeer, ...]:
        """Return the peer of a cell that names one workload or external, and no more; equal cells are resolved once."""
        phrase = written.phrase
        if len(phrase.peers) != 1 or phrase.tail or phrase.lead:
            return ()
        piece = phrase.peers[0]
        if not written.says_ports and speaks_of_ports(piece.name, is_known=True):
            return ()
        found = self._plain.get(piece)
        if found is None:
            known = None if means_anyone(piece.name) or means_instance(piece.name) else self._known(*piece)
            found = self._plain[piece] = (known,) if known else ()
        return found

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
        if phrase.peers and phrase.lead == towards:
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
        if means_elsewhere(piece.name):
            ask = f"'{piece.name}' sends the reader elsewhere, and what stands there is not read"
            self._unresolved(written, piece, ask, "see-elsewhere")
            return ResolvedPeer(piece.phrase, "unresolved")
        found = self._recognised(workload, written, piece)
        if not found and piece.name[:4].lower() == "the ":
            piece = piece._replace(name=piece.name[4:])
            found = self._recognised(workload, written, piece)
        if not written.says_ports and "(" not in piece.name and speaks_of_ports(piece.name, is_known=bool(found)):
            ask = f"'{piece.name}' may speak of a port, and none is read in it"
            remedy = "write it as in 'X pods on port 8080', or add an override with peer and ports"
            self._say(written, piece, ask, remedy, "ports-in-doubt")
            return ResolvedPeer(piece.phrase, "unresolved")
        base, remark = split_remark(piece.name)
        if not found and remark and base and _speaks_of_ports(remark) and not written.says_ports:
            ask = f"'({remark})' speaks of ports, and those are not read out of parentheses"
            self._say(written, piece, ask, "write the ports behind the peer, such as 'on port 80'", "ports-in-doubt")
        elif not found and remark and base:
            is_accepted = self._accept(remark, written.peer_at(piece.phrase))
            found = self._recognised(workload, written, piece._replace(name=base))
            if not found:
                self._unknown(written, piece._replace(name=base))
            elif is_accepted:
                return found
        elif not found:
            self._unknown(written, piece)
        else:
            return found
        return ResolvedPeer(piece.phrase, "unresolved")

    def _recognised(self, workload: str, written: WrittenRule, piece: Piece) -> ResolvedPeer | None:
        """Return the peer that words stand for, None where they stand for nobody that is known."""
        if means_anyone(piece.name):
            return ResolvedPeer(piece.phrase, "any")
        if means_instance(piece.name):
            return ResolvedPeer(piece.phrase, "instance")
        return self._known(piece.name, piece.phrase) or self._other(workload, written, piece)

    def _known(self, name: str, phrase: str) -> ResolvedPeer | None:
        """Return the workload or the external of that name, None if there is neither."""
        workloads = self.names.workloads_called(name)
        if workloads:
            return ResolvedPeer(phrase, "workload", workloads)
        external = self.names.external_called(name)
        return ResolvedPeer(phrase, "external", external=external) if external else None

    def _other(self, workload: str, written: WrittenRule, piece: Piece) -> ResolvedPeer | None:
        """Return the subject itself for "Other X pods", None where no X is known; others of another are unresolved."""
        first, _, others = piece.name.partition(" ")
        found = self.names.workloads_called(others) if first.lower() == "other" and others else ()
        if found == (workload,):
            return ResolvedPeer(piece.phrase, "same", found)
        if not found:
            return None
        ask = f"'{piece.name}' speaks of others of the same kind, and this is about '{workload}'"
        self._unresolved(written, piece, ask)
        return ResolvedPeer(piece.phrase, "unresolved")

    def _named(self, name: str, written: WrittenRule, override: Override) -> ResolvedPeer:
        """Return the peer that an override names: `anyone`, a workload or an external."""
        phrase = " ".join(written.peer_cell.split())
        if name == "anyone":
            return ResolvedPeer(phrase, "any")
        known = self._known(name, phrase)
        if known:
            return known
        remedy = 'write "anyone"' if means_anyone(name) else advice(name, self.names)
        self.problems.append(override.problem("unknown-peer", f"there is no workload and no external '{name}'", remedy))
        return ResolvedPeer(phrase, "unresolved")

    def _accept(self, remark: str, at: tuple[int, int]) -> bool:
        """Return whether the binding accepts a parenthesis; one that it does not is an error."""
        key = _plain(remark)
        if key in self._accepted:
            self._used_remarks.add(key)
            return True
        self.unknown.append(Unknown("remark", remark, remark, at[0]))
        message = f"'({remark})' may restrict the row, and nothing says that it does not"
        remedy = f'if it changes nothing, write "{remark}" = "why" under [remarks] in {self._binding.name or FILE_NAME}'
        self._problem("unaccepted-remark", at, message, remedy)
        return False

    def _labels(self, written: WrittenRule, peers: tuple[ResolvedPeer, ...]) -> tuple[Label, ...] | None:
        """Return the labels of a row, filled; a row that gives labels to several or to nobody is an error."""
        if written.labels is None:
            return None
        found = filled(written.labels, self._binding.file.placeholders, self._used_placeholders)
        at = (written.line, written.column)
        for name in found.missing:
            self.unknown.append(Unknown("placeholder", name, name, written.line))
            message = f"nothing says what <{name}> stands for in a pod label"
            remedy = f'write {name} = "…" under [placeholders] in {self._binding.name or FILE_NAME}'
            place = written.place_of(f"<{name}>")
            self._problem("unfilled-placeholder", place, message, remedy)
        for key, value in () if found.missing else found.labels:
            if not is_value(value):
                message = f"{key}: '{value}' is no value of a label"
                self._problem("unread-labels", at, message, "correct [placeholders]")
        workloads = {name for peer in peers for name in peer.workloads}
        if len(workloads) != 1 and all(peer.kind != "unresolved" for peer in peers):
            who = f"{len(workloads)} workloads" if workloads else "no workload"
            message = f"the row gives pod labels, and names {who}"
            remedy = "write one row per workload, or empty the cell and write the labels into the binding"
            self._problem("unread-labels", at, message, remedy)
        return found.labels

    def unused_words(self) -> Iterator[Problem]:
        """Yield a warning per remark and placeholder in the binding that no row needs."""
        for key, text in self._accepted.items():
            if key not in self._used_remarks:
                yield _unused(self._binding, ("remarks", text), f"the remark '{text}'")
        for name in self._binding.file.placeholders:
            if name not in self._used_placeholders:
                yield _unused(self._binding, ("placeholders", name), f"the placeholder '{name}'")

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
            self.unknown.append(Unknown("name", piece.name, piece.phrase, written.line))
            self._say(
                written,
                piece,
                f"no workload and no external is called '{piece.name}'{_beyond_ascii(piece.name)}",
                advice(without_other(piece.name), self.names),
            )

    def _unresolved(self, written: WrittenRule, piece: Piece, ask: str, code: str = "unresolved-peer") -> None:
        remedy = "say it in the cell, or add an override for this row to the binding"
        self._say(written, piece, ask, remedy, code)

    def _say(self, written: WrittenRule, piece: Piece, message: str, remedy: str, code: str = "unknown-peer") -> None:
        self._problem(code, written.peer_at(piece.phrase), message, remedy)

    def _problem(self, code: str, at: tuple[int, int], message: str, remedy: str) -> None:
        """Add an error, or the one that says there are too many."""
        if len(self.problems) < MAX_FINDINGS:
            self.problems.append(error(code, self._path, at, message, remedy))
        elif not self._is_full:
            self._is_full = True
            self.problems.append(too_many(self._path, at))


def _condition(written: WrittenRule, override: Override | None) -> Condition | None:
    text = override.entry.condition if override and override.entry.condition else written.condition
    return None if text is None or is_always(text) else parse_condition(text)


def _speaks_of_ports(remark: str) -> bool:
    return not {"port", "ports"}.isdisjoint(remark.lower().split())


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def _beyond_ascii(name: str) -> str:
    """Return which character of a name is no ASCII; it may look like one (threats.md 14)."""
    odd = next((ch for ch in name if not ch.isascii()), None)
    return f", where '{odd}' is U+{ord(odd):04X} {unicodedata.name(odd, '')}".rstrip() if odd else ""


def _unused(binding: Binding, keys: tuple[str, ...], what: str) -> Problem:
    return warning(
        "unused-entry",
        binding.path,
        (binding.line(*keys), 1),
        f"nothing on the page uses {what}",
        "correct its name, or delete it",
    )
