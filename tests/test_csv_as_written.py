"""A page in its own words, before anybody has said who is who."""

import pytest

from csv_texts import HEADER, unreadable
from esspec.compiling.as_written import WrittenEntry, WrittenPage
from esspec.problem import PageProblems
from esspec.terms import Direction
from esspec_csv import TARGET, as_written
from esspec_csv.table import Row


def entry(workload: str = "Kafka pod", reason: str = "why", line: int = 18) -> WrittenEntry:
    """Return a row of the page about one port of some workload."""
    return WrittenEntry(Direction.INGRESS, workload, "REST API pods", "TCP", "7070", reason, "If enabled", line)


def test_rows() -> None:
    """Names and variables stand as the page writes them; nobody is resolved, so selectors are empty."""
    host = entry()._replace(direction=Direction.EGRESS, peer="{{site.data.host}}", line=33)
    silence = WrittenEntry(Direction.EGRESS, "UI", "unspecified", "", "", "", "", 0)
    (table,) = as_written(WrittenPage("docs/page.md", (entry(), host, silence)))
    page, how, when = "docs/page.md", "as written", "If enabled"
    assert table.file_name == "page.csv"
    assert table.rows == (
        Row("ingress", "REST API pods", "Kafka pod", "TCP", "7070", "why", when, page, "18", "", "", how, ""),
        Row("egress", "Kafka pod", "{{site.data.host}}", "TCP", "7070", "why", when, page, "33", "", "", how, ""),
        Row("egress", "UI", "unspecified", "", "", "", "", page, "", "", "", how, ""),
    )
    assert TARGET.render(table).count("\r\n") == 1 + len(table.rows)
    assert TARGET.render(table).startswith(HEADER)


def test_it_cannot_be_read_back() -> None:
    """Nobody is known in it, so it says nothing about anybody."""
    (table,) = as_written(WrittenPage("page.md", (entry(),)))
    assert unreadable(TARGET.render(table)) == "2:1: '' is no selector"


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            entry(workload="Anyone"),
            "page.md:18:1: error: the heading 'Anyone' is a word of the table — rename it [reserved-name]",
        ),
        (
            entry(workload=" none", line=0),
            "page.md: error: the heading ' none' is a word of the table — rename it [reserved-name]",
        ),
        (
            entry(reason="\t=1"),
            "page.md:18:1: error: a cell of this row would hold U+0009 — remove it [control-character]",
        ),
    ],
)
def test_what_stops_it(one: WrittenEntry, message: str) -> None:
    """The same as stops an export of the model; each finding once."""
    with pytest.raises(PageProblems) as stopped:
        as_written(WrittenPage("page.md", (one, one)))
    assert str(stopped.value) == message
