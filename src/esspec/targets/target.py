"""Targets: what an output format has to offer, and how it is found.

A target is a value, published under the entry-point group `esspec.targets`. The core names none of them, and
imports only those that are asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from esspec.problem import EsspecError, InputProblems, Problem, error

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

    from esspec.compiling.as_written import WrittenPage
    from esspec.model import PolicySet, Rule, Workload
    from esspec.semantics.lifted import Lifted
    from esspec.targets.layouts import Layouts

GROUP = "esspec.targets"


class Document(Protocol):
    """What `lower` returns: plain data of one file in the target's own words, and the file's name."""

    @property
    def file_name(self) -> str:
        """Return the name below the target's folder, such as `kafka.yaml`."""
        ...


class Target(NamedTuple):
    """One output format; made with the names of its parts.

    Attributes:
        name: the word after `--target`, and the folder below `-o DIR`.
        summary: one line for `esspec targets`.
        lower: the model in the target's own words, one document per file, in the model's order;
            raises Inexpressible where the target cannot say what the page says.
        render: the text of one document.
        lift: what one file's text says, read without looking at `lower`; raises esspec.semantics.lifted.Unreadable.
        index: the further files that a folder of these files needs, by name, such as `kustomization.yaml`.
        needs_features: whether the state of every feature must be known; not where a row's condition can be shown.
        as_written: the documents of a page whose names are not resolved; None where the target needs to know
            who is meant.
        layouts: the forms of others in which the documents can be written, for reports that nothing reads back; None
            where there are none.
    """

    name: str
    summary: str
    lower: Callable[["PolicySet"], Sequence[Any]]
    render: Callable[[Any], str]
    lift: Callable[[str], "Lifted"]
    # The name hides a method of tuples that nobody calls here; a dataclass would be slow to import.
    index: Callable[[Sequence[str]], dict[str, str]] = lambda _names: {}  # type: ignore[assignment]
    needs_features: bool = True
    as_written: Callable[["WrittenPage"], Sequence[Any]] | None = None
    layouts: Callable[[], "Layouts"] | None = None


class Inexpressible(EsspecError):
    """A target cannot say what the page says; it must be changed, never dropped or widened (exit code 1)."""

    def __init__(  # noqa: PLR0913 - everything a finding needs
        self,
        policies: "PolicySet",
        *,
        target: str,
        at: "Rule | Workload | None",
        message: str,
        remedy: str,
        code: str = "inexpressible",
    ) -> None:
        super().__init__([error(code, policies.page, _place(at), f"{message} (target {target})", remedy)])


def _place(at: "Rule | Workload | None") -> tuple[int, int]:
    if at is None:
        return (0, 0)
    line: int = at.line if hasattr(at, "line") else next(iter(at.lines), 0)
    return (line, getattr(at, "column", 1) if line else 0)


@cache
def _entry_points() -> "EntryPoints":
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and not needed by `--version`

    return entry_points(group=GROUP)


def target_names() -> tuple[str, ...]:
    """Return the names of the installed targets, sorted; nothing is imported for it."""
    return tuple(sorted({point.name for point in _entry_points()}))


def load_targets(names: Iterable[str]) -> tuple[Target, ...]:
    """Return the named targets, each once, in the order given; all installed ones where no name is given.

    Raises InputProblems (exit 2) for a name that is not installed, that two packages claim, or that leads to
    something that is no Target.
    """
    wanted = tuple(dict.fromkeys(names)) or target_names()
    problems = [p for name in wanted if (p := _problem_with(name))]
    if problems:
        raise InputProblems(problems)
    return tuple(next(iter(_entry_points().select(name=name))).load() for name in wanted)


def _problem_with(name: str) -> Problem | None:
    claims = {point.value for point in _entry_points().select(name=name)}
    if len(claims) == 1:
        return None
    known = ", ".join(target_names()) or "none"
    if claims:
        return error(
            "target-claimed-twice",
            name,
            (0, 0),
            f"target '{name}' is offered by several packages: {', '.join(sorted(claims))}",
            "uninstall all but one",
        )
    return error("unknown-target", name, (0, 0), f"no target '{name}' is installed", f"use one of: {known}")
