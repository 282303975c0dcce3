"""What several commands make of their arguments: the sides that are named, and the exit code of findings."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from esspec.problem import InputProblems, Level, Problem, error

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
        from esspec.compiling.compile import Choice  # noqa: PLC0415 - start-up is felt in hooks
        from esspec.compiling.loading import PageFile  # noqa: PLC0415 - as above

        choice = Choice(self.profile, settings_in(self.settings or ()))
        data = tuple(self.data or ())
        if stdin is None and path == "-":
            stdin = sys.stdin.buffer
        return PageFile(path, stdin, self.stdin_filename, self.binding, self.max_bytes, data, choice)

    def side(self) -> "SideOptions":
        """Return how sides are read. Raises InputProblems for settings that are none."""
        from esspec.answers.sides import SideOptions  # noqa: PLC0415 - imports YAML, and most commands read pages only

        return SideOptions(
            sys.stdin.buffer,
            self.stdin_filename,
            self.binding,
            self.max_bytes,
            tuple(self.data or ()),
            self.profile,
            settings_in(self.settings or ()),
            self.namespace,
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
