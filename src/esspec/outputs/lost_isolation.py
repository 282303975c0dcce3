"""Workloads and directions that an export would leave open: isolated before, and no more."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from esspec.outputs.record import FileSet, Recorded
from esspec.problem import Problem, error

if TYPE_CHECKING:
    from esspec.terms import Direction


def bared(directory: Path, wanted: FileSet, record: Recorded | None) -> Iterator[Problem]:
    """Yield a finding for each workload and direction that loses its isolation in a target (threats.md 3)."""
    open_now: dict[tuple[str, Direction], list[str]] = {}
    for target, known in sorted(record.targets.items()) if record else ():
        for slug, directions in known.isolated.items() if target in wanted.targets else ():
            for direction in set(directions).difference(wanted.targets[target].isolated.get(slug, ())):
                open_now.setdefault((slug, direction), []).append(target)
    for (slug, direction), targets in open_now.items():
        message = f"workload {slug}: {direction} is no longer isolated ({', '.join(targets)})"
        remedy = "bring it back to the page, or use --allow-removal if everything may reach its pods"
        yield error("lost-isolation", str(directory), (0, 0), message, remedy)
