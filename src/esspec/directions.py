"""Words that say which direction a heading, a label or a table speaks of."""

import re

from esspec.model import Direction

_WORDS = {
    Direction.INGRESS: frozenset({"incoming", "inbound", "ingress"}),
    Direction.EGRESS: frozenset({"outgoing", "outbound", "egress"}),
}
_FILLING = frozenset(
    [
        "a",
        "access",
        "allowed",
        "and",
        "are",
        "connection",
        "connections",
        "following",
        "for",
        "from",
        "network",
        "only",
        "permitted",
        "policies",
        "policy",
        "rule",
        "rules",
        "the",
        "to",
        "traffic",
    ]
)
_WORD = re.compile(r"[A-Za-z]+|[^\sA-Za-z]")
_PUNCTUATION = frozenset("()-\u2013\u2014:/,.")


def direction_of(text: str) -> Direction | None:
    """Return the direction that `text` is all about; None if it names none, both, or anything else beside."""
    words = _WORD.findall(text.lower())
    named = [d for d in Direction if not _WORDS[d].isdisjoint(words)]
    rest = set(words) - _FILLING - _PUNCTUATION
    return named[0] if len(named) == 1 and rest <= _WORDS[named[0]] else None


def is_about_directions(text: str) -> bool:
    """Return whether `text` names directions and nothing else, one or both of them."""
    words = set(_WORD.findall(text.lower()))
    both = _WORDS[Direction.INGRESS] | _WORDS[Direction.EGRESS]
    return bool(words & both) and words - _FILLING - _PUNCTUATION <= both


def opposite(direction: Direction) -> Direction:
    """Return the other direction."""
    return Direction.EGRESS if direction is Direction.INGRESS else Direction.INGRESS
