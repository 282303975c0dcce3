"""What classes of ends are called in answers: the names of pods and externals, and words for all others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range
from typing import NamedTuple

from esspec.semantics.ends import Ends, OutsideClass, Position
from esspec.semantics.views import KnownPods, Sight
from esspec.terms import Role

ROLES = {Role.NODE: "nodes", Role.KUBE_APISERVER: "kube-apiserver", Role.OUTSIDE: "outside"}
"""What ends of a role are called whose address nobody lists."""


class Naming(NamedTuple):
    """The names of classes. `pods` are those that somebody named; several names stand for pods nothing tells apart."""

    pods: dict[int, tuple[str, ...]]
    outside: dict[int, str]

    @property
    def named_pods(self) -> int:
        """Return the classes of pods that have a name, as bits."""
        return sum(1 << number for number in self.pods)

    @property
    def named_outside(self) -> int:
        """Return the classes of ends outside, as bits."""
        return sum(1 << number for number in self.outside)

    def names(self, number: int) -> tuple[str, ...]:
        """Return the names of a class, none where nobody named it."""
        if number in self.pods:
            return self.pods[number]
        return (self.outside[number],) if number in self.outside else ()


def naming(sights: Sequence[Sight]) -> Naming:
    """Return the names that the views give, those of the first view first; all of them share their classes."""
    ends = sights[0].ends
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for sight in sights:
        for number, name in called(sight.view.pods, ends):
            found[number][name] = None
    first = len(ends.pods)
    outside = {first + number: _outside(sights, end) for number, end in enumerate(ends.outside)}
    return Naming({number: tuple(names) for number, names in found.items()}, outside)


def called(pods: Iterable[KnownPods], ends: Ends) -> Iterator[tuple[int, str]]:
    """Yield the class and the name of each of the pods; those of a name that are told apart have one of their own."""
    first: dict[str, int] = {}
    for each in pods:
        number = ends.pod(each.values)
        is_apart = first.setdefault(each.name, number) != number
        yield number, each.apart if each.apart and is_apart else each.name


def _outside(sights: Sequence[Sight], end: OutsideClass) -> str:
    """Return the external that an end is part of, else its addresses as np-guard writes them."""
    for external in (external for sight in sights for external in sight.view.externals):
        if external.role is not end.role:
            continue
        if end.first is None and not external.addresses:
            return external.name
        if end.first is not None and any(_holds(address, end.first) for address in external.addresses):
            return external.name
    if end.first is None or end.last is None:
        return ROLES[end.role]
    return address_range(end.first, end.last)


def address_range(first: Position, last: Position) -> str:
    """Return addresses as np-guard writes them, `0.0.0.0-255.255.255.255`; one alone, and an IPv6 network, as it is."""
    if first[0] == 4:  # noqa: PLR2004
        one, other = IPv4Address(first[1]), IPv4Address(last[1])
        return str(one) if one == other else f"{one}-{other}"
    networks = list(summarize_address_range(IPv6Address(first[1]), IPv6Address(last[1])))
    shown = str(networks[0]).removesuffix("/128") if len(networks) == 1 else f"{networks[0][0]}-{networks[-1][-1]}"
    return f"0{shown}" if shown.startswith("::") else shown  # two colons begin a command in some logs


def _holds(address: str, position: tuple[int, int]) -> bool:
    network = ip_network(address)
    first, last = int(network.network_address), int(network.broadcast_address)
    return network.version == position[0] and first <= position[1] <= last


def in_words(ends: Ends, number: int) -> str:
    """Return a class that nobody named in words."""
    return ends.describe(number)
