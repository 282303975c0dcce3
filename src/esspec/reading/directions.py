"""Words that say which direction a heading, a label or a table speaks of."""

import re
from collections.abc import Iterator
from functools import lru_cache

from esspec.reading.spelling import POD, split_remark
from esspec.reading.vocabulary import CONDITIONS, CONNECTIONS, FILLING, HOW_MUCH, NEGATIONS, SMALL
from esspec.terms import Direction

_WORDS = {
    Direction.INGRESS: frozenset({"incoming", "inbound", "ingress"}),
    Direction.EGRESS: frozenset({"outgoing", "outbound", "egress"}),
}
# What stands between a direction and whose it is. "Ingress from X" and "egress to X" name a peer.
_WHOSE = {
    Direction.INGRESS: frozenset({"for", "into", "of", "to"}),
    Direction.EGRESS: frozenset({"for", "from", "of"}),
}
_BETWEEN = re.compile(r"\s+[-\u2013\u2014]\s+|:\s+")
_LONG = 200
_LETTERS = re.compile(r"[a-z]+")
_WORD = re.compile(r"[A-Za-z]+|[^\sA-Za-z]")
_PUNCTUATION = frozenset("()-\u2013\u2014:/,.")


def direction_of(text: str) -> Direction | None:
    """Return the direction that `text` is all about; None if it names none, both, or anything else beside."""
    words = _WORD.findall(text.lower())
    named = [d for d in Direction if not _WORDS[d].isdisjoint(words)]
    rest = set(words) - FILLING - _PUNCTUATION
    return named[0] if len(named) == 1 and rest <= _WORDS[named[0]] else None


@lru_cache(maxsize=1024)
def split_direction(text: str) -> tuple[str, Direction | None]:
    """Return what `text` names and the direction that it adds to that name; all of it, and None, if it adds none.

    >>> split_direction("Kafka pod (ingress)"), split_direction("Egress rules for the Kafka pod")[0]
    (('Kafka pod', <Direction.INGRESS: 'ingress'>), 'Kafka pod')
    """
    if len(text) >= _LONG or not directions_in(text) or is_about_directions(text):
        return text, None
    for name, said in _parted(text):
        direction = direction_of(said)
        if name and direction and name.lower() not in HOW_MUCH:
            return name, direction
    words = text.split()
    for at, word in enumerate(words[:-1] if ":" not in text else ()):
        direction = direction_of(" ".join(words[:at]))
        if direction and word.lower() in _WHOSE[direction]:
            return " ".join(words[at + 1 :]).removeprefix("the "), direction
    return text, None


def _parted(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, words about a direction) for each way in which `text` can be such a pair."""
    yield split_remark(text)
    found = list(_BETWEEN.finditer(text))
    if len(found) == 1:
        left, right = text[: found[0].start()], text[found[0].end() :]
        yield from ((left, right), (right, left))
    words = text.split()
    yield from (
        (" ".join(words[:n]), " ".join(words[n:])) for n, w in enumerate(words, 1) if w.lower() in POD and n > 1
    )


def is_about_directions(text: str) -> bool:
    """Return whether `text` names directions and nothing else, one or both of them."""
    words = set(_WORD.findall(text.lower()))
    both = _WORDS[Direction.INGRESS] | _WORDS[Direction.EGRESS]
    return bool(words & both) and words - FILLING - _PUNCTUATION <= both


def is_statement(text: str, subject: str = "", *, is_directed: bool = True) -> bool:
    """Return whether `text` says how much of a direction is permitted: "No outgoing connections", "Ingress: none".

    The words of `subject`, the name of the workload it may be about, count for nothing. Where the place has a
    direction already, or none is asked for (`is_directed` is false), "No connections" is a statement too.
    """
    words = _letters(text)
    both = _WORDS[Direction.INGRESS] | _WORDS[Direction.EGRESS]
    if words.isdisjoint(HOW_MUCH) or len(text) >= _LONG or (is_directed and words.isdisjoint(both)):
        return False
    return words - both - HOW_MUCH <= FILLING | SMALL | _letters(subject)


def is_misspelt_statement(text: str) -> bool:
    """Return whether `text` ends in "any" or "none" and speaks of connections, or nearly so."""
    *words, last = _LETTERS.findall(text[-_LONG:].lower()) or ("",)
    if last not in ("any", "none"):
        return False
    from difflib import get_close_matches  # noqa: PLC0415 - few lines end so

    known = _WORDS[Direction.INGRESS] | _WORDS[Direction.EGRESS] | CONNECTIONS
    return any(get_close_matches(word, known, 1, 0.8) for word in words)


def is_negated(text: str) -> bool:
    """Return whether `text` takes back what it speaks of: "Not permitted:", "Deprecated", "Never open these"."""
    return not NEGATIONS.isdisjoint(_LETTERS.findall(text.lower()))


def is_conditional(text: str) -> bool:
    """Return whether `text` says that something holds only at times."""
    return not CONDITIONS.isdisjoint(_LETTERS.findall(text.lower()))


def directions_in(text: str) -> frozenset[Direction]:
    """Return the directions that `text` speaks of, whatever else it says."""
    words = _LETTERS.findall(text.lower())
    return frozenset(direction for direction in Direction if not _WORDS[direction].isdisjoint(words))


def _letters(text: str) -> set[str]:
    return set(_LETTERS.findall(text[:_LONG].lower()))
