"""YAML as data, read so strictly that every reader agrees on it.

Anchors, aliases, tags, merge keys, keys twice and plain scalars that YAML 1.1 and 1.2 resolve differently are
refused with their place, so that an alias bomb never unfolds and `port: 0o17` is never two numbers.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from esspec.lifted import Unreadable

Scalar = str | int | bool | None
Node = "Scalar | Map | List"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# What one of YAML 1.1, YAML 1.2 and kubectl's reader takes for a boolean, number, date or merge key, and another
# does not (kubernetes-sigs/yaml: goyaml.v2/resolve.go, which takes underscores out of numbers first).
_READ_DIFFERENTLY = re.compile(
    r"(?i:y|yes|n|no|on|off|nan|[-+]?\.(inf|nan))|=|<<"
    r"|[-+]?(0[xX][0-9a-fA-F]*|0[bB][01]*|0[oO][0-7]*)"
    r"|[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?"
)
# Line breaks to YAML 1.1 and none to 1.2, and a byte order mark that is no longer at the beginning.
_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
MAX_DEPTH = 64
_PLAINLY = "anchors and tags are not read here; write the value plainly"


class Map(dict[str, "Scalar | Map | List"]):
    """A mapping, with the line of each key and of its own beginning."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """Return the line of `key`, or the mapping's own where it has no such key."""
        return self.lines.get(key, self.line)


class List(list["Scalar | Map | List"]):
    """A sequence, with the line of each item and of its own beginning."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def read_documents(text: str) -> Iterator["Scalar | Map | List"]:
    """Yield each document of a YAML stream as Map, List or scalar; empty documents are None.

    Raises Unreadable with line and column for what is no YAML, and for all that readers could disagree on.
    """
    found = _BREAKS.search(text, text.startswith("\ufeff"))
    if found:
        message = f"U+{ord(found[0]):04X} is read differently by YAML 1.1 and 1.2; escape it"
        raise Unreadable(*_position(text, found.start()), message)
    try:
        yield from _documents(_events(text))
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(line, column, f"this is no YAML: {broken.problem or broken.context}") from broken
    except UnicodeEncodeError as broken:
        raise Unreadable(*_position(text, broken.start), "this is no YAML: half a character") from broken
    except yaml.reader.ReaderError as broken:
        at = broken.position if isinstance(broken.position, int) else 0
        raise Unreadable(*_position(text, at), "this is no YAML: a character it forbids") from broken


def _position(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _events(text: str) -> Iterator[yaml.Event]:
    loader = _LOADER(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def _documents(events: Iterator[yaml.Event]) -> Iterator["Scalar | Map | List"]:
    stack: list[Map | List] = []
    keys: list[str | None] = []  # per open mapping: the key whose value comes next
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = _scalar(event)
            if stack:
                _put(stack[-1], keys, event, value)
            else:
                yield value
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            opened = _opened(event, len(stack))
            if stack:
                _put(stack[-1], keys, event, opened)
            stack.append(opened)
            keys.append(None)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            done = stack.pop()
            keys.pop()
            if not stack:
                yield done
        elif kind is yaml.AliasEvent:
            raise _refused(event, "aliases are not read here; write the value out")


def _opened(event: Any, depth: int) -> "Map | List":
    """Return the empty mapping or sequence that begins with this event."""
    if event.anchor or event.tag:
        raise _refused(event, _PLAINLY)
    if depth == MAX_DEPTH:
        raise _refused(event, f"nested deeper than {MAX_DEPTH}")
    return Map(_line(event)) if type(event) is yaml.MappingStartEvent else List(_line(event))


def _put(into: Map | List, keys: list[str | None], event: Any, value: "Scalar | Map | List") -> None:
    line = event.start_mark.line + 1
    if type(into) is List:
        into.append(value)
        into.lines.append(line)
        return
    key = keys[-1]
    if key is not None:
        into[key] = value  # type: ignore[call-overload]  # a mapping, as it is no List
        keys[-1] = None
        return
    if type(value) is not str or value == "<<":
        raise _refused(event, "a key must be text, and merge keys are not read here")
    if value in into.lines:
        raise _refused(event, f"the key '{value}' stands here twice")
    into.lines[value] = line  # type: ignore[call-overload]  # as above
    keys[-1] = value


def _scalar(event: Any) -> Scalar:
    if event.anchor or event.tag:
        raise _refused(event, _PLAINLY)
    text: str = event.value
    if event.style:
        return text
    value, is_clear = _plain(text)
    if not is_clear:
        raise _refused(event, f"'{text}' is read differently by YAML 1.1 and 1.2; quote it")
    return value


@lru_cache(maxsize=1 << 12)
def _plain(text: str) -> tuple[Scalar, bool]:
    """Return what a plain scalar stands for, and whether all readers agree on that."""
    if text in _WORDS:
        return _WORDS[text], True
    if _INT.fullmatch(text):
        return int(text), True
    return text, text[0] == "_" or not _READ_DIFFERENTLY.fullmatch(text.replace("_", ""))


def _line(event: yaml.Event) -> int:
    return _place(event)[0]


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _refused(event: yaml.Event, message: str) -> Unreadable:
    return Unreadable(*_place(event), message)
