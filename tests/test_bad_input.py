"""Bad input through the command line: exit code, message and place, and a folder that nobody touched."""

import csv
import io
import json
from pathlib import Path

import pytest

from command_lines import esspec
from small_pages import BINDING, ROW, instead, more, override, page

COLUMNS = (
    "Type, Protocol, Origin, Source, From, Destination, To, Target, Peer, Pod, Component, Port, Port number, "
    "Port range, Reason, Purpose, Description, Justification, Enabled in policy, Required, Condition, Pod label, Label"
)
NO_PORT = "is no port — write a number from 1 to 65535, or a range such as 8000-8010 [bad-port]"
NO_PROTOCOL = "write TCP, UDP or SCTP, one per row [unknown-protocol]"
UNKNOWN = "no workload and no external is called '{0}' — {1}add aliases = [\"{0}\"] to its entry in the binding, or "
CANNOT_BE_SEEN = "cannot be seen — delete it [hidden-character]"
WIDTH = "write one cell per column; a pipe inside a cell is written \\|"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Export a good page to out/, so that there is something to lose."""
    monkeypatch.chdir(tmp_path)
    write(page(), BINDING)
    assert esspec("export", "page.md", "-o", "out").code == 0


def write(text: str | bytes, binding: str = BINDING) -> None:
    """Write page.md and esspec.toml."""
    Path("page.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    Path("esspec.toml").write_text(binding, encoding="utf-8")


def everything() -> dict[str, bytes]:
    """Return the files below the working folder with their content."""
    return {str(path): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


def stopped() -> tuple[int, list[str]]:
    """Return the exit code and messages of an export that stops, which touches no file."""
    before = everything()
    for folder in ("out", "new"):
        ran = esspec("export", "page.md", "-o", folder)
        assert ran.out == ""
    assert everything() == before
    return ran.code, ran.err.splitlines()


def refused() -> tuple[int, list[str]]:
    """Return what `stopped` returns; parse must end in the same way, with the same errors."""
    code, messages = stopped()
    seen = esspec("parse", "page.md")
    assert (seen.code, [line for line in seen.err.splitlines() if ": warning: " not in line]) == (code, messages)
    return code, messages


ROWS = [
    pytest.param("TCP | Kafak pods | a", 9, UNKNOWN.format("Kafak pods", "if 'Kafka pod' is meant, "), id="near-miss"),
    pytest.param("TCP | Stranger | a", 9, UNKNOWN.format("Stranger", ""), id="unknown-peer"),
    pytest.param(
        "TCP | UI pods", 1, f"the row has 2 cells, its table's header 3 — {WIDTH} [missing-cells]", id="short"
    ),
    pytest.param("TCP", 1, f"the row has 1 cells, its table's header 3 — {WIDTH} [missing-cells]", id="one-cell"),
    pytest.param(
        "TCP | UI | a | b", 1, f"the row has 4 cells, its table's header 3 — {WIDTH} [extra-cells]", id="long"
    ),
    pytest.param("TCP | UI pods on port 0 | a", 25, f"'0' {NO_PORT}", id="port-0"),
    pytest.param("TCP | UI pods on port 65536 | a", 25, f"'65536' {NO_PORT}", id="port-65536"),
    pytest.param("TCP | UI pods on port 80- | a", 25, f"'80-' {NO_PORT}", id="open-range"),
    pytest.param(
        "TCP | UI pods on port 8443-80 | a",
        25,
        "the range 8443-80 runs backwards — write the smaller port first [bad-port]",
        id="backwards",
    ),
    pytest.param(
        "TCP | UI pods on port 80 to 90 or so | a",
        34,
        "'or so' is not understood — end the cell behind the ports [unread-words]",
        id="or-so",
    ),
    pytest.param("TCP | UI pods on port \u0668\u0660 | a", 25, f"'\u0668\u0660' {NO_PORT}", id="arabic-indic"),
    pytest.param("TCP | UI pods on port \uff18\uff10 | a", 25, f"'\uff18\uff10' {NO_PORT}", id="full-width"),
    pytest.param("TCP | UI pods on port 80 and 0 | a", 32, f"'0' {NO_PORT}", id="second-port"),
    pytest.param("ICMP | UI | a", 3, f"'ICMP' is no protocol that all targets know — {NO_PROTOCOL}", id="icmp"),
    pytest.param("SCTP/TCP | UI | a", 3, f"'SCTP/TCP' is no protocol that all targets know — {NO_PROTOCOL}", id="two"),
    pytest.param("T\u0421P | UI | a", 3, f"'T\u0421P' is no protocol that all targets know — {NO_PROTOCOL}", id="es"),
    pytest.param("Any | UI | a", 3, f"'Any' is no protocol that all targets know — {NO_PROTOCOL}", id="any-protocol"),
    pytest.param("\u017fctp | UI | a", 3, f"'\u017fctp' is no protocol that all targets know — {NO_PROTOCOL}", id="s"),
    pytest.param(" | UI | a", 2, f"the protocol cell is empty — {NO_PROTOCOL}", id="no-protocol"),
    pytest.param("TCP |  | a", 8, "the peer cell is empty — name the peer, or write Anywhere [empty-peer]", id="empty"),
    pytest.param(
        "TCP | UI, and on port 80 | a",
        13,
        "a peer is missing beside 'and' — name it, or delete the separator [empty-peer]",
        id="comma-and-nobody",
    ),
    pytest.param(
        "TCP | {{ nobody }} | a",
        9,
        "the variable 'nobody' has no value — add \"nobody\" = ",
        id="variable",
    ),
    pytest.param("TCP | U\u200bI | a", 10, f"the character U+200B (ZERO WIDTH SPACE) {CANNOT_BE_SEEN}", id="invisible"),
    pytest.param(
        "TCP | UI | a\u202eb", 15, f"the character U+202E (RIGHT-TO-LEFT OVERRIDE) {CANNOT_BE_SEEN}", id="bidi"
    ),
    pytest.param(
        "TCP | UI | a&#x202e;b", 14, f"the character U+202E (RIGHT-TO-LEFT OVERRIDE) {CANNOT_BE_SEEN}", id="bidi-entity"
    ),
    pytest.param(
        "TCP | UI | a\x1b[31m", 15, f"the character U+001B (a control character) {CANNOT_BE_SEEN}", id="escape"
    ),
    pytest.param(
        "TCP | UI<!-- , Anywhere --> | a",
        11,
        "'<!-- , Anywhere -->' is HTML, which may hide words — write plain text; only <br>, lists "
        "and plain emphasis are read [inline-html]",
        id="comment",
    ),
    pytest.param(
        "TCP | ![UI](x) | a", 9, "an image says nothing that can be read — write text instead [image]", id="img"
    ),
    pytest.param(
        "TCP | {% if x %}UI | a",
        9,
        "'{% if x %}' is no plain variable — render the page first, or write the text out [liquid]",
        id="liquid",
    ),
    pytest.param(
        "TCP | UI | {% x %}",
        14,
        "'{% x %}' is no plain variable — render the page first, or write the text out [liquid]",
        id="liquid-tag-in-a-reason",
    ),
    pytest.param(
        "TCP | Anywhere on port 80 from UI | a",
        34,
        "the cell names both 'Anywhere' and 'UI': which of them is meant? — say it in the cell, or add an override for "
        "this row to the binding [unresolved-peer]",
        id="two-groups-of-peers",
    ),
    pytest.param(
        "TCP | To UI on port 80 | a",
        12,
        "'to' speaks of the other end than this column — say it in the cell, or add an override for this row to the "
        "binding [unresolved-peer]",
        id="other-direction",
    ),
]


@pytest.mark.parametrize(("row", "column", "message"), ROWS)
def test_a_bad_row(row: str, column: int, message: str) -> None:
    """One error, at the place in the cell, and never a guess."""
    write(page(row))
    code, found = refused()
    assert code == 1
    assert len(found) == 1
    assert found[0].startswith(f"page.md:7:{column}: error: {message}")


@pytest.mark.parametrize(
    "row", ["TCP | Anywhere except UI | a", "TCP | Any pod in another instance | a", "TCP | all | a"]
)
def test_nothing_but_the_known_words_means_anyone(row: str) -> None:
    write(page(row))
    code, found = refused()
    assert (code, [line.rpartition(" ")[2] for line in found]) == (1, ["[unknown-peer]"])


@pytest.mark.parametrize("cell", ["~~UI~~", "UI<!-- x -->", "U\u200bI", "![UI](x)", "{% x %} UI"])
def test_no_override_makes_up_for_hidden_words(cell: str) -> None:
    """It decides who is meant, not what the cell hides."""
    row = f"TCP | {cell} | why"
    write(page(row), BINDING + override(row, 'peer = "anyone"\nports = 80'))
    code, found = refused()
    assert (code, len(found)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        pytest.param(
            page(f"{ROW} | b", header="Type | Origin | Reason | Grund"),
            1,
            f"page.md:5:28: error: a rule table has no column 'Grund' — use one of: {COLUMNS} [unknown-column]",
            id="unknown-column",
        ),
        pytest.param(
            page().replace("## Kafka pod\n", "\n", 1),
            1,
            "page.md:5:1: error: this rule table stands under no workload — put a heading with its name over it "
            "[no-workload]",
            id="no-workload",
        ),
        pytest.param(
            page().replace("Origin", "Destination"),
            1,
            "page.md:5:1: error: the column of line 5 says egress, the label of line 3 says ingress — make them say "
            "the same [directions-disagree]",
            id="directions-disagree",
        ),
        pytest.param(
            page() + page(),
            1,
            "page.md:18:1: error: ingress of 'Kafka pod' is stated by a table here and by a table in line 7 — keep one "
            "of them [stated-twice]",
            id="two-sections",
        ),
        pytest.param(
            "# Text\n\nNo table.\n",
            1,
            f"page.md:1:1: error: the page has no rule table — a rule table has columns such as {COLUMNS} "
            "[no-rule-table]",
            id="no-rule-table",
        ),
        pytest.param(
            page().encode() + b"\n\xc3\xa9\xff",
            2,
            "page.md:13:2: error: byte 0xff is no UTF-8 — save the file as UTF-8 [not-utf-8]",
            id="not-utf-8",
        ),
        pytest.param(
            page().encode("utf-16"),
            2,
            "page.md:1:1: error: byte 0xff is no UTF-8 — save the file as UTF-8 [not-utf-8]",
            id="utf-16",
        ),
        pytest.param(
            page().replace("why", "w\0hy"),
            2,
            "page.md:7:31: error: a NUL byte stands here — remove it [nul-byte]",
            id="nul",
        ),
    ],
)
def test_a_bad_page(text: str | bytes, code: int, message: str) -> None:
    write(text)
    exit_code, found = refused()
    assert (exit_code, found[0]) == (code, message)


@pytest.mark.parametrize(
    ("text", "binding", "code", "message"),
    [
        pytest.param(
            page(),
            instead('labels = { component = "ui" }', 'lables = { component = "ui" }'),
            1,
            'esspec.toml:8:1: error: there is no key workloads."UI pod".lables — did you mean labels? [unknown-key]',
            id="misspelt-key",
        ),
        pytest.param(
            page(),
            instead('"ui"', '"kafka"'),
            1,
            "esspec.toml:7:1: error: one pod can match both 'Kafka pod' and 'UI pod' — give one label key different "
            "values in the two, or write overlaps if their pods are meant to have both [overlapping-labels]",
            id="two-workloads-one-pod",
        ),
        pytest.param(
            page(),
            instead('"ui"', '"u i"'),
            1,
            "esspec.toml:8:1: error: workloads.\"UI pod\".labels.component: 'u i' is not legal here — ",
            id="illegal-label",
        ),
        pytest.param(
            page(),
            "namespace = [",
            2,
            "esspec.toml:1:1: error: this is no TOML: Invalid value — mend the syntax",
            id="toml",
        ),
    ],
)
def test_a_bad_binding(text: str, binding: str, code: int, message: str) -> None:
    write(text, binding)
    exit_code, found = refused()
    assert exit_code == code
    assert found[0].startswith(message)


@pytest.mark.parametrize(
    ("text", "binding", "message"),
    [
        pytest.param(
            page("TCP | Host on port 80 | a", direction="egress"),
            more("[externals.Host]", 'role = "outside"'),
            "page.md:7:1: error: external 'Host' has no addresses (target calico) — write addresses = [\"…\"] under "
            '[externals."Host"] in esspec.toml [external-without-address]',
            id="external-without-address",
        ),
        pytest.param(
            page(),
            instead('"ui" }', '"ui", "batch.kubernetes.io/job-completion-index" = "1" }'),
            None,
            id="label-that-cilium-ignores",
        ),
    ],
)
def test_what_a_target_cannot_say(text: str, binding: str, message: str | None) -> None:
    """The page is read without an error, and exported nowhere; no other target's files are written either."""
    write(text, binding)
    code, found = stopped()
    assert (code, esspec("parse", "page.md").code) == (1, 0)
    assert found[0] == message if message else "(target cilium)" in found[0]


@pytest.mark.parametrize(
    ("before", "message"),
    [
        pytest.param("```\n", "hides-the-rest", id="fence"),
        pytest.param("<!--\n", "hides-the-rest", id="comment"),
        pytest.param("{% comment %}\n", "liquid", id="liquid"),
        pytest.param("<div>\n", "hidden-heading", id="html"),
        pytest.param("- x\n\n  ", "nested-heading", id="list"),
        pytest.param("> ", "nested-heading", id="quote"),
    ],
)
def test_what_hides_a_section_stops_the_run(before: str, message: str) -> None:
    write(page("TCP | UI on port 81 | b", workload="UI pod").split("\n## UI")[0] + "\n" + before + page())
    _, found = refused()
    assert any(line.endswith(f"[{message}]") for line in found)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        "/",
        "CON pod",
        "nul",
        "Kustomization pod",
        "\u041a\u0430fka",
        "a" * 64,
        "none",
        "-",
        "",
    ],
)
def test_a_workload_whose_name_is_no_file_name(name: str) -> None:
    """Its name names files and objects: nothing is written outside of the folder, nor over another's file."""
    write(page(workload=name), BINDING.replace("Kafka pod", name or "x"))
    ran = esspec("export", "page.md", "-o", "out/deep/deeper", "--allow-removal")
    written = {path.parts[0] for path in Path().rglob("*")} | {str(p) for p in Path("..").glob("*") if p != Path("..")}
    assert "etc" not in written
    if ran.code == 0:
        names = {path.stem for path in Path("out/deep/deeper/kubernetes").iterdir()}
        assert all(stem.replace("-", "").isalnum() and stem.isascii() for stem in names)
    else:
        assert ran.code == 1
        assert not Path("out/deep").exists()


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        pytest.param("page.md: error: the file is larger than 1000 bytes", page() + "x" * 1000, id="bytes"),
        pytest.param("a rule table has at most 64", page(header=" | ".join(["Type"] * 65)), id="columns"),
        pytest.param("nested deeper than 100 levels", page() + ">" * 101 + " x\n", id="nesting"),
    ],
)
def test_limits_are_named(limit: str, text: str) -> None:
    write(text)
    ran = esspec("parse", "page.md", *(["--max-bytes", "1000"] if "bytes" in limit else []))
    assert ran.code in (1, 2)
    assert limit in ran.err


@pytest.mark.parametrize("target", ["kubernetes", "calico", "cilium", "csv"])
def test_bom_and_crlf_are_read_as_any_other_page(target: str) -> None:
    plain = esspec("export", "page.md", "--target", target)
    write(b"\xef\xbb\xbf" + page().replace("\n", "\r\n").encode())
    assert esspec("export", "page.md", "--target", target) == plain
    assert plain.code == 0


def test_a_peer_on_two_lines_is_two_peers() -> None:
    """`<br>` separates; words that it would glue are no name."""
    write(page("TCP | UI<br>Kafka pods to port 80 | a<br>b"))
    data = json.loads(esspec("parse", "page.md", "--format", "json").out)
    (rule,) = data["rules"]
    assert [peer["workloads"] for peer in rule["peers"]] == [["UI pod"], ["Kafka pod"]]
    assert rule["reason"] == "a b"


def test_all_errors_of_a_page_are_told_at_once() -> None:
    write(page("ICMP | Stranger to port 0 | a", "TCP | UI", "TCP | | b"))
    _, found = refused()
    assert [line.split(": error")[0] for line in found] == [
        "page.md:7:3",
        "page.md:7:10",
        "page.md:7:27",
        "page.md:8:1",
        "page.md:9:8",
    ]


def test_findings_as_json_are_the_same_findings() -> None:
    write(page("ICMP | Stranger | a"))
    ran = esspec("export", "page.md", "-o", "new", "--error-format", "json")
    data = json.loads(ran.err)
    assert (ran.code, data["schema"]) == (1, "esspec/findings/1")
    assert [(f["code"], f["level"], f["path"], f["line"], f["column"]) for f in data["findings"]] == [
        ("unknown-protocol", "error", "page.md", 7, 3),
        ("unknown-peer", "error", "page.md", 7, 10),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["nope.md"], "nope.md: error: cannot be read: No such file or directory — check", id="missing"),
        pytest.param(["."], ".: error: this is a folder — name the page itself", id="folder"),
        pytest.param(["page.md", "-o", "page.md"], "page.md: error: ", id="output-is-a-file"),
        pytest.param(["page.md", "-o", "page.md/x"], "page.md", id="output-below-a-file"),
        pytest.param(
            ["page.md", "--target", "nope", "-o", "x"], "nope: error: no target 'nope' is installed", id="target"
        ),
    ],
)
def test_bad_arguments_are_exit_2(arguments: list[str], message: str) -> None:
    before = everything()
    ran = esspec("export", *(arguments if "-o" in arguments else [*arguments, "-o", "new"]))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(message)
    assert everything() == before


def test_no_row_vanishes_from_the_list_of_what_is_written() -> None:
    """`--as-written` asks for no names; a row that names nobody, or a variable, is in the list all the same."""
    write(
        page(
            "TCP | port 80 | a",
            "TCP | Stranger | b",
            "UDP | Anywhere on port 53 {{x}} | c",
            "TCP | to port 1 {{y}} | d",
        )
    )
    ran = esspec("export", "page.md", "--target", "csv", "--as-written")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert ran.code == 0
    assert [(row["line"], row["source"], row["port"]) for row in rows if row["line"]] == [
        ("7", "port 80", "80"),
        ("8", "Stranger", "any"),
        ("9", "Anywhere", "53"),
        ("9", "{{x}}", "53"),
        ("10", "{{y}}", "1"),
        ("14", "anyone", "any"),
    ]
