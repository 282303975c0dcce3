"""From a page that was read to the model that is exported: the rows that hold, and what must be true before."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

from esspec.compiling.dns import dns_of
from esspec.compiling.externals import externals
from esspec.compiling.features import Features, unset_problems
from esspec.compiling.page_reading import Reading
from esspec.compiling.resolved import Resolution, ResolvedPeer, ResolvedRule
from esspec.compiling.selectors import instance
from esspec.model import (
    AllowAll,
    Allowance,
    AllowNone,
    AllowOnly,
    Anyone,
    ExternalPeer,
    InstancePeer,
    Override,
    Peer,
    PolicySet,
    Rule,
    Unspecified,
    Workload,
    WorkloadPeer,
)
from esspec.problem import PageProblems, errors_in, in_order
from esspec.reading.spelling import slug
from esspec.terms import Direction

_T = TypeVar("_T")
_UNSPECIFIED = Unspecified()
_NOTHING_HOLDS = "no row, because none of their conditions holds"
_ANYONE = Anyone()
_INSTANCE = InstancePeer()


def compile_page(reading: Reading, *, needs_features: bool = True) -> PolicySet:
    """Return the model of a page that was read without errors, with the rows that hold in the chosen states.

    Raises PageProblems with all errors otherwise, unset features among them; without `needs_features` a row whose
    feature is unset stays, with its condition.
    """
    resolution = reading.resolution
    binding = resolution.binding
    unset = unset_problems(resolution.page.path, reading.features, binding) if needs_features else ()
    errors = errors_in([*reading.problems, *unset])
    if errors:
        raise PageProblems(in_order(errors))
    allowances = _allowances(resolution, reading.features)
    return PolicySet(
        page=reading.page_name,
        binding=binding.name,
        title=resolution.page.title,
        prefix=binding.file.prefix,
        workloads=tuple(
            Workload(
                name=named.name,
                slug=slug(named.name),
                lines=named.lines,
                subject=reading.selected[named.name].subject,
                peer=reading.selected[named.name].peer,
                origin=binding.origin("workloads", named.entry or named.name),
                ingress=allowances.get((named.name, Direction.INGRESS), _UNSPECIFIED),
                egress=allowances.get((named.name, Direction.EGRESS), _UNSPECIFIED),
            )
            for named in resolution.names.described()
        ),
        externals=tuple(externals(binding)),
        instance=instance(binding),
        dns=dns_of(binding),
    )


def _allowances(resolution: Resolution, features: Features) -> dict[tuple[str, Direction], Allowance]:
    found: dict[tuple[str, Direction], Allowance] = {}
    for name, statement in resolution.statements:
        said = AllowAll(line=statement.line) if statement.word == "any" else AllowNone(line=statement.line)
        found[name, statement.direction] = said
    rules: dict[tuple[str, Direction], list[Rule]] = defaultdict(list)
    for rule in resolution.rules:
        key = (rule.workload, rule.written.direction)
        if features.holds(rule.condition):
            rules[key].append(_rule(rule))
        else:  # the direction stays isolated where no row is left
            found.setdefault(key, AllowNone(line=rule.written.line, words=_NOTHING_HOLDS))
    return found | {key: AllowOnly(rules=tuple(some)) for key, some in rules.items()}


def _rule(resolved: ResolvedRule) -> Rule:
    written = resolved.written
    if resolved.protocol is None or not resolved.ports or resolved.ports == "user-supplied":
        raise AssertionError("a row without protocol or ports is an error")
    return Rule(
        line=written.line,
        column=written.column,
        row=resolved.row,
        protocol=resolved.protocol,
        ports=resolved.ports if resolved.ports == "all" else _each_once(resolved.ports),
        peers=_each_once([peer for found in resolved.peers for peer in _peers(found)]),
        reason=written.reason,
        condition=resolved.condition,
        override=Override(**resolved.override._asdict()) if resolved.override else None,
    )


def _each_once(values: Sequence[_T]) -> tuple[_T, ...]:
    return tuple(values) if len(values) < 2 else tuple(dict.fromkeys(values))  # noqa: PLR2004 - hashing is slow


@lru_cache(maxsize=1 << 12)
def _workload_peer(name: str) -> WorkloadPeer:
    return WorkloadPeer(workload=name)


def _peers(found: ResolvedPeer) -> Iterator[Peer]:
    match found.kind:
        case "any":
            yield _ANYONE
        case "instance":
            yield _INSTANCE
        case "external" if found.external:
            yield ExternalPeer(external=found.external)
        case "workload" | "same":
            yield from map(_workload_peer, found.workloads)
        case _:
            raise AssertionError("an unresolved peer is an error")
