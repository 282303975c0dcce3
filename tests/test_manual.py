"""What is made from the code is current, explains all there is, and works in a shell."""

import re
import subprocess
from pathlib import Path

import pytest

from command_lines import esspec
from esspec.commands.schema import SCHEMAS, schema_text
from esspec.linting.rules_text import rule_texts
from manual.__main__ import made, main, stale
from manual.commands import Command, commands, root_options
from manual.keys import known_keys, texts

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
MAN = (ROOT / "man" / "esspec.1").read_text(encoding="utf-8")
each_command = pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)


def test_all_is_current() -> None:
    """Otherwise `make docs` writes it anew."""
    assert stale(made()) == []


def test_what_is_stale_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manual.__main__.completions", lambda: {"esspec.fish": "another text"})
    assert main(["--check"]) == 1
    said = (
        "nothing makes completion/_esspec\nnothing makes completion/esspec.bash\nnot current: completion/esspec.fish\n"
    )
    assert capsys.readouterr().out == said


# Commands


@each_command
def test_a_command_is_told_as_its_help_tells_it(command: Command) -> None:
    """Every option of `--help` is in the reference and the manual page, and no other."""
    printed = esspec(command.name, "--help").out
    _, _, options = printed.partition("Options:\n")
    names = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*(?=[ ,]|$)", "\n".join(heads(options)), re.MULTILINE))
    assert {name for word in command.options for name in word.names} == names
    section = (REFERENCE / "commands.md").read_text(encoding="utf-8").split(f"\n## esspec {command.name}\n")[1]
    assert all(f"`{name}" in section for name in names)


def heads(options: str) -> list[str]:
    """Return where the options of a help begin: two spaces in, and the words before a wide gap."""
    return [re.split(r"  +", line.strip())[0] for line in options.splitlines() if re.match(r"  -", line)]


def test_root() -> None:
    printed = esspec("--help").out
    assert all(name in printed for word in root_options() for name in word.names)
    assert [command.name for command in commands()] == re.findall(
        r"^  (\w+) ", printed.split("Commands:\n")[1].partition("\n\n")[0], re.MULTILINE
    )


# Findings, keys, schemas


def test_every_code_has_a_section() -> None:
    text = re.sub(r"```.*?```", "", (REFERENCE / "findings.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(rule_texts())


def test_every_key_is_explained() -> None:
    """keys.toml explains all that the schema of the binding knows, and nothing else."""
    assert {name: set(said["keys"]) for name, said in texts().items()} == known_keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_what_the_command_prints(name: str) -> None:
    assert (REFERENCE / "schemas" / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.md")), ids=lambda path: path.name)
def test_tables_hold_together(path: Path) -> None:
    """A pipe in a cell would move all that stands behind it."""
    widths = [
        len(re.findall(r"(?<!\\)\|", line))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    tables = re.findall(r"(?:^\|.*\n)+", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert widths
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


# The manual page


def test_no_text_is_taken_for_a_request() -> None:
    """Lines that begin with a point are the macros that are meant, and hyphens are signs to copy."""
    requests = {line.split(" ")[0] for line in MAN.splitlines() if line.startswith((".", "'"))}
    assert requests == {r".\"", ".TH", ".SH", ".SS", ".B", ".I", ".TP", ".PP", ".nf", ".fi"}
    assert re.findall(r"(?<!\\)-", MAN.partition("\n")[2]) == []


# Completions


def completed(*words: str) -> list[str]:
    """Return what bash offers for the last of some words."""
    line = " ".join(f"'{word}'" for word in words)
    script = (
        f". completion/esspec.bash; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _esspec; echo ${{COMPREPLY[*]}}"
    )
    done = subprocess.run(["bash", "-uc", script], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        pytest.param(("ex",), ["export", "explain"], id="command"),
        pytest.param(("--ver",), ["--version"], id="option-of-all"),
        pytest.param(("export", "--ta"), ["--target"], id="option"),
        pytest.param(("export", "--target", "c"), ["calico", "cilium", "csv"], id="choice"),
        pytest.param(("export", "--fail-on", "=", "wa"), ["warning"], id="choice-behind-a-sign"),
        pytest.param(("export", "--fail-on", "="), ["error", "warning", "note"], id="sign"),
        pytest.param(("rules", "one"), ["one-sided"], id="argument"),
        pytest.param(("export", ""), [], id="files-are-left-to-bash"),
        pytest.param(("export", "-o", ""), [], id="so-are-folders"),
        pytest.param(("nothing", ""), [], id="unknown-command"),
    ],
)
def test_bash(words: tuple[str, ...], offered: list[str]) -> None:
    assert completed("esspec", *words) == offered


@pytest.mark.parametrize("name", ["esspec.bash", "_esspec", "esspec.fish"])
def test_every_option_is_completed(name: str) -> None:
    """In all three shells; fish writes names without their hyphens."""
    text = (ROOT / "completion" / name).read_text(encoding="utf-8")
    for command in commands():
        lines = (
            text.partition(f"\n    {command.name})")[2].partition("\n      esac ;;")[0]
            if name == "esspec.bash"
            else text
        )
        for option in (option for word in command.options for option in word.names):
            shown = (
                f"-{'l' if option.startswith('--') else 's'} {option.lstrip('-')} " if name == "esspec.fish" else option
            )
            assert shown in lines
