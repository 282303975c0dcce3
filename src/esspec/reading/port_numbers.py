"""The grammar of ports: `numbers` in the grammar of cells, see `esspec.reading.phrase`."""

import re
from collections.abc import Mapping
from functools import cache

from esspec.model import PortRange
from esspec.reading.cell_words import SEPARATORS, CellWords, is_bullet, words_of
from esspec.reading.faults import Fault
from esspec.reading.inline import Text
from esspec.terms import FIRST_PORT, LAST_PORT

_DIGITS = re.compile(r"[0-9]{1,5}")
_RANGE = re.compile(r"([0-9]{1,5})[-\u2013]([0-9]{1,5})")
_THOUSANDS = re.compile(r"[1-9][0-9]?,[0-9]{3}")
# A name as Kubernetes gives them to ports (RFC 6335), but that one which begins with a digit is a number gone wrong.
_NAME = re.compile(r"[a-z][a-z0-9-]{0,14}")
_PORT = frozenset({"port", "ports"})
_DASHES = frozenset({"-", "\u2013", "to"})

PortNames = Mapping[str, tuple[PortRange, ...]]
"""What the binding's `[ports]` says of names in lower case."""

NO_NAMES: PortNames = {}


def parse_ports(text: Text, names: PortNames = NO_NAMES) -> tuple[tuple[PortRange, ...], tuple[Fault, ...]]:
    """Return the port intervals of a port cell, in its order, and what is wrong with it."""
    found = words_of(text)
    kept = [n for n, word in enumerate(found.low) if word not in _PORT]
    words = CellWords(text, [found.all[n] for n in kept], [found.low[n] for n in kept])
    faults: list[Fault] = []
    ports, rest = read_numbers(words, 0, names, faults)
    if found.all and not kept:
        faults.append(_no_port(found.all[0], " ".join(found.all)))
    if rest < len(kept) and not faults:
        left = " ".join(word for word in words.all[rest:] if not word.isspace())
        faults.append(_no_port(words.all[rest].strip() or left, left))
    return ports, tuple(faults)


def port_word(words: CellWords, names: PortNames) -> int:
    """Return which word is "port" or "ports" before a number, -1 if none is."""
    for at, word in enumerate(words.low[:-1]):
        if word in _PORT and _is_number(words, at + 1, names):
            return at
    return -1


def _is_number(words: CellWords, at: int, names: PortNames) -> bool:
    word = words.all[at]
    return word[0].isdigit() or words.low[at] in names or (word[0] in "+-" and word[1:2].isdigit())


def read_numbers(words: CellWords, at: int, names: PortNames, faults: list[Fault]) -> tuple[tuple[PortRange, ...], int]:
    """Numbers = number {separator number}; returns the intervals, and the word behind them."""
    ports: list[PortRange] = []
    count = len(words.all)
    while at < count:
        at = _number(words, at + is_bullet(words, at, count), names, ports, faults)
        after = at
        while after < count and (words.low[after] in SEPARATORS or is_bullet(words, after, count)):
            after += 1
        if after in (at, count) or not _is_number(words, after, names):
            break
        if words.low[at] == "," and not faults:
            _check_comma(words, at, faults)
        at = after
    return tuple(ports), at


def _check_comma(words: CellWords, at: int, faults: list[Fault]) -> None:
    """Add a fault where a comma between two numbers can stand within one: "8,080"."""
    both = f"{words.all[at - 1]},{words.all[at + 1]}"
    if _THOUSANDS.fullmatch(both) and both in words.text.text and int(both.replace(",", "")) <= LAST_PORT:
        message, remedy = f"'{both}' is one port or two", "write no comma, or a blank behind it"
        faults.append(Fault("bad-port", both, message, remedy))


def _number(words: CellWords, at: int, names: PortNames, ports: list[PortRange], faults: list[Fault]) -> int:
    """Number = digits [dash digits] | name; adds the interval or a fault, and returns the word behind it."""
    first, low = words.all[at], words.low[at]
    if low in names:
        ports += names[low]
    elif not _DIGITS.fullmatch(first):
        if _NAME.fullmatch(low):
            faults.append(_no_number(first))
        elif glued := _RANGE.fullmatch(first):
            _add(int(glued[1]), int(glued[2]), first, ports, faults)
        else:
            faults.append(_no_port(first, first))
    elif (
        words.low[at + 1 : at + 2]
        and words.low[at + 1] in _DASHES
        and _DIGITS.fullmatch("".join(words.all[at + 2 : at + 3]))
    ):
        _add(int(first), int(words.all[at + 2]), first, ports, faults)
        return at + 3
    else:
        _add(int(first), int(first), first, ports, faults)
    return at + 1


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


def _no_number(name: str) -> Fault:
    remedy = f"if a port is called so, write {name} = 443, or whatever its number is, under [ports] in esspec.toml"
    return Fault("port-name", name, f"'{name}' is no number of a port", remedy)


def _no_port(needle: str, text: str) -> Fault:
    return Fault(
        "bad-port",
        needle,
        f"'{text}' is no port",
        "write a number from 1 to 65535, or a range such as 8000-8010",
    )
