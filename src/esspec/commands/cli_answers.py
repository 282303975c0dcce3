"""The commands that answer questions about a page or manifests: list and explain."""

from enum import StrEnum
from typing import Annotated

import typer

from esspec.commands.answering import answer
from esspec.commands.arguments import Reading
from esspec.commands.options import (
    DataFormat,
    ErrorFormat,
    Errors,
    Fail,
    FailOn,
    Format,
    Verbose,
)
from esspec.commands.reading_options import ALL, reads


class ListFormat(StrEnum):
    """How connections are written."""

    TXT = "txt"
    JSON = "json"
    CSV = "csv"
    MD = "md"
    DOT = "dot"
    MERMAID = "mermaid"
    SVG = "svg"


Sides = Annotated[
    list[str],
    typer.Argument(
        help="A page; or manifests: files and folders of YAML or JSON, REV:path in git, - for standard input.",
        metavar="PAGE|MANIFESTS...",
    ),
]
Sources = Annotated[
    list[str] | None, typer.Option("--from", help="Only connections from this end; repeatable.", metavar="END")
]
Destinations = Annotated[
    list[str] | None, typer.Option("--to", help="Only connections to this end; repeatable.", metavar="END")
]
Focus = Annotated[
    list[str] | None, typer.Option("--focus", help="Only connections of this end; repeatable.", metavar="END")
]
OnPorts = Annotated[
    list[str] | None,
    typer.Option("--port", help="Only these ports, such as 8080/tcp, 53 or 80-90; repeatable.", metavar="PORTS"),
]
WithExposure = Annotated[
    bool, typer.Option("--exposure", help="Add who else is admitted: outside, the whole cluster, pods without a name.")
]
Connections = Annotated[ListFormat, typer.Option("--format", help="How the connections are written.")]

Asked = Annotated[
    str,
    typer.Argument(
        help="SOURCE -> DESTINATION:PORT/PROTOCOL; an end is a workload, an external, an address, or * for everybody.",
        metavar="QUESTION",
    ),
]

LIST_EXAMPLES = """\b
Examples:
  esspec list docs/network-policies.md
  esspec list docs/network-policies.md --focus kafka --format md
  kustomize build deploy/ | esspec list - --exposure
"""
EXPLAIN_EXAMPLES = """\b
Examples:
  esspec explain docs/network-policies.md 'kafka -> zookeeper:2181/tcp'
  esspec explain docs/network-policies.md '* -> kafka' --format json
  esspec explain deploy/ 'web -> [2001:db8::1]:443'
"""


@reads(*ALL)
def list_(
    sides: Sides,
    *,
    sources: Sources = None,
    destinations: Destinations = None,
    focus: Focus = None,
    port: OnPorts = None,
    exposure: WithExposure = False,
    output_format: Connections = ListFormat.TXT,
    verbose: Verbose = False,
    where: Reading,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """List who may connect to whom: the connections that both ends permit."""
    from esspec.commands.list_command import ListRequest, list_connections  # noqa: PLC0415 - imported where it is used

    ends = (sources or (), destinations or (), focus or (), port or ())
    listed = list_connections(ListRequest(sides, where.side(), output_format.value, *ends, exposure))
    return answer(listed, error_format, fail_on, verbose=verbose)


@reads(*ALL)
def explain(
    sides: Sides,
    question: Asked,
    *,
    output_format: Format = DataFormat.TEXT,
    verbose: Verbose = False,
    where: Reading,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Say why a connection is allowed or denied: the row or rule at each end, and the row that is missing."""
    from esspec.commands.explain_command import ExplainRequest, explain_connection  # noqa: PLC0415 - as above

    explained = explain_connection(ExplainRequest(sides, question, where.side(), output_format.value))
    return answer(explained, error_format, fail_on, verbose=verbose)
