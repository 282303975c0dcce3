"""From a page's text to the model that is exported: the steps in their order, and what must hold in between."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from esspec.binding import Binding
from esspec.dns import dns_of
from esspec.externals import external_problems, externals
from esspec.inline import InlineReader
from esspec.model import (
    AllowAll,
    Allowance,
    AllowNone,
    AllowOnly,
    Anyone,
    Direction,
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
from esspec.page import read_page
from esspec.problem import PageProblems, Problem, error, errors_in, in_order, warning
from esspec.resolution import Resolution, ResolvedPeer, ResolvedRule, resolve
from esspec.rows import RowReader, WrittenRule
from esspec.selectors import Selected, instance, select
from esspec.source import Source
from esspec.spelling import slug

_T = TypeVar("_T")
_UNSPECIFIED = Unspecified()
_ANYONE = Anyone()
_INSTANCE = InstancePeer()


class Reading(NamedTuple):
    """A page under a binding, with all that was found: `problems` are in the order of their places.

    `page_name` is what outputs call the page. `selected` has the workloads whose pods are known.
    """

    page_name: str
    resolution: Resolution
    selected: Mapping[str, Selected]
    problems: tuple[Problem, ...]


def read(source: Source, binding: Binding, page_name: str, variables: Mapping[str, str]) -> Reading:
    """Return what a page says under a binding. Nothing stops it: what is wrong is among the problems."""
    inline = InlineReader({**variables, **binding.file.variables})
    page = read_page(source, inline)
    rows = RowReader(source.path, inline)
    written = [rule for table in page.tables for rule in rows.read(table)]
    resolution = resolve(page, written, binding, rows.problems)
    selected, problems = select(source.path, resolution.names.described(), binding)
    problems += [p for rule in written for p in _not_yet(source.path, rule)]
    problems += external_problems(binding)
    problems += _instance_problems(binding, resolution)
    problems += [_unused_variable(binding, name) for name in binding.file.variables if name not in inline.used]
    return Reading(page_name, resolution, selected, in_order([*resolution.problems, *problems]))


def compile_page(reading: Reading) -> PolicySet:
    """Return the model of a page that was read without errors. Raises PageProblems with all errors otherwise."""
    errors = errors_in(reading.problems)
    if errors:
        raise PageProblems(errors)
    resolution = reading.resolution
    binding = resolution.binding
    allowances = _allowances(resolution)
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


def _allowances(resolution: Resolution) -> dict[tuple[str, Direction], Allowance]:
    found: dict[tuple[str, Direction], Allowance] = {}
    for name, statement in resolution.statements:
        said = AllowAll(line=statement.line) if statement.word == "any" else AllowNone(line=statement.line)
        found[name, statement.direction] = said
    rules: dict[tuple[str, Direction], list[Rule]] = defaultdict(list)
    for rule in resolution.rules:
        rules[rule.workload, rule.written.direction].append(_rule(rule))
    return found | {key: AllowOnly(rules=tuple(some)) for key, some in rules.items()}


def _rule(resolved: ResolvedRule) -> Rule:
    written = resolved.written
    if resolved.protocol is None or resolved.ports == "user-supplied":
        raise AssertionError("a row without protocol or ports is an error")
    return Rule(
        line=written.line,
        column=written.column,
        row=resolved.row,
        protocol=resolved.protocol,
        ports=resolved.ports if resolved.ports == "all" else _each_once(resolved.ports),
        peers=_each_once([peer for found in resolved.peers for peer in _peers(found)]),
        reason=written.reason,
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


def _not_yet(path: str, rule: WrittenRule) -> Iterator[Problem]:
    """Yield errors for what a row says beyond peers and ports: it must not be exported as if it said less."""
    for said, what, remedy in (
        (rule.condition, "condition", "export one page per state of the condition"),
        (rule.labels, "pod label", "write the labels into the binding and empty the cell"),
    ):
        if said:
            yield error(
                f"unread-{what.replace(' ', '-')}", path, (rule.line, 1), f"the {what} '{said}' is not read", remedy
            )


def _instance_problems(binding: Binding, resolution: Resolution) -> Iterator[Problem]:
    if instance(binding) is not None:
        return
    uses: Iterable[ResolvedRule] = (r for r in resolution.rules if any(p.kind == "instance" for p in r.peers))
    for rule in uses:
        yield binding.problem(
            "no-instance",
            ("labels",),
            f"line {rule.written.line} of the page means every pod of the instance, and nothing says which those are",
            "write namespace and labels at the top of the binding",
        )


def _unused_variable(binding: Binding, name: str) -> Problem:
    return warning(
        "unused-entry",
        binding.path,
        (binding.line("variables", name), 1),
        f"nothing on the page uses the variable '{name}'",
        "correct its name, or delete it",
    )
