"""The settings of `esspec check` as they were at a revision: how a page was read there."""

import os
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from pydantic import ValidationError

from esspec.answers.sides import SideOptions
from esspec.bindings.binding import FILE_NAME, MAX_BYTES
from esspec.bindings.binding_file import CheckEntry
from esspec.commands.check_settings import PYPROJECT, table_in
from esspec.compiling.loading import seen
from esspec.problem import PageProblems, error
from esspec.text.revisions import Revised, as_it_stood, content


class NamedIn(NamedTuple):
    """The file of settings that may name data files and the profile; empty for what an option says."""

    data: str = ""
    profile: str = ""


def options_then(options: SideOptions, page: Revised, named_in: NamedIn) -> SideOptions:
    """Return how a page was read at a revision: with the data and the profile that its settings named there.

    Without settings there, these are as they are now. Raises EsspecError for settings that cannot be read.
    """
    settings = named_in.data or named_in.profile
    found = next(_with_settings(page, settings), None) if settings else None
    if found is None:
        return options
    file, given = found
    entry = _valid(given, file)
    if named_in.data:
        data = (seen(os.path.normpath(file.on_disk.parent / path)) for path in entry.data)
        options = options._replace(data=tuple(data))
    return options._replace(profile=entry.profile) if named_in.profile else options


def _with_settings(page: Revised, settings: str) -> Iterator[tuple[Revised, object]]:
    """Yield the settings of a page: those in the file that holds them now, then the nearest upward from the page."""
    folders = PurePosixPath(page.path).parents
    upward = (str(page.root / folder / name) for folder in folders for name in (FILE_NAME, PYPROJECT))
    for path in (settings, *upward):
        file = as_it_stood(page, path)
        if file and file.kind == "blob" and (given := table_in(content(file, MAX_BYTES), file.word)) is not None:
            yield file, given


def _valid(given: object, file: Revised) -> CheckEntry:
    try:
        return CheckEntry.model_validate(given)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
        message = f"{'.'.join(map(str, first['loc'])) or 'the settings'}: {first['msg']}"
        remedy = "see `esspec schema binding` for what may stand in [check]"
        raise PageProblems([error("bad-value", file.word, (0, 0), message, remedy)]) from None
