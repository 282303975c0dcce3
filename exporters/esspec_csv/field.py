r"""One field of a CSV: quoted for every reader of RFC 4180, and inert in every spreadsheet.

A spreadsheet takes a cell for a formula that begins with = + - @ or, after their removal, with TAB, CR or LF;
some take the full-width forms too (OWASP, CSV Injection; CWE-1236). An apostrophe in front makes it text.
"""

from functools import lru_cache
from unicodedata import category, name

GUARDED = frozenset("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Controls (Cc), invisible characters (Cf), halves of characters (Cs), line and paragraph separators (Zl, Zp):
# what a reviewer cannot see, or what ends a line for some reader. A page that holds them is refused already.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def refused_character(text: str) -> str | None:
    """Return the first character that no cell may hold, as `U+200B ZERO WIDTH SPACE`; None where all are fine."""
    if text.isprintable():
        return None
    for ch in text:
        if category(ch) in _REFUSED:
            return f"U+{ord(ch):04X} {name(ch, '')}".rstrip()
    return None


@lru_cache(maxsize=1 << 16)
def field(value: object) -> str:
    """Return `value` double-quoted, with an apostrophe in front where it begins with one or with a formula.

    Raises TypeError for what is no text and ValueError for a character that no cell may hold.
    """
    if not isinstance(value, str):
        raise TypeError(f"a template printed {value!r}, which is no text")
    if refused := refused_character(value):
        raise ValueError(f"a cell holds {refused}")
    guard = "'" if value[:1] in GUARDED else ""
    return '"' + guard + value.replace('"', '""') + '"'
