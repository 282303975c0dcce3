"""Jekyll data files: the values behind `{{ site.data.file.key }}` on a page (`--data`).

A value is the text as the file writes it. A list or a table has none, nor has what Jekyll prints otherwise than the
file writes it, such as `yes` or `~`; a page that uses one of these gets the error for an unknown variable.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from esspec.problem import InputProblems, error
from esspec.text.source import decode, place_in, read_bytes

MAX_BYTES = 16 * 1024 * 1024
MAX_FILES = 10_000
MAX_DEPTH = 64
ROOT = "site.data"
_SUFFIXES = (".yml", ".yaml", ".json")
# Ruby's reader takes these, without quotes, for a boolean, nothing, or a number, and prints it in its own way.
_PRINTED_OTHERWISE = re.compile(
    r"|~|(?i:null|yes|no|on|off|true|false)"
    r"|[-+]?0[xXbBoO0-9_][0-9a-fA-F_]*|[-+]?[0-9]+_[0-9_]*|\+[0-9]+|[-+]?[0-9]*\.[0-9]*0"
)


class DataFiles(Mapping[str, str]):
    """The variables of the data files under some paths, by dotted name; a file is read when its first one is asked for.

    A later path wins over an earlier one. Raises InputProblems for a file that cannot be read, when it is asked for.
    """

    def __init__(self, paths: list[str]) -> None:
        """`paths` are `_data` folders, or single files of one. Raises InputProblems where one does not exist."""
        self._files: dict[str, Path] = {}
        self._values: dict[str, dict[str, str]] = {}
        for path in paths:
            self._files.update(_named(Path(path)))

    def __getitem__(self, name: str) -> str:
        """Return the value of a variable such as `site.data.reuse.name`."""
        for file in self._prefixes(name):
            if name in self._read(file):
                return self._values[file][name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Yield every name; this reads every file."""
        for file in self._files:
            yield from self._read(file)

    def __len__(self) -> int:
        """Return how many variables there are; this reads every file."""
        return sum(1 for _ in self)

    def _prefixes(self, name: str) -> Iterator[str]:
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            prefix = ".".join(parts[:length])
            if prefix in self._files:
                yield prefix

    def _read(self, file: str) -> dict[str, str]:
        if file not in self._values:
            path = self._files[file]
            text = decode(read_bytes(path, str(path), MAX_BYTES), str(path))
            found = _json(path, text) if path.suffix.lower() == ".json" else _yaml(path, text)
            self._values[file] = {f"{file}.{name}": value for name, value in _undisputed(found)}
        return self._values[file]


def _undisputed(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the names and their values, without those that the file gives two values: neither is guessed."""
    values: dict[str, set[str]] = {}
    for name, value in pairs:
        values.setdefault(name, set()).add(value)
    return ((name, value) for name, said in values.items() if len(said) == 1 for value in said)


def _named(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield (dotted prefix, file) of a data file, or of every one in a folder and the folders in it."""
    if path.is_dir():
        try:
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
        except OSError as failed:
            raise InputProblems([_unreadable(path, f"cannot be read: {failed.strerror}")]) from None
        if not found or len(found) > MAX_FILES:
            message = "holds no data file" if not found else f"holds more than {MAX_FILES} data files"
            raise InputProblems([_unreadable(path, f"this folder {message} ({', '.join(_SUFFIXES)})")])
        for file in found:
            yield ".".join([ROOT, *file.relative_to(path).with_suffix("").parts]), file
    elif path.suffix.lower() in _SUFFIXES:
        if not path.is_file():
            raise InputProblems([_unreadable(path, "there is no such file")])
        yield f"{ROOT}.{path.stem}", path
    else:
        raise InputProblems([_unreadable(path, "this is no data file and no folder")])


def _unreadable(path: Path, message: str) -> Any:
    return error("bad-data", str(path), (0, 0), message, "name a Jekyll _data folder, or a YAML or JSON file of it")


def _bad(path: Path, at: tuple[int, int], message: str, remedy: str) -> InputProblems:
    return InputProblems([error("bad-data", str(path), at, message, remedy)])


def _yaml(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield (dotted name, value) of a YAML file; what is no plain text, list or table is refused with its place."""
    import yaml  # noqa: PLC0415 - only a data file needs it

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    begun = False
    try:
        events: Iterator[Any] = iter(yaml.parse(text, Loader=loader))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if begun:
                    raise _refused(path, event, "a second document begins here, and Jekyll reads one", "delete it")
                begun = True
                yield from _node(path, events, next(events), "", 0)
    except yaml.YAMLError as broken:
        mark: Any = getattr(broken, "problem_mark", None) or getattr(broken, "context_mark", None)
        at = (mark.line + 1, mark.column + 1) if mark else place_in(text[: getattr(broken, "position", 0)])
        what = getattr(broken, "problem", None) or getattr(broken, "reason", None) or broken
        raise _bad(path, at, f"this is no YAML: {what}", "mend the syntax") from None


def _node(path: Path, events: Iterator[Any], event: Any, name: str | None, depth: int) -> Iterator[tuple[str, str]]:
    """Yield what is in the node that begins with `event`; `name` leads to it, and is None where none does."""
    kind = type(event).__name__
    if kind == "AliasEvent" or event.tag:
        raise _refused(path, event, "aliases and tags are not read here", "write the value out")
    if kind == "ScalarEvent":
        if name and (event.style or not _PRINTED_OTHERWISE.fullmatch(event.value)):
            yield name, event.value
    elif depth == MAX_DEPTH:
        raise _refused(path, event, f"nested deeper than {MAX_DEPTH}", "write it flat")
    elif kind == "SequenceStartEvent":
        while type(item := next(events)).__name__ != "SequenceEndEvent":
            yield from _node(path, events, item, None, depth + 1)
    else:
        while type(key := next(events)).__name__ != "MappingEndEvent":
            if type(key).__name__ != "ScalarEvent" or key.tag or key.value == "<<":
                raise _refused(path, key, "this key is no text", "write a word, and what it merges as keys of its own")
            yield from _node(path, events, next(events), _below(name, key.value), depth + 1)


def _refused(path: Path, event: Any, message: str, remedy: str) -> InputProblems:
    return _bad(path, (event.start_mark.line + 1, event.start_mark.column + 1), message, remedy)


def _below(name: str | None, key: str) -> str | None:
    """Return the name of what stands behind a key; a name cannot lead through a key with a dot in it."""
    return None if name is None or "." in key else f"{name}.{key}" if name else key


def _json(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield (dotted name, value) of a JSON file."""
    try:  # an object is a tuple of its pairs, so that no key that stands twice is lost
        data = json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=tuple)
        yield from _flat(data, "", 0)
    except json.JSONDecodeError as broken:
        at = (broken.lineno, broken.colno)
        raise _bad(path, at, f"this is no JSON: {broken.msg}", "mend the syntax") from None
    except RecursionError:
        raise _bad(path, (1, 1), f"nested deeper than {MAX_DEPTH}", "write it flat") from None


def _flat(data: object, name: str | None, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(data, tuple):
        for key, value in data:
            yield from _flat(value, _below(name, key), depth + 1)
    elif isinstance(data, str) and name:
        yield name, data
