"""`esspec explain` on what no rule decides: pods of one workload, tables that a page does not have, ports left open."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_lines import esspec
from esspec.commands.schema import schema_text
from esspec.reading.columns import Column, column_named
from json_schema import faults
from linting import entries, section
from manifest_folders import write_manifests

KAFKA, UI = "Kafka pod", "UI pod"
NEWEST = "Type | {} | Pod Label | Port | Required | Reason"


@pytest.fixture(autouse=True)
def _page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand beside a page on which one workload's outgoing connections are a table, and its incoming ones None."""
    monkeypatch.chdir(tmp_path)
    kafka = section(KAFKA, "None", ["TCP | UI pods |  | 80 | Always | a"], NEWEST)
    Path("page.md").write_text(kafka + section(UI, "none", "Any"), encoding="utf-8")
    Path("esspec.toml").write_text(entries(KAFKA, UI), encoding="utf-8")


def explained(*arguments: str) -> str:
    ran = esspec("explain", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def as_data(*arguments: str) -> Any:
    found = json.loads(explained(*arguments, "--format", "json"))
    assert faults(json.loads(schema_text("explain")), found) == []
    return found


@pytest.mark.parametrize(
    ("question", "is_one"), [("kafka -> kafka:1", True), ("ui -> kafka:1", False), ("kafka -> nodes:1", False)]
)
def test_one_workload_at_both_ends_is_two_pods(question: str, *, is_one: bool) -> None:
    """No policy parts a pod from itself: the answer is about another pod of the workload, and says so."""
    assert {answer["same_workload"] for answer in as_data("page.md", question)["answers"]} == {is_one}
    assert ("between two such pods; a pod always reaches itself" in explained("page.md", question)) is is_one


def test_a_single_pod_of_manifests_and_itself() -> None:
    """A pod that stands alone may still have another like it."""
    write_manifests()
    assert explained("shop", "probe -> probe:1/tcp").splitlines()[:2] == [
        "allowed: shop/probe[Pod] => shop/probe[Pod] : TCP 1",
        "  between two such pods; a pod always reaches itself",
    ]


def test_a_table_in_place_of_a_statement() -> None:
    """It is written in the columns of the page's other tables."""
    assert explained("page.md", "ui -> kafka:1,2/tcp") == (
        "denied: UI pod => Kafka pod : TCP 1-2\n"
        "  egress of UI pod: page.md:15 permits TCP 1-2\n"
        "  ingress of Kafka pod: page.md:3 says None\n"
        "  missing in the incoming connections of Kafka pod, a table in place of None in page.md:3:\n"
        "    | Type | Origin | Pod label | Port(s) | Enabled in policy | Reason |\n"
        "    |------|--------|-----------|---------|-------------------|--------|\n"
        "    | TCP | UI pods |  | 1-2 | Always | … |\n"
    )
    (answer,) = as_data("page.md", "ui -> kafka:1/tcp")["answers"]
    (row,) = answer["missing"]
    assert row["instead_of"] == "page.md:3"
    assert [column_named(cell.strip()) for cell in row["header"].splitlines()[0].strip("|").split("|")] == [
        Column.PROTOCOL,
        Column.ORIGIN,
        Column.LABELS,
        Column.PORT,
        Column.CONDITION,
        Column.REASON,
    ]


def test_a_table_is_begun_once() -> None:
    """Where ports differ by protocol, the second row has no header of its own."""
    told = explained("page.md", "kafka -> ui:80-81").partition("TCP 81; UDP 80-81")[2]
    assert told.endswith(
        "  missing in the incoming connections of UI pod, a table in place of None in page.md:13:\n"
        "    | Type | Origin | Pod label | Port(s) | Enabled in policy | Reason |\n"
        "    |------|--------|-----------|---------|-------------------|--------|\n"
        "    | TCP | Kafka pods |  | 81 | Always | … |\n"
        "  missing in the incoming connections of UI pod (likewise for SCTP):\n"
        "    | UDP | Kafka pods |  | 80-81 | Always | … |\n"
    )


def test_a_table_that_is_there_needs_no_header() -> None:
    """Only the row is missing from it."""
    (answer,) = as_data("page.md", "kafka -> ui:81/tcp")["answers"]
    assert [(row["workload"], row["instead_of"], bool(row["header"])) for row in answer["missing"]] == [
        (KAFKA, "", False),
        (UI, "page.md:13", True),
    ]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        pytest.param("ui -> kafka", "ask 'UI pod -> Kafka pod:PORT/tcp'", id="pods"),
        pytest.param("kafka -> 2001:db8::1", "ask 'Kafka pod -> [2001:db8::1]:PORT/tcp'", id="an address with colons"),
        pytest.param("ui -> nodes", "", id="nothing is denied"),
        pytest.param("* -> kafka", "", id="everybody"),
        pytest.param("ui -> kafka:1", "", id="a port"),
    ],
)
def test_how_to_ask_for_the_row_that_is_missing(question: str, asked: str) -> None:
    """Without a port there is no row to propose; the words that are proposed name the same ends."""
    last = explained("page.md", question).splitlines()[-1]
    assert last.startswith("for the row that would permit one of these ports, ") is bool(asked)
    if asked:
        assert last.endswith(asked)
        again = asked.removeprefix("ask '").removesuffix("'").replace("PORT", "8080")
        assert "  missing in the " in explained("page.md", again)


def test_manifests_have_no_rows_to_ask_for() -> None:
    """Nothing is proposed for them."""
    write_manifests()
    assert "ask '" not in explained("shop", "web -> db")
