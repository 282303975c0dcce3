"""`esspec check` beside something else: what manifests allow, and what the page allowed at a revision."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from esspec.answers.changes import ADDED, REMOVED, Change, ports_of
from esspec.answers.diff_answer import Answer
from esspec.answers.diff_formats import told
from esspec.answers.sides import SideOptions, load_views
from esspec.commands.diff_command import compared
from esspec.problem import InputProblems, PageProblems, Problem, error, note
from esspec.semantics.opened import Opened, either, in_words
from esspec.text.revisions import revised

_PLACE = re.compile(r"(.+):([0-9]+)")
_REVIEW = "review this change as a whole"


class CheckedPage(NamedTuple):
    """A page that is compared: as the command line names it, as messages show it, and as its outputs call it."""

    word: str
    shown: str
    name: str


class _Said(NamedTuple):
    """What is said of flows that only one side allows: code, words and remedy, and how bad that is."""

    code: str
    words: str
    remedy: str
    problem: Callable[..., Problem] = error


def against(page: CheckedPage, manifests: str, options: SideOptions) -> tuple[Problem, ...]:
    """Return an error per connection that only the page or only the manifests allow, and what is found in these.

    Raises as `esspec diff` does.
    """
    one, other = load_views(page.word, manifests, options)
    if other.is_page:
        message, remedy = "--against compares with manifests, and this is a page", "name manifests, or use esspec diff"
        raise InputProblems([error("usage", manifests, (0, 0), message, remedy)])
    said = {
        REMOVED: _Said(
            code="not-enforced",
            words="is documented, and not enforced",
            remedy=f"allow it in {manifests}, or delete it from the page",
        ),
        ADDED: _Said(
            code="not-documented",
            words="is enforced, and not documented",
            remedy=f"document it on the page, or take it out of {manifests}",
        ),
    }
    found = compared(one.view, other.view, with_reasons=False)
    return (
        *_differences(found, said, page, lambda change: change.a if change.change == REMOVED else change.b),
        *other.problems,
    )


def since(page: CheckedPage, revision: str, options: SideOptions, *, is_gate: bool) -> tuple[Problem, ...]:
    """Return what the page allows and did not allow at a revision, and the other way round, as notes.

    As a gate, what it newly allows is an error, and so is what cannot be compared. Raises InputProblems (exit 2) for
    a revision that this clone does not have.
    """
    revised(f"{revision}:")
    told_of = error if is_gate else note
    before = f"{revision}:{_below_here(page.shown)}"
    try:
        revised(before)
    except InputProblems:
        message = f"the revision {revision} does not have this page, so that nothing can be compared"
        remedy = "if it was renamed, look at esspec diff REV:OLD.md NEW.md; a new page is reviewed as a whole"
        return (told_of(code="new-page", path=page.shown, at=(0, 0), message=message, remedy=remedy),)
    try:
        one, other = load_views(before, page.word, options)
    except PageProblems as stopped:
        return _not_compared(stopped, page, before, told_of)
    said = {
        REMOVED: _Said(
            code="narrowed",
            words=f"was allowed at {revision}, and is not any more",
            remedy="nothing, if it is meant",
            problem=note,
        ),
        ADDED: _Said(
            code="widened",
            words=f"is allowed, and was not at {revision}",
            remedy="have it reviewed, or take it back",
            problem=told_of,
        ),
    }
    found = compared(one.view, other.view, with_reasons=False)
    return tuple(_differences(found, said, page, lambda change: change.b if change.change == ADDED else ()))


def _below_here(page: str) -> str:
    """Return a page relative to the working folder, as git takes it."""
    relative = os.path.relpath(page).replace(os.sep, "/")
    return relative if relative.startswith("../") else f"./{relative}"


def _not_compared(
    stopped: PageProblems, page: CheckedPage, before: str, told_of: Callable[..., Problem]
) -> tuple[Problem, ...]:
    """Return the errors of the page itself, or that those of its former text allow no comparison."""
    if any(problem.path == page.shown for problem in stopped.problems):
        return stopped.problems
    message = (
        f"the page had errors at {before.partition(':')[0]}, so that nothing can be compared: {stopped.problems[0]}"
    )
    return (told_of(code="not-compared", path=page.shown, at=(0, 0), message=message, remedy=_REVIEW),)


def _differences(
    found: Answer, said: Mapping[str, _Said], page: CheckedPage, rows: Callable[[Change], Sequence[str]]
) -> Iterator[Problem]:
    for change, connection in _connections(found.changes):
        words = said[change.change]
        denied = f" (denied by {', '.join(change.denied_by)})" if change.denied_by else ""
        message = f"{change.src} -> {change.dst}: {connection} {words.words}{denied}"
        yield words.problem(words.code, *_place(rows(change), page), message, words.remedy)
    if not found.equal and not found.changes:
        words = said[ADDED if found.widens else REMOVED]
        labels = "; ".join(map(told, found.workloads))
        message = f"something {words.words}, for pods with the labels of one side only: {labels}"
        yield words.problem(words.code, page.shown, (0, 0), message, words.remedy)


def _connections(changes: Iterable[Change]) -> Iterator[tuple[Change, str]]:
    """Yield each two ends with their connection in words; changes that differ in nothing but the protocol are one."""
    alike: dict[Change, Opened] = {}
    for change in changes:
        key = change._replace(protocol="", ports=())
        alike[key] = either(alike.get(key, ()), ports_of(change.protocol, change.ports))
    return ((change, in_words(ports)) for change, ports in alike.items())


def _place(rows: Sequence[str], page: CheckedPage) -> tuple[str, tuple[int, int]]:
    """Return path and place of the first row that has one, else the page as a whole."""
    match = next((match for row in rows if (match := _PLACE.fullmatch(row))), None)
    if match is None:
        return page.shown, (0, 0)
    return page.shown if match[1] == page.name else match[1], (int(match[2]), 1)
