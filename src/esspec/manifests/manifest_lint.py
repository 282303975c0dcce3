"""`esspec lint` of manifests: what policies say that their authors may not have meant, and what they say in vain."""

from collections.abc import Iterable

from esspec.manifests.cluster import Cluster, read_cluster
from esspec.manifests.finding_columns import with_columns
from esspec.manifests.lint_dns import cut_off
from esspec.manifests.lint_isolation import accidents
from esspec.manifests.lint_selectors import own_namespace_peers, selecting_nothing, unnamed_ports
from esspec.manifests.lint_swallowed import swallowed
from esspec.manifests.linted_cluster import LintedCluster
from esspec.manifests.manifest_files import DEFAULT_NAMESPACE, ManifestText
from esspec.problem import InputProblems, Problem, error, in_order
from esspec.semantics.lifted import NAMESPACE
from esspec.semantics.naming import naming
from esspec.semantics.podtree import MAX_BLOCKS, TooManyBlocks
from esspec.semantics.views import see


def lint_manifests(texts: Iterable[ManifestText], namespace: str = DEFAULT_NAMESPACE) -> tuple[Problem, ...]:
    """Return all findings about manifests, those of their reading too, in the order of their places.

    Raises InputProblems (exit 2) for what is no YAML, and for selectors that cross in too many ways.
    """
    cluster = read_cluster(texts, namespace)
    looked_at = _cut(cluster)
    checks = (accidents, selecting_nothing, own_namespace_peers, unnamed_ports, cut_off)
    found = [problem for check in checks for problem in check(looked_at)]
    found += swallowed(looked_at.objects, looked_at.ends)
    return in_order([*cluster.problems, *with_columns(found, cluster.texts)])


def _cut(cluster: Cluster) -> LintedCluster:
    shown = cluster.objects[0].found.file if cluster.objects else ""
    try:
        (sight,) = see([cluster.view(shown)])
    except (TooManyBlocks, RecursionError):  # the latter for a selector on a thousand keys
        message = f"the selectors cross each other in more than {MAX_BLOCKS} ways, too many to compare"
        remedy = "tell workloads apart by one label key"
        raise InputProblems([error("too-many-classes", shown, (0, 0), message, remedy)]) from None
    names = naming([sight])
    return LintedCluster(
        cluster.objects,
        sight.ends,
        sight.meaning,
        cluster.surroundings,
        names.pods,
        names.named_pods,
        frozenset(pods.values[NAMESPACE] for pods in cluster.pods),
    )
