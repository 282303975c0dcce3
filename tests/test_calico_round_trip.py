"""What the target calico writes is read back as the model says, and no text breaks its reader."""

from collections.abc import Sequence
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from calico_texts import text_of, texts
from esspec.model import (
    AllowAll,
    Allowance,
    AllowOnly,
    Anyone,
    Dns,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    PortRange,
    Rule,
    Selector,
    Workload,
)
from esspec.semantics import lifted
from esspec.semantics.lifted import ANY_ROLE, EVERYONE, NAMESPACE, Outside, Pods, all_ports, label, only
from esspec.terms import Direction, Protocol
from esspec_calico import TARGET
from models import ANY, ANYONE, INSTANCE, NONE, UNSPECIFIED, external, kube_dns, policy_set, rule, workload

VALUES = st.sampled_from(["kafka", "on", "1e3", "0x10", "8080", "A_b.c-D", ""])
KEYS = st.sampled_from(["app", "release", "app.kubernetes.io/name", "y", "0x10"])
NAMESPACES = st.sampled_from(["event-streams", "n", "on", "1e3"])
NETWORKS = st.sampled_from(["192.0.2.0/24", "198.51.100.7/32", "0.0.0.0/0", "2001:db8::/32", "::1/128", "::/0"])


@st.composite
def selectors(draw: st.DrawFn, *, own: bool = False) -> Selector:
    """Draw a selector; of any namespace too, unless it is a policy's own."""
    namespace = draw(NAMESPACES if own else st.none() | NAMESPACES)
    labels = draw(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
    return Selector(namespace=namespace, labels=tuple(sorted(labels.items())))


@st.composite
def port_ranges(draw: st.DrawFn) -> PortRange:
    """Draw a port or a range, the ends of all ports among them."""
    first, last = sorted(draw(st.tuples(*[st.sampled_from([1, 53, 80, 8080, 65535]) | st.integers(1, 65535)] * 2)))
    return PortRange(first=first, last=draw(st.sampled_from([first, last])))


def rules(names: Sequence[str], outside: Sequence[str]) -> st.SearchStrategy[Rule]:
    """Draw a row that names these workloads and externals."""
    peers = st.sampled_from([ANYONE, INSTANCE, *names, *(f"@{name}" for name in outside)])
    return st.builds(
        lambda found, on, protocol, line, reason: rule(
            *found, on=tuple(on) or "all", protocol=protocol, line=line, reason=reason
        ),
        st.lists(peers, min_size=1, max_size=3),
        st.lists(port_ranges(), max_size=60),
        st.sampled_from(list(Protocol)),
        st.integers(1, 99),
        st.text(),
    )


@st.composite
def policy_sets(draw: st.DrawFn) -> PolicySet:
    """Draw a whole model of a few workloads and externals."""
    names = [f"w{n}" for n in range(draw(st.integers(1, 3)))]
    outside = [f"x{n}" for n in range(draw(st.integers(0, 2)))]
    plain: st.SearchStrategy[Allowance | list[Rule]] = st.sampled_from([ANY, NONE, UNSPECIFIED])
    said = plain | st.lists(rules(names, outside), min_size=1, max_size=4)
    dns = st.builds(
        lambda peers, on: kube_dns().model_copy(update={"peers": tuple(peers), "ports": tuple(on)}),
        st.lists(selectors(), min_size=1, max_size=2),
        st.lists(st.tuples(st.sampled_from(list(Protocol)), port_ranges()), min_size=1, max_size=4),
    )
    return policy_set(
        *(workload(n, draw(said), draw(said), where=draw(selectors(own=True)), seen=draw(selectors())) for n in names),
        externals=[external(n, *draw(st.lists(NETWORKS, min_size=1, max_size=4, unique=True))) for n in outside],
        dns=draw(st.none() | dns),
    )


def said_pods(wanted: Selector) -> Pods:
    """Return a selector of the model as it must be read back."""
    where = [(label(key), only(value)) for key, value in wanted.labels]
    return lifted.pods([*where, *([(NAMESPACE, only(wanted.namespace))] if wanted.namespace else [])])


def said_peers(policies: PolicySet, peer: Peer) -> set[object]:
    """Return a peer of the model as it must be read back, each address for itself."""
    match peer:
        case Anyone():
            return {EVERYONE}
        case InstancePeer():
            assert policies.instance
            return {said_pods(policies.instance)}
        case ExternalPeer(external=name):
            return {Outside((net,), ANY_ROLE) for net in policies.external[name].addresses}
        case _:
            return {said_pods(policies.workload[peer.workload].peer)}


def said_dns(dns: Dns) -> set[tuple[object, lifted.Ports]]:
    """Return the flows of name resolution."""
    on = [lifted.Ports(protocol, found.first, found.last) for protocol, found in dns.ports]
    return set(product(map(said_pods, dns.peers), on))


def said(policies: PolicySet, subject: Workload, direction: Direction) -> set[tuple[object, lifted.Ports]]:
    """Return the (peer, ports) that the model allows in one direction."""
    allowance = subject.allowance(direction)
    found: set[tuple[object, lifted.Ports]] = set()
    if isinstance(allowance, AllowAll):
        found |= set(product([EVERYONE], all_ports()))
    elif isinstance(allowance, AllowOnly):
        for row in allowance.rules:
            on = (
                all_ports(row.protocol)
                if row.ports == "all"
                else [lifted.Ports(row.protocol, p.first, p.last) for p in row.ports]
            )
            peers = set().union(*(said_peers(policies, peer) for peer in row.peers))
            found |= set(product({EVERYONE} if EVERYONE in peers else peers, on))
    if policies.dns and direction is Direction.EGRESS and allowance.kind != "unspecified":
        found |= said_dns(policies.dns)
    return found


def read_back(grants: Sequence[lifted.Grant]) -> set[tuple[object, lifted.Ports]]:
    """Return the (peer, ports) of grants, each address for itself."""
    found: set[tuple[object, lifted.Ports]] = set()
    for grant in grants:
        for peer in grant.peers:
            alone: set[object] = (
                {Outside((net,), peer.roles) for net in peer.networks or ()} if isinstance(peer, Outside) else {peer}
            )
            found |= set(product(alone, grant.ports))
    return found


@given(policy_sets())
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(policies: PolicySet) -> None:
    """Of every model: names, subjects, isolated directions, flows and reasons, and no refusal."""
    isolated = [w for w in policies.workloads if {w.ingress.kind, w.egress.kind} != {"unspecified"}]
    found = [TARGET.lift(text) for text in texts(policies)]
    assert [read.refusals for read in found] == [()] * len(isolated)
    for subject, read in zip(isolated, found, strict=True):
        (one,) = read.policies
        assert one.name == f"esspec-{subject.subject.namespace}-{subject.slug}"
        assert one.subject == said_pods(subject.subject)
        assert one.isolates == {d for d in Direction if subject.allowance(d).kind != "unspecified"}
        for direction in Direction:
            assert read_back(one.grants(direction)) == said(policies, subject, direction)
        assert list(read.reasons) == [
            lifted.Reason(row.row, row.reason)
            for direction in Direction
            if isinstance(allowance := subject.allowance(direction), AllowOnly)
            for row in allowance.rules
        ] + [lifted.Reason("dns", "name resolution")] * bool(policies.dns and subject.egress.kind != "unspecified")


@given(st.text())
@example("\n- action: Allow")
@example("\u2028- action: Allow\r\x85spec: {}")
def test_page_text_stays_in_its_comment(reason: str) -> None:
    """Whatever a reason holds, the object below says the same."""
    plain, odd = (text_of(policy_set(workload("zk", [rule(ANYONE, reason=why)]))).splitlines() for why in ("", reason))
    assert len(odd) == len(plain)
    changed = [line.split()[0] for line, other in zip(odd, plain, strict=True) if line != other]
    assert set(changed) <= {"#", "esspec/rules:"}
