"""The pages of a run of `esspec check`: those of its arguments or of the settings, and how each is checked."""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from esspec.answers.sides import SideOptions
from esspec.commands.arguments import Reading, settings_in
from esspec.commands.check_command import CheckTask
from esspec.commands.check_settings import CheckSettings, settings_here, settings_of_page
from esspec.compiling.compile import Choice
from esspec.compiling.loading import STDIN, PageFile
from esspec.targets.target import load_targets


class CheckOptions(NamedTuple):
    """The options that win over the settings of a file; `stdin` is what stands on standard input, if it is read."""

    reading: Reading
    output: str | None = None
    targets: tuple[str, ...] = ()
    stdin: bytes = b""


def check_tasks(pages: Sequence[str], options: CheckOptions) -> tuple[CheckTask, ...]:
    """Return the pages to check. Raises InputProblems where none are named, or options and settings are wrong.

    Settings hold for the pages that they name: a page of the command line that none name is checked without them.
    """
    named = [(page, _naming(_shown(page, options))) for page in dict.fromkeys(pages)]
    found = named or [(page, settings) for settings in settings_here() for page in settings.pages]
    return tuple(_task(page, settings, options, count=len(found)) for page, settings in found)


def _naming(page: str) -> CheckSettings | None:
    """Return the nearest settings upward from a page if they name it."""
    settings = settings_of_page(page)
    here = os.path.abspath(page)  # noqa: PTH100 - symlinks stay as the user wrote them
    is_named = settings is not None and here in map(os.path.abspath, settings.pages)
    return settings if is_named else None


def _task(page: str, settings: CheckSettings | None, options: CheckOptions, *, count: int) -> CheckTask:
    reading = options.reading
    data = tuple(reading.data or (settings.data if settings else ()))
    profile = reading.profile or (settings.profile if settings else None)
    chosen = settings_in(reading.settings or ())
    shown = _shown(page, options)

    def side() -> SideOptions:
        reads = (reading.stdin_filename, reading.binding, reading.max_bytes)
        return SideOptions(io.BytesIO(options.stdin), *reads, data, profile, chosen, reading.namespace)

    choice = Choice(profile, chosen)
    file = PageFile(
        page, io.BytesIO(options.stdin), reading.stdin_filename, reading.binding, reading.max_bytes, data, choice
    )
    targets = load_targets(options.targets or (settings.targets if settings else ()))
    return CheckTask(file, targets, _folder(shown, settings, options, count=count), side)


def _folder(page: str, settings: CheckSettings | None, options: CheckOptions, *, count: int) -> Path | None:
    """Return where a page's files are: of several pages each has a folder by its name, as in an export."""
    if options.output is not None:
        return Path(options.output) / Path(page).stem if count > 1 else Path(options.output)
    if settings is None or settings.output is None:
        return None
    return Path(settings.output) / Path(page).stem if len(settings.pages) > 1 else Path(settings.output)


def _shown(page: str, options: CheckOptions) -> str:
    return options.reading.stdin_filename or STDIN if page == STDIN else page
