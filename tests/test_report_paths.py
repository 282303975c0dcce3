"""How reports name files: as those who read them look them up, wherever the run began."""

from pathlib import Path

import pytest

from command_lines import esspec
from esspec.reporting.finding_formats import WRITERS
from esspec.reporting.finding_report import checkout_paths
from found import ONE, report

VARIABLES = ["CI_PROJECT_DIR", "GITHUB_WORKSPACE"]
FORMATS = [
    pytest.param("gitlab", "CI_PROJECT_DIR", '"path": "{}"', id="GitLab"),
    pytest.param("github", "GITHUB_WORKSPACE", "file={}", id="GitHub"),
    pytest.param("sarif", "GITHUB_WORKSPACE", '"uri": "{}"', id="SARIF"),
]


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for each in ("repository/.git", "repository/docs", "other/.git"):
        (tmp_path / each).mkdir(parents=True)
    (tmp_path / "repository" / "docs" / "p.md").write_text(
        "## Kafka pod\n\n- Outgoing connections permitted: None\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path / "repository" / "docs")


def named(path: str, variable: str = "CI_PROJECT_DIR") -> str:
    """Return how a report names a path."""
    (found,) = checkout_paths(report(ONE._replace(path=path)).found, variable).values()
    return found


@pytest.mark.parametrize(("name", "variable", "shown"), FORMATS)
def test_in_a_checkout(monkeypatch: pytest.MonkeyPatch, name: str, variable: str, shown: str) -> None:
    """A job that works in a folder of its checkout names files from the top of that, as the CI system looks them up."""
    top = Path.cwd().parent.parent
    monkeypatch.setenv(variable, str(top))
    assert shown.format("repository/docs/p.md") in WRITERS[name](report(ONE._replace(path="p.md")))
    monkeypatch.setenv(variable, str(top / "elsewhere"))
    assert shown.format("docs/p.md") in WRITERS[name](report(ONE._replace(path="p.md")))


@pytest.mark.parametrize(("name", "_", "shown"), FORMATS)
def test_in_a_repository(name: str, _: str, shown: str) -> None:
    """Without such a job files are named from the top of the repository, in which reports are read."""
    ran = esspec("lint", "p.md", "--format", name)
    assert shown.format("docs/p.md") in ran.out


@pytest.mark.parametrize(
    ("folder", "path", "shown"),
    [
        pytest.param(".", "../deploy/missing.yaml", "deploy/missing.yaml", id="a missing file of another folder"),
        pytest.param(".", "..p.md", "docs/..p.md", id="dots in a name"),
        pytest.param(".", "-", "-", id="standard input"),
        pytest.param(".", "main:docs/p.md", "main:docs/p.md", id="in git"),
        pytest.param(".", "../../other/p.md", "../../other/p.md", id="another repository"),
        pytest.param("../..", "repository/docs/p.md", "docs/p.md", id="from outside"),
        pytest.param("../..", "p.md", "p.md", id="no repository at all"),
    ],
)
def test_where_a_file_is(monkeypatch: pytest.MonkeyPatch, folder: str, path: str, shown: str) -> None:
    monkeypatch.chdir(folder)
    assert named(path) == shown


def test_reviewdog_is_run_where_esspec_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes paths as seen from its working folder, and puts those into the repository itself."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd().parent))
    assert '"path": "p.md"' in WRITERS["rdjson"](report(ONE._replace(path="p.md")))
