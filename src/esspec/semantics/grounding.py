"""Finding the common ground of two sides: what each workload and each external is on either of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from esspec.semantics.connected import Connection, connections
from esspec.semantics.ground import Ground, Places
from esspec.semantics.lifted import Outside, only, pods
from esspec.semantics.views import KnownPods, Sight

if TYPE_CHECKING:
    from esspec.model import External


def ground_of(sights: tuple[Sight, Sight]) -> Ground:
    """Return the common ground of two sides, which have been cut into the same classes. Linear in names."""
    finder = _Finder(sights)
    for number, connection in enumerate(finder.connections):
        finder.take(number, connection)
    for name in dict.fromkeys(name for side in finder.externals for name in side):
        finder.take_external(name)
    return finder.ground()


class _Finder:
    """Takes in workloads and externals one by one."""

    def __init__(self, sights: tuple[Sight, Sight]) -> None:
        self._sights = sights
        self._ends = sights[0].ends
        one, other = (sight.view for sight in sights)
        self.connections = connections(one, other)
        self.externals = tuple({external.name: external for external in view.externals} for view in (one, other))
        self._page = None if (one.page is None) == (other.page is None) else 0 if one.page else 1
        self._both_name_pods = bool(one.pods and other.pods)
        self._shared = _shared_names(self.connections, self._page) if self._page is not None else {}
        self._moved: dict[int, Places] = {}
        self._names: tuple[dict[int, dict[str, None]], ...] = (defaultdict(dict), defaultdict(dict))
        self._masks: tuple[dict[str, int], ...] = ({}, {})
        self._variants: dict[int, int] = defaultdict(int)
        self._left: dict[int, int] = {}
        self._workloads: dict[int, int] = {}
        self._kept = 0

    def take(self, number: int, connection: Connection) -> None:
        """Take in a workload: as a class with a name, or as an end of its own."""
        known = (connection.one, connection.other)
        one, other = (self._sights[0].class_of(found) if found else None for found in known)
        selected = 0
        for sight, found in zip(self._sights, known, strict=True):
            if found and sight.view.page:
                selected |= self._ends.mask(pods((key, only(value)) for key, value in found.values.items()))
        names = [found.name if found else "" for found in known]
        if self._page is not None and connection.by == "labels":
            place = one if self._page else other
            names = [self._shared[id(known[1 - self._page])]] * 2
        else:
            place = other if one is None else one
        is_one_class = one == other or None in (one, other)
        if place is not None and self._is_class(connection, is_one_class=is_one_class):
            self._name(place, names)
            self._variants[place] |= selected & ~(1 << place)
            self._kept |= selected | 1 << place
        else:
            self._workloads[number] = self._move((one, other), selected)
            self._name(self._workloads[number], names)

    def _is_class(self, connection: Connection, *, is_one_class: bool) -> bool:
        """Return whether a workload is the same class of pods on both sides.

        One that only one side has is: beside a page its policies are what counts, and so where a side has no pods.
        """
        if connection.by == "labels" and self._page is not None:
            return True
        is_on_both = None not in (connection.one, connection.other)
        return is_one_class and (is_on_both or self._page is not None or not self._both_name_pods)

    def take_external(self, name: str) -> None:
        """Take in an external: as its classes, or as an end of its own where its addresses or its role changed."""
        known = [side.get(name) for side in self.externals]
        masks = [self._ends.mask(_addresses(found)) if found else 0 for found in known]
        one, other = known
        if one and other and (one.role, {*one.addresses}) != (other.role, {*other.addresses}):
            listed = (masks[0] if one.addresses else 0) | (masks[1] if other.addresses else 0)
            masks = [1 << self._move((masks[0].bit_length() - 1, masks[1].bit_length() - 1), listed)] * 2
        elif any(found.addresses for found in known if found):
            self._kept |= masks[0] | masks[1]
        for side, mask in zip(self._masks, masks, strict=True):
            side[name] = mask or masks[0] or masks[1]

    def _move(self, places: Places, selected: int) -> int:
        end = self._ends.count + len(self._moved)
        self._moved[end] = places
        self._left[end] = selected | _bit(places[0]) | _bit(places[1])
        return end

    def _name(self, end: int, names: Sequence[str]) -> None:
        for side, name in zip(self._names, names, strict=True):
            if name:
                side[end][name] = None

    def ground(self) -> Ground:
        """Return all that was taken in; an end that only one side names is called so on the other too."""
        one, other = ({end: tuple(names) for end, names in side.items()} for side in self._names)
        return Ground(
            sights=self._sights,
            connections=self.connections,
            moved=self._moved,
            workloads=self._workloads,
            names=(other | one, one | other),
            externals=(self._masks[0], self._masks[1]),
            left={end: classes & ~self._kept for end, classes in self._left.items()},
            variants=self._variants,
        )


def _shared_names(found: Iterable[Connection], page: int) -> dict[int, str]:
    """Return what the manifests' workloads are called, by identity: as on the page, and by both names where needed."""
    workloads: dict[int, list[KnownPods]] = defaultdict(list)
    of_page: dict[int, int] = defaultdict(int)
    known: dict[int, KnownPods] = {}
    for connection in found:
        described, pods_found = connection.on(page), connection.on(1 - page)
        if described and pods_found and connection.by == "labels":
            workloads[id(pods_found)].append(described)
            of_page[id(described)] += 1
            known[id(pods_found)] = pods_found
    names: dict[int, str] = {}
    for key, pages in workloads.items():
        words = " and ".join(each.name for each in pages)
        is_alone = len(pages) == 1 and of_page[id(pages[0])] == 1
        names[key] = words if is_alone else f"{words} ({known[key].name})"
    return names


def _addresses(external: "External") -> Outside:
    return Outside(external.addresses or None, frozenset({external.role}))


def _bit(number: int | None) -> int:
    return 0 if number is None else 1 << number
