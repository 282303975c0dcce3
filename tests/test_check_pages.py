"""Which pages `esspec check` looks at where several are named, and where their files are."""

import json
import shutil
from pathlib import Path

import pytest

from checking import check, codes, put, put_page, text
from command_lines import Ran, esspec, files
from linting import BINDING

REMEDY = "give each page a folder: [check] with output in an esspec.toml beside it, or check it alone with -o"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(*pages: str, output: str = "out") -> str:
    """Return a binding with settings for these pages."""
    return f'{BINDING}\n[check]\npages = {json.dumps(pages)}\noutput = "{output}"\ntargets = ["csv"]\n'


def looked_at(ran: Ran) -> list[str]:
    """Return the pages of a run in their order."""
    return [line.partition(":")[0] for line in ran.err.splitlines() if ".md: " in line]


def shared(page: str, folder: str, first: str) -> Ran:
    """Return what a run gives that would mix the files of two pages."""
    return Ran(2, "", f"{page}: error: its files would be in {folder}, as those of {first} are — {REMEDY} [usage]\n")


def test_a_page_is_checked_once() -> None:
    """However it is written; named twice it is still one page, whose files are in no folder by its name."""
    put_page()
    put("other.md", text())
    ran = check("page.md", "./page.md", str(Path("page.md").absolute()))
    assert (ran.code, looked_at(ran)) == (0, ["page.md"])
    assert looked_at(check("page.md", "other.md", "page.md")) == ["page.md", "other.md"]
    ran = check("page.md", "./page.md", "-o", "out", "-t", "kubernetes", "-t", "csv")
    assert (ran.code, ran.err.startswith("page.md: out is current;")) == (0, True)


def test_a_page_is_named_twice_in_settings() -> None:
    put("page.md", text())
    put("esspec.toml", settings("page.md", "./page.md"))
    ran = check("--fix")
    assert (ran.code, looked_at(ran), Path("out/csv/page.csv").exists()) == (0, ["page.md"], True)


def test_pages_of_one_name_have_one_folder() -> None:
    """As in folders for versions; one would overwrite the other's policy, so that nothing is begun."""
    put("v1/page.md", text())
    put("v2/Page.md", text())
    put("esspec.toml", settings("v1/page.md", "v2/Page.md"))
    before = files()
    told = shared("v2/Page.md", "out/Page", "v1/page.md")
    assert check() == told
    assert check("--fix") == told
    assert check("v1/page.md", "v2/Page.md", "-o", "out", "--fix") == told
    assert files() == before


def test_pages_of_one_name_without_files() -> None:
    """Nothing can be mixed where no folder is set."""
    put("v1/page.md", text())
    put("v2/page.md", text())
    put("esspec.toml", BINDING)
    assert looked_at(check("v1/page.md", "v2/page.md")) == ["v1/page.md", "v2/page.md"]


def test_settings_for_each_version() -> None:
    """As the remedy says: each version has its settings, its binding and its files."""
    for version in ("v1", "v2"):
        put(f"{version}/page.md", text())
        put(f"{version}/esspec.toml", settings("page.md"))
    ran = check("--fix")
    assert (ran.code, looked_at(ran)) == (0, ["v1/page.md", "v2/page.md"])
    assert {f"{each}/out/csv/page.csv" for each in ("v1", "v2")} <= set(files())


def test_settings_here_and_below() -> None:
    """Those here hide none: each page that one of them names is checked, and one that both name once."""
    put("docs/page.md", text())
    put("docs/other.md", text("TCP | UI pods to port 81 | b"))
    put("docs/esspec.toml", settings("*.md"))
    put("esspec.toml", settings("docs/page.md", output="docs/out/page"))
    ran = check()
    assert looked_at(ran) == ["docs/page.md", "docs/other.md"]
    assert "docs/other.md:8 one-sided" in codes(ran)


def test_page_with_files_in_two_folders() -> None:
    """Both are looked at."""
    put("docs/page.md", text())
    put("docs/esspec.toml", settings("page.md"))
    put("esspec.toml", settings("docs/page.md"))
    assert check("--fix")[:2] == (0, "")
    for folder in ("out", "docs/out"):
        Path(folder, "csv/page.csv").unlink()
        assert f"{folder}/csv/page.csv stale-file" in codes(check())
        assert check("--fix").code == 0
    assert looked_at(check("-o", "elsewhere")) == ["docs/page.md"]


def test_page_with_files_in_two_folders_of_one_output() -> None:
    """Applied together they would be there twice; settings that differ in this are to be put right."""
    put("docs/page.md", text())
    put("docs/esspec.toml", settings("*.md", output="../out"))
    put("esspec.toml", settings("docs/page.md"))
    message = "its files would be in out by esspec.toml, and in out/page by docs/esspec.toml"
    told = f"docs/page.md: error: {message} — take it out of pages of one of these [usage]\n"
    assert check() == Ran(2, "", told)


def test_page_that_one_names_and_another_finds() -> None:
    """It is passed over by neither."""
    put("docs/page.md", "# Moved\n")
    put("docs/other.md", text())
    put("docs/esspec.toml", settings("page.md", output="out/page"))
    put("esspec.toml", settings("docs/*.md", output="docs/out"))
    ran = check()
    assert (ran.code, "docs/page.md:1 no-rule-table" in codes(ran)) == (1, True)
    put("docs/esspec.toml", settings("page.md"))
    ran = check()
    assert (ran.code, "docs/page.md:1 no-rule-table" in codes(ran)) == (1, True)


def test_settings_that_share_a_folder() -> None:
    for folder in ("docs", "guides"):
        put(f"{folder}/page.md", text())
        put(f"{folder}/esspec.toml", settings("page.md", output="../out"))
    assert check("--fix") == shared("guides/page.md", "out", "docs/page.md")


def test_files_of_a_page_that_was_the_only_one() -> None:
    """Deployed with those in the new folder they would be applied as well, and nothing would keep them current."""
    put_page()
    put("other.md", text())
    put("esspec.toml", settings("page.md", "other.md"))
    ran = check("--fix")
    told = (
        "out: error: older files of the page are still here; they are in out/page now"
        " — delete here .esspec.json, .gitattributes, csv, kubernetes [stale-file]\n"
    )
    assert (ran.code, ran.out) == (1, told)
    for name in (".esspec.json", ".gitattributes"):
        Path("out", name).unlink()
    for name in ("csv", "kubernetes"):
        shutil.rmtree(f"out/{name}")
    assert check()[:2] == (0, "")


def test_targets_that_are_not_checked() -> None:
    """The summary names those that have files in the folder."""
    put_page()
    assert check("-t", "csv").err.startswith("page.md: out is current (not checked: kubernetes); equal over")


def test_targets_that_settings_name_no_more() -> None:
    """Their files are still here, and may be applied; whoever asks for targets hears of these."""
    put_page()
    put("esspec.toml", settings("page.md"))
    ran = check("--fix")
    told = (
        "out: warning: files of targets that are not checked are here: kubernetes"
        " — name these in targets of esspec.toml, or delete their folders [files-not-checked]\n"
    )
    assert ran[:2] == (0, told)
    assert check("-t", "csv").out == check("page.md").out == ""
    shutil.rmtree("out/kubernetes")
    assert check().out == ""
    assert "not checked" not in check().err


def test_patterns() -> None:
    """Pages that are added later are checked, too; one page alone has a folder by its name, so that none moves then."""
    put("docs/a.md", text())
    put("esspec.toml", settings("docs/**/*.md"))
    ran = check("--fix")
    assert (ran.code, looked_at(ran), Path("out/a/csv/a.csv").exists()) == (0, ["docs/a.md"], True)
    put("docs/deep/b.md", text())
    put("docs/c.md/no-page.txt", "")
    ran = check()
    assert (ran.code, looked_at(ran), codes(ran)) == (1, ["docs/a.md", "docs/deep/b.md"], ["out/b stale-file"])
    assert check("docs/a.md").err.startswith("docs/a.md: out/a is current;")


def test_pattern_that_names_nothing() -> None:
    put("esspec.toml", settings("docs/*.md"))
    told = "no file is called as 'docs/*.md' says — correct it in pages, or name each page"
    assert check() == Ran(2, "", f"esspec.toml: error: {told} [usage]\n")


def test_page_whose_name_looks_like_a_pattern() -> None:
    put("a[1].md", text())
    put("a1.md", text())
    put("esspec.toml", settings("a[1].md"))
    assert looked_at(check("--fix")) == ["a[1].md"]


def test_link_to_a_page() -> None:
    """It is another page than the one that the settings name, and has no files."""
    put_page()
    Path("link.md").symlink_to("page.md")
    ran = check("link.md")
    assert (ran.code, ran.err.startswith("link.md: no output folder is known")) == (0, True)
    ran = check("link.md", "-o", "out", "-t", "csv")
    assert (ran.code, codes(ran)) == (2, ["out other-page"])


@pytest.mark.parametrize("folder", ["deep/er", ".."])
def test_from_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str) -> None:
    """The settings of the page hold wherever the check is run; --fix writes the same bytes."""
    put_page()
    before = {name: Path(name).read_bytes() for name in files()}
    Path(folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(folder)
    ran = esspec("check", str(tmp_path / "page.md"), "--fix")
    monkeypatch.chdir(tmp_path)
    assert (ran.code, {name: Path(name).read_bytes() for name in files()}) == (0, before)


def test_unwritable_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is half written, and the other findings are told."""
    put_page()
    put("page.md", text("TCP | UI pods to port 81 | b"))
    before = {name: Path(name).read_bytes() for name in files()}
    monkeypatch.setattr("os.access", lambda *_: False)
    ran = check("--fix")
    assert (ran.code, codes(ran)[-1]) == (2, "page.md:8 one-sided")
    remedy = "make sure that it can be written and that the disk has room, then run esspec check --fix"
    assert f"out/csv: error: Permission denied — {remedy} [unwritable-output]\n" in ran.out
    assert {name: Path(name).read_bytes() for name in files()} == before
