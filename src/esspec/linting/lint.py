"""`esspec lint`: a page against itself, before any cluster sees it."""

from collections.abc import Iterable, Iterator

from esspec.bindings.binding import NO_BINDING, Binding
from esspec.compiling.dns import page_dns_warning
from esspec.compiling.page_reading import Reading
from esspec.compiling.shared_bindings import without_used
from esspec.linting.ignoring import entry_problems, not_ignored
from esspec.linting.odd_spellings import odd_spellings
from esspec.linting.permitted import rows_of
from esspec.linting.reciprocity import one_ended
from esspec.linting.repetition import repetitions
from esspec.linting.unspecified import unspecified_directions
from esspec.problem import Level, Problem, in_order


def lint(readings: Iterable[Reading], *, with_ignores: bool = True) -> tuple[Problem, ...]:
    """Return all findings about pages, in the order of their places, but those that page or binding ignore.

    An entry of a binding that several pages share has its use if one of them needs it.
    """
    found: list[Problem] = []
    used: dict[str, tuple[Binding, frozenset[int]]] = {}
    pages = tuple(readings)
    told = without_used([(reading.resolution.binding.path, page_findings(reading)) for reading in pages])
    for reading, problems in zip(pages, told, strict=True):
        if not with_ignores:
            found += problems
            continue
        kept = not_ignored(reading, problems)
        binding = reading.resolution.binding
        found += kept.problems
        used[binding.path] = (binding, kept.used | used.get(binding.path, (binding, frozenset()))[1])
    for binding, numbers in used.values():
        found += entry_problems(binding, numbers)
    return in_order(found)


def page_findings(reading: Reading) -> Iterator[Problem]:
    """Yield what was found when the page was read, and what the checks find in it."""
    rows = tuple(rows_of(reading))
    yield from _of_reading(reading)
    yield from one_ended(reading, rows)
    yield from repetitions(reading, rows)
    yield from odd_spellings(reading)
    yield from unspecified_directions(reading)
    yield from page_dns_warning(reading.resolution, reading.features)
    yield from _of_examples(reading)


def summary(problems: Iterable[Problem]) -> str:
    """Return how many findings there are of each level: `1 error, 2 warnings, 10 notes`."""
    levels = [problem.level for problem in problems]
    counts = [(levels.count(level), level.value) for level in Level]
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts)


def _of_reading(reading: Reading) -> Iterator[Problem]:
    """Yield the reading's findings; a page without a binding needs no labels to be held against itself."""
    needs_labels = reading.resolution.binding is not NO_BINDING
    return (problem for problem in reading.problems if needs_labels or problem.code != "missing-labels")


def _of_examples(reading: Reading) -> Iterable[Problem]:
    if not reading.resolution.page.policies:
        return ()
    from esspec.linting.embedded import embedded_problems  # noqa: PLC0415 - few pages show policies, and YAML is slow

    return embedded_problems(reading)
