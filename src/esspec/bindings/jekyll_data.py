"""Jekyll data files: the values behind `{{ site.data.file.key }}` on a page (`--data`).

A value is the text as the file writes it. A list or a table has none, nor has what Jekyll prints otherwise than the
file writes it, such as `yes` or `~`; a page that uses one of these gets the error for an unknown variable.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, NamedTuple

from esspec.problem import InputProblems, Problem, error, note
from esspec.text.revisions import Revised, as_it_stood, content, files_below
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


class _DataFile(NamedTuple):
    """A data file, as messages show it, and how its bytes are had."""

    shown: str
    is_json: bool
    read: Callable[[], bytes]


class DataFiles(Mapping[str, str]):
    """The variables of the data files under some paths, by dotted name; a file is read when its first one is asked for.

    A later path wins over an earlier one. Raises InputProblems for a file that cannot be read, when it is asked for.
    `problems` say which paths could not be read as they stood at a revision.
    """

    def __init__(self, paths: Iterable[str], page: Revised | None = None) -> None:
        """`paths` are `_data` folders, or single files of one. Raises InputProblems where one does not exist.

        Beside a page at a revision they are those of the same commit; what did not exist then has no variables.
        """
        self._files: dict[str, _DataFile] = {}
        self._values: dict[str, dict[str, str]] = {}
        self.problems: list[Problem] = []
        for path in paths:
            former = as_it_stood(page, path) if page else None
            if former is None:
                self._files.update(_named(Path(path)))
            else:
                self._files.update(_named_then(former))
            if page:
                self.problems += _not_then(path, page, former)

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
            shown, is_json, read = self._files[file]
            text = decode(read(), shown)
            found = _json(shown, text) if is_json else _yaml(shown, text)
            self._values[file] = {f"{file}.{name}": value for name, value in _undisputed(found)}
        return self._values[file]


def _undisputed(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the names and their values, without those that the file gives two values: neither is guessed."""
    values: dict[str, set[str]] = {}
    for name, value in pairs:
        values.setdefault(name, set()).add(value)
    return ((name, value) for name, said in values.items() if len(said) == 1 for value in said)


def _named(path: Path) -> Iterator[tuple[str, _DataFile]]:
    """Yield (dotted prefix, file) of a data file, or of every one in a folder and the folders in it."""
    if path.is_dir():
        try:
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
        except OSError as failed:
            raise InputProblems([_unreadable(str(path), f"cannot be read: {failed.strerror}")]) from None
        if not found:
            raise InputProblems([_unreadable(str(path), f"this folder holds no data file ({', '.join(_SUFFIXES)})")])
        _refuse_many(str(path), len(found))
        yield from ((_prefix(file.relative_to(path)), _on_disk(file)) for file in found)
    elif path.suffix.lower() in _SUFFIXES:
        if not path.is_file():
            raise InputProblems([_unreadable(str(path), "there is no such file")])
        yield _prefix(PurePath(path.name)), _on_disk(path)
    else:
        raise InputProblems([_unreadable(str(path), "this is no data file and no folder")])


def _named_then(place: Revised) -> Iterator[tuple[str, _DataFile]]:
    """Yield the same of what stood at a revision; nothing where nothing did."""
    path = PurePosixPath(place.path)
    if place.is_folder:
        found = [file for file in files_below(place) if PurePosixPath(file.path).suffix.lower() in _SUFFIXES]
        _refuse_many(place.word, len(found))
        yield from ((_prefix(PurePosixPath(file.path).relative_to(path)), _at_revision(file)) for file in found)
    elif path.suffix.lower() in _SUFFIXES:
        if place.kind:
            yield _prefix(PurePosixPath(path.name)), _at_revision(place)
    elif place.kind:
        raise InputProblems([_unreadable(place.word, "this is no data file and no folder")])


def _not_then(path: str, page: Revised, former: Revised | None) -> Iterator[Problem]:
    """Yield a note where a path of today could not be read as it stood beside a page."""
    if former is None:
        message = f"{path} is read as it is now: it is outside of the repository"
        yield note("read-as-now", page.word, (0, 0), message, "keep it in the repository, to have its changes compared")
    elif not former.kind:
        message = f"the revision {page.revision} has no {former.path}, so that its variables have no value there"
        yield note("no-former-data", page.word, (0, 0), message, "nothing, if these data are new")


def _on_disk(path: Path) -> _DataFile:
    return _DataFile(str(path), path.suffix.lower() == ".json", partial(read_bytes, path, str(path), MAX_BYTES))


def _at_revision(place: Revised) -> _DataFile:
    is_json = PurePosixPath(place.path).suffix.lower() == ".json"
    return _DataFile(place.word, is_json, partial(content, place, MAX_BYTES))


def _prefix(path: PurePath) -> str:
    """Return the name behind which the variables of a file are, by its path below the folder of data."""
    return ".".join([ROOT, *path.with_suffix("").parts])


def _refuse_many(shown: str, count: int) -> None:
    if count > MAX_FILES:
        message = f"this folder holds more than {MAX_FILES} data files ({', '.join(_SUFFIXES)})"
        raise InputProblems([_unreadable(shown, message)])


def _unreadable(shown: str, message: str) -> Problem:
    return error("bad-data", shown, (0, 0), message, "name a Jekyll _data folder, or a YAML or JSON file of it")


def _bad(path: str, at: tuple[int, int], message: str, remedy: str) -> InputProblems:
    return InputProblems([error("bad-data", path, at, message, remedy)])


def _yaml(path: str, text: str) -> Iterator[tuple[str, str]]:
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


def _node(path: str, events: Iterator[Any], event: Any, name: str | None, depth: int) -> Iterator[tuple[str, str]]:
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


def _refused(path: str, event: Any, message: str, remedy: str) -> InputProblems:
    return _bad(path, (event.start_mark.line + 1, event.start_mark.column + 1), message, remedy)


def _below(name: str | None, key: str) -> str | None:
    """Return the name of what stands behind a key; a name cannot lead through a key with a dot in it."""
    return None if name is None or "." in key else f"{name}.{key}" if name else key


def _json(path: str, text: str) -> Iterator[tuple[str, str]]:
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
