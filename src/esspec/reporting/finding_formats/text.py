"""Findings for people: the line of each, with the place marked, and where more is told."""

import unicodedata
from collections.abc import Callable, Iterator

from esspec.problem import Level, printable
from esspec.reporting.finding_report import Found, Report
from esspec.reporting.rule_links import rule_link

_WIDTH = 120
_COLOURS = {Level.ERROR: "31", Level.WARNING: "33", Level.NOTE: "36"}
_BOLD, _DIM = "1", "2"
_Paint = Callable[[str, str], str]


def text(report: Report, *, is_coloured: bool = False) -> str:
    """Return findings with the lines they are about; `is_coloured` adds the colours of terminals."""
    paint = _painted if is_coloured else _plain
    lines = [line for found in report.found for line in _lines(found, paint, report.rules_url)]
    if report.found:
        code = report.found[0].problem.code
        link = rule_link(report.rules_url, code)
        more = f", or {link}" if link else ""
        lines += ["", f"What a code means, and how to mend what it reports: esspec rules {code}{more}"]
    return "".join(f"{line}\n" for line in lines)


def _plain(words: str, _: str) -> str:
    return words


def _painted(words: str, colour: str) -> str:
    return f"\x1b[{colour}m{words}\x1b[0m"


def _linked(words: str, link: str) -> str:
    """Return words that terminals show as a link, where there is one (OSC 8)."""
    return f"\x1b]8;;{link}\x1b\\{words}\x1b]8;;\x1b\\" if link else words


def _lines(found: Found, paint: _Paint, rules_url: str) -> Iterator[str]:
    problem = found.problem
    line = str(problem)
    if paint is not _plain:
        head = f": {problem.level}: "
        before, _, rest = line.partition(head)
        tail = f"[{problem.code}]"
        link = rule_link(rules_url, problem.code)
        said = f"{rest.removesuffix(tail)}{_linked(paint(tail, _DIM), link)}"
        line = f"{paint(before, _BOLD)}: {paint(problem.level.value, _COLOURS[problem.level])}: {said}"
    yield line
    if found.text.strip():
        yield from _excerpt(found, paint)


def _excerpt(found: Found, paint: _Paint) -> Iterator[str]:
    """Yield the line of a finding, cut to what a terminal shows, and a caret below its place."""
    problem = found.problem
    start = max(0, problem.column - 1 - _WIDTH // 2) if len(found.text) > _WIDTH else 0
    end = start + _WIDTH
    shown = printable(found.text[start:end])
    more, less = ("…" if end < len(found.text) else "", "…" if start else "")
    yield f"{paint(f'{problem.line:>5} |', _DIM)} {less}{shown}{more}".rstrip()
    if 0 < problem.column <= len(found.text):
        pad = " " * (len(less) + _width(printable(found.text[start : problem.column - 1])))
        yield f"{paint('      |', _DIM)} {pad}{paint('^', _COLOURS[problem.level])}"


def _width(words: str) -> int:
    """Return how many columns of a terminal words take."""
    wide = sum(unicodedata.east_asian_width(ch) in "WF" for ch in words)
    return len(words) + wide - sum(unicodedata.combining(ch) > 0 for ch in words)
