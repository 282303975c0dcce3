"""Selectors that match nothing, peers that are fewer than was meant, and names of ports that no pod has."""

from collections import defaultdict
from collections.abc import Iterator

from esspec.manifests.cluster import PolicyObject
from esspec.manifests.linted_cluster import LintedCluster
from esspec.manifests.written_policy import written_policy
from esspec.problem import Problem, note, warning
from esspec.semantics.lifted import NAMESPACE, Key, Pods, Values
from esspec.semantics.surroundings import PortName, is_namespace_label, port_name
from esspec.terms import Direction


def selecting_nothing(cluster: LintedCluster) -> Iterator[Problem]:
    """Yield a warning per policy that selects no pod, and per selector of a rule that matches none.

    If pods are given, and some in the namespaces that a selector speaks of, it must match one of them.
    """
    for one in cluster.objects:
        subject = one.policies[0].subject
        wrong = _matches_nothing(subject, cluster)
        if wrong:
            message = f"this {one.found.kind} selects {_in_words(subject)}, and {wrong}"
            at = (one.found.body.line, 1)
            yield warning("policy-without-effect", one.found.file, at, message, "correct its selector, or delete it")
            continue
        for line, selector in dict.fromkeys(_selectors(one, cluster)):
            wrong = _matches_nothing(selector, cluster)
            if wrong:
                message = f"a peer of this rule is {_in_words(selector)}, and {wrong}"
                remedy = "correct its selector, or delete it"
                yield warning("selects-nothing", one.found.file, (line, 1), message, remedy)


def own_namespace_peers(cluster: LintedCluster) -> Iterator[Problem]:
    """Yield a note per peer that is every pod of the policy's own namespace, and of no other."""
    for one in cluster.objects:
        written = written_policy(one.found)
        where = dict(one.policies[0].subject.where)
        for section in written.sections if written and NAMESPACE in where else ():
            for peer, line in section.peers():
                selector = peer.get("podSelector")
                is_empty = isinstance(selector, dict) and not any(selector.values())
                if is_empty and peer.get("namespaceSelector") is None:
                    message = f"`podSelector: {{}}` is every pod of {_namespaces(where[NAMESPACE])}, and of no other"
                    remedy = "write `namespaceSelector: {}` if all pods are meant"
                    yield note("own-namespace-peer", one.found.file, (line, 1), message, remedy)


def unnamed_ports(cluster: LintedCluster) -> Iterator[Problem]:
    """Yield a warning per name of a port that pods at hand have, but none of those that the rule opens.

    A rule on names alone that opens addresses alone permits nothing either.
    """
    for one in cluster.objects:
        written = written_policy(one.found)
        for section in written.sections if written else ():
            for line in section.names_at_addresses():
                message = "only pods name ports, and what this rule permits is addresses"
                yield warning("selects-nothing", one.found.file, (line, 1), message, "write the number of the port")
        asked: dict[tuple[int, PortName], int] = defaultdict(int)
        spoken: dict[tuple[int, PortName], int] = defaultdict(int)
        for line, pods in _naming(one):
            for key, _ in pods.where:
                name = port_name(key)
                if name:
                    asked[line, name] |= cluster.ends.mask(pods)
                    spoken[line, name] |= cluster.ends.mask(_without_ports(pods))
        for (line, name), mask in asked.items():
            if name in cluster.around.port_numbers and spoken[line, name] & cluster.named and not mask & cluster.named:
                message = f"none of the pods that this rule opens calls a {name.protocol} port '{name.name}'"
                remedy = "correct the name or the protocol, or name the port in the pods"
                yield warning("unknown-port-name", one.found.file, (line, 1), message, remedy)


def _naming(one: PolicyObject) -> Iterator[tuple[int, Pods]]:
    """Yield the lines of rules, and the pods whose ports they open."""
    for policy in one.policies:
        yield from ((grant.line, policy.subject) for grant in policy.ingress)
        yield from ((grant.line, peer) for grant in policy.egress for peer in grant.peers if isinstance(peer, Pods))


def _selectors(one: PolicyObject, cluster: LintedCluster) -> Iterator[tuple[int, Pods]]:
    """Yield the lines of rules, and the pods that are their peers.

    A selector of namespaces by labels is read in two parts, for those that are known and for all others: the latter
    need not match where the former is there, or where no namespace is known.
    """
    for policy in one.policies:
        for direction in Direction:
            for grant in policy.grants(direction):
                peers = [_without_ports(peer) for peer in grant.peers if isinstance(peer, Pods)]
                known = {_labels(peer) for peer in peers if _is_of_known(peer)}
                for peer in peers:
                    is_open = any(is_namespace_label(key) for key, _ in peer.where)
                    if not is_open or (cluster.around.namespaces and _labels(peer) not in known):
                        yield grant.line, peer


def _is_of_known(pods: Pods) -> bool:
    return any(key == NAMESPACE and values.listed for key, values in pods.where)


def _labels(pods: Pods) -> Pods:
    return Pods(tuple(part for part in pods.where if part[0].kind == "label"))


def _without_ports(pods: Pods) -> Pods:
    return Pods(tuple(part for part in pods.where if port_name(part[0]) is None))


def _matches_nothing(pods: Pods, cluster: LintedCluster) -> str:
    """Return what is wrong with a selector that matches nothing; no text for one that matches, or that may."""
    mask = cluster.ends.mask(pods)
    if not mask:
        return "no pod can be that"
    is_spoken_of = bool(cluster.named) and any(_may_mean(pods, name) for name in cluster.lived_in)
    return "none of the pods given here is one" if is_spoken_of and not mask & cluster.named else ""


def _may_mean(pods: Pods, namespace: str) -> bool:
    """Return whether a selector speaks of a namespace, or of namespaces by their labels."""
    where = dict(pods.where)
    if any(is_namespace_label(key) for key in where) or NAMESPACE not in where:
        return True
    return (namespace in where[NAMESPACE].items) is where[NAMESPACE].listed


def _in_words(pods: Pods) -> str:
    where = dict(pods.where)
    namespaces = where.pop(NAMESPACE, None)
    labels = ", ".join(_label_in_words(key, values) for key, values in where.items())
    of = f"pods of {_namespaces(namespaces)}" if namespaces else "pods"
    return f"{of} with {labels}" if labels else of


def _namespaces(values: Values) -> str:
    names = sorted(name for name in values.items if name)
    if not names:
        return "no namespace" if values.listed else "any namespace"
    word = "namespace" if len(names) == 1 else "namespaces"
    return f"{word} {', '.join(names)}" if values.listed else f"namespaces other than {', '.join(names)}"


def _label_in_words(key: Key, values: Values) -> str:
    name = f"namespace label {key.name}" if is_namespace_label(key) else key.name
    items = sorted(value for value in values.items if value is not None)
    if values.listed and not values.items:
        return f"{name} that contradicts itself"
    if values.listed:
        shown = f"{name}={items[0]}" if len(items) == 1 else f"{name} in ({', '.join(items)})"
        return shown if None not in values.items else f"no {name}"
    shown = f"{name} not in ({', '.join(items)})" if items else name
    return shown if None in values.items or not items else f"{shown} or absent"
