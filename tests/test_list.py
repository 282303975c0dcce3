"""`esspec list` as users run it: the connections of the seed and of manifests, filters, formats, exit codes."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from command_lines import Ran, esspec
from esspec.commands.schema import schema_text
from json_schema import faults
from manifest_folders import POLICIES, write_manifests
from small_pages import BINDING

ROOT = Path(__file__).parent.parent
SEED = str(ROOT / "docs_source" / "network-policies.md")
HOST = "IBM Cloud Private master host"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def listed(*arguments: str) -> Any:
    ran = esspec("list", *arguments, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


# The seed, against the rows that were written by hand


class Row(NamedTuple):
    """What a line of the page permits: a port (0: all) of a protocol, or everything, to some peers."""

    line: int
    protocol: str
    port: int
    peers: tuple[str, ...]


def by_hand(section: str) -> Iterator[list[str]]:
    text = (Path(__file__).parent / "seed.md").read_text(encoding="utf-8")
    for line in text.partition(f"## {section}\n\n")[2].partition("\n\n")[0].splitlines()[2:]:
        yield line[2:-2].split(" | ")


@cache
def sides() -> dict[tuple[str, str], list[Row]]:
    """Return what each direction of each workload permits; where the page says Any, all peers are `anyone`."""
    found: dict[tuple[str, str], list[Row]] = {}
    for name, direction, line, protocol, ports, peers, _ in by_hand("Rules"):
        for port in ports.split(", "):
            row = Row(int(line), protocol, 0 if port == "all" else int(port), tuple(peers.split("; ")))
            found.setdefault((name, direction), []).append(row)
    for name, direction, line, kind in by_hand("Statements"):
        everything = [Row(int(line), protocol, 0, ("anyone",)) for protocol in ("TCP", "UDP", "SCTP")]
        found[name, direction] = everything if kind.lower() == "any" else []
    return found


def names() -> list[str]:
    return [name for name, *_ in by_hand("Workloads")]


def joined(source: str, destination: str) -> tuple[str, set[int]]:
    """Return what both ends permit, in np-guard's words, and the lines that do so."""
    ports: dict[str, set[int]] = {}
    lines: set[int] = set()
    sent, received = sides()[source, "egress"], sides()[destination, "ingress"]
    for out, into in product(sent, received):
        meets = out.protocol == into.protocol and (0 in (out.port, into.port) or out.port == into.port)
        if meets and {destination, "anyone"} & {*out.peers} and {source, "anyone"} & {*into.peers}:
            ports.setdefault(out.protocol, set()).add(out.port or into.port)
            lines |= {out.line, into.line}
    if ports == {"TCP": {0}, "UDP": {0}, "SCTP": {0}}:
        return "All Connections", lines
    words = [
        f"{protocol} {'1-65535' if 0 in ports[protocol] else ','.join(map(str, sorted(ports[protocol])))}"
        for protocol in ("TCP", "UDP", "SCTP")
        if protocol in ports
    ]
    return "; ".join(words), lines


def test_all_pairs_of_the_seed() -> None:
    """Every pair of workloads, compared with the rows that were read by eye."""
    found = {(line["src"], line["dst"]): line for line in listed(SEED)["connections"]}
    for source, destination in product(names(), names()):
        conn, lines = joined(source, destination)
        if not conn:
            assert (source, destination) not in found
            continue
        line = found[source, destination]
        assert (line["conn"], line["rows"]) == (conn, [f"network-policies.md:{number}" for number in sorted(lines)])


def test_a_connection_of_the_seed() -> None:
    assert listed(SEED, "--from", "kafka", "--to", "zookeeper")["connections"] == [
        {
            "src": "Kafka pod",
            "dst": "ZooKeeper pod",
            "conn": "TCP 2181",
            "rows": ["network-policies.md:28", "network-policies.md:41"],
            "reasons": ["Cluster metadata access", "ZooKeeper traffic"],
            "conditions": [],
        }
    ]


def test_ends_outside_the_seed() -> None:
    """An external by its name, and all other ends where the page says Anywhere or Any."""
    found = listed(SEED, "--focus", "Telemetry pod")["connections"]
    outside = [HOST, "0.0.0.0-255.255.255.255", "0::/0", "nodes"]
    assert [line["dst"] for line in found][-4:] == outside
    (line,) = listed(SEED, "--from", "geo-replicator", "--to", HOST)["connections"]
    assert (line["conn"], line["rows"]) == ("All Connections", ["network-policies.md:61"])
    (line,) = listed(SEED, "--to", "geo-replicator", "--from", HOST)["connections"]
    override = "the row names a port and the master host but no origin; Prometheus collects from that host"
    assert line["reasons"] == [f"Allow Prometheus to collect metrics (esspec.toml:80: {override})"]


def test_pods_to_themselves_are_listed_where_a_row_says_so() -> None:
    """Nothing is said of a direction that is not isolated, so it tells nothing about replicas either."""
    themselves = {line["src"]: line["conn"] for line in listed(SEED)["connections"] if line["src"] == line["dst"]}
    assert themselves == {
        "Kafka pod": "TCP 9092",
        "ZooKeeper pod": "TCP 2888,3888",
        "Geo-replicator pod": "TCP 8083",
        "Elasticsearch pod": "TCP 9300",
    }
    write_manifests()
    pods = [line for line in listed("shop/pods.yaml")["connections"] if line["src"] == line["dst"]]
    assert pods == []


# Formats


def test_text_is_as_np_guard_writes_it() -> None:
    ran = esspec("list", SEED, "--focus", "zookeeper")
    assert ran == Ran(
        0,
        "Kafka pod => ZooKeeper pod : TCP 2181\n"
        "ZooKeeper pod => ZooKeeper pod : TCP 2888,3888\n"
        "ZooKeeper pod => IBM Cloud Private master host : TCP 8001\n"
        "Administration server pod => ZooKeeper pod : TCP 2181\n",
        "",
    )


def test_markdown_is_what_a_reviewer_pastes() -> None:
    assert esspec("list", SEED, "--focus", "zookeeper", "--from", "kafka", "--format", "md").out == (
        "| src | dst | conn | rows | reason |\n"
        "|-----|-----|------|------|--------|\n"
        "| Kafka pod | ZooKeeper pod | TCP 2181 | network-policies.md:28, network-policies.md:41 "
        "| Cluster metadata access; ZooKeeper traffic |\n"
    )


def test_csv() -> None:
    assert esspec("list", SEED, "--to", "collector", "--format", "csv").out == (
        '"src","dst","conn","rows","reason"\r\n'
        '"Kafka pod","Collector pod","TCP 7888","network-policies.md:32, network-policies.md:131",'
        '"Submitting metrics; Receiving metrics"\r\n'
    )


def test_graphs() -> None:
    dot = esspec("list", SEED, "--to", "collector", "--to", HOST, "--from", "kafka", "--format", "dot").out
    assert dot == (
        "digraph {\n"
        '\tsubgraph "cluster_event-streams" {\n'
        '\t\tcolor="black"\n'
        '\t\tfontcolor="black"\n'
        '\t\t"Kafka pod" [label="Kafka pod" color="blue" fontcolor="blue"]\n'
        '\t\t"Collector pod" [label="Collector pod" color="blue" fontcolor="blue"]\n'
        '\t\tlabel="event-streams"\n'
        "\t}\n"
        f'\t"{HOST}" [label="{HOST}" color="red2" fontcolor="red2"]\n'
        '\t"Kafka pod" -> "Collector pod" [label="TCP 7888" color="gold2" fontcolor="darkgreen"]\n'
        f'\t"Kafka pod" -> "{HOST}" [label="TCP 8001,8443" color="gold2" fontcolor="darkgreen"]\n'
        "}\n"
    )
    mermaid = esspec("list", SEED, "--to", "collector", "--to", HOST, "--from", "kafka", "--format", "mermaid").out
    assert mermaid == (
        "flowchart LR\n"
        '  subgraph ns0["event-streams"]\n'
        '    n0["Kafka pod"]\n'
        '    n1["Collector pod"]\n'
        "  end\n"
        f'  n2(["{HOST}"])\n'
        '  n0 -->|"TCP 7888"| n1\n'
        '  n0 -->|"TCP 8001,8443"| n2\n'
    )


@pytest.mark.parametrize("arguments", [[SEED], [SEED, "--exposure"], [SEED, "--port", "1/sctp", "--to", "collector"]])
def test_json_is_what_its_schema_says(arguments: list[str]) -> None:
    assert faults(json.loads(schema_text("list")), json.loads(esspec("list", *arguments, "--format", "json").out)) == []


def test_names_of_manifests_are_np_guards() -> None:
    write_manifests()
    assert esspec("list", "shop", "--port", "5432/tcp", "--to", "db").out == (
        "shop/probe[Pod] => shop/db[StatefulSet] : TCP 5432\nshop/web[Deployment] => shop/db[StatefulSet] : TCP 5432\n"
    )
    (probe, web) = listed("shop", "--to", "db")["connections"]
    assert (probe["rows"], web["rows"]) == (
        ["shop/policies.yaml:22"],
        ["shop/policies.yaml:10", "shop/policies.yaml:22"],
    )


def test_manifests_without_pods_are_told_by_their_classes() -> None:
    """Nobody named a pod, so every class of pods stands for itself, as far as some rule speaks of it."""
    write_manifests()
    web, db = (
        f"a pod with namespace=shop, namespace label env absent or not audit, app={app}" for app in ("web", "db")
    )
    found = listed("shop/policies.yaml")["connections"]
    assert {line["conn"] for line in found if (line["src"], line["dst"]) == (web, db)} == {"TCP 5432"}
    assert {line["conn"] for line in found if line["src"] == web} == {"TCP 5432", "TCP 443"}
    assert all(line["rows"] for line in found)
    assert not [line for line in found if line["src"] == db]


# Filters


def test_filters_meet() -> None:
    everything = listed(SEED)["connections"]
    kafka = [line for line in everything if "Kafka pod" in (line["src"], line["dst"])]
    assert listed(SEED, "--focus", "kafka")["connections"] == kafka
    assert listed(SEED, "--from", "kafka")["connections"] == [line for line in everything if line["src"] == "Kafka pod"]
    assert listed(SEED, "--focus", "kafka", "--to", "zookeeper", "--to", "collector")["connections"] == [
        line for line in kafka if line["dst"] in ("ZooKeeper pod", "Collector pod")
    ]
    assert listed(SEED, "--from", "*", "--to", "*")["connections"] == everything


def test_ports_are_cut() -> None:
    """What is shown of a connection is what was asked for."""
    found = listed(SEED, "--from", "rest api", "--port", "53", "--port", "8084-9000/tcp")["connections"]
    conns = {line["dst"]: line["conn"] for line in found}
    assert conns["Kafka pod"] == "TCP 8084"
    assert conns["REST proxy pod"] == "TCP 53,8084-9000; UDP 53"
    assert "ZooKeeper pod" not in conns


def test_addresses_are_cut() -> None:
    """A network that is asked for is shown as what it is, alone or as a part of an external."""
    found = listed(SEED, "--from", "telemetry", "--to", "10.0.0.0/8", "--to", "192.0.2.10")["connections"]
    assert [line["dst"] for line in found] == [HOST, "10.0.0.0-10.255.255.255"]
    write_manifests()
    found = listed("shop", "--from", "web", "--to", "10.0.0.0/7")["connections"]
    assert [line["dst"] for line in found] == ["10.0.0.0-10.0.255.255", "10.2.0.0-10.255.255.255"]


# What stops it, and what it says beside


def test_an_unknown_end() -> None:
    assert esspec("list", SEED, "--focus", "zookeper") == Ran(
        2,
        "",
        "--focus: error: 'zookeper' is no workload, no external and no address — did you mean: ZooKeeper pod? "
        "[unknown-end]\n",
    )


def test_labels_that_nobody_has() -> None:
    """An empty list would say that such pods may talk to nobody; those that somebody has are a name like another."""
    assert esspec("list", SEED, "--from", "[component=x,release=es]") == Ran(
        2,
        "",
        "list: error: no pods of the list are like '[component=x,release=es]' — "
        "ask esspec explain about such pods [unknown-end]\n",
    )
    kafka = esspec("list", SEED, "--from", "[component=kafka,release=es]")
    assert kafka == esspec("list", SEED, "--from", "kafka")


def test_an_object_that_would_be_refused() -> None:
    """Without it the answer would be wrong, so there is none."""
    write_manifests()
    Path("shop/policies.yaml").write_text(POLICIES.replace("8080", "99999"), encoding="utf-8")
    ran = esspec("list", "shop")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("shop/policies.yaml:8:7: error: this NetworkPolicy would be refused: port 99999")


def test_what_cannot_be_read() -> None:
    ran = esspec("list", "no-such-folder")
    assert (ran.code, ran.out) == (2, "")


def test_objects_that_say_nothing_of_connections_are_counted() -> None:
    write_manifests()
    Path("shop/rest.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        encoding="utf-8",
    )
    assert esspec("list", "shop").err == "3 objects say nothing of connections and are passed over (-v lists them)\n"
    assert esspec("list", "shop", "-v").err == "passed over: 1 ConfigMap of v1\npassed over: 2 Service of v1\n"


def test_standard_input() -> None:
    """As `kustomize build | esspec list -` gives it, and as a page with a name."""
    write_manifests()
    stream = Path("shop/pods.yaml").read_bytes() + b"---\n" + Path("shop/policies.yaml").read_bytes()
    assert esspec("list", "-", stdin=stream).out == esspec("list", "shop").out
    page = Path(SEED).read_bytes()
    assert esspec("list", "-", "--stdin-filename", SEED, stdin=page).out == esspec("list", SEED).out


def test_manifests_without_a_namespace() -> None:
    Path("pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n", encoding="utf-8")
    assert listed("pod.yaml", "--namespace", "x", "--to", "nodes")["connections"][0]["src"] == "x/a[Pod]"
    assert listed("pod.yaml", "--to", "nodes")["connections"][0]["src"] == "default/a[Pod]"


# Conditions

CONDITIONAL = """\
## Kafka pod

| Type | Origin  | Port | Reason  | Required                |
|------|---------|------|---------|-------------------------|
| TCP  | UI pods | 9092 | clients | Always                  |
| TCP  | UI pods | 9404 | numbers | If metrics are enabled  |

## UI pod

- Outgoing connections permitted: Any
"""


def test_conditions_are_shown_and_need_no_state() -> None:
    """Nothing is exported, so nothing must be decided; a state that is chosen decides all the same."""
    Path("page.md").write_text(CONDITIONAL, encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    row = "page.md:6: If metrics are enabled"
    (line,) = listed("page.md", "--from", "ui", "--to", "kafka")["connections"]
    assert (line["conn"], line["conditions"]) == ("TCP 9092,9404", [row])
    text = esspec("list", "page.md", "--from", "ui", "--to", "kafka").out
    assert text == f"UI pod => Kafka pod : TCP 9092,9404 ({row})\n"
    table = esspec("list", "page.md", "--from", "ui", "--to", "kafka", "--format", "md").out
    assert table.splitlines()[0] == "| src | dst | conn | rows | reason | condition |"
    assert table.splitlines()[2].endswith(f"| clients; numbers | {row} |")
    (line,) = listed("page.md", "--from", "ui", "--to", "kafka", "--set", "metrics=disabled")["connections"]
    assert (line["conn"], line["conditions"]) == ("TCP 9092", [])
    (line,) = listed("page.md", "--from", "ui", "--to", "kafka", "--set", "metrics=enabled")["connections"]
    assert (line["conn"], line["conditions"]) == ("TCP 9092,9404", [row])
