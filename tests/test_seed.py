"""The seed page says what a person reads on it: tests/seed.md was written by hand, and is compared row by row."""

import csv
import io
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from esspec.commands.document import as_json, document
from esspec.commands.schema import schema_text
from esspec.compiling.compile import compile_page
from esspec.compiling.dns import dns_warning
from esspec.compiling.loading import PageFile, load_page
from esspec.model import (
    AllowAll,
    AllowNone,
    AllowOnly,
    Anyone,
    ExternalPeer,
    PolicySet,
    Rule,
    WorkloadPeer,
)
from esspec.outputs.export import target_files
from esspec.terms import Direction
from esspec_csv import TARGET as CSV
from json_schema import faults

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs_source" / "network-policies.md"
LINES = PAGE.read_text(encoding="utf-8").splitlines()
BINDING = (ROOT / "docs_source" / "esspec.toml").read_text(encoding="utf-8")
HOST = "IBM Cloud Private master host"
VARIABLE = "{{site.data.reuse.icp_master_host}}"
PROMETHEUS = "the row names a port and the master host but no origin; Prometheus collects from that host"
OVERRIDES = {
    21: PROMETHEUS,
    59: PROMETHEUS,
    96: "the row says both Anywhere and the master host; name resolution goes to whichever resolver the cluster uses",
}
OTHERS = (20, 29, 42, 49, 58, 189, 196)  # rows that say "Other …": the workload itself


def by_hand(section: str) -> list[list[str]]:
    """Return the cells of the table under a heading of seed.md."""
    text = (Path(__file__).parent / "seed.md").read_text(encoding="utf-8")
    lines = text.partition(f"## {section}\n\n")[2].partition("\n\n")[0].splitlines()
    return [line[2:-2].split(" | ") for line in lines[2:]]


RULES = by_hand("Rules")
STATEMENTS = by_hand("Statements")
WORKLOADS = by_hand("Workloads")
NAMES = [name for name, *_ in WORKLOADS]


@cache
def model() -> PolicySet:
    return compile_page(load_page(PageFile(str(PAGE))))


@cache
def parsed() -> Any:
    return json.loads(as_json(document(load_page(PageFile(str(PAGE))))))


def rules_in(direction: Direction) -> list[Rule]:
    allowances = [workload.allowance(direction) for workload in model().workloads]
    return [rule for allowance in allowances if isinstance(allowance, AllowOnly) for rule in allowance.rules]


def in_words(rule: Rule) -> list[str]:
    """Return the cells `line` to `reason` of seed.md for a rule of the model."""
    peers = []
    for peer in rule.peers:
        match peer:
            case Anyone():
                peers.append("anyone")
            case WorkloadPeer(workload=name) | ExternalPeer(external=name):
                peers.append(name)
    ports = rule.ports if rule.ports == "all" else ", ".join(map(str, rule.ports))
    return [str(rule.line), rule.protocol, ports, "; ".join(peers), rule.reason]


# What was written by hand is as long as the page, and holds what stands there.


def test_table_by_hand_is_whole() -> None:
    pairs = sum(len(peers.split("; ")) * len(ports.split(", ")) for *_, ports, peers, _ in RULES)
    sides = [direction for _, direction, *_ in RULES]
    assert (len(RULES), sides.count("ingress"), sides.count("egress")) == (53, 18, 35)
    assert (len(STATEMENTS), len(WORKLOADS), pairs) == (7, 14, 62)
    assert len({line for _, _, line, *_ in RULES}) == 53
    rows = [n for n, line in enumerate(LINES, 1) if line.startswith("| ") and not line.startswith("| **")]
    assert [int(line) for _, _, line, *_ in RULES] == rows


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"line {row[2]}")
def test_row_by_hand_is_on_the_page(row: list[str]) -> None:
    """Protocol, reason and every port stand in that line, below the heading and the label that are meant."""
    name, direction, number, protocol, ports, _, reason = row
    above = LINES[: int(number)]
    _, first, peer, last, _ = (cell.strip() for cell in above[-1].split("|"))
    assert (first, last) == (protocol, reason)
    assert re.findall("[0-9]+", peer) == ([] if ports == "all" else ports.split(", "))
    assert [line for line in above if line.startswith("## ")][-1] == f"## {name}"
    label = [line for line in above if line.startswith("- ")][-1]
    assert label == f"- {'Incoming' if direction == 'ingress' else 'Outgoing'} connections permitted:"


# The model is what was written by hand.


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"line {row[2]}")
def test_rule(row: list[str]) -> None:
    name, direction, *cells = row
    allowance = model().workload[name].allowance(Direction(direction))
    assert isinstance(allowance, AllowOnly)
    assert [in_words(rule) for rule in allowance.rules if str(rule.line) == cells[0]] == [cells]


def test_no_other_rule() -> None:
    """Nothing is allowed beside the rows, and each is where its workload and direction are."""
    found = [
        [workload.name, direction.value, *in_words(rule)]
        for workload in model().workloads
        for direction in Direction
        if isinstance(allowance := workload.allowance(direction), AllowOnly)
        for rule in allowance.rules
    ]
    assert found == RULES
    assert (len(rules_in(Direction.INGRESS)), len(rules_in(Direction.EGRESS))) == (18, 35)


def test_statements() -> None:
    """Seven directions are "Any" or "None"; no direction of any workload is left unspecified."""
    found = []
    for workload in model().workloads:
        for direction in Direction:
            match workload.allowance(direction):
                case AllowAll(line=line):
                    found.append([workload.name, direction.value, str(line), "any"])
                case AllowNone(line=line):
                    found.append([workload.name, direction.value, str(line), "none"])
                case allowance:
                    assert allowance.kind == "rules"
    assert found == STATEMENTS


def test_workloads_and_their_pods() -> None:
    """Each heading is one workload; its pods carry `component` and `release`, and subject and peer are the same."""
    assert [[w.name, *map(str, w.lines)] for w in model().workloads] == [[name, line] for name, line, *_ in WORKLOADS]
    for workload, (_, _, component, _) in zip(model().workloads, WORKLOADS, strict=True):
        assert workload.subject == workload.peer
        assert workload.subject.namespace == "event-streams"
        assert workload.subject.labels == (("component", component), ("release", "es"))


def test_slugs_name_files_and_objects() -> None:
    assert [w.slug for w in model().workloads] == [
        "kafka",
        "zookeeper",
        "geo-replicator",
        "administration-ui",
        "administration-server",
        "rest-producer-server",
        "rest-proxy",
        "collector",
        "network-proxy",
        "access-controller",
        "index-manager",
        "elasticsearch",
        "install-jobs",
        "telemetry",
    ]


def test_the_only_external_is_the_master_host() -> None:
    (host,) = model().externals
    assert (host.name, host.role, host.addresses, host.accepts) == (HOST, "kube-apiserver", ("192.0.2.10/32",), ())


def test_overrides() -> None:
    """Three rows are decided by the binding; the line is the entry's own in esspec.toml, the rest stays."""
    rules = {rule.line: rule for direction in Direction for rule in rules_in(direction)}
    decided = {line: rule.override for line, rule in rules.items() if rule.override}
    assert {line: override.reason for line, override in decided.items()} == OVERRIDES
    headers = [n for n, line in enumerate(BINDING.splitlines(), 1) if line == "[[overrides]]"]
    assert [override.line for override in decided.values()] == headers
    entries = tomllib.loads(BINDING)["overrides"]
    for entry, line in zip(entries, OVERRIDES, strict=True):
        cells = [cell.strip() for cell in LINES[line - 1].strip("|").split("|")]
        assert entry["row"] == " | ".join(cells)


def test_nothing_is_found_on_the_seed_but_missing_dns() -> None:
    """One warning names the eleven workloads that may ask nobody on UDP 53; there is no other finding."""
    reading = load_page(PageFile(str(PAGE)))
    assert reading.problems == ()
    (warning,) = dns_warning(model(), "page.md")
    affected = [name for name, _, _, resolves in WORKLOADS if resolves == "no"]
    assert len(affected) == 11
    assert str(warning) == (
        f"page.md: warning: 11 workloads cannot resolve names: {', '.join(affected)} "
        "— state it on the page, or add [dns] to esspec.toml [no-dns]"
    )


# CSV: 62 rows of rules and 7 of statements.


@cache
def csv_rows() -> list[dict[str, str]]:
    (text,) = target_files(model(), CSV).files.values()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def selector_by_hand(name: str) -> str:
    components = {workload: component for workload, _, component, _ in WORKLOADS}
    if name == "anyone":
        return ""
    if name == HOST:
        return "role: kube-apiserver; addresses: 192.0.2.10/32"
    return f"namespace: event-streams; labels: component={components[name]}, release=es"


def test_csv_rows() -> None:
    """One row per peer and port of each row of the page, in its order, and one per statement."""
    wanted = []
    for name, direction, line, protocol, ports, peers, reason in RULES:
        pairs = [(peer, port) for port in ports.split(", ") for peer in peers.split("; ")]
        for peer, port in pairs:
            ends = (peer, name) if direction == "ingress" else (name, peer)
            wanted.append((direction, *ends, protocol, port.replace("all", "any"), reason, line))
    for name, direction, line, word in STATEMENTS:
        other, any_ = ("anyone", "any") if word == "any" else ("none", "")
        ends = (other, name) if direction == "ingress" else (name, other)
        wanted.append((direction, *ends, any_, any_, "", line))
    columns = ("direction", "source", "destination", "protocol", "port", "reason", "line")
    found = [tuple(row[column] for column in columns) for row in csv_rows()]
    assert len(found) == 62 + 7
    assert sorted(found) == sorted(wanted)
    assert [int(row["line"]) for row in csv_rows()] == sorted(int(row["line"]) for row in csv_rows())


def test_csv_selectors_page_and_overrides() -> None:
    for row in csv_rows():
        if "none" not in (row["source"], row["destination"]):
            assert row["source_selector"] == selector_by_hand(row["source"])
            assert row["destination_selector"] == selector_by_hand(row["destination"])
        assert (row["page"], row["condition"]) == ("network-policies.md", "")
        reason = OVERRIDES.get(int(row["line"]))
        assert reason in row["binding"] if reason else row["binding"] == ""


# `parse --format json`: the shape that interface.md promises, key by key and in its order.

KEYS = ["schema", "path", "title", "binding", "workloads", "statements", "rules", "policies", "findings"]
RULE_KEYS = [
    *("workload", "direction", "line", "column", "protocol", "ports", "peers"),
    *("condition", "pod_labels", "override", "reason"),
]


def test_json_head() -> None:
    page = parsed()
    assert list(page) == KEYS
    assert page["schema"] == "esspec/page/1"
    assert (page["path"], page["title"], page["binding"]) == ("network-policies.md", "Network policies", "esspec.toml")
    assert (page["policies"], page["findings"]) == ([], [])


def test_json_workloads_and_statements() -> None:
    page = parsed()
    said = {(name, direction): word for name, direction, _, word in STATEMENTS}
    assert page["workloads"] == [
        {
            "name": name,
            "lines": [int(line)],
            "ingress": said.get((name, "ingress"), "rules"),
            "egress": said.get((name, "egress"), "rules"),
            "namespace": "event-streams",
            "labels": {"component": component, "release": "es"},
        }
        for name, line, component, _ in WORKLOADS
    ]
    assert [list(workload) for workload in page["workloads"]] == [
        ["name", "lines", "ingress", "egress", "namespace", "labels"]
    ] * 14
    assert page["statements"] == [
        {"workload": name, "direction": direction, "kind": word, "line": int(line)}
        for name, direction, line, word in STATEMENTS
    ]


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"line {row[2]}")
def test_json_rule(row: list[str]) -> None:
    name, direction, line, protocol, ports, peers, reason = row
    (rule,) = (rule for rule in parsed()["rules"] if rule["line"] == int(line))
    assert list(rule) == RULE_KEYS
    whole = [{"first": int(port), "last": int(port)} for port in ports.split(", ") if port != "all"] or "all"
    head = {"workload": name, "direction": direction, "line": int(line), "column": 1, "protocol": protocol}
    assert {key: rule[key] for key in RULE_KEYS[:6]} == {**head, "ports": whole}
    assert (rule["condition"], rule["pod_labels"], rule["reason"]) == (None, None, reason)
    override = rule["override"]
    assert (override and override["reason"]) == OVERRIDES.get(int(line))
    cell = LINES[int(line) - 1].split("|")[2]
    for peer, wanted in zip(rule["peers"], peers.split("; "), strict=True):
        assert peer["phrase"] in cell
        if wanted == "anyone":
            assert peer == {"phrase": peer["phrase"], "kind": "any"}
        elif wanted == HOST:
            assert peer == {"phrase": peer["phrase"], "kind": "external", "external": HOST}
            assert VARIABLE in peer["phrase"]
        else:
            kind = "same" if int(line) in OTHERS else "workload"
            assert peer == {"phrase": peer["phrase"], "kind": kind, "workloads": [wanted]}


def test_json_phrases_are_the_peers_words() -> None:
    """A phrase is the raw text of one peer: no port, no separator."""
    rules = {rule["line"]: [peer["phrase"] for peer in rule["peers"]] for rule in parsed()["rules"]}
    assert rules[17] == ["REST API pods", "REST Producer pods", "Geo-replicator pods"]
    assert rules[42] == ["Other ZooKeeper pods"]
    assert rules[27] == [VARIABLE]
    assert rules[95] == ["Anywhere"]
    assert rules[157] == ["Kafka pods", "REST API pods", "UI pods"]
    assert rules[172] == ["Elastic", "REST API pods"]


def test_json_fits_the_printed_schema() -> None:
    schema = json.loads(schema_text("page"))
    page = parsed()
    assert faults(schema, page) == []
    for broken, fault in (
        ({"ports": "none"}, "ports"),
        ({"line": "17"}, "line"),
        ({"line": True}, "line"),
        ({"direction": "in"}, "direction"),
        ({"more": 1}, "more"),
        ({"peers": [{"kind": "any"}]}, "peers"),
    ):
        rules = [{**page["rules"][0], **broken}, *page["rules"][1:]]
        (found,) = faults(schema, {**page, "rules": rules})
        assert f".rules[0].{fault}" in found
    assert faults(schema, {key: value for key, value in page.items() if key != "title"}) != []
