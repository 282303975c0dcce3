"""Where a piece of HTML on a page ends: Markdown cuts it at a blank line, a browser does not."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from esspec.reading.html_blocks import BLOCKS, MAY_GO_ON, MUST_END, read_html
from esspec.reading.html_pieces import HtmlPiece
from esspec.reading.html_table import PARTS
from esspec.reading.html_tokens import VOID, tokens

if TYPE_CHECKING:
    from markdown_it.token import Token

_MUST_END = (MUST_END | PARTS) - VOID


class Stretch(NamedTuple):
    """Some HTML, and the last line of it, from 1; `is_closed` says that each element ends there that must."""

    end: int
    is_closed: bool
    pieces: tuple[HtmlPiece, ...]


def read_stretch(lines: Sequence[str], token: "Token", *, looks_ahead: bool) -> Stretch:
    """Return the HTML that begins with a token; it goes on behind an empty line only if one `looks_ahead`.

    `lines` are those of the page; without them, as in a quote, the token's own text is read.
    """
    begin, last = token.map or [0, 0]
    if not lines:
        return Stretch(last, is_closed=True, pieces=read_html(token.content, begin + 1))
    end = stretch_end(lines, begin, last) if looks_ahead else None
    # The mark of a list item before it becomes blanks, so that all stands where it did.
    first = token.content.partition("\n")[0].rjust(len(lines[begin]))
    text = "\n".join([first, *lines[begin + 1 : end or last]])
    return Stretch(end or last, end is not None, read_html(text, begin + 1))


def stretch_end(lines: Sequence[str], begin: int, end: int) -> int | None:
    """Return the last line, from 1, of the HTML whose lines to Markdown are `lines[begin:end]`; None if never closed.

    It goes on behind a blank line within a table, list or heading, and within a `<div>` if HTML follows.
    """
    scan = _Scan()
    at = begin
    while at < len(lines):
        scan.take("\n".join(lines[at:end]))
        at = end
        while at < len(lines) and not lines[at].strip():
            at += 1
        if not scan.is_inside and not (scan.is_wrapped and at < len(lines) and _is_html(lines[at])):
            return end
        end = at
        while end < len(lines) and lines[end].strip():
            end += 1
    return None


def _is_html(line: str) -> bool:
    token = next(tokens(line.lstrip()), None)
    return token is not None and (token.kind == "comment" or token.name in BLOCKS or token.name in PARTS)


class _Scan:
    """Which elements are open behind a part of a page."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._count: Counter[str] = Counter()
        self._must_end = 0
        self._is_comment = False

    @property
    def is_inside(self) -> bool:
        """Return whether a comment is open, or an element that must be closed."""
        return self._is_comment or self._must_end > 0

    @property
    def is_wrapped(self) -> bool:
        """Return whether any element is open."""
        return bool(self._open)

    def take(self, text: str) -> None:
        """Take in lines without a blank one."""
        if self._is_comment:
            _, end, text = text.partition("-->")
            self._is_comment = not end
        for token in tokens(text):
            self._is_comment = token.kind == "broken" and text.startswith("<!--", token.start)
            if token.kind == "open" and (token.name in MAY_GO_ON or token.name in _MUST_END):
                self._open.append(token.name)
                self._count[token.name] += 1
                self._must_end += token.name in _MUST_END
            elif token.kind == "close" and self._count[token.name]:
                self._close(token.name)

    def _close(self, name: str) -> None:
        closed = ""
        while closed != name:
            closed = self._open.pop()
            self._count[closed] -= 1
            self._must_end -= closed in _MUST_END
