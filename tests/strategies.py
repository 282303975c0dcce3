"""What Hypothesis draws for the laws and the proof: models, readings of policy texts, and whole pages.

All of it is drawn from small alphabets, so that selectors cross, addresses nest and ports touch.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from esspec.bindings.binding import Binding
from esspec.bindings.binding_file import BindingFile
from esspec.compiling.compile import compile_page
from esspec.compiling.page_reading import read
from esspec.model import (
    Allowance,
    Anyone,
    Dns,
    ExternalPeer,
    InstancePeer,
    Peer,
    PolicySet,
    PortRange,
    Rule,
    Selector,
    WorkloadPeer,
)
from esspec.semantics.lifted import (
    EVERYONE,
    NAMESPACE,
    Grant,
    Key,
    Outside,
    Peers,
    Policy,
    Ports,
    Values,
    all_but,
    label,
    only,
    pods,
)
from esspec.targets.target import load_targets
from esspec.terms import Direction, Protocol, Role
from esspec.text.source import read_source
from models import ANY, ANYONE, INSTANCE, NONE, UNSPECIFIED, external, kube_dns, policy_set, rule, workload

TARGETS = load_targets(())
TARGET_NAMES = tuple(target.name for target in TARGETS)


def examples(count: int) -> settings:
    """Return settings for so many examples, however slow the machine is."""
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])


NAMESPACES = ("event-streams", "other")
VALUES = {"component": ("kafka", "rest"), "release": ("es",)}
EDGES = (1, 2, 80, 81, 443, 65534, 65535)
REASONS = (
    "Kafka access", "", "it's \"so\"", "a: b # c", "=SUM(A1)", "--- {x}", "'quoted", "été 🦊", "- dash, comma", "%0A::",
)  # fmt: skip


# Models


SELECTORS = st.sampled_from(
    [
        Selector(namespace=namespace, labels=labels)
        for namespace in NAMESPACES
        for labels in (
            (("component", "kafka"),),
            (("component", "rest"),),
            (("release", "es"),),
            (("component", "kafka"), ("release", "es")),
            (("component", "rest"), ("release", "es")),
        )
    ]
)
"""Pods by one label or by both, so that some selectors hold others and some cross."""

_EDGE = st.sampled_from(EDGES)
_PAIR = st.one_of(_EDGE.map(lambda port: [port, port]), st.tuples(_EDGE, _EDGE).map(sorted))
PORT_RANGES = _PAIR.map(lambda pair: PortRange(first=pair[0], last=pair[1]))
"""A port or a range with its ends at edges that touch each other."""

PROTOCOLS = st.sampled_from(Protocol)

EXTERNALS = st.lists(
    st.sampled_from(
        [
            external("gate", "192.0.2.0/28", "2001:db8::/64"),
            external("next to the gate", "192.0.2.16/31"),
            external("master", "198.51.100.7/32", "2001:db8:1::1/128", role="kube-apiserver"),
            external("node", "198.51.100.8/31", role="node", accepts=(("cilium", "all-nodes"),)),
        ]
    ),
    unique_by=lambda found: found.name,
)
"""Externals of every role with disjoint addresses of both families, neighbours among them."""

_RANGES = st.lists(PORT_RANGES, max_size=3, unique=True)
_COUNT = st.integers(1, 3)
_REASON = st.sampled_from(REASONS)
_FIXED: st.SearchStrategy[Allowance | None] = st.sampled_from([UNSPECIFIED, NONE, ANY, None, None, None])


@st.composite
def _allowances(draw: st.DrawFn, line: int, peers: st.SearchStrategy[list[Peer]]) -> Allowance | list[Rule]:
    fixed = draw(_FIXED)
    if fixed is not None:
        return fixed
    return [
        rule(
            *draw(peers),
            on=tuple(draw(_RANGES)) or "all",
            protocol=draw(PROTOCOLS),
            line=line + number,
            reason=draw(_REASON),
        )
        for number in range(draw(_COUNT))
    ]


@st.composite
def policy_sets(draw: st.DrawFn) -> PolicySet:
    """Return a model that every target can say: overlapping workloads, every kind of peer and allowance."""
    names = ["kafka", "rest", "proxy"][: draw(_COUNT)]
    outside = draw(EXTERNALS)
    known: list[Peer] = [ANYONE, INSTANCE, *(WorkloadPeer(workload=name) for name in names)]
    known += [ExternalPeer(external=e.name) for e in outside]
    peers = st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True)
    workloads = []
    for number, name in enumerate(names):
        subject = draw(SELECTORS)
        seen = Selector(namespace=None, labels=subject.labels) if draw(st.booleans()) else subject
        said = [draw(_allowances(100 * number + at, peers)) for at in (10, 50)]
        workloads.append(workload(name, *said, where=subject, seen=seen))
    return policy_set(*workloads, externals=outside, dns=draw(_DNS))


def _dns_of_the_page(selector: Selector, ports: PortRange) -> Dns:
    return kube_dns().model_copy(update={"peers": (selector,), "ports": ((Protocol.UDP, ports),)})


_DNS = st.one_of(st.none(), st.just(kube_dns()), st.builds(_dns_of_the_page, SELECTORS, PORT_RANGES))


# Readings of policy texts, such as no target of ours writes


KEYS = (NAMESPACE, *(label(name) for name in VALUES))
NETWORKS = (
    "192.0.2.0/24", "192.0.2.0/28", "192.0.2.15/32", "198.51.100.9/32", "0.0.0.0/0", "128.0.0.0/1", "2001:db8::/32",
    "::/0",
)  # fmt: skip


def _items(key: Key) -> list[str | None]:
    return list(NAMESPACES) if key == NAMESPACE else [*VALUES[key.name], "other", None]


def values(key: Key) -> st.SearchStrategy[Values]:
    """Draw a set of values of a key: some of them, none at all, or all but some."""
    items = st.lists(st.sampled_from(_items(key)), max_size=2)
    return st.builds(lambda kind, some: kind(*some), st.sampled_from([only, all_but]), items)


LIFTED_PODS = st.lists(
    st.one_of([values(key).map(lambda found, key=key: (key, found)) for key in KEYS]),  # type: ignore[misc]
    max_size=3,
).map(pods)
"""Requirements on any keys, several on one key among them."""

LIFTED_OUTSIDE = st.builds(
    Outside,
    st.none() | st.lists(st.sampled_from(NETWORKS), max_size=2).map(tuple),
    st.frozensets(st.sampled_from(Role)),
    st.lists(st.sampled_from(NETWORKS), max_size=1).map(tuple),
)
"""Addresses of some roles, or every address of them, with exceptions."""

_PEERS: st.SearchStrategy[Peers] = st.one_of(LIFTED_PODS, LIFTED_OUTSIDE, st.just(EVERYONE))
_GRANTS = st.lists(
    st.builds(
        Grant,
        st.lists(_PEERS, max_size=2).map(tuple),
        st.lists(st.builds(lambda p, r: Ports(p, r.first, r.last), PROTOCOLS, PORT_RANGES), max_size=2).map(tuple),
        st.just(1),
    ),
    max_size=2,
).map(tuple)

LIFTED_POLICIES = st.lists(
    st.builds(
        Policy, st.just("p"), LIFTED_PODS, st.frozensets(st.sampled_from(Direction)), _GRANTS, _GRANTS, st.just(1)
    ),
    min_size=1,
    max_size=3,
)
"""Policies as a `lift` may return them; a direction that is not isolated may have grants too."""


# Pages


NAMESPACE_NAME, RELEASE = "event-streams", "es"
ANYWHERE = "Anywhere"
LABELS = {
    "Kafka": "kafka", "ZooKeeper": "zookeeper", "Geo-replicator": "replicator", "REST proxy": "on", "Collector": "1e3",
}  # fmt: skip
"""The workloads of pages by heading, and the value of their label `component`; two read as no text in YAML."""

AUDITED = "Audited"
"""One more workload, told apart by a label of its own, so that its pods may be those of another workload too."""

MASTER, STORE = "master host", "metrics store"
VARIABLE = "site.data.reuse.master_host"
OUTSIDE = {
    MASTER: external(MASTER, "192.0.2.10/32", role="kube-apiserver"),
    STORE: external(STORE, "198.51.100.0/24", "2001:db8::/32"),
}
"""The externals of pages; the master host may stand in a cell as a variable."""


class Row(NamedTuple):
    """A row: whom it names, in which words, on which ports; `by_variable` where the cell holds a variable."""

    peers: tuple[str, ...]
    words: tuple[str, ...]
    ports: tuple[tuple[int, int], ...]
    protocol: str
    reason: str
    by_variable: bool = False

    def cells(self, direction: Direction) -> tuple[str, str, str]:
        """Return the row's cells, in the seed's words."""
        preposition = "to" if direction is Direction.INGRESS else "on"
        numbers = [str(first) if first == last else f"{first}-{last}" for first, last in self.ports]
        ports = f"port{'s' if len(numbers) > 1 else ''} {listed(numbers)}" if numbers else ""
        if self.by_variable:
            lead = "To " if direction is Direction.INGRESS else ""
            return self.protocol, f"{lead}{ports} {{{{{VARIABLE}}}}}", self.reason
        return (
            self.protocol,
            f"{listed(self.words)} {preposition} {ports}" if ports else listed(self.words),
            self.reason,
        )


Said = tuple[Row, ...] | Literal["Any", "None", ""]
"""What a page says of a direction; "" is nothing."""


class Section(NamedTuple):
    """What a page says of one workload."""

    name: str
    ingress: Said
    egress: Said

    def said(self, direction: Direction) -> Said:
        """Return what stands behind or below the label of a direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress

    def saying(self, direction: Direction, said: Said) -> "Section":
        """Return this section with something else said of a direction."""
        return self._replace(ingress=said) if direction is Direction.INGRESS else self._replace(egress=said)


class Written(NamedTuple):
    """A page and its binding; `everywhere` are the workloads whose pods are peers in any namespace."""

    sections: tuple[Section, ...]
    everywhere: frozenset[str] = frozenset()
    dns: bool = False

    def markdown(self) -> str:
        """Return the page in the seed's layout."""
        head = '---\ntitle: "Network policies"\ntoc: true\n---\n\nThe permitted connections of each pod.\n'
        return head + "".join(_section(section) for section in self.sections)

    def toml(self) -> str:
        """Return the binding that the page needs."""
        return "\n".join(_binding(self)) + "\n"


def listed(words: Sequence[str]) -> str:
    """Return words as the seed lists them."""
    if len(words) > 2:
        return f"{', '.join(words[:-1])}, and {words[-1]}"
    return " and ".join(words)


def _section(section: Section) -> str:
    text = f"\n## {section.name} pod\n"
    for direction, lead, column in (
        (Direction.INGRESS, "Incoming", "Origin"),
        (Direction.EGRESS, "Outgoing", "Destination"),
    ):
        said = section.said(direction)
        if isinstance(said, str):
            text += f"\n- {lead} connections permitted: {said}\n" if said else ""
            continue
        text += f"\n- {lead} connections permitted:\n\n| **Type** | **{column}** | **Reason** |\n|---|---|---|\n"
        text += "".join(f"| {' | '.join(row.cells(direction))} |\n" for row in said)
    return text


def _binding(page: Written) -> Iterator[str]:
    yield f'namespace = "{NAMESPACE_NAME}"\nlabels = {{ release = "{RELEASE}" }}'
    for section in page.sections:
        yield f'\n[workloads."{section.name} pod"]'
        if section.name == AUDITED:
            others = [f"{other.name} pod" for other in page.sections if other.name != AUDITED]
            yield f'labels = {{ audited = "yes" }}\noverlaps = {json.dumps(others)}'
        else:
            yield f'labels = {{ component = "{LABELS[section.name]}" }}\naliases = ["{section.name} replica"]'
        if section.name in page.everywhere:
            yield 'namespaces = "any"'
    for name, outside in OUTSIDE.items():
        yield f'\n[externals."{name}"]\nrole = "{outside.role.value}"\naddresses = {json.dumps(outside.addresses)}'
    yield f'\n[variables]\n"{VARIABLE}" = "on the {MASTER}"'
    if page.dns:
        yield '\n[dns]\npeers = [{ namespace = "kube-system", labels = { k8s-app = "kube-dns" } }]'
    for section in page.sections:
        for row in section.ingress if isinstance(section.ingress, tuple) else ():
            if row.by_variable:
                cells = json.dumps(" | ".join(row.cells(Direction.INGRESS)), ensure_ascii=False)
                yield f'\n[[overrides]]\nworkload = "{section.name} pod"\ndirection = "ingress"\nrow = {cells}'
                yield f'peer = "{MASTER}"\nreason = "the row names no origin"'


def compiled(page: Written, text: str | bytes | None = None) -> PolicySet:
    """Return the model of a page, or of another text under its binding. Raises PageProblems."""
    toml = page.toml()
    binding = Binding(BindingFile.model_validate(tomllib.loads(toml)), path="esspec.toml", folder=None, text=toml)
    found = page.markdown() if text is None else text
    data = found.encode() if isinstance(found, str) else found
    return compile_page(read(read_source(data, "page.md"), binding, "page.md", {}))


PAGE = Written(
    (
        Section(
            "Kafka",
            ingress=(
                Row(("ZooKeeper", "Collector"), ("ZooKeeper pods", "collector pods"), ((80, 81),), "TCP", "a"),
                Row(("master host",), (), ((8081, 8081),), "TCP", "metrics", by_variable=True),
            ),
            egress="None",
        ),
        Section("ZooKeeper", ingress="Any", egress=(Row(("Anywhere",), ("Anywhere",), ((53, 53),), "UDP", "names"),)),
        Section("Collector", ingress="", egress=(Row(("metrics store",), ("metrics store",), (), "SCTP", "b"),)),
    ),
    dns=True,
)
"""A page of three workloads with every allowance, a variable, a range, an external and name resolution."""


_SPELLINGS = ("{} pods", "{} pod", "{}", "{} replica pods", "Other {} pods")


_SAID: st.SearchStrategy[Literal["Any", "None", ""]] = st.sampled_from(["Any", "None", ""])
_ROWS = st.sampled_from([0, 1, 1, 2, 3])
_ROW_PROTOCOL = st.sampled_from(["TCP", "UDP", "SCTP"])
_BY_VARIABLE = st.sampled_from([False, False, False, True])
_SPELLING = st.sampled_from(_SPELLINGS)
_NAMES = st.lists(st.sampled_from([*LABELS, AUDITED]), min_size=1, max_size=4, unique=True)


@st.composite
def rows(draw: st.DrawFn, number: int, own: str, names: Sequence[str]) -> Row:
    """Return a row; its number in the reason makes it the only one of its content."""
    ports = tuple((r.first, r.last) for r in draw(_RANGES))
    protocol = draw(_ROW_PROTOCOL)
    reason = f"{draw(_REASON)} {number}".strip()
    by_variable = draw(_BY_VARIABLE)
    if ports and by_variable:
        return Row((MASTER,), (), ports, protocol, reason, by_variable=True)
    peers = draw(st.lists(st.sampled_from([*names, ANYWHERE, *OUTSIDE]), min_size=1, max_size=3, unique=True))
    words = [_spelt(peer, draw(_SPELLING), own) for peer in peers]
    return Row(tuple(peers), tuple(words), ports, protocol, reason)


def _spelt(peer: str, spelling: str, own: str) -> str:
    if peer == ANYWHERE or peer in OUTSIDE:
        return peer
    if peer == AUDITED:
        return "Audited pods"
    if spelling.startswith("Other") and peer != own:
        return f"{peer.upper()} pods"
    return spelling.format(peer)


@st.composite
def pages(draw: st.DrawFn) -> Written:
    """Return a page of one to four workloads and the binding that makes it compile."""
    names = draw(_NAMES)
    sections = []
    for place, name in enumerate(names):
        said: list[Said] = []
        for start in (10 * place, 10 * place + 5):
            found = tuple(draw(rows(start + n, name, names)) for n in range(draw(_ROWS)))
            said.append(found or draw(_SAID))
        sections.append(Section(name, *said))
    if not any(isinstance(s, tuple) for section in sections for s in (section.ingress, section.egress)):
        sections[0] = sections[0].saying(Direction.INGRESS, (draw(rows(99, names[0], names)),))
    everywhere = draw(st.booleans()) and names[0] != AUDITED
    return Written(tuple(sections), frozenset(names[:1] if everywhere else ()), draw(st.booleans()))


def peers_of(found: Sequence[Peer]) -> set[str]:
    """Return peers of the model in the words of `Row.peers`."""
    words: set[str] = set()
    for peer in found:
        match peer:
            case Anyone():
                words.add(ANYWHERE)
            case InstancePeer():
                words.add("instance")
            case WorkloadPeer(workload=name):
                words.add(name.removesuffix(" pod"))
            case ExternalPeer(external=name):
                words.add(name)
    return words
