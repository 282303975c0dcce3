"""The traps that lie in what a Calico selector reaches and how it is written, by their number in the list."""

import pytest

from calico_texts import POD, document, pods, policy, refusal, source, text_of
from esspec.model import Selector
from esspec.semantics.lifted import EVERYONE, NAMESPACE, Pods, Unreadable, label, only
from models import ANY, ANYONE, NONE, policy_set, rule, selector, workload

NO_POD_LIMIT = (
    "this policy is not limited to pods: it selects host endpoints too, that is, it isolates nodes; "
    "add projectcalico.org/orchestrator == 'k8s' to its selector"
)
NO_POD_PEER = (
    "without projectcalico.org/orchestrator == 'k8s' this end is not pods only: "
    "it holds host endpoints and network sets too"
)


def test_trap_08_a_peer_without_namespace_is_every_namespace() -> None:
    """A cluster-wide policy has no namespace of its own, so each peer names one."""
    assert policy(source(f"selector: \"a == 'b' && {POD}\"")).ingress[0].peers == (pods(None, a="b"),)
    text = text_of(policy_set(workload("zk", [rule("kafka")]), workload("kafka")))
    assert "        namespaceSelector: \"projectcalico.org/name == 'event-streams'\"\n" in text
    assert policy(text).ingress[0].peers == (pods(component="kafka", release="es"),)


@pytest.mark.parametrize(
    "subject",
    [
        "all()",
        "a == 'b'",
        "",
        "a == 'b' && projectcalico.org/namespace != 'kube-system'",
        f"a == 'b' || {POD}",
        "!has(projectcalico.org/namespace)",
    ],
)
def test_trap_09_a_subject_that_reaches_nodes(subject: str) -> None:
    """Without a namespace or the orchestrator it selects host endpoints, and would lock nodes down."""
    text = document("  types: [Ingress]").replace(f"a == 'b' && {POD}", subject)
    several = "alternatives (||) in the selector of a policy are not read here"
    assert refusal(text) == (5, several if "||" in subject else NO_POD_LIMIT)
    for negative in ("projectcalico.org/name != 'n'", "!has(projectcalico.org/name)"):
        assert refusal(f'{text}\n  namespaceSelector: "{negative}"')[0] == 5


@pytest.mark.parametrize(
    ("subject", "namespaces", "found"),
    [
        (POD, "", Pods(())),
        ("projectcalico.org/namespace == 'n'", "", pods("n")),
        ("has(projectcalico.org/namespace)", "", Pods(())),
        ("a == 'b'", "all()", pods(None, a="b")),
        ("a == 'b'", "projectcalico.org/name == 'n'", pods("n", a="b")),
        ("", "kubernetes.io/metadata.name in {'n', 'm'}", Pods(((NAMESPACE, only("n", "m")),))),
        ("projectcalico.org/namespace != 'm'", "projectcalico.org/name in {'n', 'm'}", pods("n")),
    ],
)
def test_trap_09_subjects_of_pods_only(subject: str, namespaces: str, found: Pods) -> None:
    """A namespace, the orchestrator or a namespaceSelector is each enough."""
    text = document(f'  namespaceSelector: "{namespaces}"').replace(f"a == 'b' && {POD}", subject)
    assert policy(text).subject == found


def test_trap_09_a_written_subject_names_both() -> None:
    """Namespace and orchestrator stand in every selector that is written."""
    text = text_of(policy_set(workload("zk", NONE)))
    clauses = f"&& projectcalico.org/namespace == 'event-streams' && {POD}"
    assert clauses in text
    assert refusal(text.replace(clauses, ""))[1] == NO_POD_LIMIT


@pytest.mark.parametrize(
    "fields",
    [
        "selector: a == 'b'",
        "selector: projectcalico.org/namespace == 'n'",
        "selector: has(projectcalico.org/namespace)",
        "namespaceSelector: all()",
        "selector: a == 'b', namespaceSelector: projectcalico.org/name == 'n'",
        f"selector: a == 'b' || {POD}",
    ],
)
def test_trap_10_a_peer_that_admits_network_sets(fields: str) -> None:
    """A network set can carry any label, and can have a namespace; only the orchestrator keeps it out."""
    assert refusal(source(fields)) == (8, NO_POD_PEER)


def test_trap_26_all_is_not_anyone() -> None:
    """It is every endpoint and network set that Calico knows, and no address outside."""
    assert refusal(source("selector: all()")) == (8, NO_POD_PEER)
    found = policy(source(f'selector: "all() && {POD}"')).ingress[0].peers
    assert (found, found != (EVERYONE,)) == ((Pods(()),), True)
    assert "all()" not in text_of(policy_set(workload("zk", [rule(ANYONE)], ANY)))


def test_trap_27_selectors_stay_on_one_line() -> None:
    """However long; only space and tab are blanks to Calico, so that a line break would end it."""
    labels = {f"key-{n}": "v" * 60 for n in range(9)}
    text = text_of(policy_set(workload("zk", NONE, where=selector(**labels))))
    (line,) = (line for line in text.splitlines() if line.lstrip().startswith("selector:"))
    assert line.endswith(f'{POD}"')
    folded = document("").replace(f"\"a == 'b' && {POD}\"", f"|\n    a == 'b'\n    && {POD}")
    assert refusal(folded)[1].endswith("&&, || or the end is expected at 9")
    with pytest.raises(Unreadable, match="anchors and tags are not read here"):
        refusal(document("").replace(f"\"a == 'b' && {POD}\"", "!has(a)"))


@pytest.mark.parametrize("word", ["on", "yes", "n", "8080", "1e3", "0x10", "0o17", "1.5", "null", "2001-01-01"])
def test_trap_28_values_stay_text(word: str) -> None:
    """Every label value and namespace stands between quotes in the selector, which is one quoted string."""
    wanted = Selector(namespace=word.replace(".", "-"), labels=((word, word),))
    subject = policy(text_of(policy_set(workload("zk", NONE, where=wanted)))).subject
    assert subject == Pods(((label(word), only(word)), (NAMESPACE, only(wanted.namespace))))
