"""An explanation for people: a verdict per connection, below it what each end says."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from esspec.answers.explaining import Answer, EndAnswer, Explanation
from esspec.answers.exposure import Exposed
from esspec.answers.missing_rows import MissingRow, missing_rows, states_ports
from esspec.answers.questions import Question
from esspec.problem import printable
from esspec.semantics.ends import PortNames
from esspec.semantics.opened import EVERYTHING, in_words
from esspec.semantics.scenes import Scene
from esspec.terms import Direction

_AMONG_ALIKE = "between two such pods; a pod always reaches itself"
_CONNECTIONS = {Direction.EGRESS: "outgoing", Direction.INGRESS: "incoming"}


class _Alike(NamedTuple):
    """What denied connections of one end, which is their source or not, have in common."""

    end: str
    is_source: bool
    conn: str
    denying: tuple[Direction, ...]


def as_text(found: Explanation, scene: Scene) -> str:
    """Return an explanation; of everybody, those who are denied alike are told together, at the end.

    Of everybody on all ports, what is denied is told for ends to which nothing is allowed.
    """
    asked, is_page = found.question, scene.view.page is not None
    is_wide = asked.source.everybody or asked.destination.everybody
    is_rest_left = is_wide and asked.ports == EVERYTHING
    allowed = {(answer.src, answer.dst) for answer in found.answers if answer.verdict == "allowed"}
    lines: list[str] = []
    denied: dict[_Alike, list[Answer]] = defaultdict(list)
    for answer in found.answers:
        if not is_wide or answer.verdict == "allowed":
            lines += _about(answer, missing_rows(scene.view, asked, answer), is_page=is_page)
        elif not is_rest_left or (answer.src, answer.dst) not in allowed:
            denied[_alike(answer, is_source=not asked.source.everybody)].append(answer)
    lines += (_exposed(exposed, scene) for exposed in found.exposed)
    for alike, answers in denied.items():
        lines += _told_together(alike, answers, is_page=is_page)
    if is_rest_left or (asked.source.everybody and asked.destination.everybody):
        lines.append("denied: all other connections")
    if is_page and not is_wide and len(allowed) < len(found.answers) and not states_ports(asked.ports):
        lines.append(_how_to_ask(asked))
    return "".join(f"{printable(line)}\n" for line in lines)


def _alike(answer: Answer, *, is_source: bool) -> _Alike:
    end = answer.src if is_source else answer.dst
    return _Alike(end, is_source, in_words(answer.opened, answer.names), _denying(answer))


def _denying(answer: Answer) -> tuple[Direction, ...]:
    return tuple(end.direction for end in (answer.egress, answer.ingress) if end and end.verdict == "denied")


def _about(answer: Answer, missing: Iterable[MissingRow], *, is_page: bool) -> Iterator[str]:
    yield f"{answer.verdict}: {answer.src} => {answer.dst} : {in_words(answer.opened, answer.names)}"
    if answer.is_among_alike:
        yield f"  {_AMONG_ALIKE}"
    for end in (answer.egress, answer.ingress):
        if end:
            yield from _said_by(end, answer.names, is_page=is_page)
    begun = ""
    for row in missing:
        yield from _missing(row, is_begun=bool(begun) and row.instead_of == begun)
        begun = row.instead_of if row.row else begun


def _said_by(end: EndAnswer, names: PortNames, *, is_page: bool) -> Iterator[str]:
    head = f"  {end.direction} of {end.end}: "
    if not end.isolated:
        yield f"{head}not isolated, {'the page says nothing of it' if is_page else 'no policy selects it'}"
        return
    if end.verdict == "denied":
        yield head + _isolated(end, is_page=is_page)
    for line in end.deciders:
        place = line.place if is_page else f"{line.place} ({line.name})"
        reason = f" \u2014 {line.reason}" if line.reason else ""
        if end.verdict == "allowed":
            yield f"{head}{place} permits {in_words(line.opened, names)}{reason}"
        elif line.condition:
            yield f"    {place} would permit {in_words(line.opened, names)}: {line.condition}"


def _isolated(end: EndAnswer, *, is_page: bool) -> str:
    """Return what isolates a direction that denies, in words."""
    isolating = [line for line in end.deciders if not line.condition]
    if is_page and len(isolating) == 1 and isolating[0].reason:
        return f"{isolating[0].place} says {isolating[0].reason.capitalize()}"
    places = ", ".join(line.place if is_page else f"{line.place} ({line.name})" for line in isolating)
    return f"isolated by {places}, and no {'row' if is_page else 'rule'} permits this"


def _missing(missing: MissingRow, *, is_begun: bool) -> Iterator[str]:
    """Yield what is missing; `is_begun` says that its table was proposed with the row before."""
    where = f"{_CONNECTIONS[missing.direction]} connections of {missing.workload}"
    if not missing.row:
        yield f"  missing in the {where}: a row; the peer first needs a name under [{missing.unnamed}] of the binding"
        return
    others = ", ".join(missing.protocols[1:])
    is_new = bool(missing.header) and not is_begun
    instead = f", a table in place of {missing.word.capitalize()} in {missing.instead_of}" if is_new else ""
    yield f"  missing in the {where}{instead}{f' (likewise for {others})' if others else ''}:"
    yield from (f"    {line}" for line in (*(missing.header.splitlines() if is_new else ()), missing.row))


def _how_to_ask(asked: Question) -> str:
    """Return how to ask for the rows that are missing."""
    destination = asked.destination.words
    if asked.destination.networks and ":" in destination:
        destination = f"[{destination}]"
    return f"for the row that would permit one of these ports, ask '{asked.source.words} -> {destination}:PORT/tcp'"


def _exposed(found: Exposed, scene: Scene) -> str:
    ends = (found.workload, found.peer) if found.direction is Direction.EGRESS else (found.peer, found.workload)
    return f"exposed: {' => '.join(ends)} : {scene.conn(found.opened, found.destinations)}"


def _told_together(alike: _Alike, answers: Sequence[Answer], *, is_page: bool) -> Iterator[str]:
    first = answers[0]
    others = ", ".join(answer.dst if alike.is_source else answer.src for answer in answers)
    yield f"denied: {f'{alike.end} => {others}' if alike.is_source else f'{others} => {alike.end}'} : {alike.conn}"
    if any(answer.is_among_alike for answer in answers):
        yield f"  {alike.end} => {alike.end}: {_AMONG_ALIKE}"
    for end in (first.egress, first.ingress):
        if end and end.direction in alike.denying:
            is_fixed = end.direction is (Direction.EGRESS if alike.is_source else Direction.INGRESS)
            if is_fixed or len(answers) == 1:
                yield from _said_by(end, first.names, is_page=is_page)
            else:
                yield f"  {end.direction} of each: isolated, and no {'row' if is_page else 'rule'} permits this"
