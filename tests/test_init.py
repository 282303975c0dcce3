"""`esspec init`: what it asks for is enough to export, what a person wrote stays, and gaps stop every other command."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from command_lines import Ran, esspec
from esspec.bindings.jekyll_data import DataFiles
from esspec.compiling.compile import compile_page
from esspec.compiling.loading import PageFile, load_page
from filling import PAGE_COMMANDS, filled
from small_pages import ROW, override, page
from strategies import MASTER, VARIABLE, Written, pages

PAGES = Path(__file__).parent / "pages"
REUSE = str(PAGES / "reuse.yml")
SAMPLES = sorted(path.stem for path in PAGES.glob("*.md") if path.stem != "README")
TARGETS = ["kubernetes", "calico", "cilium", "csv"]
BINDING = Path("esspec.toml")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def sample(name: str) -> str:
    """Return the name of a copy of a sample page in the working folder."""
    Path(f"{name}.md").write_bytes((PAGES / f"{name}.md").read_bytes())
    return f"{name}.md"


def fill() -> None:
    """Fill in the binding in the working folder."""
    BINDING.write_text(filled(BINDING.read_text(encoding="utf-8"), DataFiles([REUSE])), encoding="utf-8")


def asked(text: str, binding: str | None = None) -> dict[str, Any]:
    """Return what the binding says once `init` has been run on a page, and on the binding if there is one."""
    Path("page.md").write_text(text, encoding="utf-8")
    BINDING.unlink(missing_ok=True)
    if binding is not None:
        BINDING.write_text(binding, encoding="utf-8")
    ran = esspec("init", "page.md")
    assert (ran.code, ran.err) == (0, "")
    return tomllib.loads(BINDING.read_text(encoding="utf-8"))


def assert_exported(name: str, *options: str) -> None:
    """Assert that four targets are exported, and proved to mean what the page means."""
    targets = [word for target in TARGETS for word in ("--target", target)]
    exported = esspec("export", name, "-o", "out", *targets, *options)
    assert exported.code == 0, exported.err
    proved = esspec("verify", name, "--dir", "out", "--format", "json", *options)
    assert proved.code == 0, proved.err
    result = json.loads(proved.out)
    assert result["equal"]
    assert set(result["targets"]) == set(TARGETS)


@pytest.mark.parametrize("name", SAMPLES)
def test_filling_in_what_is_asked_is_enough(name: str) -> None:
    """Init, fill, export, verify: one round for each sample page, and a second `init` has nothing to add."""
    file = sample(name)
    ran = esspec("init", file, "--data", REUSE)
    assert (ran.code, ran.err) == (0, "")
    unfilled = BINDING.read_bytes()
    gaps = unfilled.count(b'""')
    assert ran.out == f"wrote esspec.toml; {gaps} empty texts to fill in\n"
    again = esspec("init", file, "--data", REUSE)
    assert again == Ran(0, ran.out.replace("wrote esspec.toml", "esspec.toml: nothing new"), "")
    assert BINDING.read_bytes() == unfilled
    fill()
    assert_exported(file, "--data", REUSE)
    done = BINDING.read_bytes()
    assert esspec("init", file, "--data", REUSE) == Ran(0, "esspec.toml: nothing new; no empty text is left\n", "")
    assert BINDING.read_bytes() == done


@pytest.mark.parametrize("name", SAMPLES)
def test_without_data_files_variables_are_asked_first(name: str) -> None:
    """Their texts can hold names, so that a second round asks for those; no name is asked for that holds a variable."""
    file = sample(name)
    ran = esspec("init", file)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("; when the variables are filled in, run init again: they can hold names\n")
    said = tomllib.loads(BINDING.read_text(encoding="utf-8"))
    assert said["variables"]
    assert not [key for table in ("workloads", "externals") for key in said.get(table, {}) if "{{" in key]
    assert not [rule for rule in said.get("overrides", []) if "{{" in rule["workload"]]
    fill()
    assert esspec("init", file).code == 0
    fill()
    assert esspec("init", file).out == "esspec.toml: nothing new; no empty text is left\n"
    assert_exported(file)


ALL_KINDS = """\
## Kafka pod

- Incoming connections permitted:

| Type | Origin | Pod labels | Port | Enabled in policy | Reason |
|---|---|---|---|---|---|
| TCP | UI pods | app=ui | 80 | Always | a |
| TCP | Kafka broker pods | app=<NAME> | https | If metrics are enabled | b |
| TCP | Anywhere (from a peered network) | | 9092 | Always | c |
| TCP | master host | | User supplied | If JMX is exposed | d |
| TCP | See details below | | 81 | sometimes | e |
| TCP | Any pod in the instance | | 81 | If metrics are enabled | {{site.f}} |

- Outgoing connections permitted: None

## UI pod

- Incoming connections permitted: Any
"""
GOLDEN = """\
# What page.md cannot say by itself. Fill in each pair of empty quotes; until then, every
# command but init refuses this file. Lines are those of the page. All keys: esspec schema binding.

# The namespace that the pods run in.
namespace = ""
# What every pod of the installation carries: "any pod in the instance", line 12.
labels = { "app.kubernetes.io/instance" = "" }

# The workloads of the page. One label with a value of its own in each tells their pods apart; where your pods
# have another label for that, change its key.

[workloads."Kafka pod"] # line 1
labels = { app = "" }

[workloads."UI pod"] # line 16
labels = { app = "ui" }

# Names that only cells use. If one is another name of a workload above, delete its entry and list it in the
# aliases of that workload. If it is no pod, write [externals."…"] with role and addresses instead. Pods of
# another installation have a namespace of their own, and need inherit_labels = false if there are labels above.

# Another name of "Kafka pod"?
# Then delete this entry, and write there: aliases = ["Kafka broker pods"]
# The page adds app = <NAME>.
[workloads."Kafka broker pods"] # line 8
labels = {}

# What is no pod. Roles: "outside"; "kube-apiserver", the API server; "node", for which Cilium needs
# cilium = "all-nodes" too, because it cannot tell one node from others. Addresses in CIDR form.

[externals."master host"] # line 10
role = ""
addresses = [""]

[variables]
"site.f" = "" # line 12

[placeholders]
NAME = "" # what <NAME> stands for, line 8

[features]
metrics = "" # "enabled" or "disabled", lines 8, 12
jmx = "" # "exposed" or "not exposed", line 10

[ports]
https = "" # a number, or a range such as "8000-8010", line 8

[remarks]
"from a peered network" = "" # why this changes nothing, line 9; else correct the page

# Name resolution. A workload whose outgoing connections are listed can look up no name, unless a row says so or
# this table, which then holds for all of them; take the comment signs away:
# [dns]
# peers = [{ namespace = "kube-system", labels = { k8s-app = "kube-dns" } }]

# Rows that the page leaves open. Each of these decides one of them, and all outputs show its reason; where
# the page can say it better, correct the page and delete the entry.

# line 10: the page leaves the port to the user
[[overrides]]
workload = "Kafka pod"
direction = "ingress"
row = "TCP | master host |  | User supplied | If JMX is exposed | d"
ports = "" # a number, a range such as "8000-8010", or a list of such
reason = ""

# line 11: 'sometimes' is no condition that is understood
[[overrides]]
workload = "Kafka pod"
direction = "ingress"
row = "TCP | See details below |  | 81 | sometimes | e"
peer = "" # anyone, or the name of a workload or an external
condition = "" # Always, or such as: If metrics are enabled
reason = ""
"""


def test_one_of_each_kind() -> None:
    """The whole file, as a person sees it."""
    asked(ALL_KINDS)
    assert BINDING.read_text(encoding="utf-8") == GOLDEN
    fill()
    assert_exported("page.md")


@pytest.mark.parametrize("command", [name for name in PAGE_COMMANDS if name not in ("init", "check")])
def test_gaps_stop_every_other_command(command: str) -> None:
    """Each gap is an error of its own, with its line, its key and what to fill in; no data is printed."""
    asked(ALL_KINDS)
    options = ["--target", "cilium"] if command == "export" else []
    ran = esspec(command, "page.md", *options)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == told(
        (5, "namespace", "the namespace that the pods run in"),
        (7, 'labels."app.kubernetes.io/instance"', LABEL.format("app.kubernetes.io/instance")),
        (13, 'workloads."Kafka pod".labels.app', LABEL.format("app")),
        (32, 'externals."master host".role', "outside, node or kube-apiserver"),
        (33, 'externals."master host".addresses.0', "an address with its prefix length, such as 192.0.2.10/32"),
        (36, 'variables."site.f"', "the text that the page shows in its place"),
        (39, "placeholders.NAME", "what stands in its place in the labels of the pods"),
        (42, "features.metrics", "the state it is in"),
        (43, "features.jmx", "the state it is in"),
        (46, "ports.https", 'a number, or a range such as "8000-8010"'),
        (49, 'remarks."from a peered network"', "why the remark changes nothing"),
        (64, "overrides.0.ports", 'a number, or a range such as "8000-8010"'),
        (65, "overrides.0.reason", "why it is decided so"),
        (72, "overrides.1.peer", "anyone, or the name of a workload or an external"),
        (73, "overrides.1.condition", "Always, or such as If metrics are enabled"),
        (74, "overrides.1.reason", "why it is decided so"),
    )


LABEL = 'the value that the pods carry; if it is empty on purpose, write empty_labels = ["{}"] at the top'


def told(*gaps: tuple[int, str, str]) -> str:
    """Return what is said of gaps: line, key, and what to fill in."""
    texts = (f"{line}:1: error: {key} is empty — fill it in: {what}" for line, key, what in gaps)
    return "".join(f"esspec.toml:{text} [unfilled]\n" for text in texts)


def test_other_mistakes_are_told_with_the_gaps() -> None:
    """A person sees all that is left to do at once."""
    Path("page.md").write_text(page(), encoding="utf-8")
    BINDING.write_text('namespace = ""\nprefix = 1\n', encoding="utf-8")
    ran = esspec("verify", "page.md")
    assert ran.code == 1
    assert ran.err == told((1, "namespace", "the namespace that the pods run in")) + (
        "esspec.toml:2:1: error: prefix: Input should be a valid string — "
        "see `esspec schema binding` for what may stand here [bad-value]\n"
    )


HEADER = "Type | Origin | Port | Reason"
KNOWN = """\
namespace = "ns"

[workloads."Kafka pod"]
labels = { c = "kafka" }

[workloads."UI pod"]
labels = { c = "ui" }
"""
OPEN = {"workload": "Kafka pod", "direction": "ingress", "reason": ""}


@pytest.mark.parametrize(
    ("row", "header", "wanted"),
    [
        pytest.param(
            "TCP | proxy pods | 80 | a", HEADER, {"workloads": {"proxy pods": {"labels": {"c": ""}}}}, id="a name"
        ),
        pytest.param(
            "TCP | API-gateway, api gateway pods | 80 | a",
            HEADER,
            {"workloads": {"API-gateway": {"labels": {"c": ""}, "aliases": ["api gateway pods"]}}},
            id="two spellings that would share their files",
        ),
        pytest.param(
            "TCP | Kubernetes API server | 80 | a",
            HEADER,
            {"externals": {"Kubernetes API server": {"role": "", "addresses": [""]}}},
            id="the API server is no pod",
        ),
        pytest.param(
            "TCP | Network proxy | 80 | a",
            HEADER,
            {"workloads": {"Network proxy": {"labels": {"c": ""}}}},
            id="a proxy is a pod",
        ),
        pytest.param(
            "TCP | UI/ pods | 80 | a",
            HEADER,
            {"overrides": [{**OPEN, "row": "TCP | UI/ pods | 80 | a", "peer": ""}]},
            id="a spelling that would share its files with a workload of the page",
        ),
        pytest.param(
            "TCP | UI pods on port https | a",
            "Type | Origin | Reason",
            {"ports": {"https": ""}},
            id="the name of a port in the cell of the peer",
        ),
        pytest.param(
            "TCP | everyone but UI pods | 80 | a",
            HEADER,
            {"overrides": [{**OPEN, "row": "TCP | everyone but UI pods | 80 | a", "peer": ""}]},
            id="what a cell excludes is no name",
        ),
        pytest.param(
            "TCP | never proxy pods | 80 | a",
            HEADER,
            {"overrides": [{**OPEN, "row": "TCP | never proxy pods | 80 | a", "peer": ""}]},
            id="and what it denies is none",
        ),
        pytest.param(
            "TCP | To port 80 on the UI pods | a",
            "Type | Origin | Reason",
            {"overrides": [{**OPEN, "row": "TCP | To port 80 on the UI pods | a", "peer": ""}]},
            id="no origin",
        ),
        pytest.param(
            "TCP | UI pods | 99999 | a",
            HEADER,
            {"overrides": [{**OPEN, "row": "TCP | UI pods | 99999 | a", "ports": ""}]},
            id="no port",
        ),
        pytest.param(
            "HTTP | UI pods |  | a",
            HEADER,
            {"overrides": [{**OPEN, "row": "HTTP | UI pods |  | a", "ports": "", "protocol": ""}]},
            id="no protocol, and no port",
        ),
        pytest.param(
            "TCP | See page two | a",
            "Type | Origin | Reason",
            {"overrides": [{**OPEN, "row": "TCP | See page two | a", "peer": "", "ports": ""}]},
            id="words that may speak of ports too",
        ),
        pytest.param(
            "TCP | UI pods | User supplied | a |\n| TCP | UI pods | 81 | b |\n| TCP | UI pods | User supplied | a",
            HEADER,
            {
                "overrides": [
                    {**OPEN, "row": "TCP | UI pods | User supplied | a", "occurrence": 1, "ports": ""},
                    {**OPEN, "row": "TCP | UI pods | User supplied | a", "occurrence": 2, "ports": ""},
                ]
            },
            id="equal rows are counted",
        ),
        pytest.param("TCP | UI pods | 80 | a", HEADER, {}, id="nothing"),
    ],
)
def test_what_a_row_asks_for(row: str, header: str, wanted: dict[str, Any]) -> None:
    """Beside what the binding has; and to fill that in is enough."""
    before = tomllib.loads(KNOWN)
    found = asked(page(row, header=header), KNOWN)
    assert {**found, "workloads": {**before["workloads"], **wanted.get("workloads", {})}} == found
    assert {key: value for key, value in found.items() if key not in before} == {
        key: value for key, value in wanted.items() if key != "workloads"
    }
    fill()
    assert_exported("page.md")


def test_an_override_gets_what_it_lacks() -> None:
    """A second entry for the same row would meet none."""
    row = "TCP | UI pods | User supplied | sometimes | a"
    entry = override(row, 'peer = "anyone"')
    found = asked(page(row, header="Type | Origin | Port | Required | Reason"), KNOWN + entry + "# the end\n")
    (said,) = found["overrides"]
    assert said == {**OPEN, "row": row, "reason": "because", "peer": "anyone", "ports": "", "condition": ""}
    fill()
    assert_exported("page.md")


EDITED = """\
# by hand\r
namespace = 'ns'   # ours\r
\r
[workloads."Kafka pod"]\r
labels = { "c" = "kafka" }# one\r
  aliases = [\r
    "Broker", # unused, and nobody's business\r
\r
  ]\r
\r
[features] # none yet\r
# metrics = "enabled"\r
\r
# the end\r
"""


def test_what_a_person_wrote_stays_byte_for_byte() -> None:
    """Comments, blanks, line ends and order; what is new comes behind the keys of its table, or at the end."""
    header = "Type | Origin | Port | Required | Reason"
    text = page("TCP | UI pods | 80 | If metrics are enabled | a", header=header)
    Path("page.md").write_text(text, encoding="utf-8")
    BINDING.write_bytes(EDITED.encode())
    BINDING.chmod(0o640)
    ran = esspec("init", "page.md")
    assert (ran.code, ran.out) == (0, "wrote esspec.toml; 2 empty texts to fill in\n")
    assert ran.err == (
        "esspec.toml:6:1: warning: nothing on the page uses the alias 'Broker' of 'Kafka pod' — "
        "correct its name, or delete it [unused-entry]\n"
    )
    feature = '[features] # none yet\r\nmetrics = "" # "enabled" or "disabled", line 7\r\n'
    entry = '\r\n[workloads."UI pod"] # line 9\r\nlabels = { c = "" }\r\n'
    wanted = EDITED.replace("[features] # none yet\r\n", feature) + entry
    assert BINDING.read_bytes().decode() == wanted
    assert BINDING.stat().st_mode & 0o777 == 0o640


def test_a_page_that_grows_asks_for_what_is_new() -> None:
    asked(page())
    fill()
    before = BINDING.read_text(encoding="utf-8")
    asked(page(ROW, "TCP | Collector pods to port 81 | why"), before)
    entry = '\n# The nearest name is "UI pod".\n[workloads."Collector pods"] # line 8\n'
    added = entry + 'labels = { "app.kubernetes.io/component" = "" }\n'
    assert BINDING.read_text(encoding="utf-8") == before + added


def test_two_headings_of_one_workload_are_offered_as_one() -> None:
    """One heading per direction, the second in fewer words: its entry says how to merge them."""
    egress = page(ROW, direction="egress", workload="Flink pods").partition("## UI pod")[0]
    asked(page(workload="Flink operand pods (job managers)") + "\n" + egress)
    text = BINDING.read_text(encoding="utf-8")
    advice = (
        '# The pods of "Flink operand pods (job managers)"?\n'
        '# Then delete this entry, and write there: aliases = ["Flink pods"]\n[workloads."Flink pods"]'
    )
    assert advice in text
    first, _, rest = text.partition(advice)
    merged = first.replace('managers)"] # line 1\n', 'managers)"] # line 1\naliases = ["Flink pods"]\n')
    BINDING.write_text(merged + rest.partition("\n\n")[2], encoding="utf-8")
    fill()
    assert_exported("page.md")
    assert esspec("init", "page.md").out == "esspec.toml: nothing new; no empty text is left\n"


def test_pods_with_the_same_labels_may_overlap() -> None:
    """The page gives two names the same labels, so that one pod can have both: the entry says so, and how to merge."""
    header = "Type | Origin | Pod labels | Port | Reason"
    found = asked(page("TCP | UI pods | app=ui | 80 | a", "TCP | Console | app=ui,x=y | 80 | b", header=header))
    assert found["workloads"]["Console"] == {"labels": {"app": "ui", "x": "y"}, "overlaps": ["UI pod"]}
    assert '# Another name of "UI pod"?\n' in BINDING.read_text(encoding="utf-8")
    fill()
    assert_exported("page.md")


def test_what_only_the_page_can_mend_is_told() -> None:
    """It is an error here as everywhere; what the binding can mend is asked for all the same."""
    Path("page.md").write_text(page(ROW, "TCP | UI pods"), encoding="utf-8")
    ran = esspec("init", "page.md")
    assert (ran.code, ran.out) == (1, "wrote esspec.toml; 3 empty texts to fill in\n")
    assert ran.err == (
        "page.md:8:1: error: the row has 2 cells, its table's header 3 — "
        "write one cell per column; a pipe inside a cell is written \\| [missing-cells]\n"
    )


@settings(max_examples=25)
@given(pages())
def test_any_page_can_be_bound(written: Written) -> None:
    """For pages of every allowance, spelling and peer: init, fill, and the page compiles, with nothing left to ask."""
    text = written.markdown()
    binding = ""
    for _ in range(2):
        Path("page.md").write_text(text, encoding="utf-8")
        BINDING.unlink(missing_ok=True)
        if binding:
            BINDING.write_text(binding, encoding="utf-8")
        assert esspec("init", "page.md").code == 0
        binding = filled(BINDING.read_text(encoding="utf-8"), {VARIABLE: f"on the {MASTER}"})
    BINDING.write_text(binding, encoding="utf-8")
    assert compile_page(load_page(PageFile("page.md"))).workloads
    assert esspec("init", "page.md").out == "esspec.toml: nothing new; no empty text is left\n"
