r"""The text of a cell, heading or label: markup removed, variables filled, and nothing lost on the way.

Links give their text, `<br>` gives a line break, entities are decoded. What could hide or change words (other
HTML, images, struck text, control and bidirectional characters, Liquid that is no plain variable) is a fault.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from esspec.reading.faults import FIRST_SLOT, MAX_TEXT, TOO_LONG, Fault, few, hidden, unprintable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARKUP = re.compile(r"[*_`\[\]<&\\{!~]")
_LIQUID = re.compile(r"\{\{-?\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*-?\}\}", re.ASCII)
_OTHER_LIQUID = re.compile(r"\{\{[^{}]*\}?\}?|\{%[^%]*%?\}?|\{:[:/][^{}]*\}?")
_ATTRIBUTES = re.compile(r"\{:(?![:/])[^{}\n]*\}")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ITEM = re.compile(r"</?(?:li|ul|ol|p)>", re.IGNORECASE)
_STYLE = re.compile(r"</?(?:b|strong|i|em|code|tt|kbd|u)>", re.IGNORECASE)
_HTML_BLANKS = re.compile(r"[ \t\n\f\r]+")
_BORDER = "\x00"  # between list items; decode refuses it in a page
_MAX_SLOTS = 1000
_INLINE_RULES = (
    "escape", "backticks", "strikethrough", "emphasis", "link", "image", "autolink", "html_inline", "entity",
)  # fmt: skip


_NO_DATA: Mapping[str, str] = {}


_TOO_MANY_VARIABLES = Fault(
    "too-many-variables", "{{", f"more than {_MAX_SLOTS} variables in one piece of text", "write the text out"
)


class Mark(NamedTuple):
    """That the characters `start` to `end` of a text came out of the variable written as `raw`."""

    start: int
    end: int
    raw: str


class Text(NamedTuple):
    r"""Plain text; a `\n` in it is a `<br>`. `marks` are the filled variables, in order."""

    text: str
    marks: tuple[Mark, ...] = ()
    faults: tuple[Fault, ...] = ()

    def written(self, start: int, end: int) -> str:
        """Return the text from `start` to `end`, each variable that it touches as the page writes it."""
        parts: list[str] = []
        at = start
        for mark in self.marks[bisect_right(self.marks, start, key=lambda mark: mark.end) :]:
            if mark.start >= end:
                break
            parts += [self.text[at : max(at, mark.start)], mark.raw]
            at = mark.end
        return "".join([*parts, self.text[at:end]]) if parts else self.text[start:end]


def is_attribute_list(text: str) -> bool:
    """Return whether `text` is nothing but kramdown attributes, such as `{: .wide}` below a table."""
    return bool(_ATTRIBUTES.fullmatch(text))


def is_too_long(text: Text) -> bool:
    """Return whether a text was left as it is written, because it is longer than MAX_TEXT."""
    return text.faults == (TOO_LONG,)


class InlineReader:
    """Reads text with one set of variables, and remembers which of them were used, and which were missing."""

    def __init__(self, variables: Mapping[str, str], data: Mapping[str, str] = _NO_DATA) -> None:
        """`data` are variables of less weight: it is asked only for what `variables` does not have."""
        self._variables, self._data = variables, data
        self._seen: dict[str, Text] = {}
        self._seen_html: dict[str, Text] = {}
        self.used: set[str] = set()
        self.missing: dict[str, None] = {}

    def read(self, raw: str) -> Text:
        """Return the plain text of `raw`; equal texts are read once."""
        found = self._seen.get(raw)
        if found is None:
            found = self._seen[raw] = self._read(raw)
        return found

    def read_cell(self, raw: str) -> Text:
        r"""Return the plain text of a cell of a table: GFM takes the backslash off `\|` first, in code spans too."""
        found = self._seen.get(raw) if "\\" not in raw else None
        return self.read(raw.replace("\\|", "|")) if found is None else found

    def read_html(self, raw: str) -> Text:
        """Return the plain text of a piece of HTML, which no Markdown is read in; white space is one blank there."""
        found = self._seen_html.get(raw)
        if found is None:
            found = self._seen_html[raw] = self._read(_HTML_BLANKS.sub(" ", raw), is_html=True)
        return found

    def _read(self, raw: str, *, is_html: bool = False) -> Text:
        if len(raw) > MAX_TEXT:
            return Text(raw, faults=(TOO_LONG,))
        faults = unprintable(raw)
        if faults or not _MARKUP.search(raw):
            return Text(raw if raw.isascii() else raw.replace("\u00a0", " "), (), few(faults))
        slots: list[str] = []
        if raw.count("{{") > _MAX_SLOTS:
            return Text(raw, faults=(_TOO_MANY_VARIABLES,))
        body = _LIQUID.sub(lambda found: _slot(slots, found[0]), raw)
        found_faults = [
            Fault("liquid", odd, f"'{odd}' is no plain variable", "render the page first, or write the text out")
            for odd in _OTHER_LIQUID.findall(body)
        ]
        plain, more = _html(body) if is_html else self._plain(_ATTRIBUTES.sub("", body))
        found_faults += more
        if slots:
            return self._filled(plain, slots, found_faults)
        return Text(plain, faults=few(found_faults))

    def _filled(self, plain: str, slots: list[str], faults: list[Fault]) -> Text:
        parts: list[str] = []
        marks: list[Mark] = []
        length = 0
        for part in re.split("([\U000f0000-\U000fffff])", plain):
            text = part
            if part and ord(part[0]) >= FIRST_SLOT:
                raw = slots[ord(part) - FIRST_SLOT]
                text = self._value(raw, faults)
                marks.append(Mark(length, length + len(text), raw))
            parts.append(text)
            length += len(text)
        return Text("".join(parts), tuple(marks), few(faults))

    def _value(self, raw: str, faults: list[Fault]) -> str:
        name = _LIQUID.sub(r"\1", raw)
        value = self._variables.get(name)
        if value is None:
            value = self._data.get(name)
        if value is None:
            self.missing[name] = None
            faults.append(
                Fault(
                    "unresolved-variable",
                    raw,
                    f"the variable '{name}' has no value",
                    f'add "{name}" = "…" under [variables] in esspec.toml, or name the data files with --data',
                )
            )
            return raw
        self.used.add(name)
        if "|" in value:
            message = f"the value of '{name}' holds a pipe, at which Jekyll tears a row"
            faults.append(Fault("liquid", raw, message, "write the text out, or change the value"))
        faults += unprintable(value)
        plain, more = self._plain(_ATTRIBUTES.sub("", value))
        faults += more
        return plain.replace("\n", " ")

    def _plain(self, body: str) -> tuple[str, list[Fault]]:
        parts: list[str] = []
        faults: list[Fault] = []
        for block in _markdown(has_links="](" in body).parseInline(body):
            for token in block.children or ():
                _take(token, parts, faults)
        text = "".join(parts)
        if _BORDER in text:
            text = _lines_of(text)
        faults += unprintable(text.replace("\n", " "), decoded=True)
        return text.replace("\u00a0", " "), faults


@cache
def _markdown(*, has_links: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only text with markup needs it

    markdown = MarkdownIt("zero", {"html": True}).enable(_INLINE_RULES)
    if not has_links:  # looking for the end of each is the slowest thing to do with a bracket
        markdown.disable(["link", "image"])
    markdown.core.ruler.enableOnly(["block", "inline"])  # "block" makes the one inline token
    return markdown


def _take(token: "Token", parts: list[str], faults: list[Fault]) -> None:
    if token.info == "entity" and ord(token.content[0]) >= FIRST_SLOT:
        faults.append(hidden(token.content[0], token.markup))
    elif token.type in ("text", "code_inline", "text_special"):
        parts.append(token.content)
    elif token.type in ("softbreak", "hardbreak"):
        parts.append(" ")
    elif token.type == "html_inline":
        if _BREAK.fullmatch(token.content):
            parts.append("\n")
        elif _ITEM.fullmatch(token.content):
            parts.append(_BORDER)
        elif not _STYLE.fullmatch(token.content):
            parts.append(token.content)
            faults.append(
                Fault(
                    "inline-html",
                    token.content,
                    f"'{token.content}' is HTML, which may hide words",
                    "write plain text; only <br>, lists and plain emphasis are read",
                )
            )
    elif token.type == "image":
        faults.append(Fault("image", "![", "an image says nothing that can be read", "write text instead"))
    elif token.type == "s_open":
        faults.append(Fault("struck-text", "~~", "struck text may or may not be meant", "delete it or unstrike it"))


def _html(body: str) -> tuple[str, list[Fault]]:
    from esspec.reading.html_text import plain_html  # noqa: PLC0415 - few pages have tables in HTML

    text, wrong = plain_html(body)
    faults = [Fault("inline-html", needle, message, "write plain text") for needle, message in wrong]
    faults += unprintable(text.replace("\n", " "), decoded=True)
    return text.replace("\u00a0", " "), faults


def _lines_of(text: str) -> str:
    """Return text with a line break where list items meet, and none where one of them is empty."""
    return "\n".join(part for part in map(str.strip, text.split(_BORDER)) if part)


def _slot(slots: list[str], raw: str) -> str:
    slots.append(raw)
    return chr(FIRST_SLOT + len(slots) - 1)
