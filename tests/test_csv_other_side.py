"""The column other_side: what the page says at the other end, by the plain definition and by the index alike."""

import time
from collections.abc import Sequence
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csv_texts import row_of, rows_of
from esspec.model import AllowAll, Allowance, AllowNone, Peer, PortRange, Rule, Selector
from esspec.terms import Direction
from esspec_csv.intervals import Statements, grown, joined
from esspec_csv.other_side import FEW, MOST_LINES, Flow, OtherSide
from models import ANYONE, INSTANCE, UNSPECIFIED, external, policy_set, ports, rule, selector, workload

WIDE = ports((1, 65535))


def other_side(ingress: Allowance | Sequence[Rule], *, kafka: Selector | None = None, on: object = None) -> str:
    """Return what stands beside kafka's row to zookeeper's TCP 2181-2182, given zookeeper's ingress."""
    asked = rule("zookeeper", on=ports((2181, 2182)) if on is None else on, line=18)  # type: ignore[arg-type]
    policies = policy_set(
        workload("kafka", UNSPECIFIED, [asked], where=kafka),
        workload("zookeeper", ingress),
        workload("other"),
        externals=[external("gate", "192.0.2.0/24")],
    )
    return row_of(policies, line="18")["other_side"]


@pytest.mark.parametrize(
    ("ingress", "says"),
    [
        (AllowAll(line=5), "any (line 5)"),
        (AllowNone(line=6), "none (line 6)"),
        (UNSPECIFIED, "not isolated"),
        ([rule("kafka", on=ports((2181, 2182)), line=28)], "line 28"),
        ([rule("kafka", line=28)], "line 28"),
        ([rule("other", "kafka", on=ports(1, (2000, 3000)), line=28)], "line 28"),
        ([rule("kafka", line=41), rule("kafka", on=WIDE, line=28)], "lines 28, 41"),
        ([rule("kafka", on=ports(2182), line=41), rule("kafka", on=ports(2181), line=28)], "lines 28, 41"),
        ([rule("kafka", on=ports(2181), line=41), rule(ANYONE, on=ports(2182), line=28)], "lines 28, 41"),
        ([rule("kafka", on=ports(2181, 2182), line=28)], "line 28"),
        ([rule(ANYONE, line=28)], "line 28"),
        ([rule(INSTANCE, line=28)], "line 28"),
        ([rule("kafka", on=ports((1, 2181)), line=28)], "in part: line 28"),
        (
            [rule("kafka", on=ports(2182), line=28), rule("kafka", on=ports((2182, 2183)), line=9)],
            "in part: lines 9, 28",
        ),
        ([rule("kafka", on=ports(2180, 2183), line=28)], "not permitted"),
        ([rule("kafka", protocol="UDP", line=28)], "not permitted"),
        ([rule("other", line=28)], "not permitted"),
        ([rule("@gate", line=28)], "not permitted"),
    ],
)
def test_what_it_says(ingress: Allowance | Sequence[Rule], says: str) -> None:
    """Same protocol, ports covered in union, the workload itself or anyone or its instance."""
    assert other_side(ingress) == says


@pytest.mark.parametrize(
    ("kafka", "says"),
    [
        (selector(component="kafka", release="es"), "line 28"),
        (selector(component="kafka", release="other"), "not permitted"),
        (selector(component="kafka"), "not permitted"),
        (selector("elsewhere", release="es"), "not permitted"),
        (selector(None, release="es"), "not permitted"),
    ],
)
def test_who_is_of_the_instance(kafka: Selector, says: str) -> None:
    """All its pods must be: namespace and labels as the instance has them."""
    assert other_side([rule(INSTANCE, line=28)], kafka=kafka) == says


def test_all_ports_ask_for_all_ports() -> None:
    """A row without ports is permitted by what has every port."""
    assert other_side([rule("kafka", line=28)], on="all") == "line 28"
    assert other_side([rule("kafka", on=WIDE, line=28)], on="all") == "line 28"
    assert other_side([rule("kafka", on=ports((1, 65534)), line=28)], on="all") == "in part: line 28"


def test_both_directions_and_itself() -> None:
    """The other end of ingress is egress; the other end of a row about other pods of its own is its own."""
    kafka = workload("kafka", [rule("kafka", on=ports(9092), line=20)], [rule("kafka", on=ports(9092), line=29)])
    policies = policy_set(kafka)
    assert row_of(policies, line="20")["other_side"] == "line 29"
    assert row_of(policies, line="29")["other_side"] == "line 20"


def test_only_workloads_have_another_side() -> None:
    """The page has nothing to say for anyone, an instance, an external, or beside a statement."""
    peers: tuple[str | Peer, ...] = (ANYONE, INSTANCE, "@gate")
    policies = policy_set(
        workload("kafka", [rule(*peers)], AllowNone(line=5)),
        workload("open", AllowAll(line=6)),
        externals=[external("gate", "192.0.2.0/24")],
    )
    assert {row["other_side"] for row in rows_of(policies)} == {""}


def test_many_lines_are_cut() -> None:
    """A page that says the same a thousand times does not make the table a million lines."""
    many = [rule("kafka", line=100 + number) for number in range(FEW + 9)]
    for most, count in ((MOST_LINES, MOST_LINES), (MOST_LINES + 1, MOST_LINES), (FEW + 9, MOST_LINES)):
        shown = ", ".join(str(100 + number) for number in range(count))
        assert other_side(many[:most]) == f"lines {shown}" + (" and more" if most > MOST_LINES else "")


PORTS = st.tuples(st.integers(1, 30), st.integers(1, 30)).map(lambda two: PortRange(first=min(two), last=max(two)))
STATED = st.lists(
    st.tuples(st.sampled_from(["kafka", ANYONE, INSTANCE]), st.lists(PORTS, min_size=1, max_size=4)), max_size=40
)


@given(STATED, PORTS, st.booleans())
def test_the_index_finds_what_the_definition_finds(
    stated: list[tuple[str | Peer, list[PortRange]]],
    asked: PortRange,
    member: bool,  # noqa: FBT001 - drawn
) -> None:
    """Many rules are answered from an index, few are gone through; both are held to the definition here."""
    kafka = workload("kafka", where=selector(release="es" if member else "other"))
    rules = [rule(peer, on=tuple(on), line=10 + number) for number, (peer, on) in enumerate(stated)]
    told = OtherSide(policy_set(kafka, workload("zookeeper", rules or AllowNone(line=5))))
    wanted = set(range(asked.first, asked.last + 1))
    lines, found = [], set[int]()
    for line, (peer, on) in enumerate(stated, start=10):
        here = {port for r in on for port in range(r.first, r.last + 1)} & wanted
        if here and (peer != INSTANCE or member):
            lines.append(str(line))
            found |= here
    text = f"line{'s' * (len(lines) > 1)} {', '.join(lines[:MOST_LINES])}" + " and more" * (len(lines) > MOST_LINES)
    expected = "not permitted" if not lines else text if found == wanted else f"in part: {text}"
    flow = Flow("kafka", Direction.EGRESS, "zookeeper", "TCP", asked.first, asked.last)
    for few in (FEW, -1):
        with patch("esspec_csv.other_side.FEW", few):
            assert told.says(flow) == (expected if rules else "none (line 5)")


SPANS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 6)).map(lambda two: (two[0], two[0] + two[1])), max_size=8
)


@given(SPANS, SPANS)
def test_grown_spans_cover_the_union(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    """Every run of ports that both cover together lies in one grown span, or in one of the others."""
    one, other = joined(some), joined(others)
    both = joined([*some, *others])
    assert set(both) <= {*grown(one, other), *other}
    assert set(grown(one, other)) <= set(both)


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 9), st.integers(1, 9)), max_size=30), st.integers(1, 4))
def test_the_smallest_lines_are_found(drawn: list[tuple[int, int, int]], most: int) -> None:
    """For every run of ports, also when one line states overlapping intervals."""
    stated = [(first, first + more, line) for first, more, line in drawn]
    index = Statements(stated, most)
    for first in range(1, 31):
        for last in range(first, 31):
            lines = {line for a, b, line in stated if a <= last and first <= b}
            assert list(index.lines(first, last)) == sorted(lines)[:most]


def test_a_hostile_page_is_not_gone_through_per_row() -> None:
    """Ten thousand rows ask for ranges that one row of ten thousand ports permits in part: rows x ports is 10**8."""
    odd = ports(*range(1, 20_001, 2))
    asking = [rule("zookeeper", on=ports((1, 20_001 + number)), line=10 + number) for number in range(10_000)]
    policies = policy_set(
        workload("kafka", UNSPECIFIED, asking),
        workload("zookeeper", [rule("kafka", on=odd, line=7), rule(ANYONE, on=ports((2, 3)))]),
    )
    start = time.perf_counter()
    told = OtherSide(policies)
    said = {
        told.says(Flow("kafka", Direction.EGRESS, "zookeeper", "TCP", 1, 20_001 + number)) for number in range(10_000)
    }
    assert said == {"in part: lines 7, 10"}
    assert time.perf_counter() - start < 5  # going through all of them takes a minute
