"""Layouts: what says whose a table is, in which direction, and what its columns hold; always by name."""

from pathlib import Path

import pytest

from esspec.outputs.export import stream
from esspec.reading.columns import Column, column_named
from esspec.reading.directions import direction_of, split_direction
from esspec.targets.target import load_targets
from esspec.terms import Direction
from pages import KAFKA, codes, findings, said
from small_pages import BINDING, model, more, override, page, parsed
from small_pages import findings as all_findings


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(header: str, *rows: str) -> str:
    """Return a table; cells are parted by bars, the outer ones left out."""
    lines = [header, "|".join(["---"] * (header.count("|") + 1)), *rows]
    return "".join(f"| {line} |\n" for line in lines) + "\n"


FROM = table("Type | Origin | Port | Reason", "TCP | UI pods | 80 | why")
TO = table("Type | Destination | Port | Reason", "UDP | UI pods | 53 | why")
PEER_IN = table("Type | Peer | Port | Reason", "TCP | UI pods | 80 | why")
PEER_OUT = table("Type | Pod | Port | Reason", "UDP | UI pods | 53 | why")
BOTH = ["Kafka pod ingress TCP UI pod 80", "Kafka pod egress UDP UI pod 53"]


def rules(text: str) -> list[str]:
    """Return what is read of each row: workload, direction, protocol, peers, ports. There is no finding."""
    assert all_findings(text) == []
    return [
        f"{rule.workload} {rule.direction} {rule.protocol} "
        f"{', '.join(name for peer in rule.peers for name in peer.workloads or [peer.kind])} "
        f"{rule.ports if isinstance(rule.ports, str) else ', '.join(map(str, rule.ports))}"
        for rule in parsed(text).rules
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"## Kafka pod\n\n{FROM}{TO}", id="columns-alone"),
        pytest.param(
            f"## Ingress\n\n### Kafka pod\n\n{PEER_IN}## Egress\n\n### Kafka pod\n\n{PEER_OUT}", id="direction-first"
        ),
        pytest.param(f"## Kafka pod\n\n### Ingress\n\n{PEER_IN}### Egress\n\n{PEER_OUT}", id="workload-first"),
        pytest.param(f"# Kafka pod\n\n## Ingress\n\n{PEER_IN}## Egress\n\n{PEER_OUT}", id="from-the-first-level"),
        pytest.param(f"## Kafka pod\n\n#### Ingress\n\n{PEER_IN}#### Egress\n\n{PEER_OUT}", id="a-level-left-out"),
        pytest.param(
            f"# Network policies\n\n## Kafka pod\n\n- Incoming connections permitted:\n\n{PEER_IN}"
            f"- Outgoing connections permitted:\n\n{PEER_OUT}",
            id="bullet-labels",
        ),
        pytest.param(f"## Kafka pod\n\n**Ingress**\n\n{PEER_IN}**Egress**\n\n{PEER_OUT}", id="bold-labels"),
        pytest.param(
            f"## Ingress\n\n### Kafka pod\n\n{FROM}## Egress\n\n### Kafka pods\n\n{TO}", id="two-headings-two-spellings"
        ),
        pytest.param(f"## Kafka pod (ingress)\n\n{PEER_IN}## Kafka pod (egress)\n\n{PEER_OUT}", id="in-parentheses"),
        pytest.param(f"## Kafka pod: ingress\n\n{PEER_IN}## Kafka pod: egress\n\n{PEER_OUT}", id="behind-a-colon"),
        pytest.param(f"## Kafka pod \u2013 inbound\n\n{PEER_IN}## Outbound - Kafka pod\n\n{PEER_OUT}", id="at-a-dash"),
        pytest.param(
            f"## Ingress rules for the Kafka pod\n\n{PEER_IN}## Outgoing connections from the Kafka pod\n\n{PEER_OUT}",
            id="in-words",
        ),
        pytest.param(f"## Kafka pod ingress\n\n{PEER_IN}## Kafka pod egress policies\n\n{PEER_OUT}", id="behind-pod"),
        pytest.param(
            f"## Outbound connections from pods\n\n### Kafka pod\n\n{PEER_OUT}"
            f"## Incoming connections to the pods\n\n### Kafka pod\n\n{PEER_IN}",
            id="egress-first-and-pods-in-general",
        ),
        pytest.param(
            f"## Kafka pod\n\nIngress rules for the Kafka pod:\n\n{PEER_IN}Egress of Kafka pods\n\n{PEER_OUT}",
            id="labels-that-name-the-workload",
        ),
        pytest.param(f"## Kafka pod:\n\n{FROM}{TO}", id="a-colon-behind-the-heading"),
        pytest.param(f"Kafka pod\n---------\n\n{FROM}{TO}", id="underlined-heading"),
        pytest.param(f"## [Kafka pod](#kafka) {{: #k}}\n{{: .x}}\n\n{FROM}{TO}", id="attribute-lists"),
        pytest.param(f"## Kafka pod\n\n*Table 1. Ingress*\n\n{FROM}*Table 2. Egress*\n\n{TO}", id="captions"),
    ],
)
def test_every_layout_says_the_same(text: str) -> None:
    """One heading or two, direction above or below the workload, in a label, a heading or a column."""
    assert sorted(rules(text)) == sorted(BOTH)


@pytest.mark.parametrize(
    ("words", "direction"),
    [
        ("Incoming", "ingress"),
        ("Inbound", "ingress"),
        ("INGRESS", "ingress"),
        ("Incoming connections permitted", "ingress"),
        ("Inbound network connections (ingress)", "ingress"),
        ("Ingress network policies", "ingress"),
        ("Allowed incoming traffic", "ingress"),
        ("The following inbound connections are permitted", "ingress"),
        ("Incoming requests", "ingress"),
        ("Inbound ports", "ingress"),
        ("Outgoing", "egress"),
        ("Outbound", "egress"),
        ("Egress", "egress"),
        ("Outgoing traffic allowed:", "egress"),
        ("Egress network policies", "egress"),
        ("Outbound network connections (egress)", "egress"),
        ("Permitted outbound communication", "egress"),
        ("Connections: outgoing", "egress"),
        ("Egress (outbound) flows", "egress"),
        ("Outgoing network traffic from the pods", "egress"),
    ],
)
def test_the_usual_words_for_a_direction(words: str, direction: str) -> None:
    """They are read in a heading above a workload, and most of them in a label too."""
    heading = f"## {words}\n\n### Kafka pod\n\n{PEER_IN}"
    assert rules(heading) == [f"Kafka pod {direction} TCP UI pod 80"]
    if direction_of(words) and not words[:-1].count(":"):
        for label in (f"- {words.rstrip(':')}:", f"**{words}**"):
            assert rules(f"## Kafka pod\n\n{label}\n\n{PEER_IN}") == [f"Kafka pod {direction} TCP UI pod 80"]


@pytest.mark.parametrize(
    ("text", "name", "direction"),
    [
        ("Kafka pod (ingress)", "Kafka pod", Direction.INGRESS),
        ("Kafka (outgoing connections)", "Kafka", Direction.EGRESS),
        ("Kafka: egress rules", "Kafka", Direction.EGRESS),
        ("Ingress: Kafka", "Kafka", Direction.INGRESS),
        ("Ingress controller pod (egress)", "Ingress controller pod", Direction.EGRESS),
        ("Incoming connections to the UI", "UI", Direction.INGRESS),
        ("Egress for Kafka pods", "Kafka pods", Direction.EGRESS),
        ("Kafka pods inbound", "Kafka pods", Direction.INGRESS),
        ("Kafka pod", "Kafka pod", None),
        ("Ingress controller", "Ingress controller", None),
        ("Ingress controller pod", "Ingress controller pod", None),
        ("Egress gateway", "Egress gateway", None),
        ("NGINX ingress", "NGINX ingress", None),
        ("Ingress from Kafka pods", "Ingress from Kafka pods", None),
        ("Egress to Kafka pods", "Egress to Kafka pods", None),
        ("Considerations for ingress", "Considerations for ingress", None),
        ("Ingress and egress for Kafka", "Ingress and egress for Kafka", None),
        ("Ingress: none", "Ingress: none", None),
        ("Egress", "Egress", None),
        ("Inbound network connections (ingress)", "Inbound network connections (ingress)", None),
        ("Flink pods (job and task managers)", "Flink pods (job and task managers)", None),
        (f"Ingress for {'x' * 200}", f"Ingress for {'x' * 200}", None),
    ],
)
def test_what_a_heading_names_beside_its_direction(text: str, name: str, direction: Direction | None) -> None:
    """A word that may belong to the name does; who stands at the other end of a direction is not its owner."""
    assert split_direction(text) == (name, direction)


CAPTION = "this is ingress, and the words of line 3 speak of another direction"
NAME_IT = "name its column Origin or Destination, or put a heading such as Egress over it"


def disagreement(line: int, *words: str | int) -> list[str]:
    what = "the {} of line {} says {}, the {} of line {} says {}".format(*words)
    return [f"p.md:{line}:1: error: {what} — make them say the same [directions-disagree]"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            f"## Kafka pod (ingress)\n\n{TO}",
            disagreement(3, "column", 3, "egress", "heading", 1, "ingress"),
            id="its-own-heading",
        ),
        pytest.param(
            f"## Ingress\n\n### Kafka pod\n\n- Egress:\n\n{PEER_OUT}",
            disagreement(7, "label", 5, "egress", "heading", 1, "ingress"),
            id="label-and-heading",
        ),
        pytest.param(
            f"## Egress\n\n### Kafka pod (ingress)\n\n{PEER_IN}",
            disagreement(5, "heading", 3, "ingress", "heading", 1, "egress"),
            id="two-headings",
        ),
        pytest.param(
            f"{KAFKA}Table 1: Outgoing connections\n\n{FROM}",
            [f"p.md:5:1: error: {CAPTION} — make them say the same [directions-disagree]"],
            id="caption",
        ),
        pytest.param(
            f"{KAFKA}{PEER_IN}",
            [f"p.md:3:1: error: nothing says the direction of this table — {NAME_IT} [no-direction]"],
            id="nothing-says-it",
        ),
    ],
)
def test_a_direction_is_never_guessed(text: str, told: list[str]) -> None:
    """All that speak must agree, and somebody must speak."""
    assert findings(text) == told


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Type", Column.PROTOCOL),
        ("Protocol:", Column.PROTOCOL),
        ("TYPE / PROTOCOL", Column.PROTOCOL),
        ("Origin", Column.ORIGIN),
        ("Source(s)", Column.ORIGIN),
        ("From", Column.ORIGIN),
        ("Source pod", Column.ORIGIN),
        ("Origin/Source/From", Column.ORIGIN),
        ("Destinations", Column.DESTINATION),
        ("to", Column.DESTINATION),
        ("Peer", Column.PEER),
        ("Port(s)", Column.PORT),
        ("Port number", Column.PORT),
        ("Destination port", Column.PORT),
        ("Reason[^1]", Column.REASON),
        ("Purpose *", Column.REASON),
        ("Description\u2020:", Column.REASON),
        ("Description:[^1]", Column.REASON),
        ("Enabled in policy", Column.CONDITION),
        ("Required?", Column.CONDITION),
        ("Conditions", Column.CONDITION),
        ("Pod Label(s)", Column.LABELS),
        ("Label", Column.LABELS),
        ("Origin/Destination", None),
        ("Port/Protocol", None),
        ("Source port", None),
        ("Source namespace", None),
        ("Direction", None),
        ("Notes", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_column_is_known_by_its_name(name: str, column: Column | None) -> None:
    assert column_named(name) is column


@pytest.mark.parametrize(
    "header",
    [
        "Type | Origin | Port | Reason | Enabled in policy",
        "**Type** | **Origin** | **Port** | **Reason** | **Enabled in policy**",
        "Protocol: | From: | Ports: | Purpose: | Required:",
        "PROTOCOL | SOURCE | PORT(S) | DESCRIPTION | CONDITION",
        '[Type](#t) | [Source](#s){:target="_blank"} | `Port` | *Reason* | [Condition](#c)',
        "Type[^1] | Origin[^2] | Port* | Reason\u2020 | Condition[^3]:",
        "Type/Protocol | Origin/Source | Port(s) | Reason / Purpose | Required/Condition",
    ],
)
def test_headers_may_be_dressed(header: str) -> None:
    """Bold, links, code, footnotes, colons and case change nothing about a column's name."""
    assert rules(KAFKA + table(header, "TCP | UI pods | 80 | why | Always")) == BOTH[:1]


def test_columns_may_stand_in_any_order() -> None:
    text = KAFKA + table(
        "Reason | Condition | Port | Pod Label | Destination | Type", "why | Always | 53 | | UI pods | UDP"
    )
    assert rules(text) == BOTH[1:]


def test_an_unknown_column_is_an_error() -> None:
    """It may hold what restricts the rows."""
    text = KAFKA + table("Type | Origin | Port | Only over", "TCP | UI pods | 80 | TLS")
    (told,) = findings(text)
    assert told.startswith("p.md:3:26: error: a rule table has no column 'Only over' — use one of: Type, Protocol, ")


PORTS = [
    ("80, 443", "80, 443"),
    ("80,443", "80, 443"),
    ("80 and 443", "80, 443"),
    ("80, 443, and 8080", "80, 443, 8080"),
    ("80 or 443", "80, 443"),
    ("80<br>443", "80, 443"),
    ("8000-8010", "8000-8010"),
    ("8000 to 8010, 9000\u20139005", "8000-8010, 9000-9005"),
    ("https and 80", "443, 80"),
    ("`80`, **443**", "80, 443"),
]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *PORTS,
        ("<ul><li>80</li><li>443</li></ul>", "80, 443"),
        ("- 80<br>- 443", "80, 443"),
        ("* 80<br>* 443-445", "80, 443-445"),
        ("port 80", "80"),
        ("Any", "all"),
        ("All ports", "all"),
    ],
)
def test_ports_in_a_column_of_their_own(cell: str, expected: str) -> None:
    text = KAFKA + table("Type | Origin | Port(s)", f"TCP | UI pods | {cell}")
    assert ports(text) == expected


@pytest.mark.parametrize(("cell", "expected"), PORTS)
def test_ports_in_the_cell_of_the_peers(cell: str, expected: str) -> None:
    """What can be said in one place can be said in the other."""
    assert ports(KAFKA + table("Type | Origin", f"TCP | UI pods on ports {cell}")) == expected


def ports(text: str) -> str:
    """Return the ports of the one row."""
    binding = more("[ports]", "HTTPS = 443") if "https" in text else BINDING
    assert all_findings(text, binding) == []
    found = parsed(text, binding).rules[0].ports
    return found if isinstance(found, str) else ", ".join(map(str, found))


def test_a_name_of_a_port_that_no_cell_has_is_a_warning() -> None:
    told = "nothing on the page uses the port 'HTTPS' — correct its name, or delete it [unused-entry]"
    assert all_findings(KAFKA + FROM, more("[ports]", "HTTPS = 443"))[-1] == f"esspec.toml:10:1: warning: {told}"


HTTP = "write http = 443, or whatever its number is,"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("8,080", "'8,080' is one port or two — write no comma, or a blank behind it"),
        ("80, 9,404", "'9,404' is one port or two — write no comma, or a blank behind it"),
        ("80/443", "'80/443' is no port — write a number from 1 to 65535, or a range such as 8000-8010"),
        ("80+", "'80+' is no port — write a number from 1 to 65535, or a range such as 8000-8010"),
        ("80 443", "'443' is no port — write a number from 1 to 65535, or a range such as 8000-8010"),
        ("8010-8000", "the range 8010-8000 runs backwards — write the smaller port first"),
        ("http", f"'http' is no number of a port — if a port is called so, {HTTP} under [ports] in esspec.toml"),
    ],
)
def test_ports_that_are_not_understood(cell: str, told: str) -> None:
    """A thousands separator is not read as two ports, and a name not as a number that somebody knows."""
    text = KAFKA + table("Type | Origin | Port", f"TCP | UI pods | {cell}")
    code = "port-name" if cell == "http" else "bad-port"
    (found,) = all_findings(text)
    assert found.partition(": error: ")[2] == f"{told} [{code}]"


@pytest.mark.parametrize("cell", ["User Supplied", "User-supplied", "**user supplied**", "User Supplied (see below)"])
def test_a_port_that_is_left_to_the_user(cell: str) -> None:
    """It is an error until an override gives the number, and never all ports."""
    row = f"TCP | UI pods | {cell} | why"
    text = page(row, header="Type | Origin | Port | Reason")
    how = "the page leaves the port to the user — add an override with its ports to the binding"
    assert f"page.md:7:19: error: {how} [user-supplied-port]" in all_findings(text)
    assert parsed(text).rules[0].ports == "user-supplied"
    decided = more(override(row, "ports = [9443, '9500-9501']"))
    assert all_findings(text, decided) == []
    assert [str(interval) for interval in parsed(text, decided).rules[0].ports] == ["9443", "9500-9501"]


def test_a_direction_that_nothing_describes_is_not_isolated() -> None:
    """It is unspecified, which is neither None nor Any."""
    text = page()
    assert [(w.ingress, w.egress) for w in parsed(text).workloads] == [("rules", "unspecified"), ("any", "unspecified")]
    (kubernetes,) = load_targets(["kubernetes"])
    assert stream(model(text), kubernetes).count("policyTypes:\n    - Ingress\n  ingress:\n") == 2


# What a direction says without a table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "## Kafka pod\n\n### Ingress\n\nNone\n\n### Egress\n\nAny.\n",
            ["ingress none 5", "egress any 9"],
            id="below",
        ),
        pytest.param("## Ingress\n\n### Kafka pod\n\n**None**\n", ["ingress none 5"], id="below-the-workload"),
        pytest.param("## Kafka pod (egress)\n\n- None\n", ["egress none 3"], id="in-a-list"),
        pytest.param(
            "## Kafka pod\n\nOutgoing connections from the Kafka pod: None\n", ["egress none 3"], id="naming-it"
        ),
    ],
)
def test_a_word_below_a_heading_is_a_statement(text: str, expected: list[str]) -> None:
    assert said(f"{text}\n## UI pod\n\n{FROM}")[: len(expected)] == [f"Kafka pod {words}" for words in expected]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "## Kafka pod\n\n### Ingress\n\nNo connections are permitted.\n", (5, "unknown-statement"), id="other-words"
        ),
        pytest.param("## Kafka pod\n\n### Egress\n\nAll\n", (5, "unknown-statement"), id="another-word"),
        pytest.param("## Kafka pod\n\nNone\n", (3, "unknown-statement"), id="no-direction"),
        pytest.param(
            "## Kafka pod\n\nNo connections are permitted.\n", (3, "unknown-statement"), id="no-direction-in-words"
        ),
        pytest.param("## Kafka pod\n\n### Ingress\n\nIt listens to nobody else.\n", (3, "missing-table"), id="prose"),
        pytest.param("## Kafka pod\n\n### Ingress\n\n- UI pods on port 80\n", (3, "missing-table"), id="a-list"),
        pytest.param("## Kafka pod\n\n### Ingress\n", (3, "missing-table"), id="nothing"),
        pytest.param("## Kafka pod (ingress)\n\nText.\n", (1, "missing-table"), id="in-one-heading"),
        pytest.param("## Incoming connections\n\nNone\n", (3, "no-workload"), id="no-workload"),
        pytest.param("## Kafka pod\n\n### Ingress\n\n> None\n", (5, "unread-label"), id="in-a-quote"),
        pytest.param("## Kafka pod\n\n### Ingress: none\n", (3, "unknown-statement"), id="in-the-heading"),
    ],
)
def test_a_direction_that_is_spoken_of_is_not_left_open(text: str, told: tuple[int, str]) -> None:
    """To read nothing would leave it unspecified, that is, not isolated."""
    assert codes(f"{text}\n## UI pod\n\n{FROM}") == [told]


def test_the_end_of_the_page_ends_every_section() -> None:
    assert codes(f"## UI pod\n\n{FROM}## Kafka pod\n\n### Egress\n\nText.\n") == [(9, "missing-table")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## Overview\n\nAll connections are blocked by default.\n", id="no-workload"),
        pytest.param("## Known problems\n\nNone\n", id="another-none"),
        pytest.param("## Deploying\n\n### Egress\n\nUse YAML.\n", id="a-section-about-something-else"),
        pytest.param("## Egress\n\n### Kafka pod\n\nText.\n", id="a-workload-without-a-table"),
        pytest.param(f"## Kafka pod\n\n### Ingress\n\n#### Notes\n\nText.\n\n#### Rules\n\n{FROM}", id="deeper"),
        pytest.param(
            f"## Kafka pod\n\n### Ingress\n\nConnections from any pod are permitted:\n\n{FROM}", id="an-introduction"
        ),
    ],
)
def test_other_words_are_prose(text: str) -> None:
    assert codes(f"{text}\n## UI pod\n\n{FROM}") == []
