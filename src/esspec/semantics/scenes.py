"""One view made ready to be asked: its flows, the names of its ends, and who decides what."""

from collections.abc import Iterable
from typing import NamedTuple

from esspec.problem import InputProblems, error
from esspec.semantics.deciding import Deciding
from esspec.semantics.ends import Ends
from esspec.semantics.lifted import Key, Peers
from esspec.semantics.meaning import Meaning, Segment, Side
from esspec.semantics.naming import Naming, called, in_words, naming
from esspec.semantics.opened import Opened
from esspec.semantics.opened import in_words as ports_in_words
from esspec.semantics.outside_spans import OutsideSpans
from esspec.semantics.podtree import MAX_BLOCKS, TooManyBlocks
from esspec.semantics.views import Sight, View, see
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol


class Scene(NamedTuple):
    """A view and all that answers about it are made of.

    `pods` are the names of pods and their classes, in the order of a page, else sorted; without any, every class in
    words.
    `named` are their classes as bits, `known` all that is known of each. `open` is what a direction permits that
    nobody isolates.
    """

    view: View
    sight: Sight
    names: Naming
    deciding: Deciding
    spans: OutsideSpans
    pods: tuple[tuple[str, int], ...]
    named: int
    known: frozenset[frozenset[tuple[Key, str]]]
    open: Side

    @property
    def ends(self) -> Ends:
        """Return the classes of ends."""
        return self.sight.ends

    @property
    def meaning(self) -> Meaning:
        """Return what the policies mean."""
        return self.sight.meaning

    @property
    def all_pods(self) -> int:
        """Return every class of pods, as bits."""
        return (1 << len(self.ends.pods)) - 1

    def conn(self, found: Opened, destinations: int) -> str:
        """Return what is open to some classes of ends in words: a port that nobody gives a number by its name."""
        return ports_in_words(found, self.ends.port_names(destinations))

    def side(self, subject: int, direction: Direction) -> Side:
        """Return what a direction of a class of pods permits."""
        return self.meaning.sides.get((subject, direction), self.open)


def scene(view: View, further: Iterable[Peers] = ()) -> Scene:
    """Return a view ready to be asked, cut by `further` selectors too.

    Raises InputProblems (exit 2) where the selectors cross in too many ways to be counted through.
    """
    try:
        (sight,) = see([view], further)
    except (TooManyBlocks, RecursionError):  # the latter for a selector on a thousand keys
        message = f"the selectors cross each other in more than {MAX_BLOCKS} ways, too many to compare"
        remedy = "tell workloads apart by one label key"
        raise InputProblems([error("too-many-classes", view.shown, (0, 0), message, remedy)]) from None
    ends, names = sight.ends, naming([sight])
    pods = _in_order(dict.fromkeys((name, number) for number, name in called(view.pods, ends)), view)
    return Scene(
        view,
        sight,
        names,
        Deciding(view.policies, ends),
        OutsideSpans(sight, names),
        pods or tuple((in_words(ends, number), number) for number in range(len(ends.pods))),
        names.named_pods or (1 << len(ends.pods)) - 1,
        frozenset(frozenset(known.values.items()) for known in view.pods),
        tuple(Segment(protocol, FIRST_PORT, LAST_PORT, ends.everyone) for protocol in Protocol),
    )


def _in_order(pods: Iterable[tuple[str, int]], view: View) -> tuple[tuple[str, int], ...]:
    return tuple(pods if view.page is not None else sorted(pods))
