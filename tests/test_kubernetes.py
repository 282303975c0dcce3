"""NetworkPolicy as it is written, and that what is written is read back."""

import subprocess
import sys

import pytest
import yaml
from hypothesis import given

from drawn import policy_sets
from esspec.model import Override, PolicySet, Selector
from esspec.semantics.intended import intended
from esspec.semantics.lifted import ANY_ROLE, EVERYONE, Grant, Lifted, Outside, Reason
from esspec.targets.target import Inexpressible
from esspec.terms import Direction
from esspec_kubernetes import TARGET
from kubernetes_texts import text_of, texts
from models import ANY, ANYONE, INSTANCE, NONE, external, kube_dns, policy_set, ports, rule, selector, workload

INSTANCE_RULE = """\
  ingress:
    # page.md:10: why
    # peers, by esspec.toml: every pod of the instance (namespace and labels)
    - from:
        - podSelector:
            matchLabels:
              release: es
      ports:
        - protocol: TCP
"""
GOLDEN = """\
# kafka (page.md:3)
# Written by esspec: rules and reasons from page.md; names, namespaces, labels and addresses from
# esspec.toml. Change those, then export again.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: esspec-kafka
  namespace: event-streams
  labels:
    app.kubernetes.io/managed-by: esspec
  annotations:
    esspec/rules: "[{\\"direction\\": \\"ingress\\", \\"row\\": \\"row-18\\", \\"reason\\": \\"Kafka: access\\"}, \
{\\"direction\\": \\"egress\\", \\"row\\": \\"dns\\", \\"reason\\": \\"name resolution\\"}]"
spec:
  # esspec.toml [workloads."kafka"]
  podSelector:
    matchLabels:
      component: kafka
      release: es
  policyTypes:
    - Ingress
    - Egress
  ingress:
    # page.md:18: Kafka: access
    # esspec.toml:7: override: the ports are known
    # peers, by esspec.toml: zookeeper, other, gate
    - from:
        - podSelector:
            matchLabels:
              component: zookeeper
              release: es
        - namespaceSelector: {}
          podSelector:
            matchLabels:
              app: "on"
        - ipBlock:
            cidr: "192.0.2.10/32"
        - ipBlock:
            cidr: "2001:db8::/32"
      ports:
        - protocol: TCP
          port: 8084
        - protocol: TCP
          port: 8000
          endPort: 8010
  # egress: page.md:5: None
  egress:
    # esspec.toml:9 [dns]: name resolution
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
"""


def test_golden() -> None:
    """One object with both directions; every rule names its row and its reason, and what the binding decided."""
    peers = ("zookeeper", "other", "@gate")
    one = rule(*peers, on=ports(8084, (8000, 8010)), line=18, reason="Kafka: access")
    decided = one.model_copy(update={"override": Override(reason="the ports are known", line=7)})
    policies = policy_set(
        workload("kafka", [decided], NONE),
        workload("zookeeper"),
        workload("other", seen=selector(None, app="on")),
        externals=[external("gate", "192.0.2.10/32", "2001:db8::/32")],
        dns=kube_dns(),
    )
    assert text_of(policies) == GOLDEN


@pytest.mark.parametrize(
    ("ingress", "written"),
    [
        (NONE, "  # ingress: page.md:5: None\n"),
        (ANY, "  ingress:\n    # page.md:5: Any\n    - {}\n"),
        ([rule(ANYONE)], "  ingress:\n    # page.md:10: why\n    - ports:\n        - protocol: TCP\n"),
        (
            [rule(ANYONE, "kafka", on=ports(53), protocol="UDP")],
            "  ingress:\n    # page.md:10: why\n    - ports:\n        - protocol: UDP\n          port: 53\n",
        ),
        ([rule(INSTANCE)], INSTANCE_RULE),
    ],
)
def test_the_words_of_a_direction(ingress: object, written: str) -> None:
    """None has no rules, Any the rule of everything; anyone holds every other peer of its row."""
    text = text_of(policy_set(workload("kafka", ingress)))  # type: ignore[arg-type]  # as the builder takes them
    assert text.endswith(f"  policyTypes:\n    - Ingress\n{written}")


def test_what_is_not_isolated_has_no_object() -> None:
    """The page says nothing of it, and so does the export."""
    assert texts(policy_set(workload("kafka"))) == []


def test_files_and_index() -> None:
    """One file per workload, named by its slug, and one that applies them all."""
    documents = TARGET.lower(policy_set(workload("kafka", ANY), workload("open"), workload("ui", NONE)))
    names = [document.file_name for document in documents]
    assert names == ["kafka.yaml", "ui.yaml"]
    assert yaml.safe_load(TARGET.index(names)["kustomization.yaml"])["resources"] == names


def test_an_external_without_addresses_stops_the_export() -> None:
    """Kubernetes sees addresses only, whatever the role."""
    policies = policy_set(workload("a", [rule("@gate")]), externals=[external("gate", role="kube-apiserver")])
    with pytest.raises(Inexpressible) as stopped:
        texts(policies)
    assert str(stopped.value) == (
        "page.md:10:1: error: external 'gate' has no addresses (target kubernetes) — "
        'write addresses = ["…"] under [externals."gate"] in esspec.toml [external-without-address]'
    )


def test_reasons_that_are_too_long_stop_the_export() -> None:
    """Kubernetes takes 256 KiB of annotations; nothing is cut."""
    with pytest.raises(Inexpressible, match=r"^page.md:3:1: error: .* \[annotation-too-large\]$"):
        texts(policy_set(workload("a", [rule(ANYONE, reason="x" * 262_144)])))


def flat(grants: tuple[Grant, ...]) -> set[tuple[object, object]]:
    """Return every (peers, ports) granted: each network by itself, whatever its role, and everyone holds all."""
    found: set[tuple[object, object]] = set()
    for grant in grants:
        for peers in [EVERYONE] if EVERYONE in grant.peers else grant.peers:
            alone = [Outside((n,), ANY_ROLE) for n in peers.networks or ()] if isinstance(peers, Outside) else [peers]
            found |= {(one, ports) for one in alone for ports in grant.ports}
    return found


def said(read: Lifted) -> list[tuple[object, ...]]:
    """Return what policies say of those pods that they isolate, in their order."""
    return [(p.subject, p.isolates, *(flat(p.grants(d)) for d in Direction)) for p in read.policies if p.isolates]


@given(policy_sets())
def test_what_is_written_is_read_back(policies: PolicySet) -> None:
    """Selectors, ports, isolation and reasons are those of the model, whatever its texts."""
    read = [TARGET.lift(text) for text in texts(policies)]
    together = Lifted(*(tuple(item for one in read for item in one[part]) for part in range(3)))  # type: ignore[arg-type]
    assert together.refusals == ()
    assert said(together) == said(intended(policies))
    assert sorted(together.reasons) == sorted(intended(policies).reasons)


@given(policy_sets())
def test_two_readers_agree(policies: PolicySet) -> None:
    """What a YAML 1.1 reader makes of the text is what the text says here, type by type."""
    for text in texts(policies):
        body = yaml.safe_load(text)
        assert body["metadata"]["name"].startswith("esspec-slug-")
        selectors = [body["spec"]["podSelector"]]
        for field, peers in (("ingress", "from"), ("egress", "to")):
            for one in body["spec"].get(field, []):
                selectors += [peer.get("podSelector", {}) for peer in one.get(peers, [])]
        labels = [item for one in selectors for item in one.get("matchLabels", {}).items()]
        assert all(isinstance(key, str) and isinstance(value, str) for key, value in labels)


@given(policy_sets())
def test_the_text_is_the_same_each_time(policies: PolicySet) -> None:
    """The same model gives the same bytes, of ASCII only but in comments."""
    assert texts(policies) == texts(policies.model_copy(deep=True))
    for text in texts(policies):
        assert all(line.isascii() for line in text.splitlines() if not line.lstrip().startswith("#"))


def test_reasons_are_carried() -> None:
    """Each row's hash and reason, and name resolution's once per object; a peer of every namespace keeps its own."""
    policies = policy_set(workload("a", [rule("a", reason='"ü"\\')], ANY), dns=kube_dns())
    assert TARGET.lift(text_of(policies)).reasons == (Reason("row-10", '"ü"\\'), Reason("dns", "name resolution"))


def test_a_workload_needs_a_namespace() -> None:
    """That the binding gives it one is checked before; here it would be a bug."""
    nowhere = Selector(namespace=None, labels=(("app", "a"),))
    with pytest.raises(AssertionError, match="a has no namespace of its own"):
        texts(policy_set(workload("a", ANY, where=nowhere)))


def test_importing_the_target_is_light() -> None:
    """An export reads no YAML, so that neither PyYAML nor the reader is imported for it."""
    script = "import sys, esspec_kubernetes; print({'yaml', 'esspec_kubernetes.lift', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
