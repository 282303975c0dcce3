"""The words right before a table or statement: they may announce it, and must not take any of it back."""

from typing import NamedTuple

from esspec.problem import Problem, error
from esspec.reading.directions import directions_in, is_conditional, is_negated
from esspec.reading.spelling import fold
from esspec.reading.vocabulary import NOT_BY_ITSELF
from esspec.terms import Direction


class Intro(NamedTuple):
    """Running text that ends in a colon, or is set like a title; `title` is empty for the former. Line 0 is none."""

    line: int = 0
    text: str = ""
    title: str = ""


NO_INTRO = Intro()


class Announced(NamedTuple):
    """What the words announce: its line, its direction, whose it is.

    `negated_by` and `conditional_by` are the lines of headings that take it back, or say when it holds.
    """

    line: int
    direction: Direction
    owner: str
    negated_by: int
    conditional_by: int = 0


def restriction(path: str, intro: Intro, announced: Announced) -> Problem | None:
    """Return an error if the words before a table or statement restrict or contradict it, None if they do not."""
    if not intro.text and not announced.negated_by and not announced.conditional_by:
        return None
    named = directions_in(intro.text)
    is_taken_back = is_negated(intro.text) and not _is_not_by_itself(intro.text)
    is_intro = is_conditional(intro.text) and not _is_not_by_itself(intro.text)
    if is_intro or announced.conditional_by:
        return error(
            "unread-condition",
            path,
            (intro.line if is_intro else announced.conditional_by, 1),
            f"this is a condition on line {announced.line}, and it is not read",
            "put it into a column Condition of the table, row by row",
        )
    if is_taken_back or announced.negated_by:
        place = intro.line if is_taken_back else announced.negated_by
        return error(
            "negated-rules",
            path,
            (announced.line, 1),
            f"the words of line {place} say that this is not permitted",
            "delete what is not permitted; only permitted connections are listed",
        )
    if intro.title and announced.owner and fold(intro.title) != fold(announced.owner):
        return error(
            "torn-heading",
            path,
            (intro.line, 1),
            f"'{intro.title}' stands over line {announced.line} and is no heading: "
            f"the line would be about '{announced.owner}'",
            "make it a heading, or say it in a sentence",
        )
    if named and announced.direction not in named:
        return error(
            "directions-disagree",
            path,
            (announced.line, 1),
            f"this is {announced.direction}, and the words of line {intro.line} speak of another direction",
            "make them say the same",
        )
    return None


def _is_not_by_itself(text: str) -> bool:
    return any(words in text.lower() for words in NOT_BY_ITSELF)
