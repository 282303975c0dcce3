"""Command lines that remedies of `esspec check` name: each can be copied, and does what it is named for."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from esspec.commands.arguments import Reading
from esspec.text.source import MAX_BYTES


class CommandLines(NamedTuple):
    """What writes the files of a page again: the check itself, and the export, which takes more options.

    `verify` compares these files with the page, and `diff` the manifests of `--against`; they show all that differs.
    """

    fix: str
    export: str
    verify: str
    diff: str


class Words(NamedTuple):
    """What the command lines of a page hold: the page, its folder if it has one, its targets, and how it is read.

    `targets` are empty where none are named. `asked` are the words behind `esspec check` that lead to this page and
    folder, `manifests` those that it is compared with.
    """

    page: str
    folder: Path | None
    asked: Sequence[str]
    targets: Sequence[str]
    reading: Reading
    manifests: str = ""


def command_lines(words: Words) -> CommandLines:
    """Return the command lines for one page."""
    reading = options_of_reading(words.reading)
    targets = repeated("--target", words.targets)
    folder = [] if words.folder is None else [str(words.folder)]
    namespace = [] if words.reading.namespace is None else [words.reading.namespace]
    return CommandLines(
        fix=shlex.join(["esspec", "check", *words.asked, "--fix"]),
        export=shlex.join(["esspec", "export", words.page, *repeated("-o", folder), *targets, *reading]),
        verify=shlex.join(["esspec", "verify", words.page, *repeated("--dir", folder), *targets, *reading]),
        diff=shlex.join(["esspec", "diff", words.page, words.manifests, *reading, *repeated("--namespace", namespace)]),
    )


def options_of_reading(reading: Reading) -> list[str]:
    """Return the options by which a page is read so, and not otherwise."""
    single = {"--profile": reading.profile, "--binding": reading.binding}
    found = [*repeated("--data", reading.data or ()), *repeated("--set", reading.settings or ())]
    for name, value in single.items():
        found += [] if value is None else [name, value]
    return found if reading.max_bytes == MAX_BYTES else [*found, "--max-bytes", str(reading.max_bytes)]


def repeated(option: str, values: Iterable[str]) -> list[str]:
    """Return an option with each of its values."""
    return [word for value in values for word in (option, value)]
