"""A page in its own words: names and variables as they stand, nobody resolved, no selectors."""

from collections.abc import Iterator

from esspec.compiling.as_written import WrittenEntry, WrittenPage
from esspec.problem import PageProblems, Problem, error
from esspec.terms import Direction
from esspec_csv.field import refused_character
from esspec_csv.table import Row, Table, file_name, is_reserved


def written_tables(page: WrittenPage) -> tuple[Table, ...]:
    """Return one table of all that the page says; the column `binding` says `as written`.

    Raises PageProblems for a heading that is a word of the table and for a character that no cell may hold.
    """
    rows = tuple(_row(page.page, entry) for entry in page.entries)
    problems = [p for entry, row in zip(page.entries, rows, strict=True) for p in _problems(page.page, entry, row)]
    if problems:
        raise PageProblems(dict.fromkeys(problems))
    return (Table(file_name(page.page), rows),)


def _row(page: str, entry: WrittenEntry) -> Row:
    ends = (entry.peer, entry.workload)
    source, destination = ends if entry.direction is Direction.INGRESS else ends[::-1]
    return Row(
        direction=entry.direction.value,
        source=source,
        destination=destination,
        protocol=entry.protocol,
        port=entry.port,
        reason=entry.reason,
        condition=entry.condition,
        page=page,
        line=str(entry.line or ""),
        source_selector="",
        destination_selector="",
        binding="as written",
        other_side="",
    )


def _problems(page: str, entry: WrittenEntry, row: Row) -> Iterator[Problem]:
    at = (entry.line, 1 if entry.line else 0)
    if is_reserved(entry.workload):
        message = f"the heading '{entry.workload}' is a word of the table"
        yield error("reserved-name", page, at, message, "rename it")
    if refused := refused_character("".join(row)):
        message = f"a cell of this row would hold {refused}"
        yield error("control-character", page, at, message, "remove it")
