"""The grammar of peer and port cells, read by hand in one pass; a word that has no place in it is an error.

phrase  = head [ports [tail | remark]]
head    = [preposition] [peers] [preposition]
ports   = ("port" | "ports") numbers
numbers = number {separator number}
number  = digits [("-" | en dash | "to") digits] | name of a port
tail    = preposition ["the"] peers
peers   = peer {separator peer}
separator = "," ["and" | "or"] | "and" | "or" | "&" | ";" | line break

Each line of a cell may begin with the sign of a list: "-", "*" or a bullet.
"""

from typing import NamedTuple

from esspec.model import PortRange
from esspec.reading.cell_words import SEPARATORS, CellWords, Piece, is_bullet, words_of
from esspec.reading.faults import Fault
from esspec.reading.inline import Text
from esspec.reading.port_numbers import NO_NAMES, PortNames, port_word, read_numbers
from esspec.reading.spelling import split_remark

_BEFORE_PORT = frozenset({"to", "on", "at", "over", "via"})
_TOWARDS = frozenset({"to", "on", "at", "of", "in"})
_BREAKS = frozenset({",", ";", "\n"})
_COMMAS = frozenset({",", ";"})
_LEADS = frozenset({"from", "to"})


class Phrase(NamedTuple):
    """What a peer cell says. `ports` is None where it states none; `link` is the word before `tail`, lower case.

    `lead` is "from" or "to" where the cell begins with it.

    `remark` is what stands in parentheses behind the ports; whether it may be passed over is not decided here.
    """

    peers: tuple[Piece, ...]
    ports: tuple[PortRange, ...] | None
    link: str
    tail: tuple[Piece, ...]
    faults: tuple[Fault, ...]
    remark: str = ""
    lead: str = ""


def parse_phrase(text: Text, names: PortNames = NO_NAMES) -> Phrase:
    """Return what a peer cell says; its faults name the words that have no place in the grammar.

    >>> parse_phrase(Text("Other ZooKeeper pods on port 2888 and 3888")).ports
    (PortRange(first=2888, last=2888), PortRange(first=3888, last=3888))
    """
    words = words_of(text)
    low, count = words.low, len(words.low)
    faults: list[Fault] = []
    at = port_word(words, names)
    lead = low[0] if count and low[0] in _LEADS else ""
    begin = 1 if lead else 0
    if at < 0:
        return Phrase(_peers(words, begin, count, faults), None, "", (), tuple(faults), "", lead)
    behind = at - 1 if at > 0 and low[at - 1] in _BEFORE_PORT else at
    ports, rest = read_numbers(words, at + 1, names, faults)
    peers = _peers(words, begin, behind, faults) if behind > begin else ()
    if rest == count:
        return Phrase(peers, ports, "", (), tuple(faults), "", lead)
    return _with_tail(words, rest, Phrase(peers, ports, "", (), (), "", lead), faults)


def _with_tail(words: CellWords, rest: int, phrase: Phrase, faults: list[Fault]) -> Phrase:
    """Return the phrase with what stands behind its ports: a remark, or a preposition and peers."""
    count = len(words.all)
    start, stop = words.span(rest, count)
    base, remark = split_remark(words.text.text[start:stop])
    if remark and not base:
        return phrase._replace(faults=tuple(faults), remark=remark)
    if words.all[rest].startswith("{{"):
        return phrase._replace(tail=_peers(words, rest, count, faults), faults=tuple(faults))
    link = words.low[rest]
    left = " ".join(word for word in words.all[rest:] if not word.isspace())
    if link not in _TOWARDS and link != "from":
        behind = words.quoted(rest, count)
        faults.append(Fault("unread-words", behind, f"'{left}' is not understood", "end the cell behind the ports"))
        return phrase._replace(faults=tuple(faults))
    begin = rest + 2 if words.low[rest + 1 : rest + 2] == ["the"] else rest + 1
    if begin == count:
        behind = words.quoted(rest, count)
        faults.append(Fault("unread-words", behind, f"nothing stands behind '{left}'", "end the cell before it"))
    return phrase._replace(link=link, tail=_peers(words, begin, count, faults), faults=tuple(faults))


def _peers(words: CellWords, first: int, last: int, faults: list[Fault]) -> tuple[Piece, ...]:
    """Peers = peer {separator peer}; parentheses keep what is in them together."""
    low = words.low
    if first < last and SEPARATORS.isdisjoint(low[first:last]) and not is_bullet(words, first, last):
        return (words.piece(first, last),)
    pieces: list[Piece] = []
    begin = -1
    depth = 0
    waiting = ""  # the separator behind which a peer must come
    for at in range(first, last):
        if begin < 0 and is_bullet(words, at, last):
            continue
        if depth <= 0 and low[at] in SEPARATORS:
            if begin < 0 and not (waiting in _BREAKS and low[at] not in _COMMAS):
                faults.append(_nobody(words.all[at]))
            if begin >= 0:
                pieces.append(words.piece(begin, at))
            begin, waiting = -1, low[at]
            continue
        depth += low[at].count("(") - low[at].count(")")
        begin = at if begin < 0 else begin
    if begin >= 0:
        pieces.append(words.piece(begin, last))
    elif waiting:
        faults.append(_nobody(words.all[last - 1]))
    return tuple(pieces)


def _nobody(needle: str) -> Fault:
    return Fault(
        "empty-peer",
        needle,
        f"a peer is missing beside '{needle.strip() or '<br>'}'",
        "name it, or delete the separator",
    )
