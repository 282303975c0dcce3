"""One file, written in one step: whoever reads it, and whenever the run is killed, sees the old text or the new one."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from esspec.outputs.folder import create_file
from esspec.problem import InputProblems, error


def is_same_file(one: str, other: str) -> bool:
    """Return whether two paths name one file, or one place where there is none yet; empty ones name nothing."""
    if not one or not other:
        return False
    with suppress(OSError, ValueError):
        return os.path.samefile(one, other)  # noqa: PTH121 - as the user wrote them
    return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100 - as above


def write_over(path: str, data: bytes) -> None:
    """Write a file of a run, such as a report, over what is there. Raises InputProblems (exit 2) where that fails."""
    try:
        Path(path).write_bytes(data)
    except (OSError, ValueError) as failed:  # the latter for a NUL in the name
        why = f"cannot be written: {getattr(failed, 'strerror', None) or failed}"
        remedy = "make its folder, or name a file that can be written"
        raise InputProblems([error("unwritable-output", path, (0, 0), why, remedy)]) from None


def replace_file(path: Path, data: bytes, remedy: str) -> None:
    """Write a file; one that is there keeps its mode. Raises InputProblems (exit 2) with `remedy` where that fails."""
    staged = path.with_name(f".{path.name}.new")
    try:
        staged.unlink(missing_ok=True)
        try:
            create_file(str(staged), data, sync=True)
            with suppress(FileNotFoundError):
                staged.chmod(stat.S_IMODE(path.stat().st_mode))
            staged.replace(path)
        finally:
            with suppress(OSError):
                staged.unlink(missing_ok=True)
    except OSError as failed:  # of the staged file, which nobody has named
        message = failed.strerror or str(failed)
        if not path.parent.exists():
            message, remedy = f"there is no folder {path.parent}", "make it, or name a file in another folder"
        raise InputProblems([error("unwritable-output", str(path), (0, 0), message, remedy)]) from None
