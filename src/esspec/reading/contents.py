"""What the parts of a page say, in their order: whose section this is, which direction is announced, what is stated.

A table or statement belongs to the nearest heading above it that is not about a direction; its direction comes from
the nearest of bullet label, heading and peer column, and all that speak must agree.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from esspec.problem import Problem, error
from esspec.reading.directions import (
    direction_of,
    is_about_directions,
    is_misspelt_statement,
    is_statement,
    split_direction,
)
from esspec.reading.html_unread import without_tags
from esspec.reading.inline import Text
from esspec.reading.intro import NO_INTRO, Announced, Intro, restriction
from esspec.reading.sections import Evidence, Heading, Prose, Sections, Statement, disagreement
from esspec.reading.spelling import fold
from esspec.reading.unread import is_title
from esspec.reading.unread_tables import A_DIRECTION
from esspec.reading.unsaid import Amount
from esspec.terms import Direction

_MAX_LABEL = 200
_MAX_FAULTS = 20
_WORDS = {"any": "any", "none": "none"}
_ID = re.compile(r"[ \t]*\{#[\w.:-]+\}$", re.ASCII)
_NUMBERED = re.compile(r"^[0-9]{1,3}(?:\.[0-9]{1,3}){0,5}[.)]?[ \t]+")
_STATEMENT = "write it as `Incoming connections permitted: None` (or Outgoing, or Any), or leave it away"


class Contents:
    """What has been read of a page up to here; the walk over its tokens hands over one part after the other.

    `containers` are the lists and quotes that are open, `spans` the first and last lines of what is read as a
    heading, label or table.
    """

    def __init__(self, path: str, lines: list[str]) -> None:
        """`lines` are those of the page, from its first."""
        self.path, self.lines = path, lines
        self.containers: list[str] = []
        self.label: Evidence | None = None
        self.label_waits = self._is_stated = False
        self._intro = NO_INTRO
        self._item_is_full = False
        self.sections = Sections(single_title=sum(line.startswith(("# ", "<h1")) for line in lines) < 2)  # noqa: PLR2004
        self.spans: list[tuple[int, int]] = []
        self.amounts: list[Amount] = []
        self.title = ""
        self.headings: list[Heading] = []
        self.statements: list[Statement] = []
        self.prose: list[Prose] = []
        self.problems: list[Problem] = []

    def close_container(self) -> None:
        """Take in that the innermost list or quote ends."""
        self.containers.pop()
        self._item_is_full = self._item_is_full and bool(self.containers[1:])

    def problem(self, code: str, line: int, message: str, remedy: str, column: int = 1) -> None:
        """Add an error at a line of the page."""
        self.problems.append(error(code, self.path, (line, column), message, remedy))

    def blamed(self, line: int, text: Text) -> Text:
        """Return `text`, its first faults added to the problems."""
        for fault in text.faults[:_MAX_FAULTS]:
            column = max(self.lines[line - 1].find(fault.needle), 0) + 1
            self.problem(fault.code, line, fault.message, fault.remedy, column)
        return text

    def heading(self, line: int, text: Text, depth: int) -> None:
        """Take in a heading: it opens a section, and says whose, or which direction, or both."""
        self.close_label()
        self._intro = NO_INTRO
        self.spans.append((line, line))
        name = " ".join(text.text.split())
        label = _label_in(name) if ":" in name else None
        if label and label[1].lower() in _WORDS:
            self.problem("unknown-statement", line, f"'{name}' is a heading", "write it as a line of its own below one")
        if self.containers:
            self.problem(
                "nested-heading",
                line,
                f"the heading '{name}' stands in a list or quote",
                "move it to the left margin",
            )
            return
        name = _plain_heading(name)
        owner, direction = split_direction(name.removesuffix(":").rstrip())
        heading = Heading(line, owner)
        self.headings.append(heading)
        self.title = self.title or (name if depth == 1 else "")
        self.sections.open(heading, depth, direction)

    def words(self, line: int, texts: list[tuple[int, Text]], whole: Text, *, is_bold: bool) -> None:
        """Take in a paragraph, line by line and as a whole: labels and statements, or words that are neither."""
        labels = [self._label_of(without_tags(text)) for _, text in texts]
        if all(labels):
            for (number, text), label in zip(texts, labels, strict=True):
                if label:
                    self._take_label(number, text, *label)
        elif any(labels):
            message = "a label and other words are one paragraph, and may restrict each other"
            self.problem("unread-label", line, message, "put an empty line between them, or delete the words")
        else:
            self._prose(line, whole, is_bold=is_bold)

    def _label_of(self, text: str) -> tuple[Direction, str] | None:
        """Return what `_label_in` does; a label may name the workload that it stands below."""
        found, owner = _label_in(text), self.sections.owner()
        if found or owner is None:
            return found
        before, _, behind = text.partition(":")
        name, direction = split_direction(before)
        return (direction, _word_in(behind)) if direction and fold(name) == fold(owner.name) else None

    def _prose(self, line: int, whole: Text, *, is_bold: bool) -> None:
        """Take in words that are no label: they must not say what is permitted, and not what is not."""
        text = without_tags(whole)
        heading = self.sections.owner()
        subject = heading.name if heading else ""
        self.prose.append(Prose(line, text, self.headings[-1] if self.headings else None))
        evidence = next(self.evidence(), None)
        if evidence and not self.label and _word_in(text).lower() in _WORDS:
            self.blamed(line, whole)
            self._statement(line, evidence.direction, _word_in(text).lower())
            return
        if is_misspelt_statement(text) or is_statement(text, subject):
            self.problem("unknown-statement", line, "this says how much is permitted in unknown words", _STATEMENT)
        elif is_statement(text, subject, is_directed=False) and not text.rstrip().endswith(":"):
            if evidence:
                self.problem("unknown-statement", line, "this says how much is permitted in unknown words", _STATEMENT)
            elif heading:
                self.amounts.append(Amount(line, heading))
        if self._item_is_full:
            message = "these words belong to the statement above, and may restrict it"
            self.problem("unread-label", line, message, "delete them, or move them out of the list")
        title = text.strip(" :") if is_title(text, is_bold=is_bold) else ""
        is_intro = bool(title) or text.rstrip().endswith(":") or text.lower().startswith("table ")
        self._intro = Intro(line, text, title) if is_intro else NO_INTRO

    def _take_label(self, line: int, text: Text, direction: Direction, word: str) -> None:
        self.blamed(line, text)
        self.close_label()
        self.spans.append((line, line))
        if not self.is_at_the_margin():
            self.problem("unread-label", line, "a label in a quote or nested list is not read", "move it out")
            return
        self.label = Evidence(direction, line, "label")
        self.label_waits, self._is_stated = not word, word.lower() in _WORDS
        if self._is_stated:
            self._statement(line, direction, word.lower())
        elif word:
            self.problem(
                "unknown-statement",
                line,
                f"'{word}' is neither Any nor None",
                "write Any, None, or nothing and a table below",
            )

    def _statement(self, line: int, direction: Direction, word: str) -> None:
        """Take in that a direction of the workload above is permitted as `word` says."""
        heading = self.sections.owner()
        self._item_is_full = bool(self.containers)
        if heading is None:
            self.problem("no-workload", line, "this says something of no workload", "put a heading over it")
        elif not self.is_at_the_margin():
            self.problem("unread-label", line, "a statement in a quote or nested list is not read", "move it out")
        elif self.agreed(line, []) and not self.is_restricted(line, direction):
            self.statements.append(Statement(heading, direction, _WORDS[word], line))

    def close_label(self) -> None:
        """End the reach of a bullet label; one that announced a table which did not come is an error."""
        if self.label and self.label_waits:
            self.problem(
                "missing-table",
                self.label.line,
                f"{self.label.direction} connections are announced, and no rule table follows",
                "write Any, None, or a table",
            )
        self.label, self.label_waits = None, False

    def is_restricted(self, line: int, direction: Direction) -> bool:
        """Return whether the words before a table or statement restrict or contradict it, which is an error."""
        owner = self.sections.owner()
        name, sections = owner.name if owner else "", self.sections
        announced = Announced(line, direction, name, sections.negated(), sections.conditional())
        found = restriction(self.path, self._intro, announced)
        self._intro = NO_INTRO
        self.problems += [found] if found else []
        return bool(found)

    def is_at_the_margin(self) -> bool:
        """Return whether this is outside of lists and quotes, or in an item of a list that is not nested."""
        return not self.containers or self.containers[1:] == ["list_item_open"]

    def evidence(self) -> Iterator[Evidence]:
        """Yield what says a direction here, the nearest first: the label, then the headings."""
        if self.label:
            yield self.label
        yield from self.sections.evidence()

    def agreed(self, line: int, evidence: list[Evidence]) -> Direction | None:
        """Return the direction that all evidence gives; None, and an error, where there is none, or two."""
        found = [*evidence, *self.evidence()]
        if evidence and self.label and self._is_stated:
            found.remove(self.label)  # "Incoming: None" has said all, and the column of a table speaks for itself
        if not found:
            self.problem("no-direction", line, "nothing says the direction of this table", A_DIRECTION)
            return None
        contradiction = disagreement(found)
        if contradiction:
            self.problem("directions-disagree", line, contradiction, "make them say the same")
            return None
        return found[0].direction


@lru_cache(maxsize=1024)
def _label_in(text: str) -> tuple[Direction, str] | None:
    """Return the direction that a line announces and the word behind its colon; None if it is no label."""
    before, _, behind = text.partition(":")
    direction = direction_of(before) if len(before) <= _MAX_LABEL else None
    return (direction, _word_in(behind)) if direction else None


def _word_in(text: str) -> str:
    return text.strip().removesuffix(".")


def _plain_heading(name: str) -> str:
    """Return a heading without the `{#id}` behind it, and without a number before what says only a direction."""
    plain = _ID.sub("", name)
    unnumbered = _NUMBERED.sub("", plain)
    return unnumbered if is_about_directions(unnumbered) else plain
