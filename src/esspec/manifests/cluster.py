"""Manifests of a cluster: the policies, pods and namespaces in YAML that anybody wrote.

Policies are read by whoever knows their kind (`esspec.manifests.policy_kinds`). A policy that nobody reads is an error,
because without it the answer would be wrong; other objects that say nothing of connections are counted and passed over.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
from esspec.semantics.surroundings import SPARE, PortName, Surroundings, named_port, names_in, spare_for
from esspec.semantics.views import KnownPods, Sourced, View

_IN_FULL = "networking.k8s.io"
"""The API group whose policies are read as its API server reads them; others are read in the shape of esspec's own."""
_NAMESPACED = ("networking.k8s.io", "cilium.io")


class PolicyObject(NamedTuple):
    """An object that is a policy, and what it says: itself first, then what it says of pods that name ports."""

    found: ManifestObject
    policies: tuple[Policy, ...]


class Cluster(NamedTuple):
    """What manifests say. `skipped` counts the objects of kinds that say nothing of connections.

    `on_nodes` are the names of pods in the network of their node, `asked` the names of ports that policies ask for,
    `texts` what was read, by file.
    """

    objects: tuple[PolicyObject, ...]
    pods: tuple[KnownPods, ...]
    on_nodes: tuple[str, ...]
    asked: frozenset[PortName]
    surroundings: Surroundings
    skipped: Mapping[str, int]
    reasons: Mapping[tuple[str, int], str]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]

    @property
    def policies(self) -> tuple[Sourced, ...]:
        """Return what all objects say, each with its file."""
        return tuple(Sourced(policy, one.found.file) for one in self.objects for policy in one.policies)

    def view(self, shown: str) -> View:
        """Return this as one side to be listed, explained or compared."""
        stand_ins = {named_port(*name): self.surroundings.stand_ins(*name) for name in sorted(self.asked)}
        on_nodes = self.on_nodes
        return View(shown, self.policies, self.pods, (), self.reasons, on_nodes=on_nodes, stand_ins=stand_ins)


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
    read = [_policies(found, around, namespace) for found, around in zip(manifests, arounds, strict=True)]
    policies = [policy for said in read for one in said.objects for policy in one.policies]
    asked = frozenset(name for policy in policies for name, _ in names_in(policy))
    spare = spare_for(policies) if asked else SPARE
    if spare != SPARE:
        arounds = [around._replace(spare=spare) for around in arounds]
        read = [_policies(found, around, namespace) for found, around in zip(manifests, arounds, strict=True)]
    homes = [home._replace(surroundings=around) for home, around in zip(homes, arounds, strict=True)]
    return tuple(_cluster(*parts, asked) for parts in zip(manifests, homes, read, strict=True))


def _cluster(found: Manifests, home: Population, said: _Policies, asked: frozenset[PortName]) -> Cluster:
    skipped, unread = _passed_over(found.objects)
    around = home.surroundings
    cluster = Cluster(said.objects, home.pods, home.on_nodes, asked, around, skipped, said.reasons, (), found.texts)
    doubtful = doubts(cluster.policies, home.pods, around)
    problems = [*home.problems, *unread, *said.problems, *doubtful]
    if problems:
        from esspec.manifests.finding_columns import with_columns  # noqa: PLC0415 - mostly there is nothing to place

        problems = list(with_columns(problems, found.texts))
    return cluster._replace(problems=in_order([*found.problems, *problems]))


def _policies(manifests: Manifests, around: Surroundings, namespace: str) -> _Policies:
    """Return what the policies among some objects say in these surroundings."""
    policies: list[PolicyObject] = []
    reasons: dict[tuple[str, int], str] = {}
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str, str], ManifestObject] = {}
    for found in manifests.objects:
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
            reasons.update(_reasons(found.file, body, read[0], manifests.texts))
            policies.append(PolicyObject(found, read))
        except Refused as refused:
            tell = refused_object if found.group == _IN_FULL else unread_object
            problems.append(tell(found, refused))
        except Unreadable as broken:
            at = (broken.line, broken.column)
            problems.append(error("refused-object", found.file, at, broken.message, "mend the object"))
    return _Policies(tuple(policies), reasons, tuple(problems))


def _reasons(file: str, body: Map, policy: Policy, texts: Mapping[str, str]) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield the reasons that an object of esspec's own carries, by the file and the line of each of its rules."""
    rules = tuple(annotated_rules(body))
    if rules:
        from esspec.manifests.carried_reasons import reasons_by_line  # noqa: PLC0415 - few objects carry any

        for line, why in reasons_by_line(rules, policy, texts.get(file, "")):
            yield (file, line), why


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
