"""Manifests of a cluster: the policies, pods and namespaces in YAML that anybody wrote.

Policies are read by whoever knows their kind (`esspec.manifests.policy_kinds`). A policy that nobody reads is an error,
because without it the answer would be wrong; other objects that say nothing of connections are counted and passed over.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from esspec.manifests.applied import as_applied
from esspec.manifests.doubts import doubts
from esspec.manifests.manifest import Refused, annotated_rules, identity
from esspec.manifests.manifest_files import DEFAULT_NAMESPACE, ManifestText
from esspec.manifests.manifest_objects import (
    ManifestObject,
    Manifests,
    object_twice,
    read_manifests,
    refused_object,
    unread_object,
)
from esspec.manifests.policy_kinds import may_decide, policy_reader
from esspec.manifests.population import Population, is_inhabitant, population
from esspec.manifests.yamlread import Map
from esspec.problem import Problem, error, in_order
from esspec.semantics.lifted import Policy, Unreadable
from esspec.semantics.surroundings import SPARE, Surroundings, names_in, spare_for
from esspec.semantics.views import KnownPods, Sourced, View
from esspec.terms import Direction, Protocol

_IN_FULL = "networking.k8s.io"
"""The API group whose policies are read as its API server reads them; others are read in the shape of esspec's own."""
_NAMESPACED = ("networking.k8s.io", "cilium.io")


class PolicyObject(NamedTuple):
    """An object that is a policy, and what it says: itself first, then what it says of pods that name ports."""

    found: ManifestObject
    policies: tuple[Policy, ...]


class Cluster(NamedTuple):
    """What manifests say. `skipped` counts the objects of kinds that say nothing of connections."""

    objects: tuple[PolicyObject, ...]
    pods: tuple[KnownPods, ...]
    surroundings: Surroundings
    skipped: Mapping[str, int]
    reasons: Mapping[tuple[str, int], str]
    problems: tuple[Problem, ...]

    @property
    def policies(self) -> tuple[Sourced, ...]:
        """Return what all objects say, each with its file."""
        return tuple(Sourced(policy, one.found.file) for one in self.objects for policy in one.policies)

    def view(self, shown: str) -> View:
        """Return this as one side to be listed, explained or compared."""
        return View(shown, self.policies, self.pods, (), self.reasons)


class _Policies(NamedTuple):
    """The policies among some objects, and the reasons that they carry."""

    objects: tuple[PolicyObject, ...]
    reasons: Mapping[tuple[str, int], str]
    problems: tuple[Problem, ...]


def read_cluster(texts: Iterable[ManifestText], namespace: str = DEFAULT_NAMESPACE) -> Cluster:
    """Return what manifests say; objects without a namespace are in `namespace`.

    What is wrong with single objects is among the problems. Raises InputProblems (exit 2) for what is no YAML.
    """
    (cluster,) = read_clusters([texts], namespace)
    return cluster


def read_clusters(sides: Iterable[Iterable[ManifestText]], namespace: str = DEFAULT_NAMESPACE) -> tuple[Cluster, ...]:
    """Return what several sets of manifests say, to be compared with each other; as `read_cluster` does for one.

    What one of them does not describe, namespaces and the numbers behind port names, is taken from the others.
    """
    manifests = [read_manifests(texts) for texts in sides]
    homes = [population(filter(is_inhabitant, found.objects), namespace) for found in manifests]
    arounds = [home.surroundings.beside(other.surroundings for other in homes) for home in homes]
    read = [_policies(found.objects, around, namespace) for found, around in zip(manifests, arounds, strict=True)]
    spare = _spare([policy for said in read for one in said.objects for policy in one.policies])
    if spare != SPARE:
        arounds = [around._replace(spare=spare) for around in arounds]
        read = [_policies(found.objects, around, namespace) for found, around in zip(manifests, arounds, strict=True)]
    parts = zip(manifests, homes, arounds, read, strict=True)
    return tuple(_cluster(found, home, around, said) for found, home, around, said in parts)


def _cluster(found: Manifests, home: Population, around: Surroundings, said: _Policies) -> Cluster:
    skipped, unread = _passed_over(found.objects)
    cluster = Cluster(said.objects, home.pods, around, skipped, said.reasons, ())
    doubtful = doubts(cluster.policies, home.pods, around)
    problems = in_order([*found.problems, *home.problems, *unread, *said.problems, *doubtful])
    return cluster._replace(problems=problems)


def _spare(policies: Collection[Policy]) -> Mapping[Protocol, tuple[int, ...]]:
    """Return the numbers that stand for those which nobody gives a port's name, if any policy asks for a name."""
    is_asked = any(True for policy in policies for _ in names_in(policy))
    return spare_for(policies) if is_asked else SPARE


def _policies(objects: Iterable[ManifestObject], around: Surroundings, namespace: str) -> _Policies:
    """Return what the policies among `objects` say in these surroundings."""
    policies: list[PolicyObject] = []
    reasons: dict[tuple[str, int], str] = {}
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str, str], ManifestObject] = {}
    for found in objects:
        reader = policy_reader(found.api_version, found.kind)
        if reader is None:
            continue
        try:
            body = as_applied(found.body, namespace if found.group in _NAMESPACED else "")
            in_namespace, name = identity(body)
            first = seen.setdefault((found.group, found.kind, in_namespace, name), found)
            if first is not found:
                problems.append(object_twice(found, "/".join(filter(None, (in_namespace, name))), first))
                continue
            read = reader(body, around)
            reasons.update(_reasons(found.file, body, read[0]))
            policies.append(PolicyObject(found, read))
        except Refused as refused:
            tell = refused_object if found.group == _IN_FULL else unread_object
            problems.append(tell(found, refused))
        except Unreadable as broken:
            at = (broken.line, broken.column)
            problems.append(error("refused-object", found.file, at, broken.message, "mend the object"))
    return _Policies(tuple(policies), reasons, tuple(problems))


def _reasons(file: str, body: Map, policy: Policy) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield the reasons that an object of esspec's own carries, one per rule in the order of its rules."""
    rules = list(annotated_rules(body))
    for direction in Direction:
        reasons = [rule.reason for rule in rules if rule.direction == direction]
        grants = policy.grants(direction)
        if len(reasons) == len(grants):
            yield from (((file, grant.line), why) for grant, why in zip(grants, reasons, strict=True))


def _passed_over(objects: Iterable[ManifestObject]) -> tuple[Mapping[str, int], list[Problem]]:
    """Return how many objects say nothing of connections, by kind, and an error for each that may."""
    skipped: Counter[str] = Counter()
    unread: list[Problem] = []
    for found in objects:
        if is_inhabitant(found) or policy_reader(found.api_version, found.kind):
            continue
        what = f"{found.kind or 'an object without a kind'} of {found.api_version or 'no apiVersion'}"
        if may_decide(found.api_version, found.kind):
            message = f"{what} is not read here, and may allow or deny connections"
            remedy = "leave it out, or install a package that reads it"
            if found.kind == "NetworkPolicy" and found.group in ("", "extensions"):
                remedy = "write apiVersion: networking.k8s.io/v1"
            unread.append(error("unread-policy", found.file, (found.body.line, 1), message, remedy))
        else:
            skipped[what] += 1
    return skipped, unread
