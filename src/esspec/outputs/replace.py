"""Replacing the files of one folder as a set: staged, checked, journalled, moved into place.

A run may be killed between any two system calls. Without a journal nothing but the staging folder was
touched, and the next run discards that. With one, every new file stands in the staging folder or in its place
already, and the next run moves the rest. Only journal and folder are forced to disk (interface.md, Files):
after a power cut a staged file may be empty, and its hash then tells.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from esspec.outputs.folder import (
    RECORD,
    Hash,
    Place,
    create_file,
    digest,
    make_folder,
    names_in,
    parsed,
    read_file,
    read_files,
)
from esspec.problem import InputProblems, PageProblems, error
from esspec.value import Value

STAGING, JOURNAL = ".esspec.new", ".esspec.journal"
_DAMAGED = (
    f"restore the folder from version control (or keep it as it is), delete {JOURNAL} and {STAGING} in it, "
    "and run esspec export again; --force then overwrites files that neither export can account for"
)


class Change(Value):
    """What happens to one file, by the SHA-256 of its bytes; None stands for "there is no such file"."""

    old: Hash | None
    new: Hash | None


class Journal(Value):
    """The changes that are being made right now, by place."""

    schema_: Literal["esspec/journal/1"] = Field(alias="schema")
    changes: dict[Place, Change]


class Done(NamedTuple):
    """The places that were written and those that were removed, in the order of the work."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def complete(directory: Path, *, force: bool) -> Done:
    """Complete the export that was killed here and return what that still took; discard what is only staged.

    Raises PageProblems (exit 1) for files that somebody changed in between and InputProblems (exit 2) where
    the journal or a staged file is damaged; nothing is changed then. With `force` only an unreadable journal
    stops it: changed files are replaced, and what lost its staged file is left to the export that follows,
    which finds that it differs from the record.
    """
    names_in(directory / STAGING)  # refuses what is no folder
    data = read_file(f"{directory}/{JOURNAL}")
    if data is None:
        _discard_staged(directory)
        return Done()
    changes = parsed(Journal, f"{directory}/{JOURNAL}", data, _DAMAGED).changes
    now = _digests(directory, changes)
    outstanding = [place for place, change in changes.items() if now.get(place) != change.new]
    edited = {place for place in outstanding if now.get(place) not in {None, changes[place].old}}
    staged = _digests(directory / STAGING, (place for place in outstanding if changes[place].new))
    lost = {place for place in outstanding if staged.get(place) != changes[place].new}
    if not force:
        _refuse(directory, edited, lost - edited)
    return _apply(directory, changes, [place for place in outstanding if place not in lost])


def _digests(directory: Path, places: Iterable[str]) -> dict[str, str]:
    return {place: digest(data) for place, data in read_files(directory, places).items()}


def _refuse(directory: Path, edited: set[str], lost: set[str]) -> None:
    if lost:
        message = "its new text, staged by an export that was interrupted, is damaged or gone"
        raise InputProblems(
            error("damaged-export", f"{directory}/{place}", (0, 0), message, _DAMAGED) for place in sorted(lost)
        )
    if edited:
        message = "somebody changed this file after an export was interrupted"
        remedy = "move the change to the page or its binding, or use --force to overwrite the file"
        raise PageProblems(
            error("edited-file", f"{directory}/{place}", (0, 0), message, remedy) for place in sorted(edited)
        )


def replace(directory: Path, handle: int, changes: Mapping[str, Change], contents: Mapping[str, bytes]) -> Done:
    """Make all `changes` and return what was written and removed.

    `handle` is the folder, open and locked, and free of left-overs (`complete`); `contents` holds the bytes
    of every new file by place. An OSError before the first change leaves the folder as it was; one after it
    leaves the journal, so that the next run goes on.
    """
    _refuse_unwritable(directory, _folders(changes))
    (directory / STAGING).mkdir()
    try:
        _stage(directory, changes, contents)
        _put_journal(directory, handle, changes)
    except OSError:
        (directory / JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(directory / STAGING, ignore_errors=True)
        raise
    return _apply(directory, changes, changes)


def _refuse_unwritable(directory: Path, folders: Iterable[str]) -> None:
    device = directory.lstat().st_dev
    for folder in filter(os.path.lexists, (directory / name for name in folders)):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        if folder.lstat().st_dev != device:  # a rename works within one file system only
            raise OSError(errno.EXDEV, "this folder is on a file system of its own", str(folder))


def _stage(directory: Path, changes: Mapping[str, Change], contents: Mapping[str, bytes]) -> None:
    staging = directory / STAGING
    new = [place for place, change in changes.items() if change.new]
    for folder in _folders(new):
        (staging / folder).mkdir()
    for place in new:
        create_file(f"{staging}/{place}", contents[place])
    for place in new:
        path = f"{staging}/{place}"
        if read_file(path) != contents[place]:
            raise OSError(errno.EIO, "this reads back differently from what was written", path)


def _put_journal(directory: Path, handle: int, changes: Mapping[str, Change]) -> None:
    journal = Journal(schema="esspec/journal/1", changes=dict(changes))
    staged = directory / STAGING / JOURNAL
    create_file(str(staged), json.dumps(journal.model_dump(by_alias=True)).encode(), sync=True)
    staged.replace(directory / JOURNAL)
    os.fsync(handle)


def _apply(directory: Path, changes: Mapping[str, Change], places: Iterable[str]) -> Done:
    """Make the `changes` at these places, the record's last; then drop the journal and the staging folder."""
    order = sorted(places, key=lambda place: (place == RECORD, changes[place].new is None, place))
    written = [place for place in order if changes[place].new]
    removed = [place for place in order if not changes[place].new]
    for folder in _folders(written):
        make_folder(directory / folder)
    for place in order:
        if changes[place].new:
            os.replace(f"{directory}/{STAGING}/{place}", f"{directory}/{place}")  # noqa: PTH105 - 3 x as fast
        else:
            (directory / place).unlink(missing_ok=True)
    for folder in _folders(place for place, change in changes.items() if not change.new):
        with suppress(OSError):  # not empty: other files stand there
            (directory / folder).rmdir()
    (directory / JOURNAL).unlink()
    _discard_staged(directory)
    return Done(tuple(written), tuple(removed))


def _discard_staged(directory: Path) -> None:
    if os.path.lexists(directory / STAGING):
        shutil.rmtree(directory / STAGING)


def _folders(places: Iterable[str]) -> list[str]:
    return sorted({folder for place in places if (folder := place.rpartition("/")[0])})
