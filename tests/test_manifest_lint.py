"""What `esspec lint` finds in manifests: each code, where it is reported and where it is not."""

from pathlib import Path

import pytest

from command_lines import esspec, write_pages
from esspec.problem import InputProblems
from manifest_texts import codes, linted, namespace, pod, policy, told

DNS = "{ports: [{port: 53, protocol: UDP}]}"
DB = "to: [{podSelector: {matchLabels: {app: db}}}]"

ISOLATION = {
    "egress rules that policyTypes leaves out": (
        f"podSelector: {{}}, policyTypes: [Ingress], egress: [{DNS}]",
        ["5 warning ignored-rules"],
    ),
    "ingress rules that policyTypes leaves out": (
        f"podSelector: {{}}, policyTypes: [Egress], ingress: [{{}}], egress: [{DNS}]",
        ["5 warning ignored-rules"],
    ),
    "an empty section that policyTypes leaves out": (
        f"podSelector: {{}}, policyTypes: [Egress], ingress: [], egress: [{DNS}]",
        [],
    ),
    "only egress is written, without policyTypes": (
        f"podSelector: {{}}, egress: [{DNS}]",
        ["5 warning unintended-isolation"],
    ),
    "no ingress at all is written, without policyTypes": (
        f"podSelector: {{}}, ingress: [], egress: [{DNS}]",
        ["5 warning unintended-isolation"],
    ),
    "both types, and rules of one": (
        f"podSelector: {{}}, policyTypes: [Ingress, Egress], egress: [{DNS}]",
        ["5 note unintended-isolation"],
    ),
    "both types, and rules of the other one": (
        "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]",
        ["5 note unintended-isolation"],
    ),
    "both types, and one is empty on purpose": (
        f"podSelector: {{}}, policyTypes: [Ingress, Egress], ingress: [], egress: [{DNS}]",
        [],
    ),
    "one type": (f"podSelector: {{}}, policyTypes: [Egress], egress: [{DNS}]", []),
    "nothing is permitted": ("podSelector: {}", []),
    "nothing is permitted in both directions": ("podSelector: {}, policyTypes: [Ingress, Egress]", []),
    "an empty list of egress rules, without policyTypes": (
        "podSelector: {}, egress: []",
        ["5 warning not-isolated"],
    ),
    "the same with types": ("podSelector: {}, policyTypes: [Egress], egress: []", []),
    "an empty list of types is none": ("podSelector: {}, policyTypes: [], egress: []", ["5 warning not-isolated"]),
}


@pytest.mark.parametrize("case", ISOLATION)
def test_isolation_by_accident(case: str) -> None:
    spec, found = ISOLATION[case]
    assert codes(policy(spec)) == found


def test_isolation_that_another_policy_opens_is_no_accident() -> None:
    """Policies add up: rules of the other direction may stand elsewhere, as long as they are for all its pods."""
    by_default = policy(f"podSelector: {{matchLabels: {{app: web}}}}, egress: [{DNS}]", "one")
    assert codes(by_default, policy("podSelector: {}, ingress: [{}]", "two")) == []
    of_some = policy("podSelector: {matchLabels: {tier: front}}, ingress: [{}]", "two")
    assert codes(by_default, of_some) == ["5 warning unintended-isolation"]
    assert codes(by_default, of_some, pod("web", "app: web, tier: front")) == []
    assert codes(by_default, of_some, pod("web", "app: web, tier: front"), pod("web-2", "app: web")) == [
        "5 warning unintended-isolation"
    ]


def test_what_esspec_writes_says_what_it_isolates() -> None:
    """A section without rules is a page's `None`, and no accident."""
    text = policy(f"podSelector: {{}}, policyTypes: [Ingress, Egress], egress: [{DNS}]")
    assert codes(text.replace("namespace: shop", 'namespace: shop, annotations: {"esspec/rules": "[]"}')) == []


def test_messages_about_isolation() -> None:
    assert told(
        policy(f"podSelector: {{}}, policyTypes: [Ingress], egress: [{DNS}]", "a"),
        policy(f"podSelector: {{}}, egress: [{DNS}]", "b", "other"),
        policy("podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]", "c", "third"),
        policy("podSelector: {}, egress: []", "d", "fourth"),
    ) == [
        (
            "m.yaml:5:1: warning: these egress rules have no effect: policyTypes does not name Egress — "
            "add Egress to policyTypes, or delete the rules [ignored-rules]"
        ),
        (
            "m.yaml:10:1: warning: ingress is isolated by default, and no policy permits these pods any — "
            "write policyTypes: [Egress], or the ingress rules that are meant [unintended-isolation]"
        ),
        (
            "m.yaml:15:1: note: policyTypes names Egress, and no policy permits these pods any egress — "
            "take Egress out of policyTypes, or write `egress: []` if it is meant [unintended-isolation]"
        ),
        (
            "m.yaml:20:1: warning: an empty list of egress rules isolates nothing: without policyTypes only rules "
            "isolate egress — write policyTypes: [Egress], with Ingress if that is meant too [not-isolated]"
        ),
    ]


WEB = "podSelector: {matchLabels: {app: web}}"
FROM = "podSelector: {}, ingress: [{from: [%s]}]"
NOTHING = {
    "a policy for a label that no pod has": (
        policy("podSelector: {matchLabels: {app: wbe}}"),
        ["2 warning policy-without-effect"],
    ),
    "no pod of its namespace is given": (policy("podSelector: {matchLabels: {app: wbe}}", namespace="other"), []),
    "a peer with a label that no pod has": (
        policy(FROM % "{podSelector: {matchLabels: {app: wbe}}}"),
        ["5 warning selects-nothing"],
    ),
    "a peer in a namespace of which no pod is given": (
        policy(FROM % "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}"),
        [],
    ),
    "a peer in any namespace": (
        policy(FROM % "{namespaceSelector: {}, podSelector: {matchLabels: {app: wbe}}}"),
        ["5 warning selects-nothing"],
    ),
    "a peer that matches": (policy(FROM % f"{{{WEB}}}"), []),
    "a peer that matches in another namespace": (
        policy(FROM % "{namespaceSelector: {}, podSelector: {matchLabels: {app: bank}}}"),
        [],
    ),
    "two peers, and one that matches": (
        policy(FROM % f"{{{WEB}}}, {{podSelector: {{matchLabels: {{app: wbe}}}}}}"),
        ["5 warning selects-nothing"],
    ),
    "a namespace with a label that none has": (
        policy(FROM % "{namespaceSelector: {matchLabels: {team: b}}}"),
        ["5 warning selects-nothing"],
    ),
    "a namespace with a label that one has": (policy(FROM % "{namespaceSelector: {matchLabels: {team: a}}}"), []),
    "an address is no selector": (policy(FROM % "{ipBlock: {cidr: 192.0.2.0/24}}"), []),
}
AROUND = pod("web") + pod("bank", namespace="vault") + namespace("shop") + namespace("vault", "team: a")


@pytest.mark.parametrize("case", NOTHING)
def test_selectors_that_match_no_given_pod(case: str) -> None:
    text, found = NOTHING[case]
    assert codes(text, AROUND) == found
    assert codes(text) == []


def test_namespaces_that_nobody_describes_may_match() -> None:
    """Their labels are not known, and the reading says so."""
    text = policy(FROM % "{namespaceSelector: {matchLabels: {team: b}}}")
    assert codes(text, pod("web")) == ["2 warning unknown-namespace"]


def test_a_policy_for_nobody_is_reported_once() -> None:
    """What its rules permit is of no matter then."""
    peer = "{podSelector: {matchLabels: {app: dbb}}}"
    assert codes(policy(f"podSelector: {{matchLabels: {{app: wbe}}}}, ingress: [{{from: [{peer}]}}]"), AROUND) == [
        "2 warning policy-without-effect"
    ]


NAME = "kubernetes.io/metadata.name"
NOT_WEB = "{key: app, operator: NotIn, values: [web]}"


def test_selectors_that_no_pod_can_match() -> None:
    """Whether pods are given or not."""
    never = "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: NotIn, values: [web, db]}]}"
    assert told(policy(f"podSelector: {never}"), policy(FROM % f"{{podSelector: {never}}}", "q")) == [
        (
            "m.yaml:2:1: warning: this NetworkPolicy selects pods of namespace shop with app that contradicts itself, "
            "and no pod can be that — correct its selector, or delete it [policy-without-effect]"
        ),
        (
            "m.yaml:10:1: warning: a peer of this rule is pods of namespace shop with app that contradicts itself, "
            "and no pod can be that — correct its selector, or delete it [selects-nothing]"
        ),
    ]


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        ("podSelector: {matchLabels: {app: x, tier: z}}", "pods of namespace shop with app=x, tier=z"),
        (
            "podSelector: {matchExpressions: [{key: app, operator: In, values: [y0, x]}]}, namespaceSelector: {}",
            "pods with app in (x, y0)",
        ),
        (
            f"podSelector: {{matchExpressions: [{NOT_WEB}]}}",
            "pods of namespace shop with app not in (web) or absent",
        ),
        ("podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}", "pods of namespace shop with no app"),
        ("podSelector: {matchExpressions: [{key: tier, operator: Exists}]}", "pods of namespace shop with tier"),
        (
            f"podSelector: {{matchExpressions: [{{key: app, operator: Exists}}, {NOT_WEB}]}}",
            "pods of namespace shop with app not in (web)",
        ),
        (
            f"namespaceSelector: {{matchExpressions: [{{key: {NAME}, operator: NotIn, values: [shop]}}]}}, {WEB}",
            "pods of namespaces other than shop with app=web",
        ),
    ],
)
def test_selectors_in_words(peer: str, words: str) -> None:
    (found,) = told(policy(FROM % f"{{{peer}}}"), pod("web"), pod("bank", namespace="vault"))
    assert found.partition(" is ")[2].partition(", and ")[0] == words


def test_the_own_namespace_is_not_all_pods() -> None:
    """Only where nothing else is asked of the pods."""
    assert told(policy("podSelector: {}, ingress: [{from: [{podSelector: {}}]}]")) == [
        (
            "m.yaml:5:1: note: `podSelector: {}` is every pod of namespace shop, and of no other — "
            "write `namespaceSelector: {}` if all pods are meant [own-namespace-peer]"
        ),
    ]
    empty = "{podSelector: {matchLabels: {}, matchExpressions: []}}, {namespaceSelector: {}}"
    assert codes(policy(FROM % empty)) == ["5 note own-namespace-peer"]
    both = f"podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{podSelector: {{}}}}]}}, {DNS}]"
    assert codes(policy(both)) == ["5 note own-namespace-peer"]
    for peer in (
        "namespaceSelector: {}",
        "podSelector: {}, namespaceSelector: {}",
        WEB,
        "ipBlock: {cidr: 192.0.2.0/24}",
    ):
        assert codes(policy(FROM % f"{{{peer}}}")) == []


NO_DNS = f"podSelector: {{}}, policyTypes: [Egress], egress: [{{{DB}}}]"
RESOLVING = {
    "every port of its own namespace's pods": (f"egress: [{{{DB}}}]", True),
    "every port of another namespace's pods": ("egress: [{to: [{namespaceSelector: {matchLabels: {a: b}}}]}]", False),
    "the port of its own namespace's pods": (f"egress: [{{{DB}, ports: [{{port: 53, protocol: UDP}}]}}]", False),
    "every port of addresses": ("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", False),
    "only UDP 53 counts": ("egress: [{ports: [{port: 53}]}]", True),
    "a range": ("egress: [{ports: [{port: 1, endPort: 100, protocol: UDP}]}]", False),
    "every port": ("egress: [{}]", False),
    "OpenShift's port": ("egress: [{ports: [{port: 5353, protocol: UDP}]}]", False),
    "a port by its name": ("egress: [{ports: [{port: dns, protocol: UDP}]}]", False),
    "nothing is permitted, and no name is needed": ("egress: []", False),
    "TCP and UDP": ("egress: [{ports: [{port: 53}, {port: 53, protocol: UDP}]}]", False),
}


@pytest.mark.parametrize("case", RESOLVING)
def test_name_resolution(case: str) -> None:
    egress, is_cut_off = RESOLVING[case]
    found = codes(policy(f"podSelector: {{}}, policyTypes: [Egress], {egress}"), pod("web"))
    assert ("2 warning dns-cut-off" in found) == is_cut_off


def test_name_resolution_in_another_policy() -> None:
    """It must be for all pods, of those that are given if any are."""
    mine = policy(f"podSelector: {{}}, policyTypes: [Egress], egress: [{{{DB}, ports: [{{port: 5432}}]}}]", "mine")
    for_all = policy(f"podSelector: {{}}, policyTypes: [Egress], egress: [{DNS}]", "dns")
    for_some = policy(f"{WEB}, policyTypes: [Egress], egress: [{DNS}]", "dns")
    assert codes(mine, for_all) == []
    assert codes(mine, for_some) == ["2 warning dns-cut-off"]
    assert codes(mine, for_some, pod("web"), namespace("shop")) == ["5 warning selects-nothing"]
    assert "2 warning dns-cut-off" in codes(mine, for_some, pod("web"), pod("db"))


def test_who_is_cut_off() -> None:
    """The pods by their names, and once, at the first policy that has them."""
    text = policy(NO_DNS) + policy(NO_DNS.replace("podSelector: {}", WEB), "q")
    assert told(text)[0] == (
        "m.yaml:2:1: warning: pods that this NetworkPolicy selects cannot resolve names: no egress rule permits UDP 53 "
        "— permit UDP and TCP 53 to the pods of the cluster's DNS [dns-cut-off]"
    )
    several = "".join(pod(name) for name in ("db", "web", "x1", "x2", "x3", "x4", "x5"))
    found = [line for line in told(text, several) if "dns-cut-off" in line]
    assert [line.partition("warning: ")[2].partition(" cannot")[0] for line in found] == [
        "shop/db[Pod], shop/web[Pod], shop/x1[Pod], shop/x2[Pod], shop/x3[Pod] and 2 more"
    ]


HTTP = "podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: http%s}]}]"
NAMED = "{name: http, containerPort: 8080}"


def test_names_of_ports_that_no_pod_has() -> None:
    """The pods that count are those whose ports the rule opens."""
    assert codes(policy(HTTP % ""), pod("web", ports=NAMED)) == []
    assert told(policy(HTTP % ""), pod("web"), pod("db", ports=NAMED)) == [
        (
            "m.yaml:5:1: warning: none of the pods that this rule opens calls a TCP port 'http' — "
            "correct the name or the protocol, or name the port in the pods [unknown-port-name]"
        ),
    ]
    assert told(policy(HTTP % ", protocol: UDP"), pod("web", ports=NAMED)) == [
        (
            "m.yaml:5:1: warning: no pod here calls a UDP port 'http', so its number is not known — "
            "give the pods too, or write the number [unknown-port-name]"
        ),
    ]
    egress = f"podSelector: {{}}, policyTypes: [Egress], egress: [{DNS}, {{to: [{{{WEB}}}], ports: [{{port: http}}]}}]"
    assert codes(policy(egress), pod("web", ports=NAMED)) == []
    assert codes(policy(egress), pod("web"), pod("db", ports=NAMED)) == ["5 warning unknown-port-name"]


def test_findings_of_the_reading_are_shown_too() -> None:
    """What would be refused is no policy, and what is left is linted."""
    broken = policy("podSelector: {}, ingress: [{ports: [{port: 0}]}]", "broken")
    assert codes(broken, policy("podSelector: {}, egress: []")) == ["5 error refused-object", "10 warning not-isolated"]


def test_names_of_ports_and_addresses() -> None:
    """Only a pod can give a port a name."""
    egress = f"podSelector: {{}}, policyTypes: [Egress], egress: [{DNS}, {{to: [%s], ports: [%s]}}]"
    address, named = "{ipBlock: {cidr: 192.0.2.0/24}}", "{port: http}"
    given = pod("web", ports=NAMED)
    assert told(policy(egress % (address, named)), given) == [
        (
            "m.yaml:5:1: warning: only pods name ports, and what this rule permits is addresses — "
            "write the number of the port [selects-nothing]"
        ),
    ]
    for to, ports in ((address, f"{named}, {{port: 80}}"), (f"{address}, {{podSelector: {{}}}}", named), ("", named)):
        assert "5 warning selects-nothing" not in codes(policy(egress % (to, ports)), given)


def test_too_many_classes() -> None:
    """Selectors that cross in too many ways stop the lint, and nothing is sampled."""
    text = "".join(policy(f"podSelector: {{matchLabels: {{k{n}: v}}}}", f"p{n}") for n in range(16))
    with pytest.raises(InputProblems) as stopped:
        linted(text)
    assert str(stopped.value) == (
        "m.yaml: error: the selectors cross each other in more than 20000 ways, too many to compare — "
        "tell workloads apart by one label key [too-many-classes]"
    )


# The command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, with deploy/web.yaml that has a note, and deploy/sub/db.json that has a warning."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deploy" / "sub").mkdir(parents=True)
    (tmp_path / "deploy" / "web.yaml").write_text(policy(FROM % "{podSelector: {}}"), encoding="utf-8")
    db = (
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",'
        ' "metadata": {"name": "db", "namespace": "store"}, "spec": {"podSelector": {}, "egress": []}}'
    )
    (tmp_path / "deploy" / "sub" / "db.json").write_text(db, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words", [("deploy",), ("deploy/web.yaml", "deploy/sub/db.json"), ("deploy/web.yaml", "deploy")]
)
def test_lint_of_files_and_folders(folder: Path, words: tuple[str, ...]) -> None:
    """All that is named is one cluster."""
    ran = esspec("lint", "--format", "concise", *words)
    assert folder.is_dir()
    assert (ran.code, ran.err) == (0, "0 errors, 1 warning, 1 note\n")
    assert [(line.partition(": ")[0], line.rpartition("[")[2]) for line in ran.out.splitlines()] == [
        ("deploy/sub/db.json:1:1", "not-isolated]"),
        ("deploy/web.yaml:5:1", "own-namespace-peer]"),
    ]
    assert esspec("lint", "--fail-on", "warning", *words).code == 1


def test_lint_of_a_stream(folder: Path) -> None:
    """Standard input is manifests, unless it has the name of a page."""
    text = policy("podSelector: {}, egress: []", namespace="").encode()
    assert esspec("lint", "-", "--format", "concise", stdin=text).out.startswith("-:5:1: warning: ")
    named = esspec("lint", "-", "--stdin-filename", "deploy/x.yaml", "--format", "concise", stdin=text)
    assert named.out.startswith("deploy/x.yaml:5:1: warning: ")
    assert "page" not in named.err
    in_it = ("lint", "-", "--namespace", "mine", "--format", "concise")
    text = policy("podSelector: {}, ingress: [{from: [{podSelector: {}}]}]", namespace="").encode()
    assert "every pod of namespace mine" in esspec(*in_it, stdin=text).out
    assert folder.is_dir()


def test_lint_of_a_page_beside_manifests(folder: Path) -> None:
    """Each is held against itself, and nothing is said of how they differ."""
    write_pages()
    ran = esspec("lint", "warned.md", "deploy", "--format", "concise")
    found = [line.rpartition("[")[2] for line in ran.out.splitlines()]
    assert found[:3] == ["not-isolated]", "own-namespace-peer]", "no-dns]"]
    assert ran.code == 0
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("name", "text", "told_"),
    [
        ("x.yaml", "a: [", "x.yaml:2:1: error: this is no YAML: "),
        ("x.yaml", "", "x.yaml: error: nothing stands here — "),
        ("x.json", '{"a": 1}', ""),
    ],
)
def test_lint_of_what_is_no_policy(folder: Path, name: str, text: str, told_: str) -> None:
    """What cannot be read stops it with 2; an empty stream is an error, and what says nothing of connections is not."""
    (folder / name).write_text(text, encoding="utf-8")
    ran = esspec("lint", name, "--format", "concise")
    assert (ran.out + ran.err).startswith(told_)
    assert ran.code == (2 if "no YAML" in told_ else bool(told_))
