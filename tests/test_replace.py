"""Files are replaced as a set: killed anywhere and edited by anybody, they are never a silent mix."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from esspec.outputs.fileset import interrupted, stale
from esspec.outputs.record import FileSet, TargetFiles
from esspec.problem import InputProblems, PageProblems, Problem
from filesets import NEW, OLD, PAGE, Killed, Tree, failing, kills, problem_of, put, starts, texts, tree


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a folder that holds the old set."""
    put(tmp_path / "out", OLD)
    return tmp_path / "out"


@pytest.fixture
def clean(tmp_path: Path) -> Tree:
    """Return what the new set looks like where nothing was before."""
    put(tmp_path / "clean", NEW)
    return tree(tmp_path / "clean")


def check_no_silent_mix(directory: Path, clean: Tree) -> None:
    """Check that each file is old or new as a whole, and that a set which is neither says so."""
    there = tree(directory)
    old, new = texts(OLD), texts(NEW)
    assert all(there.get(place) in {old.get(place), new.get(place)} for place in old | new)
    is_left = ".esspec.journal" in there or ".esspec.new" in there
    assert bool(interrupted(directory)) == is_left
    files = {place: data for place, data in there.items() if data is not None and place != ".esspec.json"}
    assert is_left or files in (old, new)
    assert bool(stale(directory, NEW)) == (there != clean)
    assert tree(directory) == there, "looking writes nothing"


# Killed anywhere


def test_journal_is_on_disk_first(out: Path) -> None:
    """The journal is forced to disk, moved into place and its folder forced to disk before the first file."""
    with failing(0, Killed) as calls:
        put(out, NEW)
    assert [name for name in calls if name in {"fsync", "replace"}] == ["fsync", "replace", "fsync", *["replace"] * 4]


def test_killed_anywhere(tmp_path: Path, clean: Tree) -> None:
    """Wherever an export is killed, files are old or new, a mix is reported, and the next export completes it."""
    seen = set()
    for directory in kills(starts(tmp_path, OLD), lambda path: put(path, NEW)):
        check_no_silent_mix(directory, clean)
        there = tree(directory)
        seen.add((".esspec.journal" in there, ".esspec.new" in there))
        put(directory, NEW)
        assert tree(directory) == clean
        assert interrupted(directory) is None
    assert seen == {(False, False), (False, True), (True, True)}


def test_killed_at_first_export(tmp_path: Path, clean: Tree) -> None:
    def start() -> Path:
        return tmp_path / f"first-{len(list(tmp_path.iterdir()))}" / "out"

    for directory in kills(start, lambda path: put(path, NEW)):
        assert stale(directory, NEW)
        put(directory, NEW)
        assert tree(directory) == clean


def test_killed_again_while_completing(tmp_path: Path, clean: Tree) -> None:
    journalled = 0
    fresh = starts(tmp_path, OLD)
    for at in range(1, 1000):
        directory = fresh()
        with failing(at, Killed) as calls:
            try:
                put(directory, NEW)
                break
            except Killed:
                pass
        if not (directory / ".esspec.journal").exists() or calls[-1] == "open":
            continue
        journalled += 1

        def start(at: int = at) -> Path:
            again = fresh()
            with failing(at, Killed), pytest.raises(Killed):
                put(again, NEW)
            return again

        for again in kills(start, lambda path: put(path, NEW)):
            check_no_silent_mix(again, clean)
            put(again, NEW)
            assert tree(again) == clean
    assert journalled > 10


def test_killed_then_back_to_the_old_page(tmp_path: Path) -> None:
    """What was killed is completed first; then the set of now is written."""
    back = FileSet(PAGE, {**OLD.targets, "calico": TargetFiles({}, {})})
    put(tmp_path / "back", back)
    for directory in kills(starts(tmp_path, OLD), lambda path: put(path, NEW)):
        done = put(directory, back, allow_removal=True)
        assert tree(directory) == tree(tmp_path / "back")
        assert set(done.written) <= tree(directory).keys()
        assert not set(done.removed) & tree(directory).keys()


def test_completing_counts_as_written(tmp_path: Path) -> None:
    for directory in kills(starts(tmp_path, OLD), lambda path: put(path, NEW)):
        before = tree(directory)
        done = put(directory, NEW)
        after = tree(directory)
        assert {p for p in texts(NEW) if before.get(p) != after[p]} == set(done.written) - {".esspec.json"}
        assert {p for p in texts(OLD) if p in before and p not in after} == set(done.removed)
        assert len(done.written) + done.unchanged == 6


def test_edited_after_the_kill(tmp_path: Path, clean: Tree) -> None:
    """Whoever edits a file of an export that was killed is heard before anything is completed."""
    places = ("kubernetes/kafka.yaml", "kubernetes/gone.yaml", "calico/kafka.yaml", ".esspec.json")
    reported = set()
    for directory in kills(starts(tmp_path, OLD), lambda path: put(path, NEW)):
        if not (directory / ".esspec.journal").exists():
            continue
        for place in places:
            kept = (directory / place).read_bytes() if (directory / place).exists() else None
            if kept is None:
                continue
            (directory / place).write_bytes(b"mine")
            there = tree(directory)
            with pytest.raises(PageProblems) as failure:
                put(directory, NEW)
            assert problem_of(failure) == (
                f"{directory / place}: error: somebody changed this file after an export was interrupted — move the "
                "change to the page or its binding, or use --force to overwrite the file [edited-file]"
            )
            assert tree(directory) == there
            reported.add(place)
            (directory / place).write_bytes(kept)
        (directory / "kubernetes" / "kafka.yaml").write_bytes(b"mine")
        put(directory, NEW, force=True)
        assert tree(directory) == clean
    assert reported == set(places)


def test_deleted_after_the_kill(tmp_path: Path, clean: Tree) -> None:
    """A file that somebody deleted meanwhile is written, as long as its staged text is there."""
    out = tmp_path / "out"
    put(out, OLD)
    (journalled(out) / "kubernetes" / "kafka.yaml").unlink()
    put(out, NEW)
    assert tree(out) == clean


def test_killed_by_the_system(tmp_path: Path, clean: Tree) -> None:
    """A process that is killed outright leaves its lock to nobody."""
    script = (
        "import os, signal, sys; from pathlib import Path; import filesets as t\n"
        "real, calls = os.replace, []\n"
        "def replace(*a, **k):\n"
        "    calls.append(a)\n"
        "    os.kill(os.getpid(), signal.SIGKILL) if len(calls) == 3 else real(*a, **k)\n"
        "os.replace = replace; t.put(Path(sys.argv[1]), t.NEW)"
    )
    directory = starts(tmp_path, OLD)()
    path = os.pathsep.join([*sys.path, str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", script, directory], env={**os.environ, "PYTHONPATH": path}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    check_no_silent_mix(directory, clean)
    left = interrupted(directory)
    assert left is not None
    assert str(left) == (
        f"{directory}: error: an export into this folder was interrupted, or is running right now: old and new files "
        "are mixed — run esspec export again [interrupted-export]"
    )
    put(directory, NEW)
    assert tree(directory) == clean


def journalled(out: Path) -> Path:
    """Return the folder after an export that died before its first file was in place."""
    with failing(0, Killed) as calls:
        put(out.with_name("count"), OLD)
        calls.clear()
        put(out.with_name("count"), NEW)
        at = calls.index("fsync", calls.index("replace")) + 1
    with failing(at, Killed), pytest.raises(Killed):
        put(out, NEW)
    assert (out / ".esspec.journal").exists()
    return out


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("journal", [b"", b"{", b"{}", b"[" * 100_000, b"\xff", b"1" * 5000, "page"])
def test_journal_damaged(out: Path, journal: bytes | str, *, force: bool) -> None:
    data = (out / ".esspec.json").read_bytes() if journal == "page" else bytes(journal)  # type: ignore[arg-type]
    journalled(out).joinpath(".esspec.journal").write_bytes(data)
    there = tree(out)
    with pytest.raises(InputProblems, match=r"malformed-file") as failure:
        put(out, NEW, force=force)
    assert f"{out}/.esspec.journal" in problem_of(failure)
    assert "delete .esspec.journal and .esspec.new in it, and run esspec export again" in problem_of(failure)
    assert tree(out) == there


@pytest.mark.parametrize("place", ["../evil", "kubernetes/../../evil", "/evil", ".git/config", ".esspec.journal"])
def test_journal_that_leads_elsewhere(out: Path, place: str) -> None:
    """A journal may come from a pull request."""
    changes = {place: {"old": None, "new": "0" * 64}}
    (out / ".esspec.journal").write_text(json.dumps({"schema": "esspec/journal/1", "changes": changes}), "utf-8")
    there = tree(out)
    with pytest.raises(InputProblems, match="malformed-file"):
        put(out, NEW, force=True)
    assert tree(out) == there


def test_staged_file_damaged(out: Path, clean: Tree) -> None:
    """A power cut may leave staged files empty; what to do then is said, and nothing is changed."""
    staged = journalled(out) / ".esspec.new" / "kubernetes" / "kafka.yaml"
    staged.write_bytes(b"")
    there = tree(out)
    with pytest.raises(InputProblems) as failure:
        put(out, NEW)
    assert problem_of(failure) == (
        f"{out}/kubernetes/kafka.yaml: error: its new text, staged by an export that was interrupted, is damaged or "
        "gone — restore the folder from version control (or keep it as it is), delete .esspec.journal and .esspec.new "
        "in it, and run esspec export again; --force then overwrites files that neither export can account for "
        "[damaged-export]"
    )
    assert tree(out) == there
    put(out, NEW, force=True)
    assert tree(out) == clean


@pytest.mark.parametrize("force", [False, True])
def test_staging_folder_gone(out: Path, clean: Tree, *, force: bool) -> None:
    shutil.rmtree(journalled(out) / ".esspec.new")
    with pytest.raises(InputProblems, match="damaged-export"):
        put(out, NEW)
    if not force:
        (out / ".esspec.journal").unlink()
    put(out, NEW, force=force)
    assert tree(out) == clean


# Disks, locks, links


def problems_of(directory: Path) -> tuple[Problem, ...]:
    try:
        put(directory, NEW)
    except InputProblems as failure:
        return failure.problems
    return ()


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_system_calls_fail(tmp_path: Path, clean: Tree, reason: int) -> None:
    """A failing call ends in exit 2; before the first change, all is as it was and nothing is left over."""
    start = starts(tmp_path, OLD)
    old = tree(start())
    for at in range(1, 1000):
        directory = start()
        with failing(at, lambda: OSError(reason, os.strerror(reason))) as calls:
            failed = problems_of(directory)
        if len(calls) < at:
            break
        assert [problem.message for problem in failed] == [os.strerror(reason)] or calls[at - 1] == "rmdir"
        assert {problem.code for problem in failed} <= {"unwritable-output", "unreadable-output"}
        there = tree(directory)
        if not interrupted(directory) and there != old:
            assert {place: data for place, data in there.items() if place != "csv"} == clean
        put(directory, NEW)
        assert texts(NEW).items() <= tree(directory).items()
        assert not interrupted(directory)


def test_failing_rename_names_the_file(out: Path, clean: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the two paths of a rename the one that is known to the user is named."""
    real = os.replace

    def replace(old: Path | str, new: Path | str) -> None:
        if str(new).endswith("new.yaml"):
            raise OSError(errno.EPERM, "Operation not permitted", str(old), None, str(new))
        real(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(InputProblems) as failure:
            put(out, NEW)
    assert problem_of(failure) == (
        f"{out}/kubernetes/new.yaml: error: Operation not permitted — make sure that it can be written and that the "
        "disk has room, then run esspec export again [unwritable-output]"
    )
    assert interrupted(out)
    put(out, NEW)
    assert tree(out) == clean


def test_short_writes(tmp_path: Path, clean: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system may write less than it is given (write(2))."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:3]))
    put(tmp_path / "out", NEW)
    assert tree(tmp_path / "out") == clean


def test_target_folder_on_another_file_system(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file can be moved there at once, so nothing is begun."""
    there, real = tree(out), Path.lstat

    def lstat(path: Path) -> os.stat_result:
        state = list(real(path))
        return os.stat_result([*state[:2], state[2] + (path.name == "csv"), *state[3:]])

    with monkeypatch.context() as patch:
        patch.setattr(Path, "lstat", lstat)
        with pytest.raises(InputProblems, match="csv: error: this folder is on a file system of its own"):
            put(out, NEW)
    assert tree(out) == there
