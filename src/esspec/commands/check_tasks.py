"""The pages of a run of `esspec check`: those of its arguments or of the settings, and how each is checked."""

import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from esspec.commands.arguments import Reading
from esspec.commands.check_command import CheckTask
from esspec.commands.check_lines import Words, command_lines, options_of_reading, repeated
from esspec.commands.check_settings import PYPROJECT, CheckSettings, settings_here, settings_of_page
from esspec.commands.check_together import Placed
from esspec.commands.former_settings import NamedIn
from esspec.compiling.loading import STDIN, binding_place
from esspec.problem import InputProblems
from esspec.targets.target import Target, load_targets


class CheckOptions(NamedTuple):
    """The options that win over the settings of a file; `stdin` is what stands on standard input, if it is read.

    `manifests` are those of `--against`, if it is given.
    """

    reading: Reading
    output: str | None = None
    targets: tuple[str, ...] = ()
    stdin: bytes = b""
    manifests: str = ""


def check_tasks(pages: Sequence[str], options: CheckOptions) -> tuple[CheckTask, ...]:
    """Return the pages to check, each once. Raises InputProblems where none are named, or options are wrong.

    Settings hold for the pages that they name: a page of the command line that none name is checked without them.
    A page that several settings name is checked once for each folder of its files.
    """
    named = [(page, _naming(_shown(page, options))) for page in pages]
    asked = named or _by_name_first([(page, settings) for settings in settings_here() for page in settings.pages])
    once: dict[tuple[str, str], tuple[str, CheckSettings | None]] = {}
    for page, settings in asked:
        folder = settings.folder(page) if settings and not named and options.output is None else None
        once.setdefault((_place(_shown(page, options)), _place(folder) if folder else ""), (page, settings))
    return tuple(_task(page, settings, options, len(once), is_named=bool(named)) for page, settings in once.values())


def _by_name_first(asked: Iterable[tuple[str, CheckSettings]]) -> list[tuple[str, CheckSettings | None]]:
    """Return pages with those first that settings name without a pattern, as these are never passed over."""
    return [*sorted(asked, key=lambda each: each[0] in each[1].found)]


def _naming(page: str) -> CheckSettings | None:
    """Return the nearest settings upward from a page if they name it."""
    settings = settings_of_page(page)
    is_named = settings is not None and _place(page) in map(_place, settings.pages)
    return settings if is_named else None


def _place(path: str | Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - symlinks stay as the user wrote them


def _task(page: str, settings: CheckSettings | None, options: CheckOptions, count: int, *, is_named: bool) -> CheckTask:
    given = options.reading
    data = tuple(given.data or (settings.data if settings else ()))
    reading = given._replace(data=data, profile=given.profile or (settings.profile if settings else None))
    file, side = reading.page(page, io.BytesIO(options.stdin)), reading.side()
    shown, named_in = file.shown, settings.shown if settings else ""
    place = _placed(shown, settings, options, count=count, is_named=is_named)
    targets = options.targets or (settings.targets if settings else ())
    word = f"./{shown}" if shown.startswith("-") else shown  # which would be an option in a command line
    asked = _asked(word, place.folder, options, is_named=is_named)
    return CheckTask(
        file,
        _loaded(targets, settings.shown if settings and not options.targets else ""),
        place,
        lambda: side._replace(stdin=io.BytesIO(options.stdin)),
        command_lines(Words(word, place.folder, asked, targets, reading, options.manifests)),
        (binding_place(file), *data, *((settings.shown,) if settings else ())),
        (settings.rules_url or "") if settings else "",
        NamedIn("" if given.data else named_in, "" if given.profile else named_in),
        settings.shown if settings and not is_named and not options.targets else "",
        is_found=bool(settings and not is_named and page in settings.found),
    )


def _loaded(targets: Sequence[str], named_in: str) -> tuple[Target, ...]:
    """Return targets. Raises InputProblems for an unknown one, in the file of settings that names it if one does."""
    try:
        return load_targets(targets)
    except InputProblems as unknown:
        raise InputProblems(found._replace(path=named_in or found.path) for found in unknown.problems) from None


def _asked(page: str, folder: Path | None, options: CheckOptions, *, is_named: bool) -> list[str]:
    """Return what leads a check to this page and folder again: options of this run, and the page if it was named."""
    output = None if options.output is None else str(folder) if is_named else options.output
    return [
        *([page] if is_named else []),
        *repeated("-o", () if output is None else (output,)),
        *repeated("--target", options.targets),
        *options_of_reading(options.reading),
    ]


def _placed(page: str, settings: CheckSettings | None, options: CheckOptions, *, count: int, is_named: bool) -> Placed:
    """Return where a page's files are: of several pages each has a folder by its name, as in an export."""
    shown = settings.shown if settings else ""
    if options.output is not None:
        output = Path(options.output)
        folder = output / Path(page).stem if count > 1 else output
        return Placed(page, folder, output, not is_named, shown, is_elsewhere=True)
    if settings is None or settings.output is None:
        return Placed(page, None, None, not is_named, shown, _unplaced(page, settings))
    return Placed(page, settings.folder(page), Path(settings.output), not is_named, shown)


def _unplaced(page: str, settings: CheckSettings | None) -> tuple[str, str]:
    """Return why nobody knows where a page's files are, and what to do about it."""
    nearest = settings or settings_of_page(page)
    if nearest is None:
        return "no folder is known for them", "write [check] with pages and output into esspec.toml, or name it with -o"
    table = f"[{'tool.esspec' if nearest.shown.endswith(PYPROJECT) else 'check'}]"
    if settings is None:
        why = f"the page is not among the pages of {table} in {nearest.shown}"
        return why, "add it there, or name the folder of its files with -o"
    return "no folder is known for them", f"set output in {table} of {nearest.shown}, or name it with -o"


def _shown(page: str, options: CheckOptions) -> str:
    return options.reading.stdin_filename or STDIN if page == STDIN else page
