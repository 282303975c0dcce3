"""What `esspec check` does once its arguments are read: all that can be found about pages, in one run."""

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from esspec.answers.sides import SideOptions
from esspec.commands.check_changes import CheckedPage, against, since
from esspec.commands.check_lines import CommandLines
from esspec.commands.check_outputs import (
    Compiled,
    compiled,
    left_out_problems,
    mended,
    stale_problems,
    unchecked_targets,
    unequal_problems,
)
from esspec.compiling.loading import PageFile, load_page
from esspec.compiling.page_reading import Reading
from esspec.linting.lint import lint
from esspec.problem import EsspecError, InputProblems, Problem, in_order
from esspec.targets.target import Target

NO_FOLDER = "no output folder is set, so that files were not checked (set one: -o DIR, or output in [check])"


class CheckTask(NamedTuple):
    """One page to check: its targets, and the folder of its files; `side` is how it is read to be compared.

    `lines` are what its remedies name, `beside` the files that are read beside the page. `profile_in` is
    the file of settings that names its profile, if no option does.
    """

    file: PageFile
    targets: tuple[Target, ...]
    folder: Path | None
    side: Callable[[], SideOptions]
    lines: CommandLines
    beside: tuple[str, ...] = ()
    rules_url: str = ""
    profile_in: str = ""


class CheckRequest(NamedTuple):
    """The options of `esspec check`. `tell` takes a line about how far it is."""

    tell: Callable[[str], None]
    fix: bool = False
    against: str | None = None
    since: str | None = None
    is_gate: bool = False
    tracked: bool = False


class Checked(NamedTuple):
    """All findings about content, and those about what cannot be read or written.

    `paths` are the pages and bindings that were looked at; `at_manifests` is whether all were compared with manifests.
    """

    problems: tuple[Problem, ...]
    unread: tuple[Problem, ...]
    paths: frozenset[str]
    at_manifests: bool


_T = TypeVar("_T")


class _Findings:
    """The findings of steps, of which each may stop without stopping the others."""

    def __init__(self) -> None:
        self.content: list[Problem] = []
        self.unread: list[Problem] = []
        self.at_manifests = True

    def attempt(self, step: Callable[[], _T]) -> _T | None:
        """Return what a step gives; where it stops, None, and what it says is among the findings."""
        try:
            return step()
        except EsspecError as stopped:
            kept = self.unread if stopped.exit_code == InputProblems.exit_code else self.content
            kept += map(_for_check, stopped.problems)
            return None


def _for_check(problem: Problem) -> Problem:
    """Return a finding with a remedy that names no option of other commands."""
    if problem.code != "no-binding":
        return problem
    return problem._replace(remedy=f"run esspec init {shlex.quote(problem.path)}, or name one with --binding FILE")


def check_pages(tasks: Sequence[CheckTask], request: CheckRequest) -> Checked:
    """Return all findings about pages, their files, and what they are compared with, each once and in order."""
    found = _Findings()
    read = [(task, found.attempt(partial(_read, task))) for task in tasks]
    readings = [(task, reading) for task, reading in read if reading]
    found.content += found.attempt(lambda: lint(reading for _, reading in readings)) or ()
    for task, reading in readings:
        _check_page(task, reading, request, found)
    paths = {task.file.shown for task in tasks} | {reading.resolution.binding.path for _, reading in readings}
    unread = dict.fromkeys(found.unread)
    content = tuple(problem for problem in found.content if problem not in unread)
    return Checked(
        in_order(content),
        in_order(tuple(unread)),
        frozenset(paths - {""}),
        bool(request.against) and found.at_manifests,
    )


def _read(task: CheckTask) -> Reading:
    """Return a page as it is read. Raises as `load_page` does; a wrong profile is told where it is named."""
    try:
        return load_page(task.file)
    except InputProblems as stopped:
        places = {"--profile": task.profile_in or "--profile"}
        raise InputProblems(each._replace(path=places.get(each.path, each.path)) for each in stopped.problems) from None


def _check_page(task: CheckTask, reading: Reading, request: CheckRequest, found: _Findings) -> None:
    shown = task.file.shown
    page = found.attempt(partial(compiled, reading, task.targets, task.folder, task.lines))
    if page is None:
        request.tell(f"{shown}: stopped by errors, so that its files are not looked at")
    else:
        _check_files(page, request, found)
    checked = CheckedPage(task.file.path, shown, reading.page_name, task.lines.diff)
    if request.against:
        differing = found.attempt(partial(against, checked, request.against, task.side()))
        found.content += differing or ()
        found.at_manifests &= differing is not None
    if request.since:
        step = partial(since, checked, request.since, task.side(), is_gate=request.is_gate)
        found.content += found.attempt(step) or ()


def _check_files(page: Compiled, request: CheckRequest, found: _Findings) -> None:
    done = found.attempt(lambda: list(mended(page))) if request.fix else []
    for line in done or ():
        request.tell(line)
    is_stopped = done is None
    stale = found.attempt(lambda: list(stale_problems(page, is_stopped=is_stopped)))
    if request.tracked:
        found.content += found.attempt(lambda: list(left_out_problems(page))) or ()
    compared = found.attempt(
        partial(unequal_problems, page, {problem.path for problem in stale or ()}, is_stopped=is_stopped)
    )
    found.content += [*(stale or ()), *(compared[0] if compared else ())]
    if compared is None:
        request.tell(f"{page.page}: its files could not be compared")
        return
    unequal, result = compared
    unchecked = found.attempt(partial(unchecked_targets, page)) or ()
    said = "NOT EQUAL" if unequal else "equal"
    files = _looked_at(page, unchecked, is_stale=bool(stale))
    request.tell(f"{page.page}: {files}{said} over {result.flow_classes:,} flow classes")


def _looked_at(page: Compiled, unchecked: Sequence[str], *, is_stale: bool) -> str:
    """Return which files were compared with the page, and of which targets they were not."""
    if page.folder is None:
        return f"{NO_FOLDER}; fresh ones are "
    if not page.folder.exists():
        return f"there is no {page.folder}; fresh files are "
    left = ", ".join(unchecked)
    return f"{page.folder} is {'not ' if is_stale else ''}current{f' (not checked: {left})' if left else ''}; "
