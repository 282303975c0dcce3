"""`esspec explain` as users run it: verdicts of the seed and of manifests, each end's lines, rows that are missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_lines import Ran, esspec
from esspec.commands.schema import schema_text
from json_schema import faults
from linting import entries, section
from manifest_folders import write_manifests

ROOT = Path(__file__).parent.parent
SEED = str(ROOT / "docs_source" / "network-policies.md")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def explained(*arguments: str) -> str:
    ran = esspec("explain", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def as_data(*arguments: str) -> Any:
    return json.loads(explained(*arguments, "--format", "json"))


# The seed


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param(
            "kafka -> zookeeper:2181/tcp",
            "allowed: Kafka pod => ZooKeeper pod : TCP 2181\n"
            "  egress of Kafka pod: network-policies.md:28 permits TCP 2181 — Cluster metadata access\n"
            "  ingress of ZooKeeper pod: network-policies.md:41 permits TCP 2181 — ZooKeeper traffic\n",
            id="both ends have a row",
        ),
        pytest.param(
            "collector -> kafka:8080/tcp",
            "denied: Collector pod => Kafka pod : TCP 8080\n"
            "  egress of Collector pod: network-policies.md:137 permits TCP 8080 — Prometheus connections\n"
            "  ingress of Kafka pod: isolated by network-policies.md:15, and no row permits this\n"
            "  missing in the incoming connections of Kafka pod:\n"
            "    | TCP | Collector pods to port 8080 | … |\n",
            id="one end has a row",
        ),
        pytest.param(
            "elastic -> kafka:1-2,9/udp",
            "denied: Elasticsearch pod => Kafka pod : UDP 1-2,9\n"
            "  egress of Elasticsearch pod: isolated by network-policies.md:193, and no row permits this\n"
            "  ingress of Kafka pod: isolated by network-policies.md:15, and no row permits this\n"
            "  missing in the outgoing connections of Elasticsearch pod:\n"
            "    | UDP | Kafka pods on ports 1-2 and 9 | … |\n"
            "  missing in the incoming connections of Kafka pod:\n"
            "    | UDP | Elasticsearch pods to ports 1-2 and 9 | … |\n",
            id="no end has one",
        ),
        pytest.param(
            "telemetry -> other telemetry:80/tcp".replace("other ", ""),
            "denied: Telemetry pod => Telemetry pod : TCP 80\n"
            "  between two such pods; a pod always reaches itself\n"
            "  egress of Telemetry pod: network-policies.md:212 permits TCP 80\n"
            "  ingress of Telemetry pod: network-policies.md:210 says None\n"
            "  missing in the incoming connections of Telemetry pod, a table in place of None in "
            "network-policies.md:210:\n"
            "    | Type | Origin | Reason |\n"
            "    |------|--------|--------|\n"
            "    | TCP | Other Telemetry pods to port 80 | … |\n",
            id="statements, and pods of one workload",
        ),
        pytest.param(
            "telemetry -> ui:53",
            "allowed: Telemetry pod => Administration UI pod : TCP 53; UDP 53; SCTP 53\n"
            "  egress of Telemetry pod: network-policies.md:212 permits TCP 53; UDP 53; SCTP 53\n"
            "  ingress of Administration UI pod: network-policies.md:65 permits TCP 53; UDP 53; SCTP 53\n",
            id="any protocol",
        ),
        pytest.param(
            "rest api -> kafka:8084/tcp",
            "allowed: Administration server pod => Kafka pod : TCP 8084\n"
            "  egress of Administration server pod: network-policies.md:91 permits TCP 8084 — Kafka admin access\n"
            "  egress of Administration server pod: network-policies.md:95 permits TCP 8084"
            " — Coordination with REST API in other ES instances\n"
            "  ingress of Kafka pod: network-policies.md:17 permits TCP 8084 — Kafka access\n",
            id="two rows of one end",
        ),
        pytest.param(
            "kafka -> zookeeper:2181-2182/tcp",
            "allowed: Kafka pod => ZooKeeper pod : TCP 2181\n"
            "  egress of Kafka pod: network-policies.md:28 permits TCP 2181 — Cluster metadata access\n"
            "  ingress of ZooKeeper pod: network-policies.md:41 permits TCP 2181 — ZooKeeper traffic\n"
            "denied: Kafka pod => ZooKeeper pod : TCP 2182\n"
            "  egress of Kafka pod: isolated by network-policies.md:25, and no row permits this\n"
            "  ingress of ZooKeeper pod: isolated by network-policies.md:39, and no row permits this\n"
            "  missing in the outgoing connections of Kafka pod:\n"
            "    | TCP | ZooKeeper pods on port 2182 | … |\n"
            "  missing in the incoming connections of ZooKeeper pod:\n"
            "    | TCP | Kafka pods to port 2182 | … |\n",
            id="ports that differ",
        ),
        pytest.param(
            "192.0.2.10 -> kafka:8081/tcp",
            "allowed: 192.0.2.10 (IBM Cloud Private master host) => Kafka pod : TCP 8081\n"
            "  ingress of Kafka pod: network-policies.md:21 permits TCP 8081 — Prometheus collecting metrics"
            " (esspec.toml:73: the row names a port and the master host but no origin; Prometheus collects from that "
            "host)\n",
            id="an address of an external, and an override",
        ),
        pytest.param(
            "kafka -> [2001:db8::1]:443/tcp",
            "denied: Kafka pod => 2001:db8::1 : TCP 443\n"
            "  egress of Kafka pod: isolated by network-policies.md:25, and no row permits this\n"
            "  missing in the outgoing connections of Kafka pod: "
            "a row; the peer first needs a name under [externals] of the binding\n",
            id="an address that nobody listed",
        ),
        pytest.param(
            "kafka -> IBM Cloud Private master host:22/tcp",
            "denied: Kafka pod => IBM Cloud Private master host : TCP 22\n"
            "  egress of Kafka pod: isolated by network-policies.md:25, and no row permits this\n"
            "  missing in the outgoing connections of Kafka pod:\n"
            "    | TCP | IBM Cloud Private master host on port 22 | … |\n",
            id="an external",
        ),
        pytest.param(
            "[component=kafka,release=other] -> kafka:9092/tcp",
            "denied: [component=kafka,release=other] => Kafka pod : TCP 9092\n"
            "  egress of [component=kafka,release=other]: not isolated, the page says nothing of it\n"
            "  ingress of Kafka pod: isolated by network-policies.md:15, and no row permits this\n"
            "  missing in the incoming connections of Kafka pod: "
            "a row; the peer first needs a name under [workloads] of the binding\n",
            id="pods that nobody named",
        ),
    ],
)
def test_one_connection(question: str, answer: str) -> None:
    assert explained(SEED, question) == answer


def test_a_question_without_ports() -> None:
    """Every port is answered for; no row is proposed, because nobody asked for all ports, but how to ask for one."""
    assert explained(SEED, "kafka -> zookeeper") == (
        "allowed: Kafka pod => ZooKeeper pod : TCP 2181\n"
        "  egress of Kafka pod: network-policies.md:28 permits TCP 2181 — Cluster metadata access\n"
        "  ingress of ZooKeeper pod: network-policies.md:41 permits TCP 2181 — ZooKeeper traffic\n"
        "denied: Kafka pod => ZooKeeper pod : TCP 1-2180,2182-65535; UDP 1-65535; SCTP 1-65535\n"
        "  egress of Kafka pod: isolated by network-policies.md:25, and no row permits this\n"
        "  ingress of ZooKeeper pod: isolated by network-policies.md:39, and no row permits this\n"
        "for the row that would permit one of these ports, ask 'Kafka pod -> ZooKeeper pod:PORT/tcp'\n"
    )
    told = explained(SEED, "kafka -> [2001:db8::1]")
    assert told.endswith("ask 'Kafka pod -> [2001:db8::1]:PORT/tcp'\n")
    assert "TCP 443" in explained(SEED, "Kafka pod -> [2001:db8::1]:443/tcp")
    assert "ask '" not in explained(SEED, "telemetry -> ui")


def test_everybody_to_one() -> None:
    """Whoever may; then who is denied, those alike together; what is left goes without saying."""
    assert explained(SEED, "* -> collector") == (
        "allowed: Kafka pod => Collector pod : TCP 7888\n"
        "  egress of Kafka pod: network-policies.md:32 permits TCP 7888 — Submitting metrics\n"
        "  ingress of Collector pod: network-policies.md:131 permits TCP 7888 — Receiving metrics\n"
        "denied: ZooKeeper pod, Administration UI pod, REST producer server pod, REST proxy pod, Collector pod, "
        "Network proxy pod, Access Controller pod, Index manager pod, Elasticsearch pod, Install jobs pod "
        "=> Collector pod : All Connections\n"
        "  Collector pod => Collector pod: between two such pods; a pod always reaches itself\n"
        "  egress of each: isolated, and no row permits this\n"
        "  ingress of Collector pod: isolated by network-policies.md:129, and no row permits this\n"
        "denied: Geo-replicator pod, Telemetry pod, IBM Cloud Private master host, 0.0.0.0-255.255.255.255, 0::/0, "
        "nodes => Collector pod : All Connections\n"
        "  ingress of Collector pod: isolated by network-policies.md:129, and no row permits this\n"
        "denied: Administration server pod => Collector pod : TCP 1-65535; UDP 53\n"
        "  ingress of Collector pod: isolated by network-policies.md:129, and no row permits this\n"
        "denied: Administration server pod => Collector pod : UDP 1-52,54-65535; SCTP 1-65535\n"
        "  egress of Administration server pod: isolated by network-policies.md:88, and no row permits this\n"
        "  ingress of Collector pod: isolated by network-policies.md:129, and no row permits this\n"
        "denied: all other connections\n"
    )


def test_one_to_everybody() -> None:
    assert explained(SEED, "collector -> *:443/tcp") == (
        "denied: Collector pod => Kafka pod, ZooKeeper pod, Geo-replicator pod, Administration server pod, "
        "REST producer server pod, Collector pod, Access Controller pod, Index manager pod, Elasticsearch pod, "
        "Install jobs pod, Telemetry pod : TCP 443\n"
        "  Collector pod => Collector pod: between two such pods; a pod always reaches itself\n"
        "  egress of Collector pod: isolated by network-policies.md:135, and no row permits this\n"
        "  ingress of each: isolated, and no row permits this\n"
        "denied: Collector pod => Administration UI pod, REST proxy pod, Network proxy pod, "
        "IBM Cloud Private master host, 0.0.0.0-255.255.255.255, 0::/0, nodes : TCP 443\n"
        "  egress of Collector pod: isolated by network-policies.md:135, and no row permits this\n"
    )


def test_everybody_includes_pods_that_nobody_named() -> None:
    """They are told apart from what is listed, as the exposure of the workload."""
    assert "exposed: entire-cluster => REST proxy pod : TCP 443\n" in explained(SEED, "* -> rest proxy:443/tcp")
    write_manifests()
    told = explained("shop", "* -> db:5432/tcp")
    assert "exposed: shop/[pod with {app=backup}] => shop/db[StatefulSet] : TCP 5432\n" in told


def test_everybody_to_everybody() -> None:
    told = explained(SEED, "* -> *:7888/tcp")
    allowed = [line for line in told.splitlines() if line.startswith("allowed: ")]
    assert allowed[0] == "allowed: Kafka pod => Collector pod : TCP 7888"
    assert told.endswith("denied: all other connections\n")
    listed = esspec("list", SEED, "--port", "7888/tcp").out.splitlines()
    assert sorted(line.removeprefix("allowed: ") for line in allowed) == sorted(listed)


# JSON


def test_json_of_a_denied_connection() -> None:
    isolated = {"row": "network-policies.md:15", "object": "Kafka pod", "conn": "", "reason": ""}
    permits = {
        "row": "network-policies.md:137",
        "object": "Collector pod",
        "conn": "TCP 8080",
        "reason": "Prometheus connections",
    }
    assert as_data(SEED, "collector -> kafka:8080/tcp") == {
        "schema": "esspec/explain/1",
        "src": "Collector pod",
        "dst": "Kafka pod",
        "conn": "TCP 8080",
        "answers": [
            {
                "verdict": "denied",
                "src": "Collector pod",
                "dst": "Kafka pod",
                "same_workload": False,
                "conn": "TCP 8080",
                "ports": [{"protocol": "TCP", "first": 8080, "last": 8080}],
                "egress": {"verdict": "allowed", "isolated": True, "decided_by": [permits], "conditional": []},
                "ingress": {"verdict": "denied", "isolated": True, "decided_by": [isolated], "conditional": []},
                "missing": [
                    {
                        "workload": "Kafka pod",
                        "direction": "ingress",
                        "protocols": ["TCP"],
                        "row": "| TCP | Collector pods to port 8080 | … |",
                        "instead_of": "",
                        "header": "",
                    }
                ],
            }
        ],
        "exposure": [],
    }


@pytest.mark.parametrize(
    "question", ["kafka -> zookeeper", "* -> rest proxy", "kafka -> *:443", "* -> *", "nodes -> kafka:1/udp"]
)
def test_json_is_what_its_schema_says(question: str) -> None:
    assert faults(json.loads(schema_text("explain")), as_data(SEED, question)) == []


def test_json_of_everybody_leaves_nobody_out() -> None:
    """Also those about whom the text says nothing."""
    answers = as_data(SEED, "* -> kafka:9092/tcp")["answers"]
    assert len({answer["src"] for answer in answers}) == 14 + 4
    assert {answer["conn"] for answer in answers} == {"TCP 9092"}


# Manifests


def test_manifests() -> None:
    """The object that decides, by file and name; whoever is selected by none is not isolated."""
    write_manifests()
    assert explained("shop", "web -> db:5432/tcp") == (
        "allowed: shop/web[Deployment] => shop/db[StatefulSet] : TCP 5432\n"
        "  egress of shop/web[Deployment]: shop/policies.yaml:10 (web) permits TCP 5432\n"
        "  ingress of shop/db[StatefulSet]: shop/policies.yaml:22 (db) permits TCP 5432\n"
    )
    assert explained("shop/pods.yaml", "shop/policies.yaml", "probe -> db:80/tcp") == (
        "denied: shop/probe[Pod] => shop/db[StatefulSet] : TCP 80\n"
        "  egress of shop/probe[Pod]: not isolated, no policy selects it\n"
        "  ingress of shop/db[StatefulSet]: isolated by shop/policies.yaml:15 (db), and no rule permits this\n"
    )
    assert explained("shop", "web -> 10.1.2.3:443/tcp") == (
        "denied: shop/web[Deployment] => 10.1.2.3 : TCP 443\n"
        "  egress of shop/web[Deployment]: isolated by shop/policies.yaml:1 (web), and no rule permits this\n"
    )


def test_an_object_that_only_isolates_is_named() -> None:
    """What a policy takes away by isolating is told with the policy."""
    write_manifests()
    assert esspec("explain", "shop", "probe -> 10.9.9.9:1/tcp").out.startswith("allowed: ")
    Path("shop/deny.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\n"
        "spec: {podSelector: {}, policyTypes: [Egress]}\n",
        encoding="utf-8",
    )
    assert explained("shop", "probe -> 10.9.9.9:1/tcp") == (
        "denied: shop/probe[Pod] => 10.9.9.9 : TCP 1\n"
        "  egress of shop/probe[Pod]: isolated by shop/deny.yaml:1 (deny), and no rule permits this\n"
    )
    assert "isolated by shop/deny.yaml:1 (deny), shop/policies.yaml:1 (web), and no rule" in explained(
        "shop", "web -> 10.1.1.1:443/tcp"
    )


def test_reasons_that_the_objects_carry() -> None:
    """What esspec itself wrote says why."""
    assert esspec("export", SEED, "-o", "out").code == 0
    kafka, zookeeper = (f"event-streams/[component={name},release=es]" for name in ("kafka", "zookeeper"))
    files = [f"out/kubernetes/{name}.yaml" for name in ("kafka", "zookeeper")]
    told = explained(*files, f"{kafka} -> {zookeeper}:2181/tcp")
    assert "(esspec-kafka) permits TCP 2181 — Cluster metadata access\n" in told
    assert "(esspec-zookeeper) permits TCP 2181 — ZooKeeper traffic\n" in told


# Rows that hold under a condition, and rows that the binding adds


KAFKA, UI = "Kafka pod", "UI pod"
HEADER = "Type | {} | Port | Enabled in policy | Reason"


def write_page(incoming: list[str], header: str = HEADER, more: str = "") -> None:
    page = section(KAFKA, incoming, "Any", header) + section(UI, "None", ["TCP | Kafka pods | 80 | Always | a"], HEADER)
    Path("page.md").write_text(page, encoding="utf-8")
    Path("esspec.toml").write_text(entries(KAFKA, UI, more=more), encoding="utf-8")


def test_a_row_whose_condition_does_not_hold() -> None:
    write_page(["TCP | UI pods | 80 | If metrics are enabled | a"], more='[features]\nmetrics = "disabled"\n')
    ran = esspec("explain", "page.md", "ui -> kafka:80/tcp")
    assert ran == Ran(
        0,
        "denied: UI pod => Kafka pod : TCP 80\n"
        "  egress of UI pod: page.md:19 permits TCP 80 — a\n"
        "  ingress of Kafka pod: isolated by page.md:5, and no row permits this\n"
        "    page.md:7 would permit TCP 80: If metrics are enabled, and metrics is disabled\n"
        "  missing in the incoming connections of Kafka pod:\n"
        "    | TCP | UI pods | 80 | Always | … |\n",
        "",
    )
    (answer,) = as_data("page.md", "ui -> kafka:80/tcp")["answers"]
    (row,) = answer["ingress"]["conditional"]
    assert (row["row"], row["condition"]) == ("page.md:7", "If metrics are enabled, and metrics is disabled")
    assert explained("page.md", "ui -> kafka:80/tcp", "--set", "metrics=enabled").startswith("allowed: ")


def test_name_resolution_is_the_bindings() -> None:
    write_page(["TCP | UI pods | 80 | Always | a"])
    told = explained("page.md", "ui -> ns/[dns=yes]:53/udp")
    assert "  egress of UI pod: esspec.toml [dns] permits UDP 53" in told


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("Type | {} | Reason", "| SCTP | Other Kafka pods to port 81 | … |", id="oldest"),
        pytest.param("{} | Port(s) | Protocol | Purpose", "| Other Kafka pods | 81 | SCTP | … |", id="other order"),
        pytest.param(
            "Type | {} | Pod Label | Port | Required | Reason",
            "| SCTP | Other Kafka pods |  | 81 | Always | … |",
            id="newest",
        ),
    ],
)
def test_rows_in_the_pages_own_columns(header: str, row: str) -> None:
    columns = [column.strip() for column in header.split("|")]
    cells = {"Type": "TCP", "Protocol": "TCP", "{}": "UI pods", "Pod Label": "", "Reason": "a", "Purpose": "a"}
    port = " to port 80" if len(columns) == 3 else ""
    first = " | ".join(cells.get(c, "80" if "Port" in c else "Always") + (port if c == "{}" else "") for c in columns)
    write_page([first], header)
    assert f"    {row}\n" in esspec("explain", "page.md", "kafka -> kafka:81/sctp").out


def test_each_table_has_columns_of_its_own() -> None:
    """The table that lacks the row decides, not the first of the page."""
    page = section(KAFKA, ["TCP | UI pods | 80 | Always | a"], "Any", HEADER) + section(
        UI, ["TCP | Kafka pods to port 1 | a"]
    )
    Path("page.md").write_text(page, encoding="utf-8")
    Path("esspec.toml").write_text(entries(KAFKA, UI), encoding="utf-8")
    assert "    | TCP | Kafka pods to port 2 | … |\n" in explained("page.md", "kafka -> ui:2/tcp")
    assert "    | TCP | UI pods | 2 | Always | … |\n" in explained("page.md", "ui -> kafka:2/tcp")


# A row that is missing, written to the page


def with_rows(text: str, found: Any) -> str:
    """Return the page with the rows that an explanation misses: in their tables, or in the place of a statement."""
    lines = text.splitlines(keepends=True)
    missing = [
        (row, answer[row["direction"]]["decided_by"]) for answer in found["answers"] for row in answer["missing"]
    ]
    for row, (place, *_) in sorted(missing, key=lambda each: -int(each[1][0]["row"].rpartition(":")[2])):
        line = int(place["row"].rpartition(":")[2])
        if lines[line - 1].startswith("|"):
            lines.insert(line + 1, f"{row['row']}\n")
        else:
            label = lines[line - 1].partition(":")[0]
            assert row["instead_of"] == place["row"]
            lines[line - 1] = f"{label}:\n\n{row['header']}\n{row['row']}\n"
    return "".join(lines)


@pytest.mark.parametrize(
    "question",
    [
        "collector -> kafka:8080/tcp",
        "elastic -> kafka:1-2,9/udp",
        "install jobs -> telemetry:80/sctp",
        "telemetry -> telemetry:80/tcp",
        "rest producer -> access controller:1,3,5-7/tcp",
        "kafka -> IBM Cloud Private master host:22/tcp",
        "IBM Cloud Private master host -> install jobs:22/udp",
        "geo-replicator -> rest api:65535/tcp",
    ],
)
def test_the_missing_rows_allow_what_was_denied(question: str) -> None:
    """Exactly that: the page with them is read without a word, and the list has nothing else that is new."""
    page = Path(SEED).read_text(encoding="utf-8")
    found = as_data(SEED, question)
    assert {answer["verdict"] for answer in found["answers"]} == {"denied"}
    Path("network-policies.md").write_text(with_rows(page, found), encoding="utf-8")
    Path("esspec.toml").write_bytes((ROOT / "docs_source" / "esspec.toml").read_bytes())
    now = as_data("network-policies.md", question)
    assert {answer["verdict"] for answer in now["answers"]} == {"allowed"}
    before, after = (esspec("list", name).out.splitlines() for name in (SEED, "network-policies.md"))
    new = [line for line in after if line not in before]
    assert len(new) == 1
    assert new[0].startswith(f"{found['src']} => {found['dst']} : ")


# What stops it


UNKNOWN = "'zookeper' is no workload, no external and no address — did you mean: ZooKeeper pod? [unknown-end]"
NO_PODS = "no policy speaks of connections between two ends that are no pods — name a workload at one end [usage]"


@pytest.mark.parametrize(
    ("question", "told"),
    [("kafka -> zookeper:1", UNKNOWN), ("10.0.0.1 -> 10.0.0.2", NO_PODS), ("1.1.1.1 -> nodes", NO_PODS)],
)
def test_questions_that_stop_it(question: str, told: str) -> None:
    assert esspec("explain", SEED, question) == Ran(2, "", f"explain: error: {told}\n")


def test_a_page_with_errors_is_not_explained() -> None:
    write_page(["TCP | Nobody pods | 80 | Always | a"])
    ran = esspec("explain", "page.md", "ui -> kafka")
    assert (ran.code, ran.out) == (1, "")
    assert "[unknown-peer]" in ran.err
