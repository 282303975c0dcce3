"""Where findings go: the formats that a command line names, to standard output and to files."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from esspec.outputs.single_file import is_same_file, write_over
from esspec.problem import InputProblems, Problem, error
from esspec.reporting.finding_formats import WRITERS
from esspec.reporting.finding_formats.text import text
from esspec.reporting.finding_report import Report
from esspec.reporting.streams import AUTO, is_coloured, write_data

TEXT = "text"
TEXT_FORMATS = frozenset({TEXT, "concise"})
"""The formats beside which a line may sum up what was found."""
_STDOUT = "-"


class FindingOutput(NamedTuple):
    """A format of findings, and the file that they are written to; standard output without one."""

    name: str
    path: str = ""


def finding_outputs(words: Sequence[str], inputs: Iterable[str]) -> tuple[FindingOutput, ...]:
    """Return what `--format` asks for, text on standard output where nothing is named.

    Raises InputProblems for an unknown format, one that is named twice, two for one place, and a file of `inputs`.
    """
    found: list[FindingOutput] = []
    read = tuple(inputs)
    for word in words or (TEXT,):
        name, sign, path = word.partition("=")
        output = FindingOutput(name, "" if path == _STDOUT else path)
        wrong = _wrong(output, found, read, is_unnamed=bool(sign) and not path)
        if wrong:
            raise InputProblems([error("usage", "--format", (0, 0), *wrong)])
        found.append(output)
    return tuple(found)


def write_findings(outputs: Iterable[FindingOutput], report: Report, color: str = AUTO) -> None:
    """Write a report in all its formats, what goes to standard output first; only text there has colours.

    Raises InputProblems with all files that cannot be written, when the others are.
    """
    stopped: list[Problem] = []
    for output in sorted(outputs, key=lambda output: bool(output.path)):
        if not output.path:
            write_data(_on_stdout(output, report, color))
            continue
        data = WRITERS[output.name](report).encode("utf-8", "backslashreplace")
        try:
            write_over(output.path, data)
        except InputProblems as failed:
            stopped += failed.problems
    if stopped:
        raise InputProblems(stopped)


def _on_stdout(output: FindingOutput, report: Report, color: str) -> str:
    return text(report, is_coloured=is_coloured(color)) if output.name == TEXT else WRITERS[output.name](report)


def _wrong(
    output: FindingOutput, before: Sequence[FindingOutput], inputs: Iterable[str], *, is_unnamed: bool
) -> tuple[str, str] | None:
    """Return message and remedy for an output that cannot be; None where it can."""
    place = output.path or "standard output"
    other = next((each for each in before if each.path == output.path or is_same_file(each.path, output.path)), None)
    wrong = None
    if output.name not in WRITERS:
        wrong = f"there is no format '{output.name}'", f"use one of: {', '.join(WRITERS)}"
    elif is_unnamed:
        wrong = f"the file for {output.name} has no name", f"write --format {output.name}={output.name}.out"
    elif any(each.name == output.name for each in before):
        wrong = f"the format {output.name} is named twice", "name each format once"
    elif other:
        how = f"send one of them to a file: --format {output.name}={output.name}.out"
        wrong = f"{other.name} and {output.name} would both go to {place}", how
    elif any(is_same_file(output.path, path) for path in inputs):
        wrong = f"the report would overwrite {place}, which is read", "name another file"
    return wrong
