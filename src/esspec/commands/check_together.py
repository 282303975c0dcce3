"""Pages of one run of `esspec check` side by side: the folders of their files, and what stands in these beside them."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from esspec.commands.check_outputs import Compiled, names_of
from esspec.commands.check_settings import settings_below
from esspec.commands.page_patterns import is_file
from esspec.outputs.folder import RECORD
from esspec.outputs.record import Recorded, recorded
from esspec.outputs.shared_objects import PageObjects, objects_twice
from esspec.problem import InputProblems, Problem, error

_Identity = tuple[int, int]


class Placed(NamedTuple):
    """Where the files of a page are, nowhere without a folder; then `unplaced` says why, and what to do about it.

    `output` is what an option or the file of `settings` names, which holds the folders of other pages too. It is
    `whole` where all its pages are in the run, and `elsewhere` where an option names it.
    """

    page: str
    folder: Path | None
    output: Path | None
    is_whole: bool = False
    settings: str = ""
    unplaced: tuple[str, str] = ("", "")
    is_elsewhere: bool = False


def refuse_shared_folders(places: Iterable[Placed]) -> None:
    """Raise InputProblems where the files of two pages would be in one folder, or those of one in two of an output."""
    pages: dict[str, str] = {}
    twice: dict[tuple[str, str], Placed] = {}
    for each in places:
        if each.folder is None:
            continue
        other = twice.setdefault((_absolute(each.page), _absolute(each.output or "")), each)
        if other.folder and _absolute(other.folder) != _absolute(each.folder):
            message = (
                f"its files would be in {other.folder} by {other.settings}, and in {each.folder} by {each.settings}"
            )
            remedy = "take it out of pages of one of these"
            raise InputProblems([error("usage", each.page, (0, 0), message, remedy)])
        first = pages.setdefault(_absolute(each.folder).lower(), each.page)  # some file systems do not tell case apart
        if first != each.page:
            message = f"its files would be in {each.folder}, as those of {first} are"
            remedy = (
                "give each page a folder: [check] with output in an esspec.toml beside it, or check it alone with -o"
            )
            raise InputProblems([error("usage", each.page, (0, 0), message, remedy)])


def objects_of_two(pages: Iterable[tuple[Placed, Compiled]]) -> dict[str, list[Problem]]:
    """Return the errors about objects that two pages would make, by either page.

    Only what is written to one place is applied together: two versions of a page may well name the same objects.
    """
    together: dict[Path | str, list[PageObjects]] = {}
    for place, page in pages:
        where = place.output or page.reading.resolution.binding.path
        together.setdefault(where, []).append(PageObjects(place.page, page.policies, page.targets))
    found: dict[str, list[Problem]] = {}
    for others in together.values():
        for first, second, problem in objects_twice(others):
            found.setdefault(first.shown, []).append(problem)
            found.setdefault(second.shown, []).append(problem)
    return found


def left_folders(places: Iterable[Placed], folders: Mapping[str, Path | None]) -> Iterator[Problem]:
    """Yield an error per folder of generated files that stands where those of the pages do, and is of none of them.

    `folders` are those of the pages by the names that outputs give them. Only what is wholly in the run is looked at.
    """
    whole = {each.output: each for each in places if each.is_whole and each.output}
    own = _identities(each.folder for each in places)
    for output, place in whole.items():
        left = [folder for folder in _with_record(output) if not own.intersection(_identities([folder]))]
        others = _identities(folders_of_others(output, [place.settings])) if left else frozenset()
        for folder in left:
            if not others.intersection(_identities([folder])):
                yield from _left(folder, output, folders)


def _left(folder: Path, output: Path, folders: Mapping[str, Path | None]) -> Iterator[Problem]:
    record = readable_record(folder)
    page = record.page if record else ""
    if folder == output:
        if record and page not in folders:  # else the page tells it
            message = f"files of '{page}' are still here, which is not checked any more"
            yield error("stale-file", str(folder), (0, 0), message, f"delete here {names_of(record)}, or bring it back")
    elif page in folders:
        message = f"older files of '{page}' are still here; they are in {folders[page]} now"
        yield error("stale-file", str(folder), (0, 0), message, "delete this folder")
    else:
        whose = f"'{page}', which is not checked any more" if page else "a page that is not checked"
        remedy = "delete the folder, or bring the page back"
        yield error("stale-file", str(folder), (0, 0), f"these are files of {whose}", remedy)


def readable_record(folder: Path) -> Recorded | None:
    """Return the record of a folder, None for one that is none: what it says of each file does not matter here."""
    try:
        return recorded(folder)
    except InputProblems:
        return None


def _with_record(output: Path) -> list[Path]:
    """Return the folder and those in it that hold a record; links are not followed."""
    try:
        below = sorted(path for path in output.iterdir() if not path.is_symlink())
    except OSError:
        return []
    return [path for path in (output, *below) if os.path.lexists(path / RECORD)]


def folders_of_others(output: Path, settings: Iterable[str]) -> Iterator[Path | None]:
    """Yield the folders of the pages that other settings name, beside an output folder: several may share one."""
    own = set(map(_absolute, settings))
    for each in settings_below(Path(_absolute(output)).parent):
        if _absolute(each.shown) not in own:
            yield from (each.folder(page) for page in each.pages if is_file(Path(page)))


def _identities(folders: Iterable[Path | None]) -> frozenset[_Identity]:
    """Return what tells folders apart that are there, however they are named."""
    found = (_status(folder) for folder in folders if folder)
    return frozenset((status.st_dev, status.st_ino) for status in found if status)


def _status(folder: Path) -> os.stat_result | None:
    try:
        return folder.stat()
    except OSError:
        return None


def _absolute(path: str | Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - symlinks stay as the user wrote them
