"""What `esspec list` does once its arguments are read: a page or manifests in, connections out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from esspec.answers.asked_ends import AskedEnd, asked_end
from esspec.answers.asked_ports import asked_ports
from esspec.answers.listed import Listing, listing
from esspec.answers.listing import Wanted
from esspec.answers.sides import SideOptions, load_view
from esspec.problem import InputProblems, Problem, error
from esspec.semantics.opened import EVERYTHING, Opened, either
from esspec.semantics.scenes import Scene, scene
from esspec.semantics.views import View

SHOWS_ROWS = frozenset({"json", "csv", "md"})


class ListRequest(NamedTuple):
    """The options of `esspec list`; ends and ports as they are written."""

    words: Sequence[str]
    options: SideOptions
    output_format: str = "txt"
    sources: Sequence[str] = ()
    destinations: Sequence[str] = ()
    focus: Sequence[str] = ()
    ports: Sequence[str] = ()
    exposure: bool = False


class Listed(NamedTuple):
    """What there is to say: data for standard output, findings, and how many objects of a kind were passed over."""

    data: str
    problems: tuple[Problem, ...]
    skipped: Mapping[str, int]


def list_connections(request: ListRequest) -> Listed:
    """Return the connections that are asked for.

    Raises InputProblems (exit 2) for what cannot be read and for unknown ends, PageProblems for content with errors.
    """
    loaded = load_view(request.words, request.options._replace(needs_features=False))
    wanted = Wanted(
        _ends(request.sources, loaded.view, "--from"),
        _ends(request.destinations, loaded.view, "--to"),
        _ends(request.focus, loaded.view, "--focus"),
        _ports(request.ports),
    )
    asked = (*wanted.sources, *wanted.destinations, *wanted.focus)
    looked_at = scene(loaded.view, [selector for end in asked for selector in end.further()])
    _check_labels(asked, looked_at)
    found = listing(
        looked_at,
        wanted,
        with_rows=request.output_format in SHOWS_ROWS,
        with_exposure=request.exposure,
    )
    problems = (*loaded.problems, *loaded.placed(_remarks(looked_at, wanted, found)))
    return Listed(_written(found, request.output_format), problems, loaded.skipped)


def _remarks(looked_at: Scene, wanted: Wanted, found: Listing) -> Iterator[Problem]:
    """Yield why nothing is listed, and what the list depends on."""
    is_empty = not (found.lines or (found.exposure and any(found.exposure)))
    if is_empty or looked_at.ends.has_every_address:
        from esspec.answers import remarks  # noqa: PLC0415 - there is mostly nothing to say

        if is_empty:
            yield remarks.empty_list(looked_at.view, wanted)
        yield from remarks.nodes_left_out(looked_at, wanted.sources, wanted.destinations)


def _check_labels(asked: Sequence[AskedEnd], looked_at: Scene) -> None:
    """Raise InputProblems (exit 2) for labels that no pod in the list has."""
    for end in asked:
        if end.labels is not None and not end.named(looked_at):
            message, remedy = f"no pods of the list are like '{end.words}'", "ask esspec explain about such pods"
            raise InputProblems([error("unknown-end", "list", (0, 0), message, remedy)])


def _ends(words: Sequence[str], view: View, where: str) -> tuple[AskedEnd, ...]:
    return tuple(asked_end(word, view, where) for word in words)


def _ports(words: Sequence[str]) -> Opened:
    found: Opened = ()
    for word in words:
        found = either(found, asked_ports(word, "--port"))
    return found if words else EVERYTHING


def _written(found: Listing, output_format: str) -> str:
    if output_format in ("dot", "mermaid", "svg"):
        from esspec.answers import listing_graphs  # noqa: PLC0415 - few lists are drawn

        draw: dict[str, Callable[[Listing], str]] = {
            "dot": listing_graphs.as_dot,
            "mermaid": listing_graphs.as_mermaid,
            "svg": listing_graphs.as_svg,
        }
        return draw[output_format](found)
    from esspec.answers import listing_text  # noqa: PLC0415 - beside the others

    write: dict[str, Callable[[Listing], str]] = {
        "txt": listing_text.as_txt,
        "csv": listing_text.as_csv,
        "md": listing_text.as_markdown,
        "json": listing_text.as_json,
    }
    return write[output_format](found)
