"""Where `esspec init` writes: the binding of the page, in one step, and nothing else."""

from pathlib import Path

import pytest

from command_lines import Ran, esspec, files
from small_pages import page

BINDING = Path("esspec.toml")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_nearest_binding_is_completed() -> None:
    """As every command finds it; where there is none, the file is written beside the page."""
    Path("docs/a").mkdir(parents=True)
    Path("docs/a/page.md").write_text(page(), encoding="utf-8")
    assert esspec("init", "docs/a/page.md").out.startswith("wrote docs/a/esspec.toml; ")
    Path("docs/a/esspec.toml").rename("docs/esspec.toml")
    assert esspec("init", "docs/a/page.md").out.startswith("docs/esspec.toml: nothing new; ")
    assert esspec("init", "docs/a/page.md", "--binding", "b.toml").out.startswith("wrote b.toml; ")
    assert esspec("init", "-", "--stdin-filename", "docs/x.md", stdin=page().encode()).code == 0
    assert files() == ["b.toml", "docs/a/page.md", "docs/esspec.toml"]
    assert "# What docs/a/page.md cannot say by itself." in Path("b.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [["--stdout"], ["-o", "-"], ["--output", "-"]])
def test_printing_writes_nothing(options: list[str]) -> None:
    """What is printed is the whole file."""
    Path("page.md").write_text(page(), encoding="utf-8")
    ran = esspec("init", "page.md", *options)
    assert (ran.code, ran.err, files()) == (0, "", ["page.md"])
    esspec("init", "page.md")
    assert BINDING.read_text(encoding="utf-8") == ran.out
    assert esspec("init", "page.md", *options).out == ran.out


def test_a_named_output_is_a_new_file() -> None:
    Path("page.md").write_text(page(), encoding="utf-8")
    assert esspec("init", "page.md", "-o", "new.toml").out == "wrote new.toml; 3 empty texts to fill in\n"
    assert files() == ["new.toml", "page.md"]
    ran = esspec("init", "page.md", "-o", "new.toml")
    told = "there is such a file already — name another file, or give this one with --binding to add to it"
    assert ran == Ran(2, "", f"new.toml: error: {told} [file-exists]\n")


@pytest.mark.parametrize(
    ("binding", "told"),
    [
        pytest.param("page.md/b.toml", "Not a directory", id="a folder that is a file"),
        pytest.param("no/b.toml", "there is no folder no — make it", id="a folder that is not there"),
    ],
)
def test_what_cannot_be_written(binding: str, told: str) -> None:
    Path("page.md").write_text(page(), encoding="utf-8")
    ran = esspec("init", "page.md", "--binding", binding)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert files() == ["page.md"]


def test_links_are_not_followed() -> None:
    """A link in the page's folder may lead anywhere; the file that it names is neither read nor written."""
    Path("page.md").write_text(page(), encoding="utf-8")
    for target in ("real.toml", "gone.toml"):
        Path("real.toml").write_text('namespace = "ns"\n', encoding="utf-8")
        BINDING.unlink(missing_ok=True)
        BINDING.symlink_to(target)
        ran = esspec("init", "page.md")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("esspec.toml: error: this is a symbolic link, which esspec does not follow — ")
        assert Path("real.toml").read_text(encoding="utf-8") == 'namespace = "ns"\n'
        assert not Path("gone.toml").exists()


def test_a_failing_write_leaves_the_old_file() -> None:
    """The file is replaced in one step, and what was staged for that is gone."""
    Path("page.md").write_text(page(), encoding="utf-8")
    BINDING.write_text('namespace = "ns"\n', encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "esspec.toml")

    remedy = "check the folder and its permissions, or print the file with -o -"
    told = f"esspec.toml: error: No space left on device — {remedy} [unwritable-output]\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert esspec("init", "page.md") == Ran(2, "", told)
    assert (files(), BINDING.read_text(encoding="utf-8")) == (["esspec.toml", "page.md"], 'namespace = "ns"\n')
    Path(".esspec.toml.new").write_text("left by a run that was killed", encoding="utf-8")
    assert esspec("init", "page.md").code == 0
    assert files() == ["esspec.toml", "page.md"]


@pytest.mark.parametrize(
    ("binding", "told"),
    [
        pytest.param("a = \n", "1:5: error: this is no TOML: Invalid value — mend the syntax [bad-toml]", id="no TOML"),
        pytest.param(
            "lables = 1\n",
            "1:1: error: there is no key lables — did you mean labels? [unknown-key]",
            id="no binding",
        ),
        pytest.param(
            "prefix = 'p-'\nworkloads = { a = { labels = { b = 'c' } } }\n",
            "2:1: error: 'workloads' is written in one line or by dotted keys, and more must be added to it — "
            "write it as tables of their own, with headers in brackets, and run init again [closed-table]",
            id="no room",
        ),
    ],
)
def test_a_binding_that_cannot_be_completed(binding: str, told: str) -> None:
    """Nothing is written where not everything can be."""
    Path("page.md").write_text(page(), encoding="utf-8")
    BINDING.write_text(binding, encoding="utf-8")
    ran = esspec("init", "page.md")
    assert (ran.out, ran.err, BINDING.read_text(encoding="utf-8")) == ("", f"esspec.toml:{told}\n", binding)
    assert ran.code == (2 if "bad-toml" in told else 1)
