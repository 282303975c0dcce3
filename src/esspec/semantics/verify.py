"""The proof: every output read back, and compared with the page over all flows, not a sample."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from esspec.model import PolicySet
from esspec.semantics.deciding import Deciding
from esspec.semantics.ends import Ends
from esspec.semantics.intended import accepted, intended, reasons_by_line, reasons_by_row
from esspec.semantics.lifted import Lifted, Policy, Refusal
from esspec.semantics.meaning import Meaning, Segment, Side, bits, meaning_of, selectors_of
from esspec.semantics.verification_result import ASSUMPTIONS, Counterexample, Verdict, Verification
from esspec.semantics.views import Sourced
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol


class Text(NamedTuple):
    """One text of a target as read back: how to name it, and what it says."""

    name: str
    lifted: Lifted


class Party(NamedTuple):
    """One of those that are compared: the page, or a target with all its texts."""

    name: str
    texts: tuple[Text, ...]

    @property
    def policies(self) -> tuple[tuple[str, Policy], ...]:
        """Return (name of the text, policy) for every policy."""
        return tuple((text.name, policy) for text in self.texts for policy in text.lifted.policies)

    @property
    def refusals(self) -> Iterator[tuple[str, Refusal]]:
        """Yield (name of the text, refusal) for all that takes no effect."""
        return ((text.name, refusal) for text in self.texts for refusal in text.lifted.refusals)


class _Difference(NamedTuple):
    """Where a party differs from what it is held to: in this segment, or (`protocol` None) in isolation alone."""

    held_to: Party
    party: Party
    subject: int
    direction: Direction
    protocol: Protocol | None
    port: int
    peer: int


def verify(policies: PolicySet, parties: Sequence[Party]) -> Verification:
    """Return whether every party says exactly what the page says, over all flows, and the smallest flow if not.

    Raises podtree.TooManyBlocks where the selectors cross in too many ways to be counted through.
    """
    page = Party("page", (Text(policies.page, intended(policies)),))
    held = {party.name: _held_to(policies, page, party) for party in parties}
    everyone = [page, *parties, *(h for h in held.values() if h is not page)]
    ends = Ends((s for party in everyone for s in selectors_of(p for _, p in party.policies)), policies.externals)
    meanings = {id(party): meaning_of((p for _, p in party.policies), ends) for party in everyone}
    difference = next(
        (d for party in parties if (d := _first_difference(held[party.name], party, meanings, ends))), None
    )
    refusals = tuple(refusal for party in parties for refusal in (*_refused(party), *_written_twice(party)))
    lost = tuple(line for party in parties for line in _lost_reasons(policies, party))
    cells = len(ends.pods) * len(Direction) * ends.count
    return Verification(
        equal=difference is None and not refusals and not lost,
        targets=tuple(party.name for party in parties),
        pod_classes=len(ends.pods),
        peer_classes=ends.count,
        flow_classes=cells * _port_intervals(meanings.values()),
        flows=cells * len(Protocol) * (LAST_PORT - FIRST_PORT + 1),
        assumptions=ASSUMPTIONS,
        accepted=tuple(sentence for party in parties for sentence in accepted(policies, party.name)),
        refusals=refusals,
        lost_reasons=lost,
        counterexample=_counterexample(difference, [page, *parties], meanings, ends) if difference else None,
    )


def _held_to(policies: PolicySet, page: Party, party: Party) -> Party:
    """Return the page, or the page with what the binding accepts of this target."""
    if not accepted(policies, party.name):
        return page
    return Party("page", (Text(policies.page, intended(policies, party.name)),))


def _first_difference(held_to: Party, party: Party, meanings: dict[int, Meaning], ends: Ends) -> _Difference | None:
    """Return the smallest difference: by class, ingress first, then protocol, port and peer class.

    A difference in flows comes before one in isolation alone.
    """
    wanted, found = meanings[id(held_to)].sides, meanings[id(party)].sides
    isolation: _Difference | None = None
    for subject in range(len(ends.pods)):
        for direction in Direction:
            want, have = wanted.get((subject, direction)), found.get((subject, direction))
            if want == have:
                continue
            flow = _first_flow(want, have, ends)
            if flow:
                return _Difference(held_to, party, subject, direction, *flow)
            isolation = isolation or _Difference(held_to, party, subject, direction, None, 0, 0)
    return isolation


def _first_flow(want: Side | None, have: Side | None, ends: Ends) -> tuple[Protocol, int, int] | None:
    """Return the lowest (protocol, port, peer class) that one side allows and the other does not."""
    for protocol in Protocol:
        sides = [_spans(side, protocol, ends) for side in (want, have)]
        for port in sorted({edge for side in sides for first, last, _ in side for edge in (first, last + 1)}):
            masks = [next((peers for first, last, peers in side if first <= port <= last), 0) for side in sides]
            if masks[0] != masks[1]:
                return protocol, port, next(bits(masks[0] ^ masks[1]))
    return None


def _spans(side: Side | None, protocol: Protocol, ends: Ends) -> list[tuple[int, int, int]]:
    if side is None:
        return [(FIRST_PORT, LAST_PORT, ends.everyone)]
    return [(s.first, s.last, s.peers) for s in side if s.protocol is protocol]


def _counterexample(
    difference: _Difference, parties: Sequence[Party], meanings: dict[int, Meaning], ends: Ends
) -> Counterexample:
    protocol = difference.protocol or Protocol.TCP
    shown = [difference.held_to if party.name == "page" else party for party in parties]
    return Counterexample(
        subject=ends.describe(difference.subject),
        direction=difference.direction,
        peer=ends.describe(difference.peer) if difference.protocol else "everyone",
        protocol=protocol,
        port=difference.port,
        verdicts=tuple(_verdict(party, difference, protocol, meanings[id(party)], ends) for party in shown),
    )


def _verdict(party: Party, flow: _Difference, protocol: Protocol, meaning: Meaning, ends: Ends) -> Verdict:
    port = flow.port or FIRST_PORT
    allowed = meaning.allows(flow.subject, flow.direction, (protocol, port), flow.peer)
    deciding = Deciding((Sourced(policy, name) for name, policy in party.policies), ends)
    wanted = (Segment(protocol, port, port, 1),)
    granting = [
        f"{file}:{line}" if line else f"name resolution, by the binding of {file}"
        for file, line in (g.place for g in deciding.granting(flow.subject, flow.direction, 1 << flow.peer, wanted))
    ]
    isolating = [
        f"{file}:{policy.line} isolates it and no rule allows this"
        for policy, file in deciding.isolating(flow.subject, flow.direction)
    ]
    return Verdict(
        party=party.name,
        verdict="allowed" if allowed else "denied",
        decided_by=tuple(granting or isolating or [f"nothing isolates the {flow.direction} of this pod"]),
    )


def _refused(party: Party) -> Iterator[str]:
    return (f"{name}:{refusal.line}: takes no effect: {refusal.message}" for name, refusal in party.refusals)


def _written_twice(party: Party) -> Iterator[str]:
    """Yield a sentence per object that stands in two texts: the one that is applied last replaces the other."""
    first: dict[str, str] = {}
    for name, policy in party.policies:
        if name != first.setdefault(policy.name, name):
            yield f"{name}:{policy.line}: replaces another: the object {policy.name} stands in {first[policy.name]} too"


def _lost_reasons(policies: PolicySet, party: Party) -> Iterator[str]:
    """Yield a sentence per (row, reason) that a party lacks or has too much, rows named as that party names them."""
    found = Counter(reason for text in party.texts for reason in text.lifted.reasons)
    by_line = any(reason.row.startswith("line ") for reason in found)
    wanted = Counter(reasons_by_line(policies) if by_line else reasons_by_row(policies))
    # The reason of name resolution is one for all; a text that holds several workloads may carry it once.
    needed = Counter({r: min(n, len(party.texts)) if r.row == "dns" else n for r, n in wanted.items()})
    places = {rule.row: f"{policies.page}:{rule.line}" for workload in policies.workloads for rule in workload.rules}
    for what, reasons in (("does not carry", needed - found), ("carries", found - wanted)):
        for reason in sorted(reasons):
            yield f"{party.name} {what} the reason '{reason.reason}' of row {places.get(reason.row, reason.row)}"


def _port_intervals(meanings: Iterable[Meaning]) -> int:
    """Return how many port intervals the protocols are cut into, all of them together."""
    edges: dict[Protocol, set[int]] = {protocol: {FIRST_PORT} for protocol in Protocol}
    for side in {side for meaning in meanings for side in meaning.sides.values()}:
        for segment in side:
            edges[segment.protocol] |= {segment.first, segment.last + 1}
    return sum(len(cuts - {LAST_PORT + 1}) for cuts in edges.values())
