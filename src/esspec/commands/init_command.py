"""What `esspec init` does once its arguments are read: one page in, its binding completed and written, or nothing."""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from esspec.bindings.binding import MAX_BYTES, read_draft
from esspec.commands.export_command import Result
from esspec.compiling.loading import PageFile, binding_place, load_source, load_variables, page_name
from esspec.compiling.page_reading import Reading, read
from esspec.drafting.init import asked, opening
from esspec.outputs.folder import read_file, restated
from esspec.outputs.single_file import replace_file
from esspec.problem import InputProblems, Level, PageProblems, Problem, error, printable
from esspec.text.source import decode, too_large
from esspec.text.toml_edit import Addition, added, closed_tables

STDOUT = "-"


class _Binding(NamedTuple):
    """A binding that asks for all it lacks: its text, the page under it, and how many gaps there are to fill in."""

    text: str
    reading: Reading
    gaps: int


def init_page(file: PageFile, output: str | None) -> Result:
    """Return what completing the binding of a page gives; it is written where it is, or to `output` (`-` for stdout).

    Raises EsspecError, and then nothing is written.
    """
    shown = binding_place(file)
    old = _text_at(shown)
    new = _completed(file, shown, old or "")
    problems = tuple(_told(new.reading, shown))
    if output == STDOUT:
        return Result(new.text, problems, 0)
    if output is not None:
        _write(output, new.text, is_new=True)
        return Result(_in_words(f"wrote {output}", new), problems, 0)
    if new.text == (old or ""):
        return Result(_in_words(f"{shown}: nothing new", new), problems, 0)
    _write(shown, new.text, is_new=old is None)
    return Result(_in_words(f"wrote {shown}", new), problems, 0)


def _in_words(what: str, new: _Binding) -> str:
    left = f"{new.gaps} empty text{'s' if new.gaps > 1 else ''} to fill in" if new.gaps else "no empty text is left"
    again = any(map(_is_of_variable, new.reading.problems))
    more = "; when the variables are filled in, run init again: they can hold names" if again else ""
    return f"{printable(what)}; {left}{more}\n"


def _told(reading: Reading, binding: str) -> Iterator[Problem]:
    """Yield the errors that nothing solves of what `init` asks for, and all findings about the binding."""
    waiting = {rule.written.line for rule in reading.resolution.rules if "{{" in rule.workload}
    for problem in reading.problems:
        if problem.path == binding or (problem.level is Level.ERROR and not _waits(problem, waiting)):
            yield problem


def _waits(problem: Problem, waiting: Collection[int]) -> bool:
    """Return whether a variable that is asked for must be known first: the name of a workload holds it."""
    if _is_of_variable(problem) or problem.line in waiting:
        return True
    return problem.code in {"missing-labels", "bad-name"} and "{{" in problem.message


def _is_of_variable(problem: Problem) -> bool:
    return problem.code == "unresolved-variable"


def _completed(file: PageFile, shown: str, text: str) -> _Binding:
    """Return the binding with all that it lacks; it is read again, because what is added can show that more is."""
    source, variables = load_source(file), load_variables(file)
    done: set[Addition] = set()
    while True:
        draft = read_draft(decode(text.encode(), shown), Path(shown), shown)
        reading = read(source, draft.binding, page_name(file.shown, draft.binding), variables)
        new = [a for a in asked(reading, {gap.keys for gap in draft.gaps}) if a not in done]
        if not new:
            return _Binding(text, reading, len(draft.gaps))
        _refuse_closed(text, shown, new)
        done.update(new)
        text = added(text if text.strip() else opening(reading.page_name), new)


def _refuse_closed(text: str, shown: str, additions: Sequence[Addition]) -> None:
    closed = closed_tables(text, additions)
    if closed:
        message = "'{}' is written in one line or by dotted keys, and more must be added to it"
        remedy = "write it as tables of their own, with headers in brackets, and run init again"
        raise PageProblems(
            error("closed-table", shown, (line, 1), message.format(name), remedy) for name, line in closed.items()
        )


def _text_at(shown: str) -> str | None:
    """Return the text of a file, its line ends as they are; None where there is none. Symlinks are not followed."""
    with restated(Path(shown), "unreadable-file", "check the path and its permissions"):
        data = read_file(shown)
    if data is None:
        return None
    if len(data) > MAX_BYTES:
        raise InputProblems([too_large(shown, MAX_BYTES)])
    decode(data, shown)
    return data.decode("utf-8")


def _write(shown: str, text: str, *, is_new: bool) -> None:
    """Write a file in one step: whoever reads it, and whenever the run is killed, sees the old text or the new one."""
    path = Path(shown)
    if is_new and os.path.lexists(path):
        remedy = "name another file, or give this one with --binding to add to it"
        raise InputProblems([error("file-exists", shown, (0, 0), "there is such a file already", remedy)])
    remedy = "check the folder and its permissions, or print the file with -o -"
    replace_file(path, text.encode(), remedy)
