"""Sets of manifests compared: their difference is what a naive reading of both says, workload by workload."""

from itertools import product

from hypothesis import given

from cluster_ends import PORTS, address_at, clusters, flows_between, holds, pod_at
from diffing import Found, Told, applied, told
from drawn_cluster import ADDRESSES, KNOWN, Drawn, manifests
from esspec.answers.changes import ADDED, REMOVED, changes
from esspec.semantics.difference import Difference, difference
from esspec.semantics.views import View
from esspec.terms import Protocol
from naive_cluster import Data, Flow, Pod, is_allowed, objects
from strategies import examples

LAW = examples(25)


def views(*texts: str) -> list[View]:
    """Return each of some texts as a side, read beside the others."""
    return [cluster.view("m.yaml") for cluster in clusters(*texts)]


@given(manifests())
@LAW
def test_a_side_does_not_differ_from_itself(drawn: Drawn) -> None:
    assert difference(*views(drawn.text, drawn.text)).is_empty


@given(manifests(), manifests())
@LAW
def test_the_difference_is_exact(one: Drawn, other: Drawn) -> None:
    """For every pod of either side under the policies of both, whoever it is."""
    found = difference(*views(one.text, other.text))
    sight = found.ground.sights[0]
    ends = [pod_at(sight, pod, KNOWN) for pod in {str(pod): pod for pod in (*one.pods, *other.pods)}.values()]
    ends += [address_at(sight, address) for address in ADDRESSES]
    read = [objects(text) for text in (one.text, other.text)]
    for flow, source, destination in flows_between(ends):
        allowed = [is_allowed(cluster, flow) for cluster in read]
        assert holds(found.removed, source, destination, flow) is (allowed[0] and not allowed[1])
        assert holds(found.added, source, destination, flow) is (allowed[1] and not allowed[0])
    assert applied(found) == found.ground.flows(1)


@given(manifests(), manifests())
@LAW
def test_changes_tell_what_workloads_may_do(one: Drawn, other: Drawn) -> None:
    """A workload is held to the policies of each side by the labels that it has there."""
    found = difference(*views(one.text, other.text))
    pods = [by_name(drawn) for drawn in (one, other)]
    names = (tuple(pods[0]), tuple(pods[1]))
    read = [objects(text) for text in (one.text, other.text)]
    assert told(changes(found), names, (), PORTS) == wanted(found, pods, read)


def by_name(drawn: Drawn) -> dict[str, Pod]:
    """Return the pods of manifests by what answers call them."""
    found = [each for each in objects(drawn.text) if each["metadata"]["name"].startswith("w")]
    names = [f"{each['metadata']['namespace']}/{each['metadata']['name']}[{each['kind']}]" for each in found]
    return dict(zip(names, drawn.pods, strict=True))


def wanted(found: Difference, pods: list[dict[str, Pod]], read: list[list[Data]]) -> Told:
    """Return the differences of all flows between workloads, each evaluated by itself on either side."""
    names = dict.fromkeys(name for side in pods for name in side)
    flows = dict.fromkeys(product((REMOVED, ADDED), names, names), frozenset[tuple[Protocol, int]]())
    for src, dst in product(found.ground.connections, repeat=2):
        ends = [
            (pods[side][one.name], pods[side][other.name])
            if (one := src.on(side)) and (other := dst.on(side))
            else None
            for side in (0, 1)
        ]
        opened = [allowed(read[side], pair) if pair else frozenset() for side, pair in enumerate(ends)]
        for side, word in enumerate((REMOVED, ADDED)):
            if (one := src.on(side)) and (other := dst.on(side)):
                flows[word, one.name, other.name] = opened[side] - opened[1 - side]
    return flows


def allowed(cluster: list[Data], ends: tuple[Pod, Pod]) -> Found:
    """Return the ports on which the policies of a cluster let flows through."""
    return frozenset(
        (protocol, port)
        for protocol, port in product(Protocol, PORTS)
        if is_allowed(cluster, Flow(*ends, protocol.value, port))
    )
