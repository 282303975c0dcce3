"""Where manifests are: from names on a command line to their texts."""

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from esspec.problem import InputProblems, Problem, error
from esspec.text.revisions import Revised, content, files_below
from esspec.text.source import MAX_BYTES, decode, read_bytes, too_large

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")
DEFAULT_NAMESPACE = "default"
"""Where objects are that name no namespace."""


class ManifestText(NamedTuple):
    """One file of manifests: what messages call it, and its text."""

    name: str
    text: str


def is_manifest(name: str) -> bool:
    """Return whether a file is one of manifests by its name."""
    return name.lower().endswith(SUFFIXES)


def names_manifests(word: str, stdin_filename: str | None) -> bool:
    """Return whether a word names manifests and no page: by its name, as a folder, or as a stream without a name."""
    if word == STDIN:
        return stdin_filename is None or is_manifest(stdin_filename)
    return is_manifest(word) or os.path.isdir(word)  # noqa: PTH112 - the word stays as it was written


def texts_below(folder: str, limit: int = MAX_BYTES) -> Iterator[ManifestText]:
    """Yield the manifests below a folder, in the order of their paths; hidden files and folders are left out.

    Raises InputProblems (exit 2) for one that cannot be read, and where there is none.
    """
    names = sorted(_files(folder, set()))
    if not names:
        raise InputProblems([_no_manifests(folder)])
    for name in names:
        yield ManifestText(name, decode(read_bytes(name, name, limit), name))


def texts_at(place: Revised, limit: int = MAX_BYTES) -> Iterator[ManifestText]:
    """Yield the manifests at a revision: those below a folder, or one file. Raises InputProblems as above."""
    files = [file for file in files_below(place) if is_manifest(file.path)] if place.is_folder else [place]
    if not files:
        raise InputProblems([_no_manifests(place.word)])
    for file in files:
        yield ManifestText(file.word, decode(content(file, limit), file.word))


def read_stdin(stdin: BinaryIO | None, shown: str, limit: int = MAX_BYTES) -> bytes:
    """Return what stands on standard input. Raises InputProblems where it is larger than `limit`."""
    data = stdin.read(limit + 1) if stdin else b""
    if len(data) > limit:
        raise InputProblems([too_large(shown, limit)])
    return data


def each_once(texts: Iterable[ManifestText]) -> Iterator[ManifestText]:
    """Yield texts without those of a file that came before, as a folder and a file in it are named."""
    seen: set[str] = set()
    for found in texts:
        name = os.path.normpath(found.name)
        if name not in seen:
            seen.add(name)
            yield found


def _files(folder: str, seen: set[str]) -> Iterator[str]:
    """Yield the manifests below a folder; a folder that links lead to several times is read once."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as failed:
        message = f"cannot be read: {failed.strerror or failed}"
        remedy = "check the path and its permissions"
        raise InputProblems([error("unreadable-file", folder, (0, 0), message, remedy)]) from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files(_below(folder, entry.name), seen)
        elif is_manifest(entry.name):
            yield _below(folder, entry.name)


def _below(folder: str, name: str) -> str:
    """Return the path of an entry, as short as it can be written."""
    whole = os.path.join(folder, name)  # noqa: PTH118 - reading manifests imports no pathlib
    return whole if ".." in folder else os.path.normpath(whole)


def _no_manifests(folder: str) -> Problem:
    message, remedy = "no manifest is below this folder", f"name one that has files {', '.join(SUFFIXES)}"
    return error("no-manifests", folder, (0, 0), message, remedy)
