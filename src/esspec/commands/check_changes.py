"""`esspec check --against`: what manifests allow beside the page; `--since` tells changes in the same form."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from esspec.answers.changes import ADDED, REMOVED, Change, ports_of
from esspec.answers.diff_answer import Answer
from esspec.answers.diff_formats import told
from esspec.answers.sides import SideOptions, load_views
from esspec.commands.diff_command import compared_parted
from esspec.compiling.loading import STDIN
from esspec.problem import InputProblems, Problem, error, note, warning
from esspec.semantics.opened import Opened, either, in_words

_PLACE = re.compile(r"(.+):([0-9]+)")


class CheckedPage(NamedTuple):
    """A page that is compared: as the command line names it, as messages show it, and as its outputs call it.

    `diff` is the command line that shows all differences to manifests.
    """

    word: str
    shown: str
    name: str
    diff: str = ""


class Said(NamedTuple):
    """What is said of flows that only one side allows: code, words and remedy, and how bad that is."""

    code: str
    words: str
    remedy: str
    problem: Callable[..., Problem] = error


def against(page: CheckedPage, manifests: str, options: SideOptions) -> tuple[Problem, ...]:
    """Return an error per connection that only the page or only the manifests allow, and what is found in these.

    What nothing but the policies of other ends denies is a warning, and what manifests deny between others is counted
    in a note: no page can say these. Raises as `esspec diff` does.
    """
    one, other = load_views(page.word, manifests, options)
    if other.is_page:
        message, remedy = "--against compares with manifests, and this is a page", "name manifests, or use esspec diff"
        raise InputProblems([error("usage", manifests, (0, 0), message, remedy)])
    named = "the manifests" if manifests == STDIN else manifests
    said = {
        REMOVED: Said(
            code="not-enforced",
            words="is documented, and not enforced",
            remedy=f"allow it in {named}, or delete it from the page",
        ),
        ADDED: Said(
            code="not-documented",
            words="is enforced, and not documented",
            remedy=f"document it on the page, or take it out of {named}",
        ),
    }
    elsewhere = {
        REMOVED: Said(
            code="denied-elsewhere",
            words="is let through at the page's workload, and denied at the other end, of which the page says nothing",
            remedy="nothing, if the other end is meant to be closed; else open it, or narrow the page",
            problem=warning,
        )
    }
    found = compared_parted(one.view, other.view)
    return (
        *differences(found.of_page, said, page, lambda change: change.a if change.change == REMOVED else change.b),
        *differences(found.at_other_end, elsewhere, page, lambda change: change.a),
        *_between_others(found.of_others, page, manifests),
        *other.problems,
    )


def _between_others(elsewhere: Answer, page: CheckedPage, manifests: str) -> Iterator[Problem]:
    if elsewhere.equal:
        return
    count = max(1, len(list(_connections(elsewhere.changes))))
    found = "1 difference is" if count == 1 else f"{count} differences are"
    is_stdin = manifests == STDIN
    denies = "the manifests deny" if is_stdin else f"{manifests} denies"
    message = f"{found} between ends that are no workloads of the page: {denies} what the page leaves open"
    how = f"pipe them into {page.diff}" if is_stdin else f"run {page.diff}"
    yield note("not-on-page", page.shown, (0, 0), message, f"nothing; to see all, {how}")


def differences(
    found: Answer, said: Mapping[str, Said], page: CheckedPage, rows: Callable[[Change], Sequence[str]]
) -> Iterator[Problem]:
    """Yield a finding per connection of each two ends that differs, or one where these have no names."""
    for change, connection in _connections(found.changes):
        words = said[change.change]
        denied = f" (denied by {', '.join(change.denied_by)})" if change.denied_by else ""
        message = f"{change.src} -> {change.dst}: {connection} {words.words}{denied}"
        yield words.problem(words.code, *place_of(rows(change), page), message, words.remedy)
    if not found.equal and not found.changes:
        yield nameless(found, said[ADDED if found.widens else REMOVED], page)


def nameless(found: Answer, words: Said, page: CheckedPage) -> Problem:
    """Return what is said of flows of pods that only labels of one side tell apart."""
    labels = "; ".join(map(told, found.workloads))
    message = f"something {words.words}, for pods with the labels of one side only: {labels}"
    return words.problem(words.code, page.shown, (0, 0), message, words.remedy)


def _connections(changes: Iterable[Change]) -> Iterator[tuple[Change, str]]:
    """Yield each two ends with their connection in words; changes that differ in nothing but the protocol are one."""
    alike: dict[Change, Opened] = {}
    for change in changes:
        key = change._replace(protocol="", ports=())
        alike[key] = either(alike.get(key, ()), ports_of(change.protocol, change.ports))
    return ((change, in_words(ports)) for change, ports in alike.items())


def place_of(rows: Iterable[str], page: CheckedPage) -> tuple[str, tuple[int, int]]:
    """Return path and place of the first row that has one, else the page as a whole."""
    match = next((match for row in rows if (match := _PLACE.fullmatch(row))), None)
    if match is None:
        return page.shown, (0, 0)
    return page.shown if match[1] == page.name else match[1], (int(match[2]), 1)
