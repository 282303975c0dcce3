"""Ports that policies call by a name, and no pod at hand does: answers show the name, and no number for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_lines import esspec
from esspec.commands.schema import schema_text
from esspec.semantics.ends import Ends
from esspec.semantics.lifted import label, only, pods
from esspec.semantics.surroundings import named_port
from esspec.terms import Protocol
from json_schema import faults

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: front}}}]
      ports: [{port: 65535}, {port: http}]
  egress:
    - to: [{podSelector: {matchLabels: {app: db}}}]
      ports: [{port: sql, protocol: UDP}]
"""
POD = """\
---
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: shop, labels: {app: NAME}}
spec: {containers: [{name: c, ports: [PORTS]}]}
"""
FRONT = "a pod with namespace=shop, app=front"
WEB = "a pod with namespace=shop, app=web, port named http/TCP"
DB = "a pod with namespace=shop, app=db, port named sql/UDP"
UNKNOWN = {
    name: f"no pod here calls a {protocol} port '{name}', so its number is not known — "
    "give the pods too, or write the number [unknown-port-name]"
    for name, protocol in (("http", "TCP"), ("sql", "UDP"))
}


@pytest.fixture(autouse=True)
def _manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("a.yaml", POLICY)


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def pod(name: str, ports: str = "") -> str:
    return POD.replace("NAME", name).replace("PORTS", ports)


def said(*arguments: str) -> str:
    """Return what a command says; on standard error stand the names, and no number that stands for one."""
    ran = esspec(*arguments)
    for line in ran.err.splitlines():
        assert "equal: " in line or any(line.endswith(unknown) for unknown in UNKNOWN.values())
    return ran.out


def as_data(*arguments: str) -> Any:
    found = json.loads(said(*arguments, "--format", "json"))
    assert faults(json.loads(schema_text(arguments[0])), found) == []
    return found


def test_a_list() -> None:
    """The port stands there by its name, beside those by number; who has the name is told without a number too."""
    assert said("list", "a.yaml").splitlines() == [
        f"{FRONT} => a pod with namespace=shop, app=web, no port named http/TCP : TCP 65535",
        f"{FRONT} => {WEB} : TCP 65535,http",
        f"a pod with namespace=shop, app=web, no port named http/TCP => {DB} : UDP sql",
        f"{WEB} => {DB} : UDP sql",
    ]


def test_exposure() -> None:
    """Also of pods that are given to others that are not."""
    write("pods.yaml", pod("web", "{name: http, containerPort: 8080}"))
    told = said("list", "a.yaml", "pods.yaml", "--exposure")
    assert "shop/[pod with {app=front}] : TCP 8080,65535\n" in told
    assert "shop/[pod with {app=db,port sql/UDP}] : UDP sql\n" in told


def test_a_number_that_some_pod_gives_is_a_number() -> None:
    """The names of the others stay."""
    write("pods.yaml", pod("db", "{name: sql, containerPort: 5432, protocol: UDP}") + pod("web"))
    assert "shop/web[Pod] => shop/db[Pod] : UDP 5432\n" in said("list", "a.yaml", "pods.yaml")


def test_a_number_that_would_stand_for_a_name_may_be_given() -> None:
    """Then it is what it says."""
    write("pods.yaml", pod("web", "{name: http, containerPort: 65533}") + pod("front"))
    assert "shop/front[Pod] => shop/web[Pod] : TCP 65533,65535\n" in said("list", "a.yaml", "pods.yaml")


def test_several_ends_have_a_name_only_if_all_do() -> None:
    """A number is no name to who has none, and to others it is all of theirs."""
    here, app = [named_port(Protocol.TCP, name) for name in ("http", "web")], (label("app"), only("a"))
    asked = [pods([app, (key, only("7"))]) for key in here]
    ends = Ends([pods([app]), *asked], [], (), dict.fromkeys(here, ("7",)))
    assert [ends.port_names(ends.mask(each)) for each in asked] == [(("TCP", 7, "http"),), (("TCP", 7, "web"),)]
    assert ends.port_names(ends.mask(asked[0]) | ends.mask(asked[1])) == (("TCP", 7, "http,web"),)
    assert ends.port_names(ends.mask(pods([app]))) == ends.port_names(ends.everyone) == ()


def test_an_explanation() -> None:
    """In its text, in what decides, and in the intervals of the JSON form."""
    told = said("explain", "a.yaml", "shop/[app=front] -> *")
    assert f"allowed: shop/[app=front] => {WEB} : TCP 65535,http\n" in told
    assert f"  ingress of {WEB}: a.yaml:8 (web) permits TCP 65535,http\n" in told
    answers = as_data("explain", "a.yaml", "shop/[app=web] -> *")["answers"]
    (answer,) = (answer for answer in answers if answer["verdict"] == "allowed" and answer["dst"] == DB)
    assert (answer["conn"], answer["egress"]["decided_by"][0]["conn"]) == ("UDP sql", "UDP sql")
    assert [port["name"] for port in answer["ports"]] == ["sql"]
    write("pods.yaml", pod("web"))
    told = said("explain", "a.yaml", "pods.yaml", "web -> *")
    assert "exposed: shop/web[Pod] => shop/[pod with {app=db,port sql/UDP}] : UDP sql\n" in told
    found = as_data("explain", "a.yaml", "pods.yaml", "web -> *")
    assert [exposed["conn"] for exposed in found["exposure"]] == ["UDP sql"]


def test_a_difference() -> None:
    """In every form."""
    write("b.yaml", POLICY.replace(", {port: http}", ""))
    assert f"- {FRONT} -> {WEB}: TCP http\n" in said("diff", "a.yaml", "b.yaml")
    assert f'"-","{FRONT}","{WEB}","TCP","http",' in said("diff", "a.yaml", "b.yaml", "--format", "csv")
    assert f"| {WEB} | TCP http |" in said("diff", "a.yaml", "b.yaml", "--format", "md")
    (change,) = as_data("diff", "a.yaml", "b.yaml")["changes"]
    assert [port["name"] for port in change["ports"]] == ["http"]


def test_a_difference_of_numbers_has_no_names() -> None:
    """A port that is meant as a number has none in the JSON form."""
    write("b.yaml", POLICY.replace("{port: 65535}, ", ""))
    changes = as_data("diff", "a.yaml", "b.yaml")["changes"]
    assert {port.get("name") for change in changes for port in change["ports"]} == {None}


def test_other_reasons() -> None:
    """They are about ports by their names too."""
    notes = 'metadata:\n  annotations: {esspec/rules: \'[{"direction": "egress", "row": "r", "reason": "%s"}]\'}\n'
    for name, why in (("a.yaml", "one"), ("b.yaml", "other")):
        write(
            name, POLICY.replace("metadata: {", notes % why + "  ").replace(", namespace: shop}", "\n  namespace: shop")
        )
    assert ": UDP sql\n" in said("diff", "a.yaml", "b.yaml", "--reasons").partition("other reasons:")[2]
    (change,) = as_data("diff", "a.yaml", "b.yaml", "--reasons")["reasons"]
    assert [port["name"] for port in change["ports"]] == ["sql"]


def test_where_rules_leave_no_number_that_is_free() -> None:
    """Then those stand for it that show all there is to know, and they are called what they are."""
    write("a.yaml", POLICY.replace("{port: 65535}", "{port: 1, endPort: 30000}, {port: 30001, endPort: 65535}"))
    ran = esspec("list", "a.yaml")
    assert "'http', so 30000, 65535 stand for its number — " in ran.err
    assert "port named http/TCP=30000 : " in ran.out
