"""The record `.esspec.json` of generated files: whose they are, the hash of each, and which directions they isolate.

By it an edited file and a workload that loses its isolation are noticed (interface.md, Files; threats.md 3).
"""

import json
import re
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from esspec import __version__
from esspec.outputs.folder import (
    GITATTRIBUTES,
    RECORD,
    FileName,
    Hash,
    TargetName,
    digest,
    names_in,
    parsed,
    read_file,
    restated,
)
from esspec.problem import InputProblems, Problem, error
from esspec.terms import Direction
from esspec.value import Value

_PAGE = re.compile(r'"page": ("(?:[^"\\\n]|\\.)*")')


class TargetFiles(NamedTuple):
    """One target's folder: texts by name, and by workload slug the directions that they isolate."""

    files: dict[str, str]
    isolated: dict[str, tuple[str, ...]]


class FileSet(NamedTuple):
    """What an export is to write: the page's name as outputs show it, and the files by target."""

    page: str
    targets: dict[str, TargetFiles]


class RecordedTarget(Value):
    """What the record says of one target: the hash of each file, and the isolated directions by slug."""

    files: dict[FileName, Hash]
    isolated: dict[str, tuple[Direction, ...]]


class Recorded(Value):
    """`.esspec.json`: the page of these files, and what was written; `files` are the folder's own."""

    schema_: Literal["esspec/files/1"] = Field(alias="schema")
    page: str
    version: str
    files: dict[FileName, Hash]
    targets: dict[TargetName, RecordedTarget]


def recorded(directory: Path) -> Recorded | None:
    """Return what `.esspec.json` says, or None where there is none.

    Raises InputProblems (exit 2) where it or the folder cannot be read, or is not what it claims to be.
    """
    path = f"{directory}/{RECORD}"
    with restated(directory, "unreadable-output", "make sure that it can be read"):
        data = read_file(path) if RECORD in names_in(directory) else None
    return None if data is None else parsed(Recorded, path, data, "run esspec export with --force to write it again")


def recorded_unless_damaged(directory: Path, page: str) -> Recorded | None:
    """Return what `.esspec.json` says, or None where there is none, or one that is damaged, as by two versions in it.

    Raises InputProblems (exit 2) where that cannot be read, or names another page all the same.
    """
    try:
        return recorded(directory)
    except InputProblems as damaged:
        if any(problem.code != "malformed-file" for problem in damaged.problems):
            raise
    text = (read_file(f"{directory}/{RECORD}") or b"").decode("utf-8", "replace")
    others = [name for name in _PAGE.findall(text) if name != json.dumps(page)]
    if others:
        raise InputProblems([other_page(directory, others[0].strip('"'), page)])
    return None


def other_page(directory: Path, page: str, wanted: str) -> Problem:
    """Return the error that a folder is another page's than the wanted one."""
    message = f"this folder holds the files of the page '{page}', not of '{wanted}'"
    return error("other-page", str(directory), (0, 0), message, "give each page a folder of its own with -o")


def record_of(wanted: FileSet, contents: dict[str, bytes], before: Recorded | None) -> Recorded:
    """Return the record of a folder with the wanted targets, and with those that `before` holds beside them."""
    targets = dict(before.targets) if before else {}
    for target, (files, isolated) in wanted.targets.items():
        targets[target] = RecordedTarget(
            files={name: digest(contents[f"{target}/{name}"]) for name in files},
            isolated={slug: tuple(map(Direction, sorted(ways))) for slug, ways in isolated.items() if ways},
        )
    return Recorded(
        schema="esspec/files/1",
        page=wanted.page,
        version=__version__,
        files={GITATTRIBUTES: digest(contents[GITATTRIBUTES])},
        targets=targets,
    )


def says_the_same(record: Recorded, other: Recorded) -> bool:
    """Return whether two records differ in nothing but the version of esspec that wrote them."""
    return record.model_copy(update={"version": other.version}) == other


def as_json(record: Recorded) -> bytes:
    """Return the bytes of `.esspec.json`."""
    return f"{json.dumps(record.model_dump(by_alias=True), indent=2, sort_keys=True)}\n".encode()
