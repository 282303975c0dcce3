"""Who can talk: the classes of pods and of other ends that nothing in some readings can tell apart.

Pods are cut into blocks (`esspec.semantics.pod_classes`), addresses into intervals at every boundary that is
mentioned. Each listed address has exactly the role the binding gives it, every other address is outside, and one more
end is a node at an address that nobody lists. An address to which two bindings give two roles is two ends.

A set of classes is a Python int, one bit per class: union, intersection and comparison are single operations.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TYPE_CHECKING, NamedTuple

from esspec.semantics.lifted import NAMESPACE, Everyone, Key, Outside, Peers, Pods, Values, only
from esspec.semantics.pod_classes import PodClasses
from esspec.semantics.surroundings import port_name
from esspec.terms import Protocol, Role

if TYPE_CHECKING:
    from esspec.model import External

_LAST = {4: 2**32 - 1, 6: 2**128 - 1}
NO_STAND_INS: Mapping[Key, tuple[str, ...]] = {}
PortNames = tuple[tuple[Protocol, int, str], ...]
"""Numbers of ports that stand for names: the protocol, the number, and the names that it stands for."""

Position = tuple[int, int]  # (IP version, address as a number); in this order intervals are sorted


class OutsideClass(NamedTuple):
    """Ends that are no pods, of one role: the addresses `first` to `last`, or one that nobody lists (None)."""

    role: Role
    first: Position | None
    last: Position | None


class Ends:
    """The classes of ends for some selectors: first the blocks of pods, then the ends outside."""

    def __init__(
        self,
        selectors: Iterable[Peers],
        externals: Sequence["External"],
        known: Iterable[Mapping[Key, str]] = (),
        stand_ins: Mapping[Key, tuple[str, ...]] = NO_STAND_INS,
    ) -> None:
        """Cut all ends by `selectors`; `externals` say which address has which role, `known` are the pods at hand.

        `stand_ins` are the numbers that stand for those which pods may give a port's name.
        """
        self.stand_ins = stand_ins
        unique = set(selectors)
        self._classes = PodClasses((s for s in unique if isinstance(s, Pods)), known)
        self.pods = self._classes.blocks
        networks = {n for s in unique if isinstance(s, Outside) for n in (*(s.networks or ()), *s.excluded)}
        self.has_every_address = any(network.endswith("/0") for network in networks)
        named = {role for s in unique if isinstance(s, Outside) and len(s.roles) == 1 for role in s.roles}
        self.outside = _outside(networks, externals, named - {Role.OUTSIDE})
        self._starts = [end.first for end in self.outside if end.first]
        self.count = len(self.pods) + len(self.outside)
        self.everyone = (1 << self.count) - 1
        self._roles = {
            role: sum(1 << n for n, end in enumerate(self.outside) if end.role is role) << len(self.pods)
            for role in Role
        }
        self._masks: dict[Peers, int] = {}

    def mask(self, selector: Peers) -> int:
        """Return the classes that a selector means; it must be one that the ends were cut by."""
        found = self._masks.get(selector)
        if found is None:
            found = self._masks[selector] = self._mask(selector)
        return found

    def pod(self, values: Mapping[Key, str]) -> int:
        """Return the class of a pod that has exactly these values and no other label; see PodClasses.number."""
        return self._classes.number(values)

    def describe(self, number: int) -> str:
        """Return a class in words."""
        if number < len(self.pods):
            return pods_in_words(self.pods[number].where, self.stand_ins)
        end = self.outside[number - len(self.pods)]
        if end.first is None or end.last is None:
            return f"a {end.role} at an address that nobody lists"
        first, last = _address(end.first), _address(end.last)
        return f"{first if first == last else f'an address from {first} to {last}'} (role {end.role})"

    def port_names(self, classes: int) -> PortNames:
        """Return the numbers that stand for a name at each of these ends, with the names that they stand for."""
        found: dict[tuple[Protocol, int], set[str]] = {}
        while classes and self.stand_ins:
            number = (classes & -classes).bit_length() - 1
            classes &= classes - 1
            where = self.pods[number].where if number < len(self.pods) else ()
            own = [stand_in for key, values in where if (stand_in := _stood_for(key, values, self.stand_ins))]
            if not own:
                return ()
            for protocol, port, name in own:
                found.setdefault((protocol, port), set()).add(name)
        return tuple((*port, ",".join(sorted(names))) for port, names in found.items())

    def _mask(self, selector: Peers) -> int:
        if isinstance(selector, Everyone):
            return self.everyone
        if isinstance(selector, Pods):
            return sum(1 << number for number in self._classes.numbers(selector))
        found = 0
        for role in selector.roles:
            found |= self._roles[role]
        if selector.networks is not None:
            found &= self._addresses(selector.networks)
        return found & ~self._addresses(selector.excluded)

    def _addresses(self, networks: Iterable[str]) -> int:
        found = 0
        for network in networks:
            first, last = _interval(network)
            begin, end = bisect_left(self._starts, first), bisect_right(self._starts, last)
            found |= ((1 << (end - begin)) - 1) << (begin + len(self.pods))
        return found


def _outside(networks: Iterable[str], externals: Sequence["External"], named: set[Role]) -> list[OutsideClass]:
    listed = [(_interval(address), external.role) for external in externals for address in external.addresses]
    cuts = {(version, 0) for version in _LAST}
    for first, last in (*(_interval(network) for network in networks), *(interval for interval, _ in listed)):
        cuts.add(first)
        if last[1] < _LAST[last[0]]:
            cuts.add((last[0], last[1] + 1))
    starts = sorted(cuts)
    said: list[set[Role]] = [set() for _ in starts]
    for (first, last), role in listed:
        for number in range(bisect_left(starts, first), bisect_right(starts, last)):
            said[number].add(role)
    ends = [
        OutsideClass(role, first, (first[0], following[1] - 1 if following[0] == first[0] else _LAST[first[0]]))
        for roles, first, following in zip(said, starts, [*starts[1:], (0, 0)], strict=True)
        for role in sorted(roles) or [Role.OUTSIDE]
    ]
    unnumbered = {external.role for external in externals if not external.addresses} | {Role.NODE}
    unnumbered |= named - {external.role for external in externals}
    return ends + [OutsideClass(role, None, None) for role in Role if role in unnumbered]


def _interval(network: str) -> tuple[Position, Position]:
    parsed = ip_network(network)
    return (
        (parsed.version, int(parsed.network_address)),
        (parsed.version, int(parsed.broadcast_address)),
    )


def _address(position: Position) -> str:
    version, number = position
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))  # noqa: PLR2004


def pods_in_words(where: Iterable[tuple[Key, Values]], stand_ins: Mapping[Key, tuple[str, ...]] = NO_STAND_INS) -> str:
    """Return the pods that have such values in words; a number that only stands for another is none of them."""
    parts = [
        f"{key.kind} {key.name}" if _stood_for(key, values, stand_ins) else _key_in_words(key, values)
        for key, values in where
    ]
    return "a pod with " + ", ".join(parts) if parts else "any pod"


def _stood_for(key: Key, values: Values, stand_ins: Mapping[Key, tuple[str, ...]]) -> tuple[Protocol, int, str] | None:
    """Return the port whose name is asked for, by the one number that stands for what pods may give it."""
    numbers = stand_ins.get(key, ())
    name = port_name(key) if len(numbers) == 1 and values == only(*numbers) else None
    return (name.protocol, int(numbers[0]), name.name) if name else None


def _key_in_words(key: Key, values: Values) -> str:
    kind = "" if key.kind == "label" else key.kind
    name = f"{kind} {key.name}".strip()
    if values.listed:
        (value,) = values.items
        return f"no {kind or 'label'} {key.name}" if value is None else f"{name}={value}"
    named = sorted(v for v in values.items if v is not None)
    if None in values.items:
        return f"some other {name}" if named else f"a {kind or 'label'} {key.name}"
    rest = f"not {named[0]}" if len(named) == 1 else f"none of {len(named)} named"
    return f"{name} {rest}" if key == NAMESPACE else f"{name} absent or {rest}"  # every pod has a namespace
