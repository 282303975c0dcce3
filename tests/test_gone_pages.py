"""`esspec check --since`: pages that had generated files at a revision, and are not checked any more or moved."""

import shutil
from pathlib import Path

import pytest

from checking import check, codes, put
from linting import KAFKA, PROXY, UI, WITH_PROXY, section
from repositories import commit, git, start

ALL = '[check]\npages = ["*.md"]\noutput = "../deploy"\ntargets = ["kubernetes"]\n'
GATE = ("--since", "HEAD", "--fail-on", "widening")


@pytest.fixture(autouse=True)
def _in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    start()
    put("docs/esspec.toml", WITH_PROXY + ALL)
    put("docs/a.md", section(KAFKA) + section(UI))
    put("docs/b.md", section(PROXY, "None", "None"))
    assert check("--fix").code == 0
    commit()


def settings(before: str, after: str) -> None:
    """Change what the settings say."""
    path = Path("docs/esspec.toml")
    put(str(path), path.read_text(encoding="utf-8").replace(before, after))


def gone(*words: str) -> list[str]:
    """Return the findings about pages that are gone."""
    return [line for line in check(*words).out.splitlines() if line.endswith(" [page-gone]")]


def told(level: str, page: str = "b.md", folder: str = "deploy/b", path: str = "docs/esspec.toml") -> list[str]:
    """Return what is to be said of one page."""
    message = f"{folder} held the files of '{page}' at HEAD, and that page is not checked any more"
    remedy = "bring it back, or have it reviewed: unless another policy isolates its pods, they are open"
    return [f"{path}: {level}: {message} — {remedy} [page-gone]"]


def test_no_page_is_gone() -> None:
    assert check(*GATE)[:2] == (0, "")


@pytest.mark.parametrize("with_files", [pytest.param(True, id="with its files"), pytest.param(False, id="alone")])
def test_a_page_that_is_gone(with_files: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a case
    """Its files are left, or gone with it; an error of a gate, else a note."""
    Path("docs/b.md").unlink()
    if with_files:
        shutil.rmtree("deploy/b")
    assert (check(*GATE).code, gone(*GATE), gone("--since", "HEAD")) == (1, told("error"), told("note"))
    monkeypatch.chdir("docs")
    assert gone(*GATE) == told("error", folder="../deploy/b", path="esspec.toml")


def test_a_page_that_the_settings_name_no_more() -> None:
    """It stands there, and nobody looks at it; the output folder has another name, too."""
    settings("*.md", "a.md")
    settings("../deploy", "../out")
    shutil.rmtree("deploy")
    assert check("--fix").code == 0
    assert gone(*GATE) == told("error")


def test_files_that_moved() -> None:
    """Every page is still checked, wherever its files are."""
    settings("../deploy", "../out")
    shutil.rmtree("deploy")
    assert check("--fix", *GATE)[:2] == (0, "")


def older(page: str, now: str, remedy: str = "delete here .esspec.json, .gitattributes, kubernetes") -> str:
    """Return what is to be said of older files of a page."""
    message = f"older files of '{page}.md' are still here; they are in {now}/{page} now"
    return f"deploy/{page}: error: {message} — {remedy} [stale-file]\n"


def test_files_that_are_left_where_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be applied for ever; only a run about all pages looks for them, and -o is no move."""
    settings("../deploy", "../out")
    assert check("--fix").code == 0
    left = older("a", "out") + older("b", "out")
    assert (check()[:2], check(*GATE)[:2], check("--since", "HEAD")[:2]) == ((0, ""), (1, left), (1, left))
    assert "stale-file" not in check("docs/a.md", *GATE).out
    put("deploy/a/.esspec.json", "")
    damaged = "delete here .esspec.json and the generated files beside it"
    assert check(*GATE)[:2] == (1, older("a", "out", damaged) + older("b", "out"))
    monkeypatch.chdir("docs")
    assert codes(check(*GATE)) == ["../deploy/a stale-file", "../deploy/b stale-file"]
    monkeypatch.chdir("..")
    shutil.rmtree("deploy")
    assert check(*GATE)[:2] == (0, "")


def test_files_elsewhere_by_an_option() -> None:
    """The files of the settings stay where they are."""
    assert check("--fix", "-o", "fresh").code == 0
    assert check("-o", "fresh", *GATE)[:2] == (0, "")


def test_files_that_moved_into_their_own_folder() -> None:
    """What a run without a revision tells is told once."""
    settings("*.md", "a.md")
    shutil.rmtree("deploy")
    assert check("--fix").code == 0
    commit()
    settings("../deploy", "../deploy/deep")
    assert check("--fix", *GATE).out.count("[stale-file]") == 1


def test_files_that_moved_out_of_their_own_folder() -> None:
    """What a run without a revision tells is told once, here too."""
    settings("*.md", "a.md")
    ran = check("--fix", *GATE)
    assert [code for code in codes(ran) if code.startswith("deploy/a")] == ["deploy/a stale-file"]


def test_a_binding_that_moved() -> None:
    """Its pages are called otherwise, and their files stand where they stood."""
    git("mv", "docs/esspec.toml", "esspec.toml")
    path = Path("esspec.toml")
    moved = path.read_text(encoding="utf-8").replace("*.md", "docs/*.md").replace("../deploy", "deploy")
    put("esspec.toml", moved)
    shutil.rmtree("deploy")
    assert check("--fix").code == 0
    assert check(*GATE)[:2] == (0, "")


def test_a_page_in_another_folder() -> None:
    """It is new there, and nobody misses it, as its files stand where they stood."""
    settings("*.md", "**/*.md")
    Path("docs/new").mkdir()
    git("mv", "docs/b.md", "docs/new/b.md")
    shutil.rmtree("deploy")
    assert codes(check("--fix", *GATE)) == ["docs/new/b.md new-page"]


def test_a_page_of_another_name() -> None:
    """It is new, and the old one is gone: a gate stops at either."""
    git("mv", "docs/b.md", "docs/c.md")
    shutil.rmtree("deploy/b")
    assert codes(check("--fix", *GATE)) == ["docs/c.md new-page", "docs/esspec.toml page-gone"]


def test_some_pages() -> None:
    """The others are not asked for."""
    Path("docs/b.md").unlink()
    assert gone("docs/a.md", *GATE) == []


def test_pages_of_one_name_in_two_folders() -> None:
    """One that stays does not stand for the other."""
    put("more/esspec.toml", WITH_PROXY.replace('"ns"', '"other"') + ALL.replace("../deploy", "../others"))
    put("more/b.md", section(PROXY, "None", "None"))
    assert check("--fix").code == 0
    commit()
    shutil.rmtree("more")
    assert gone(*GATE) == told("error", folder="others/b")


def test_a_page_of_other_settings() -> None:
    """A run in a folder is about the settings of this folder; others, with files beside, are others' to check."""
    put("more/esspec.toml", WITH_PROXY.replace('"ns"', '"other"') + ALL.replace("*.md", "c.md").replace("../", ""))
    settings("../deploy", "../more/deploy")
    put("more/c.md", section(PROXY, "None", "None"))
    settings('"*.md"', '"a.md", "b.md"')
    shutil.rmtree("deploy")
    assert check("--fix").code == 0
    commit()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("docs")
        assert gone(*GATE) == []


@pytest.mark.parametrize("record", ["", "[]", '{"page": 1}', "[" * 100_000])
def test_a_record_that_was_none(record: str) -> None:
    """Whose files there were nobody knows; that there were some is known."""
    Path("docs/b.md").unlink()
    put("deploy/b/.esspec.json", record)
    commit()
    shutil.rmtree("deploy/b")
    assert gone(*GATE)[0].startswith("docs/esspec.toml: error: deploy/b held the files of a page at HEAD, and")


def test_settings_that_were_none() -> None:
    """What they named then is not looked at; today's settings say where files were."""
    path = Path("docs/esspec.toml")
    content = path.read_text(encoding="utf-8")
    put(str(path), "[")
    commit()
    put(str(path), content)
    Path("docs/b.md").unlink()
    assert gone(*GATE) == told("error")
