"""Names that are spelt otherwise than the heading: folded away when they are read, and better one name."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from esspec.compiling.page_reading import Reading
from esspec.compiling.resolved import ResolvedPeer, ResolvedRule
from esspec.problem import Problem, note
from esspec.reading.spelling import fold, split_remark, stem

Spelling = tuple[str, str]
"""The name that is right, and another way to write it; without "pod(s)" and plural."""

Right = dict[tuple[str, str], list[str]]
"""The right ways to write a workload's name, by the workload and the folded name."""


class _Use(NamedTuple):
    """Where a spelling stands first, and in how many rows it does."""

    at: tuple[int, int]
    rows: int


def odd_spellings(reading: Reading) -> Iterator[Problem]:
    """Yield a note per spelling of a workload that is neither its first heading's nor an alias's, plurals aside."""
    right = _right_names(reading)
    uses = _headings(reading, right)
    judged: dict[tuple[str, tuple[str, ...]], Spelling | None] = {}
    for rule in reading.resolution.rules:
        for peer in rule.peers:
            key = (peer.phrase, peer.workloads)
            if peer.workloads and key not in judged:
                judged[key] = _odd(_name(rule, peer), peer.workloads, right)
        odd: dict[Spelling, str] = {}
        for peer in rule.peers:
            found = judged.get((peer.phrase, peer.workloads))
            if found:
                odd.setdefault(found, peer.phrase)
        for spelling, phrase in odd.items():
            use = uses.get(spelling)
            at = use.at if use else rule.written.peer_at(phrase)
            uses[spelling] = _Use(at, use.rows + 1 if use else 1)
    for (name, written), use in uses.items():
        rows = f" ({use.rows} row{'s' if use.rows > 1 else ''})" if use.rows else ""
        message = f"'{written}' is another spelling of '{name}'{rows}"
        remedy = "spell it the same everywhere, or write it into its aliases"
        yield note("name-spelling", reading.resolution.page.path, use.at, message, remedy)


def _right_names(reading: Reading) -> Right:
    """Return how names of workloads are spelt: as the first heading, and as the aliases."""
    entries = reading.resolution.binding.file.workloads
    found: Right = defaultdict(list)
    for named in reading.resolution.names.workloads.values():
        aliases = entries[named.entry].aliases if named.entry else ()
        for word in (named.name, *aliases):
            found[named.name, fold(word)].append(word)
    return found


def _headings(reading: Reading, right: Right) -> dict[Spelling, _Use]:
    """Return the odd spellings of headings: a workload may have several."""
    found: dict[Spelling, _Use] = {}
    lines = {line: named.name for named in reading.resolution.names.workloads.values() for line in named.lines}
    for heading in reading.resolution.page.headings:
        odd = _odd(heading.name, (lines[heading.line],), right) if heading.line in lines else None
        if odd:
            found.setdefault(odd, _Use((heading.line, 1), 0))
    return found


def _name(rule: ResolvedRule, peer: ResolvedPeer) -> str:
    """Return the words for a peer with variables filled; those of the cell where an override names it."""
    pieces = (*rule.written.phrase.peers, *rule.written.phrase.tail)
    name = next((piece.name for piece in pieces if piece.phrase == peer.phrase), peer.phrase)
    return name.partition(" ")[2] if peer.kind == "same" else name


def _odd(name: str, workloads: tuple[str, ...], right: Right) -> Spelling | None:
    """Return the spelling of a name if it is another one than the right one; None for what is no name of them."""
    bare = split_remark(name)[0]
    for words in dict.fromkeys([name, bare, bare[4:] if bare[:4].lower() == "the " else bare]):
        known = [word for one in workloads for word in right.get((one, fold(words)), ())]
        if known:
            return (known[0], stem(words)) if stem(words) not in map(stem, known) else None
    return None
