"""Whatever goes wrong on a command line ends with exit 1, 2 or 130, a line that says it, and no traceback."""

import re
from pathlib import Path

import pytest

from command_lines import Ran, esspec, files, write_pages
from esspec import __version__
from esspec.compiling import loading
from small_pages import more, page


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_pages()


# Exit 2: the way it was called, and files


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            "parse --max-bytes 5 page.md", "page.md: error: the file is larger than 5 bytes — ", id="too large"
        ),
        pytest.param(
            "parse missing.md", "missing.md: error: cannot be read: No such file or directory — ", id="missing"
        ),
        pytest.param("export missing.md -o out", "missing.md: error: cannot be read: ", id="missing, export"),
        pytest.param("verify missing.md", "missing.md: error: cannot be read: ", id="missing, verify"),
        pytest.param("parse page.md/x", "page.md/x: error: cannot be read: Not a directory — ", id="below a file"),
        pytest.param("parse .", ".: error: this is a folder — name the page itself", id="folder"),
        pytest.param("parse latin1.md", "latin1.md:1:4: error: byte 0xe9 is no UTF-8 — ", id="not UTF-8"),
        pytest.param("parse nul.md", "nul.md:2:2: error: a NUL byte stands here — ", id="NUL"),
        pytest.param("parse page.md --binding nope.toml", "nope.toml: error: cannot be read: ", id="no such binding"),
        pytest.param("parse page.md --binding .", ".: error: this is a folder — ", id="binding is a folder"),
        pytest.param(
            "parse page.md --binding page.md", "page.md:3:3: error: this is no TOML: ", id="binding is no TOML"
        ),
        pytest.param(
            "export page.md", "page.md: error: several targets cannot go to standard output — ", id="all to stdout"
        ),
        pytest.param(
            "export page.md -t csv -t calico", "page.md: error: several targets cannot go ", id="two to stdout"
        ),
        pytest.param(
            "export page.md warned.md -t csv", "page.md: error: several pages cannot go ", id="two pages to stdout"
        ),
        pytest.param(
            "export page.md ./page.md -o out", "page.md: error: two pages have the same name", id="one page twice"
        ),
        pytest.param(
            "export page.md PAGE.md -o out", "page.md: error: two pages have the same name", id="but for case"
        ),
        pytest.param("export page.md ..md -o out", "page.md: error: each page gets a folder by its name", id="dots"),
        pytest.param(
            "export page.md -t csv --check",
            "page.md: error: --check compares files, and no folder",
            id="check of nothing",
        ),
        pytest.param(
            "export page.md -t nope", "nope: error: no target 'nope' is installed — use one of: calico, ", id="target"
        ),
        pytest.param("verify page.md -t nope", "nope: error: no target 'nope' is installed — ", id="target of verify"),
        pytest.param(
            "export page.md -t calico --as-written", "error: the target calico must know who is meant", id="as written"
        ),
        pytest.param("export page.md -o page.md", "page.md: error: ", id="output is a file"),
        pytest.param("export page.md -o page.md/out", "error: ", id="output is below a file"),
        pytest.param(
            "verify page.md --dir nowhere", "error: cannot be read: No such file or directory", id="no folder"
        ),
        pytest.param(
            "parse -", "-: error: standard input has no name — say which page it is with --stdin-filename", id="stdin"
        ),
        pytest.param(
            "schema nope", "nope: error: there is no schema 'nope' — use one of: page, findings, ", id="schema"
        ),
    ],
)
def test_exit_2(arguments: str, told: str) -> None:
    """No data, one finding or the usage, and nothing changed on disk."""
    Path("latin1.md").write_bytes(b"caf\xe9")
    Path("nul.md").write_bytes(b"a\nb\0")
    before = files()
    ran = esspec(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert "bug" not in ran.err
    assert files() == before


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param("frobnicate", "frobnicate", id="no such command"),
        pytest.param("parse", "PAGE", id="no page"),
        pytest.param("export -t csv", "PAGE", id="no page, export"),
        pytest.param("parse page.md page.md", "page.md", id="two pages"),
        pytest.param("parse --frob page.md", "--frob", id="no such option"),
        pytest.param("parse --format yaml page.md", "yaml", id="format"),
        pytest.param("parse --max-bytes 0 page.md", "--max-bytes", id="no bytes"),
        pytest.param("parse --max-bytes 1k page.md", "--max-bytes", id="bytes in words"),
        pytest.param("export page.md --fail-on never", "never", id="level"),
        pytest.param("schema", "NAME", id="no schema"),
        pytest.param("targets page.md", "page.md", id="no argument is taken"),
    ],
)
def test_usage(arguments: str, named: str) -> None:
    """Exit 2 with one line that names the word that is wrong and shows the way to the help, all of it on stderr."""
    ran = esspec(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(r"(esspec( \w+)?): error: [a-z].* — run \1 --help \[usage\]\n", ran.err)
    assert named in ran.err


@pytest.mark.parametrize("command", ["export page.md -t csv", "verify page.md"])
def test_no_binding_is_exit_2(command: str) -> None:
    Path("esspec.toml").unlink()
    ran = esspec(*command.split())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("page.md: error: no esspec.toml stands in the page's folder or above it, so ")
    assert ran.err.endswith("[no-binding]\n")


def test_broken_binding() -> None:
    """What is no TOML is exit 2; what is TOML and no binding is exit 1."""
    Path("esspec.toml").write_text("[", encoding="utf-8")
    assert esspec("parse", "page.md").code == 2
    Path("esspec.toml").write_text(more("lables = {}"), encoding="utf-8")
    assert esspec("parse", "page.md") == Ran(
        1,
        "",
        'esspec.toml:9:1: error: there is no key workloads."UI pod".lables — did you mean labels? [unknown-key]\n',
    )


def test_page_that_begins_with_a_dash() -> None:
    Path("-x.md").write_text(page(), encoding="utf-8")
    assert esspec("parse", "-x.md").code == 2
    assert esspec("parse", "--", "-x.md").code == 0


# A bug


@pytest.mark.parametrize("command", ["parse page.md", "export page.md -o out", "verify page.md --error-format json"])
def test_bug_is_one_line(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Exit 2, no traceback, nothing written; what the exception says can neither forge a line nor act on a terminal."""

    def fail(*_: object) -> None:
        raise KeyError("odd\n::error::\x1b[2J" + "x" * 10_000)

    monkeypatch.setattr(loading, "read", fail)
    before = files()
    ran = esspec(*command.split())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(f"esspec {__version__}: a bug in esspec: KeyError: ")
    assert ran.err.endswith("please report it with the page\n")
    assert "\x1b" not in ran.err
    assert len(ran.err) < 700
    assert files() == before


@pytest.mark.parametrize("failure", [RecursionError("deep"), MemoryError(), AssertionError()])
def test_bug_of_any_kind(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(loading, "read", fail)
    ran = esspec("parse", "page.md")
    assert (ran.code, ran.out) == (2, "")
    assert f"a bug in esspec: {type(failure).__name__}" in ran.err


def test_interrupt_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "read", interrupt)
    ran = esspec("parse", "page.md")
    assert (ran.code, ran.out) == (130, "")
    assert "bug" not in ran.err
