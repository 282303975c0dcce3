"""The canonical model: what a page and its binding say together, before any target.

Terms follow Kubernetes. Values are frozen and closed and compare by content; the order of rules has no meaning.
Per workload and direction there is exactly one of four allowances, so that "the page says nothing" and "the
page says none" cannot be confused.
"""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol, Role
from esspec.value import Value


class PortRange(Value):
    """The ports `first` to `last`, both included; one port where they are equal."""

    first: Annotated[int, Field(ge=FIRST_PORT, le=LAST_PORT)]
    last: Annotated[int, Field(ge=FIRST_PORT, le=LAST_PORT)]

    def __str__(self) -> str:
        """Return `80` or `8000-8010`."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


Ports = tuple[PortRange, ...] | Literal["all"]
"""Port intervals in the order of the page, or "all" where the page states none."""


class Selector(Value):
    """Pods by namespace and labels: a pod matches that has every one of the labels.

    `namespace` is None where pods of every namespace are meant. `labels` are sorted by key, never empty.
    """

    namespace: str | None
    labels: Annotated[tuple[tuple[str, str], ...], Field(min_length=1)]


class Anyone(Value):
    """Every pod, every node and every address outside."""

    kind: Literal["anyone"] = "anyone"


class WorkloadPeer(Value):
    """The pods of one workload of the model, by its name."""

    kind: Literal["workload"] = "workload"
    workload: str


class InstancePeer(Value):
    """Every pod of this installation: the binding's namespace and its top-level labels."""

    kind: Literal["instance"] = "instance"


class ExternalPeer(Value):
    """An external of the binding, by its name."""

    kind: Literal["external"] = "external"
    external: str


Peer = Annotated[Anyone | WorkloadPeer | InstancePeer | ExternalPeer, Field(discriminator="kind")]


class Override(Value):
    """The decision in the binding that completed or corrected a row."""

    reason: str
    line: int


class Condition(Value):
    """When a row holds: `text` as the page writes it, and the feature and state it names."""

    text: str
    feature: str
    state: str


class Rule(Value):
    """One table row: its peers may talk to the subject (ingress) or be talked to (egress).

    `row` is a hash of the row's content, not of its place: moved lines do not change it.
    """

    line: int
    column: int
    row: str
    protocol: Protocol
    ports: Ports
    peers: Annotated[tuple[Peer, ...], Field(min_length=1)]
    reason: str
    condition: Condition | None = None
    override: Override | None = None


class Unspecified(Value):
    """The page says nothing: this direction is not isolated."""

    kind: Literal["unspecified"] = "unspecified"


class AllowNone(Value):
    """The page says "None", or no condition of its rows holds: isolated, nothing allowed. `words` say which."""

    kind: Literal["none"] = "none"
    line: int
    words: str = "None"


class AllowAll(Value):
    """The page says "Any": isolated, everything allowed."""

    kind: Literal["any"] = "any"
    line: int


class AllowOnly(Value):
    """The page has a table: isolated, only these rules allow."""

    kind: Literal["rules"] = "rules"
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]


Allowance = Annotated[Unspecified | AllowNone | AllowAll | AllowOnly, Field(discriminator="kind")]


class Workload(Value):
    """One group of pods that the page describes, or that the binding adds as a peer.

    `slug` names its files and objects. `subject` is what a policy of its own selects, `peer` what others mean
    by it; they differ only where the binding says `namespaces = "any"`. `line` is 0 where the page has no
    heading for it. `origin` says where namespace and labels come from, for the comments in the output.
    """

    name: str
    slug: str
    lines: tuple[int, ...]
    subject: Selector
    peer: Selector
    origin: str
    ingress: Allowance
    egress: Allowance

    def allowance(self, direction: Direction) -> Allowance:
        """Return what the page says about one direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules of both directions, ingress first, in the order of the page."""
        return tuple(r for a in (self.ingress, self.egress) if isinstance(a, AllowOnly) for r in a.rules)


class External(Value):
    """Something that is not a pod: a role, and addresses as masked CIDRs with their prefix length.

    `accepts` holds (target, word) pairs: a target's known imprecision that the binding accepts in so many words.
    """

    name: str
    role: Role
    addresses: tuple[str, ...]
    origin: str
    accepts: tuple[tuple[str, str], ...] = ()


class Dns(Value):
    """Name resolution for every isolated egress, as the binding's `[dns]` says."""

    peers: Annotated[tuple[Selector, ...], Field(min_length=1)]
    ports: Annotated[tuple[tuple[Protocol, PortRange], ...], Field(min_length=1)]
    reason: str
    origin: str


class PolicySet(Value):
    """All that is exported: a whole page, resolved. `page` and `binding` are the names that outputs show."""

    page: str
    binding: str
    title: str
    prefix: str
    workloads: tuple[Workload, ...]
    externals: tuple[External, ...]
    instance: Selector | None
    dns: Dns | None

    @cached_property
    def workload(self) -> dict[str, Workload]:
        """Return the workloads by name; the model is closed, so every peer's name is a key."""
        return {w.name: w for w in self.workloads}

    @cached_property
    def external(self) -> dict[str, External]:
        """Return the externals by name; every external peer's name is a key."""
        return {e.name: e for e in self.externals}
