"""Fingerprints of findings: what moves keeps them, what is another finding has another one."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checking import check, codes, put, put_page, text
from command_lines import esspec
from esspec.problem import Problem
from esspec.reporting.finding_report import fingerprints, reported_path, without_lines
from esspec.text.source_lines import SourceLines
from found import ONE, PROBLEMS
from json_schema import faults
from repositories import start


def lines_of(content: str) -> SourceLines:
    """Return the lines of p.md."""
    return SourceLines({"p.md": content.encode()})


def test_moved_lines_are_no_new_findings() -> None:
    """Nor are wider columns of a table, or other numbers of lines in the message."""
    one = ONE._replace(path="p.md", line=1, message="line 9 permits all (lines 3, 4 and 5; p.md:7:9)")
    moved = one._replace(line=3, message="line 11 permits all (lines 5, 6 and 7; p.md:9:9)")
    before = list(fingerprints([one], lines_of("| a | b |")))
    assert list(fingerprints([moved], lines_of("\n\n|  a   | b |"))) == before


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(ONE._replace(code="bad-port"), id="code"),
        pytest.param(ONE._replace(path="q.md"), id="path"),
        pytest.param(ONE._replace(message="port 81"), id="message"),
        pytest.param(ONE._replace(line=2), id="line's text"),
    ],
)
def test_other_findings_have_other_fingerprints(other: Problem) -> None:
    one = ONE._replace(path="p.md", line=1, message="port 80")
    given_other = other if other.path != ONE.path else other._replace(path="p.md")
    lines = lines_of("a\nb")
    assert list(fingerprints([one], lines)) != list(fingerprints([given_other], lines))


def test_equal_findings_are_counted() -> None:
    """One more of the same is new, and the others stay what they were."""
    one = ONE._replace(path="p.md", line=1)
    twice = list(fingerprints([one, one._replace(line=2)], lines_of("a\na")))
    assert len(set(twice)) == 2
    assert list(fingerprints([one], lines_of("a"))) == twice[:1]


@given(st.lists(PROBLEMS, max_size=6))
def test_no_two_findings_have_one_fingerprint(problems: list[Problem]) -> None:
    several = [*problems, *problems]
    assert len(set(fingerprints(several, SourceLines()))) == len(several)


def test_without_lines() -> None:
    assert without_lines("TCP 80 and 443 of 3 rows in line 7, lines 8 to 9") == "TCP 80 and 443 of 3 rows in line, line"


def test_lines_of_what_is_no_text(tmp_path: Path) -> None:
    """A file that cannot be read has no lines; the finding says why."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    lines = SourceLines()
    for path in ("missing", "binary", ".", "main:p.md", "x\0y"):
        assert lines.line(str(tmp_path / path), 1) == ""
    assert lines_of("a").line("p.md", 2) == ""


def test_reported_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert reported_path(f"{tmp_path}/docs/p.md") == "docs/p.md"
    assert reported_path("docs/p.md", "docs") == "p.md"
    assert reported_path("p.md", "docs") == "../p.md"


# On the command line


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with two pages of one name, each with findings, also about files that are not current."""
    monkeypatch.chdir(tmp_path)
    start()
    for folder in ("docs", "other"):
        put_page(folder)
        put(f"{folder}/page.md", text("TCP | UI pods to port 81 | b", "TCP | UI pods to port 82 | c"))
    put("docs/out/kubernetes/kafka.yaml", "apiVersion: v1\nkind: List\nitems: []\n")
    put("elsewhere/readme", "")
    return tmp_path


def told(*pages: str) -> tuple[str, ...]:
    """Return the fingerprints of what a check finds, of which each is there once."""
    found = tuple(each["fingerprint"] for each in json.loads(esspec("check", *pages, "--format", "gitlab").out))
    assert len(set(found)) == len(found)
    return tuple(sorted(found))


@pytest.mark.parametrize(
    ("folder", "page"),
    [
        pytest.param(".", "./docs/page.md", id="with a dot"),
        pytest.param(".", "other/../docs/page.md", id="with dots"),
        pytest.param(".", "{top}/docs/page.md", id="absolute"),
        pytest.param("docs", "page.md", id="from its folder"),
        pytest.param("elsewhere", "../docs/page.md", id="from another folder"),
        pytest.param("/", "{top}/docs/page.md", id="from outside"),
    ],
)
def test_where_a_run_begins_does_not_matter(
    repository: Path, monkeypatch: pytest.MonkeyPatch, folder: str, page: str
) -> None:
    """Nor how the page is named; the files that findings are about, and name, are seen from there too."""
    before = told("docs/page.md")
    assert {each.split()[1] for each in codes(check("docs/page.md"))} >= {"stale-file", "unequal", "one-sided"}
    monkeypatch.chdir(folder)
    assert told(page.format(top=repository)) == before


@pytest.mark.usefixtures("repository")
def test_pages_of_one_name_in_two_folders() -> None:
    """Each keeps its fingerprints, whether or not the other is checked too."""
    one, other = told("docs/page.md"), told("other/page.md")
    assert not set(one) & set(other)
    assert set(told("other/page.md", "docs/page.md")) == {*one, *other}


@pytest.mark.usefixtures("repository")
def test_where_the_repository_stands_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's clone gives the same; a file `.git`, as worktrees have it, marks the top as well."""
    before = told("docs/page.md")
    clone = tmp_path / "clone"
    shutil.copytree("docs", clone / "docs")
    monkeypatch.chdir(clone)
    Path(".git").write_text("gitdir: ../.git\n", encoding="utf-8")
    assert told("docs/page.md") == before


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the file's name counts."""
    monkeypatch.chdir(tmp_path)
    put("docs/p.md", "a")
    inside = list(fingerprints([ONE._replace(path="docs/p.md")], SourceLines()))
    monkeypatch.chdir("docs")
    assert list(fingerprints([ONE._replace(path="p.md")], SourceLines())) == inside


@pytest.mark.usefixtures("repository")
def test_standard_input_is_the_page_that_it_is_called() -> None:
    """Without a name it is called `-`, wherever the run begins."""
    page = Path("docs/page.md").read_bytes()
    by_path = json.loads(esspec("lint", "docs/page.md", "--format", "gitlab").out)
    by_name = esspec("lint", "-", "--stdin-filename", "docs/page.md", "--format", "gitlab", stdin=page)
    assert [each["fingerprint"] for each in json.loads(by_name.out)] == [each["fingerprint"] for each in by_path]


@pytest.mark.parametrize("path", ["-", "main:docs/p.md"])
def test_what_is_no_file_keeps_its_name(repository: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    before = list(fingerprints([ONE._replace(path=path)], SourceLines()))
    monkeypatch.chdir(repository / "docs")
    assert list(fingerprints([ONE._replace(path=path)], SourceLines())) == before


@pytest.mark.usefixtures("repository")
def test_all_formats_have_the_same() -> None:
    """SARIF in both of its places."""
    formats = ("--format", "gitlab=a.json", "--format", "sarif=a.sarif")
    esspec("check", "docs/page.md", *formats)
    results = json.loads(Path("a.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    prints = [each["partialFingerprints"] for each in results]
    assert [each["esspec/v1"] for each in prints] == [
        each["fingerprint"] for each in json.loads(Path("a.json").read_text(encoding="utf-8"))
    ]
    assert [each["primaryLocationLineHash"] for each in prints] == [f"{each['esspec/v1']}:1" for each in prints]


@pytest.mark.usefixtures("repository")
def test_rows_that_move_keep_theirs() -> None:
    before = told("docs/page.md")
    page = Path("docs/page.md").read_text(encoding="utf-8")
    put("docs/page.md", f"One more line.\n\n{page}")
    moved = told("docs/page.md")
    assert set(before) <= set(moved)


@pytest.mark.usefixtures("repository")
def test_baseline_fits_its_schema() -> None:
    """And the schema asks for what the file has."""
    esspec("check", "docs/page.md", "--baseline", "known.json", "--update-baseline")
    held = json.loads(Path("known.json").read_text(encoding="utf-8"))
    schema = json.loads(esspec("schema", "baseline").out)
    assert faults(schema, held) == []
    held["findings"][0]["fingerprint"] = "0"
    assert len(faults(schema, held)) == 1
