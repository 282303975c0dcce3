"""`esspec verify PAGE --dir DIR`: files on disk that somebody damaged, lost or added, and exports that were killed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from esspec.commands.cli import run
from strategies import PAGE, TARGET_NAMES

KAFKA = "a pod with namespace=event-streams, release=es, component=kafka"


class Folder(NamedTuple):
    """An exported page: its path, where its files are, and how to verify them."""

    page: Path
    out: Path
    capture: pytest.CaptureFixture[str]

    def verify(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error."""
        code = run(["verify", str(self.page), "--dir", str(self.out), *arguments])
        said = self.capture.readouterr()
        return code, said.out, said.err

    def result(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Return exit code and the JSON result."""
        code, out, _ = self.verify("--format", "json", *arguments)
        return code, json.loads(out)

    def edit(self, place: str, change: Callable[[str], str]) -> None:
        """Change a file, which must have something to change."""
        path = self.out / place
        before = path.read_bytes().decode()
        assert change(before) != before
        path.write_bytes(change(before).encode())


@pytest.fixture
def exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    """Return a page with all of its files."""
    page, out = tmp_path / "page.md", tmp_path / "out"
    page.write_text(PAGE.markdown(), encoding="utf-8")
    (tmp_path / "esspec.toml").write_text(PAGE.toml(), encoding="utf-8")
    assert run(["export", str(page), "-o", str(out)]) == 0
    capsys.readouterr()
    return Folder(page, out, capsys)


def test_what_was_exported_is_equal(exported: Folder) -> None:
    """Exit 0, and no file is touched."""
    before = {path: path.stat() for path in exported.out.rglob("*")}
    code, found = exported.result()
    assert (code, found["equal"], found["targets"]) == (0, True, list(TARGET_NAMES))
    assert {path: path.stat() for path in exported.out.rglob("*")} == before


def test_an_edited_file_is_found(exported: Folder) -> None:
    """The whole of what is printed about it: the flow, every party's verdict, and the lines that decide it."""
    exported.edit("kubernetes/kafka.yaml", lambda text: text.replace("port: 80\n", "port: 79\n"))
    code, out, _ = exported.verify()
    path = exported.out / "kubernetes" / "kafka.yaml"
    line = path.read_text(encoding="utf-8").splitlines().index("    - from:") + 1
    assert code == 1
    shown = out.splitlines()
    assert shown[0] == "NOT EQUAL: page, calico, cilium, csv, kubernetes do not mean the same"
    start = shown.index(f"smallest difference: ingress of {KAFKA}")
    texts = {"calico": "kafka.yaml:4", "cilium": "kafka.yaml:4", "csv": "page.csv:2"}
    denied = "isolates it and no rule allows this"
    assert shown[start + 1 : start + 7] == [
        "  from a pod with namespace=event-streams, release=es, component=1e3, TCP 79",
        f"  page: denied (page.md:8 {denied})",
        *(f"  {name}: denied ({exported.out / name / place} {denied})" for name, place in texts.items()),
        f"  kubernetes: allowed ({path}:{line})",
    ]


EXTRA = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME, namespace: event-streams}
spec:
  podSelector: {matchLabels: {component: kafka, release: es}}
  policyTypes: [Ingress]
  ingress: RULES
"""
OPENING = EXTRA.replace("NAME", "extra").replace("RULES", "[{}]")
SECOND = EXTRA.replace("NAME", "esspec-kafka").replace("RULES", "[]")


@pytest.mark.parametrize("name", ["extra.yaml", ".extra.yaml", "z.yml"], ids=["usual", "hidden", "another ending"])
def test_a_file_more_is_found(exported: Folder, name: str) -> None:
    """What kubectl would apply is read, whatever it is called."""
    (exported.out / "kubernetes" / name).write_text(OPENING, encoding="utf-8")
    code, found = exported.result()
    flow = found["counterexample"]
    assert (code, flow["subject"], flow["direction"]) == (1, KAFKA, "ingress")
    assert flow["verdicts"][-1] == {
        "party": "kubernetes",
        "verdict": "allowed",
        "decided_by": [f"{exported.out / 'kubernetes' / name}:7"],
    }


def test_a_second_object_of_one_name_is_found(exported: Folder) -> None:
    """It adds no flow, and applied last it takes all of them away."""
    (exported.out / "kubernetes" / "z.yaml").write_text(SECOND, encoding="utf-8")
    code, found = exported.result()
    assert (code, found["counterexample"]) == (1, None)
    folder = exported.out / "kubernetes"
    assert found["refusals"] == [
        f"{folder}/z.yaml:1: replaces another: the object esspec-kafka stands in {folder}/kafka.yaml too"
    ]


@pytest.mark.parametrize("target", ["kubernetes", "calico", "cilium"])
def test_a_missing_file_is_found(exported: Folder, target: str) -> None:
    """By the flow that it leaves open, and by its name."""
    (exported.out / target / "kafka.yaml").unlink()
    code, found = exported.result("--target", target)
    page, output = found["counterexample"]["verdicts"]
    assert (code, page["verdict"], output["verdict"]) == (1, "denied", "allowed")
    assert output["decided_by"] == ["nothing isolates the ingress of this pod"]
    assert found["refusals"] == [
        f"{exported.out / target}/kafka.yaml:1: takes no effect: the page compiles to this file, and it is missing"
    ]


def test_a_renamed_file_is_found(exported: Folder) -> None:
    """The flows are the same, and the kustomization names a file that is not there."""
    (exported.out / "kubernetes" / "kafka.yaml").rename(exported.out / "kubernetes" / "kafka2.yaml")
    code, found = exported.result()
    assert (code, found["counterexample"], len(found["refusals"])) == (1, None, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("  - kafka.yaml\n", ""),
        lambda text: text.replace("  - kafka.yaml\n", "  - kafka.yaml\n  - ../evil.yaml\n"),
        lambda text: f"{text}namePrefix: x-\n",
    ],
    ids=["a resource lost", "a resource more", "a transformation"],
)
@pytest.mark.parametrize("target", ["kubernetes", "calico", "cilium"])
def test_another_kustomization_is_found(exported: Folder, target: str, change: Callable[[str], str]) -> None:
    """It must apply exactly the files that are compared."""
    exported.edit(f"{target}/kustomization.yaml", change)
    code, found = exported.result("--target", target)
    assert (code, found["counterexample"]) == (1, None)
    why = "it does not apply exactly the files that the page compiles to"
    assert found["refusals"] == [f"{exported.out / target}/kustomization.yaml:1: takes no effect: {why}"]


def test_a_missing_kustomization_is_found(exported: Folder) -> None:
    """Without it, nothing is applied by `kubectl apply -k`."""
    (exported.out / "cilium" / "kustomization.yaml").unlink()
    code, found = exported.result("--target", "cilium")
    assert (code, len(found["refusals"])) == (1, 1)
    assert found["refusals"][0].endswith(
        "kustomization.yaml:1: takes no effect: the page compiles to this file, and it is missing"
    )


UNREADABLE: dict[str, tuple[str, str, str | bytes, str, str]] = {
    "no YAML": ("kubernetes", "kafka.yaml", "kind: [NetworkPolicy\nspec: x\n", "2:5", "unreadable-output"),
    "a number of two kinds": ("kubernetes", "kafka.yaml", "a:\n  port: 0o17\n", "2:9", "unreadable-output"),
    "a key twice": ("calico", "kafka.yaml", "spec: {}\nspec: {}\n", "2:1", "unreadable-output"),
    "an alias": ("cilium", "kafka.yaml", "a: &x [1]\nb: *x\n", "1:4", "unreadable-output"),
    "no CSV": ("csv", "page.csv", "direction\r\n", "1:1", "unreadable-output"),
    "not UTF-8": ("kubernetes", "kafka.yaml", b"a: \xff\n", "1:4", "not-utf-8"),
    "a NUL": ("kubernetes", "kafka.yaml", "a: b\n\0", "2:1", "nul-byte"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_file_stops(exported: Folder, what: str) -> None:
    """Exit 2 with file:line:column, and no result."""
    target, name, content, place, code = UNREADABLE[what]
    path = exported.out / target / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    exit_code, out, err = exported.verify()
    assert (exit_code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith(f"{path}:{place}: error: ")
    assert line.endswith(f" [{code}]")


def test_a_text_that_is_no_policy_has_no_effect(exported: Folder) -> None:
    """It is YAML, and the API server would refuse it: its pods are open."""
    (exported.out / "kubernetes" / "kafka.yaml").write_text("hello\n", encoding="utf-8")
    code, found = exported.result("--target", "kubernetes")
    assert code == 1
    assert found["refusals"] == [f"{exported.out}/kubernetes/kafka.yaml:1: takes no effect: document must be a mapping"]
    assert found["counterexample"]["verdicts"][1]["decided_by"] == ["nothing isolates the ingress of this pod"]


def test_a_missing_folder_stops(exported: Folder) -> None:
    """Exit 2 with the way out; the other targets can still be verified."""
    for path in (exported.out / "calico").iterdir():
        path.unlink()
    (exported.out / "calico").rmdir()
    why = "name the folder that `esspec export -o` wrote, or leave the target out with --target [unreadable-folder]"
    said = f"{exported.out}/calico: error: cannot be read: No such file or directory — {why}\n"
    assert exported.verify() == (2, "", said)
    assert exported.result("--target", "cilium")[0] == 0


def test_a_folder_in_place_of_a_file_stops(exported: Folder) -> None:
    """Exit 2: nothing in it would be read."""
    (exported.out / "calico" / "more").mkdir()
    code, out, err = exported.verify()
    assert (code, out) == (2, "")
    told = "this is a folder, and nothing in it would be read"
    assert err == f"{exported.out}/calico/more: error: {told} — move it out of {exported.out}/calico [not-a-file]\n"


@pytest.mark.parametrize("left", [".esspec.journal", ".esspec.new"], ids=["old and new are mixed", "staged files"])
def test_a_killed_export_stops(exported: Folder, left: str) -> None:
    """Exit 2: whatever is there may be half of an old and half of a new set."""
    (exported.out / left).mkdir()
    code, out, err = exported.verify()
    assert (code, out) == (2, "")
    assert err.startswith(f"{exported.out}: error: an export into this folder was interrupted")
    assert err.endswith(" — run esspec export again [interrupted-export]\n")


def test_hidden_files_that_nobody_applies_are_left_alone(exported: Folder) -> None:
    """An editor's and a desktop's own files are no policy."""
    for name in (".DS_Store", ".kafka.yaml.swp", ".gitkeep"):
        (exported.out / "kubernetes" / name).write_bytes(b"\0\xff")
    assert exported.result()[0] == 0


MANY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: many, namespace: event-streams}
spec:
  podSelector: {matchExpressions: [{key: component, operator: In, values: [c, u, v]}]}
  policyTypes: [Egress]
  egress:
    - to: [{podSelector: {matchExpressions: [{key: component, operator: In, values: [a, b, u]}]}}]
"""


def test_the_same_files_give_the_same_answer(exported: Folder) -> None:
    """Under another hash seed the same flow is the smallest, although the selectors are sets."""
    (exported.out / "kubernetes" / "many.yaml").write_text(MANY, encoding="utf-8")
    said = {
        subprocess.run(
            [sys.executable, "-m", "esspec", "verify", str(exported.page), "--dir", str(exported.out)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=False,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert said.pop().startswith(b"NOT EQUAL")


def test_a_selector_on_a_thousand_keys_stops(exported: Folder) -> None:
    """It is legal, and cuts the pods in more ways than can be compared: an error, and no fault of the program."""
    labels = "".join(f"      key{number}: x\n" for number in range(1500))
    exported.edit("kubernetes/kafka.yaml", lambda text: text.replace("      component: kafka\n", labels, 1))
    code, out, err = exported.verify()
    assert (code, out) == (2, "")
    assert "a bug in esspec" not in err
    assert err.endswith("[too-many-classes]\n")


@pytest.mark.parametrize("network", ["::ffff:c000:200/120", "::ffff:192.0.2.0/120", "fe80::1%eth0/128"])
@pytest.mark.parametrize("target", ["kubernetes", "calico", "cilium"])
def test_a_network_that_readers_differ_on_takes_no_effect(exported: Folder, target: str, network: str) -> None:
    """An IPv4 address in IPv6 form is IPv4 to some, and a zone is none of a CIDR."""
    exported.edit(f"{target}/collector.yaml", lambda text: text.replace("198.51.100.0/24", network))
    code, found = exported.result("--target", target)
    assert (code, len(found["refusals"])) == (1, 1)
    assert network in found["refusals"][0]
