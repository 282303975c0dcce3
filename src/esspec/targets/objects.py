"""What the Kubernetes-style targets write alike: names, the annotation with the reasons, comments, kustomization.

Only `lower` and `render` of a target use this; what reads the emitted text back is in `esspec.manifests.manifest`.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache

from esspec.model import (
    AllowOnly,
    Dns,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    Rule,
    Workload,
    WorkloadPeer,
)
from esspec.targets.target import Inexpressible
from esspec.terms import Direction

LABELS = (("app.kubernetes.io/managed-by", "esspec"),)
ANNOTATION = "esspec/rules"
MAX_ANNOTATIONS = 256 * 1024  # bytes, of all keys and values (kubernetes/apimachinery: pkg/api/validation)


def rules_of(workload: Workload) -> Iterator[tuple[Direction, Rule]]:
    """Yield every rule of a workload with its direction, ingress first, in the order of the page."""
    for direction in Direction:
        allowance = workload.allowance(direction)
        if isinstance(allowance, AllowOnly):
            for rule in allowance.rules:
                yield direction, rule


def isolated(workload: Workload) -> tuple[Direction, ...]:
    """Return the directions of which the page says something, ingress first."""
    return tuple(d for d in Direction if workload.allowance(d).kind != "unspecified")


def annotation(policies: PolicySet, workload: Workload, *, target: str) -> str:
    """Return the value of the annotation `esspec/rules`: a JSON list, one entry per rule.

    An entry holds the direction, the hash of the row's content (so that moved lines change nothing that is
    deployed) and the reason; rules for name resolution carry the row "dns". Raises Inexpressible where
    Kubernetes would refuse the annotation for its size.
    """
    dns = policies.dns.reason if policies.dns and Direction.EGRESS in isolated(workload) else None
    text = _entries(_Same(workload), dns)
    if len(ANNOTATION) + len(text) > MAX_ANNOTATIONS:
        raise Inexpressible(
            policies,
            target=target,
            at=workload,
            message=f"the reasons of workload '{workload.name}' need {len(text)} bytes of annotation, "
            f"and Kubernetes takes {MAX_ANNOTATIONS}",
            remedy="shorten the reasons of its rows, or split the workload into two headings",
            code="annotation-too-large",
        )
    return text


class _Same:
    """A workload compared by identity: its content is far more than its place in a cache is worth."""

    __slots__ = ("workload",)

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.workload is other.workload

    def __hash__(self) -> int:
        return id(self.workload)


@lru_cache(maxsize=1 << 13)
def _entries(same: _Same, dns_reason: str | None) -> str:
    """Return the annotation's text; every target writes the same one, so it is made once."""
    rules = rules_of(same.workload)
    entries = [{"direction": d.value, "row": rule.row, "reason": rule.reason} for d, rule in rules]
    if dns_reason is not None:
        entries.append({"direction": "egress", "row": "dns", "reason": dns_reason})
    return json.dumps(entries, ensure_ascii=True)


def head_comments(policies: PolicySet, workload: Workload) -> tuple[str, ...]:
    """Return the comments at the top of a workload's file: what it is, and where all of it is from."""
    places = ", ".join(f"{policies.page}:{line}" for line in workload.lines)
    return (
        f"{workload.name} ({places})" if places else workload.name,
        f"Written by esspec: rules and reasons from {policies.page}; names, namespaces, labels and addresses from",
        f"{policies.binding}. Change those, then export again.",
    )


def rule_comments(policies: PolicySet, rule: Rule, peers: Sequence[Peer] | None = None) -> tuple[str, ...]:
    """Return the comments over a rule: page:line and reason, the binding's decision if any, and who the peers are.

    `peers` are those of the row that this rule is about, all of them if nothing else is said.
    """
    comments = [f"{policies.page}:{rule.line}: {rule.reason}"]
    if rule.override is not None:
        comments.append(f"{policies.binding}:{rule.override.line}: override: {rule.override.reason}")
    names = [_peer_origin(peer) for peer in (rule.peers if peers is None else peers)]
    if all(names):
        comments.append(f"peers, by {policies.binding}: {', '.join(dict.fromkeys(names))}")
    return tuple(comments)


def _peer_origin(peer: Peer) -> str:
    """Return what the binding calls a peer; empty for everyone, which holds all the others too."""
    match peer:
        case WorkloadPeer(workload=name) | ExternalPeer(external=name):
            return name
        case InstancePeer():
            return "every pod of the instance (namespace and labels)"
        case _:
            return ""


def statement_comment(policies: PolicySet, line: int, word: str) -> str:
    """Return the comment over a direction of which the page says "Any" or "None"."""
    return f"{policies.page}:{line}: {word}"


def dns_comment(dns: Dns) -> str:
    """Return the comment over the rules for name resolution, which are the binding's and not the page's."""
    return f"{dns.origin}: {dns.reason}"
