"""The grammar of peer and port cells, read by hand in one pass; a word that has no place in it is an error.

phrase  = head [ports [tail]]
head    = [preposition] [peers] [preposition]
ports   = ("port" | "ports") numbers
numbers = number {separator number}
number  = digits [("-" | en dash | "to") digits]
tail    = preposition ["the"] peers
peers   = peer {separator peer}
separator = "," ["and" | "or"] | "and" | "or" | "&" | ";" | line break
"""

import re
from functools import cache
from typing import NamedTuple

from esspec.inline import Fault, Text
from esspec.model import FIRST_PORT, LAST_PORT, PortRange

_WORD = re.compile(r"[^\s,;]+|[,;]|\n")
_DIGITS = re.compile(r"[0-9]{1,5}")
_RANGE = re.compile(r"([0-9]{1,5})[-\u2013]([0-9]{1,5})")
_PORT = frozenset({"port", "ports"})
_BEFORE_PORT = frozenset({"to", "on", "at", "over", "via"})
_TOWARDS = frozenset({"to", "on", "at", "of", "in"})
_SEPARATORS = frozenset({",", ";", "&", "\n", "and", "or"})
_BREAKS = frozenset({",", ";", "\n"})
_COMMAS = frozenset({",", ";"})
_DASHES = frozenset({"-", "\u2013", "to"})


class Piece(NamedTuple):
    """One peer of a cell: its plain text, and `phrase`, the same as the page writes it."""

    name: str
    phrase: str


class Phrase(NamedTuple):
    """What a peer cell says. `ports` is None where it states none; `link` is the word before `tail`, lower case."""

    peers: tuple[Piece, ...]
    ports: tuple[PortRange, ...] | None
    link: str
    tail: tuple[Piece, ...]
    faults: tuple[Fault, ...]


class _Word(NamedTuple):
    text: str
    low: str
    start: int
    end: int


def parse_phrase(text: Text) -> Phrase:
    """Return what a peer cell says; its faults name the words that have no place in the grammar.

    >>> parse_phrase(Text("Other ZooKeeper pods on port 2888 and 3888")).ports
    (PortRange(first=2888, last=2888), PortRange(first=3888, last=3888))
    """
    words = _words(text.text)
    at = next((n for n in range(len(words) - 1) if words[n].low in _PORT and _is_number(words[n + 1])), None)
    if at is None:
        faults: list[Fault] = []
        return Phrase(_peers(text, _without_lead(words), faults), None, "", (), tuple(faults))
    head = words[:at]
    if head and head[-1].low in _BEFORE_PORT:
        head = head[:-1]
    ports, rest, faults = _numbers(words[at + 1 :])
    peers = _peers(text, _without_lead(head), faults)
    if not rest:
        return Phrase(peers, ports, "", (), tuple(faults))
    if rest[0].text.startswith("{{"):
        return Phrase(peers, ports, "", _peers(text, rest, faults), tuple(faults))
    link = rest[0].low
    behind = text.written(rest[0].start, rest[-1].end)
    if link not in _TOWARDS and link != "from":
        left = " ".join(word.text for word in rest if not word.text.isspace())
        faults.append(Fault("unread-words", behind, f"'{left}' is not understood", "end the cell behind the ports"))
        return Phrase(peers, ports, "", (), tuple(faults))
    tail = rest[2:] if len(rest) > 1 and rest[1].low == "the" else rest[1:]
    if not tail:
        left = " ".join(word.text for word in rest if not word.text.isspace())
        faults.append(Fault("unread-words", behind, f"nothing stands behind '{left}'", "end the cell before it"))
    return Phrase(peers, ports, link, _peers(text, tail, faults), tuple(faults))


def parse_ports(text: Text) -> tuple[tuple[PortRange, ...], tuple[Fault, ...]]:
    """Return the port intervals of a port cell, in its order, and what is wrong with it."""
    words = [word for word in _words(text.text) if word.low not in _PORT]
    ports, rest, faults = _numbers(words)
    if rest and not faults:
        faults.append(_no_port(rest[0].text, " ".join(word.text for word in rest)))
    return ports, tuple(faults)


def _words(text: str) -> list[_Word]:
    return [_Word(word := found[0], word.lower(), *found.span()) for found in _WORD.finditer(text)]


def _is_number(word: _Word) -> bool:
    return word.text[0].isdigit() or (word.text[0] in "+-" and word.text[1:2].isdigit())


def _without_lead(words: list[_Word]) -> list[_Word]:
    """Return the words of a head without "From" or "To" at its beginning."""
    return words[1:] if words and words[0].low in ("from", "to") else words


def _numbers(words: list[_Word]) -> tuple[tuple[PortRange, ...], list[_Word], list[Fault]]:
    """Numbers = number {separator number}; returns the intervals, the words left over, and faults."""
    ports: list[PortRange] = []
    faults: list[Fault] = []
    at = 0
    while at < len(words):
        taken = _number(words[at : at + 3], ports, faults)
        at += taken
        after = at
        while after < len(words) and words[after].low in _SEPARATORS:
            after += 1
        if after == at or after == len(words) or not _is_number(words[after]):
            break
        at = after
    return tuple(ports), words[at:], faults


def _number(words: list[_Word], ports: list[PortRange], faults: list[Fault]) -> int:
    """Number = digits [dash digits]; adds the interval or a fault, and returns how many words that took."""
    first = words[0].text
    glued = _RANGE.fullmatch(first)
    if glued:
        _add(int(glued[1]), int(glued[2]), first, ports, faults)
        return 1
    if not _DIGITS.fullmatch(first):
        faults.append(_no_port(first, first))
        return 1
    if len(words) == 3 and words[1].low in _DASHES and _DIGITS.fullmatch(words[2].text):  # noqa: PLR2004
        _add(int(first), int(words[2].text), first, ports, faults)
        return 3
    _add(int(first), int(first), first, ports, faults)
    return 1


def _add(first: int, last: int, needle: str, ports: list[PortRange], faults: list[Fault]) -> None:
    if first > last:
        faults.append(
            Fault("bad-port", needle, f"the range {first}-{last} runs backwards", "write the smaller port first")
        )
    elif not FIRST_PORT <= first <= last <= LAST_PORT:
        faults.append(_no_port(needle, needle))
    else:
        ports.append(_interval(first, last))


@cache
def _interval(first: int, last: int) -> PortRange:
    return PortRange(first=first, last=last)


def _no_port(needle: str, text: str) -> Fault:
    return Fault(
        "bad-port",
        needle,
        f"'{text}' is no port",
        "write a number from 1 to 65535, or a range such as 8000-8010",
    )


def _peers(text: Text, words: list[_Word], faults: list[Fault]) -> tuple[Piece, ...]:
    """Peers = peer {separator peer}; parentheses keep what is in them together."""
    pieces: list[Piece] = []
    begin = end = -1
    depth = 0
    waiting = ""  # the separator behind which a peer must come
    for word in words:
        if depth <= 0 and word.low in _SEPARATORS:
            if begin < 0 and not (waiting in _BREAKS and word.low not in _COMMAS):
                faults.append(_nobody(word.text))
            if begin >= 0:
                pieces.append(_piece(text, begin, end))
            begin, waiting = -1, word.low
            continue
        depth += word.text.count("(") - word.text.count(")")
        begin = word.start if begin < 0 else begin
        end = word.end
    if begin >= 0:
        pieces.append(_piece(text, begin, end))
    elif waiting:
        faults.append(_nobody(words[-1].text))
    return tuple(pieces)


def _nobody(needle: str) -> Fault:
    return Fault(
        "empty-peer",
        needle,
        f"a peer is missing beside '{needle.strip() or '<br>'}'",
        "name it, or delete the separator",
    )


def _piece(text: Text, start: int, end: int) -> Piece:
    if not text.marks:
        name = " ".join(text.text[start:end].split())
        return Piece(name, name)
    return Piece(" ".join(text.text[start:end].split()), " ".join(text.written(start, end).split()))
