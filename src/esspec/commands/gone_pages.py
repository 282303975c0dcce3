"""Generated files at a revision: pages that had some and are not checked any more, and files of pages that moved."""

import json
import os
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from esspec.bindings.binding import FILE_NAME, MAX_BYTES
from esspec.commands.check_outputs import names_of
from esspec.commands.check_settings import PYPROJECT, table_in
from esspec.commands.check_together import Placed, folders_of_others, readable_record
from esspec.compiling.loading import seen
from esspec.outputs.folder import RECORD
from esspec.problem import EsspecError, Problem, error, note
from esspec.text.revisions import Revised, as_it_stood, content, files_named, revised


class _Held(NamedTuple):
    """A folder below the top of the repository, None where it is outside, and the page whose files it holds."""

    folder: str | None
    page: str


class _Missed(NamedTuple):
    """What a folder held and holds no more; `now` is where the files of that page are, None where it is checked not."""

    then: _Held
    now: _Held | None


def gone_pages(pages: Sequence[tuple[Placed, str]], revision: str, *, is_gate: bool) -> tuple[Problem, ...]:
    """Return a note per page that had files at a revision and is not among `pages`; as a gate these are errors.

    Files that stand where they were, though those of their page are elsewhere now, are errors always. Nothing is told
    where the run is about some pages only: others are not asked for. The revision is one that this clone has.
    """
    if not pages or not all(place.is_whole for place, _ in pages):
        return ()
    top = revised(f"{revision}:")
    places = [place for place, _ in pages]
    outputs = {_below(top, place.output) for place in places} | set(_outputs_then(top, places))
    folders = [top.root / output for output in sorted(output for output in outputs if output is not None)]
    held = [_Held(_below(top, place.folder), page) for place, page in pages]
    missed = list(_missed(_held_then(top, folders), held))
    settings = [place.settings for place in places]
    others = (
        {_below(top, each) for folder in folders for each in folders_of_others(folder, settings)} if missed else set()
    )
    missed = [each for each in missed if each.then.folder not in others]
    told_of = error if is_gate else note
    gone = (_gone(each.then, top, places[0].settings, told_of) for each in missed if each.now is None)
    return *gone, *_left(missed, top, places)


def _gone(held: _Held, top: Revised, settings: str, told_of: Callable[..., Problem]) -> Problem:
    page, folder = f"'{held.page}'" if held.page else "a page", seen(top.root / (held.folder or ""))
    message = f"{folder} held the files of {page} at {top.revision}, and that page is not checked any more"
    remedy = "bring it back, or have it reviewed: unless another policy isolates its pods, they are open"
    return told_of(code="page-gone", path=settings or FILE_NAME, at=(0, 0), message=message, remedy=remedy)


def _left(missed: Iterable[_Missed], top: Revised, places: Sequence[Placed]) -> Iterator[Problem]:
    """Yield an error per folder that still holds the files of a page which are elsewhere now.

    What stands where this run has its files is told without a revision, and an option says nothing of other folders.
    """
    if any(place.is_elsewhere for place in places):
        return
    outputs = {_below(top, place.output) for place in places}
    for then, now in missed:
        if now is None or now.folder is None or then.folder is None:
            continue
        old, above = top.root / then.folder, posixpath.dirname(now.folder)
        if outputs.isdisjoint({then.folder, posixpath.dirname(then.folder)}) and above != then.folder:
            yield from _older(old, then.page, seen(top.root / now.folder))


def _older(folder: Path, page: str, now: str) -> Iterator[Problem]:
    if not os.path.lexists(folder / RECORD):
        return
    record = readable_record(folder)
    names = names_of(record) if record else f"{RECORD} and the generated files beside it"
    message = f"older files of '{page}' are still here; they are in {now} now"
    yield error("stale-file", seen(folder), (0, 0), message, f"delete here {names}")


def _missed(then: Iterable[_Held], now: Sequence[_Held]) -> Iterator[_Missed]:
    """Yield what is held no more. Files of a page may have moved: one page that is new elsewhere makes up for one.

    A folder that has a page of the same file name is still that page's: with its binding, or in another folder, it is
    called otherwise.
    """
    former = dict.fromkeys(then)
    names = {(each.folder, posixpath.basename(each.page)) for each in now}
    missed = [each for each in former if (each.folder, posixpath.basename(each.page)) not in names]
    kept = {each.folder for each in former}.difference(each.folder for each in missed)
    moved: dict[str, list[_Held]] = defaultdict(list)
    for each in now:
        if each.folder not in kept:
            moved[each.page].append(each)
    yield from (_Missed(each, moved[each.page].pop(0) if moved[each.page] else None) for each in missed)


def _held_then(top: Revised, outputs: Iterable[Path]) -> Iterator[_Held]:
    """Yield what output folders held at the revision."""
    for output in outputs:
        folder = as_it_stood(top, str(output))
        for record in files_named(folder, (RECORD,)) if folder and folder.is_folder else ():
            yield _Held(posixpath.dirname(record.path), _page_of(content(record, MAX_BYTES)))


def _page_of(record: bytes) -> str:
    """Return the page of a record, empty where it is none."""
    try:
        found = json.loads(record)
    except (ValueError, RecursionError):
        return ""
    page = found.get("page") if isinstance(found, dict) else None
    return page if isinstance(page, str) else ""


def _outputs_then(top: Revised, places: Iterable[Placed]) -> Iterator[str]:
    """Yield the output folders that settings named at the revision: those that this run would have found, and its own.

    Settings that cannot be read say nothing: their pages are compared with nothing either, which is told.
    """
    names = (FILE_NAME, PYPROJECT)
    here = as_it_stood(top, ".")
    found = list(files_named(here, names)) if here and here.is_folder else []
    upward = [folder / name for folder in Path.cwd().parents for name in names]
    own = [Path(place.settings) for place in places if place.settings]
    found += [former for path in (*own, *upward) if (former := as_it_stood(top, str(path))) and former.kind == "blob"]
    for file in dict.fromkeys(found):
        output = _output_in(file)
        below = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), output)) if output else ".."
        if below.split("/", 1)[0] not in ("..", ""):
            yield "" if below == "." else below


def _output_in(file: Revised) -> str:
    """Return the output folder that settings name, empty where they name none."""
    data = content(file, MAX_BYTES)
    try:
        found = table_in(data, file.word)
    except EsspecError:
        return ""
    output = found.get("output") if isinstance(found, dict) else None
    return output if isinstance(output, str) else ""


def _below(top: Revised, path: Path | None) -> str | None:
    """Return a path below the top of the repository, None for one that is outside."""
    found = as_it_stood(top, str(path)) if path else None
    return found.path if found else None
