"""`esspec check` on the generated files of a page: whether they are current, and mean what the page means."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from esspec.commands.check_lines import CommandLines
from esspec.compiling.compile import compile_page
from esspec.compiling.loading import needs_binding, placed_in
from esspec.compiling.page_reading import Reading
from esspec.model import PolicySet
from esspec.outputs.export import file_set
from esspec.outputs.fileset import Stale, refusals, stale_files, write
from esspec.outputs.folder import RECORD
from esspec.outputs.record import FileSet, Recorded, recorded
from esspec.outputs.tracked import untracked_problems
from esspec.outputs.verification import verify_folder, verify_fresh
from esspec.problem import EsspecError, Problem, error, warning
from esspec.semantics.verification_result import Counterexample, Verification
from esspec.targets.target import Target

REFUSALS = frozenset({"edited-file", "lost-isolation"})
"""What keeps an export from writing, until somebody has decided."""
_PLACE = re.compile(r"(.+?):([0-9]+)(?:: (.*))?", re.DOTALL)


class Compiled(NamedTuple):
    """A page as it compiles, where its files are, nowhere without a folder, and the command lines about them.

    `files` are those that it compiles to; they are rendered when they are first asked for. It raises Inexpressible.
    """

    reading: Reading
    policies: PolicySet
    targets: tuple[Target, ...]
    folder: Path | None
    lines: CommandLines
    files: Callable[[], FileSet]

    @property
    def page(self) -> str:
        """Return the page as the user named it."""
        return self.reading.resolution.page.path


def compiled(reading: Reading, targets: Sequence[Target], folder: Path | None, lines: CommandLines) -> Compiled:
    """Return a page compiled. Raises PageProblems for a page with errors, InputProblems for one without a binding."""
    needs_binding(reading)
    policies = compile_page(reading, needs_features=any(target.needs_features for target in targets))
    return Compiled(reading, policies, tuple(targets), folder, lines, cache(partial(file_set, policies, targets)))


def mended(page: Compiled) -> Iterator[str]:
    """Yield a line per file that had to be written or removed to be current. Raises as an export does."""
    if page.folder is None:
        return
    with _told_of(page):
        done = write(page.folder, page.files(), force=False, allow_removal=False)
    yield from (f"wrote {page.folder / place}" for place in done.written)
    yield from (f"removed {page.folder / place}" for place in done.removed)


def stale_problems(page: Compiled, *, is_stopped: bool = False) -> Iterator[Problem]:
    """Yield an error per generated file that is not as the page compiles to it now, and what an export would refuse.

    With `is_stopped` it has just been tried to write them, and another finding says why that did not work.
    """
    if page.folder is None:
        return
    with _told_of(page):
        yield from _left_behind(page, page.folder)
    with _told_of(page):
        wanted = page.files()
        refused = [] if is_stopped else _with_lines(refusals(page.folder, wanted), page)
    yield from refused
    told = {problem.path for problem in refused}
    how = "mend first what keeps --fix from writing it" if is_stopped or refused else f"run {page.lines.fix}"
    if not page.folder.exists():
        yield error("stale-file", str(page.folder), (0, 0), "there are no generated files of the page", how)
        return
    with _told_of(page):
        found = stale_files(page.folder, wanted)
    others = [file for file in found if file.place != RECORD]  # the record follows the files
    for file in others or found:
        if str(page.folder / file.place) not in told:
            yield _stale(file, page.folder / file.place, how)


def _left_behind(page: Compiled, folder: Path) -> Iterator[Problem]:
    """Yield an error for files of the page one folder above: they are there since it was the only one."""
    above = Path(os.path.normpath(folder / os.pardir))
    record = recorded(above) if (above / RECORD).is_file() else None
    if record and record.page == page.policies.page:
        message = f"older files of the page are still here; they are in {folder} now"
        yield error("stale-file", str(above), (0, 0), message, f"delete here {names_of(record)}")


def names_of(record: Recorded) -> str:
    """Return the names of all that a record says stands in its folder, itself included."""
    return ", ".join(dict.fromkeys((RECORD, *record.files, *record.targets)))


def unchecked_targets(page: Compiled) -> tuple[str, ...]:
    """Return the targets that have files in the folder of the page, and are not checked."""
    with _told_of(page):
        record = recorded(page.folder) if page.folder is not None and page.folder.is_dir() else None
    others = record.targets.keys() - {target.name for target in page.targets} if record else ()
    return tuple(sorted(name for name in others if page.folder is not None and os.path.lexists(page.folder / name)))


def unchecked_problems(page: Compiled, targets: Sequence[str], named_in: str) -> Iterator[Problem]:
    """Yield a warning about files of targets that are not checked, if the settings `named_in` say what there should be.

    Nothing keeps them current, and they may well be applied.
    """
    if targets and named_in:
        names = ", ".join(targets)
        message = f"files of targets that are not checked are here: {names}"
        remedy = f"name these in targets of {named_in}, or delete their folders"
        yield warning("files-not-checked", str(page.folder), (0, 0), message, remedy)


def left_out_problems(page: Compiled) -> Iterator[Problem]:
    """Yield an error per generated file that git does not track. Raises InputProblems where git cannot say."""
    if page.folder is not None:
        with _told_of(page):
            yield from untracked_problems(page.folder, page.files())


def unequal_problems(
    page: Compiled, stale: Collection[str], *, is_stopped: bool = False
) -> tuple[tuple[Problem, ...], Verification]:
    """Return what differs between the page and its files, or fresh ones where there are none; and the comparison.

    Beside files that are `stale` only what others say is told, and the smallest flow: they are to be written again.
    With `is_stopped` that has just been tried.
    """
    there = _targets_there(page)  # that a folder is missing is told of each of its files
    with _told_of(page):
        if page.folder is not None and there:
            found = verify_folder(page.policies, there, page.folder)
        else:
            found = verify_fresh(page.policies, page.targets)
    how = f"run {page.lines.verify} to see more"
    how += "" if is_stopped else f", and {page.lines.fix} to write the files again"
    return tuple(_unequal(page, found, stale, how if there else "please report it with the page")), found


def _targets_there(page: Compiled) -> list[Target]:
    """Return the targets that have a folder."""
    folder = page.folder
    return [] if folder is None else [each for each in page.targets if os.path.lexists(folder / each.name)]


@contextmanager
def _told_of(page: Compiled) -> Iterator[None]:
    """Let findings name the page as the user did, and remedies that can be run as they stand."""
    try:
        with placed_in(page.page, page.policies.page):
            yield
    except EsspecError as stopped:
        stopped.problems = tuple(_with_lines(stopped.problems, page))
        raise


def _with_lines(problems: Iterable[Problem], page: Compiled) -> list[Problem]:
    """Return findings with remedies that can be run as they stand; what an export refuses at once takes one line."""
    told = list(problems)
    fix, export, *_ = page.lines
    codes = {problem.code for problem in told}
    options = {"edited-file": "--force", "lost-isolation": "--allow-removal"}
    anyway = " ".join([export, *(option for code, option in options.items() if code in codes)])
    remedies = {
        "edited-file": f"move what it says to the page or its binding; to lose it, run {anyway}",
        "lost-isolation": f"bring it back to the page; if everything may reach its pods, run {anyway}",
        "folder-in-use": f"wait until it has ended, then run {fix}",
        "interrupted-export": f"run {fix}",
        "other-page": "give each page a folder of its own with -o; "
        f"if the page was renamed, move {page.folder} away, and run {fix}",
        "unwritable-output": f"make sure that it can be written and that the disk has room, then run {fix}",
    }

    def remedy(problem: Problem) -> str:
        is_record = problem.code == "malformed-file" and problem.path.endswith(RECORD)
        if is_record and problem.path != f"{page.folder}/{RECORD}":
            return "delete it, with the older generated files beside it"
        if is_record or (problem.code == "unreadable-output" and problem.line):
            return f"to write all files of the page again, run {export} --force"
        return remedies.get(problem.code, problem.remedy.replace("run esspec export again", f"run {export}"))

    return [problem._replace(remedy=remedy(problem)) for problem in told]


def _stale(file: Stale, path: Path, how: str) -> Problem:
    if file.present is None and file.wanted is None:
        message = "esspec did not write this file, and leaves it alone"
        return error("stale-file", str(path), (0, 0), message, "move it out of this folder")
    if file.present is None:
        return error("stale-file", str(path), (0, 0), "this file is missing", how)
    if file.wanted is None:
        return error("stale-file", str(path), (0, 0), "the page does not compile to this file any more", how)
    pairs = enumerate(zip_longest(file.present.split(b"\n"), file.wanted.split(b"\n")), 1)
    line = next(number for number, (there, wanted) in pairs if there != wanted)
    return error("stale-file", str(path), (line, 1), "from here on this is not what the page compiles to", how)


def _unequal(page: Compiled, found: Verification, stale: Collection[str], how: str) -> Iterable[Problem]:
    for sentence in (*found.refusals, *(() if stale else found.lost_reasons)):
        path, line, message = _placed(sentence, page)
        if path not in stale:
            yield error("unequal", path, (line, 1 if line else 0), message, how)
    if found.counterexample:
        yield _difference(page, found.counterexample, how)


def _placed(sentence: str, page: Compiled) -> tuple[str, int, str]:
    """Return path, line and message of a sentence that may begin with its place; else it is about the page."""
    match = _PLACE.fullmatch(sentence)
    if match and match[3] and page.folder and match[1].startswith(str(page.folder)):
        return match[1], int(match[2]), match[3]
    return page.page, 0, sentence


def _difference(page: Compiled, found: Counterexample, how: str) -> Problem:
    """Return the smallest flow that differs, at the row of the page that decides it if there is one."""
    flow = f"{found.protocol} {found.port}" if found.port else "which is isolated in one only"
    end = "from" if found.direction == "ingress" else "to"
    said = ", ".join(f"{v.party} says {v.verdict} ({'; '.join(v.decided_by)})" for v in found.verdicts)
    places = (_PLACE.fullmatch(place) for verdict in found.verdicts for place in verdict.decided_by)
    line = next((int(m[2]) for m in places if m and m[1] == page.policies.page), 0)
    message = f"{found.direction} of {found.subject} {end} {found.peer}, {flow}: {said}"
    return error("unequal", page.page, (line, 1 if line else 0), message, how)
