"""The command line: what each command prints on which stream, and with which exit code."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_lines import TOLD, UNKNOWN, Ran, esspec, files, write_pages
from esspec import __version__
from esspec.commands import cli_page
from esspec.commands.schema import SCHEMAS, schema_text
from json_schema import faults
from small_pages import more, page


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_pages()


# parse


def test_parse_prints_a_table() -> None:
    assert esspec("parse", "page.md") == Ran(
        0,
        "workload   direction  protocol  ports  peers        condition  reason  line\n"
        "---------  ---------  --------  -----  -----------  ---------  ------  ----\n"
        "Kafka pod  ingress    TCP       80     UI pod                  why     7\n"
        "Kafka pod  egress                      unspecified\n"
        "UI pod     ingress    any              Any                             11\n"
        "UI pod     egress                      unspecified\n",
        "",
    )


def test_parse_prints_the_model_with_its_findings() -> None:
    """Unresolved peers are shown; the finding is on stderr in text and in the JSON too, and the exit code is 1."""
    ran = esspec("parse", "unknown.md")
    assert (ran.code, ran.err) == (1, f"unknown.md:7:9: error: {TOLD}\n")
    assert "Nobody (unresolved)" in ran.out
    ran = esspec("parse", "unknown.md", "--format", "json")
    data = json.loads(ran.out)
    assert faults(json.loads(schema_text("page")), data) == []
    assert data["rules"][0]["peers"] == [{"phrase": "Nobody", "kind": "unresolved"}]
    assert [(f["path"], f["line"], f["column"], f["code"]) for f in data["findings"]] == [
        ("unknown.md", 7, 9, "unknown-peer")
    ]
    assert (ran.code, ran.err) == (1, f"unknown.md:7:9: error: {TOLD}\n")


def test_parse_without_a_binding() -> None:
    Path("esspec.toml").unlink()
    ran = esspec("parse", "page.md", "--format", "json")
    data = json.loads(ran.out)
    assert ran.code == 1
    assert data["binding"] is None
    assert data["workloads"][0]["labels"] is data["workloads"][0]["namespace"] is None
    assert data["rules"][0]["peers"] == [{"phrase": "UI pods", "kind": "workload", "workloads": ["UI pod"]}]
    assert faults(json.loads(schema_text("page")), data) == []


# export


def test_export_of_one_target_goes_to_stdout() -> None:
    before = files()
    for target, begins in (("csv", '"direction","source"'), ("kubernetes", "#"), ("calico", "#"), ("cilium", "#")):
        ran = esspec("export", "page.md", "--target", target)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(begins)
    assert files() == before


@pytest.mark.parametrize("arguments", [("-t", "csv"), ("-o", "out"), ("-o", "out", "--check")])
def test_error_leaves_no_data(arguments: tuple[str, ...]) -> None:
    before = files()
    assert esspec("export", "unknown.md", *arguments) == Ran(1, "", f"unknown.md:7:9: error: {TOLD}\n")
    assert files() == before


def test_warning_is_on_stderr_beside_the_data() -> None:
    ran = esspec("export", "warned.md", "-t", "csv")
    assert ran.code == 0
    assert ran.err.startswith("warned.md: warning: 1 workload cannot resolve names: Kafka pod — ")
    assert ran.err.count("\n") == 1
    assert ran.out.count("\r\n") == 5


def test_export_to_a_folder() -> None:
    """All targets where none is named, in the layout that is promised; the files are told on stdout."""
    before = files()
    ran = esspec("export", "page.md", "-o", "out")
    assert (ran.code, ran.err) == (0, "")
    new = [name for name in files() if name not in before]
    yaml = [
        f"out/{target}/{name}.yaml"
        for target in ("calico", "cilium", "kubernetes")
        for name in ("kafka", "kustomization", "ui")
    ]
    assert new == ["out/.esspec.json", "out/.gitattributes", *yaml[:6], "out/csv/page.csv", *yaml[6:]]
    assert Path("out/.gitattributes").read_bytes() == b"* -text\n"
    assert ran.out.startswith("wrote out/.gitattributes\nwrote out/calico/kafka.yaml\n")
    assert ran.out.endswith("\n12 written, 0 removed, 0 unchanged\n")
    again = esspec("export", "page.md", "-o", "out")
    assert again == Ran(0, "0 written, 0 removed, 12 unchanged\n", "")


def test_files_are_what_stdout_has() -> None:
    esspec("export", "page.md", "-o", "out")
    assert Path("out/csv/page.csv").read_bytes().decode() == esspec("export", "page.md", "-t", "csv").out
    stream = esspec("export", "page.md", "-t", "calico").out
    kafka, ui = (Path(f"out/calico/{name}.yaml").read_text(encoding="utf-8") for name in ("kafka", "ui"))
    assert stream == f"{kafka}---\n{ui}"


def test_check() -> None:
    """Nothing where the folder is current; a diff on stdout and exit 1 where it is not; nothing is ever written."""
    assert esspec("export", "page.md", "-o", "out", "--check").code == 1
    assert not Path("out").exists()
    esspec("export", "page.md", "-o", "out")
    assert esspec("export", "page.md", "-o", "out", "--check") == Ran(0, "", "")
    Path("page.md").write_text(page().replace("80", "81"), encoding="utf-8")
    before = {name: Path(name).read_bytes() for name in files()}
    ran = esspec("export", "page.md", "-o", "out", "--check", "-t", "csv")
    assert (ran.code, ran.err) == (1, "")
    assert "--- out/csv/page.csv\n+++ out/csv/page.csv\n" in ran.out
    assert '-"ingress","UI pod","Kafka pod","TCP","80"' in ran.out
    assert '+"ingress","UI pod","Kafka pod","TCP","81"' in ran.out
    assert {name: Path(name).read_bytes() for name in files()} == before


def test_edited_file_needs_force() -> None:
    esspec("export", "page.md", "-o", "out")
    edited = Path("out/cilium/ui.yaml")
    edited.write_text(f"{edited.read_text(encoding='utf-8')}# mine\n", encoding="utf-8")
    Path("page.md").write_text(page().replace("Any", "None"), encoding="utf-8")
    ran = esspec("export", "page.md", "-o", "out")
    assert (ran.code, ran.out) == (1, "")
    assert "out/cilium/ui.yaml" in ran.err
    assert edited.read_text(encoding="utf-8").endswith("# mine\n")
    assert esspec("export", "page.md", "-o", "out", "--force").code == 0
    assert "mine" not in edited.read_text(encoding="utf-8")


def test_removal_needs_leave() -> None:
    esspec("export", "page.md", "-o", "out")
    Path("page.md").write_text(page("TCP | Anywhere | why").partition("## UI")[0], encoding="utf-8")
    ran = esspec("export", "page.md", "-o", "out")
    assert (ran.code, ran.out) == (1, "")
    assert "ui" in ran.err
    assert Path("out/cilium/ui.yaml").exists()
    assert esspec("export", "page.md", "-o", "out", "--allow-removal").code == 0
    assert not Path("out/cilium/ui.yaml").exists()


def test_several_pages() -> None:
    """Each gets the folder of its stem; the errors of all are told, and then nothing is written."""
    ran = esspec("export", "page.md", "warned.md", "-o", "out", "-t", "csv")
    assert ran.code == 0
    assert [name for name in files() if name.endswith(".csv")] == ["out/page/csv/page.csv", "out/warned/csv/warned.csv"]
    Path("other.md").write_text(page("TCP | Whoever | x"), encoding="utf-8")
    ran = esspec("export", "unknown.md", "page.md", "other.md", "missing.md", "-o", "new")
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(": ")[0] for line in ran.err.splitlines()] == ["unknown.md:7:9", "other.md:7:9", "missing.md"]
    assert not Path("new").exists()


def test_as_written_needs_no_binding() -> None:
    Path("esspec.toml").unlink()
    ran = esspec("export", "unknown.md", "-t", "csv", "--as-written")
    assert (ran.code, ran.err) == (0, "")
    assert '"ingress","Nobody","Kafka pod","TCP","80","why","","unknown.md","7","","","as written",""\r\n' in ran.out


# verify


def test_verify() -> None:
    ran = esspec("verify", "page.md")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("equal: page, calico, cilium, csv, kubernetes mean the same\n")
    ran = esspec("verify", "page.md", "--format", "json", "-t", "csv", "-t", "calico")
    data = json.loads(ran.out)
    assert faults(json.loads(schema_text("verify")), data) == []
    assert (data["schema"], data["equal"], data["targets"]) == ("esspec/verify/1", True, ["csv", "calico"])
    assert data["flows"] > data["flow_classes"] > 0
    assert data["counterexample"] is None


def test_verify_of_a_damaged_file() -> None:
    esspec("export", "page.md", "-o", "out")
    assert esspec("verify", "page.md", "--dir", "out").code == 0
    damaged = Path("out/kubernetes/kafka.yaml")
    damaged.write_text(damaged.read_text(encoding="utf-8").replace("port: 80", "port: 81"), encoding="utf-8")
    ran = esspec("verify", "page.md", "--dir", "out")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("NOT EQUAL: ")
    assert "TCP 80" in ran.out
    ran = esspec("verify", "page.md", "--dir", "out", "--format", "json")
    data = json.loads(ran.out)
    assert (ran.code, data["equal"]) == (1, False)
    assert faults(json.loads(schema_text("verify")), data) == []
    damaged.write_bytes(b"\xff")
    ran = esspec("verify", "page.md", "--dir", "out")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("out/kubernetes/kafka.yaml:1:1: error: byte 0xff is no UTF-8")


# The small commands


def test_targets() -> None:
    ran = esspec("targets")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()[2:]] == ["calico", "cilium", "csv", "kubernetes"]


@pytest.mark.parametrize("name", ["page", "findings", "verify", "binding"])
def test_schema(name: str) -> None:
    ran = esspec("schema", name)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["type"] == "object"
    assert name in SCHEMAS


def test_version() -> None:
    assert esspec("--version") == Ran(0, f"esspec {__version__}\n", "")


@pytest.mark.parametrize("command", ["", "export", "parse", "verify", "targets", "schema"])
def test_help(command: str) -> None:
    """Each command that takes a page shows an example; -h is --help."""
    ran = esspec(*command.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran == esspec(*command.split(), "-h")
    assert ("esspec " + (command or "parse") + " docs/" in ran.out) == (command in ("", "export", "parse", "verify"))


def test_no_command_shows_the_help() -> None:
    ran = esspec()
    assert ran.code == 2
    assert "Usage: esspec" in ran.out + ran.err


# Standard input


def test_page_on_stdin() -> None:
    """Its name finds the binding and stands in findings and outputs; no such file need exist."""
    Path("docs").mkdir()
    ran = esspec("export", "-", "--stdin-filename", "docs/new.md", "-t", "csv", stdin=page().encode())
    assert (ran.code, ran.err) == (0, "")
    assert '"docs/new.md","7"' in ran.out
    ran = esspec("parse", "-", "--stdin-filename", "docs/new.md", stdin=UNKNOWN.encode())
    assert (ran.code, ran.err) == (1, f"docs/new.md:7:9: error: {TOLD}\n")
    ran = esspec("parse", "-", "--stdin-filename", "docs/new.md", stdin=b"\xff")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("docs/new.md:1:1: error: byte 0xff is no UTF-8")
    ran = esspec("parse", "-", "--stdin-filename", "docs/new.md", "--max-bytes", "3", stdin=b"1234")
    assert ran.err.startswith("docs/new.md: error: the file is larger than 3 bytes")
    ran = esspec("export", "-", "--stdin-filename", "docs/new.md", "-o", "out", "-t", "csv", stdin=page().encode())
    assert (ran.code, Path("out/csv/new.csv").exists()) == (0, True)


# Findings as JSON


def as_findings(text: str) -> list[dict[str, Any]]:
    data = json.loads(text)
    assert faults(json.loads(schema_text("findings")), data) == []
    assert list(data) == ["schema", "findings"]
    assert data["schema"] == "esspec/findings/1"
    found: list[dict[str, Any]] = data["findings"]
    assert all(list(f) == ["code", "level", "path", "line", "column", "message", "remedy"] for f in found)
    return found


@pytest.mark.parametrize("command", ["parse", "export -t csv", "verify"])
@pytest.mark.parametrize("option", ["--error-format json", "--error-format=json"])
def test_error_format_json(command: str, option: str) -> None:
    """One document on stderr, also where nothing was found, and where the command was stopped."""
    words = [*command.split(), *option.split()]
    assert as_findings(esspec(*words, "page.md").err) == []
    (found,) = as_findings(esspec(*words, "unknown.md").err)
    assert (found["code"], found["level"], found["path"]) == ("unknown-peer", "error", "unknown.md")
    assert (found["line"], found["column"]) == (7, 9)
    assert f"{found['message']} — {found['remedy']} [{found['code']}]" == TOLD
    (found,) = as_findings(esspec(*words, "missing.md").err)
    assert (found["code"], found["line"], found["column"]) == ("unreadable-file", 0, 0)
    (found,) = as_findings(esspec(*words, "\udcff.md").err)
    assert found["path"] == "\udcff.md"


def test_warnings_as_json() -> None:
    ran = esspec("export", "warned.md", "-t", "csv", "--error-format", "json")
    (found,) = as_findings(ran.err)
    assert (ran.code, found["code"], found["level"]) == (0, "no-dns", "warning")
    assert ran.out.startswith('"direction"')


# --fail-on


@pytest.mark.parametrize(
    ("option", "warned", "clean"),
    [("", 0, 0), ("--fail-on error", 0, 0), ("--fail-on warning", 1, 0), ("--fail-on note", 1, 0)],
)
def test_fail_on(option: str, warned: int, clean: int) -> None:
    assert esspec("export", "warned.md", "-t", "csv", *option.split()).code == warned
    assert esspec("export", "page.md", "-t", "csv", *option.split()).code == clean
    Path("esspec.toml").write_text(more('[workloads."Gone"]'), encoding="utf-8")
    for command in ("parse", "verify"):
        ran = esspec(command, "page.md", *option.split())
        assert ran.code == warned
        assert "unused-entry" in ran.err
        assert ran.out


def test_every_option_of_a_page_is_on_each_command() -> None:
    """`parse`, `export` and `verify` agree in what they take."""
    shared = {"binding", "stdin_filename", "max_bytes", "fail_on", "error_format"}
    for command in (cli_page.parse, cli_page.export, cli_page.verify):
        assert shared <= set(command.__annotations__)
