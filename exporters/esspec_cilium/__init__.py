"""The target `cilium`: cilium.io/v2 CiliumNetworkPolicy, one object per workload."""

from esspec.lifted import Lifted
from esspec.objects import kustomization
from esspec.targets import Target
from esspec.template import template
from esspec_cilium.lower import CiliumNetworkPolicy, lower


def render(policy: CiliumNetworkPolicy) -> str:
    """Return the YAML of one object."""
    return template("esspec_cilium", "ciliumnetworkpolicy.yaml.jinja").render(policy=policy)


def lift(text: str) -> Lifted:
    """Return what CiliumNetworkPolicy YAML says; see esspec_cilium.lift."""
    from esspec_cilium.lift import lift_text  # noqa: PLC0415 - an export reads nothing back

    return lift_text(text)


TARGET = Target(
    name="cilium",
    summary="CiliumNetworkPolicy, cilium.io/v2",
    lower=lower,
    render=render,
    lift=lift,
    index=kustomization,
)
