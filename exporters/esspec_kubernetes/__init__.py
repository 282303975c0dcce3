"""The target `kubernetes`: networking.k8s.io/v1 NetworkPolicy, one object per workload.

To make a target of your own, copy this folder and change the words: `lower` puts the model into the target's
terms, the template prints them, `lift` reads the text back without looking at `lower`.
"""

from esspec.lifted import Lifted
from esspec.objects import kustomization
from esspec.targets import Target
from esspec.template import template
from esspec_kubernetes.lower import NetworkPolicy, lower


def render(policy: NetworkPolicy) -> str:
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
