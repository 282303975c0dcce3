"""Laws of the difference: it is exact, whoever asks; it mirrors; and made, it turns one side into the other."""

import json
import random
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from diffing import (
    Told,
    allowed,
    applied,
    assert_exact,
    manifests_side,
    named_ends,
    opens_of,
    page_side,
    pods_of,
    told,
)
from esspec.answers.changes import ADDED, REMOVED, Change, changes
from esspec.answers.reason_changes import reason_changes
from esspec.outputs.export import target_files
from esspec.semantics.difference import difference
from esspec.targets.target import Target
from esspec.terms import Direction
from smallworld import lifted_opens
from strategies import LABELS, OUTSIDE, TARGETS, Said, Written, compiled, examples, pages, rows

LAW = examples(25)
POLICY_TARGETS = tuple(target for target in TARGETS if target.name != "csv")
each_policy_target = pytest.mark.parametrize("target", POLICY_TARGETS, ids=[t.name for t in POLICY_TARGETS])


@given(pages())
@LAW
def test_a_side_does_not_differ_from_itself(page: Written) -> None:
    found = difference(page_side(page), page_side(page))
    assert found.is_empty
    assert changes(found) == ()


@given(pages(), pages())
@LAW
def test_the_difference_of_pages_is_exact(one: Written, other: Written) -> None:
    """Over every class of ends, those that nobody named among them, and flow by flow."""
    found = difference(page_side(one), page_side(other))
    assert_exact(found, (opens_of(one), opens_of(other)), pods_of(one, other))


@given(pages(), pages())
@LAW
def test_changes_tell_what_workloads_may_do(one: Written, other: Written) -> None:
    """A workload that a page does not describe has no flows there, whatever its pods would be allowed."""
    found = difference(page_side(one), page_side(other))
    assert told(changes(found), (names_of(one), names_of(other)), tuple(OUTSIDE)) == wanted(one, other)


@given(pages(), pages(), st.data())
@LAW
def test_workloads_with_other_labels_are_the_same(one: Written, other: Written, data: st.DataObject) -> None:
    """However the second binding tells its pods apart, what each workload may do is compared by its name."""
    values = [f"{value}" for value in LABELS.values()]
    order = data.draw(st.permutations(values))
    toml = other.toml()
    for value, instead in zip(values, order, strict=True):
        toml = toml.replace(f'component = "{value}"', f'component = "{instead}-2"')
    found = difference(page_side(one), page_side(other, toml=toml))
    assert told(changes(found), (names_of(one), names_of(other)), tuple(OUTSIDE)) == wanted(one, other)
    both = set(names_of(one)) & set(names_of(other)) - {"Audited pod"}
    assert not (found.is_empty and both)


@given(pages(), pages())
@LAW
def test_the_difference_mirrors(one: Written, other: Written) -> None:
    """What one way is added is removed the other way, in the same words and for the same rows."""
    there, back = (difference(*map(page_side, pair)) for pair in ((one, other), (other, one)))
    assert (there.removed, there.added) == (back.added, back.removed) or there.ground.moved
    assert sorted(map(mirrored, changes(there))) == sorted(changes(back))


@given(pages(), pages())
@LAW
def test_the_changes_made_give_the_other_side(one: Written, other: Written) -> None:
    found = difference(page_side(one), page_side(other))
    assert applied(found) == found.ground.flows(1)
    assert found.removed <= found.ground.flows(0)
    assert not (found.added & found.ground.flows(0)).rows


@each_policy_target
@given(pages())
@examples(10)
def test_what_is_emitted_does_not_differ(target: Target, page: Written) -> None:
    """Neither in what is allowed nor, where each entry of the annotation is one rule, in why."""
    found = difference(page_side(page), manifests_side(emitted(page, target)))
    assert found.is_empty
    assert changes(found) == ()
    if target.name == "kubernetes" and not page.dns:
        assert reason_changes(found) == ()


@each_policy_target
@given(pages(), st.data())
@examples(34)
def test_an_edit_of_the_page_is_the_difference(target: Target, page: Written, data: st.DataObject) -> None:
    """A hundred edits: files that were emitted before one differ from the page by what was edited."""
    edited = data.draw(edits(page))
    found = difference(page_side(edited), manifests_side(emitted(page, target)))
    assert_exact(found, (opens_of(edited), opens_of(page)), pods_of(page, edited))
    names = names_of(edited)
    assert told(changes(found), (names, names), tuple(OUTSIDE)) == wanted(edited, page, named=names)


@each_policy_target
@given(pages(), st.randoms(use_true_random=False))
@examples(34)
def test_an_edit_of_a_file_is_the_difference(target: Target, page: Written, chance: random.Random) -> None:
    """A hundred edits: the page differs from files that somebody edited by what was edited."""
    files = emitted(page, target)
    assume(files)
    name = chance.choice(sorted(files))
    text = edited_text(files[name], chance)
    policies = target.lift(text)
    assume(not policies.refusals)
    files[name] = text
    found = difference(page_side(page), manifests_side(files))
    lifted = [policy for each in files.values() for policy in target.lift(each).policies]
    assert_exact(found, (opens_of(page), partial(lifted_opens, lifted)), pods_of(page))


def wanted(one: Written, other: Written, named: Sequence[str] = ()) -> Told:
    """Return what `told` must give for two pages; of those `named`, also where a page does not describe them."""
    ends = named_ends()
    names = names_of(one, other)
    known = [{*names_of(page), *named, *OUTSIDE} for page in (one, other)]
    found: Told = {}
    for src, dst in product([*(named or names), *OUTSIDE], repeat=2):
        flows = [
            allowed(opens_of(page), ends[src], ends[dst]) if {src, dst} <= there else frozenset()
            for page, there in zip((one, other), known, strict=True)
        ]
        found[REMOVED, src, dst], found[ADDED, src, dst] = flows[0] - flows[1], flows[1] - flows[0]
    return found


def names_of(*some: Written) -> list[str]:
    """Return the names of the workloads of pages."""
    return list(dict.fromkeys(f"{section.name} pod" for page in some for section in page.sections))


def emitted(page: Written, target: Target) -> dict[str, str]:
    """Return the manifests that a page compiles to, the index files left out."""
    files = target_files(compiled(page), target).files
    return {name: text for name, text in files.items() if name != "kustomization.yaml"}


def mirrored(change: Change) -> Change:
    """Return a change as it is the other way round."""
    word = ADDED if change.change == REMOVED else REMOVED
    return change._replace(change=word, a=change.b, b=change.a)


@st.composite
def edits(draw: st.DrawFn, page: Written) -> Written:
    """Return a page with one direction of a workload written anew, row by row or as a whole."""
    place = draw(st.integers(0, len(page.sections) - 1))
    section, direction = page.sections[place], draw(st.sampled_from(Direction))
    said = section.said(direction)
    names = [each.name for each in page.sections]
    kept = [row for row in said if draw(st.booleans())] if isinstance(said, tuple) else []
    new = [draw(rows(900 + n, section.name, names)) for n in range(draw(st.integers(0, 2)))]
    words: st.SearchStrategy[Said] = st.sampled_from(["Any", "None", ""])
    sections = list(page.sections)
    sections[place] = section.saying(direction, (*kept, *new) or draw(words))
    rest = [each for each in sections if isinstance(each.ingress, tuple) or isinstance(each.egress, tuple)]
    assume(rest)  # a page without a table is none
    return page._replace(sections=tuple(sections))


def edited_text(text: str, chance: random.Random) -> str:
    """Return a manifest with one thing changed in its spec: an item taken out or doubled, or a value replaced."""
    body = yaml.safe_load(text)
    places = list(_places(body["spec"]))
    holder, key = chance.choice(places)
    if isinstance(holder, list) and chance.random() < 0.6:
        del holder[key]
    else:
        holder[key] = _instead(holder[key], chance)
    return json.dumps(body, indent=1)


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the container and the key of every item in some data."""
    keys = range(len(data)) if isinstance(data, list) else list(data) if isinstance(data, dict) else ()
    for key in keys:
        yield data, key
        yield from _places(data[key])


def _instead(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return chance.choice([1, 53, 80, 65535])
    if isinstance(value, str) and value.isdigit():
        return str(chance.choice([1, 53, 80, 65535]))
    if isinstance(value, str):
        return chance.choice(["kafka", "zookeeper", "es", "other", "TCP", "UDP"])
    return [] if isinstance(value, list) else {}
