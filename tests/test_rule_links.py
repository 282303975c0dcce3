"""Links to the pages about codes: the address is a setting, and nothing but an address gets through."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checking import SETTINGS, check, put, put_page, text
from command_lines import Ran, esspec
from esspec.reporting.finding_formats import WRITERS
from esspec.reporting.finding_formats.text import text as shown
from esspec.reporting.finding_report import Found, Report
from esspec.reporting.rule_links import VARIABLE, chosen_rules_url, rule_link
from esspec.text.web_addresses import rules_address
from found import FOUNDS, ONE, REPORT, report

ADDRESS = "https://docs.example.com/esspec/findings.html"
SET = REPORT._replace(rules_url=ADDRESS)
LINK = f"{ADDRESS}#unknown-peer"
NO_ADDRESS = "this is no address that begins with https:// or http:// and holds no spaces or odd characters"


# Addresses


@pytest.mark.parametrize(
    ("rules_url", "link"),
    [
        pytest.param("", "", id="none"),
        pytest.param(ADDRESS, LINK, id="page"),
        pytest.param("http://localhost:8000", "http://localhost:8000#unknown-peer", id="host"),
        pytest.param("https://a.example/r/{code}/", "https://a.example/r/unknown-peer/", id="path"),
        pytest.param("https://a.example/#/{code}", "https://a.example/#/unknown-peer", id="fragment"),
        pytest.param("https://a.example/?q={code}&v=1", "https://a.example/?q=unknown-peer&v=1", id="query"),
    ],
)
def test_link(rules_url: str, link: str) -> None:
    assert rule_link(rules_url, "unknown-peer") == link
    assert not rules_url or rules_address(rules_url) == rules_url


def test_codes_of_others_are_escaped() -> None:
    """A target that somebody else installed may say anything."""
    assert rule_link(ADDRESS, "\x1b]x y/#") == f"{ADDRESS}#%1B%5Dx%20y%2F%23"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("docs.example.com/findings.html", id="no scheme"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("HTTPS://a.example", id="upper case"),
        pytest.param("https://", id="no host"),
        pytest.param("https:///findings.html", id="no host, a path"),
        pytest.param("https://user:secret@a.example/", id="password"),
        pytest.param("https://a.example/a b", id="space"),
        pytest.param("https://a.example/a\n", id="line end"),
        pytest.param("https://a.example/\x1b\\", id="escape"),
        pytest.param("https://a.example/\x9c", id="string terminator"),
        pytest.param("https://a.example/ü", id="beyond ASCII"),
        pytest.param("https://a.example/%zz", id="percent"),
        pytest.param("https://a.example/{page}", id="another brace"),
        pytest.param("https://{code}/", id="code as host"),
        pytest.param("https://a.example/<b>", id="markup"),
        pytest.param("https://a.example/a|b", id="pipe"),
        pytest.param("https://a.example/#{code}#", id="two fragments"),
    ],
)
def test_no_address(address: str) -> None:
    with pytest.raises(ValueError, match=f"^{NO_ADDRESS}$"):
        rules_address(address)


@given(st.text(st.characters(max_codepoint=0x2FF)))
def test_what_is_an_address_is_harmless(rest: str) -> None:
    """No character of one ends a link of a terminal, of Markdown or of a table, whatever stands in it."""
    try:
        address = rules_address(f"https://a.example/{rest}")
    except ValueError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert not set(address) & set(' <>|`\\"^')


def test_a_place_needs_its_code() -> None:
    with pytest.raises(ValueError, match=r"^an address with # needs \{code\} for the place of the code$"):
        rules_address(f"{ADDRESS}#findings")


# Formats


def test_text_names_the_page() -> None:
    lines = WRITERS["text"](SET).splitlines()
    assert lines[-1] == f"What a code means, and how to mend what it reports: esspec rules unknown-peer, or {LINK}"
    assert lines[:-1] == WRITERS["text"](REPORT).splitlines()[:-1]


def test_coloured_text_links_the_code() -> None:
    """As terminals take links (OSC 8); without them it is what it was."""
    linked = shown(SET, is_coloured=True)
    start = f"\x1b]8;;{LINK}\x1b\\"
    assert linked.splitlines()[0].endswith(f" — name one {start}\x1b[2m[unknown-peer]\x1b[0m\x1b]8;;\x1b\\")
    plain = linked.replace(f", or {LINK}", "")
    for each in (start, start.replace("unknown-peer", "narrowed"), "\x1b]8;;\x1b\\"):
        plain = plain.replace(each, "")
    assert plain == shown(REPORT, is_coloured=True)


@given(st.lists(FOUNDS, max_size=3))
def test_terminals_get_no_other_commands(found: list[Found]) -> None:
    """Without the colours and links that are ours nothing is left that does not print."""
    written = shown(Report(tuple(found), (), ADDRESS), is_coloured=True)
    for colour in ("1", "2", "31", "33", "36", "0"):
        written = written.replace(f"\x1b[{colour}m", "")
    for code in ("", *(rule_link(ADDRESS, each.problem.code) for each in found)):
        written = written.replace(f"\x1b]8;;{code}\x1b\\", "")
    assert all(line.isprintable() for line in written.split("\n"))


def test_sarif_has_help_there() -> None:
    rules = json.loads(WRITERS["sarif"](SET))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule.pop("helpUri") for rule in rules] == [f"{ADDRESS}#narrowed", LINK]
    assert rules == json.loads(WRITERS["sarif"](REPORT))["runs"][0]["tool"]["driver"]["rules"]


def test_rdjson_has_the_address() -> None:
    diagnostics = json.loads(WRITERS["rdjson"](SET))["diagnostics"]
    assert [each["code"] for each in diagnostics] == [
        {"value": "unknown-peer", "url": LINK},
        {"value": "narrowed", "url": f"{ADDRESS}#narrowed"},
    ]


def test_md_links_the_code() -> None:
    assert WRITERS["md"](SET).splitlines()[4].endswith(f"| [unknown-peer](<{LINK}>) |")


@pytest.mark.parametrize("name", ["concise", "json", "github", "gitlab", "junit"])
def test_other_formats_stay_as_they_are(name: str) -> None:
    assert WRITERS[name](SET) == WRITERS[name](REPORT)


def test_unknown_codes_have_links_too() -> None:
    some = report(ONE._replace(code="of-others"))._replace(rules_url=ADDRESS)
    rules = json.loads(WRITERS["sarif"](some))["runs"][0]["tool"]["driver"]["rules"]
    assert rules == [{"id": "of-others", "helpUri": f"{ADDRESS}#of-others"}]


# Settings


@pytest.fixture(autouse=True)
def _page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with one finding, and no address."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    put_page(content=text("TCP | UI pods to port 81 | b"))


def linked(ran: Ran) -> str:
    """Return where a report in text says that codes are explained."""
    return ran.out.rstrip("\n").rpartition(", or ")[2] if ", or https:" in ran.out else ""


def set_in_file(address: str) -> None:
    """Write an address into [check] of the page's binding."""
    binding = Path("esspec.toml").read_text(encoding="utf-8")
    put("esspec.toml", f'{binding}rules_url = "{address}"\n')


RUNS: dict[str, Callable[[], Ran]] = {
    "lint": lambda: esspec("lint", "page.md"),
    "check": lambda: esspec("check"),
    "check a page": lambda: esspec("check", "page.md"),
}


@pytest.mark.parametrize("run", RUNS)
def test_environment(monkeypatch: pytest.MonkeyPatch, run: str) -> None:
    """It wins over the file, and an empty value is none."""
    assert linked(RUNS[run]()) == ""
    monkeypatch.setenv(VARIABLE, "")
    assert linked(RUNS[run]()) == ""
    set_in_file("https://other.example/")
    monkeypatch.setenv(VARIABLE, ADDRESS)
    assert linked(RUNS[run]()) == f"{ADDRESS}#one-sided"


@pytest.mark.parametrize(("run", "is_read"), [("lint", False), ("check", True), ("check a page", True)])
def test_file(run: str, *, is_read: bool) -> None:
    """`[check]` is of check."""
    set_in_file(ADDRESS)
    assert linked(RUNS[run]()) == (f"{ADDRESS}#one-sided" if is_read else "")


def test_pyproject() -> None:
    put("esspec.toml", Path("esspec.toml").read_text(encoding="utf-8").replace(SETTINGS, ""))
    put("pyproject.toml", f'[tool.esspec]\npages = ["page.md"]\nrules_url = "{ADDRESS}"\n')
    assert linked(esspec("check")) == f"{ADDRESS}#files-not-checked"


@pytest.mark.parametrize("run", RUNS)
def test_no_address_in_the_environment(monkeypatch: pytest.MonkeyPatch, run: str) -> None:
    monkeypatch.setenv(VARIABLE, "javascript:alert(1)")
    told = "write it as https://docs.example.com/findings.html#{code}, or unset it [usage]\n"
    assert RUNS[run]() == Ran(2, "", f"{VARIABLE}: error: {NO_ADDRESS} — {told}")


def test_no_address_in_a_binding() -> None:
    """What is wrong in a binding is told with its line, as all that is."""
    set_in_file("a b")
    line = len(Path("esspec.toml").read_text(encoding="utf-8").splitlines())
    ran = check("page.md")
    assert ran.code == 1
    assert ran.err == (
        f"esspec.toml:{line}:1: error: check.rules_url: {NO_ADDRESS} — "
        "see `esspec schema binding` for what may stand here [bad-value]\n"
    )


def test_no_address_in_a_pyproject() -> None:
    put("esspec.toml", Path("esspec.toml").read_text(encoding="utf-8").replace(SETTINGS, ""))
    put("pyproject.toml", '[tool.esspec]\npages = ["page.md"]\nrules_url = "a b"\n')
    ran = check()
    assert ran.code == 1
    assert ran.err == (
        f"pyproject.toml:3:1: error: tool.esspec.rules_url: {NO_ADDRESS} — "
        "see `esspec schema binding` for what may stand in [check] [bad-value]\n"
    )


def test_settings_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """One report has one address; two folders may set the same, or only one of them any."""
    assert chosen_rules_url(["", ADDRESS, ADDRESS]) == ADDRESS
    Path("esspec.toml").unlink()
    for folder in ("a", "b"):
        put_page(folder, more=f'{SETTINGS}rules_url = "https://{folder}.example/"\n')
    assert esspec("check") == Ran(
        2,
        "",
        "rules_url: error: the settings of this run name different addresses: https://a.example/, https://b.example/ — "
        f"name one in all of them, or set {VARIABLE} [usage]\n",
    )
    monkeypatch.setenv(VARIABLE, ADDRESS)
    assert esspec("check").code == 0
