"""HTML cut into tags, comments and text, each with its place; one tag at a time is understood by html.parser.

A tag ends before the next `<`, and a comment at the first `-->`. What a browser might end elsewhere is broken: it
could show what is not read here, or hide what is.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from html.parser import HTMLParser
from typing import Literal, NamedTuple

Kind = Literal["text", "open", "close", "comment", "broken"]

BLANK = " \t\n\f\r"
"""What HTML takes for white space: any number of these is one blank."""

WRAPPERS = frozenset({"article", "center", "details", "div", "figure", "footer", "header", "main", "nav", "section"})
"""Elements that only hold others."""

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
"""Elements that have no end tag."""

PLAIN = frozenset({"a", "b", "code", "em", "i", "kbd", "span", "strong", "tt", "u"})
"""Elements within a line whose words are read as if they stood there alone."""

_MAX_TAG = 1000
_MAX_TRIES = 4
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NOISE = frozenset(
    {
        *("abbr", "align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "class", "frame", "headers"),
        *("height", "href", "id", "lang", "name", "nowrap", "open", "rel", "role", "rules", "scope", "span", "src"),
        *("start", "summary", "tabindex", "target", "title", "type", "valign", "value", "width"),
    }
)
_HARMLESS_STYLES = frozenset(
    {
        *("border", "border-collapse", "border-spacing", "font-style", "font-weight", "min-width", "padding"),
        *("text-align", "vertical-align", "white-space", "width"),
    }
)
_NOT_CLOSED = "this comment is never closed"
_NOT_A_TAG = "this is no well-formed tag, and may hide what follows"


class Token(NamedTuple):
    """A piece of HTML from `start` to `end`. `name` is a tag's element; `wrong` says what it may hide, or is empty."""

    kind: Kind
    start: int
    end: int
    name: str = ""
    wrong: str = ""


class _Tag(NamedTuple):
    kind: Kind
    name: str
    wrong: str


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of HTML, in their order and without a gap."""
    begin = at = 0
    while (found := text.find("<", at)) >= 0:
        token = _markup(text, found)
        if token is None:  # a sign in the text, as in "a < b"
            at = found + 1
            continue
        if begin < found:
            yield Token("text", begin, found)
        yield token
        begin = at = token.end
    if begin < len(text):
        yield Token("text", begin, len(text))


def _markup(text: str, begin: int) -> Token | None:
    """Return the tag or comment that begins with the `<` at `begin`, None if it is a mere sign."""
    if text.startswith("<!--", begin):
        end = text.find("-->", begin + 2)
        return Token("comment", begin, end + 3) if end >= 0 else Token("broken", begin, len(text), "", _NOT_CLOSED)
    behind = text[begin + 1 : begin + 2]
    if behind in _LETTERS or (behind == "/" and text[begin + 2 : begin + 3] in _LETTERS):
        return _tag_at(text, begin)
    if behind and behind in "!?/":  # browsers take it for a comment
        end = text.find(">", begin)
        return Token("broken", begin, end + 1 or len(text), "", _NOT_A_TAG)
    return None


def _tag_at(text: str, begin: int) -> Token:
    limit = text.find("<", begin + 1)
    limit = len(text) if limit < 0 else limit
    end = begin
    for _ in range(_MAX_TRIES):  # a `>` may stand in a quoted value
        end = text.find(">", end, min(limit, begin + _MAX_TAG)) + 1
        if not end:
            break
        tag = _tag(text[begin:end])
        if tag:
            return Token(tag.kind, begin, end, tag.name, tag.wrong)
    return Token("broken", begin, limit, "", _NOT_A_TAG)


class _OneTag(HTMLParser):
    """Takes down the tags that it is fed, and None for all else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Tag | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(_Tag("open", tag, _wrong_attribute(tag, attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wrong = "" if tag in VOID else f"<{tag}/> closes nothing: it is read as <{tag}>"
        self.found.append(_Tag("open", tag, wrong or _wrong_attribute(tag, attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(_Tag("close", tag, ""))

    def handle_data(self, data: str) -> None:  # noqa: ARG002 - what it is does not matter
        self.found.append(None)

    def handle_comment(self, data: str) -> None:  # noqa: ARG002 - as above
        self.found.append(None)


@lru_cache(maxsize=1 << 12)
def _tag(raw: str) -> _Tag | None:
    """Return what `raw` is if it is one whole tag and nothing else."""
    parser = _OneTag()
    parser.feed(raw)
    return parser.found[0] if len(parser.found) == 1 else None


def _wrong_attribute(tag: str, attributes: Iterable[tuple[str, str | None]]) -> str:
    """Return what is wrong with the attributes of a tag: what could hide its words, or change whose they are."""
    for name, value in attributes:
        if name in ("colspan", "rowspan"):
            if (value or "").strip() != "1":
                return f"'{name}' in <{tag}> makes one cell of several"
        elif name == "style":
            if not is_harmless(value or ""):
                return f"the style of <{tag}> may hide what stands there"
        elif not (name in _NOISE or name.startswith(("aria-", "data-")) or (name == "markdown" and tag in WRAPPERS)):
            return f"'{name}' in <{tag}> may hide or change what stands there"
    return ""


def is_harmless(style: str) -> bool:
    """Return whether a style hides nothing."""
    declared = [part.partition(":") for part in style.lower().split(";") if part.strip()]
    return all(name.strip() in _HARMLESS_STYLES and not set(value) & set("()\\/\"'-") for name, _, value in declared)
