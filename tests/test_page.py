"""Reading a page: whose table it is, in which direction, and what is said without a table."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspec.reading.columns import Column, column_named
from pages import EGRESS, INGRESS, KAFKA, codes, findings, inside, reading, rules, said, structure, work

LABELLED = f"{KAFKA}- Incoming connections permitted:\n\n{INGRESS}\n- Outgoing connections permitted:\n\n{EGRESS}"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(LABELLED, ["Kafka pod ingress 7", "Kafka pod egress 13"], id="labels-in-bullets"),
        pytest.param(
            f"## Inbound network connections (ingress)\n\n### Kafka pod\n\n{INGRESS}\n### UI\n\n{INGRESS}\n"
            f"## Outbound network connections (egress)\n\n### Kafka pod\n\n{EGRESS}",
            ["Kafka pod ingress 7", "UI ingress 13", "Kafka pod egress 21"],
            id="headings-give-the-direction",
        ),
        pytest.param(
            f"## Kafka pod\n\n### Ingress\n\n{INGRESS}\n### Egress\n\n{EGRESS}",
            ["Kafka pod ingress 7", "Kafka pod egress 13"],
            id="direction-below-the-pod",
        ),
        pytest.param(f"{KAFKA}{INGRESS}\n{EGRESS}", ["Kafka pod ingress 5", "Kafka pod egress 9"], id="columns-alone"),
        pytest.param(f"Kafka pod\n---------\n\n{INGRESS}", ["Kafka pod ingress 6"], id="setext-heading"),
        pytest.param(f"# Kafka pod\n\n{INGRESS}", ["Kafka pod ingress 5"], id="one-first-level-heading-that-is-a-pod"),
        pytest.param(
            f"# Kafka\n\n{INGRESS}\n# UI\n\n{INGRESS}", ["Kafka ingress 5", "UI ingress 11"], id="first-level-headings"
        ),
        pytest.param(
            f"# Network policies\n\n{KAFKA}{INGRESS}\n#### A note\n\nText.\n", ["Kafka pod ingress 7"], id="title-above"
        ),
        pytest.param(
            f"{KAFKA}- Incoming connections permitted:\n\n{inside(INGRESS, '  ')}",
            ["Kafka pod ingress 7"],
            id="table-in-the-item-of-its-label",
        ),
        pytest.param(f"{KAFKA}1. One\n\n{inside(INGRESS, '   ')}2. Two\n", ["Kafka pod ingress 7"], id="numbered"),
        pytest.param(f"{KAFKA}Incoming connections permitted:\n{INGRESS}", ["Kafka pod ingress 6"], id="no-blank-line"),
        pytest.param(f"{KAFKA}**Inbound:**\n\n{INGRESS}", ["Kafka pod ingress 7"], id="bold-label"),
        pytest.param(f"{KAFKA}**Ingress** traffic\n\n{INGRESS}", ["Kafka pod ingress 7"], id="half-bold-label"),
        pytest.param(f"## **Kafka** `pod` {{: #kafka}}\n\n{INGRESS}", ["Kafka pod ingress 5"], id="markup-in-heading"),
        pytest.param(f"## {{{{host}}}} pod ##\n\n{INGRESS}", ["on the master host pod ingress 5"], id="variable"),
        pytest.param(
            f"{KAFKA}{INGRESS}\nAnd these:\n\n{INGRESS}\n\n{EGRESS}",
            ["Kafka pod ingress 5", "Kafka pod ingress 11", "Kafka pod egress 16"],
            id="split-table",
        ),
        pytest.param(
            f"{KAFKA}- Incoming connections permitted:\n\n{INGRESS}\nText\n\n{INGRESS}",
            ["Kafka pod ingress 7", "Kafka pod ingress 13"],
            id="split-table-below-one-label",
        ),
        pytest.param(f"{KAFKA}{INGRESS}{{: .wide}}\n", ["Kafka pod ingress 5"], id="attributes-below-a-table"),
        pytest.param(f"{KAFKA}{{: #id}}\n{INGRESS}", ["Kafka pod ingress 6"], id="attributes-below-a-heading"),
        pytest.param(
            f"{KAFKA}The following incoming connections are possible:\n\n{INGRESS}", ["Kafka pod ingress 7"], id="prose"
        ),
        pytest.param(
            f"{KAFKA}| **Protocol** | Reason[^1] | **Source:** | Port(s) |\n|-|-|-|-|\n| TCP | a | UI | 80 |\n",
            ["Kafka pod ingress 5"],
            id="columns-by-name-in-any-order",
        ),
    ],
)
def test_a_layout_is_read_so(text: str, what: list[str]) -> None:
    assert said(text) == what


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("- Incoming connections permitted: Any", "ingress any"),
        ("- Incoming connections permitted: None", "ingress none"),
        ("* Outgoing connections permitted:  none.", "egress none"),
        ("Outgoing connections permitted: ANY", "egress any"),
        ("1. Inbound traffic: **Any**", "ingress any"),
        ("- **Egress:** None", "egress none"),
        ("- **Incoming** connections permitted: `None`", "ingress none"),
        ("- [Incoming connections](#in) permitted: None{: .x}", "ingress none"),
        ("- Incoming connections permitted&#58; Any", "ingress any"),
        ("Ingress (incoming): any\n{: .x}", "ingress any"),
    ],
)
def test_a_statement_is_read_so(line: str, what: str) -> None:
    assert said(f"{KAFKA}{line}\n\n## UI pod\n\n{INGRESS}") == [
        f"Kafka pod {what} 3",
        f"UI pod ingress {8 + len(line.splitlines())}",
    ]


def test_two_labels_in_one_paragraph_are_two_statements() -> None:
    text = f"{KAFKA}Incoming connections permitted: Any\nOutgoing connections permitted: None\n\n## UI\n\n{INGRESS}"
    assert said(text)[:2] == ["Kafka pod ingress any 3", "Kafka pod egress none 4"]


DISAGREE = "error: the {0} of line {1} says {2}, the {3} of line {4} says {5} — make them say the same"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param(
            f"{KAFKA}- Incoming connections permitted:\n\n{EGRESS}",
            "p.md:5:1",
            ("column", 5, "egress", "label", 3, "ingress"),
            id="column-and-label",
        ),
        pytest.param(
            f"## Incoming\n\n### Kafka pod\n\n{EGRESS}",
            "p.md:5:1",
            ("column", 5, "egress", "heading", 1, "ingress"),
            id="column-and-heading",
        ),
        pytest.param(
            f"## Incoming\n\n### Kafka pod\n\n#### Outgoing\n\n{EGRESS}",
            "p.md:7:1",
            ("column", 7, "egress", "heading", 1, "ingress"),
            id="column-and-the-heading-above-the-next",
        ),
        pytest.param(
            "## Incoming\n\n### Kafka pod\n\n- Outgoing connections permitted: None\n",
            "p.md:5:1",
            ("label", 5, "egress", "heading", 1, "ingress"),
            id="statement-and-heading",
        ),
        pytest.param(
            f"{KAFKA}- Incoming connections permitted:\n\n{INGRESS}\n\n{EGRESS}",
            "p.md:10:1",
            ("column", 10, "egress", "label", 3, "ingress"),
            id="second-table-below-a-label",
        ),
        pytest.param(
            f"{KAFKA}| Type | From | To |\n|---|---|---|\n| TCP | a | b |\n",
            "p.md:3:1",
            ("column", 3, "ingress", "column", 3, "egress"),
            id="two-peer-columns",
        ),
    ],
)
def test_directions_that_disagree_are_an_error_with_both_lines(
    text: str, place: str, words: tuple[str, int, str, str, int, str]
) -> None:
    assert f"{place}: {DISAGREE.format(*words)} [directions-disagree]" in findings(text)
    read = structure(text)
    taken = [*(table.line for table in read.tables), *(statement.line for statement in read.statements)]
    assert int(place.split(":")[1]) not in taken


def test_words_before_a_table_must_not_speak_of_the_other_direction() -> None:
    message = "this is ingress, and the words of line 3 speak of another direction — make them say the same"
    assert findings(f"{KAFKA}These outgoing connections are possible:\n\n{INGRESS}") == [
        f"p.md:5:1: error: {message} [directions-disagree]"
    ]


HEADER_ERRORS = [
    pytest.param(
        "| Type | Origin | Grund |",
        "3:19: error: a rule table has no column 'Grund' — use one of: Type, Protocol, Origin, Source, From, "
        "Destination, To, Target, Peer, Pod, Component, Port, Port number, Port range, Reason, Purpose, Description, "
        "Justification, Enabled in policy, Required, Condition, Pod label, Label [unknown-column]",
        id="unknown-column",
    ),
    pytest.param(
        "| Origin | Port | Reason |",
        "3:1: error: the table has no column for the protocol — add a column Type [missing-column]",
        id="no-protocol",
    ),
    pytest.param(
        "| Type | Origin | Source |",
        "3:10: error: two columns say origin — keep one of them [column-twice]",
        id="two-origins",
    ),
    pytest.param(
        "| Type | Origin | ~~Reason~~ |",
        "3:19: error: struck text may or may not be meant — delete it or unstrike it [struck-text]",
        id="struck-header",
    ),
]


@pytest.mark.parametrize(("header", "message"), HEADER_ERRORS)
def test_a_header_that_is_not_understood(header: str, message: str) -> None:
    assert findings(f"{KAFKA}{header}\n|---|---|---|\n| TCP | a | b |\n")[0] == f"p.md:{message}"


def test_too_many_columns() -> None:
    text = f"{KAFKA}|{' Type | Origin |' * 33}\n|{'---|' * 66}\n|{' TCP |' * 66}\n"
    message = "a table of 66 columns — a rule table has at most 64"
    assert findings(text) == [f"p.md:3:1: error: {message} [too-many-columns]"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("| Parameter | Type | Description |\n|---|---|---|\n| a | string | b |\n", id="parameters"),
        pytest.param("| Name | Type | Required |\n|---|---|---|\n| a | integer | yes |\n", id="fields"),
        pytest.param("| Command | Purpose |\n|---|---|\n| `kubectl get netpol` | list |\n", id="commands"),
        pytest.param("| a |\n|---|\n| b |\n", id="one-column"),
        pytest.param("|  |  |\n|---|---|\n|  |  |\n", id="no-words"),
    ],
)
def test_other_tables_are_left_alone(text: str) -> None:
    assert said(f"{KAFKA}{text}\n{INGRESS}")[0].startswith("Kafka pod ingress")
    assert findings(f"{KAFKA}{text}\n{INGRESS}") == []


@pytest.mark.parametrize(
    ("front", "title"),
    [
        pytest.param('---\ntitle: "Network policies" # x\ntoc: true\n---\n', "Network policies", id="quoted"),
        pytest.param("---\ntitle: 'It # is'\nx: 1\n...\n", "It # is", id="single-quotes-and-dots"),
        pytest.param("---\nslug: x\ntitle:  Plain # comment\n---  \n", "Plain", id="plain"),
        pytest.param("---\n\nexcerpt: |\n  a | b\n---\n", "Kafka", id="no-title"),
        pytest.param("", "Kafka", id="no-front-matter"),
    ],
)
def test_front_matter_is_no_text_and_keeps_the_lines(front: str, title: str) -> None:
    page = structure(f"{front}# Kafka\n\n# UI\n\n{INGRESS}")
    assert page.title == title
    assert [table.rows[0].line for table in page.tables] == [front.count("\n") + 7]
    assert [row.columns() for row in page.tables[0].rows] == [(3, 9, 30)]


LAYOUTS = st.sampled_from([LABELLED, f"---\ntitle: x\n---\n{LABELLED}", f"Kafka\n---\n\n{INGRESS}"])


@settings(max_examples=30, deadline=None)
@given(LAYOUTS, st.booleans(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_bom_and_line_ends_change_nothing(text: str, has_bom: bool, end: str, ends: bool) -> None:  # noqa: FBT001
    """A page is the same with a byte order mark, with CRLF or CR, and without a last line end."""
    other = ("\ufeff" if has_bom else "") + (text if ends else text.rstrip("\n")).replace("\n", end)
    assert structure(other) == structure(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(INGRESS, [(1, "no-workload")], id="no-heading"),
        pytest.param(f"# Network policies\n\n{INGRESS}", [(3, "no-workload")], id="title-alone"),
        pytest.param(f"## Incoming\n\n{INGRESS}", [(3, "no-workload")], id="direction-alone"),
        pytest.param(f"{KAFKA}## Incoming\n\n{INGRESS}", [(5, "no-workload")], id="direction-beside-the-pod"),
        pytest.param("- Incoming connections permitted: Any\n", [(1, "no-workload")], id="statement"),
        pytest.param("Text only.\n", [(1, "no-rule-table")], id="no-table-at-all"),
        pytest.param("", [(1, "no-rule-table")], id="empty"),
        pytest.param(f"- ## Kafka pod\n\n{INGRESS}", [(1, "nested-heading"), (3, "no-workload")], id="list-heading"),
        pytest.param(f"> ## Kafka pod\n\n{INGRESS}", [(1, "nested-heading"), (3, "no-workload")], id="quoted-heading"),
    ],
)
def test_what_belongs_to_nobody(text: str, found: list[tuple[int, str]]) -> None:
    assert codes(text) == found


@pytest.mark.parametrize(
    ("text", "line", "direction"),
    [
        pytest.param(f"{KAFKA}- Incoming connections permitted:\n\n## UI\n\n{INGRESS}", 3, "ingress", id="heading"),
        pytest.param(f"{KAFKA}{INGRESS}\n- Outgoing connections permitted:\n", 7, "egress", id="end-of-page"),
        pytest.param(
            f"{KAFKA}- Incoming connections permitted:\n- Outgoing connections permitted:\n\n{EGRESS}",
            3,
            "ingress",
            id="next-label",
        ),
        pytest.param(f"{KAFKA}{INGRESS}\nOutgoing connections permitted:\n\nNone\n", 7, "egress", id="none-too-late"),
        pytest.param(f"{KAFKA}{INGRESS}\n## Egress\n### UI\n\nEgress\n", 10, "egress", id="label-without-colon"),
        pytest.param(
            f"{KAFKA}{INGRESS}\n- Outgoing connections permitted:\n\n| Port | Use |\n|---|---|\n| 80 | x |\n",
            7,
            "egress",
            id="another-table-comes",
        ),
    ],
)
def test_a_table_that_is_announced_must_come(text: str, line: int, direction: str) -> None:
    message = f"{direction} connections are announced, and no rule table follows — write Any, None, or a table"
    assert f"p.md:{line}:1: error: {message} [missing-table]" in findings(text)


def test_a_table_without_rows_is_an_error() -> None:
    """Read as no rules it would leave the direction open."""
    message = "the rule table has no rows — write its rows, or None instead of it [empty-table]"
    assert findings(f"{KAFKA}| Type | Origin | Reason |\n|---|---|---|\n") == [f"p.md:3:1: error: {message}"]


def test_the_columns_of_a_row_are_taken_by_name() -> None:
    text = f"{KAFKA}| Reason | Port | Destination | Protocol |\n|-|-|-|-|\n| why | 80 | UI pods | udp |\n"
    ((rule,), problems) = rules(text)
    assert problems == []
    assert structure(text).tables[0].columns == (Column.REASON, Column.PORT, Column.DESTINATION, Column.PROTOCOL)
    assert (rule.protocol, rule.reason, rule.cells) == ("UDP", "why", "why | 80 | UI pods | udp")
    assert [piece.name for piece in rule.phrase.peers] == ["UI pods"]
    assert [str(port) for port in rule.ports] == ["80"]
    assert (rule.line, rule.column) == (5, 1)


def test_text_of_a_reason_is_kept_exactly() -> None:
    """Except that a `<br>` is a space, and a pipe needs no backslash any more, in code neither."""
    text = INGRESS.replace("| a |", '| "a" & b\'s #1 <br>`x\\|y` \\| **c** - : --- =1+1 |')
    ((rule,), problems) = rules(KAFKA + text)
    assert (rule.reason, problems) == ('"a" & b\'s #1  x|y | c - : --- =1+1', [])


TWICE = "error: {0} of 'Kafka pod' is stated by {1} here and by {2} in line {3} — keep one of them [stated-twice]"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param(
            f"{KAFKA}{INGRESS}\n{KAFKA}{INGRESS}", 11, ("ingress", "a table", "a table", 5), id="two-headings"
        ),
        pytest.param(
            f"{KAFKA}{INGRESS}\n## kafka pods\n\n{INGRESS}", 11, ("ingress", "a table", "a table", 5), id="folded-names"
        ),
        pytest.param(
            f"{KAFKA}Incoming:\n\n{INGRESS}\nIncoming:\n\n{INGRESS}",
            13,
            ("ingress", "a table", "a table", 7),
            id="two-labels-below-one-heading",
        ),
        pytest.param(
            f"{KAFKA}Incoming: None\n\n{INGRESS}", 7, ("ingress", "a table", "'None'", 3), id="none-and-a-table"
        ),
        pytest.param(
            f"{KAFKA}{EGRESS}\nOutgoing: Any\n\n## UI\n\n{INGRESS}",
            7,
            ("egress", "'Any'", "a table", 5),
            id="table-and-any",
        ),
        pytest.param(
            f"{KAFKA}Incoming: Any\n\nIncoming: None\n\n## UI\n\n{INGRESS}",
            5,
            ("ingress", "'None'", "'Any'", 3),
            id="any-and-none",
        ),
        pytest.param(
            f"{KAFKA}Incoming: Any\n\n{KAFKA}Incoming: Any\n\n## UI\n\n{INGRESS}",
            7,
            ("ingress", "'Any'", "'Any'", 3),
            id="any-twice",
        ),
    ],
)
def test_a_direction_that_is_stated_twice_is_an_error_with_both_lines(
    text: str, line: int, words: tuple[str, str, str, int]
) -> None:
    found = [str(problem) for problem in reading(text).problems if problem.code == "stated-twice"]
    assert found == [f"p.md:{line}:1: {TWICE.format(*words)}"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{KAFKA}{INGRESS}\n{KAFKA}{EGRESS}", id="two-headings-for-two-directions"),
        pytest.param(f"{KAFKA}Incoming: None\n\n{KAFKA}{EGRESS}", id="statement-and-table-for-two-directions"),
        pytest.param(f"{KAFKA}Incoming:\n\n{INGRESS}\n{INGRESS}", id="one-label-for-two-tables"),
    ],
)
def test_sections_that_do_not_contradict_are_one_workload(text: str) -> None:
    read = reading(text)
    assert [problem for problem in read.problems if problem.code == "stated-twice"] == []
    assert [named.name for named in read.resolution.names.described()] == ["Kafka pod"]


FAMILIES: dict[str, Callable[[int], str]] = {
    "sections": lambda n: "".join(f"## P{k} pod\n\n{INGRESS}\n" for k in range(n)),
    "rows-with-unknown-peers": lambda n: KAFKA + INGRESS + "".join(f"| TCP | P{k} pods | a |\n" for k in range(n)),
    "one-cell-of-unknown-peers": lambda n: KAFKA + INGRESS.replace("UI", ",".join(f"P{k}" for k in range(n))),
    "statements": lambda n: KAFKA + "Incoming: None\n\n" * n,
    "labels-in-one-paragraph": lambda n: KAFKA + "Incoming: None\n" * n,
    "prose": lambda n: KAFKA + "Some **outgoing** traffic to [a](b), if any.\n\n" * n,
    "lines-of-prose": lambda n: KAFKA + "Some outgoing traffic.\n" * n,
    "torn-rows": lambda n: KAFKA + "| TCP | a | b |\n" * n,
    "comments": lambda n: KAFKA + "<!-- a\n" * n,
    "html": lambda n: KAFKA + "<div>\n" + "| <td> TCP | a |\n" * n,
    "code": lambda n: KAFKA + "    | TCP | a | b |\n" * n,
    "nested-headings": lambda n: "".join(f"{'#' * (k % 6 + 1)} Incoming\n" for k in range(n)),
    "quotes": lambda n: KAFKA + "> Incoming: None\n\n" * n,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_page_is_twice_the_work(family: str) -> None:
    """Near misses of unknown names are looked for up to a limit, so all sizes are beyond it."""
    text = FAMILIES[family]
    work(text(300))  # what is cached once is cached now
    assert work(text(800)) <= 2.2 * work(text(400))


def test_a_cell_has_a_limit() -> None:
    """What is slow for a cell is slow for few characters only."""
    text = KAFKA + INGRESS.replace("UI pods", ",".join(["a"] * 10_001))
    message = "a cell of this row has more than 20000 characters — split the row"
    assert rules(text) == ([], [f"p.md:5:1: error: {message} [too-long-cell]"])


def test_a_long_header_is_no_column() -> None:
    """The search for footnotes is quadratic in the length of a header."""
    assert column_named("Type" + "*" * 96) is Column.PROTOCOL
    assert column_named("Type" + "*" * 97) is None


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("{}", id="tables"),
        pytest.param("<!-- a\n-->\n\n{}", id="behind-a-comment"),
        pytest.param("```\n{}```\n", id="in-code"),
    ],
)
def test_markers_of_a_merge_stop_the_run(around: str) -> None:
    """Both sides would be read: what either permits would be permitted."""
    other = INGRESS.replace("80", "22")
    text = KAFKA + around.format(f"<<<<<<< HEAD\n{INGRESS}=======\n{other}>>>>>>> theirs\n")
    found = [each for each in findings(text) if each.endswith("[merge-conflict]")]
    assert [each.partition(" marks")[0].partition(": error: ")[2] for each in found] == ["'<<<<<<<'", "'>>>>>>>'"]


def test_an_underlined_heading_may_have_several_lines() -> None:
    """They are one heading to Markdown, and so is their name one."""
    page = structure(f"Kafka\npod\n---\n\n{INGRESS}")
    assert page == structure(f"Kafka pod\n---\n\n\n{INGRESS}")
    assert findings(f"Kafka\npod\n---\n\n{INGRESS}") == []
