"""The grammar of condition cells: which feature must be in which state for a row to hold.

condition = ["only"] word [article] feature [be] state
word      = "if" | "when" | "where" | "unless"
article   = "the" | "a" | "an"
be        = "is" | "are" | "has been" | "have been" | one of these with "n't"
state     = ["not"] words

`disabled` is the opposite of `enabled`; of any other state `x` the opposite is `not x`.
"""

import re
from functools import lru_cache

from esspec.model import Condition

_WORD = re.compile(r"[^\s]+")
_CONDITIONAL = frozenset({"if", "when", "where", "unless"})
_ARTICLES = frozenset({"the", "a", "an"})
_BE = frozenset({"is", "are"})
_HAVE = frozenset({"has", "have"})
_CONTRACTED = {f"{word}n't": word for word in _BE | _HAVE}
# With these a cell says more than one feature and state can.
_COMPOUND = frozenset({"and", "or", "unless", "if", "when", "where", "but", "except", "either", "neither", "both"})
# These turn a feature or a state into its opposite, or say how often; none of it is read.
_NEGATIVE = frozenset({"no", "not", "never", "longer", "none", "without", "cannot"})
_ALWAYS = frozenset({"always", "yes", "required", "mandatory"})
_NOT_A_NAME = frozenset({"it", "they", "this", "that", "these", "those", "you", "we", "using", "not"})
_KEY = re.compile(r"[^a-z0-9]+")
_MARKS = frozenset("(),;:'<>[]|\\`")
_MAX_STATE = 5
_MAX_WORDS = 24


def is_always(text: str) -> bool:
    """Return whether a condition cell says that the row holds at all times."""
    return text.strip(" .").lower() in _ALWAYS


def feature_key(name: str) -> str:
    """Return the key of a feature: its name in lower case, everything else but letters and digits as `-`.

    >>> feature_key("Plain listener")
    'plain-listener'
    """
    return _KEY.sub("-", name.lower()).strip("-")


def opposite(state: str) -> str:
    """Return the state that holds where this one does not."""
    if state in ("enabled", "disabled"):
        return "disabled" if state == "enabled" else "enabled"
    return state.removeprefix("not ") if state.startswith("not ") else f"not {state}"


@lru_cache(maxsize=1 << 12)
def parse_condition(text: str) -> Condition | None:
    """Return the feature and the state that a condition cell names; None where it is not in the grammar.

    >>> parse_condition("If the Plain listener is enabled").feature
    'plain-listener'
    """
    words = _words(text)
    if words[:1] == ["only"]:
        words = words[1:]
    if not 3 <= len(words) <= _MAX_WORDS or words[0] not in _CONDITIONAL:  # noqa: PLR2004 - if, feature, state
        return None
    begin = 2 if words[1] in _ARTICLES else 1
    at = next((n for n in range(begin, len(words)) if words[n] in _BE | _HAVE), None)
    if at is None:  # "If metrics enabled"
        at, behind = len(words) - 1, len(words) - 1
    else:
        behind = at + 1
    feature, state = words[begin:at], _state(words[behind:], has=words[at] in _HAVE)
    if not state or not feature or (at == behind and not state.endswith("ed")):
        return None
    if not _COMPOUND.isdisjoint([*feature, *state.split()]) or not _NEGATIVE.isdisjoint(feature):
        return None
    key = feature_key(" ".join(feature))
    if not key or "/" in state or feature[0] in _NOT_A_NAME:
        return None
    return Condition(text=text, feature=key, state=opposite(state) if words[0] == "unless" else state)


def _words(text: str) -> list[str]:
    """Return the words of a cell in lower case, `isn't` as `is not`; none where something else is among them."""
    plain = text.strip().rstrip(".,;").replace("\u2019", "'")
    if not plain.isascii():  # a letter of another alphabet may look like one of ours
        return []
    found: list[str] = []
    for word in _WORD.findall(plain.lower()):
        found += [_CONTRACTED[word], "not"] if word in _CONTRACTED else [word]
    return found if all(map(_MARKS.isdisjoint, found)) else []


def _state(words: list[str], *, has: bool) -> str:
    """Return the state that words say, `not enabled` as `disabled`; empty where they say none.

    `has` tells that "has" or "have" stands before them, so that "been" must follow.
    """
    is_not = words[:1] == ["not"]
    said = words[1:] if is_not else words
    if has:
        said = said[1:] if said[:1] == ["been"] else []
    if not 0 < len(said) <= _MAX_STATE or not _NEGATIVE.isdisjoint(said):
        return ""
    state = " ".join(said)
    return opposite(state) if is_not else state
