"""`esspec check --since`: what the page allows and did not allow at a revision, and the other way round."""

import os
import shlex
from collections.abc import Callable, Iterator

from esspec.answers.changes import ADDED, REMOVED
from esspec.answers.sides import SideOptions, load_view
from esspec.answers.since_answer import Unisolated, newly_accepted
from esspec.commands.check_changes import CheckedPage, Said, differences, nameless, place_of
from esspec.commands.diff_command import compared_since
from esspec.commands.former_settings import NamedIn, options_then
from esspec.problem import EsspecError, InputProblems, Problem, error, errors_in, note
from esspec.semantics.views import View
from esspec.terms import Direction
from esspec.text.revisions import revised

_WAYS = {Direction.INGRESS: "incoming", Direction.EGRESS: "outgoing"}


def since(
    page: CheckedPage, revision: str, options: SideOptions, named_in: NamedIn, *, is_gate: bool
) -> tuple[Problem, ...]:
    """Return what the page allows and did not allow at a revision, and the other way round, as notes.

    Data and a profile that are `named_in` settings are those that these named there. As a gate, what it newly allows
    is an error, and so is what cannot be compared. The revision is one that this clone has.
    """
    told_of = error if is_gate else note
    before = f"{revision}:{_below_here(page.shown)}"
    try:
        place = revised(before)
    except InputProblems:
        message = f"the revision {revision} does not have this page, so that nothing can be compared"
        names = shlex.join(("esspec", "diff", f"{revision}:OLD.md", page.shown))
        remedy = f"if it was renamed, run {names}, with its old name; a new page is reviewed as a whole"
        return (told_of(code="new-page", path=page.shown, at=(0, 0), message=message, remedy=remedy),)
    now = load_view(page.word, options)
    try:
        former = options_then(options, place, named_in)
        then = load_view(before, former._replace(is_binding_former=True))
    except EsspecError as stopped:
        if any(problem.code == "unreadable-file" for problem in stopped.problems):  # it can be fetched
            raise
        first = errors_in(stopped.problems)[0]
        message = (
            f"the page, its binding or its data had errors at {revision}, so that nothing can be compared: {first}"
        )
        remedy = "review this change as a whole"
        return (told_of(code="not-compared", path=page.shown, at=(0, 0), message=message, remedy=remedy),)
    as_now = [each._replace(path=page.shown) for each in then.problems if each.code == "read-as-now"]
    return (*as_now, *changes_since(then.view, now.view, page, revision, told_of))


def changes_since(
    then: View, now: View, page: CheckedPage, revision: str, told_of: Callable[..., Problem]
) -> Iterator[Problem]:
    """Yield what changed for pods and what is outside; at least one finding `widened` where something is opened.

    Raises as `esspec diff` does.
    """
    narrowed = Said(
        code="narrowed",
        words=f"was allowed at {revision}, and is not any more",
        remedy="nothing, if it is meant",
        problem=note,
    )
    widened = Said(
        code="widened",
        words=f"is allowed, and was not at {revision}",
        remedy="have it reviewed, or take it back",
        problem=told_of,
    )
    yield from (_accepted(said, page, revision, told_of) for said in newly_accepted(then, now))
    found, unisolated = compared_since(then, now)
    for pods in unisolated:
        place = place_of((pods.place,), page)
        remedy = "have it reviewed, or say on the page again what is permitted"
        yield told_of(code="widened", path=place[0], at=place[1], message=_said(pods, revision), remedy=remedy)
    if found.widens and not unisolated and not found.changed(ADDED):
        yield nameless(found, widened, page)
    if found.changes or not found.widens:
        said = {REMOVED: narrowed, ADDED: widened}
        yield from differences(found, said, page, lambda change: change.b if change.change == ADDED else ())


def _accepted(said: str, page: CheckedPage, revision: str, told_of: Callable[..., Problem]) -> Problem:
    message, remedy = f"{said}, which was not accepted at {revision}", "have it reviewed, or take it back"
    return told_of(code="widened", path=page.shown, at=(0, 0), message=message, remedy=remedy)


def _said(pods: Unisolated, revision: str) -> str:
    ways = "" if len(pods.directions) == len(Direction) else f" for {_WAYS[pods.directions[0]]} connections"
    return f"pods of '{pods.name}' were isolated{ways} at {revision}, and nothing isolates them now"


def _below_here(page: str) -> str:
    """Return a page relative to the working folder, as git takes it."""
    relative = os.path.relpath(page).replace(os.sep, "/")
    return relative if relative.startswith("../") else f"./{relative}"
