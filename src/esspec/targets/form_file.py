"""A company's own form, `--columns-file FORM.toml`: which columns, under which headers, and what else they say.

One table `[[columns]]` per column, in their order: `column` is one of the layout's, `header` what it is called; with
a `header` and no `column` it is one of the form's own, which holds the same `value` on each line, or nothing.
`layout` names the layout, where --layout does not.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from esspec.problem import InputProblems, Problem, error
from esspec.text.source import decode, read_bytes
from esspec.text.toml_lines import toml_lines
from esspec.text.toml_text import parse_toml
from esspec.value import Value

MAX_BYTES = 1024 * 1024


def _one_line(text: str) -> str:
    """Return a text that a cell can hold: what does not print is refused, line breaks first of all."""
    odd = next((ch for ch in text if not ch.isprintable()), None)
    if odd:
        raise ValueError(f"a cell is one line of text, and this one holds U+{ord(odd):04X}")
    return text


Name = Annotated[str, Field(min_length=1)]
Cell = Annotated[str, AfterValidator(_one_line)]
Header = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]


class FormColumn(Value):
    """`[[columns]]`: a column of the layout, or one that says the same on each line."""

    model_config = ConfigDict(strict=True)

    column: Name | None = None
    header: Header | None = None
    value: Cell = ""


class FormText(Value):
    """The whole file."""

    model_config = ConfigDict(strict=True)

    layout: Name | None = None
    columns: Annotated[list[FormColumn], Field(min_length=1)]


class FormFile(NamedTuple):
    """A form as read: its values, what messages call it, and its text, for the lines of its keys."""

    path: str
    text: str
    layout: str | None
    entries: tuple[FormColumn, ...]

    def problem(self, keys: tuple[str | int, ...], message: str, remedy: str, code: str = "bad-value") -> Problem:
        """Return an error finding at a key, or at the nearest table around it."""
        return error(code, self.path, (_line(self.text, keys), 1), message, remedy)

    def check_columns(self, known: Mapping[str, str], layout: str) -> None:
        """Raise InputProblems (exit 2) with each column that the layout lacks, and each header that is used twice.

        `known` are the headers of the layout's columns.
        """
        problems = []
        for at, entry in enumerate(self.entries):
            if entry.column is not None and entry.column not in known:
                message = f"the layout {layout} has no column '{entry.column}'"
                problems.append(self.problem(("columns", at, "column"), message, one_of(entry.column, known)))
        headers = [entry.header or known.get(entry.column or "", entry.column) for entry in self.entries]
        for at, header in enumerate(headers):
            if header in headers[:at]:
                message = f"two columns are called '{header}'"
                problems.append(self.problem(("columns", at), message, "give one of them another header"))
        if problems:
            raise InputProblems(problems)


def read_form(path: str) -> FormFile:
    """Return the form in a file.

    Raises InputProblems (exit 2) for what cannot be read and for what is no form; findings name file, line and key.
    """
    text = decode(read_bytes(Path(path), path, MAX_BYTES), path)
    unread = FormFile(path, text, None, ())
    try:
        form = FormText.model_validate(parse_toml(text, path))
    except ValidationError as invalid:
        problems = [_restated(unread, item["type"], item["loc"], item["msg"]) for item in invalid.errors()]
        raise InputProblems(problems) from None
    problems = [p for at, entry in enumerate(form.columns) if (p := _contradiction(unread, at, entry))]
    if problems:
        raise InputProblems(problems)
    return unread._replace(layout=form.layout, entries=tuple(form.columns))


def one_of(name: str, known: Iterable[str]) -> str:
    """Return which name to use instead: the nearest, or all that there are."""
    import difflib  # noqa: PLC0415 - only a misspelt name needs it

    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    return f"did you mean {near[0]}?" if near else f"use one of: {', '.join(names)}"


def _contradiction(form: FormFile, at: int, entry: FormColumn) -> Problem | None:
    if entry.column is not None and "value" in entry.model_fields_set:
        message, remedy = "a column of the layout has values of its own", "keep column or value, not both"
        return form.problem(("columns", at, "value"), message, remedy)
    if entry.column is None and entry.header is None:
        message, remedy = "this column has no header", 'write header = "…", or column = "…" of the layout'
        return form.problem(("columns", at), message, remedy, "missing-key")
    return None


def _restated(form: FormFile, kind: str, keys: tuple[str | int, ...], said: str) -> Problem:
    name = ".".join(str(key) for key in keys if isinstance(key, str)) or "the file"
    if kind == "extra_forbidden":
        known = FormColumn if keys[:1] == ("columns",) else FormText
        remedy = f"known keys: {', '.join(known.model_fields)}"
        return form.problem(keys, f"there is no key {name}", remedy, "unknown-key")
    if kind == "missing":
        return form.problem(keys, f"the key {name} is missing", "write a table [[columns]] per column", "missing-key")
    remedy = "write [[columns]], in two brackets" if keys == ("columns",) else "write one line of text in quotes"
    return form.problem(keys, f"{name}: {said.removeprefix('Value error, ')}", remedy)


def _line(text: str, keys: tuple[str | int, ...]) -> int:
    lines = toml_lines(text)
    while keys and keys not in lines:
        keys = keys[:-1]
    return lines.get(keys, 1)
