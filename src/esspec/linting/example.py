"""One example policy as read by the target that knows its kind: whom it is about, and which ports it opens."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from esspec.bindings.binding import Binding
from esspec.linting.embedded import EmbeddedPolicy
from esspec.linting.placeholders import filled
from esspec.manifests.manifest import Refused
from esspec.manifests.policy_kinds import PolicyReader
from esspec.manifests.yamlread import List, Map, Scalar
from esspec.semantics.lifted import Policy, Refusal, Values
from esspec.terms import Direction, Protocol

_ANY_NAMESPACE = "default"
_Written = tuple[str, int, int]
"""Protocol, first and last port as an example writes them."""


class OpenPorts(NamedTuple):
    """Ports that an example opens, at a line of the page; those that a reader is to fill in have no numbers yet."""

    protocol: Protocol
    first: int
    last: int
    line: int
    is_user_supplied: bool


class Example(NamedTuple):
    """An example policy: `wanted` is what it asks of the labels of the pods that it selects."""

    name: str
    line: int
    wanted: tuple[tuple[str, Values], ...]
    isolates: frozenset[Direction]
    opened: Mapping[Direction, tuple[OpenPorts, ...]]


def read_example(policy: EmbeddedPolicy, reader: PolicyReader, binding: Binding) -> Example | Refusal:
    """Return what an example says, in the namespace of the page where it names none; else why it says nothing."""
    namespace = binding.file.namespace or _ANY_NAMESPACE
    names = {name.lower(): ports[0] for name, ports in binding.file.ports.items() if len(ports) == 1}
    bodies = [filled(policy.body, namespace, names, number) for number in (1, 2)]
    try:
        one, *_ = reader(bodies[0], None)
        other = one if bodies[0] == bodies[1] else reader(bodies[1], None)[0]
    except Refused as refused:
        return refused.refusal
    places = _port_lines(bodies[0])
    return Example(
        name=policy.name,
        line=policy.line,
        wanted=tuple((key.name, values) for key, values in one.subject.where if key.kind == "label"),
        isolates=one.isolates,
        opened={d: tuple(_opened(one, other, d, places, policy.offset)) for d in Direction},
    )


def _opened(
    one: Policy, other: Policy, direction: Direction, places: Mapping[_Written, list[int]], offset: int
) -> Iterator[OpenPorts]:
    """Yield the ports that some peer may use. Read with two different numbers, a port to be filled in differs."""
    for grant, same in zip(one.grants(direction), other.grants(direction), strict=True):
        for ports, again in zip(grant.ports, same.ports, strict=True):
            lines = places.get((ports.protocol.value, ports.first, ports.last), [])
            at = bisect_left(lines, grant.line)
            line = lines[at] if at < len(lines) else grant.line
            if grant.peers:
                yield OpenPorts(*ports, line=offset + line, is_user_supplied=ports != again)


def _port_lines(body: Map) -> dict[_Written, list[int]]:
    """Return where ports stand as numbers, in their order."""
    found: defaultdict[_Written, list[int]] = defaultdict(list)
    for place in _ports_in(body):
        first = place.get("port")
        last = place.get("endPort", first)
        if isinstance(first, int) and isinstance(last, int):
            protocol = str(place.get("protocol", Protocol.TCP.value))
            found[protocol, first, last].append(place.line_of("port"))
    return found


def _ports_in(data: Scalar | Map | List) -> Iterator[Map]:
    if isinstance(data, Map):
        if "port" in data:
            yield data
        for value in data.values():
            yield from _ports_in(value)
    elif isinstance(data, List):
        for item in data:
            yield from _ports_in(item)
