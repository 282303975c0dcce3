"""Generated files that git does not know: a commit goes without them, and what is deployed from it too."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from esspec.outputs.folder import GITATTRIBUTES, RECORD
from esspec.outputs.record import FileSet
from esspec.problem import InputProblems, Problem, error
from esspec.text.git_run import git_program, refusal, run_git


def untracked_problems(directory: Path, wanted: FileSet) -> Iterator[Problem]:
    """Yield an error per file of the set that is below `directory`, and would not be in a commit made now.

    None where all of them are ignored, and so kept out of git on purpose. Raises InputProblems (exit 2) without git,
    or outside of a repository.
    """
    if not directory.is_dir():
        return
    tracked = _listed(directory, "--cached")
    places = [place for place in _places(wanted) if place not in tracked and os.path.lexists(directory / place)]
    is_kept_out = not tracked and not _listed(directory, "--others", "--exclude-standard").intersection(places)
    for place in () if is_kept_out else places:
        message = "this file is not in git, so that a commit goes without it"
        add = shlex.join(("git", "-C", str(directory), "add", "--all", "."))  # the folder may be in another repository
        how = f"run {add}; for a file that .gitignore names, add -f"
        yield error("untracked-file", f"{directory}/{place}", (0, 0), message, how)


def _places(wanted: FileSet) -> Iterator[str]:
    """Yield the names of all files of a set, as in the folder."""
    yield from (GITATTRIBUTES, RECORD)
    yield from (f"{target}/{name}" for target, made in wanted.targets.items() for name in made.files)


def _listed(directory: Path, *options: str) -> frozenset[str]:
    """Return the files below a folder that `git ls-files` lists; in a hook, by the index of the commit being made."""
    if not git_program():
        _refuse("there is no git to ask which files it tracks")
    found = run_git("-C", str(directory), "-c", "core.fsmonitor=false", "ls-files", "-z", *options)
    if found.returncode:
        said, command = refusal(found)
        _refuse(f"git cannot say which files of {directory} it tracks: {said}", command)
    return frozenset(filter(None, os.fsdecode(found.stdout).split("\0")))


def _refuse(message: str, command: str = "") -> NoReturn:
    how = f"run {command}" if command else "run it inside the repository that holds the files"
    remedy = f"{how}, or leave --tracked away"
    raise InputProblems([error("usage", "--tracked", (0, 0), message, remedy)])
