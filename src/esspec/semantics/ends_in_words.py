"""Sets of ends in words: whoever has a name by that, all others in as few words as say exactly who they are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from itertools import groupby
from typing import NamedTuple

from esspec.semantics.ends import OutsideClass, pods_in_words
from esspec.semantics.ground import Ground
from esspec.semantics.lifted import Key, Values
from esspec.semantics.meaning import bits
from esspec.semantics.views import Sight
from esspec.terms import Role

ANYONE = "anyone"
_ANY_POD = "any pod"
_MANY = 1_000_000
MOST_KINDS = 4
"""More kinds of pods without a name than these are counted and not described."""


class Group(NamedTuple):
    """Ends in words: all that are meant, as bits, and those whose rows decide: one where the words are a name."""

    words: str
    ends: int
    deciding: int


class EndsInWords:
    """The words for sets of the ends that one side has, in its names."""

    def __init__(self, ground: Ground, side: int) -> None:
        self._ground = ground
        self._names = ground.names[side]
        self._externals = sorted(ground.externals[side].items(), key=lambda item: item[1].bit_count())
        self._outside = ground.outside
        self._pods = ground.pods & ~ground.absent(side)
        self._named = sum(1 << end for end in self._names) & self._pods
        self._unnamed = self._pods & ~self._named
        self._blocks = [block.where for block in ground.ends.pods]
        self._known: dict[int, tuple[Group, ...]] = {}

    @property
    def sights(self) -> tuple[Sight, Sight]:
        """Return both sides."""
        return self._ground.sights

    def of(self, ends: int) -> tuple[Group, ...]:
        """Return the words for all of `ends` that are shown."""
        ends &= self._pods | self._outside
        if ends not in self._known:
            self._known[ends] = tuple(self._groups(ends))
        return self._known[ends]

    def _groups(self, ends: int) -> Iterator[Group]:
        pods, outside = ends & self._pods, ends & self._outside
        parts = (*self._pod_groups(pods), *self._outside_groups(outside))
        is_short = len(parts) == 2 and parts[0].words.startswith(_ANY_POD) and outside == self._outside  # noqa: PLR2004
        count = _MANY if is_short else len(parts)
        but = self._but(ends, self._pods | self._outside, count) if pods and outside else None
        if but is None:
            yield from parts
        else:
            yield Group(f"{ANYONE}{but}", ends, ends)

    def _pod_groups(self, wanted: int) -> Iterator[Group]:
        if not wanted:
            return
        # There are at least as many parts as names, and many names are not worth being put together.
        but = self._but(wanted, self._pods, (wanted & self._named).bit_count())
        parts = list(self._pods_in_parts(wanted)) if but is None else []
        but = self._but(wanted, self._pods, len(parts)) if but is None else but
        if but is not None:
            yield Group(f"{_ANY_POD}{but}", wanted, wanted)
            return
        kinds = [part for part in parts if not part.deciding & self._named]
        shown = kinds if len(kinds) <= MOST_KINDS else kinds[: MOST_KINDS - 1]
        yield from (part for part in parts if part in shown or part.deciding & self._named)
        if len(kinds) > len(shown):
            left = sum(part.ends for part in kinds[len(shown) :])
            yield Group(f"{len(kinds) - len(shown)} more kinds of pods without a name", left, left)

    def _but(self, wanted: int, whole: int, count: int) -> str | None:
        """Return what to add to a word for `whole`, so that it means `wanted`; None if that is no less than `count`."""
        missing = whole & ~wanted
        if not missing:
            return ""
        if (missing & self._named).bit_count() >= count:
            return None
        parts = (*self._pods_in_parts(missing & self._pods), *self._outside_groups(missing & self._outside))
        words = sorted(part.words for part in parts)
        if any(word.startswith("any ") for word in words):
            return None
        return f" but {' and '.join(filter(None, (', '.join(words[:-1]), words[-1])))}" if len(words) < count else None

    def _pods_in_parts(self, wanted: int) -> Iterator[Group]:
        """Yield those with a name one by one, and all others by their kinds."""
        others = wanted & self._unnamed
        rest = others
        for end in bits(wanted & self._named):
            variants = self._ground.variants.get(end, 0) & self._unnamed
            variants = 0 if variants & ~others else variants
            rest &= ~variants
            yield from (Group(name, 1 << end | variants, 1 << end) for name in self._names[end])
        yield from self._kinds(others if others == self._unnamed else rest)

    def _kinds(self, wanted: int) -> Iterator[Group]:
        """Yield groups of pods without a name: all that have the same values of some keys, where all are wanted."""
        blocks = self._blocks
        stack = [(0, len(blocks), 0)] if wanted else []
        while stack:
            begin, end, depth = stack.pop()
            inside = ((1 << end) - 1) >> begin << begin
            meant = inside & self._unnamed
            if not meant & wanted:
                continue
            if not meant & ~wanted:
                where = blocks[begin] if end - begin == 1 else blocks[begin][:depth]
                words = pods_in_words(where, self._ground.ends.stand_ins)
                yield Group(_kind(words, is_rest=bool(inside & ~meant)), meant, meant)
                continue
            stack += reversed(list(_children(blocks, (begin, end, depth))))

    def _outside_groups(self, wanted: int) -> Iterator[Group]:
        if wanted and wanted == self._outside:
            yield Group("any address outside", wanted, wanted)
            return
        taken = 0
        for name, mask in self._externals:
            own = mask & self._outside & ~taken
            taken |= own
            if own and not own & ~wanted:
                wanted &= ~own
                yield Group(name, own, own)
        rest = self._outside & ~taken
        if rest and not rest & ~wanted:
            wanted &= ~rest
            yield Group("any other address outside" if taken else "any address outside", rest, rest)
        yield from self._ranges(wanted)

    def _ranges(self, wanted: int) -> Iterator[Group]:
        """Yield neighbouring addresses of one role together, as np-guard writes them."""
        behind_pods = len(self._blocks)
        run: list[tuple[int, OutsideClass]] = []
        for number in bits(wanted):
            here = self._ground.ends.outside[number - behind_pods]
            if run and not _is_next(run[-1], (number, here)):
                yield _range(run)
                run = []
            run.append((number, here))
        if run:
            yield _range(run)


def _children(
    blocks: Sequence[tuple[tuple[Key, Values], ...]], node: tuple[int, int, int]
) -> Iterator[tuple[int, int, int]]:
    """Yield the parts of a run of blocks that are alike up to a depth, cut by what they say there.

    What is said in two places is no name for either, and the blocks there are parts by themselves.
    """
    begin, end, depth = node
    runs = [(say, len(list(some))) for say, some in groupby(blocks[number][depth] for number in range(begin, end))]
    said = Counter(say for say, _ in runs)
    for say, count in runs:
        if said[say] == 1:
            yield begin, begin + count, depth + 1
        else:
            yield from ((number, number + 1, depth + 1) for number in range(begin, begin + count))
        begin += count


def _kind(words: str, *, is_rest: bool) -> str:
    return f"any other {words.removeprefix('any ').removeprefix('a ')}" if is_rest else words


def _is_next(before: tuple[int, OutsideClass], here: tuple[int, OutsideClass]) -> bool:
    first, following = before[1].first, here[1].first
    is_close = here[0] == before[0] + 1 and first is not None and following is not None and first[0] == following[0]
    return is_close and before[1].role is here[1].role


def _range(run: Sequence[tuple[int, OutsideClass]]) -> Group:
    ends = sum(1 << number for number, _ in run)
    first, last, role = run[0][1].first, run[-1][1].last, run[0][1].role
    if first is None or last is None:
        return Group("nodes" if role is Role.NODE else f"any other {role}", ends, ends)
    kind = IPv4Address if first[0] == 4 else IPv6Address  # noqa: PLR2004
    words = str(kind(first[1])) if first == last else f"{kind(first[1])}-{kind(last[1])}"
    return Group(words if role is Role.OUTSIDE else f"{words} ({role})", ends, ends)
