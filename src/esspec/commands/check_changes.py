"""`esspec check` beside something else: what manifests allow, and what the page allowed at a revision."""

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from esspec.answers.changes import ADDED, REMOVED, Change, ports_of
from esspec.answers.diff_answer import Answer
from esspec.answers.diff_formats import told
from esspec.answers.sides import SideOptions, load_view, load_views
from esspec.commands.diff_command import compared, compared_parted
from esspec.problem import EsspecError, InputProblems, Problem, error, note, warning
from esspec.semantics.opened import Opened, either, in_words
from esspec.text.revisions import refuse_unknown, revised

_PLACE = re.compile(r"(.+):([0-9]+)")


class CheckedPage(NamedTuple):
    """A page that is compared: as the command line names it, as messages show it, and as its outputs call it.

    `diff` is the command line that shows all differences to manifests.
    """

    word: str
    shown: str
    name: str
    diff: str = ""


class _Said(NamedTuple):
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
    elsewhere = {
        REMOVED: _Said(
            code="denied-elsewhere",
            words="is let through at the page's workload, and denied at the other end, of which the page says nothing",
            remedy="nothing, if the other end is meant to be closed; else open it, or narrow the page",
            problem=warning,
        )
    }
    found = compared_parted(one.view, other.view)
    return (
        *_differences(found.of_page, said, page, lambda change: change.a if change.change == REMOVED else change.b),
        *_differences(found.at_other_end, elsewhere, page, lambda change: change.a),
        *_between_others(found.of_others, page, manifests),
        *other.problems,
    )


def _between_others(elsewhere: Answer, page: CheckedPage, manifests: str) -> Iterator[Problem]:
    if elsewhere.equal:
        return
    count = max(1, len(list(_connections(elsewhere.changes))))
    found = "1 difference is" if count == 1 else f"{count} differences are"
    message = f"{found} between ends that are no workloads of the page: {manifests} denies what the page leaves open"
    yield note("not-on-page", page.shown, (0, 0), message, f"nothing; to see all, run {page.diff}")


def since(page: CheckedPage, revision: str, options: SideOptions, *, is_gate: bool) -> tuple[Problem, ...]:
    """Return what the page allows and did not allow at a revision, and the other way round, as notes.

    As a gate, what it newly allows is an error, and so is what cannot be compared. Raises InputProblems (exit 2) for
    a revision that this clone does not have.
    """
    refuse_unknown(revision)
    told_of = error if is_gate else note
    before = f"{revision}:{_below_here(page.shown)}"
    try:
        revised(before)
    except InputProblems:
        message = f"the revision {revision} does not have this page, so that nothing can be compared"
        names = shlex.join(("esspec", "diff", f"{revision}:OLD.md", page.shown))
        remedy = f"if it was renamed, run {names}, with its old name; a new page is reviewed as a whole"
        return (told_of(code="new-page", path=page.shown, at=(0, 0), message=message, remedy=remedy),)
    now = load_view(page.word, options)
    try:
        then = load_view(before, options)
    except EsspecError as stopped:
        if any(problem.code == "unreadable-file" for problem in stopped.problems):  # it can be fetched
            raise
        first = stopped.problems[0]
        message = f"the page or its binding had errors at {revision}, so that nothing can be compared: {first}"
        remedy = "review this change as a whole"
        return (told_of(code="not-compared", path=page.shown, at=(0, 0), message=message, remedy=remedy),)
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
    found = compared(then.view, now.view, with_reasons=False)
    return tuple(_differences(found, said, page, lambda change: change.b if change.change == ADDED else ()))


def _below_here(page: str) -> str:
    """Return a page relative to the working folder, as git takes it."""
    relative = os.path.relpath(page).replace(os.sep, "/")
    return relative if relative.startswith("../") else f"./{relative}"


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
