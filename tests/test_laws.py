"""Laws over whole pages: what an edit of the text may do to what is exported, and what it may not."""

import csv
import io
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from esspec.model import PolicySet
from esspec.outputs.export import stream, target_files
from esspec.outputs.verification import verify_fresh
from esspec.problem import PageProblems
from esspec.semantics.ends import Ends
from esspec.semantics.intended import intended
from esspec.semantics.lifted import Policy
from esspec.semantics.meaning import Side, bits, meaning_of, selectors_of
from esspec.semantics.verify import Party, Text, verify
from esspec.targets.target import Target, load_targets
from esspec.terms import Direction, Protocol
from models import ports
from smallworld import End, model_opens, near_ports, page_opens, page_pods, places, ports_in
from strategies import (
    EDGES,
    PAGE,
    TARGET_NAMES,
    TARGETS,
    Row,
    Said,
    Section,
    Written,
    compiled,
    examples,
    pages,
    peers_of,
    rows,
)

LAW = examples(25)
PORTS = near_ports([*EDGES, 53])
each_target = pytest.mark.parametrize("target", TARGETS, ids=TARGET_NAMES)


# What a page means


@given(pages())
@LAW
def test_every_target_says_what_the_page_says(page: Written) -> None:
    """Each text reads back as the page's meaning, over all flows, and carries every reason."""
    found = verify_fresh(compiled(page), TARGETS)
    assert (found.equal, found.counterexample, found.lost_reasons, found.refusals) == (True, None, (), ())


@given(pages())
@LAW
def test_all_targets_agree(page: Written) -> None:
    """The readings of any two targets are one value, whatever the page is held to mean."""
    policies = compiled(page)
    said = [list(read_back(policies, target)) for target in TARGETS]
    ends = Ends(selectors_of(policy for each in said for policy in each), policies.externals)
    first, *others = [meaning_of(each, ends) for each in said]
    assert [other == first for other in others] == [True] * (len(TARGETS) - 1)


@given(pages())
@LAW
def test_the_model_is_what_the_page_was_written_from(page: Written) -> None:
    """Flow by flow, for pods of each workload, partly labelled ones, twins in other namespaces and every address."""
    policies = compiled(page)
    pods = page_pods(page)
    peers: tuple[End, ...] = (*pods, *places(policies.externals))
    for subject, direction, peer in product(pods, Direction, peers):
        wanted, found = page_opens(page, subject, direction, peer), model_opens(policies, subject, direction, peer)
        assert (found is None) is (wanted is None)
        assert ports_in(found, PORTS) == ports_in(wanted, PORTS)


@given(pages())
@LAW
def test_every_row_becomes_a_rule(page: Written) -> None:
    """In its place and order, with its protocol, ports, peers and reason; nothing else does."""
    policies = compiled(page)
    for section, workload in zip(page.sections, policies.workloads, strict=True):
        for direction in Direction:
            said, allowance = section.said(direction), workload.allowance(direction)
            if allowance.kind != "rules":
                assert allowance.kind == {"Any": "any", "None": "none", "": "unspecified"}[str(said)]
                continue
            assert isinstance(said, tuple)
            assert [
                (r.protocol, r.reason, "all" if r.ports == "all" else tuple((p.first, p.last) for p in r.ports))
                for r in allowance.rules
            ] == [(row.protocol, row.reason, row.ports or "all") for row in said]
            assert [peers_of(r.peers) for r in allowance.rules] == [set(row.peers) for row in said]


def test_what_is_named_twice_counts_once() -> None:
    """A peer and a port that a cell repeats, in whatever words, are one; the table has one row for them."""
    row = Row(("Kafka", "Kafka"), ("Kafka pods", "other Kafka pods"), ((80, 80), (80, 80)), "TCP", "why")
    policies = compiled(Written((Section("Kafka", (row,), ""),)))
    (found,) = policies.workloads[0].rules
    assert (found.ports, peers_of(found.peers), len(found.peers)) == (ports(80), {"Kafka"}, 1)
    assert verify_fresh(policies, TARGETS).equal
    (csv_target,) = load_targets(["csv"])
    assert stream(policies, csv_target).count('"ingress"') == 1


# Edits that must have no effect


@given(pages(), st.randoms(use_true_random=False))
@LAW
def test_the_order_of_rows_and_sections_has_no_effect(page: Written, order: random.Random) -> None:
    """Shuffled in every way, a page means the same and gives the same reasons."""
    shuffled = [
        section._replace(ingress=reordered(section.ingress, order), egress=reordered(section.egress, order))
        for section in page.sections
    ]
    order.shuffle(shuffled)
    assert_same(compiled(page), compiled(page._replace(sections=tuple(shuffled))))


@given(pages(), st.data())
@LAW
def test_a_table_in_two_parts_says_the_same(page: Written, data: st.DataObject) -> None:
    """Rows below one label may stand in several tables."""
    lines = page.markdown().split("\n")
    at = data.draw(st.sampled_from(row_lines(lines)))
    header = max(n for n in range(at) if lines[n].startswith("|--"))
    assume(header != at - 1)
    parted = [*lines[:at], "", *lines[header - 1 : header + 1], *lines[at:]]
    assert_same(compiled(page), compiled(page, "\n".join(parted)))


@given(
    pages(),
    st.permutations(range(3)),
    st.sampled_from([("Protocol", "From", "To"), ("TYPE", "source", "Destination:")]),
)
@LAW
def test_columns_are_known_by_name(page: Written, order: list[int], names: tuple[str, str, str]) -> None:
    """In another order, under other names, and with padding, the flows stay what they are."""
    page = page._replace(sections=tuple(map(without_variables, page.sections)))  # overrides name cells in their order
    assume("|---" in page.markdown())
    protocol, origin, destination = names
    renamed = page.markdown().replace("**Type**", protocol).replace("**Origin**", origin)
    lines = renamed.replace("**Destination**", destination).split("\n")
    moved = [moved_cells(line, order) if line.startswith("|") else line for line in lines]
    assert intended_flows(compiled(page)) == intended_flows(compiled(page, "\n".join(moved)))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no mark", "byte order mark"])
@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"], ids=["CRLF", "CR", "LF"])
@given(page=pages())
@examples(5)
def test_line_ends_and_byte_order_mark_are_no_text(page: Written, end: str, mark: bytes) -> None:
    """The model is the same value, places included."""
    assert compiled(page, mark + page.markdown().replace("\n", end).encode()) == compiled(page)


@each_target
@given(page=pages(), data=st.data())
@examples(10)
def test_moved_lines_change_comments_only(target: Target, page: Written, data: st.DataObject) -> None:
    """More prose anywhere changes what stands behind `#` and nothing that is deployed, the annotation included."""
    lines = page.markdown().split("\n")
    above = [n for n, line in enumerate(lines) if line.startswith(("## ", "- "))]
    at = data.draw(st.sampled_from(above))
    longer = [*lines[:at], "Some more words about this.", "", *lines[at:]]
    before, after = (stream(compiled(page, "\n".join(text)), target) for text in (lines, longer))
    assert before != after
    assert deployed(target.name, before) == deployed(target.name, after)


# Edits that must narrow or widen


@given(pages(), st.data())
@LAW
def test_without_a_line_of_a_table_no_flow_is_new(page: Written, data: st.DataObject) -> None:
    """Deleting a row narrows what is allowed; deleting the last one, a header or a delimiter yields no policy."""
    lines = page.markdown().split("\n")
    at = data.draw(st.sampled_from([n for n, line in enumerate(lines) if line.startswith("|")]))
    whole = compiled(page)
    try:
        less = compiled(page, "\n".join([*lines[:at], *lines[at + 1 :]]))
    except PageProblems:
        alone = not any(lines[n].startswith("| ") and at in (n - 1, n + 1) for n in row_lines(lines))
        assert at not in row_lines(lines) or alone or "{{" in lines[at]
    else:
        assert at in row_lines(lines)
        assert list(beyond(less, whole)) == []


@given(pages(), st.data())
@LAW
def test_without_a_word_no_flow_is_new(page: Written, data: st.DataObject) -> None:
    """A word deleted from a protocol or peer cell narrows what is allowed, has no effect, or yields no policy."""
    lines = page.markdown().split("\n")
    at = data.draw(st.sampled_from(row_lines(lines)))
    cells = lines[at].strip("|").split(" | ", 2)
    column = data.draw(st.sampled_from([0, 1, 1, 1]))
    words = cells[column].split()
    del words[data.draw(st.integers(0, len(words) - 1))]
    cells[column] = " ".join(words)
    lines[at] = f"| {' | '.join(cells)}|"
    try:
        less = compiled(page, "\n".join(lines))
    except PageProblems:
        return
    assert list(beyond(less, compiled(page))) == []


@given(pages(), st.data())
@LAW
def test_with_one_row_more_no_flow_is_lost(page: Written, data: st.DataObject) -> None:
    """Where rows stand already, and where the page said None."""
    places = [(n, d) for n, s in enumerate(page.sections) for d in Direction if s.said(d) not in ("", "Any")]
    assume(places)
    number, direction = data.draw(st.sampled_from(places))
    section = page.sections[number]
    new = data.draw(rows(1000, section.name, [s.name for s in page.sections]))
    said = section.said(direction)
    more = section.saying(direction, (new, *said) if isinstance(said, tuple) else (new,))
    wider = page._replace(sections=(*page.sections[:number], more, *page.sections[number + 1 :]))
    assert list(beyond(compiled(page), compiled(wider))) == []


# Edits that must stop everything


def test_a_table_without_rows_yields_no_policy() -> None:
    """Read as no rules, it would leave the direction unspecified, that is, open to everyone."""
    lines = PAGE.markdown().split("\n")
    (last,) = [n for n in row_lines(lines) if "| SCTP |" in lines[n]]
    with pytest.raises(PageProblems) as stopped:
        compiled(PAGE, "\n".join([*lines[:last], *lines[last + 1 :]]))
    assert [(p.code, p.line) for p in stopped.value.problems] == [("empty-table", last - 1)]


UNKNOWN = (
    "zorblax",
    "k\u0430fka",
    "everything",
    "*",
    "0.0.0.0/0",
    "?",
    "|",
    "internet",
    "-",
    "65536",
    "80-",
    "\u0668\u0660",
)


@given(pages(), st.sampled_from(UNKNOWN), st.data())
@examples(80)
def test_an_unknown_word_yields_no_policy(page: Written, word: str, data: st.DataObject) -> None:
    """Put anywhere into a protocol or peer cell, or in the place of any word there; the finding names the row."""
    lines = page.markdown().split("\n")
    at = data.draw(st.sampled_from(row_lines(lines)))
    cells = lines[at].strip("|").split(" | ", 2)
    column = data.draw(st.integers(0, 1))
    words = cells[column].split()
    place = data.draw(st.integers(0, len(words)))
    replaced = data.draw(st.integers(0, 1))
    assume(place + replaced <= len(words))
    words[place : place + replaced] = [word]
    cells[column] = " ".join(words)
    lines[at] = f"| {' | '.join(cells)}|"
    with pytest.raises(PageProblems) as stopped:
        compiled(page, "\n".join(lines))
    assert {p.line for p in stopped.value.problems if p.path == "page.md"} == {at + 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("**Type**", "Colour"),
        ("**Origin**", "Colour"),
        ("## ", "## New "),
        ("permitted: None", "permitted: Sometimes"),
        ("permitted: Any", "permitted: Anybody"),
        ("| TCP |", "|  |"),
        ("| TCP |", ""),
        ("Incoming", "Outgoing"),
        ("{{site", "{{sight"),
        ("{{site", "{% if site"),
        ("| TCP | ", "| TCP | <big>"),
        ("\n| TCP", "\n\n| TCP"),
        ("|---|---|---|", "|---|---|"),
    ],
)
def test_an_unknown_word_elsewhere_yields_no_policy(old: str, new: str) -> None:
    """In a header, a heading, a statement, a label, a variable; nor does a table that Markdown does not see."""
    text = PAGE.markdown()
    assert old in text
    with pytest.raises(PageProblems):
        compiled(PAGE, text.replace(old, new, 1))


# The same bytes


@given(pages())
@examples(10)
def test_the_same_page_gives_the_same_bytes(page: Written) -> None:
    """Compiled twice from its text."""
    first, second = ([target_files(compiled(page), target) for target in TARGETS] for _ in range(2))
    assert first == second


ENVIRONMENTS = [
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "4711", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONUTF8": "0"},
]


def test_other_surroundings_give_the_same_bytes(tmp_path: Path) -> None:
    """Another hash seed, locale, time zone and working directory."""
    (tmp_path / "page.md").write_text(PAGE.markdown(), encoding="utf-8")
    (tmp_path / "esspec.toml").write_text(PAGE.toml(), encoding="utf-8")
    outputs = []
    for number, environment in enumerate(ENVIRONMENTS):
        here = tmp_path / ("elsewhere" * number)
        here.mkdir(exist_ok=True)
        page, out = os.path.relpath(tmp_path / "page.md", here), tmp_path / f"out-{number}"
        run = subprocess.run(
            [sys.executable, "-m", "esspec", "export", page, "-o", str(out)],
            cwd=here,
            env={**os.environ, **environment},
            check=False,
            capture_output=True,
        )
        assert run.returncode == 0, run.stderr
        outputs.append({str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > len(TARGETS)


# What the laws are told in


def read_back(policies: PolicySet, target: Target) -> Iterator[Policy]:
    """Yield the policies of all texts of a target."""
    files = target_files(policies, target).files
    index = target.index(tuple(files))
    for name, text in files.items():
        if name not in index:
            yield from target.lift(text).policies


def assert_same(one: PolicySet, other: PolicySet) -> None:
    """Compare two models: all flows, isolation, and the reasons by the content of their rows."""
    found = verify(one, [Party("other", (Text("other", intended(other)),))])
    assert (found.equal, found.counterexample, found.lost_reasons) == (True, None, ())


def intended_flows(policies: PolicySet) -> tuple[dict[tuple[int, Direction], Side], list[str]]:
    """Return what a model means, and its classes in words."""
    said = intended(policies).policies
    ends = Ends(selectors_of(said), policies.externals)
    return meaning_of(said, ends).sides, [ends.describe(number) for number in range(ends.count)]


def beyond(one: PolicySet, other: PolicySet) -> Iterator[tuple[str, Direction, Protocol, int, str]]:
    """Yield the flows that one model allows and the other does not: the lowest port of each interval."""
    said = [intended(policies).policies for policies in (one, other)]
    ends = Ends(selectors_of([*said[0], *said[1]]), one.externals)
    sides = [meaning_of(each, ends).sides for each in said]
    for subject, direction in product(range(len(ends.pods)), Direction):
        more, less = (each.get((subject, direction)) for each in sides)
        edges = {edge for side in (more, less) for s in side or () for edge in (s.first, s.last + 1)}
        for protocol, port in product(Protocol, sorted({1, *edges} - {65536})):
            for peer in bits(admitted(more, ends, protocol, port) & ~admitted(less, ends, protocol, port)):
                yield ends.describe(subject), direction, protocol, port, ends.describe(peer)


def admitted(side: Side | None, ends: Ends, protocol: Protocol, port: int) -> int:
    """Return the classes that one direction of a class admits on a port."""
    if side is None:
        return ends.everyone
    return next((s.peers for s in side if s.protocol is protocol and s.first <= port <= s.last), 0)


def reordered(said: Said, order: random.Random) -> Said:
    """Return the same in another order."""
    return tuple(order.sample(said, len(said))) if isinstance(said, tuple) else said


def row_lines(lines: Sequence[str]) -> list[int]:
    """Return the numbers, from 0, of the lines that are rows of a table."""
    return [n for n, line in enumerate(lines) if line.startswith("| ") and not line.startswith("| **")]


def moved_cells(line: str, order: Sequence[int]) -> str:
    """Return a line of a table with its cells in another order and padded."""
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    return "|" + "|".join(f"   {cells[n]}  " for n in order) + "|"


def without_variables(section: Section) -> Section:
    """Return a section without the rows that need an override; "None" where no others are."""
    kept: list[Said] = []
    for said in (section.ingress, section.egress):
        rest = tuple(row for row in said if not row.by_variable) if isinstance(said, tuple) else ()
        kept.append(rest or ("None" if isinstance(said, tuple) else said))
    return Section(section.name, *kept)


def deployed(target: str, text: str) -> object:
    """Return what of a text takes effect; of a table, all but the columns that name lines of the page."""
    if target == "csv":
        table = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        return [{key: value for key, value in row.items() if key not in ("line", "other_side")} for row in table]
    return [line for line in text.split("\n") if not line.lstrip().startswith("#")]
