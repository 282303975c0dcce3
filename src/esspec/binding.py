"""The binding, `esspec.toml`: what a page cannot know, and the decisions it leaves open."""

import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from esspec.binding_file import BindingFile, DnsEntry, DnsPeer, ExternalEntry, OverrideEntry, WorkloadEntry
from esspec.problem import InputProblems, PageProblems, Problem, error, in_order
from esspec.source import decode, read_bytes

FILE_NAME = "esspec.toml"
MAX_BYTES = 4 * 1024 * 1024
_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


"""A port, a range such as "8000-8010", or a list of such."""
"""As PortNumbers, or "all"."""


class Binding:
    """A binding as read: its values, its name in outputs, and where its keys stand.

    `folder` is what pages are named relative to; `path` is what messages show.
    """

    def __init__(self, file: BindingFile, *, path: str, folder: Path | None, text: str = "") -> None:
        self.file, self.path, self.folder, self._text = file, path, folder, text
        self.name = Path(path).name if path else ""

    @cached_property
    def _lines(self) -> dict[tuple[str | int, ...], int]:
        from esspec.toml_lines import toml_lines  # noqa: PLC0415 - only findings and overrides need lines

        return toml_lines(self._text)

    def line(self, *keys: str | int) -> int:
        """Return the line of a key, or of the nearest table around it; 1 where nothing is found."""
        while keys:
            if keys in self._lines:
                return self._lines[keys]
            inner = next((line for path, line in self._lines.items() if path[: len(keys)] == keys), None)
            if inner:
                return inner
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
    return next((at / FILE_NAME for at in (start, *start.parents) if (at / FILE_NAME).is_file()), None)


def read_binding(path: Path, shown: str) -> Binding:
    """Return the binding in a file.

    Raises InputProblems (exit 2) for what is no TOML, PageProblems (exit 1) for what is no binding; each
    finding names file, line and key.
    """
    text = decode(read_bytes(path, shown, MAX_BYTES), shown)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise InputProblems([_not_toml(broken, shown, text)]) from None
    except ValueError as broken:  # a number of thousands of digits
        raise InputProblems([error("bad-toml", shown, (1, 1), f"this is no TOML: {broken}", "mend it")]) from None
    except RecursionError:
        raise InputProblems(
            [error("bad-toml", shown, (1, 1), "the file is nested too deeply", "write it flat")]
        ) from None
    try:
        file = BindingFile.model_validate(data)
    except ValidationError as invalid:
        unread = Binding(NO_BINDING.file, path=shown, folder=path.parent, text=text)
        raise PageProblems(in_order(tuple(_restated(unread, invalid)))) from None
    return Binding(file, path=shown, folder=path.absolute().parent, text=text)


def _not_toml(broken: tomllib.TOMLDecodeError, shown: str, text: str) -> Problem:
    message, _, place = str(broken).rpartition(" (at ")
    numbers = [int(word.strip(",)")) for word in place.split() if word.strip(",)").isdigit()]
    at = (numbers[0], numbers[1]) if len(numbers) == 2 else (text.count("\n") + 1, 1)  # noqa: PLR2004
    return error("bad-toml", shown, at, f"this is no TOML: {message or broken}", "mend the syntax")


def _restated(binding: Binding, invalid: ValidationError) -> Iterator[Problem]:
    for item in invalid.errors(include_url=False):
        keys = tuple(key for key in item["loc"] if key != "[key]")
        name = ".".join(str(k) if _BARE_KEY.fullmatch(str(k)) else f'"{k}"' for k in keys) or "the file"
        yield binding.problem(*_said(item, keys, name))


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

    parent: Any = BindingFile
    tables = {
        "workloads": WorkloadEntry,
        "externals": ExternalEntry,
        "dns": DnsEntry,
        "overrides": OverrideEntry,
    }
    if len(keys) > 1:
        parent = DnsPeer if keys[:2] == ("dns", "peers") else tables.get(str(keys[0]), BindingFile)
    known = list(parent.model_fields)
    near = difflib.get_close_matches(str(keys[-1]), known, 1)
    return f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
