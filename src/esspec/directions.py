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
_HOW_MUCH = frozenset(
    [
        "all",
        "any",
        "anyone",
        "anything",
        "anywhere",
        "blocked",
        "denied",
        "disallowed",
        "everything",
        "forbidden",
        "no",
        "nobody",
        "none",
        "not",
        "nothing",
        "prohibited",
        "unrestricted",
    ]
)
_SMALL = frozenset(
    [
        "by",
        "be",
        "can",
        "default",
        "has",
        "have",
        "in",
        "is",
        "it",
        "of",
        "out",
        "pod",
        "pods",
        "there",
        "this",
    ]
)
_CONNECTIONS = frozenset({"connection", "connections", "permitted", "traffic"})
_CONDITIONS = frozenset(
    [
        "disabled",
        "during",
        "enabled",
        "except",
        "if",
        "optional",
        "optionally",
        "unless",
        "until",
        "when",
        "while",
        "without",
    ]
)
_NEGATIONS = frozenset(
    [
        "blocked",
        "denied",
        "deprecated",
        "disallowed",
        "don",
        "except",
        "excluded",
        "forbidden",
        "formerly",
        "never",
        "no",
        "not",
        "obsolete",
        "prohibited",
        "refused",
        "rejected",
        "removed",
        "without",
    ]
)
_LONG = 200
_LETTERS = re.compile(r"[a-z]+")
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


def is_statement(text: str, subject: str = "") -> bool:
    """Return whether `text` says how much of a direction is permitted: "No outgoing connections", "Ingress: none".

    The words of `subject`, the name of the workload it may be about, count for nothing.
    """
    words = _letters(text)
    both = _WORDS[Direction.INGRESS] | _WORDS[Direction.EGRESS]
    if words.isdisjoint(both) or words.isdisjoint(_HOW_MUCH) or len(text) >= _LONG:
        return False
    return words - both - _HOW_MUCH <= _FILLING | _SMALL | _letters(subject)


def is_misspelt_statement(text: str) -> bool:
    """Return whether `text` ends in "any" or "none" and speaks of connections, or nearly so."""
    *words, last = _LETTERS.findall(text[-_LONG:].lower()) or ("",)
    if last not in ("any", "none"):
        return False
    from difflib import get_close_matches  # noqa: PLC0415 - few lines end so

    known = _WORDS[Direction.INGRESS] | _WORDS[Direction.EGRESS] | _CONNECTIONS
    return any(get_close_matches(word, known, 1, 0.8) for word in words)


def is_negated(text: str) -> bool:
    """Return whether `text` takes back what it speaks of: "Not permitted:", "Deprecated", "Never open these"."""
    return not _NEGATIONS.isdisjoint(_LETTERS.findall(text.lower()))


def is_conditional(text: str) -> bool:
    """Return whether `text` says that something holds only at times."""
    return not _CONDITIONS.isdisjoint(_LETTERS.findall(text.lower()))


def directions_in(text: str) -> frozenset[Direction]:
    """Return the directions that `text` speaks of, whatever else it says."""
    words = _LETTERS.findall(text.lower())
    return frozenset(direction for direction in Direction if not _WORDS[direction].isdisjoint(words))


def _letters(text: str) -> set[str]:
    return set(_LETTERS.findall(text[:_LONG].lower()))
