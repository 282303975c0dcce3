"""What `esspec export` does once its arguments are read: pages in, texts or files out, all or nothing."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from esspec.bindings.binding import NO_BINDING
from esspec.compiling.compile import compile_page
from esspec.compiling.dns import dns_warning
from esspec.compiling.loading import PageFile, load_page, load_source, needs_binding, page_name, placed_in
from esspec.compiling.shared_bindings import without_used
from esspec.model import PolicySet
from esspec.outputs.export import file_set, stream, stream_as_written
from esspec.outputs.fileset import Written, stale, write
from esspec.outputs.record import FileSet
from esspec.outputs.shared_objects import PageObjects, objects_twice
from esspec.outputs.tracked import untracked_problems
from esspec.problem import EsspecError, InputProblems, PageProblems, Problem, error, in_order, printable
from esspec.targets.target import Target, load_targets


class ExportRequest(NamedTuple):
    """The options of `esspec export`."""

    targets: tuple[str, ...]
    output: Path | None
    check: bool
    force: bool
    allow_removal: bool
    as_written: bool
    tracked: bool = False


class Result(NamedTuple):
    """What a command has to say: data for standard output, findings, and an exit code beside theirs."""

    data: str
    problems: tuple[Problem, ...]
    exit_code: int


def export_pages(files: Sequence[PageFile], request: ExportRequest) -> Result:
    """Return what exporting the pages gives; with an output folder its files are written, or compared.

    Every page is compiled before anything is written. Raises EsspecError with the findings of all pages.
    """
    targets = load_targets(request.targets)
    _check_request(files, request, targets)
    if request.as_written:
        from esspec.compiling.as_written import written_page  # noqa: PLC0415 - only this mode needs it

        source = load_source(files[0])
        name = page_name(source.path, NO_BINDING)
        with placed_in(source.path, name):
            return Result(stream_as_written(written_page(source, name), targets[0]), (), 0)
    compiled = _all(files, targets, request)
    problems = tuple(dict.fromkeys(chain(*without_used([(page.binding, page.problems) for page in compiled]))))
    if request.output is None:
        return Result(compiled[0].text, problems, 0)
    folders = [
        (_folder(request.output, file, files), page.files)
        for file, page in zip(files, compiled, strict=True)
        if page.files
    ]
    if request.check:
        data = "".join(stale(folder, wanted) for folder, wanted in folders)
        return Result(data, (*problems, *_untracked(folders, request)), 1 if data else 0)
    done = [
        _in_words(folder, write(folder, wanted, force=request.force, allow_removal=request.allow_removal))
        for folder, wanted in folders
    ]
    return Result("".join(done), (*problems, *_untracked(folders, request)), 0)


def _untracked(folders: Sequence[tuple[Path, FileSet]], request: ExportRequest) -> Sequence[Problem]:
    return [p for folder, wanted in folders for p in untracked_problems(folder, wanted)] if request.tracked else []


def _in_words(folder: Path, result: Written) -> str:
    """Return a line per file that changed, and the counts."""
    lines = [f"wrote {folder / name}" for name in result.written] + [
        f"removed {folder / name}" for name in result.removed
    ]
    counts = f"{len(result.written)} written, {len(result.removed)} removed, {result.unchanged} unchanged"
    return "".join(f"{printable(line)}\n" for line in [*lines, counts])


class _Compiled(NamedTuple):
    """A page as it compiles: as files, or as one text; and the path of its binding."""

    policies: PolicySet
    binding: str
    problems: tuple[Problem, ...]
    files: FileSet | None = None
    text: str = ""


def _all(files: Sequence[PageFile], targets: Sequence[Target], request: ExportRequest) -> list[_Compiled]:
    """Return every page compiled; the errors of all pages are raised together, or those about two of them."""
    compiled: list[_Compiled] = []
    stopped: list[EsspecError] = []
    for file in files:
        try:
            compiled.append(_compiled(file, targets, request))
        except EsspecError as found:
            stopped.append(found)
    if stopped:
        worst = max(stopped, key=lambda found: found.exit_code)
        raise type_of(worst)([p for found in stopped for p in found.problems])
    pages = [PageObjects(file.shown, page.policies, targets) for file, page in zip(files, compiled, strict=True)]
    twice = [problem for _, _, problem in objects_twice(pages)]
    if twice:
        raise PageProblems(in_order(twice))
    return compiled


def type_of(found: EsspecError) -> type[EsspecError]:
    """Return the plain class with the exit code of `found`."""
    return InputProblems if found.exit_code == InputProblems.exit_code else PageProblems


def _compiled(file: PageFile, targets: Sequence[Target], request: ExportRequest) -> _Compiled:
    reading = load_page(file)
    needs_binding(reading)
    policies = compile_page(reading, needs_features=any(target.needs_features for target in targets))
    path = reading.resolution.page.path
    problems = (*reading.problems, *dns_warning(policies, path))
    compiled = _Compiled(policies, reading.resolution.binding.path, problems)
    with placed_in(path, policies.page):
        if request.output is None:
            return compiled._replace(text=stream(policies, targets[0]))
        return compiled._replace(files=file_set(policies, targets))


def _folder(output: Path, file: PageFile, files: Sequence[PageFile]) -> Path:
    return output if len(files) == 1 else output / Path(file.shown).stem


def named_folder(name: str) -> Path:
    """Return the folder of that name; an empty one, as an unset variable gives, is no name (InputProblems)."""
    if not name:
        raise InputProblems([error("usage", "--output", (0, 0), "the folder has no name", "name one, such as out/")])
    return Path(name)


def _check_request(files: Sequence[PageFile], request: ExportRequest, targets: Sequence[Target]) -> None:
    stems = [Path(file.shown).stem.lower() for file in files]  # some file systems do not tell case apart
    if request.output is None and len(targets) != 1:
        what, how = "several targets cannot go to standard output", "name one with --target, or a folder with -o"
    elif request.output is None and len(files) != 1:
        what, how = "several pages cannot go to standard output", "name a folder with -o"
    elif request.check and request.output is None:
        what, how = "--check compares files, and no folder is named", "add -o DIR"
    elif request.output is None and request.tracked:
        what, how = "--tracked looks for files, and no folder is named", "add -o DIR"
    elif request.as_written and (len(files) != 1 or request.output is not None):
        what, how = "--as-written writes one page to standard output", "leave -o and further pages away"
    elif len(files) > 1 and not all(stem.strip(".") for stem in stems):
        what, how = "each page gets a folder by its name, and dots are none", "rename it, or export it alone"
    elif len(set(stems)) != len(stems):
        what, how = "two pages have the same name, and each gets a folder by its name", "export them one by one"
    else:
        return
    raise InputProblems([error("usage", files[0].shown, (0, 0), what, how)])
