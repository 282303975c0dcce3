"""Policies that a page shows as examples: which they are, and where they stand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from command_lines import esspec
from esspec.linting.embedded import embedded_policies
from pages import inside, structure

PAGES = Path(__file__).parent / "pages"
BEFORE = "# Title\n\ntext\n\n"
FENCE = "```yaml\n"
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: a
spec:
  podSelector: {}
"""
OTHER = "kind: ConfigMap\nmetadata:\n  name: c\n"
Found = tuple[int, int, str]


def found(text: str, *, unread: int = 0) -> list[Found]:
    """Return first line, last line and name of each policy on a page; all are of one kind, and all but some read."""
    policies = list(embedded_policies(structure(text)))
    assert {policy.kind for policy in policies} <= {"NetworkPolicy"}
    assert sum(policy.fault is not None for policy in policies) == unread
    return [(policy.line, policy.end_line, policy.name) for policy in policies]


def code(text: str, info: str = "yaml") -> str:
    """Return a fence, whose first line of code is line 6 of a page that begins with BEFORE."""
    return f"```{info}\n{text}```\n"


def named(name: str) -> str:
    """Return POLICY under another name."""
    return POLICY.replace("name: a", f"name: {name}")


JSON_LIST = """\
{
  "apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}},
    {"kind": "Pod", "metadata": {"name": "NetworkPolicy"}},
    {
      "kind": "NetworkPolicy", "metadata": {"name": "b"}
    }
  ]
}
"""
YAML_LIST = """\
apiVersion: networking.k8s.io/v1
items:
- metadata:
    name: a

# the other one
- metadata:
    name: b
kind: NetworkPolicyList
metadata: {}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(code(POLICY), [(6, 11, "a")], id="yaml"),
        pytest.param(code(POLICY, ""), [(6, 11, "a")], id="no-language"),
        pytest.param(code(POLICY, "sh copy"), [(6, 11, "a")], id="another-language"),
        pytest.param(inside(POLICY, "    "), [(5, 10, "a")], id="indented-code"),
        pytest.param(f"1. x\n\n{inside(code(POLICY), '   ')}", [(8, 13, "a")], id="in-a-list-item"),
        pytest.param(f"- x\n  - y\n{inside(code(POLICY), '     ')}", [(8, 13, "a")], id="in-a-nested-list"),
        pytest.param(inside(code(POLICY), "> "), [(6, 11, "a")], id="in-a-quote"),
        pytest.param(code(inside(POLICY, "     ")), [(6, 11, "a")], id="indented-throughout"),
        pytest.param(code(f"# x\n\n{POLICY}\n# y\n"), [(8, 13, "a")], id="comments-and-blanks-around"),
        pytest.param(
            code(f"{POLICY}---\n{OTHER}---\n{named('b')}"), [(6, 11, "a"), (17, 22, "b")], id="three-documents"
        ),
        pytest.param(code(f"---\n{POLICY}--- # x\n{named('b')}---\n"), [(7, 12, "a"), (14, 19, "b")], id="marks"),
        pytest.param(
            code(inside(f"{POLICY}---\n{named('b')}", "  ")), [(6, 11, "a"), (13, 18, "b")], id="documents-indented"
        ),
        pytest.param(
            code(f"{inside(POLICY, '   ')}---\n{named('b')}"), [(6, 11, "a"), (13, 18, "b")], id="indented-one-by-one"
        ),
        pytest.param(code(f"{POLICY}...\n---\n{named('b')}"), [(6, 11, "a"), (14, 19, "b")], id="ends-of-documents"),
        pytest.param(code(JSON_LIST), [(8, 8, "a"), (10, 14, "b")], id="json-list"),
        pytest.param(code(YAML_LIST), [(8, 9, "a"), (12, 13, "b")], id="typed-list"),
        pytest.param(code(POLICY.replace("name: a", "name: 1")), [(6, 11, "1")], id="name-that-is-no-text"),
        pytest.param(code(POLICY.replace("  name: a\n", "  labels: {}\n")), [(6, 11, "")], id="no-name"),
        pytest.param(code(POLICY.replace("name: a", "name: [a]")), [(6, 11, "")], id="name-that-is-a-list"),
        pytest.param(code("kind: NetworkPolicy\n"), [(6, 6, "")], id="kind-alone"),
        pytest.param(code(POLICY) + code(named("b")), [(6, 11, "a"), (14, 19, "b")], id="two-fences"),
    ],
)
def test_policies_in_code(text: str, expected: list[Found]) -> None:
    assert found(BEFORE + text) == expected


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        pytest.param("kubectl apply -f - << EOF\n", "EOF\n", 7, id="blank-before-the-word"),
        pytest.param("kubectl apply -f - <<'EOF'\n", "EOF\n", 7, id="single-quotes"),
        pytest.param('kubectl apply -f - <<"END_1"\n', "END_1\n", 7, id="double-quotes"),
        pytest.param("kubectl apply -f - <<\\EOF\n", "EOF\n", 7, id="backslash"),
        pytest.param("cat <<EOF | kubectl apply -f -\n", "EOF\n", 7, id="cat-into-a-pipe"),
        pytest.param("cat > x.yaml <<EOF; kubectl apply -f x.yaml\n", "EOF\n", 7, id="cat-into-a-file"),
        pytest.param("export NS=x\n\n$ oc apply -f - <<EOF\n", "EOF\noc get netpol\n", 9, id="other-commands-around"),
        pytest.param("kubectl apply -f - <<EOF\n---\n", "---\nEOF\n", 8, id="marks-inside"),
        pytest.param("kubectl apply -f - <<EOF\n", "", 7, id="end-forgotten"),
        pytest.param("export NS=x\nkubectl apply -f - <<EOF\n", "", 8, id="end-forgotten-behind-other-commands"),
        pytest.param("curl x | ssh y sudo tee z <<EOF\n", "   EOF\n", 7, id="end-indented"),
        pytest.param("$ kubectl get netpol a -o yaml\n", "", 7, id="output-of-a-command"),
        pytest.param(f"cat <<A\nNetworkPolicy\nA\ncat <<B\n{OTHER}B\ncat <<C\n", "C\n", 15, id="several"),
    ],
)
def test_policies_in_shell(before: str, after: str, first: int) -> None:
    assert found(BEFORE + code(f"{before}{POLICY}{after}", "shell")) == [(first, first + 5, "a")]


def test_tabs_before_a_heredoc_are_no_part_of_it() -> None:
    text = code(f"kubectl apply -f - <<-EOF\n{inside(POLICY, chr(9))}\tEOF\n")
    assert found(BEFORE + text) == [(7, 12, "a")]


def test_two_heredocs_and_yaml_between_them() -> None:
    shell = "kubectl apply -f - <<EOF\n{}EOF\n"
    text = code(shell.format(POLICY) + named("b") + shell.format(named("c")))
    assert found(BEFORE + text) == [(7, 12, "a"), (14, 19, "b"), (21, 26, "c")]


def test_a_mark_within_a_text_ends_no_document() -> None:
    assert found(BEFORE + code(f"{POLICY}  x: |\n    a\n    ---\n    b\n")) == [(6, 15, "a")]


def test_a_sign_that_begins_no_heredoc() -> None:
    """No line ends it, and no command stands before it."""
    assert found(BEFORE + code(POLICY + "  # x <<EOF\n  policyTypes: []\n")) == [(6, 13, "a")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kubectl get NetworkPolicy -n x\n", id="command"),
        pytest.param("kubectl get x -o yaml | grep 'kind: NetworkPolicy'\n", id="command-that-looks-for-it"),
        pytest.param("Create a policy of kind: NetworkPolicy for each pod:\n- x\n", id="prose"),
        pytest.param("NetworkPolicy\n", id="the-word-alone"),
        pytest.param(POLICY.replace("NetworkPolicy", "CiliumNetworkPolicy"), id="another-kind"),
        pytest.param("kind: x NetworkPolicy: {\n", id="broken-yaml-of-something-else"),
        pytest.param(f"kind: ConfigMap\ndata:\n  x: |\n{inside(POLICY, '    ')}", id="text-in-another-object"),
        pytest.param("# kind: NetworkPolicy\n", id="comment"),
        pytest.param("- kind: NetworkPolicy\n", id="list-of-no-list-object"),
        pytest.param("cat <<EOF\nNetworkPolicy: {\nEOF\n", id="heredoc"),
    ],
)
def test_what_is_no_policy(text: str) -> None:
    assert found(BEFORE + code(text)) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        pytest.param("  podSelector: {}\n", "  podSelector: {}\n  podSelector: {}\n", "a", id="a-key-twice"),
        pytest.param("spec:", "{% if x %}\nspec:", "a", id="liquid"),
        pytest.param("  name: a\n", '  labels: {x\n  name: "b"  # c\n', "b", id="broken-before-its-name"),
        pytest.param("metadata:\n  name: a\n", "metadata: {\nname: a\n", "", id="name-out-of-reach"),
        pytest.param("  name: a\nspec:\n", "spec:\n  name: &x b\n", "", id="name-of-something-else"),
        pytest.param("  name: a\n", "  labels: &x {}\n  name: <b> # c\n", "<b>", id="anchor"),
        pytest.param("kind: NetworkPolicy\n", '- kind: "NetworkPolicyList",\n', "a", id="kind-in-a-list"),
        pytest.param("kind: NetworkPolicy\n", "x: {{, 'kind':NetworkPolicy }\n", "a", id="kind-in-braces"),
    ],
)
def test_policies_that_cannot_be_read_are_listed(old: str, new: str, name: str) -> None:
    """One of the pages of the family has a key twice; a reader of the page still sees a policy."""
    text = POLICY.replace(old, new)
    last = 5 + text.count("\n")
    after = f"\n# x\n---\n{named('z')}"
    assert found(BEFORE + code(text + after), unread=1) == [(6, last, name), (last + 4, last + 9, "z")]


@pytest.mark.parametrize(
    "name", ["${NAME}", "{{ name }}-x", "a-{{site.data.reuse.x}}", "$NAME", "<name>", '"{{ name }}"', "'${N}'"]
)
def test_placeholders_in_a_name_are_shown(name: str) -> None:
    assert found(BEFORE + code(named(name))) == [(6, 11, name.strip("\"'"))]


def test_front_matter_counts() -> None:
    """Lines are those of the file on disk."""
    assert found(f"---\ntitle: x\n---\n{BEFORE}{code(POLICY)}") == [(9, 14, "a")]


def test_the_policies_of_a_real_page() -> None:
    """Seven, in fences, in list items and in heredocs."""
    assert found((PAGES / "ep_1.0.md").read_text(encoding="utf-8")) == [
        (76, 83, "default-deny-ingress"),
        (124, 141, "ibm-eventautomation-flink-operator"),
        (154, 192, "ibm-eventautomation-flink-jobmanager"),
        (194, 217, "ibm-eventautomation-flink-jobmanager-rpc-blob"),
        (219, 240, "ibm-eventautomation-flink-jobmanager-stream-authoring"),
        (242, 264, "ibm-eventautomation-flink-taskmanager"),
        (292, 308, "ibm-eventautomation-flink-jobmanager-monitoring"),
    ]


def test_parse_lists_policies_and_imports_no_target(tmp_path: Path) -> None:
    """Nor does it import a YAML reader for a page without code."""
    page = tmp_path / "page.md"
    page.write_text(BEFORE + code(POLICY), encoding="utf-8")
    ran = esspec("parse", str(page), "--format", "json")
    assert json.loads(ran.out)["policies"] == [{"line": 6, "end_line": 11, "kind": "NetworkPolicy", "name": "a"}]
    script = (
        "import sys\nfrom esspec.commands.document import document\n"
        "from esspec.compiling.loading import PageFile, load_page\n"
        "document(load_page(PageFile(sys.argv[1])))\n"
        "print(sorted(name for name in sys.modules if name == 'yaml' or name.startswith('esspec_')))"
    )
    for text, modules in ((BEFORE + code(POLICY), "['yaml']\n"), (BEFORE, "[]\n")):
        page.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", script, str(page)], capture_output=True, text=True, check=True)
        assert done.stdout == modules


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "items:\n" + "- metadata: {name: a}\n" * 20_000 + "kind: NetworkPolicyList\n",
            id="a-long-list",
        ),
        pytest.param("cat <<EOF\n" * 50_000 + "NetworkPolicy\n", id="heredocs-without-end"),
        pytest.param(f"{POLICY}---\n" * 3_000, id="many-documents"),
        pytest.param("kind: NetworkPolicy\n" + "x: {{ <a $( ${ \n" * 20_000, id="beginnings-of-placeholders"),
        pytest.param(" " * 300_000 + "kind: NetworkPolicy\n", id="blanks"),
        pytest.param("\n" * 70_000 + "NetworkPolicy: {\n", id="empty-lines"),
        pytest.param("---\n" * 70_000 + "NetworkPolicy\n", id="marks"),
    ],
)
def test_hostile_code_takes_linear_time(text: str) -> None:
    """Each of these is some 300 kB, and read within some seconds on any machine; quadratic reading takes minutes."""
    structure_of = structure(BEFORE + code(text))
    assert structure_of.policies
    list(embedded_policies(structure_of))
