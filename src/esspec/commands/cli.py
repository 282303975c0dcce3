"""The command line: arguments in, one call, exit code out. Data goes to standard output, all else to standard error."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from esspec import __version__
from esspec.commands.arguments import refuse_empty
from esspec.commands.cli_answers import EXPLAIN_EXAMPLES, LIST_EXAMPLES, explain, list_
from esspec.commands.cli_check import CHECK_EXAMPLES, LINT_EXAMPLES, check, lint
from esspec.commands.cli_diff import DIFF_EXAMPLES, diff
from esspec.commands.cli_page import (
    EXPORT_EXAMPLES,
    INIT_EXAMPLES,
    PARSE_EXAMPLE,
    VERIFY_EXAMPLES,
    export,
    init,
    parse,
    verify,
)
from esspec.commands.outcome import INTERRUPTED, outcome
from esspec.problem import InputProblems, error
from esspec.reporting.streams import prepare_streams, write_data

app = typer.Typer(
    name="esspec",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Compile a documentation page of permitted connections into network policy, and prove that every format "
    "says the same.",
    epilog="Start with: esspec parse docs/network-policies.md",
)


def run(arguments: Sequence[str]) -> int:
    """Return the exit code of a command line; nothing is raised, and a bug is one line on standard error."""
    prepare_streams()
    return outcome(lambda: _called(arguments), _error_format(arguments))


def _called(arguments: Sequence[str]) -> int:
    refuse_empty(arguments)
    try:
        code = app(list(arguments), prog_name="esspec", standalone_mode=False)
    except typer.Exit as left:
        return left.exit_code
    except typer.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _error_format(arguments: Iterable[str]) -> str:
    words = " ".join(arguments)
    return "json" if "--error-format json" in words or "--error-format=json" in words else "text"


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        write_data(f"esspec {__version__}\n")
        raise typer.Exit


def rules(
    code: Annotated[str | None, typer.Argument(help="A code; all if none is named.", metavar="[CODE]")] = None,
) -> None:
    """Say what the codes of findings mean, why they matter, and how to mend what they report."""
    from esspec.linting.rules_text import all_rule_texts, rule_text  # noqa: PLC0415 - as above

    write_data(all_rule_texts() if code is None else rule_text(code))


def targets() -> None:
    """List the installed output formats."""
    from esspec.reporting.report import table  # noqa: PLC0415 - as above
    from esspec.targets.target import load_targets  # noqa: PLC0415 - as above

    write_data(table(("target", "what it writes"), [(t.name, t.summary) for t in load_targets(())]))


def schema(
    name: Annotated[
        str, typer.Argument(help="page, findings, list, explain, diff, verify, baseline or binding", metavar="NAME")
    ],
) -> None:
    """Print the JSON Schema of something esspec prints or reads."""
    from esspec.commands.schema import SCHEMAS, schema_text  # noqa: PLC0415 - as above

    if name not in SCHEMAS:
        known = ", ".join(SCHEMAS)
        raise InputProblems(
            [error("unknown-schema", name, (0, 0), f"there is no schema '{name}'", f"use one of: {known}")]
        )
    write_data(schema_text(name))


_COMMANDS = (
    ("export", export, EXPORT_EXAMPLES),
    ("parse", parse, PARSE_EXAMPLE),
    ("verify", verify, VERIFY_EXAMPLES),
    ("init", init, INIT_EXAMPLES),
    ("lint", lint, LINT_EXAMPLES),
    ("check", check, CHECK_EXAMPLES),
    ("list", list_, LIST_EXAMPLES),
    ("explain", explain, EXPLAIN_EXAMPLES),
    ("diff", diff, DIFF_EXAMPLES),
    ("rules", rules, "Example: esspec rules one-sided"),
    ("targets", targets, None),
    ("schema", schema, "Example: esspec schema page"),
)
"""In the order in which help lists them."""

for _name, _command, _examples in _COMMANDS:
    app.command(_name, epilog=_examples)(_command)
