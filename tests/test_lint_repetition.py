"""Rows that say nothing new: the same connection twice, and rows that a wider one makes needless."""

from collections.abc import Sequence

import pytest

from linting import BINDING, KAFKA, UI, codes, entries, linted, section, told

GATE = "[externals.Gate]\nrole = 'outside'\naddresses = ['192.0.2.1/32']\n"
ALIAS = entries(KAFKA, UI).replace('"c1" }', '"c1" }\naliases = ["Front"]')


def table(*rows: str, header: str = "Type | {} | Reason") -> str:
    """Return a page on which Kafka has these incoming rows, the first on line 7."""
    return section(KAFKA, rows, header=header) + section(UI)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(["TCP | UI pods to port 80 | a", "TCP | UI pods to port 80 | b"], id="another reason"),
        pytest.param(["TCP | UI pods to port 80 | a", "tcp | Front, port 80 | a"], id="an alias"),
        pytest.param(["TCP | UI pods to ports 80, 81, 82 | a", "TCP | UI to ports 81-82 and 80 | a"], id="other ports"),
        pytest.param(["TCP | UI, Kafka pods | a", "TCP | Other Kafka pods, UI, UI | a"], id="order of peers"),
        pytest.param(["TCP | Anywhere | a", "TCP | Anyone, UI pods | a"], id="anywhere and more"),
        pytest.param(
            ["TCP | Any pod in the instance | a", "TCP | UI pods, any pod in the instance | b"], id="instance and more"
        ),
    ],
)
def test_same_connection_twice(rows: Sequence[str]) -> None:
    binding = ALIAS if "Front" in rows[1] else BINDING
    rows = [row.replace("Front, port", "Front to port") for row in rows]
    found = [one for one in told(table(*rows), binding) if "unused" not in one]
    assert found == [
        (
            "p.md:8:1: note: line 7 permits the same connection — keep one of the rows, with both reasons"
            " [same-connection-twice]"
        )
    ]


def test_each_further_one_names_the_first() -> None:
    rows = ["TCP | UI pods | a", "UDP | UI pods | a", "TCP | UI pods | b", "TCP | UI pods | c"]
    found = [(one.line, one.message) for one in linted(table(*rows))]
    assert found == [(9, "line 7 permits the same connection"), (10, "line 7 permits the same connection")]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param("UDP | UI pods to port 80 | a", id="protocol"),
        pytest.param("TCP | UI pods to port 81 | a", id="port"),
        pytest.param("TCP | Other Kafka pods to port 80 | a", id="peer"),
        pytest.param("TCP | Gate to port 80 | a", id="external"),
        pytest.param("TCP | Nobody and UI pods to port 80 | a", id="not understood"),
    ],
)
def test_other_connections(second: str) -> None:
    text = table("TCP | UI pods to port 80 | a", second)
    found = {code.partition(" ")[2] for code in codes(text, BINDING + GATE)}
    assert found <= {"unknown-peer", "unused-entry"}


def test_the_same_in_another_place_is_no_repetition() -> None:
    """Neither in the other direction nor of another workload."""
    row = "TCP | Kafka and UI pods on port 80 | a"
    assert codes(section(KAFKA, [row], [row]) + section(UI, [row], [row])) == []


SWALLOWED = "note: line {} permits all that this row does — delete this row, or narrow the other one [swallowed-row]"


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        pytest.param("TCP | Anywhere | a", "TCP | UI pods to port 80 | a", id="anywhere"),
        pytest.param("TCP | Anywhere to port 80 | a", "TCP | Gate, Kafka and UI pods to port 80 | a", id="all kinds"),
        pytest.param("TCP | Anywhere | a", "TCP | Any pod in the instance to port 80 | a", id="instance in anywhere"),
        pytest.param("TCP | Any pod in the instance | a", "TCP | UI pods to port 80 | a", id="pods of the instance"),
        pytest.param("TCP | UI pods | a", "TCP | UI pods to ports 80-90 | a", id="all ports"),
        pytest.param("TCP | UI pods to ports 80-90 | a", "TCP | UI pods to ports 85, 87-90 | a", id="a range"),
        pytest.param("TCP | UI and Kafka pods | a", "TCP | Kafka pods | a", id="more peers"),
        pytest.param("TCP | Gate, any pod in the instance | a", "TCP | UI pods, Gate to port 1 | a", id="mixed"),
    ],
)
@pytest.mark.parametrize(("place", "other"), [(8, 7), (7, 8)], ids=["wide first", "narrow first"])
def test_swallowed_row(wide: str, narrow: str, place: int, other: int) -> None:
    rows = [wide, narrow] if other < place else [narrow, wide]
    binding = BINDING + (GATE if "Gate" in wide + narrow else "")
    assert [one for one in told(table(*rows), binding) if "unused-entry" not in one] == [
        f"p.md:{place}:1: {SWALLOWED.format(other)}"
    ]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        pytest.param("UDP | Anywhere | a", "TCP | UI pods to port 80 | a", id="protocol"),
        pytest.param("TCP | Anywhere to port 81 | a", "TCP | UI pods to port 80 | a", id="port"),
        pytest.param("TCP | Anywhere to ports 80-81 | a", "TCP | UI pods to ports 81-82 | a", id="ports that overlap"),
        pytest.param("TCP | Any pod in the instance | a", "TCP | Gate to port 80 | a", id="external"),
        pytest.param("TCP | Kafka pods | a", "TCP | UI and Kafka pods to port 80 | a", id="fewer peers"),
        pytest.param("TCP | Nobody, Kafka pods | a", "TCP | Nobody to port 80 | a", id="not understood"),
        pytest.param("TCP | Anywhere | a", "TCP | To port 80 | a", id="no peer"),
    ],
)
def test_not_swallowed(wide: str, narrow: str) -> None:
    found = {code.partition(" ")[2] for code in codes(table(wide, narrow), BINDING + GATE)}
    assert found <= {"unknown-peer", "unresolved-peer", "unused-entry"}


@pytest.mark.parametrize(
    "more",
    [pytest.param("inherit_labels = false\n", id="labels"), pytest.param('namespaces = "any"\n', id="namespaces")],
)
def test_pods_that_may_be_outside_of_the_instance(more: str) -> None:
    rows = ("TCP | Any pod in the instance | a", "TCP | UI pods to port 80 | a")
    assert codes(table(*rows), BINDING + more) == []


def test_two_rows_together_swallow_nothing() -> None:
    """Each of them may go or stay, so none can be named."""
    assert codes(table("TCP | UI to ports 1-80 | a", "TCP | UI to ports 80-90 | a", "TCP | UI to port 79-81 | a")) == []


def test_duplicate_is_not_swallowed_too() -> None:
    rows = ("TCP | UI pods to port 80 | a", "TCP | UI pods to port 80 | a", "TCP | Anywhere | a")
    assert codes(table(*rows)) == ["7 swallowed-row", "8 same-connection-twice"]


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        pytest.param("Always", "If metrics are enabled", ["8 swallowed-row"], id="wide always"),
        pytest.param("If metrics are enabled", "If metrics are enabled", ["8 swallowed-row"], id="equal"),
        pytest.param("If metrics are enabled", "Always", [], id="narrow always"),
        pytest.param("If metrics are enabled", "If metrics are disabled", [], id="opposite"),
        pytest.param("If metrics are enabled", "If JMX is enabled", [], id="another feature"),
    ],
)
def test_conditions(wide: str, narrow: str, expected: Sequence[str]) -> None:
    rows = (f"{wide} | TCP | UI pods | a", f"{narrow} | TCP | UI pods to port 80 | a")
    assert codes(table(*rows, header="Condition | Type | {} | Reason")) == expected


def test_conditions_of_the_same_connection() -> None:
    rows = [f"{when} | TCP | UI pods | a" for when in ("Always", "If metrics are enabled", "When metrics are enabled")]
    header = "Condition | Type | {} | Reason"
    assert codes(table(*rows[1:], header=header)) == ["8 same-connection-twice"]
    assert codes(table(*rows[:2], header=header)) == ["8 swallowed-row"]
