"""Example policies that leave something to the reader, and those that cannot be read."""

from pathlib import Path

import pytest

from example_pages import EXAMPLE, MEND, PORT, added, policy, said, with_examples
from pages import inside
from small_pages import more

NAMED = more("[ports]", "http = 80", 'web = "443-444"', "both = [80, 443]")
START = "the example cannot be compared with the tables"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def from_peers(peers: str) -> str:
    """Return a policy that opens port 443 to these peers."""
    return policy(443).replace("  - ports:", f"  - from: [{peers}]\n    ports:")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(policy(443, name="a, namespace: x"), id="namespace"),
        pytest.param(policy(443, name='a, namespace: "${NS}"'), id="namespace-to-fill-in"),
        pytest.param(policy(443, name="a, namespace: {{ .Release.Namespace }}"), id="namespace-in-liquid"),
        pytest.param(policy(443, name="a, labels: {x: <y>, <z>: w}, annotations: {x: $Y}"), id="labels-to-fill-in"),
        pytest.param(from_peers("podSelector: {matchLabels: {a: <b>}}"), id="pods-to-fill-in"),
        pytest.param(
            from_peers("podSelector: {matchExpressions: [{key: a, operator: In, values: [b, ${C}]}]}"),
            id="values-to-fill-in",
        ),
        pytest.param(from_peers("namespaceSelector: {matchLabels: {a: b}}"), id="namespaces-by-any-label"),
        pytest.param(from_peers("namespaceSelector: {matchLabels: {a: <b>}}"), id="namespaces-to-fill-in"),
        pytest.param(from_peers("ipBlock: {cidr: <address>/32}"), id="address-to-fill-in"),
        pytest.param(from_peers("ipBlock: {cidr: ${CIDR}, except: [2001:db8::/32]}"), id="range-to-fill-in"),
        pytest.param(
            from_peers("ipBlock: {cidr: 192.0.2.0/24, except: [<a>, 192.0.2.1/32]}"), id="exception-to-fill-in"
        ),
    ],
)
def test_what_is_left_to_the_reader_hides_nothing(text: str) -> None:
    """Whom a rule lets through is not compared."""
    line = PORT + ("from:" in text)
    found = said(with_examples(text, policy(80)))
    assert found == [added(line, "TCP 443")]


def test_the_items_of_a_list_are_of_its_version() -> None:
    items = inside(policy(80, 444).partition("NetworkPolicy\n")[2], "  ").replace("  metadata", "- metadata", 1)
    text = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n{items}"
    assert said(with_examples(text)) == [added(PORT + 2, "TCP 444")]


@pytest.mark.parametrize("name", ["${NAME}", "{{ name }}", "<name>", "my-{{ .Release.Name }}-x"])
def test_a_name_left_to_the_reader_is_shown_as_it_stands(name: str) -> None:
    assert said(with_examples(policy(80, 443, name=f"'{name}'"))) == [added(PORT + 1, "TCP 443", name)]


def test_names_of_ports_are_the_binding_s() -> None:
    """One that stands for several intervals is none that an example can mean."""
    assert said(with_examples(policy("port: http", "port: WEB")), NAMED) == [added(PORT + 1, "TCP 443-444")]
    message = "the port name 'both' cannot be read without the pods it stands for"
    assert said(with_examples(policy("port: both")), NAMED) == [f"{PORT}: {START}: {message} — {MEND}"]


def test_the_api_version_must_be_known() -> None:
    old = policy(443).replace("networking.k8s.io/v1", "extensions/v1beta1")
    without = policy(443).replace("apiVersion: networking.k8s.io/v1\n", "")
    remedy = "correct its apiVersion, or install a target that knows it [embedded-policy]"
    assert said(with_examples(old, without, policy(80))) == [
        f"14: no installed target reads a NetworkPolicy of extensions/v1beta1 — {remedy}",
        f"23: no installed target reads a NetworkPolicy of no apiVersion — {remedy}",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param("443", "0", PORT, "port 0 is not in 1-65535", id="refused-by-the-api-server"),
        pytest.param(
            "443", "'443'", PORT, "'443' is no port name; a port number is written without quotes", id="quoted"
        ),
        pytest.param(
            "443", "x", PORT, "the port name 'x' cannot be read without the pods it stands for", id="port-name"
        ),
        pytest.param("{name: a}", "{}", EXAMPLE + 2, "metadata.name must be text, and is None", id="no-name"),
        pytest.param("spec:", "spec: {}\nspec:", EXAMPLE + 4, "the key 'spec' stands here twice", id="a-key-twice"),
        pytest.param(
            "metadata: {",
            "metadata: &x {",
            EXAMPLE + 2,
            "anchors and tags are not read here; write the value plainly",
            id="anchor",
        ),
        pytest.param("  ingress:", "  {{ x }}: 1\n  ingress:", EXAMPLE + 5, "spec has no field '{{ x }}'", id="liquid"),
        pytest.param(
            "spec:", "{{- if .x }}\nspec:", EXAMPLE + 4, "this is no YAML: could not find expected ':'", id="helm"
        ),
        pytest.param(
            "spec:",
            "{% if x %}\nspec:",
            EXAMPLE + 3,
            "this is no YAML: found character that cannot start any token",
            id="liquid-tag",
        ),
        pytest.param(
            "  ingress:",
            "  ingress: {",
            EXAMPLE + 6,
            "this is no YAML: did not find expected node content",
            id="broken",
        ),
    ],
)
def test_an_example_that_cannot_be_read(old: str, new: str, line: int, message: str) -> None:
    """It is one finding at its line, and the others are compared."""
    other = policy(80, 444, name="b")
    found = said(with_examples(policy(443).replace(old, new), other))
    assert found[0] == f"{line}: {START}: {message} — {MEND}"
    lines = new.count("\n") - old.count("\n")
    assert found[1:] == [added(PORT + 10 + lines, "TCP 444", "b")]


def test_neither_shell_nor_prose_is_an_example() -> None:
    text = with_examples(policy(80)).replace(
        "```yaml\n", "```\nkubectl get NetworkPolicy -n x\nA: b: NetworkPolicy\n```\n\n```\n"
    )
    assert said(text) == []
    assert said(f"{with_examples()}\n```\n# kind: NetworkPolicy\nx: {{\n```\n") == []
