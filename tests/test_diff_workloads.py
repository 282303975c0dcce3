"""What `esspec diff` says of workloads that are not the same on both sides, and of a page and what is deployed."""

from pathlib import Path

import pytest

from command_lines import esspec
from compared_sides import OTHER, POLICY, WHY, deployment, diff, document, lines, put, put_pages
from small_pages import BINDING, more, page


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


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
    put("policy.yaml", POLICY.replace("component: kafka, release: es", "component: kafka"))
    others = "a pod with namespace=ns, release absent or not es, component=kafka"
    assert lines(esspec("diff", "a/page.md", "policy.yaml")) == [
        f"- UI pod -> {others}: TCP 1-79,81-65535; UDP 1-65535; SCTP 1-65535",
        f"- anyone but UI pod -> {others}: All Connections",
    ]


def test_some_pods_of_a_workload() -> None:
    """A name stands for all pods with the labels of a workload, or for those with no other; the rest is in words."""
    put_pages(page(WHY), page())
    by_tier = (
        "{matchLabels: {component: ui, release: es}, matchExpressions: [{key: tier, operator: NotIn, values: [b]}]}"
    )
    told = POLICY.replace("ports: [{port: 80}]\n", f"ports: [{{port: 80}}]\n  - from: [{{podSelector: {by_tier}}}]\n")
    named = "spec: {podSelector: {matchLabels: {tier: a}}, egress: [{}], policyTypes: [Egress]}\n"
    put("policy.yaml", f"{told}apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a}}\n{named}")
    ran = esspec("diff", "a/page.md", "policy.yaml")
    other = "a pod with namespace=ns, release=es, component=ui, tier=a"
    ports = "TCP 1-79,81-65535; UDP 1-65535; SCTP 1-65535"
    assert lines(ran) == [f"+ UI pod -> Kafka pod: {ports}", f"+ {other} -> Kafka pod: {ports}"]


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
