"""From a page's text to the model that is exported: the steps in their order, and what must hold in between."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from esspec.bindings.binding import FILE_NAME, Binding
from esspec.compiling.dns import dns_of
from esspec.compiling.externals import external_problems, externals
from esspec.compiling.features import Features, choose, unset_problems
from esspec.compiling.notes import note_problems, reason_problems
from esspec.compiling.resolution import resolve
from esspec.compiling.resolved import Resolution, ResolvedPeer, ResolvedRule
from esspec.compiling.selectors import Selected, instance, page_labels, select
from esspec.compiling.torn_headings import torn_headings
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
from esspec.problem import PageProblems, Problem, error, errors_in, in_order, warning
from esspec.reading.inline import InlineReader
from esspec.reading.liquid import told_once
from esspec.reading.page import read_page
from esspec.reading.rows import RowReader
from esspec.reading.spelling import instance_called, slug
from esspec.terms import Direction
from esspec.text.ignore_comments import IgnoreComment
from esspec.text.source import Source

_T = TypeVar("_T")
_WORD = re.compile(r"[\w-]+")
_UNSPECIFIED = Unspecified()
_NOTHING_HOLDS = "no row, because none of their conditions holds"
_ANYONE = Anyone()
_INSTANCE = InstancePeer()


class Reading(NamedTuple):
    """A page under a binding, with all that was found: `problems` are in the order of their places.

    `page_name` is what outputs call the page. `selected` has the workloads whose pods are known. `ignores` say what
    `esspec lint` is to pass over.
    """

    page_name: str
    resolution: Resolution
    selected: Mapping[str, Selected]
    features: Features
    missing_variables: tuple[str, ...]
    problems: tuple[Problem, ...]
    ignores: tuple[IgnoreComment, ...] = ()


class Choice(NamedTuple):
    """The states of features that a command line chooses, over those of the binding."""

    profile: str | None = None
    settings: Mapping[str, str] = {}


BY_BINDING = Choice()


def read(
    source: Source, binding: Binding, page_name: str, variables: Mapping[str, str], choice: Choice = BY_BINDING
) -> Reading:
    """Return what a page says under a binding. Nothing stops it: what is wrong is among the problems.

    Raises InputProblems only for a `choice` that page and binding do not have.
    """
    inline = InlineReader(binding.file.variables, variables)
    page = read_page(source, inline)
    rows = RowReader(source.path, inline, {name.lower(): ports for name, ports in binding.file.ports.items()})
    written = [rule for table in page.tables for rule in rows.read(table)]
    resolution = resolve(page, written, binding, rows.problems)
    on_page, problems = page_labels(source.path, resolution.rules)
    selected, more = select(source.path, resolution.names.described(), binding, on_page)
    features, unknown = choose(resolution.rules, binding, *choice)
    problems += more + unknown
    problems += external_problems(binding)
    problems += _unused_empty_labels(binding)
    problems += _instance_problems(binding, resolution)
    problems += [_unused(binding, "variable", name) for name in binding.file.variables if name not in inline.used]
    problems += [_unused(binding, "port", name) for name in _unused_ports(source, binding)]
    problems += [*note_problems(page, resolution.names), *torn_headings(page, resolution.names)]
    problems += reason_problems(source.path, written)
    found = in_order(told_once([*resolution.problems, *problems]))
    return Reading(page_name, resolution, selected, features, tuple(inline.missing), found, source.ignores)


def with_choice(reading: Reading, choice: Choice) -> Reading:
    """Return the same reading with other states of its features."""
    resolution = reading.resolution
    features, _ = choose(resolution.rules, resolution.binding, *choice)
    return reading._replace(features=features)


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


def _instance_problems(binding: Binding, resolution: Resolution) -> Iterator[Problem]:
    """Yield an error per row on "any pod in the instance" where nothing says which those are, or two are spoken of."""
    first = ""
    for rule in resolution.rules:
        phrase = next((peer.phrase for peer in rule.peers if peer.kind == "instance"), "")
        if not phrase:
            continue
        path, at = resolution.page.path, rule.written.peer_at(phrase)
        if instance(binding) is None:
            message = f"'{phrase}' means every pod of the instance, and nothing says which those are"
            remedy = f"write namespace and labels at the top of {binding.name or FILE_NAME}"
            yield error("no-instance", path, at, message, remedy)
            continue
        names = {piece.phrase: piece.name for piece in rule.written.phrase.peers}  # variables filled
        called = instance_called(names.get(phrase, phrase))
        if called not in ("", first):
            if first:
                message = f"'{phrase}' and '{first}' are two instances, and the binding describes one"
                remedy = "describe the pods of the other as a workload of the binding, and name it"
                yield error("two-instances", path, at, message, remedy)
            first = first or called


def _unused_empty_labels(binding: Binding) -> Iterator[Problem]:
    """Yield a warning per key in `empty_labels` that has a value wherever it stands."""
    tables = [binding.file.labels, *(entry.labels for entry in binding.file.workloads.values())]
    for key in binding.file.empty_labels:
        if not any(table.get(key) == "" for table in tables):
            at = (binding.line("empty_labels"), 1)
            yield warning(
                "unused-entry", binding.path, at, f"no label '{key}' of the binding is empty", "take it out of the list"
            )


def _unused_ports(source: Source, binding: Binding) -> list[str]:
    """Return the names in `[ports]` that are no words of the page; policies in its code may use them too."""
    words = set(_WORD.findall(source.text.lower())) if binding.file.ports else set()
    return [name for name in binding.file.ports if name.lower() not in words]


def _unused(binding: Binding, what: str, name: str) -> Problem:
    return warning(
        "unused-entry",
        binding.path,
        (binding.line(f"{what}s", name), 1),
        f"nothing on the page uses the {what} '{name}'",
        "correct its name, or delete it",
    )
