"""Reports on disk: they stand nowhere among what is read, or what was generated."""

from pathlib import Path

import pytest

from command_lines import Ran, esspec
from small_pages import BINDING, page


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.md").write_text(page(), encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        pytest.param("./page.md", "the report would overwrite page.md, which is read", id="page"),
        pytest.param("link.md", "the report would overwrite link.md, which is read", id="page by another name"),
        pytest.param("esspec.toml", "the report would overwrite esspec.toml, which is read", id="binding"),
        pytest.param("form.toml", "the report would overwrite form.toml, which is read", id="form"),
        pytest.param("reuse.yml", "the report would be a data file: reuse.yml", id="data file"),
        pytest.param("data/a/r.csv", "the report would be a data file: data/a/r.csv", id="folder of data files"),
        pytest.param(
            "out/kubernetes/kafka.yaml",
            "the report out/kubernetes/kafka.yaml would be among the generated files",
            id="generated file",
        ),
        pytest.param("out/csv/r.csv", "the report out/csv/r.csv would be among the generated files", id="beside them"),
        pytest.param("out/.esspec.json", "the report out/.esspec.json would be among the generated files", id="record"),
    ],
)
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_report_overwrites_nothing_that_is_read(output: str, told: str, force: list[str]) -> None:
    """Nor a file that was generated, --force or not."""
    Path("data/a").mkdir(parents=True)
    for name, text in (
        ("reuse.yml", "a: 1\n"),
        ("data/b.yml", "a: 1\n"),
        ("form.toml", '[[columns]]\ncolumn = "port"\n'),
    ):
        Path(name).write_text(text, encoding="utf-8")
    Path("link.md").symlink_to("page.md")
    assert esspec("export", "page.md", "-o", "out").code == 0
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    asked = ("--columns-file", "form.toml", "--data", "reuse.yml", "--data", "data", "-o", output, *force)
    assert esspec("export", "page.md", "--target", "csv", *asked) == Ran(
        2, "", f"--output: error: {told} — name a file in another folder [usage]\n"
    )
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_a_report_beside_the_folders_of_targets() -> None:
    """It is nobody's there, as a report of check is."""
    assert esspec("export", "page.md", "-o", "out").code == 0
    assert esspec("export", "page.md", "--target", "csv", "--bom", "-o", "out/r.csv") == Ran(0, "wrote out/r.csv\n", "")
