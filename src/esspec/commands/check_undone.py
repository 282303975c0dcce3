"""What `esspec check` did not do, because a page has errors: no baseline knows this, even if it knows those."""

import os
from collections.abc import Iterable
from pathlib import Path

from esspec.outputs.folder import RECORD
from esspec.problem import Problem, error
from esspec.targets.target import Target

_REMEDY = "mend the errors of the page, even if the baseline knows them"


def files_not_checked(page: str, folder: Path | None, targets: Iterable[Target]) -> tuple[Problem, ...]:
    """Return the error that the generated files of a page were not compared with it; none where there are no files."""
    places = (RECORD, *(target.name for target in targets))
    if folder is None or not any(os.path.lexists(folder / place) for place in places):
        return ()
    message = f"the page has errors, so that its files in {folder} cannot be compared with it"
    return (error("files-not-checked", page, (0, 0), message, _REMEDY),)


def not_compared(page: str, other: str) -> tuple[Problem, ...]:
    """Return the error that a page was not compared with a revision or with manifests."""
    message = f"the page has errors, so that it cannot be compared with {other}"
    return (error("not-compared", page, (0, 0), message, _REMEDY),)
