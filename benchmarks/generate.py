"""Write a large page in the layout of docs_source/network-policies.md, with the binding that it needs.

By hand: `python -m benchmarks.generate 1000 some/folder`, then `esspec export some/folder/page.md …`.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

ROWS_EACH_WAY = 5
FIRST_PORT = 8000

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


def page(workloads: int) -> str:
    """Return a page on which each workload calls the five after it; both ends have a row for it."""
    return FRONT_MATTER + "".join(_section(number, workloads) for number in range(workloads))


def binding(workloads: int) -> str:
    """Return the esspec.toml that gives each workload of the page its label."""
    return BINDING_HEAD + "".join(
        f'\n[workloads."Service {number} pod"]\nlabels = {{ app = "service-{number}" }}\n'
        for number in range(workloads)
    )


def write(workloads: int, folder: Path) -> Path:
    """Write page.md and esspec.toml into the folder, and return where the page is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "esspec.toml").write_text(binding(workloads), encoding="utf-8", newline="\n")
    path = folder / "page.md"
    path.write_text(page(workloads), encoding="utf-8", newline="\n")
    return path


def _section(number: int, workloads: int) -> str:
    steps = range(1, ROWS_EACH_WAY + 1)
    incoming = (
        (f"Service {(number - step) % workloads} pods to port {FIRST_PORT + step}", f"Calls of kind {step}")
        for step in steps
    )
    outgoing = (
        (f"Service {(number + step) % workloads} pods on port {FIRST_PORT + step}", f"Calls of kind {step}")
        for step in steps
    )
    return (
        f"\n## Service {number} pod\n"
        f"\n- Incoming connections permitted:\n\n{_table('Origin', incoming)}"
        f"\n- Outgoing connections permitted:\n\n{_table('Destination', outgoing)}"
    )


def _table(peer_column: str, rows: Iterator[tuple[str, str]]) -> str:
    head = f"| **Type** | {f'**{peer_column}**':<34} | **Reason**      |\n|{'-' * 10}|{'-' * 36}|{'-' * 17}|\n"
    return head + "".join(f"| TCP      | {peer:<34} | {reason:<15} |\n" for peer, reason in rows)


def main() -> None:
    """Write a page of as many workloads as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", type=int, help=f"how many; more than {2 * ROWS_EACH_WAY}")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(write(arguments.workloads, arguments.folder))


if __name__ == "__main__":
    main()
