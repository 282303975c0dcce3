"""Overrides: each is one decision about one row, found by what the row says, and shown wherever the row is."""

import itertools
from pathlib import Path

import pytest

from esspec.commands.document import RuleDocument
from esspec.model import AllowOnly
from esspec.outputs.export import stream
from esspec.targets.target import load_targets
from small_pages import BINDING, NEXT_LINE, ROW, findings, model, override, page, parsed, peers

EXTERNAL = "[externals.Host]\nrole = 'kube-apiserver'\naddresses = ['192.0.2.1']\n"
ANYONE = 'peer = "anyone"'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def with_override(
    row: str = ROW, sets: str = ANYONE, *, workload: str = "Kafka pod", direction: str = "ingress"
) -> str:
    return BINDING + override(row, sets, workload=workload, direction=direction)


def in_words(rule: RuleDocument) -> str:
    """Return `TCP 80 anyone` for what is read of a row."""
    ports = rule.ports if isinstance(rule.ports, str) else ",".join(map(str, rule.ports))
    names = [f for p in rule.peers for f in (p.workloads or (p.external or p.kind,))]
    return f"{rule.protocol} {ports or '?'} {', '.join(names)}"


def first(text: str, binding: str) -> str:
    return in_words(parsed(text, binding).rules[0])


def codes(text: str, binding: str) -> list[str]:
    return [told.rpartition("[")[2].removesuffix("]") for told in findings(text, binding)]


# It is found by the row's content


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("|TCP|UI pods to port 80|why|", id="no blanks"),
        pytest.param("|  TCP |\tUI pods to port 80   | why    |", id="blanks and a tab"),
        pytest.param("TCP | UI pods to port 80 | why", id="no outer pipes"),
    ],
)
def test_blanks_around_cells_do_not_count(line: str) -> None:
    text = page().replace(f"| {ROW} |", line)
    assert findings(text, with_override()) == []
    assert first(text, with_override()) == "TCP 80 any"


@pytest.mark.parametrize("row", ["TCP|UI pods to port 80|why", "  TCP  |  UI pods to port 80 | why "])
def test_blanks_in_the_binding_do_not_count(row: str) -> None:
    assert first(page(), with_override(row)) == "TCP 80 any"


def test_row_may_move() -> None:
    text = "A line.\n\n" + page("TCP | UI pods to port 79 | other", ROW)
    assert findings(text, with_override()) == []
    assert [in_words(rule) for rule in parsed(text, with_override()).rules] == ["TCP 79 UI pod", "TCP 80 any"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("TCP | UI pods to port 80 | Why", id="case"),
        pytest.param("TCP | UI pods to port 81 | why", id="a port"),
        pytest.param("TCP | UI  pods to port 80 | why", id="a blank inside of a cell"),
        pytest.param("TCP | UI pods to port 80", id="a cell less"),
        pytest.param("UDP | UI pods to port 80 | why", id="protocol"),
    ],
)
def test_other_row(row: str) -> None:
    """An edited row loses its override, and somebody looks at it again."""
    told = f"no ingress row of 'Kafka pod' reads '{row}' — copy the row's cells from the page, joined by ' | '"
    remedy = f"{told}, variables unfilled [override-without-row]"
    assert findings(page(), with_override(row)) == [f"esspec.toml:{NEXT_LINE}:1: error: {remedy}"]
    assert first(page(), with_override(row)) == "TCP 80 UI pod"


def test_variables_stay_unfilled() -> None:
    binding = with_override("TCP | {{ui}} to port 80 | why") + '[variables]\nui = "UI pods"\n'
    text = page("TCP | {{ui}} to port 80 | why")
    assert first(text, binding) == "TCP 80 any"
    assert codes(text, binding.replace("{{ui}} to", "UI pods to")) == ["override-without-row"]


def test_escaped_pipe_is_no_border() -> None:
    row = r"TCP | UI pods to port 80 | this \| that"
    assert findings(page(row), with_override(row)) == []
    assert parsed(page(row), with_override(row)).rules[0].reason == "this | that"


def test_empty_cells_are_cells() -> None:
    for row in ("TCP | UI pods to port 80 | ", " | UI pods to port 80 | why"):
        assert codes(page(row), with_override(row, 'protocol = "TCP"')) == []


@pytest.mark.parametrize("workload", ["Kafka pod", "kafka", "KAFKA pods", "Broker"])
def test_workload_may_be_named_as_in_cells(workload: str) -> None:
    binding = with_override(workload=workload).replace('"kafka" }', '"kafka" }\naliases = ["Broker"]')
    assert not any("error" in told for told in findings(page(), binding))
    assert first(page(), binding) == "TCP 80 any"


def test_workload_and_direction_count() -> None:
    """The same cells under another workload, or in the other direction, are another row."""
    there = f"- Outgoing connections permitted:\n\n| Type | Destination | Reason |\n|---|---|---|\n| {ROW} |\n"
    text = f"{page()}\n{there}"
    assert [in_words(r) for r in parsed(text, with_override()).rules] == ["TCP 80 any", "TCP 80 UI pod"]
    binding = with_override(workload="UI pod", direction="egress")
    assert [in_words(r) for r in parsed(text, binding).rules] == ["TCP 80 UI pod", "TCP 80 any"]
    assert codes(text, with_override(workload="UI pod")) == ["override-without-row"]
    assert codes(text, with_override(direction="egress")) == ["override-without-row"]
    assert codes(text, with_override(workload="Nobody")) == ["override-without-row"]


# Several rows, several overrides


def test_several_rows_need_an_occurrence() -> None:
    text = page(ROW, "TCP | UI pods to port 79 | x", ROW)
    told = "2 rows read so — add occurrence = n, counting from 1 [override-of-several-rows]"
    assert findings(text, with_override()) == [f"esspec.toml:{NEXT_LINE}:1: error: {told}"]
    for n, read in ((1, ["any", "UI pod", "UI pod"]), (2, ["UI pod", "UI pod", "any"])):
        binding = with_override(sets=f"{ANYONE}\noccurrence = {n}")
        assert findings(text, binding) == []
        assert [in_words(rule).split(" ", 2)[2] for rule in parsed(text, binding).rules] == read


def test_occurrence_beyond_the_rows() -> None:
    binding = with_override(sets=f"{ANYONE}\noccurrence = 2")
    told = (
        "1 such row on the page, and none is left for this override — correct occurrence, and keep one override per row"
    )
    assert findings(page(), binding) == [f"esspec.toml:{NEXT_LINE}:1: error: {told} [override-without-row]"]
    assert first(page(), binding) == "TCP 80 UI pod"


def test_two_overrides_of_one_row() -> None:
    """The second decides nothing, and that is an error."""
    binding = with_override() + override(sets="ports = 81")
    told = (
        "1 such row on the page, and none is left for this override — correct occurrence, and keep one override per row"
    )
    assert findings(page(), binding) == [f"esspec.toml:{NEXT_LINE + 6}:1: error: {told} [override-without-row]"]


def test_order_in_the_binding_has_no_meaning() -> None:
    text = page(ROW, "UDP | UI pods | x", ROW)
    overrides = [
        override(sets="ports = 1\noccurrence = 1"),
        override(sets="ports = 2\noccurrence = 2"),
        override("UDP | UI pods | x", "ports = 3"),
    ]
    for order in itertools.permutations(overrides):
        binding = BINDING + "".join(order)
        assert findings(text, binding) == []
        rules = [in_words(rule) for rule in parsed(text, binding).rules]
        assert rules == ["TCP 1 UI pod", "UDP 3 UI pod", "TCP 2 UI pod"]


def test_override_of_a_merged_workload() -> None:
    """Two headings of one workload are one page's rows in their order."""
    text = page().replace("UI pod\n", "Kafka\n").replace("- Incoming connections permitted: Any", "- Outgoing: Any")
    assert first(text, with_override(workload="Kafka")) == "TCP 80 any"


def test_empty_override() -> None:
    assert findings(page(), with_override(sets="")) == [
        (
            f"esspec.toml:{NEXT_LINE}:1: error: the override sets nothing — set peer, ports, protocol or condition "
            "[empty-override]"
        )
    ]


# What it sets


@pytest.mark.parametrize(
    ("sets", "read"),
    [
        pytest.param('peer = "anyone"', "TCP 80 any", id="anyone"),
        pytest.param('peer = "Kafka pod"', "TCP 80 Kafka pod", id="a workload"),
        pytest.param('peer = "kafkas"', "TCP 80 Kafka pod", id="as cells name it"),
        pytest.param('peer = "Host"', "TCP 80 Host", id="an external"),
        pytest.param('peers = ["Host", "UI pod"]', "TCP 80 Host, UI pod", id="several"),
        pytest.param("ports = 81", "TCP 81 UI pod", id="a port"),
        pytest.param('ports = ["8000-8010", 1]', "TCP 8000-8010,1 UI pod", id="ports"),
        pytest.param('ports = "all"', "TCP all UI pod", id="all ports"),
        pytest.param('protocol = "SCTP"', "SCTP 80 UI pod", id="protocol"),
        pytest.param('peer = "Host"\nports = 1\nprotocol = "UDP"', "UDP 1 Host", id="all three"),
    ],
)
def test_what_is_set_replaces_and_the_rest_stays(sets: str, read: str) -> None:
    binding = with_override(sets=sets) + EXTERNAL
    text = page(ROW, "TCP | Host to port 1 | x")
    assert first(text, binding) == read
    assert findings(text, binding) == []


def test_phrase_is_the_cell_as_it_stands() -> None:
    rule = parsed(page(), with_override(sets='peers = ["UI pod", "anyone"]')).rules[0]
    assert [peer.phrase for peer in rule.peers] == ["UI pods to port 80"] * 2
    assert rule.override is not None
    assert (rule.override.reason, rule.override.line) == ("because", NEXT_LINE)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        pytest.param(
            "Kafak",
            "if 'Kafka pod' is meant, add aliases = [\"Kafak\"] to its entry in the binding, "
            "or describe it there as a workload or an external",
            id="near one",
        ),
        pytest.param(
            "Foo",
            'add aliases = ["Foo"] to its entry in the binding, or describe it there as a workload or an external',
            id="near none",
        ),
        pytest.param("Anywhere", 'write "anyone"', id="a word of cells"),
        pytest.param(
            "Other Kafka",
            "if 'Kafka pod' is meant, add aliases = [\"Other Kafka\"] to its entry in the binding, "
            "or describe it there as a workload or an external",
            id="other",
        ),
    ],
)
def test_unknown_peer_in_an_override(name: str, advice: str) -> None:
    binding = with_override(sets=f'peer = "{name}"')
    told = f"there is no workload and no external '{name}' — {advice} [unknown-peer]"
    assert findings(page(), binding) == [f"esspec.toml:{NEXT_LINE}:1: error: {told}"]
    assert peers(page(), binding) == [("unresolved", "UI pods to port 80")]


# A fault of the row is void only if the override decides all that it is about


ALL = 'peer = "UI pod"\nports = 80\nprotocol = "TCP"\n'
PEER, PORTS, PROTOCOL = (f"{line}\n" for line in ALL.splitlines())
FIELDS = {"peer": PEER, "ports": PORTS, "protocol": PROTOCOL}


@pytest.mark.parametrize(
    ("row", "needed"),
    [
        pytest.param("TCP | Foo to port 80 | why", "peer", id="unknown peer"),
        pytest.param("TCP | to port 80 | why", "peer", id="no peer"),
        pytest.param("TCP | , UI pods to port 80 | why", "peer", id="a peer is missing"),
        pytest.param("TCP | UI pods to port 80 from Foo | why", "peer", id="two that may be meant"),
        pytest.param("TCP | To port 80 on the Foo host | why", "peer", id="a port and no origin"),
        pytest.param("TCP | {{foo}} to port 80 | why", "peer", id="variable beside a port"),
        pytest.param("TCP | UI pods to port 80- | why", "ports", id="open range"),
        pytest.param("TCP | UI pods to port 80 and 99999 | why", "ports", id="no such port"),
        pytest.param("TCP | UI pods to ports 90-80 | why", "ports", id="backwards"),
        pytest.param("ICMP | UI pods to port 80 | why", "protocol", id="unknown protocol"),
        pytest.param("tcp/udp | UI pods to port 80 | why", "protocol", id="two protocols"),
        pytest.param(" | UI pods to port 80 | why", "protocol", id="no protocol"),
        pytest.param("TCP | Foo to port 0 | why", "peer ports", id="both"),
        pytest.param("TCP | UI pods to port 80 or so | why", "peer ports", id="words behind the port"),
        pytest.param("TCP | {{foo}} | why", "peer ports", id="variable that may hold ports"),
        pytest.param("TCP |  | why", "peer ports", id="empty cell"),
        pytest.param("TCP | UI pods 80 | why", "peer ports", id="a number without its word"),
        pytest.param("TCP | UI pods:80 | why", "peer ports", id="a number glued"),
        pytest.param("TCP | UI pods to port eighty | why", "peer ports", id="a number in words"),
        pytest.param("TCP | UI pods on prot 80 | why", "peer ports", id="misspelt"),
        pytest.param("TCP | Foo (http) | why", "peer ports", id="a port by name"),
        pytest.param("ICMP | Foo:80 | why", "peer ports protocol", id="all three"),
    ],
)
def test_fault_is_void_only_where_all_of_it_is_decided(row: str, needed: str) -> None:
    """With less than what is needed there is an error; with it there is none, and what is set holds."""
    for count in range(1, 4):
        for fields in itertools.combinations(FIELDS, count):
            binding = with_override(row, "".join(FIELDS[field] for field in fields))
            assert (codes(page(row), binding) == []) == (set(needed.split()) <= set(fields)), fields
    assert first(page(row), with_override(row, ALL)) == "TCP 80 UI pod"


def test_known_peer_without_a_port_means_all_ports() -> None:
    """All words of the cell are understood, so that no port can hide in it."""
    for row in ("TCP | Kafka pods and Other Kafka pods | why", "TCP | Anywhere | why"):
        assert findings(page(row), with_override(row, PEER)) == []
        assert first(page(row), with_override(row, PEER)) == "TCP all UI pod"


def test_ports_in_doubt_are_told() -> None:
    row = "TCP | Foo, UI pods 80 | why"
    told = "'Foo' may speak of ports too, and its override sets only the peers"
    remedy = 'set ports in the override: a number, a range, or "all" [ports-in-doubt]'
    assert findings(page(row), with_override(row, PEER)) == [f"page.md:7:9: error: {told} — {remedy}"]


@pytest.mark.parametrize(
    ("cells", "needed"),
    [
        pytest.param("Foo | 80", "peer", id="unknown peer beside a port cell"),
        pytest.param(" | Any", "peer", id="no peer beside a port cell"),
        pytest.param("UI pods | ", "ports", id="empty port cell"),
        pytest.param("UI pods | User supplied", "ports", id="port of the user"),
        pytest.param("UI pods | https", "ports", id="a name"),
        pytest.param("UI pods to port 80 | 80", "ports", id="said twice"),
    ],
)
def test_faults_of_a_port_column(cells: str, needed: str) -> None:
    row = f"TCP | {cells} | why"
    text = page(row, header="Type | Origin | Port | Reason")
    for field, sets in FIELDS.items():
        assert (codes(text, with_override(row, sets)) == []) == (field == needed)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param("TCP | UI\u200b pods to port 80 | why", "hidden-character", id="character that cannot be seen"),
        pytest.param("TCP | <big>UI</big> pods to port 80 | why", "inline-html", id="HTML"),
        pytest.param("TCP | UI pods to port 80 | {{why}}", "unresolved-variable", id="variable in the reason"),
        pytest.param("TCP | {% if x %}UI{% endif %} pods to port 80 | why", "liquid", id="Liquid"),
    ],
)
def test_fault_that_no_override_decides(row: str, code: str) -> None:
    assert set(codes(page(row), with_override(row, ALL))) == {code}


def test_row_of_another_width_is_no_row() -> None:
    """Its cells cannot be told apart, so that nothing can be decided about it."""
    row = "TCP | UI pods | to port 80 | why"
    assert sorted(codes(page(row), with_override(row, ALL))) == ["extra-cells", "override-without-row"]


@pytest.mark.parametrize("cell", ["", "Sometimes", "If a or b is enabled"])
def test_a_condition_is_decided_by_a_condition(cell: str) -> None:
    """An override of all else does not make the row unconditional; one that says when it holds does."""
    row = f"TCP | UI pods | 80 | {cell}"
    text = page(row, header="Type | Origin | Port | Required")
    (code,) = codes(text, with_override(row, ALL))
    assert code in ("empty-condition", "unread-condition")
    assert codes(text, with_override(row, 'condition = "If metrics are enabled"')) == []


# It is shown


@pytest.mark.parametrize("target", ["kubernetes", "calico", "cilium", "csv"])
def test_reason_and_line_are_in_every_output(target: str) -> None:
    """Wherever the row is, so is the reason; a file for people also says where the decision stands."""
    (loaded,) = load_targets([target])
    text = stream(model(page(), with_override().replace("because", "since the sky is blue")), loaded)
    assert "since the sky is blue" in text
    assert "override" in text.lower()
    if target != "csv":
        assert f"esspec.toml:{NEXT_LINE}" in text


def test_model_carries_reason_and_line() -> None:
    ingress = model(page(), with_override()).workload["Kafka pod"].ingress
    assert isinstance(ingress, AllowOnly)
    (rule,) = ingress.rules
    assert rule.override is not None
    assert (rule.override.reason, rule.override.line, rule.reason) == ("because", NEXT_LINE, "why")


def test_row_s_hash_is_of_its_content_alone() -> None:
    """An override changes what is allowed and not which row it is."""
    plain, decided = (model(page(), binding).workload["Kafka pod"].rules[0] for binding in (BINDING, with_override()))
    assert plain.row == decided.row
    assert plain.row != model(page(ROW.replace("80", "81"))).workload["Kafka pod"].rules[0].row


def test_what_the_user_supplies_is_never_every_port() -> None:
    """The page says that there is a number; an override gives it, or a list, and not "all"."""
    row = "TCP | UI pods | User supplied | why"
    text = page(row, header="Type | Origin | Port | Reason")
    assert findings(text, with_override(row, "ports = 8443")) == []
    assert findings(text, with_override(row, 'ports = "all"')) == [
        (
            f"esspec.toml:{NEXT_LINE}:1: error: the row leaves its port to the user, and that is not every port — "
            "write the number in ports, a range, or a list of such [user-supplied-port]"
        )
    ]
