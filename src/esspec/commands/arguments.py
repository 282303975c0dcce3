"""What several commands make of their arguments: the sides that are named, and the exit code of findings."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from esspec.problem import InputProblems, Level, Problem, error
from esspec.text.label_syntax import DNS_LABEL, MAX_LABEL_VALUE

if TYPE_CHECKING:
    from esspec.answers.sides import SideOptions
    from esspec.compiling.loading import PageFile

_RANK = {Level.ERROR: 2, Level.WARNING: 1, Level.NOTE: 0}


class Reading(NamedTuple):
    """The options that say how a page or manifests are found and read."""

    binding: str | None
    stdin_filename: str | None
    max_bytes: int
    data: Sequence[str] | None = None
    profile: str | None = None
    settings: Sequence[str] | None = None
    namespace: str | None = None

    def page(self, path: str, stdin: BinaryIO | None = None) -> "PageFile":
        """Return the page at `path`, of `-` what `stdin` holds. Raises InputProblems for settings that are none."""
        from esspec.compiling.loading import PageFile  # noqa: PLC0415 - as above
        from esspec.compiling.page_reading import Choice  # noqa: PLC0415 - start-up is felt in hooks

        choice = Choice(self.profile, settings_in(self.settings or ()))
        data = tuple(self.data or ())
        if stdin is None and path == "-":
            stdin = sys.stdin.buffer
        return PageFile(path, stdin, self.stdin_filename, self.binding, self.max_bytes, data, choice)

    def side(self) -> "SideOptions":
        """Return how sides are read. Raises InputProblems for settings, and for a namespace, that are none."""
        from esspec.answers.sides import SideOptions  # noqa: PLC0415 - imports YAML, and most commands read pages only

        return SideOptions(
            sys.stdin.buffer,
            self.stdin_filename,
            self.binding,
            self.max_bytes,
            tuple(self.data or ()),
            self.profile,
            settings_in(self.settings or ()),
            namespace_in(self.namespace),
        )


def settings_in(words: Iterable[str]) -> dict[str, str]:
    """Return what `--set FEATURE=STATE` says, by feature. Raises InputProblems for another form, and for one twice."""
    found: dict[str, str] = {}
    for word in words:
        name, sign, state = word.partition("=")
        wrong = "" if sign and name.strip() and state.strip() else f"'{word}' sets nothing"
        if name in found and found[name] != state:
            wrong = f"'{name}' is set twice"
        if wrong:
            raise InputProblems([error("usage", "--set", (0, 0), wrong, "write --set metrics=enabled, once each")])
        found[name] = state
    return found


def namespace_in(word: str | None) -> str | None:
    """Return what `--namespace` says. Raises InputProblems for what Kubernetes takes as no namespace."""
    if word is not None and not (re.fullmatch(DNS_LABEL, word) and len(word) <= MAX_LABEL_VALUE):
        message = f"'{word}' is no name of a namespace"
        remedy = f"write at most {MAX_LABEL_VALUE} lower-case letters, digits and hyphens, such as event-streams"
        raise InputProblems([error("usage", "--namespace", (0, 0), message, remedy)])
    return word


def refuse_empty(words: Sequence[str]) -> None:
    """Raise InputProblems for an option with an empty value, as a variable leaves it that is not set.

    Taken as no value it would turn a gate off: `--since "$BASE"` would compare with nothing.
    """
    for before, word in pairwise(("", *words)):
        if word == "--":
            return
        name = before if not word else word.removesuffix("=") if re.fullmatch("--[a-z-]+=", word) else ""
        if name.startswith("-"):
            remedy = "write one behind it, or leave the option away; a variable may not be set"
            raise InputProblems([error("usage", name, (0, 0), "this option has no value", remedy)])


def exit_code(problems: Iterable[Problem], fail_on: str) -> int:
    """Return 1 where some finding is of the level `fail_on`, or worse."""
    return 1 if any(_RANK[p.level] >= _RANK[Level(fail_on)] for p in problems) else 0


def passed_over(skipped: Mapping[str, int], *, verbose: bool) -> str:
    """Return a line that counts the objects which say nothing of connections, or one per kind; empty for none."""
    if not skipped:
        return ""
    if verbose:
        return "".join(f"passed over: {count} {kind}\n" for kind, count in sorted(skipped.items()))
    count = sum(skipped.values())
    objects = "1 object says" if count == 1 else f"{count} objects say"
    return f"{objects} nothing of connections and {'is' if count == 1 else 'are'} passed over (-v lists them)\n"
