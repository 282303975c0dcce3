"""What a page is made of, and whose is what: headings, labels, and the direction that they agree on."""

from collections.abc import Iterator
from typing import NamedTuple

from esspec.problem import Problem
from esspec.reading.columns import Column
from esspec.reading.directions import direction_of, is_about_directions, is_negated
from esspec.reading.table_rule import Row
from esspec.reading.vocabulary import CONDITION_BEGINS
from esspec.terms import Direction


class Heading(NamedTuple):
    """A heading that owns tables or statements; `name` is its text, variables filled, markup removed."""

    line: int
    name: str


class Statement(NamedTuple):
    """That a page says "Any" or "None" of a direction; `word` is `any` or `none`."""

    heading: Heading
    direction: Direction
    word: str
    line: int


class RuleTable(NamedTuple):
    """A rule table: whose, in which direction, which columns, and its rows as they stand.

    `label` is the line of the bullet label that announces it, 0 without one. `is_html` says how cells are read.
    """

    heading: Heading
    direction: Direction
    label: int
    line: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_html: bool = False


class Prose(NamedTuple):
    """A paragraph that is neither label nor statement; `text` is its plain text, `heading` the nearest one above."""

    line: int
    text: str
    heading: Heading | None


class Fence(NamedTuple):
    """Code on a page: the line of its first line, the language it names, and its text."""

    line: int
    info: str
    text: str


class Page(NamedTuple):
    """All that was found on a page, in its order; `headings` are all headings, also those that own nothing.

    `policies` are the pieces of code that may hold policies.
    """

    path: str
    title: str
    headings: tuple[Heading, ...]
    statements: tuple[Statement, ...]
    tables: tuple[RuleTable, ...]
    prose: tuple[Prose, ...]
    policies: tuple[Fence, ...]
    problems: tuple[Problem, ...]


class Evidence(NamedTuple):
    """Something that says which direction the tables behind it have; `what` names its kind."""

    direction: Direction
    line: int
    what: str


class Announcement(NamedTuple):
    """A heading that is about a direction and stands below one about a workload; `last` is its section's last line."""

    line: int
    last: int
    direction: Direction
    owner: Heading


class _Level(NamedTuple):
    depth: int
    heading: Heading
    direction: Direction | None
    is_owner: bool
    is_negated: bool
    is_conditional: bool


class Sections:
    """The headings above the place that is being read."""

    def __init__(self, *, single_title: bool) -> None:
        """`single_title` says that the one heading of the first level is the page's title and no workload."""
        self._single_title = single_title
        self._levels: list[_Level] = []
        self.announcements: list[Announcement] = []

    def open(self, heading: Heading, depth: int, direction: Direction | None) -> None:
        """Begin the section of a heading, which adds a direction to its name or does not; those as deep end."""
        self.end(heading.line - 1, depth)
        is_title = depth == 1 and self._single_title and not heading.name.lower().endswith(("pod", "pods"))
        is_owner = not is_title and not is_about_directions(heading.name)
        direction = direction or direction_of(heading.name)
        begins = heading.name.lower().partition(" ")[0]
        self._levels.append(
            _Level(depth, heading, direction, is_owner, is_negated(heading.name), begins in CONDITION_BEGINS)
        )

    def end(self, line: int, depth: int = 0) -> None:
        """End the sections that are as deep as `depth` or deeper with this line."""
        while self._levels and self._levels[-1].depth >= depth:
            level = self._levels.pop()
            owner = level.heading if level.is_owner else self.owner()
            if level.direction and owner:
                self.announcements.append(Announcement(level.heading.line, line, level.direction, owner))

    def owner(self) -> Heading | None:
        """Return the nearest heading that is about a workload."""
        return next((level.heading for level in reversed(self._levels) if level.is_owner), None)

    def negated(self) -> int:
        """Return the line of a heading here that takes back what stands below it, 0 if there is none."""
        return next((level.heading.line for level in self._levels if level.is_negated), 0)

    def conditional(self) -> int:
        """Return the line of a heading here that says when all below it holds, 0 if there is none."""
        return next((level.heading.line for level in self._levels if level.is_conditional), 0)

    def evidence(self) -> Iterator[Evidence]:
        """Yield what headings say of the direction here, the nearest first."""
        for level in reversed(self._levels):
            if level.direction:
                yield Evidence(level.direction, level.heading.line, "heading")


def disagreement(evidence: list[Evidence]) -> str:
    """Return how the first evidence is contradicted, naming both lines; empty where all agree."""
    first, *others = evidence
    for other in others:
        if other.direction is not first.direction:
            return (
                f"the {first.what} of line {first.line} says {first.direction}, "
                f"the {other.what} of line {other.line} says {other.direction}"
            )
    return ""
