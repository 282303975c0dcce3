"""Running text that bears on rows: notes on rules, and connections stated outside of tables."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from esspec.compiling.loading import PageFile, load_page
from linting import KAFKA, UI, WITH_PROXY, entries, reading, section

PAGES = Path(__file__).parent / "pages"
TEXTS = frozenset({"note-on-rules", "connection-in-prose"})
ROWS = ["TCP | UI pods | a"]
GATE = "[externals.'Control plane']\nrole = 'outside'\naddresses = ['192.0.2.1/32']\n"


def texts(page: str, toml: str | None = WITH_PROXY) -> list[str]:
    """Return line and code of the findings about running text."""
    return [f"{one.line} {one.code}" for one in reading(page, toml).problems if one.code in TEXTS]


def above(text: str) -> list[str]:
    """Return the codes for a paragraph at the beginning of a page."""
    return [code.partition(" ")[2] for code in texts(f"{text}\n\n{section(KAFKA, ROWS)}{section(UI)}")]


def beside(text: str, toml: str | None = WITH_PROXY) -> list[str]:
    """Return the codes for a paragraph behind the table of a workload."""
    return [code.partition(" ")[2] for code in texts(f"{section(KAFKA, ROWS)}{text}\n\n{section(UI)}", toml)]


# The pages of the family


@pytest.mark.parametrize(
    ("page", "notes", "connections"),
    [
        pytest.param("es_2019.1.1.md", [], [], id="es 2019.1.1"),
        pytest.param("es_10.0.md", [21, 35], [], id="es 10.0"),
        pytest.param("es_11.2.md", [24, 38, 140], [], id="es 11.2"),
        pytest.param("eem_11.0.md", [31, 77], [], id="eem 11.0"),
        pytest.param("ep_1.0.md", [22, 33, 44, 66, 86, 95, 116, 267], [270], id="ep 1.0"),
    ],
)
def test_pages_of_the_family(page: str, notes: Sequence[int], connections: Sequence[int]) -> None:
    """Each note that names somebody, or bears on rows or policies, is found once; nothing else is."""
    found = load_page(PageFile(str(PAGES / page), binding=None, data=(str(PAGES / "reuse.yml"),))).problems
    assert [one.line for one in found if one.code == "note-on-rules"] == notes
    assert [one.line for one in found if one.code == "connection-in-prose"] == connections


# Policies that nobody creates


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Egress policies are not created by default.", id="by default"),
        pytest.param("See below. The network policies are not deployed automatically.", id="a second sentence"),
        pytest.param("No policy is installed by default.", id="no policy"),
        pytest.param("The policies are disabled by default.", id="disabled"),
    ],
)
def test_policies_that_are_not_made_by_themselves(text: str) -> None:
    assert above(text) == beside(text) == above(f"**Note:** {text}") == ["note-on-rules"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The network policies are created automatically, unless they are disabled.", id="made"),
        pytest.param("A deny-all policy is not created by default.", id="deny all"),
        pytest.param("By default, these ports are not shown.", id="no policy"),
        pytest.param("The policies are not shown.", id="no default"),
    ],
)
def test_policies_that_are(text: str) -> None:
    assert above(text) == beside(text) == []


def test_page_without_tables_has_no_notes() -> None:
    assert texts("# A page\n\nEgress policies are not created by default.\n") == []


# Words that widen or restrict


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Connections are accepted from any namespace.", id="any namespace"),
        pytest.param("The product watches all namespaces.", id="all namespaces"),
        pytest.param("Access can be restricted to some clients.", id="can be restricted"),
        pytest.param("This connection is made only if metrics are enabled.", id="only if"),
        pytest.param("This is used only when somebody looks.", id="only when"),
    ],
)
def test_words_that_change_rows_anywhere(text: str) -> None:
    assert above(text) == beside(text) == ["note-on-rules"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The destination is external to the cluster.", id="external"),
        pytest.param("Clients are outside of the cluster.", id="outside"),
        pytest.param("They connect from anywhere.", id="anywhere"),
        pytest.param("They come from any pod.", id="any pod"),
    ],
)
def test_words_that_change_rows_nearby(text: str) -> None:
    assert above(text) == []
    assert above(f"**Note:** {text}") == beside(text) == ["note-on-rules"]


# Notes, and names


@pytest.mark.parametrize("lead", ["Note:", "**Note:**", "**Note**:", "NOTE:", "_Important:_", "Note that", "Warning:"])
def test_note_that_names_a_workload(lead: str) -> None:
    assert above(f"{lead} the proxy pods come first.") == beside(f"{lead} the Kafka pods wait.") == ["note-on-rules"]


@pytest.mark.parametrize(
    "name", ["Proxy pod", "proxies' proxy", "the (Proxy),", "Front end", "FRONT ENDS", "front end's", "Control  plane"]
)
def test_names_in_a_note(name: str) -> None:
    """Headings, aliases and externals, in the spellings that cells may use, and with marks around them."""
    toml = WITH_PROXY.replace('"c2" }', '"c2" }\naliases = ["Front end"]') + GATE
    assert beside(f"Note: more about {name} elsewhere.", toml) == ["note-on-rules"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("See `spec.proxy.listeners` for more.", id="part of a path"),
        pytest.param("See proxyless setups, control towers and plane trees.", id="part of a word or name"),
        pytest.param("To stop the deployment, set the option to `false`.", id="nobody"),
    ],
)
def test_note_that_names_nobody(text: str) -> None:
    assert above(f"Note: {text}") == beside(f"Note: {text}") == []


def test_note_beside_a_table_that_is_conditional_or_negated() -> None:
    assert beside("Note: unless you say so.") == beside("Note: this is not meant.") == ["note-on-rules"]
    assert above("Note: unless you say so.") == above("Note: this is not meant.") == []


def test_plain_words_beside_a_table() -> None:
    """They may name whose table it is, and nobody else."""
    assert beside("The Kafka pods are described here.") == beside("They are described here.") == []
    assert beside("The Kafka pods and the Proxy pods are described here.") == ["note-on-rules"]
    assert above("The Proxy pods are described here.") == []


def test_longest_name_counts() -> None:
    """A name may be the beginning of another one."""
    text = f"{section('Index manager pod', ROWS)}The index managers are described here.\n\n{section('Index pod')}"
    assert texts(text, entries("Index manager pod", "Index pod", UI)) == []
    assert texts(text.replace("managers", "mangers"), entries("Index manager pod", "Index pod", UI)) == [
        "11 note-on-rules"
    ]


def test_whose_table_stands_below_a_heading_of_its_direction() -> None:
    text = "## Kafka pod\n\n### Ingress\n\n| Type | Origin |\n|---|---|\n| TCP | UI pods |\n\n{}\n\n" + section(UI)
    assert texts(text.format("The Kafka pods.")) == []
    assert texts(text.format("The Proxy pods.")) == ["9 note-on-rules"]


def test_note_in_a_list() -> None:
    text = f"{section(KAFKA, ROWS)}- One thing.\n- Note: the Proxy pods, too.\n\n{section(UI)}"
    assert texts(text) == ["12 note-on-rules"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "Policies are not created by default.",
            "the rows of the tables are rules, and this says that policies are not created by themselves"
            " — delete the rows that nobody is to enforce; those that stay are exported",
            id="not made",
        ),
        pytest.param(
            "They come from any namespace.",
            "'any namespace' may widen or restrict rows, and nothing of it is read"
            " — write what it changes into the rows; if it changes nothing, leave it",
            id="changes",
        ),
        pytest.param(
            "Note: the Proxy pods, too.",
            "this speaks of 'Proxy', and nothing of it is read"
            " — write what it changes into the rows; if it changes nothing, leave it",
            id="name",
        ),
        pytest.param(
            "Note: not always.",
            "this note may restrict the rows of its table, and nothing of it is read"
            " — write what it changes into the rows; if it changes nothing, leave it",
            id="restricts",
        ),
    ],
)
def test_text_of_the_warning(text: str, told: str) -> None:
    found = [str(one) for one in reading(f"{section(KAFKA, ROWS)}{text}\n\n{section(UI)}", WITH_PROXY).problems]
    assert [one for one in found if "[unused-entry]" not in one] == [f"p.md:11:1: warning: {told} [note-on-rules]"]


# Connections outside of tables


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Port 9443 must be open.", id="must be open"),
        pytest.param("The port for metrics needs to be opened by hand.", id="needs to be opened"),
        pytest.param("Ports 80 and 443 must be reachable.", id="reachable"),
        pytest.param("First things first. Allow monitoring on port 9443.", id="allow"),
        pytest.param("Open TCP 9443 towards the console.", id="protocol and port"),
        pytest.param("9443/tcp should be exposed.", id="port and protocol"),
        pytest.param("The console connects to the server on port 9443.", id="connects"),
    ],
)
def test_connection_in_prose(text: str) -> None:
    assert above(text) == beside(text) == ["connection-in-prose"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The tables show the permitted connections and their ports.", id="no port is open"),
        pytest.param("The console is on port 9443.", id="no connection"),
        pytest.param("Questions must be open.", id="no port"),
        pytest.param("Set the variable to the port. The door must be open.", id="two sentences"),
        pytest.param("Support must open tickets.", id="part of a word"),
    ],
)
def test_no_connection_in_prose(text: str) -> None:
    assert above(text) == []


def test_introduction_of_a_table_states_no_connection() -> None:
    """Its rows say which ports are meant, unless it names one itself."""
    table = "| Type | Origin |\n|---|---|\n| TCP | UI pods |\n"
    text = f"## Kafka pod\n\n{{}}\n\n- Incoming connections permitted:\n\n{table}\n{section(UI)}"
    assert texts(text.format("These ports must be open:")) == []
    assert texts(text.format("Port 80 must be open:")) == ["3 connection-in-prose"]
    assert texts(text.format("These ports must be open.")) == ["3 connection-in-prose"]


def test_one_finding_for_each_paragraph() -> None:
    """A note on rules wins, and so does what was wrong with the words already."""
    assert beside("Note: the Proxy pods need it from any namespace, and port 80 must be open.") == ["note-on-rules"]
    text = section(KAFKA).replace("- Incoming", "Only if port 80 must be open:\n\n- Incoming") + section(UI, ROWS)
    found = [one.code for one in reading(text, entries(KAFKA, UI)).problems if one.line == 3]
    assert found == ["unread-condition"]
