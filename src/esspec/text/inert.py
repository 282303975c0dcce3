"""Text of others in the languages of answers: whatever a name holds, it stays text there."""

import re

from esspec.problem import printable

# What begins a formula in some spreadsheet, or is taken away before one does (OWASP, CSV Injection; CWE-1236).
_FORMULA = frozenset("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# What begins markup or HTML anywhere in a cell. Brackets mean something only before a target.
_MARKUP = re.compile(r"[\\`*~<>|&]|(?<![^\W_])_|_(?![^\W_])|!(?=\[)|\](?=[(\[:])")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_PLAIN = frozenset(" .,:/()[]{}=-_+'\u2026")


def csv_field(text: str) -> str:
    """Return a field of a CSV: double-quoted, with an apostrophe in front where it begins with one or a formula."""
    shown = printable(text)
    guard = "'" if shown[:1] in _FORMULA else ""
    return '"' + guard + shown.replace('"', '""') + '"'


def markdown_cell(text: str) -> str:
    """Return a cell of a Markdown table; markup is escaped, HTML and pipes with it."""
    return _MARKUP.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), printable(text))


def dot_string(text: str) -> str:
    """Return a quoted string of Graphviz; no backslash of the text is an escape there."""
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def mermaid_text(text: str) -> str:
    """Return a quoted text of Mermaid: letters and digits as they are, other characters as their numbers.

    A directive, `%%{…}%%`, is looked for in the whole diagram, strings or not.
    """
    return '"' + "".join(ch if ch.isalnum() or ch in _PLAIN else f"#{ord(ch)};" for ch in printable(text)) + '"'
