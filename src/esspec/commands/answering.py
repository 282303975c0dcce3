"""How list and explain say what they found: data on standard output, all else on standard error."""

from typing import TYPE_CHECKING

from esspec.commands.arguments import exit_code, passed_over
from esspec.commands.outcome import tell
from esspec.reporting.streams import write_data, write_message

if TYPE_CHECKING:
    from esspec.commands.explain_command import Explained
    from esspec.commands.list_command import Listed


def answer(
    found: "Listed | Explained", error_format: str = "text", fail_on: str = "error", *, verbose: bool = False
) -> int:
    """Write what there is to say, and return the exit code."""
    tell(found.problems, error_format)
    if error_format == "text":
        write_message(passed_over(found.skipped, verbose=verbose))
    write_data(found.data)
    return exit_code(found.problems, fail_on)
