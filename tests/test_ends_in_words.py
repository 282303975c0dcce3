"""Sets of ends in words: all of them, nobody else, and no two sets in the same words."""

import random

from hypothesis import given
from hypothesis import strategies as st

from diffing import page_side
from esspec.semantics.difference import difference
from esspec.semantics.ends_in_words import EndsInWords, Group
from esspec.semantics.meaning import bits
from strategies import Written, examples, pages


@given(pages(), pages(), st.randoms(use_true_random=False))
@examples(25)
def test_words_are_exact(one: Written, other: Written, chance: random.Random) -> None:
    """The groups together are the set, and what is said in the same words is the same set."""
    ground = difference(page_side(one), page_side(other)).ground
    for side in (0, 1):
        words = EndsInWords(ground, side)
        shown = (ground.pods | ground.outside) & ~ground.absent(side)
        known: dict[tuple[str, ...], int] = {}
        for ends in sets(shown, chance):
            groups = words.of(ends)
            assert union(groups) == ends
            assert not any(group.deciding & ~group.ends for group in groups)
            said = tuple(sorted(group.words for group in groups))
            if not any(" more kinds of pods " in word for word in said):
                assert known.setdefault(said, ends) == ends


def sets(shown: int, chance: random.Random) -> set[int]:
    """Return sets of ends: all, none, each alone, all but each, and some at random."""
    one_by_one = [1 << end for end in bits(shown)]
    found = {shown, *one_by_one, *(shown & ~end for end in one_by_one)}
    few = [sum(chance.sample(one_by_one, min(count, len(one_by_one)))) for count in (2, 2, 3, 3, 5, 8, 13)]
    return found | {*few, *(shown & ~some for some in few)}


def union(groups: tuple[Group, ...]) -> int:
    """Return all ends of some groups."""
    found = 0
    for group in groups:
        found |= group.ends
    return found
