"""Places that speak of what is permitted, and say nothing that is read: each would leave a direction open unseen."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from esspec.problem import Problem, error
from esspec.reading.sections import Announcement, Heading, RuleTable, Statement
from esspec.reading.spelling import POD, fold

_STATEMENT = "write it as `Incoming connections permitted: None` (or Outgoing, or Any), or leave it away"


class Amount(NamedTuple):
    """A line of prose that says how much is permitted ("No connections"), and of no direction; and its heading."""

    line: int
    heading: Heading


def unsaid(
    path: str,
    said: Sequence[RuleTable | Statement],
    reported: Iterable[int],
    announcements: Iterable[Announcement],
    amounts: Iterable[Amount],
) -> list[Problem]:
    """Return an error per heading of a direction that nothing answers, and per amount without a direction.

    What is `said`, and errors on the lines that are `reported`, are answers. Only headings below a workload count,
    that is, one that owns something on the page, or pods.
    """
    names = {fold(found.heading.name) for found in said}
    lines = sorted([*(found.line for found in said), *reported])
    problems: list[Problem] = []
    for found in announcements:
        at = bisect_left(lines, found.line)
        if _is_workload(found.owner, names) and (at == len(lines) or lines[at] > found.last):
            message = f"{found.direction} of '{found.owner.name}' is announced, and no rule table follows"
            problems.append(error("missing-table", path, (found.line, 1), message, "write Any, None, or a table"))
    for line, heading in amounts:
        if _is_workload(heading, names):
            message = "this says how much is permitted, and not in which direction"
            problems.append(error("unknown-statement", path, (line, 1), message, _STATEMENT))
    return problems


def _is_workload(heading: Heading, names: set[str]) -> bool:
    return fold(heading.name) in names or heading.name.lower().endswith(tuple(POD))
