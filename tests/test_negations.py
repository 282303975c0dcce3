"""What a page takes back must not become a rule, and what can be read in two ways is not decided."""

from pathlib import Path

import pytest

from command_lines import esspec

TABLE = "\n\n| **Type** | **Origin** | **Reason** |\n|---|---|---|\n| TCP | B pods to port 80 | x |\n"
NONE = "\n- Outgoing connections permitted: None\n"
BINDING = """\
namespace = "shop"
[workloads."A pod"]
labels = { c = "a" }
[workloads."B pod"]
labels = { c = "b" }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder with a binding."""
    monkeypatch.chdir(tmp_path)
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")


def exported(page: str) -> tuple[int, str]:
    """Return exit code and standard error of an export of `page`."""
    Path("page.md").write_text(page + "\n## B pod\n\n- Incoming connections permitted: Any\n", encoding="utf-8")
    ran = esspec("export", "page.md", "-t", "csv")
    assert (ran.out == "") == (ran.code != 0)
    return ran.code, ran.err


@pytest.mark.parametrize(
    "words",
    [
        "Not permitted:",
        "The following connections are blocked:",
        "- Blocked:",
        "Never open these ports:",
        "These were removed in version 2:",
        "**Deprecated, do not open:**",
    ],
)
def test_words_that_take_a_table_back(words: str) -> None:
    """A table that is introduced as forbidden stops the export; line 3 and the table's line are named."""
    code, told = exported(f"## A pod\n\n{words}{TABLE}{NONE}")
    assert code == 1
    assert told == (
        "page.md:5:1: error: the words of line 3 say that this is not permitted — "
        "delete what is not permitted; only permitted connections are listed [negated-rules]\n"
    )


def test_words_that_take_a_second_table_back() -> None:
    """Each table is held to the words before it."""
    code, told = exported(f"## A pod\n{TABLE}\nThe following are not permitted:{TABLE}{NONE}")
    assert (code, told.count("[negated-rules]")) == (1, 1)
    assert told.startswith("page.md:10:1: ")


def test_a_heading_that_takes_back_what_stands_below() -> None:
    """A heading counts for all sections below it."""
    code, told = exported(f"## Connections that are not permitted\n\n### A pod{TABLE}{NONE}")
    assert code == 1
    assert "page.md:5:1: error: the words of line 1 say that this is not permitted" in told


def test_words_that_introduce_a_table() -> None:
    """Other words before a table change nothing."""
    code, told = exported(f"## A pod\n\nThese connections are needed:{TABLE}{NONE}")
    assert (code, told.count("error")) == (0, 0)


def test_a_cell_that_is_a_name_and_a_list() -> None:
    """Where a name holds "and", a cell with it can be read in two ways, and neither is taken."""
    Path("esspec.toml").write_text(BINDING + '[workloads."A and B pod"]\nlabels = { c = "ab" }\n', encoding="utf-8")
    page = f"## A pod{TABLE}{NONE}\n## A and B pod{TABLE.replace('B pods', 'A and B pods')}{NONE}"
    code, told = exported(page)
    assert code == 1
    assert "page.md:13:9: error: 'a and b' is one name, and the cell can be read as a list of others" in told


def test_an_override_with_peer_and_peers() -> None:
    """Both at once would be more than either says."""
    override = (
        '[[overrides]]\nworkload = "A pod"\ndirection = "ingress"\nrow = "TCP | B pods to port 80 | x"\n'
        'reason = "why"\npeer = "B pod"\npeers = ["anyone"]\n'
    )
    Path("esspec.toml").write_text(BINDING + override, encoding="utf-8")
    code, told = exported(f"## A pod{TABLE}{NONE}")
    assert (code, told) == (
        1,
        "esspec.toml:6:1: error: the override sets both peer and peers — keep one of them [peer-twice]\n",
    )


def test_an_output_folder_without_a_name() -> None:
    """An unset variable behind -o must not fill the working folder."""
    assert esspec("export", "page.md", "-o", "").code == 2
    assert sorted(path.name for path in Path().iterdir()) == ["esspec.toml"]
