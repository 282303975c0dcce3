"""The commands that look for findings: lint, a page against itself, and check, all that a gate must hold."""

import sys
from enum import StrEnum
from io import BytesIO
from typing import Annotated

import typer

from esspec.commands.arguments import Reading, exit_code
from esspec.commands.options import (
    Color,
    ColorChoice,
    Explain,
    Fail,
    FailOn,
    FindingFormats,
    LintPages,
    NoIgnore,
    Targets,
    Tracked,
)
from esspec.commands.reading_options import ALL, reads
from esspec.problem import InputProblems, error
from esspec.reporting.streams import write_data, write_message


class CheckFailOn(StrEnum):
    """What makes the exit code of a check 1: findings from a level on, and flows that are newly allowed."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    WIDENING = "widening"


Output = Annotated[
    str | None, typer.Option("--output", "-o", help="The folder of the generated files, as in esspec export.")
]
Against = Annotated[
    list[str] | None,
    typer.Option(
        "--against",
        help="Compare with what is deployed: a file or folder of YAML or JSON, REV:path in git, or -. "
        "What only the policies of pods that are not on the page deny is a warning, or, between such pods, a note.",
        metavar="MANIFESTS",
    ),
]
Since = Annotated[
    str | None, typer.Option("--since", help="Show what each page allows more or less than then.", metavar="REV")
]
Fix = Annotated[bool, typer.Option("--fix", help="Write the generated files again where they are not current.")]
BaselineFile = Annotated[
    str | None, typer.Option("--baseline", help="Known findings, which are not shown again.", metavar="FILE")
]
UpdateBaseline = Annotated[
    bool,
    typer.Option(
        "--update-baseline",
        help="Write what this run finds in pages and bindings, and by --against, into the baseline; "
        "what is wrong with generated files, and what changed, is never known.",
    ),
]
CheckFail = Annotated[
    list[CheckFailOn] | None,
    typer.Option("--fail-on", help="Exit with 1 from this level on, or for what --since finds widened; repeatable."),
]
LintWords = Annotated[
    list[str] | None,
    typer.Argument(
        help="Markdown pages; or manifests: files and folders of YAML or JSON, or - for standard input.",
        metavar="PAGE|MANIFESTS...",
    ),
]

LINT_EXAMPLES = """\b
Examples:
  esspec lint docs/network-policies.md
  esspec lint docs/*.md --fail-on warning --format json
  esspec lint --explain one-sided
  kustomize build deploy/ | esspec lint -
"""
CHECK_EXAMPLES = """\b
Examples:
  esspec check
  esspec check docs/network-policies.md -o out/ --fix
  esspec check --format text --format sarif=esspec.sarif
  esspec check --since origin/main --fail-on widening --format github
  esspec check --against deploy/ --baseline esspec-baseline.json
"""


@reads(*ALL)
def lint(
    pages: LintWords = None,
    *,
    no_ignore: NoIgnore = False,
    explain: Explain = None,
    formats: FindingFormats = None,
    where: Reading,
    fail_on: Fail = FailOn.ERROR,
    color: ColorChoice = Color.AUTO,
) -> int:
    """Hold pages, or manifests, against themselves: what is one-sided, says nothing new, or was hardly meant."""
    if explain is not None:
        from esspec.linting.rules_text import rule_text  # noqa: PLC0415 - imported where it is used: start-up is felt in hooks

        write_data(rule_text(explain))
        return 0
    from esspec.commands.lint_command import lint_words  # noqa: PLC0415 - as above
    from esspec.compiling.loading import binding_place  # noqa: PLC0415 - as above
    from esspec.linting.lint import summary  # noqa: PLC0415 - as above
    from esspec.manifests.manifest_files import names_manifests  # noqa: PLC0415 - as above
    from esspec.reporting.finding_outputs import TEXT_FORMATS, finding_outputs, write_findings  # noqa: PLC0415 - as above
    from esspec.reporting.finding_report import report_of  # noqa: PLC0415 - as above
    from esspec.reporting.rule_links import chosen_rules_url  # noqa: PLC0415 - as above
    from esspec.text.source_lines import SourceLines  # noqa: PLC0415 - as above

    stdin = _held(pages or (), where.max_bytes)
    manifests = [word for word in pages or () if names_manifests(word, where.stdin_filename)]
    files = [where.page(word, BytesIO(stdin)) for word in pages or () if word not in manifests]
    shown = [*(file.shown for file in files), *manifests]
    outputs = finding_outputs(formats or (), [*shown, *map(binding_place, files), *(where.data or ())])
    rules_url = chosen_rules_url()
    options = where.side()._replace(stdin=BytesIO(stdin))
    found = lint_words(files, manifests, options, with_ignores=not no_ignore)
    lines = SourceLines({where.stdin_filename or "-": stdin} if "-" in (pages or ()) else {})
    report = report_of(found, shown, lines, lambda problem: bool(exit_code([problem], fail_on)), rules_url)
    write_findings(outputs, report, color)
    if all(output.path or output.name in TEXT_FORMATS for output in outputs):
        write_message(f"{summary(found)}\n")
    return exit_code(found, fail_on)


@reads(*ALL)
def check(
    pages: LintPages = None,
    *,
    output: Output = None,
    target: Targets = None,
    against: Against = None,
    since: Since = None,
    fix: Fix = False,
    tracked: Tracked = False,
    baseline: BaselineFile = None,
    update_baseline: UpdateBaseline = False,
    formats: FindingFormats = None,
    where: Reading,
    fail_on: CheckFail = None,
    color: ColorChoice = Color.AUTO,
) -> int:
    """Check all that a gate must hold, in one run: lint, the generated files and what they mean, and what changed.

    Without pages, those that [check] in esspec.toml or [tool.esspec] in pyproject.toml names are checked: here and in
    the folders in this one, else in the nearest one above. Then folders of files whose page is gone are found, too.
    """
    from esspec.commands.check_run import CheckRun, run_check  # noqa: PLC0415 - as above
    from esspec.commands.check_tasks import CheckOptions, check_tasks  # noqa: PLC0415 - as above

    if len(against or ()) > 1:
        remedy = "name one folder of manifests, or run check once for each"
        raise InputProblems([error("usage", "--against", (0, 0), "this stands here twice", remedy)])
    manifests = next(iter(against or ()), None)
    stdin = _held((*(pages or ()), manifests or ""), where.max_bytes)
    tasks = check_tasks(pages or (), CheckOptions(where, output, tuple(target or ()), stdin, manifests or ""))
    levels = tuple(level.value for level in fail_on or ())
    run = CheckRun(tuple(formats or ()), levels, manifests, since, fix, baseline, update_baseline, tracked, color)
    return run_check(tasks, run, stdin)


def _held(words: "list[str] | tuple[str, ...]", max_bytes: int) -> bytes:
    """Return what stands on standard input if one of the words names it: several readers need it."""
    return sys.stdin.buffer.read(max_bytes + 1) if "-" in words and sys.stdin else b""
