"""What commands print: findings on standard error, tables for people, summaries."""

import sys
from collections.abc import Iterable, Sequence

from esspec.fileset import Written
from esspec.problem import Findings, Problem, printable
from esspec.verify import Counterexample, Verification


def findings(problems: Sequence[Problem], error_format: str) -> None:
    """Write findings to standard error: one line each, or one JSON document."""
    if error_format == "json":
        sys.stderr.write(Findings(findings=tuple(problems)).model_dump_json(by_alias=True, indent=2) + "\n")
    else:
        sys.stderr.writelines(f"{problem}\n" for problem in problems)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table for people: columns as wide as needed, cut to nothing, at most one line per row."""
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *shown, strict=True)]
    lines = [headers, ["-" * width for width in widths], *shown]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )


def written(result: Written) -> str:
    """Return what an export did, a line per file that changed."""
    lines = [f"wrote {name}" for name in result.written] + [f"removed {name}" for name in result.removed]
    counts = f"{len(result.written)} written, {len(result.removed)} removed, {result.unchanged} unchanged"
    return "".join(f"{line}\n" for line in [*lines, counts])


def verification(result: Verification) -> str:
    """Return the result of `verify` for people."""
    names = ", ".join(("page", *result.targets))
    lines = [
        f"equal: {names} mean the same" if result.equal else f"NOT EQUAL: {names} do not mean the same",
        f"compared: {result.pod_classes:,} classes of pods x 2 directions x {result.peer_classes:,} classes of peers",
        f"compared: {result.flow_classes:,} flow classes, {result.flows:,} flows",
    ]
    if result.counterexample:
        lines += _counterexample(result.counterexample)
    lines += [f"refused: {line}" for line in result.refusals]
    lines += [f"reason: {line}" for line in result.lost_reasons]
    lines += [f"accepted: {line}" for line in result.accepted]
    lines += [f"assumed: {line}" for line in result.assumptions]
    return "".join(f"{printable(line)}\n" for line in lines)


def _counterexample(found: Counterexample) -> Iterable[str]:
    ends = ("from", "to") if found.direction == "ingress" else ("to", "from")
    what = f"{found.protocol} {found.port}" if found.port else "every flow is allowed, and only isolation differs"
    yield f"smallest difference: {found.direction} of {found.subject}"
    yield f"  {ends[0]} {found.peer}, {what}"
    for verdict in found.verdicts:
        yield f"  {verdict.party}: {verdict.verdict} ({'; '.join(verdict.decided_by)})"
