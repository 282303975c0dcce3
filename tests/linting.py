"""Pages of several workloads in few words, and what `esspec lint` says of them; no file is written."""

import tomllib
from collections.abc import Sequence

from esspec.bindings.binding import NO_BINDING, Binding
from esspec.bindings.binding_file import BindingFile
from esspec.compiling.page_reading import Choice, Reading, read
from esspec.linting.lint import lint
from esspec.problem import Problem
from esspec.text.source import read_source

TOP = 'namespace = "ns"\nlabels = { release = "es" }\n[dns]\npeers = [{ namespace = "ns", labels = { dns = "yes" } }]\n'
"""What every binding here begins with; nobody lacks name resolution."""

Said = str | Sequence[str]
"""`Any`, `None`, nothing, or the rows of a table."""


def section(name: str, incoming: Said = "Any", outgoing: Said = "Any", header: str = "Type | {} | Reason") -> str:
    """Return the section of a workload."""
    text = f"## {name}\n\n"
    for lead, peer, said in (("Incoming", "Origin", incoming), ("Outgoing", "Destination", outgoing)):
        if isinstance(said, str):
            text += f"- {lead} connections permitted: {said}\n\n" if said else ""
            continue
        columns = header.format(peer)
        lines = [columns, " | ".join("---" for _ in columns.split(" | ")), *said]
        text += f"- {lead} connections permitted:\n\n" + "".join(f"| {line} |\n" for line in lines) + "\n"
    return text


def entries(*names: str, more: str = "") -> str:
    """Return a binding with an entry for each workload, and `more` at its end."""
    tables = (f'[workloads."{name}"]\nlabels = {{ component = "c{n}" }}\n' for n, name in enumerate(names))
    return TOP + "".join(tables) + more


KAFKA, UI, PROXY = "Kafka pod", "UI pod", "Proxy pod"
BINDING = entries(KAFKA, UI)
WITH_PROXY = entries(KAFKA, UI, PROXY)


def reading(text: str, toml: str | None = BINDING, choice: Choice | None = None, path: str = "p.md") -> Reading:
    """Return a page as it is read under a binding."""
    binding = NO_BINDING
    if toml is not None:
        binding = Binding(BindingFile.model_validate(tomllib.loads(toml)), path="esspec.toml", folder=None, text=toml)
    return read(read_source(text.encode(), path), binding, path, {}, choice or Choice())


def linted(text: str, toml: str | None = BINDING, choice: Choice | None = None) -> tuple[Problem, ...]:
    """Return all findings about a page."""
    return lint([reading(text, toml, choice)])


def told(text: str, toml: str | None = BINDING, choice: Choice | None = None) -> list[str]:
    """Return all findings about a page in their text form."""
    return [str(problem) for problem in linted(text, toml, choice)]


def codes(text: str, toml: str | None = BINDING, choice: Choice | None = None) -> list[str]:
    """Return line and code of all findings about a page, such as `7 one-sided`."""
    return [f"{problem.line} {problem.code}" for problem in linted(text, toml, choice)]
