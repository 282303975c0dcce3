"""Pages with tables, headings and labels in HTML: what is read, what is hidden on purpose, and what is left alone."""

import pytest

from esspec.reading.html_stretch import stretch_end
from html_pages import HEAD, ROW, TABLE, TO_UI, html_table
from pages import INGRESS, KAFKA, VARIABLES, findings, inside, rules, said, structure
from small_pages import findings as all_findings


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(f"{KAFKA}{TABLE}", ["Kafka pod ingress 5"], id="table"),
        pytest.param(f"{KAFKA}<table>{HEAD}{ROW}{ROW}</table>", ["Kafka pod ingress 3 3"], id="one-line"),
        pytest.param(
            f"{KAFKA}<table>\n<thead>{HEAD}</thead>\n<tbody>\n{ROW}\n</tbody>\n<tfoot>\n{ROW}</tfoot>\n</table>",
            ["Kafka pod ingress 6 9"],
            id="head-body-foot",
        ),
        pytest.param(
            f"{KAFKA}<table>\n<colgroup><col width='1' /><col></colgroup>\n{HEAD}{ROW}\n</table>",
            ["Kafka pod ingress 5"],
            id="columns-of-no-meaning",
        ),
        pytest.param(f"{KAFKA}<TABLE Class=x>\n{HEAD.upper()}\n{ROW}</TABLE>", ["Kafka pod ingress 5"], id="capitals"),
        pytest.param(
            f"{KAFKA}<table>\n{HEAD.replace('th>', 'td>')}\n{ROW.replace('td>a</td', 'th>a</th')}\n</table>",
            ["Kafka pod ingress 5"],
            id="first-row-is-the-header",
        ),
        pytest.param(
            f"{KAFKA}<table>\n{ROW}\n{HEAD}\n{ROW.replace('td>', 'th>', 4)}\n</table>",
            ["Kafka pod ingress 4 6"],
            id="header-is-not-the-first-row",
        ),
        pytest.param(f"{KAFKA}<table>\n\n{HEAD}\n\n\n{ROW}\n\n</table>", ["Kafka pod ingress 8"], id="blank-lines"),
        pytest.param(f"{KAFKA}<table>\n\n    {HEAD}\n\n    {ROW}\n</table>", ["Kafka pod ingress 7"], id="indented"),
        pytest.param(f"{KAFKA}<div>\n<section>\n{TABLE}</section>\n</div>", ["Kafka pod ingress 7"], id="wrapped"),
        pytest.param(f"{KAFKA}<div>\n\n\n{TABLE}\n</div>", ["Kafka pod ingress 8"], id="wrapped-with-blank-lines"),
        pytest.param(f"<div>\n\n{KAFKA}{INGRESS}\n</div>\n", ["Kafka pod ingress 7"], id="markdown-in-a-div"),
        pytest.param(
            f'<div class="x" markdown="1">\n\n{KAFKA}{TABLE}\n\n</div>', ["Kafka pod ingress 7"], id="both-in-a-div"
        ),
        pytest.param(
            f"<h1>Policies</h1>\n<h2>Kafka pod</h2>\n{TABLE}<h2 id=x><a href='#x'></a>UI <i>pod</i></h2>\n{TABLE}",
            ["Kafka pod ingress 5", "UI pod ingress 10"],
            id="headings",
        ),
        pytest.param(
            f"<h2>Kafka pod</h2>\n<h3>Egress</h3>\n{TO_UI}\n### Ingress\n\n{INGRESS}",
            ["Kafka pod egress 5", "Kafka pod ingress 12"],
            id="direction-in-a-heading",
        ),
        pytest.param(
            f"{KAFKA}<ul>\n<li>Incoming connections permitted:</li>\n</ul>\n\n{TABLE}\n<p>Egress: <b>None</b></p>\n",
            ["Kafka pod ingress 9", "Kafka pod egress none 12"],
            id="labels",
        ),
        pytest.param(
            f"{KAFKA}<ul><li><p>Incoming:</p>\n{TABLE}</li>\n<li><p>Outgoing:\nany.</p></li></ul>",
            ["Kafka pod ingress 6", "Kafka pod egress any 9"],
            id="table-in-the-item-of-its-label",
        ),
        pytest.param(
            f"{KAFKA}<ul>\n<li>Incoming: None\n<li>Outgoing:<br>Any\n</ul>\n\n## UI\n\n{TABLE}",
            ["Kafka pod ingress none 4", "Kafka pod egress any 5", "UI ingress 12"],
            id="items-without-end-tags",
        ),
        pytest.param(
            f"{KAFKA}<div>Incoming: None</div>\n<!-- x -->Outgoing: Any\n\n## UI\n\n{TABLE}",
            ["Kafka pod ingress none 3", "Kafka pod egress any 4", "UI ingress 10"],
            id="labels-without-paragraphs",
        ),
        pytest.param(
            f"{KAFKA}{TABLE}\n<!-- x\n\ny --> Outgoing: none\n",
            ["Kafka pod ingress 5", "Kafka pod egress none 10"],
            id="label-behind-a-comment",
        ),
        pytest.param(
            f"{KAFKA}{TABLE}- Outgoing connections permitted: None\n",
            ["Kafka pod ingress 5", "Kafka pod egress none 7"],
            id="line-right-behind-a-table",
        ),
        pytest.param(
            f"{KAFKA}<table>\n<caption>Incoming connections permitted:</caption>\n{HEAD.replace('Origin', 'Peer')}\n"
            f"{ROW}\n</table>",
            ["Kafka pod ingress 6"],
            id="label-in-a-caption",
        ),
        pytest.param(f"{KAFKA}- Ingress:\n\n{inside(TABLE, '  ')}", ["Kafka pod ingress 7"], id="in-a-list"),
        pytest.param(
            f"{KAFKA}- Ingress:\n- <table>\n{inside(TABLE[8:], '  ')}", ["Kafka pod ingress 6"], id="behind-a-mark"
        ),
    ],
)
def test_a_layout_is_read_so(text: str, what: list[str]) -> None:
    assert said(text) == what
    assert findings(text) == []


def test_cells_are_read_as_in_a_browser() -> None:
    """Links, lists, line breaks and entities; the words between tags are not glued, and not torn apart."""
    cells = [
        "<td> <code>tcp</code>\n</td>",
        '<td><a href="#ui">UI</a> pods<br /><ul><li>Kafka pods</li>\n<li><p>A&amp;B</p></li></ul></td>',
        "<td>8080,\n   <b>9000</b>-9010</td>",
        "<td>It&#39;s <em>a</em>\n  reason &lt;x&gt;</td>",
    ]
    header = "<th>Type</th><th>Origin</th><th>Port(s)</th><th><strong>Reason</strong></th>"
    ((rule,), problems) = rules(f"{KAFKA}<table><tr>{header}</tr>\n<tr>{''.join(cells)}</tr></table>")
    assert problems == []
    assert (rule.protocol, rule.reason) == ("TCP", "It's a reason <x>")
    assert [piece.name for piece in rule.phrase.peers] == ["UI pods", "Kafka pods", "A&B"]
    assert [str(port) for port in rule.ports] == ["8080", "9000-9010"]
    assert rule.cells == (
        '<code>tcp</code> | <a href="#ui">UI</a> pods<br /><ul><li>Kafka pods</li> <li><p>A&amp;B</p></li></ul>'
        " | 8080, <b>9000</b>-9010 | It&#39;s <em>a</em> reason &lt;x&gt;"
    )


def test_places_are_those_in_the_file() -> None:
    """A row's is that of its `<tr>`; a finding's that of the words in their cell, on whatever line."""
    table = (
        "<table>\n  <tr><th>Type</th>\n    <th>Origin</th><th>\nGrund</th></tr>\n\n"
        "  <tr>\n    <td>ICMP</td>\n    <td>\n      UI pods to\n      port  0 and 80</td><td>a</td></tr></table>"
    )
    assert [place.split(": ")[0] for place in rules(KAFKA + table)[1]] == ["p.md:6:1"]
    ((rule,), problems) = rules(KAFKA + table.replace("Grund", "Reason"))
    assert (rule.line, rule.column) == (8, 3)
    assert sorted(problem.split(": ")[0] for problem in problems) == ["p.md:12:13", "p.md:9:9"]
    assert structure(KAFKA + table.replace("Grund", "Reason")).tables[0].rows[0].columns() == (9, 7, 30)


def test_an_override_names_a_row_in_html_by_its_cells(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    row = "<tr>\n<td>TCP</td>\n<td>Some\n  <b>stranger</b></td><td>a</td></tr>"
    text = f"{KAFKA}<table>{HEAD}{row}</table>\n\n## UI pod\n\n<p>Ingress: Any</p>\n"
    binding = (
        'namespace = "ns"\n[workloads."Kafka pod"]\nlabels = { a = "k" }\n[workloads."UI pod"]\nlabels = { a = "u" }\n'
        '[[overrides]]\nworkload = "Kafka pod"\ndirection = "ingress"\nrow = "TCP | Some <b>stranger</b> | a"\n'
        'peer = "UI pod"\nports = 80\nreason = "b"\n'
    )
    assert all_findings(text, binding) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<x-y>\n\ntext\n\n</x-y>", id="unknown-element-around-text"),
        pytest.param("Give the <name> of <it>.", id="names-in-brackets"),
        pytest.param("<p>Text with <del>words</del><img src=x> and <sup>1</sup>.</p>", id="marks-in-a-paragraph"),
        pytest.param("<details>\n<summary>More</summary>\n\nText\n\n</details>", id="details"),
        pytest.param("<p>\n\nText", id="paragraph-left-open"),
        pytest.param("<iframe src='x'></iframe>", id="frame"),
        pytest.param("<style>\n\np { color: red }\n</style>", id="style-sheet"),
        pytest.param('<a name="x"></a>', id="anchor"),
        pytest.param("<table><tr><td colspan=2>a</td></tr><tr><td>b<table></table></tr></table>", id="other-table"),
        pytest.param("<table>\n\n<tr><td>a\n\n</td></tr></table>", id="other-table-with-blank-lines"),
        pytest.param("<table></table>", id="empty-table"),
        pytest.param("<div class='highlight'><pre><code>a | b | wc\n\nc</code></pre></div>", id="code"),
        pytest.param("> <p>a</p>\n> <!-- b -->", id="quote"),
        pytest.param("<hr>\n<br/>\n<p>a<hr></p>", id="lines"),
        pytest.param("<!-- <p>Ingress: None</p> -->", id="comment"),
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert findings(f"{KAFKA}{INGRESS}\n{text}\n\n{KAFKA}{TO_UI}") == []


IN_A_COMMENT = (
    "warning: this rule table stands in a code fence or comment — nothing is read there; move it out, delete it, or "
    "mark a fence around it as markdown [hidden-table]"
)


@pytest.mark.parametrize("hidden", [ROW, "<td>UDP</td>", "| UDP | UI | a |", HEAD])
def test_rows_in_a_comment_are_hidden_on_purpose(hidden: str) -> None:
    assert rules(html_table(f"<!-- {hidden} -->\n{ROW}"))[1] == [f"p.md:5:1: {IN_A_COMMENT}"]
    assert rules(html_table(f"<!-- no rows -->\n{ROW}"))[1] == []


def test_policies_in_code_are_found() -> None:
    """In `<pre>` too, with references decoded and lines kept."""
    code = '<pre>\n<span class="k">kind</span>: NetworkPolicy\n\n# &lt;x&gt;</code></pre></div>'
    (fence,) = structure(f"{KAFKA}{INGRESS}\n<div class='x'><code>{code}\n").policies
    assert (fence.line, fence.text) == (7, "\nkind: NetworkPolicy\n\n# <x>")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param("<p>a</p>\n\nb", 1, id="closed"),
        pytest.param("<table>\n\n<tr>\n\n</table>\nb\n\nc", 6, id="table"),
        pytest.param("<ul>\n\n<li>a\n\n\n</ul>", 6, id="list"),
        pytest.param("<div>\n\n<p>a</p>\n\n</div>\n\nb", 5, id="html-in-a-div"),
        pytest.param("<p><!-- a\n\nb --></p>\n\nc", 3, id="comment-in-a-paragraph"),
        pytest.param("<div>\n\na\n\n</div>", 1, id="markdown-in-a-div"),
        pytest.param("<div>\n\n<table>\n\n</table>\n\nb\n</div>", 5, id="html-and-markdown-in-a-div"),
        pytest.param("<table><!-- </table>\n\n-->\n\n</table>", 5, id="comment"),
        pytest.param("<table>\n\na", None, id="never-closed"),
        pytest.param("<table><!--\n\n</table>", None, id="open-comment"),
    ],
)
def test_where_html_ends(text: str, end: int | None) -> None:
    lines = text.split("\n")
    assert stretch_end(lines, 0, lines.index("") if "" in lines else len(lines)) == end


def test_html_in_a_list_ends_with_its_item() -> None:
    text = inside("<p>x</p>\n<p>Incoming: None</p>", "- ") + f"\n## UI\n\n{TABLE}"
    assert said(KAFKA + text) == ["Kafka pod ingress none 4", "UI ingress 10"]


def test_variables_in_html_are_filled() -> None:
    text = f"<h2>{{{{host}}}} pod</h2>\n{TABLE.replace('UI pods on port 80', 'Port 80 {{host}}')}"
    ((rule,), problems) = rules(text)
    assert problems == []
    assert (rule.heading.name, rule.phrase.tail[0].name) == (f"{VARIABLES['host']} pod", "master host")
