"""What commands print: findings on standard error, tables for people, summaries."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from esspec.problem import Problem, printable
from esspec.reporting.streams import write_message

if TYPE_CHECKING:
    from esspec.semantics.verification_result import Counterexample, Verification


def findings(problems: Sequence[Problem], error_format: str) -> None:
    """Write findings to standard error: one line each, or one JSON document."""
    write_message(as_json(problems) if error_format == "json" else as_lines(problems))


def as_json(problems: Sequence[Problem]) -> str:
    """Return findings as one JSON document; those that stop a command have no fingerprint."""
    from esspec.reporting.findings import Findings, as_findings  # noqa: PLC0415 - only this form needs it

    return Findings(findings=as_findings(problems)).as_json()


def as_lines(problems: Iterable[Problem]) -> str:
    """Return findings as text, one line each."""
    return "".join(f"{problem}\n" for problem in problems)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table for people: columns as wide as needed, cut to nothing, at most one line per row."""
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *shown, strict=True)]
    lines = [headers, ["-" * width for width in widths], *shown]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )


def verification(result: "Verification") -> str:
    """Return the result of `verify` for people."""
    names = ", ".join(("page", *result.targets))
    lines = [
        f"equal: {names} mean the same" if result.equal else f"NOT EQUAL: {names} do not mean the same",
        f"compared: {result.pod_classes:,} classes of pods x 2 directions x {result.peer_classes:,} classes of peers",
        f"compared: {result.flow_classes:,} flow classes, {result.flows:,} flows",
    ]
    if result.cases > 1:
        lines.append(f"compared: {result.cases:,} sets of policies, one after the other")
    if result.case:
        lines.append(f"unequal in: {result.case}")
    if result.counterexample:
        lines += _counterexample(result.counterexample)
    lines += [f"refused: {line}" for line in result.refusals]
    lines += [f"reason: {line}" for line in result.lost_reasons]
    lines += [f"accepted: {line}" for line in result.accepted]
    lines += [f"assumed: {line}" for line in result.assumptions]
    return "".join(f"{printable(line)}\n" for line in lines)


def _counterexample(found: "Counterexample") -> Iterable[str]:
    ends = ("from", "to") if found.direction == "ingress" else ("to", "from")
    what = f"{found.protocol} {found.port}" if found.port else "every flow is allowed, and only isolation differs"
    yield f"smallest difference: {found.direction} of {found.subject}"
    yield f"  {ends[0]} {found.peer}, {what}"
    for verdict in found.verdicts:
        yield f"  {verdict.party}: {verdict.verdict} ({'; '.join(verdict.decided_by)})"
