"""One folder of generated files on disk: its names, its bytes, its lock; symbolic links are never followed.

A place is a file's name below the folder: `kubernetes/kafka.yaml`, or a name of the folder's own.
"""

import errno
import json
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from esspec.problem import InputProblems, Problem, error

if sys.platform != "win32":
    import fcntl

GITATTRIBUTES, RECORD = ".gitattributes", ".esspec.json"
_TARGET = re.compile(r"[a-z0-9][a-z0-9._-]*")
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0)  # so that a named pipe does not hang us
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
_Model = TypeVar("_Model", bound=BaseModel)


def target_name(name: str) -> str:
    """Return `name` if it can name a target's folder; raise ValueError otherwise (threats.md 8)."""
    if not _TARGET.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a target's folder")
    return name


def file_name(name: str) -> str:
    """Return `name` if it names one file inside a folder and prints; raise ValueError otherwise.

    A CSV file is named as its page is, so capitals, spaces and letters of any script can stand here.
    """
    if name in {"", ".", ".."} or "/" in name or "\\" in name or not name.isprintable():
        raise ValueError(f"{name!r} cannot name a file")
    return name


def place_name(place: str) -> str:
    """Return `place` if it is a name of the folder's own or `<target>/<name>`; raise ValueError otherwise."""
    if place not in {GITATTRIBUTES, RECORD}:
        target, _, name = place.partition("/")
        target_name(target)
        file_name(name)
    return place


TargetName = Annotated[str, AfterValidator(target_name)]
FileName = Annotated[str, AfterValidator(file_name)]
Place = Annotated[str, AfterValidator(place_name)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    return sha256(data).hexdigest()


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names in a folder, sorted; none where there is no such folder.

    Raises InputProblems (exit 2) where something else bears its name, a symbolic link to a folder included.
    """
    try:
        mode = folder.lstat().st_mode
    except FileNotFoundError:
        return ()
    if not stat.S_ISDIR(mode):
        raise InputProblems([_not_ours(str(folder), mode, "folder")])
    return tuple(sorted(os.listdir(folder)))  # noqa: PTH208 - names, not paths


def read_file(path: str) -> bytes | None:
    """Return the bytes of a file, or None where there is none.

    Raises InputProblems (exit 2) where something else bears its name, a symbolic link to a file included.
    """
    try:
        handle = os.open(path, _READ)
    except FileNotFoundError:
        return None
    except OSError as failed:
        if failed.errno not in {errno.ELOOP, errno.ENXIO}:  # a symbolic link; a socket (open(2))
            raise
        raise InputProblems([_not_ours(path, Path(path).lstat().st_mode, "file")]) from failed
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise InputProblems([_not_ours(path, state.st_mode, "file")])
        return b"".join(iter(lambda: os.read(handle, state.st_size + 1), b""))
    finally:
        os.close(handle)


def _not_ours(path: str, mode: int, wanted: str) -> Problem:
    what = "a symbolic link, which esspec does not follow" if stat.S_ISLNK(mode) else f"not a {wanted}"
    remedy = "move it elsewhere, or choose another folder"
    return error("not-our-file", path, (0, 0), f"this is {what}", remedy)


def read_files(directory: Path, places: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of those places where there is a file; errors as in `names_in` and `read_file`."""
    present: dict[str, frozenset[str]] = {}
    found = {}
    for place in places:
        folder, _, name = place.rpartition("/")
        if folder not in present:
            present[folder] = frozenset(names_in(directory / folder))
        if name in present[folder] and (data := read_file(f"{directory}/{place}")) is not None:
            found[place] = data
    return found


def create_file(path: str, data: bytes, *, sync: bool = False) -> None:
    """Write a file that is not there yet, with mode 0644 whatever the umask is; `sync` forces it to disk."""
    handle = os.open(path, _CREATE, 0o644)
    try:
        if sys.platform != "win32":
            os.fchmod(handle, 0o644)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        if sync:
            os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make a folder with mode 0755 whatever the umask is, if there is none."""
    if not os.path.lexists(path):
        path.mkdir()
        path.chmod(0o755)


def parsed(model: type[_Model], path: str, data: bytes, remedy: str) -> _Model:
    """Return `data`, the JSON of a file that esspec wrote, as a value of `model`.

    Raises InputProblems (exit 2) with line and column where it is no JSON, with the key where that is wrong.
    """
    at = (0, 0)
    try:
        return model.model_validate(json.loads(data.decode("utf-8")))
    except json.JSONDecodeError as broken:
        at, message = (broken.lineno, broken.colno), f"this is no JSON: {broken.msg}"
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        message = f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
    except (ValueError, RecursionError) as broken:  # not UTF-8, a number of too many digits, nested too deep
        message = f"this is no JSON: {broken}"
    raise InputProblems([error("malformed-file", path, at, message, remedy)])


@contextmanager
def restated(directory: Path, code: str, remedy: str) -> Iterator[None]:
    """Restate an OSError as InputProblems (exit 2) with its path, the system's words and `remedy`."""
    try:
        yield
    except OSError as failed:
        path = os.fsdecode(failed.filename2 or failed.filename or directory)
        message = failed.strerror or str(failed)
        raise InputProblems([error(code, path, (0, 0), message, remedy)]) from failed


@contextmanager
def locked(directory: Path) -> Iterator[int]:
    """Yield a handle on the folder, made if it is missing, while no other export can lock it.

    The lock is advisory, on the folder itself, and ends with the process; a file system without locks goes
    without. Raises InputProblems (exit 2) where another export holds it.
    """
    names_in(directory)  # refuses what is no folder
    if not os.path.lexists(directory):
        directory.parent.mkdir(parents=True, exist_ok=True)
        make_folder(directory)
    handle = os.open(directory, os.O_RDONLY | _NO_FOLLOW)
    try:
        if sys.platform != "win32":
            _lock(handle, directory)
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int, directory: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        message = "another esspec export is writing into this folder"
        remedy = "wait until it has ended, then run esspec export again"
        raise InputProblems([error("folder-in-use", str(directory), (0, 0), message, remedy)]) from taken
    except OSError:
        return  # NFS locks no handle that is open for reading only (flock(2))
