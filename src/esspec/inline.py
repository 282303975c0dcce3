r"""The text of a cell, heading or label: markup removed, variables filled, and nothing lost on the way.

Links give their text, `<br>` gives a line break, entities are decoded. What could hide or change words (other
HTML, images, struck text, control and bidirectional characters, Liquid that is no plain variable) is a fault.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARKUP = re.compile(r"[*_`\[\]<&\\{!~]")
_LIQUID = re.compile(r"\{\{-?\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*-?\}\}", re.ASCII)
_OTHER_LIQUID = re.compile(r"\{\{[^{}]*\}?\}?|\{%[^%]*%?\}?|\{:[:/][^{}]*\}?")
_ATTRIBUTES = re.compile(r"\{:(?![:/])[^{}\n]*\}")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_FIRST_SLOT = 0xF0000  # private use: cannot stand in a cell, see _unprintable
_MAX_SLOTS = 1000
_INLINE_RULES = (
    "escape", "backticks", "strikethrough", "emphasis", "link", "image", "autolink", "html_inline", "entity",
)  # fmt: skip


class Fault(NamedTuple):
    """What is wrong inside one piece of text; `needle` is the part of the raw text it is about."""

    code: str
    needle: str
    message: str
    remedy: str


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


class InlineReader:
    """Reads text with one set of variables, and remembers which of them were used."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._seen: dict[str, Text] = {}
        self.used: set[str] = set()

    def read(self, raw: str) -> Text:
        """Return the plain text of `raw`; equal texts are read once."""
        found = self._seen.get(raw)
        if found is None:
            found = self._seen[raw] = self._read(raw)
        return found

    def _read(self, raw: str) -> Text:
        faults = _unprintable(raw)
        if faults or not _MARKUP.search(raw):
            return Text(raw.replace("\u00a0", " "), faults=faults)
        slots: list[str] = []
        if raw.count("{{") > _MAX_SLOTS:
            return Text(raw, faults=(_TOO_MANY_VARIABLES,))
        body = _LIQUID.sub(lambda found: _slot(slots, found[0]), raw)
        found_faults = [
            Fault("liquid", odd, f"'{odd}' is no plain variable", "render the page first, or write the text out")
            for odd in _OTHER_LIQUID.findall(body)
        ]
        plain, more = self._plain(_ATTRIBUTES.sub("", body))
        found_faults += more
        if not slots:
            return Text(plain, faults=tuple(found_faults))
        return self._filled(plain, slots, found_faults)

    def _filled(self, plain: str, slots: list[str], faults: list[Fault]) -> Text:
        parts: list[str] = []
        marks: list[Mark] = []
        length = 0
        for part in re.split("([\U000f0000-\U000fffff])", plain):
            text = part
            if part and ord(part[0]) >= _FIRST_SLOT:
                raw = slots[ord(part) - _FIRST_SLOT]
                text = self._value(raw, faults)
                marks.append(Mark(length, length + len(text), raw))
            parts.append(text)
            length += len(text)
        return Text("".join(parts), tuple(marks), tuple(faults))

    def _value(self, raw: str, faults: list[Fault]) -> str:
        name = _LIQUID.sub(r"\1", raw)
        if name not in self._variables:
            faults.append(
                Fault(
                    "unresolved-variable",
                    raw,
                    f"the variable '{name}' has no value",
                    f'add "{name}" = "…" under [variables] in esspec.toml',
                )
            )
            return raw
        self.used.add(name)
        value = self._variables[name]
        faults += _unprintable(value)
        plain, more = self._plain(_ATTRIBUTES.sub("", value))
        faults += more
        return plain.replace("\n", " ")

    def _plain(self, body: str) -> tuple[str, list[Fault]]:
        parts: list[str] = []
        faults: list[Fault] = []
        for block in self._markdown.parseInline(body):
            for token in block.children or ():
                _take(token, parts, faults)
        text = "".join(parts)
        faults += _unprintable(text.replace("\n", " "), decoded=True)
        return text.replace("\u00a0", " "), faults

    @cached_property
    def _markdown(self) -> "MarkdownIt":
        from markdown_it import MarkdownIt  # noqa: PLC0415 - only text with markup needs it

        markdown = MarkdownIt("zero", {"html": True}).enable(_INLINE_RULES)
        markdown.core.ruler.enableOnly(["block", "inline"])  # "block" makes the one inline token
        return markdown


def _take(token: "Token", parts: list[str], faults: list[Fault]) -> None:
    if token.info == "entity" and ord(token.content[0]) >= _FIRST_SLOT:
        faults.append(_hidden(token.content[0], token.markup))
    elif token.type in ("text", "code_inline", "text_special"):
        parts.append(token.content)
    elif token.type in ("softbreak", "hardbreak"):
        parts.append(" ")
    elif token.type == "html_inline":
        if _BREAK.fullmatch(token.content):
            parts.append("\n")
        else:
            parts.append(token.content)
            faults.append(
                Fault(
                    "inline-html",
                    token.content,
                    f"'{token.content}' is HTML, which may hide words",
                    "write plain text; only <br> is read",
                )
            )
    elif token.type == "image":
        faults.append(Fault("image", "![", "an image says nothing that can be read", "write text instead"))
    elif token.type == "s_open":
        faults.append(Fault("struck-text", "~~", "struck text may or may not be meant", "delete it or unstrike it"))


def _slot(slots: list[str], raw: str) -> str:
    slots.append(raw)
    return chr(_FIRST_SLOT + len(slots) - 1)


def _unprintable(text: str, *, decoded: bool = False) -> tuple[Fault, ...]:
    """Return a fault per character that a reader of the page cannot see: control, format, private, unassigned."""
    if text.isprintable():
        return ()
    hidden = [
        ch
        for ch in dict.fromkeys(text)
        if unicodedata.category(ch)[0] == "C" or unicodedata.category(ch) in ("Zl", "Zp")
        if not (decoded and ord(ch) >= _FIRST_SLOT)
    ]
    return tuple(_hidden(ch, ch) for ch in hidden)


def _hidden(ch: str, needle: str) -> Fault:
    what = unicodedata.name(ch, "a control character")
    return Fault("hidden-character", needle, f"the character U+{ord(ch):04X} ({what}) cannot be seen", "delete it")
