"""Objects that two pages would both put into a cluster, where the one that is applied last replaces the other."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from esspec.compiling.loading import placed_in
from esspec.model import PolicySet, Workload
from esspec.problem import Problem, error
from esspec.targets.objects import isolated
from esspec.targets.target import Target

_Key = tuple[str | None, str]


class PageObjects(NamedTuple):
    """A page, as the user named it, with what it compiles to and for which targets."""

    shown: str
    policies: PolicySet
    targets: Sequence[Target]


def objects_twice(pages: Sequence[PageObjects]) -> Iterator[tuple[PageObjects, PageObjects, Problem]]:
    """Yield two pages that write an object of one name and namespace, and the error about it, for each such pair.

    Raises Inexpressible where a target cannot say what such a page says.
    """
    first: dict[_Key, list[PageObjects]] = {}
    for page in pages:
        own = _objects(page.policies)
        others = {id(other): other for key in own for other in first.get(key, ())}
        for other in others.values():
            shared = [own[key] for key in own.keys() & _objects(other.policies).keys()]
            both = _names_in_both(page, other, {workload.slug for workload in shared})
            twice = sorted((w for w in shared if w.slug in both), key=lambda w: (w.lines, w.slug))
            if twice:
                yield other, page, _twice(page, other, twice)
        for key in own:
            first.setdefault(key, []).append(page)


def _objects(policies: PolicySet) -> Mapping[_Key, Workload]:
    return {(w.subject.namespace, policies.prefix + w.slug): w for w in policies.workloads if isolated(w)}


def _names_in_both(page: PageObjects, other: PageObjects, slugs: set[str]) -> set[str]:
    """Return the slugs that name a file of both pages in some target; a table is named as its page is."""
    names = {target.name: target for target in other.targets}
    found: set[str] = set()
    for target in page.targets:
        if target.name in names:
            found |= _file_stems(target, page) & _file_stems(names[target.name], other)
    return found & slugs


def _file_stems(target: Target, page: PageObjects) -> set[str]:
    with placed_in(page.shown, page.policies.page):
        return {PurePath(document.file_name).stem for document in target.lower(page.policies)}


def _twice(page: PageObjects, other: PageObjects, workloads: Sequence[Workload]) -> Problem:
    workload = workloads[0]
    more = len(workloads) - 1
    place = "/".join(filter(None, (workload.subject.namespace, page.policies.prefix + workload.slug)))
    message = f"'{workload.name}' gets the object {place} here, and from {other.shown} too"
    message += f" ({more} more {'is' if more == 1 else 'are'} like it)" if more else ""
    line = next(iter(workload.lines), 0)
    remedy = "keep the workload on one of the pages; applied together, one object would replace the other"
    return error("object-twice", page.shown, (line, 1 if line else 0), message, remedy)
