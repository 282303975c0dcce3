"""Models drawn by Hypothesis: small, odd where text may be odd, and complete, as a compiled page is."""

from collections.abc import Sequence

from hypothesis import strategies as st

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
    Override,
    Peer,
    PolicySet,
    PortRange,
    Rule,
    Selector,
    Unspecified,
    Workload,
    WorkloadPeer,
)
from esspec.terms import Protocol
from models import external, kube_dns

# What no cell, reason or name of a page can hold: the reader refuses it.
SEEN = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
ODD = st.sampled_from("=+-@'\",;:#{}[]&*!|>%`\\ \uff1d\uff0b\uff0d\uff20a🦊\xa0")
TEXTS = st.text(ODD | SEEN, max_size=12)

# Legal label values that one YAML reader or another takes for something else than text.
VALUES = ["kafka", "on", "y", "No", "1e3", "0x10", "1_000", "08", "null", "2026-01-01", "12", "", "a.b-c_d"]
EXTERNALS = (
    external("gate", "198.51.100.0/24", "2001:db8::/32"),
    external("master", "192.0.2.10/32", role="kube-apiserver"),
    external("node", "192.0.2.20/32", "192.0.2.21/32", role="node", accepts=(("cilium", "all-nodes"),)),
)


@st.composite
def selectors(draw: st.DrawFn) -> Selector:
    """Return the pods of one of two namespaces, by one to three labels."""
    keys = draw(st.lists(st.sampled_from(["app", "component", "k8s.io/on", "y"]), min_size=1, unique=True))
    labels = tuple((key, draw(st.sampled_from(VALUES))) for key in sorted(keys))
    return Selector(namespace=draw(st.sampled_from(["event-streams", "on"])), labels=labels)


@st.composite
def port_ranges(draw: st.DrawFn) -> PortRange:
    """Return a port or a range, often at the ends of what there is."""
    numbers = st.integers(1, 65535) | st.sampled_from([1, 2, 53, 65534, 65535])
    first, last = sorted((draw(numbers), draw(numbers)))
    return PortRange(first=first, last=draw(st.sampled_from([first, last])))


@st.composite
def rules(draw: st.DrawFn, line: int, peers: Sequence[Peer]) -> Rule:
    """Return a rule of this line with some of these peers."""
    chosen = draw(st.lists(st.sampled_from(peers), min_size=1, max_size=3, unique=True))
    ranges = draw(st.lists(port_ranges(), max_size=3, unique=True))
    return Rule(
        line=line,
        column=1,
        row=f"row-{line}",
        protocol=draw(st.sampled_from(Protocol)),
        ports=tuple(ranges) or "all",
        peers=tuple(chosen),
        reason=draw(TEXTS),
        override=draw(st.none() | st.builds(Override, reason=TEXTS, line=st.just(7))),
    )


@st.composite
def allowances(draw: st.DrawFn, line: int, peers: Sequence[Peer]) -> Allowance:
    """Return one of the four allowances; the rules stand on the lines from `line` on."""
    kind = draw(st.sampled_from(["unspecified", "none", "any", "rules", "rules"]))
    if kind == "unspecified":
        return Unspecified()
    if kind == "rules":
        count = draw(st.integers(1, 3))
        return AllowOnly(rules=tuple(draw(rules(line + number, peers)) for number in range(count)))
    return AllowNone(line=line) if kind == "none" else AllowAll(line=line)


def _is_name(text: str) -> bool:
    """Return whether a workload may be called so: the words of the table are refused when the binding is read."""
    return bool(text) and text.strip().casefold() not in {"anyone", "none", "unspecified"}


@st.composite
def policy_sets(
    draw: st.DrawFn, names: st.SearchStrategy[str] = TEXTS, externals: Sequence[External] = EXTERNALS
) -> PolicySet:
    """Return a model of one to three workloads, with or without name resolution and an instance."""
    unique = draw(st.lists(names.filter(_is_name), min_size=1, max_size=3, unique_by=str.casefold))
    instance: Selector | None = draw(st.none() | selectors())
    dns: Dns | None = draw(st.none() | st.just(kube_dns()))
    peers: list[Peer] = [Anyone(), *(WorkloadPeer(workload=name) for name in unique)]
    peers += [ExternalPeer(external=e.name) for e in externals]
    peers += [InstancePeer()] if instance else []
    workloads = []
    for number, name in enumerate(unique):
        subject = draw(selectors())
        seen = Selector(namespace=None, labels=subject.labels) if draw(st.booleans()) else subject
        workloads.append(
            Workload(
                name=name,
                slug=f"slug-{number}",
                lines=(100 * number + 1,),
                subject=subject,
                peer=seen,
                origin=draw(TEXTS),
                ingress=draw(allowances(100 * number + 10, peers)),
                egress=draw(allowances(100 * number + 50, peers)),
            )
        )
    return PolicySet(
        page="page.md",
        binding="esspec.toml",
        title="Network policies",
        prefix="esspec-",
        workloads=tuple(workloads),
        externals=tuple(externals),
        instance=instance,
        dns=dns,
    )
