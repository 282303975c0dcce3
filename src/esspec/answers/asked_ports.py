"""Ports as somebody asks for them on a command line: `8080`, `80-90`, `80,443/tcp`, `*/udp`."""

import re

from esspec.problem import InputProblems, error
from esspec.semantics.lifted import Ports
from esspec.semantics.opened import EVERYTHING, Opened, opened
from esspec.terms import FIRST_PORT, LAST_PORT, Protocol

_ASKED = re.compile(r"(\*|[0-9]{1,5}(?:-[0-9]{1,5})?(?:,[0-9]{1,5}(?:-[0-9]{1,5})?)*)?(?:/([A-Za-z]+))?")
_REMEDY = "write it as 8080, 80-90, 80,443, or with a protocol: 8080/tcp, */udp"


def asked_ports(word: str, where: str) -> Opened:
    """Return the ports that `word` names, of every protocol where it names none.

    Raises InputProblems (exit 2) for another form, a port that there is not, and a protocol that has no meaning.

    ports = [numbers | "*"] ["/" protocol]
    """
    found = _ASKED.fullmatch(word.strip())
    if found is None or not word.strip():
        raise _refusal(f"'{word}' names no ports", _REMEDY, where)
    numbers, name = found.groups()
    protocols = tuple(Protocol) if name is None else (_protocol(name, where),)
    if numbers in (None, "*"):
        return tuple(segment for segment in EVERYTHING if segment.protocol in protocols)
    spans = [_span(part, where) for part in numbers.split(",")]
    return opened(Ports(protocol, *span) for protocol in protocols for span in spans)


def is_asked_ports(word: str) -> bool:
    """Return whether `word` has the form of ports, whatever numbers it names."""
    return bool(word) and _ASKED.fullmatch(word) is not None


def _span(part: str, where: str) -> tuple[int, int]:
    first, _, last = part.partition("-")
    span = (int(first), int(last or first))
    if not FIRST_PORT <= span[0] <= span[1] <= LAST_PORT:
        wrong = "ends before it begins" if span[0] > span[1] else f"is not in {FIRST_PORT}-{LAST_PORT}"
        raise _refusal(f"port {part} {wrong}", _REMEDY, where)
    return span


def _protocol(name: str, where: str) -> Protocol:
    if name.upper() not in tuple(Protocol):
        raise _refusal(f"'{name}' is no protocol of the policies", f"use one of: {', '.join(Protocol).lower()}", where)
    return Protocol(name.upper())


def _refusal(message: str, remedy: str, where: str) -> InputProblems:
    return InputProblems([error("usage", where, (0, 0), message, remedy)])
