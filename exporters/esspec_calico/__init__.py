"""The target `calico`: projectcalico.org/v3 GlobalNetworkPolicy, one object per workload.

`lower` puts the model into Calico's terms (`limits` says what it cannot take), the template prints them, `lift`
reads the text back without looking at `lower`. `selector` (Calico's selector language) and `validate` (Calico's
own rules) serve `lift` alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from esspec.semantics.lifted import Lifted
from esspec.targets.kustomization import kustomization
from esspec.targets.target import Target
from esspec.targets.template import template

if TYPE_CHECKING:
    from esspec.model import PolicySet
    from esspec_calico.lower import GlobalNetworkPolicy


def lower(policies: "PolicySet") -> Sequence["GlobalNetworkPolicy"]:
    """Return one object per workload; see esspec_calico.lower."""
    from esspec_calico.lower import lower as lowered  # noqa: PLC0415 - who reads policies writes none

    return lowered(policies)


def render(policy: "GlobalNetworkPolicy") -> str:
    """Return the YAML of one object."""
    return template("esspec_calico", "globalnetworkpolicy.yaml.jinja").render(policy=policy)


def lift(text: str) -> Lifted:
    """Return what GlobalNetworkPolicy YAML says; see esspec_calico.lift."""
    from esspec_calico.lift import lift_text  # noqa: PLC0415 - an export reads nothing back

    return lift_text(text)


TARGET = Target(
    name="calico",
    summary="Calico GlobalNetworkPolicy, projectcalico.org/v3",
    lower=lower,
    render=render,
    lift=lift,
    index=kustomization,
)
