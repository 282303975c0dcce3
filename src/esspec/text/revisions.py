"""Files as they were at a revision in git: `REV:path`, read from git's objects and never checked out."""

import os
import posixpath
import re
import shlex
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from esspec.problem import InputProblems, error
from esspec.text.git_run import git_program, refusal, run_git
from esspec.text.source import too_large

if TYPE_CHECKING:
    from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FOUND = re.compile(r"([0-9a-f]+) (blob|tree) [0-9]+\n")
_BRANCH = re.compile(r"[^\s~^:?*\[\\@]+")
_WHICH = "git log and git tag show which there are"
_LINK, _SUBMODULE = "120000", "160000"


class Revised(NamedTuple):
    """Something that stands in a commit: `path` below the top of the repository, `word` as the user named it.

    `root` is where the repository would be on disk, for what names files relative to each other. `kind` is `blob` or
    `tree`, or empty where there is nothing; `object` is git's name for it.
    """

    word: str
    revision: str
    commit: str
    path: str
    root: "Path"
    kind: str = ""
    object: str = ""

    @property
    def on_disk(self) -> "Path":
        """Return where it would stand if this commit were checked out."""
        return self.root / self.path

    @property
    def is_folder(self) -> bool:
        """Return whether a folder stands there."""
        return self.kind == "tree"


def revised(word: str) -> Revised:
    """Return what `REV:path` names. Raises InputProblems (exit 2) where there is no such thing, or no repository."""
    revision, _, path = word.partition(":")
    prefix, top = _repository(word, or_file=True)
    if not revision or revision.startswith("-"):
        _refuse(word, "no revision stands before the colon", "write it as HEAD~1:docs/page.md")
    commit = _commit(revision)
    if commit is None:
        _refuse(word, f"there is no revision '{revision}', and no file of this name", _how_to_get(revision))
    below = posixpath.join(prefix, path) if path.startswith(("./", "../")) or path in (".", "..") else path
    below = posixpath.normpath(below) if below else ""
    from pathlib import Path  # noqa: PLC0415 - manifests on disk are read without it

    place = _looked_up(Revised(word, revision, commit, "" if below == "." else below, Path(top)))
    if not place.kind:
        message = f"the revision '{revision}' has no '{place.path}'"
        _refuse(word, message, "paths begin at the top of the repository, or with ./")
    return place


def known_revision(revision: str) -> str:
    """Return a revision. Raises InputProblems (exit 2) for one that the repository around here does not have."""
    _repository(revision, or_file=False)
    if not revision or revision.startswith("-") or ":" in revision:
        _refuse(revision, "this names no revision", "name a commit, a branch or a tag, such as origin/main")
    if _commit(revision) is None:
        _refuse(revision, f"there is no revision '{revision}'", _how_to_get(revision))
    return revision


def content(place: Revised, limit: int) -> bytes:
    """Return a file's bytes. Raises InputProblems for one larger than `limit`, and for one that git does not have."""
    size = run_git("cat-file", "-s", place.object)
    if not size.returncode and int(size.stdout) > limit:
        raise InputProblems([too_large(place.word, limit)])
    found = run_git("cat-file", "blob", place.object)
    if found.returncode:
        remedy = "fetch what is missing, or mend the repository"
        _refuse(place.word, f"cannot be read: {refusal(found).said}", remedy, code="unreadable-file")
    return found.stdout


def files_below(place: Revised) -> Iterator[Revised]:
    """Yield the files below a folder, in the order of their paths; hidden ones, and those in hidden folders, not.

    Raises InputProblems for what cannot be read in this commit: links to folders or out of it, and submodules.
    """
    for path, mode, entry in sorted(_entries(place)):
        if any(part.startswith(".") for part in path.split("/")):
            continue
        found = _looked_up(entry) if mode == _LINK else entry
        if found.kind != "blob":
            what = "submodule" if mode == _SUBMODULE else "link to no file"
            _refuse(found.word, f"this is a {what}, which is not read at a revision", "check it out", code="not-a-file")
        yield found


def files_named(place: Revised, names: Collection[str]) -> Iterator[Revised]:
    """Yield the files of these names in a folder and in those in it, in the order of their paths; links are none."""
    for path, mode, found in _entries(place):
        if path.count("/") <= 1 and posixpath.basename(path) in names and found.kind == "blob" and mode != _LINK:
            yield found


def _entries(place: Revised) -> Iterator[tuple[str, str, Revised]]:
    """Yield what stands below a folder: its path from there, its mode, and itself."""
    listed = run_git("ls-tree", "-r", "-z", "--full-tree", place.object).stdout.decode("utf-8", "surrogateescape")
    for entry in filter(None, listed.split("\0")):
        about, _, path = entry.partition("\t")
        mode, kind, name = about.split(" ")
        yield path, mode, _at(place, posixpath.join(place.path, path))._replace(kind=kind, object=name)


def nearest(place: Revised, file_name: str) -> Revised | None:
    """Return the nearest file of that name upward from the folder of `place`, in the same commit."""
    folder = posixpath.dirname(place.path)
    while True:
        found = _looked_up(_at(place, posixpath.join(folder, file_name)))
        if found.kind == "blob":
            return found
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def as_it_stood(place: Revised, path: str) -> Revised | None:
    """Return what stood in the same commit where a path leads today; None where that is outside of the repository."""
    for top, full in ((place.root, os.path.abspath(path)), (os.path.realpath(place.root), os.path.realpath(path))):  # noqa: PTH100 - a link stays one
        below = os.path.relpath(full, top).replace(os.sep, "/")
        if below != ".." and not below.startswith("../"):
            return _looked_up(_at(place, "" if below == "." else below))
    return None


def _at(place: Revised, path: str) -> Revised:
    """Return another path in the same commit."""
    return place._replace(word=f"{place.revision}:{path}", path=path)


def _looked_up(place: Revised) -> Revised:
    """Return a place with what git finds there; a link is followed, and one out of the commit leads to nothing."""
    name = os.fsencode(f"{place.commit}:{place.path}")
    asked = b"" if b"\n" in name else name
    answer = run_git("cat-file", "--batch-check", "--follow-symlinks", read=asked + b"\n").stdout
    found = _FOUND.fullmatch(answer.decode("utf-8", "surrogateescape"))
    return place._replace(object=found[1], kind=found[2]) if found else place._replace(object="", kind="")


def _commit(revision: str) -> str | None:
    """Return the name of the commit that a revision is; None where there is none."""
    found = run_git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    commit = found.stdout.decode("ascii", "replace").strip()
    return None if found.returncode or not _COMMIT.fullmatch(commit) else commit


def _repository(word: str, *, or_file: bool) -> tuple[str, str]:
    """Return the working folder below the top of its repository, and the top; a bare one has none of its own.

    Raises InputProblems (exit 2) where there is none, or no git; with `or_file` the word could have been a file's.
    """
    missing = "there is no file of this name, and " if or_file else ""
    if not git_program():
        remedy = "name a file, or install git" if or_file else "install git"
        _refuse(word, f"{missing or 'there is '}no git to look for a revision", remedy)
    found = run_git("rev-parse", "--show-prefix")
    if found.returncode:
        said, command = refusal(found)
        remedy = f"run {command}" if command else "run it inside the repository"
        _refuse(word, f"{missing}git says: {said}", f"{remedy}, or name a file that exists" if or_file else remedy)
    top = run_git("rev-parse", "--show-toplevel")
    prefix, folder = (os.fsdecode(run.stdout).removesuffix("\n") for run in (found, top))
    return prefix, folder or os.getcwd()  # noqa: PTH109 - as above


def _how_to_get(revision: str) -> str:
    """Return what to do for a revision that is not there; a clone with one branch never gets another by its history."""
    is_shallow = run_git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    depth = ["--depth=1"] if is_shallow else []
    why = "this clone is shallow" if is_shallow else "this clone does not have it"
    remotes = os.fsdecode(run_git("remote").stdout).splitlines()
    remote, _, branch = revision.partition("/")
    if remote in remotes and _BRANCH.fullmatch(branch):
        fetched = [remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"]
        return f"{why}; fetch the branch with {shlex.join(['git', 'fetch', *depth, *fetched])}"
    if remotes and _COMMIT.fullmatch(revision):
        remote = "origin" if "origin" in remotes else remotes[0]
        return f"{why}; fetch the commit with {shlex.join(['git', 'fetch', *depth, remote, revision])}"
    return f"{why}; fetch the whole history with git fetch --unshallow" if is_shallow else _WHICH


def _refuse(word: str, message: str, remedy: str, code: str = "bad-revision") -> NoReturn:
    raise InputProblems([error(code, word.removesuffix(":"), (0, 0), message, remedy)])
