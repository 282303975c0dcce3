"""The binding: what each key does, and how each mistake in it is told, with file, line, key and remedy."""

import json
from pathlib import Path

import pytest

from esspec.bindings.binding import find_binding, read_binding
from esspec.commands.schema import schema_text
from esspec.compiling.dns import dns_warning
from esspec.compiling.loading import PageFile, load_page, needs_binding
from esspec.model import PortRange, Selector
from esspec.outputs.export import stream
from esspec.problem import InputProblems
from esspec.targets.target import load_targets
from esspec.terms import Direction, Protocol
from small_pages import BINDING, findings, model, more, page, parsed, peers


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def selector(namespace: str | None = "ns", **labels: str) -> Selector:
    return Selector(namespace=namespace, labels=tuple(sorted(labels.items())))


# What each key does


def test_namespace_and_labels_are_every_workload_s() -> None:
    policies = model(page())
    assert policies.workload["Kafka pod"].subject == selector(component="kafka", release="es")
    assert policies.workload["UI pod"].subject == selector(component="ui", release="es")
    assert policies.instance == selector(release="es")


def test_prefix_begins_the_names_of_objects() -> None:
    (kubernetes,) = load_targets(["kubernetes"])
    assert "name: esspec-kafka\n" in stream(model(page()), kubernetes).replace('"', "")
    assert "name: x-kafka\n" in stream(model(page(), 'prefix = "x-"\n' + BINDING), kubernetes).replace('"', "")
    assert "name: kafka\n" in stream(model(page(), 'prefix = ""\n' + BINDING), kubernetes).replace('"', "")


def test_anywhere_has_one_value() -> None:
    assert findings(page(), 'anywhere = "everyone"\n' + BINDING) == []


def test_workload_s_own_namespace() -> None:
    policies = model(page(), BINDING + 'namespace = "other"\n')
    assert policies.workload["UI pod"].subject == selector("other", component="ui", release="es")
    assert policies.workload["Kafka pod"].subject.namespace == "ns"
    assert policies.instance == selector(release="es")


def test_namespaces_any_widens_the_peer_alone() -> None:
    """Others mean its pods in every namespace; its own policy still selects those of one."""
    workload = model(page(), BINDING + 'namespaces = "any"\n').workload["UI pod"]
    assert workload.subject == selector(component="ui", release="es")
    assert workload.peer == selector(None, component="ui", release="es")


def test_inherit_labels_false() -> None:
    workload = model(page(), BINDING + "inherit_labels = false\n").workload["UI pod"]
    assert workload.subject == workload.peer == selector(component="ui")


def test_inherited_labels_alone_are_labels() -> None:
    """A page of one workload needs no further label."""
    text = page("TCP | Anywhere | why").partition("## UI")[0]
    binding = 'namespace = "ns"\nlabels = { release = "es" }\n[workloads."Kafka pod"]\n'
    assert model(text, binding).workload["Kafka pod"].subject == selector(release="es")


def test_aliases_are_names_in_cells() -> None:
    binding = BINDING + 'aliases = ["Console", "the front end"]\n'
    assert findings(page("TCP | consoles pods to port 80 | a", "TCP | The front end pod to port 81 | b"), binding) == []
    assert peers(page("TCP | Console to port 80 | why"), BINDING + 'aliases = ["Console"]\n') == [
        ("workload", ("UI pod",))
    ]


def test_alias_on_several_workloads_means_all_of_them() -> None:
    binding = BINDING.replace('}\n\n[workloads."UI', '}\naliases = ["Any of us"]\n\n[workloads."UI')
    text = page("TCP | Any of us to port 80 | why")
    binding += 'aliases = ["any of us"]\n'
    assert findings(text, binding) == []
    assert peers(text, binding) == [("workload", ("Kafka pod", "UI pod"))]


def test_alias_that_is_a_heading_merges_the_two() -> None:
    """Two headings of one workload, one per direction: one entry with two lines and the entry's labels."""
    text = page().partition("## UI")[0] + "## Broker pod\n\n- Outgoing connections permitted: None\n"
    binding = BINDING.partition('\n[workloads."UI')[0] + 'aliases = ["Broker"]\n'
    text = text.replace("UI pods", "Broker pods")
    assert findings(text, binding) == []
    (workload,) = parsed(text, binding).workloads
    assert (workload.name, workload.lines) == ("Kafka pod", (1, 9))
    assert (workload.ingress, workload.egress) == ("rules", "none")
    assert peers(text, binding) == [("workload", ("Kafka pod",))]


def test_merged_headings_may_stand_in_any_order() -> None:
    text = (
        "## Broker pod\n\n- Outgoing connections permitted: None\n\n"
        + page("TCP | Anywhere | why").partition("## UI")[0]
    )
    binding = BINDING.partition('\n[workloads."UI')[0] + 'aliases = ["Broker"]\n'
    (workload,) = parsed(text, binding).workloads
    assert workload.lines == (1, 5)
    assert workload.labels == {"component": "kafka", "release": "es"}


def test_workload_of_the_binding_alone_is_a_peer() -> None:
    """An entry without a heading may be named in cells; it isolates nothing and stands at line 0."""
    where = ('namespace = "monitoring"', 'labels = { app = "prometheus" }', "inherit_labels = false")
    binding = more('[workloads."Prometheus"]', *where)
    workload = model(page("TCP | Prometheus to port 80 | why"), binding).workload["Prometheus"]
    assert workload.lines == ()
    assert workload.peer == selector("monitoring", app="prometheus")
    assert {workload.allowance(direction).kind for direction in Direction} == {"unspecified"}


def test_external() -> None:
    binding = BINDING + (
        '[externals."API"]\nrole = "kube-apiserver"\naliases = ["master"]\n'
        'addresses = ["192.0.2.10", "2001:db8::/32", "198.51.100.0/255.255.255.0"]\n'
    )
    text = page("TCP | masters to port 80 | why")
    assert findings(text, binding) == []
    assert peers(text, binding) == [("external", "API")]
    (external,) = model(text, binding).externals
    assert external.addresses == ("192.0.2.10/32", "2001:db8::/32", "198.51.100.0/24")
    assert external.role == "kube-apiserver"


def test_cilium_all_nodes_is_kept_for_that_target() -> None:
    binding = BINDING + '[externals.Host]\nrole = "node"\naddresses = ["192.0.2.1"]\ncilium = "all-nodes"\n'
    (external,) = model(page("TCP | Host to port 80 | why"), binding).externals
    assert external.accepts == (("cilium", "all-nodes"),)


def test_variables_fill_cells_and_headings() -> None:
    text = page("TCP | {{ site.peer }} to port 80 | why", workload="{{name}} pod")
    binding = BINDING + '[variables]\n"site.peer" = "UI pods"\nname = "Kafka"\n'
    assert findings(text, binding) == []
    rule = parsed(text, binding).rules[0]
    assert (rule.workload, rule.peers[0].workloads) == ("Kafka pod", ("UI pod",))
    assert rule.peers[0].phrase == "{{ site.peer }}"


def test_dns_is_udp_and_tcp_53() -> None:
    binding = BINDING + '[dns]\npeers = [{ namespace = "kube-system", labels = { k8s-app = "kube-dns" } }]\n'
    dns = model(page(), binding).dns
    assert dns is not None
    assert dns.peers == (Selector(namespace="kube-system", labels=(("k8s-app", "kube-dns"),)),)
    port = PortRange(first=53, last=53)
    assert dns.ports == ((Protocol.UDP, port), (Protocol.TCP, port))
    assert (dns.reason, dns.origin) == ("name resolution", "esspec.toml [dns]")


@pytest.mark.parametrize(
    ("written", "ports"),
    [
        pytest.param("1053", [(1053, 1053)], id="one number"),
        pytest.param('"53-54"', [(53, 54)], id="one range"),
        pytest.param('[53, "1053-1054"]', [(53, 53), (1053, 1054)], id="a list of both"),
    ],
)
def test_dns_ports_and_reason(written: str, ports: list[tuple[int, int]]) -> None:
    binding = (
        f'{BINDING}[dns]\npeers = [{{ namespace = "d", labels = {{ a = "b" }} }}]\nports = {written}\nreason = "r"\n'
    )
    dns = model(page(), binding).dns
    assert dns is not None
    assert [(p.first, p.last) for protocol, p in dns.ports if protocol is Protocol.TCP] == ports
    assert [(p.first, p.last) for protocol, p in dns.ports if protocol is Protocol.UDP] == ports
    assert dns.reason == "r"


def test_without_dns_one_warning() -> None:
    """It names the workloads whose egress is isolated and that have no rule on UDP 53; "Any" needs none."""
    text = page("TCP | UI pods to port 53 | why", direction="egress")
    (warning,) = dns_warning(model(text), "page.md")
    assert str(warning).startswith("page.md: warning: 1 workload cannot resolve names: Kafka pod — ")
    assert dns_warning(model(page(direction="ingress")), "page.md") == ()
    assert dns_warning(model(page("UDP | UI pods to ports 50 - 60 | why", direction="egress")), "page.md") == ()
    assert dns_warning(model(page("UDP | UI pods | why", direction="egress")), "page.md") == ()


def test_schema_names_every_promised_key() -> None:
    schema = json.loads(schema_text("binding"))
    tables = {
        name: set(part["properties"]) for name, part in {**schema["$defs"], "": schema}.items() if "properties" in part
    }
    assert tables[""] >= {
        "namespace",
        "labels",
        "prefix",
        "anywhere",
        "workloads",
        "externals",
        "variables",
        "placeholders",
        "features",
        "profiles",
        "remarks",
        "ports",
        "dns",
        "overrides",
        "lint",
    }
    assert tables["WorkloadEntry"] == {"labels", "aliases", "namespace", "namespaces", "inherit_labels", "overlaps"}
    assert tables["ExternalEntry"] == {"role", "addresses", "aliases", "cilium"}
    assert tables["DnsEntry"] == {"peers", "ports", "reason"}
    assert tables["DnsPeer"] == {"namespace", "labels"}
    assert tables["OverrideEntry"] == {
        *("workload", "direction", "row", "reason", "occurrence"),
        *("peer", "peers", "ports", "protocol", "condition"),
    }


# Which file it is


def test_byte_order_mark_and_crlf_are_read() -> None:
    Path("esspec.toml").write_bytes(b"\xef\xbb\xbf" + BINDING.replace("\n", "\r\n").encode())
    assert read_binding(Path("esspec.toml"), "esspec.toml").file.namespace == "ns"


def test_nearest_binding_upward() -> None:
    deep = Path("a/b/c")
    deep.mkdir(parents=True)
    assert find_binding(deep / "page.md") is None
    Path("esspec.toml").touch()
    assert find_binding(deep / "page.md") == Path("esspec.toml").absolute()
    Path("a/b/esspec.toml").touch()
    assert find_binding(deep / "page.md") == Path("a/b/esspec.toml").absolute()
    (deep / "esspec.toml").mkdir()
    assert find_binding(deep / "page.md") == Path("a/b/esspec.toml").absolute()


def test_named_binding_replaces_the_search() -> None:
    """The nearest one is not even read; the page is named relative to the folder of the one that is used."""
    Path("docs").mkdir()
    Path("docs/page.md").write_text(page(), encoding="utf-8")
    Path("docs/esspec.toml").write_text("no TOML", encoding="utf-8")
    Path("named.toml").write_text(BINDING, encoding="utf-8")
    reading = load_page(PageFile("docs/page.md", binding="named.toml"))
    assert reading.problems == ()
    assert (reading.page_name, reading.resolution.binding.name) == ("docs/page.md", "named.toml")


def test_named_binding_is_missing() -> None:
    Path("page.md").write_text(page(), encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    with pytest.raises(InputProblems, match=r"^nope.toml: error: cannot be read: No such file or directory"):
        load_page(PageFile("page.md", binding="nope.toml"))


def test_no_binding() -> None:
    """The page is read and says what is missing; who must know whose pods are meant stops with exit 2."""
    told = findings(page(), None)
    assert told == [
        f"page.md:{line}:1: error: the binding has no labels for workload '{name}' — add [workloads.\"{name}\"] "
        "with its labels to esspec.toml [missing-labels]"
        for line, name in ((1, "Kafka pod"), (9, "UI pod"))
    ]
    with pytest.raises(InputProblems, match=r"^page.md: error: no esspec.toml stands in the page's folder or above it"):
        needs_binding(load_page(PageFile("page.md")))


# What nothing uses is a warning


@pytest.mark.parametrize(
    ("binding", "line", "what"),
    [
        pytest.param(more("[workloads.Gone]", "labels = { a = 'b' }"), 9, "the entry 'Gone'", id="workload"),
        pytest.param(more('aliases = ["UI", "Gone"]'), 9, "the alias 'Gone' of 'UI pod'", id="alias"),
        pytest.param(more('overlaps = ["Gone"]'), 9, "the name 'Gone' in overlaps of 'UI pod'", id="overlaps"),
        pytest.param(more("[externals.Gone]", "role = 'node'"), 9, "the entry 'Gone'", id="external"),
        pytest.param(more("[variables]", '"a.b" = "c"'), 10, "the variable 'a.b'", id="variable"),
    ],
)
def test_unused_entry_is_a_warning(binding: str, line: int, what: str) -> None:
    told = f"nothing on the page uses {what} — correct its name, or delete it [unused-entry]"
    assert findings(page(), binding) == [f"esspec.toml:{line}:1: warning: {told}"]


def test_unused_entry_needs_no_labels() -> None:
    """It is in no output, so that only the warning tells of it."""
    assert len(findings(page(), more("[workloads.Gone]"))) == 1


# What stands behind a workload


def test_comments_can_say_where_labels_come_from() -> None:
    """By the key as the binding has it, not by the heading."""
    policies = model(page(), BINDING.replace("Kafka pod", "kafka"))
    assert policies.workload["Kafka pod"].origin == 'esspec.toml [workloads."kafka"]'
