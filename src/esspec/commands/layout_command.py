"""What `esspec export` does where it is asked for a report: one page in, one text or one file out.

A report is for people, who fill it in. It belongs to no set of files, and nothing reads it back.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from esspec.bindings.binding import NO_BINDING
from esspec.commands.export_command import ExportRequest, Result
from esspec.compiling.compile import compile_page
from esspec.compiling.dns import dns_warning
from esspec.compiling.loading import (
    PageFile,
    binding_place,
    load_page,
    load_source,
    needs_binding,
    page_name,
    placed_in,
)
from esspec.outputs.export import documents_as_written
from esspec.outputs.folder import GITATTRIBUTES, RECORD, read_file, restated
from esspec.outputs.record import recorded
from esspec.outputs.single_file import is_same_file, replace_file
from esspec.problem import InputProblems, Problem, error, printable, warning
from esspec.targets.layouts import LayoutRequest, Layouts, Report, form_of
from esspec.targets.target import Target, load_targets

__all__ = ["LayoutRequest", "export_report"]


class _Page(NamedTuple):
    """What a report is written from: the page's path, its documents in the target's words, and its findings."""

    path: str
    documents: Sequence[Any]
    problems: tuple[Problem, ...] = ()


def export_report(files: Sequence[PageFile], request: ExportRequest, asked: LayoutRequest) -> Result:
    """Return what writing a report gives: its text, or, where an output is named, a line about that file.

    Raises EsspecError, and then nothing is written.
    """
    targets = load_targets(request.targets)
    _check(files, request, targets)
    if request.output is not None:
        _refuse_overwriting(request.output, files[0], asked)
    target = targets[0]
    layouts = _layouts(target)
    form = form_of(asked, layouts, target)
    page = _as_written(files[0], target) if request.as_written else _resolved(files[0], target)
    report = layouts.write(page.documents, form)
    problems = (*page.problems, *_hidden(page.path, report))
    if request.output is None:
        return Result(report.text, problems, 0)
    return Result(_written(request.output, report.text, force=request.force), problems, 0)


def _resolved(file: PageFile, target: Target) -> _Page:
    reading = load_page(file)
    needs_binding(reading)
    policies = compile_page(reading, needs_features=target.needs_features)
    path = reading.resolution.page.path
    with placed_in(path, policies.page):
        return _Page(path, target.lower(policies), (*reading.problems, *dns_warning(policies, path)))


def _as_written(file: PageFile, target: Target) -> _Page:
    from esspec.compiling.as_written import written_page  # noqa: PLC0415 - only this mode needs it

    source = load_source(file)
    name = page_name(source.path, NO_BINDING)
    with placed_in(source.path, name):
        return _Page(source.path, documents_as_written(written_page(source, name), target))


def _hidden(path: str, report: Report) -> tuple[Problem, ...]:
    """Return a warning per row that holds under a condition only, and looks as if it always did."""
    remedy = "add the column condition, or say the condition in the form itself"
    message = "this row holds under a condition, and no column of the report shows it"
    return tuple(
        warning("hidden-condition", path, (line, 1 if line else 0), message, remedy)
        for line in dict.fromkeys(report.hidden_conditions)
    )


def _refuse_overwriting(path: Path, file: PageFile, asked: LayoutRequest) -> None:
    """Raise InputProblems where a report would be a file that is read, or stand among generated ones."""
    shown = str(path)
    wrong = None
    if any(is_same_file(shown, each) for each in (file.shown, binding_place(file), asked.columns_file or "")):
        wrong = f"the report would overwrite {shown}, which is read"
    elif any(_is_of_data(path, Path(each)) for each in file.data):
        wrong = f"the report would be a data file: {shown}"
    elif _is_generated(path):
        wrong = f"the report {shown} would be among the generated files"
    if wrong:
        raise InputProblems([error("usage", "--output", (0, 0), wrong, "name a file in another folder")])


def _is_of_data(path: Path, data: Path) -> bool:
    return is_same_file(str(path), str(data)) or data.resolve() in path.resolve().parents


def _is_generated(path: Path) -> bool:
    """Return whether a file is one of a folder that an export wrote, or would stand in the folder of a target there."""
    place = path.resolve()
    if place.name in {RECORD, GITATTRIBUTES}:
        return os.path.lexists(place.parent / RECORD)
    folder = place.parent.parent
    record = recorded(folder) if os.path.lexists(folder / RECORD) else None
    return record is not None and place.parent.name in record.targets


def _written(path: Path, text: str, *, force: bool) -> str:
    """Write a report, and return a line that says so. Answers in a file that is there are not overwritten."""
    shown, data = str(path), text.encode()
    if path.is_dir():
        raise InputProblems(
            [error("not-a-file", shown, (0, 0), "this is a folder", "name a file, as in -o report.csv")]
        )
    with restated(path, "unwritable-output", "check the path and its permissions, or leave -o away"):
        old = read_file(shown)
    if old == data:
        return printable(f"{shown}: unchanged") + "\n"
    if old is not None and not force:
        message = "there is such a file already, and it says something else"
        remedy = "what was filled in there would be lost: name another file, or overwrite this one with --force"
        raise InputProblems([error("file-exists", shown, (0, 0), message, remedy)])
    replace_file(path, data, "check the folder and its permissions, or leave -o away")
    return printable(f"wrote {shown}") + "\n"


def _layouts(target: Target) -> Layouts:
    if target.layouts is None:
        message = f"the target {target.name} has no layouts"
        raise InputProblems([error("usage", "--layout", (0, 0), message, "use --target csv")])
    return target.layouts()


def _check(files: Sequence[PageFile], request: ExportRequest, targets: Sequence[Target]) -> None:
    if len(files) != 1:
        what, how = "a report is about one page", "write one per page"
    elif len(targets) != 1:
        what, how = "a report is written by one target", "name it, as in --target csv"
    elif request.check or request.allow_removal or request.tracked:
        what, how = "a report is no set of files", "leave --check, --allow-removal and --tracked away"
    else:
        return
    raise InputProblems([error("usage", files[0].shown, (0, 0), what, how)])
