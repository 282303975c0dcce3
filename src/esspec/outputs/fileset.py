"""The files of several targets below one folder, as one set: what is wanted, what is there, what is recorded.

The layout is `<target>/<name>`, beside them `.gitattributes`, so that git changes no line ending, and the
record (`esspec.outputs.record`). `replace` says how the set is put in place.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from esspec.outputs.filediff import file_diff
from esspec.outputs.folder import (
    GITATTRIBUTES,
    RECORD,
    digest,
    file_name,
    locked,
    names_in,
    read_files,
    restated,
    target_name,
)
from esspec.outputs.lost_isolation import bared
from esspec.outputs.record import (
    FileSet,
    Recorded,
    as_json,
    other_page,
    record_of,
    recorded,
    recorded_unless_damaged,
    says_the_same,
)
from esspec.outputs.replace import JOURNAL, STAGING, Change, Done, complete, replace
from esspec.problem import InputProblems, PageProblems, Problem, error, in_order, printable


class Stale(NamedTuple):
    """A file that an export would not leave so: the bytes there, and those wanted; neither for one of somebody else."""

    place: str
    present: bytes | None
    wanted: bytes | None


class Written(NamedTuple):
    """What an export did, by place; the record counts as a file. `unchanged` counts the rest of the set."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


class _Standing(NamedTuple):
    """By place: the bytes that are wanted, those that are there, the hashes of the record; and the record."""

    wanted: dict[str, bytes]
    present: dict[str, bytes]
    hashes: dict[str, str]
    record: Recorded | None

    def differing(self) -> list[str]:
        """Return the places where something else is wanted than what is there, sorted."""
        places = self.wanted.keys() | self.present.keys()
        return sorted(place for place in places if self.wanted.get(place) != self.present.get(place))


def write(directory: Path, wanted: FileSet, *, force: bool, allow_removal: bool) -> Written:
    """Write the wanted files below `directory` as one set and return what that took.

    An export that was killed here is completed first, and what that took is counted too. Files of targets
    that are not wanted stay as they are, and with `force` a damaged record is none. Nothing is written where all is
    current, nor where this raises

    - PageProblems (exit 1) for every file that somebody edited, unless `force` is given, and for every
      workload and direction that would lose its isolation, unless `allow_removal` is;
    - InputProblems (exit 2) where the folder is another page's, in use, damaged or cannot be written;
    - ValueError for a name that cannot be a file's.
    """
    contents = _contents(wanted)
    remedy = "make sure that it can be written and that the disk has room, then run esspec export again"
    with restated(directory, "unwritable-output", remedy), locked(directory) as handle:
        before = complete(directory, force=force)
        standing = _standing(directory, wanted, contents, force=force)
        problems = [] if force else list(_edited(directory, standing))
        problems += [] if allow_removal else list(bared(directory, wanted, standing.record))
        if problems:
            raise PageProblems(in_order(problems))
        changes = {
            place: Change(old=_hash(standing.present, place), new=_hash(standing.wanted, place))
            for place in standing.differing()
        }
        done = replace(directory, handle, changes, standing.wanted) if changes else Done()
    written = dict.fromkeys(place for place in before.written + done.written if place not in done.removed)
    removed = dict.fromkeys(place for place in before.removed + done.removed if place not in done.written)
    return Written(tuple(written), tuple(removed), len(standing.wanted.keys() - written.keys()))


def refusals(directory: Path, wanted: FileSet) -> tuple[Problem, ...]:
    """Return the findings for which `write` would write nothing, unless it is made to. Raises as `stale`."""
    with restated(directory, "unreadable-output", "make sure that it can be read"):
        standing = _standing(directory, wanted, _contents(wanted))
        return in_order([*_edited(directory, standing), *bared(directory, wanted, standing.record)])


def stale(directory: Path, wanted: FileSet) -> str:
    """Return what an export would change below `directory` as a unified diff; "" where all is current.

    Before it stands an export that was interrupted, behind it each file in a wanted target's folder that no
    export wrote and none would touch. Nothing is ever written. Raises InputProblems (exit 2) where the folder
    is another page's or cannot be read, ValueError for a name that cannot be a file's.
    """
    with restated(directory, "unreadable-output", "make sure that it can be read"):
        left = interrupted(directory)
    return "".join(
        [f"{left}\n" if left else "", *(_as_diff(directory, file) for file in stale_files(directory, wanted))]
    )


def stale_files(directory: Path, wanted: FileSet) -> tuple[Stale, ...]:
    """Return the files that an export would change below `directory`, and those it would leave. Raises as `stale`."""
    with restated(directory, "unreadable-output", "make sure that it can be read"):
        standing = _standing(directory, wanted, _contents(wanted))
        found = [
            Stale(place, standing.present.get(place), standing.wanted.get(place)) for place in standing.differing()
        ]
        return (*found, *(Stale(place, None, None) for place in _strangers(directory, wanted, standing)))


def interrupted(directory: Path) -> Problem | None:
    """Return the finding that an export into this folder was killed, or None where none was."""
    if os.path.lexists(directory / JOURNAL):
        what = "old and new files are mixed"
    elif os.path.lexists(directory / STAGING):
        what = "its staged files are still there"
    else:
        return None
    message = f"an export into this folder was interrupted, or is running right now: {what}"
    return error("interrupted-export", str(directory), (0, 0), message, "run esspec export again")


def _contents(wanted: FileSet) -> dict[str, bytes]:
    contents = {GITATTRIBUTES: b"* -text\n"}
    for target, (files, _) in wanted.targets.items():
        folder = target_name(target)
        contents |= {f"{folder}/{file_name(name)}": text.encode() for name, text in files.items()}
    return contents


def _standing(directory: Path, wanted: FileSet, contents: dict[str, bytes], *, force: bool = False) -> _Standing:
    record = recorded_unless_damaged(directory, wanted.page) if force else recorded(directory)
    if record and record.page != wanted.page:
        raise InputProblems([other_page(directory, record.page, wanted.page)])
    hashes: dict[str, str] = dict(record.files) if record else {}
    for target, known in record.targets.items() if record else ():
        if target in wanted.targets:
            hashes |= {f"{target}/{name}": value for name, value in known.files.items()}
    present = read_files(directory, dict.fromkeys([*contents, *hashes, RECORD]))
    after = record_of(wanted, contents, record)
    text = present.get(RECORD, b"") if record and says_the_same(record, after) else as_json(after)
    return _Standing({**contents, RECORD: text}, present, hashes, record)


def _hash(files: dict[str, bytes], place: str) -> str | None:
    return digest(files[place]) if place in files else None


def _edited(directory: Path, standing: _Standing) -> Iterator[Problem]:
    """Yield a finding for each file that is in the way and is not as an export left it."""
    for place in standing.differing():
        there = _hash(standing.present, place)
        if there is None or place == RECORD or there == standing.hashes.get(place):
            continue
        who = "somebody changed this file" if place in standing.hashes else "this file is not from esspec"
        message = f"{who}; an export would {'overwrite' if place in standing.wanted else 'remove'} it"
        remedy = "move what it says to the page or its binding, or use --force to lose it"
        yield error("edited-file", f"{directory}/{place}", (0, 0), message, remedy)


def _strangers(directory: Path, wanted: FileSet, standing: _Standing) -> Iterator[str]:
    places = (f"{folder}/{name}" for folder in sorted(wanted.targets) for name in names_in(directory / folder))
    yield from (place for place in places if place not in standing.present)


def _as_diff(directory: Path, file: Stale) -> str:
    if file.present is None and file.wanted is None:
        folder, _, name = file.place.rpartition("/")
        only = printable(f"Only in {directory}/{folder}: {name}")
        return only + " (esspec did not write it and leaves it alone; move it out of this folder)\n"
    return file_diff(f"{directory}/{file.place}", file.present, file.wanted)
