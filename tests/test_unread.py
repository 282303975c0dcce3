"""What a reader of the page would take for rules, and Markdown does not: none of it is passed over without a word."""

import pytest

from esspec.problem import InputProblems
from esspec.text.source import read_source
from pages import EGRESS, INGRESS, KAFKA, codes, findings, inside, said, structure

START = KAFKA + INGRESS  # five lines, one rule in the last
ROW = "| TCP | UI pods on port 81 | b |"


def delimiter(text: str) -> str:
    """Return START with another second line of its table."""
    return START.replace("|---|---|---|", text)


TORN = (
    "error: this line looks like a row and belongs to no table — check that the table has a header, and a delimiter "
    "row with as many cells, and no blank line in it [torn-table]"
)
NO_HEADING = (
    "error: this line looks like a heading and is none — put a blank before its text, an empty line above it, and no "
    "blanks in front [torn-heading]"
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(f"{START}\n{ROW}\n", [7], id="blank-line-before-a-row"),
        pytest.param(f"{START}text | x\n\n\n{ROW}\n\n{ROW}\n", [9, 11], id="two-rows-alone"),
        pytest.param(delimiter("|---|---|"), [3, 4, 5], id="delimiter-misses-a-cell"),
        pytest.param(delimiter("|---|---|--x|"), [3, 4, 5], id="delimiter-damaged"),
        pytest.param(delimiter("||||"), [3, 4, 5], id="delimiter-without-dashes"),
        pytest.param(delimiter("---"), [3, 5], id="delimiter-that-underlines"),
        pytest.param(delimiter(""), [3, 5], id="delimiter-lost"),
        pytest.param(KAFKA + "".join(INGRESS.splitlines(keepends=True)[1:]), [3, 4], id="header-lost"),
        pytest.param(f"{KAFKA}Type | Origin | Reason\n\n{EGRESS}", [3], id="header-alone-without-pipes"),
        pytest.param(f"{START}\n{ROW}\n---\n", [7], id="row-that-is-a-heading"),
        pytest.param(f"{START}\n## {ROW}\n", [7], id="row-behind-heading-marks"),
        pytest.param(f"{START}> x\n{ROW}\n", [7], id="row-that-continues-a-quote"),
        pytest.param(f"{START}- x\n{ROW}\n", [7], id="row-that-continues-a-list"),
        pytest.param(f"{START}\nUI pods | TCP | b\n", [7], id="protocol-in-the-middle"),
        pytest.param(f"{START}\nUI pods | TCP\n", [7], id="two-cells"),
        pytest.param(f"{START}\nICMP | UI pods | b\n", [7], id="three-cells-and-no-protocol"),
        pytest.param(f"{START}\n**TCP** | b\n", [7], id="protocol-with-marks"),
        pytest.param(f"{START}\n|---|\n", [7], id="delimiter-alone"),
        pytest.param(f"{START}\n:--|---\n", [7], id="delimiter-alone-without-outer-pipes"),
        pytest.param(f"{START}\nType | Origin\n", [7], id="header-of-two-cells"),
    ],
)
def test_rows_that_belong_to_no_table_are_errors(text: str, lines: list[int]) -> None:
    found = findings(text)
    assert [message for message in found if "torn-table" in message] == [f"p.md:{line}:1: {TORN}" for line in lines]


@pytest.mark.parametrize(
    ("line", "is_torn"),
    [
        ("##UI pod", True),
        ("#UI pod", True),
        ("text\n##UI pod", True),
        ("text\n    ## UI pod", True),
        ("<b>## UI pod", True),
        ("|### UI pod", True),
        ("text\n#1 is not meant", False),
        ("C# and F#", False),
        ("# ", False),
    ],
)
def test_headings_that_are_none(line: str, *, is_torn: bool) -> None:
    """Its tables would be those of the heading above; kramdown takes a heading without a blank for one."""
    number = 6 + len(line.splitlines())
    expected = [f"p.md:{number}:1: {NO_HEADING}"] if is_torn else []
    assert findings(f"{START}\n{line}\n\n## Other\n") == expected


@pytest.mark.parametrize(
    ("title", "is_torn"),
    [
        ("**ZooKeeper pod**", True),
        ("__ZooKeeper__:", True),
        ("ZooKeeper pods:", True),
        ("- ZooKeeper pod", True),
        ("**ZooKeeper pod**\n\n- Outgoing connections permitted:", True),
        ("**Kafka pods**", False),
        ("Kafka pod:", False),
        ("**Note:** this is for the ZooKeeper pod.", False),
        ("This table is for pods that talk to the ZooKeeper pod", False),
    ],
)
def test_a_title_that_is_no_heading(title: str, *, is_torn: bool) -> None:
    """A reader takes the table for that of the title, and it would be that of the heading above."""
    found = codes(f"{START}\n{title}\n\n{EGRESS}")
    assert found == ([(7, "torn-heading")] if is_torn else [])


HIDDEN = (
    "error: this {0} is not read: it stands in HTML or is indented as code — move it to the left margin, a blank line "
    "before it [hidden-{0}]"
)
OPEN = "error: this {0} is never closed — close it with {1} [hides-the-rest]"
IN_FENCE = (
    "{0}: this rule table stands in a code fence or comment — nothing is read there; move it out, delete it, or mark "
    "a fence around it as markdown [hidden-table]"
)
STATEMENT = "- Outgoing connections permitted: None"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        pytest.param(f"    {ROW}", 6, "table", id="indented-row"),
        pytest.param(f"\n\t{ROW}", 7, "table", id="row-behind-a-tab"),
        pytest.param(f"\n{inside(EGRESS, '    ')}", 7, "table", id="indented-table"),
        pytest.param("\n    TCP | UI pods", 7, "table", id="indented-row-without-outer-pipes"),
        pytest.param(f"\n<div>\n{EGRESS}</div>", 8, "table", id="table-in-html"),
        pytest.param(f"\n<pre>\n\n{EGRESS}</pre>", 9, "table", id="table-in-verbatim-html"),
        pytest.param(f"\n<!-- x --> {ROW}", 7, "table", id="row-behind-a-comment"),
        pytest.param(f"\n    {STATEMENT}", 7, "statement", id="indented-statement"),
        pytest.param("\n    ## UI pod", 7, "heading", id="indented-heading"),
        pytest.param("\n<div>\n## UI pod\n</div>", 8, "heading", id="heading-in-html"),
    ],
)
def test_what_html_and_indentation_hide_is_an_error(text: str, place: int, what: str) -> None:
    first = findings(f"{START}{text}\n")[0]
    assert first == f"p.md:{place}:1: {HIDDEN.format(what)}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("```\ncode\n", OPEN.format("code fence", "a line of its marks"), id="fence"),
        pytest.param("~~~~\ncode\n~~~\n", OPEN.format("code fence", "a line of its marks"), id="shorter-fence"),
        pytest.param("```\ncode\n``` x\n", OPEN.format("code fence", "a line of its marks"), id="words-behind-a-fence"),
        pytest.param("```", OPEN.format("code fence", "a line of its marks"), id="fence-in-the-last-line"),
        pytest.param("<!-- x\n\n", OPEN.format("comment", "-->"), id="comment"),
        pytest.param("<pre>\n\n", OPEN.format("HTML element", "its end tag"), id="verbatim-html"),
        pytest.param("<script>\n\nx", OPEN.format("HTML element", "its end tag"), id="script"),
    ],
)
def test_what_is_never_closed_is_an_error(text: str, found: str) -> None:
    """It would hide the rest of the page, tables and all."""
    assert findings(f"{START}\n{text}")[0] == f"p.md:7:1: {found}"


@pytest.mark.parametrize(
    ("before", "after", "line", "level"),
    [
        pytest.param("```\n", "```\n", 8, "error", id="fence"),
        pytest.param("```shell\n", "```\n", 8, "error", id="fence-of-another-language"),
        pytest.param("```markdown\n", "```\n", 8, "warning", id="fence-that-says-markdown"),
        pytest.param("~~~ md\n", "~~~~\n", 8, "warning", id="fence-of-tildes"),
        pytest.param("<!--\n\n", "-->\n", 9, "warning", id="comment"),
        pytest.param("<!-- a --\n\n", "<!-- b -->\n", 9, "error", id="comment-that-swallows-the-next"),
    ],
)
def test_tables_in_closed_fences_and_comments(before: str, after: str, line: int, level: str) -> None:
    """Nothing in there is read; it is a warning only where it is plain that this is meant."""
    assert findings(f"{START}\n{before}{EGRESS}{after}") == [f"p.md:{line}:1: {IN_FENCE.format(level)}"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("```\ncat a | grep b | wc\n```", id="pipes-in-a-fence"),
        pytest.param("```yaml\npolicyTypes:\n- Ingress\n```", id="policy-in-a-fence"),
        pytest.param("- x\n\n  ```\n  a\n  ```", id="fence-in-a-list"),
        pytest.param("> ```\n> a\n> ```", id="fence-in-a-quote"),
        pytest.param("    cat a | grep b | wc", id="pipes-in-code"),
        pytest.param("<!-- a comment | with pipes | in it -->", id="comment"),
        pytest.param("<div class='x'>\ntext\n</div>", id="html"),
        pytest.param("<table><tr><td>a</td></tr></table>", id="another-table-in-html"),
        pytest.param("Use `a | b | c` here.", id="pipes-in-inline-code"),
        pytest.param("{{ x | default: 'y' | upcase }}", id="liquid-output-in-prose"),
        pytest.param("A or B | C", id="one-pipe"),
        pytest.param("***", id="rule"),
        pytest.param("> A quote.\n\n1. A list\n   - in a list", id="quote-and-list"),
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert said(f"{START}\n{text}\n") == ["Kafka pod ingress 5"]
    assert findings(f"{START}\n{text}\n") == []


UNKNOWN = "this says how much is permitted in unknown words"


@pytest.mark.parametrize(
    "line",
    [
        "- Outgoing connections permitted\uff1a None",
        "- Outgoing connections permitted - None",
        "- Outgoing connections permitted \u2014 any",
        "No outgoing connections are permitted.",
        "Outgoing connections are not permitted.",
        "There are no egress connections from Kafka pods.",
        "- Incoming and outgoing connections permitted: None",
        "- Outgong connections permitted: None",
        "- Outgoing conections permitted: Any",
        "- utgoing connections permitted: Any",
        "- Outgoingconnections permitted: none.",
        "- Egrss: None",
        "- Outgoing connections p Any",
        "- Outgong connections permitted:None",
        "- Permitted: None",
        "- Outgoing connections p\nermitted: None",
        "- Out<br>going connections permitted: None",
        "All inbound traffic is blocked by default.",
    ],
)
def test_a_statement_in_other_words_is_an_error(line: str) -> None:
    """Passed over, it would leave the direction open."""
    assert codes(f"{START}\n{line}\n") == [(7, "unknown-statement")]
    assert UNKNOWN in findings(f"{START}\n{line}\n")[0]


@pytest.mark.parametrize(
    "line",
    [
        "Egress policies are not added by default. You must configure them.",
        "The following tables tell about the outbound connections of each pod.",
        "The following incoming and outgoing connections are permitted.",
        "Prerequisites: None",
        "Known problems: none.",
        "Consider a deny-all-ingress policy.",
    ],
)
def test_prose_about_directions_is_no_statement(line: str) -> None:
    assert findings(f"{START}\n{line}\n") == []


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        pytest.param("- Outgoing connections permitted: Some", 7, "unknown-statement", id="another-word"),
        pytest.param("- Outgoing connections permitted: None (see below)", 7, "unknown-statement", id="more-words"),
        pytest.param("- Outgoing connections permitted: Any, but HTTP", 7, "unknown-statement", id="an-exception"),
        pytest.param("- Outgoing connections permitted: Any*", 7, "unknown-statement", id="a-footnote"),
        pytest.param("- Outgoing connections permitted: Any...", 7, "unknown-statement", id="dots"),
        pytest.param("- Outgoing connections permitted: None |", 7, "unknown-statement", id="a-pipe"),
        pytest.param("Outgoing connections permitted: None\n---", 7, "unknown-statement", id="as-setext-heading"),
        pytest.param("### Outgoing connections permitted: Any", 7, "unknown-statement", id="as-heading"),
        pytest.param("- ~~Outgoing connections permitted: None~~", 7, "struck-text", id="struck"),
        pytest.param("- Outgoing connections permitted: No\u200bne", 7, "hidden-character", id="hidden-character"),
        pytest.param("- Outgoing connections permitted: <!-- -->None", 7, "inline-html", id="comment-inside"),
        pytest.param("- Outgoing connections permitted: Any\n  except UI pods", 7, "unread-label", id="continued"),
        pytest.param("In short:\nOutgoing connections permitted: Any", 7, "unread-label", id="words-before"),
        pytest.param("- Outgoing connections permitted: Any\n\n  Not UI.", 9, "unread-label", id="second-paragraph"),
        pytest.param("- Outgoing connections permitted: Any\n  - not UI", 8, "unread-label", id="list-below"),
        pytest.param("- a\n  - Outgoing connections permitted: None", 8, "unread-label", id="nested-list"),
        pytest.param("> Outgoing connections permitted: None", 7, "unread-label", id="quote"),
        pytest.param("> - Outgoing connections permitted:", 7, "unread-label", id="list-in-a-quote"),
    ],
)
def test_a_statement_that_is_not_plain_is_an_error(text: str, line: int, code: str) -> None:
    assert codes(f"{START}\n{text}\n")[0] == (line, code)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("If metrics are enabled:\n\n{table}", id="condition"),
        pytest.param("Outgoing connections permitted when TLS is disabled:\n\n{table}", id="label-with-a-condition"),
        pytest.param("Unless a proxy is used:\n\n- Outgoing connections permitted:\n\n{table}", id="before-the-label"),
        pytest.param("Without a proxy,\nthe following is needed:\n{table}", id="two-lines"),
        pytest.param("If a proxy is used:\n\n- Outgoing connections permitted: Any\n", id="before-a-statement"),
    ],
)
def test_a_condition_before_a_table_is_an_error(text: str) -> None:
    """Its rules would hold always."""
    (found,) = findings(f"{START}\n{text.format(table=EGRESS)}")
    assert found.startswith("p.md:7:1: error: this is a condition on line ")
    assert found.endswith(
        ", and it is not read — put it into a column Condition of the table, row by row [unread-condition]"
    )


@pytest.mark.parametrize("place", ["> ", "  - ", "> - ", "- - "])
def test_rule_tables_in_quotes_and_nested_lists_are_errors(place: str) -> None:
    first, *rest = EGRESS.splitlines()
    table = f"{place}{first}\n" + inside("\n".join(rest), place.replace("-", " "))
    text = f"{START}\n- a\n{table}" if place == "  - " else f"{START}\n{table}"
    assert [code for _, code in codes(text)] == ["unread-table"]


def test_every_level_of_nesting_is_reported_or_read() -> None:
    """markdown-it-py passes over what is nested too deeply; the stock limit is 20."""
    for depth in range(1, 120, 7):
        text = START + "\n" + inside(EGRESS, ">" * depth + " ")
        assert {code for _, code in codes(text)} & {"unread-table", "nested-too-deep"}


@pytest.mark.parametrize(
    ("table", "level"),
    [
        pytest.param("| Type | Destinaton | Reason |\n|-|-|-|\n| TCP | UI | a |", "error", id="misspelt-peer-column"),
        pytest.param("| Type | Desti\u200bnation | a |\n|-|-|-|\n| TCP | UI | a |", "error", id="hidden-character"),
        pytest.param("| **TCP** | UI | a |\n|-|-|-|\n| TCP | UI | a |", "error", id="a-row-for-a-header"),
        pytest.param("| **TCP** | UI | a |\n|-|-|-|\n| ICMP | UI | a |", "error", id="header-alone-has-a-protocol"),
        pytest.param("| Typ | Destinaton |\n|-|-|\n| TCP | UI |", "error", id="two-misspelt-columns"),
        pytest.param("| a | b |\n|-|-|\n| Type | Destination |", "error", id="header-below"),
        pytest.param("| Port | Protocol | Whom |\n|-|-|-|\n| 80 | TCP | UI |", "error", id="peer-under-another-name"),
        pytest.param("| Port | Protocol | Purpose |\n|-|-|-|\n| 80 | TCP | a |", "warning", id="list-of-ports"),
        pytest.param("| Origin | Meaning |\n|-|-|\n| UI | a |", "warning", id="list-of-origins"),
    ],
)
def test_tables_that_look_like_rules_are_findings(table: str, level: str) -> None:
    (found,) = findings(f"{START}\n{table}\n")
    assert found.startswith(f"p.md:7:1: {level}: ")
    assert found.endswith("[unread-table]")


@pytest.mark.parametrize(
    "table",
    [
        pytest.param("| Client pod | Server pod | TCP port |\n|-|-|-|\n| Gamma | Kafka | 1023 |", id="other-words"),
        pytest.param("| Caller | Listener |\n|-|-|\n| Beta | Kafka:1024 |", id="port-behind-a-colon"),
        pytest.param("| Flow | Transport |\n|-|-|\n| Beta -> Kafka pods | TCP/1036 |", id="arrow"),
        pytest.param("| Connection | Details |\n|-|-|\n| Kafka pod to Beta | any UDP |", id="protocol"),
    ],
)
def test_a_table_whose_rows_name_workloads_and_ports_is_a_finding(table: str) -> None:
    """Its header is no header of rules, and passing it over in silence would lose its rows."""
    told = "a row of this table names a workload and a port, and its header is no header of rules"
    remedy = "write a header with Type and Origin or Destination, and a delimiter row below it"
    assert findings(f"{START}\n{table}\n") == [f"p.md:7:1: warning: {told} — {remedy} [unread-table]"]
    assert findings(f"{START}\n{table.replace('Kafka', 'Other')}\n") == []


def test_a_list_of_ports_below_a_label_is_an_error() -> None:
    """The label says that these are rules, so their direction must not stay open."""
    text = f"{START}\nOutgoing:\n\n| Port | Protocol |\n|-|-|\n| 80 | TCP |\n"
    found = structure(text).problems
    assert [(f.line, f.code, f.level) for f in found] == [(9, "unread-table", "error"), (7, "missing-table", "error")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            f"---\n{START}---\n{START}",
            "p.md:2:1: error: this line of the page is part of the front matter — close the front matter above it "
            "with a line of three dashes [swallowed-by-front-matter]",
            id="a-section-between-two-rules",
        ),
        pytest.param(
            f"---\ntitle: x\n{INGRESS}---\n",
            "p.md:3:1: error: this line of the page is part of the front matter — close the front matter above it "
            "with a line of three dashes [swallowed-by-front-matter]",
            id="a-table",
        ),
        pytest.param(
            f"---\ntitle: x\n{START}",
            "p.md:1:1: error: the front matter is not closed, so the whole page would be part of it — close it with "
            "a line of three dashes [open-front-matter]",
            id="never-closed",
        ),
    ],
)
def test_front_matter_swallows_nothing(text: str, message: str) -> None:
    with pytest.raises(InputProblems) as stopped:
        read_source(text.encode(), "p.md")
    assert str(stopped.value) == message
