"""A list of connections as text: np-guard's lines, CSV, Markdown, and JSON."""

from collections.abc import Iterable, Iterator, Sequence

from esspec.answers.listed import Exposure, Line, Listing
from esspec.problem import printable
from esspec.terms import Direction
from esspec.text.inert import csv_field, markdown_cell

_COLUMNS = ("src", "dst", "conn", "rows", "reason", "condition")


def as_txt(found: Listing) -> str:
    """Return a line per connection, `src => dst : conn`, and np-guard's sections of exposure.

    Rows that hold only under a condition stand behind it in parentheses.
    """
    lines = [printable(f"{line.src} => {line.dst} : {line.conn}{_conditions(line)}") for line in found.lines]
    if found.exposure:
        lines += _exposure_in_txt(found.exposure, begins=bool(lines))
    return "".join(f"{line}\n" for line in lines)


def as_csv(found: Listing) -> str:
    """Return a row per connection; with exposure a last column says which row is none, and why it is there."""
    columns = _columns(found)
    rows: list[Sequence[str]] = [columns, *(_cells(line)[: len(columns)] for line in found.lines)]
    if found.exposure:
        rows = [(*columns, "exposure"), *((*row, "") for row in rows[1:])]
        for direction, lines in _sections(found.exposure):
            rows += ((*_cells(line)[: len(columns)], direction) for line in lines)
        blank = [""] * (len(columns) - 1)
        rows += ((name, *blank, f"{direction} not protected") for name, direction in found.exposure.unprotected)
    return "".join(",".join(map(csv_field, row)) + "\r\n" for row in rows)


def as_markdown(found: Listing) -> str:
    """Return the table that a reviewer pastes into a page or a ticket, and tables of exposure."""
    columns = _columns(found)
    parts = [_markdown_table(columns, map(_cells, found.lines))]
    if found.exposure:
        parts.append("## Exposure Analysis Result:\n")
        for direction, lines in _sections(found.exposure):
            if lines:
                parts += [f"### {direction.capitalize()} Exposure:\n", _markdown_table(columns, map(_cells, lines))]
        if found.exposure.unprotected:
            parts.append("### Workloads not protected by network policies:\n")
            parts.append(_markdown_table(("workload", "direction"), found.exposure.unprotected))
    return "\n".join(parts)


def as_json(found: Listing) -> str:
    """Return the document `esspec/list/1`, a connection per line."""
    import json  # noqa: PLC0415 - only this form needs it

    encode = json.JSONEncoder(ensure_ascii=False).encode

    lines = ",\n".join(f"    {encode(line._asdict())}" for line in found.lines)
    parts = ['  "schema": "esspec/list/1"', f'  "connections": [\n{lines}\n  ]' if lines else '  "connections": []']
    if found.exposure:
        exposure = {
            "egress": [line._asdict() for line in found.exposure.egress],
            "ingress": [line._asdict() for line in found.exposure.ingress],
            "unprotected": [{"workload": n, "direction": direction} for n, direction in found.exposure.unprotected],
        }
        parts.append(f'  "exposure": {encode(exposure)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _conditions(line: Line) -> str:
    return f" ({'; '.join(line.conditions)})" if line.conditions else ""


def _cells(line: Line) -> tuple[str, ...]:
    return line.src, line.dst, line.conn, ", ".join(line.rows), "; ".join(line.reasons), "; ".join(line.conditions)


def _columns(found: Listing) -> tuple[str, ...]:
    """Return the columns; the one for conditions is left away where nothing depends on any."""
    shown = [*found.lines, *((*found.exposure.egress, *found.exposure.ingress) if found.exposure else ())]
    return _COLUMNS if any(line.conditions for line in shown) else _COLUMNS[:-1]


def _sections(exposure: Exposure) -> tuple[tuple[Direction, tuple[Line, ...]], ...]:
    return (Direction.EGRESS, exposure.egress), (Direction.INGRESS, exposure.ingress)


def _markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = "|".join("-" * (len(cell) + 2) for cell in header)
    lines = [f"| {' | '.join(header)} |", f"|{rule}|"]
    lines += (f"| {' | '.join(map(markdown_cell, row[: len(header)]))} |" for row in rows)
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
