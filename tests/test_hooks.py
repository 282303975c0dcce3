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


def commit() -> subprocess.CompletedProcess[str]:
    """Return what a commit of all changed files gives; the hooks run in it."""
    return run("git", "commit", "--all", "--message", "a change")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the page in a docs repository whose commits run all hooks."""
    folder = tmp_path / "docs"
    shutil.copytree(ROOT / "docs_source", folder / "docs_source")
    monkeypatch.chdir(folder)
    assert esspec("export", *ARGS).code == 0
    local = [hook | {"language": "system", "args": ARGS} for hook in reversed(HOOKS)]
    config = {"repos": [{"repo": "local", "hooks": local}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    for words in (["git", "init", "-q"], ["git", "add", "--all"], [str(BIN / "pre-commit"), "install"]):
        assert run(*words).returncode == 0
    assert commit().returncode == 0
    return folder / "docs_source" / "network-policies.md"


def replace(page: Path, old: str, new: str) -> None:
    """Write other words into a page."""
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def test_manifest() -> None:
    """pre-commit takes it, and each hook is a command of esspec."""
    done = subprocess.run([BIN / "pre-commit", "validate-manifest", MANIFEST], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    assert [(hook["id"], hook["entry"]) for hook in HOOKS] == [
        ("esspec-check", "esspec check"),
        ("esspec-export", "esspec export"),
    ]


def test_a_broken_page_is_refused(page: Path) -> None:
    replace(page, "ZooKeeper pods on port 2181 ", "ZooKeepers on some port     ")
    done = commit()
    assert done.returncode == 1
    assert "docs_source/network-policies.md:28:" in done.stderr
    assert "- hook id: esspec-check\n- exit code: 1" in done.stderr


def test_stale_files_stop_a_commit_and_are_written(page: Path) -> None:
    replace(page, "Proxied Kafka traffic", "Kafka traffic by proxy")
    done = commit()
    assert done.returncode == 1
    assert "- hook id: esspec-export\n- files were modified by this hook" in done.stderr
    assert "Kafka traffic by proxy" in Path("out/kubernetes/kafka.yaml").read_text(encoding="utf-8")
    assert commit().returncode == 0


def test_an_edited_file_is_refused(page: Path) -> None:
    """It is neither overwritten nor let through, though the page is as it was."""
    replace(page.parent.parent / "out" / "kubernetes" / "kafka.yaml", "port: 2181", "port: 2182")
    done = commit()
    assert done.returncode == 1
    assert "[edited-file]" in done.stderr
    assert "[unequal]" in done.stderr
