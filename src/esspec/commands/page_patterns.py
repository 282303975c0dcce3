"""Patterns in the settings of `esspec check`, such as `docs/**/*.md`: the files that they name."""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from glob import has_magic
from itertools import pairwise
from pathlib import Path

_ANY_DEPTH = "**"


def is_pattern(named: str, folder: Path) -> bool:
    """Return whether a name is a pattern; a file that is called just so is no pattern."""
    return has_magic(named) and not os.path.lexists(folder / named)


def matching_files(pattern: str, folder: Path) -> list[str]:
    """Return the files below a folder that a pattern names, each once, sorted; `**` stands for folders of any depth.

    Links to folders are not followed, as they can lead round in circles. What a pattern does not name with a dot at its
    beginning is not looked for, and folders that cannot be read are passed over, as a shell does.
    """
    parts = Path(pattern).parts
    parts += ("*",) if parts[-1:] == (_ANY_DEPTH,) else ()
    steps = [*(one for one, other in pairwise(parts) if (one, other) != (_ANY_DEPTH, _ANY_DEPTH)), *parts[-1:]]
    found = dict.fromkeys(_below(folder, Path(), steps))
    return sorted(name for name in found if is_file(folder / name))


def is_file(path: Path) -> bool:
    """Return whether this is a file, as far as we may see it."""
    return os.path.isfile(path)  # noqa: PTH113 - never fails, whatever a folder permits


def is_own_folder(path: Path) -> bool:
    """Return whether this is a folder, as far as we may see it, and not a link to one."""
    return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114 - as above


def _below(top: Path, at: Path, steps: Sequence[str]) -> Iterator[str]:
    if not steps:
        yield str(at)
        return
    step, *others = steps
    if step == _ANY_DEPTH:
        yield from _below(top, at, others)
        for name in _names(top / at, ""):
            if is_own_folder(top / at / name):
                yield from _below(top, at / name, steps)
    elif not has_magic(step):
        if os.path.lexists(top / at / step):
            yield from _below(top, at / step, others)
    else:
        is_meant = re.compile(translate(step)).match
        for name in _names(top / at, step):
            if is_meant(name) and (not others or is_own_folder(top / at / name)):
                yield from _below(top, at / name, others)


def _names(folder: Path, step: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except OSError:
        return []
    return [name for name in names if step.startswith(".") or not name.startswith(".")]
