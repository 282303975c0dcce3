"""What `esspec check` does once its arguments are read: all that can be found about pages, in one run."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from esspec.answers.sides import SideOptions
from esspec.commands.check_changes import CheckedPage, against
from esspec.commands.check_findings import Findings
from esspec.commands.check_lines import CommandLines
from esspec.commands.check_outputs import (
    REFUSALS,
    Compiled,
    compiled,
    left_out_problems,
    mended,
    stale_problems,
    unchecked_problems,
    unchecked_targets,
    unequal_problems,
)
from esspec.commands.check_since import since
from esspec.commands.check_together import Placed, left_folders, objects_of_two, refuse_shared_folders
from esspec.commands.check_undone import files_not_checked, not_compared
from esspec.commands.former_settings import NamedIn
from esspec.commands.gone_pages import gone_pages
from esspec.compiling.loading import PageFile, load_page
from esspec.compiling.page_reading import Reading
from esspec.linting.lint import lint
from esspec.problem import InputProblems, Problem, error, in_order, warning
from esspec.targets.target import Target
from esspec.text.revisions import known_revision

NO_FOLDER = "no output folder is known"


class CheckTask(NamedTuple):
    """One page to check: its targets, and where its files are; `side` is how it is read to be compared.

    `lines` are what its remedies name, `beside` the files that are read beside the page. `named_in` are
    the settings that name its data and its profile, if no option does, and `targets_in` those whose targets are all
    that its folder should have. A page that is `found` by a pattern may be about something else.
    """

    file: PageFile
    targets: tuple[Target, ...]
    place: Placed
    side: Callable[[], SideOptions]
    lines: CommandLines
    beside: tuple[str, ...] = ()
    rules_url: str = ""
    named_in: NamedIn = NamedIn()
    targets_in: str = ""
    is_found: bool = False

    @property
    def folder(self) -> Path | None:
        """Return the folder of its files, None where there is none."""
        return self.place.folder

    def unchecked(self) -> tuple[Problem, ...]:
        """Return the error that its files, if there are any, could not be checked."""
        return files_not_checked(self.file.shown, self.folder, self.targets)


class CheckRequest(NamedTuple):
    """The options of `esspec check`. `tell` takes a line about how far it is.

    With a baseline errors may be known, so that what they keep from being done is told beside them.
    """

    tell: Callable[[str], None]
    fix: bool = False
    against: str | None = None
    since: str | None = None
    is_gate: bool = False
    tracked: bool = False
    has_baseline: bool = False


class Checked(NamedTuple):
    """All findings about content, and those about what cannot be read or written.

    `paths` are the pages and bindings that were looked at; `at_manifests` is whether all were compared with manifests.
    """

    problems: tuple[Problem, ...]
    unread: tuple[Problem, ...]
    paths: frozenset[str]
    at_manifests: bool


def check_pages(tasks: Sequence[CheckTask], request: CheckRequest) -> Checked:
    """Return all findings about pages, their files, and what they are compared with, each once and in order."""
    found = Findings(has_baseline=request.has_baseline)
    read = [(task, found.attempt(partial(_read, task))) for task in tasks]
    kept = _about_connections(read, request)
    refuse_shared_folders(task.place for task, _ in kept)
    readings = [(task, reading) for task, reading in kept if reading]
    found.content += found.attempt(lambda: lint(reading for _, reading in readings)) or ()
    if request.since and readings:  # that there is no such revision holds for all pages
        request = request._replace(since=found.attempt(partial(known_revision, request.since)))
    pages = [
        (
            task,
            reading,
            found.attempt(partial(compiled, reading, task.targets, task.folder, task.lines), task.unchecked()),
        )
        for task, reading in readings
    ]
    twice = found.attempt(partial(objects_of_two, [(task.place, page) for task, _, page in pages if page]))
    for task, reading, page in pages:
        clash = None if twice is None else twice.get(task.file.shown, [])
        found.content += clash or ()
        _check_page(_Page(task, reading, page, is_stopped=clash != []), request, found)
    if len(readings) == len(kept):
        folders = {reading.page_name: task.folder for task, reading in readings}
        places = [task.place for task, _ in kept]
        found.content += found.attempt(lambda: list(left_folders(places, folders))) or ()
        if request.since:
            placed = [(task.place, reading.page_name) for task, reading in readings]
            found.content += found.attempt(partial(gone_pages, placed, request.since, is_gate=request.is_gate)) or ()
    paths = {task.file.shown for task in tasks} | {reading.resolution.binding.path for _, reading in readings}
    unread = dict.fromkeys(found.unread)
    content = tuple(problem for problem in found.content if problem not in unread)
    return Checked(
        in_order(content),
        in_order(tuple(unread)),
        frozenset(paths - {""}),
        bool(request.against) and found.at_manifests,
    )


def _about_connections(
    read: Sequence[tuple[CheckTask, Reading | None]], request: CheckRequest
) -> list[tuple[CheckTask, Reading | None]]:
    """Return the pages without those that a pattern found, and that say nothing of connections; they are counted.

    Raises InputProblems where none is left: nobody would notice that nothing is checked.
    """
    other = [task for task, reading in read if reading and task.is_found and _says_nothing(reading)]
    if other and len(other) == len(read):
        message, remedy = "no page that the patterns find has a rule table", "correct pages, or name a page"
        raise InputProblems([error("usage", other[0].place.settings, (0, 0), message, remedy)])
    if other:
        count = "1 page" if len(other) == 1 else f"{len(other)} pages"
        request.tell(f"{count} without a rule table passed over, such as {other[0].file.shown}")
    passed = set(map(id, other))
    return [(task, reading) for task, reading in read if id(task) not in passed]


def _says_nothing(reading: Reading) -> bool:
    return any(problem.code == "no-rule-table" for problem in reading.problems)


def _read(task: CheckTask) -> Reading:
    """Return a page as it is read. Raises as `load_page` does; a wrong profile is told where it is named."""
    try:
        return load_page(task.file)
    except InputProblems as stopped:
        places = {"--profile": task.named_in.profile or "--profile"}
        raise InputProblems(each._replace(path=places.get(each.path, each.path)) for each in stopped.problems) from None


class _Page(NamedTuple):
    """A page as it was read and compiled, if nothing stopped that; its files are not written if it `is_stopped`."""

    task: CheckTask
    reading: Reading
    compiled: Compiled | None
    is_stopped: bool


def _check_page(page: _Page, request: CheckRequest, found: Findings) -> None:
    task = page.task
    shown = task.file.shown
    if task.folder is None:
        why, how = task.place.unplaced
        found.content.append(warning("files-not-checked", shown, (0, 0), f"its files were not checked: {why}", how))
    if page.compiled is None:
        request.tell(f"{shown}: stopped by errors, so that its files are not looked at")
    else:
        _check_files(task, page.compiled, request, found, is_stopped=page.is_stopped)
    checked = CheckedPage(task.file.path, shown, page.reading.page_name, task.lines.diff)
    if request.against:
        beside = partial(against, checked, request.against, task.side())
        differing = found.attempt(beside, not_compared(shown, "the manifests of --against"))
        found.content += differing or ()
        found.at_manifests &= differing is not None
    if request.since:
        before = partial(since, checked, request.since, task.side(), task.named_in, is_gate=request.is_gate)
        undone = not_compared(shown, request.since) if request.is_gate else ()
        found.content += found.attempt(before, undone) or ()


def _check_files(task: CheckTask, page: Compiled, request: CheckRequest, found: Findings, *, is_stopped: bool) -> None:
    done = found.attempt(lambda: list(mended(page))) if request.fix and not is_stopped else []
    for line in done or ():
        request.tell(line)
    is_stopped = is_stopped or done is None
    stale = found.attempt(lambda: list(stale_problems(page, is_stopped=is_stopped)), task.unchecked())
    found.content += stale or ()
    if request.tracked:
        found.content += found.attempt(lambda: list(left_out_problems(page))) or ()
    compared = None
    if stale is not None:  # else they are not the page's, or cannot be read, and that is told
        is_stopped = is_stopped or any(problem.code in REFUSALS for problem in stale)
        step = partial(unequal_problems, page, {problem.path for problem in stale}, is_stopped=is_stopped)
        compared = found.attempt(step, task.unchecked())
    if compared is None:
        request.tell(f"{page.page}: its files could not be compared")
        return
    unequal, result = compared
    left = found.attempt(partial(unchecked_targets, page)) or ()
    found.content += [*unequal, *unchecked_problems(page, left, task.targets_in)]
    said = "NOT EQUAL" if unequal else "equal"
    files = _looked_at(page, left, is_stale=bool(stale))
    request.tell(f"{page.page}: {files}{said} over {result.flow_classes:,} flow classes")


def _looked_at(page: Compiled, unchecked: Sequence[str], *, is_stale: bool) -> str:
    """Return which files were compared with the page, and of which targets they were not."""
    if page.folder is None:
        return f"{NO_FOLDER}; fresh files are "
    if not page.folder.exists():
        return f"there is no {page.folder}; fresh files are "
    left = ", ".join(unchecked)
    return f"{page.folder} is {'not ' if is_stale else ''}current{f' (not checked: {left})' if left else ''}; "
