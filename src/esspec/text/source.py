"""Text as it comes in: read at most so much, decoded strictly, front matter set aside, lines kept as they are."""

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from esspec.problem import InputProblems, Problem, error
from esspec.text.ignore_comments import IgnoreComment, take_comments

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 16 * 1024 * 1024
MAX_LINES = 80_000
_PAGE_TEXT = re.compile(r"#{2,6} |\|.*\|.*\|")  # headings below the first level, and rows of tables
_TITLE = re.compile(r"""title:[ \t]*(?:"([^"]*)"|'([^']*)'|([^#]*))""")


class Source(NamedTuple):
    """A page's text. Line N of `text` is line N of the file: front matter and `ignores` are blanked, not cut.

    `path` is shown in messages as the user gave it; `title` is the front matter's, or empty.
    """

    path: str
    text: str
    title: str
    ignores: tuple[IgnoreComment, ...] = ()


def read_bytes(path: "Path | str", shown: str, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file. Raises InputProblems where it is missing, a folder, or larger than `limit`."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a name is enough, and reading manifests imports no pathlib
            size = min(os.fstat(file.fileno()).st_size, limit)
            data = file.read(size + 1)
            if len(data) > size:  # it grew, is no plain file, or is too large
                data += file.read(limit + 1 - len(data))
    except IsADirectoryError:
        raise InputProblems(
            [
                error(
                    "not-a-file",
                    shown,
                    (0, 0),
                    "this is a folder",
                    "name the page itself, such as docs/page.md",
                )
            ]
        ) from None
    except OSError as failed:
        raise InputProblems(
            [
                error(
                    "unreadable-file",
                    shown,
                    (0, 0),
                    f"cannot be read: {failed.strerror or failed}",
                    "check the path and its permissions",
                )
            ]
        ) from None
    if len(data) > limit:
        raise InputProblems([too_large(shown, limit)])
    return data


def decode(data: bytes, shown: str) -> str:
    r"""Return strictly decoded UTF-8 with `\n` line ends and without a byte order mark at the beginning.

    Raises InputProblems with the place of the first byte that is no UTF-8, or of the first NUL.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as broken:
        line, column = place_in(data[: broken.start].decode("utf-8", "replace"))
        raise InputProblems(
            [
                error(
                    "not-utf-8",
                    shown,
                    (line, column),
                    f"byte 0x{data[broken.start]:02x} is no UTF-8",
                    "save the file as UTF-8",
                )
            ]
        ) from None
    if "\0" in text:
        raise InputProblems(
            [
                error(
                    "nul-byte",
                    shown,
                    place_in(text[: text.index("\0")]),
                    "a NUL byte stands here",
                    "remove it",
                )
            ]
        )
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read_source(data: bytes, shown: str) -> Source:
    """Return a page's text, front matter and comments for esspec set aside. Raises InputProblems as `decode` does.

    It also does for a page whose name does not print: outputs and messages are named after it.
    """
    if not shown.isprintable():
        message = "the name of the page holds a character that does not print, or is no UTF-8"
        raise InputProblems([error("bad-name", shown, (0, 0), message, "rename it")])
    full = decode(data, shown)
    if full.count("\n") > MAX_LINES:
        at, message = (MAX_LINES + 1, 1), f"the page has more than {MAX_LINES} lines"
        raise InputProblems([error("too-many-lines", shown, at, message, "split it into several pages")])
    source = _without_front_matter(full, shown)
    text, ignores = take_comments(source.text)
    return source._replace(text=text, ignores=ignores) if ignores else source


def _without_front_matter(text: str, shown: str) -> Source:
    if not text.startswith("---"):
        return Source(shown, text, "")
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return Source(shown, text, "")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise InputProblems(
            [
                error(
                    "open-front-matter",
                    shown,
                    (1, 1),
                    "the front matter is not closed, so the whole page would be part of it",
                    "close it with a line of three dashes",
                )
            ]
        )
    swallowed = next((n for n, line in enumerate(lines[1:end], 2) if _PAGE_TEXT.match(line)), None)
    if swallowed is not None:
        raise InputProblems(
            [
                error(
                    "swallowed-by-front-matter",
                    shown,
                    (swallowed, 1),
                    "this line of the page is part of the front matter",
                    "close the front matter above it with a line of three dashes",
                )
            ]
        )
    title = next((found for line in lines[1:end] if (found := _TITLE.match(line))), None)
    blanked = [""] * (end + 1) + lines[end + 1 :]
    return Source(shown, "\n".join(blanked), _first(title).strip() if title else "")


def place_in(before: str) -> tuple[int, int]:
    """Return (line, column), both from 1, of the position behind `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def too_large(shown: str, limit: int) -> Problem:
    """Return the finding for a file over the limit."""
    return error("too-large", shown, (0, 0), f"the file is larger than {limit} bytes", "split it, or raise --max-bytes")


def _first(found: re.Match[str]) -> str:
    return next(group for group in found.groups() if group is not None)
