"""What can be wrong inside one piece of text, and the characters in it that nobody sees."""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

FIRST_SLOT = 0xF0000
"""The private-use characters from here on stand for variables while a text is read; no page can hold them."""

MAX_TEXT = 20_000
_MAX_FAULTS = 20


class Fault(NamedTuple):
    """What is wrong inside one piece of text; `needle` is the part of the raw text it is about."""

    code: str
    needle: str
    message: str
    remedy: str


TOO_LONG = Fault("too-long-text", "", f"one piece of text has more than {MAX_TEXT} characters", "split it")


def unprintable(text: str, *, decoded: bool = False) -> list[Fault]:
    """Return a fault per character that a reader of the page cannot see: control, format, private, unassigned.

    With `decoded` the characters that stand for variables are passed over.
    """
    if text.isprintable():
        return []
    return [
        hidden(ch, ch)
        for ch in dict.fromkeys(text)
        if unicodedata.category(ch)[0] == "C" or unicodedata.category(ch) in ("Zl", "Zp")
        if not (decoded and ord(ch) >= FIRST_SLOT)
    ]


def hidden(ch: str, needle: str) -> Fault:
    """Return the fault that a character cannot be seen; `needle` is how the page writes it."""
    what = unicodedata.name(ch, "a control character")
    return Fault("hidden-character", needle, f"the character U+{ord(ch):04X} ({what}) cannot be seen", "delete it")


def few(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the first faults of each kind: more say no more of the text. Of HTML, every tag has its say."""
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault.code, []).append(fault)
    return tuple([f for code, some in kinds.items() for f in (some if code == "inline-html" else some[:_MAX_FAULTS])])
