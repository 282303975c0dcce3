"""The model as rows of text: one per peer and port interval of a page's row, one per statement."""

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from esspec.model import (
    AllowAll,
    AllowNone,
    AllowOnly,
    Anyone,
    Dns,
    External,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    Rule,
    Selector,
    Unspecified,
    Workload,
    WorkloadPeer,
)
from esspec.targets.target import Inexpressible
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Role
from esspec_csv.field import refused_character
from esspec_csv.other_side import Flow, OtherSide
from esspec_csv.table import ANY, ANYONE, NONE, RESERVED, UNSPECIFIED, Row, Table, file_name, is_reserved

NAME = "csv"


class End(NamedTuple):
    """One end of a connection: its name, the text of its selector, and what the binding adds to say."""

    name: str
    selector: str = ""
    note: str = ""


class Cells(NamedTuple):
    """The cells of a row that do not depend on who is its source and who its destination."""

    protocol: str = ""
    port: str = ""
    reason: str = ""
    condition: str = ""
    page: str = ""
    line: str = ""
    binding: str = ""
    other_side: str = ""


def lower(policies: PolicySet) -> tuple[Table, ...]:
    """Return one table of all that the page says, named after the page, in the order of the page.

    Raises Inexpressible for an external without addresses (only every API server can do without), for a name
    that is a word of the table, and for a character that no cell may hold.
    """
    for workload in policies.workloads:
        if is_reserved(workload.name):
            raise _reserved(policies, workload, workload.name)
    for external in policies.externals:
        if is_reserved(external.name):
            raise _reserved(policies, None, external.name)
    return (Table(file_name(policies.page), tuple(_rows(policies))),)


class Known(NamedTuple):
    """What the rows of one page are written from."""

    policies: PolicySet
    subjects: dict[str, End]
    peers: dict[str, End]
    other_side: OtherSide


Said = tuple[Rule | Workload, End, Cells]
"""What stands in a row beside its subject: where the page says it, the peer, and the other cells."""


def _rows(policies: PolicySet) -> Iterator[Row]:
    known = Known(
        policies,
        subjects={w.name: End(w.name, _pods(w.subject)) for w in policies.workloads},
        peers={w.name: End(w.name, _pods(w.peer)) for w in policies.workloads},
        other_side=OtherSide(policies),
    )
    for workload in policies.workloads:
        subject = known.subjects[workload.name]
        for direction in Direction:
            for at, peer, cells in _said(known, workload, direction):
                row = _row(direction, subject, peer, cells)
                if refused := refused_character("".join(row)):
                    raise _refused(policies, at, refused)
                yield row


def _row(direction: Direction, subject: End, peer: End, cells: Cells) -> Row:
    source, destination = (peer, subject) if direction is Direction.INGRESS else (subject, peer)
    return Row(
        direction.value,
        source.name,
        destination.name,
        cells.protocol,
        cells.port,
        cells.reason,
        cells.condition,
        cells.page,
        cells.line,
        source.selector,
        destination.selector,
        cells.binding,
        cells.other_side,
    )


def _said(known: Known, workload: Workload, direction: Direction) -> Iterator[Said]:
    allowance = workload.allowance(direction)
    page = known.policies.page
    match allowance:
        case AllowOnly(rules=rules):
            for rule in rules:
                yield from _connections(known, workload, direction, rule)
        case AllowNone(line=line):
            yield workload, End(NONE), Cells(page=page, line=str(line))
        case AllowAll(line=line):
            yield workload, End(ANYONE), Cells(ANY, ANY, page=page, line=str(line))
        case Unspecified():
            yield workload, End(UNSPECIFIED), Cells(page=page)  # no line says so
            return
        case _:
            assert_never(allowance)
    if known.policies.dns and direction is Direction.EGRESS:
        yield from ((workload, *row) for row in _dns(known.policies.dns))


def _connections(known: Known, workload: Workload, direction: Direction, rule: Rule) -> Iterator[Said]:
    protocol, page, line = rule.protocol.value, known.policies.page, str(rule.line)
    condition = rule.condition.text if rule.condition else ""
    override = f"override: {rule.override.reason}" if rule.override else ""
    ports = (
        ((ANY, FIRST_PORT, LAST_PORT),) if rule.ports == "all" else tuple((str(p), p.first, p.last) for p in rule.ports)
    )
    for peer in rule.peers:
        end = _end(known, rule, peer)
        binding = f"{override}; {end.note}" if override and end.note else override or end.note
        name = peer.workload if isinstance(peer, WorkloadPeer) else None
        for port, first, last in ports:
            other_side = ""
            if name is not None:
                flow = Flow(workload.name, direction, name, protocol, first, last)
                other_side = known.other_side.says(flow)
            yield (
                rule,
                end,
                Cells(protocol, port, rule.reason, condition, page, line, binding, other_side),
            )


def _dns(dns: Dns) -> Iterator[tuple[End, Cells]]:
    for peer in dns.peers:
        end = End("dns", _pods(peer))
        for protocol, ports in dns.ports:
            yield end, Cells(protocol.value, str(ports), dns.reason, binding=f"dns: {dns.reason}")


def _end(known: Known, rule: Rule, peer: Peer) -> End:
    match peer:
        case WorkloadPeer(workload=name):
            return known.peers[name]
        case Anyone():
            return End(ANYONE)
        case InstancePeer():
            if known.policies.instance is None:
                raise AssertionError("the binding has no instance")
            return End("instance", _pods(known.policies.instance))
        case ExternalPeer(external=name):
            return _external(known.policies, rule, known.policies.external[name])
        case _:
            assert_never(peer)


def _pods(selector: Selector) -> str:
    """Return `namespace: event-streams; labels: component=kafka, release=es`; `*` is every namespace."""
    labels = ", ".join(f"{key}={value}" for key, value in selector.labels)
    return f"namespace: {selector.namespace or '*'}; labels: {labels}"


def _external(policies: PolicySet, rule: Rule, external: External) -> End:
    """Return `role: node; addresses: 192.0.2.10/32`; without addresses it is every API server."""
    accepted = ", ".join(f"{target} = {word}" for target, word in external.accepts)
    note = f"accepted: {accepted}" if accepted else ""
    if external.addresses:
        selector = f"role: {external.role.value}; addresses: {', '.join(external.addresses)}"
        return End(external.name, selector, note)
    if external.role is Role.KUBE_APISERVER:
        return End(external.name, f"role: {external.role.value}", note)
    raise Inexpressible(
        policies,
        target=NAME,
        at=rule,
        message=f"external '{external.name}' has no addresses",
        remedy=f'write addresses = ["…"] under [externals."{external.name}"] in {policies.binding}',
        code="external-without-address",
    )


def _reserved(policies: PolicySet, at: Workload | None, name: str) -> Inexpressible:
    return Inexpressible(
        policies,
        target=NAME,
        at=at,
        message=f"the name '{name}' is a word of the table",
        remedy=f"rename it; {', '.join(RESERVED)} have a meaning of their own",
        code="reserved-name",
    )


def _refused(policies: PolicySet, at: Rule | Workload, character: str) -> Inexpressible:
    return Inexpressible(
        policies,
        target=NAME,
        at=at,
        message=f"a cell of its rows would hold {character}",
        remedy=f"remove that character from {policies.page} or {policies.binding}",
        code="control-character",
    )
