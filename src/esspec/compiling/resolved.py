"""What a page says under a binding, as values: rows and statements whose names are resolved or reported."""

import hashlib
from typing import Literal, NamedTuple

from esspec.bindings.binding import Binding
from esspec.compiling.names import Names
from esspec.model import Condition
from esspec.problem import Problem
from esspec.reading.cells import WrittenPorts
from esspec.reading.pod_labels import Label
from esspec.reading.rows import WrittenRule
from esspec.reading.sections import Page, Statement
from esspec.terms import Protocol

PeerKind = Literal["workload", "same", "any", "instance", "external", "unresolved"]


class ResolvedPeer(NamedTuple):
    """One peer of a cell; `workloads` and `external` are filled for the kinds that have them."""

    phrase: str
    kind: PeerKind
    workloads: tuple[str, ...] = ()
    external: str | None = None


class AppliedOverride(NamedTuple):
    """The binding's decision about a row, and its line there."""

    reason: str
    line: int


class ResolvedRule(NamedTuple):
    """A row with its names resolved and its override applied.

    `labels` are those that the row gives to the one workload among its peers, placeholders filled; None without.
    """

    workload: str
    written: WrittenRule
    protocol: Protocol | None
    ports: WrittenPorts
    peers: tuple[ResolvedPeer, ...]
    condition: Condition | None
    labels: tuple[Label, ...] | None
    override: AppliedOverride | None

    @property
    def row(self) -> str:
        """Return a hash of what the row says, wherever it stands on the page."""
        content = f"{self.workload}\x1f{self.written.direction}\x1f{self.written.cells}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]


class Unknown(NamedTuple):
    """A word of the page that nothing explains: a `name` of a peer, a `remark` or a `placeholder`, and its line."""

    kind: Literal["name", "remark", "placeholder"]
    word: str
    phrase: str
    line: int


class Resolution(NamedTuple):
    """A page under a binding. `statements` are by workload name; `problems` are in the order of their places.

    `unknown` are the words that an entry in the binding can explain.
    """

    page: Page
    binding: Binding
    names: Names
    rules: tuple[ResolvedRule, ...]
    statements: tuple[tuple[str, Statement], ...]
    unknown: tuple[Unknown, ...]
    problems: tuple[Problem, ...]
