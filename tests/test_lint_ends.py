"""Both ends of a connection: one-sided rows, rows held by a blanket alone, and rows that nobody can use."""

from collections.abc import Sequence

import pytest

from esspec.compiling.page_reading import Choice
from linting import BINDING, KAFKA, PROXY, UI, WITH_PROXY, Said, codes, entries, linted, section, told

ROW = "TCP | Kafka pods on port 80 | why"
ALONE = entries(KAFKA)
LINE = 19
"""The line of the first outgoing row of UI, whose section stands behind one of Kafka with one row."""


def pair(incoming: Said, outgoing: Said = (ROW,)) -> str:
    """Return a page on which Kafka says something of incoming connections, and UI of outgoing ones."""
    return section(KAFKA, incoming) + section(UI, outgoing=outgoing)


def at_ui(text: str, toml: str = BINDING) -> list[str]:
    """Return what is said of the first outgoing row of UI."""
    return [one for one in told(text, toml) if one.startswith(f"p.md:{LINE}:")]


@pytest.mark.parametrize(
    "incoming",
    [
        pytest.param(["TCP | UI pods to port 80 | why"], id="the same"),
        pytest.param(["TCP | UI pods to ports 79-81 | why"], id="a wider range"),
        pytest.param(["TCP | UI pods to ports 80, 90 | why"], id="one of several ports"),
        pytest.param(["TCP | UI pods | why"], id="all ports"),
        pytest.param(["TCP | Kafka and UI pods to port 80 | why"], id="one of several peers"),
        pytest.param(["UDP | UI pods to port 80 | why", "TCP | ui to port 80 | x"], id="in another row"),
    ],
)
def test_other_end_permits_it(incoming: Said) -> None:
    assert [one for one in linted(pair(incoming)) if one.message.startswith("'Kafka pod' permits")] == []


@pytest.mark.parametrize("incoming", ["Any", ""])
def test_statement_any_and_silence_are_full_answers(incoming: Said) -> None:
    assert [code for code in codes(pair(incoming)) if "unspecified" not in code] == []


@pytest.mark.parametrize(
    ("incoming", "outgoing", "missing", "row"),
    [
        pytest.param("TCP | UI pods to port 81 | a", ROW, "TCP 80", "TCP | UI pods to port 80 | why", id="port"),
        pytest.param("UDP | UI pods to port 80 | a", ROW, "TCP 80", "TCP | UI pods to port 80 | why", id="protocol"),
        pytest.param(
            "TCP | Other Kafka pods to port 80 | a", ROW, "TCP 80", "TCP | UI pods to port 80 | why", id="peer"
        ),
        pytest.param(
            "TCP | UI pods to port 80 | a",
            "TCP | Kafka pods on ports 79-82, 90 | b",
            "TCP 79, 81-82, 90",
            "TCP | UI pods to ports 79, 81-82, 90 | b",
            id="some of the ports",
        ),
        pytest.param("UDP | UI pods | a", "TCP | Kafka pods | b", "TCP", "TCP | UI pods | b", id="all ports"),
        pytest.param(
            "TCP | UI pods to port 80 | a",
            "TCP | Kafka pods | b",
            "TCP 1-79, 81-65535",
            "TCP | UI pods to ports 1-79, 81-65535 | b",
            id="all ports but one",
        ),
    ],
)
def test_one_sided_row(incoming: str, outgoing: str, missing: str, row: str) -> None:
    """The finding names ports and lines that lack it, and shows the row that would mend it."""
    assert at_ui(pair([incoming], [outgoing])) == [
        (
            f"p.md:19:9: error: 'Kafka pod' permits no {missing} from 'UI pod' (line 7)"
            f" — add '{row}' there, or delete this peer [one-sided]"
        )
    ]


def test_one_sided_the_other_way_round() -> None:
    text = section(KAFKA, ["TCP | Proxy and UI pods to port 80 | why"]) + section(UI, "None", [ROW.replace("80", "8")])
    assert told(text + section(PROXY), WITH_PROXY) == [
        (
            "p.md:7:19: error: 'UI pod' permits no TCP 80 to 'Kafka pod' (line 19)"
            " — add 'TCP | Kafka pods on port 80 | why' there, or delete this peer [one-sided]"
        ),
        (
            "p.md:19:9: error: 'Kafka pod' permits no TCP 8 from 'UI pod' (line 7)"
            " — add 'TCP | UI pods to port 8 | why' there, or delete this peer [one-sided]"
        ),
    ]


def test_remedy_is_a_row_in_the_columns_of_the_other_table() -> None:
    """What the remedy says, written into that table, mends it."""
    header = "Port | Enabled in policy | Description | {} | Type"
    text = section(KAFKA, ["79 | Always | a | UI pods | TCP"], header=header)
    text += section(UI, outgoing=["TCP | Kafka pods on ports 79 and 80 | why \\| so"])
    (found,) = linted(text)
    assert found.remedy == "add '80 | Always | why \\| so | UI pods | TCP' there, or delete this peer"
    row = found.remedy.partition("'")[2].partition("' there")[0]
    assert codes(text.replace("| TCP |\n", f"| TCP |\n| {row} |\n", 1)) == []


def test_many_ports_are_not_all_written_out() -> None:
    ports = ", ".join(str(port) for port in range(100, 140, 2))
    found = linted(pair(["TCP | UI pods to port 80 | a"], [f"TCP | Kafka pods on ports {ports} | b"]))[-1]
    shown = "TCP 100, 102, 104, 106, 108, 110, 112, 114 and 12 more"
    assert found.message == f"'Kafka pod' permits no {shown} from 'UI pod' (line 7)"
    assert found.remedy == "add such a row there, or delete this peer"


def test_one_finding_for_each_workload_that_a_row_names() -> None:
    """Whether twice in one cell, or by an alias that stands for two."""
    binding = entries(KAFKA, UI, PROXY).replace('"c1" }', '"c1" }\naliases = ["Front"]')
    binding = binding.replace('"c2" }', '"c2" }\naliases = ["Front"]')
    text = section(KAFKA, ["TCP | Front, UI pods and UI to port 80 | a"])
    text += section(UI, outgoing=["TCP | UI pods | b"]) + section(PROXY, outgoing=["TCP | Other Proxy pods | b"])
    found = [(one.line, one.column, one.message.partition("'")[2].partition("'")[0]) for one in linted(text, binding)]
    assert [one for one in found if one[0] == 7] == [(7, 9, "Proxy pod"), (7, 9, "UI pod")]


def test_workload_answers_itself() -> None:
    row = "TCP | Other Kafka pods on port 80 | a"
    text = section(KAFKA, ["TCP | Kafka pods to port 81 | a"], [row])
    assert [(one.line, one.message, one.remedy.partition("'")[2].partition("'")[0]) for one in linted(text, ALONE)] == [
        (7, "'Kafka pod' permits no TCP 81 to 'Kafka pod' (line 13)", "TCP | Other Kafka pods on port 81 | a"),
        (13, "'Kafka pod' permits no TCP 80 from 'Kafka pod' (line 7)", "TCP | Other Kafka pods to port 80 | a"),
    ]
    assert codes(section(KAFKA, [row], [row]), ALONE) == []


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("TCP | Anywhere on port 80 | a", id="anywhere"),
        pytest.param("TCP | Any pod in the Kafka instance on port 80 | a", id="instance"),
        pytest.param("TCP | Gate on port 80 | a", id="external"),
    ],
)
def test_never_the_subject(row: str) -> None:
    binding = BINDING + "[externals.Gate]\nrole = 'outside'\naddresses = ['192.0.2.1/32']\n"
    found = linted(pair(["UDP | UI pods | a"], [row, "UDP | Kafka pods | b"]), binding)
    assert {one.code for one in found} <= {"unused-entry"}


def test_workload_of_the_binding_alone_says_nothing() -> None:
    assert codes(section(KAFKA, ["TCP | UI pods to port 80 | a"])) == []


# A blanket row


@pytest.mark.parametrize(
    "blanket", [pytest.param("Anywhere", id="anywhere"), pytest.param("Any pod in the Kafka instance", id="instance")]
)
def test_held_by_a_blanket_row_alone(blanket: str) -> None:
    row = f"TCP | {blanket} to ports 80-90 | all"
    assert told(pair(["TCP | UI pods to port 79 | a", row], [ROW, "TCP | Kafka pods on port 79 | b"])) == [
        (
            "p.md:20:9: note: 'Kafka pod' permits TCP 80 from 'UI pod' only by a blanket row (line 8)"
            " — add 'TCP | UI pods to port 80 | why' there, so that both ends name each other [blanket-held]"
        )
    ]


def test_blanket_row_holds_some_of_the_ports() -> None:
    """What no row permits is the worse finding, and the only one."""
    row = "TCP | Kafka pods on ports 80 and 81 | why"
    assert [one.message for one in linted(pair(["TCP | Anywhere to port 80 | a"], [row]))] == [
        "'Kafka pod' permits no TCP 81 from 'UI pod' (line 7)"
    ]


def test_workload_outside_of_the_instance_is_not_held_by_it() -> None:
    binding = BINDING + "inherit_labels = false\n"
    row = "TCP | Any pod in the Kafka instance to port 80 | all"
    assert codes(pair([row]), binding) == ["19 one-sided"]
    assert codes(pair([row]), BINDING + 'namespaces = "any"\n') == ["19 blanket-held"]
    assert codes(pair([row]), ALONE) == ["11 missing-labels", "19 blanket-held"]


# None at the other end


def test_row_that_nobody_can_use() -> None:
    text = section(KAFKA, "None") + section(UI, outgoing=[ROW])
    assert told(text) == [
        (
            "p.md:15:9: warning: 'Kafka pod' permits no TCP 80 from 'UI pod', because line 3 says None of its ingress"
            " — delete this peer, or write a table there instead of None [dead-row]"
        )
    ]


def test_blanket_rows_are_not_dead() -> None:
    assert codes(section(KAFKA, "None") + section(UI, outgoing=["TCP | Anywhere | a"])) == []


# Conditions

WHEN = "If {} | TCP | {} | {}"
HEADER = "Condition | Type | {} | Reason"


def conditional(mine: str, other: str) -> str:
    """Return a page on which a row of UI and the row of Kafka for it have these conditions."""
    text = section(KAFKA, [f"{other} | TCP | UI pods to port 80 | a"], header=HEADER)
    return text + section(UI, outgoing=[f"{mine} | TCP | Kafka pods on port 80 | b"], header=HEADER)


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        pytest.param("Always", "If metrics are enabled", [], id="only the other's"),
        pytest.param("If metrics are enabled", "Always", [], id="only mine"),
        pytest.param("If metrics are enabled", "If metrics are enabled", [], id="equal"),
        pytest.param("If metrics are enabled", "Unless metrics are disabled", [], id="in other words"),
        pytest.param("If metrics are enabled", "If JMX is enabled", [], id="another feature"),
        pytest.param("If metrics are enabled", "If metrics are disabled", ["7", "19"], id="opposite"),
        pytest.param("If metrics are on", "If metrics are off", ["7", "19"], id="another state"),
    ],
)
def test_conditions_of_features_that_are_not_set(mine: str, other: str, expected: Sequence[str]) -> None:
    assert codes(conditional(mine, other)) == [f"{line} one-sided" for line in expected]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param("enabled", [], id="holds"),
        pytest.param("disabled", ["19 one-sided"], id="does not hold"),
    ],
)
def test_states_of_features_decide(state: str, expected: Sequence[str]) -> None:
    """A row whose condition does not hold permits nothing, and is not looked at."""
    choice = Choice(settings={"metrics": state})
    assert codes(conditional("Always", "If metrics are enabled"), choice=choice) == expected
    binding = BINDING + f'[features]\nmetrics = "{state}"\n'
    assert codes(conditional("Always", "If metrics are enabled"), binding) == expected
    assert codes(conditional("If metrics are enabled", "Always"), binding) == [e.replace("19", "7") for e in expected]


def test_conditions_of_several_rows_come_together() -> None:
    """Two features are two chances, and the opposite state of one feature is none."""
    rows = [WHEN.format("JMX is enabled", f"UI pods to ports {ports}", "a") for ports in ("80-85", "80-81")]
    rows[1] = rows[1].replace("JMX is enabled", "metrics are disabled")
    rows.append(WHEN.format("metrics are disabled", "UI pods to port 86", "a"))
    text = section(KAFKA, rows, header=HEADER)
    row = WHEN.format("metrics are enabled", "Kafka pods on ports 80-86", "b")
    found = linted(text + section(UI, outgoing=[row], header=HEADER))
    assert [one.message for one in found if one.line > 10] == [
        "'Kafka pod' permits no TCP 86 from 'UI pod' (lines 7 to 9)"
    ]


# A page that was not understood


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("TCP | Frontend to port 80 | a", id="unknown peer"),
        pytest.param("TCP | UI pods to port 99999 | a", id="bad port"),
        pytest.param("TCP | UI pods to ports 79, 99999 | a", id="bad port beside a good one"),
        pytest.param("ICMP | UI pods | a", id="bad protocol"),
        pytest.param("TCP | UI pods to port http | a", id="name of a port"),
        pytest.param("TCP | To port 80 | a", id="no peer"),
    ],
)
def test_what_was_not_understood_may_permit_it(row: str) -> None:
    """The page has an error already; nobody is blamed for what it leaves open."""
    assert {one.code for one in linted(pair([row]))}.isdisjoint({"one-sided", "blanket-held"})


def test_row_not_understood_is_held_against_nobody() -> None:
    rows = ["TCP | Frontend and Kafka pods on port 99999 | a", "ICMP | Kafka pods | b", "TCP | Frontend on port 8 | c"]
    assert "one-sided" not in {one.code for one in linted(pair(["TCP | UI pods to port 80 | a"], rows))}


def test_row_that_an_override_completes_is_looked_at() -> None:
    row = ROW.replace("80", "99999")
    override = f'[[overrides]]\nworkload = "UI pod"\ndirection = "egress"\nrow = "{row}"\nports = 80\nreason = "so"\n'
    assert codes(pair(["UDP | UI pods to port 80 | a"], [row, ROW.replace("TCP", "UDP")]), BINDING + override) == [
        "19 one-sided"
    ]


def test_what_was_understood_is_looked_at() -> None:
    """An unknown peer says nothing of other ports, and of other peers in its cell."""
    text = pair(["TCP | Frontend to port 79 | a"], ["TCP | Backend and Kafka pods on port 80 | b"])
    assert [one for one in codes(text) if "unknown" not in one] == ["19 one-sided"]
