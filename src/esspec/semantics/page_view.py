"""A page as one side that is listed, explained or compared: its policies as intended, its pods by their names."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from esspec.compiling.compile import compile_page
from esspec.compiling.features import Features
from esspec.compiling.page_reading import Reading
from esspec.model import PolicySet, Workload
from esspec.semantics.intended import intended
from esspec.semantics.lifted import NAMESPACE, label
from esspec.semantics.page_words import Conditional, PageWords, WrittenSide
from esspec.semantics.views import KnownPods, Sourced, View
from esspec.terms import Direction

if TYPE_CHECKING:
    from esspec.reading.columns import Column


def view_of_page(reading: Reading, *, needs_features: bool = True) -> View:
    """Return a page as a view. Raises PageProblems for a page with errors.

    A feature that is not set is an error too; without `needs_features` the rows that depend on it are taken to hold.
    """
    policies = compile_page(reading, needs_features=needs_features)
    path = reading.resolution.page.path
    aliases = {name: entry.aliases for name, entry in reading.resolution.binding.file.workloads.items()}
    names = {named.name: named.entry or named.name for named in reading.resolution.names.described()}
    reasons = {(policies.page, rule.line): rule.reason for w in policies.workloads for rule in w.rules}
    if policies.dns:
        reasons[policies.page, 0] = policies.dns.reason
    return View(
        shown=path,
        policies=tuple(Sourced(policy, policies.page) for policy in intended(policies).policies),
        pods=tuple(_pods(policies, w, tuple(aliases.get(names[w.name], ()))) for w in policies.workloads),
        externals=policies.externals,
        reasons=reasons,
        page=_words(reading, policies),
    )


def _pods(policies: PolicySet, workload: Workload, aliases: tuple[str, ...]) -> KnownPods:
    values = {label(key): value for key, value in workload.subject.labels}
    if workload.subject.namespace is not None:
        values[NAMESPACE] = workload.subject.namespace
    line = next(iter(workload.lines), 0)
    return KnownPods(workload.name, values, f"{policies.page}:{line}" if line else policies.binding, aliases)


def _words(reading: Reading, policies: PolicySet) -> PageWords:
    overrides = ((rule.line, rule.override) for w in policies.workloads for rule in w.rules)
    layouts: dict[Direction, tuple[Column, ...]] = {}
    for table in reading.resolution.page.tables:
        layouts.setdefault(table.direction, table.columns)
    return PageWords(
        dns=policies.dns.origin if policies.dns else "",
        overrides={line: f"{policies.binding}:{said.line}: {said.reason}" for line, said in overrides if said},
        sides=_sides(reading),
        conditional=_conditional(reading),
        conditions={r.line: r.condition.text for w in policies.workloads for r in w.rules if r.condition},
        layouts=layouts,
    )


def _sides(reading: Reading) -> Mapping[tuple[str, Direction], WrittenSide]:
    """Return how each direction of each workload is written; of several tables the first."""
    resolution = reading.resolution
    sides: dict[tuple[str, Direction], WrittenSide] = {}
    for table in resolution.page.tables:
        key = (resolution.names.workload_of(table.heading), table.direction)
        sides.setdefault(key, WrittenSide(table.line, table.columns))
    for name, statement in resolution.statements:
        sides[name, statement.direction] = WrittenSide(statement.line, word=statement.word)
    return sides


def _conditional(reading: Reading) -> Mapping[tuple[str, Direction], tuple[Conditional, ...]]:
    """Return the rows that do not hold in the chosen states of features, by workload and direction."""
    features = reading.features
    closed = {
        rule.written.line: rule.condition
        for rule in reading.resolution.rules
        if rule.condition and not features.holds(rule.condition)
    }
    if not closed:
        return {}
    unset = reading._replace(features=Features(features.known, {}))
    found: dict[tuple[str, Direction], list[Conditional]] = defaultdict(list)
    for policy in intended(compile_page(unset, needs_features=False)).policies:
        for direction in Direction:
            for grant in policy.grants(direction):
                condition = closed.get(grant.line)
                if condition:
                    chosen = f"{condition.feature} is {features.chosen[condition.feature]}"
                    found[policy.name, direction].append(Conditional(grant, condition.text, chosen))
    return {key: tuple(rows) for key, rows in found.items()}
