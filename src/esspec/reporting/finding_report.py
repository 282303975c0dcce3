"""Findings as they are reported: each with the text of its line, and a fingerprint that moved lines do not change."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from esspec.problem import Problem
from esspec.text.source_lines import SourceLines

_LINES = re.compile(r"\blines? [0-9]+(?:(?:, | and | to )[0-9]+)*|(?<=\S):[0-9]+(?::[0-9]+)?(?![0-9])")


class Found(NamedTuple):
    """One finding, the text of its line, its fingerprint, and whether it makes the exit code 1."""

    problem: Problem
    text: str
    fingerprint: str
    fails: bool


class Report(NamedTuple):
    """All findings of a run, in their order, and the pages that were looked at."""

    found: tuple[Found, ...]
    pages: tuple[str, ...]


def report_of(
    problems: Iterable[Problem], pages: Iterable[str], lines: SourceLines, fails: Callable[[Problem], bool]
) -> Report:
    """Return findings with all that formats show of them."""
    told = tuple(problems)
    prints = fingerprints(told, lines)
    found = (Found(p, lines.line(p.path, p.line), each, fails(p)) for p, each in zip(told, prints, strict=True))
    return Report(tuple(found), tuple(pages))


def fingerprints(problems: Iterable[Problem], lines: SourceLines, folder: str = "") -> Iterator[str]:
    """Yield the fingerprint of each finding: of its code, file, message and line, without the numbers of lines.

    Files are named relative to `folder`. Findings that are equal in all of these are counted, so that one more of
    them is new.
    """
    seen: Counter[str] = Counter()
    for problem in problems:
        line = " ".join(lines.line(problem.path, problem.line).split())
        parts = (problem.code, reported_path(problem.path, folder), without_lines(problem.message), line)
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
