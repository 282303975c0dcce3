"""The commands that compile a page: export, and what leads to it and proves it, parse, init and verify."""

from pathlib import Path
from typing import Annotated

import typer

from esspec.commands.arguments import Reading, exit_code
from esspec.commands.options import (
    Bom,
    Columns,
    ColumnsFile,
    DataFormat,
    ErrorFormat,
    Errors,
    Fail,
    FailOn,
    Format,
    InitOutput,
    Layout,
    Page,
    Pages,
    Stdout,
    Targets,
    Tracked,
)
from esspec.commands.outcome import tell
from esspec.commands.reading_options import AS_IT_STANDS, OF_A_PAGE, reads
from esspec.reporting.streams import write_data

EXPORT_EXAMPLES = """\b
Examples:
  esspec export docs/network-policies.md -o out/
  esspec export --target cilium docs/network-policies.md
  esspec export docs/network-policies.md -o out/ --check
  esspec export docs/network-policies.md --target csv --as-written
  esspec export docs/network-policies.md --target csv --layout pci -o services.csv
"""
INIT_EXAMPLES = """\b
Examples:
  esspec init docs/network-policies.md --data docs/_data
  esspec init docs/network-policies.md --stdout
"""
VERIFY_EXAMPLES = """\b
Examples:
  esspec verify docs/network-policies.md
  esspec verify docs/network-policies.md --dir out/ --format json
"""


PARSE_EXAMPLE = "Example: esspec parse docs/network-policies.md --format json"


@reads(*OF_A_PAGE)
def export(
    pages: Pages,
    *,
    target: Targets = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write files below this folder; else one target to stdout.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 with a diff if DIR is stale.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that somebody edited.")] = False,
    allow_removal: Annotated[
        bool, typer.Option("--allow-removal", help="Let workloads and directions lose their policy.")
    ] = False,
    tracked: Tracked = False,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="CSV in the page's own words, without a binding.")
    ] = False,
    layout: Layout = None,
    columns: Columns = None,
    columns_file: ColumnsFile = None,
    bom: Bom = False,
    where: Reading,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Compile pages into policy files: the main job."""
    from esspec.commands.export_command import ExportRequest, export_pages, named_folder  # noqa: PLC0415 - as above
    from esspec.commands.layout_command import LayoutRequest, export_report  # noqa: PLC0415 - as above

    folder = None if output is None else named_folder(output)
    request = ExportRequest(tuple(target or ()), folder, check, force, allow_removal, as_written, tracked)
    files = [where.page(page) for page in pages]
    report = LayoutRequest(layout, columns, columns_file, bom)
    result = export_report(files, request, report) if report.asks else export_pages(files, request)
    tell(result.problems, error_format)
    write_data(result.data)
    return max(result.exit_code, exit_code(result.problems, fail_on))


@reads(*AS_IT_STANDS)
def parse(
    page: Page,
    *,
    output_format: Format = DataFormat.TEXT,
    where: Reading,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Show what is read from a page, before any target."""
    from esspec.commands.document import as_json, as_table, document  # noqa: PLC0415 - as above
    from esspec.compiling.loading import load_page  # noqa: PLC0415 - as above
    from esspec.reporting.report import table  # noqa: PLC0415 - as above

    reading = load_page(where.page(page))
    found = document(reading)
    if output_format is DataFormat.JSON:
        write_data(as_json(found))
    else:
        headers = ("workload", "direction", "protocol", "ports", "peers", "condition", "reason", "line")
        write_data(table(headers, as_table(found)))
    tell(reading.problems, error_format)
    return exit_code(reading.problems, fail_on)


@reads(*AS_IT_STANDS)
def init(
    page: Page,
    *,
    output: InitOutput = None,
    to_stdout: Stdout = False,
    where: Reading,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Write a binding to fill in, or add to it what the page newly needs."""
    from esspec.commands.init_command import init_page  # noqa: PLC0415 - as above

    result = init_page(where.page(page), "-" if to_stdout else output)
    write_data(result.data)
    tell(result.problems, error_format)
    return exit_code(result.problems, FailOn.ERROR)


@reads(*OF_A_PAGE)
def verify(
    page: Page,
    *,
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
    output_format: Format = DataFormat.TEXT,
    where: Reading,
    fail_on: Fail = FailOn.ERROR,
    error_format: Errors = ErrorFormat.TEXT,
) -> int:
    """Prove that all outputs mean what the page means, or show the smallest flow on which they do not."""
    from esspec.commands.verify_command import VerifyRequest, verify_page  # noqa: PLC0415 - as above
    from esspec.compiling.loading import load_page, needs_binding, placed_in  # noqa: PLC0415 - as above
    from esspec.reporting.report import verification  # noqa: PLC0415 - as above
    from esspec.targets.target import load_targets  # noqa: PLC0415 - as above

    request = VerifyRequest(load_targets(target or ()), directory, where.profile, all_profiles, every_combination)
    request.check(has_settings=bool(where.settings))
    reading = load_page(where.page(page))
    needs_binding(reading)
    with placed_in(reading.resolution.page.path, reading.page_name):
        result = verify_page(reading, request)
    if output_format is DataFormat.JSON:
        write_data(result.model_dump_json(by_alias=True, indent=2) + "\n")
    else:
        write_data(verification(result))
    tell(reading.problems, error_format)
    return 0 if result.equal and not exit_code(reading.problems, fail_on) else 1
