"""YAML documents in the code that a page shows: cut apart, and freed of the shell around them.

No YAML is read here, so that a document that is none does not spoil the others. Every line is counted as it
stands in the page.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from esspec.reading.sections import Fence

_HEREDOC = re.compile(r"<<(-?)[ \t]*\\?(['\"]?)([A-Za-z_]\w*)\2(?![\w'\"])", re.ASCII)
_COMMAND = re.compile(r"[ \t]*(?:\$[ \t]|(?:sudo|kubectl|oc|cat|tee)[ \t])")
_MARK = re.compile(r"[ \t]*---(?:[ \t]|$)")


class CodeDocument(NamedTuple):
    """The text of one document, and the line of its first line in the page."""

    line: int
    text: str


def documents_in(fence: Fence) -> Iterator[CodeDocument]:
    """Yield the documents in a piece of code: those in heredocs, and those outside of them.

    What is cut out may still be shell or prose; only who reads it can tell.
    """
    for first, lines in _stretches(fence.text.split("\n")):
        for at, document in _cut(lines):
            yield CodeDocument(fence.line + first + at, "\n".join(document))


def _stretches(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the bodies of heredocs and what stands between them, each with the number of its first line."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        numbers[line.strip()].append(number)
    start = at = 0
    while at < len(lines):
        opening = _HEREDOC.search(lines[at]) if "<<" in lines[at] else None
        end = _end(opening, at, lines, numbers) if opening else 0
        if opening and end:
            yield start, lines[start:at]
            body = lines[at + 1 : end]
            yield at + 1, [line.lstrip("\t") for line in body] if opening[1] else body
            start = at = end + 1
        else:
            at += 1
    yield start, lines[start:]


def _end(opening: re.Match[str], at: int, lines: list[str], numbers: defaultdict[str, list[int]]) -> int:
    """Return the line that ends a heredoc; 0 where it is none. One of a command may be cut short."""
    ends = numbers.get(opening[3], [])
    later = bisect_right(ends, at)
    if later < len(ends):
        return ends[later]
    return len(lines) if _COMMAND.match(lines[at]) else 0


def _cut(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each document, the line of its `---` as blanks; commands before the first are left away."""
    start = next((n for n, line in enumerate(lines) if line.strip() and not _COMMAND.match(line)), len(lines))
    depth = min((_indent(line) for line in lines[start:] if _is_content(line)), default=0)
    for number in range(start, len(lines)):
        if _MARK.match(lines[number]) and _indent(lines[number]) <= depth:
            yield start, lines[start:number]
            start = number
            lines[number] = lines[number].replace("---", "   ", 1)
    yield start, lines[start:]


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#") and not _MARK.match(line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
