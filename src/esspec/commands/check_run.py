"""A run of `esspec check`: options in, findings written where they are asked for, exit code out."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from esspec.commands.arguments import exit_code
from esspec.commands.check_command import Checked, CheckRequest, CheckTask, check_pages
from esspec.compiling.loading import STDIN
from esspec.linting.lint import summary
from esspec.outputs.folder import GITATTRIBUTES, RECORD
from esspec.problem import InputProblems, Level, Problem, error, in_order, printable
from esspec.reporting.baseline import (
    Baseline,
    Looked,
    baseline_with,
    first_baseline,
    read_baseline,
    without_known,
    write_baseline,
)
from esspec.reporting.finding_outputs import FindingOutput, finding_outputs, write_findings
from esspec.reporting.finding_report import report_of
from esspec.reporting.rule_links import chosen_rules_url
from esspec.reporting.streams import AUTO, write_message
from esspec.text.source_lines import SourceLines

WIDENING = "widening"


class CheckRun(NamedTuple):
    """The options of a run beside its pages; `fail_on` holds levels, and `widening`."""

    formats: tuple[str, ...] = ()
    fail_on: tuple[str, ...] = ()
    against: str | None = None
    since: str | None = None
    fix: bool = False
    baseline: str | None = None
    update_baseline: bool = False
    tracked: bool = False
    color: str = AUTO

    @property
    def level(self) -> str:
        """Return the level from which on a finding makes the exit code 1."""
        named = [level.value for level in Level if level.value in self.fail_on]
        return named[-1] if named else Level.ERROR.value


def run_check(tasks: Sequence[CheckTask], run: CheckRun, stdin: bytes) -> int:
    """Return the exit code of a run; its findings are written, and what it did is told on standard error.

    Raises InputProblems (exit 2) for options that contradict each other, a baseline that is none, and a report that
    cannot be written.
    """
    _refuse_contradictions(run)
    files = {task.file.shown for task in tasks}
    beside = [path for task in tasks for path in task.beside]
    outputs = finding_outputs(run.formats, [*files, *beside, run.baseline or "", run.against or ""])
    _refuse_among_files(outputs, tasks)
    rules_url = chosen_rules_url(task.rules_url for task in tasks)
    known = _baseline_of(run)
    is_gate, has_baseline = WIDENING in run.fail_on, run.baseline is not None
    request = CheckRequest(_tell, run.fix, run.against, run.since, is_gate, run.tracked, has_baseline)
    checked = check_pages(tasks, request)
    lines = SourceLines({task.file.shown: stdin for task in tasks if task.file.path == STDIN})
    problems, said = _sorted(checked, run, known, lines)
    told = in_order((*problems, *checked.unread))
    level = run.level
    report = report_of(told, sorted(files), lines, lambda problem: bool(exit_code([problem], level)), rules_url)
    write_findings(outputs, report, run.color)
    _tell(f"{summary(told)}{said}")
    return 2 if checked.unread else exit_code(told, level)


def _sorted(
    checked: Checked, run: CheckRun, known: Baseline | None, lines: SourceLines
) -> tuple[tuple[Problem, ...], str]:
    """Return the findings that are new, and words about the others.

    A baseline is written where that is asked for, and where there is none yet; the latter is an error, so that a gate
    whose baseline was deleted does not pass.
    """
    if run.baseline is None:
        return checked.problems, ""
    looked = Looked(checked.paths, checked.at_manifests, not checked.unread)
    baseline = known or Baseline(findings=())
    is_written = not checked.unread and (run.update_baseline or known is None)
    if is_written:
        baseline = baseline_with(checked.problems, known, run.baseline, lines, looked)
        write_baseline(run.baseline, baseline)
    elif run.update_baseline:
        _tell(f"{run.baseline} is left as it is, because not everything could be read")
    new, count = without_known(checked.problems, baseline, run.baseline, lines, looked)
    if is_written and not run.update_baseline:
        new = (*new, first_baseline(run.baseline, count))
    return new, f", {count} known"


def _baseline_of(run: CheckRun) -> Baseline | None:
    if run.baseline is None or not os.path.lexists(run.baseline):
        return None
    return read_baseline(run.baseline)


def _refuse_contradictions(run: CheckRun) -> None:
    wrong = None
    if run.update_baseline and run.baseline is None:
        wrong = "--update-baseline", "no baseline is named", "add --baseline FILE"
    elif WIDENING in run.fail_on and run.since is None:
        wrong = "--fail-on", "widening is a change, and no revision to compare with is named", "add --since REV"
    if wrong:
        raise InputProblems([error("usage", wrong[0], (0, 0), *wrong[1:])])


def _refuse_among_files(outputs: Iterable[FindingOutput], tasks: Iterable[CheckTask]) -> None:
    """Raise InputProblems for a report that would be one of the files that are checked, or a stranger among them."""
    places = [Path(task.folder, target.name) for task in tasks if task.folder for target in task.targets]
    places += [Path(task.folder, name) for task in tasks if task.folder for name in (RECORD, GITATTRIBUTES)]
    taken = {place.resolve() for place in places}
    for output in outputs:
        report = Path(output.path or os.devnull).resolve()
        if not taken.isdisjoint((report, *report.parents)):
            message = f"the report {output.path} would be among the generated files"
            raise InputProblems([error("usage", "--format", (0, 0), message, "name a file in another folder")])


def _tell(line: str) -> None:
    write_message(f"{printable(line)}\n")
