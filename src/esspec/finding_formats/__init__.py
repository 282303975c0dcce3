"""The formats of findings: each turns a report into one text."""

from collections.abc import Callable, Mapping

from esspec.finding_formats.github import github
from esspec.finding_formats.gitlab import gitlab
from esspec.finding_formats.junit import junit
from esspec.finding_formats.markdown import markdown
from esspec.finding_formats.rdjson import rdjson
from esspec.finding_formats.sarif import sarif
from esspec.finding_formats.text import text
from esspec.finding_report import Report
from esspec.report import as_json, as_lines


def concise(report: Report) -> str:
    """Return one line per finding."""
    return as_lines(found.problem for found in report.found)


def json(report: Report) -> str:
    """Return one JSON document, `esspec/findings/1`."""
    return as_json([found.problem for found in report.found])


WRITERS: Mapping[str, Callable[[Report], str]] = {
    "text": text,
    "concise": concise,
    "json": json,
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
    "junit": junit,
    "rdjson": rdjson,
    "md": markdown,
}
