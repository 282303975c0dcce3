"""What `esspec diff` says: every format, what counts as a difference, revisions and trouble."""

import json
from pathlib import Path

import pytest

from command_lines import Ran, esspec
from compared_sides import OTHER, POLICY, WHY, diff, document, lines, put, put_pages
from repositories import commit, start
from small_pages import BINDING, page


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# In every format


def test_the_text() -> None:
    """Each flow has the rows and reasons that allow it, and what denies it on the other side."""
    put_pages(page(WHY, OTHER), page(WHY, "TCP | UI pods to port 82-83 | new"))
    assert diff() == Ran(
        1,
        """\
a: a/page.md
b: b/page.md

removed:
- UI pod -> Kafka pod: TCP 81
    a: page.md:8 (other)
    b: denied by page.md:1

added:
+ UI pod -> Kafka pod: TCP 83
    a: denied by page.md:1
    b: page.md:8 (new)
""",
        "not equal: 1 removed, 1 added\n",
    )


def test_the_table() -> None:
    """Names are no markup in it."""
    put_pages(page(WHY), page(WHY, "TCP | UI pods to port 81 | a \\| b < c"))
    assert diff("--format", "md") == Ran(
        1,
        """\
Connections of a/page.md (a) and b/page.md (b): not equal: 1 added.

| Change | Source | Destination | Connection | Rows of a | Rows of b | Reason |
|---|---|---|---|---|---|---|
| added | UI pod | Kafka pod | TCP 81 |  | page.md:8 | a \\| b &lt; c |
""",
        "not equal: 1 added\n",
    )
    assert esspec("diff", "a/page.md", "a/page.md", "--format", "md") == Ran(
        0,
        "Connections of a/page.md (a) and a/page.md (b): equal: both allow the same flows.\n",
        "equal: both allow the same flows\n",
    )


def test_the_csv() -> None:
    """A sign stands in front, and no other field begins a formula."""
    put_pages(page("TCP | UI pods to port 80 | =A1"), page("UDP | UI pods | +new"))
    assert diff("--format", "csv").out == (
        '"change","source","destination","protocol","ports","a","b","reason"\r\n'
        '"-","UI pod","Kafka pod","TCP","80","page.md:7","","\'=A1"\r\n'
        '"+","UI pod","Kafka pod","UDP","any","","page.md:7","\'+new"\r\n'
    )


def test_the_document() -> None:
    put_pages(page(WHY, OTHER), page(WHY, "TCP | UI pods | more"))
    assert document("a/page.md", "b/page.md") == {
        "schema": "esspec/diff/1",
        "a": "a/page.md",
        "b": "b/page.md",
        "equal": False,
        "changes": [
            {
                "change": "added",
                "src": "UI pod",
                "dst": "Kafka pod",
                "protocol": "TCP",
                "ports": [{"first": 1, "last": 79}, {"first": 83, "last": 65535}],
                "a": [],
                "b": ["page.md:8"],
                "reason": "more",
                "denied_by": ["page.md:1"],
            }
        ],
        "reasons": [],
        "workloads": [],
    }


@pytest.mark.parametrize("output_format", ["txt", "csv", "json"])
def test_nothing_is_said_of_what_is_equal(output_format: str) -> None:
    """Other words, another order and other lines are no difference."""
    put_pages(
        page(WHY, OTHER), "An introduction.\n\n" + page(OTHER.replace("81-82", "81, 82"), WHY.replace("why", "y"))
    )
    ran = diff("--format", output_format)
    assert (ran.code, ran.err) == (0, "equal: both allow the same flows\n")
    if output_format == "json":
        assert [json.loads(ran.out)[key] for key in ("equal", "changes", "reasons", "workloads")] == [True, [], [], []]
    else:
        assert lines(ran) == []


def test_findings_as_json_stand_alone_on_standard_error() -> None:
    put_pages(page(WHY), page(OTHER))
    assert json.loads(diff("--error-format", "json").err)["findings"] == []


# What counts


def test_only_what_is_opened_stops() -> None:
    """A gate lets closings pass, shows them all the same, and stops openings."""
    put_pages(page(WHY, OTHER), page(WHY))
    closing = diff("--only-widening")
    assert (closing.code, lines(closing)) == (0, ["- UI pod -> Kafka pod: TCP 81-82"])
    opening = esspec("diff", "b/page.md", "a/page.md", "--only-widening")
    assert (opening.code, lines(opening)) == (1, ["+ UI pod -> Kafka pod: TCP 81-82"])


def test_a_reason_alone() -> None:
    """It is no difference, unless it is asked for."""
    put_pages(page(WHY, OTHER), page(WHY.replace("why", "because"), OTHER))
    assert diff() == Ran(0, "", "equal: both allow the same flows\n")
    ran = diff("--reasons")
    assert (ran.code, ran.err) == (1, "equal: both allow the same flows, 1 for other reasons\n")
    assert ran.out.partition("\n\n")[2] == (
        "other reasons:\n~ UI pod -> Kafka pod, ingress: TCP 80\n    a: why (page.md:7)\n    b: because (page.md:7)\n"
    )
    (found,) = document("a/page.md", "b/page.md", "--reasons")["reasons"]
    assert (found["a_reasons"], found["b_reasons"], found["direction"]) == (["why"], ["because"], "ingress")
    assert "| other reason | UI pod | Kafka pod | ingress: TCP 80 |" in diff("--reasons", "--format", "md").out
    assert '"reason","UI pod","Kafka pod","TCP","80"' in diff("--reasons", "--format", "csv").out


def test_isolation_is_no_flow_and_shows_as_flows() -> None:
    """A direction of which nothing is said is open; "Any" says the same in other words, and "None" closes it."""
    put_pages(page(), page() + "\n- Outgoing connections permitted: Any\n")
    assert diff() == Ran(0, "", "equal: both allow the same flows\n")
    put("b/page.md", page() + "\n- Outgoing connections permitted: None\n")
    assert lines(diff()) == [
        "- UI pod -> Kafka pod: TCP 80",
        "- UI pod -> anyone but Kafka pod: All Connections",
    ]


def test_ends_in_groups() -> None:
    """What concerns everybody is one line, whatever everybody is called."""
    put_pages(page(WHY), page("TCP | Anywhere on port 80 | why"))
    assert lines(diff()) == ["+ anyone but UI pod -> Kafka pod: TCP 80"]
    put("b/page.md", page(WHY, "TCP | Any pod in this instance to port 80 | why"))
    instance = "any other pod with namespace=ns, release=es"
    assert lines(diff()) == [f"+ Kafka pod, {instance} -> Kafka pod: TCP 80"]


def test_what_is_alike_is_put_together() -> None:
    """What everybody loses is one line, though one of them loses less elsewhere."""
    put_pages(
        page("TCP | Anywhere on port 80 | why"),
        page("TCP | UI pods to port 90 | x").replace(
            "## UI pod\n\n- Incoming connections permitted: Any\n",
            "## UI pod\n\n- Incoming connections permitted:\n\n"
            "| Type | Origin | Reason |\n|---|---|---|\n| TCP | Kafka pods to port 80 | y |\n",
        ),
    )
    assert lines(diff()) == [
        "- Kafka pod -> UI pod: TCP 1-79,81-65535; UDP 1-65535; SCTP 1-65535",
        "- anyone -> Kafka pod: TCP 80",
        "- anyone but Kafka pod -> UI pod: All Connections",
        "+ UI pod -> Kafka pod: TCP 90",
    ]


def test_nobody_is_named_who_is_not_there() -> None:
    """What is taken from everybody is not taken from a workload that there was not yet."""
    rest = '\n[workloads."REST pod"]\nlabels = { component = "rest" }\n'
    said = "\n## REST pod\n\n- Outgoing connections permitted: None\n"
    put_pages(page("TCP | Anywhere on port 80 | why"), page(WHY) + said, (BINDING, BINDING + rest))
    assert lines(diff())[0] == "- anyone but UI pod -> Kafka pod: TCP 80"


def test_rows_of_both_ends() -> None:
    """Both rows allow a flow; one of them alone opens one end."""
    egress = "\n- Outgoing connections permitted:\n\n| Type | Destination | Reason |\n|---|---|---|\n"
    put_pages(
        page(WHY) + f"{egress}| TCP | Kafka pods to port 80 | asking |\n",
        page(OTHER) + f"{egress}| TCP | Kafka pods to port 80 | asking |\n",
    )
    assert diff().out.partition("removed:\n")[2] == (
        "- UI pod -> Kafka pod: TCP 80\n"
        "    a: page.md:17, page.md:7 (asking; why)\n"
        "    b: denied by page.md:1; one end is opened by page.md:17\n"
    )


# Revisions, and trouble


def test_a_revision() -> None:
    """The page as it was, under the binding that it had then, and the page as it is."""
    start()
    put_pages(page(WHY, OTHER), page())
    commit()
    put("a/page.md", page(WHY))
    ran = esspec("diff", "HEAD:a/page.md", "a/page.md")
    assert (ran.code, lines(ran)) == (1, ["- UI pod -> Kafka pod: TCP 81-82"])
    assert ran.out.startswith("a: HEAD:a/page.md\nb: a/page.md\n")
    assert esspec("diff", "HEAD:b/page.md", "a/page.md").code == 0
    assert esspec("diff", "HEAD~1:a/page.md", "a/page.md").code == 2


def test_standard_input() -> None:
    put_pages(page(WHY), page())
    assert esspec("diff", "a/page.md", "-", stdin=POLICY.encode()).code == 0
    assert esspec("diff", "-", "a/page.md", stdin=POLICY.replace("80", "81").encode()).code == 1
    assert esspec("diff", "-", "-", stdin=POLICY.encode()).code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["a/page.md", "nope"], 2, "nope: error: cannot be read: No such file or directory", id="no file"),
        pytest.param(["a/page.md", "bad.md"], 2, "bad.md:7:9: error: no workload", id="errors"),
        pytest.param(["a/page.md", "no.yaml"], 2, "no.yaml:2:1: error: this is no YAML", id="no YAML"),
        pytest.param(["a/page.md", "tpl.yaml"], 2, "tpl.yaml:2:", id="a template"),
        pytest.param(["a/page.md"], 2, "", id="one side"),
        pytest.param(
            ["crossing.yaml", "a/page.md"], 2, "crossing.yaml and a/page.md: error: the selectors", id="crossing"
        ),
    ],
)
def test_trouble(arguments: list[str], code: int, said: str) -> None:
    """No data is printed then."""
    put_pages(page(WHY), page())
    put("bad.md", page("TCP | Nobody to port 80 | why"))
    put("esspec.toml", BINDING)
    put("no.yaml", "a: [")
    put("tpl.yaml", "metadata:\n  {{- if .Values.x }}\n")
    put("crossing.yaml", "---\n".join(crossing(number) for number in range(16)))
    ran = esspec("diff", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(said)


def crossing(number: int) -> str:
    """Return a policy that asks for a key of its own."""
    name = f"metadata: {{name: p{number}}}\nspec: {{podSelector: {{matchLabels: {{key{number}: x}}}}}}\n"
    return f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{name}"
