"""What git answers, asked by its program in the repository of the working folder; nothing is changed or fetched."""

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from subprocess import CompletedProcess

_ALONE = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
_FOLDER, _TREE = "GIT_DIR", "GIT_WORK_TREE"
_MENDED_BY = "git config "


class Refusal(NamedTuple):
    """Why git gave nothing, in its words, and the command that it names for this, if it names one."""

    said: str
    command: str


def refusal(stopped: "CompletedProcess[bytes]") -> Refusal:
    """Return why git gave nothing."""
    lines = stopped.stderr.decode("utf-8", "replace").strip().splitlines()
    commands = (line.strip() for line in lines if line.strip().startswith(_MENDED_BY))
    return Refusal(lines[0] if lines else "", next(commands, ""))


def git_program() -> str | None:
    """Return where git is; None where it is not installed."""
    import shutil  # noqa: PLC0415 - as below

    return shutil.which("git")


def run_git(*arguments: str, read: bytes = b"") -> "CompletedProcess[bytes]":
    """Return what git gives, asked in the working folder; there must be a git."""
    return _run(arguments, os.environ | _places(), read)


def _run(arguments: tuple[str, ...], environment: "Mapping[str, str]", read: bytes = b"") -> "CompletedProcess[bytes]":
    import subprocess  # noqa: PLC0415 - start-up is felt in hooks, and few runs ask git

    words, alone = [git_program() or "git", *arguments], {**environment, **_ALONE}
    # No shell; none of these commands runs a hook, a filter or a pager, or asks for anything.
    return subprocess.run(words, env=alone, input=read, capture_output=True, check=False)  # noqa: S603 - as above


def _places() -> dict[str, str]:
    """Return where the environment says that the repository is, as it holds in every folder.

    A hook in a linked worktree is told the repository alone, and git then takes the folder it is asked in for the top.
    """
    named = [name for name in (_FOLDER, _TREE) if os.environ.get(name)]
    found = {name: os.path.abspath(os.environ[name]) for name in named}  # noqa: PTH100 - links stay as they were named
    if named == [_FOLDER]:
        without = {name: value for name, value in os.environ.items() if name != _FOLDER}
        asked = _run(("rev-parse", "--absolute-git-dir", "--show-toplevel"), without)
        folder, _, top = os.fsdecode(asked.stdout).removesuffix("\n").partition("\n")
        if not asked.returncode and os.path.realpath(folder) == os.path.realpath(found[_FOLDER]):
            found[_TREE] = top
    return found
