"""What installed packages publish for others: their entry points, read from the files that installers write.

`importlib.metadata` finds the same, but imports readers of e-mail, CSV and ZIP for it, which takes longer than most
answers. It is asked where packages may be elsewhere than in plain folders.
"""

import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from typing import Any, NamedTuple

_INFO = (".dist-info", ".egg-info")


class Published(NamedTuple):
    """One entry point: its name within the group, and `module:attribute`, where its value is."""

    name: str
    value: str

    def load(self) -> Any:
        """Return the value; its module is imported for it."""
        module, _, attribute = self.value.partition(":")
        return getattr(import_module(module), attribute)


@cache
def published(group: str) -> tuple[Published, ...]:
    """Return the entry points of a group, in the order of the folders that Python imports from."""
    folders = tuple(dict.fromkeys(folder or "." for folder in sys.path))
    if any(map(_is_no_folder, folders)) or any(map(_finds_packages, sys.meta_path)):
        from importlib.metadata import entry_points  # noqa: PLC0415 - slow, see above

        return tuple(Published(point.name, point.value) for point in entry_points(group=group))
    packages: dict[str, str] = {}  # of two that are called alike, the first is the one that is imported
    for folder in folders:
        for package, path in _packages(folder):
            packages.setdefault(package, path)
    return tuple(point for path in packages.values() for point in _entries(path, group))


def _is_no_folder(place: str) -> bool:
    return os.path.isfile(place) or place.lower().endswith(".egg")  # noqa: PTH113 - cheaper than a Path


def _finds_packages(finder: object) -> bool:
    return finder is not PathFinder and hasattr(finder, "find_distributions")


def _packages(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the packages that are installed in a folder: name, and where their metadata is."""
    try:
        entries = sorted(os.listdir(folder))  # noqa: PTH208 - cheaper than a Path
    except OSError:
        return
    for entry in entries:
        if entry.lower().endswith(_INFO):
            name = entry.rpartition(".")[0].partition("-")[0]
            yield name.lower().replace("-", "_").replace(".", "_"), f"{folder}/{entry}/entry_points.txt"


def _entries(path: str, group: str) -> Iterator[Published]:
    """Yield the entry points of a group in one file, which most packages do not have."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - cheaper than a Path
            lines = file.read().splitlines()
    except OSError:
        return
    section = ""
    for line in map(str.strip, lines):
        if line.startswith("["):
            section = line.strip("[]")
        elif section == group and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield Published(name.strip(), value.partition("[")[0].strip())
