"""Streams of manifests: documents, lists, aliases, templates, kinds that nobody reads, and what is no object."""

import json

import pytest

from esspec.manifests.cluster import Cluster, read_cluster, read_clusters
from esspec.manifests.manifest_files import ManifestText
from esspec.manifests.yamlread import MAX_UNFOLDED
from esspec.problem import InputProblems
from esspec.semantics.lifted import NAMESPACE
from esspec.semantics.naming import naming
from esspec.semantics.views import see
from manifest_texts import namespace, pod, policy


def read(*texts: str) -> Cluster:
    """Return what the manifests in one file say."""
    return read_cluster([ManifestText("m.yaml", "".join(texts))])


def problems(*texts: str) -> list[str]:
    """Return what is wrong with the manifests in one file, in its text form."""
    return [str(problem) for problem in read(*texts).problems]


def unreadable(text: str) -> str:
    """Return why a text cannot be read as manifests."""
    with pytest.raises(InputProblems) as stopped:
        read(text)
    return str(stopped.value)


def policies(*texts: str) -> list[str]:
    """Return the names of the policies in one file; nothing may be wrong with it."""
    found = read(*texts)
    assert found.problems == ()
    return [sourced.policy.name for sourced in found.policies]


ITEM = "metadata: {name: %s, namespace: shop}, spec: {podSelector: {}}"
WHOLE = "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, "
LISTS = {
    "a list of anything": f"apiVersion: v1\nkind: List\nitems: [{{{WHOLE}{ITEM % 'a'}}}, {{{WHOLE}{ITEM % 'b'}}}]\n",
    "a list of policies, whose items leave their kind to it": (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nmetadata: {resourceVersion: ''}\n"
        f"items: [{{{ITEM % 'a'}}}, {{{ITEM % 'b'}}}]\n"
    ),
    "lists in lists": (
        f"apiVersion: v1\nkind: List\nitems: [{{apiVersion: v1, kind: List, items: [{{{WHOLE}{ITEM % 'a'}}}]}},"
        f" {{{WHOLE}{ITEM % 'b'}}}]\n"
    ),
    "documents": f"---\n{{{WHOLE}{ITEM % 'a'}}}\n---\n---\n# nothing\n---\n{{{WHOLE}{ITEM % 'b'}}}\n...\n",
    "JSON, one object after the other": "\n---\n".join(
        json.dumps(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": name, "namespace": "shop"},
                "spec": {"podSelector": {}},
            },
            indent=4,
        )
        for name in "ab"
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_objects_of_lists_and_streams(case: str) -> None:
    assert policies(LISTS[case]) == ["a", "b"]


def test_a_list_without_items_says_that_there_are_none() -> None:
    assert read("apiVersion: v1\nkind: List\nitems: []\n").problems == ()


NO_OBJECTS = {
    "nothing": ("", "m.yaml: error: nothing stands here"),
    "comments": ("# nothing\n---\n---\n", "m.yaml: error: nothing stands here"),
    "text": ("Usage: kustomize build DIR\n", ""),
    "a word": ("error\n", "m.yaml: error: this is text and no object"),
    "a list of objects": (f"- {{{WHOLE}{ITEM % 'a'}}}\n", "m.yaml:1:1: error: this is a list of objects and no object"),
    "a list of anything else": ("- hosts: all\n  tasks: []\n", ""),
}


@pytest.mark.parametrize("case", NO_OBJECTS)
def test_what_is_no_object(case: str) -> None:
    """Where an object may be meant, it is an error; a file of something else is not."""
    text, told = NO_OBJECTS[case]
    found = problems(text)
    assert (found == []) == (not told)
    assert "".join(found).startswith(told)


def test_aliases_stand_for_their_values() -> None:
    """As kubectl reads them; they are not copied, and no bomb unfolds."""
    text = policy(
        "podSelector: &all {}, ingress: [{from: [{podSelector: &web {matchLabels: {app: web}}}, {podSelector: *web}]}]"
    )
    assert policies(text, policy("podSelector: {}", "q").replace("podSelector: {}", "podSelector: &all {}")) == [
        "p",
        "q",
    ]
    (found,) = read(text).objects
    assert found.policies[0].ingress[0].peers[0] == found.policies[0].ingress[0].peers[1]


LEVELS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 9))
UNREADABLE = {
    "an alias bomb": (
        f"l0: &l0 [{', '.join('x' * 10)}]\n{LEVELS}",
        f"the aliases unfold to more than {MAX_UNFOLDED} values",
    ),
    "an alias in its own value": (
        "a: &a [*a]",
        "1:8: error: the alias '*a' stands for nothing that is complete before it",
    ),
    "an alias of another document": ("a: &a 1\n---\nb: *a", "3:4: error: the alias '*a' stands for nothing"),
    "a merge key": ("a: &a {b: 1}\nc: {<<: *a}\n", "2:5: error: a key must be text, and merge keys are not read here"),
    "a tag": ("a: !Ref b", "1:4: error: anchors and tags are not read here"),
    "a key twice": ("a: 1\na: 2", "2:1: error: the key 'a' stands here twice"),
    "a key that is a list": ("? [a]\n: b", "1:3: error: a key must be text"),
    "no YAML": ("a: b: c", "1:5: error: this is no YAML: mapping values are not allowed in this context"),
    "a template's condition": (
        "{{- if .Values.on }}\na: b\n{{- end }}\n",
        "this is a template and no YAML — render it first",
    ),
    "a template's value": ("a: {{ .Values.a }}\n", "1:5: error: this is a template and no YAML"),
    "a template's block": ("a:\n{{ toYaml .Values.a | indent 2 }}\nb: c\n", "this is a template and no YAML"),
    "a Jinja template": ("a: b\n{% if on %}\nc: d\n{% endif %}\n", "2:2: error: this is a template and no YAML"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read(case: str) -> None:
    """The run stops, because whatever is in the file is lost."""
    text, told = UNREADABLE[case]
    found = unreadable(text)
    assert told in found
    assert found.endswith("[bad-yaml]")


def test_all_files_that_cannot_be_read_are_named() -> None:
    with pytest.raises(InputProblems) as stopped:
        read_cluster([ManifestText("a.yaml", "a: ["), ManifestText("b.yaml", "b: 1"), ManifestText("c.yaml", "}")])
    assert [problem.path for problem in stopped.value.problems] == ["a.yaml", "c.yaml"]


def test_other_kinds_are_counted_and_may_be_odd() -> None:
    """Numbers as keys, scalars that readers differ on, and whatever else these kinds hold."""
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {8080: on, yes: 0x10, null: 1e3, 2026-01-01: ~}\n"
    )
    values = "tcp: {9000: shop/web:80}\nreplicas: 1\n"
    chart = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
    ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
    found = read("---\n".join([text, text, values, chart, ingress, policy("podSelector: {}")]))
    assert (found.problems, len(found.policies)) == ((), 1)
    assert found.skipped == {
        "ConfigMap of v1": 2,
        "an object without a kind of no apiVersion": 1,
        "an object without a kind of v2": 1,
        "Ingress of networking.k8s.io/v1": 1,
    }


ODD = {
    "a label": ("podSelector: {matchLabels: {app: on}}", "app 'on'"),
    "a label's key": ("podSelector: {matchLabels: {y: a}}", "a label's key 'y'"),
    "a port": ("podSelector: {}, ingress: [{ports: [{port: 0x50}]}]", "port '0x50'"),
    "a port with an exponent": ("podSelector: {}, ingress: [{ports: [{port: 8e1}]}]", "port '8e1'"),
    "a value": ("podSelector: {matchExpressions: [{key: a, operator: In, values: [no]}]}", "an item 'no'"),
    "an address": ("podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 1_0}}]}]", "cidr '1_0'"),
}


@pytest.mark.parametrize("case", ODD)
def test_policies_may_not_be_odd(case: str) -> None:
    """What one reader takes for a number or a boolean, and another for text, is nobody's policy."""
    spec, what = ODD[case]
    assert problems(policy(spec)) == [
        (
            f"m.yaml:5:1: error: this NetworkPolicy would be refused: {what} is read differently by YAML 1.1 and 1.2; "
            "quote it — mend the object [refused-object]"
        ),
    ]


def test_odd_values_in_the_words_of_others_are_nobodys_business() -> None:
    """Only what a policy says must be clear; a workload's other fields need not be."""
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {x: on}}\nspec: {priority: 0x10, containers: []}\n"
    )
    assert problems(text) == []


UNREAD = [
    ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"),
    ("cilium.io/v2", "CiliumClusterwideNetworkPolicy"),
    ("cilium.io/v2", "CiliumEnvoyConfig"),
    ("projectcalico.org/v3", "NetworkPolicy"),
    ("projectcalico.org/v3", "Tier"),
    ("crd.projectcalico.org/v1", "GlobalNetworkPolicy"),
    ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy"),
    ("extensions/v1beta2", "PodSecurityNetworkPolicy"),
    ("networking.k8s.io/v2", "NetworkPolicy"),
    ("networking.k8s.io/v1", "SomethingNew"),
    ("networking.gke.io/v1alpha1", "FQDNNetworkPolicy"),
    ("security.istio.io/v1", "AuthorizationPolicy"),
    ("security.istio.io/v1", "PeerAuthentication"),
    ("policy.linkerd.io/v1beta3", "Server"),
    ("k8s.ovn.org/v1", "EgressFirewall"),
    ("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy"),
]


@pytest.mark.parametrize(("api_version", "kind"), UNREAD)
def test_policies_that_nobody_reads_are_named(api_version: str, kind: str) -> None:
    """Without them the answer would be wrong."""
    assert problems(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{}}\n") == [
        (
            f"m.yaml:1:1: error: {kind} of {api_version} is not read here, and may allow or deny connections — "
            "leave it out, or install a package that reads it [unread-policy]"
        ),
    ]


@pytest.mark.parametrize("kind", ["Ingress", "IngressClass", "IPAddress", "ServiceCIDR"])
def test_kinds_of_the_same_group_that_say_nothing(kind: str) -> None:
    assert problems(f"apiVersion: networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: a}}\n") == []


def test_a_policy_that_says_half_of_what_it_is() -> None:
    """Who leaves out the kind or the version of a policy meant one."""
    (no_kind,) = problems("apiVersion: networking.k8s.io/v1\nmetadata: {name: a}\n")
    assert "an object without a kind of networking.k8s.io/v1 is not read here" in no_kind
    (no_version,) = problems("kind: NetworkPolicy\nmetadata: {name: a}\n")
    assert "NetworkPolicy of no apiVersion is not read here" in no_version


def test_a_policy_that_the_api_server_would_refuse() -> None:
    """It is an error with the reason, and the others are read."""
    found = read(policy("podSelector: {}, ingress: [{from: [{}]}]", "broken"), policy("podSelector: {}", "whole"))
    assert [str(problem) for problem in found.problems] == [
        (
            "m.yaml:5:1: error: this NetworkPolicy would be refused: a peer must name a podSelector, "
            "a namespaceSelector or an ipBlock — mend the object [refused-object]"
        ),
    ]
    assert [sourced.policy.name for sourced in found.policies] == ["whole"]


def test_objects_that_stand_there_twice() -> None:
    """A policy twice is an error; pods and namespaces are only if they are told differently."""
    twice = ["m.yaml:7:1: error: NetworkPolicy shop/p stands in m.yaml:2 too — keep one of them [object-twice]"]
    assert problems(policy("podSelector: {}"), policy("podSelector: {}")) == twice
    assert problems(policy("podSelector: {}"), policy("podSelector: {}", namespace="store")) == []
    assert problems(pod("web"), pod("web"), namespace("shop", "a: b"), namespace("shop", "a: b")) == []
    assert problems(pod("web"), pod("web", "app: db")) == [
        "m.yaml:7:1: error: Pod shop/web stands in m.yaml:2 too — keep one of them [object-twice]",
    ]
    assert problems(pod("web"), pod("web", more="hostNetwork: true, ")) != []
    assert problems(namespace("shop", "a: b"), namespace("shop", "a: c")) == [
        "m.yaml:6:1: error: Namespace shop stands in m.yaml:2 too — keep one of them [object-twice]",
    ]
    assert len(read(pod("web"), pod("web")).pods) == 1


def test_namespaces_that_nobody_describes() -> None:
    """Their labels are not known; a word is said if pods live there and policies ask for labels."""
    asking = policy("podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]")
    told = (
        "m.yaml:2:1: warning: namespaces are selected by label here, and none is known of 'shop', whose pods are given "
        "— give the Namespace objects too; without them these have no labels [unknown-namespace]"
    )
    assert problems(asking) == []
    assert problems(asking, pod("web")) == [told]
    assert problems(asking, pod("web"), namespace("shop")) == []
    assert problems(policy("podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]"), pod("web")) == []


def test_no_namespace_lacks_its_name() -> None:
    """The label with the name is always there, whoever describes the namespace."""
    for operator, is_everybody in (("Exists", True), ("DoesNotExist", False)):
        name = f"{{key: kubernetes.io/metadata.name, operator: {operator}}}"
        spec = f"podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {{matchExpressions: [{name}]}}}}]}}]"
        (sight,) = see([read(policy(spec)).view("m.yaml")])
        peers = {segment.peers for side in sight.meaning.sides.values() for segment in side}
        assert peers == ({(1 << len(sight.ends.pods)) - 1} if is_everybody else set())


def test_sides_lend_each_other_what_they_know() -> None:
    """A policy on namespaces by label is the same beside the Namespace objects, and without them."""
    asking = policy("podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]")
    here, there = (
        [ManifestText(name, text)]
        for name, text in (("a.yaml", asking), ("b.yaml", asking + namespace("vault", "team: a")))
    )
    one, other = see([cluster.view("m.yaml") for cluster in read_clusters([here, there])])
    assert one.flows == other.flows
    changed = [ManifestText("c.yaml", asking + namespace("vault", "team: b"))]
    one, other = see([cluster.view("m.yaml") for cluster in read_clusters([there, changed])])
    assert one.flows != other.flows


def test_pods_of_one_workload_that_a_selector_tells_apart() -> None:
    """They have a name of their own then, and share that of the workload as long as nothing tells them apart."""
    labels, owned = "labels: {app: db, pod: db-%s}", "ownerReferences: [{kind: StatefulSet, name: db}]"
    head = f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: db-%s, namespace: shop, {labels}, {owned}}}\n"
    texts = [head % (number, number) for number in range(3)]
    for selector, called in (
        ("matchLabels: {app: db}", [("shop/db[StatefulSet]",)]),
        ("matchLabels: {pod: db-1}", [("shop/db-1[Pod]",), ("shop/db[StatefulSet]",)]),
    ):
        sights = see([read(policy(f"podSelector: {{{selector}}}"), *texts).view("m.yaml")])
        assert sorted(naming(sights).pods.values()) == called


def test_what_is_isolated_in_which_namespace() -> None:
    """An object of another plugin's shape is in its own namespace, or in the one that is given."""
    text = (
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a}\n"
        "spec: {endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [all]}]}\n"
    )
    (found,) = read_cluster([ManifestText("m.yaml", text)], "mine").policies
    assert dict(found.policy.subject.where)[NAMESPACE].items == {"mine"}


@pytest.mark.parametrize("api_version", ["extensions/v1beta1", "v1"])
def test_a_network_policy_of_another_api_group_is_mended_by_its_api_version(api_version: str) -> None:
    (found,) = problems(f"apiVersion: {api_version}\nkind: NetworkPolicy\nmetadata: {{name: a}}\nspec: {{}}\n")
    assert found.endswith(" — write apiVersion: networking.k8s.io/v1 [unread-policy]")


def test_a_kind_with_the_template_of_pods_has_pods() -> None:
    """What makes them is not asked: a policy that selects them has an effect."""
    rollout = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r, namespace: shop}\nspec:\n  template:\n"
        "    metadata: {labels: {app: r}}\n    spec: {containers: [{name: c}]}\n"
    )
    (pods,) = read_cluster([ManifestText("m.yaml", rollout)]).pods
    assert pods.name == "shop/r[Rollout]"
    assert "r" in pods.values.values()


# Places

BLOCKS = """\
--- {apiVersion: v1, kind: Pod, metadata: {name: 7, namespace: shop}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector: {}
  ingress:
    - ports:
        - port: http
    - - x
"""


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_the_columns_of_findings(line_break: str) -> None:
    """They are those of the key, or of the value behind what marks it as an item, at which the line begins."""
    places = [
        "m.yaml:1:5: error: this Pod would be refused: metadata.name must be text, and is 7",
        "m.yaml:12:7: error: this NetworkPolicy would be refused: a rule of ingress must be a mapping",
    ]
    for told, place in zip(problems(BLOCKS.replace("\n", line_break)), places, strict=True):
        assert told.startswith(place)
    (told,) = problems(BLOCKS.partition("---\n")[2].replace("    - - x\n", "").replace("\n", line_break))
    assert told.startswith("m.yaml:8:7: warning: no pod here calls a TCP port 'http'")
