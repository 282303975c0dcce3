"""Names of workloads that stand over tables or statements like headings, and are none."""

from collections.abc import Iterator
from itertools import pairwise

from esspec.compiling.names import Names
from esspec.problem import Problem, error
from esspec.reading.sections import Page

_MAX_NAME = 200


def torn_headings(page: Page, names: Names) -> Iterator[Problem]:
    """Yield an error per paragraph that is a known name and nothing else, right above what would be another's."""
    told = {problem.line for problem in page.problems}
    places = [(heading.line, "") for heading in page.headings]
    places += [(prose.line, prose.text if len(prose.text) <= _MAX_NAME else "") for prose in page.prose]
    owners = {table.label or table.line: table.heading.name for table in page.tables}
    owners |= {said.line: said.heading.name for said in page.statements}
    for (line, text), (below, _) in pairwise(sorted([*places, *((line, "") for line in owners)])):
        name = text.strip(" :.")
        if name and below in owners and line not in told and names.is_another(name, owners[below]):
            message = f"'{name}' stands over line {below} and is no heading: the line would be about '{owners[below]}'"
            yield error("torn-heading", page.path, (line, 1), message, "make it a heading, or say it in a sentence")
