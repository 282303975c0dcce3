"""The index of a folder of objects: `kustomization.yaml`, by which `kubectl apply -k` finds them."""

from collections.abc import Sequence

from esspec.targets.template import template


def kustomization(names: Sequence[str]) -> dict[str, str]:
    """Return the `kustomization.yaml` that applies exactly these files."""
    return {"kustomization.yaml": template("esspec.targets", "kustomization.yaml.jinja").render(names=names)}
