"""The grammar of peer and port cells: phrases.md case by case, and laws that hold for any text."""

import re
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspec.reading.inline import InlineReader, Text
from esspec.reading.phrase import Phrase, parse_phrase
from esspec.reading.port_numbers import parse_ports
from esspec.terms import FIRST_PORT, LAST_PORT

ROOT = Path(__file__).parent.parent
HOST = "{{site.data.reuse.icp_master_host}}"
VALUES = {
    "host": "on the IBM Cloud Private master host",
    "some": "Kafka pods, UI pods",
    "glue": "and UI pods",
    "empty": "",
}


def cases() -> list[tuple[str, str, str]]:
    """Return the rows of phrases.md: phrase, reading, why."""
    lines = (ROOT / "tests" / "phrases.md").read_text(encoding="utf-8").split("\n")
    rows = [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines if line.startswith("|")]
    return [(row[0], row[1], row[2]) for row in rows if row[0] not in ("phrase", "|---|---|---|")]


def in_words(phrase: Phrase) -> str:
    """Return a reading as phrases.md writes it."""
    parts = [" + ".join(piece.phrase for piece in phrase.peers) or "nobody"]
    if phrase.ports is not None:
        parts += ["@", ", ".join(map(str, phrase.ports)) or "no port"]
    if phrase.tail:
        parts += [phrase.link or "beside", " + ".join(piece.phrase for piece in phrase.tail)]
    return " ".join([*parts, *(f"! {fault.code}: {fault.message}" for fault in phrase.faults)])


@pytest.mark.parametrize(("cell", "reading", "why"), cases(), ids=[cell for cell, _, _ in cases()])
def test_a_cell_is_read_so(cell: str, reading: str, why: str) -> None:
    assert why
    assert in_words(parse_phrase(InlineReader(VALUES).read(cell))) == reading


def test_every_cell_of_the_page_is_a_case() -> None:
    """The page has 53 rows and 40 different peer cells; phrases.md names the lines of each."""
    page = (ROOT / "docs_source" / "network-policies.md").read_text(encoding="utf-8")
    found: dict[str, list[int]] = {}
    for number, line in enumerate(page.split("\n"), 1):
        cell = re.match(r"\| (?:TCP|UDP) +\| ([^|]+)", line)
        if cell:
            found.setdefault(cell[1].strip().replace(HOST, "{{host}}"), []).append(number)
    whys = {cell: [int(n) for n in re.findall(r"[0-9]+", why)] for cell, _, why in cases() if why.startswith("line")}
    assert found == whys
    assert (len(found), sum(map(len, found.values()))) == (40, 53)


def test_no_case_stands_twice() -> None:
    cells = [cell for cell, _, _ in cases()]
    assert sorted(cells) == sorted(set(cells))


@pytest.mark.parametrize(
    ("cell", "ports", "faults"),
    [
        pytest.param("80", "80", [], id="one"),
        pytest.param("80 and 443", "80, 443", [], id="and"),
        pytest.param("80, 443, 8000-8010", "80, 443, 8000-8010", [], id="list"),
        pytest.param("80<br>443", "80, 443", [], id="line-break"),
        pytest.param("Port 80", "80", [], id="with-the-word"),
        pytest.param("80 to 90", "80-90", [], id="range-in-words"),
        pytest.param("", "", [], id="nothing"),
        pytest.param("80 (TCP)", "80", ["'(TCP)' is no port"], id="words-behind"),
        pytest.param("http", "", ["'http' is no number of a port"], id="a-name"),
        pytest.param("80,", "80", ["',' is no port"], id="comma-at-the-end"),
        pytest.param(", 80", "", ["',' is no port"], id="comma-at-the-beginning"),
        pytest.param("any but 22", "", ["'any' is no number of a port"], id="an-exception"),
        pytest.param("0", "", ["'0' is no port"], id="zero"),
        pytest.param("*", "", ["'*' is no port"], id="star"),
        pytest.param("90-80", "", ["the range 90-80 runs backwards"], id="backwards"),
        pytest.param("80 443", "80", ["'443' is no port"], id="two-without-separator"),
    ],
)
def test_a_port_cell_is_read_so(cell: str, ports: str, faults: list[str]) -> None:
    found, wrong = parse_ports(InlineReader({}).read(cell))
    assert (", ".join(map(str, found)), [fault.message for fault in wrong]) == (ports, faults)


def test_what_an_override_has_to_decide() -> None:
    """A fault that leaves the ports in doubt has another code than one that leaves only the peers in doubt."""
    codes = {
        cell: [f.code for f in parse_phrase(Text(cell)).faults] for cell in ("a,, b on port 80", "a on port 80 to")
    }
    assert codes == {"a,, b on port 80": ["empty-peer"], "a on port 80 to": ["unread-words"]}


NAMES = ["Kafka", "pods", "pod", "UI", "Anywhere", "any", "other", "(", ")", "(a,", "{{x}}", "x9", "\u0663"]
CONNECTORS = [
    "from",
    "to",
    "on",
    "at",
    "over",
    "via",
    "of",
    "in",
    "the",
    "port",
    "ports",
    "and",
    "or",
    "&",
    "-",
    "\u2013",
]
PORTS = ["80", "443", "0", "08", "65535", "65536", "8000-8010", "90-80", "80-", "-80", "+1", "8_4", "1e3"]
WORD = st.sampled_from([*NAMES, *CONNECTORS, *PORTS, "From", "To", "Port", "PORTS", ",", ";", "\n"])
SENTENCE = st.lists(WORD, max_size=14).map(" ".join)
ANYTHING = st.one_of(SENTENCE, st.lists(WORD, max_size=8).map("".join), st.text(max_size=30))


def numbers(text: str) -> set[int]:
    """Return the numbers that ASCII digits form in a text."""
    return {int(found) for found in re.findall(r"[0-9]+", text)}


def told(phrase: Phrase) -> str:
    """Return all that a reading says of peers and of faults, as one text."""
    names = (piece.name for piece in chain(phrase.peers, phrase.tail))
    return " ".join([*names, *(f"{fault.needle} {fault.message}" for fault in phrase.faults)])


@settings(max_examples=250, deadline=None)
@given(ANYTHING)
def test_no_number_vanishes(text: str) -> None:
    """Every run of digits is a port, or part of a name, or reported; nothing raises."""
    phrase = parse_phrase(Text(text))
    ports = {number for port in phrase.ports or () for number in (port.first, port.last)}
    assert numbers(text) <= ports | numbers(told(phrase))


@settings(max_examples=250, deadline=None)
@given(ANYTHING)
def test_no_port_comes_from_nowhere(text: str) -> None:
    phrase = parse_phrase(Text(text))
    ports = {number for port in phrase.ports or () for number in (port.first, port.last)}
    assert ports <= numbers(text)
    assert all(FIRST_PORT <= port.first <= port.last <= LAST_PORT for port in phrase.ports or ())


@settings(max_examples=250, deadline=None)
@given(SENTENCE)
def test_no_word_vanishes(text: str) -> None:
    """Without a fault, every word that only connects others aside is part of a name or a number of a port."""
    phrase = parse_phrase(Text(text))
    if not phrase.faults:
        names = told(phrase)
        words = [word for word in re.findall(r"[^\s,;]+", text) if word.lower() not in CONNECTORS]
        assert [word for word in words if word not in names and not numbers(word)] == []


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_no_peer_is_empty_and_no_port_is_guessed(text: str) -> None:
    """A cell that speaks of ports never ends as one on all ports, and a fault never leaves an empty name."""
    phrase = parse_phrase(Text(text))
    assert all(piece.name and piece.phrase for piece in chain(phrase.peers, phrase.tail))
    if phrase.ports is None:
        assert numbers(text) <= numbers(told(phrase))
    if phrase.ports == ():
        assert phrase.faults


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_port_cells_lose_nothing(text: str) -> None:
    ports, faults = parse_ports(Text(text))
    found = {number for port in ports for number in (port.first, port.last)}
    assert found <= numbers(text)
    words = [word for word in re.findall(r"[^\s,;]+", text) if word.lower() not in CONNECTORS]
    assert faults or {number for word in words for number in numbers(word)} <= found


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(FIRST_PORT, LAST_PORT), min_size=1, max_size=5), st.sampled_from([", ", " and ", "; "]))
def test_ports_are_kept_in_their_order(wanted: list[int], separator: str) -> None:
    phrase = parse_phrase(Text(f"Kafka pods on ports {separator.join(map(str, wanted))}"))
    assert [port.first for port in phrase.ports or ()] == wanted
    assert [piece.name for piece in phrase.peers] == ["Kafka pods"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["Kafka pods", "UI", "REST API pods", "Anywhere"]), min_size=1, max_size=5), st.data())
def test_peers_are_kept_in_their_order(wanted: list[str], data: st.DataObject) -> None:
    separators = st.sampled_from([", ", " and ", " or ", ", and ", "; ", " & ", "\n", ",\n"])
    text = wanted[0] + "".join(data.draw(separators) + name for name in wanted[1:])
    assert [piece.name for piece in parse_phrase(Text(f"{text} on port 80")).peers] == wanted
