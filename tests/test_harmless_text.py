"""Text of a page that would mean something to YAML, spreadsheets, terminals or logs comes out as text."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from command_lines import esspec
from esspec.targets.target import target_names
from small_pages import BINDING, page


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")


HARMLESS = [
    pytest.param("\"double\" and 'single'", id="quotes"),
    pytest.param("a # b: c - d, [e] {f} & *g !h |i > j % k @ l", id="yaml-signs"),
    pytest.param("---", id="document-start"),
    pytest.param("...", id="document-end"),
    pytest.param("--- # x: {a: b}", id="document-and-comment"),
    pytest.param("=cmd('calc')!A1", id="formula"),
    pytest.param("@SUM(1+1)", id="formula-at"),
    pytest.param("+1", id="formula-plus"),
    pytest.param("-2+3", id="formula-minus"),
    pytest.param("'=1", id="apostrophe"),
    pytest.param("\uff1d1+1", id="full-width-formula"),
    pytest.param("::error file=a.md::b", id="workflow-command"),
    pytest.param("##[error]b", id="old-workflow-command"),
    pytest.param("100% %0A %25", id="percent"),
    pytest.param("[/x] [red] [link=file:///etc/passwd]", id="rich-markup"),
    pytest.param("a\\nb \\x1b[31m \\u202e", id="backslashes"),
    pytest.param("</script><img src=x>", id="html-in-code"),
    pytest.param("{{ x }} {% y %} {# z #}", id="template"),
    pytest.param("${{ secrets.X }} $(id) `id`", id="shell-and-actions"),
    pytest.param("yes", id="yaml-boolean"),
    pytest.param("1e3", id="yaml-number"),
    pytest.param("null", id="yaml-null"),
    pytest.param("\u4e2d\u6587 \U0001f600 \u00e9 \u0410", id="other-scripts"),
]


def write(reason: str, *peers: str) -> None:
    """Write page.md with a row per peer and this reason, as a variable whose value is code, so that no sign is lost."""
    ticks = "``" if "`" in reason else "`"
    rows = [f"TCP | {peer} to port 80 | {{{{x}}}}" for peer in peers]
    Path("page.md").write_text(page(*rows), encoding="utf-8")
    value = json.dumps(f"{ticks} {reason} {ticks}", ensure_ascii=False)
    Path("esspec.toml").write_text(f"{BINDING}\n[variables]\nx = {value}\n", encoding="utf-8")


def exported(reason: str) -> dict[str, Any]:
    """Return what a page with this reason gives: objects per YAML file and rows of the CSV, reasons set aside."""
    write(reason, "UI pods")
    assert esspec("export", "page.md", "-o", "harmless", "--force").code == 0
    found: dict[str, Any] = {}
    for path in sorted(Path("harmless").rglob("*")):
        if path.suffix == ".yaml":
            found[str(path)] = [_without_reason(item, reason) for item in documents(path)]
        elif path.suffix == ".csv":
            found[str(path)] = [_row(row, reason) for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8")))]
    return found


def documents(path: Path) -> list[Any]:
    """Return the documents of a YAML file; what YAML 1.1 would read differently is text there."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def _without_reason(item: Any, reason: str) -> Any:
    annotations = item.get("metadata", {}).get("annotations", {})
    if "esspec/rules" in annotations:
        rules = json.loads(annotations["esspec/rules"])
        annotations["esspec/rules"] = [{**rule, "reason": rule["reason"] == reason} for rule in rules]
    return item


def _row(row: list[str], reason: str) -> list[str]:
    assert not [
        cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff20")
    ]
    return ["" if cell in (reason, f"'{reason}") else cell for cell in row]


@pytest.mark.parametrize("reason", HARMLESS)
def test_a_reason_comes_out_as_text_and_nothing_else(reason: str) -> None:
    """The objects and rows are those of an innocent reason; the reason itself is in each of them, unchanged."""
    assert exported(reason) == exported("innocent words")
    kinds = {path.parts[1] for path in Path("harmless").rglob("*.*") if len(path.parts) > 2}
    assert kinds == set(target_names())
    assert esspec("verify", "page.md", "--dir", "harmless").code == 0


@pytest.mark.parametrize("reason", HARMLESS)
def test_a_log_shows_a_reason_as_text(reason: str) -> None:
    """No line of any output begins a workflow command, and nothing but printable characters is shown."""
    write(reason, "UI pods", "Stranger")
    for arguments in (["parse", "page.md"], ["parse", "page.md", "--format", "json"], ["export", "page.md", "-o", "x"]):
        ran = esspec(*arguments)
        assert ran.code == 1
        for line in (ran.out + ran.err).splitlines():
            assert line.isprintable()
            assert not line.lstrip().startswith("::")


@pytest.mark.parametrize("name", ["::error::x", "##[error]x", "  ::warning::y"])
def test_no_name_begins_a_workflow_command(name: str) -> None:
    """A heading, a cell and a path stand at the beginning of a line in what parse prints."""
    for path in ("page.md", "::error::.md"):
        Path(path).write_text(page(f"TCP | {name} | a", workload=name), encoding="utf-8")
        ran = esspec("parse", path)
        assert ran.code == 1
        assert not [line for line in (ran.out + ran.err).splitlines() if line.lstrip().startswith(("::", "##["))]
        assert "##[" not in ran.out + ran.err


@pytest.mark.parametrize("cell", ["{{ a[0] }}", "{{ x \\| upcase }}", "{{ 'a' }} and {{b", "}} {{"])
def test_braces_that_are_no_variable_are_text_in_a_reason(cell: str) -> None:
    """They decide no flow: a warning, and the words as they stand; in a peer cell they stop the run."""
    text = cell.replace("\\|", "|")
    Path("page.md").write_text(page(f"TCP | UI pods | {cell}"), encoding="utf-8")
    ran = esspec("export", "page.md", "-o", "out")
    data = json.loads(esspec("parse", "page.md", "--format", "json").out)
    assert (ran.code, [rule["reason"] for rule in data["rules"]]) == (0, [text])
    assert {finding["code"] for finding in data["findings"]} <= {"liquid", "no-dns"}
    for target in ("kubernetes", "calico", "cilium"):
        (item, *_) = documents(Path("out", target, "kafka.yaml"))
        assert json.loads(item["metadata"]["annotations"]["esspec/rules"])[0]["reason"] == text


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\u202eb", "a\rb", "a\nb", "a\x9bb", "\u2028"])
def test_a_path_and_a_heading_are_shown_in_printable_characters(name: str) -> None:
    """A control character in a name is written as an escape sequence in words, never sent to a terminal."""
    ran = esspec("parse", f"{name}.md")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.removesuffix("\n").isprintable()
    Path("page.md").write_text(page(workload=f"{name} pod"), encoding="utf-8", newline="")
    ran = esspec("parse", "page.md")
    assert ran.code == 1
    assert all(line.isprintable() for line in (ran.out + ran.err).split("\n"))
