"""The table as it is written: every word, every column, and no cell that a spreadsheet would run."""

import csv
import io
import subprocess
import sys

import pytest
from hypothesis import given

from csv_texts import COLUMNS, row_of, rows_of, text_of
from drawn import SEEN, TEXTS, policy_sets
from esspec.model import Condition, Override, PolicySet, Rule, Selector
from esspec.targets.target import Inexpressible
from esspec_csv import TARGET
from esspec_csv.field import field
from esspec_csv.table import Row
from models import (
    ANY,
    ANYONE,
    INSTANCE,
    NONE,
    UNSPECIFIED,
    external,
    kube_dns,
    policy_set,
    ports,
    rule,
    selector,
    workload,
)

TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
KAFKA = "namespace: event-streams; labels: component=kafka, release=es"
ZOOKEEPER = "namespace: event-streams; labels: component=zookeeper, release=es"


def with_rule(one: Rule, *workloads_beside: str, **keys: object) -> PolicySet:
    """Return a model in which kafka's ingress is one rule."""
    beside = [workload(name) for name in workloads_beside]
    return policy_set(workload("kafka", [one]), *beside, **keys)  # type: ignore[arg-type]  # externals, dns


GOLDEN = """\
"ingress","zookeeper","kafka","TCP","2181","the ""core"", too","","page.md","18","ZK","KAFKA","","any (line 5)"
"ingress","zookeeper","kafka","TCP","8000-8010","the ""core"", too","","page.md","18","ZK","KAFKA","","any (line 5)"
"egress","kafka","none","","","","","page.md","5","KAFKA","","",""
"ingress","unspecified","zookeeper","","","","","page.md","","","ZK","",""
"egress","zookeeper","anyone","any","any","","","page.md","5","ZK","","",""
"""


def test_golden() -> None:
    """Every field is quoted, lines end in CRLF, and the rows follow the page."""
    one = rule("zookeeper", on=ports(2181, (8000, 8010)), line=18, reason='the "core", too')
    policies = policy_set(workload("kafka", [one], NONE), workload("zookeeper", UNSPECIFIED, ANY))
    header, body = text_of(policies).split("\r\n", 1)
    assert header == ",".join(f'"{name}"' for name in COLUMNS.split(","))
    assert body == GOLDEN.replace("ZK", ZOOKEEPER).replace("KAFKA", KAFKA).replace("\n", "\r\n")
    assert tuple(COLUMNS.split(",")) == Row._fields


def test_the_file_is_named_after_the_page() -> None:
    """One document, whatever the page holds; the folder of the page is left out."""
    page = policy_set().model_copy(update={"page": "docs/network-policies.md"})
    (table,) = TARGET.lower(page)
    assert table.file_name == "network-policies.csv"
    assert TARGET.index((table.file_name,)) == {}
    assert TARGET.render(table) == ",".join(f'"{name}"' for name in COLUMNS.split(",")) + "\r\n"


@pytest.mark.parametrize(
    ("peer", "name", "its_selector"),
    [
        ("zookeeper", "zookeeper", ZOOKEEPER),
        ("kafka", "kafka", KAFKA),
        (ANYONE, "anyone", ""),
        (INSTANCE, "instance", "namespace: event-streams; labels: release=es"),
        ("@gate", "gate", "role: outside; addresses: 192.0.2.10/32, 198.51.100.0/24"),
        ("@master", "master", "role: kube-apiserver"),
    ],
)
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_the_words_for_a_peer(direction: str, peer: str, name: str, its_selector: str) -> None:
    """A peer is the source of ingress and the destination of egress."""
    outside = [external("gate", "192.0.2.10/32", "198.51.100.0/24"), external("master", role="kube-apiserver")]
    both = ([rule(peer)], NONE) if direction == "ingress" else (NONE, [rule(peer)])
    row = row_of(policy_set(workload("kafka", *both), workload("zookeeper"), externals=outside), line="10")
    near, far = ("destination", "source") if direction == "ingress" else ("source", "destination")
    assert (row["direction"], row[near], row[f"{near}_selector"]) == (direction, "kafka", KAFKA)
    assert (row[far], row[f"{far}_selector"]) == (name, its_selector)
    assert (row["protocol"], row["port"], row["reason"], row["page"]) == ("TCP", "any", "why", "page.md")


def test_a_peer_of_every_namespace() -> None:
    """A workload's own selector stands on its side, what others mean by it on the other."""
    seen = selector(None, component="zookeeper")
    zookeeper = workload("zookeeper", [rule("kafka", line=28)], seen=seen)
    policies = policy_set(workload("kafka", [rule("zookeeper", line=18)]), zookeeper)
    assert row_of(policies, line="18")["source_selector"] == "namespace: *; labels: component=zookeeper"
    assert row_of(policies, line="28")["destination_selector"] == ZOOKEEPER


def test_each_peer_and_interval_has_a_row() -> None:
    """Peers first, then their ports; a row of the page is never merged with another."""
    one = rule("kafka", ANYONE, on=ports(1, (2, 3), 65535), protocol="SCTP")
    found = [(row["source"], row["port"]) for row in rows_of(with_rule(one)) if row["line"] == "10"]
    assert found == [(peer, port) for peer in ("kafka", "anyone") for port in ("1", "2-3", "65535")]


def test_condition_and_binding_are_shown() -> None:
    """The condition in the page's words, then what the binding decided and what it accepts."""
    decided = rule("@node").model_copy(
        update={
            "condition": Condition(text="If metrics are enabled", feature="metrics", state="enabled"),
            "override": Override(reason="no port on the page", line=7),
        }
    )
    node = external("node", "192.0.2.20/32", role="node", accepts=(("cilium", "all-nodes"),))
    row = row_of(with_rule(decided, externals=[node]), line="10")
    assert row["condition"] == "If metrics are enabled"
    assert row["binding"] == "override: no port on the page; accepted: cilium = all-nodes"
    assert row_of(with_rule(rule("@node"), externals=[node]), line="10")["binding"] == "accepted: cilium = all-nodes"


def test_name_resolution_has_rows_of_its_own() -> None:
    """One per isolated egress, peer and port; the page says nothing of it, so page and line are empty."""
    both = (workload("kafka", UNSPECIFIED, NONE), workload("open"))
    found = [row for row in rows_of(policy_set(*both, dns=kube_dns())) if row["destination"] == "dns"]
    assert [(row["source"], row["protocol"], row["port"]) for row in found] == [
        ("kafka", "UDP", "53"),
        ("kafka", "TCP", "53"),
    ]
    assert {(row["reason"], row["page"], row["line"], row["binding"], row["other_side"]) for row in found} == {
        ("name resolution", "", "", "dns: name resolution", "")
    }
    assert {row["destination_selector"] for row in found} == {"namespace: kube-system; labels: k8s-app=kube-dns"}


@pytest.mark.parametrize("role", ["outside", "node"])
def test_an_external_without_addresses_stops_the_export(role: str) -> None:
    """Only every API server can be meant without an address."""
    with pytest.raises(Inexpressible) as stopped:
        text_of(with_rule(rule("@gate"), externals=[external("gate", role=role)]))
    assert str(stopped.value) == (
        "page.md:10:1: error: external 'gate' has no addresses (target csv) — "
        'write addresses = ["…"] under [externals."gate"] in esspec.toml [external-without-address]'
    )


@pytest.mark.parametrize("word", ["anyone", "none", "unspecified", "None"])
def test_a_name_that_is_a_word_of_the_table_stops_the_export(word: str) -> None:
    """Otherwise a workload could pass for everybody."""
    for policies in (policy_set(workload(word)), policy_set(externals=[external(word, "192.0.2.1/32")])):
        with pytest.raises(Inexpressible, match=rf"the name '{word}' is a word of the table .*\[reserved-name\]"):
            text_of(policies)


@pytest.mark.parametrize("hidden", ["\0", "\t", "\n", "\r\n", "\x85", "\u200b", "\u202e", "\u2028", "\ud800"])
def test_what_cannot_be_seen_stops_the_export(hidden: str) -> None:
    """The reader refuses it in a page; what the binding says is refused here, and no template prints it."""
    with pytest.raises(Inexpressible, match=r"page.md:10:1: error: a cell of its rows would hold U\+.*character\]"):
        text_of(with_rule(rule("kafka", reason=f"a{hidden}b")))
    with pytest.raises(Inexpressible, match=r"page.md:3:1: error: .*\[control-character\]"):
        text_of(policy_set(workload(f"kafka{hidden}", NONE)))
    with pytest.raises(ValueError, match=r"a cell holds U\+"):
        field(f"{hidden}=1")


@given(policy_sets())
def test_no_cell_is_a_formula(policies: PolicySet) -> None:
    """Threat 7: after unquoting, no cell begins with anything that a spreadsheet would run."""
    for row in csv.reader(io.StringIO(text_of(policies), newline=""), strict=True):
        assert not [cell for cell in row if cell.startswith(TRIGGERS)]
        assert len(row) == len(Row._fields)


@pytest.mark.parametrize("first", ["'", *(one for one in TRIGGERS if one.isprintable())])
def test_each_formula_is_guarded(first: str) -> None:
    """At the beginning only; the full-width forms are formulas to some spreadsheets too."""
    assert field(f"{first}1") == f'"\'{first}1"'
    assert field(first) == f'"\'{first}"'
    assert field(f"1{first}") == f'"1{first}"'


@given(TEXTS, SEEN)
def test_one_apostrophe_is_put_in_front(text: str, first: str) -> None:
    """Before an apostrophe or a formula, never else; the rest of the cell is kept."""
    for cell in (text, first + text, f"'{text}"):
        guarded = cell.startswith(("'", *TRIGGERS))
        assert next(csv.reader([field(cell)])) == (["'" + cell] if guarded else [cell])


@pytest.mark.parametrize("printed", [1, None, True, b"x", ("x",)])
def test_only_text_is_printed(printed: object) -> None:
    """A template that prints anything else is wrong, and is not helped."""
    with pytest.raises(TypeError, match="which is no text"):
        field(printed)


def test_template_code_in_a_cell_is_text() -> None:
    """Threat 5: nothing of the page is ever taken for a template."""
    assert (
        row_of(with_rule(rule("kafka", reason="{{ 7 * 7 }}{% raw %}")), line="10")["reason"] == "{{ 7 * 7 }}{% raw %}"
    )


def test_trap_35_empty_none_and_any_differ() -> None:
    """An empty cell, None, Any and nothing said are four different rows."""
    policies = policy_set(workload("a", NONE, ANY), workload("b", [rule(ANYONE)]))
    found = {tuple(row.values())[1:5] for row in rows_of(policies)}
    assert found == {
        ("none", "a", "", ""),
        ("a", "anyone", "any", "any"),
        ("anyone", "b", "TCP", "any"),
        ("b", "unspecified", "", ""),
    }


def test_selectors_are_written_as_the_binding_has_them() -> None:
    """Labels in the order of the model; a value may be empty."""
    odd = Selector(namespace="on", labels=(("a", ""), ("k8s.io/b", "1e3")))
    row = row_of(policy_set(workload("kafka", NONE, where=odd)), source="none")
    assert row["destination_selector"] == "namespace: on; labels: a=, k8s.io/b=1e3"


def test_importing_the_target_is_light() -> None:
    """What reads the text back is imported when it is asked for; so are YAML and the templates."""
    code = "import sys, esspec_csv; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"esspec_csv.lift", "esspec_csv.written", "yaml", "jinja2", "csv"} & set(done.stdout.split())
