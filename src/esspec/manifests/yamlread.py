"""YAML as data, read so strictly that every reader agrees on it.

Anchors, aliases, tags, merge keys, keys twice and plain scalars that YAML 1.1 and 1.2 resolve differently are
refused with their place, so that an alias bomb never unfolds and `port: 0o17` is never two numbers. Manifests of
others are read leniently: an alias is the value it stands for, as long as all of them unfold to no more than
MAX_UNFOLDED values, and what readers disagree on is kept as Unclear, so that only who needs it refuses it.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import yaml
from yaml import AliasEvent, MappingEndEvent, MappingStartEvent, NodeEvent, ScalarEvent, SequenceEndEvent

from esspec.semantics.lifted import Unreadable

Scalar = str | int | bool | None
_Next = Callable[[], Any]

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
MAX_UNFOLDED = 100_000


class Map(dict[str, "Scalar | Map | List"]):
    """A mapping, with the line of each key and of its own beginning."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """Return the line of `key`, or the mapping's own where it has no such key."""
        return self.lines.get(key, self.line)


class Unclear(str):
    """A plain scalar that readers of YAML take for different things, or a key that is no text; as it is written."""

    __slots__ = ()


class List(list["Scalar | Map | List"]):
    """A sequence, with the line of each item and of its own beginning."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class _Anchored(NamedTuple):
    """What an anchor names: a value, and how many values it has in it once all aliases are unfolded."""

    value: "Scalar | Map | List"
    size: int


class _Aliases:
    """What the anchors of a document name so far, by name and by identity, and how much its aliases have unfolded."""

    __slots__ = ("anchored", "known", "unfolded")

    def __init__(self) -> None:
        self.anchored: dict[str, _Anchored] = {}
        self.known: dict[int, _Anchored] = {}
        self.unfolded = 0


class _Reading(NamedTuple):
    """Where the next event comes from; without `aliases` all is refused that readers could disagree on."""

    following: _Next
    aliases: _Aliases | None


def read_documents(text: str, *, lenient: bool = False) -> Iterator["Scalar | Map | List"]:
    """Yield each document of a YAML stream as Map, List or scalar; empty documents are None.

    Raises Unreadable with line and column for what is no YAML, and for all that readers could disagree on; if
    `lenient`, aliases are followed, and scalars of that kind are kept as Unclear.
    """
    found = None if text.isascii() else _BREAKS.search(text, text.startswith("\ufeff"))
    if found:
        message = f"U+{ord(found[0]):04X} is read differently by YAML 1.1 and 1.2; escape it"
        raise Unreadable(*_position(text, found.start()), message)
    try:
        yield from _documents(text, lenient=lenient)
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


def _documents(text: str, *, lenient: bool) -> Iterator["Scalar | Map | List"]:
    loader = _LOADER(text)
    following: _Next = loader.get_event
    try:
        while (event := following()) is not None:
            if isinstance(event, NodeEvent):
                yield _value(_Reading(following, _Aliases() if lenient else None), event, 0)
    finally:
        loader.dispose()


def _value(reading: _Reading, event: Any, depth: int) -> "Scalar | Map | List":
    """Return the value that begins with `event`."""
    kind = type(event)
    if kind is AliasEvent:
        return _unfolded(reading, event)
    if event.anchor or event.tag:
        return _anchored(reading, event, depth)
    if kind is ScalarEvent:  # most events by far
        text: str = event.value
        value, is_clear = (text, True) if event.style else _plain(text)
        return value if is_clear else _unclear(reading, event)
    if depth == MAX_DEPTH:
        raise _refused(event, f"nested deeper than {MAX_DEPTH}")
    return (_map if kind is MappingStartEvent else _list)(reading, event, depth + 1)


def _anchored(reading: _Reading, event: Any, depth: int) -> "Scalar | Map | List":
    """Return a value that has an anchor, which is then known; a tag is refused."""
    if reading.aliases is None or event.tag:
        raise _refused(event, "anchors and tags are not read here; write the value plainly")
    anchor, event.anchor = event.anchor, None
    value = _value(reading, event, depth)
    anchored = _Anchored(value, _size(value, reading.aliases))
    reading.aliases.anchored[anchor] = reading.aliases.known[id(value)] = anchored
    return value


def _unfolded(reading: _Reading, event: Any) -> "Scalar | Map | List":
    """Return what an alias stands for: the same value, and no copy of it."""
    aliases = reading.aliases
    if aliases is None:
        raise _refused(event, "aliases are not read here; write the value out")
    if event.anchor not in aliases.anchored:
        raise _refused(event, f"the alias '*{event.anchor}' stands for nothing that is complete before it")
    found = aliases.anchored[event.anchor]
    aliases.unfolded += found.size
    if aliases.unfolded > MAX_UNFOLDED:
        raise _refused(event, f"the aliases unfold to more than {MAX_UNFOLDED} values")
    return found.value


def _size(value: "Scalar | Map | List", aliases: _Aliases) -> int:
    """Return how many values a value has in it, itself included; what aliases unfold to in it counts each time."""
    count, ahead = 0, [value]
    while ahead:
        one = ahead.pop()
        is_known = isinstance(one, Map | List) and id(one) in aliases.known
        count += aliases.known[id(one)].size if is_known else 1
        if isinstance(one, Map | List) and not is_known:
            ahead += one.values() if isinstance(one, Map) else one
    return count


def _map(reading: _Reading, start: Any, depth: int) -> Map:
    found = Map(start.start_mark.line + 1)
    lines, following = found.lines, reading.following
    while type(event := following()) is not MappingEndEvent:
        key = _value(reading, event, depth)
        if not isinstance(key, str) or key == "<<":
            key = _odd_key(reading, event)
        if key in lines:
            raise _refused(event, f"the key '{key}' stands here twice")
        lines[key] = event.start_mark.line + 1
        found[key] = _value(reading, following(), depth)
    return found


def _odd_key(reading: _Reading, event: Any) -> Unclear:
    """Return a key that is a number or the like, as it is written."""
    if reading.aliases is None or type(event) is not ScalarEvent or event.value == "<<":
        raise _refused(event, "a key must be text, and merge keys are not read here")
    return Unclear(event.value)


def _list(reading: _Reading, start: Any, depth: int) -> List:
    found = List(start.start_mark.line + 1)
    following = reading.following
    while type(event := following()) is not SequenceEndEvent:
        found.append(_value(reading, event, depth))
        found.lines.append(event.start_mark.line + 1)
    return found


def _unclear(reading: _Reading, event: Any) -> Unclear:
    """Return a plain scalar that readers of YAML take for different things, where those are kept."""
    if reading.aliases is None:
        raise _refused(event, f"'{event.value}' is read differently by YAML 1.1 and 1.2; quote it")
    return Unclear(event.value)


@lru_cache(maxsize=1 << 12)
def _plain(text: str) -> tuple[Scalar, bool]:
    """Return what a plain scalar stands for, and whether all readers agree on that."""
    if text in _WORDS:
        return _WORDS[text], True
    if _INT.fullmatch(text):
        return int(text), True
    number = text.replace("_", "") if text[0] in "+-.0123456789" else text
    return text, not _READ_DIFFERENTLY.fullmatch(number)


def _refused(event: Any, message: str) -> Unreadable:
    return Unreadable(event.start_mark.line + 1, event.start_mark.column + 1, message)
