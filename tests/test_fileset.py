"""The files of several targets are written as one set, and only over what an export wrote."""

import errno
import fcntl
import json
import os
from pathlib import Path

import pytest
from filesets import NEW, OLD, PAGE, Killed, Tree, failing, kills, problem_of, put, starts, texts, times, tree

import esspec
from esspec import filediff
from esspec.filediff import file_diff
from esspec.fileset import FileSet, TargetFiles, Written, interrupted, recorded, stale
from esspec.problem import InputProblems, PageProblems


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
    monkeypatch.setattr("esspec.fileset.__version__", "99.0")
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
