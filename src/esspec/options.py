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


Page = Annotated[str, typer.Argument(help="The Markdown page, or - for standard input.", metavar="PAGE")]
Pages = Annotated[list[str], typer.Argument(help="Markdown pages, or - for standard input.", metavar="PAGE...")]
Targets = Annotated[
    list[str] | None, typer.Option("--target", "-t", help="An output format; repeatable; all if none is named.")
]
BindingFile = Annotated[
    str | None, typer.Option("--binding", help="The binding; else the nearest esspec.toml upward from the page.")
]
StdinName = Annotated[str | None, typer.Option("--stdin-filename", help="What the page on standard input is called.")]
MaxBytes = Annotated[int, typer.Option("--max-bytes", min=1, help="Refuse larger pages.")]
Errors = Annotated[ErrorFormat, typer.Option("--error-format", help="How findings are written.")]
Fail = Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 from this level of finding on.")]
Format = Annotated[DataFormat, typer.Option("--format", help="How the result is written.")]
