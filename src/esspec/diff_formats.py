"""The answer of `esspec diff` as text, Markdown, CSV and JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from esspec.changes import ADDED, ALL_PORTS, ANY_PROTOCOL, REMOVED, Change, Interval, ports_of
from esspec.diff_answer import Answer
from esspec.inert import csv_field, markdown_cell
from esspec.opened import in_words, interval
from esspec.problem import printable
from esspec.reason_changes import ReasonChange
from esspec.terms import Protocol
from esspec.workload_changes import WorkloadChange

SCHEMA = "esspec/diff/1"
_SIGNS = {REMOVED: "-", ADDED: "+"}
_CSV = ("change", "source", "destination", "protocol", "ports", "a", "b", "reason")
_MARKDOWN = ("Change", "Source", "Destination", "Connection", "Rows of a", "Rows of b", "Reason")


class _Line(NamedTuple):
    """Changes between two ends that are decided alike, whatever the protocol."""

    first: Change
    connection: str


def text(answer: Answer) -> str:
    """Return the answer for people; nothing where there is nothing to show."""
    return "".join(f"{printable(line)}\n" for line in _text(answer))


def markdown(answer: Answer) -> str:
    """Return the answer as a table for a page, a ticket or a pull request; names are no markup in it."""
    lines = [f"Connections of {markdown_cell(answer.a)} (a) and {markdown_cell(answer.b)} (b): {summary(answer)}."]
    rows = [*_change_cells(answer), *_reason_cells(answer)]
    if rows:
        lines += ["", _row(_MARKDOWN), f"|{'---|' * len(_MARKDOWN)}", *(_row(map(markdown_cell, row)) for row in rows)]
    if answer.workloads:
        lines += ["", *(f"- {markdown_cell(told(change))}" for change in answer.workloads)]
    return "".join(f"{line}\n" for line in lines)


def csv(answer: Answer) -> str:
    """Return a line per change: `-`, `+`, `reason` or `workload` in front; no field is a formula."""
    rows = [
        *(_csv_change(change) for change in answer.changes),
        *(_csv_reason(change) for change in answer.reasons),
        *(("workload", change.a or "", change.b or "", "", "", "", "", told(change)) for change in answer.workloads),
    ]
    # A sign that stands alone is no formula.
    lines = [",".join((f'"{row[0]}"', *map(csv_field, row[1:]))) for row in [_CSV, *rows]]
    return "".join(f"{line}\r\n" for line in lines)


def as_json(answer: Answer) -> str:
    """Return the answer as one JSON document, `esspec/diff/1`; its schema is that of `esspec.diff_document`."""
    document = {
        "schema": SCHEMA,
        "a": answer.a,
        "b": answer.b,
        "equal": answer.equal,
        "changes": [_change_document(change) for change in answer.changes],
        "reasons": [_reason_document(change) for change in answer.reasons],
        "workloads": [change._asdict() for change in answer.workloads],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def summary(answer: Answer) -> str:
    """Return the answer in a few words."""
    if answer.equal:
        return "equal: both allow the same flows" + (
            f", {len(answer.reasons)} reasons differ" if answer.reasons else ""
        )
    counts = [f"{len(_lines(answer.changed(word)))} {word}" for word in (REMOVED, ADDED) if answer.changed(word)]
    return f"not equal: {', '.join(counts)}" if counts else "not equal: only for pods with the labels of one side"


def told(change: WorkloadChange) -> str:
    """Return in a sentence what is not the same about a workload or an external."""
    if change.a is None or change.b is None:
        side, name = ("b", change.b) if change.a is None else ("a", change.a)
        what = f"{name} is only in {side} ({change.a_labels or change.b_labels})"
    elif change.a != change.b:
        what = f"{change.a} in a is {change.b} in b, by {change.by}"
    else:
        what = change.a
    if change.a and change.b and change.a_labels != change.b_labels:
        a, b = (labels.split(", ") for labels in (change.a_labels, change.b_labels))
        only = (
            ", ".join(word for word in mine if word not in theirs) or "nothing" for mine, theirs in ((a, b), (b, a))
        )
        what += ": {} in a, {} in b".format(*only)
    said = " and ".join(word for word, holds in (("more", change.more), ("less", change.less)) if holds)
    return f"{what}; with the labels of one side only, {said} is allowed in b" if said else what


def _text(answer: Answer) -> Iterator[str]:
    if not answer.is_different and not answer.workloads:
        return
    yield f"a: {answer.a}"
    yield f"b: {answer.b}"
    for word, title in zip((REMOVED, ADDED), answer.titles, strict=True):
        lines = _lines(answer.changed(word))
        if lines:
            yield ""
            yield f"{title}:"
        for change, connection in lines:
            yield f"{_SIGNS[word]} {change.src} -> {change.dst}: {connection}"
            yield from (f"    {side}: {said}" for side, said in zip("ab", _decided(change), strict=True) if said)
    if answer.reasons:
        yield ""
        yield "other reasons:"
    for found in answer.reasons:
        yield f"~ {found.src} -> {found.dst}, {found.direction}: {_connection(found.protocol, found.ports)}"
        yield from (f"    {side}: {said}" for side, said in zip("ab", _told_reasons(found), strict=True))
    if answer.workloads:
        yield ""
        yield "workloads:"
    yield from (f"  {told(found)}" for found in answer.workloads)


def _lines(changes: Iterable[Change]) -> list[_Line]:
    """Return changes in their order, those that differ in nothing but the protocol as one."""
    found: dict[Change, list[Change]] = {}
    for change in changes:
        found.setdefault(change._replace(protocol="", ports=()), []).append(change)
    return [_Line(some[0], _connection_of(some)) for some in found.values()]


def _connection_of(changes: Iterable[Change]) -> str:
    ports = [segment for change in changes for segment in ports_of(change.protocol, change.ports)]
    order = list(Protocol)
    return in_words(tuple(sorted(ports, key=lambda segment: (order.index(segment.protocol), segment.first))))


def _connection(protocol: str, ports: Iterable[Interval]) -> str:
    return in_words(ports_of(protocol, ports))


def _decided(change: Change) -> tuple[str, str]:
    """Return what each side says of a change: the rows that allow it with their reasons, or what denies it."""
    is_removed = change.change == REMOVED
    allowing, other = (change.a, change.b) if is_removed else (change.b, change.a)
    reasons = f" ({'; '.join(change.reasons)})" if change.reasons else ""
    allowed = f"{', '.join(allowing)}{reasons}" if allowing else "nothing isolates these ends"
    denied = f"denied by {', '.join(change.denied_by)}" if change.denied_by else ""
    if other:
        denied += f"{'; ' if denied else ''}one end is opened by {', '.join(other)}"
    return (allowed, denied) if is_removed else (denied, allowed)


def _told_reasons(found: ReasonChange) -> tuple[str, ...]:
    sides = ((found.a, found.a_reasons), (found.b, found.b_reasons))
    return tuple(f"{'; '.join(reasons)} ({', '.join(rows)})" if rows else "no such reason" for rows, reasons in sides)


def _change_cells(answer: Answer) -> Iterator[tuple[str, ...]]:
    for word, title in zip((REMOVED, ADDED), answer.titles, strict=True):
        for change, connection in _lines(answer.changed(word)):
            rows = (", ".join(change.a), ", ".join(change.b))
            yield title, change.src, change.dst, connection, *rows, "; ".join(change.reasons)


def _reason_cells(answer: Answer) -> Iterator[tuple[str, ...]]:
    for found in answer.reasons:
        connection = f"{found.direction}: {_connection(found.protocol, found.ports)}"
        rows = (", ".join(found.a), ", ".join(found.b))
        yield "other reason", found.src, found.dst, connection, *rows, _reworded(found)


def _reworded(found: ReasonChange) -> str:
    return f"a: {'; '.join(found.a_reasons) or 'none'} / b: {'; '.join(found.b_reasons) or 'none'}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _csv_change(change: Change) -> tuple[str, ...]:
    reasons = "; ".join(change.reasons)
    ends = (_SIGNS[change.change], change.src, change.dst)
    return (*ends, change.protocol, _ports(change.ports), ", ".join(change.a), ", ".join(change.b), reasons)


def _csv_reason(found: ReasonChange) -> tuple[str, ...]:
    ends = ("reason", found.src, found.dst)
    return (*ends, found.protocol, _ports(found.ports), ", ".join(found.a), ", ".join(found.b), _reworded(found))


def _ports(ports: tuple[Interval, ...]) -> str:
    return ANY_PROTOCOL if ports == ALL_PORTS else ",".join(interval(first, last) for first, last in ports)


def _port_documents(ports: tuple[Interval, ...]) -> list[dict[str, int]] | str:
    return "all" if ports == ALL_PORTS else [{"first": first, "last": last} for first, last in ports]


def _change_document(change: Change) -> dict[str, Any]:
    reason = "; ".join(change.reasons)
    fields = change._asdict() | {"ports": _port_documents(change.ports), "reason": reason}
    return {key: fields[key] for key in ("change", "src", "dst", "protocol", "ports", "a", "b", "reason", "denied_by")}


def _reason_document(found: ReasonChange) -> dict[str, Any]:
    return found._asdict() | {"ports": _port_documents(found.ports)}
