"""Places where a reader of the page sees what is permitted, and a machine easily loses or widens it without a word."""

import pytest

from esspec.reading.faults import Fault
from esspec.reading.inline import InlineReader
from pages import EGRESS, INGRESS, KAFKA, codes, findings, reading, rules, said

UI = f"\n## UI pod\n\n{INGRESS}"
NO_PORT = "write a number from 1 to 65535, or a range such as 8000-8010"
HOW_MUCH = (
    "this table says how much is permitted, and is not read — "
    "say it in a line of its own, such as `Incoming connections permitted: None` [unread-table]"
)
IN_CODE = (
    "this statement stands in a code fence or comment — "
    "nothing is read there; move it out, delete it, or mark a fence around it as markdown [hidden-statement]"
)
HIDES = (
    "'{:' begins a tag, which may hide what is read here or add to it — "
    "render the page first, or delete the tag [kramdown-extension]"
)


@pytest.mark.parametrize("cell", ["Port", "**ports**", "port port"])
def test_a_port_cell_without_a_number_is_not_every_port(cell: str) -> None:
    text = f"{KAFKA}| Type | Origin | Port |\n|---|---|---|\n| TCP | UI pods | {cell} |\n"
    ((rule,), problems) = rules(text)
    assert rule.ports == ()
    assert [problem.partition(": error: ")[2] for problem in problems] == [
        f"'{cell.strip('*')}' is no port — {NO_PORT} [bad-port]"
    ]


def test_a_statement_says_nothing_of_a_table_whose_column_names_the_other_direction() -> None:
    """It has said all; a label that announces a table still has to agree with it."""
    none = f"{KAFKA}- Incoming connections permitted: None\n\n"
    assert said(none + EGRESS) == ["Kafka pod ingress none 3", "Kafka pod egress 7"]
    assert [p.code for p in reading(none + INGRESS).problems if p.line == 7] == ["stated-twice", "unknown-peer"]


def test_a_label_does_not_reach_over_a_table_and_words() -> None:
    """A misspelt label would otherwise leave its table to the label before; a column of its own speaks for itself."""
    neutral = "| Type | Pod | Reason |\n|---|---|---|\n| TCP | UI pods | a |\n"
    text = f"{KAFKA}- Incoming connections permitted:\n\n{{0}}\n{{1}}{{0}}"
    message = "words stand between this table and the label of line 3, and may end its reach"
    assert findings(text.format(neutral, "- Outgoign connections permitted:\n\n")) == [
        f"p.md:11:1: error: {message} — repeat the label, or name the column Origin or Destination [unread-label]"
    ]
    assert findings(text.format(neutral, "")) == []
    assert findings(text.format(INGRESS, "And these:\n\n")) == []


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param("Type | Pod | Reason", id="no-direction"),
        pytest.param("Tpye | Pod | Reason", id="misspelt-protocol"),
        pytest.param("Reason | Pod | Tpye", id="misspelt-protocol-elsewhere"),
        pytest.param("Origin | Reazon | Tpye", id="with-a-direction"),
    ],
)
def test_a_table_of_pods_and_protocols_is_rules(columns: str) -> None:
    """Whether or not something says its direction."""
    cells = columns.replace("Tpye", "TCP").replace("Type", "TCP")
    table = f"| {columns} |\n|---|---|---|\n| {cells} |\n"
    assert [problem.partition(": error: ")[0] for problem in findings(KAFKA + table + UI)] == ["p.md:3:1"]
    assert [code for line, code in codes(f"## Ingress\n\n### Kafka pod\n\n{table}{UI}")][:1] == (
        [] if "Type" in columns else ["unread-table"]
    )


@pytest.mark.parametrize(
    ("table", "level"),
    [
        pytest.param(
            "| Incoming connections: | None |\n|---|---|\n| Outgoing connections: | Any |\n", "error", id="header"
        ),
        pytest.param("| Direction | Permitted |\n|---|---|\n| Incoming | None |\n", "error", id="row"),
        pytest.param("<table><tr><td>Incoming:</td><td>None</td></tr></table>\n", "error", id="html"),
        pytest.param("| Pod | Incoming | Outgoing |\n|---|---|---|\n| Kafka | None | Any |\n", "warning", id="columns"),
    ],
)
def test_a_table_of_statements_is_not_passed_over(table: str, level: str) -> None:
    assert findings(KAFKA + table + UI) == [f"p.md:3:1: {level}: {HOW_MUCH}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("```\nIncoming connections permitted: None\n```\n", 4, id="fence"),
        pytest.param("```text\n- No incoming connections\n```\n", 4, id="text"),
        pytest.param("<!-- Incoming connections permitted: None -->\n", 3, id="comment"),
        pytest.param("<!--\n\n- Incoming connections permitted: None\n-->\n", 5, id="lines-of-a-comment"),
    ],
)
def test_a_statement_that_is_hidden_is_told(text: str, line: int) -> None:
    assert findings(KAFKA + text + UI) == [f"p.md:{line}:1: warning: {IN_CODE}"]


def test_code_speaks_of_directions_as_it_likes() -> None:
    assert findings(f"{KAFKA}```yaml\n# no ingress\nkind: NetworkPolicy\n```\n{UI}") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(f'{KAFKA}{INGRESS}{{: style="display:none"}}\n', "6:1", id="below-a-table"),
        pytest.param(f"{KAFKA}{{: .wide style='opacity:0'}}\n{INGRESS}", "3:1", id="above-a-table"),
        pytest.param(f"{KAFKA}{INGRESS}{{: .hidden}}\n", "6:1", id="class"),
        pytest.param(f'## Kafka pod {{: hidden="hidden"}}\n\n{INGRESS}', "1:14", id="heading"),
        pytest.param(f"{KAFKA}- Incoming: None\n{{: style=display:none}}\n{UI}", "4:1", id="statement"),
        pytest.param(KAFKA + INGRESS.replace("UI", '*UI*{: style="display:none"}'), "5:13", id="cell"),
    ],
)
def test_attributes_that_may_hide_what_is_read(text: str, place: str) -> None:
    assert f"p.md:{place}: error: {HIDES}" in findings(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'{KAFKA}{INGRESS}{{: style="width: 100%"}}\n', id="harmless-style"),
        pytest.param(f'{KAFKA}{INGRESS}\nText\n\n![x](a.png){{: style="float:right"}}\n\nText\n', id="picture"),
        pytest.param(f"{KAFKA}{INGRESS}{{: .wide #hiding}}\n", id="class"),
    ],
)
def test_attributes_that_hide_nothing_of_it(text: str) -> None:
    assert findings(text) == []


def test_a_value_with_a_pipe_tears_its_row() -> None:
    """Jekyll fills in values before anything is taken for a table."""
    found = InlineReader({"host": "the UI | Kafka pods"}).read_cell("{{host}}").faults
    message = "the value of 'host' holds a pipe, at which Jekyll tears a row"
    assert found == (Fault("liquid", "{{host}}", message, "write the text out, or change the value"),)


def test_a_row_of_html_that_is_torn_is_told() -> None:
    """Also where the words of its header alone say that the table holds rules."""
    header = "<table><tr><th>Type</th><th>Pod</th></tr>\n"
    text = (
        f"## Egress\n\n### Kafka pod\n\n{header}<tr>td>TCP</td><td>UI</td></tr></table>\n{UI.replace('##', '# Egress')}"
    )
    message = "these words stand between the cells of a table"
    assert f"p.md:6:5: error: {message} — move them into a cell, or out of it [unread-html]" in findings(text)


@pytest.mark.parametrize("line", ["---!---", "=== ===", "-----#"])
def test_a_line_below_a_heading_that_is_torn(line: str) -> None:
    assert (8, "torn-heading") in codes(f"{KAFKA}{INGRESS}\nProxy\n{line}\n\n- Outgoing: None\n")


def test_a_known_name_over_a_table_is_a_heading_that_is_torn() -> None:
    """What stands below it would be about the workload above."""
    text = f"{KAFKA}{INGRESS}\n{{}}\n\n{EGRESS}{UI}"
    found = [str(p) for p in reading(text.format("UI")).problems if p.code == "torn-heading"]
    message = "'UI' stands over line 9 and is no heading: the line would be about 'Kafka pod'"
    assert found == [f"p.md:7:1: error: {message} — make it a heading, or say it in a sentence [torn-heading]"]
    assert "torn-heading" not in [problem.code for problem in reading(text.format("Kafka")).problems]
