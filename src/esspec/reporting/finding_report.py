"""Findings as they are reported: each with the text of its line, and a fingerprint that moved lines do not change."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from esspec.compiling.loading import STDIN
from esspec.problem import Level, Problem
from esspec.text.source_lines import SourceLines

_LINES = re.compile(r"\blines? [0-9]+(?:(?:, | and | to )[0-9]+)*|(?<=\S):[0-9]+(?::[0-9]+)?(?![0-9])")

_ABOVE = re.compile(r"(?<![^\s'\"(),;])[^\s'\"(),;]*/(?=[^\s/'\"(),;]+:)")
"""The folders of a file that a message names with a line."""

_OF_FILES = frozenset({"stale-file", "untracked-file"})
"""Where a page changed, these follow from it, and are many."""


class Found(NamedTuple):
    """One finding, the text of its line, its fingerprint, and whether it makes the exit code 1."""

    problem: Problem
    text: str
    fingerprint: str
    fails: bool


class Report(NamedTuple):
    """All findings of a run, in their order, the pages that were looked at, and where codes are explained."""

    found: tuple[Found, ...]
    pages: tuple[str, ...]
    rules_url: str = ""


def report_of(
    problems: Iterable[Problem],
    pages: Iterable[str],
    lines: SourceLines,
    fails: Callable[[Problem], bool],
    rules_url: str = "",
) -> Report:
    """Return findings with all that formats show of them."""
    told = tuple(problems)
    prints = fingerprints(told, lines)
    found = (Found(p, lines.line(p.path, p.line), each, fails(p)) for p, each in zip(told, prints, strict=True))
    return Report(tuple(found), tuple(pages), rules_url)


def worst_first(found: Iterable[Found]) -> list[Found]:
    """Return findings by level, errors first; within a level those about generated files, one per file, come last.

    Else they stay in their order.
    """
    order = list(Level)
    return sorted(found, key=lambda each: (order.index(each.problem.level), each.problem.code in _OF_FILES))


def fingerprints(problems: Iterable[Problem], lines: SourceLines, folder: str = "") -> Iterator[str]:
    """Yield the fingerprint of each finding: of its code, file, message and line, without the numbers of lines.

    Files are named relative to `folder`; without one, relative to their repository, so that neither the working folder
    nor how a path is written matters. Findings that are equal in all of these are counted, so that one more of them is
    new.
    """
    seen: Counter[str] = Counter()
    named: dict[str, str] = {}
    for problem in problems:
        if problem.path not in named:
            named[problem.path] = reported_path(problem.path, folder) if folder else _lasting_path(problem.path)
        line = " ".join(lines.line(problem.path, problem.line).split())
        parts = (problem.code, named[problem.path], _ABOVE.sub("", without_lines(problem.message)), line)
        what = "\0".join(parts)
        yield sha256(f"{what}\0{seen[what]}".encode("utf-8", "backslashreplace")).hexdigest()[:32]
        seen[what] += 1


def without_lines(message: str) -> str:
    """Return a message without the numbers of lines in it, which change when lines move."""
    return _LINES.sub(lambda found: ":" if found[0].startswith(":") else "line", message)


def reported_path(path: str, folder: str = "") -> str:
    """Return a path relative to `folder` (the working folder if empty) with `/`; one that leads out of it, whole."""
    relative = os.path.relpath(path, folder or os.curdir)
    if folder or not relative.startswith(os.pardir):
        return relative.replace(os.sep, "/")
    return os.path.normpath(path).replace(os.sep, "/")


def checkout_paths(found: Iterable[Found], variable: str) -> dict[str, str]:
    """Return how a CI system looks up the paths of findings: from its checkout, named in an environment variable.

    Where that is not set, or a file is elsewhere, from the top of the repository of the working folder, or of the file
    if the run begins outside of any; else as `reported_path` does.
    """
    tops = [os.environ.get(variable, ""), _repository(os.curdir)]
    return {path: _checkout_path(path, tops) for path in dict.fromkeys(each.problem.path for each in found)}


def _checkout_path(path: str, tops: Sequence[str]) -> str:
    if _is_no_file(path):
        return reported_path(path)
    among = tops if tops[-1] else (*tops, _repository(os.path.dirname(path)))  # noqa: PTH120 - as written
    for top in filter(None, among):
        inside = os.path.relpath(path, top).replace(os.sep, "/")
        if inside.partition("/")[0] != os.pardir:
            return inside
    return reported_path(path)


def _lasting_path(path: str) -> str:
    """Return a path as it is named from the top of its repository; outside of one, the name of the file."""
    if _is_no_file(path):
        return path
    whole = os.path.abspath(path)  # noqa: PTH100 - symlinks stay as the user wrote them
    folder, name = os.path.split(whole)
    top = _repository(folder)
    return os.path.relpath(whole, top).replace(os.sep, "/") if top else name


def _is_no_file(path: str) -> bool:
    """Return whether a path is that of standard input, or of what is in git: REV:path."""
    return path == STDIN or (":" in path and not os.path.lexists(path))


def _repository(folder: str) -> str:
    """Return the top of the repository that a folder is in; empty outside of one."""
    folder = os.path.abspath(folder)  # noqa: PTH100 - symlinks stay as the user wrote them
    while not os.path.lexists(os.path.join(folder, ".git")):  # noqa: PTH118 - as above
        folder, below = os.path.dirname(folder), folder  # noqa: PTH120 - as above
        if folder == below:
            return ""
    return folder
