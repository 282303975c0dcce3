"""Damaged pages: what is still read says what every line of it says, and what is lost is an error.

Real pages are damaged as people do it: bytes, cells, lines, headings and labels deleted, doubled, swapped and edited.
A second reader, which knows no Markdown and goes line by line, says what should have been read.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from command_lines import esspec
from independent_reader import Known, Seen, folded, read_by_eye, section_of, squeezed
from strategies import examples

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "tests" / "pages"
DATA = PAGES / "reuse.yml"
COUNTS = {"es_2019.1.1": 53 + 7, "es_10.0": 32, "es_11.2": 52, "eem_11.0": 8, "ep_1.0": 13}
"""How many rows and statements the pages have, counted by hand."""

HIDES = {"hides-the-rest", "hidden-table", "kramdown-extension", "liquid", "unread-html"}
"""Findings about something that reaches over all that stands behind it."""


class Sample(NamedTuple):
    """A real page, its whole binding, and what that says."""

    name: str
    text: str
    binding: Path
    known: Known

    @property
    def lines(self) -> list[str]:
        """Return the lines of the page."""
        return self.text.split("\n")


class Damaged(NamedTuple):
    """A page after the damage; `row` is the line whose cells were damaged, 0 where the damage may be anywhere."""

    sample: Sample
    data: bytes
    row: int = 0

    def __repr__(self) -> str:
        """Return the lines that differ from the page's."""
        now = self.data.decode("utf-8", "replace").split("\n")
        changed = difflib.unified_diff(self.sample.lines, now, self.sample.name, str(self.row), n=0, lineterm="")
        return "\n".join(changed)


def _known(binding: Path) -> Known:
    said = tomllib.loads(binding.read_text(encoding="utf-8"))
    entries = {**said.get("workloads", {}), **said.get("externals", {})}
    reuse: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return Known(
        {folded(word): name for name, entry in entries.items() for word in (name, *entry.get("aliases", ()))},
        {**{f"site.data.reuse.{name}": str(value) for name, value in reuse.items()}, **said.get("variables", {})},
        said.get("placeholders", {}),
        frozenset(said.get("remarks", {})),
        {entry["row"]: _decided(entry) for entry in said.get("overrides", ())},
    )


def _decided(entry: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    ports = entry.get("ports", [])
    numbers = [str(port).partition("-") for port in (ports if isinstance(ports, list) else [ports])]
    words = ",".join(f"{first}-{last or first}" for first, _, last in numbers)
    return (entry["peer"],) if "peer" in entry else (), "all" if ports == "all" else words


def _sample(name: str) -> Sample:
    binding = PAGES / f"{name}.toml"
    binding = binding if binding.exists() else ROOT / "docs_source" / "esspec.toml"
    return Sample(name, (PAGES / f"{name}.md").read_text(encoding="utf-8"), binding, _known(binding))


SAMPLES = {name: _sample(name) for name in COUNTS}


# What was read, and what is wrong with it


def by_esspec(page: dict[str, Any], known: Known) -> dict[int, Seen]:
    """Return what `esspec parse` says of each line, in the words of the other reader."""
    rules = {rule["line"]: _rule(rule, known) for rule in page["rules"]}
    statements = {
        said["line"]: Seen(_name(said["workload"], known), said["direction"], "", said["kind"])
        for said in page["statements"]
    }
    return {**rules, **statements}


def _name(name: str, known: Known) -> str:
    return known.names.get(folded(name), folded(name))


def _rule(rule: dict[str, Any], known: Known) -> Seen:
    ports = rule["ports"]
    peers: list[str] = []
    for peer in rule["peers"]:
        one = {"any": "anyone", "instance": "instance", "unresolved": "?"}.get(peer["kind"], peer.get("external"))
        peers += [one] if one else [_name(name, known) for name in peer["workloads"]]
    return Seen(
        _name(rule["workload"], known),
        rule["direction"],
        rule["protocol"] or "",
        ports if isinstance(ports, str) else ",".join(f"{port['first']}-{port['last']}" for port in ports),
        tuple(peers),
        squeezed(rule["condition"]["text"]) if rule["condition"] else "",
        frozenset(f"{key}={value}" for key, value in (rule["pod_labels"] or {}).items()),
        squeezed(rule["reason"]),
    )


def complaints(damaged: Damaged) -> Iterator[str]:
    """Yield what is wrong with the reading of a damaged page.

    What each line says is read as the other reader reads it, or there is an error: for the row whose cells were
    damaged on its own line, otherwise in its section, or before it about something that hides what follows.
    """
    sample, known = damaged.sample, damaged.sample.known
    Path("page.md").write_bytes(damaged.data)
    ran = esspec("parse", "page.md", "--format", "json", "--binding", str(sample.binding), "--data", str(DATA))
    if ran.code not in (0, 1, 2) or "Traceback" in ran.err or "a bug in esspec" in ran.err:
        yield f"exit {ran.code}: {ran.err}"
    if ran.code == 2:
        assert re.match(r"page\.md(:[0-9]+:[0-9]+)?: error: ", ran.err), ran.err
        return
    page: dict[str, Any] = json.loads(ran.out)
    text = damaged.data.decode()
    seen, read = read_by_eye(text, known), by_esspec(page, known)
    errors = {found["line"] for found in page["findings"] if found["level"] == "error"}
    hidden = min([found["line"] for found in page["findings"] if found["code"] in HIDES], default=len(text))
    lines = re.split(r"\r\n|\r|\n", text)
    for number in sorted(seen.keys() | read.keys()):
        ours, theirs = read.get(number), seen.get(number)
        if (ours and ours == theirs) or number in errors:
            continue
        if number == damaged.row or not (hidden <= number or errors.intersection(section_of(lines, number))):
            yield f"line {number} is read as {ours}\nand says {theirs}"


@pytest.fixture(autouse=True, scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("damage"))
        yield


@pytest.mark.parametrize("name", COUNTS)
def test_both_readers_agree_on_the_page_itself(name: str) -> None:
    sample = SAMPLES[name]
    seen = read_by_eye(sample.text, sample.known)
    assert len(seen) == COUNTS[name]
    assert None not in seen.values()
    assert list(complaints(Damaged(sample, sample.text.encode()))) == []


# Damage


SAMPLE = st.sampled_from(list(SAMPLES.values()))
LINES = [
    *("", "   ", "text", "---", "===", "***", "|", "| a |", "|---|---|---|", "```", "~~~", "```md", "<!--", "-->"),
    *("<div>", "</div>", "<pre>", "<p>", "<table>", "</table>", "<details>", "{% if a %}", "{% endif %}", "{: .x}"),
    *("{::comment}", "[a]: b", "    code", "> ", "- ", "## X", "### X pod", "## Egress", "# Top", "Kafka pod", "Note:"),
    *("**Not permitted:**", "If TLS is on:", "- Outgoing connections permitted: None", "- Incoming connections:"),
]  # fmt: skip
BEFORE = [
    *("    ", "\t", "> ", "- ", "  - ", "* ", "1. ", "#", "##", " ", "   ", "<b>", "<div>", "<p>", "`", "|", "~~"),
    "{% x %}",
]
BEHIND = [" ", "  ", "\\", "|", " |", "#", " ##", ":", "{: .x}", " <!-- x -->", "<!--", "`", "x", "."]
PIECES = [
    *"|*_`[]()<>{}&#\\-~!:,;.'\"%+=0 9aZ\n\t\r\u200b\u00a0\u00e9\u202e",
    *("**", "~~", "{{", "}}", "{%", "<br>", "<b>", "</b>", "<p>", "<!--", "-->", "```", "\n\n", "    ", "> ", "\n## "),
    *(" and ", " or ", " to ", "port ", " not ", "&lt;", "&#124;", "TCP", "UDP", "Any", "None", "(x)", "<table>"),
]
CELLS = [
    *("", " ", "Any", "None", "Always", "Anywhere", "All", "-", "N/A", "*", "TCP", "udp", "UDP/TCP", "ICMP", "any pod"),
    *("0", "80", "65536", "80-", "8000-8010", "8010-8000", "80, 81", "80 and", "80<br>90", "\uff18\uff10", "Port"),
    *("Kafka", "Kafka and", "not Kafka", "except Kafka", "from Kafka", "to Kafka", "Kafka (x)", "<b>Kafka</b>"),
    *("Kafka<br>ZooKeeper", "Kafka to port 80", "Kafka on port 80 on ZooKeeper", "Kafka pods except ZooKeeper pods"),
    *("Other Kafka pods", "Other ZooKeeper pods", "Any pods in the cluster", "Any pod in the other instance"),
    *("See below", "User supplied", "If x is y", "If not", "a=b", "a=b, a=c", "port 80", "**Port**", "{{ x }}"),
]


@st.composite
def damaged_bytes(draw: st.DrawFn) -> Damaged:
    """Return a page with one byte more, or another, or up to sixty less, or with a few characters in between."""
    sample = draw(SAMPLE)
    data = sample.text.encode()
    at = draw(st.integers(0, len(data) - 1))
    lost = draw(st.sampled_from([0, 0, 1, 1, 2, 5, 20, 60]))
    byte = st.integers(0, 255).map(lambda number: bytes([number]))
    more = draw(st.one_of(st.just(b""), st.sampled_from(PIECES).map(str.encode), byte))
    return Damaged(sample, data[:at] + more + data[at + lost :])


@st.composite
def damaged_cells(draw: st.DrawFn) -> Damaged:
    """Return a page with a cell of one line lost, doubled, swapped, edited or replaced."""
    sample = draw(SAMPLE)
    lines = sample.lines
    rows = [number for number, line in enumerate(lines) if line.startswith("|")]
    at, other = draw(st.sampled_from(rows)), draw(st.sampled_from(rows))
    cells = lines[at].split("|")
    one = draw(st.integers(0, len(cells) - 1))
    match draw(st.sampled_from(["lose", "double", "swap", "edit", "words", "take", "write", "write"])):
        case "lose":
            del cells[one]
        case "double":
            cells.insert(one, draw(st.sampled_from(cells)))
        case "swap":
            two = draw(st.integers(0, len(cells) - 1))
            cells[one], cells[two] = cells[two], cells[one]
        case "edit":
            begin = draw(st.integers(0, len(cells[one])))
            piece = draw(st.sampled_from(PIECES)).replace("\n", " ").replace("\r", " ")
            cells[one] = cells[one][:begin] + piece + cells[one][begin + draw(st.integers(0, 3)) :]
        case "words":
            words = cells[one].split(" ")
            words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(["", *words]))
            cells[one] = " ".join(words)
        case "take":
            cells[one] = draw(st.sampled_from(lines[other].split("|")))
        case _:
            cells[one] = draw(st.sampled_from(CELLS))
    is_row = not re.match(r"\| ?(\*\*|-)", lines[at])
    lines[at] = "|".join(cells)
    return Damaged(sample, "\n".join(lines).encode(), at + 1 if is_row else 0)


@st.composite
def damaged_lines(draw: st.DrawFn, which: str = "") -> Damaged:
    """Return a page with one line that matches `which` lost, doubled, moved, joined, edited or with a new one above."""
    sample = draw(SAMPLE)
    lines = sample.lines
    some = [number for number, line in enumerate(lines) if re.search(which, line)] or [0]
    one, two = draw(st.sampled_from(some)), draw(st.integers(0, len(lines) - 1))
    match draw(st.sampled_from(["lose", "more", "double", "swap", "move", "join", "add", "before", "behind", "edit"])):
        case "lose":
            del lines[one]
        case "more":
            del lines[one : one + draw(st.integers(2, 9))]
        case "double":
            lines.insert(two, lines[one])
        case "swap":
            lines[one], lines[two] = lines[two], lines[one]
        case "move":
            lines.insert(two, lines.pop(one))
        case "join":
            lines[one : one + 2] = ["".join(lines[one : one + 2])]
        case "add":
            lines.insert(one, draw(st.sampled_from(LINES)))
        case "before":
            lines[one] = draw(st.sampled_from(BEFORE)) + lines[one]
        case "behind":
            lines[one] += draw(st.sampled_from(BEHIND))
        case _:
            begin = draw(st.integers(0, len(lines[one])))
            lines[one] = lines[one][:begin] + draw(st.sampled_from(PIECES)) + lines[one][begin + 1 :]
    return Damaged(sample, "\n".join(lines).encode())


@examples(75)
@given(damaged_bytes())
def test_pages_with_damaged_bytes(damaged: Damaged) -> None:
    assert list(complaints(damaged)) == []


@examples(95)
@given(damaged_cells())
def test_pages_with_damaged_cells(damaged: Damaged) -> None:
    assert list(complaints(damaged)) == []


@examples(75)
@given(damaged_lines())
def test_pages_with_damaged_lines(damaged: Damaged) -> None:
    assert list(complaints(damaged)) == []


@examples(55)
@given(damaged_lines(r"^#|permitted|^\|( \*\*|-)|^\*\*Note"))
def test_pages_with_damaged_headings_labels_statements_and_headers(damaged: Damaged) -> None:
    assert list(complaints(damaged)) == []


@pytest.mark.parametrize("name", ["es_2019.1.1", "ep_1.0"])
def test_no_header_and_no_delimiter_can_be_deleted_unseen(name: str) -> None:
    """Otherwise the rows below would be read with the columns of the table above, or as text."""
    sample = SAMPLES[name]
    lines = sample.lines
    for at, line in enumerate(lines):
        if re.match(r"\| ?(\*\*|-)", line):
            assert list(complaints(Damaged(sample, "\n".join([*lines[:at], *lines[at + 1 :]]).encode()))) == [], line
