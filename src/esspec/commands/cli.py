"""The command line: arguments in, one call, exit code out. Data goes to standard output, all else to standard error."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from esspec import __version__
from esspec.commands.arguments import Reading, exit_code
from esspec.commands.cli_answers import EXPLAIN_EXAMPLES, LIST_EXAMPLES, explain, list_
from esspec.commands.cli_check import CHECK_EXAMPLES, LINT_EXAMPLES, check, lint
from esspec.commands.cli_diff import DIFF_EXAMPLES, diff
from esspec.commands.options import (
    BindingFile,
    Bom,
    Columns,
    ColumnsFile,
    Data,
    DataFormat,
    ErrorFormat,
    Errors,
    Fail,
    FailOn,
    Format,
    InitOutput,
    Layout,
    MaxBytes,
    Page,
    Pages,
    Profile,
    Set,
    StdinName,
    Stdout,
    Targets,
)
from esspec.commands.outcome import INTERRUPTED, outcome, tell
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


_LIMIT = 16 * 1024 * 1024


def run(arguments: Sequence[str]) -> int:
    """Return the exit code of a command line; nothing is raised, and a bug is one line on standard error."""
    prepare_streams()
    return outcome(lambda: _called(arguments), _error_format(arguments))


def _called(arguments: Sequence[str]) -> int:
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


_EXPORT_EXAMPLES = """\b
Examples:
  esspec export docs/network-policies.md -o out/
  esspec export --target cilium docs/network-policies.md
  esspec export docs/network-policies.md -o out/ --check
  esspec export docs/network-policies.md --target csv --as-written
  esspec export docs/network-policies.md --target csv --layout pci -o services.csv
"""
_INIT_EXAMPLES = """\b
Examples:
  esspec init docs/network-policies.md --data docs/_data
  esspec init docs/network-policies.md --stdout
"""
_VERIFY_EXAMPLES = """\b
Examples:
  esspec verify docs/network-policies.md
  esspec verify docs/network-policies.md --dir out/ --format json
"""


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        write_data(f"esspec {__version__}\n")
        raise typer.Exit


@app.command(epilog=_EXPORT_EXAMPLES)
def export(
    pages: Pages,
    target: Targets = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write files below this folder; else one target to stdout.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 with a diff if DIR is stale.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that somebody edited.")] = False,
    allow_removal: Annotated[
        bool, typer.Option("--allow-removal", help="Let workloads and directions lose their policy.")
    ] = False,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="CSV in the page's own words, without a binding.")
    ] = False,
    layout: Layout = None,
    columns: Columns = None,
    columns_file: ColumnsFile = None,
    bom: Bom = False,
    profile: Profile = None,
    settings: Set = None,
    data: Data = None,
    binding: BindingFile = None,
    stdin_filename: StdinName = None,
    max_bytes: MaxBytes = _LIMIT,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Compile pages into policy files: the main job."""
    from esspec.commands.export_command import ExportRequest, export_pages, named_folder  # noqa: PLC0415 - as above
    from esspec.commands.layout_command import LayoutRequest, export_report  # noqa: PLC0415 - as above

    folder = None if output is None else named_folder(output)
    request = ExportRequest(tuple(target or ()), folder, check, force, allow_removal, as_written)
    where = Reading(binding, stdin_filename, max_bytes, data, profile, settings)
    files = [where.page(page) for page in pages]
    report = LayoutRequest(layout, columns, columns_file, bom)
    result = export_report(files, request, report) if report.asks else export_pages(files, request)
    tell(result.problems, error_format)
    write_data(result.data)
    return max(result.exit_code, exit_code(result.problems, fail_on))


@app.command(epilog="Example: esspec parse docs/network-policies.md --format json")
def parse(
    page: Page,
    output_format: Format = DataFormat.TEXT,
    data: Data = None,
    binding: BindingFile = None,
    stdin_filename: StdinName = None,
    max_bytes: MaxBytes = _LIMIT,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Show what is read from a page, before any target."""
    from esspec.commands.document import as_json, as_table, document  # noqa: PLC0415 - as above
    from esspec.compiling.loading import load_page  # noqa: PLC0415 - as above
    from esspec.reporting.report import table  # noqa: PLC0415 - as above

    reading = load_page(Reading(binding, stdin_filename, max_bytes, data).page(page))
    found = document(reading)
    if output_format is DataFormat.JSON:
        write_data(as_json(found))
    else:
        headers = ("workload", "direction", "protocol", "ports", "peers", "condition", "reason", "line")
        write_data(table(headers, as_table(found)))
    tell(reading.problems, error_format)
    return exit_code(reading.problems, fail_on)


@app.command(epilog=_INIT_EXAMPLES)
def init(
    page: Page,
    output: InitOutput = None,
    to_stdout: Stdout = False,
    data: Data = None,
    binding: BindingFile = None,
    stdin_filename: StdinName = None,
    max_bytes: MaxBytes = _LIMIT,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Write a binding to fill in, or add to it what the page newly needs."""
    from esspec.commands.init_command import init_page  # noqa: PLC0415 - as above

    file = Reading(binding, stdin_filename, max_bytes, data).page(page)
    result = init_page(file, "-" if to_stdout else output)
    write_data(result.data)
    tell(result.problems, error_format)
    return exit_code(result.problems, FailOn.ERROR)


@app.command(epilog="Example: esspec rules one-sided")
def rules(
    code: Annotated[str | None, typer.Argument(help="A code; all if none is named.", metavar="[CODE]")] = None,
) -> None:
    """Say what the codes of findings mean, why they matter, and how to mend what they report."""
    from esspec.linting.rules_text import all_rule_texts, rule_text  # noqa: PLC0415 - as above

    write_data(all_rule_texts() if code is None else rule_text(code))


@app.command(epilog=_VERIFY_EXAMPLES)
def verify(
    page: Page,
    target: Targets = None,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Verify the files below this folder, not fresh ones.")
    ] = None,
    all_profiles: Annotated[
        bool, typer.Option("--all-profiles", help="Prove every [profiles.NAME] of the binding.")
    ] = False,
    every_combination: Annotated[
        bool, typer.Option("--every-combination", help="Prove every combination of the page's features.")
    ] = False,
    profile: Profile = None,
    settings: Set = None,
    output_format: Format = DataFormat.TEXT,
    data: Data = None,
    binding: BindingFile = None,
    stdin_filename: StdinName = None,
    max_bytes: MaxBytes = _LIMIT,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Prove that all outputs mean what the page means, or show the smallest flow on which they do not."""
    from esspec.commands.verify_command import VerifyRequest, verify_page  # noqa: PLC0415 - as above
    from esspec.compiling.loading import load_page, needs_binding, placed_in  # noqa: PLC0415 - as above
    from esspec.reporting.report import verification  # noqa: PLC0415 - as above
    from esspec.targets.target import load_targets  # noqa: PLC0415 - as above

    request = VerifyRequest(load_targets(target or ()), directory, profile, all_profiles, every_combination)
    request.check(has_settings=bool(settings))
    reading = load_page(Reading(binding, stdin_filename, max_bytes, data, profile, settings).page(page))
    needs_binding(reading)
    with placed_in(reading.resolution.page.path, reading.page_name):
        result = verify_page(reading, request)
    if output_format is DataFormat.JSON:
        write_data(result.model_dump_json(by_alias=True, indent=2) + "\n")
    else:
        write_data(verification(result))
    tell(reading.problems, error_format)
    return 0 if result.equal and not exit_code(reading.problems, fail_on) else 1


@app.command()
def targets() -> None:
    """List the installed output formats."""
    from esspec.reporting.report import table  # noqa: PLC0415 - as above
    from esspec.targets.target import load_targets  # noqa: PLC0415 - as above

    write_data(table(("target", "what it writes"), [(t.name, t.summary) for t in load_targets(())]))


@app.command(epilog="Example: esspec schema page")
def schema(
    name: Annotated[str, typer.Argument(help="page, list, explain, findings, verify or binding", metavar="NAME")],
) -> None:
    """Print the JSON Schema of something esspec prints or reads."""
    from esspec.commands.schema import SCHEMAS, schema_text  # noqa: PLC0415 - as above

    if name not in SCHEMAS:
        known = ", ".join(SCHEMAS)
        raise InputProblems(
            [error("unknown-schema", name, (0, 0), f"there is no schema '{name}'", f"use one of: {known}")]
        )
    write_data(schema_text(name))


app.command("list", epilog=LIST_EXAMPLES)(list_)
app.command(epilog=DIFF_EXAMPLES)(diff)
app.command(epilog=EXPLAIN_EXAMPLES)(explain)
app.command(epilog=LINT_EXAMPLES)(lint)
app.command(epilog=CHECK_EXAMPLES)(check)
