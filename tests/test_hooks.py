"""The hooks of .pre-commit-hooks.yaml in the real pre-commit, with this environment's esspec; .ci/hooks builds one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from command_lines import esspec

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: list[dict[str, Any]] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
BIN = Path(sys.executable).parent
ARGS = ["docs_source/network-policies.md", "-o", "out/"]
NEW = """
## Audit pod

- Incoming connections permitted: None

- Outgoing connections permitted: None
"""
WRITER = {
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "nobody"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "nobody@example.com"),
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Return what a program gives in the working folder, with no settings of whoever runs the tests."""
    home = Path.cwd().parent / "home"
    own = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PRE_COMMIT_HOME": str(home), "HOME": str(home)}
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(words, env=env | own | settings | WRITER, capture_output=True, text=True, check=False)


def commit(*words: str) -> subprocess.CompletedProcess[str]:
    """Return what a commit gives, of all changed files if nothing else is asked for; the hooks run in it."""
    return run("git", "commit", "--message", "a change", *(words or ("--all",)))


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the page in a docs repository whose commits run all hooks."""
    folder = tmp_path / "docs"
    shutil.copytree(ROOT / "docs_source", folder / "docs_source")
    monkeypatch.chdir(folder)
    assert esspec("export", *ARGS).code == 0
    use([hook | {"args": ARGS} for hook in reversed(HOOKS) if hook["language"] == "system"])
    for words in (["git", "init", "-q"], ["git", "add", "--all"], [str(BIN / "pre-commit"), "install"]):
        assert run(*words).returncode == 0
    assert commit().returncode == 0
    return folder / "docs_source" / "network-policies.md"


def use(hooks: list[dict[str, Any]]) -> None:
    """Have these hooks, and no others, run at a commit in the working folder."""
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def add_workload(page: Path) -> None:
    """Add a workload to a page and to its binding."""
    for file, text in (
        (page, NEW),
        (page.parent / "esspec.toml", '\n[workloads."Audit pod"]\nlabels = { component = "audit" }\n'),
    ):
        with file.open("a", encoding="utf-8") as stream:
            stream.write(text)


def replace(page: Path, old: str, new: str) -> None:
    """Write other words into a page."""
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def test_manifest() -> None:
    """pre-commit takes it, each hook is a command of esspec, and its twin is the same without an installation."""
    done = subprocess.run([BIN / "pre-commit", "validate-manifest", MANIFEST], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    entries = {"esspec-check": "esspec check --tracked", "esspec-export": "esspec export --tracked"}
    assert {hook["id"]: hook["entry"] for hook in HOOKS[:2]} == entries
    twins = [hook | {"id": f"{hook['id']}-system", "language": "system"} for hook in HOOKS[:2]]
    assert [hook | {"description": ""} for hook in HOOKS[2:]] == [hook | {"description": ""} for hook in twins]


def test_a_broken_page_is_refused(page: Path) -> None:
    replace(page, "ZooKeeper pods on port 2181 ", "ZooKeepers on some port     ")
    done = commit()
    assert done.returncode == 1
    assert "docs_source/network-policies.md:28:" in done.stderr
    assert "- hook id: esspec-check-system\n- exit code: 1" in done.stderr


def test_stale_files_stop_a_commit_and_are_written(page: Path) -> None:
    replace(page, "Proxied Kafka traffic", "Kafka traffic by proxy")
    done = commit()
    assert done.returncode == 1
    assert "- hook id: esspec-export-system\n- files were modified by this hook" in done.stderr
    assert "Kafka traffic by proxy" in Path("out/kubernetes/kafka.yaml").read_text(encoding="utf-8")
    assert commit().returncode == 0


def test_one_hook_that_checks_and_writes(page: Path) -> None:
    """With --fix the check writes the files of the pages of the settings, and no commit passes that lacks them."""
    use([hook | {"args": ["--fix"]} for hook in HOOKS if hook["id"] == "esspec-check-system"])
    replace(page, "Proxied Kafka traffic", "Kafka traffic by proxy")
    add_workload(page)
    assert "- hook id: esspec-check-system\n- exit code: 1\n- files were modified by this hook" in commit().stderr
    assert "out/kubernetes/audit.yaml: error: this file is not in git" in commit().stderr
    assert run("git", "add", "out").returncode == 0
    assert commit().returncode == 0
    assert "Kafka traffic by proxy" in run("git", "show", "HEAD:out/kubernetes/kafka.yaml").stdout


def test_an_edited_file_is_refused(page: Path) -> None:
    """It is neither overwritten nor let through, though the page is as it was."""
    replace(page.parent.parent / "out" / "kubernetes" / "kafka.yaml", "port: 2181", "port: 2182")
    done = commit()
    assert done.returncode == 1
    assert "[edited-file]" in done.stderr
    assert "[unequal]" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--all"], id="all-changed-files"),
        pytest.param(["docs_source", *(f"out/{name}" for name in ("kubernetes", "calico", "cilium"))], id="some-files"),
    ],
)
def test_a_commit_is_not_without_the_files_of_a_new_workload(words: list[str], page: Path) -> None:
    """What export writes is unknown to git, which leaves it out: the hooks say so until it is added."""
    add_workload(page)
    assert commit(*words).returncode == 1
    done = commit(*words)
    how = "run git -C out add --all .; for a file that .gitignore names, add -f"
    told = f"error: this file is not in git, so that a commit goes without it — {how} [untracked-file]"
    assert done.returncode == 1
    for target in ("calico", "cilium", "kubernetes"):
        assert done.stderr.count(f"out/{target}/audit.yaml: {told}\n") == 2
    assert run("git", "add", "out").returncode == 0
    assert commit("--all").returncode == 0
    assert run("git", "status", "--porcelain").stdout == ""


@pytest.mark.parametrize("words", [[], ["--all"]])
def test_a_commit_does_not_take_a_policy_away(words: list[str], page: Path) -> None:
    """pre-commit gives no hook a name of a deleted file, and passes over one that has no files."""
    assert run("git", "rm", "-q", "out/kubernetes/kafka.yaml").returncode == 0
    assert page.is_file()
    done = commit("--allow-empty", *words)
    assert done.returncode == 1
    assert "out/kubernetes/kafka.yaml: error: this file is missing" in done.stderr


def test_a_hook_without_pages(page: Path) -> None:
    """A repository in which no page is named cannot be checked, and a commit is refused with what to write where."""
    use([hook for hook in HOOKS if hook["id"] == "esspec-check-system"])
    binding = page.parent / "esspec.toml"
    text = binding.read_text(encoding="utf-8")
    binding.write_text(text.partition("[check]\n")[0], encoding="utf-8")
    done = commit()
    message = "check: error: no page is named, and no esspec.toml here, in a folder of this one or above it has [check]"
    assert done.returncode == 1
    assert "- hook id: esspec-check-system\n- exit code: 2" in done.stderr
    remedy = 'name pages, run it above their folder, or write [check] with pages = ["page.md"] into esspec.toml'
    assert f"{message} — {remedy} [usage]" in done.stderr
