"""The peers of a cell: whom each of its words means, by the names of the page and of the binding; never by guess."""

import unicodedata
from collections.abc import Iterator

from esspec.compiling.advice import advice, speaks_of_ports, without_other
from esspec.compiling.explained_words import ExplainedWords
from esspec.compiling.names import Names
from esspec.compiling.overrides import Override
from esspec.compiling.resolution_report import Report
from esspec.compiling.resolved import ResolvedPeer, Unknown
from esspec.reading.cell_words import Piece
from esspec.reading.cells import PEERS, PORTS
from esspec.reading.rows import WrittenRule
from esspec.reading.spelling import means_anyone, means_elsewhere, means_instance, split_remark
from esspec.terms import Direction


class Peers:
    """Resolves the peers of rows; what is not resolved goes to the report, with what to write instead."""

    def __init__(self, names: Names, words: ExplainedWords, report: Report) -> None:
        """`words` are what the binding accepts behind names."""
        self._names, self._words, self._report = names, words, report
        self._resolved: dict[Piece, tuple[ResolvedPeer, ...]] = {}

    def of(self, workload: str, written: WrittenRule) -> tuple[ResolvedPeer, ...]:
        """Return the peers of a row of `workload`, in the order of its cell."""
        return self._plain_peers(written) or tuple(self._peers(workload, written))

    def _plain_peers(self, written: WrittenRule) -> tuple[ResolvedPeer, ...]:
        """Return the peer of a cell that names one workload or external, and no more; equal cells are resolved once."""
        phrase = written.phrase
        if len(phrase.peers) != 1 or phrase.tail or phrase.lead:
            return ()
        piece = phrase.peers[0]
        if not written.says_ports and speaks_of_ports(piece.name, is_known=True):
            return ()
        found = self._resolved.get(piece)
        if found is None:
            known = None if means_anyone(piece.name) or means_instance(piece.name) else self._known(*piece)
            found = self._resolved[piece] = (known,) if known else ()
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
        both = self._names.compound_in(written.peer_cell) if len(pieces) > 1 else None
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
            is_accepted = self._words.accept(remark, written.peer_at(piece.phrase))
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
        workloads = self._names.workloads_called(name)
        if workloads:
            return ResolvedPeer(phrase, "workload", workloads)
        external = self._names.external_called(name)
        return ResolvedPeer(phrase, "external", external=external) if external else None

    def _other(self, workload: str, written: WrittenRule, piece: Piece) -> ResolvedPeer | None:
        """Return the subject itself for "Other X pods", None where no X is known; others of another are unresolved."""
        first, _, others = piece.name.partition(" ")
        found = self._names.workloads_called(others) if first.lower() == "other" and others else ()
        if found == (workload,):
            return ResolvedPeer(piece.phrase, "same", found)
        if not found:
            return None
        ask = f"'{piece.name}' speaks of others of the same kind, and this is about '{workload}'"
        self._unresolved(written, piece, ask)
        return ResolvedPeer(piece.phrase, "unresolved")

    def named(self, name: str, written: WrittenRule, override: Override) -> ResolvedPeer:
        """Return the peer that an override names: `anyone`, a workload or an external."""
        phrase = " ".join(written.peer_cell.split())
        if name == "anyone":
            return ResolvedPeer(phrase, "any")
        known = self._known(name, phrase)
        if known:
            return known
        remedy = 'write "anyone"' if means_anyone(name) else advice(name, self._names)
        self._report.problems.append(
            override.problem("unknown-peer", f"there is no workload and no external '{name}'", remedy)
        )
        return ResolvedPeer(phrase, "unresolved")

    def ports_in_doubt(self, written: WrittenRule) -> None:
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
        return first.lower() == "other" and bool(self._names.workloads_called(others))

    def _unknown(self, written: WrittenRule, piece: Piece) -> None:
        faulty = any(fault.fields >= PEERS or not fault.fields for fault in written.faults)
        if not faulty:  # a faulty cell has been reported already
            self._report.unknown.append(Unknown("name", piece.name, piece.phrase, written.line))
            self._say(
                written,
                piece,
                f"no workload and no external is called '{piece.name}'{_beyond_ascii(piece.name)}",
                advice(without_other(piece.name), self._names),
            )

    def _unresolved(self, written: WrittenRule, piece: Piece, ask: str, code: str = "unresolved-peer") -> None:
        remedy = "say it in the cell, or add an override for this row to the binding"
        self._say(written, piece, ask, remedy, code)

    def _say(self, written: WrittenRule, piece: Piece, message: str, remedy: str, code: str = "unknown-peer") -> None:
        self._report.problem(code, written.peer_at(piece.phrase), message, remedy)


def _speaks_of_ports(remark: str) -> bool:
    return not {"port", "ports"}.isdisjoint(remark.lower().split())


def _beyond_ascii(name: str) -> str:
    """Return which character of a name is no ASCII; it may look like one (threats.md 14)."""
    odd = next((ch for ch in name if not ch.isascii()), None)
    return f", where '{odd}' is U+{ord(odd):04X} {unicodedata.name(odd, '')}".rstrip() if odd else ""
