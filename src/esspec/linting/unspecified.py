"""Directions of which a page says nothing: they are not isolated, which its authors may not have meant."""

from collections.abc import Iterator

from esspec.compiling.page_reading import Reading
from esspec.problem import Problem, note
from esspec.terms import Direction


def unspecified_directions(reading: Reading) -> Iterator[Problem]:
    """Yield a note per direction that names the workloads which have a heading and say nothing of it."""
    resolution = reading.resolution
    said = {(rule.workload, rule.written.direction) for rule in resolution.rules}
    said |= {(name, statement.direction) for name, statement in resolution.statements}
    headed = [named.name for named in resolution.names.described() if named.lines]
    for direction in Direction:
        names = [name for name in headed if (name, direction) not in said]
        if names:
            message = f"the page says nothing of {direction} for {len(names)} of {len(headed)} workloads, "
            message += f"and does not isolate them there: {', '.join(names)}"
            remedy = "give each a table, Any or None"
            yield note("unspecified-direction", resolution.page.path, (0, 0), message, remedy)
