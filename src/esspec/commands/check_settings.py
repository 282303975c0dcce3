"""What `esspec check` looks at: `[check]` of an esspec.toml, or `[tool.esspec]` of a pyproject.toml.

Without pages on the command line they are looked for in the working folder and in the folders in it, and only if there
are none in both, upward: in a repository the pages and their esspec.toml are usually one folder below the top, and
settings at the top must not hide those.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError

from esspec.bindings.binding import FILE_NAME, MAX_BYTES, read_binding
from esspec.bindings.binding_file import CheckEntry
from esspec.commands.page_patterns import is_file, is_own_folder, is_pattern, matching_files
from esspec.compiling.loading import seen
from esspec.problem import EsspecError, InputProblems, PageProblems, Problem, error
from esspec.text.source import decode, read_bytes
from esspec.text.toml_lines import toml_lines
from esspec.text.toml_text import parse_toml

PYPROJECT = "pyproject.toml"


class CheckSettings(NamedTuple):
    """The settings of one file; `shown` is its path, and all paths are as seen from the working folder.

    With `has_folders` each page has a folder by its name below `output`, as in an export of several pages. Those pages
    are `found` that only a pattern names.
    """

    shown: str
    pages: tuple[str, ...]
    output: str | None
    targets: tuple[str, ...]
    data: tuple[str, ...]
    profile: str | None
    rules_url: str | None = None
    has_folders: bool = False
    found: frozenset[str] = frozenset()

    def folder(self, page: str) -> Path | None:
        """Return where the files of a page are, None where no `output` is set."""
        if self.output is None:
            return None
        return Path(self.output) / Path(page).stem if self.has_folders else Path(self.output)


def settings_here() -> tuple[CheckSettings, ...]:
    """Return the settings that a run without pages uses: of the working folder and those in it, or the nearest upward.

    Raises InputProblems (exit 2) where there are none, or where they name no page.
    """
    here = Path.cwd()
    several = [each for folder in (here, *_below(here)) if (each := _settings_in(folder))]
    if not several:
        several = list(filter(None, [_nearest(here.parents)]))
    if not several:
        message = f"no page is named, and no {FILE_NAME} here, in a folder of this one or above it has [check]"
        remedy = f'name pages, run it above their folder, or write [check] with pages = ["page.md"] into {FILE_NAME}'
        _refuse("check", message, remedy)
    for each in several:
        if not each.pages:
            _refuse(each.shown, "no page is named, neither here nor on the command line", 'write pages = ["page.md"]')
    return tuple(several)


def settings_of_page(page: str) -> CheckSettings | None:
    """Return the nearest settings upward from a page; None where there are none."""
    return _nearest(Path(page).absolute().parents)


def _nearest(folders: Iterable[Path]) -> CheckSettings | None:
    return next((each for folder in folders if (each := _settings_in(folder))), None)


def settings_below(folder: Path) -> Iterator[CheckSettings]:
    """Yield all settings in a folder and below it that can be read; hidden folders, and links, are passed over."""
    for at, names, _ in os.walk(folder):
        names[:] = [name for name in names if not name.startswith(".")]
        try:
            found = _settings_in(Path(at))
        except EsspecError:  # a run on them tells what is wrong
            continue
        if found:
            yield found


def _below(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder, in the order of their names; hidden ones, and links, not."""
    try:
        names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return
    yield from (path for path in names if is_own_folder(path))


def _settings_in(folder: Path) -> CheckSettings | None:
    """Return the settings in a folder: those of its esspec.toml before those of its pyproject.toml."""
    place = folder / FILE_NAME
    if is_file(place) and table_in(_read(place), seen(place)) is not None:
        entry = read_binding(place, seen(place)).file.check
        return _placed(entry, place) if entry else None
    place = folder / PYPROJECT
    given = table_in(_read(place), seen(place)) if is_file(place) else None
    return None if given is None else _placed(_valid(given, place), place)


def table_in(data: bytes, shown: str) -> object:
    """Return what stands under `[check]` of an esspec.toml, or `[tool.esspec]` of a pyproject.toml; None for nothing.

    Raises InputProblems for what is no TOML; `shown` is the file's name.
    """
    found: object = parse_toml(decode(data, shown), shown)
    for key in ("tool", "esspec") if shown.endswith(PYPROJECT) else ("check",):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _read(place: Path) -> bytes:
    return read_bytes(place, seen(place), MAX_BYTES)


def _valid(given: object, place: Path) -> CheckEntry:
    """Return the entry in a pyproject.toml. Raises PageProblems (exit 1), as a bad binding does."""
    try:
        return CheckEntry.model_validate(given)
    except ValidationError as invalid:
        lines = toml_lines(decode(_read(place), seen(place)))
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

    pages: dict[str, bool] = {}
    for page, is_found in _pages(entry.pages, file):
        pages[placed(page)] = is_found and pages.get(placed(page), True)
    out = {placed(page) for each in entry.pages if _is_left_out(each) for page in _left_out(each[1:], folder)}
    return CheckSettings(
        shown=seen(file),
        pages=tuple(page for page in pages if page not in out),
        output=None if entry.output is None else placed(entry.output),
        targets=tuple(entry.targets),
        data=tuple(map(placed, entry.data)),
        profile=entry.profile,
        rules_url=entry.rules_url,
        has_folders=len(pages) > 1 or any(is_pattern(each, folder) for each in entry.pages),
        found=frozenset(page for page, is_found in pages.items() if is_found),
    )


def _pages(entries: Sequence[str], file: Path) -> Iterator[tuple[str, bool]]:
    """Yield the pages that are named, each with whether a pattern found it; behind `!` stand those to leave out.

    Raises InputProblems (exit 2) for a pattern that names none: nobody would notice that nothing is checked.
    """
    for each in entries:
        if _is_left_out(each):
            continue
        if not is_pattern(each, file.parent):
            yield each, False
            continue
        found = matching_files(each, file.parent)
        if not found:
            _refuse(seen(file), f"no file is called as '{each}' says", "correct it in pages, or name each page")
        yield from ((page, True) for page in found)


def _is_left_out(entry: str) -> bool:
    return entry.startswith("!")


def _left_out(named: str, folder: Path) -> list[str]:
    """Return the pages that an entry behind `!` names; it may name none, as more pages are checked then, not fewer."""
    return matching_files(named, folder) if is_pattern(named, folder) else [named]


def _refuse(path: str, message: str, remedy: str) -> NoReturn:
    raise InputProblems([error("usage", path, (0, 0), message, remedy)])
