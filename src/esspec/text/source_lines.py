"""Lines of the files that findings are about, for excerpts and fingerprints."""

from collections.abc import Mapping
from pathlib import Path

from esspec.problem import EsspecError
from esspec.text.source import decode, read_bytes


class SourceLines:
    """The lines of files by path and number; each file is read once, when a line of it is first asked for.

    `known` are the bytes of what is no file, such as a page on standard input, by the path that findings show.
    """

    def __init__(self, known: Mapping[str, bytes] | None = None) -> None:
        self._known = dict(known or {})
        self._lines: dict[str, tuple[str, ...]] = {}

    def line(self, path: str, number: int) -> str:
        """Return a line without its end; empty where there is none, or where the file is no text."""
        if number < 1:
            return ""
        if path not in self._lines:
            self._lines[path] = tuple(self._text(path).split("\n"))
        lines = self._lines[path]
        return lines[number - 1] if number <= len(lines) else ""

    def _text(self, path: str) -> str:
        try:
            data = self._known[path] if path in self._known else _bytes(path)
            return decode(data, path)
        except EsspecError:  # the finding itself says what is wrong with the file
            return ""


def _bytes(path: str) -> bytes:
    """Return the bytes of a regular file, none of anything else: reading a pipe would wait for somebody."""
    try:
        is_file = Path(path).is_file()
    except (OSError, ValueError):  # what names no file at all, such as REV:path with odd characters
        return b""
    return read_bytes(Path(path), path) if is_file else b""
