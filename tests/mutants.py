"""A page, and what could go wrong with its outputs: broken exporters, and texts damaged by hand."""

from collections.abc import Callable
from typing import NamedTuple

from esspec.model import Allowance, AllowNone, AllowOnly, PolicySet, PortRange, Rule, Selector, Workload
from esspec.terms import Direction, Protocol
from models import ANY, ANYONE, NONE, UNSPECIFIED, external, peer, policy_set, ports, rule, selector, workload

POLICIES = policy_set(
    workload(
        "kafka",
        [
            rule("rest", "proxy", on=ports(8084, 8085), line=10, reason="Kafka access"),
            rule("@master", on=ports(8081), line=11, reason="metrics"),
            rule("monitor", on=ports(9404), line=12, reason="monitoring"),
        ],
        [
            rule("zookeeper", on=ports(2181), line=15, reason="metadata"),
            rule("@logs", on=ports((9000, 9010)), protocol="UDP", line=16, reason="logs"),
        ],
    ),
    workload("zookeeper", [rule("kafka", on=ports(2181), line=20, reason="metadata")], NONE),
    workload("rest", ANY, [rule(ANYONE, on=ports(53), protocol="UDP", line=30, reason="names")]),
    workload("proxy"),
    workload("monitor", where=selector("monitoring", component="monitor", release="es")),
    externals=[external("master", "192.0.2.10/32", role="kube-apiserver"), external("logs", "198.51.100.0/24")],
)


def pods(component: str, namespace: str = "namespace=event-streams", release: str = "release=es") -> str:
    """Return a class of pods in the words of a counterexample."""
    return f"a pod with {namespace}, {release}, component={component}"


KAFKA, ZOOKEEPER, REST, PROXY = map(pods, ("kafka", "zookeeper", "rest", "proxy"))
MONITOR = pods("monitor", "namespace=monitoring")
MASTER = "192.0.2.10 (role kube-apiserver)"
LOGS = "an address from 198.51.100.0 to 198.51.100.255 (role outside)"
OPEN, CLOSED = "nothing isolates it", "no rule allows it"


class Flow(NamedTuple):
    """The smallest flow that must be shown, what the page says of it and by which line, and what the output says."""

    direction: str
    subject: str
    peer: str
    port: str
    page: str
    output: str


# Broken exporters: each lowers another model than the one it was given


def with_sides(policies: PolicySet, name: str, **sides: Allowance) -> PolicySet:
    """Return a model in which a workload says something else."""
    changed = [w.model_copy(update=sides) if w.name == name else w for w in policies.workloads]
    return changed_set(policies, workloads=tuple(changed))


def changed_set(policies: PolicySet, **fields: object) -> PolicySet:
    """Return a model with other fields, made anew so that nothing is remembered of the old one."""
    return PolicySet.model_validate({**{name: getattr(policies, name) for name in PolicySet.model_fields}, **fields})


def with_rules(direction: Direction, change: Callable[[Rule], Rule | None]) -> Callable[[PolicySet], PolicySet]:
    """Return a fault in the rules of one direction of every workload; a rule that becomes None is lost."""

    def fault(policies: PolicySet) -> PolicySet:
        for named in policies.workloads:
            said = named.allowance(direction)
            if isinstance(said, AllowOnly):
                kept = tuple(new for old in said.rules if (new := change(old)))
                after = AllowOnly(rules=kept) if kept else AllowNone(line=1)
                policies = with_sides(policies, named.name, **{direction.value: after})
        return policies

    return fault


def at(line: int, **fields: object) -> Callable[[Rule], Rule]:
    """Return a change of the one rule of a line."""
    return lambda found: found.model_copy(update=fields) if found.line == line else found


def with_selector(name: str, change: Callable[[Selector], Selector], *, of: str) -> Callable[[PolicySet], PolicySet]:
    """Return a fault in what selects a workload's pods, as subject or as peer."""

    def fault(policies: PolicySet) -> PolicySet:
        def changed(found: Workload) -> Workload:
            return found.model_copy(update={of: change(getattr(found, of))}) if found.name == name else found

        return changed_set(policies, workloads=tuple(map(changed, policies.workloads)))

    return fault


def without_release(found: Selector) -> Selector:
    """Return a selector that has lost the label that all workloads share."""
    return Selector(namespace=found.namespace, labels=tuple(pair for pair in found.labels if pair[0] != "release"))


def without_namespace(found: Selector) -> Selector:
    """Return a selector of every namespace."""
    return Selector(namespace=None, labels=found.labels)


def swapped(policies: PolicySet) -> PolicySet:
    """Return a model with the two directions of kafka exchanged."""
    kafka = policies.workload["kafka"]
    return with_sides(policies, "kafka", ingress=kafka.egress, egress=kafka.ingress)


INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
RANGE = (PortRange(first=9000, last=9009),)

BROKEN: dict[str, tuple[Callable[[PolicySet], PolicySet], Flow]] = {
    "a port is lost": (
        with_rules(INGRESS, at(10, ports=ports(8084))),
        Flow("ingress", KAFKA, PROXY, "TCP 8085", "allowed by page.md:10", CLOSED),
    ),
    "a port is off by one": (
        with_rules(INGRESS, at(20, ports=ports(2182))),
        Flow("ingress", ZOOKEEPER, KAFKA, "TCP 2181", "allowed by page.md:20", CLOSED),
    ),
    "ports become all": (
        with_rules(INGRESS, at(20, ports="all")),
        Flow("ingress", ZOOKEEPER, KAFKA, "TCP 1", CLOSED, "allowed"),
    ),
    "the end of a range is lost": (
        with_rules(EGRESS, at(16, ports=ports(9000))),
        Flow("egress", KAFKA, LOGS, "UDP 9001", "allowed by page.md:16", CLOSED),
    ),
    "a range ends one too early": (
        with_rules(EGRESS, at(16, ports=RANGE)),
        Flow("egress", KAFKA, LOGS, "UDP 9010", "allowed by page.md:16", CLOSED),
    ),
    "directions are swapped": (
        swapped,
        Flow("ingress", KAFKA, ZOOKEEPER, "TCP 2181", CLOSED, "allowed"),
    ),
    "UDP stands for TCP": (
        with_rules(INGRESS, at(20, protocol=Protocol.UDP)),
        Flow("ingress", ZOOKEEPER, KAFKA, "TCP 2181", "allowed by page.md:20", CLOSED),
    ),
    "SCTP stands for UDP": (
        with_rules(EGRESS, at(30, protocol=Protocol.SCTP)),
        Flow("egress", REST, KAFKA, "UDP 53", "allowed by page.md:30", CLOSED),
    ),
    "a peer is lost": (
        with_rules(INGRESS, at(10, peers=(peer("proxy"),))),
        Flow("ingress", KAFKA, REST, "TCP 8084", "allowed by page.md:10", CLOSED),
    ),
    "a peer becomes anyone": (
        with_rules(INGRESS, at(20, peers=(ANYONE,))),
        Flow("ingress", ZOOKEEPER, PROXY, "TCP 2181", CLOSED, "allowed"),
    ),
    "anyone becomes a peer": (
        with_rules(EGRESS, at(30, peers=(peer("kafka"),))),
        Flow("egress", REST, PROXY, "UDP 53", "allowed by page.md:30", CLOSED),
    ),
    "an external stands for another": (
        with_rules(EGRESS, at(16, peers=(peer("@master"),))),
        Flow("egress", KAFKA, MASTER, "UDP 9000", CLOSED, "allowed"),
    ),
    "a rule is lost": (
        with_rules(INGRESS, lambda found: None if found.line == 12 else found),
        Flow("ingress", KAFKA, MONITOR, "TCP 9404", "allowed by page.md:12", CLOSED),
    ),
    "the last rule is lost": (
        with_rules(INGRESS, lambda found: None if found.line == 20 else found),
        Flow("ingress", ZOOKEEPER, KAFKA, "TCP 2181", "allowed by page.md:20", CLOSED),
    ),
    "none becomes unspecified": (
        lambda policies: with_sides(policies, "zookeeper", egress=UNSPECIFIED),
        Flow("egress", ZOOKEEPER, KAFKA, "TCP 1", CLOSED, OPEN),
    ),
    "none becomes any": (
        lambda policies: with_sides(policies, "zookeeper", egress=ANY),
        Flow("egress", ZOOKEEPER, KAFKA, "TCP 1", CLOSED, "allowed"),
    ),
    "unspecified becomes none": (
        lambda policies: with_sides(policies, "proxy", egress=NONE),
        Flow("egress", PROXY, KAFKA, "TCP 1", OPEN, CLOSED),
    ),
    "any becomes none": (
        lambda policies: with_sides(policies, "rest", ingress=NONE),
        Flow("ingress", REST, KAFKA, "TCP 1", "allowed by page.md:5", CLOSED),
    ),
    "any becomes unspecified": (
        lambda policies: with_sides(policies, "rest", ingress=UNSPECIFIED),
        Flow("ingress", REST, "everyone", "TCP 0", "allowed by page.md:5", OPEN),
    ),
    "a label of the subject is lost": (
        with_selector("zookeeper", without_release, of="subject"),
        Flow(
            "ingress",
            "a pod with namespace=event-streams, release absent or not es, component=zookeeper",
            KAFKA, "TCP 1", OPEN, CLOSED,
        ),
    ),
    "a label of a peer is lost": (
        with_selector("rest", without_release, of="peer"),
        Flow(
            "ingress", KAFKA, "a pod with namespace=event-streams, release absent or not es, component=rest",
            "TCP 8084", CLOSED, "allowed",
        ),
    ),
    "the namespace of a peer is lost": (
        with_selector("rest", without_namespace, of="peer"),
        Flow("ingress", KAFKA, pods("rest", "namespace=monitoring"), "TCP 8084", CLOSED, "allowed"),
    ),
    "the namespace of a peer is the subject's": (
        with_selector("monitor", lambda found: found.model_copy(update={"namespace": "event-streams"}), of="peer"),
        Flow("ingress", KAFKA, pods("monitor"), "TCP 9404", CLOSED, "allowed"),
    ),
}  # fmt: skip
