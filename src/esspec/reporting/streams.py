"""Standard output and standard error, the same on every machine."""

import os
import sys
from typing import TYPE_CHECKING

from esspec.problem import InputProblems, error

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

AUTO, ALWAYS, NEVER = "auto", "always", "never"


def prepare_streams() -> None:
    """Write UTF-8 with plain line ends whatever the locale says, so that equal input gives equal bytes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def is_coloured(color: str = AUTO) -> bool:
    """Return whether standard output shows colours: as `color` says, else as NO_COLOR or FORCE_COLOR do.

    Where none of them says anything a terminal does. An empty value of a variable is none (no-color.org).
    """
    if color != AUTO:
        return color == ALWAYS
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write_message(message: str) -> None:
    """Write words for people to standard error; where it takes none, they are dropped, and the work goes on.

    What a command finds, and its exit code, do not hang on somebody who reads how far it is.
    """
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(message)
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)


def write_data(data: str) -> None:
    """Write data to standard output, as bytes that no locale changes.

    Raises InputProblems where that fails; a reader that has gone, as `head` does, is no failure.
    """
    if sys.stdout is None:
        message, remedy = "is closed", "give the command somewhere to write to"
        raise InputProblems([error("unwritable-output", "standard output", (0, 0), message, remedy)])
    try:
        sys.stdout.buffer.write(data.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    except OSError as failed:
        _drop(sys.stdout)
        if isinstance(failed, BrokenPipeError):
            return
        message, remedy = f"cannot be written: {failed.strerror}", "name another place, or make room"
        raise InputProblems([error("unwritable-output", "standard output", (0, 0), message, remedy)]) from None


def _drop(stream: "TextIO") -> None:
    """Let a stream lead nowhere: Python keeps what it could not write, and tries again with the next words."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
