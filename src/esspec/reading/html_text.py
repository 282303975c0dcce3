"""The words of a piece of HTML as a browser shows them, and what in it may hide or change them."""

import html
import re

from esspec.reading.html_tokens import BLANK, PLAIN, VOID, Token, tokens

LINES = frozenset({"br", "dd", "div", "dl", "dt", "li", "ol", "p", "ul"})
"""Elements within a cell that begin and end a line."""

_BLANKS = re.compile(f"[{BLANK}]+")
_SPACES = re.compile(" {2,}")
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]{0,31};?)")
_STRUCK = frozenset({"del", "s", "strike"})
_MAX_DIGITS = 8
_PRIVATE = 0xF0000  # these stand for variables, see esspec.reading.inline
_MAX_WRONG = 100


def plain_html(body: str) -> tuple[str, list[tuple[str, str]]]:
    r"""Return the text of a cell, heading or paragraph, and what is wrong in it as (needle, message).

    White space is one blank; a `<br>`, and the borders of paragraphs and list items, are a `\n`, but none at the
    text's beginning and end.

    >>> plain_html("<b>UI</b> pods<br>\n<ul><li>Kafka &amp; co</li></ul>")
    ('UI pods\nKafka & co', [])
    """
    parts: list[str] = []
    wrong: list[tuple[str, str]] = []
    for token in tokens(body):
        raw = _BLANKS.sub(" ", body[token.start : token.end])
        if token.kind == "text":
            parts.append(decoded(raw, wrong))
        elif message := _wrong(token, raw):
            parts.append(raw)
            wrong.append((raw, message))
        elif token.name in LINES:
            parts.append("\n")
    lines = (_SPACES.sub(" ", line).strip(" \u00a0") for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line), wrong[:_MAX_WRONG]


def shown(raw: str) -> str:
    """Return text between two tags as it is shown, references decoded."""
    return decoded(_BLANKS.sub(" ", raw), []).strip()


def _wrong(token: Token, raw: str) -> str:
    """Return why a tag or comment may hide or change words; empty if it does not."""
    if token.wrong:
        return token.wrong
    if token.kind == "comment":
        return f"'{raw}' is a comment, which may hide words" if raw[4:-3].strip() else ""
    if token.name in _STRUCK:
        return "struck text may or may not be meant"
    if token.name == "img":
        return "an image says nothing that can be read"
    is_known = token.name in PLAIN or token.name in LINES
    return "" if is_known and not (token.kind == "close" and token.name in VOID) else f"'{raw}' may hide words"


def decoded(text: str, wrong: list[tuple[str, str]]) -> str:
    """Return text between two tags with its character references decoded; to `wrong` go those that mean nothing."""
    if "&" not in text:
        return text

    def character(found: re.Match[str]) -> str:
        reference = found[0]
        is_number = reference[1] == "#"
        meant = html.unescape(reference) if not is_number or len(reference) <= _MAX_DIGITS + 3 else ""
        if (is_number and (not meant or meant == "\ufffd" or ord(meant[0]) >= _PRIVATE)) or meant == "\n":
            wrong.append((reference, f"'{reference}' is no character that can be seen"))
            return "\ufffd"
        return meant

    return _REFERENCE.sub(character, text)
