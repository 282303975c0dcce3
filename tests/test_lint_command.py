"""`esspec lint` and `esspec rules` as users run them: what goes where, and with which exit code."""

import json
from pathlib import Path

import pytest

from command_lines import Ran, esspec
from esspec.commands.schema import schema_text
from esspec.linting.rules_text import rule_texts
from json_schema import faults
from linting import BINDING, KAFKA, UI, section

GOOD = section(KAFKA, ["TCP | UI pods to port 80 | a"]) + section(UI, outgoing=["TCP | Kafka pods on port 80 | a"])
NOTED = GOOD.replace("UI pods", "ui pods")
WARNED = GOOD.replace("Incoming connections permitted: Any", "Incoming connections permitted: None").replace(
    "| TCP | Kafka", "| TCP | Other UI pods on port 80 | b |\n| TCP | Kafka"
)
WRONG = GOOD.replace("on port 80", "on port 81")
SPELLING = (
    "noted.md:7:9: note: 'ui' is another spelling of 'UI pod' (1 row)"
    " — spell it the same everywhere, or write it into its aliases [name-spelling]\n"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("good.md", GOOD),
        ("noted.md", NOTED),
        ("warned.md", WARNED),
        ("wrong.md", WRONG),
        ("esspec.toml", BINDING),
    ):
        Path(name).write_text(text, encoding="utf-8")


def test_findings_are_its_data() -> None:
    """They go to standard output, and how many there are to standard error."""
    assert esspec("lint", "good.md") == Ran(0, "", "0 errors, 0 warnings, 0 notes\n")
    assert esspec("lint", "noted.md", "--format", "concise") == Ran(0, SPELLING, "0 errors, 0 warnings, 1 note\n")
    ran = esspec("lint", "wrong.md", "--format", "concise")
    assert (ran.code, ran.err) == (1, "2 errors, 0 warnings, 0 notes\n")
    assert [line.rpartition(" ")[2] for line in ran.out.splitlines()] == ["[one-sided]", "[one-sided]"]


@pytest.mark.parametrize(
    ("page", "level", "code"),
    [
        pytest.param("noted.md", "error", 0, id="note"),
        pytest.param("noted.md", "warning", 0, id="note below warning"),
        pytest.param("noted.md", "note", 1, id="note on request"),
        pytest.param("warned.md", "error", 0, id="warning"),
        pytest.param("warned.md", "warning", 1, id="warning on request"),
        pytest.param("warned.md", "note", 1, id="warning above note"),
        pytest.param("wrong.md", "error", 1, id="error"),
        pytest.param("good.md", "note", 0, id="nothing"),
    ],
)
def test_exit_code(page: str, level: str, code: int) -> None:
    assert esspec("lint", page, "--fail-on", level).code == code


def test_several_pages() -> None:
    ran = esspec("lint", "wrong.md", "noted.md", "good.md", "--format", "concise")
    assert ran.err == "2 errors, 0 warnings, 1 note\n"
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["noted.md", "wrong.md", "wrong.md"]


@pytest.mark.parametrize("pages", [["good.md"], ["noted.md", "wrong.md"]])
def test_json(pages: list[str]) -> None:
    """One document for all pages, as its schema says; nothing else is written."""
    ran = esspec("lint", *pages, "--format", "json")
    data = json.loads(ran.out)
    assert faults(json.loads(schema_text("findings")), data) == []
    assert (data["schema"], ran.err) == ("esspec/findings/1", "")
    text = esspec("lint", *pages, "--format", "concise").out.splitlines()
    assert [f"[{found['code']}]" for found in data["findings"]] == [line.rpartition(" ")[2] for line in text]


def test_no_ignore() -> None:
    Path("esspec.toml").write_text(BINDING + "[lint]\nignore = ['one-sided', 'dead-row']\n", encoding="utf-8")
    ran = esspec("lint", "wrong.md")
    assert (ran.code, ran.err) == (0, "0 errors, 1 warning, 0 notes\n")
    assert esspec("lint", "wrong.md", "--no-ignore").err == "2 errors, 0 warnings, 0 notes\n"


def test_no_other_command_ignores_anything() -> None:
    """What is ignored is a finding of lint; parse and export show what the page says of itself."""
    Path("noted.md").write_text(NOTED + "Note: the Kafka pods wait. <!-- esspec: ignore note-on-rules -->\n")
    assert "note-on-rules" not in esspec("lint", "noted.md").out
    assert "note-on-rules" in esspec("lint", "noted.md", "--no-ignore").out
    assert "note-on-rules" in esspec("parse", "noted.md").err
    assert "note-on-rules" in esspec("export", "noted.md", "-t", "csv").err


def test_options_of_reading() -> None:
    """Standard input, another binding, variables from data files, and the states of features."""
    Path("data.yml").write_text("host: UI pods\n", encoding="utf-8")
    Path("other.toml").write_text(BINDING + "[profiles.off.features]\nmetrics = 'disabled'\n", encoding="utf-8")
    Path("esspec.toml").unlink()
    text = GOOD.replace("UI pods to", "{{ site.data.data.host }} to").replace("| a |", "| If metrics are enabled |")
    text = text.replace("Reason", "Condition")
    arguments = ("lint", "-", "--stdin-filename", "noted.md", "--binding", "other.toml", "--data", "data.yml")
    for more in ((), ("--profile", "off"), ("--set", "metrics=enabled")):
        assert esspec(*arguments, *more, stdin=text.encode()) == Ran(0, "", "0 errors, 0 warnings, 0 notes\n")
    assert esspec(*arguments[:-2], stdin=text.encode()).code == 1
    assert esspec(*arguments, "--profile", "on", stdin=text.encode()).code == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            (),
            "lint: error: no page is named — name pages or manifests, or use --explain CODE [usage]\n",
            id="no page",
        ),
        pytest.param(
            ("wrong.md", "missing.md", "."),
            "missing.md: error: cannot be read: No such file or directory"
            " — check the path and its permissions [unreadable-file]\n"
            ".: error: no manifest is below this folder — name one that has files .yaml, .yml, .json [no-manifests]\n",
            id="files that cannot be read",
        ),
    ],
)
def test_no_data_where_something_cannot_be_read(arguments: tuple[str, ...], told: str) -> None:
    assert esspec("lint", *arguments) == Ran(2, "", told)


def test_bad_binding() -> None:
    Path("esspec.toml").write_text(BINDING + "[lint]\nignored = []\n", encoding="utf-8")
    told = "esspec.toml:10:1: error: there is no key lint.ignored — did you mean ignore? [unknown-key]\n"
    assert esspec("lint", "good.md") == Ran(1, "", told)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        pytest.param("{ code = 'one-sided' }", "the key lint.ignore.0.reason is missing — add it", id="no reason"),
        pytest.param("3", "lint.ignore.0: this must be a table", id="a number"),
        pytest.param("''", "lint.ignore.0: this must be a table", id="nothing"),
        pytest.param(
            "{ code = 'x', reason = 'y', workloads = 'z' }",
            "there is no key lint.ignore.0.workloads — did you mean workload?",
            id="unknown key",
        ),
    ],
)
def test_bad_entry(entry: str, told: str) -> None:
    Path("esspec.toml").write_text(f"{BINDING}[lint]\nignore = [{entry}]\n", encoding="utf-8")
    assert esspec("lint", "good.md").err.startswith(f"esspec.toml:10:1: error: {told}")


# The documentation of codes


def test_explain() -> None:
    """`lint --explain CODE` reads no page, and says what `rules CODE` says."""
    ran = esspec("lint", "--explain", "one-sided")
    assert ran == esspec("rules", "one-sided")
    assert (ran.code, ran.err) == (0, "")
    heads = [line for line in ran.out.splitlines() if line.startswith(("one", "  Why", "  Ex", "  To", "  or"))]
    assert [head.partition(":")[0] for head in heads] == [
        "one-sided (error)",
        "  Why it matters",
        "  Example",
        "  To mend it",
        "  To ignore it",
        "  or in esspec.toml",
    ]
    assert "    <!-- esspec: ignore one-sided -->\n" in ran.out


@pytest.mark.parametrize("command", [("rules",), ("lint", "--explain")])
def test_unknown_code(command: tuple[str, ...]) -> None:
    told = "onesided: error: esspec has no code 'onesided' — did you mean one-sided? `esspec rules` lists all [usage]\n"
    assert esspec(*command, "onesided") == Ran(2, "", told)
    assert esspec(*command, "xyz").err == "xyz: error: esspec has no code 'xyz' — `esspec rules` lists all [usage]\n"


def test_all_rules() -> None:
    out = esspec("rules").out
    assert [line.partition(" ")[0] for line in out.splitlines() if line[:1].strip()] == list(rule_texts())
    assert "\n\n\n" not in out
    assert max(map(len, out.splitlines())) <= 110


@pytest.mark.parametrize("code", [code for code, text in rule_texts().items() if text.why and text.can_be_ignored])
def test_way_to_ignore_is_a_binding(code: str) -> None:
    """What the documentation shows can be copied."""
    shown = esspec("rules", code).out.partition("[[lint.ignore]]\n")[2]
    Path("esspec.toml").write_text(f"{BINDING}[[lint.ignore]]\n{shown}", encoding="utf-8")
    told = f"warning: this ignores no finding of {code} — delete it, or correct what it names [unused-ignore]"
    assert esspec("lint", "good.md", "--format", "concise").out == f"esspec.toml:9:1: {told}\n"
