"""The baseline of `esspec check`: findings that are known, in a file beside the pages."""

import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from esspec.outputs.single_file import write_over
from esspec.problem import InputProblems, Problem, error
from esspec.reporting.finding_report import fingerprints, reported_path
from esspec.text.source import decode, read_bytes
from esspec.text.source_lines import SourceLines
from esspec.value import Value

_NEVER_KNOWN = frozenset(
    {"unequal", "object-twice", "files-not-checked"}
    | {"widened", "narrowed", "new-page", "not-compared", "page-gone", "read-as-now", "not-on-page"}
)
"""What is said of generated files, or of one change only, is never known, nor is a number that changes with what is not
looked at."""
_OF_MANIFESTS = frozenset({"not-enforced", "not-documented", "denied-elsewhere"})
"""What only `--against` finds."""
_REMEDY = "restore it from version control, or delete it and write it again with --update-baseline"


class KnownFinding(Value):
    """One finding that is known; `message` is as it was told then, and the lines that it names may have moved since."""

    path: str
    code: str
    message: str
    fingerprint: str = Field(pattern="^[0-9a-f]{32}$")


class Baseline(Value):
    """The file: all known findings, sorted; paths are relative to its folder."""

    schema_: Literal["esspec/baseline/1"] = Field(default="esspec/baseline/1", alias="schema")
    findings: tuple[KnownFinding, ...]


class Looked(NamedTuple):
    """What a run looked at: the pages and bindings, whether also manifests, and whether everything could be read."""

    paths: frozenset[str]
    at_manifests: bool
    is_whole: bool


class Sorted(NamedTuple):
    """Findings that are new, with one for each known one that is fixed; and how many are known."""

    problems: tuple[Problem, ...]
    known: int


def read_baseline(path: str) -> Baseline:
    """Return the known findings in a file. Raises InputProblems (exit 2) where it cannot be read, or is none."""
    place = Path(path)
    if place.is_dir():
        remedy = "name the file, such as --baseline esspec-baseline.json"
        raise InputProblems([error("not-a-file", path, (0, 0), "this is a folder", remedy)])
    text = decode(read_bytes(place, path), path)
    at = (0, 0)
    try:
        return Baseline.model_validate(json.loads(text))
    except json.JSONDecodeError as broken:
        at, why = (broken.lineno, broken.colno), f"this is no JSON: {broken.msg}"
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
        why = f"this is no baseline: {'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
    except (ValueError, RecursionError) as broken:  # a number of too many digits, nested too deep
        why = f"this is no JSON: {broken}"
    raise InputProblems([error("malformed-file", path, at, why, _REMEDY)])


def without_known(
    problems: Iterable[Problem], baseline: Baseline, path: str, lines: SourceLines, looked: Looked
) -> Sorted:
    """Return the findings that the baseline at `path` does not know.

    Behind them stands an error for each finding that it knows and that is not there any more, of what this run
    looked at: nobody may bring it back unseen.
    """
    told = _with_prints(problems, lines, _folder(path))
    known = {each.fingerprint for each in baseline.findings}
    found = {each for each, problem in told if each in known and _can_be_known(problem, looked)}
    new = tuple(problem for each, problem in told if each not in found)
    judged = _judged(baseline.findings, path, looked)
    fixed = tuple(_fixed(each, path) for each in judged if each.fingerprint not in found)
    return Sorted((*new, *fixed), len(found))


def baseline_with(
    problems: Iterable[Problem], before: Baseline | None, path: str, lines: SourceLines, looked: Looked
) -> Baseline:
    """Return a baseline that knows these findings, and those of `before` that this run did not look for."""
    folder = _folder(path)
    told = _with_prints(problems, lines, folder)
    kept = {each: _known(problem, each, folder) for each, problem in told if _can_be_known(problem, looked)}
    if before:  # what stays known stays as it was written, so that moved lines do not change the file
        judged = {each.fingerprint for each in _judged(before.findings, path, looked)}
        kept |= {
            each.fingerprint: each
            for each in before.findings
            if each.fingerprint in kept or each.fingerprint not in judged
        }
    ordered = sorted(kept.values(), key=lambda each: (each.path, each.code, each.message, each.fingerprint))
    return Baseline(findings=tuple(ordered))


def first_baseline(path: str, count: int) -> Problem:
    """Return the error that a baseline was not there before, and has just been written."""
    recorded = "1 finding is" if count == 1 else f"{count} findings are"
    message = f"this baseline is new, and {recorded} recorded in it"
    return error("new-baseline", path, (0, 0), message, "read and commit it: the next run takes them as known")


def write_baseline(path: str, baseline: Baseline) -> None:
    """Write a baseline. Raises InputProblems (exit 2) where that fails."""
    text = json.dumps(baseline.model_dump(mode="json", by_alias=True), indent=2) + "\n"
    write_over(path, text.encode("ascii"))


def _with_prints(problems: Iterable[Problem], lines: SourceLines, folder: str) -> list[tuple[str, Problem]]:
    told = tuple(problems)
    return list(zip(fingerprints(told, lines, folder), told, strict=True))


def _can_be_known(problem: Problem, looked: Looked) -> bool:
    """Return whether a finding is about a page or binding, or about what manifests allow beside a page."""
    return problem.code in _OF_MANIFESTS or (problem.path in looked.paths and problem.code not in _NEVER_KNOWN)


def _known(problem: Problem, fingerprint: str, folder: str) -> KnownFinding:
    path = reported_path(problem.path, folder)
    return KnownFinding(path=path, code=problem.code, message=problem.message, fingerprint=fingerprint)


def _judged(known: Iterable[KnownFinding], path: str, looked: Looked) -> tuple[KnownFinding, ...]:
    """Return the known findings of which this run can tell whether they are still there."""
    if not looked.is_whole:
        return ()
    folder = _folder(path)
    paths: Collection[str] = {reported_path(each, folder) for each in looked.paths}
    return tuple(
        each
        for each in known
        if (looked.at_manifests if each.code in _OF_MANIFESTS else each.path in paths or _is_gone(each.path, folder))
    )


def _is_gone(path: str, folder: str) -> bool:
    return not os.path.lexists(os.path.join(folder, path))  # noqa: PTH118 - paths stay as they are written


def _fixed(known: KnownFinding, path: str) -> Problem:
    message = f"a known finding is fixed: {known.path}: {known.message} ({known.code})"
    return error("fixed-finding", path, (0, 0), message, "take it out of the baseline with --update-baseline")


def _folder(path: str) -> str:
    return os.path.dirname(path) or os.curdir  # noqa: PTH120 - as above
