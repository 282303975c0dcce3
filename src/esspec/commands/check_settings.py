"""What `esspec check` looks at: `[check]` of an esspec.toml, or `[tool.esspec]` of a pyproject.toml.

Without pages on the command line they are looked for in the working folder, then in the folders in it, then upward:
in a repository the pages and their esspec.toml are usually one folder below the top.
"""

import os
from collections.abc import Iterator
from glob import glob, has_magic
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError

from esspec.bindings.binding import FILE_NAME, MAX_BYTES, read_binding
from esspec.bindings.binding_file import CheckEntry
from esspec.compiling.loading import seen
from esspec.problem import InputProblems, PageProblems, Problem, error
from esspec.text.source import decode, read_bytes
from esspec.text.toml_lines import toml_lines
from esspec.text.toml_text import parse_toml

PYPROJECT = "pyproject.toml"


class CheckSettings(NamedTuple):
    """The settings of one file; `shown` is its path, and all paths are as seen from the working folder.

    With `has_folders` each page has a folder by its name below `output`, as in an export of several pages.
    """

    shown: str
    pages: tuple[str, ...]
    output: str | None
    targets: tuple[str, ...]
    data: tuple[str, ...]
    profile: str | None
    rules_url: str | None = None
    has_folders: bool = False


def settings_here() -> tuple[CheckSettings, ...]:
    """Return the settings that a run without pages uses: of the working folder, of those in it, or the nearest upward.

    Raises InputProblems (exit 2) where there are none, or where they name no page.
    """
    here = Path.cwd()
    found = _settings_in(here)
    several = [found] if found else [each for folder in _below(here) if (each := _settings_in(folder))]
    if not several:
        nearest = next((each for folder in here.parents if (each := _settings_in(folder))), None)
        several = [nearest] if nearest else []
    if not several:
        message = f"no page is named, and no {FILE_NAME} here, in a folder of this one or above it has [check]"
        _refuse("check", message, f'name pages, or write [check] with pages = ["page.md"] into {FILE_NAME}')
    for each in several:
        if not each.pages:
            _refuse(each.shown, "no page is named, neither here nor on the command line", 'write pages = ["page.md"]')
    return tuple(several)


def settings_of_page(page: str) -> CheckSettings | None:
    """Return the nearest settings upward from a page; None where there are none."""
    folder = Path(page).absolute().parent
    return next((each for at in (folder, *folder.parents) if (each := _settings_in(at))), None)


def _below(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder, in the order of their names; hidden ones, and links, not."""
    try:
        names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return
    yield from (path for path in names if path.is_dir() and not path.is_symlink())


def _settings_in(folder: Path) -> CheckSettings | None:
    """Return the settings in a folder: those of its esspec.toml before those of its pyproject.toml."""
    place = folder / FILE_NAME
    if place.is_file() and "check" in _toml(place):
        entry = read_binding(place, seen(place)).file.check
        return _placed(entry, place) if entry else None
    place = folder / PYPROJECT
    tool = _toml(place).get("tool") if place.is_file() else None
    given = tool.get("esspec") if isinstance(tool, dict) else None
    return None if given is None else _placed(_valid(given, place), place)


def _toml(place: Path) -> dict[str, Any]:
    return parse_toml(_text(place), seen(place))


def _text(place: Path) -> str:
    return decode(read_bytes(place, seen(place), MAX_BYTES), seen(place))


def _valid(given: object, place: Path) -> CheckEntry:
    """Return the entry in a pyproject.toml. Raises PageProblems (exit 1), as a bad binding does."""
    try:
        return CheckEntry.model_validate(given)
    except ValidationError as invalid:
        lines = toml_lines(_text(place))
        problems = [_restated(item, lines, seen(place)) for item in invalid.errors(include_url=False)]
        raise PageProblems(problems) from None


def _restated(item: Any, lines: dict[tuple[str | int, ...], int], shown: str) -> Problem:
    keys = ("tool", "esspec", *item["loc"])
    line = next((lines[keys[:length]] for length in range(len(keys), 0, -1) if keys[:length] in lines), 1)
    name = ".".join(map(str, keys))
    if item["type"] == "extra_forbidden":
        known = ", ".join(CheckEntry.model_fields)
        return error("unknown-key", shown, (line, 1), f"there is no key {name}", f"known keys: {known}")
    remedy = "see `esspec schema binding` for what may stand in [check]"
    message = str(item["msg"]).removeprefix("Value error, ")
    return error("bad-value", shown, (line, 1), f"{name}: {message}", remedy)


def _placed(entry: CheckEntry, file: Path) -> CheckSettings:
    """Return settings with their paths as seen from the working folder."""
    folder = file.parent

    def placed(path: str) -> str:
        return seen(os.path.normpath(folder / path))

    pages = dict.fromkeys(placed(page) for named in entry.pages for page in _matching(named, file))
    return CheckSettings(
        shown=seen(file),
        pages=tuple(pages),
        output=None if entry.output is None else placed(entry.output),
        targets=tuple(entry.targets),
        data=tuple(map(placed, entry.data)),
        profile=entry.profile,
        rules_url=entry.rules_url,
        has_folders=len(pages) > 1 or any(_is_pattern(named, file) for named in entry.pages),
    )


def _matching(named: str, file: Path) -> list[str]:
    """Return the pages that a pattern names, in their order, or the one that is named as it is.

    Raises InputProblems (exit 2) for a pattern that names none: nobody would notice that nothing is checked.
    """
    if not _is_pattern(named, file):
        return [named]
    names = glob(named, root_dir=file.parent, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    found = [name for name in sorted(names) if (file.parent / name).is_file()]
    if not found:
        _refuse(seen(file), f"no file is called as '{named}' says", "correct it in pages, or name each page")
    return found


def _is_pattern(named: str, file: Path) -> bool:
    return has_magic(named) and not (file.parent / named).exists()


def _refuse(path: str, message: str, remedy: str) -> NoReturn:
    raise InputProblems([error("usage", path, (0, 0), message, remedy)])
