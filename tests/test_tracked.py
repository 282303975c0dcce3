"""`--tracked`: generated files that git does not know are told, at the check and at the export."""

import subprocess
import sys
from pathlib import Path

import pytest

from checking import SETTINGS, check, codes, put, put_page
from command_lines import Ran, esspec
from linting import PROXY, WITH_PROXY, section
from repositories import commit, git

HOW = "run git -C out add --all .; for a file that .gitignore names, add -f"
TOLD = f"error: this file is not in git, so that a commit goes without it — {HOW} [untracked-file]"
EXPORT = ("export", "page.md", "-t", "kubernetes", "-t", "csv", "-o", "out", "--tracked")
ALL = [
    ".esspec.json",
    ".gitattributes",
    "csv/page.csv",
    *(f"kubernetes/{n}.yaml" for n in ("kafka", "kustomization", "ui")),
]


@pytest.fixture(autouse=True)
def _in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    put_page()


def test_nothing_is_asked_of_git_without_the_option() -> None:
    assert check().code == 0


def test_all_files_are_tracked() -> None:
    """A commit is not needed: what is in the index will be in it."""
    git("add", "out")
    assert (check("--tracked").code, esspec(*EXPORT).code) == (0, 0)


def test_no_file_is_tracked() -> None:
    assert codes(check("--tracked")) == [f"out/{name} untracked-file" for name in sorted(ALL)]


def test_a_file_that_is_not_added() -> None:
    git("add", "out")
    git("rm", "--quiet", "--cached", "out/kubernetes/ui.yaml")
    ran = check("--tracked")
    assert (ran.code, ran.out) == (1, f"out/kubernetes/ui.yaml: {TOLD}\n")
    assert esspec(*EXPORT) == Ran(
        1,
        "0 written, 0 removed, 6 unchanged\n",
        f"out/kubernetes/ui.yaml: {TOLD}\n",
    )
    assert esspec(*EXPORT, "--check").code == 1


def test_a_folder_that_is_kept_out_of_git() -> None:
    """It is ignored as a whole, so no commit is meant to have it; a single file of it that is ignored is missed."""
    put(".gitignore", "out/\n")
    assert check("--tracked").code == 0
    put(".gitignore", "*.csv\n")
    git("add", "out")
    assert codes(check("--tracked")) == ["out/csv/page.csv untracked-file"]


def test_files_of_others_and_missing_ones_are_told_as_ever() -> None:
    git("add", "out")
    put("out/notes.txt", "mine")
    Path("out/csv/page.csv").unlink()
    assert codes(check("--tracked")) == ["out/csv/page.csv stale-file", "page.md unequal"]


def test_no_folder_yet() -> None:
    put("esspec.toml", Path("esspec.toml").read_text(encoding="utf-8").replace('"out"', '"new"'))
    assert codes(check("--tracked")) == ["new stale-file"]


def test_several_pages() -> None:
    """Each has a folder of its own."""
    put("other.md", section(PROXY))
    settings = SETTINGS.replace('"page.md"', '"page.md", "other.md"').replace('"out"', '"all"')
    put("esspec.toml", WITH_PROXY + settings)
    assert check("--fix").code == 0
    git("add", "all/page")
    assert {code.rpartition("/")[0] for code in codes(check("--tracked"))} == {
        f"all/other{folder}" for folder in ("", "/csv", "/kubernetes")
    }


def test_a_folder_below_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    put_page("deep")
    git("add", "deep")
    git("rm", "--quiet", "--cached", "deep/out/csv/page.csv")
    monkeypatch.chdir("deep")
    assert codes(check("--tracked")) == ["out/csv/page.csv untracked-file"]


HOOK = f"""#!/bin/sh
cd "{{folder}}" && exec "{sys.executable}" -P -m esspec check --tracked --format concise
"""


@pytest.mark.parametrize("folder", [pytest.param(".", id="top"), pytest.param("deep", id="a-folder-below")])
@pytest.mark.parametrize("is_linked", [pytest.param(False, id="main-worktree"), pytest.param(True, id="linked")])
def test_a_hook(is_linked: bool, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a case
    """It sees the index of the commit that is made, also in a linked worktree, where git names it the repository."""
    put_page("deep")
    commit()
    hook = Path(".git/hooks/pre-commit")
    put(str(hook), HOOK.format(folder=folder))
    hook.chmod(0o755)
    if is_linked:
        linked = tmp_path.with_name(f"{tmp_path.name}-linked")
        git("worktree", "add", "--quiet", "-b", "other", str(linked))
        monkeypatch.chdir(linked)
    put("a.txt", "a")
    commit()
    git("rm", "--quiet", "--cached", f"{folder}/out/csv/page.csv")
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        git("commit", "--quiet", "--message=a step")
    assert f"out/csv/page.csv: {TOLD}\n" in stopped.value.stderr.decode()


def test_a_repository_of_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Git reads none; what it wants to be told is passed on."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    ran = check("--tracked")
    assert ran.code == 2
    assert ran.out == (
        "--tracked: error: git cannot say which files of out it tracks: fatal: detected dubious ownership in repository"
        f" at '{Path.cwd()}' — run git config --global --add safe.directory {Path.cwd()}, or leave --tracked away"
        " [usage]\n"
    )


@pytest.mark.parametrize(
    ("words", "message", "remedy"),
    [
        pytest.param(
            ["-t", "csv", "--tracked"],
            "--tracked looks for files, and no folder is named",
            "add -o DIR",
            id="no-folder",
        ),
        pytest.param(
            ["-t", "csv", "--layout", "pci", "--tracked"],
            "a report is no set of files",
            "leave --check, --allow-removal and --tracked away",
            id="report",
        ),
    ],
)
def test_contradictions(words: list[str], message: str, remedy: str) -> None:
    ran = esspec("export", "page.md", *words)
    assert (ran.code, ran.out, ran.err.splitlines()[0]) == (2, "", f"page.md: error: {message} — {remedy} [usage]")


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").rename(tmp_path / "git")
    ran = check("--tracked")
    message = "fatal: not a git repository (or any of the parent directories): .git"
    remedy = "run it inside the repository that holds the files, or leave --tracked away"
    assert ran.code == 2
    assert ran.out == f"--tracked: error: git cannot say which files of out it tracks: {message} — {remedy} [usage]\n"


def test_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ran = check("--tracked")
    remedy = "run it inside the repository that holds the files, or leave --tracked away"
    assert ran.code == 2
    assert ran.out == f"--tracked: error: there is no git to ask which files it tracks — {remedy} [usage]\n"
