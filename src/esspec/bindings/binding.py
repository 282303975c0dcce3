"""The binding, `esspec.toml`: what a page cannot know, and the decisions it leaves open."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from esspec.bindings.binding_file import (
    BindingFile,
    CheckEntry,
    DnsEntry,
    DnsPeer,
    ExternalEntry,
    IgnoreEntry,
    LintEntry,
    OverrideEntry,
    ProfileEntry,
    WorkloadEntry,
)
from esspec.bindings.gaps import Gap, bridge_gaps
from esspec.problem import PageProblems, Problem, error, in_order
from esspec.text.source import decode, read_bytes
from esspec.text.toml_text import parse_toml

FILE_NAME = "esspec.toml"
MAX_BYTES = 4 * 1024 * 1024
_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


class Binding:
    """A binding as read: its values, its name in outputs, and where its keys stand.

    `folder` is what pages are named relative to; `path` is what messages show.
    """

    def __init__(self, file: BindingFile, *, path: str, folder: Path | None, text: str = "") -> None:
        self.file, self.path, self.folder, self._text = file, path, folder, text
        self.name = Path(path).name if path else ""

    @cached_property
    def _lines(self) -> dict[tuple[str | int, ...], int]:
        from esspec.text.toml_lines import toml_lines  # noqa: PLC0415 - only findings and overrides need lines

        return toml_lines(self._text)

    @cached_property
    def _first_inside(self) -> dict[tuple[str | int, ...], int]:
        """Return the line of the first key in each table, for tables without a header of their own."""
        lines: dict[tuple[str | int, ...], int] = {}
        for path, line in self._lines.items():
            for length in range(1, len(path)):
                lines.setdefault(path[:length], line)
        return lines

    def line(self, *keys: str | int) -> int:
        """Return the line of a key, or of the nearest table around it; 1 where nothing is found."""
        while keys:
            found = self._lines.get(keys) or self._first_inside.get(keys)
            if found:
                return found
            keys = keys[:-1]
        return 1

    def origin(self, *keys: str) -> str:
        """Return how a comment names a table of the binding, such as `esspec.toml [workloads."Kafka pod"]`."""
        quoted = [f'"{key}"' for key in keys[1:]]
        return f"{self.name} [{'.'.join([*keys[:1], *quoted])}]"

    def problem(self, code: str, keys: tuple[str | int, ...], message: str, remedy: str) -> Problem:
        """Return an error finding at a key of the binding."""
        return error(code, self.path, (self.line(*keys), 1), message, remedy)


NO_BINDING = Binding(BindingFile(), path="", folder=None)


def find_binding(page: Path) -> Path | None:
    """Return the nearest `esspec.toml` upward from the page's folder."""
    start = page.absolute().parent
    places = (at / FILE_NAME for at in (start, *start.parents))
    return next((place for place in places if os.path.isfile(place)), None)  # noqa: PTH113 - never fails


class Draft(NamedTuple):
    """A binding that may have gaps: something legal stands in for each."""

    binding: Binding
    gaps: tuple[Gap, ...]


def read_binding(path: Path, shown: str) -> Binding:
    """Return the binding in a file.

    Raises InputProblems (exit 2) for what is no TOML, PageProblems (exit 1) for what is no binding, or has gaps;
    each finding names file, line and key.
    """
    return binding_from(decode(read_bytes(path, shown, MAX_BYTES), shown), path, shown)


def binding_from(text: str, path: Path, shown: str) -> Binding:
    """Return the binding in a text, which stands or stood at `path`. Raises as `read_binding` does."""
    draft = read_draft(text, path, shown)
    if draft.gaps:
        raise PageProblems(in_order(_unfilled(draft.binding, draft.gaps)))
    return draft.binding


def read_draft(text: str, path: Path, shown: str) -> Draft:
    """Return the binding in a text, which may have gaps; all else about it is as in `read_binding`."""
    data = parse_toml(text, shown)
    gaps = bridge_gaps(data)
    folder = path.absolute().parent
    try:
        file = BindingFile.model_validate(data)
    except ValidationError as invalid:
        unread = Binding(NO_BINDING.file, path=shown, folder=folder, text=text)
        raise PageProblems(in_order([*_restated(unread, invalid), *_unfilled(unread, gaps)])) from None
    return Draft(Binding(file, path=shown, folder=folder, text=text), gaps)


def _unfilled(binding: Binding, gaps: Iterable[Gap]) -> list[Problem]:
    return [
        binding.problem("unfilled", gap.keys, f"{_dotted(gap.keys)} is empty", f"fill it in: {gap.advice}")
        for gap in gaps
    ]


def _restated(binding: Binding, invalid: ValidationError) -> Iterator[Problem]:
    for item in invalid.errors(include_url=False):
        keys = tuple(key for key in item["loc"] if key != "[key]")
        yield binding.problem(*_said(item, keys, _dotted(keys) or "the file"))


def _dotted(keys: tuple[str | int, ...]) -> str:
    return ".".join(str(k) if _BARE_KEY.fullmatch(str(k)) else f'"{k}"' for k in keys)


def _said(item: Any, keys: tuple[str | int, ...], name: str) -> tuple[str, tuple[str | int, ...], str, str]:
    if item["type"] == "extra_forbidden":
        return "unknown-key", keys, f"there is no key {name}", _near_key(keys)
    if item["type"] == "missing":
        return "missing-key", keys, f"the key {name} is missing", "add it"
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "string_pattern_mismatch":
        message = f"'{item['input']}' is not legal here"
    elif item["type"] in ("dict_type", "model_type"):
        message = "this must be a table"
    remedy = "see `esspec schema binding` for what may stand here"
    if keys[:1] == ("anywhere",):
        remedy = 'write "everyone", the only value so far'
    elif keys == ("overrides",):
        remedy = "write [[overrides]], in two brackets"
    elif keys[:1] == ("variables",) and isinstance(item["input"], dict):
        remedy = 'put the whole name in quotes, such as "site.data.reuse.host" = "…"'
    return "bad-value", keys, f"{name}: {message}", remedy


def _near_key(keys: tuple[str | int, ...]) -> str:
    import difflib  # noqa: PLC0415 - only a misspelt key needs it

    tables: dict[tuple[str | int, ...], Any] = {
        ("workloads",): WorkloadEntry,
        ("externals",): ExternalEntry,
        ("dns",): DnsEntry,
        ("dns", "peers"): DnsPeer,
        ("profiles",): ProfileEntry,
        ("overrides",): OverrideEntry,
        ("lint",): LintEntry,
        ("check",): CheckEntry,
        ("lint", "ignore"): IgnoreEntry,
    }
    parent = next((tables[keys[:n]] for n in (2, 1) if len(keys) > n and keys[:n] in tables), BindingFile)
    known = list(parent.model_fields)
    near = difflib.get_close_matches(str(keys[-1]), known, 1)
    return f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
