"""Spellings of one name: what they share, and the words that stand for everyone."""

import re
from functools import lru_cache

ANYONE = frozenset({"anywhere", "anyone", "any", "any pod", "any pods"})
_INSTANCE = re.compile(r"any pods? in (?:the )?(?:\S.* )?instance")
_NOT_THIS_ONE = frozenset({"all", "another", "any", "different", "each", "every", "no", "not", "other", "second"})
_SLUG = re.compile(r"[^A-Za-z0-9]+")


@lru_cache(maxsize=1 << 16)
def fold(name: str) -> str:
    """Return `name` without case, a trailing "pod(s)" and the plural of its last word: what two spellings share.

    Only ASCII letters lose their case, so that no look-alike character becomes an ASCII one.
    """
    words = name.split()
    if words and len(words) > 1 and words[-1].isascii() and words[-1].lower() in ("pod", "pods"):
        words.pop()
    text = " ".join(words)
    if not text.isascii():
        return text
    text = text.lower()
    return text[:-1] if text.endswith("s") and not text.endswith("ss") and len(words[-1]) > 3 else text  # noqa: PLR2004


def slug(name: str) -> str:
    """Return the name of a workload's files and objects: lower case, without "pod(s)", other characters as `-`."""
    words = name.split()
    if len(words) > 1 and words[-1].lower() in ("pod", "pods"):
        words.pop()
    return _SLUG.sub("-", " ".join(words)).strip("-").lower()


def means_anyone(name: str) -> bool:
    """Return whether these words stand for everyone (interface: "Anywhere", "Any pod")."""
    return name.lower() in ANYONE


def means_instance(name: str) -> bool:
    """Return whether these words stand for every pod of this installation."""
    words = name.lower().split()
    return bool(_INSTANCE.fullmatch(" ".join(words))) and _NOT_THIS_ONE.isdisjoint(words[1:])
