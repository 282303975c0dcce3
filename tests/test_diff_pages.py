"""Real pages compared: versions of one product's page, and a page with what was emitted for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import permutations, product
from pathlib import Path
from typing import NamedTuple

import pytest

from command_lines import esspec
from diffing import Found, Told, allowed, applied, meant, told
from esspec.answers.changes import ADDED, REMOVED, changes
from esspec.answers.diff_answer import answer
from esspec.answers.workload_changes import workload_changes
from esspec.commands.schema import schema_text
from esspec.compiling.compile import compile_page
from esspec.compiling.loading import PageFile, load_page
from esspec.model import PolicySet
from esspec.semantics.difference import difference
from esspec.semantics.lifted import Policy
from esspec.semantics.page_view import view_of_page
from esspec.semantics.views import View
from esspec.terms import Direction
from filling import filled
from json_schema import faults
from smallworld import End, Place, Pod, model_opens, near_ports

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "tests" / "pages"
VERSIONS = ("es_2019.1.1", "es_10.0", "es_11.2")
PAIRS = tuple(permutations(VERSIONS, 2))
SEED = ROOT / "docs_source" / "network-policies.md"


class Bound(NamedTuple):
    """A page under a binding: where it is, its model, and as a side."""

    path: Path
    policies: PolicySet
    view: View

    def ends(self) -> Mapping[str, End]:
        """Return all that has a name here: pods with the labels of their workload, and the first of each address."""
        pods: dict[str, End] = {
            w.name: Pod(w.subject.namespace or "", frozenset(w.subject.labels)) for w in self.policies.workloads
        }
        return pods | {
            e.name: Place(e.role, e.addresses[0].partition("/")[0] if e.addresses else None)
            for e in self.policies.externals
        }


@pytest.fixture(scope="module")
def bound(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Bound]:
    """Return each version under the binding that `esspec init` writes for it, filled in without a thought."""
    found: dict[str, Bound] = {}
    data = ("--data", str(PAGES / "reuse.yml"))
    for name in VERSIONS:
        page = tmp_path_factory.mktemp(name) / "page.md"
        page.write_bytes((PAGES / f"{name}.md").read_bytes())
        assert esspec("init", str(page), *data).code == 0
        binding = page.with_name("esspec.toml")
        binding.write_text(filled(binding.read_text(encoding="utf-8"), {}), encoding="utf-8")
        reading = load_page(PageFile(str(page), data=(str(PAGES / "reuse.yml"),)))
        found[name] = Bound(page, compile_page(reading), view_of_page(reading))
    return found


@pytest.mark.parametrize("target", ["kubernetes", "calico", "cilium"])
def test_what_is_emitted_is_what_the_page_says(target: str) -> None:
    """The files that are kept in this repository, both ways round, over all flows."""
    files = str(ROOT / "out" / target)
    for sides in ((str(SEED), files), (files, str(SEED))):
        ran = esspec("diff", *sides)
        assert (ran.code, ran.out) == (0, "")
        assert ran.err.endswith("equal: both allow the same flows\n")


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_versions_of_a_page(bound: Mapping[str, Bound], one: str, other: str) -> None:
    """The labels are others in each, so that workloads are the same by name; what each may do is told exactly."""
    sides = (bound[one], bound[other])
    found = difference(sides[0].view, sides[1].view)
    assert applied(found) == found.ground.flows(1)
    names = (_names(sides[0]), _names(sides[1]))
    externals = tuple(dict.fromkeys(external.name for side in sides for external in side.policies.externals))
    respelt = {name for w in workload_changes(found) if w.a and w.b and w.a != w.b for name in (w.a, w.b)}
    ports = near_ports({edge for side in sides for policy in side.view.policies for edge in _edges(policy.policy)})
    flows, wanted = (
        told(changes(found), names, externals, ports),
        _wanted(sides, (*dict.fromkeys((*names[0], *names[1])), *externals), ports),
    )
    assert {key: each for key, each in flows.items() if respelt.isdisjoint(key)} == {
        key: each for key, each in wanted.items() if respelt.isdisjoint(key)
    }


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_answers_about_versions(bound: Mapping[str, Bound], one: str, other: str) -> None:
    """They mirror, and the JSON is what its schema says."""
    sides = [bound[name].view for name in (one, other)]
    there, back = answer(*sides, with_reasons=True), answer(*reversed(sides), with_reasons=True)
    assert {(c.src, c.dst, c.protocol, c.ports) for c in there.changed(REMOVED)} == {
        (c.src, c.dst, c.protocol, c.ports) for c in back.changed(ADDED)
    }
    assert {(w.a, w.b, w.more, w.less) for w in there.workloads} == {(w.b, w.a, w.less, w.more) for w in back.workloads}
    ran = esspec("diff", *(str(bound[name].path) for name in (one, other)), "--format", "json", *_data())
    assert ran.code == 1
    assert faults(json.loads(schema_text("diff")), json.loads(ran.out)) == []


def test_what_stayed_is_not_told(bound: Mapping[str, Bound]) -> None:
    """Kafka asks ZooKeeper on 2181 in all versions; from the second on other pods may, and for another reason."""
    for one, other in PAIRS:
        found = answer(bound[one].view, bound[other].view, with_reasons=True)
        between = [c for c in found.changes if _is_between(c.src, c.dst, "Kafka pod", "ZooKeeper pod")]
        assert [
            c for c in between if any(first <= 2181 <= last for first, last in c.ports) and c.protocol == "TCP"
        ] == []
    found = answer(bound["es_2019.1.1"].view, bound["es_10.0"].view, with_reasons=True)
    reasons = [r for r in found.reasons if (r.src, r.dst, r.ports) == ("Kafka pod", "ZooKeeper pod", ((2181, 2181),))]
    assert [(r.direction, r.a_reasons, r.b_reasons) for r in reasons] == [
        ("ingress", ("ZooKeeper traffic",), ("ZooKeeper client connections",))
    ]


def _data() -> tuple[str, str]:
    return "--data", str(PAGES / "reuse.yml")


def _is_between(src: str, dst: str, source: str, destination: str) -> bool:
    names = (source, destination)
    return source in meant(src, names, ()) and destination in meant(dst, names, ())


def _names(side: Bound) -> tuple[str, ...]:
    return tuple(pods.name for pods in side.view.pods)


def _edges(policy: Policy) -> Iterator[int]:
    for direction in Direction:
        for grant in policy.grants(direction):
            for ports in grant.ports:
                yield from (ports.first, ports.last)


def _wanted(sides: tuple[Bound, Bound], names: Sequence[str], ports: tuple[int, ...]) -> Told:
    """Return the differences of all flows between named ends, each evaluated by itself."""
    ends = [side.ends() for side in sides]
    outside = {name: end for known in ends for name, end in known.items() if isinstance(end, Place)}
    ends = [{**outside, **known} for known in ends]  # an address is there, whether it has a name or not
    found: dict[tuple[str, str, str], Found] = {}
    for src, dst in product(names, repeat=2):
        flows = [
            allowed(partial(model_opens, side.policies), known[src], known[dst], ports)
            if src in known and dst in known
            else frozenset()
            for side, known in zip(sides, ends, strict=True)
        ]
        found[REMOVED, src, dst], found[ADDED, src, dst] = flows[0] - flows[1], flows[1] - flows[0]
    return found
