"""YAML as data, read so strictly that every reader agrees on it.

Anchors, aliases, tags, merge keys, keys twice and plain scalars that YAML 1.1 and 1.2 resolve differently are
refused with their place, so that an alias bomb never unfolds and `port: 0o17` is never two numbers.
"""

import re
from collections.abc import Iterator

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
        yield from _documents(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(line, column, f"this is no YAML: {broken.problem or broken.context}") from broken
    except yaml.reader.ReaderError as broken:
        before = text[: broken.position] if isinstance(broken.position, int) else ""
        column = len(before) - before.rfind("\n")
        raise Unreadable(before.count("\n") + 1, column, "this is no YAML: a character it forbids") from broken


def _documents(events: Iterator[yaml.Event]) -> Iterator["Scalar | Map | List"]:
    stack: list[Map | List] = []
    keys: list[str | None] = []  # per open mapping: the key whose value comes next
    for event in events:
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = stack.pop()
            keys.pop()
            if not stack:
                yield done
        elif isinstance(event, yaml.NodeEvent):
            value = _node(event)
            if stack:
                _put(stack[-1], keys, event, value)
            if isinstance(value, (Map, List)):
                if len(stack) == MAX_DEPTH:
                    raise _refused(event, f"nested deeper than {MAX_DEPTH}")
                stack.append(value)
                keys.append(None)
            elif not stack:
                yield value


def _node(event: yaml.NodeEvent) -> "Scalar | Map | List":
    """Return the scalar, or the empty mapping or sequence, that begins with this event."""
    if isinstance(event, yaml.AliasEvent):
        raise _refused(event, "aliases are not read here; write the value out")
    if event.anchor or getattr(event, "tag", None):
        raise _refused(event, "anchors and tags are not read here; write the value plainly")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    return Map(_line(event)) if isinstance(event, yaml.MappingStartEvent) else List(_line(event))


def _put(into: Map | List, keys: list[str | None], event: yaml.Event, value: "Scalar | Map | List") -> None:
    line = _line(event)
    if isinstance(into, List):
        into.append(value)
        into.lines.append(line)
        return
    key = keys[-1]
    if key is not None:
        into[key] = value
        keys[-1] = None
        return
    if not isinstance(value, str) or value == "<<":
        raise _refused(event, "a key must be text, and merge keys are not read here")
    if value in into.lines:
        raise _refused(event, f"the key '{value}' stands here twice")
    into.lines[value] = line
    keys[-1] = value


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    text: str = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _READ_DIFFERENTLY.fullmatch(text):
        raise _refused(event, f"'{text}' is read differently by YAML 1.1 and 1.2; quote it")
    return text


def _line(event: yaml.Event) -> int:
    return _place(event)[0]


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _refused(event: yaml.Event, message: str) -> Unreadable:
    return Unreadable(*_place(event), message)
