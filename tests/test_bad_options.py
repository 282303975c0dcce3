"""Options with bad values, of all commands: exit 2, one line with a remedy, nothing written."""

import shutil
from pathlib import Path

import pytest

from checking import put, put_page
from command_lines import Ran, esspec, files

COMMANDS = {
    "list": "list page.md",
    "list of manifests": "list deploy",
    "explain": "explain page.md ui->kafka:80",
    "diff": "diff deploy page.md",
    "lint": "lint page.md",
    "lint of manifests": "lint deploy",
    "check": "check page.md",
    "check against manifests": "check page.md --against deploy",
    "export": "export page.md -t csv",
    "parse": "parse page.md",
    "verify": "verify page.md -t csv",
    "init": "init page.md",
}
OF_MANIFESTS = ("list", "list of manifests", "explain", "diff", "lint of manifests", "check", "check against manifests")
EMPTY = {
    "--binding": COMMANDS.keys(),
    "--data": COMMANDS.keys(),
    "--stdin-filename": COMMANDS.keys(),
    "--profile": COMMANDS.keys() - {"parse", "init"},
    "--set": COMMANDS.keys() - {"parse", "init"},
    "--namespace": OF_MANIFESTS,
    "-n": OF_MANIFESTS,
    "-o": {"check", "export", "init"},
    "--output": {"check", "export", "init"},
    "--target": {"check", "export", "verify"},
    "--since": {"check"},
    "--against": {"check"},
    "--baseline": {"check"},
    "--dir": {"verify"},
    "--layout": {"export"},
    "--columns": {"export"},
    "--columns-file": {"export"},
    "--format": COMMANDS.keys() - {"export", "init"},
    "--fail-on": COMMANDS.keys() - {"init"},
}
NO_NAMESPACE = [
    pytest.param("Bad NS", id="blank"),
    pytest.param("Shop", id="capital"),
    pytest.param("shop.io", id="dot"),
    pytest.param("-shop", id="hyphen"),
    pytest.param("ns\n", id="line end"),
    pytest.param("a" * 64, id="long"),
]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put_page()
    shutil.copytree("out/kubernetes", "deploy")


def refused(option: str, message: str) -> Ran:
    """Return what a command line gives that is not even begun."""
    return Ran(2, "", f"{option}: error: {message} [usage]\n")


@pytest.mark.parametrize(
    ("command", "option"), [(command, option) for option, commands in EMPTY.items() for command in sorted(commands)]
)
def test_empty_value(command: str, option: str) -> None:
    """A variable that is not set, as in --since "$BASE", would else turn a gate off."""
    before = files()
    told = "this option has no value — write one behind it, or leave the option away; a variable may not be set"
    words = COMMANDS[command].split()
    assert esspec(*words, option, "") == refused(option, told)
    if option.startswith("--"):
        assert esspec(*words, f"{option}=") == refused(option, told)
    assert files() == before


@pytest.mark.parametrize("name", NO_NAMESPACE)
@pytest.mark.parametrize("command", OF_MANIFESTS)
def test_namespace_that_is_none(command: str, name: str) -> None:
    shown = name.replace("\n", "\\n")
    told = f"'{shown}' is no name of a namespace — write at most 63 lower-case letters, digits and hyphens"
    assert esspec(*COMMANDS[command].split(), "-n", name) == refused("--namespace", f"{told}, such as event-streams")


def test_words_behind_two_hyphens_are_no_options() -> None:
    put("--x=", Path("page.md").read_text(encoding="utf-8"))
    assert esspec("lint", "--", "--x=").code == 0


@pytest.mark.parametrize(
    ("command", "path", "told"),
    [
        pytest.param("check", "esspec.toml", "the report would overwrite esspec.toml, which is read", id="binding"),
        pytest.param("lint page.md", "esspec.toml", "the report would overwrite esspec.toml, which is read", id="lint"),
        pytest.param(
            "check --against deploy/ui.yaml",
            "deploy/ui.yaml",
            "the report would overwrite deploy/ui.yaml, which is read",
            id="manifests",
        ),
        pytest.param(
            "check",
            "out/csv/page.csv",
            "the report out/csv/page.csv would be among the generated files",
            id="generated file",
        ),
        pytest.param("check", "out/csv/r.md", "the report out/csv/r.md would be among the generated", id="stranger"),
        pytest.param("check", "out/.esspec.json", "the report out/.esspec.json would be among the", id="record"),
    ],
)
def test_report_over_what_is_read(command: str, path: str, told: str) -> None:
    before = {name: Path(name).read_bytes() for name in files()}
    ran = esspec(*command.split(), "--format", f"md={path}")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"--format: error: {told}")
    assert ran.err.endswith((" — name another file [usage]\n", " — name a file in another folder [usage]\n"))
    assert {name: Path(name).read_bytes() for name in files()} == before


def test_report_beside_what_is_generated() -> None:
    """The folder of the files may be the one where everything is."""
    assert esspec("export", "page.md", "-t", "csv", "-o", ".").code == 0
    assert esspec("check", "page.md", "-t", "csv", "-o", ".", "--format", "md=report.md").code == 0
    assert Path("report.md").is_file()
