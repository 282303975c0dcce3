"""Findings: one shape for everything esspec has to say about a page, a binding or a file."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

MAX_FINDINGS = 20_000
"""So many findings about rows are told; a page with more has to be corrected step by step."""


class Level(StrEnum):
    """How bad a finding is; only errors stop an export."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Problem(NamedTuple):
    """One finding: a place, what is wrong there, and what to do about it.

    `line` and `column` count from 1; 0 stands for "the file as a whole" and is left out of the text form.
    `remedy` has no default, so that a finding without advice cannot be written.
    """

    code: str
    level: Level
    path: str
    line: int
    column: int
    message: str
    remedy: str

    def __str__(self) -> str:
        """Return `file:line:column: level: what — remedy [code]` on one line, control characters escaped."""
        place = ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])
        return printable(f"{place}: {self.level}: {self.message} — {self.remedy} [{self.code}]")


class EsspecError(Exception):
    """What stops a command: the findings that say why, and the exit code that goes with them."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class PageProblems(EsspecError):
    """The content of a page or of its binding is wrong (exit code 1)."""


class InputProblems(EsspecError):
    """A file cannot be read or written, or is not what it claims to be (exit code 2)."""

    exit_code = 2


def error(code: str, path: str, at: tuple[int, int], message: str, remedy: str) -> Problem:
    """Return an error finding at `at` = (line, column)."""
    return Problem(code=code, level=Level.ERROR, path=path, line=at[0], column=at[1], message=message, remedy=remedy)


def warning(code: str, path: str, at: tuple[int, int], message: str, remedy: str) -> Problem:
    """Return a warning at `at` = (line, column)."""
    return Problem(code=code, level=Level.WARNING, path=path, line=at[0], column=at[1], message=message, remedy=remedy)


def note(code: str, path: str, at: tuple[int, int], message: str, remedy: str) -> Problem:
    """Return a note at `at` = (line, column)."""
    return Problem(code=code, level=Level.NOTE, path=path, line=at[0], column=at[1], message=message, remedy=remedy)


def too_many(path: str, at: tuple[int, int]) -> Problem:
    """Return the error that stands for all findings about rows from `at` on."""
    message = f"there are more than {MAX_FINDINGS} findings before this row, and from here on none is told"
    return error("too-many-findings", path, at, message, "correct those first, or split the page")


def errors_in(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the findings of level `error`, in their order."""
    return tuple(p for p in problems if p.level is Level.ERROR)


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the findings sorted by place, each once."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda p: (p.path, p.line, p.column, p.code, p.message)))


def printable(text: str) -> str:
    r"""Return `text` with every control, format and line-breaking character written as `\xNN` or `\uNNNN`.

    Page text reaches terminals and CI logs only through this (terminal escapes and workflow commands are
    ways to attack the reader of a log; GitHub takes `::` at the beginning of a line, and `##[`, for a command).
    """
    if "::" in text or "##[" in text:
        text = text.replace("##[", "##\\x5b")
        at = len(text) - len(text.lstrip())
        text = f"{text[:at]}\\x3a{text[at + 1 :]}" if text.startswith("::", at) else text
    if text.isprintable():
        return text
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode("ascii") for ch in text)
