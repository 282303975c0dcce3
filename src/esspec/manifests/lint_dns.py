"""Pods that have egress rules and may ask nobody for a name."""

from collections.abc import Iterator

from esspec.manifests.cluster import PolicyObject
from esspec.manifests.linted_cluster import LintedCluster
from esspec.problem import Problem, warning
from esspec.semantics.lifted import NAMESPACE, Grant, Peers, Pods, Ports, Values
from esspec.semantics.meaning import bits
from esspec.semantics.surroundings import names_in
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol

_PORTS = (53, 5353)  # OpenShift's resolvers listen on the second one
_MAX_NAMED = 5


def cut_off(cluster: LintedCluster) -> Iterator[Problem]:
    """Yield a warning per policy whose egress rules leave pods without name resolution, at the first that does.

    A policy that permits nothing needs none.
    """
    settled = 0
    for one in cluster.objects:
        if _may_resolve(one):
            settled |= cluster.ends.mask(one.policies[0].subject)
    for one in cluster.objects:
        policy = one.policies[0]
        if Direction.EGRESS not in policy.isolates or not policy.egress:
            continue
        subjects = cluster.ends.mask(policy.subject)
        subjects = (subjects & cluster.named or subjects) & ~settled
        settled |= subjects
        if subjects:
            names = [name for number in bits(subjects) for name in cluster.names.get(number, ())]
            who = f"{_first(names)} cannot" if names else f"pods that this {one.found.kind} selects cannot"
            message = f"{who} resolve names: no egress rule permits UDP 53"
            remedy = "permit UDP and TCP 53 to the pods of the cluster's DNS"
            yield warning("dns-cut-off", one.found.file, (one.found.body.line, 1), message, remedy)


def _may_resolve(one: PolicyObject) -> bool:
    """Return whether a policy permits questions for names, or a UDP port by a name, which may be theirs."""
    where = dict(one.policies[0].subject.where)
    if any(name.protocol is Protocol.UDP for policy in one.policies for name, _ in names_in(policy)):
        return True
    return any(_permits_questions(grant, where.get(NAMESPACE)) for grant in one.policies[0].egress)


def _permits_questions(grant: Grant, own: Values | None) -> bool:
    """Return whether a rule permits UDP 53; one on every port must be for more than pods of the policy's namespace."""
    is_elsewhere = any(_is_elsewhere(peer, own) for peer in grant.peers)
    return any(_is_resolving(ports) and (is_elsewhere or not _is_every(ports)) for ports in grant.ports)


def _is_resolving(ports: Ports) -> bool:
    return ports.protocol is Protocol.UDP and any(ports.first <= port <= ports.last for port in _PORTS)


def _is_every(ports: Ports) -> bool:
    return (ports.first, ports.last) == (FIRST_PORT, LAST_PORT)


def _is_elsewhere(peer: Peers, own: Values | None) -> bool:
    return not isinstance(peer, Pods) or dict(peer.where).get(NAMESPACE) != own


def _first(names: list[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
