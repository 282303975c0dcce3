"""What is looked at by list, explain and diff: policies from a page or from manifests, and the names of ends.

A view is one side. Several views are cut into classes together (`see`), so that a class means the same in all.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from esspec.semantics.ends import Ends
from esspec.semantics.flows import Flows, effective
from esspec.semantics.lifted import Key, Peers, Policy
from esspec.semantics.meaning import Meaning, meaning_of, selectors_of

if TYPE_CHECKING:
    from esspec.model import External
    from esspec.semantics.page_words import PageWords


class KnownPods(NamedTuple):
    """Pods that have a name: what is known of each, by key, all other labels being absent.

    `aliases` are other names for them, by which a view that calls them otherwise is connected with this one; `apart`
    is what they are called where some selector tells them apart from others of the same name.
    """

    name: str
    values: Mapping[Key, str]
    place: str
    aliases: tuple[str, ...] = ()
    apart: str = ""


class Sourced(NamedTuple):
    """A policy and the file it stands in: a grant's line is one of `file`."""

    policy: Policy
    file: str


class View(NamedTuple):
    """One side: `shown` as the user named it; `reasons` by (file, line) of a grant; `page` where it is a page.

    `on_nodes` are the names of pods in the network of their nodes, to whom no policy applies. `stand_ins` are the
    numbers, as text, that stand for what pods may give a port's name, where nobody says what they do.
    """

    shown: str
    policies: tuple[Sourced, ...]
    pods: tuple[KnownPods, ...]
    externals: "tuple[External, ...]"
    reasons: Mapping[tuple[str, int], str]
    page: "PageWords | None" = None
    on_nodes: tuple[str, ...] = ()
    stand_ins: Mapping[Key, tuple[str, ...]] = {}

    def place(self, file: str, line: int) -> str:
        """Return where a grant stands: `file:line`, or the part of the binding that adds it to the page."""
        if line:
            return f"{file}:{line}"
        return self.page.dns if self.page else file

    def condition(self, line: int) -> str:
        """Return the condition of a row of the page, empty where it holds always."""
        return self.page.conditions.get(line, "") if self.page else ""

    def reason(self, file: str, line: int) -> str:
        """Return why a grant is there, with the decision of the binding that completed or corrected its row."""
        reason = self.reasons.get((file, line), "")
        override = self.page.overrides.get(line, "") if self.page else ""
        return f"{reason} ({override})".lstrip() if override else reason


class Sight(NamedTuple):
    """A view, cut into the classes of `ends`: what its policies mean, and which flows both ends permit."""

    view: View
    ends: Ends
    meaning: Meaning
    flows: Flows

    def class_of(self, pods: KnownPods) -> int:
        """Return the class of pods that have a name."""
        return self.ends.pod(pods.values)


def see(views: Sequence[View], further: Iterable[Peers] = ()) -> tuple[Sight, ...]:
    """Return all views, cut by every selector of any of them and by `further` ones.

    Raises podtree.TooManyBlocks where the selectors cross in too many ways to be counted through.
    """
    externals = tuple(dict.fromkeys(external for view in views for external in view.externals))
    policies = [[sourced.policy for sourced in view.policies] for view in views]
    selectors = [selector for each in policies for selector in selectors_of(each)]
    known = (pods.values for view in views for pods in view.pods)
    stand_ins = {key: numbers for view in views for key, numbers in view.stand_ins.items()}
    ends = Ends([*selectors, *further], externals, known, stand_ins)
    meanings = [meaning_of(each, ends) for each in policies]
    return tuple(
        Sight(view, ends, meaning, effective(meaning, ends)) for view, meaning in zip(views, meanings, strict=True)
    )
