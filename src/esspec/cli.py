"""The command line: arguments in, one call, exit code out. Data goes to standard output, all else to standard error."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from esspec import __version__
from esspec.options import (
    BindingFile,
    DataFormat,
    ErrorFormat,
    Errors,
    Fail,
    FailOn,
    Format,
    MaxBytes,
    Page,
    Pages,
    StdinName,
    Targets,
)
from esspec.problem import EsspecError, InputProblems, Level, Problem, error, printable
from esspec.streams import prepare_streams, write_data

if TYPE_CHECKING:
    from esspec.compile import Reading
    from esspec.loading import PageFile
    from esspec.model import PolicySet

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
_RANK = {Level.ERROR: 2, Level.WARNING: 1, Level.NOTE: 0}


def run(arguments: Sequence[str]) -> int:
    """Return the exit code of a command line; nothing is raised, and a bug is one line on standard error."""
    prepare_streams()
    try:
        code = app(list(arguments), prog_name="esspec", standalone_mode=False)
    except EsspecError as stopped:
        _report(stopped.problems, _error_format(arguments))
        return stopped.exit_code
    except typer.Exit as left:
        return left.exit_code
    except typer.Abort:
        return 130
    except Exception as bug:  # noqa: BLE001 - the one boundary: no traceback reaches the user
        return _failed(bug)
    return code if isinstance(code, int) else 0


def _failed(failure: Exception) -> int:
    """Return 2 for what the command line parser refuses, and for a bug; each with its own words."""
    show = getattr(failure, "show", None)
    if callable(show):
        show()
        return 2
    what = printable(f"{type(failure).__name__}: {failure}"[:500])
    sys.stderr.write(f"esspec {__version__}: a bug in esspec: {what} — please report it with the page\n")
    return 2


def _error_format(arguments: Iterable[str]) -> str:
    words = " ".join(arguments)
    return "json" if "--error-format json" in words or "--error-format=json" in words else "text"


def _report(problems: Sequence[Problem], error_format: str) -> None:
    from esspec.report import findings  # noqa: PLC0415 - imported where it is used: start-up is felt in hooks

    if problems or error_format == "json":
        findings(problems, error_format)


def _exit_code(problems: Iterable[Problem], fail_on: FailOn) -> int:
    return 1 if any(_RANK[p.level] >= _RANK[Level(fail_on)] for p in problems) else 0


def _page_file(path: str, binding: str | None, stdin_filename: str | None, max_bytes: int) -> "PageFile":
    from esspec.loading import PageFile  # noqa: PLC0415 - as above

    return PageFile(path, sys.stdin.buffer if path == "-" else None, stdin_filename, binding, max_bytes)


def _compiled(file: "PageFile") -> tuple["Reading", "PolicySet"]:
    from esspec.compile import compile_page  # noqa: PLC0415 - as above
    from esspec.loading import load_page, needs_binding  # noqa: PLC0415 - as above

    reading = load_page(file)
    needs_binding(reading)
    return reading, compile_page(reading)


_EXPORT_EXAMPLES = """\b
Examples:
  esspec export docs/network-policies.md -o out/
  esspec export --target cilium docs/network-policies.md
  esspec export docs/network-policies.md -o out/ --check
  esspec export docs/network-policies.md --target csv --as-written
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
    binding: BindingFile = None,
    stdin_filename: StdinName = None,
    max_bytes: MaxBytes = _LIMIT,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Compile pages into policy files: the main job."""
    from esspec.commands import ExportRequest, export_pages, named_folder  # noqa: PLC0415 - as above

    folder = None if output is None else named_folder(output)
    request = ExportRequest(tuple(target or ()), folder, check, force, allow_removal, as_written)
    files = [_page_file(page, binding, stdin_filename, max_bytes) for page in pages]
    result = export_pages(files, request)
    _report(result.problems, error_format)
    write_data(result.data)
    return max(result.exit_code, _exit_code(result.problems, fail_on))


@app.command(epilog="Example: esspec parse docs/network-policies.md --format json")
def parse(
    page: Page,
    output_format: Format = DataFormat.TEXT,
    binding: BindingFile = None,
    stdin_filename: StdinName = None,
    max_bytes: MaxBytes = _LIMIT,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Show what is read from a page, before any target."""
    from esspec.document import as_json, as_table, document  # noqa: PLC0415 - as above
    from esspec.loading import load_page  # noqa: PLC0415 - as above
    from esspec.report import table  # noqa: PLC0415 - as above

    reading = load_page(_page_file(page, binding, stdin_filename, max_bytes))
    found = document(reading)
    if output_format is DataFormat.JSON:
        write_data(as_json(found))
    else:
        headers = ("workload", "direction", "protocol", "ports", "peers", "reason", "line")
        write_data(table(headers, as_table(found)))
    _report(reading.problems, error_format)
    return _exit_code(reading.problems, fail_on)


@app.command(epilog=_VERIFY_EXAMPLES)
def verify(
    page: Page,
    target: Targets = None,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Verify the files below this folder, not fresh ones.")
    ] = None,
    output_format: Format = DataFormat.TEXT,
    binding: BindingFile = None,
    stdin_filename: StdinName = None,
    max_bytes: MaxBytes = _LIMIT,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Prove that all outputs mean what the page means, or show the smallest flow on which they do not."""
    from esspec.loading import placed_in  # noqa: PLC0415 - as above
    from esspec.report import verification  # noqa: PLC0415 - as above
    from esspec.targets import load_targets  # noqa: PLC0415 - as above
    from esspec.verification import verify_folder, verify_fresh  # noqa: PLC0415 - as above

    targets = load_targets(target or ())
    reading, policies = _compiled(_page_file(page, binding, stdin_filename, max_bytes))
    with placed_in(reading.resolution.page.path, policies.page):
        result = verify_folder(policies, targets, directory) if directory else verify_fresh(policies, targets)
    if output_format is DataFormat.JSON:
        write_data(result.model_dump_json(by_alias=True, indent=2) + "\n")
    else:
        write_data(verification(result))
    _report(reading.problems, error_format)
    return 0 if result.equal and not _exit_code(reading.problems, fail_on) else 1


@app.command()
def targets() -> None:
    """List the installed output formats."""
    from esspec.report import table  # noqa: PLC0415 - as above
    from esspec.targets import load_targets  # noqa: PLC0415 - as above

    write_data(table(("target", "what it writes"), [(t.name, t.summary) for t in load_targets(())]))


@app.command(epilog="Example: esspec schema page")
def schema(
    name: Annotated[str, typer.Argument(help="page, findings, verify or binding", metavar="NAME")],
) -> None:
    """Print the JSON Schema of something esspec prints or reads."""
    from esspec.schema import SCHEMAS, schema_text  # noqa: PLC0415 - as above

    if name not in SCHEMAS:
        known = ", ".join(SCHEMAS)
        raise InputProblems(
            [error("unknown-schema", name, (0, 0), f"there is no schema '{name}'", f"use one of: {known}")]
        )
    write_data(schema_text(name))
