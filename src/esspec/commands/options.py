"""The options that commands share."""

from enum import StrEnum
from typing import Annotated

import typer


class ErrorFormat(StrEnum):
    """How findings are written to standard error."""

    TEXT = "text"
    JSON = "json"


class DataFormat(StrEnum):
    """How data is written to standard output."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """From which level on a finding makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Color(StrEnum):
    """Whether text on standard output has colours."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


Page = Annotated[str, typer.Argument(help="The Markdown page, or - for standard input.", metavar="PAGE")]
Pages = Annotated[list[str], typer.Argument(help="Markdown pages, or - for standard input.", metavar="PAGE...")]
LintPages = Annotated[
    list[str] | None, typer.Argument(help="Markdown pages, or - for standard input.", metavar="PAGE...")
]
NoIgnore = Annotated[bool, typer.Option("--no-ignore", help="Show what the page or its binding ignores, too.")]
Explain = Annotated[
    str | None, typer.Option("--explain", help="Say what a code means, and read no page.", metavar="CODE")
]
Targets = Annotated[
    list[str] | None, typer.Option("--target", "-t", help="An output format; repeatable; all if none is named.")
]
Tracked = Annotated[
    bool,
    typer.Option("--tracked", help="Fail for generated files that git does not track: a commit would lack them."),
]
Layout = Annotated[
    str | None,
    typer.Option(
        "--layout",
        help="A report in this layout of the target: one page and one target, to stdout or to the file that -o names; "
        "it is no part of the set of files.",
        metavar="NAME",
    ),
]
Columns = Annotated[
    str | None, typer.Option("--columns", help="The columns of a report, in their order.", metavar="A,B,C")
]
ColumnsFile = Annotated[
    str | None,
    typer.Option("--columns-file", help="A form of your own: columns, headers and constants.", metavar="FORM.toml"),
]
Bom = Annotated[bool, typer.Option("--bom", help="A report with a byte order mark in front, for Excel.")]
InitOutput = Annotated[
    str | None,
    typer.Option("--output", "-o", help="Write to this new file, or - for standard output; else to the binding."),
]
Stdout = Annotated[bool, typer.Option("--stdout", help="Print the binding and write nothing; the same as -o -.")]
Errors = Annotated[ErrorFormat, typer.Option("--error-format", help="How findings are written.")]
Fail = Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 from this level of finding on.")]
FindingFormats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        help="How findings are written: text, concise, json, sarif, github, gitlab, junit, rdjson or md; repeatable, "
        "and FORMAT=FILE writes to a file.",
        metavar="FORMAT[=FILE]",
    ),
]
ColorChoice = Annotated[
    Color,
    typer.Option("--color", help="Colours in text on standard output; auto is for a terminal, and as NO_COLOR says."),
]
Format = Annotated[DataFormat, typer.Option("--format", help="How the result is written.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="List the kinds of objects that are passed over.")]
