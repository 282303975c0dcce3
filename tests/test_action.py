"""The action: its inputs, its command lines, and a run in a repository as a pull request checks it out."""

import json
import os
import re
import shutil
import subprocess
import sys
from copy import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from action.install import main as install
from action.run import annotation, check_words, diff_words, inputs_in, is_risky
from command_lines import esspec

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEP, UPLOAD = ACTION["runs"]["steps"]
BASE = "0123456789abcdef0123456789abcdef01234567"
SUMMARY = Path("summary.md")
PAGE = "docs_source/network-policies.md"
GIT = {
    "GIT_AUTHOR_NAME": "nobody",
    "GIT_AUTHOR_EMAIL": "nobody@example.com",
    "GIT_COMMITTER_NAME": "nobody",
    "GIT_COMMITTER_EMAIL": "nobody@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def words(**environment: str) -> tuple[str, ...]:
    """Return the command line for some inputs."""
    return check_words(inputs_in({"RUNNER_TEMP": "temp", **environment}), SUMMARY)


# action.yml


def test_inputs_reach_no_shell() -> None:
    """No expression stands in a script; each input that the program reads is handed over."""
    assert "${{" not in STEP["run"]
    given = {f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    del given["INPUT_UPLOAD_SARIF"]
    assert STEP["env"] == given
    assert UPLOAD["if"] == "${{ !cancelled() && inputs.upload-sarif == 'true' && steps.esspec.outputs.sarif != '' }}"


def test_what_others_wrote_is_pinned() -> None:
    """By a commit: a tag can be moved to anything."""
    assert re.fullmatch(r"github/codeql-action/upload-sarif@[0-9a-f]{40}", UPLOAD["uses"])


def test_every_input_is_documented() -> None:
    page = (ROOT / "docs" / "docs-ci.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in ACTION["inputs"])


def test_python_sees_nothing_of_the_checked_out_tree() -> None:
    """The runner's Python and ours are isolated: a file of the tree can be no module."""
    assert [line.split()[1] for line in STEP["run"].splitlines()] == ["-I", "-I"]


# Command lines


def test_nothing_is_asked_for() -> None:
    formats = ("--format", "github", "--format", f"sarif={Path('temp', 'esspec.sarif')}", "--format", "md=summary.md")
    assert words() == ("check", *formats, "--")


def test_all_is_asked_for() -> None:
    given = words(
        INPUT_PAGES="a.md\n  b c.md\n\n",
        INPUT_AGAINST="deploy/",
        INPUT_BASELINE="known.json",
        INPUT_SINCE="v1",
        INPUT_FAIL_ON="warning\nwidening",
    )
    levels = ("--fail-on", "warning", "--fail-on", "widening")
    asked = ("--against", "deploy/", "--baseline", "known.json", *levels, "--since", "v1", "--", "a.md", "b c.md")
    assert given[7:] == asked


def test_without_a_base_nothing_is_wider() -> None:
    assert words(INPUT_FAIL_ON="widening")[7:] == ("--",)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        pytest.param({"INPUT_FAIL_ON": "warning\nwidening"}, "fail-on: widening", id="widening"),
        pytest.param({"INPUT_PIN_CONFIG": "true"}, "pin-config", id="pin-config"),
    ],
)
def test_what_compares_needs_a_revision(asked: dict[str, str], name: str) -> None:
    """To ask for it, and for no comparison, is a mistake."""
    with pytest.raises(
        ValueError, match=f"^{name} compares with a revision, and since is none; leave one of them away$"
    ):
        words(INPUT_SINCE="none", **asked)


@pytest.mark.parametrize(
    ("event", "base"),
    [
        pytest.param({"pull_request": {"base": {"sha": BASE}}}, BASE, id="pull-request"),
        pytest.param({"pull_request": {"base": {"sha": "--output=x"}}}, "", id="no-revision"),
        pytest.param({"merge_group": {"base_sha": BASE}}, BASE, id="merge-queue"),
        pytest.param({"ref": "refs/heads/main"}, "", id="push"),
    ],
)
def test_the_base_is_the_pull_requests(event: dict[str, Any], base: str, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event), encoding="utf-8")
    assert inputs_in({"RUNNER_TEMP": "temp", "GITHUB_EVENT_PATH": str(file)}).base == base


@pytest.mark.parametrize("name", ["PAGES", "AGAINST", "BASELINE", "FAIL_ON", "SINCE"])
def test_no_input_is_an_option(name: str) -> None:
    with pytest.raises(ValueError, match=r"^'--force' is "):
        words(**{f"INPUT_{name}": "--force"})


def test_a_page_is_compared_with_itself() -> None:
    assert diff_words("a.md", BASE) == ("diff", "--format", "md", "--", f"{BASE}:a.md", "a.md")


@pytest.mark.parametrize(
    ("name", "head", "risky"),
    [
        pytest.param("pull_request", "fork/esspec", False, id="fork-without-secrets"),
        pytest.param("pull_request_target", "fork/esspec", True, id="fork-with-secrets"),
        pytest.param("pull_request_target", "owner/esspec", False, id="own-branch"),
    ],
)
def test_risky_events(name: str, head: str, *, risky: bool) -> None:
    event = {"pull_request": {"head": {"repo": {"full_name": head}}}}
    assert is_risky({"GITHUB_EVENT_NAME": name, "GITHUB_REPOSITORY": "owner/esspec"}, event) is risky


def test_an_annotation_is_one_command() -> None:
    assert annotation("error", "100%\n::set-output::") == "::error title=esspec::100%25\\n::set-output::\n"


# Installing


def test_a_runner_without_venv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where Python cannot make a venv, the job says what to do."""
    (tmp_path / "temp").touch()
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path / "temp"))
    assert install() == 2
    said = capsys.readouterr().out
    assert said.startswith("::error title=esspec::no venv could be made (")
    assert said.endswith(") — run actions/setup-python before it\n")


# Runs


class Repository:
    """A repository with this one's page and files, checked out at a commit that follows `base`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temp = folder.parent / "temp"
        self.temp.mkdir()
        shutil.copytree(ROOT / "docs_source", folder / "docs_source")
        self.git("init", "--quiet")
        self.export()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "before")
        self.base = self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Return what git prints."""
        env = {**os.environ, **GIT}
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=env, capture_output=True, text=True, check=True)  # noqa: S607
        return done.stdout

    def export(self, *options: str) -> None:
        """Write the files of the page as it stands."""
        assert esspec("export", str(self.folder / PAGE), "-o", str(self.folder / "out"), *options).code == 0

    def change(self, file: str, old: str, new: str) -> None:
        """Write other words into a file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Return what the action's program gives here; with an empty base, for a push."""
        event = self.temp / "event.json"
        event.write_text(json.dumps({"pull_request": {"base": {"sha": self.base}}}), encoding="utf-8")
        places = {
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "step.md"),
            "INPUT_PAGES": PAGE,
        }
        program = [sys.executable, "-I", str(ROOT / "action" / "run.py")]
        env = {**os.environ, **GIT, **places, **environment}
        return subprocess.run(program, cwd=self.folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository in which nothing has changed yet."""
    folder = tmp_path / "repository"
    folder.mkdir()
    return Repository(folder)


def test_nothing_is_new(repository: Repository) -> None:
    done = repository.run(INPUT_FAIL_ON="widening", INPUT_PIN_CONFIG="true")
    assert (done.returncode, "::error" in done.stdout) == (0, False)
    assert (repository.temp / "output").read_text(encoding="utf-8") == f"sarif={repository.temp / 'esspec.sarif'}\n"
    assert json.loads((repository.temp / "esspec.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_a_wider_page(repository: Repository) -> None:
    """It is refused where that was asked for; the summary begins with the flows, and the annotation has the row."""
    repository.change(PAGE, "Proxy pods to port 8093 ", "Proxy pods to ports 8093 and 8094 ")
    repository.change(PAGE, "Kafka pods on port 8093 ", "Kafka pods on ports 8093 and 8094 ")
    repository.export()
    done = repository.run(INPUT_FAIL_ON="widening")
    assert done.returncode == 1
    assert "widened" in done.stdout
    changes, _, findings = (repository.temp / "step.md").read_text(encoding="utf-8").partition("\n\nesspec: ")
    assert changes.startswith(f"Connections of {repository.base}:{PAGE} (a) and {PAGE} (b): not equal: 1 added.\n")
    assert "\n| added | " in changes
    assert " | TCP 8094 | " in changes
    assert findings.startswith("1 error")


def shallow(repository: Repository) -> Repository:
    """Return a clone of the newest commit alone, as a runner checks it out."""
    repository.change(PAGE, "# ", "\n# ")
    repository.export()
    repository.git("commit", "--quiet", "--all", "--message", "after")
    clone = copy(repository)
    clone.folder = repository.folder.parent / "clone"
    repository.git("clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(clone.folder))
    return clone


def test_a_shallow_clone(repository: Repository) -> None:
    """The base is fetched."""
    done = shallow(repository).run()
    assert (done.returncode, "::error" in done.stdout) == (0, False)
    assert "equal: both allow the same flows." in (repository.temp / "step.md").read_text(encoding="utf-8")


def test_a_shallow_clone_without_the_base(repository: Repository) -> None:
    """Where the base cannot be had nothing is compared, and nothing is let through."""
    clone = shallow(repository)
    clone.git("remote", "set-url", "origin", (clone.folder / "nowhere").as_uri())
    done = clone.run()
    how = f"this clone is shallow; fetch the commit with git fetch --depth=1 origin {clone.base}"
    told = f"there is no revision '{clone.base}' — {how}"
    assert done.returncode == 2
    assert f"::error title=esspec bad-revision,file={clone.base}::{told}\n" in done.stdout


def test_a_module_of_the_tree_is_not_run(repository: Repository) -> None:
    for name in ("typer.py", "esspec.py", "sitecustomize.py"):
        (repository.folder / name).write_text("raise SystemExit('run')\n", encoding="utf-8")
    assert repository.run(PYTHONPATH=str(repository.folder)).returncode == 0


def test_a_changed_binding_is_refused(repository: Repository) -> None:
    repository.change("docs_source/esspec.toml", "# every pod of the release has it", "# every pod has it")
    done = repository.run(INPUT_PIN_CONFIG="true")
    message = (
        "docs_source/esspec.toml decides what is checked and is changed here; change it in a pull request of its own"
    )
    assert (done.returncode, done.stdout) == (1, f"::error title=esspec::{message}\n")
    assert repository.run().returncode == 0


def test_a_changed_data_file_is_refused(repository: Repository) -> None:
    """What the page says is in it; no other file is pinned, whether the page is named or the settings name it."""
    for name in ("reuse.yml", "other.yml"):
        (repository.folder / "docs_source" / name).write_text("port: 443\n", encoding="utf-8")
    repository.change("docs_source/esspec.toml", "[check]\n", '[check]\ndata = ["reuse.yml"]\n')
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "data")
    repository.base = repository.git("rev-parse", "HEAD").strip()
    repository.change("docs_source/other.yml", "443", "80")
    assert repository.run(INPUT_PIN_CONFIG="true").returncode == 0
    repository.change("docs_source/reuse.yml", "443", "1-65535")
    message = (
        "docs_source/reuse.yml decides what is checked and is changed here; change it in a pull request of its own"
    )
    for pages in (PAGE, ""):
        done = repository.run(INPUT_PIN_CONFIG="true", INPUT_PAGES=pages)
        assert (done.returncode, done.stdout) == (1, f"::error title=esspec::{message}\n")


def test_the_summary_reads_pages_as_their_settings_say(repository: Repository) -> None:
    """A page whose words are in a data file has nothing to show without it."""
    repository.change("docs_source/esspec.toml", "[check]\n", '[check]\ndata = ["reuse.yml"]\n')
    (repository.folder / "docs_source" / "reuse.yml").write_text("proxy: 8093\n", encoding="utf-8")
    for peer in ("Proxy pods to", "Kafka pods on"):
        repository.change(PAGE, f"{peer} port 8093 ", f"{peer} port {{{{site.data.reuse.proxy}}}} ")
    repository.export("--data", str(repository.folder / "docs_source" / "reuse.yml"))
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "data")
    repository.base = repository.git("rev-parse", "HEAD").strip()
    repository.change("docs_source/reuse.yml", "8093", "8094")
    repository.export("--data", str(repository.folder / "docs_source" / "reuse.yml"))
    for pages in (PAGE, ""):
        repository.run(INPUT_PAGES=pages)
        assert " | TCP 8094 | " in (repository.temp / "step.md").read_text(encoding="utf-8").partition("esspec: ")[0]
        (repository.temp / "step.md").unlink()


def test_an_event_without_a_base(repository: Repository) -> None:
    """What was asked for and cannot be done is told; nothing else is."""
    repository.base = ""
    done = repository.run(INPUT_FAIL_ON="widening", INPUT_PIN_CONFIG="true")
    told = "::notice title=esspec::nothing was compared: this event has no base, so that {} does nothing; {}\n"
    notices = [told.format(name, "name a revision in since") for name in ("fail-on: widening", "pin-config")]
    assert (done.returncode, done.stdout[: len("".join(notices))]) == (0, "".join(notices))
    assert "nothing was compared" not in repository.run().stdout


def test_a_comparison_with_nothing(repository: Repository) -> None:
    done = repository.run(INPUT_FAIL_ON="widening", INPUT_SINCE="none")
    message = "fail-on: widening compares with a revision, and since is none; leave one of them away"
    assert (done.returncode, done.stdout) == (2, f"::error title=esspec::{message}\n")


def test_a_run_that_takes_too_long(repository: Repository) -> None:
    done = repository.run(INPUT_TIMEOUT_SECONDS="0")
    message = "ended after the time that timeout-seconds gives it; raise that if the page is so large"
    assert (done.returncode, done.stdout) == (2, f"::error title=esspec::{message}\n")
