"""Bindings that several pages share: what one page leaves unused, another one may need."""

from collections import Counter
from collections.abc import Iterable, Sequence

from esspec.problem import Problem

_UNUSED = "unused-entry"


def without_used(found: Sequence[tuple[str, Iterable[Problem]]]) -> list[tuple[Problem, ...]]:
    """Return the findings of pages, which stand beside the paths of their bindings, without what is no finding.

    That an entry is not used is one only if it is said for every page under the binding.
    """
    told = [(path, tuple(problems)) for path, problems in found]
    pages = Counter(path for path, _ in told)
    said = Counter(each for _, problems in told for each in set(problems) if each.code == _UNUSED)
    return [
        tuple(each for each in problems if each.code != _UNUSED or said[each] == pages[path]) for path, problems in told
    ]
