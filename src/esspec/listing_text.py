"""A list of connections as text: np-guard's lines, CSV, Markdown, and JSON."""

from collections.abc import Iterable, Iterator, Sequence

from esspec.inert import csv_field, markdown_cell
from esspec.listed import Exposure, Line, Listing
from esspec.problem import printable
from esspec.terms import Direction

_COLUMNS = ("src", "dst", "conn", "rows", "reason")


def as_txt(found: Listing) -> str:
    """Return a line per connection, `src => dst : conn`, and np-guard's sections of exposure."""
    lines = [printable(f"{line.src} => {line.dst} : {line.conn}") for line in found.lines]
    if found.exposure:
        lines += _exposure_in_txt(found.exposure, begins=bool(lines))
    return "".join(f"{line}\n" for line in lines)


def as_csv(found: Listing) -> str:
    """Return a row per connection; with exposure a last column says which row is none, and why it is there."""
    rows: list[Sequence[str]] = [_COLUMNS, *map(_cells, found.lines)]
    if found.exposure:
        rows = [(*_COLUMNS, "exposure"), *((*row, "") for row in rows[1:])]
        for direction, lines in _sections(found.exposure):
            rows += ((*_cells(line), direction) for line in lines)
        rows += ((name, "", "", "", "", f"{direction} not protected") for name, direction in found.exposure.unprotected)
    return "".join(",".join(map(csv_field, row)) + "\r\n" for row in rows)


def as_markdown(found: Listing) -> str:
    """Return the table that a reviewer pastes into a page or a ticket, and tables of exposure."""
    parts = [_markdown_table(_COLUMNS, map(_cells, found.lines))]
    if found.exposure:
        parts.append("## Exposure Analysis Result:\n")
        for direction, lines in _sections(found.exposure):
            if lines:
                parts += [f"### {direction.capitalize()} Exposure:\n", _markdown_table(_COLUMNS, map(_cells, lines))]
        if found.exposure.unprotected:
            parts.append("### Workloads not protected by network policies:\n")
            parts.append(_markdown_table(("workload", "direction"), found.exposure.unprotected))
    return "\n".join(parts)


def as_json(found: Listing) -> str:
    """Return the document `esspec/list/1`, a connection per line."""
    import json  # noqa: PLC0415 - only this form needs it

    encode = json.JSONEncoder(ensure_ascii=False).encode

    def entries(lines: Iterable[Line]) -> str:
        return ",\n".join(f"    {encode(line._asdict())}" for line in lines)

    parts = ['  "schema": "esspec/list/1"', f'  "connections": [\n{entries(found.lines)}\n  ]']
    if found.exposure:
        exposure = {
            "egress": [line._asdict() for line in found.exposure.egress],
            "ingress": [line._asdict() for line in found.exposure.ingress],
            "unprotected": [{"workload": n, "direction": direction} for n, direction in found.exposure.unprotected],
        }
        parts.append(f'  "exposure": {encode(exposure)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _cells(line: Line) -> tuple[str, ...]:
    return line.src, line.dst, line.conn, ", ".join(line.rows), "; ".join(line.reasons)


def _sections(exposure: Exposure) -> tuple[tuple[Direction, tuple[Line, ...]], ...]:
    return (Direction.EGRESS, exposure.egress), (Direction.INGRESS, exposure.ingress)


def _markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = "|".join("-" * (len(cell) + 2) for cell in header)
    lines = [f"| {' | '.join(header)} |", f"|{rule}|"]
    lines += (f"| {' | '.join(map(markdown_cell, row))} |" for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _exposure_in_txt(exposure: Exposure, *, begins: bool) -> Iterator[str]:
    if begins:
        yield ""
    yield "Exposure Analysis Result:"
    width = max((len(printable(name)) for name in _workloads(exposure)), default=0)
    for direction, lines in _sections(exposure):
        if lines:
            yield f"{direction.capitalize()} Exposure:"
        for line in lines:
            mine, other, arrow = (
                (line.src, line.dst, "=>") if direction is Direction.EGRESS else (line.dst, line.src, "<=")
            )
            yield f"{printable(mine).ljust(width)} \t{arrow} \t{printable(other)} : {line.conn}"
        if lines:
            yield ""
    if exposure.unprotected:
        yield "Workloads not protected by network policies:"
        for name, direction in exposure.unprotected:
            yield f"{printable(name)} is not protected on {direction.capitalize()}"


def _workloads(exposure: Exposure) -> Iterator[str]:
    yield from (line.src for line in exposure.egress)
    yield from (line.dst for line in exposure.ingress)
