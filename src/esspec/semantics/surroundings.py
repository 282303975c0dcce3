"""What stands around policies in a cluster, as far as manifests tell: namespaces, and the names that pods give ports.

Policies may ask for both. A port name is a property of a pod, as a label is: the key `named_port(…)` has the number
that the pod gives it, so that a rule on a name is a set of rules on numbers, each for the pods that mean it so.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from esspec.semantics.lifted import Key, Peers, Pods, Policy
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol

_NAMESPACE_LABEL, _PORT_NAMED = "namespace label", "port named"
SPARE: Mapping[Protocol, tuple[int, ...]] = dict.fromkeys(Protocol, (LAST_PORT,))


class Surroundings(NamedTuple):
    """The labels of the namespaces that are known, and all numbers that some known pod gives a port's name.

    `spare` are the numbers that stand for whatever a pod that nobody created may give a name.
    """

    namespaces: Mapping[str, Mapping[str, str]]
    port_numbers: Mapping[tuple[Protocol, str], frozenset[int]]
    spare: Mapping[Protocol, tuple[int, ...]] = SPARE

    def numbers(self, protocol: Protocol, name: str) -> tuple[int, ...]:
        """Return the numbers that pods may give a name."""
        return tuple(sorted({*self.port_numbers.get((protocol, name), ()), *self.spare[protocol]}))

    def stand_ins(self, protocol: Protocol, name: str) -> tuple[str, ...]:
        """Return the numbers, as text, that stand for what pods may give a name, and that no known pod does."""
        given = self.port_numbers.get((protocol, name), ())
        return tuple(str(number) for number in self.spare[protocol] if number not in given)

    def beside(self, others: Iterable["Surroundings"]) -> "Surroundings":
        """Return what is known when others tell what is not known here: namespaces, and further numbers."""
        namespaces, numbers = dict(self.namespaces), dict(self.port_numbers)
        for other in others:
            namespaces = {**other.namespaces, **namespaces}
            for key, found in other.port_numbers.items():
                numbers[key] = numbers.get(key, frozenset()) | found
        return Surroundings(namespaces, numbers, self.spare)


def namespace_label(name: str) -> Key:
    """Return the key for a label of the pod's namespace."""
    return Key(_NAMESPACE_LABEL, name)


def named_port(protocol: Protocol, name: str) -> Key:
    """Return the key for the number, as text, that a pod gives the port of this name."""
    return Key(_PORT_NAMED, f"{name}/{protocol}")


def is_namespace_label(key: Key) -> bool:
    """Return whether a key is a label of the pod's namespace."""
    return key.kind == _NAMESPACE_LABEL


class PortName(NamedTuple):
    """A name that rules give a port, and its protocol."""

    protocol: Protocol
    name: str


def port_name(key: Key) -> PortName | None:
    """Return the name of the port whose number a key asks for, None for another key."""
    if key.kind != _PORT_NAMED:
        return None
    name, _, protocol = key.name.rpartition("/")
    return PortName(Protocol(protocol), name)


def names_in(policy: Policy) -> Iterator[tuple[PortName, int]]:
    """Yield the names of ports that the rules of a policy ask for, and the line of the rule."""
    for name in _names(policy.subject):
        yield from ((name, grant.line) for grant in policy.ingress)
    for grant in policy.egress:
        for peer in grant.peers:
            yield from ((name, grant.line) for name in _names(peer))


def spare_for(policies: Iterable[Policy]) -> Mapping[Protocol, tuple[int, ...]]:
    """Return numbers that no rule on numbers speaks of, one per protocol: they show whether a name is allowed.

    They do not lie beside such numbers if they need not, so that in answers they stand alone. Where the rules leave
    none, it is one out of each interval that no rule tells apart.
    """
    cut: dict[Protocol, set[tuple[int, int]]] = {protocol: set() for protocol in Protocol}
    for policy in policies:
        for direction in Direction:
            for grant in policy.grants(direction):
                if not _is_named(policy, direction, grant.peers):
                    for ports in grant.ports:
                        cut[ports.protocol].add((ports.first, ports.last))
    return {protocol: tuple(_apart_from(found - {(FIRST_PORT, LAST_PORT)})) for protocol, found in cut.items()}


def _names(pods: Peers) -> Iterator[PortName]:
    if isinstance(pods, Pods):
        yield from filter(None, (port_name(key) for key, _ in pods.where))


def _is_named(policy: Policy, direction: Direction, peers: Iterable[Peers]) -> bool:
    ends = (policy.subject,) if direction is Direction.INGRESS else peers
    return any(True for end in ends for _ in _names(end))


def _apart_from(intervals: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield the highest number that is in none of the intervals and beside none, else that in none of them."""
    wider = tuple(_outside([(first - 1, last + 1) for first, last in intervals]))
    return iter(wider) if len(wider) == 1 and FIRST_PORT <= wider[0] <= LAST_PORT else _outside(intervals)


def _outside(intervals: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield the highest number in none of the intervals; where there is none, the last of each piece they cut."""
    at = LAST_PORT
    for first, last in sorted(intervals, key=lambda interval: interval[::-1], reverse=True):
        if last < at:
            break
        at = min(at, first - 1)
    if at >= FIRST_PORT:
        yield at
        return
    yield from sorted({edge for first, last in intervals for edge in (first - 1, last) if edge} | {LAST_PORT})
