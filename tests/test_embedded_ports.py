"""Example policies against the tables on the same page: ports that one side has and the other has not."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspec.bindings.binding import NO_BINDING
from esspec.compiling.loading import PageFile, load_page
from esspec.linting import example_pods
from esspec.linting.embedded import embedded_policies, embedded_problems
from esspec.linting.example import Example, read_example
from esspec.semantics.lifted import Grant, Policy, all_ports, pods
from esspec.terms import Direction, Protocol
from example_pages import (
    DELETE,
    EXAMPLE,
    HEADER,
    PORT,
    ROW,
    added,
    compared,
    forgotten,
    policy,
    said,
    with_examples,
)
from pages import inside, structure
from small_pages import more, page

PAGES = Path(__file__).parent / "pages"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("row", "ports"),
    [
        pytest.param(ROW, [80], id="one-port"),
        pytest.param("UDP | UI pods | 80 | why", ["{protocol: UDP, port: 80}"], id="protocol"),
        pytest.param("TCP | UI pods | 80, 81-83 | why", [83, 82, 81, 80], id="range-as-ports"),
        pytest.param("TCP | UI pods | 80, 81 | why", ["{port: 80, endPort: 81}"], id="ports-as-range"),
        pytest.param("TCP | Anywhere | Any | why", ["protocol: TCP"], id="every-port"),
        pytest.param("TCP | Anywhere | Any | why", ["{port: 1, endPort: 65535}"], id="every-port-as-range"),
        pytest.param("TCP | Anywhere | User Supplied | why", ["port: ${PORT}"], id="user-supplied"),
        pytest.param("TCP | Anywhere | User Supplied | why", [8080], id="user-supplied-on-the-page"),
        pytest.param("TCP | Anywhere | 8080 | why", ["port: <port>"], id="user-supplied-in-the-example"),
        pytest.param(ROW, [80, 'port: "$PORT"'], id="one-more-to-fill-in"),
        pytest.param(ROW, [80, "port: {{ .Values.port }}"], id="one-more-in-liquid"),
        pytest.param(ROW, [80, "port: {% raw %}{{ port }}{% endraw %}"], id="one-more-in-raw-liquid"),
        pytest.param(ROW, [80, "port: $(cat port)"], id="one-more-from-a-command"),
        pytest.param(ROW, ["port: 1${X}", 80], id="part-of-a-number"),
        pytest.param(ROW, [80, "{port: ${A}, endPort: ${B}}"], id="range-to-fill-in"),
        pytest.param(ROW, [80, "{port: 9, endPort: <b>}"], id="end-to-fill-in"),
        pytest.param("ICMP | Anywhere | 80 | why", [8080], id="row-that-is-not-read"),
    ],
)
def test_an_example_that_says_what_its_table_says(row: str, ports: list[int | str]) -> None:
    assert compared([row], *ports) == []


UDP = "UDP | UI pods | 80 | why"
ALL = "TCP | Anywhere | Any | why"
OPEN = "TCP | Anywhere | User Supplied | why"


@pytest.mark.parametrize(
    ("rows", "ports", "expected"),
    [
        pytest.param([ROW], [80, 443], [added(PORT + 1, "TCP 443")], id="one-more"),
        pytest.param([ROW], [80, 443, 444], [added(PORT + 1, "TCP 443"), added(PORT + 2, "TCP 444")], id="two-more"),
        pytest.param([ROW], ["{port: 79, endPort: 82}"], [added(PORT, "TCP 79, 81-82")], id="wider"),
        pytest.param([ROW], [80, "{protocol: UDP, port: 80}"], [added(PORT + 1, "UDP 80")], id="protocol-more"),
        pytest.param([ROW], ["protocol: TCP"], [added(PORT - 1, "TCP 1-79, 81-65535")], id="every-port"),
        pytest.param([ALL], ["{}", "protocol: SCTP"], [added(PORT - 1, "SCTP")], id="every-port-of-a-protocol"),
        pytest.param([ROW], [80, 443, "port: ${X}"], [added(PORT + 1, "TCP 443")], id="more-beside-one-to-fill-in"),
        pytest.param(
            [ROW, OPEN], [80, 443, 444], [added(PORT + 2, "TCP 443"), added(PORT + 3, "TCP 444")], id="two-for-one"
        ),
        pytest.param(
            [ROW, OPEN],
            [80, 443, "port: ${X}"],
            [added(PORT + 2, "TCP 443")],
            id="more-beside-one-to-fill-in-on-both-sides",
        ),
        pytest.param([OPEN], ["protocol: TCP"], [added(PORT - 1, "TCP")], id="every-port-is-none-to-fill-in"),
        pytest.param(
            [OPEN], ["{protocol: UDP, port: 80}"], [added(PORT, "UDP 80")], id="to-fill-in-for-another-protocol"
        ),
    ],
)
def test_ports_that_no_row_has(rows: list[str], ports: list[int | str], expected: list[str]) -> None:
    assert compared(rows, *ports) == expected


@pytest.mark.parametrize(
    ("rows", "ports", "expected"),
    [
        pytest.param([UDP], [80], [forgotten(EXAMPLE, 7, "UDP 80"), added(PORT, "TCP 80")], id="another-protocol"),
        pytest.param([ALL], [80], [forgotten(EXAMPLE, 7, "TCP 1-79, 81-65535")], id="all-but-one"),
        pytest.param(["TCP | UI pods | 79-82 | y"], [80, 81], [forgotten(EXAMPLE, 7, "TCP 79, 82")], id="narrower"),
        pytest.param([ROW, UDP], [80], [forgotten(EXAMPLE + 1, 8, "UDP 80")], id="a-row"),
        pytest.param([UDP], [80, "{protocol: UDP, port: <x>}"], [added(PORT, "TCP 80")], id="one-to-fill-in"),
        pytest.param([UDP], ["port: <x>"], [forgotten(EXAMPLE, 7, "UDP 80")], id="to-fill-in-for-another-protocol"),
        pytest.param([ALL], ["port: <x>"], [forgotten(EXAMPLE, 7, "TCP")], id="one-to-fill-in-is-no-range"),
        pytest.param(
            [ROW, ROW.replace("80", "81")],
            ["port: <x>"],
            [forgotten(EXAMPLE + 1, 7, "TCP 80"), forgotten(EXAMPLE + 1, 8, "TCP 81")],
            id="two-for-one-to-fill-in",
        ),
        pytest.param([ROW, OPEN], ["port: <x>"], [forgotten(EXAMPLE + 1, 7, "TCP 80")], id="to-fill-in-on-both-sides"),
        pytest.param(
            ["ICMP | UI pods | 1 | y", UDP], [80], [forgotten(EXAMPLE + 1, 8, "UDP 80")], id="beside-an-unread-row"
        ),
    ],
)
def test_ports_that_no_example_has(rows: list[str], ports: list[int | str], expected: list[str]) -> None:
    assert compared(rows, *ports) == expected


def test_a_rule_without_ports_allows_every_port_of_every_protocol() -> None:
    found = said(with_examples(policy().replace("- ports:", "- {}")))
    assert found == [added(PORT - 1, "TCP 1-79, 81-65535; UDP; SCTP")]


@pytest.mark.parametrize(
    ("word", "ports", "expected"),
    [
        pytest.param("Any", "- {}", [], id="any-and-every-port"),
        pytest.param(
            "Any",
            "- ports: [{port: 80}]",
            [
                forgotten(10, 3, "TCP 1-79, 81-65535; UDP; SCTP"),
            ],
            id="any-and-one-port",
        ),
        pytest.param(
            "None",
            "- ports: [{port: 80}]",
            [added(16, "TCP 80", whose="line 3 on 'Kafka pod'")],
            id="none-and-one-port",
        ),
        pytest.param(
            "None",
            "- {}",
            [added(16, "every port", whose="line 3 on 'Kafka pod'")],
            id="none-and-every-port",
        ),
        pytest.param("None", "- ports: [{port: <x>}]", [], id="none-and-one-to-fill-in"),
    ],
)
def test_statements(word: str, ports: str, expected: list[str]) -> None:
    """Any is every port, None is no port."""
    text = (
        f"## Kafka pod\n\nIncoming connections permitted: {word}\n\n## UI pod\n\nIncoming connections permitted: None\n"
    )
    found = said(f"{text}\n```\n{policy().replace('- ports:', ports)}```\n")
    assert found == expected


def test_each_rule_has_ports_of_its_own() -> None:
    """The same port in two rules is two findings."""
    text = policy(443, 80, more="  - ports:\n    - port: 443\n")
    assert said(with_examples(text)) == [added(PORT, "TCP 443"), added(PORT + 3, "TCP 443")]


def test_a_rule_for_nobody_opens_nothing() -> None:
    """There is none in a NetworkPolicy; the kinds of other targets have such rules."""
    (found,) = embedded_policies(structure(with_examples(policy(80))))
    subject, nobody = pods([]), Grant((), all_ports(), 1)
    read = read_example(found, lambda *_: (Policy("a", subject, frozenset(Direction), (nobody,), (), 1),), NO_BINDING)
    assert isinstance(read, Example)
    assert read.opened == {Direction.INGRESS: (), Direction.EGRESS: ()}


# Directions

EGRESS = "  egress:\n  - ports: [{protocol: UDP, port: 53}]\n"
EGRESS_LINE = PORT + 2


@pytest.mark.parametrize(
    ("more_spec", "expected"),
    [
        pytest.param("  policyTypes: [Ingress]\n", [], id="isolated-by-its-types"),
        pytest.param(f"{EGRESS}  policyTypes: [Ingress]\n", [], id="egress-rules-without-effect"),
        pytest.param("  policyTypes: [Ingress, Egress]\n", [], id="egress-shut"),
        pytest.param(
            EGRESS,
            [
                added(EGRESS_LINE, "UDP 53", whose="line 1 on 'Kafka pod'").replace("ingress", "egress"),
            ],
            id="egress-of-which-the-page-says-nothing",
        ),
    ],
)
def test_only_isolated_directions_count(more_spec: str, expected: list[str]) -> None:
    assert said(with_examples(policy(80, more=more_spec))) == expected


def test_rows_of_a_direction_that_an_example_shuts() -> None:
    """The example is about ingress too, where it opens the port of the row."""
    text = page("TCP | UI pods | 81 | y", header=HEADER.replace("Origin", "Destination"), direction="egress")
    types = policy(80, more="  policyTypes: [Ingress, Egress]\n")
    assert said(f"{text}\n```\n{types}```\n") == [
        f"14: line 7 permits egress of 'Kafka pod' on TCP 81, and the example 'a' does not — {DELETE}",
        added(PORT, "TCP 80", whose="line 1 on 'Kafka pod'"),
    ]


def test_ports_for_names_are_the_binding_s() -> None:
    """What `[dns]` adds to every isolated egress is no port that the page forgot."""
    text = with_examples(policy(80, more=EGRESS))
    binding = more("[dns]", 'peers = [{ namespace = "kube-system", labels = { k8s-app = "kube-dns" } }]')
    assert said(text, binding) == []
    assert len(said(text)) == 1
    dns = with_examples(policy(80, "{protocol: UDP, port: 53}"))
    assert said(dns, binding) == [added(PORT + 1, "UDP 53")]


# Which workloads an example is about

SHUT = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shut}\nspec: {podSelector: {}}\n"


@pytest.mark.parametrize(
    ("labels", "is_about_kafka"),
    [
        pytest.param("{component: kafka}", True, id="fewer"),
        pytest.param("{component: kafka, release: es}", True, id="the-same"),
        pytest.param("{component: kafka, release: es, role: broker}", True, id="more"),
        pytest.param("{component: kafka, role: broker}", False, id="neither-fewer-nor-more"),
        pytest.param("{component: <name>, release: es}", True, id="one-to-fill-in"),
        pytest.param('{component: kafka, role: "${ROLE}", release: "{{ r }}"}', True, id="some-to-fill-in"),
        pytest.param("{component: ui}", False, id="another-workload"),
        pytest.param("{component: kafka, release: other}", False, id="another-value"),
        pytest.param("{}\n    matchExpressions: [{key: component, operator: In, values: [kafka, x]}]", True, id="in"),
        pytest.param("{}\n    matchExpressions: [{key: component, operator: In, values: [ui, x]}]", False, id="not-in"),
        pytest.param("{}\n    matchExpressions: [{key: role, operator: Exists}]", False, id="exists"),
        pytest.param("{}\n    matchExpressions: [{key: role, operator: DoesNotExist}]", True, id="does-not-exist"),
        pytest.param("{}\n    matchExpressions: [{key: role, operator: In, values: [<x>]}]", True, id="in-to-fill-in"),
    ],
)
def test_labels_say_what_an_example_is_about(labels: str, is_about_kafka: bool) -> None:  # noqa: FBT001 - a table
    selector = f"  podSelector:\n    matchLabels: {labels}\n"
    text = policy(443).replace("  podSelector: {matchLabels: {component: kafka}}\n", selector)
    found = said(with_examples(text))
    assert [line.partition(" — ")[0] for line in found if "443" in line and "Kafka" in line] == (
        [added(PORT + (2 if "\n" in labels else 1), "TCP 443").partition(" — ")[0]] if is_about_kafka else []
    )


def test_an_example_for_every_pod() -> None:
    """It is compared with each workload, and a port that is missing on several is one finding."""
    text = page(ROW, header=HEADER).replace("permitted: Any", "permitted: None")
    assert said(f"{text}\n```\n{policy(80, 443, labels='{}')}```\n") == [
        added(PORT, "TCP 80", whose="line 11 on 'UI pod'"),
        added(PORT + 1, "TCP 443", whose="line 7 on 'Kafka pod', line 11 on 'UI pod'"),
    ]


def test_of_many_workloads_the_first_five_are_named() -> None:
    headings = "".join(f"## P{n} pod\n\nIncoming connections permitted: None\n\n" for n in range(7))
    entries = "".join(f'[workloads."P{n} pod"]\nlabels = {{ component = "p{n}" }}\n' for n in range(7))
    found = said(f"{headings}```\n{policy(80, labels='{}')}```\n", f'namespace = "ns"\n{entries}')
    places = ", ".join(f"line {4 * n + 3} on 'P{n} pod'" for n in range(5))
    assert found == [added(37, "TCP 80", whose=f"{places}, and 2 more")]


def test_examples_that_open_nothing_are_left_aside() -> None:
    """One that shuts all pods is there to be opened by others."""
    assert said(with_examples(SHUT)) == []
    assert said(with_examples(SHUT, policy(80))) == []


def test_all_examples_count_together() -> None:
    """Each opens a part; the finding about what is missing stands at the first of them."""
    rows = [ROW, "TCP | UI pods | 81 | y"]
    one, other = policy(80, name="one"), policy(81, name="other", labels="{component: kafka, release: es}")
    assert said(with_examples(one, other, rows=rows)) == []
    assert said(with_examples(one, other, rows=[*rows, UDP])) == [
        forgotten(EXAMPLE + 2, 9, "UDP 80", "none of the 2 examples for it does")
    ]
    fences = f"{with_examples(one, rows=rows)}\n1. x\n\n{inside(f'```{chr(10)}{other}```', '   ')}"
    assert said(fences) == []


def test_without_labels_nothing_is_compared() -> None:
    """Nobody knows whom an example is about; nor is there anything to say without an example."""
    Path("esspec.toml").unlink(missing_ok=True)
    Path("page.md").write_text(with_examples(policy(443)), encoding="utf-8")
    assert list(embedded_problems(load_page(PageFile("page.md")))) == []
    assert said(page()) == []


def test_a_workload_that_only_the_binding_describes_is_not_the_page_s() -> None:
    binding = more('[workloads."Tool pod"]', 'labels = { component = "tool" }')
    assert said(with_examples(policy(443, labels="{component: tool}"), rows=["TCP | Tool pod | 80 | y"]), binding) == []


def test_too_many_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that would take minutes is not compared, and says so."""
    text = with_examples(*[policy(80, 443, labels="{}")] * 3)
    assert len(said(text)) == 4
    monkeypatch.setattr(example_pods, "MAX_COMPARED", 23)
    assert said(text) == [
        f"{EXAMPLE}: the examples and workloads of this page are too many to compare — split the page [embedded-policy]"
    ]
    monkeypatch.setattr(example_pods, "MAX_COMPARED", 24)
    assert len(said(text)) == 4


# The page of a real product

EP_BINDING = """\
namespace = "ep"
labels = { "app.kubernetes.io/managed-by" = "ibm-ep-operator" }

[workloads."Flink operator pod"]
labels = { "app.kubernetes.io/name" = "flink-kubernetes-operator" }
inherit_labels = false

[workloads."Flink operand pods (job and task managers)"]
labels = { "app.kubernetes.io/name" = "ibm-eventautomation-flink" }
inherit_labels = false
aliases = ["Flink pods", "Flink"]
"""


def test_the_examples_of_a_real_page() -> None:
    """Seven examples: one opens a port that its table has not; one has a port to be filled in, one opens nothing."""
    Path("esspec.toml").write_text(EP_BINDING, encoding="utf-8")
    Path("page.md").write_bytes((PAGES / "ep_1.0.md").read_bytes())
    found = embedded_problems(load_page(PageFile("page.md")))
    name, whose = "ibm-eventautomation-flink-operator", "line 42 on 'Flink operator pod'"
    assert [f"{problem.line}: {problem.message} — {problem.remedy} [{problem.code}]" for problem in found] == [
        added(139, "TCP 443", name, whose)
    ]


# The law

Entry = tuple[Protocol, int, int]


def entries(least: int = 0) -> st.SearchStrategy[list[Entry]]:
    """Return ports on few numbers, so that they meet."""
    ports = st.tuples(st.sampled_from(Protocol), st.integers(1, 6), st.integers(0, 3))
    return st.lists(
        ports.map(lambda drawn: (drawn[0], drawn[1], drawn[1] + drawn[2])), min_size=least, max_size=4, unique=True
    )


def numbers(entry: Entry) -> set[tuple[str, int]]:
    """Return the single ports of an entry."""
    return {(entry[0].value, port) for port in range(entry[1], entry[2] + 1)}


def listed(words: str) -> frozenset[tuple[str, int]]:
    """Return the single ports of words such as `TCP 1, 3-5; UDP 2`."""
    found: set[tuple[str, int]] = set()
    for part in words.split("; "):
        protocol, _, intervals = part.partition(" ")
        for interval in intervals.split(", "):
            first, _, last = interval.partition("-")
            found |= {(protocol, port) for port in range(int(first), int(last or first) + 1)}
    return frozenset(found)


@given(entries(1), entries(1), entries())
def test_what_is_found_is_the_difference(rows: list[Entry], one: list[Entry], other: list[Entry]) -> None:
    """Port by port: what a row has and no example, and what an example has and no row, and nothing else."""
    table = [f"{protocol} | UI pods | {first}-{last} | why" for protocol, first, last in rows]
    items = [
        [f"{{protocol: {protocol}, port: {first}, endPort: {last}}}" for protocol, first, last in some]
        for some in (one, other)
    ]
    examples = [policy(*items[0]), *([policy(*items[1])] if other else [])]
    on_page = set().union(*map(numbers, rows))
    in_examples = set().union(*map(numbers, one + other))
    first_port = PORT + len(rows) - 1
    lines = [first_port + n for n in range(len(one))] + [first_port + len(one) + 8 + n for n in range(len(other))]
    wanted = Counter(
        (str(7 + n), frozenset(rest)) for n, row in enumerate(rows) if (rest := numbers(row) - in_examples)
    ) + Counter(
        (str(line), frozenset(rest))
        for line, port in zip(lines, one + other, strict=True)
        if (rest := numbers(port) - on_page)
    )
    found = said(with_examples(*examples, rows=table))
    matches = [
        re.match(r"\d+: line (?P<line>\d+) permits ingress of 'Kafka pod' on (?P<ports>[^a-z]+), and ", text)
        or re.match(r"(?P<line>\d+): the example 'a' allows ingress on (?P<ports>[^a-z]+), and ", text)
        for text in found
    ]
    assert Counter((match["line"], listed(match["ports"])) for match in matches if match) == wanted
    assert None not in matches
