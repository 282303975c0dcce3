"""Who decides a flow at one of its ends: the policies that isolate it, and the grants that let the flow through.

Whether a flow is allowed is the business of `esspec.semantics.meaning`; this says by which lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from esspec.semantics.ends import Ends
from esspec.semantics.lifted import Grant
from esspec.semantics.meaning import bits
from esspec.semantics.opened import Opened
from esspec.semantics.views import Sourced
from esspec.terms import Direction


class Granting(NamedTuple):
    """A grant of a policy, and the classes of its peers as bits."""

    sourced: Sourced
    grant: Grant
    peers: int

    @property
    def place(self) -> tuple[str, int]:
        """Return its file and line."""
        return self.sourced.file, self.grant.line


class Deciding:
    """The policies of a view by whom they isolate; what is asked for is put together when it is."""

    def __init__(self, policies: Iterable[Sourced], ends: Ends) -> None:
        """Index `policies`, by whose selectors `ends` must have been cut. Linear in classes per subject."""
        self._policies, self._ends = tuple(policies), ends
        isolating: dict[tuple[int, Direction], list[int]] = defaultdict(list)
        for number, (policy, _) in enumerate(self._policies):
            for subject in bits(ends.mask(policy.subject)):
                for direction in policy.isolates:
                    isolating[subject, direction].append(number)
        self._isolating = {key: tuple(numbers) for key, numbers in isolating.items()}
        self._grants: dict[tuple[Direction, tuple[int, ...]], tuple[Granting, ...]] = {}

    def isolating(self, subject: int, direction: Direction) -> tuple[Sourced, ...]:
        """Return the policies that isolate a direction of a class of pods, in their order."""
        return tuple(self._policies[number] for number in self._isolating.get((subject, direction), ()))

    def grants(self, subject: int, direction: Direction) -> tuple[Granting, ...]:
        """Return the grants of the policies that isolate a direction of a class of pods, in their order."""
        key = (direction, self._isolating.get((subject, direction), ()))
        if key not in self._grants:
            self._grants[key] = tuple(self._granted(*key))
        return self._grants[key]

    def granting(self, subject: int, direction: Direction, peers: int, wanted: Opened) -> Iterator[Granting]:
        """Yield the grants that let some of these peers through on some of the ports that are wanted."""
        for granting in self.grants(subject, direction):
            if granting.peers & peers and overlap(granting.grant, wanted):
                yield granting

    def _granted(self, direction: Direction, numbers: Iterable[int]) -> Iterator[Granting]:
        for number in numbers:
            sourced = self._policies[number]
            for grant in sourced.policy.grants(direction):
                peers = 0
                for selector in grant.peers:
                    peers |= self._ends.mask(selector)
                yield Granting(sourced, grant, peers)


def overlap(grant: Grant, wanted: Opened) -> bool:
    """Return whether a grant speaks of some of these ports."""
    return any(
        ports.protocol is segment.protocol and ports.first <= segment.last and segment.first <= ports.last
        for ports in grant.ports
        for segment in wanted
    )
