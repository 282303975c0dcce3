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
_READ_DIFFERENTLY = re.compile(
    r"(?i:y|yes|n|no|on|off|[-+]?\.(inf|nan)|nan)"
    r"|[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*([eE][-+]?[0-9]+)?"
    r"|[-+]?0[xob][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"
)
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
    try:
        yield from _documents(_events(text))
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(line, column, f"this is no YAML: {broken.problem or broken.context}") from broken
    except UnicodeEncodeError as broken:
        line, column = text.count("\n", 0, broken.start) + 1, broken.start - text.rfind("\n", 0, broken.start)
        raise Unreadable(line, column, "this is no YAML: half a character") from broken
    except yaml.reader.ReaderError as broken:
        before = text[: broken.position] if isinstance(broken.position, int) else ""
        column = len(before) - before.rfind("\n")
        raise Unreadable(before.count("\n") + 1, column, "this is no YAML: a character it forbids") from broken


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
    return text, not _READ_DIFFERENTLY.fullmatch(text)


def _line(event: yaml.Event) -> int:
    return _place(event)[0]


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _refused(event: yaml.Event, message: str) -> Unreadable:
    return Unreadable(*_place(event), message)
