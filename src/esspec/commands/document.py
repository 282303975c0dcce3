"""The canonical model as `esspec parse` prints it: JSON `esspec/page/1`, or a table for people."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from pydantic import Field

from esspec.compiling.page_reading import Reading
from esspec.compiling.resolved import PeerKind, ResolvedPeer, ResolvedRule
from esspec.model import Condition, Override, PortRange
from esspec.reading.sections import Page
from esspec.reporting.findings import Finding, as_findings
from esspec.terms import Direction, Protocol
from esspec.value import Value

State = Literal["rules", "any", "none", "unspecified"]


class WorkloadDocument(Value):
    """A workload: where its headings are, what each direction says, and its pods where the binding knows them."""

    name: str
    lines: tuple[int, ...]
    ingress: State
    egress: State
    namespace: str | None
    labels: dict[str, str] | None


class StatementDocument(Value):
    """That the page says "Any" or "None" of a direction."""

    workload: str
    direction: Direction
    kind: Literal["any", "none"]
    line: int


class PeerDocument(Value):
    """One peer of a cell."""

    phrase: str
    kind: PeerKind
    workloads: tuple[str, ...] | None = None
    external: str | None = None


class RuleDocument(Value):
    """One row of a rule table."""

    workload: str
    direction: Direction
    line: int
    column: int
    protocol: Protocol | None
    ports: tuple[PortRange, ...] | Literal["all", "user-supplied"]
    peers: tuple[PeerDocument, ...]
    condition: Condition | None
    pod_labels: dict[str, str] | None
    override: Override | None
    reason: str


class PolicyDocument(Value):
    """A policy that the page shows as an example."""

    line: int
    end_line: int
    kind: str
    name: str


class PageDocument(Value):
    """The whole page as read, before any target."""

    schema_: Literal["esspec/page/1"] = Field(default="esspec/page/1", alias="schema")
    path: str
    title: str
    binding: str | None
    workloads: tuple[WorkloadDocument, ...]
    statements: tuple[StatementDocument, ...]
    rules: tuple[RuleDocument, ...]
    policies: tuple[PolicyDocument, ...]
    findings: tuple[Finding, ...]


def document(reading: Reading) -> PageDocument:
    """Return the canonical model of a page, unresolved peers and all findings included."""
    resolution = reading.resolution
    states: dict[str, dict[Direction, State]] = defaultdict(dict)
    for rule in resolution.rules:
        states[rule.workload][rule.written.direction] = "rules"
    for name, statement in resolution.statements:
        states[name][statement.direction] = "any" if statement.word == "any" else "none"
    return PageDocument(
        path=reading.page_name,
        title=resolution.page.title,
        binding=resolution.binding.name or None,
        workloads=tuple(_workloads(reading, states)),
        statements=tuple(
            StatementDocument(
                workload=name, direction=s.direction, kind="any" if s.word == "any" else "none", line=s.line
            )
            for name, s in resolution.statements
        ),
        rules=tuple(map(_rule, resolution.rules)),
        policies=tuple(_policies(resolution.page)),
        findings=as_findings(reading.problems),
    )


def _workloads(reading: Reading, states: dict[str, dict[Direction, State]]) -> Iterator[WorkloadDocument]:
    for named in reading.resolution.names.described():
        selected = reading.selected.get(named.name)
        said = states[named.name]
        yield WorkloadDocument(
            name=named.name,
            lines=named.lines,
            ingress=said.get(Direction.INGRESS, "unspecified"),
            egress=said.get(Direction.EGRESS, "unspecified"),
            namespace=selected.subject.namespace if selected else None,
            labels=dict(selected.subject.labels) if selected else None,
        )


@lru_cache(maxsize=1 << 12)
def _peer(found: ResolvedPeer) -> PeerDocument:
    """Return a peer; equal ones are one value."""
    return PeerDocument(
        phrase=found.phrase, kind=found.kind, workloads=found.workloads or None, external=found.external
    )


def _rule(resolved: ResolvedRule) -> RuleDocument:
    written = resolved.written
    return RuleDocument(
        workload=resolved.workload,
        direction=written.direction,
        line=written.line,
        column=written.column,
        protocol=resolved.protocol,
        ports=resolved.ports,
        peers=tuple(map(_peer, resolved.peers)),
        condition=resolved.condition,
        pod_labels=dict(resolved.labels) if resolved.labels else None,
        override=Override(**resolved.override._asdict()) if resolved.override else None,
        reason=written.reason,
    )


def _policies(page: Page) -> Iterator[PolicyDocument]:
    if not page.policies:
        return
    from esspec.linting.embedded import embedded_policies  # noqa: PLC0415 - few pages show policies

    for found in embedded_policies(page):
        yield PolicyDocument(line=found.line, end_line=found.end_line, kind=found.kind, name=found.name)


def as_json(page: PageDocument) -> str:
    """Return the JSON text; a peer has only the keys of its kind."""
    from pydantic_core import to_json  # noqa: PLC0415 - only this form needs it

    data = page.model_dump(mode="json", by_alias=True)
    for rule in data["rules"]:
        rule["peers"] = [{k: v for k, v in peer.items() if v is not None} for peer in rule["peers"]]
    return to_json(data, indent=2).decode() + "\n"


def as_table(page: PageDocument) -> list[tuple[str, ...]]:
    """Return the rows of the table for people: workload, direction, protocol, ports, peers, condition, reason, line."""
    found: dict[tuple[str, Direction], list[tuple[str, ...]]] = defaultdict(list)
    for statement in page.statements:
        found[statement.workload, statement.direction].append(
            (statement.kind, "", statement.kind.capitalize(), "", "", str(statement.line))
        )
    for rule in page.rules:
        ports = rule.ports if isinstance(rule.ports, str) else ", ".join(map(str, rule.ports))
        peers = ", ".join(map(_peer_in_words, rule.peers))
        condition = rule.condition.text if rule.condition else ""
        cells = (rule.protocol or "?", ports or "?", peers, condition, rule.reason, str(rule.line))
        found[rule.workload, rule.direction].append(cells)
    return [
        (workload.name, direction.value, *cells)
        for workload in page.workloads
        for direction in Direction
        for cells in found.get((workload.name, direction), [("", "", "unspecified", "", "", "")])
    ]


def _peer_in_words(peer: PeerDocument) -> str:
    match peer.kind:
        case "any":
            return "anyone"
        case "instance":
            return "every pod of the instance"
        case "unresolved":
            return f"{peer.phrase} (unresolved)"
        case _:
            return ", ".join(peer.workloads or (peer.external or "",))
