"""What `esspec check` does once its arguments are read: all that can be found about pages, in one run."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from esspec.answers.sides import SideOptions
from esspec.commands.check_changes import CheckedPage, against, since
from esspec.commands.check_outputs import Compiled, compiled, mended, stale_problems, unequal_problems
from esspec.compiling.compile import Reading
from esspec.compiling.loading import PageFile, load_page
from esspec.linting.lint import lint
from esspec.problem import EsspecError, InputProblems, Problem, in_order
from esspec.targets.target import Target


class CheckTask(NamedTuple):
    """One page to check: its targets, and the folder of its files; `side` is how it is read to be compared."""

    file: PageFile
    targets: tuple[Target, ...]
    folder: Path | None
    side: Callable[[], SideOptions]


class CheckRequest(NamedTuple):
    """The options of `esspec check`. `tell` takes a line about how far it is."""

    tell: Callable[[str], None]
    fix: bool = False
    against: str | None = None
    since: str | None = None
    is_gate: bool = False


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
            kept += stopped.problems
            return None


def check_pages(tasks: Sequence[CheckTask], request: CheckRequest) -> Checked:
    """Return all findings about pages, their files, and what they are compared with, each once and in order."""
    found = _Findings()
    read = [(task, found.attempt(partial(load_page, task.file))) for task in tasks]
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


def _check_page(task: CheckTask, reading: Reading, request: CheckRequest, found: _Findings) -> None:
    shown = task.file.shown
    page = found.attempt(partial(compiled, reading, task.targets, task.folder))
    if page is None:
        request.tell(f"{shown}: stopped by errors, so that its files are not looked at")
    else:
        _check_files(page, request, found)
    checked = CheckedPage(task.file.path, shown, reading.page_name)
    if request.against:
        differing = found.attempt(partial(against, checked, request.against, task.side()))
        found.content += differing or ()
        found.at_manifests &= differing is not None
    if request.since:
        step = partial(since, checked, request.since, task.side(), is_gate=request.is_gate)
        found.content += found.attempt(step) or ()


def _check_files(page: Compiled, request: CheckRequest, found: _Findings) -> None:
    for line in (found.attempt(lambda: list(mended(page))) if request.fix else None) or ():
        request.tell(line)
    stale = found.attempt(lambda: list(stale_problems(page)))
    compared = found.attempt(partial(unequal_problems, page, {problem.path for problem in stale or ()}))
    found.content += [*(stale or ()), *(compared[0] if compared else ())]
    if compared is None:
        request.tell(f"{page.page}: its files could not be compared")
        return
    unequal, result = compared
    files = "fresh files" if page.folder is None or not page.folder.exists() else f"{page.folder} is current"
    files = f"{page.folder} is not current" if stale else files
    request.tell(
        f"{page.page}: {files}; {'NOT EQUAL' if unequal else 'equal'} over {result.flow_classes:,} flow classes"
    )
