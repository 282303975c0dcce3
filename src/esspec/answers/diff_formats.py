"""The answer of `esspec diff` as text, Markdown, CSV and JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from esspec.answers.changes import ADDED, ALL_PORTS, ANY_PROTOCOL, REMOVED, Change, ports_of
from esspec.answers.diff_answer import Answer
from esspec.answers.reason_changes import ReasonChange
from esspec.answers.workload_changes import WorkloadChange
from esspec.problem import printable
from esspec.semantics.opened import Opened, either, in_words, interval, name_of
from esspec.text.inert import csv_field, markdown_cell

SCHEMA = "esspec/diff/1"
_SIGNS = {REMOVED: "-", ADDED: "+"}
_CSV = ("change", "source", "destination", "protocol", "ports", "a", "b", "reason")
_MARKDOWN = ("Change", "Source", "Destination", "Connection", "Rows of a", "Rows of b", "Reason")


class _Line(NamedTuple):
    """Changes of which nothing but protocols and sources differ: the first of them, all sources, all ports."""

    first: Change
    src: str
    connection: str
    denied_by: tuple[str, ...]


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
    """Return the answer as one JSON document, `esspec/diff/1`; its schema is that of `esspec.answers.diff_document`."""
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
        other = f", {len(answer.reasons)} for other reasons" if answer.reasons else ""
        return f"equal: both allow the same flows{other}"
    changed = ((word, {(change.src, change.dst) for change in answer.changed(word)}) for word in (REMOVED, ADDED))
    counts = [f"{len(pairs)} {word}" for word, pairs in changed if pairs]
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
    return f"{what}; others with labels of one side only may do {said} in b" if said else what


def _text(answer: Answer) -> Iterator[str]:
    if not answer.is_different and not answer.workloads:
        return
    yield f"a: {answer.a}"
    yield f"b: {answer.b}"
    for word, title in zip((REMOVED, ADDED), answer.titles, strict=True):
        lines = list(_lines(answer.changed(word)))
        if lines:
            yield ""
            yield f"{title}:"
        for line in lines:
            yield f"{_SIGNS[word]} {line.src} -> {line.first.dst}: {line.connection}"
            yield from (f"    {side}: {said}" for side, said in zip("ab", _decided(line), strict=True) if said)
    if answer.reasons:
        yield ""
        yield "other reasons:"
    for found in answer.reasons:
        yield f"~ {found.src} -> {found.dst}, {found.direction}: {_connection(found)}"
        yield from (f"    {side}: {said}" for side, said in zip("ab", _told_reasons(found), strict=True))
    if answer.workloads:
        yield ""
        yield "workloads:"
    yield from (f"  {told(found)}" for found in answer.workloads)


def _lines(changes: Iterable[Change]) -> Iterator[_Line]:
    """Yield changes in their order, those that differ in nothing but the protocol or the source as one."""
    flows: dict[Change, list[Change]] = {}
    for change in changes:
        flows.setdefault(change._replace(protocol="", ports=()), []).append(change)
    alike: dict[tuple[Change, str], list[Change]] = {}
    for some in flows.values():
        first = some[0]._replace(src="", protocol="", ports=(), denied_by=())
        alike.setdefault((first, _connection_of(some)), []).append(some[0])
    for (_, connection), some in alike.items():
        denied_by = dict.fromkeys(place for change in some for place in change.denied_by)
        yield _Line(some[0], ", ".join(change.src for change in some), connection, tuple(denied_by))


def _connection_of(changes: Sequence[Change]) -> str:
    """Return the ports of changes that differ in nothing else."""
    found: Opened = ()
    for change in changes:
        found = either(found, ports_of(change.protocol, change.ports))
    return in_words(found, changes[0].names)


def _connection(found: ReasonChange) -> str:
    return in_words(ports_of(found.protocol, found.ports), found.names)


def _decided(line: _Line) -> tuple[str, str]:
    """Return what each side says of a change: the rows that allow it with their reasons, or what denies it."""
    change = line.first
    is_removed = change.change == REMOVED
    allowing, other = (change.a, change.b) if is_removed else (change.b, change.a)
    reasons = f" ({'; '.join(change.reasons)})" if change.reasons else ""
    allowed = f"{', '.join(allowing)}{reasons}" if allowing else "nothing isolates these ends"
    denied = f"denied by {', '.join(line.denied_by)}" if line.denied_by else ""
    if other:
        denied += f"{'; ' if denied else ''}one end is opened by {', '.join(other)}"
    return (allowed, denied) if is_removed else (denied, allowed)


def _told_reasons(found: ReasonChange) -> tuple[str, ...]:
    sides = ((found.a, found.a_reasons), (found.b, found.b_reasons))
    return tuple(f"{'; '.join(reasons)} ({', '.join(rows)})" if rows else "no such reason" for rows, reasons in sides)


def _change_cells(answer: Answer) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a table; what is newly allowed stands first, for it is what a review is about."""
    for word, title in zip((ADDED, REMOVED), reversed(answer.titles), strict=True):
        for line in _lines(answer.changed(word)):
            rows = (", ".join(line.first.a), ", ".join(line.first.b))
            yield title, line.src, line.first.dst, line.connection, *rows, "; ".join(line.first.reasons)


def _reason_cells(answer: Answer) -> Iterator[tuple[str, ...]]:
    for found in answer.reasons:
        connection = f"{found.direction}: {_connection(found)}"
        rows = (", ".join(found.a), ", ".join(found.b))
        yield "other reason", found.src, found.dst, connection, *rows, _reworded(found)


def _reworded(found: ReasonChange) -> str:
    return f"a: {'; '.join(found.a_reasons) or 'none'} / b: {'; '.join(found.b_reasons) or 'none'}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _csv_change(change: Change) -> tuple[str, ...]:
    reasons = "; ".join(change.reasons)
    ends = (_SIGNS[change.change], change.src, change.dst)
    return (*ends, change.protocol, _ports(change), ", ".join(change.a), ", ".join(change.b), reasons)


def _csv_reason(found: ReasonChange) -> tuple[str, ...]:
    ends = ("reason", found.src, found.dst)
    return (*ends, found.protocol, _ports(found), ", ".join(found.a), ", ".join(found.b), _reworded(found))


def _ports(found: Change | ReasonChange) -> str:
    if found.ports == ALL_PORTS:
        return ANY_PROTOCOL
    return ",".join(name or interval(first, last) for first, last, name in _named(found))


def _port_documents(found: Change | ReasonChange) -> list[dict[str, int | str]] | str:
    if found.ports == ALL_PORTS:
        return "all"
    ports = _named(found)
    return [{"first": first, "last": last, **({"name": name} if name else {})} for first, last, name in ports]


def _named(found: Change | ReasonChange) -> Iterator[tuple[int, int, str]]:
    """Yield the intervals of ports, each with the name that it stands for, if it does."""
    for (first, last), segment in zip(found.ports, ports_of(found.protocol, found.ports), strict=False):
        yield first, last, name_of(segment, found.names)


def _change_document(change: Change) -> dict[str, Any]:
    reason = "; ".join(change.reasons)
    fields = change._asdict() | {"ports": _port_documents(change), "reason": reason}
    return {key: fields[key] for key in ("change", "src", "dst", "protocol", "ports", "a", "b", "reason", "denied_by")}


def _reason_document(found: ReasonChange) -> dict[str, Any]:
    fields = found._asdict() | {"ports": _port_documents(found)}
    del fields["names"]
    return fields
