"""The formats of findings: each turns a report into one text."""

from collections.abc import Callable, Mapping

from esspec.reporting.finding_formats.github import github
from esspec.reporting.finding_formats.gitlab import gitlab
from esspec.reporting.finding_formats.junit import junit
from esspec.reporting.finding_formats.markdown import markdown
from esspec.reporting.finding_formats.rdjson import rdjson
from esspec.reporting.finding_formats.sarif import sarif
from esspec.reporting.finding_formats.text import text
from esspec.reporting.finding_report import Report
from esspec.reporting.findings import Findings, as_reported
from esspec.reporting.report import as_lines


def concise(report: Report) -> str:
    """Return one line per finding."""
    return as_lines(found.problem for found in report.found)


def json(report: Report) -> str:
    """Return one JSON document, `esspec/findings/1`."""
    return Findings(findings=as_reported((found.problem, found.fingerprint) for found in report.found)).as_json()


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
