"""A page read under a binding: the steps in their order, and all that was found wrong on the way."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from esspec.bindings.binding import FILE_NAME, Binding
from esspec.compiling.externals import external_problems
from esspec.compiling.features import Features, choose
from esspec.compiling.notes import note_problems, reason_problems
from esspec.compiling.resolution import resolve
from esspec.compiling.resolved import Resolution
from esspec.compiling.selectors import Selected, instance, page_labels, select
from esspec.compiling.torn_headings import torn_headings
from esspec.problem import Problem, error, in_order, warning
from esspec.reading.inline import InlineReader
from esspec.reading.liquid import told_once
from esspec.reading.page import read_page
from esspec.reading.rows import RowReader
from esspec.reading.spelling import instance_called
from esspec.text.ignore_comments import IgnoreComment
from esspec.text.source import Source

_WORD = re.compile(r"[\w-]+")


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
