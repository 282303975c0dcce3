"""Which pods and addresses the binding means: always stated, always legal, and never two things at once."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esspec.compiling.names import Named
from esspec.compiling.selectors import select
from esspec.model import PolicySet, Selector
from esspec.outputs.export import target_files
from esspec.targets.target import Inexpressible, load_targets
from small_pages import BINDING, findings, instead, model, more, page, peers, read

KAFKA_ROWS = page().partition("## UI")[0]
PREFIX, SLUG = "p" * 40, "x" * 63


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def meets(one: str, other: str, *, line: int) -> str:
    return (
        f"esspec.toml:{line}:1: error: one pod can match both '{one}' and '{other}' — give one label key different "
        "values in the two, or write overlaps if their pods are meant to have both [overlapping-labels]"
    )


# Every workload has labels and a namespace


def test_label_twice() -> None:
    told = (
        "esspec.toml:7:1: error: 'UI pod' has the label release = 'x', and all workloads have release = 'es' "
        "— keep one value, or write inherit_labels = false [label-twice]"
    )
    binding = instead('component = "ui"', 'component = "ui", release = "x"')
    assert findings(page(), binding) == [told]
    assert findings(page(), binding + "inherit_labels = false\n") == []
    assert findings(page(), instead('component = "ui"', 'component = "ui", release = "es"')) == []


def test_no_labels() -> None:
    binding = instead('labels = { component = "ui" }\n', "inherit_labels = false\n")
    assert findings(page(), binding) == [
        "esspec.toml:7:1: error: 'UI pod' has no labels — write labels = { key = \"value\" } [missing-labels]"
    ]


def test_no_namespace() -> None:
    binding = instead('namespace = "ns"\n', "\n") + 'namespace = "own"\n'
    told = "'Kafka pod' has no namespace — write namespace at the top of the binding [missing-namespace]"
    assert findings(page(), binding) == [f"esspec.toml:4:1: error: {told}"]


def test_instance_without_labels_or_namespace() -> None:
    """Who "any pod of the instance" is must be stated at the top, or each row that says so is an error."""
    text = page("TCP | Any pod in the instance to port 80 | why")
    assert findings(text) == []
    for binding in (
        instead('labels = { release = "es" }\n', "\n"),
        instead('namespace = "ns"\n', "\n").replace('pod"]', 'pod"]\nnamespace = "own"'),
    ):
        (told,) = findings(text, binding)
        assert told == (
            "page.md:7:9: error: 'Any pod in the instance' means every pod of the instance, and nothing says which "
            "those are — write namespace and labels at the top of esspec.toml [no-instance]"
        )


# No pod is two workloads


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param('component = "kafka"', id="equal"),
        pytest.param('component = "kafka", part = "ui"', id="more labels on the other"),
        pytest.param("", id="fewer labels on the other"),
        pytest.param('part = "ui"', id="incomparable: a pod may have both"),
        pytest.param('component = "kafka", release = "es"', id="an inherited label written out"),
    ],
)
def test_one_pod_can_match_two_workloads(labels: str) -> None:
    binding = instead('{ component = "ui" }', f"{{ {labels} }}")
    assert findings(page(), binding) == [meets("Kafka pod", "UI pod", line=7)]
    assert findings(page(), binding + 'overlaps = ["Kafka pod"]\n') == []
    assert findings(page(), binding + 'overlaps = ["kafka pods"]\n') == []
    assert findings(page(), binding.replace('}\n\n[workloads."UI', '}\noverlaps = ["UI pod"]\n[workloads."UI')) == []


@pytest.mark.parametrize(
    "more_of_it",
    [
        pytest.param(('component = "ui"', 'component = "Kafka"'), id="values differ by case"),
        pytest.param(('"ui" }', '"kafka" }\nnamespace = "other"'), id="another namespace"),
        pytest.param(('"ui" }', '"kafka", release = "x" }\ninherit_labels = false'), id="another release"),
    ],
)
def test_no_pod_can_match_both(more_of_it: tuple[str, str]) -> None:
    assert findings(page(), instead(*more_of_it)) == []


def test_an_empty_value_is_a_value_where_it_is_meant() -> None:
    """An empty text is what `init` leaves to be filled in, so that the binding must say that it is meant."""
    binding = instead('component = "ui"', 'component = ""')
    told = 'esspec.toml:8:1: error: workloads."UI pod".labels.component is empty — '
    remedy = "fill it in: the value that the pods carry; if it is empty on purpose, write empty_labels = "
    assert findings(page(), binding) == [f'{told}{remedy}["component"] at the top [unfilled]']
    assert findings(page(), 'empty_labels = ["component"]\n' + binding) == []


def test_a_key_of_empty_labels_that_is_not_empty_is_told() -> None:
    told = "esspec.toml:1:1: warning: no label 'component' of the binding is empty — take it out of the list"
    assert findings(page(), 'empty_labels = ["component"]\n' + BINDING) == [f"{told} [unused-entry]"]


def test_every_namespace_holds_each_one() -> None:
    """As a peer, a workload of every namespace has pods in common with its like in another namespace."""
    binding = instead('"ui" }', '"kafka" }\nnamespace = "other"\nnamespaces = "any"')
    assert findings(page(), binding) == [meets("Kafka pod", "UI pod", line=7)]


def test_overlaps_speaks_of_one_pair_only() -> None:
    binding = more('overlaps = ["Third"]', "[workloads.Third]", 'labels = { component = "ui" }')
    text = page() + "\n## Third\n\n- Incoming connections permitted: Any\n"
    assert findings(text, binding) == []
    told = [meets("Kafka pod", "UI pod", line=7), meets("Kafka pod", "Third", line=10)]
    assert findings(text, binding.replace('"kafka"', '"ui"')) == told


def test_overlapping_workloads_mean_the_union() -> None:
    policies = model(page(), instead('"ui" }', '"kafka" }\noverlaps = ["Kafka pod"]'))
    assert policies.workload["Kafka pod"].subject == policies.workload["UI pod"].subject


KEYS = st.sampled_from("abc")
DRAWN = st.tuples(
    st.sampled_from(["n", "m", None]), st.dictionaries(KEYS, st.sampled_from(["0", "1"]), min_size=1, max_size=3)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DRAWN, min_size=2, max_size=6))
def test_pairs_that_meet_are_those_of_the_definition(drawn: list[tuple[str | None, dict[str, str]]]) -> None:
    """Two workloads meet where no label key has two values and no namespace keeps them apart."""
    entries = "".join(
        f"[workloads.w{n}]\nlabels = {{ {', '.join(f'{k} = {v!r}' for k, v in labels.items())} }}\n"
        + (f'namespace = "{namespace}"\n' if namespace else 'namespaces = "any"\n')
        for n, (namespace, labels) in enumerate(drawn)
    )
    binding = read(page(), f'namespace = "x"\n{entries}').resolution.binding
    _, problems = select("page.md", [Named(f"w{n}", (1,), f"w{n}") for n in range(len(drawn))], binding, {})
    found = {tuple(word for word in problem.message.split("'") if word.startswith("w")) for problem in problems}
    assert found == {
        (f"w{n}", f"w{m}")
        for (n, (here, labels)), (m, (there, others)) in combinations(enumerate(drawn), 2)
        if None in (here, there) or here == there
        if all(others.get(key, value) == value for key, value in labels.items())
    }


# No address is two externals


def externals(*addresses: str) -> str:
    """Return BINDING with an external per text, each with the addresses in it."""
    lists = [", ".join(f"'{address}'" for address in text.split()) for text in addresses]
    return BINDING + "".join(
        f"[externals.E{n}]\nrole = 'outside'\naddresses = [{some}]\n" for n, some in enumerate(lists)
    )


def rows(binding: str) -> str:
    return page(*(f"TCP | E{n} to port 80 | why" for n in range(binding.count("[externals."))))


def within(inner: str, name: str, outer: str, other: str, *, line: int) -> str:
    return (
        f"esspec.toml:{line}:1: error: {inner} of '{name}' lies in {outer} of '{other}' "
        "— an address belongs to one external; cut the ranges apart [overlapping-addresses]"
    )


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        pytest.param(
            ("10.0.0.0/8", "10.0.0.0/8"), [within("10.0.0.0/8", "E1", "10.0.0.0/8", "E0", line=12)], id="the same twice"
        ),
        pytest.param(
            ("10.1.2.3", "10.0.0.0/8"), [within("10.1.2.3/32", "E0", "10.0.0.0/8", "E1", line=9)], id="one inside"
        ),
        pytest.param(
            ("10.0.0.0/8", "10.0.0.0/32", "10.255.255.255"),
            [
                within("10.0.0.0/32", "E1", "10.0.0.0/8", "E0", line=12),
                within("10.255.255.255/32", "E2", "10.0.0.0/8", "E0", line=15),
            ],
            id="its first and its last address",
        ),
        pytest.param(
            ("10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24 10.2.0.0/16"),
            [
                within("10.1.0.0/16", "E1", "10.0.0.0/8", "E0", line=12),
                within("10.1.1.0/24", "E2", "10.0.0.0/8", "E0", line=15),
                within("10.2.0.0/16", "E2", "10.0.0.0/8", "E0", line=15),
            ],
            id="nested, and not next to each other",
        ),
        pytest.param(
            ("2001:db8::/32", "2001:db8:1::/48"),
            [within("2001:db8:1::/48", "E1", "2001:db8::/32", "E0", line=12)],
            id="IPv6",
        ),
        pytest.param(("10.0.0.0/9", "10.128.0.0/9", "9.255.255.255", "11.0.0.0"), [], id="neighbours"),
        pytest.param(("0.0.0.0/1", "::/1"), [], id="IPv4 and IPv6"),
    ],
)
def test_overlapping_addresses(addresses: tuple[str, ...], told: list[str]) -> None:
    binding = externals(*addresses)
    assert findings(rows(binding), binding) == told


def test_two_externals_without_addresses() -> None:
    """Only their role could tell them apart; with different roles it does."""
    binding = externals("", "")
    told = "'E1' and 'E0' are both outside without addresses, so nothing tells them apart — give them addresses"
    assert findings(rows(binding), binding) == [f"esspec.toml:12:1: error: {told} [overlapping-addresses]"]
    binding = binding.replace("'outside'", "'kube-apiserver'", 1)
    assert findings(rows(binding), binding) == []


@pytest.mark.parametrize("address", ["0.0.0.0/0", "::/0"])
def test_external_of_all_addresses_is_a_warning(address: str) -> None:
    """It is not "anyone": whether it holds pods is not the same in all targets."""
    binding = externals(address)
    (told,) = findings(rows(binding), binding)
    assert told.startswith(f"esspec.toml:9:1: warning: {address} of 'E0' holds the pods and nodes too")
    assert told.endswith("[wide-external]")


# A name is one thing


def test_two_entries_of_one_name() -> None:
    """Case, plural and "pod(s)" make no other name."""
    assert findings(page(), more("[workloads.kafkas]", 'labels = { component = "x" }')) == [
        "esspec.toml:9:1: error: 'kafkas' and 'Kafka pod' are one name — keep one entry [name-twice]"
    ]


def test_alias_that_has_an_entry_of_its_own() -> None:
    """The labels of one of the two would be lost without a word."""
    text = KAFKA_ROWS + "## UI pod\n\n- Outgoing connections permitted: None\n"
    binding = instead('"kafka" }\n', '"kafka" }\naliases = ["UI"]\n')
    told = "esspec.toml:6:1: error: 'UI' is an alias of 'Kafka pod' and has an entry of its own — keep one of them"
    assert findings(text, binding) == [f"{told} [name-twice]"]


@pytest.mark.parametrize("name", ["UI", "ui pods", "Kafkas"])
def test_external_named_like_a_workload(name: str) -> None:
    told = f"'{name}' names two things — give one of them another name [name-twice]"
    for lines in ((f'[externals."{name}"]',), ("[externals.Host]", f'aliases = ["Host", "{name}"]')):
        found = findings(page("TCP | Host to port 80 | why"), more(lines[0], "role = 'node'", *lines[1:]))
        assert f"esspec.toml:9:1: error: {told}" in found


def test_two_externals_of_one_name() -> None:
    binding = more("[externals.Host]", "role = 'node'", "[externals.hosts]", "role = 'outside'")
    found = findings(page("TCP | Host to port 80 | why"), binding)
    assert found == ["esspec.toml:11:1: error: 'hosts' names two things — give one of them another name [name-twice]"]


RESERVED = [
    *(
        pytest.param(word, "is a word of the CSV", id=word)
        for word in ("anyone", "None", "Unspecified pods", "ANYONES")
    ),
    *(
        pytest.param(word, "stands for more than one workload in a cell", id=word)
        for word in ("Anywhere", "any", "Any pod", "any pods in this instance")
    ),
]


@pytest.mark.parametrize(("name", "wrong"), RESERVED)
def test_reserved_name(name: str, wrong: str) -> None:
    """Neither a heading nor an entry, an alias or an external may be a word that cells or the CSV give a meaning."""
    text = f"{page()}\n## {name}\n\n- Outgoing connections permitted: None\n"
    entry = (f'[workloads."{name}"]', "labels = { component = 'x' }")
    heading = f"page.md:13:1: error: the workload's name '{name}' {wrong} — rename the heading [bad-name]"
    assert findings(text, more(*entry)) == [heading]
    only = f"esspec.toml:9:1: error: the name '{name}' {wrong} — rename it [bad-name]"
    assert only in findings(page(), more(*entry))
    for lines in ((f'aliases = ["{name}"]',), (f'[externals."{name}"]', "role = 'node'")):
        assert f"esspec.toml:9:1: error: '{name}' {wrong} — rename it [reserved-name]" in findings(page(), more(*lines))


LONG = "l" * 64


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param("日本 pod", "leaves nothing to name its files by", id="no ASCII letter"),
        pytest.param("— pods", "leaves nothing to name its files by", id="a dash"),
        pytest.param(LONG, "is longer than 63 characters", id="long"),
        pytest.param("con", "makes the file name 'con', which is taken", id="a device of Windows"),
        pytest.param("NUL pod", "makes the file name 'nul', which is taken", id="another"),
        pytest.param("Com1", "makes the file name 'com1', which is taken", id="another with a number"),
        pytest.param(
            "Kustomization", "makes the file name 'kustomization', which is taken", id="the index of a folder"
        ),
        pytest.param("U.I.", "would share its files with 'U-I'", id="one slug for two names"),
        pytest.param("u_i", "would share its files with 'U-I'", id="and for a third"),
    ],
)
def test_name_that_is_no_file_name(name: str, wrong: str) -> None:
    """File names come from headings, which anybody may write (threats.md 8); nothing is escaped or cut."""
    text = f"{page().replace('UI pod', 'U-I')}\n## {name}\n\n- Outgoing connections permitted: None\n"
    binding = instead("UI pod", "U-I") + f"[workloads.\"{name}\"]\nlabels = {{ component = 'x' }}\n"
    remedy = "rename the heading" + (", or make it an alias of an entry with a shorter name" if name == LONG else "")
    told = f"page.md:13:1: error: the workload's name '{name}' {wrong} — {remedy} [bad-name]"
    assert findings(text, binding) == [told]


def test_a_long_heading_is_the_alias_of_a_name() -> None:
    """A heading that is a sentence cannot name files; the binding's entry does, and cells may use either."""
    heading = f"Configuring network policies of the {'very ' * 10}long gateway"
    text = page("TCP | Gateway to port 80 | why") + f"\n## {heading}\n\n- Incoming connections permitted: Any\n"
    binding = more('[workloads."Gateway pod"]', f'labels = {{ component = "gateway" }}\naliases = ["{heading}"]')
    assert findings(text, binding) == []
    named = model(text, binding).workload["Gateway pod"]
    assert (named.slug, named.lines, named.ingress.kind) == ("gateway", (13,), "any")
    assert peers(text, binding) == [("workload", ("Gateway pod",))]


def longest(namespace: int) -> PolicySet:
    """Return a model with the longest prefix and slug, and a namespace of so many characters."""
    binding = f'prefix = "{PREFIX}"\n' + BINDING.replace("UI pod", SLUG).replace('"ns"', f'"{"n" * namespace}"')
    return model(page().replace("UI pod", SLUG), binding)


@pytest.mark.parametrize("name", ["kubernetes", "cilium"])
def test_longest_name_of_an_object(name: str) -> None:
    """Their names may have 253 characters, which prefix and slug cannot reach."""
    (target,) = load_targets([name])
    text = target_files(longest(63), target).files[f"{SLUG}.yaml"]
    assert f"{PREFIX}{SLUG}" in text
    assert target.lift(text).refusals == ()


def test_name_too_long_for_calico() -> None:
    """A cluster-wide name holds the namespace too, and is one label of 63 characters."""
    (calico,) = load_targets(["calico"])
    binding = BINDING.replace('"ns"', f'"{"n" * 50}"')
    assert f"esspec-{'n' * 50}-kafka" in target_files(model(page(), binding), calico).files["kafka.yaml"]
    told = (
        rf"^page.md:1:1: error: the object name 'esspec-{'n' * 51}-kafka' has 64 characters, and may have 63 \(target"
    )
    with pytest.raises(Inexpressible, match=told):
        target_files(model(page(), binding.replace("n" * 50, "n" * 51)), calico)
    with pytest.raises(Inexpressible, match=r"\[name-too-long\]$"):
        target_files(longest(1), calico)


def test_selector_is_sorted_and_whole() -> None:
    binding = instead('component = "ui"', 'zone = "z", component = "ui", "a.b/c" = ""')
    policies = model(page(), 'empty_labels = ["a.b/c"]\n' + binding)
    labels = (("a.b/c", ""), ("component", "ui"), ("release", "es"), ("zone", "z"))
    assert policies.workload["UI pod"].subject == Selector(namespace="ns", labels=labels)
