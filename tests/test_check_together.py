"""Several pages in one run of `esspec check`: folders that no page has any more, and objects that two pages make."""

import json
import shutil
from pathlib import Path

import pytest

from checking import check, codes, put, text
from command_lines import Ran, esspec, files
from linting import BINDING, KAFKA, UI, section

KAFKA_ALONE = section(KAFKA, ["TCP | Anywhere to port 80 | a"])
UI_ALONE = section(UI, outgoing=["TCP | Anywhere on port 80 | a"])


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(*pages: str, output: str = "../out", targets: tuple[str, ...] = ("kubernetes", "csv")) -> str:
    """Return a binding with settings for these pages."""
    entries = f"pages = {json.dumps(pages)}\noutput = '{output}'\ntargets = {json.dumps(targets)}\n"
    return f"{BINDING}\n[check]\n{entries}"


def put_two(*pages: str) -> None:
    """Write the pages kafka.md and ui.md, their settings and their files."""
    put("docs/kafka.md", KAFKA_ALONE)
    put("docs/ui.md", UI_ALONE)
    put("docs/esspec.toml", settings(*pages))
    assert check("--fix").code == 0


def stale(folder: str, message: str, remedy: str) -> str:
    """Return a line of a run."""
    return f"{folder}: error: {message} — {remedy} [stale-file]\n"


# Folders that are left


GONE = stale(
    "out/ui",
    "these are files of 'ui.md', which is not checked any more",
    "delete the folder, or bring the page back",
)


@pytest.mark.parametrize("options", [(), ("--fix",)], ids=["check", "fix"])
def test_page_that_is_gone(options: tuple[str, ...]) -> None:
    """Its policies would be applied for ever; that they may go is for somebody to say, so that --fix leaves them."""
    put_two("*.md")
    Path("docs/ui.md").unlink()
    before = files()
    ran = check(*options)
    assert (ran.code, GONE in ran.out, files()) == (1, True, before)
    shutil.rmtree("out/ui")
    assert "stale-file" not in check().out


def test_page_that_is_renamed() -> None:
    put_two("*.md")
    Path("docs/ui.md").rename("docs/web.md")
    ran = check("--fix")
    assert (ran.code, ran.out) == (1, GONE)
    assert Path("out/web/csv/web.csv").is_file()


def test_page_that_settings_name_no_more() -> None:
    """The page that is left moves to the folder itself, where one page has its files."""
    put_two("kafka.md", "ui.md")
    put("docs/esspec.toml", settings("kafka.md"))
    ran = check("--fix")
    older = stale("out/kafka", "older files of 'kafka.md' are still here; they are in out now", "delete this folder")
    assert (ran.code, older in ran.out, GONE in ran.out) == (1, True, True)


def test_page_that_was_the_only_one_and_is_gone() -> None:
    put("docs/old.md", KAFKA_ALONE)
    put("docs/esspec.toml", settings("old.md"))
    check("--fix")
    Path("docs/old.md").unlink()
    put_two_others = section(UI, outgoing=["TCP | Anywhere on port 80 | a"])
    put("docs/ui.md", put_two_others)
    put("docs/esspec.toml", settings("*.md"))
    message = "files of 'old.md' are still here, which is not checked any more"
    remedy = "delete here .esspec.json, .gitattributes, csv, kubernetes, or bring it back"
    assert stale("out", message, remedy) in check("--fix").out


def test_page_without_rules_any_more() -> None:
    """A pattern finds it, and passes it over; its files are not passed over."""
    put_two("*.md")
    put("docs/ui.md", "# Moved elsewhere\n")
    assert (check().code, GONE in check().out) == (1, True)


def test_folder_with_a_damaged_record() -> None:
    put_two("*.md")
    put("out/other/.esspec.json", "{")
    told = stale(
        "out/other", "these are files of a page that is not checked", "delete the folder, or bring the page back"
    )
    assert check().out == told


def test_folders_that_are_none_of_ours() -> None:
    """A folder without a record, and a link to one with a record, may well be there."""
    put_two("*.md")
    put("out/mine/kustomization.yaml", "{}\n")
    Path("out/link").symlink_to("kafka")
    assert check()[:2] == (0, "")


def test_pages_that_are_not_asked_for() -> None:
    """Whoever names a page hears of this page."""
    put_two("*.md")
    Path("docs/ui.md").unlink()
    assert "stale-file" not in check("docs/kafka.md").out


def test_output_that_is_shared_by_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one of the folders alone, the files of the others are no files of nobody."""
    put_two("*.md")
    put("guides/extra.md", KAFKA_ALONE)
    put("guides/esspec.toml", settings("*.md", targets=("csv",)))
    put("more/deep/esspec.toml", settings("one.md", output="../../out/one", targets=("csv",)))
    put("more/deep/one.md", KAFKA_ALONE)
    put("more/pyproject.toml", "[")
    assert check("more/deep/one.md", "--fix").code == 0
    assert check("guides/extra.md", "--fix").code == 0
    monkeypatch.chdir("docs")
    assert check()[:2] == (0, "")
    shutil.rmtree("../guides")
    assert codes(check()) == ["../out/extra stale-file"]


def test_output_of_the_command_line() -> None:
    put_two("*.md")
    assert check("-o", "two", "--fix").code == 0
    Path("docs/ui.md").unlink()
    assert "two/ui stale-file" in codes(check("-o", "two"))
    assert "out/ui stale-file" not in codes(check("-o", "two"))


def test_page_that_cannot_be_read() -> None:
    """Nobody can say then whose folder is whose."""
    put_two("*.md")
    Path("docs/ui.md").write_bytes(b"\xff")
    ran = check()
    assert (ran.code, "[not-utf-8]" in ran.out, "[stale-file]" in ran.out) == (2, True, False)


# Objects of two pages


def twice(page: str, first: str) -> str:
    """Return the error about two pages that both say something about Kafka and UI."""
    return (
        f"{page}:1:1: error: 'Kafka pod' gets the object ns/esspec-kafka here, and from {first} too (1 more is like it)"
        " — keep the workload on one of the pages; applied together, one object would replace the other"
        " [object-twice]\n"
    )


def test_one_object_from_two_pages() -> None:
    """Applied together one would replace the other, and nobody would see it; nothing is written."""
    put("docs/a.md", text())
    put("docs/b.md", text().replace("80", "81"))
    put("docs/esspec.toml", settings("*.md"))
    before = files()
    ran = check("--fix")
    assert (ran.code, ran.out.count("\n")) == (1, 3)
    assert twice("docs/b.md", "docs/a.md") in ran.out
    words = ("docs/a.md", "docs/b.md", "-o", "out")
    assert esspec("export", *words) == Ran(1, "", twice("docs/b.md", "docs/a.md"))
    assert "object-twice" in check(*words).out
    assert files() == before
    put("docs/b.md", UI_ALONE)
    put("docs/a.md", KAFKA_ALONE)
    assert check("--fix").code == 0
    assert esspec("export", *words, "-t", "kubernetes").code == 0


def test_one_page_under_two_names() -> None:
    put("docs/a.md", text())
    Path("docs/b.md").symlink_to("a.md")
    put("docs/esspec.toml", settings("*.md"))
    assert twice("docs/b.md", "docs/a.md") in check().out


def test_only_what_makes_objects() -> None:
    """Tables can name a workload as often as they like, and so can pages of which each is for another target."""
    put("docs/a.md", text())
    put("docs/b.md", text())
    put("docs/esspec.toml", settings("*.md", targets=("csv",)))
    assert check("--fix").code == 0
    assert esspec("export", "docs/a.md", "docs/b.md", "-t", "csv", "-o", "tables").code == 0


def test_versions_of_a_page() -> None:
    """Each has its folder, and they are not applied together; a page beside them is no obstacle for the others."""
    for version in ("v1", "v2"):
        put(f"{version}/page.md", text())
        put(f"{version}/esspec.toml", settings("page.md", output="out"))
    assert check("--fix").code == 0


def test_other_pages_are_written() -> None:
    put("docs/a.md", KAFKA_ALONE)
    put("docs/b.md", KAFKA_ALONE)
    put("docs/c.md", UI_ALONE)
    put("docs/esspec.toml", settings("*.md"))
    assert (check("--fix").code, [name for name in files() if name.endswith(".csv")]) == (1, ["out/c/csv/c.csv"])


def test_another_prefix_is_another_object() -> None:
    put("docs/a.md", KAFKA_ALONE)
    put("guides/b.md", KAFKA_ALONE)
    put("docs/esspec.toml", settings("a.md", output="../out/a"))
    put("guides/esspec.toml", 'prefix = "b-"\n' + settings("b.md", output="../out/b"))
    assert esspec("export", "docs/a.md", "guides/b.md", "-t", "kubernetes", "-o", "all").code == 0


# Entries of a binding that one of the pages uses


def test_entries_that_another_page_uses() -> None:
    """Following the advice of one page would break the other."""
    put_two("*.md")
    assert check("--fail-on", "warning")[:2] == (0, "")
    pages = ("docs/kafka.md", "docs/ui.md")
    assert "unused-entry" not in esspec("lint", *pages).out
    assert "unused-entry" not in esspec("export", *pages, "-o", "all").err
    assert "unused-entry" in esspec("lint", pages[0]).out
    put("docs/esspec.toml", settings("*.md").replace("[check]", '[workloads."Old pod"]\nlabels = {a = "b"}\n[check]'))
    told = "nothing on the page uses the entry 'Old pod'"
    assert check().out.count("unused-entry") == check().out.count(told) == 1
    assert esspec("lint", *pages).out.count("[unused-entry]") == 1
    assert esspec("export", *pages, "-o", "all", "--check").err.count(told) == 1


def test_entries_of_another_binding() -> None:
    """That one binding is used says nothing about another."""
    put("a/page.md", KAFKA_ALONE)
    put("a/esspec.toml", BINDING)
    put("b/page.md", text())
    put("b/esspec.toml", BINDING)
    told = esspec("lint", "a/page.md", "b/page.md").out
    assert ("a/esspec.toml" in told, "b/esspec.toml" in told) == (True, False)


def test_page_that_a_target_cannot_say() -> None:
    """It is told once, by the path that the user gave, although all steps stop at it."""
    node = '\n[externals.host]\nrole = "node"\naddresses = ["192.0.2.1"]\n'
    put("docs/kafka.md", section(KAFKA, outgoing=["TCP | host on port 9100 | a"]))
    put("docs/ui.md", KAFKA_ALONE)
    put("docs/esspec.toml", settings("kafka.md", "ui.md", targets=("cilium",)) + node)
    assert [each for each in codes(check()) if "inexpressible" in each] == ["docs/kafka.md:9 inexpressible"]
