"""To whom pods are exposed: outside, the whole cluster, pods without labels, and pods that only a selector knows."""

from pathlib import Path
from typing import Any

import pytest

from command_lines import esspec
from esspec.semantics.lifted import NAMESPACE, Key, Pods, Values, all_but, label, only
from esspec.semantics.selector_words import selector_in_words
from esspec.semantics.surroundings import named_port, namespace_label
from esspec.terms import Protocol
from manifest_folders import PODS, write_manifests

ROOT = Path(__file__).parent.parent
SEED = str(ROOT / "docs_source" / "network-policies.md")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def exposure(*arguments: str) -> list[str]:
    """Return the lines behind the heading of the exposure, without the blanks around tabs."""
    ran = esspec("list", *arguments, "--exposure")
    assert ran.code == 0
    return [" ".join(line.split()) for line in ran.out.partition("Exposure Analysis Result:\n")[2].splitlines()]


def ingress(peers: str, pods: str = PODS) -> list[str]:
    """Return who is let in to db by a policy with these peers and no others, on TCP 5432."""
    Path("all.yaml").write_text(
        f"{pods}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: db, namespace: shop}}\n"
        "spec:\n  podSelector: {matchLabels: {app: db}}\n"
        f"  ingress: [{{from: [{peers}], ports: [{{port: 5432}}]}}]\n",
        encoding="utf-8",
    )
    found = exposure("all.yaml", "--to", "db")
    return [line.removeprefix("shop/db[StatefulSet] <= ") for line in found if " <= " in line]


@pytest.mark.parametrize(
    ("peers", "exposed"),
    [
        pytest.param("{podSelector: {matchLabels: {app: web}}}", [], id="a listed workload"),
        pytest.param("{podSelector: {matchLabels: {app: x}}}", ["shop/[pod with {app=x}] : TCP 5432"], id="nobody"),
        pytest.param("{podSelector: {}}", ["shop/[all pods] : TCP 5432"], id="a namespace"),
        pytest.param("{namespaceSelector: {}}", ["entire-cluster : TCP 5432"], id="every namespace"),
        pytest.param(
            "{namespaceSelector: {matchLabels: {env: qa}}}",
            ["[namespace with {env=qa}]/[all pods] : TCP 5432"],
            id="namespaces that nobody described",
        ),
        pytest.param(
            "{namespaceSelector: {matchLabels: {env: prod}}, podSelector: {matchLabels: {app: x}}}",
            ["shop/[pod with {app=x}] : TCP 5432", "[namespace with {env=prod}]/[pod with {app=x}] : TCP 5432"],
            id="a namespace that somebody described, and others like it",
        ),
        pytest.param(
            "{podSelector: {matchExpressions: [{key: app, operator: Exists}]}}",
            ["shop/[pod with {app}] : TCP 5432"],
            id="more than the listed",
        ),
        pytest.param(
            "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}",
            ["shop/[pod with {app notin (db)}] : TCP 5432"],
            id="pods without labels",
        ),
        pytest.param(
            "{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}",
            ["10.0.0.0-10.0.255.255 : TCP 5432", "10.2.0.0-10.255.255.255 : TCP 5432"],
            id="addresses",
        ),
        pytest.param(
            "{namespaceSelector: {}}, {podSelector: {matchLabels: {app: x}}}",
            ["entire-cluster : TCP 5432"],
            id="the whole cluster swallows the rest",
        ),
    ],
)
def test_who_is_let_in(peers: str, exposed: list[str]) -> None:
    assert ingress(peers) == exposed


def test_a_selector_of_one_workload_is_no_exposure_though_another_tells_its_pods_apart() -> None:
    """That the pods of web also carry tier=a does not open it to others; several workloads of one label do."""
    more = PODS.replace("{app: web}", "{app: web, tier: a}").replace("{app: probe}", "{app: probe, tier: a}")
    both = "{podSelector: {matchLabels: {tier: a}}}, {podSelector: {matchLabels: {app: web}}}"
    assert ingress(both, more) == ["shop/[pod with {tier=a}] : TCP 5432"]


def test_text_of_manifests() -> None:
    """As np-guard writes it; a workload's own side counts, because others can be given policies at any time."""
    write_manifests()
    assert exposure("shop", "--focus", "web", "--focus", "db") == [
        "Egress Exposure:",
        "shop/web[Deployment] => 10.0.0.0-10.0.255.255 : TCP 443",
        "shop/web[Deployment] => 10.2.0.0-10.255.255.255 : TCP 443",
        "",
        "Ingress Exposure:",
        "shop/db[StatefulSet] <= [namespace with {env=audit}]/[all pods] : TCP 5432",
        "shop/db[StatefulSet] <= shop/[pod with {app=backup}] : TCP 5432",
        "shop/db[StatefulSet] <= [all namespaces]/[pod with {app}] : TCP 5432",
        "shop/web[Deployment] <= 0.0.0.0-255.255.255.255 : TCP 8080",
        "shop/web[Deployment] <= 0::/0 : TCP 8080",
        "shop/web[Deployment] <= nodes : TCP 8080",
        "shop/web[Deployment] <= entire-cluster : TCP 8080",
        "",
    ]
    assert exposure("shop", "--focus", "probe")[-3:] == [
        "Workloads not protected by network policies:",
        "shop/probe[Pod] is not protected on Egress",
        "shop/probe[Pod] is not protected on Ingress",
    ]


def test_filters() -> None:
    """From a workload only its egress matters, to it only its ingress; ports are cut."""
    write_manifests()
    assert [line for line in exposure("shop", "--from", "web") if "=" in line] == [
        "shop/web[Deployment] => 10.0.0.0-10.0.255.255 : TCP 443",
        "shop/web[Deployment] => 10.2.0.0-10.255.255.255 : TCP 443",
    ]
    assert not [line for line in exposure("shop", "--to", "web") if "=>" in line or "not protected" in line]
    assert exposure("shop", "--focus", "web", "--port", "8443") == []


def test_the_seed() -> None:
    """Whoever says Any is open to the cluster; a table of names is open to nobody else."""
    lines = [line for line in exposure(SEED) if "entire-cluster" in line]
    assert lines == [
        "Geo-replicator pod => entire-cluster : All Connections",
        "Administration server pod => entire-cluster : TCP 1-65535; UDP 53",
        "Telemetry pod => entire-cluster : All Connections",
        "Administration UI pod <= entire-cluster : All Connections",
        "REST proxy pod <= entire-cluster : All Connections",
        "Network proxy pod <= entire-cluster : All Connections",
    ]
    assert not [line for line in exposure(SEED) if "[" in line or "not protected" in line]


def test_other_formats() -> None:
    write_manifests()
    csv = esspec("list", "shop", "--to", "db", "--exposure", "--format", "csv").out.splitlines()
    assert csv[0] == '"src","dst","conn","rows","reason","exposure"'
    assert csv[-1] == (
        '"[all namespaces]/[pod with {app}]","shop/db[StatefulSet]","TCP 5432","shop/policies.yaml:22","","ingress"'
    )
    markdown = esspec("list", "shop", "--focus", "probe", "--exposure", "--format", "md").out
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert headings == [
        "## Exposure Analysis Result:",
        "### Egress Exposure:",
        "### Ingress Exposure:",
        "### Workloads not protected by network policies:",
    ]
    assert markdown.endswith("| shop/probe\\[Pod] | ingress |\n".replace("\\", ""))
    dot = esspec("list", "shop", "--to", "db", "--exposure", "--format", "dot").out
    assert '\t"[namespace with {env=audit}]/[all pods]" -> "shop/db[StatefulSet]" [label="TCP 5432" ' in dot
    assert "style=dashed" in dot


def values(*items: Any, listed: bool = True) -> Values:
    return only(*items) if listed else all_but(*items)


@pytest.mark.parametrize(
    ("key", "wanted", "words"),
    [
        pytest.param(label("app"), values("a"), "[all namespaces]/[pod with {app=a}]", id="one value"),
        pytest.param(label("app"), values("b", "a"), "[all namespaces]/[pod with {app in (a,b)}]", id="some values"),
        pytest.param(label("app"), values(None), "[all namespaces]/[pod with {!app}]", id="absent"),
        pytest.param(label("app"), values("a", None), "[all namespaces]/[pod with {app=a or !app}]", id="or absent"),
        pytest.param(label("app"), values("a", listed=False), "[all namespaces]/[pod with {app notin (a)}]", id="not"),
        pytest.param(label("app"), values(None, listed=False), "[all namespaces]/[pod with {app}]", id="present"),
        pytest.param(
            label("app"), values("a", None, listed=False), "[all namespaces]/[pod with {app,app notin (a)}]", id="other"
        ),
        pytest.param(NAMESPACE, values("a"), "a/[all pods]", id="namespace"),
        pytest.param(NAMESPACE, values("b", "a"), "[namespace in (a,b)]/[all pods]", id="namespaces"),
        pytest.param(NAMESPACE, values("a", listed=False), "[namespace notin (a)]/[all pods]", id="other namespaces"),
        pytest.param(
            namespace_label("env"), values("a"), "[namespace with {env=a}]/[all pods]", id="label of a namespace"
        ),
        pytest.param(
            named_port(Protocol.TCP, "http"),
            values("80"),
            "[all namespaces]/[pod with {port http/TCP=80}]",
            id="name of a port",
        ),
    ],
)
def test_selectors_in_words(key: Key, wanted: Values, words: str) -> None:
    assert selector_in_words(Pods(((key, wanted),))) == words
