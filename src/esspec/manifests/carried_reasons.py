"""Which reason of the annotation `esspec/rules` is that of which rule.

The annotation has one entry per row of the page, in the order of the rules. Where a format needs several rules for one
row, they stand side by side, and the comment over each says of which row it is.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from esspec.manifests.manifest import AnnotatedRule
from esspec.semantics.lifted import Policy
from esspec.terms import Direction


def reasons_by_line(rules: Sequence[AnnotatedRule], policy: Policy, text: str) -> Iterator[tuple[int, str]]:
    """Yield the line of each rule of a policy with its reason; `text` is that in which the policy stands.

    Nothing is yielded of a direction in which entries and rules are not as many, and whose comments do not say which
    rules belong together.
    """
    for direction in Direction:
        reasons = [rule.reason for rule in rules if rule.direction == direction]
        lines = tuple(dict.fromkeys(grant.line for grant in policy.grants(direction)))
        together: list[tuple[int, ...]] = [(line,) for line in lines]
        if len(together) != len(reasons):
            together = _together(lines, text, reasons)
        if len(together) == len(reasons):
            yield from ((line, why) for some, why in zip(together, reasons, strict=True) for line in some)


def _together(lines: Sequence[int], text: str, reasons: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the rules of each row together; nothing where a comment has not the reason that it should have."""
    comments = {line: _comment_over(line, text) for line in lines}
    found = [tuple(some) for _, some in groupby(lines, key=comments.__getitem__)]
    pairs = zip(found, reasons, strict=False)
    is_told = all(comments[some[0]].endswith(f": {_in_one_line(why)}".rstrip()) for some, why in pairs)
    return found if is_told else []


def _comment_over(line: int, text: str) -> str:
    """Return the first line of the comment that stands over a line, empty without one."""
    lines = _lines(text)
    at = line - 1
    while 0 < at <= len(lines) and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return _in_one_line(lines[at]) if at < line - 1 else ""


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=1)  # the objects of a file are read one after another
def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
