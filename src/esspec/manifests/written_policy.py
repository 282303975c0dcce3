"""A NetworkPolicy as its author wrote it: what is left to defaults, and what only the words show."""

from collections.abc import Iterator
from typing import NamedTuple

from esspec.manifests.manifest import ANNOTATION
from esspec.manifests.manifest_objects import ManifestObject
from esspec.manifests.yamlread import List, Map
from esspec.terms import Direction

_KIND = ("networking.k8s.io/v1", "NetworkPolicy")
_PEERS = {Direction.INGRESS: "from", Direction.EGRESS: "to"}


class Section(NamedTuple):
    """The rules of one direction. `line` is that of the section, 0 where it is not written."""

    direction: Direction
    line: int
    rules: tuple[Map, ...]

    def peers(self) -> Iterator[tuple[Map, int]]:
        """Yield the peers of its rules, each with the line of its rule."""
        for rule in self.rules:
            peers = rule.get(_PEERS[self.direction])
            yield from ((peer, rule.line) for peer in _maps(peers))

    def names_at_addresses(self) -> Iterator[int]:
        """Yield the lines of egress rules that ask for ports by their names only, and of addresses only."""
        for rule in self.rules if self.direction is Direction.EGRESS else ():
            peers, ports = tuple(_maps(rule.get("to"))), tuple(_maps(rule.get("ports")))
            are_named = bool(ports) and all(isinstance(port.get("port"), str) for port in ports)
            if are_named and peers and all(peer.get("ipBlock") is not None for peer in peers):
                yield rule.line


class WrittenPolicy(NamedTuple):
    """Its sections, and the directions that `policyTypes` names, None where these are left to the default.

    What is generated carries the rules of a page, and means all that it does not say.
    """

    types: frozenset[Direction] | None
    types_line: int
    sections: tuple[Section, ...]
    is_generated: bool


def written_policy(found: ManifestObject) -> WrittenPolicy | None:
    """Return how a NetworkPolicy that the API server takes is written; None for an object of another kind."""
    if (found.api_version, found.kind) != _KIND:
        return None
    spec = found.body.get("spec")
    if not isinstance(spec, Map):
        spec = Map(found.body.line)
    types = spec.get("policyTypes")
    named = frozenset(d for d in Direction if d.capitalize() in types) if isinstance(types, List) and types else None
    sections = tuple(_section(spec, direction) for direction in Direction)
    return WrittenPolicy(named, spec.line_of("policyTypes"), sections, _is_generated(found.body))


def _is_generated(body: Map) -> bool:
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Map) else None
    return isinstance(annotations, Map) and ANNOTATION in annotations


def _section(spec: Map, direction: Direction) -> Section:
    return Section(direction, spec.lines.get(direction, 0), tuple(_maps(spec.get(direction))))


def _maps(items: object) -> Iterator[Map]:
    """Yield the items of a list; one that is null has no fields."""
    if isinstance(items, List):
        for item, line in zip(items, items.lines, strict=True):
            yield item if isinstance(item, Map) else Map(line)
