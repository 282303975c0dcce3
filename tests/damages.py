"""Texts damaged by hand, target by target, and the flow by which each damage must be found."""

import re
from collections.abc import Callable
from typing import NamedTuple

from mutants import CLOSED, KAFKA, LOGS, MASTER, OPEN, PROXY, REST, ZOOKEEPER, Flow, pods

Edit = Callable[[str], str]


class Damage(NamedTuple):
    """An edit of one file; `refusal` is said where the object takes no effect any more."""

    file: str
    edit: Edit
    flow: Flow
    refusal: str = ""


def put(old: str, new: str) -> Edit:
    """Return an edit of the first place where `old` stands."""

    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return edit


def section(field: str, new: str) -> Edit:
    """Return an edit that puts `new` in place of a whole field of the spec; "" deletes it."""

    def edit(text: str) -> str:
        found = re.search(rf"^  {field}:\n(?:    .*\n)+", text, re.MULTILINE)
        assert found, field
        return text.replace(found[0], f"  {new}\n" if new else "", 1)

    return edit


def rule(line: int, new: str) -> Edit:
    """Return an edit that puts `new` in place of the peers of the rule of a line of the page; "" deletes them."""

    def edit(text: str) -> str:
        comment = rf"(?<=    # page\.md:{line}: )(.*\n(?:    # .*\n)*)"
        found = re.search(comment + r"    - (?:from|to)\w*:\n(?:        .*\n)+", text)
        assert found, line
        return text.replace(found[0], f"{found[1]}{new}", 1)

    return edit


def both(*edits: Edit) -> Edit:
    """Return an edit that makes several, in their order."""

    def edit(text: str) -> str:
        for each in edits:
            text = each(text)
        return text

    return edit


def row(begin: str, edit: Edit) -> Edit:
    """Return an edit of the first row of a table that begins so."""

    def edited(text: str) -> str:
        lines = text.splitlines(keepends=True)
        at = next(n for n, line in enumerate(lines) if line.startswith(begin))
        return "".join([*lines[:at], edit(lines[at]), *lines[at + 1 :]])

    return edited


NOTHING = {
    "kafka": Flow("ingress", KAFKA, KAFKA, "TCP 1", CLOSED, OPEN),
    "zookeeper": Flow("ingress", ZOOKEEPER, KAFKA, "TCP 1", CLOSED, OPEN),
}
"""What shows that the object of a workload has no effect at all."""

LOST = Flow("ingress", ZOOKEEPER, KAFKA, "TCP 2181", "allowed by page.md:20", CLOSED)
"""What shows that the only ingress rule of zookeeper allows nothing any more."""

EGRESS_OPEN = Flow("egress", ZOOKEEPER, KAFKA, "TCP 1", CLOSED, OPEN)
RANGE_LOST = Flow("egress", KAFKA, LOGS, "UDP 9001", "allowed by page.md:16", CLOSED)
ELSEWHERE, BESIDE = "namespace=monitoring", "an address from 192.0.2.0 to 192.0.2.9 (role outside)"
UNLABELLED = "a pod with namespace=event-streams, release absent or not es, component="


def opened(by: str, peer: str = KAFKA, port: str = "TCP 1") -> Flow:
    """Return the flow into zookeeper that a line of the output allows and the page does not."""
    return Flow("ingress", ZOOKEEPER, peer, port, CLOSED, f"allowed by {by}")


def into_kafka(by: str, peer: str, port: str) -> Flow:
    """Return the same for kafka."""
    return Flow("ingress", KAFKA, peer, port, CLOSED, f"allowed by {by}")


KUBERNETES = {
    "from with an empty item": Damage("kafka", rule(10, "    - from: [{}]\n"), NOTHING["kafka"], "a peer must name"),
    "from with no items": Damage(
        "kafka", rule(10, "    - from: []\n"), into_kafka("- from: []", KAFKA, "TCP 8084")
    ),
    "no from": Damage(
        "kafka",
        both(rule(10, "    -\n"), put("    -\n      ports:", "    - ports:")),
        into_kafka("- ports:", KAFKA, "TCP 8084"),
    ),
    "ingress of an empty rule": Damage("zookeeper", section("ingress", "ingress: [{}]"), opened("ingress: [{}]")),
    "ingress of no rules": Damage("zookeeper", section("ingress", "ingress: []"), LOST),
    "no ingress": Damage("zookeeper", section("ingress", ""), LOST),
    "a label of a peer dropped": Damage(
        "kafka",
        put("component: rest\n              release: es", "component: rest"),
        into_kafka("- from:", f"{UNLABELLED}rest", "TCP 8084"),
    ),
    "a label of the subject dropped": Damage(
        "zookeeper",
        put("      release: es\n", ""),
        Flow("ingress", f"{UNLABELLED}zookeeper", KAFKA, "TCP 1", OPEN, CLOSED),
    ),
    "the subject's selector emptied": Damage(
        "kafka",
        put("podSelector:\n    matchLabels:\n      component: kafka\n      release: es", "podSelector: {}"),
        Flow("ingress", PROXY, KAFKA, "TCP 1", OPEN, CLOSED),
    ),
    "every namespace beside a peer": Damage(
        "kafka",
        put("        - podSelector:", "        - namespaceSelector: {}\n          podSelector:"),
        into_kafka("- from:", pods("rest", ELSEWHERE), "TCP 8084"),
    ),
    "one dash more: namespace or pods": Damage(
        "kafka",
        put("monitoring\n          podSelector:", "monitoring\n        - podSelector:"),
        into_kafka("- from:", pods("monitor"), "TCP 9404"),
    ),
    "another namespace for the object": Damage(
        "kafka", put("namespace: event-streams", "namespace: other"), NOTHING["kafka"]
    ),
    "policyTypes missing": Damage(
        "zookeeper", put("  policyTypes:\n    - Ingress\n    - Egress\n", ""), EGRESS_OPEN
    ),
    "policyTypes without Egress": Damage(
        "kafka", put("    - Egress\n", ""), Flow("egress", KAFKA, KAFKA, "TCP 1", CLOSED, OPEN)
    ),
    "policyTypes without Ingress": Damage("kafka", put("    - Ingress\n", ""), NOTHING["kafka"]),
    "the protocol dropped": Damage(
        "rest",
        put("- protocol: UDP\n          port", "- port"),
        Flow("egress", REST, KAFKA, "TCP 53", CLOSED, "allowed by - ports:"),
    ),
    "UDP for TCP": Damage("zookeeper", put("TCP", "UDP"), LOST),
    "the end of a range dropped": Damage("kafka", put("          endPort: 9010\n", ""), RANGE_LOST),
    "the port dropped": Damage("zookeeper", put("          port: 2181\n", ""), opened("- from:")),
    "the ports dropped": Damage(
        "zookeeper", put("      ports:\n        - protocol: TCP\n          port: 2181\n", ""), opened("- from:")
    ),
    "a port in quotes": Damage("zookeeper", put("2181", '"2181"'), NOTHING["zookeeper"], "is no port name"),
    "a port out of range": Damage("zookeeper", put("2181", "70000"), NOTHING["zookeeper"], "70000 is not in 1-65535"),
    "a wider network": Damage(
        "kafka", put("192.0.2.10/32", "192.0.2.0/24"), into_kafka("- from:", BESIDE, "TCP 8081")
    ),
    "the other direction": Damage("zookeeper", both(put("  ingress:", "  egress:"), put("from:", "to:")), LOST),
    "one rule more": Damage(
        "zookeeper",
        lambda text: text + "    - from:\n        - podSelector: {}\n",
        opened("- from:"),
    ),
    "another kind": Damage("kafka", put("kind: Net", "kind: Admin"), NOTHING["kafka"], "NetworkPolicy of networking"),
    "a field that does not exist": Damage(
        "kafka", put("  policyTypes:", "  policyType:"), NOTHING["kafka"], "no field 'policyType'"
    ),
}  # fmt: skip

POD, IN_NAMESPACE = " && projectcalico.org/orchestrator == 'k8s'", " && projectcalico.org/namespace == 'event-streams'"
ALLOW, NAMESPACE_NAME = "- action: Allow", "\"projectcalico.org/name == 'event-streams'\""

CALICO = {
    "types missing": Damage("zookeeper", put("  types:\n    - Ingress\n    - Egress\n", ""), EGRESS_OPEN),
    "types without Egress": Damage(
        "kafka", put("    - Egress\n", ""), Flow("egress", KAFKA, KAFKA, "TCP 1", CLOSED, OPEN)
    ),
    "no orchestrator clause in a peer": Damage(
        "zookeeper", put(f"'es'{POD}\"", "'es'\""), NOTHING["zookeeper"], "without projectcalico.org/orchestrator"
    ),
    "no namespace clause in the subject": Damage(
        "zookeeper", put(IN_NAMESPACE, ""), Flow("ingress", pods("zookeeper", ELSEWHERE), KAFKA, "TCP 1", OPEN, CLOSED)
    ),
    "neither clause in the subject": Damage(
        "zookeeper", put(IN_NAMESPACE + POD, ""), NOTHING["zookeeper"], "isolates nodes"
    ),
    "every namespace for a peer": Damage(
        "zookeeper", put(NAMESPACE_NAME, '"all()"'), opened(ALLOW, pods("kafka", ELSEWHERE), "TCP 2181")
    ),
    "no namespace for a peer": Damage(
        "zookeeper",
        put(f"        namespaceSelector: {NAMESPACE_NAME}\n", ""),
        opened(ALLOW, pods("kafka", ELSEWHERE), "TCP 2181"),
    ),
    "ingress of an empty rule": Damage(
        "zookeeper", section("ingress", "ingress: [{}]"), NOTHING["zookeeper"], "a rule needs an action"
    ),
    "ingress of no rules": Damage("zookeeper", section("ingress", "ingress: []"), LOST),
    "ingress of a rule for all": Damage(
        "zookeeper", section("ingress", "ingress: [{action: Allow}]"), opened("ingress: [{action: Allow}]")
    ),
    "the source emptied": Damage(
        "zookeeper",
        lambda text: re.sub(r"      source:\n(        .*\n)+", "      source: {}\n", text),
        opened(ALLOW, PROXY, "TCP 2181"),
    ),
    "all() for a peer": Damage(
        "zookeeper",
        lambda text: re.sub(r"(        selector): .*", r'\1: "all()"', text),
        NOTHING["zookeeper"],
        "network sets too",
    ),
    "a label of a peer dropped": Damage(
        "kafka", put("'rest' && release == 'es'", "'rest'"), into_kafka(ALLOW, f"{UNLABELLED}rest", "TCP 8084")
    ),
    "an inequality": Damage("zookeeper", put("== 'kafka'", "!= 'kafka'"), LOST),
    "a range with a dash": Damage("kafka", put("9000:9010", "9000-9010"), NOTHING["kafka"], "is a name to Calico"),
    "the end of a range dropped": Damage("kafka", put('"9000:9010"', "9000"), RANGE_LOST),
    "UDP for TCP": Damage("zookeeper", put("TCP", "UDP"), LOST),
    "the protocol dropped": Damage(
        "zookeeper", put("      protocol: TCP\n", ""), NOTHING["zookeeper"], "needs the protocol"
    ),
    "protocol and ports dropped": Damage(
        "zookeeper",
        both(put("      protocol: TCP\n", ""), put("      destination:\n        ports:\n          - 2181\n", "")),
        opened(ALLOW),
    ),
    "the ports of the source": Damage(
        "zookeeper", put("      destination:\n", ""), NOTHING["zookeeper"], "'ports' of source in ingress"
    ),
    "a wider network": Damage("kafka", put("192.0.2.10/32", "192.0.2.0/24"), into_kafka(ALLOW, BESIDE, "TCP 8081")),
    "the other direction": Damage(
        "zookeeper", put("  ingress:", "  egress:"), NOTHING["zookeeper"], "of source in egress"
    ),
    "Deny": Damage("zookeeper", put(ALLOW, "- action: Deny"), NOTHING["zookeeper"], "only Allow is free of order"),
    "another tier": Damage("zookeeper", put("tier: default", "tier: first"), NOTHING["zookeeper"], "only the default"),
}  # fmt: skip

ENDPOINTS, NAMESPACE_LABEL = "- fromEndpoints:", '            "k8s:io.kubernetes.pod.namespace": '

CILIUM = {
    "no endpoints": Damage("zookeeper", rule(20, "    - fromEndpoints: []\n"), LOST),
    "endpoints of an empty selector": Damage(
        "zookeeper",
        rule(20, "    - fromEndpoints: [{}]\n"),
        opened("- fromEndpoints: [{}]", PROXY, "TCP 2181"),
    ),
    "ingress of an empty item": Damage("zookeeper", section("ingress", "ingress: [{}]"), LOST),
    "ingress of no items": Damage("zookeeper", section("ingress", "ingress: []"), NOTHING["zookeeper"]),
    "no ingress": Damage("zookeeper", section("ingress", ""), NOTHING["zookeeper"]),
    "egress of no items": Damage("zookeeper", section("egress", "egress: []"), EGRESS_OPEN),
    "nothing but empty lists": Damage(
        "zookeeper",
        both(section("ingress", "ingress: []"), section("egress", "egress: []")),
        NOTHING["zookeeper"],
        "neither ingress nor egress has an item",
    ),
    "everyone for a peer": Damage(
        "zookeeper",
        rule(20, "    - fromEntities:\n        - all\n"),
        opened("- fromEntities:", PROXY, "TCP 2181"),
    ),
    "the address for the API server": Damage(
        "kafka",
        rule(11, '    - fromCIDR:\n        - "192.0.2.10/32"\n'),
        Flow("ingress", KAFKA, MASTER, "TCP 8081", "allowed by page.md:11", CLOSED),
    ),
    "the world for the API server": Damage(
        "kafka",
        put("- kube-apiserver", "- world"),
        into_kafka("- fromEntities:", "an address from 0.0.0.0 to 192.0.2.9 (role outside)", "TCP 8081"),
    ),
    "every node for the API server": Damage(
        "kafka",
        put("- kube-apiserver", "- host\n        - remote-node"),
        into_kafka("- fromEntities:", "a node at an address that nobody lists", "TCP 8081"),
    ),
    "the namespace of a peer dropped": Damage(
        "kafka", put(f"{NAMESPACE_LABEL}monitoring\n", ""), into_kafka(ENDPOINTS, pods("monitor"), "TCP 9404")
    ),
    "every namespace for a peer": Damage(
        "zookeeper",
        put("        - matchLabels:", (
            '        - matchExpressions: [{key: "k8s:io.kubernetes.pod.namespace", operator: Exists}]\n'
            "          matchLabels:"
        )),
        opened(ENDPOINTS, pods("kafka", ELSEWHERE), "TCP 2181"),
    ),
    "a label of a peer dropped": Damage(
        "kafka",
        put('"k8s:component": rest\n            "k8s:release": es', '"k8s:component": rest'),
        into_kafka(ENDPOINTS, f"{UNLABELLED}rest", "TCP 8084"),
    ),
    "a label of a peer that Cilium ignores": Damage(
        "zookeeper", put('            "k8s:release": es', '            "k8s:pod-template-hash": es'), LOST
    ),
    "a label of the subject that Cilium ignores": Damage(
        "zookeeper", put('"k8s:release": es', '"k8s:pod-template-hash": es'), NOTHING["zookeeper"], "selects nothing"
    ),
    "the subject's selector emptied": Damage(
        "kafka",
        put('Selector:\n    matchLabels:\n      "k8s:component": kafka\n      "k8s:release": es', "Selector: {}"),
        Flow("ingress", PROXY, KAFKA, "TCP 1", OPEN, CLOSED),
    ),
    "one dash more: peer or ports": Damage("zookeeper", put("      toPorts:", "    - toPorts:"), opened(ENDPOINTS)),
    "two kinds of peers in one item": Damage(
        "zookeeper",
        put("      toPorts:", "      fromEntities: [all]\n      toPorts:"),
        NOTHING["zookeeper"],
        "Cilium takes one kind",
    ),
    "ports of no port": Damage(
        "zookeeper", lambda text: re.sub(r"- ports:\n( {12}.*\n)+", "- ports: []\n", text), LOST
    ),
    "no ports at all": Damage(
        "zookeeper", lambda text: re.sub(r"toPorts:\n( {8}.*\n)+", "toPorts: []\n", text), opened(ENDPOINTS)
    ),
    "port 0": Damage("zookeeper", put('"2181"', '"0"'), opened(ENDPOINTS)),
    "a port without quotes": Damage("zookeeper", put('"2181"', "2181"), NOTHING["zookeeper"], "port must be text"),
    "the protocol dropped": Damage(
        "rest",
        put("              protocol: UDP\n", ""),
        Flow("egress", REST, KAFKA, "TCP 53", CLOSED, "allowed by - toEntities:"),
    ),
    "a protocol in small letters": Damage("zookeeper", put("TCP", "tcp"), NOTHING["zookeeper"], "not 'tcp'"),
    "UDP for TCP": Damage("zookeeper", put("TCP", "UDP"), LOST),
    "the end of a range dropped": Damage("kafka", put("              endPort: 9010\n", ""), RANGE_LOST),
    "a range backwards": Damage("kafka", put("endPort: 9010", "endPort: 8999"), RANGE_LOST),
    "no namespace for the object": Damage(
        "zookeeper", put("  namespace: event-streams\n", ""), NOTHING["zookeeper"], "read this as cluster-wide"
    ),
    "default deny switched off": Damage(
        "zookeeper",
        put("  ingress:\n", "  enableDefaultDeny: {ingress: false}\n  ingress:\n"),
        NOTHING["zookeeper"],
        "enableDefaultDeny",
    ),
}  # fmt: skip

FIRST_ROW, NONE_ROW = '"ingress","rest","kafka","TCP","8084"', '"egress","zookeeper","none"'
REST_LOST = Flow("ingress", KAFKA, REST, "TCP 8084", "allowed by page.md:10", CLOSED)

CSV = {
    "a row lost": Damage("page", row(FIRST_ROW, lambda _: ""), REST_LOST),
    "another port": Damage(
        "page",
        row(FIRST_ROW, put("8084", "8083")),
        into_kafka('"ingress","rest","kafka","TCP","8083"', REST, "TCP 8083"),
    ),
    "another protocol": Damage("page", row(FIRST_ROW, put("TCP", "SCTP")), REST_LOST),
    "every port": Damage(
        "page",
        row(FIRST_ROW, put("8084", "any")),
        into_kafka('"ingress","rest","kafka","TCP","any"', REST, "TCP 1"),
    ),
    "the end of a range dropped": Damage("page", put("9000-9010", "9000"), RANGE_LOST),
    "the other direction": Damage("page", row(FIRST_ROW, put("ingress", "egress")), REST_LOST),
    "a label of a peer dropped": Damage(
        "page", row(FIRST_ROW, put("rest, release=es", "rest")), into_kafka(FIRST_ROW, f"{UNLABELLED}rest", "TCP 8084")
    ),
    "every namespace for a peer": Damage(
        "page",
        row(FIRST_ROW, put("namespace: event-streams", "namespace: *")),
        into_kafka(FIRST_ROW, pods("rest", ELSEWHERE), "TCP 8084"),
    ),
    "another subject": Damage("page", row(FIRST_ROW, put("component=kafka", "component=rest")), REST_LOST),
    "another role": Damage(
        "page",
        put("role: kube-apiserver", "role: node"),
        Flow("ingress", KAFKA, MASTER, "TCP 8081", "allowed by page.md:11", CLOSED),
    ),
    "another address": Damage(
        "page",
        put("192.0.2.10/32", "192.0.2.11/32"),
        Flow("ingress", KAFKA, MASTER, "TCP 8081", "allowed by page.md:11", CLOSED),
    ),
    "none lost": Damage("page", row(NONE_ROW, lambda _: ""), EGRESS_OPEN),
    "none becomes unspecified": Damage(
        "page", row(NONE_ROW, both(put('"none"', '"unspecified"'), put('"5"', '""'))), EGRESS_OPEN
    ),
    "none becomes any": Damage(
        "page",
        row(NONE_ROW, put('"none","",""', '"anyone","any","any"')),
        Flow("egress", ZOOKEEPER, KAFKA, "TCP 1", CLOSED, 'allowed by "egress","zookeeper","anyone","any","any"'),
    ),
    "unspecified becomes none": Damage(
        "page",
        row('"egress","proxy","unsp', both(put('"unspecified"', '"none"'), put('"page.md",""', '"page.md","5"'))),
        Flow("egress", PROXY, KAFKA, "TCP 1", OPEN, CLOSED),
    ),
}  # fmt: skip

DAMAGES = {"kubernetes": KUBERNETES, "calico": CALICO, "cilium": CILIUM, "csv": CSV}
