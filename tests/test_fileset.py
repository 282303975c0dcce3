"""The files of several targets are written as one set, and only over what an export wrote."""

import errno
import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import esspec
from esspec.outputs import filediff
from esspec.outputs.filediff import file_diff
from esspec.outputs.fileset import Written, interrupted, stale
from esspec.outputs.record import FileSet, TargetFiles, recorded
from esspec.problem import InputProblems, PageProblems
from filesets import NEW, OLD, PAGE, Killed, Tree, failing, problem_of, put, texts, times, tree


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


# What is written


def test_first_export(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "out"
    done = put(directory, OLD)
    names = [".gitattributes", "csv/network-policies.csv", *(f"kubernetes/{n}.yaml" for n in ("gone", "kafka", "ui"))]
    assert done == Written((*names, ".esspec.json"), (), 0)
    there = tree(directory)
    record = json.loads(there.pop(".esspec.json") or b"")
    assert {place: data for place, data in there.items() if data is not None} == texts(OLD)
    assert record["page"] == PAGE
    assert record["version"] == esspec.__version__
    assert record["targets"]["kubernetes"]["isolated"] == {"kafka": ["egress", "ingress"], "ui": ["ingress"]}
    assert record["targets"]["csv"]["files"].keys() == {"network-policies.csv"}
    assert record["files"].keys() == {".gitattributes"}
    assert stale(directory, OLD) == ""


def test_record_is_sorted_json(out: Path) -> None:
    text = (out / ".esspec.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    found = recorded(out)
    assert found is not None
    assert found.page == PAGE


def test_same_again_touches_nothing(out: Path) -> None:
    before = tree(out), times(out)
    with failing(0, Killed) as calls:
        assert put(out, OLD) == Written((), (), 6)
    assert set(calls) == {"open"}
    assert (tree(out), times(out)) == before


def test_order_of_the_set_is_without_effect(tmp_path: Path, out: Path) -> None:
    """The same set in another order gives the same bytes."""
    turned = {
        target: TargetFiles(dict(reversed(files.items())), {k: v[::-1] for k, v in reversed(isolated.items())})
        for target, (files, isolated) in reversed(OLD.targets.items())
    }
    put(tmp_path / "turned", FileSet(PAGE, turned))
    assert tree(tmp_path / "turned") == tree(out)


def test_only_what_changes_is_replaced(out: Path, clean: Tree) -> None:
    before = times(out)
    done = put(out, NEW)
    assert done.written == ("calico/kafka.yaml", "kubernetes/kafka.yaml", "kubernetes/new.yaml", ".esspec.json")
    assert done.removed == ("csv/network-policies.csv", "kubernetes/gone.yaml")
    assert done.unchanged == 2
    assert tree(out) == clean, "the emptied folder csv/ is gone too"
    same = {str(out / "kubernetes" / "ui.yaml"), str(out / ".gitattributes")}
    assert {path: t for path, t in times(out).items() if path in same} == {p: before[p] for p in same}


def test_modes_do_not_depend_on_umask(tmp_path: Path) -> None:
    umask = os.umask(0o077)
    try:
        put(tmp_path / "out", OLD)
    finally:
        os.umask(umask)
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]}
    assert modes == {True: 0o755, False: 0o644}


def test_other_targets_stay(out: Path) -> None:
    """An export of some targets leaves the files of others, and what is recorded of them."""
    (out / "csv" / "network-policies.csv").write_text("edited", encoding="utf-8")
    before, there = recorded(out), tree(out)
    some = FileSet(PAGE, {"calico": NEW.targets["calico"]})
    put(out, some)
    after = recorded(out)
    assert before is not None
    assert after is not None
    assert {name: after.targets[name] for name in before.targets} == before.targets
    assert {p: b for p, b in tree(out).items() if "calico" not in p and p != ".esspec.json"} == {
        p: b for p, b in there.items() if p != ".esspec.json"
    }
    assert stale(out, some) == ""
    assert stale(out, FileSet(PAGE, {"kubernetes": OLD.targets["kubernetes"]})) == ""


def test_version_alone_is_no_change(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esspec.outputs.record.__version__", "99.0")
    assert stale(out, OLD) == ""
    assert put(out, OLD).written == ()
    assert put(out, NEW).written[-1] == ".esspec.json"
    found = recorded(out)
    assert found is not None
    assert found.version == "99.0"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "a\\b", "a\nb", "a\0b", "a\u202eb"])
def test_file_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a file"):
        put(tmp_path / "out", FileSet(PAGE, {"kubernetes": TargetFiles({name: ""}, {})}))
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("name", ["", ".", "..", ".esspec.new", ".git", "a/b", "Kubernetes", "-o", "a b"])
def test_target_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a target's folder"):
        stale(tmp_path / "out", FileSet(PAGE, {name: TargetFiles({}, {})}))


def test_pages_may_be_named_in_any_script(tmp_path: Path) -> None:
    wanted = FileSet("Réseau 2.md", {"csv": TargetFiles({"Réseau 2.csv": "x\n"}, {})})
    put(tmp_path, wanted)
    assert stale(tmp_path, wanted) == ""
    assert (tmp_path / "csv" / "Réseau 2.csv").is_file()


# Whose files they are


def test_edited_file_is_kept(out: Path, clean: Tree) -> None:
    """What somebody edited is neither overwritten nor removed, and every such file is named."""
    (out / "kubernetes" / "kafka.yaml").write_text("mine\n", encoding="utf-8")
    (out / "kubernetes" / "gone.yaml").write_text("mine\n", encoding="utf-8")
    (out / "calico").mkdir()
    (out / "calico" / "kafka.yaml").write_text("mine\n", encoding="utf-8")
    there = tree(out)
    with pytest.raises(PageProblems) as failure:
        put(out, NEW)
    remedy = "move what it says to the page or its binding, or use --force to lose it [edited-file]"
    assert [str(problem) for problem in failure.value.problems] == [
        f"{out}/calico/kafka.yaml: error: this file is not from esspec; an export would overwrite it — {remedy}",
        f"{out}/kubernetes/gone.yaml: error: somebody changed this file; an export would remove it — {remedy}",
        f"{out}/kubernetes/kafka.yaml: error: somebody changed this file; an export would overwrite it — {remedy}",
    ]
    assert failure.value.exit_code == 1
    assert tree(out) == there
    put(out, NEW, force=True)
    assert tree(out) == clean


def test_edit_beside_an_unchanged_page(out: Path) -> None:
    """An export of the same page does not put an edited file back without being told to."""
    (out / ".gitattributes").write_text("* text\n", encoding="utf-8")
    with pytest.raises(PageProblems, match="gitattributes"):
        put(out, OLD)
    assert put(out, OLD, force=True).written == (".gitattributes",)


def test_deleted_file_is_written_again(out: Path) -> None:
    there = tree(out)
    (out / "kubernetes" / "kafka.yaml").unlink()
    assert put(out, OLD) == Written(("kubernetes/kafka.yaml",), (), 5)
    assert tree(out) == there


def test_deleted_file_that_should_go(out: Path, clean: Tree) -> None:
    (out / "kubernetes" / "gone.yaml").unlink()
    assert put(out, NEW).removed == ("csv/network-policies.csv",)
    assert tree(out) == clean


def test_file_that_is_right_already(out: Path, clean: Tree) -> None:
    """Whatever the record says of it, a file that is what is wanted is nobody's edit."""
    (out / "kubernetes" / "kafka.yaml").write_text("kafka: 2\n", encoding="utf-8")
    assert "kubernetes/kafka.yaml" not in put(out, NEW).written
    assert tree(out) == clean


def test_record_lost(out: Path) -> None:
    """Without a record, files that are right are taken over; others are somebody's."""
    there = tree(out)
    (out / ".esspec.json").unlink()
    with pytest.raises(PageProblems, match="this file is not from esspec"):
        put(out, NEW)
    assert put(out, OLD) == Written((".esspec.json",), (), 5)
    assert tree(out) == there


def test_strangers_stay(out: Path) -> None:
    """A file that no export wrote is neither touched nor overlooked."""
    (out / "csv" / "mine.yaml").write_text("x", encoding="utf-8")
    (out / "kubernetes" / "sub\x1b").mkdir()
    (out / "mine").mkdir()
    put(out, NEW)
    assert (out / "csv" / "mine.yaml").read_text(encoding="utf-8") == "x"
    note = "(esspec did not write it and leaves it alone; move it out of this folder)"
    assert stale(out, NEW) == f"Only in {out}/csv: mine.yaml {note}\nOnly in {out}/kubernetes: sub\\x1b {note}\n"


BARE = FileSet(PAGE, {"kubernetes": TargetFiles(OLD.targets["kubernetes"].files, {"kafka": ("ingress",)})})


def test_isolation_lost(out: Path) -> None:
    """A workload or a direction that would no longer be isolated is named, and nothing is written."""
    both = FileSet(PAGE, {**OLD.targets, "calico": OLD.targets["kubernetes"]})
    put(out, both)
    there = tree(out)
    with pytest.raises(PageProblems) as failure:
        put(out, FileSet(PAGE, {**BARE.targets, "calico": TargetFiles({}, {})}), force=True)
    remedy = "bring it back to the page, or use --allow-removal if everything may reach its pods [lost-isolation]"
    assert [str(problem) for problem in failure.value.problems] == [
        f"{out}: error: workload kafka: egress is no longer isolated (calico, kubernetes) — {remedy}",
        f"{out}: error: workload kafka: ingress is no longer isolated (calico) — {remedy}",
        f"{out}: error: workload ui: ingress is no longer isolated (calico, kubernetes) — {remedy}",
    ]
    assert failure.value.exit_code == 1
    assert tree(out) == there


def test_isolation_lost_on_purpose(out: Path) -> None:
    assert put(out, BARE, allow_removal=True) == Written((".esspec.json",), (), 4)
    assert stale(out, BARE) == ""
    put(out, FileSet(PAGE, {"kubernetes": OLD.targets["kubernetes"]}))  # more isolation asks nobody


def test_all_that_stops_an_export_is_said_at_once(out: Path) -> None:
    (out / "kubernetes" / "gone.yaml").write_text("mine\n", encoding="utf-8")
    wanted = FileSet(PAGE, {"kubernetes": TargetFiles({}, {"kafka": ("egress", "ingress")})})
    with pytest.raises(PageProblems) as failure:
        put(out, wanted)
    assert [problem.code for problem in failure.value.problems] == ["lost-isolation", "edited-file"]


@pytest.mark.parametrize("look", [stale, lambda path, wanted: put(path, wanted, force=True, allow_removal=True)])
def test_folder_of_another_page(out: Path, look: Callable[[Path, FileSet], object]) -> None:
    there = tree(out)
    with pytest.raises(InputProblems) as failure:
        look(out, FileSet("other.md", OLD.targets))
    assert problem_of(failure) == (
        f"{out}: error: this folder holds the files of the page 'network-policies.md', not of 'other.md' — give each "
        "page a folder of its own with -o [other-page]"
    )
    assert failure.value.exit_code == 2
    assert tree(out) == there


HASH = "0" * 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{\n  "page": ,\n}',
            ":2:11: error: this is no JSON: Expecting value — run esspec export with --force",
        ),
        ("[]", ": error: the file: Input should be a valid dictionary"),
        ("[" * 100_000, ": error: this is no JSON: "),
        ("{}", ": error: schema: Field required"),
        ({"schema": "esspec/files/2"}, ": error: schema: Input should be 'esspec/files/1'"),
        ({"more": 1}, ": error: more: Extra inputs"),
        ({"files": {"../evil": HASH}}, ": error: files.../evil.[key]: Value error, '../evil' cannot name a file"),
        ({"targets": {"..": {"files": {}, "isolated": {}}}}, "'..' cannot name a target's folder"),
        ({"targets": {"csv": {"files": {"a": "0"}, "isolated": {}}}}, ": error: targets.csv.files.a: String should"),
        ({"targets": {"csv": {"files": {}, "isolated": {"a": ["up"]}}}}, "targets.csv.isolated.a.0: Input should"),
    ],
)
def test_record_malformed(out: Path, text: str | dict[str, Any], said: str) -> None:
    """A record may come from a pull request, so it leads nowhere and hides nothing."""
    right = {"schema": "esspec/files/1", "page": PAGE, "version": "1", "files": {}, "targets": {}}
    data = text if isinstance(text, str) else json.dumps(right | text)
    (out / ".esspec.json").write_text(data, encoding="utf-8")
    there = tree(out)
    for look in (recorded, lambda path: stale(path, OLD), lambda path: put(path, OLD)):
        with pytest.raises(InputProblems) as failure:
            look(out)
        assert said in problem_of(failure)
        assert problem_of(failure).startswith(f"{out}/.esspec.json:")
    assert tree(out) == there


@pytest.mark.parametrize("damage", ["{", "<<<<<<< HEAD\n", "\ufffd"])
def test_damaged_record_is_written_again(out: Path, damage: str) -> None:
    """By force alone, and every file of the set with it, as nobody knows any more which of them somebody changed."""
    before = tree(out)
    record = out / ".esspec.json"
    record.write_text(damage + record.read_text(encoding="utf-8"), encoding="utf-8")
    (out / "kubernetes" / "kafka.yaml").write_text("mine", encoding="utf-8")
    put(out, OLD, force=True)
    assert tree(out) == before


def test_damaged_record_of_another_page(out: Path) -> None:
    """Force does not take a folder from the page that its record still names."""
    record = out / ".esspec.json"
    record.write_text(record.read_text(encoding="utf-8") + "<<<<<<<\n", encoding="utf-8")
    there = tree(out)
    with pytest.raises(InputProblems) as failure:
        put(out, OLD._replace(page="other.md"), force=True)
    assert f"this folder holds the files of the page '{PAGE}', not of 'other.md'" in problem_of(failure)
    assert tree(out) == there


# Links, locks and disks


@pytest.mark.parametrize(
    "place", ["", "kubernetes", "kubernetes/kafka.yaml", "csv/network-policies.csv", ".gitattributes", ".esspec.json"]
)
def test_links_are_not_followed(out: Path, place: str) -> None:
    path = out / place
    moved = path.rename(out.parent / "elsewhere")
    path.symlink_to(moved)
    there = tree(out.parent)
    for look in (stale, lambda path, wanted: put(path, wanted, force=True)):
        with pytest.raises(InputProblems) as failure:
            look(out, NEW)
        assert problem_of(failure) == (
            f"{path}: error: this is a symbolic link, which esspec does not follow — move it elsewhere, or choose "
            "another folder [not-our-file]"
        )
    assert tree(out.parent) == there


@pytest.mark.parametrize("place", [".esspec.new", ".esspec.journal"])
def test_links_in_place_of_left_overs(out: Path, place: str) -> None:
    (out / place).symlink_to(out.parent)
    there = tree(out)
    assert "interrupted-export" in stale(out, NEW)
    with pytest.raises(InputProblems, match="this is a symbolic link"):
        put(out, NEW, force=True)
    assert tree(out) == there


def test_link_among_the_parents_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    put(tmp_path / "link" / "out", OLD)
    assert stale(tmp_path / "real" / "out", OLD) == ""


@pytest.mark.parametrize("place", ["kubernetes/kafka.yaml", ".gitattributes", ".esspec.json"])
def test_neither_file_nor_folder(tmp_path: Path, place: str) -> None:
    """A named pipe is refused without waiting for its other end, and so is a folder."""
    for number, make in enumerate((os.mkfifo, os.mkdir)):
        path = tmp_path / str(number) / place
        path.parent.mkdir(parents=True)
        make(path)
        with pytest.raises(InputProblems, match="this is not a file"):
            put(tmp_path / str(number), OLD, force=True)


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for look in (stale, put):
        with pytest.raises(InputProblems, match=r"file: error: this is not a folder — .*\[not-our-file\]"):
            look(tmp_path / "file", OLD)
        with pytest.raises(InputProblems, match=r"error: Not a directory — make sure that it can be .*able-output\]"):
            look(tmp_path / "file" / "out", OLD)
    (tmp_path / "kubernetes").write_text("mine", encoding="utf-8")
    with pytest.raises(InputProblems, match="kubernetes: error: this is not a folder"):
        put(tmp_path, OLD)
    assert tree(tmp_path) == {"file": b"mine", "kubernetes": b"mine"}


def test_two_exports_at_once(out: Path) -> None:
    there, handle = tree(out), os.open(out, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(InputProblems) as failure:
        put(out, NEW)
    assert problem_of(failure) == (
        f"{out}: error: another esspec export is writing into this folder — wait until it has ended, then run esspec "
        "export again [folder-in-use]"
    )
    assert tree(out) == there
    assert stale(out, OLD) == ""
    os.close(handle)
    put(out, NEW)


def test_file_system_without_locks(out: Path, clean: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_handle: int, _how: int) -> None:
        raise OSError(errno.EBADF, "no lock for you")

    monkeypatch.setattr(fcntl, "flock", flock)
    put(out, NEW)
    assert tree(out) == clean


def test_target_folder_that_cannot_be_written(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noticed before the first file is replaced."""
    there = tree(out)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "csv")
    with pytest.raises(InputProblems) as failure:
        put(out, NEW)
    assert problem_of(failure) == (
        f"{out}/csv: error: Permission denied — make sure that it can be written and that the disk has room, then run "
        "esspec export again [unwritable-output]"
    )
    assert tree(out) == there


def test_disk_that_lies(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A staged file is read again before any file is replaced."""
    there, real = tree(out), os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, bytes(len(data))))
    with pytest.raises(InputProblems, match="this reads back differently from what was written"):
        put(out, NEW)
    assert tree(out) == there


# What is stale


def test_stale_shows_what_an_export_would_do(out: Path) -> None:
    before, moments = tree(out), times(out)
    text = stale(out, NEW)
    record = text.index(f"--- {out}/.esspec.json\n+++ {out}/.esspec.json\n@@ ")
    files = text.index(f"--- /dev/null\n+++ {out}/calico/kafka.yaml\n")
    assert record < files
    assert text[files:] == (
        f"--- /dev/null\n+++ {out}/calico/kafka.yaml\n@@ -0,0 +1 @@\n+calico: 2\n"
        f"--- {out}/csv/network-policies.csv\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-direction\\r\n-ä\\r\n"
        f"--- {out}/kubernetes/gone.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        f"--- {out}/kubernetes/kafka.yaml\n+++ {out}/kubernetes/kafka.yaml\n@@ -1 +1 @@\n-kafka: 1\n+kafka: 2\n"
        f"--- /dev/null\n+++ {out}/kubernetes/new.yaml\n"
    )
    assert (tree(out), times(out)) == (before, moments)


def test_stale_where_nothing_is(tmp_path: Path) -> None:
    assert f"+++ {tmp_path}/out/.esspec.json\n" in stale(tmp_path / "out", OLD)
    assert interrupted(tmp_path / "out") is None
    assert recorded(tmp_path / "out") is None
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("place", [".esspec.json", ".gitattributes", "kubernetes/ui.yaml"])
def test_stale_where_a_file_is_missing(out: Path, place: str) -> None:
    (out / place).unlink()
    assert stale(out, OLD).startswith(f"--- /dev/null\n+++ {out}/{place}\n@@ ")


@pytest.mark.parametrize("data", [b"ui: 1", b"ui: 1\r\n", b"ui: 1\n\n", b"", b"\xff", "ui: 1\u2028\n".encode()])
def test_stale_where_a_file_is_edited(out: Path, data: bytes) -> None:
    (out / "kubernetes" / "ui.yaml").write_bytes(data)
    assert stale(out, OLD).startswith(f"--- {out}/kubernetes/ui.yaml\n+++ {out}/kubernetes/ui.yaml\n@@ ")


def test_stale_record_alone(out: Path) -> None:
    path = out / ".esspec.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"ingress"', '"egress"', 1), encoding="utf-8")
    assert stale(out, OLD).startswith(f"--- {path}\n+++ {path}\n@@ ")


@pytest.mark.parametrize("most", [0, filediff.MOST_LINES])
def test_diffs_are_safe_to_print(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to find a difference give the same hunk, and neither lets a terminal escape through."""
    monkeypatch.setattr(filediff, "MOST_LINES", most)
    same = b"1\n2\n3\n4\n"
    assert file_diff("a\x1b", same + b"\x1b[31m\r\n\xff" + b"\n5\n6\n7\n8\n", same + b"x\n5\n6\n7\n8\n") == (
        "--- a\\x1b\n+++ a\\x1b\n@@ -2,8 +2,7 @@\n 2\n 3\n 4\n-\\x1b[31m\\r\n-\\udcff\n+x\n 5\n 6\n 7\n"
    )
    assert file_diff("a", b"1\n2", b"1\n2\n") == (
        "--- a\n+++ a\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n"
    )
