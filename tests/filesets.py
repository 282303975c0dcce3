"""Two sets of files, the folders that hold them, and ways to let an export fail at any system call."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from esspec.outputs.fileset import Written, write
from esspec.outputs.record import FileSet, TargetFiles
from esspec.problem import EsspecError

PAGE = "network-policies.md"
BOTH = ("ingress", "egress")
ONE_WAY = {"kafka": BOTH, "ui": ("ingress",)}
OLD = FileSet(
    PAGE,
    {
        "kubernetes": TargetFiles({"kafka.yaml": "kafka: 1\n", "ui.yaml": "ui: 1\n", "gone.yaml": "x\n"}, ONE_WAY),
        "csv": TargetFiles({"network-policies.csv": "direction\r\nä\r\n"}, {}),
    },
)
NEW = FileSet(
    PAGE,
    {
        "kubernetes": TargetFiles({"kafka.yaml": "kafka: 2\n", "ui.yaml": "ui: 1\n", "new.yaml": ""}, ONE_WAY),
        "calico": TargetFiles({"kafka.yaml": "calico: 2\n"}, ONE_WAY),
        "csv": TargetFiles({}, {}),
    },
)
CALLS = ("open", "write", "fsync", "replace", "unlink", "mkdir", "rmdir", "chmod", "fchmod")
Tree = dict[str, bytes | None]


class Killed(BaseException):
    """The end of a run that nobody catches."""


def put(directory: Path, wanted: FileSet, *, force: bool = False, allow_removal: bool = False) -> Written:
    return write(directory, wanted, force=force, allow_removal=allow_removal)


def tree(directory: Path) -> Tree:
    """Return all that stands below a folder: bytes of files, None for folders; links are not followed."""
    found = (path for path in sorted(directory.rglob("*")))
    return {path.relative_to(directory).as_posix(): None if path.is_dir() else path.read_bytes() for path in found}


def times(directory: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in [directory, *directory.rglob("*")]}


def texts(wanted: FileSet) -> Tree:
    """Return what the files of a set hold, without record and folders."""
    files = {
        f"{target}/{name}": text.encode()
        for target, (named, _) in wanted.targets.items()
        for name, text in named.items()
    }
    return {".gitattributes": b"* -text\n", **files}


@contextmanager
def failing(at: int, failure: Callable[[], BaseException]) -> Iterator[list[str]]:
    """Let the `at`-th system call fail, a write after half of its bytes; yield the calls as they are made."""
    calls: list[str] = []

    def patched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            if len(calls) != at:
                return None if name == "fsync" else real(*args, **kwargs)  # tests need no disk to be slow
            if name == "write":
                real(args[0], args[1][: len(args[1]) // 2])
            raise failure()

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, patched(name, getattr(os, name)))
        yield calls


def kills(start: Callable[[], Path], run: Callable[[Path], object]) -> Iterator[Path]:
    """Yield the folder of `start` after `run` was killed there, at its first system call, its second, ..."""
    for at in range(1, 1000):
        directory = start()
        with failing(at, Killed):
            try:
                run(directory)
            except Killed:
                pass
            else:
                assert at > 1
                return
        yield directory
    pytest.fail("never came to its end")


def starts(tmp_path: Path, wanted: FileSet) -> Callable[[], Path]:
    """Return what makes one folder after the other that holds the wanted set."""
    made: list[Path] = []

    def start() -> Path:
        made.append(tmp_path / f"run-{len(made)}" / "out")
        with failing(0, Killed):  # nothing fails; only the disk is spared
            put(made[-1], wanted)
        return made[-1]

    return start


def problem_of(failure: pytest.ExceptionInfo[EsspecError]) -> str:
    (problem,) = failure.value.problems
    return str(problem)
