"""Small models for tests, written in as few words as the tests need."""

from collections.abc import Sequence

from esspec.model import (
    AllowAll,
    Allowance,
    AllowNone,
    AllowOnly,
    Anyone,
    Dns,
    External,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    PortRange,
    Ports,
    Rule,
    Selector,
    Unspecified,
    Workload,
    WorkloadPeer,
)
from esspec.terms import Protocol, Role

NAMESPACE = "event-streams"
UNSPECIFIED, ANY, NONE = Unspecified(), AllowAll(line=5), AllowNone(line=5)
ANYONE, INSTANCE = Anyone(), InstancePeer()


def ports(*wanted: int | tuple[int, int]) -> Ports:
    """Return port intervals; "all" where none is given."""
    if not wanted:
        return "all"
    pairs = [(p, p) if isinstance(p, int) else p for p in wanted]
    return tuple(PortRange(first=first, last=last) for first, last in pairs)


def peer(word: str | Peer) -> Peer:
    """Return a workload peer for a name, an external peer for a name behind `@`."""
    if not isinstance(word, str):
        return word
    return ExternalPeer(external=word[1:]) if word.startswith("@") else WorkloadPeer(workload=word)


def rule(*peers: str | Peer, on: Ports = "all", protocol: str = "TCP", line: int = 10, reason: str = "why") -> Rule:
    """Return a rule of the page's line `line`."""
    return Rule(
        line=line,
        column=1,
        row=f"row-{line}",
        protocol=Protocol(protocol),
        ports=on,
        peers=tuple(map(peer, peers)),
        reason=reason,
    )


def selector(namespace: str | None = NAMESPACE, **labels: str) -> Selector:
    """Return a selector on the given labels."""
    return Selector(namespace=namespace, labels=tuple(sorted(labels.items())))


def workload(
    name: str,
    ingress: Allowance | Sequence[Rule] = UNSPECIFIED,
    egress: Allowance | Sequence[Rule] = UNSPECIFIED,
    *,
    where: Selector | None = None,
    seen: Selector | None = None,
) -> Workload:
    """Return a workload whose slug is its name, labelled `component: name` and `release: es` unless said."""
    subject = where or selector(component=name, release="es")
    return Workload(
        name=name,
        slug=name,
        lines=(3,),
        subject=subject,
        peer=seen or subject,
        origin=f'esspec.toml [workloads."{name}"]',
        ingress=_allowance(ingress),
        egress=_allowance(egress),
    )


def _allowance(given: Allowance | Sequence[Rule]) -> Allowance:
    return AllowOnly(rules=tuple(given)) if isinstance(given, (list, tuple)) else given  # type: ignore[return-value]


def external(name: str, *addresses: str, role: str = "outside", accepts: tuple[tuple[str, str], ...] = ()) -> External:
    """Return an external of the binding."""
    return External(
        name=name, role=Role(role), addresses=addresses, origin=f'esspec.toml [externals."{name}"]', accepts=accepts
    )


def kube_dns() -> Dns:
    """Return the usual cluster DNS: pods of kube-system on UDP and TCP 53."""
    return Dns(
        peers=(Selector(namespace="kube-system", labels=(("k8s-app", "kube-dns"),)),),
        ports=tuple((p, PortRange(first=53, last=53)) for p in (Protocol.UDP, Protocol.TCP)),
        reason="name resolution",
        origin="esspec.toml:9 [dns]",
    )


def policy_set(*workloads: Workload, externals: Sequence[External] = (), dns: Dns | None = None) -> PolicySet:
    """Return the model of a page `page.md` with these workloads."""
    return PolicySet(
        page="page.md",
        binding="esspec.toml",
        title="Network policies",
        prefix="esspec-",
        workloads=workloads,
        externals=tuple(externals),
        instance=selector(release="es"),
        dns=dns,
    )
