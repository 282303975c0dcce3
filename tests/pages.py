"""Pages in few words, and what is read of them before any name is resolved."""

import sys
from types import FrameType

from esspec.bindings.binding import NO_BINDING
from esspec.compiling.page_reading import Reading, read
from esspec.problem import errors_in
from esspec.reading.inline import InlineReader
from esspec.reading.page import read_page
from esspec.reading.rows import RowReader, WrittenRule
from esspec.reading.sections import Page
from esspec.text.source import read_source

INGRESS = "| Type | Origin | Reason |\n|---|---|---|\n| TCP | UI pods on port 80 | a |\n"
EGRESS = "| Type | Destination | Reason |\n|---|---|---|\n| UDP | UI pods on port 53 | b |\n"
KAFKA = "## Kafka pod\n\n"
VARIABLES = {"host": "on the master host"}


def inside(text: str, prefix: str) -> str:
    """Return the lines of a text behind a prefix, such as the blanks of a list item or the sign of a quote."""
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


def structure(text: str | bytes) -> Page:
    """Return what `read_page` finds in the file `p.md` with this content."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return read_page(read_source(data, "p.md"), InlineReader(VARIABLES))


def rules(text: str) -> tuple[list[WrittenRule], list[str]]:
    """Return the rows as written, and all findings about page and rows in their text form."""
    reader = RowReader("p.md", InlineReader(VARIABLES))
    page = structure(text)
    found = [rule for table in page.tables for rule in reader.read(table)]
    problems = [*page.problems, *reader.problems, *(fault.problem for rule in found for fault in rule.faults)]
    return found, [str(problem) for problem in problems]


def findings(text: str | bytes) -> list[str]:
    """Return the findings about a page's structure in their text form."""
    return [str(problem) for problem in structure(text).problems]


def codes(text: str | bytes) -> list[tuple[int, str]]:
    """Return the findings about a page's structure as line and code."""
    return [(problem.line, problem.code) for problem in structure(text).problems]


def said(text: str | bytes) -> list[str]:
    """Return what a page says, a line per table or statement: `Kafka pod ingress 7 8` or `Kafka pod egress none 9`.

    The numbers are the lines of a table's rows, or of the statement. There must be no error.
    """
    page = structure(text)
    assert errors_in(page.problems) == ()
    found = [
        (table.line, f"{table.heading.name} {table.direction} {' '.join(str(row.line) for row in table.rows)}")
        for table in page.tables
    ]
    found += [(s.line, f"{s.heading.name} {s.direction} {s.word} {s.line}") for s in page.statements]
    return [what for _, what in sorted(found)]


def reading(text: str) -> Reading:
    """Return a page without a binding: its names stay unresolved, all else is read."""
    return read(read_source(text.encode(), "p.md"), NO_BINDING, "p.md", VARIABLES)


def work(text: str) -> int:
    """Return how many calls it takes to read a page without a binding; unlike time, it is the same on each run."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        reading(text)
    finally:
        sys.setprofile(None)
    return calls
