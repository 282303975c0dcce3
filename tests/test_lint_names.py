"""What lint says of names, of directions nobody described, of name resolution, and of pages without a binding."""

from collections.abc import Sequence

import pytest

from esspec.compiling.page_reading import Choice
from esspec.linting.lint import lint
from linting import BINDING, KAFKA, TOP, UI, Said, codes, entries, linted, reading, section, told

INDEX = "Index manager pod"
NAMES = entries(INDEX, UI)


def named(*names: str, heading: str = INDEX) -> str:
    """Return a page whose rows, from line 7 on, name these peers."""
    rows = [f"TCP | {name} to port {port} | a" for port, name in enumerate(names, 80)]
    return section(UI, rows) + section(heading)


@pytest.mark.parametrize(
    "name", ["Index manager pod", "Index manager pods", "Index manager Pods", "Index managers", "Index manager"]
)
def test_plural_and_pod_are_no_spelling(name: str) -> None:
    assert codes(named(name), NAMES) == []


@pytest.mark.parametrize(
    ("names", "line", "column", "spelling", "rows"),
    [
        pytest.param(["Index Manager pods"], 7, 9, "Index Manager", "1 row", id="one"),
        pytest.param(
            ["Index manager", "Index Manager pods", "Index Managers"], 8, 9, "Index Manager", "2 rows", id="two"
        ),
        pytest.param(["UI pods and index manager"], 7, 21, "index manager", "1 row", id="in a list"),
        pytest.param(["INDEX MANAGER, INDEX MANAGERS"], 7, 9, "INDEX MANAGER", "1 row", id="twice in a row"),
    ],
)
def test_odd_spelling(names: Sequence[str], line: int, column: int, spelling: str, rows: str) -> None:
    """One finding for each way to write a name, at its first place."""
    assert told(named(*names), NAMES) == [
        (
            f"p.md:{line}:{column}: note: '{spelling}' is another spelling of 'Index manager pod' ({rows})"
            " — spell it the same everywhere, or write it into its aliases [name-spelling]"
        )
    ]


def test_each_spelling_is_a_finding() -> None:
    assert codes(named("Index Manager", "INDEX manager", "Index manager"), NAMES) == [
        "7 name-spelling",
        "8 name-spelling",
    ]


def test_of_the_same_kind() -> None:
    text = section(INDEX, ["TCP | Other Index Manager pods to port 80 | a"])
    assert [one.message for one in linted(text, entries(INDEX))] == [
        "'Index Manager' is another spelling of 'Index manager pod' (1 row)"
    ]


def test_spelling_of_an_alias() -> None:
    binding = NAMES.replace('"c0" }', '"c0" }\naliases = ["Elastic", "INDEX manager"]')
    assert [one.message for one in linted(named("elastic", "Elastic", "INDEX manager", "Index manager"), binding)] == [
        "'elastic' is another spelling of 'Elastic' (1 row)"
    ]


def test_spelling_of_a_second_heading() -> None:
    text = section("UI pod", outgoing="") + section("Ui pods", ["TCP | UI pods | a"], "").replace("In", "Out")
    text = text.replace("Outcoming", "Outgoing").replace("Origin", "Destination")
    assert told(text, entries(UI)) == [
        (
            "p.md:5:1: note: 'Ui' is another spelling of 'UI pod'"
            " — spell it the same everywhere, or write it into its aliases [name-spelling]"
        )
    ]


def test_spelling_that_an_override_makes_void() -> None:
    """The override's names are the binding's; the words of the cell are nobody's name."""
    binding = NAMES + (
        '[[overrides]]\nworkload = "UI pod"\ndirection = "ingress"\nrow = "TCP | somebody to port 80 | a"\n'
        'peer = "index Manager pod"\nports = 80\nreason = "so"\n'
    )
    assert codes(named("somebody"), binding) == []


def test_name_in_a_remark_and_a_variable() -> None:
    binding = NAMES + '[remarks]\n"of the product" = "so"\n[variables]\nindex = "Index Manager"\n'
    assert [
        (one.line, one.message) for one in linted(named("the Index Manager (of the product)", "{{index}}"), binding)
    ] == [(7, "'Index Manager' is another spelling of 'Index manager pod' (2 rows)")]


# Directions of which a page says nothing


ROWS = ("UDP | Anywhere | a",)


@pytest.mark.parametrize(
    ("incoming", "outgoing", "directions"),
    [
        pytest.param(ROWS, "Any", [], id="both"),
        pytest.param(ROWS, "", ["egress"], id="no outgoing"),
        pytest.param("", ROWS, ["ingress"], id="no incoming"),
    ],
)
def test_unspecified_direction(incoming: Said, outgoing: Said, directions: Sequence[str]) -> None:
    text = section(KAFKA, incoming, outgoing) + section(UI)
    assert told(text) == [
        f"p.md: note: the page says nothing of {direction} for 1 of 2 workloads, and does not isolate them there: "
        "Kafka pod — give each a table, Any or None [unspecified-direction]"
        for direction in directions
    ]


def test_one_note_for_each_direction() -> None:
    text = section(KAFKA, ROWS, "") + section(UI, outgoing="") + section("Proxy pod", incoming="")
    assert [one.message.rpartition(": ")[2] for one in linted(text, entries(KAFKA, UI, "Proxy pod"))] == [
        "Kafka pod, UI pod",
        "Proxy pod",
    ]


def test_workload_of_the_binding_alone_is_not_unspecified() -> None:
    assert codes(section(KAFKA, ["TCP | UI pods | a"])) == []


def test_condition_that_does_not_hold_is_not_unspecified() -> None:
    text = section(KAFKA, ["If metrics are enabled | TCP | UI pods | a"], header="Condition | Type | {} | Reason")
    assert codes(text + section(UI), choice=Choice(settings={"metrics": "disabled"})) == []


# Name resolution

NO_DNS = BINDING.replace(TOP, TOP.partition("[dns]")[0])


@pytest.mark.parametrize(
    ("outgoing", "count"),
    [
        pytest.param("Any", 0, id="any"),
        pytest.param("", 0, id="unspecified"),
        pytest.param("None", 1, id="none"),
        pytest.param(["TCP | UI pods on port 53 | a"], 1, id="TCP"),
        pytest.param(["UDP | UI pods on port 54 | a"], 1, id="another port"),
        pytest.param(["TCP | UI pods | a", "UDP | UI pods on ports 50-60 | a"], 0, id="a range"),
        pytest.param(["UDP | Anywhere | a"], 0, id="all ports"),
        pytest.param(["UDP | Nobody on port 53 | a"], 0, id="somebody unknown"),
        pytest.param(["ICMP | UI pods | a"], 1, id="not understood"),
    ],
)
def test_name_resolution(outgoing: Said, count: int) -> None:
    text = section(KAFKA, outgoing=outgoing) + section(UI)
    expected = "1 workload cannot resolve names: Kafka pod"
    assert [one.message for one in linted(text, NO_DNS) if one.code == "no-dns"] == [expected] * count
    assert "no-dns" not in {one.code for one in linted(text)}


@pytest.mark.parametrize(("state", "count"), [("enabled", 0), ("disabled", 1), (None, 0)])
def test_name_resolution_under_a_condition(state: str | None, count: int) -> None:
    """A row that does not hold permits nothing, and its direction stays isolated; one that may hold may do."""
    rows = ["If metrics are enabled | UDP | UI pods on port 53 | a"]
    text = section(KAFKA, outgoing=rows, header="Condition | Type | {} | Reason") + section(UI)
    choice = Choice(settings={"metrics": state} if state else {})
    assert [one.code for one in linted(text, NO_DNS, choice)] == ["no-dns"] * count


def test_one_warning_names_all_in_the_order_of_the_page() -> None:
    text = section(UI, outgoing="None") + section(KAFKA, outgoing=["TCP | UI pods | a"])
    assert [str(one) for one in linted(text, NO_DNS) if one.code == "no-dns"] == [
        (
            "p.md: warning: 2 workloads cannot resolve names: UI pod, Kafka pod"
            " — state it on the page, or add [dns] to esspec.toml [no-dns]"
        )
    ]


# Pages with errors, and without a binding


def test_findings_of_the_reading_are_shown() -> None:
    text = section(KAFKA, ["TCP | Nobody to port 80 | a"]) + "| Port | Protocol |\n|---|---|\n| 80 | TCP |\n"
    assert codes(text) == ["7 unused-entry", "7 unknown-peer", "11 unread-table"]


def test_page_without_a_binding_needs_no_labels() -> None:
    text = section(KAFKA, ["TCP | UI pods to port 80 | a"]) + section(UI, outgoing="None")
    assert codes(text, None) == ["0 no-dns", "7 dead-row"]
    assert [one.code for one in reading(text, None).problems] == ["missing-labels", "missing-labels"]


def test_labels_are_asked_for_where_there_is_a_binding() -> None:
    assert "1 missing-labels" in codes(section(KAFKA), TOP)


def test_findings_of_several_pages() -> None:
    """All of them, in the order of their places; what two pages say of their binding is said once."""
    found = lint([reading(section(KAFKA, ROWS, "")), reading(section(KAFKA, "", ROWS), path="a.md")])
    assert [f"{problem.path} {problem.line} {problem.code}" for problem in found] == [
        "a.md 0 unspecified-direction",
        "esspec.toml 7 unused-entry",
        "p.md 0 unspecified-direction",
    ]
