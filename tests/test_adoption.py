"""What others take from this repository: the lock, the image, the GitLab template, the citation."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from esspec import __version__

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "action" / "requirements.txt").read_text(encoding="utf-8")
CONTAINER = (ROOT / "Containerfile").read_text(encoding="utf-8")
TEMPLATE = (ROOT / "templates" / "esspec.yml").read_text(encoding="utf-8")


def test_the_lock_is_what_pyproject_asks_for() -> None:
    """Each dependency, and what builds the wheel, is there in a version that is allowed, with hashes."""
    pinned = dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))
    asked = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["build-system"]["requires"]]
    for requirement in map(Requirement, asked):
        assert pinned[requirement.name] in requirement.specifier
    entries = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert len(entries) == len(pinned)


def test_the_image_runs_as_nobody() -> None:
    """And all that it copies is there, and is let through by .containerignore."""
    last = CONTAINER.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["65532:65532"]
    assert last.index("USER") > last.rindex("RUN")
    let_through = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINER, re.MULTILINE):
        assert all((ROOT / name).exists() and f"!{name}" in let_through for name in copied.split())


def test_the_base_of_the_image_is_pinned() -> None:
    """By a digest: a tag alone is another image tomorrow. All stages begin with it."""
    assert re.search(
        r"^ARG PYTHON=docker\.io/library/python:3\.\d+\.\d+-alpine@sha256:[0-9a-f]{64}$", CONTAINER, re.MULTILINE
    )
    assert set(re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE)) == {"${PYTHON}"}


def test_the_image_is_made_of_what_the_wheel_needs() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINER, re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["sources"],
        *(path.partition("/")[0] for path in wheel["shared-data"]),
        "README.md",
        "LICENSE",
        "NOTICE",
    }
    assert needed <= names


def test_inputs_are_no_part_of_the_gitlab_script() -> None:
    spec, job = yaml.safe_load_all(TEMPLATE)
    variables = job["esspec"]["variables"]
    assert not any("$[[" in line for line in job["esspec"]["script"])
    assert {f"$[[ inputs.{name} ]]" for name in ("pages", "against", "baseline", "fail_on")} <= set(variables.values())
    assert set(spec["spec"]["inputs"]) == set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", TEMPLATE))


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        pytest.param({}, 0, id="settings"),
        pytest.param({"ESSPEC_PAGES": "docs_source/network-policies.md"}, 0, id="page"),
        pytest.param({"ESSPEC_PAGES": "docs_source/*.md"}, 2, id="no-pattern"),
        pytest.param({"ESSPEC_BASELINE": "missing.json"}, 1, id="baseline"),
        pytest.param({"ESSPEC_FAIL_ON": "warning"}, 1, id="warning"),
        pytest.param({"ESSPEC_FAIL_ON": "widening"}, 0, id="widening-without-a-base"),
        pytest.param({"ESSPEC_FAIL_ON": "widening", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD"}, 2, id="no-such-base"),
    ],
)
def test_the_gitlab_job_runs(variables: dict[str, str], code: int, tmp_path: Path) -> None:
    """Its script passes in a shell, where no page is a pattern, and writes the reports that the job keeps."""
    _, job = yaml.safe_load_all(TEMPLATE)
    for name in ("docs_source", "out"):
        shutil.copytree(ROOT / name, tmp_path / name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(job["esspec"]["script"])
    env = {**os.environ, "PATH": path, "ESSPEC_AGAINST": "out/kubernetes", **variables}
    done = subprocess.run(["sh", "-ec", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == code, done.stderr
    is_dropped = "widening" in variables.values() and "CI_MERGE_REQUEST_DIFF_BASE_SHA" not in variables
    said = "esspec: nothing was compared: this pipeline is of no merge request, so that fail_on: widening does nothing"
    assert (said in done.stdout) is is_dropped
    reports = {path.name for path in tmp_path.iterdir()} - {"docs_source", "out", variables.get("ESSPEC_BASELINE")}
    assert reports == set(job["esspec"]["artifacts"]["reports"].values())


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    assert citation["license"] == PYPROJECT["project"]["license"]
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()


@pytest.mark.parametrize("name", ["docs/docs-ci.md", "templates/esspec.yml"])
def test_examples_name_this_version(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set(re.findall(r"v(\d+\.\d+\.\d+)", text)) == {__version__}
