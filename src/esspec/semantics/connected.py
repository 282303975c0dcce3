"""Which workload of one side is which of the other: by name, by alias, by labels; nobody is left out.

Two pages, or two sets of manifests, are connected by names first, because labels may have changed. A page is
connected with manifests by labels first, because its labels are what policies select pods by.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from esspec.reading.spelling import fold
from esspec.semantics.lifted import NAMESPACE, Key
from esspec.semantics.views import KnownPods, View

Keys = Callable[[KnownPods], Iterable[Hashable]]


class Connection(NamedTuple):
    """One workload: what it is on either side, and by what it is known to be the same: name, alias or labels."""

    one: KnownPods | None
    other: KnownPods | None
    by: str = ""

    def on(self, side: int) -> KnownPods | None:
        """Return what it is on side 0 or 1."""
        return self.other if side else self.one


def connections(one: View, other: View) -> tuple[Connection, ...]:
    """Return all workloads of both sides, in the order of the first; those of one side only have no `by`."""
    if (one.page is None) == (other.page is None):
        keys = _PAGE_KEYS if one.page else _MANIFEST_KEYS
        return tuple(_all(one.pods, other.pods, _matched(one.pods, other.pods, keys)))
    page, manifests = (one, other) if one.page else (other, one)
    found = list(_by_labels(page.pods, manifests.pods))
    taken = {id(pods) for pair in found for pods in pair[:2]}
    page_left, left = ([pods for pods in view.pods if id(pods) not in taken] for view in (page, manifests))
    found += _matched(page_left, left, (("name", _short_names),))
    if page is other:
        found = [Connection(pair.other, pair.one, pair.by) for pair in found]
    return tuple(_all(one.pods, other.pods, found))


def _all(one: Iterable[KnownPods], other: Iterable[KnownPods], found: Iterable[Connection]) -> Iterator[Connection]:
    """Yield the connections, and everybody who is in none."""
    of: dict[int, list[Connection]] = defaultdict(list)
    taken: set[int] = set()
    for pair in found:
        of[id(pair.one)].append(pair)
        taken.add(id(pair.other))
    for pods in one:
        yield from of.get(id(pods), (Connection(pods, None),))
    yield from (Connection(None, pods) for pods in other if id(pods) not in taken)


def _matched(
    one: Sequence[KnownPods], other: Sequence[KnownPods], keys: Iterable[tuple[str, Keys]]
) -> Iterator[Connection]:
    """Yield pairs that share a key which nobody else on either side has, the first kind of key first."""
    for by, keys_of in keys:
        mine, theirs = _by_key(one, keys_of), _by_key(other, keys_of)
        taken: set[int] = set()
        for key, pods in mine.items():
            found = theirs.get(key, [])
            if len(pods) == len(found) == 1 and taken.isdisjoint((id(pods[0]), id(found[0]))):
                taken |= {id(pods[0]), id(found[0])}
                yield Connection(pods[0], found[0], by)
        one, other = ([pods for pods in side if id(pods) not in taken] for side in (one, other))


def _by_key(side: Iterable[KnownPods], keys_of: Keys) -> dict[Hashable, list[KnownPods]]:
    found: dict[Hashable, list[KnownPods]] = defaultdict(list)
    for pods in side:
        for key in dict.fromkeys(keys_of(pods)):
            found[key].append(pods)
    return found


def _by_labels(page: Iterable[KnownPods], manifests: Iterable[KnownPods]) -> Iterator[Connection]:
    """Yield a page's workload with each of the manifests' that has all its labels, and its namespace."""
    having: dict[tuple[Key, str], list[KnownPods]] = defaultdict(list)
    for pods in manifests:
        for item in pods.values.items():
            having[item].append(pods)
    for pods in page:
        rarest = min((having.get(item, []) for item in pods.values.items()), key=len, default=[])
        for found in rarest:
            if pods.values.items() <= found.values.items():
                yield Connection(pods, found, "labels")


def _name(pods: KnownPods) -> Iterator[str]:
    yield pods.name


def _names(pods: KnownPods) -> Iterator[str]:
    yield from map(fold, (pods.name, *pods.aliases))


def _name_without_kind(pods: KnownPods) -> Iterator[str]:
    yield pods.name.partition("[")[0]


def _labels(pods: KnownPods) -> Iterator[Hashable]:
    yield frozenset(pods.values.items())


def _short_names(pods: KnownPods) -> Iterator[Hashable]:
    """Yield (namespace, name) by every name, folded; manifests say `namespace/name[Kind]`."""
    namespace = pods.values.get(NAMESPACE, "")
    own = pods.name.removeprefix(f"{namespace}/").partition("[")[0]
    yield from ((namespace, fold(name)) for name in (own, *pods.aliases))


_PAGE_KEYS: tuple[tuple[str, Keys], ...] = (("name", _name), ("alias", _names), ("labels", _labels))
_MANIFEST_KEYS: tuple[tuple[str, Keys], ...] = (("name", _name), ("name", _name_without_kind), ("labels", _labels))
