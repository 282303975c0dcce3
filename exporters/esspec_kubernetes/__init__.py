"""The target `kubernetes`: networking.k8s.io/v1 NetworkPolicy, one object per workload.

To make a target of your own, copy this folder and change the words: `lower` puts the model into the target's
terms, the template prints them, `lift` reads the text back without looking at `lower`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from esspec.semantics.lifted import Lifted
from esspec.targets.kustomization import kustomization
from esspec.targets.target import Target
from esspec.targets.template import template

if TYPE_CHECKING:
    from esspec.model import PolicySet
    from esspec_kubernetes.lower import NetworkPolicy


def lower(policies: "PolicySet") -> Sequence["NetworkPolicy"]:
    """Return one object per workload; see esspec_kubernetes.lower."""
    from esspec_kubernetes.lower import lower as lowered  # noqa: PLC0415 - who reads policies writes none

    return lowered(policies)


def render(policy: "NetworkPolicy") -> str:
    """Return the YAML of one object."""
    return template("esspec_kubernetes", "networkpolicy.yaml.jinja").render(policy=policy)


def lift(text: str) -> Lifted:
    """Return what NetworkPolicy YAML says; see esspec_kubernetes.lift."""
    from esspec_kubernetes.lift import lift_text  # noqa: PLC0415 - an export reads nothing back

    return lift_text(text)


TARGET = Target(
    name="kubernetes",
    summary="Kubernetes NetworkPolicy, networking.k8s.io/v1",
    lower=lower,
    render=render,
    lift=lift,
    index=kustomization,
)
