"""What `esspec diff` says of two pages, of a page and manifests, and of what stood at a revision."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_lines import Ran, esspec
from esspec.schema import schema_text
from json_schema import faults
from repositories import commit, start
from small_pages import BINDING, NEXT_LINE, more, page

WHY, OTHER = "TCP | UI pods to port 80 | why", "TCP | UI pods to port 81-82 | other"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: ns}
spec:
  template:
    metadata: {labels: {component: NAME, release: es, tier: back}}
---
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: kafka}
spec:
  podSelector: {matchLabels: {component: kafka, release: es}}
  ingress:
  - from: [{podSelector: {matchLabels: {component: ui, release: es}}}]
    ports: [{port: 80}]
---
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, text: str) -> None:
    """Write a file, and the folders it needs."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def put_pages(one: str, other: str, bindings: tuple[str, str] = (BINDING, BINDING)) -> None:
    """Write a/page.md and b/page.md, each with its binding."""
    for folder, text, binding in zip("ab", (one, other), bindings, strict=True):
        put(f"{folder}/page.md", text)
        put(f"{folder}/esspec.toml", binding)


def diff(*options: str) -> Ran:
    """Return what the difference of both pages gives."""
    return esspec("diff", "a/page.md", "b/page.md", *options)


def document(*arguments: str) -> dict[str, Any]:
    """Return the JSON of a difference, which must be as its schema says."""
    found: dict[str, Any] = json.loads(esspec("diff", *arguments, "--format", "json").out)
    assert faults(json.loads(schema_text("diff")), found) == []
    return found


def lines(ran: Ran) -> list[str]:
    """Return the lines of a text that tell flows."""
    return [line for line in ran.out.splitlines() if line.startswith(("- ", "+ ", "~ "))]


def deployment(name: str, more_labels: str = "") -> str:
    """Return a workload in the namespace of BINDING with the labels that it gives to its pods."""
    return DEPLOYMENT.replace("NAME", name).replace("tier: back", f"tier: back{more_labels}")


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


# Workloads that are not the same on both sides


def test_a_new_workload() -> None:
    """All that it may do is new, and it is listed; who has its labels without being it is told apart."""
    rest = '\n[workloads."REST pod"]\nlabels = { component = "rest" }\n'
    said = "\n## REST pod\n\n- Incoming connections permitted: None\n- Outgoing connections permitted: None\n"
    put_pages(page(WHY), page("TCP | UI and REST pods to port 80 | why") + said, (BINDING, BINDING + rest))
    ran = diff()
    assert (ran.code, lines(ran)) == (1, [])
    labels = "component=rest, release=es, namespace=ns"
    assert ran.out.endswith(
        f"workloads:\n  REST pod is only in b ({labels}); others with labels of one side only may do less in b\n"
    )
    assert ran.err == "not equal: only for pods with the labels of one side\n"
    put(
        "b/page.md",
        page("TCP | UI and REST pods to port 80 | why") + said.replace("Outgoing connections permitted: None", ""),
    )
    assert lines(diff()) == [
        "+ REST pod -> Kafka pod: TCP 80",
        "+ REST pod -> anyone but Kafka pod and REST pod: All Connections",
    ]
    back = esspec("diff", "b/page.md", "a/page.md")
    assert lines(back) == [line.replace("+", "-") for line in lines(diff())]


def test_other_labels() -> None:
    """What a workload may do is compared by its name; that its pods are others is a difference by itself."""
    put_pages(page(WHY, OTHER), page(WHY), (BINDING, BINDING.replace('"ui"', '"front"')))
    ran = diff()
    assert lines(ran) == ["- UI pod -> Kafka pod: TCP 81-82"]
    said = (
        "UI pod: component=ui in a, component=front in b; others with labels of one side only may do more and less in b"
    )
    assert ran.out.endswith(f"workloads:\n  {said}\n")
    (found,) = document("a/page.md", "b/page.md")["workloads"]
    assert found == {
        "a": "UI pod",
        "b": "UI pod",
        "by": "name",
        "a_labels": "component=ui, release=es, namespace=ns",
        "b_labels": "component=front, release=es, namespace=ns",
        "more": True,
        "less": True,
    }
    put("b/page.md", page(WHY, OTHER))
    assert (diff().code, lines(diff())) == (1, [])


def test_another_name() -> None:
    """An alias connects names, and so do labels where no name does; a new name alone is no difference."""
    renamed = page(WHY).replace("## Kafka pod", "## Broker pod")
    for aliases, by in (('\naliases = ["Kafka"]', "alias"), ("", "labels")):
        binding = BINDING.replace('[workloads."Kafka pod"]', f'[workloads."Broker pod"]{aliases}')
        put_pages(page(WHY), renamed, (BINDING, binding))
        assert diff().code == 0
        assert diff().out.endswith(f"workloads:\n  Kafka pod in a is Broker pod in b, by {by}\n")
        put("b/page.md", renamed.replace("80", "81"))
        assert lines(diff()) == ["- UI pod -> Kafka pod: TCP 80", "+ UI pod -> Broker pod: TCP 81"]


def test_other_addresses() -> None:
    """An external of the same name is the same, and that its addresses are others is a difference by itself."""
    entry = ["", '[externals."Store"]', 'role = "outside"', 'addresses = ["192.0.2.1/32"]']
    bindings = (more(*entry), more(*entry).replace("192.0.2.1", "192.0.2.9"))
    put_pages(page("TCP | Store to port 80 | why", WHY), page("TCP | Store to port 81 | why", WHY), bindings)
    ran = diff()
    assert lines(ran) == ["- Store -> Kafka pod: TCP 80", "+ Store -> Kafka pod: TCP 81"]
    assert ran.out.endswith(
        "workloads:\n  Store: outside 192.0.2.1/32 in a, outside 192.0.2.9/32 in b; "
        "others with labels of one side only may do more and less in b\n"
    )
    put("b/page.md", page("TCP | Store to port 80 | why", WHY))
    assert (diff().code, lines(diff())) == (1, [])


def test_another_role() -> None:
    """One address cannot be two things; what either side says of it counts."""
    entry = ["", '[externals."Store"]', 'role = "outside"', 'addresses = ["192.0.2.1/32"]']
    node = more(*entry).replace('"Store"', '"Node"').replace('"outside"', '"node"')
    put_pages(page("TCP | Store to port 80 | why"), page("TCP | Node to port 80 | why"), (more(*entry), node))
    assert lines(diff()) == ["- Store -> Kafka pod: TCP 80", "+ Node -> Kafka pod: TCP 80"]
    assert BINDING.count("\n") + 1 == NEXT_LINE


# A page and manifests


def test_a_page_and_manifests() -> None:
    """It reads as what is documented and what is enforced, in the page's names, and mirrors."""
    put_pages(page(WHY, OTHER), page())
    put("m/all.yaml", deployment("kafka") + deployment("ui") + POLICY.replace("port: 80", "port: 82, endPort: 90"))
    ran = esspec("diff", "a/page.md", "m")
    assert ran.out.partition("\n\n")[2] == (
        "documented, not enforced:\n- UI pod -> Kafka pod: TCP 80-81\n"
        "    a: page.md:7, page.md:8 (why; other)\n    b: denied by m/all.yaml:15\n\n"
        "enforced, not documented:\n+ UI pod -> Kafka pod: TCP 83-90\n"
        "    a: denied by page.md:1\n    b: m/all.yaml:21\n"
    )
    back = esspec("diff", "m", "a/page.md")
    assert back.out.index("enforced, not documented") < back.out.index("documented, not enforced:\n+")
    assert [line[2:] for line in lines(back)] == [line[2:] for line in reversed(lines(ran))]


def test_pods_nobody_named() -> None:
    """A selector that is wider than the page says shows in words, whoever is there to be selected."""
    put_pages(page(WHY), page())
    put("policy.yaml", POLICY.replace("component: ui, release: es", "component: ui"))
    ran = esspec("diff", "a/page.md", "policy.yaml")
    assert lines(ran) == ["+ a pod with namespace=ns, release absent or not es, component=ui -> Kafka pod: TCP 80"]
    put("policy.yaml", POLICY.replace("{podSelector: {matchLabels: {component: ui, release: es}}}", ""))
    ran = esspec("diff", "a/page.md", "policy.yaml")
    assert lines(ran) == ["+ anyone but UI pod -> Kafka pod: TCP 80"]


def test_the_pods_of_manifests() -> None:
    """Who has all the labels of a workload of the page is this workload; all others are listed."""
    put_pages(page(WHY), page())
    pods = deployment("kafka") + deployment("ui") + deployment("ui").replace("{name: ui", "{name: ui-2")
    put("m.yaml", pods + deployment("other") + POLICY.replace("port: 80", "port: 81"))
    ran = esspec("diff", "a/page.md", "m.yaml")
    assert lines(ran) == [
        "- UI pod (ns/ui-2[Deployment]), UI pod (ns/ui[Deployment]) -> Kafka pod: TCP 80",
        "+ UI pod (ns/ui-2[Deployment]), UI pod (ns/ui[Deployment]) -> Kafka pod: TCP 81",
    ]
    labels = "component=other, release=es, tier=back, namespace=ns"
    assert ran.out.endswith(f"workloads:\n  ns/other[Deployment] is only in b ({labels})\n")


def test_labels_that_no_pod_has() -> None:
    """A workload of the same name is compared by it, and that the binding's labels are others is said."""
    put_pages(page(WHY), page(), (BINDING.replace('"kafka"', '"broker"'), BINDING))
    put("m.yaml", deployment("kafka") + deployment("ui") + POLICY.replace("port: 80", "port: 81"))
    ran = esspec("diff", "a/page.md", "m.yaml")
    assert lines(ran) == ["- UI pod -> Kafka pod: TCP 80", "+ UI pod -> ns/kafka[Deployment]: TCP 81"]
    assert "Kafka pod in a is ns/kafka[Deployment] in b, by name: component=broker in a, " in ran.out
    put("m.yaml", deployment("something") + deployment("ui") + POLICY)
    assert (
        "\n  Kafka pod is only in a (component=broker, release=es, namespace=ns)\n"
        in esspec("diff", "a/page.md", "m.yaml").out
    )


def test_two_sets_of_manifests() -> None:
    """A workload whose labels changed is held to what policies say of it now."""
    put(
        "one.yaml",
        deployment("kafka") + deployment("ui") + POLICY.replace("{name: kafka}", "{name: kafka, namespace: ns}"),
    )
    text = Path("one.yaml").read_text(encoding="utf-8")
    put("two.yaml", text.replace("labels: {component: ui,", "labels: {component: front,"))
    ran = esspec("diff", "one.yaml", "two.yaml")
    assert lines(ran) == ["- ns/ui[Deployment] -> ns/kafka[Deployment]: TCP 80"]
    assert "  ns/ui[Deployment]: component=ui in a, component=front in b\n" in ran.out
    put("two.yaml", text.replace("kind: Deployment\nmetadata: {name: ui", "kind: StatefulSet\nmetadata: {name: ui"))
    ran = esspec("diff", "one.yaml", "two.yaml")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "  ns/ui[Deployment] in a is ns/ui[StatefulSet] in b, by name")


def test_what_is_passed_over() -> None:
    """Objects that say nothing of connections are counted, and listed if that is asked for."""
    put("one.yaml", deployment("kafka") + "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n")
    ran = esspec("diff", "one.yaml", "one.yaml")
    assert ran.err.startswith("2 objects say nothing of connections and are passed over (-v lists them)\n")
    assert esspec("diff", "one.yaml", "one.yaml", "-v").err.startswith("passed over: 2 Service of v1\n")


def test_reasons_that_nobody_gives() -> None:
    put_pages(page(WHY), page())
    put("policy.yaml", POLICY)
    ran = esspec("diff", "a/page.md", "policy.yaml", "--reasons")
    message = "nothing here carries a reason, so that all reasons differ — leave --reasons away [no-reasons]"
    assert (ran.code, ran.err.splitlines()[0]) == (1, f"policy.yaml: warning: {message}")


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
        pytest.param(["a/page.md", "bad.md"], 1, "bad.md:7:9: error: no workload", id="errors"),
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
