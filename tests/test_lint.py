"""What lint finds on the page in docs_source, and laws: the order of a page does not count, and a naive look agrees."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from command_lines import esspec
from esspec.bindings.binding import NO_BINDING, Binding, read_binding
from esspec.bindings.binding_file import BindingFile
from esspec.bindings.jekyll_data import DataFiles
from esspec.compiling.compile import compile_page
from esspec.compiling.page_reading import Reading, read
from esspec.linting.lint import lint
from esspec.linting.rules_text import rule_texts
from esspec.model import AllowNone, AllowOnly, Anyone, PolicySet, PortRange, Rule, WorkloadPeer
from esspec.problem import InputProblems
from esspec.terms import Direction
from esspec.text.source import read_source
from strategies import Written, examples, pages

SEED = Path(__file__).parent.parent / "docs_source" / "network-policies.md"
WITHOUT_DNS = (
    "Kafka pod, ZooKeeper pod, Administration UI pod, REST producer server pod, REST proxy pod, Collector pod, "
    "Network proxy pod, Access Controller pod, Index manager pod, Elasticsearch pod, Install jobs pod"
)
SWALLOWED = "note: line 95 permits all that this row does — delete this row, or narrow the other one [swallowed-row]"
ONE_SIDED = (
    "137:14: error: 'Kafka pod' permits no TCP 8080 from 'Collector pod' (lines 17 to 21) — add "
    "'TCP | Collector pods to port 8080 | Prometheus connections' there, or delete this peer [one-sided]"
)


def spelling(place: str, spelt: str, name: str, rows: str) -> str:
    """Return the finding about another spelling of a name."""
    told = f"'{spelt}' is another spelling of '{name}' ({rows})"
    return f"{place}: note: {told} — spell it the same everywhere, or write it into its aliases [name-spelling]"


FOUND = [
    (
        f" warning: 11 workloads cannot resolve names: {WITHOUT_DNS}"
        " — state it on the page, or add [dns] to esspec.toml [no-dns]"
    ),
    spelling("30:14", "Index Manager", "Index manager pod", "4 rows"),
    spelling("58:14", "geo-replicator", "Geo-replicator pod", "1 row"),
    spelling("83:14", "REST Proxy", "REST proxy pod", "2 rows").replace("83", "84"),
    *(f"{line}:1: {SWALLOWED}" for line in range(90, 95)),
    ONE_SIDED,
    (
        "157:26: note: 'Administration server pod' permits TCP 8443 to 'Access Controller pod' only by a blanket row "
        "(line 95) — add 'TCP | Access Controller pods on port 8443 | Allow components to make auth checks' there, "
        "so that both ends name each other [blanket-held]"
    ),
    spelling("189:14", "ElasticSearch", "Elasticsearch pod", "2 rows"),
]


def test_page_in_docs_source() -> None:
    """Everything that there is to find, and nothing else."""
    ran = esspec("lint", str(SEED), "--no-ignore", "--format", "concise")
    assert ran.out.splitlines() == [f"{SEED}:{one}" for one in FOUND]
    assert (ran.code, ran.err) == (1, "1 error, 1 warning, 10 notes\n")


def test_binding_in_docs_source_ignores_what_is_known() -> None:
    """One row, with a reason; the page passes, and no ignore is left over."""
    ran = esspec("lint", str(SEED), "--format", "concise")
    assert ran.out.splitlines() == [f"{SEED}:{one}" for one in FOUND if one is not ONE_SIDED]
    assert (ran.code, ran.err) == (0, "0 errors, 1 warning, 10 notes\n")


# The order of sections and rows


def reading(page: Written) -> Reading:
    toml = page.toml()
    binding = Binding(BindingFile.model_validate(tomllib.loads(toml)), path="esspec.toml", folder=None, text=toml)
    return read(read_source(page.markdown().encode(), "page.md"), binding, "page.md", {})


def without_lines(page: Written) -> Counter[tuple[str, str]]:
    """Return the findings about a page, lines and the order of names aside."""
    return Counter((one.code, _PLACE.sub("there", _sorted(one.message))) for one in lint([reading(page)]))


_PLACE = re.compile(r"lines? \d+(?:(?: to | and line )\d+)*")


def _sorted(message: str) -> str:
    """Return a message with the names at its end in alphabetical order."""
    told, colon, names = message.rpartition(": ")
    return told + colon + ", ".join(sorted(names.split(", ")))


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[Written, Written]:
    """Return a page, and the same with its sections, and the rows of each table, in another order."""
    page = draw(pages())
    sections = []
    for section in draw(st.permutations(page.sections)):
        for direction in Direction:
            said = section.said(direction)
            if isinstance(said, tuple):
                section = section.saying(direction, tuple(draw(st.permutations(said))))  # noqa: PLW2901 - a new value
        sections.append(section)
    return page, page._replace(sections=tuple(sections))


@examples(150)
@given(shuffled())
def test_order_has_no_meaning(both: tuple[Written, Written]) -> None:
    assert without_lines(both[0]) == without_lines(both[1])


# A naive look at the model


def has(rule: Rule, port: int) -> bool:
    return isinstance(rule.ports, str) or any(found.first <= port <= found.last for found in rule.ports)


def edges(*rules: Rule) -> set[int]:
    """Return the ports at which any rule begins or ends to permit something, and their neighbours."""
    ports = [
        PortRange(first=1, last=65535),
        *(r for rule in rules if not isinstance(rule.ports, str) for r in rule.ports),
    ]
    return {p for r in ports for end in (r.first, r.last) for p in (end - 1, end, end + 1) if 0 < p <= 65535}


def ends(policies: PolicySet) -> Iterator[tuple[int, str, str]]:
    """Yield line, other workload and code of what the two ends of a connection should be told."""
    for workload in policies.workloads:
        for direction, opposite in zip(Direction, reversed(Direction), strict=True):
            allowance = workload.allowance(direction)
            for rule in allowance.rules if isinstance(allowance, AllowOnly) else ():
                for name in {peer.workload for peer in rule.peers if isinstance(peer, WorkloadPeer)}:
                    other = policies.workload[name].allowance(opposite)
                    if isinstance(other, AllowNone):
                        yield rule.line, name, "dead-row"
                    elif isinstance(other, AllowOnly):
                        ways = [r for r in other.rules if r.protocol is rule.protocol]
                        ports = [port for port in edges(rule, *ways) if has(rule, port)]
                        named = [r for r in ways if WorkloadPeer(workload=workload.name) in r.peers]
                        blanket = [r for r in ways if Anyone() in r.peers]
                        if not all(any(has(r, port) for r in (*named, *blanket)) for port in ports):
                            yield rule.line, name, "one-sided"
                        elif not all(any(has(r, port) for r in named) for port in ports):
                            yield rule.line, name, "blanket-held"


def permits(wide: Rule, narrow: Rule) -> bool:
    """Return whether one rule permits all that another does."""
    ports = [port for port in edges(wide, narrow) if has(narrow, port)]
    peers = Anyone() in wide.peers or set(narrow.peers) <= set(wide.peers)
    return wide.protocol is narrow.protocol and peers and all(has(wide, port) for port in ports)


def needless(policies: PolicySet) -> Iterator[tuple[int, str]]:
    """Yield the lines that say nothing new."""
    for workload in policies.workloads:
        for direction in Direction:
            allowance = workload.allowance(direction)
            rules = allowance.rules if isinstance(allowance, AllowOnly) else ()
            for rule in rules:
                wider = [other for other in rules if other is not rule and permits(other, rule)]
                equal = [other for other in wider if permits(rule, other)]
                if any(other.line < rule.line for other in equal):
                    yield rule.line, "same-connection-twice"
                elif len(wider) > len(equal):
                    yield rule.line, "swallowed-row"


@examples(300)
@given(pages())
def test_naive_look_at_the_model_agrees(page: Written) -> None:
    """Pages without conditions and errors, each port at which something changes tried one by one."""
    policies = compile_page(reading(page))
    found = lint([reading(page)])
    ways = {"one-sided", "dead-row", "blanket-held"}
    told = [(one.line, one.message.split("'")[1], one.code) for one in found if one.code in ways]
    assert sorted(told) == sorted(ends(policies))
    ways = {"same-connection-twice", "swallowed-row"}
    assert sorted((one.line, one.code) for one in found if one.code in ways) == sorted(needless(policies))


# Pages that are damaged

PAGES = sorted(Path(__file__).parent.glob("pages/e*.md"))
DATA = DataFiles([str(Path(__file__).parent / "pages" / "reuse.yml")])
LINES = st.sampled_from(
    [
        "",
        "<!-- esspec: ignore swallowed-row -->",
        "Note: port 80 of Kafka must be open.",
        "| TCP | Anywhere | 80 | why | Always |",
        "## Kafka pod",
        "- Incoming connections permitted: None",
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return a page of the family with some lines gone, put elsewhere, or changed."""
    lines = draw(st.sampled_from(PAGES)).read_text(encoding="utf-8").split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        middle = draw(st.integers(0, len(lines[at])))
        piece = draw(st.sampled_from(["|", " | ", "*", "`", "<!--", "{{", "port", " and ", "99999", "Anywhere", "\t"]))
        ways = [[], [lines[at]] * 2, [draw(LINES), lines[at]], [lines[at][:middle] + piece + lines[at][middle:]]]
        lines[at : at + 1] = draw(st.sampled_from(ways))
        lines = lines or [""]
    return "\n".join(lines)


@examples(150)
@given(damaged(), st.booleans())
def test_damaged_page_is_linted_as_far_as_it_is_read(text: str, with_binding: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever is wrong, lint shows what the reading found, and each of its findings is documented."""
    binding = read_binding(SEED.with_name("esspec.toml"), "esspec.toml") if with_binding else NO_BINDING
    try:
        found = read(read_source(text.encode(), "page.md"), binding, "page.md", DATA)
    except InputProblems:  # front matter that is damaged
        return
    told = lint([found], with_ignores=False)
    assert {one for one in found.problems if with_binding or one.code != "missing-labels"} <= set(told)
    assert {one.code for one in told} <= rule_texts().keys()
