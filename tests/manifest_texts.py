"""Manifests in few words, and what `esspec lint` says of them; no file is written."""

from collections.abc import Sequence

from esspec.manifests.manifest_files import ManifestText
from esspec.manifests.manifest_lint import lint_manifests
from esspec.problem import Problem


def policy(spec: str, name: str = "p", namespace: str = "shop") -> str:
    """Return a NetworkPolicy whose spec is a flow mapping in line 4, behind a line that divides documents."""
    metadata = f"{{name: {name}{f', namespace: {namespace}' if namespace else ''}}}"
    return f"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {metadata}\nspec: {{{spec}}}\n"


def pod(name: str, labels: str = "", namespace: str = "shop", ports: str = "", more: str = "") -> str:
    """Return a Pod in five lines, labelled `app: NAME` if nothing else is said."""
    metadata = f"{{name: {name}, namespace: {namespace}, labels: {{{labels or f'app: {name}'}}}}}"
    containers = f"containers: [{{name: c, ports: [{ports}]}}]"
    return f"---\napiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec: {{{more}{containers}}}\n"


def namespace(name: str, labels: str = "") -> str:
    """Return a Namespace in four lines."""
    return f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n"


def linted(*texts: str) -> tuple[Problem, ...]:
    """Return all findings about the manifests in one file."""
    return lint_manifests([ManifestText("m.yaml", "".join(texts))])


def codes(*texts: str) -> list[str]:
    """Return line, level and code of all findings, such as `5 warning ignored-rules`."""
    return [f"{problem.line} {problem.level} {problem.code}" for problem in linted(*texts)]


def told(*texts: str) -> Sequence[str]:
    """Return all findings in their text form."""
    return [str(problem) for problem in linted(*texts)]
