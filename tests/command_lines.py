"""Command lines run in this process or in one of their own, and a folder of small pages to run them in."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from esspec.commands.cli import run
from small_pages import BINDING, ROW, page

WARNED = page(ROW, direction="egress")
"""A page with one warning: its workload cannot resolve names."""

UNKNOWN = page("TCP | Nobody to port 80 | why")
"""A page with one error, at line 7 and column 9, which says TOLD."""

TOLD = (
    "no workload and no external is called 'Nobody' — "
    'add aliases = ["Nobody"] to its entry in the binding, '
    "or describe it there as a workload or an external [unknown-peer]"
)


class Ran(NamedTuple):
    """What a command line gave."""

    code: int
    out: str
    err: str


def write_pages() -> None:
    """Write page.md, unknown.md, warned.md and their binding to the working folder."""
    for name, text in (("page.md", page()), ("unknown.md", UNKNOWN), ("warned.md", WARNED), ("esspec.toml", BINDING)):
        Path(name).write_text(text, encoding="utf-8")


def files() -> list[str]:
    """Return the files below the working folder."""
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


def esspec(*arguments: str, stdin: bytes = b"") -> Ran:
    """Return what a command line gives, run in this process."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        code = run(arguments)
        for stream in streams.values():
            stream.flush()
    return Ran(code, *(stream.buffer.getvalue().decode("utf-8") for stream in streams.values()))


def process(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """Return what a command line gives, run as users run it."""
    done = subprocess.run(
        [sys.executable, "-m", "esspec", *arguments],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        capture_output=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
