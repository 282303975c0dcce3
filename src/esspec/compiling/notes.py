"""Running text that bears on rows and becomes no rule: notes on rules, and connections stated outside of tables."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise

from esspec.compiling.mentions import Mentions
from esspec.compiling.names import Names
from esspec.problem import Problem, note, warning
from esspec.reading.directions import is_conditional, is_negated
from esspec.reading.rows import WrittenRule
from esspec.reading.sections import Page, Prose
from esspec.reading.vocabulary import ANNOUNCING, BY_ITSELF, MADE, MUST, NOT, OFF, OPEN, OPENS, POLICIES, PROTOCOLS

_NOTE = re.compile(r"(?:attention|caution|important|notes?|remark|restriction|tip|warning)[ \t]*(?::|that\b)")
_SENTENCE = re.compile(r"[.;!?]\s")
_LETTERS = re.compile(r"[a-z]+")

_DENY_ALL = re.compile(r"deny.all|default.deny")

# What changes rows wherever it stands, and what does so where a table is near.
_CHANGES = re.compile(
    r"\b(?:any|all|every) namespaces?\b|\bonly (?:during|if|until|when|while)\b"
    r"|\b(?:can|could|may|must|should) be (?:extended|limited|narrowed|restricted|widened)\b"
)
_CHANGES_NEARBY = re.compile(
    r"\b(?:external to|outside|outside of) (?:the|this|your) (?:cluster|namespace)\b|\b(?:from|to) (?:any|every)where\b"
    r"|\b(?:from|in|to) (?:all|any|every) (?:address|addresses|clients?|hosts?|pods?|sources?)\b"
)
_RESTRICTS = re.compile(
    r"\bonly\b.*\b(?:connections?|policies|policy|ports?|rows?|sctp|tables?|tcp|traffic|udp)\b"
    r"|\b(?:connections?|ports?|rows?|sctp|tables?|tcp|traffic|udp)\b"
    r".*\b(?:also|blocked|closed|denied|deprecated|disabled|forbidden|if|only|optional|removed|unless|when)\b"
)
_TAKES_BACK = re.compile(
    r"^(?:blocked|denied|deprecated|disabled|forbidden|if|never|no longer|not|only|prohibited|refused|removed)\b"
    r"|^(?:unless|when)\b"
    r"|\bonly (?:for|if|in|on|when|within)\b|[,(;] ?(?:if|only|unless|when)\b"
)
_PORT = re.compile(r"\bports?\b")
_NUMBER = re.compile(r"\b(?:ports?|sctp|tcp|udp)[ :/]+[0-9]|\b[0-9]+/(?:sctp|tcp|udp)\b")


def note_problems(page: Page, names: Names) -> Iterator[Problem]:
    """Yield a warning per paragraph that may change what rows say, and a note per one that states a connection.

    Nothing of it is read: a page's rules are its rows.
    """
    nearby = _nearby(page, names)
    told = {problem.line for problem in page.problems}
    intros = set(_intros(page))
    mentions = Mentions(names)
    for prose in page.prose if page.tables or page.statements else ():
        if prose.line in told:
            continue
        found = _note_on_rules(page.path, prose, nearby, mentions) or _unplain_intro(page.path, prose, intros)
        if found:
            yield found
        elif _states_connection(prose.text.lower(), is_intro=prose.line in intros):
            message = "this states a connection outside of any table, and nothing of it is read"
            remedy = "check that a row permits it, and add one if none does"
            yield note("connection-in-prose", page.path, (prose.line, 1), message, remedy)


def _note_on_rules(path: str, prose: Prose, nearby: dict[int, set[str]], mentions: Mentions) -> Problem | None:
    low = prose.text.lower()
    own = nearby.get(prose.heading.line) if prose.heading else None  # None where no table is near
    is_note = bool(_NOTE.match(low))
    if any(map(_says_not_by_itself, _SENTENCE.split(low))):
        message = "the rows of the tables are rules, and this says that policies are not created by themselves"
        remedy = "delete the rows that nobody is to enforce; those that stay are exported"
        return warning("note-on-rules", path, (prose.line, 1), message, remedy)
    change = _CHANGES.search(low) or (_CHANGES_NEARBY.search(low) if is_note or own is not None else None)
    if change:
        message = f"'{change[0]}' may widen or restrict rows, and nothing of it is read"
        return warning("note-on-rules", path, (prose.line, 1), message, _REMEDY)
    named = mentions.first_in(prose.text, () if is_note else own or ()) if is_note or own is not None else ""
    if named:
        message = f"this speaks of '{named}', and nothing of it is read"
        return warning("note-on-rules", path, (prose.line, 1), message, _REMEDY)
    is_restricting = is_conditional(low) or is_negated(low) if is_note else bool(_RESTRICTS.search(low))
    if own is not None and is_restricting:
        message = "this note may restrict the rows of its table, and nothing of it is read"
        return warning("note-on-rules", path, (prose.line, 1), message, _REMEDY)
    return None


def _unplain_intro(path: str, prose: Prose, intros: AbstractSet[int]) -> Problem | None:
    """Return a warning for words right above a table that do more than announce it."""
    subject = prose.heading.name.lower() if prose.heading else ""
    odd = set(_LETTERS.findall(prose.text.lower())) - ANNOUNCING - set(_LETTERS.findall(subject))
    if prose.line not in intros or not odd:
        return None
    message = "these words stand over a table and may change what it says, and nothing of them is read"
    return warning("note-on-rules", path, (prose.line, 1), message, _REMEDY)


def reason_problems(path: str, rules: Iterable[WrittenRule]) -> Iterator[Problem]:
    """Yield a warning per reason that takes its row back, or says that it holds only at times."""
    odd: dict[str, bool] = {}
    for rule in rules:
        reason = rule.reason
        if reason not in odd:
            odd[reason] = bool(_TAKES_BACK.search(reason.lower()))
        if odd[reason]:
            message = f"the reason '{reason}' may take the row back, or say when it holds, and is not read so"
            remedy = "delete the row, or give it a condition in a column Condition; if it is a reason, leave it"
            yield warning("note-on-rules", path, rule.place_of(reason), message, remedy)


_REMEDY = "write what it changes into the rows; if it changes nothing, leave it"


def _nearby(page: Page, names: Names) -> dict[int, set[str]]:
    """Return whose tables and statements stand under a heading, by its line."""
    found: dict[int, set[str]] = {}
    lines = sorted(heading.line for heading in page.headings)
    places = [(table.heading, table.line) for table in page.tables]
    places += [(said.heading, said.line) for said in page.statements]
    for heading, line in places:
        owner = names.workload_of(heading)
        for number in {heading.line, lines[bisect_right(lines, line) - 1]}:
            found.setdefault(number, set()).add(owner)
    return found


def _says_not_by_itself(sentence: str) -> bool:
    """Return whether a sentence says that policies are not made automatically; one that denies all is no row's."""
    words = set(_LETTERS.findall(sentence))
    if words.isdisjoint(POLICIES) or words.isdisjoint(BY_ITSELF) or _DENY_ALL.search(sentence):
        return False
    is_made = not words.isdisjoint(MADE) and not words.isdisjoint(NOT)
    return is_made or any(off in sentence for off in OFF)


def _states_connection(text: str, *, is_intro: bool) -> bool:
    """Return whether a text says of ports that they are, or must be, open; an introduction must name one."""
    for sentence in _SENTENCE.split(text):
        words = set(_LETTERS.findall(sentence))
        is_numbered = bool(_NUMBER.search(sentence))
        if is_numbered and not (words.isdisjoint(OPEN) and words.isdisjoint(OPENS) and words.isdisjoint(PROTOCOLS)):
            return True
        if _PORT.search(sentence) and not is_intro and not words.isdisjoint(MUST) and not words.isdisjoint(OPEN):
            return True
    return False


def _intros(page: Page) -> Iterator[int]:
    """Yield the lines of the paragraphs that introduce a table: they end in a colon, and it comes next."""
    places = [(prose.line, prose.text.rstrip().endswith(":"), False) for prose in page.prose]
    places += [(heading.line, False, False) for heading in page.headings]
    places += [(table.label or table.line, False, True) for table in page.tables]
    for (line, has_colon, _), (_, _, is_table) in pairwise(sorted(places)):
        if has_colon and is_table:
            yield line
