"""What a page's comments and the binding's `[lint] ignore` let `esspec lint` pass over, and what is wrong with these.

What stops an export cannot be ignored.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from esspec.bindings.binding import Binding
from esspec.bindings.binding_file import IgnoreEntry
from esspec.compiling.overrides import trimmed
from esspec.compiling.page_reading import Reading
from esspec.linting.rules_text import rule_texts
from esspec.problem import Level, Problem, error, warning
from esspec.reading.spelling import fold
from esspec.text.ignore_comments import IgnoreComment

_COMMENT = "write <!-- esspec: ignore one-sided --> on one line, with the codes that are meant"
_UNUSED = "delete it, or correct what it names"


class Kept(NamedTuple):
    """The findings that nothing ignores, and the numbers of the entries of `[lint] ignore` that ignore others."""

    problems: tuple[Problem, ...]
    used: frozenset[int]


def not_ignored(reading: Reading, problems: Iterable[Problem]) -> Kept:
    """Return the findings about a page that are not ignored, and further ones about its comments."""
    comments, entries = _Comments(reading), _Entries(reading)
    kept: list[Problem] = []
    for problem in problems:
        ways = (comments.ignores(problem), entries.ignores(problem)) if _may_be_ignored(problem) else ()
        if not any(ways):
            kept.append(problem)
    return Kept((*kept, *comments.problems()), frozenset(entries.used))


def entry_problems(binding: Binding, used: frozenset[int]) -> Iterator[Problem]:
    """Yield an error per entry of `[lint] ignore` that can ignore nothing, and a warning per one that is not `used`."""
    for number, entry in enumerate(binding.file.lint.ignore):
        at = (binding.line("lint", "ignore", number), 1)
        wrong = _wrong(entry.code)
        if wrong:
            yield error("bad-ignore", binding.path, at, *wrong)
        elif number not in used:
            yield warning("unused-ignore", binding.path, at, f"this ignores no finding of {entry.code}", _UNUSED)


class _Comments:
    """The comments of a page, by code and line."""

    def __init__(self, reading: Reading) -> None:
        self._path, self._comments = reading.resolution.page.path, reading.ignores
        self._used: set[tuple[IgnoreComment, str]] = set()
        self._by_line: dict[tuple[str, int], IgnoreComment] = {}
        reached: set[tuple[str, int, int]] = set()
        for comment in self._comments:
            for code in comment.codes if not comment.fault else ():
                reach = (code, comment.first, comment.last)
                if reach not in reached:
                    reached.add(reach)
                    for line in range(comment.first, comment.last + 1):
                        self._by_line.setdefault((code, line), comment)

    def ignores(self, problem: Problem) -> bool:
        """Return whether a comment ignores a finding; the comment then has its use."""
        comment = self._by_line.get((problem.code, problem.line)) if problem.path == self._path else None
        if comment:
            self._used.add((comment, problem.code))
        return comment is not None

    def problems(self) -> Iterator[Problem]:
        """Yield an error per comment that can ignore nothing, and a warning per code that one names in vain."""
        for comment in self._comments:
            at = (comment.line, comment.column)
            if comment.fault:
                yield error("bad-ignore", self._path, at, f"this comment says nothing: {comment.fault}", _COMMENT)
            for code in comment.codes if not comment.fault else ():
                wrong = _wrong(code) or _wrong_in_comment(code)
                if wrong:
                    yield error("bad-ignore", self._path, at, *wrong)
                elif (comment, code) not in self._used:
                    message = f"this ignores no finding of {code} ({_lines(comment)})"
                    yield warning("unused-ignore", self._path, at, message, _UNUSED)


class _Entries:
    """The binding's `[lint] ignore`, by code."""

    def __init__(self, reading: Reading) -> None:
        self._resolution = reading.resolution
        self.used: set[int] = set()
        self._by_code: dict[str, list[tuple[int, IgnoreEntry]]] = defaultdict(list)
        for number, entry in enumerate(reading.resolution.binding.file.lint.ignore):
            self._by_code[entry.code].append((number, entry))

    def ignores(self, problem: Problem) -> bool:
        """Return whether an entry ignores a finding; all that do then have their use."""
        found = {number for number, entry in self._by_code.get(problem.code, ()) if self._meets(entry, problem)}
        self.used |= found
        return bool(found)

    def _meets(self, entry: IgnoreEntry, problem: Problem) -> bool:
        if not (entry.workload or entry.row):
            return True
        if problem.path != self._resolution.page.path:
            return False
        return any(
            (not entry.workload or fold(entry.workload) in names) and (not entry.row or trimmed(entry.row) == cells)
            for names, cells in self._by_line.get(problem.line, ())
        )

    @cached_property
    def _by_line(self) -> dict[int, list[tuple[frozenset[str], str]]]:
        """Return, by line, the folded names of the workload that it is about, and the cells of a row."""
        found: dict[int, list[tuple[frozenset[str], str]]] = defaultdict(list)
        for rule in self._resolution.rules:
            names = frozenset({fold(rule.workload), fold(rule.written.heading.name)})
            found[rule.written.line].append((names, rule.written.cells))
        for name, said in self._resolution.statements:
            found[said.line].append((frozenset({fold(name), fold(said.heading.name)}), ""))
        for named in self._resolution.names.described():
            for line in named.lines:
                found[line].append((frozenset({fold(named.name)}), ""))
        return found


def _may_be_ignored(problem: Problem) -> bool:
    """Return whether a finding stops no export: of errors, only those of a code that has no other level may."""
    text = rule_texts().get(problem.code)
    return bool(text and text.can_be_ignored and (problem.level is not Level.ERROR or len(text.levels) == 1))


def _wrong(code: str) -> tuple[str, str] | None:
    """Return message and remedy for a code that cannot be ignored, None for one that can."""
    text = rule_texts().get(code)
    if text is None:
        return f"esspec has no code '{code}'", "`esspec rules` lists all"
    if not text.can_be_ignored:
        return f"findings of {code} cannot be ignored", "mend what they say; what stops no export can be ignored"
    return None


def _wrong_in_comment(code: str) -> tuple[str, str] | None:
    if rule_texts()[code].by_comment:
        return None
    return f"findings of {code} are about no line of the page", "write it below [lint] in the binding"


def _lines(comment: IgnoreComment) -> str:
    return f"line {comment.first}" if comment.first >= comment.last else f"lines {comment.first} to {comment.last}"
