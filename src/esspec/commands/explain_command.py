"""What `esspec explain` does once its arguments are read: a page or manifests and a question in, answers out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from esspec.answers.explaining import explanation, further_selectors
from esspec.answers.questions import question
from esspec.answers.sides import SideOptions, load_view
from esspec.problem import Problem
from esspec.semantics.scenes import scene


class ExplainRequest(NamedTuple):
    """The options of `esspec explain`; the question as it is written."""

    words: Sequence[str]
    question: str
    options: SideOptions
    output_format: str = "text"


class Explained(NamedTuple):
    """What there is to say: data for standard output, findings, and how many objects of a kind were passed over."""

    data: str
    problems: tuple[Problem, ...]
    skipped: Mapping[str, int]


def explain_connection(request: ExplainRequest) -> Explained:
    """Return why connections are allowed or denied.

    Raises InputProblems (exit 2) for what cannot be read and for a question about nobody, PageProblems for content
    with errors.
    """
    loaded = load_view(request.words, request.options)
    asked = question(request.question, loaded.view)
    looked_at = scene(loaded.view, further_selectors(asked, loaded.view))
    found = explanation(looked_at, asked)
    problems = loaded.problems
    if looked_at.ends.has_every_address:
        from esspec.answers.remarks import nodes_left_out  # noqa: PLC0415 - few rules permit all addresses

        problems += loaded.placed(nodes_left_out(looked_at, (asked.source,), (asked.destination,)))
    if request.output_format == "json":
        from esspec.answers.explanation_json import as_json  # noqa: PLC0415 - beside the other

        return Explained(as_json(found, looked_at), problems, loaded.skipped)
    from esspec.answers.explanation_text import as_text  # noqa: PLC0415 - as above

    return Explained(as_text(found, looked_at), problems, loaded.skipped)
