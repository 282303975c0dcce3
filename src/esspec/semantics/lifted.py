"""What a policy text says, in terms no format owns: the common language in which readings are compared.

Every target's `lift` returns these values, and the page's own model is turned into them too, by
`esspec.semantics.intended`. They are small tuples and not pydantic values because a page of a thousand workloads has a
hundred thousand.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol, Role


class Key(NamedTuple):
    """What a selector can ask of a pod: its namespace's name, or one of its labels."""

    kind: str
    name: str = ""


NAMESPACE = Key("namespace")
"""The name of the pod's namespace; every pod has one."""


@lru_cache(maxsize=1 << 12)
def label(name: str) -> Key:
    """Return the key for the pod label `name`."""
    return Key("label", name)


class Values(NamedTuple):
    """A set of values of one key: exactly `items` where `listed`, otherwise all but `items`.

    The item None stands for "the pod has no such label".
    """

    items: frozenset[str | None]
    listed: bool

    def meet(self, other: "Values") -> "Values":
        """Return the values in both sets."""
        if self.listed:
            kept = self.items & other.items if other.listed else self.items - other.items
            return Values(kept, listed=True)
        if other.listed:
            return other.meet(self)
        return Values(self.items | other.items, listed=False)


@lru_cache(maxsize=1 << 12)  # a value stands in as many selectors as its pods have peers
def only(*items: str | None) -> Values:
    """Return the set of exactly these values."""
    return Values(frozenset(items), listed=True)


def all_but(*items: str | None) -> Values:
    """Return the set of every value but these; `all_but(None)` is "has the label"."""
    return Values(frozenset(items), listed=False)


class Pods(NamedTuple):
    """The pods that satisfy every requirement; at most one per key, sorted by key; none at all means every pod."""

    where: tuple[tuple[Key, Values], ...]


def pods(requirements: Iterable[tuple[Key, Values]]) -> Pods:
    """Return the pods that satisfy all `requirements`; several for one key are intersected."""
    found: dict[Key, Values] = {}
    for key, values in requirements:
        found[key] = found[key].meet(values) if key in found else values
    return Pods(tuple(sorted(found.items(), key=lambda item: item[0])))


class Outside(NamedTuple):
    """Addresses that are no pods: those in `networks` (None: any address) and not in `excluded`, of these roles.

    Kubernetes and Calico do not see roles, so they list every role; a Cilium CIDR means role `outside` alone,
    and its entities mean a role at any address.
    """

    networks: tuple[str, ...] | None
    roles: frozenset[Role]
    excluded: tuple[str, ...] = ()


ANY_ROLE = frozenset(Role)


class Everyone(NamedTuple):
    """Every pod of every namespace, every node, every address outside."""


EVERYONE = Everyone()

Peers = Pods | Outside | Everyone


class Ports(NamedTuple):
    """Ports `first` to `last` of one protocol, both included."""

    protocol: Protocol
    first: int
    last: int


def all_ports(*protocols: Protocol) -> tuple[Ports, ...]:
    """Return every port of these protocols; of every protocol where none is named."""
    return tuple(Ports(p, FIRST_PORT, LAST_PORT) for p in protocols or Protocol)


class Grant(NamedTuple):
    """One rule as read: any of `peers` on any of `ports`; no peers, or no ports, grant nothing.

    `line` counts from 1 in the text that was read.
    """

    peers: tuple[Peers, ...]
    ports: tuple[Ports, ...]
    line: int


class Reason(NamedTuple):
    """That an output carries `reason` for a row; `row` is the row's hash, or `line N` of the page."""

    row: str
    reason: str


class Policy(NamedTuple):
    """One object as read. A direction in `isolates` denies all that no grant of any policy allows."""

    name: str
    subject: Pods
    isolates: frozenset[Direction]
    ingress: tuple[Grant, ...]
    egress: tuple[Grant, ...]
    line: int

    def grants(self, direction: Direction) -> tuple[Grant, ...]:
        """Return the grants of one direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress


class Refusal(NamedTuple):
    """An object that its API server or controller would refuse or ignore: it isolates nothing, allows nothing."""

    line: int
    message: str


class Lifted(NamedTuple):
    """All that one text says: its policies, the reasons it carries, and what in it takes no effect."""

    policies: tuple[Policy, ...]
    reasons: tuple[Reason, ...]
    refusals: tuple[Refusal, ...] = ()


class Unreadable(Exception):
    """A text is not in the format at all, or not in a form that `lift` can vouch for.

    Attributes:
        line: where, counting from 1 in that text.
        column: likewise.
        message: what is wrong, without the place.
    """

    def __init__(self, line: int, column: int, message: str) -> None:
        self.line, self.column, self.message = line, column, message
        super().__init__(f"{line}:{column}: {message}")
