"""One direction of one workload stated twice: by two headings, or by a statement and rows."""

from collections.abc import Iterable, Iterator

from esspec.problem import Problem, error
from esspec.reading.rows import WrittenRule
from esspec.reading.sections import Statement
from esspec.terms import Direction  # noqa: TC001 - cheap, and the module needs its neighbours anyway

WrittenFor = tuple[str, WrittenRule]
"""A row, and the name of the workload it is about."""


def contradictions(
    path: str, rules: Iterable[WrittenFor], statements: tuple[tuple[str, Statement], ...]
) -> Iterator[Problem]:
    """Yield an error where one direction of one workload is stated twice: by two headings, or in two ways."""
    said: dict[tuple[str, Direction], tuple[tuple[int, int], str, int]] = {}
    first_lines: dict[tuple[str, Direction, tuple[int, int], str], int] = {}
    for name, rule in rules:
        first_lines.setdefault((name, rule.direction, (rule.heading.line, rule.label), "a table"), rule.line)
    rows = ((*table, line) for table, line in first_lines.items())
    words = (
        (name, s.direction, (s.heading.line, s.line), f"'{s.word.capitalize()}'", s.line) for name, s in statements
    )
    reported: set[tuple[str, Direction]] = set()
    for name, direction, heading, what, line in sorted((*rows, *words), key=lambda item: item[-1]):
        first = said.setdefault((name, direction), (heading, what, line))
        if first[:2] != (heading, what) and (name, direction) not in reported:
            reported.add((name, direction))
            yield error(
                "stated-twice",
                path,
                (line, 1),
                f"{direction} of '{name}' is stated by {what} here and by {first[1]} in line {first[2]}",
                "keep one of them",
            )
