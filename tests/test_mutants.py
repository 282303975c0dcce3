"""The proof can fail: whatever is wrong with an output is found, and the flow that is shown is the right one."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from damages import DAMAGES, NOTHING
from esspec.model import PolicySet
from esspec.outputs.verification import verify_fresh
from esspec.problem import InputProblems
from esspec.semantics.verification_result import Verdict, Verification
from esspec.targets.target import Target, load_targets
from esspec.terms import Direction
from models import kube_dns
from mutants import BROKEN, CLOSED, KAFKA, OPEN, POLICIES, Flow, at, changed_set, with_rules
from strategies import TARGET_NAMES, TARGETS

each_target = pytest.mark.parametrize("target", TARGETS, ids=TARGET_NAMES)
OBJECTS = [target for target in TARGETS if target.name != "csv"]
each_of_objects = pytest.mark.parametrize("target", OBJECTS, ids=[target.name for target in OBJECTS])


def said(verdict: Verdict) -> str:
    """Return what a party says in the words of `Flow`, with its verdict and the lines that decide it."""
    first, *_ = verdict.decided_by
    if verdict.verdict == "denied":
        assert first.endswith(" isolates it and no rule allows this")
        return CLOSED
    return OPEN if first.startswith("nothing isolates the ") else f"allowed by {', '.join(verdict.decided_by)}"


def shown(found: Verification) -> Flow:
    """Return the counterexample of one target beside the page."""
    flow = found.counterexample
    assert flow is not None
    assert found.equal is False
    page, output = flow.verdicts
    port = f"{flow.protocol} {flow.port}"
    return Flow(flow.direction, flow.subject, flow.peer, port, said(page), said(output))


def lowering(target: Target, fault: Callable[[PolicySet], PolicySet]) -> Target:
    """Return an exporter that writes another model than the one it was given."""

    def lower(policies: PolicySet) -> Sequence[Any]:
        return target.lower(fault(policies))

    return target._replace(lower=lower)


@each_target
def test_the_page_is_exported_rightly(target: Target) -> None:
    """What the others are told from."""
    assert verify_fresh(POLICIES, [target]).equal


@each_target
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_exporter_is_caught(target: Target, fault: str) -> None:
    """By the same flow in every target; what the output allows, it allows by a line of its own."""
    broken, flow = BROKEN[fault]
    found = shown(verify_fresh(POLICIES, [lowering(target, broken)]))
    if flow.output == "allowed":
        assert found.output.startswith(f"allowed by {target.name}/")
        found = found._replace(output="allowed")
    assert found == flow


def editing(target: Target, file: str, edit: Callable[[str], str]) -> tuple[Target, list[str]]:
    """Return an exporter whose text of one file is edited behind it, and a list that will hold that text."""
    edited: list[str] = []

    def render(document: Any) -> str:
        text = target.render(document)
        if document.file_name.rpartition(".")[0] != file:
            return text
        edited.append(edit(text))
        assert edited[-1] != text
        return edited[-1]

    return target._replace(render=render), edited


def by_line(found: Flow, text: str) -> Flow:
    """Return a counterexample with the words of the deciding line in place of its number."""
    place = found.output.removeprefix("allowed by ")
    if place == found.output:
        return found
    line = text.splitlines()[int(place.rpartition(":")[2]) - 1].strip()
    return found._replace(output=f"allowed by {line}")


@pytest.mark.parametrize(("name", "damage"), [(t, d) for t in TARGET_NAMES for d in DAMAGES[t]])
def test_a_damaged_text_is_caught(name: str, damage: str) -> None:
    """By the smallest flow, with the line of the text that decides it; what takes no effect is said to take none."""
    (target,) = load_targets([name])
    file, edit, flow, refusal = DAMAGES[name][damage]
    damaged, text = editing(target, file, edit)
    result = verify_fresh(POLICIES, [damaged])
    found = by_line(shown(result), text[0])
    if name == "csv" and found.output.startswith(flow.output):  # a row is long
        found = found._replace(output=flow.output)
    assert found == flow
    assert [refusal in said for said in result.refusals] == ([True] if refusal else [])


# Whole objects


def documents(target: Target, change: Callable[[list[Any]], list[Any]]) -> Target:
    """Return an exporter that writes other documents."""

    def lower(policies: PolicySet) -> Sequence[Any]:
        return change(list(target.lower(policies)))

    return target._replace(lower=lower)


def one(found: list[Any], file: str) -> Any:
    """Return the document of a file."""
    return next(document for document in found if document.file_name == file)


@each_of_objects
def test_a_missing_object_is_caught(target: Target) -> None:
    """Its pods are open, and its reasons are gone."""
    less = documents(target, lambda found: [d for d in found if d.file_name != "zookeeper.yaml"])
    result = verify_fresh(POLICIES, [less])
    assert shown(result) == NOTHING["zookeeper"]
    assert result.lost_reasons == (f"{target.name} does not carry the reason 'metadata' of row page.md:20",)


@each_of_objects
def test_an_object_twice_in_a_file_is_caught(target: Target) -> None:
    """Although it says the same twice: which of the two is applied is a matter of order."""
    twice, _ = editing(target, "zookeeper", lambda text: f"{text}---\n{text}")
    result = verify_fresh(POLICIES, [twice])
    assert (result.equal, result.counterexample) == (False, None)
    assert len(result.refusals) == 1
    assert result.refusals[0].endswith("zookeeper stands here twice")


@each_of_objects
def test_an_object_in_two_files_is_caught(target: Target) -> None:
    """The file that is applied last replaces the other, so that their rules do not add up."""
    twice = documents(target, lambda found: [*found, one(found, "kafka.yaml")._replace(file_name="z.yaml", rules="[]")])
    result = verify_fresh(POLICIES, [twice])
    name = one(list(target.lower(POLICIES)), "kafka.yaml").name
    (place,) = (n for n, line in enumerate(target.render(target.lower(POLICIES)[0]).splitlines(), 1) if "apiV" in line)
    assert (result.equal, result.counterexample, result.lost_reasons) == (False, None, ())
    assert result.refusals == (
        f"{target.name}/z.yaml:{place}: replaces another: the object {name} stands in {target.name}/kafka.yaml too",
    )


@each_of_objects
def test_one_object_more_is_caught(target: Target) -> None:
    """An object of another name for the same pods adds what it allows."""

    def change(found: list[Any]) -> list[Any]:
        rest = one(found, "rest.yaml")
        selecting = {"pod_selector", "endpoint_selector", "selector"} & set(rest._fields)
        kafka = one(found, "kafka.yaml")
        same = {field: getattr(kafka, field) for field in selecting}
        return [*found, rest._replace(file_name="z.yaml", name="z", rules="[]", **same)]

    result = verify_fresh(POLICIES, [documents(target, change)])
    flow = shown(result)
    assert (flow[:-1], result.refusals) == (Flow("ingress", KAFKA, KAFKA, "TCP 1", CLOSED, "")[:-1], ())
    assert flow.output.startswith(f"allowed by {target.name}/z.yaml:")


@pytest.mark.parametrize(("number", "said"), [(1, "this row stands in line 2 already"), (10, "'none' contradicts")])
def test_a_row_twice_is_unreadable(number: int, said: str) -> None:
    """A table that lists a connection twice is not what an export writes; a statement stands alone anyway."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join([*lines[: number + 1], *lines[number:]])

    damaged, _ = editing(load_targets(["csv"])[0], "page", edit)
    with pytest.raises(InputProblems) as stopped:
        verify_fresh(POLICIES, [damaged])
    (problem,) = stopped.value.problems
    assert (problem.path, problem.line, problem.message[: len(said)]) == ("csv/page.csv", number + 2, said)


# Reasons


@each_target
@pytest.mark.parametrize("lost", ["", "something else"], ids=["lost", "changed"])
def test_a_reason_that_differs_is_caught(target: Target, lost: str) -> None:
    """Flows are equal, so that nothing but the reason is reported."""
    result = verify_fresh(POLICIES, [lowering(target, with_rules(Direction.INGRESS, at(10, reason=lost)))])
    row = "line 10" if target.name == "csv" else "page.md:10"
    assert (result.equal, result.counterexample, result.refusals) == (False, None, ())
    assert result.lost_reasons == (
        f"{target.name} does not carry the reason 'Kafka access' of row {row}",
        f"{target.name} carries the reason '{lost}' of row {row}",
    )


@each_of_objects
def test_no_annotation_is_caught(target: Target) -> None:
    """Every reason of the object is reported."""
    edit = re.compile(r"  annotations:\n.*\n")
    damaged, _ = editing(target, "zookeeper", lambda text: edit.sub("", text))
    result = verify_fresh(POLICIES, [damaged])
    assert (result.equal, result.counterexample) == (False, None)
    assert result.lost_reasons == (f"{target.name} does not carry the reason 'metadata' of row page.md:20",)


@each_of_objects
def test_a_reason_of_another_row_is_caught(target: Target) -> None:
    """The row is named by the hash of its content; that of no row is shown as it is."""
    damaged, _ = editing(target, "zookeeper", lambda text: text.replace("row-20", "row-99"))
    assert verify_fresh(POLICIES, [damaged]).lost_reasons == (
        f"{target.name} does not carry the reason 'metadata' of row page.md:20",
        f"{target.name} carries the reason 'metadata' of row row-99",
    )


@each_of_objects
def test_the_reason_of_name_resolution_is_needed_in_every_object(target: Target) -> None:
    """Each isolated egress has the rule, so each object has its reason."""
    policies = changed_set(POLICIES, dns=kube_dns())
    entry = r", {\"direction\": \"egress\", \"row\": \"dns\", \"reason\": \"name resolution\"}"
    damaged, _ = editing(target, "kafka", lambda text: text.replace(entry, ""))
    assert verify_fresh(policies, [target]).equal
    result = verify_fresh(policies, [damaged])
    assert (result.equal, result.counterexample) == (False, None)
    assert result.lost_reasons == (f"{target.name} does not carry the reason 'name resolution' of row dns",)


@pytest.mark.parametrize("rules", ["{}", "[1]", '[{"row": "a"}]', "[", "[" * 100_000], ids=lambda text: text[:12])
@each_of_objects
def test_an_annotation_that_is_not_ours_is_unreadable(target: Target, rules: str) -> None:
    """It is reported at its line, and never taken for "no reasons"."""
    if rules == "{}":
        rules = '{"row": 1}'
    damaged = documents(target, lambda found: [found[0]._replace(rules=rules), *found[1:]])
    with pytest.raises(InputProblems) as stopped:
        verify_fresh(POLICIES, [damaged])
    (problem,) = stopped.value.problems
    text = target.render(target.lower(POLICIES)[0]).splitlines()
    assert (problem.code, problem.path) == ("unreadable-output", f"{target.name}/kafka.yaml")
    assert "esspec/rules" in text[problem.line - 1]


# Edits that mean nothing are left alone


HARMLESS: dict[str, Callable[[str], str]] = {
    "no comments": lambda text: re.sub(r"(?m)^ *#.*\n", "", text),
    "blank lines": lambda text: text.replace("\nspec:", "\n\n\nspec:"),
    "another object name": lambda text: text.replace("name: esspec-", "name: other-"),
    "one more label": lambda text: text.replace("  labels:\n", '  labels:\n    team: "x"\n'),
    "one more annotation": lambda text: text.replace("  annotations:\n", '  annotations:\n    note: "x"\n'),
    "a document mark": lambda text: f"---\n{text}...\n",
}


@pytest.mark.parametrize("edit", HARMLESS)
@each_of_objects
def test_what_changes_no_flow_is_no_difference(target: Target, edit: str) -> None:
    """The meaning is compared, not the text."""
    damaged, _ = editing(target, "kafka", HARMLESS[edit])
    result = verify_fresh(POLICIES, [damaged])
    assert (result.equal, result.refusals, result.lost_reasons) == (True, (), ())
