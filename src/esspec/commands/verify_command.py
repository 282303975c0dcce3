"""What `esspec verify` compares: one state of a page's features, every profile of them, or every combination."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from esspec.compiling.compile import compile_page
from esspec.compiling.features import Features
from esspec.compiling.page_reading import Choice, Reading, with_choice
from esspec.compiling.resolved import Resolution, ResolvedRule
from esspec.model import PolicySet, Unspecified, Workload, WorkloadPeer
from esspec.outputs.verification import verify_folder, verify_fresh
from esspec.problem import InputProblems, Problem, error
from esspec.semantics.verification_result import Verification
from esspec.targets.target import Target

MAX_COMBINATIONS = 4096
_UNSPECIFIED = Unspecified()


class VerifyRequest(NamedTuple):
    """The options of `esspec verify`."""

    targets: tuple[Target, ...]
    directory: Path | None = None
    profile: str | None = None
    all_profiles: bool = False
    every_combination: bool = False

    def check(self, *, has_settings: bool) -> None:
        """Raise InputProblems (exit 2) for options that contradict each other."""
        many = self.all_profiles or self.every_combination
        wrong = ""
        if self.all_profiles and self.every_combination:
            wrong = "--all-profiles and --every-combination are two ways to go"
        elif many and (self.profile or has_settings):
            wrong = "--profile and --set choose one state of the features, and all are asked for"
        elif many and self.directory:
            wrong = "--dir holds the files of one state of the features, and all are asked for"
        if wrong:
            raise InputProblems([error("usage", "verify", (0, 0), wrong, "leave one of them away")])


class _Case(NamedTuple):
    """One set of policies to compare, and the words for the states of features it was made in."""

    words: str
    policies: PolicySet


def verify_page(reading: Reading, request: VerifyRequest) -> Verification:
    """Return the comparison of all that is asked for; of several, their sum, and the first difference.

    Raises PageProblems for a page with errors, an unset feature among them, and InputProblems for no profile at
    all, or more combinations of one workload's features than MAX_COMBINATIONS.
    """
    if request.directory:
        return verify_folder(_one(reading, request.targets), request.targets, request.directory)
    if request.all_profiles:
        return _sum(_profiles(reading, request.targets), request.targets)
    if request.every_combination:
        return _sum(_combinations(reading), request.targets)
    return verify_fresh(_one(reading, request.targets), request.targets)


def _one(reading: Reading, targets: Iterable[Target]) -> PolicySet:
    return compile_page(reading, needs_features=any(target.needs_features for target in targets))


def _profiles(reading: Reading, targets: Sequence[Target]) -> Iterator[_Case]:
    binding = reading.resolution.binding
    if not binding.file.profiles:
        message = f"{binding.name} has no profiles"
        raise InputProblems(
            [error("usage", "--all-profiles", (0, 0), message, "write [profiles.NAME.features], or leave it away")]
        )
    for name in binding.file.profiles:
        yield _Case(f"profile {name}", _one(with_choice(reading, Choice(name)), targets))


def _combinations(reading: Reading) -> Iterator[_Case]:
    """Yield each workload alone, in every combination of the features that its own rows name.

    Nothing else decides what its objects are: peers are named by selectors, which no feature changes.
    """
    everything = compile_page(reading._replace(features=Features(reading.features.known, {})), needs_features=False)
    rules: dict[str, list[ResolvedRule]] = defaultdict(list)
    for rule in reading.resolution.rules:
        rules[rule.workload].append(rule)
    for workload in everything.workloads:
        names = sorted({rule.condition.feature for rule in rules[workload.name] if rule.condition})
        states = [reading.features.known[name].states for name in names]
        count = math.prod(map(len, states))
        if count > MAX_COMBINATIONS:
            raise InputProblems([_too_many(reading, workload, count)])
        alone = reading._replace(resolution=_about(reading.resolution, rules[workload.name], workload.name))
        for chosen in product(*states):
            features = Features(reading.features.known, dict(zip(names, chosen, strict=True)))
            words = ", ".join(f"{name} {state}" for name, state in features.chosen.items())
            compiled = compile_page(alone._replace(features=features), needs_features=False)
            yield _Case(f"{workload.name}{': ' if words else ''}{words}", _alone(compiled, workload.name))


def _about(resolution: Resolution, rules: Iterable[ResolvedRule], name: str) -> Resolution:
    """Return the page with the rows and statements of one workload only."""
    statements = tuple(found for found in resolution.statements if found[0] == name)
    return resolution._replace(rules=tuple(rules), statements=statements)


def _alone(policies: PolicySet, name: str) -> PolicySet:
    """Return the set with nothing said of the other workloads, of which only peers of this one are left."""
    workload = policies.workload[name]
    named = {peer.workload for rule in workload.rules for peer in rule.peers if isinstance(peer, WorkloadPeer)}
    silent = {"ingress": _UNSPECIFIED, "egress": _UNSPECIFIED}
    kept = (
        w if w.name == name else w.model_copy(update=silent) for w in policies.workloads if w.name in named | {name}
    )
    return policies.model_copy(update={"workloads": tuple(kept)})


def _sum(cases: Iterable[_Case], targets: Sequence[Target]) -> Verification:
    """Return the sum of all comparisons; the first that is unequal decides, and ends it."""
    total: Verification | None = None
    for number, case in enumerate(cases, 1):
        result = verify_fresh(case.policies, targets)
        update = {
            "cases": number,
            "case": case.words if not result.equal else "",
            "flows": result.flows + (total.flows if total else 0),
            "flow_classes": result.flow_classes + (total.flow_classes if total else 0),
            "pod_classes": max(result.pod_classes, total.pod_classes if total else 0),
            "peer_classes": max(result.peer_classes, total.peer_classes if total else 0),
            "accepted": tuple(dict.fromkeys([*(total.accepted if total else ()), *result.accepted])),
        }
        total = result.model_copy(update=update)
        if not result.equal:
            break
    if total is None:
        raise AssertionError("a page without workloads is an error")
    return total


def _too_many(reading: Reading, workload: Workload, count: int) -> Problem:
    at = (next(iter(workload.lines), 0), 1)
    message = f"the features of '{workload.name}' have {count} combinations, more than {MAX_COMBINATIONS}"
    return error("too-many-combinations", reading.page_name, at, message, "prove the profiles with --all-profiles")
