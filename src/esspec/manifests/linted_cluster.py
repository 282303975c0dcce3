"""A cluster made ready for the lint of manifests: its policies, cut into classes, and the pods that are given."""

from typing import NamedTuple

from esspec.manifests.cluster import PolicyObject
from esspec.semantics.ends import Ends
from esspec.semantics.meaning import Meaning
from esspec.semantics.surroundings import Surroundings


class LintedCluster(NamedTuple):
    """Policies and what they mean. `named` are the classes of the pods that are given, as bits, `names` these pods.

    `lived_in` are the namespaces of these pods.
    """

    objects: tuple[PolicyObject, ...]
    ends: Ends
    meaning: Meaning
    around: Surroundings
    names: dict[int, tuple[str, ...]]
    named: int
    lived_in: frozenset[str]
