"""Which installed package reads which kind of policy object: how the core reads policies and names no target.

A package publishes `KINDS`, the readers of the objects of one API group, under the entry-point group `esspec.kinds`,
the entry being called as the API group is: so only what is asked for is imported. Kinds of the group that say nothing
of connections have no reader there, but None; of all others nobody knows what they say.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from esspec.manifests.published import published
from esspec.problem import InputProblems, error

if TYPE_CHECKING:
    from esspec.manifests.yamlread import Map
    from esspec.semantics.lifted import Policy
    from esspec.semantics.surroundings import Surroundings

GROUP = "esspec.kinds"
PolicyReader = Callable[["Map", "Surroundings | None"], "tuple[Policy, ...]"]
"""What one parsed object says, the object itself first; raises Refused (esspec.manifests.manifest) for one
without effect.

Without surroundings, what depends on them (port names, namespaces by their labels) is refused too.
"""


# Kinds of policies that no package here reads; more end in NetworkPolicy or AuthorizationPolicy.
_POLICIES = ("NetworkPolicy", "AuthorizationPolicy")
_OTHERS = frozenset(
    {
        ("consul.hashicorp.com", "ServiceIntentions"),
        ("k8s.ovn.org", "EgressFirewall"),
        ("kuma.io", "MeshTrafficPermission"),
        ("kuma.io", "TrafficPermission"),
        ("networking.istio.io", "Sidecar"),
        ("networking.k8s.aws", "PolicyEndpoint"),
        ("policy.linkerd.io", "Server"),
        ("policy.linkerd.io", "ServerAuthorization"),
        ("security.istio.io", "PeerAuthentication"),
        ("vpcresources.k8s.aws", "SecurityGroupPolicy"),
    }
)


def policy_reader(api_version: str, kind: str) -> PolicyReader | None:
    """Return the reader of a kind of object, None where no installed package reads it.

    Raises InputProblems (exit 2) where two packages claim one API group.
    """
    return _kinds(api_version.partition("/")[0]).get((api_version, kind))


def may_decide(api_version: str, kind: str) -> bool:
    """Return whether objects of a kind may allow or deny connections, as far as anybody here knows."""
    group = api_version.partition("/")[0]
    known = _kinds(group)
    if (api_version, kind) in known:
        return known[api_version, kind] is not None
    return bool(known) or kind.endswith(_POLICIES) or (group, kind) in _OTHERS


@cache
def _kinds(api_group: str) -> Mapping[tuple[str, str], PolicyReader | None]:
    points = {point.value: point for point in published(GROUP) if point.name == api_group}
    if len(points) > 1:
        message = f"{api_group} is read by several packages: {', '.join(sorted(points))}"
        raise InputProblems([error("kind-claimed-twice", api_group, (0, 0), message, "uninstall all but one")])
    kinds: Mapping[tuple[str, str], PolicyReader | None] = next(iter(points.values())).load() if points else {}
    return kinds
