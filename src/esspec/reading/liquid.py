"""Liquid tags and kramdown extensions: what Jekyll acts on, and which lines of a page that can hide or change."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate

from esspec.problem import Problem, error, warning
from esspec.reading.directives import Directive, directives_in

_TAG = re.compile(r"\{%-?[ \t]*([A-Za-z_]\w*)?|\{::([A-Za-z_]\w*)?([^}\n]{0,200}/\})?|\{:/([A-Za-z_]\w*)?")
_STYLE = r"""style[ \t]*=[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s}]*)"""
_HIDING = re.compile(rf"\{{:(?![:/])[^{{}}\n]*?\b(?:hidden\b|{_STYLE})", re.IGNORECASE)
_BLOCKS = frozenset({"if", "unless", "case", "for", "tablerow", "capture", "comment", "raw", "highlight", "block"})
# These show nothing of their own: what stands between a block's tags is on the page, and is read there.
_SILENT = _BLOCKS | frozenset(
    {"else", "elsif", "when", "assign", "increment", "decrement", "cycle", "break", "continue", "link", "post_url"}
)
_EXTENSIONS = frozenset({"comment", "nomarkdown"})
_MAX_TOLD = 20
_HIDES = "begins a tag, which may hide what is read here or add to it"


def tags_in(lines: Sequence[str]) -> list[Directive]:
    """Return the tags of a page in their order; `lines` are all of its lines."""
    if not any("{%" in line or "{:" in line for line in lines):
        return []
    found: list[Directive] = []
    waiting: dict[tuple[str, bool], list[int]] = {}
    for number, line in enumerate(lines, 1):
        for match in _TAG.finditer(line) if "{%" in line or "{:" in line else ():
            is_liquid = match[0].startswith("{%")
            name = (match[1] or match[2] or match[4] or "").lower()
            begins = name in _BLOCKS if is_liquid else name in _EXTENSIONS and not match[3]
            if is_liquid and name.startswith("end"):
                _end(found, waiting, (name[3:], True), number)
            elif match[0].startswith("{:/"):
                _end(found, waiting, (name or _latest(waiting), False), number)
            elif begins:
                waiting.setdefault((name, is_liquid), []).append(len(found))
            last = len(lines) if begins else number
            at = (number, match.start() + 1, last)
            found.append(_liquid(*at, name) if is_liquid else _extension(*at))
        found += [_extension(number, column, number) for column in _hiding(line)]
    return found


def _liquid(line: int, column: int, last: int, name: str) -> Directive:
    is_silent = name in _SILENT or name.startswith("end")
    return Directive(line, column, last, "{%", is_silent, code="liquid")


def _extension(line: int, column: int, last: int) -> Directive:
    return Directive(line, column, last, "{:", is_silent=True, code="kramdown-extension")


def _hiding(line: str) -> list[int]:
    """Return where kramdown attributes begin that may hide what they belong to."""
    found = list(_HIDING.finditer(line)) if "{:" in line else []
    if not found:
        return []
    from esspec.reading.html_tokens import is_harmless  # noqa: PLC0415 - few pages give elements a style

    return [match.start() + 1 for match in found if match[1] is None or not is_harmless(match[1].strip("\"'"))]


def _end(found: list[Directive], waiting: dict[tuple[str, bool], list[int]], key: tuple[str, bool], line: int) -> None:
    if waiting.get(key):
        at = waiting[key].pop()
        found[at] = found[at]._replace(last=line)


def _latest(waiting: dict[tuple[str, bool], list[int]]) -> str:
    open_ones = [(numbers[-1], name) for (name, is_liquid), numbers in waiting.items() if numbers and not is_liquid]
    return max(open_ones)[1] if open_ones else ""


def tag_problems(
    path: str, lines: Sequence[str], read: Sequence[tuple[int, int]], in_code: Collection[int] = ()
) -> Iterator[Problem]:
    """Yield a finding per tag or directive that can change what is read.

    `read` are the (first, last) lines of all that is read, `in_code` those that are code. It is an error where a tag,
    or what it encloses, touches what is read; a warning where it may add to the page. Of one line, the first few of
    either are told.
    """
    tags = [*tags_in(lines), *directives_in(lines, in_code)]
    if not tags:
        return
    marks = [0] * (len(lines) + 2)
    for first, last in read:
        for line in range(max(first - 1, 1), min(last + 1, len(lines)) + 1):
            marks[line] = 1
    count = list(accumulate(marks))
    told: Counter[tuple[int, bool]] = Counter()
    for tag in tags:
        touches = count[tag.last] - count[tag.line - 1]
        if not touches and tag.is_silent:
            continue
        kind = (tag.line, bool(touches))
        told[kind] += 1
        if told[kind] > _MAX_TOLD:
            continue
        at = (tag.line, tag.column)
        if touches:
            message = f"'{tag.begins}' {_HIDES}"
            yield error(tag.code, path, at, message, "render the page first, or delete the tag")
        else:
            message = f"'{tag.begins}' begins a tag that may add to the page, and nothing of that is read"
            remedy = "render the page first if it adds connections"
            yield warning(tag.code, path, at, message, remedy)


def told_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return the findings without those about a tag that a cell, which is read more closely, has told already."""
    found = list(problems)
    told = {(p.line, p.column) for p in found if p.code == "liquid" and not p.message.endswith(_HIDES)}
    return [p for p in found if not (p.message.endswith(_HIDES) and (p.line, p.column) in told)]
