"""The target `cilium`: cilium.io/v2 CiliumNetworkPolicy, one object per workload."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from esspec.semantics.lifted import Lifted
from esspec.targets.kustomization import kustomization
from esspec.targets.target import Target
from esspec.targets.template import template

if TYPE_CHECKING:
    from esspec.model import PolicySet
    from esspec_cilium.lower import CiliumNetworkPolicy


def lower(policies: "PolicySet") -> Sequence["CiliumNetworkPolicy"]:
    """Return one object per workload; see esspec_cilium.lower."""
    from esspec_cilium.lower import lower as lowered  # noqa: PLC0415 - who reads policies writes none

    return lowered(policies)


def render(policy: "CiliumNetworkPolicy") -> str:
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
