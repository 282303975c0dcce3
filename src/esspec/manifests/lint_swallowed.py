"""Rules that permit nothing new, and policies without effect: exact, over every pod that could be there.

What is reported can be deleted all at once: of two rules that permit the same, the later one goes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from esspec.manifests.cluster import PolicyObject
from esspec.problem import Problem, note, warning
from esspec.semantics.ends import Ends
from esspec.semantics.flows import combined
from esspec.semantics.lifted import Grant, Pods, Ports
from esspec.semantics.meaning import bits, side_of
from esspec.terms import Direction

_MAX_NAMED = 2


_Content = tuple[Pods, int, tuple[Ports, ...]]
"""Whose ports a grant opens, to whom (as bits), and which."""


class _Rule(NamedTuple):
    """A rule, by the number of its object and its line; rules on one line are one."""

    owner: int
    line: int
    direction: Direction


class _Held(NamedTuple):
    """A grant of a rule, and its peers as bits."""

    rule: _Rule
    grant: Grant
    peers: int


class _Group(NamedTuple):
    """Pods that the same policies isolate in one direction: the objects that these are, and all their grants."""

    owners: frozenset[int]
    held: tuple[_Held, ...]


def swallowed(objects: Sequence[PolicyObject], ends: Ends) -> Iterator[Problem]:
    """Yield a warning per policy without effect, and a note per rule of another that others make needless."""
    groups = _groups(objects, ends)
    of: dict[int, list[_Group]] = defaultdict(list)
    for group in groups:
        for owner in group.owners:
            of[owner].append(group)
    candidates, gone, idle = _held_twice(groups), set[_Rule](), set[int]()
    for owner in sorted(of, reverse=True):
        rules = {held.rule for group in of[owner] for held in group.held if held.rule.owner == owner}
        is_isolated = all(group.owners - idle - {owner} for group in of[owner])
        if is_isolated and rules <= candidates and all(_is_covered(rules, group, gone, ends) for group in of[owner]):
            idle.add(owner)
            gone |= rules
            yield _without_effect(objects, owner, of[owner], idle)
    for rule, first in _repeated(objects, ends):
        if rule not in gone:
            gone.add(rule)
            yield _told(objects, rule, [first])
    for rule in sorted(candidates - gone, reverse=True):
        with_rule = [group for group in of[rule.owner] if any(held.rule == rule for held in group.held)]
        if with_rule and all(_is_covered({rule}, group, gone, ends) for group in with_rule):
            gone.add(rule)
            yield _told(objects, rule, _permitting(rule, with_rule, gone))


def _groups(objects: Sequence[PolicyObject], ends: Ends) -> tuple[_Group, ...]:
    policies = [(owner, policy) for owner, one in enumerate(objects) for policy in one.policies]
    isolating: dict[tuple[int, Direction], list[int]] = defaultdict(list)
    for number, (_, policy) in enumerate(policies):
        for subject in bits(ends.mask(policy.subject)):
            for direction in policy.isolates:
                isolating[subject, direction].append(number)
    found: list[_Group] = []
    for direction, numbers in dict.fromkeys((direction, tuple(all_)) for (_, direction), all_ in isolating.items()):
        here = [policies[number] for number in numbers]
        held = (
            _Held(_Rule(owner, grant.line, direction), grant, _peers(grant, ends))
            for owner, policy in here
            for grant in policy.grants(direction)
        )
        found.append(_Group(frozenset(owner for owner, _ in here), tuple(one for one in held if one.peers)))
    return tuple(found)


def _peers(grant: Grant, ends: Ends) -> int:
    peers = 0
    for selector in grant.peers if grant.ports else ():
        peers |= ends.mask(selector)
    return peers


def _repeated(objects: Sequence[PolicyObject], ends: Ends) -> Iterator[tuple[_Rule, _Rule]]:
    """Yield the rules of an object that say what an earlier one of it says, and that one."""
    said: dict[_Rule, list[_Content]] = defaultdict(list)
    for owner, one in enumerate(objects):
        for policy in one.policies:
            for direction in Direction:
                for grant in policy.grants(direction):
                    content = (policy.subject, _peers(grant, ends), grant.ports)
                    said[_Rule(owner, grant.line, direction)].append(content)
    first: dict[tuple[int, Direction, tuple[_Content, ...]], _Rule] = {}
    for rule in sorted(said):
        earlier = first.setdefault((rule.owner, rule.direction, tuple(said[rule])), rule)
        if earlier != rule and any(peers for _, peers, _ in said[rule]):
            yield rule, earlier


def _held_twice(groups: Iterable[_Group]) -> set[_Rule]:
    """Return the rules of which no part is permitted by one grant alone: what others may make needless."""
    rules: set[_Rule] = set()
    needed: set[_Rule] = set()
    for group in groups:
        rules.update(held.rule for held in group.held)
        needed |= _held_once(group.held)
    return rules - needed


def _held_once(held: Sequence[_Held]) -> set[_Rule]:
    """Return the rules of which some part is permitted by one grant alone, port by port."""
    begins: dict[tuple[str, int], list[int]] = defaultdict(list)
    ends: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, one in enumerate(held):
        for ports in one.grant.ports:
            begins[ports.protocol, ports.first].append(number)
            ends[ports.protocol, ports.last + 1].append(number)
    found: set[_Rule] = set()
    active: dict[int, int] = {}
    for at in sorted({*begins, *ends}):
        for number in begins.get(at, ()):
            active[number] = active.get(number, 0) + 1
        for number in ends.get(at, ()):
            active[number] -= 1
            if not active[number]:
                del active[number]
        once = twice = 0
        for number in active:
            twice |= once & held[number].peers
            once |= held[number].peers
        found.update(held[number].rule for number in active if held[number].peers & ~twice)
    return found


def _is_covered(rules: set[_Rule], group: _Group, gone: set[_Rule], ends: Ends) -> bool:
    """Return whether all that these rules permit a group of pods is permitted without them, and without the gone."""
    mine = side_of((held.grant for held in group.held if held.rule in rules), ends)
    others = side_of((held.grant for held in group.held if held.rule not in rules and held.rule not in gone), ends)
    return not combined(mine, others, _without)


def _without(mine: int, theirs: int) -> int:
    return mine & ~theirs


def _without_effect(objects: Sequence[PolicyObject], owner: int, groups: Iterable[_Group], idle: set[int]) -> Problem:
    others = sorted({other for group in groups for other in group.owners} - idle)
    places = [_place(objects[other], objects[other].found.body.line) for other in others]
    found = objects[owner].found
    message = f"without this {found.kind} the same is isolated and permitted, by {_named(places)}"
    return warning("policy-without-effect", found.file, (found.body.line, 1), message, "delete it, or correct it")


def _permitting(rule: _Rule, groups: Iterable[_Group], gone: set[_Rule]) -> list[_Rule]:
    """Return the rules that permit some of what a rule permits."""
    mine = [held for group in groups for held in group.held if held.rule == rule]
    others = (held for group in groups for held in group.held if held.rule not in gone)
    return sorted({other.rule for other in others if any(_meet(one, other) for one in mine)})


def _told(objects: Sequence[PolicyObject], rule: _Rule, permitting: Iterable[_Rule]) -> Problem:
    places = [_place(objects[other.owner], other.line) for other in permitting]
    message = f"this {rule.direction} rule permits nothing that is not permitted by {_named(places)}"
    remedy = "delete it, or narrow what permits it too"
    return note("swallowed-rule", objects[rule.owner].found.file, (rule.line, 1), message, remedy)


def _meet(one: _Held, other: _Held) -> bool:
    return bool(one.peers & other.peers) and any(
        mine.protocol is theirs.protocol and mine.first <= theirs.last and theirs.first <= mine.last
        for mine in one.grant.ports
        for theirs in other.grant.ports
    )


def _place(one: PolicyObject, line: int) -> str:
    return f"{one.found.file}:{line}"


def _named(places: Sequence[str]) -> str:
    """Return the first of some places, and how many more there are."""
    unique = tuple(dict.fromkeys(places))
    more = len(unique) - _MAX_NAMED
    return ", ".join(islice(unique, _MAX_NAMED)) + (f" and {more} more" if more > 0 else "")
