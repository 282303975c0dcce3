"""Comments on a page that tell esspec what to pass over: `<!-- esspec: ignore one-sided -->`.

A comment on a line of its own speaks of the lines behind it, up to the next blank one; any other of its own line.
One in a code fence is an example of such a comment, and says nothing.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_BEGIN = re.compile(r"<!--[ \t]*esspec:")
_END = "-->"
_WORDS = re.compile(r"[^\s,]+")
_FENCE = re.compile(r"[ \t>*+\-0-9.)]*(`{3,}(?=[^`]*$)|~{3,})")


class IgnoreComment(NamedTuple):
    """A comment: its place, the first and last line it speaks of, the codes it names, and what is wrong with it."""

    line: int
    column: int
    first: int
    last: int
    codes: tuple[str, ...]
    fault: str = ""


def take_comments(text: str) -> tuple[str, tuple[IgnoreComment, ...]]:
    """Return a page's text with these comments blanked, every other character in its place, and the comments."""
    if "esspec:" not in text or not _BEGIN.search(text):
        return text, ()
    lines = text.split("\n")
    found: list[IgnoreComment] = []
    for number in _outside_fences(lines):
        if "esspec:" in lines[number - 1]:
            lines[number - 1], comments = _taken(lines[number - 1], number)
            found += comments
    return "\n".join(lines), tuple(_with_reach(found, lines))


def _taken(line: str, number: int) -> tuple[str, list[IgnoreComment]]:
    """Return a line with its comments blanked, and these; one that has no end is left to Markdown."""
    parts: list[str] = []
    found: list[IgnoreComment] = []
    at = 0
    while begin := _BEGIN.search(line, at):
        column = begin.start() + 1
        end = line.find(_END, begin.end())
        if end < 0:
            found.append(IgnoreComment(number, column, number, number, (), "it does not end on its line"))
            break
        word, *codes = _WORDS.findall(line[begin.end() : end]) or ("",)
        fault = "" if word == "ignore" else f"esspec knows no '{word}', only ignore"
        fault = fault or ("" if codes else "it names no code")
        found.append(IgnoreComment(number, column, number, number, tuple(dict.fromkeys(codes)), fault))
        parts += [line[at : begin.start()], " " * (end + len(_END) - begin.start())]
        at = end + len(_END)
    return "".join([*parts, line[at:]]), found


def _with_reach(comments: list[IgnoreComment], lines: list[str]) -> Iterator[IgnoreComment]:
    """Yield the comments, those on lines of their own with the lines behind them, up to the next blank one."""
    first = last = 0
    alone = {number for number in {comment.line for comment in comments} if not lines[number - 1].strip()}
    for comment in comments:
        if comment.line not in alone:
            yield comment
            continue
        if comment.line >= first:
            first = next((n for n in range(comment.line, len(lines)) if lines[n].strip()), len(lines)) + 1
            last = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
        yield comment._replace(first=first, last=last)


def _outside_fences(lines: list[str]) -> Iterator[int]:
    """Yield the numbers of the lines that are in no code fence."""
    fence = ""
    for number, line in enumerate(lines, 1):
        marks = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if not fence and not marks:
            yield number
        elif not fence and marks:
            fence = marks[1]
        elif marks and marks[1].startswith(fence) and not line[marks.end() :].strip():
            fence = ""
