"""Manifests that others wrote: what is read from them, what is passed over, and what is said of the rest."""

import pytest

from esspec.manifests.cluster import Cluster, read_cluster
from esspec.manifests.manifest_files import ManifestText
from esspec.problem import InputProblems
from esspec.semantics.lifted import NAMESPACE, label
from esspec.semantics.surroundings import named_port
from esspec.terms import Protocol
from manifest_texts import namespace, policy

TEMPLATE = (
    "{metadata: {labels: {app: web}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}"
)


def read(*texts: str, default: str = "default") -> Cluster:
    """Return what the manifests in one file say."""
    return read_cluster([ManifestText("m.yaml", "".join(texts))], default)


def problems(*texts: str) -> list[str]:
    """Return what is wrong with the manifests in one file, in its text form."""
    return [str(problem) for problem in read(*texts).problems]


def unreadable(text: str) -> str:
    """Return why a text cannot be read as manifests."""
    with pytest.raises(InputProblems) as stopped:
        read(text)
    return str(stopped.value)


def names(*texts: str) -> list[str]:
    """Return what the pods in one file are called; nothing may be wrong with it."""
    found = read(*texts)
    assert found.problems == ()
    return [known.name for known in found.pods]


def workload(kind: str, api_version: str, spec: str, metadata: str = "name: web, namespace: shop") -> str:
    """Return an object that makes pods."""
    return f"---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{{metadata}}}\nspec: {{{spec}}}\n"


# Workloads and their pods

WORKLOADS = {
    "Deployment": ("apps/v1", f"template: {TEMPLATE}"),
    "StatefulSet": ("apps/v1", f"template: {TEMPLATE}"),
    "DaemonSet": ("apps/v1", f"template: {TEMPLATE}"),
    "ReplicaSet": ("apps/v1", f"template: {TEMPLATE}"),
    "ReplicationController": ("v1", f"template: {TEMPLATE}"),
    "DeploymentConfig": ("apps.openshift.io/v1", f"template: {TEMPLATE}"),
    "Job": ("batch/v1", f"template: {TEMPLATE}"),
    "CronJob": ("batch/v1", f"jobTemplate: {{spec: {{template: {TEMPLATE}}}}}"),
}


@pytest.mark.parametrize("kind", WORKLOADS)
def test_pods_of_every_kind_of_workload(kind: str) -> None:
    """They have the labels and ports of the template, and the namespace of the workload."""
    (known,) = read(workload(kind, *WORKLOADS[kind])).pods
    assert known.name == f"shop/web[{kind}]"
    assert known.place == "m.yaml:2"
    assert known.values == {NAMESPACE: "shop", label("app"): "web", named_port(Protocol.TCP, "http"): "8080"}


def test_a_workload_of_another_api_group_is_another_kind() -> None:
    """What a Job of somebody else is, nobody here knows."""
    found = read(workload("Job", "batch.volcano.sh/v1alpha1", "tasks: []"))
    assert (found.pods, found.skipped) == ((), {"Job of batch.volcano.sh/v1alpha1": 1})


def test_objects_without_a_namespace() -> None:
    """They are in the one that is given, or in `default`."""
    texts = workload("Deployment", "apps/v1", f"template: {TEMPLATE}", "name: web"), policy("", namespace="")
    for found, expected in ((read(*texts), "default"), (read(*texts, default="mine"), "mine")):
        assert [known.name for known in found.pods] == [f"{expected}/web[Deployment]"]
        assert dict(found.policies[0].policy.subject.where)[NAMESPACE].items == {expected}


REPLICA_SET = "name: web-7d9f, namespace: shop, ownerReferences: [{kind: Deployment, name: web, controller: true}]"
OWNED = "name: web-7d9f-x, namespace: shop, labels: {app: web, pod-template-hash: 7d9f}, ownerReferences: [%s]"
BY_REPLICA_SET = OWNED % "{kind: ReplicaSet, name: web-7d9f, controller: true}"


def test_pods_are_called_as_what_made_them() -> None:
    """A Deployment makes a ReplicaSet, and this makes pods: all of them are the Deployment's, given or not."""
    deployment = workload("Deployment", "apps/v1", f"template: {TEMPLATE}")
    replica_set = workload("ReplicaSet", "apps/v1", f"template: {TEMPLATE}", REPLICA_SET)
    made = workload("Pod", "v1", "containers: []", BY_REPLICA_SET)
    called = ["shop/web[Deployment]"]
    assert names(deployment, replica_set) == called
    assert names(deployment, replica_set, made) == called * 2  # the pod has a label more
    assert names(replica_set) == called
    assert names(made) == called
    assert names(made.replace("pod-template-hash: 7d9f", "side: left")) == ["shop/web-7d9f[ReplicaSet]"]
    by_operator = workload(
        "StatefulSet", "apps/v1", f"template: {TEMPLATE}", REPLICA_SET.replace("Deployment", "Kafka")
    )
    assert names(by_operator) == ["shop/web-7d9f[StatefulSet]"]
    cron_job = workload("Job", "batch/v1", f"template: {TEMPLATE}", REPLICA_SET.replace("Deployment", "CronJob"))
    assert names(cron_job) == ["shop/web[CronJob]"]


def test_owners_that_are_no_controllers_count_only_where_there_is_none() -> None:
    """The controller is what made a pod; others own it so that it goes when they do."""
    owners = "{kind: Node, name: n1}, {kind: Job, name: load, controller: true}"
    assert names(workload("Pod", "v1", "containers: []", OWNED % owners)) == ["shop/load[Job]"]
    assert names(workload("Pod", "v1", "containers: []", OWNED % "{kind: Node, name: n1}")) == ["shop/n1[Node]"]
    assert names(workload("Pod", "v1", "containers: []", OWNED % "{kind: Node}")) == ["shop/web-7d9f-x[Pod]"]


def test_owners_in_a_circle() -> None:
    """Nothing makes itself, but a manifest may say so."""
    circle = "name: a, namespace: shop, ownerReferences: [{kind: Job, name: %s}]"
    one = workload("Job", "batch/v1", f"template: {TEMPLATE}", circle % "b")
    assert names(one, one.replace("name: a", "name: b").replace("name: b}", "name: a}")) == [
        "shop/a[Job]",
        "shop/b[Job]",
    ]


def test_ports_with_names() -> None:
    """Of containers that run as long as the pod; of two that give one name, the first counts."""
    spec = (
        "containers: [{name: a, ports: [{name: http, containerPort: 80}, {containerPort: 81}]},"
        " {name: b, ports: [{name: http, containerPort: 82}, {name: http, containerPort: 83, protocol: UDP}]}],"
        " initContainers: [{name: c, restartPolicy: Always, ports: [{name: proxy, containerPort: 84}]},"
        " {name: d, ports: [{name: never, containerPort: 85}]}]"
    )
    (known,) = read(workload("Pod", "v1", spec)).pods
    assert {key.name: value for key, value in known.values.items() if key.kind == "port named"} == {
        "http/TCP": "80",
        "http/UDP": "83",
        "proxy/TCP": "84",
    }


def test_pods_on_the_network_of_their_node() -> None:
    """No policy selects them, so that they are left out, with one word for all of one workload."""
    text = workload("DaemonSet", "apps/v1", "template: {spec: {hostNetwork: true, containers: []}}")
    found = read(text, workload("Pod", "v1", "hostNetwork: true", OWNED % "{kind: DaemonSet, name: web}"))
    assert found.pods == ()
    assert [str(problem) for problem in found.problems] == [
        (
            "m.yaml:5:1: warning: shop/web[DaemonSet] uses the network of its node, where no policy selects it — "
            "leave it out of what is compared [host-network]"
        ),
    ]
    assert len(read(workload("Pod", "v1", "hostNetwork: false")).pods) == 1


BROKEN = {
    "no template": (
        workload("Deployment", "apps/v1", "replicas: 1"),
        "m.yaml:5:1: error: this Deployment would be refused: template must be a mapping",
    ),
    "no name": (workload("Pod", "v1", "", "namespace: shop"), "metadata.name must be text, and is None"),
    "no metadata": (workload("Pod", "v1", "").replace("metadata: ", "meta: "), "metadata must be a mapping"),
    "a name that is none": (workload("Pod", "v1", "", "name: Web"), "'Web' is no object name"),
    "a namespace that is none": (workload("Pod", "v1", "", "name: web, namespace: a.b"), "'a.b' is no namespace"),
    "a label that is a number": (
        workload("Pod", "v1", "", "name: web, labels: {a: 1}"),
        "label a must be text, and is 1",
    ),
    "a label that is a boolean to some": (
        workload("Pod", "v1", "", "name: web, labels: {a: yes}"),
        "label a 'yes' is read differently by YAML 1.1 and 1.2; quote it",
    ),
    "a label's key that is one": (
        workload("Pod", "v1", "", "name: web, labels: {on: a}"),
        "a label's key 'on' is read differently by YAML 1.1 and 1.2; quote it",
    ),
    "a label that is not legal": (workload("Pod", "v1", "", "name: web, labels: {a: -b}"), "'-b' is no label value"),
    "a port without a number": (
        workload("Pod", "v1", "containers: [{ports: [{name: http}]}]"),
        "the port 'http' has no number, or no protocol that is known",
    ),
    "a port with a number that is none to some": (
        workload("Pod", "v1", "containers: [{ports: [{name: http, containerPort: 0x50}]}]"),
        "the port 'http' has no number, or no protocol that is known",
    ),
    "a port of no protocol": (
        workload("Pod", "v1", "containers: [{ports: [{name: http, containerPort: 1, protocol: tcp}]}]"),
        "the port 'http' has no number, or no protocol that is known",
    ),
    "a port out of range": (
        workload("Pod", "v1", "containers: [{ports: [{name: http, containerPort: 65536}]}]"),
        "port 65536 is not in 1-65535",
    ),
    "a node's network to some": (
        workload("Pod", "v1", "hostNetwork: yes"),
        "hostNetwork 'yes' is read differently by YAML 1.1 and 1.2; quote it",
    ),
    "a namespace with a label that is none": (namespace("a", "team: 1"), "label team must be text, and is 1"),
    "a template that YAML takes": (
        workload("Pod", "v1", "", 'name: "{{ .Release.Name }}-web"'),
        "'{{ .Release.Name }}-web' is no object name — render it first, such as by helm template, and name its output",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_pods_and_namespaces_that_would_be_refused(case: str) -> None:
    """They are errors, and not left out in silence."""
    text, told = BROKEN[case]
    found = read(text)
    (problem,) = found.problems
    assert told in str(problem)
    assert (problem.code, problem.level, found.pods) == ("refused-object", "error", ())


def test_a_name_that_the_server_completes() -> None:
    """Its beginning is what is known of it."""
    assert names(workload("Job", "batch/v1", f"template: {TEMPLATE}", "generateName: load-")) == ["default/load-[Job]"]


def test_what_a_server_adds_means_nothing() -> None:
    """As `kubectl get -o yaml` prints objects."""
    server = (
        "uid: 0b5c, resourceVersion: '12', generation: 3, creationTimestamp: '2026-01-01T00:00:00Z', selfLink: /x,"
        " managedFields: [{manager: kubectl}], finalizers: [a/b], annotations: {a/last-applied: '{}'}"
    )
    text = policy("podSelector: {}").replace("namespace: shop", f"namespace: shop, {server}")
    found = read(f"{text}status: {{conditions: []}}\n")
    assert (found.problems, len(found.policies)) == ((), 1)
    assert problems(text.replace("uid:", "uuid:")) == [
        (
            "m.yaml:4:1: error: this NetworkPolicy would be refused: metadata has no field 'uuid' — "
            "mend the object [refused-object]"
        ),
    ]
