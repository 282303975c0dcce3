"""The command that compares two sides."""

from enum import StrEnum
from typing import Annotated

import typer

from esspec.commands.arguments import Reading, passed_over
from esspec.commands.arguments import exit_code as exit_code_of
from esspec.commands.options import (
    ErrorFormat,
    Errors,
    Fail,
    FailOn,
    Verbose,
)
from esspec.commands.reading_options import ALL, reads
from esspec.reporting.streams import write_data, write_message


class DiffFormat(StrEnum):
    """How a difference is written."""

    TXT = "txt"
    MD = "md"
    JSON = "json"
    CSV = "csv"


_SIDE = "a page, manifests (a file or a folder of YAML or JSON), REV:path in git, or - for standard input."
One = Annotated[str, typer.Argument(help=f"What was: {_SIDE}", metavar="A")]
Other = Annotated[str, typer.Argument(help="What is: likewise.", metavar="B")]
OnlyWidening = Annotated[
    bool, typer.Option("--only-widening", help="Exit with 1 only where B allows what A does not; still show all.")
]
Reasons = Annotated[bool, typer.Option("--reasons", help="Show flows that are allowed for other reasons, too.")]
Written = Annotated[DiffFormat, typer.Option("--format", help="How the difference is written.")]

DIFF_EXAMPLES = """\b
Examples:
  esspec diff HEAD~1:docs/network-policies.md docs/network-policies.md
  esspec diff docs/network-policies.md deploy/ --format md
  helm template chart/ | esspec diff docs/network-policies.md -
  esspec diff origin/main:docs/page.md docs/page.md --only-widening
"""


@reads(*ALL)
def diff(
    one: One,
    other: Other,
    *,
    only_widening: OnlyWidening = False,
    reasons: Reasons = False,
    output_format: Written = DiffFormat.TXT,
    verbose: Verbose = False,
    where: Reading,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Compare two pages, or a page and what is deployed, by meaning: exit 0 if equal, 1 if different, 2 on trouble."""
    from esspec.commands.diff_command import DiffRequest, diff_sides  # noqa: PLC0415 - imported where it is used
    from esspec.reporting.report import findings  # noqa: PLC0415 - as above

    found = diff_sides(DiffRequest(one, other, where.side(), output_format.value, only_widening, reasons))
    if found.problems or error_format is ErrorFormat.JSON:
        findings(found.problems, error_format)
    if error_format is ErrorFormat.TEXT:
        write_message(passed_over(found.skipped, verbose=verbose))
        write_message(f"{found.summary}\n")
    write_data(found.data)
    return max(found.exit_code, exit_code_of(found.problems, fail_on))
