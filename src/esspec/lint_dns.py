"""Pods that have egress rules and may ask nobody for a name."""

from collections.abc import Iterator

from esspec.linted_cluster import LintedCluster
from esspec.meaning import Side, bits
from esspec.problem import Problem, warning
from esspec.surroundings import names_in
from esspec.terms import Direction, Protocol

_PORTS = (53, 5353)  # OpenShift's resolvers listen on the second one
_MAX_NAMED = 5


def cut_off(cluster: LintedCluster) -> Iterator[Problem]:
    """Yield a warning per policy whose egress rules leave pods without name resolution, at the first that does."""
    told = 0
    for one in cluster.objects:
        policy = one.policies[0]
        if Direction.EGRESS not in policy.isolates or not policy.egress or _asks_by_name(one.policies):
            continue
        subjects = cluster.ends.mask(policy.subject)
        subjects = (subjects & cluster.named or subjects) & ~told
        lacking = [n for n in bits(subjects) if _lacks(cluster.meaning.sides.get((n, Direction.EGRESS), ()))]
        told |= sum(1 << number for number in lacking)
        if lacking:
            names = [name for number in lacking for name in cluster.names.get(number, ())]
            who = f"{_first(names)} cannot" if names else f"pods that this {one.found.kind} selects cannot"
            message = f"{who} resolve names: no egress rule permits UDP 53"
            remedy = "permit UDP and TCP 53 to the pods of the cluster's DNS"
            yield warning("dns-cut-off", one.found.file, (one.found.body.line, 1), message, remedy)


def _lacks(side: Side) -> bool:
    """Return whether an isolated egress permits something, and no question for a name; what permits none needs none."""
    return bool(side) and not any(
        segment.protocol is Protocol.UDP and any(segment.first <= port <= segment.last for port in _PORTS)
        for segment in side
    )


def _asks_by_name(policies: tuple[object, ...]) -> bool:
    return False


def _first(names: list[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
