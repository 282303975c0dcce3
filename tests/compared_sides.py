"""Sides for the command `esspec diff`: pages and manifests in the working folder, and what is said of them."""

import json
from pathlib import Path
from typing import Any

from command_lines import Ran, esspec
from esspec.commands.schema import schema_text
from json_schema import faults
from small_pages import BINDING

WHY, OTHER = "TCP | UI pods to port 80 | why", "TCP | UI pods to port 81-82 | other"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: ns}
spec:
  template:
    metadata: {labels: {component: NAME, release: es, tier: back}}
---
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: kafka}
spec:
  podSelector: {matchLabels: {component: kafka, release: es}}
  ingress:
  - from: [{podSelector: {matchLabels: {component: ui, release: es}}}]
    ports: [{port: 80}]
---
"""


def put(name: str, text: str) -> None:
    """Write a file, and the folders it needs."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def put_pages(one: str, other: str, bindings: tuple[str, str] = (BINDING, BINDING)) -> None:
    """Write a/page.md and b/page.md, each with its binding."""
    for folder, text, binding in zip("ab", (one, other), bindings, strict=True):
        put(f"{folder}/page.md", text)
        put(f"{folder}/esspec.toml", binding)


def diff(*options: str) -> Ran:
    """Return what the difference of both pages gives."""
    return esspec("diff", "a/page.md", "b/page.md", *options)


def document(*arguments: str) -> dict[str, Any]:
    """Return the JSON of a difference, which must be as its schema says."""
    found: dict[str, Any] = json.loads(esspec("diff", *arguments, "--format", "json").out)
    assert faults(json.loads(schema_text("diff")), found) == []
    return found


def lines(ran: Ran) -> list[str]:
    """Return the lines of a text that tell flows."""
    return [line for line in ran.out.splitlines() if line.startswith(("- ", "+ ", "~ "))]


def deployment(name: str, more_labels: str = "") -> str:
    """Return a workload in the namespace of BINDING with the labels that it gives to its pods."""
    return DEPLOYMENT.replace("NAME", name).replace("tier: back", f"tier: back{more_labels}")
