"""What the target calico writes, and what it cannot say."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import product

from calico_texts import document, pods, policy, text_of, texts
from esspec.semantics import lifted
from esspec.semantics.lifted import Outside
from esspec.terms import Direction
from esspec_calico import TARGET
from models import ANY, ANYONE, NONE, UNSPECIFIED, external, kube_dns, policy_set, ports, rule, selector, workload

GOLDEN = """\
# kafka (page.md:3)
# Written by esspec: rules and reasons from page.md; names, namespaces, labels and addresses from
# esspec.toml. Change those, then export again.
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: esspec-event-streams-kafka
  labels:
    app.kubernetes.io/managed-by: esspec
  annotations:
    esspec/rules: "[{\\"direction\\": \\"ingress\\", \\"row\\": \\"row-18\\", \\"reason\\": \\"Querying: status\\"}, \
{\\"direction\\": \\"ingress\\", \\"row\\": \\"row-19\\", \\"reason\\": \\"Calls # here\\"}, \
{\\"direction\\": \\"egress\\", \\"row\\": \\"dns\\", \\"reason\\": \\"name resolution\\"}]"
spec:
  tier: default
  # Where Calico puts Kubernetes' own policies; all of these only allow, so their order decides nothing.
  order: 1000
  # esspec.toml [workloads."kafka"]
  selector: "component == 'kafka' && release == 'es' && projectcalico.org/namespace == 'event-streams' \
&& projectcalico.org/orchestrator == 'k8s'"
  types:
    - Ingress
    - Egress
  ingress:
    # page.md:18: Querying: status
    # peers, by esspec.toml: zk
    - action: Allow
      protocol: TCP
      source:
        selector: "component == 'zk' && release == 'es' && projectcalico.org/orchestrator == 'k8s'"
        namespaceSelector: "projectcalico.org/name == 'event-streams'"
      destination:
        ports:
          - 7070
          - "8000:8010"
    # page.md:18: Querying: status
    # peers, by esspec.toml: lab
    - action: Allow
      protocol: TCP
      source:
        nets:
          - "192.0.2.0/24"
      destination:
        ports:
          - 7070
          - "8000:8010"
    # page.md:18: Querying: status
    # peers, by esspec.toml: lab
    - action: Allow
      protocol: TCP
      source:
        nets:
          - "2001:db8::/32"
      destination:
        ports:
          - 7070
          - "8000:8010"
    # page.md:19: Calls # here
    - action: Allow
      protocol: UDP
  # egress: page.md:5: None
  egress:
    # esspec.toml:9 [dns]: name resolution
    - action: Allow
      protocol: UDP
      destination:
        selector: "k8s-app == 'kube-dns' && projectcalico.org/orchestrator == 'k8s'"
        namespaceSelector: "projectcalico.org/name == 'kube-system'"
        ports:
          - 53
    # esspec.toml:9 [dns]: name resolution
    - action: Allow
      protocol: TCP
      destination:
        selector: "k8s-app == 'kube-dns' && projectcalico.org/orchestrator == 'k8s'"
        namespaceSelector: "projectcalico.org/name == 'kube-system'"
        ports:
          - 53
"""

GOLDEN_SMALL = """\
# zk (page.md:3)
# Written by esspec: rules and reasons from page.md; names, namespaces, labels and addresses from
# esspec.toml. Change those, then export again.
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: esspec-event-streams-zk
  labels:
    app.kubernetes.io/managed-by: esspec
  annotations:
    esspec/rules: "[]"
spec:
  tier: default
  # Where Calico puts Kubernetes' own policies; all of these only allow, so their order decides nothing.
  order: 1000
  # esspec.toml [workloads."zk"]
  selector: "component == 'zk' && release == 'es' && projectcalico.org/namespace == 'event-streams' \
&& projectcalico.org/orchestrator == 'k8s'"
  types:
    - Ingress
    - Egress
  # ingress: page.md:5: None
  egress:
    # page.md:5: Any
    - action: Allow
"""


def test_golden_rules() -> None:
    """A rule per peer and address family, a range, everyone beside others, and name resolution beside "None"."""
    rows = [
        rule("zk", "@lab", on=ports(7070, (8000, 8010)), line=18, reason="Querying: status"),
        rule(ANYONE, "zk", protocol="UDP", line=19, reason="Calls # here"),
    ]
    policies = policy_set(
        workload("kafka", rows, NONE),
        workload("zk"),
        externals=[external("lab", "192.0.2.0/24", "2001:db8::/32")],
        dns=kube_dns(),
    )
    assert text_of(policies) == GOLDEN


def test_golden_any_and_none() -> None:
    """The type is listed: "None" has no rules, "Any" has one that only allows."""
    assert text_of(policy_set(workload("zk", NONE, ANY))) == GOLDEN_SMALL


def test_an_unspecified_direction_is_not_isolated() -> None:
    """A type that is not listed leaves the direction to others; nothing said at all is no object."""
    found = policy(text_of(policy_set(workload("zk", UNSPECIFIED, NONE))))
    assert (found.isolates, found.ingress, found.egress) == (frozenset([Direction.EGRESS]), (), ())
    assert texts(policy_set(workload("zk"))) == []


def test_files_and_index() -> None:
    """Files bear the slug, and a kustomization names them."""
    documents = TARGET.lower(policy_set(workload("zk", NONE), workload("kafka", ANY)))
    assert [found.file_name for found in documents] == ["zk.yaml", "kafka.yaml"]
    assert "  - zk.yaml\n" in TARGET.index(["zk.yaml"])["kustomization.yaml"]


def test_a_peer_of_any_namespace() -> None:
    """`namespaceSelector: all()` and the orchestrator mean pods of every namespace, and nothing else."""
    seen = selector(None, component="rest")
    policies = policy_set(workload("zk", [rule("rest")]), workload("rest", seen=seen))
    text = text_of(policies)
    assert 'namespaceSelector: "all()"' in text
    assert policy(text).ingress[0].peers == (pods(None, component="rest"),)


def test_long_lists_are_cut() -> None:
    """50 ports and 256 nets are in a list at most; no port and no net is lost."""
    wanted = tuple(range(1, 241, 2))
    many = [f"10.{n // 256}.{n % 256}.0/24" for n in range(257)]
    policies = policy_set(workload("zk", [rule("@lab", on=ports(*wanted))]), externals=[external("lab", *many)])
    grants = policy(text_of(policies)).ingress
    assert [(len(g.peers[0].networks or ()), len(g.ports)) for g in grants if isinstance(g.peers[0], Outside)] == [
        (size, count) for size in (256, 1) for count in (50, 50, 20)
    ]
    assert {(net, p.first) for g in grants for net in as_networks(g) for p in g.ports} == set(product(many, wanted))


def as_networks(grant: lifted.Grant) -> Sequence[str]:
    """Return the networks of a grant's only peer."""
    (peer,) = grant.peers
    assert isinstance(peer, Outside)
    return peer.networks or ()


def test_several_objects_in_one_text() -> None:
    """Documents of one text are read each for itself, and one object may stand there once."""
    one, other = texts(policy_set(workload("zk", NONE), workload("kafka", ANY)))
    read = TARGET.lift(f"{one}---\n{other}---\n{document('')}")
    assert [found.name for found in read.policies] == [
        "esspec-event-streams-zk",
        "esspec-event-streams-kafka",
        "esspec-x",
    ]
    assert [r.message for r in TARGET.lift(f"{one}---\n{one}").refusals] == [
        "the object esspec-event-streams-zk stands here twice"
    ]


def test_a_refused_object_takes_no_effect() -> None:
    """It isolates nothing and allows nothing, and the others beside it are read."""
    read = TARGET.lift(f"{document('  order: many')}\n---\n{document('  order: 1', name='other')}")
    assert [found.name for found in read.policies] == ["other"]
    assert read.refusals == (lifted.Refusal(6, "order must be a whole number, and is 'many'"),)


def test_importing_the_target_is_light() -> None:
    """An export reads no YAML, so that neither PyYAML nor the reader is imported for it."""
    script = "import sys, esspec_calico; print({'yaml', 'esspec_calico.lift', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
