"""Spellings of one name: what they share, and the words that stand for everyone."""

import re
from functools import lru_cache

POD = frozenset({"pod", "pods", "pod(s)"})
ANYONE = frozenset({"anywhere", "anyone", "any", "any pod", "any pods"})
_INSTANCE = re.compile(r"any pods? in (?:the )?(?:\S.* )?instance")
_NOT_THIS_ONE = frozenset(
    {"all", "another", "any", "different", "each", "every", "external", "foreign", "no", "not", "other", "peer"}
    | {"remote", "second"}
)
_SLUG = re.compile(r"[^A-Za-z0-9]+")


@lru_cache(maxsize=1 << 16)
def fold(name: str) -> str:
    """Return `name` without case, a trailing "pod(s)" and the plural of its last word: what two spellings share.

    Only ASCII letters lose their case, so that no look-alike character becomes an ASCII one.
    """
    text = stem(name)
    return text.lower() if text.isascii() else text


def stem(name: str) -> str:
    """Return `name` without a trailing "pod(s)" and the plural of its last word, its case kept."""
    words = name.split()
    if len(words) > 1 and words[-1].isascii() and words[-1].lower() in POD:
        words.pop()
    text = " ".join(words)
    if not text.isascii() or text[-1:] not in ("s", "S") or text[-2:].lower() == "ss":
        return text
    return text[:-1] if len(words[-1]) > 3 else text  # noqa: PLR2004


def slug(name: str) -> str:
    """Return the name of a workload's files and objects: lower case, without "pod(s)", other characters as `-`."""
    words = name.split()
    if len(words) > 1 and words[-1].lower() in POD:
        words.pop()
    return _SLUG.sub("-", " ".join(words)).strip("-").lower()


def means_anyone(name: str) -> bool:
    """Return whether these words stand for everyone (interface: "Anywhere", "Any pod")."""
    return name.lower() in ANYONE


def means_instance(name: str) -> bool:
    """Return whether these words stand for every pod of this installation."""
    words = name.lower().split()
    return bool(_INSTANCE.fullmatch(" ".join(words))) and _NOT_THIS_ONE.isdisjoint(words[1:])


def instance_called(phrase: str) -> str:
    """Return what an instance is called in "Any pod in the X instance", in lower case; empty where it has no name."""
    words = [word for word in phrase.lower().split()[3:-1] if word not in ("the", "this")]
    return " ".join(words)


def means_elsewhere(name: str) -> bool:
    """Return whether these words send the reader elsewhere ("See details below") and name nobody."""
    return name.lower().startswith(("see ", "refer to "))


def split_remark(text: str) -> tuple[str, str]:
    """Return `text` without a parenthesis at its end, and what stands in that; the latter is empty without one.

    >>> split_remark("Anywhere (can be restricted)")
    ('Anywhere', 'can be restricted')
    """
    if not text.endswith(")"):
        return text, ""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if not depth:
            return text[:at].rstrip(), " ".join(text[at + 1 : -1].split())
    return text, ""
