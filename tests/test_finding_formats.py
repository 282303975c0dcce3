"""Findings in every format, held against the schema of each; see tests/schemas/README.md."""

import json
import xml.etree.ElementTree as ET  # what is parsed here was written by this process
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from command_lines import Ran, esspec, process
from esspec.commands.schema import schema_text
from esspec.problem import Level, Problem
from esspec.reporting.finding_formats import WRITERS
from esspec.reporting.finding_formats.text import text
from esspec.reporting.finding_report import Found, Report
from found import FOUND, FOUNDS, HOSTILE, LINE, NONE, NOTED, ONE, PROBLEMS, REPORT, report
from json_schema import faults

SCHEMAS = Path(__file__).parent / "schemas"


def schema(file: str) -> Any:
    """Return a schema. A pattern in that of SARIF is no regular expression; it is of a key that nobody writes here.

    That of reviewdog is made stricter: no other keys than it names, and those without which nothing is shown.
    """
    read = json.loads((SCHEMAS / file).read_text(encoding="utf-8"))
    if file.startswith("reviewdog"):
        for definition in read["definitions"].values():
            definition["additionalProperties"] = False
        for name, required in (("Diagnostic", ["message", "location"]), ("Location", ["path"])):
            read["definitions"][f"reviewdog.rdf.{name}"]["required"] = required
    if file.startswith("sarif"):
        for part in ("run", "toolComponent"):
            del read["definitions"][part]["properties"]["language"]["pattern"]
    return read


VALIDATORS = {
    name: jsonschema_rs.validator_for(schema(file))
    for name, file in (
        ("sarif", "sarif-2.1.0-rtm.5.json"),
        ("gitlab", "gitlab-code-quality.json"),
        ("rdjson", "reviewdog-DiagnosticResult.json"),
    )
}
JUNIT = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def valid(name: str, written: str) -> Any:
    """Return what a format says, and fail where its schema does not take it."""
    data = json.loads(written)
    assert [str(fault) for fault in VALIDATORS[name].iter_errors(data)] == []
    return data


def junit(written: str) -> ET.Element:
    """Return a JUnit report, and fail where its schema does not take it."""
    JUNIT.validate(written)
    return ET.fromstring(written)  # noqa: S314 - as above


@given(st.lists(FOUNDS, max_size=3), st.lists(st.just("p.md"), max_size=1))
def test_whatever_is_found_fits_the_schemas(found: list[Found], pages: list[str]) -> None:
    """No text of a page or path breaks a format, and none reaches a terminal or a log as a command."""
    some = Report(tuple(found), tuple(pages))
    for name in VALIDATORS:
        valid(name, WRITERS[name](some))
    junit(WRITERS["junit"](some))
    for name in ("text", "concise", "github", "md"):
        assert all(line.isprintable() for line in WRITERS[name](some).split("\n"))
    assert len(WRITERS["github"](some).splitlines()) == len(found)


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_found(name: str) -> None:
    written = WRITERS[name](NONE)
    if name in VALIDATORS:
        valid(name, written)
    assert written == "" if name in ("text", "concise", "github") else written.endswith("\n")


# Each format


def test_text() -> None:
    assert text(Report((FOUND,), ())) == (
        "docs/p.md:7:9: error: no workload is called 'Nobody' — name one [unknown-peer]\n"
        "    7 | | TCP | Nobody to port 80 | why |\n"
        "      |         ^\n"
        "\n"
        "What a code means, and how to mend what it reports: esspec rules unknown-peer\n"
    )


def test_text_without_a_line() -> None:
    """What is about the file as a whole shows none."""
    assert text(Report((NOTED,), ())).splitlines()[1:2] == [""]


def test_text_in_colours() -> None:
    coloured = text(Report((FOUND,), ()), is_coloured=True)
    assert coloured.splitlines()[0] == (
        "\x1b[1mdocs/p.md:7:9\x1b[0m: \x1b[31merror\x1b[0m: no workload is called 'Nobody' — name one "
        "\x1b[2m[unknown-peer]\x1b[0m"
    )
    plain = coloured
    for colour in ("1", "2", "31", "0"):
        plain = plain.replace(f"\x1b[{colour}m", "")
    assert plain == text(Report((FOUND,), ()))


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        pytest.param("a\tb", 3, ["    7 | a\\tb", "      |    ^"], id="tab"),
        pytest.param("\x1b[31mb", 6, ["    7 | \\x1b[31mb", "      |         ^"], id="control"),
        pytest.param("日本b", 3, ["    7 | 日本b", "      |     ^"], id="wide"),
        pytest.param("e\u0301b", 3, ["    7 | e\u0301b", "      |  ^"], id="combining"),
        pytest.param("ab", 0, ["    7 | ab"], id="no column"),
        pytest.param("ab", 3, ["    7 | ab"], id="beyond its end"),
        pytest.param("x" * 200, 150, [f"    7 | …{'x' * 111}", f"      | {' ' * 61}^"], id="end of a long line"),
        pytest.param("x" * 200, 1, [f"    7 | {'x' * 120}…", "      | ^"], id="long line"),
    ],
)
def test_caret(line: str, column: int, shown: list[str]) -> None:
    found = FOUND._replace(problem=ONE._replace(column=column), text=line)
    assert text(Report((found,), ())).splitlines()[1:-2] == shown


def test_sarif() -> None:
    """A result has its rule with help, and its region, which GitHub wants even of what is about a whole file."""
    log = valid("sarif", WRITERS["sarif"](REPORT))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["narrowed", "unknown-peer"]
    assert rules[1]["help"]["text"].startswith("unknown-peer (error)\n")
    assert rules[1]["help"]["markdown"].endswith("More: `esspec rules unknown-peer`")
    first, second = run["results"]
    assert first == {
        "ruleId": "unknown-peer",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": "no workload is called 'Nobody' — name one"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "docs/p.md", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 7, "startColumn": 9, "snippet": {"text": LINE}},
                }
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{'0' * 32}:1", "esspec/v1": "0" * 32},
    }
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    about = "The top of the repository; outside of one, the folder in which esspec was run."
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"description": {"text": about}}}


def test_sarif_holds_what_github_takes() -> None:
    """The worst 24,999 of more than 25,000; the last says how many more there are."""
    notes = [ONE._replace(level=Level.NOTE, line=number) for number in range(1, 25_003)]
    results = valid("sarif", WRITERS["sarif"](report(*notes, ONE)))["runs"][0]["results"]
    assert (len(results), results[0]["level"], results[-1]["level"]) == (25_000, "error", "note")
    assert results[-1]["ruleId"] == "too-many-findings"
    assert results[-1]["message"]["text"] == (
        "this report holds the worst 24,999 findings, and 4 more are not in it — correct those first, "
        "or write --format json, which holds all"
    )
    assert len(valid("sarif", WRITERS["sarif"](report(*notes[:25_000])))["runs"][0]["results"]) == 25_000


def test_sarif_shows_no_links() -> None:
    """A message is no markup: brackets before a parenthesis would be a link."""
    log = valid("sarif", WRITERS["sarif"](report(ONE._replace(message="see [this](https://example.com)"))))
    assert log["runs"][0]["results"][0]["message"]["text"] == "see \\[this\\](https://example.com) — name one"


@pytest.mark.parametrize(
    ("path", "uri", "base"),
    [
        pytest.param("docs/a b#ü.md", "docs/a%20b%23%C3%BC.md", ["%SRCROOT%"], id="escaped"),
        pytest.param("./docs/../p.md", "p.md", ["%SRCROOT%"], id="shortened"),
        pytest.param("/somewhere/p.md", "file:///somewhere/p.md", [], id="elsewhere"),
        pytest.param("../p.md", "../p.md", [], id="above"),
    ],
)
def test_sarif_uri(path: str, uri: str, base: list[str]) -> None:
    """What lies in the repository is named from its top; nothing else is."""
    log = valid("sarif", WRITERS["sarif"](report(ONE._replace(path=path))))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert list(location.values()) == [uri, *base]


def test_github() -> None:
    assert WRITERS["github"](REPORT) == (
        "::error title=esspec unknown-peer,file=docs/p.md,line=7,col=9::no workload is called 'Nobody' — name one\n"
        "::notice title=esspec narrowed,file=docs/p.md::no workload is called 'Nobody' — name one\n"
    )


def test_github_is_not_commanded() -> None:
    """Nothing in a path or message ends the command, begins another, or stands for another character."""
    written = WRITERS["github"](report(HOSTILE))
    assert written == (
        "::warning title=esspec unknown-peer,file=a%2Cb%3Ac%25%0D%0A\\x3a%3Aerror%3A%3A.md,line=1,col=1::"
        "\\x3a:set-output name=x::\\x1b[31m%0D%0A##\\x5berror]y ]]> <b>& \"'|`[z](u)\\u202e\\ud800 %25 {0} — "
        "::stop-commands::x%0A\\x3a:error::y\n"
    )


def test_github_shows_the_worst_first() -> None:
    """Of each level ten, which is what GitHub shows; the others as lines of the log."""
    notes = [ONE._replace(level=Level.NOTE, line=n) for n in range(1, 13)]
    lines = WRITERS["github"](report(*notes, ONE)).splitlines()
    assert lines[0].startswith("::error ")
    assert [line.startswith("::notice ") for line in lines[1:]] == [True] * 10 + [False] * 2
    assert lines[-1] == "docs/p.md:12:9: note: no workload is called 'Nobody' — name one [unknown-peer]"


def test_github_shows_what_is_about_the_page_before_its_stale_files() -> None:
    """A change of one page makes a dozen files stale, and what it opens must not be the eleventh error."""
    stale = [ONE._replace(code="stale-file", path=f"deploy/{n}.yaml") for n in range(12)]
    lines = WRITERS["github"](report(*stale, ONE._replace(code="widened"))).splitlines()
    assert [("widened" in line, line.startswith("::error ")) for line in lines] == [
        (True, True),
        *[(False, True)] * 9,
        *[(False, False)] * 3,
    ]


def test_gitlab() -> None:
    first, second = valid("gitlab", WRITERS["gitlab"](REPORT))
    assert first == {
        "description": "no workload is called 'Nobody' — name one",
        "check_name": "unknown-peer",
        "fingerprint": "0" * 32,
        "severity": "major",
        "location": {"path": "docs/p.md", "lines": {"begin": 7}},
    }
    assert (second["severity"], second["location"]["lines"]["begin"]) == ("info", 1)


def test_junit() -> None:
    """What does not make the exit code 1 passes, and so does a page without findings."""
    root = junit(WRITERS["junit"](REPORT))
    assert root.attrib == {"name": "esspec", "tests": "3", "failures": "1", "errors": "0"}
    cases = [(case.attrib["classname"], case.attrib["name"], [child.tag for child in case]) for case in root[0]]
    assert cases == [
        ("docs/other.md", "esspec", []),
        ("docs/p.md", "unknown-peer: no workload is called 'Nobody'", ["failure"]),
        ("docs/p.md", "narrowed: no workload is called 'Nobody'", ["system-out"]),
    ]
    assert root[0][1][0].attrib == {"type": "error", "message": "7:9: no workload is called 'Nobody'"}
    assert root[0][1][0].text == str(ONE)


def names_in_junit(*problems: Problem) -> list[str]:
    """Return the names of the test cases of findings."""
    return [case.attrib["name"] for case in junit(WRITERS["junit"](report(*problems)))[0]]


def test_junit_knows_a_moved_line_again() -> None:
    """Readers tell by the name what failed before: no number of a line is in it, and equal ones are counted."""
    one = ONE._replace(message="line 9 says the same (p.md:9:1)")
    moved = one._replace(line=8, message="line 10 says the same (p.md:10:1)")
    assert names_in_junit(one, one) == names_in_junit(moved, moved)
    assert names_in_junit(one, one) == [f"unknown-peer{n}: line says the same (p.md:)" for n in ("", " (2)")]


@given(st.lists(PROBLEMS, max_size=4))
def test_junit_names_each_case_once(problems: list[Problem]) -> None:
    cases = junit(WRITERS["junit"](report(*problems, *problems)))[0]
    named = {(case.attrib["classname"], case.attrib["name"]) for case in cases}
    assert len(named) == 2 * len(problems)


def test_json() -> None:
    """With the fingerprint of each, as its schema says."""
    written = json.loads(WRITERS["json"](REPORT))
    assert faults(json.loads(schema_text("findings")), written) == []
    assert written["findings"] == [
        {**ONE._asdict(), "fingerprint": "0" * 32},
        {**NOTED.problem._asdict(), "fingerprint": "1" * 32},
    ]


def test_junit_is_text() -> None:
    """Markup in a message stays text."""
    root = junit(WRITERS["junit"](report(HOSTILE)))
    assert root[0][0][0].text == str(HOSTILE)


def test_rdjson() -> None:
    """Columns count bytes."""
    wide = FOUND._replace(text="| ü日 | Nobody |", problem=ONE._replace(column=8))
    first, second = valid("rdjson", WRITERS["rdjson"](Report((wide, NOTED), ())))["diagnostics"]
    assert first["location"] == {"path": "docs/p.md", "range": {"start": {"line": 7, "column": 11}}}
    assert (first["severity"], second["severity"]) == ("ERROR", "INFO")
    assert second["location"] == {"path": "docs/p.md"}


def test_md() -> None:
    assert WRITERS["md"](REPORT).splitlines() == [
        "esspec: 1 error, 0 warnings, 1 note",
        "",
        "| Level | Where | Finding | Remedy | Code |",
        "|---|---|---|---|---|",
        "| error | docs/p.md:7:9 | no workload is called 'Nobody' | name one | unknown-peer |",
        "| note | docs/p.md | no workload is called 'Nobody' | name one | narrowed |",
    ]


def test_md_shows_the_worst_first() -> None:
    """So that what is cut off is not worse than what is shown."""
    rows = WRITERS["md"](report(*(ONE._replace(level=level) for level in reversed(Level)))).splitlines()[4:]
    assert [row.split()[1] for row in rows] == ["error", "warning", "note"]


def test_md_is_no_markup() -> None:
    row = WRITERS["md"](report(HOSTILE)).splitlines()[-1]
    assert "<b>" not in row
    assert "\\|\\`[z\\](u)" in row


def test_md_ends_before_it_is_too_long() -> None:
    """A job summary over one MiB is shown not at all."""
    written = WRITERS["md"](report(*[ONE._replace(line=n, message="x" * 10_000) for n in range(120)]))
    assert len(written) < 1_000_000
    assert written.splitlines()[-1] == "and 31 more, which are too many to show here"


# On the command line


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a page with one warning, in the working folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("p.md").write_text("## Kafka pod\n\n- Outgoing connections permitted: None\n", encoding="utf-8")
    return "p.md"


def test_several_formats(page: str) -> None:
    ran = esspec("lint", page, "--format", "concise", "--format", "sarif=a.sarif", "--format", "junit=b.xml")
    valid("sarif", Path("a.sarif").read_text(encoding="utf-8"))
    junit(Path("b.xml").read_text(encoding="utf-8"))
    assert ran.out.startswith("p.md")


def test_only_files(page: str) -> None:
    """Nothing goes to standard output that nobody asked for."""
    ran = esspec("lint", page, "--format", "md=a.md")
    assert (ran.out, ran.err.count("\n")) == ("", 1)
    assert Path("a.md").read_text(encoding="utf-8").startswith("esspec: ")


@pytest.mark.parametrize("name", WRITERS)
def test_format_by_name(page: str, name: str) -> None:
    """What goes to standard output is what goes to a file."""
    ran = esspec("lint", page, "--format", name)
    esspec("lint", page, "--format", f"{name}=out")
    assert ran.out == Path("out").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("formats", "told"),
    [
        pytest.param(["html"], "there is no format 'html' — use one of: {known}", id="unknown"),
        pytest.param(["json", "json"], "the format json is named twice — name each format once", id="twice"),
        pytest.param(
            ["json=a", "json=b"], "the format json is named twice — name each format once", id="twice, two files"
        ),
        pytest.param(
            ["text", "json"],
            "text and json would both go to standard output — send one of them to a file: --format json=json.out",
            id="both to standard output",
        ),
        pytest.param(
            ["md=a", "json=./a"],
            "md and json would both go to ./a — send one of them to a file: --format json=json.out",
            id="both to one file",
        ),
        pytest.param(["json="], "the file for json has no name — write --format json=json.out", id="no name"),
        pytest.param(
            ["md=./p.md"], "the report would overwrite ./p.md, which is read — name another file", id="the page"
        ),
    ],
)
def test_formats_that_cannot_be(page: str, formats: list[str], told: str) -> None:
    ran = esspec("lint", page, *(word for each in formats for word in ("--format", each)))
    assert ran == Ran(2, "", f"--format: error: {told.format(known=', '.join(WRITERS))} [usage]\n")


def test_unwritable_report(page: str) -> None:
    """Findings are shown all the same."""
    ran = esspec("lint", page, "--format", "concise", "--format", "sarif=missing/a.sarif")
    assert (ran.code, bool(ran.out)) == (2, True)
    assert ran.err == (
        "missing/a.sarif: error: cannot be written: No such file or directory"
        " — make its folder, or name a file that can be written [unwritable-output]\n"
    )


@pytest.mark.parametrize(
    ("env", "is_coloured"),
    [
        pytest.param({}, False, id="no terminal"),
        pytest.param({"FORCE_COLOR": "1"}, True, id="forced"),
        pytest.param({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="forbidden"),
        pytest.param({"FORCE_COLOR": "1", "NO_COLOR": ""}, True, id="empty is not set"),
    ],
)
def test_colours(page: str, env: dict[str, str], *, is_coloured: bool) -> None:
    ran = process("lint", page, env={"NO_COLOR": "", "FORCE_COLOR": "", **env})
    assert ("\x1b[" in ran.out) is is_coloured
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("command", ["lint", "check"])
@pytest.mark.parametrize(
    ("color", "variable", "is_coloured"),
    [
        pytest.param("always", "NO_COLOR", True, id="always"),
        pytest.param("never", "FORCE_COLOR", False, id="never"),
        pytest.param("auto", "FORCE_COLOR", True, id="auto, as the environment says"),
        pytest.param("auto", "UNKNOWN", False, id="auto, no terminal"),
    ],
)
@pytest.mark.usefixtures("page")
def test_chosen_colours(command: str, color: str, variable: str, *, is_coloured: bool) -> None:
    """What the command line says wins over the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, "1")
        ran = esspec(command, "p.md", "--color", color)
    assert ("\x1b[" in ran.out) is is_coloured


def test_unknown_colour(page: str) -> None:
    ran = esspec("lint", page, "--color", "blue")
    assert (ran.code, ran.out) == (2, "")
    assert "'blue' is not one of 'auto', 'always', 'never'" in ran.err


def test_files_are_never_coloured(page: str) -> None:
    process("lint", page, "--format", "text=out", "--color", "always")
    assert "\x1b" not in Path("out").read_text(encoding="utf-8")
