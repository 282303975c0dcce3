"""Write large pages in the oldest and the newest layout, with their bindings, and manifests that say the same.

By hand: `python -m benchmarks.generate 1000 some/folder`, then `esspec export some/folder/oldest/page.md …`.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

ROWS_EACH_WAY = 5
FIRST_PORT = 8000
STEPS = range(1, ROWS_EACH_WAY + 1)

FRONT_MATTER = """\
---
title: "Network policies"
categories: security
slug: network-policies
toc: true
---

The following tables provide information about the permitted network connections for each pod.
"""

BINDING_HEAD = """\
namespace = "bench"
labels = { release = "bench" }
"""

FEATURES = """
[features]
metrics = "enabled"
"""

MONITORED = "If [metrics](../../installing/configuring/#configuring-external-monitoring) are enabled"


def oldest_page(workloads: int) -> str:
    """Return a page on which each workload calls the five after it; both ends have a row for it."""
    return FRONT_MATTER + "".join(_section(number, workloads) for number in range(workloads))


def newest_page(workloads: int) -> str:
    """Return the same with a heading per direction, and ports, labels and conditions in columns of their own."""
    numbers = range(workloads)
    return (
        f"{FRONT_MATTER}\n## Inbound network connections (ingress)\n"
        f"{''.join(_inbound(number, workloads) for number in numbers)}"
        f"\n## Outbound network connections (egress)\n"
        f"{''.join(_outbound(number, workloads) for number in numbers)}"
    )


def binding(workloads: int) -> str:
    """Return the esspec.toml that gives each workload of a page its label."""
    return BINDING_HEAD + "".join(
        f'\n[workloads."Service {number} pod"]\nlabels = {{ app = "service-{number}" }}\n'
        for number in range(workloads)
    )


def manifest(number: int, workloads: int) -> str:
    """Return a workload as a Pod and a NetworkPolicy with the ten rules that its rows are."""
    labels = f"    app: service-{number}\n    release: bench\n"
    head = f"metadata:\n  name: service-{number}\n  namespace: bench\n"
    ingress = "".join(_rule("from", number - step, workloads, step) for step in STEPS)
    egress = "".join(_rule("to", number + step, workloads, step) for step in STEPS)
    return (
        f"apiVersion: v1\nkind: Pod\n{head}  labels:\n{labels}"
        "spec:\n  containers:\n  - name: main\n    image: example.com/service:1\n"
        f"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{head}"
        f"spec:\n  podSelector:\n    matchLabels:\n{labels.replace('    ', '      ')}"
        f"  policyTypes:\n  - Ingress\n  - Egress\n  ingress:\n{ingress}  egress:\n{egress}"
    )


def write(workloads: int, folder: Path) -> Path:
    """Write page.md and esspec.toml in the oldest layout into the folder, and return where the page is."""
    return _write(folder, oldest_page(workloads), binding(workloads))


def write_newest(workloads: int, folder: Path) -> Path:
    """Write page.md and esspec.toml in the newest layout into the folder, and return where the page is."""
    return _write(folder, newest_page(workloads), binding(workloads) + FEATURES)


def write_manifests(workloads: int, folder: Path, *, without_last_rule: bool = False) -> Path:
    """Write a file per workload into the folder, and return it; without the last rule each has nine.

    A Namespace stands beside them, which some analyzers want to see.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_text(folder / "namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: bench\n")
    for number in range(workloads):
        text = manifest(number, workloads)
        if without_last_rule:
            text = text[: text.rindex("  - to:\n")]
        _write_text(folder / f"service-{number}.yaml", text)
    return folder


def _write(folder: Path, page: str, its_binding: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    _write_text(folder / "esspec.toml", its_binding)
    path = folder / "page.md"
    _write_text(path, page)
    return path


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _section(number: int, workloads: int) -> str:
    incoming = (
        ("TCP", f"Service {(number - step) % workloads} pods to port {FIRST_PORT + step}", f"Calls of kind {step}")
        for step in STEPS
    )
    outgoing = (
        ("TCP", f"Service {(number + step) % workloads} pods on port {FIRST_PORT + step}", f"Calls of kind {step}")
        for step in STEPS
    )
    return (
        f"\n## Service {number} pod\n"
        f"\n- Incoming connections permitted:\n\n{_table((8, 34, 15), ('Type', 'Origin', 'Reason'), incoming)}"
        f"\n- Outgoing connections permitted:\n\n{_table((8, 34, 15), ('Type', 'Destination', 'Reason'), outgoing)}"
    )


def _inbound(number: int, workloads: int) -> str:
    columns = ("Type", "Origin", "Port", "Reason", "Enabled in policy")
    rows = (
        (
            "TCP",
            f"Service {(number - step) % workloads} pods",
            str(FIRST_PORT + step),
            f"Calls of kind {step}",
            "Always" if step % 2 else MONITORED,
        )
        for step in STEPS
    )
    return f"\n### Service {number} pod\n\n{_table((8, 18, 8, 15, len(MONITORED)), columns, rows)}"


def _outbound(number: int, workloads: int) -> str:
    columns = ("Type", "Destination", "Pod Label", "Port", "Reason", "Enabled in policy")
    rows = (
        (
            "TCP",
            f"Service {peer} pods",
            f"app=service-{peer}",
            str(FIRST_PORT + step),
            f"Calls of kind {step}",
            "Always" if step % 2 else MONITORED,
        )
        for step in STEPS
        for peer in [(number + step) % workloads]
    )
    return f"\n### Service {number} pod\n\n{_table((8, 18, 16, 8, 15, len(MONITORED)), columns, rows)}"


def _table(widths: tuple[int, ...], columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [[f"**{column}**" for column in columns], *rows]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    head, *body = (f"| {' | '.join(line)} |\n" for line in padded)
    return head + f"|{'|'.join('-' * (width + 2) for width in widths)}|\n" + "".join(body)


def _rule(word: str, peer: int, workloads: int, step: int) -> str:
    return (
        f"  - {word}:\n    - podSelector:\n        matchLabels:\n"
        f"          app: service-{peer % workloads}\n          release: bench\n"
        f"    ports:\n    - protocol: TCP\n      port: {FIRST_PORT + step}\n"
    )


def main() -> None:
    """Write pages and manifests of as many workloads as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", type=int, help=f"how many; more than {2 * ROWS_EACH_WAY}")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(write(arguments.workloads, arguments.folder / "oldest"))
    print(write_newest(arguments.workloads, arguments.folder / "newest"))
    print(write_manifests(arguments.workloads, arguments.folder / "manifests"))


if __name__ == "__main__":
    main()
