"""Reports: the table in the forms of others, whole, inert in a spreadsheet, and never over answers."""

import csv
import io
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given

from command_lines import Ran, esspec
from csv_texts import rows_of
from drawn import policy_sets
from esspec.compiling.loading import PageFile, load_page
from esspec.model import Condition, PolicySet
from esspec.targets.layouts import Form, LayoutRequest, form_of
from esspec_csv import TARGET, layouts
from esspec_csv.field import GUARDED
from esspec_csv.insecure import INSECURE, insecure_services
from models import ANY, NONE, UNSPECIFIED, external, kube_dns, policy_set, ports, rule, workload
from small_pages import BINDING, page

ROOT = Path(__file__).parent.parent
SEED = ROOT / "docs_source" / "network-policies.md"
DOCS = (ROOT / "docs" / "questionnaires.md").read_text(encoding="utf-8")
HEADERS = {
    "connections": (
        "direction,source,destination,protocol,port,reason,condition,page,line,"
        "source_selector,destination_selector,binding,other_side"
    ),
    "pci": (
        "Service,Protocol,Port,Source,Destination,Direction,Business justification,Condition,Insecure service,"
        "Insecure ports,Mitigation,Approved by,Approved on,Last review,Next review,Evidence,Notes"
    ),
    "caiq": (
        "Control ID,Question ID,Answer,Direction,Source,Destination,Protocol,Port,Justification,Condition,"
        "Compensating control,Owner,Last review,Next review,Evidence,Notes"
    ),
    "firewall-request": (
        "Requester,Request type,Action,Source,Source selector,Destination,Destination selector,Protocol,Port,"
        "Justification,Condition,Start,Expiry,Approved by,Approved on,Evidence,Notes"
    ),
    "commatrix": "Direction,Protocol,Port,Namespace,Service,Pod,Container,NodeGroup,Optional",
}
LINES = {"connections": 69, "pci": 69, "caiq": 69, "firewall-request": 69, "commatrix": 63}
each_layout = pytest.mark.parametrize("layout", HEADERS)


def form(layout: str, **request: str | bool) -> Form:
    """Return a form that is asked for by options."""
    return form_of(LayoutRequest(layout, **request), layouts(), TARGET)  # type: ignore[arg-type]  # by keyword


def report(policies: PolicySet, layout: str, **request: str | bool) -> str:
    """Return a report on a model."""
    return layouts().write(TARGET.lower(policies), form(layout, **request)).text


def records(text: str) -> list[list[str]]:
    """Return the lines as a standard reader gives them, the header first."""
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def lines(policies: PolicySet, layout: str, **request: str | bool) -> list[dict[str, str]]:
    """Return the lines of a report by the headers of their cells."""
    return list(csv.DictReader(io.StringIO(report(policies, layout, **request), newline=""), strict=True))


@cache
def seed(layout: str) -> list[list[str]]:
    """Return the report on the seed page."""
    done = esspec("export", str(SEED), "--target", "csv", "--layout", layout)
    assert (done.code, "error" in done.err) == (0, False)
    return records(done.out)


# The layouts


def test_every_layout_is_tested() -> None:
    assert list(layouts().layouts) == list(HEADERS)


@each_layout
def test_header_and_count_on_the_seed(layout: str) -> None:
    """62 connections and 7 statements; in the matrix the peers of a row share a line."""
    header, *found = seed(layout)
    assert header == HEADERS[layout].split(",")
    assert len(found) == LINES[layout]
    assert {len(line) for line in found} == {len(header)}
    assert len({tuple(line) for line in found}) == len(found)


@each_layout
def test_every_rule_of_the_seed_is_in_every_layout(layout: str) -> None:
    """Each row with its protocol, each of its ports and its reason, under its workload."""
    found = [set(line) for line in seed(layout)]
    for one in load_page(PageFile(str(SEED))).resolution.rules:
        assert one.protocol
        numbers = ["any"] if one.ports == "all" else [str(port) for port in one.ports]
        for port in numbers:
            wanted = {one.workload, one.protocol, port, one.written.reason}
            assert any(wanted <= line for line in found), (one.written.line, wanted)


def shown_in(line: list[str], row: dict[str, str], layout: str) -> bool:
    """Return whether a line of a report shows what a row of the default table says."""
    ends = (row["source"], row["destination"]) if row["direction"] == "egress" else (row["destination"], row["source"])
    wanted = {ends[0]} if layout == "commatrix" else {*ends}
    wanted |= {row["protocol"], row["port"], row["reason"]}
    if layout == "firewall-request" and ends[1] == "none":
        wanted = wanted - {"none"} | {"deny", "anyone", "any"}
    if layout != "firewall-request":
        wanted.add(row["direction"].capitalize() if layout == "commatrix" else row["direction"])
    return wanted <= {*line, ""}


@each_layout
@given(policies=policy_sets())
def test_nothing_is_lost(layout: str, policies: PolicySet) -> None:
    """Every row of the default table, statements too, has a line of its own; in the matrix its peers share one."""
    rows = rows_of(policies)
    found = records(report(policies, layout))[1:]
    if layout == "commatrix":
        assert [row for row in rows if not any(shown_in(line, row, layout) for line in found)] == []
    else:
        assert [row for line, row in zip(found, rows, strict=True) if not shown_in(line, row, layout)] == []


def test_the_default_layout_is_the_target_itself() -> None:
    """To the byte, so that options change only what they name."""
    plain, laid = (esspec("export", str(SEED), "--target", "csv", *o) for o in ((), ("--layout", "connections")))
    assert laid == plain
    assert esspec("export", str(SEED), "--target", "csv", "--bom").out == "\ufeff" + plain.out


STATED = policy_set(
    workload("kafka", [rule("@gate", on=ports((20, 25)), protocol="TCP", line=9)], NONE),
    workload("ui", UNSPECIFIED, ANY),
    externals=[external("gate", "192.0.2.0/24")],
    dns=kube_dns(),
)
ALL = "the page permits everything in this direction"
NOTHING = "the page permits nothing in this direction"
SILENCE = "the page says nothing about this direction, so it is not restricted"


def test_statements_in_words() -> None:
    """A list for people says what each word means, and what it means for insecure services."""
    shown = ("Service", "Protocol", "Port", "Insecure service", "Insecure ports", "Evidence", "Notes")
    assert [tuple(line[name] for name in shown) for line in lines(STATED, "pci")] == [
        (
            *("kafka", "TCP", "20-25", "yes"),
            "FTP data (TCP 20), FTP (TCP 21), Telnet (TCP 23), SMTP (TCP 25)",
            *("page.md:9", ""),
        ),
        ("none", "", "", "no", "", "page.md:5", NOTHING),
        ("dns", "UDP", "53", "no", "", "", "dns: name resolution"),
        ("dns", "TCP", "53", "no", "", "", "dns: name resolution"),
        ("unspecified", "", "", "yes", "all", "page.md", SILENCE),
        ("anyone", "any", "any", "yes", "all", "page.md:5", ALL),
        ("dns", "UDP", "53", "no", "", "", "dns: name resolution"),
        ("dns", "TCP", "53", "no", "", "", "dns: name resolution"),
    ]


def test_statements_as_requests() -> None:
    """What is denied is denied to everybody; what the page does not say is not requested."""
    shown = ("Action", "Source", "Destination", "Protocol", "Port")
    assert [tuple(line[name] for name in shown) for line in lines(STATED, "firewall-request")] == [
        ("allow", "gate", "kafka", "TCP", "20-25"),
        ("deny", "kafka", "anyone", "any", "any"),
        ("allow", "kafka", "dns", "UDP", "53"),
        ("allow", "kafka", "dns", "TCP", "53"),
        ("", "unspecified", "ui", "", ""),
        ("allow", "ui", "anyone", "any", "any"),
        ("allow", "ui", "dns", "UDP", "53"),
        ("allow", "ui", "dns", "TCP", "53"),
    ]


def test_the_matrix_of_openshift() -> None:
    """Peers share a line, a condition makes it optional, statements are words in Service."""
    optional = rule("ui", on=ports(443), line=8).model_copy(
        update={"condition": Condition(text="If it is enabled", feature="it", state="enabled")}
    )
    policies = policy_set(workload("kafka", [rule("ui", "kafka", on=ports(80)), optional], NONE), workload("ui"))
    assert records(report(policies, "commatrix"))[1:] == [
        ["Ingress", "TCP", "80", "event-streams", "why", "kafka", "", "", "false"],
        ["Ingress", "TCP", "443", "event-streams", "why", "kafka", "", "", "true"],
        ["Egress", "", "", "event-streams", "none", "kafka", "", "", "false"],
        ["Ingress", "", "", "event-streams", "unspecified", "ui", "", "", "false"],
        ["Egress", "", "", "event-streams", "unspecified", "ui", "", "", "false"],
    ]


def test_lines_of_two_rows_are_never_one() -> None:
    """Only what one row says twice, because no column tells it apart, is written once."""
    twice = [rule("ui", "kafka", on=ports(80), line=8), rule("ui", on=ports(80), line=9)]
    policies = policy_set(workload("kafka", twice, NONE), workload("ui", NONE, NONE))
    assert records(report(policies, "connections", columns="protocol,port"))[1:] == [["TCP", "80"]] * 2 + [["", ""]] * 3


@pytest.mark.parametrize(
    ("protocol", "port", "names"),
    [
        ("TCP", "80", "HTTP (TCP 80)"),
        ("UDP", "80", ""),
        ("TCP", "22", ""),
        ("TCP", "24-79", "SMTP (TCP 25)"),
        ("UDP", "69-111", "TFTP (UDP 69), RPC (UDP 111)"),
        ("SCTP", "any", ""),
    ],
)
def test_insecure_services(protocol: str, port: str, names: str) -> None:
    found = insecure_services(protocol, port)
    assert found is not None
    assert ", ".join(map(str, found)) == names


def test_insecure_services_of_what_is_not_known() -> None:
    """Everything is on the list where everything is permitted; a port that its user chooses may be on it."""
    assert insecure_services("any", "any") == INSECURE
    assert insecure_services("TCP", "user-supplied") is None


# Safety


@each_layout
def test_no_cell_is_a_formula(layout: str) -> None:
    """Whatever a page says; and lines end as RFC 4180 has it."""
    text = report(policy_set(workload("kafka", [rule("kafka", reason='=HYPERLINK("x")')])), layout)
    assert "'=HYPERLINK(" in text
    assert text.count("\r\n") == text.count("\n") == len(records(text))
    assert [cell for line in records(text) for cell in line if cell[:1] in GUARDED - {"'"}] == []


def test_headers_and_constants_are_no_formulas(tmp_path: Path) -> None:
    """A form comes from others too."""
    own = tmp_path / "form.toml"
    own.write_text("[[columns]]\nheader = '=1'\nvalue = '@x'\n", encoding="utf-8")
    text = report(policy_set(workload("kafka", NONE, NONE)), "pci", columns_file=str(own))
    assert text == '"\'=1"\r\n"\'@x"\r\n"\'@x"\r\n'


# The command line


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to a folder with a small page and its binding."""
    monkeypatch.chdir(tmp_path)
    Path("page.md").write_text(page(), encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")


def export(*options: str, target: str = "csv") -> Ran:
    """Return what a report on the small page gives."""
    return esspec("export", "page.md", "--target", target, *options)


ONLY_PORT = '"Port"\r\n"80"\r\n""\r\n"any"\r\n""\r\n'


@pytest.mark.usefixtures("small")
def test_a_report_in_a_file() -> None:
    """It is one file, and nothing else is written; answers in it are kept until --force."""
    asked = ("--layout", "pci", "--columns", " port ", "-o", "r.csv")
    assert export(*asked) == Ran(0, "wrote r.csv\n", "")
    assert Path("r.csv").read_bytes().decode() == ONLY_PORT
    assert export(*asked) == Ran(0, "r.csv: unchanged\n", "")
    Path("r.csv").write_bytes(b"filled in")
    assert export(*asked) == Ran(
        2,
        "",
        "r.csv: error: there is such a file already, and it says something else — what was filled in there would be "
        "lost: name another file, or overwrite this one with --force [file-exists]\n",
    )
    assert Path("r.csv").read_bytes() == b"filled in"
    assert export(*asked, "--force") == Ran(0, "wrote r.csv\n", "")
    assert Path("r.csv").read_bytes().decode() == ONLY_PORT
    assert sorted(path.name for path in Path().iterdir()) == ["esspec.toml", "page.md", "r.csv"]


@pytest.mark.usefixtures("small")
def test_without_a_binding() -> None:
    """Every layout takes a page in its own words; what only a binding knows is empty."""
    done = export("--as-written", "--layout", "commatrix")
    assert records(done.out)[1] == ["Ingress", "TCP", "80", "", "why", "Kafka pod", "", "", "false"]
    assert export("--as-written", "--columns", "binding").out == '"binding"\r\n' + '"as written"\r\n' * 4


@pytest.mark.usefixtures("small")
def test_a_condition_that_no_column_shows() -> None:
    """The report is written, and whoever fills it in is told which rows it makes look unconditional."""
    Path("page.md").write_text(
        page("TCP | UI pods to port 80 | why | If metrics are enabled", header="Type | Origin | Reason | Required"),
        encoding="utf-8",
    )
    told = "this row holds under a condition, and no column of the report shows it"
    assert export("--columns", "port") == Ran(
        0,
        ONLY_PORT.replace("Port", "port"),
        f"page.md:7:1: warning: {told} — "
        "add the column condition, or say the condition in the form itself [hidden-condition]\n",
    )
    assert export("--columns", "port,condition").out.startswith('"port","condition"\r\n"80","If metrics are enabled"')
    assert [export("--layout", layout).err for layout in HEADERS] == [""] * len(HEADERS)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(
            ["--layout", "pcci"],
            "--layout: error: the target csv has no layout 'pcci' — did you mean pci? [usage]",
            id="near layout",
        ),
        pytest.param(
            ["--layout", "xyz"],
            "--layout: error: the target csv has no layout 'xyz' — "
            "use one of: connections, pci, caiq, firewall-request, commatrix [usage]",
            id="no layout",
        ),
        pytest.param(
            ["--layout", "pci", "--columns", "sorce"],
            "--columns: error: the layout pci has no column 'sorce' — did you mean source? [usage]",
            id="no column",
        ),
        pytest.param(
            ["--columns", "port,,line"],
            "--columns: error: a column has no name — write names with one comma between two, as in a,b,c [usage]",
            id="no name",
        ),
        pytest.param(
            ["--columns", "port,port"],
            "--columns: error: 'port' is named twice — name each column once [usage]",
            id="twice",
        ),
        pytest.param(
            ["--columns", "port", "--columns-file", "form.toml"],
            "--columns: error: --columns-file says which columns there are — leave one of them away [usage]",
            id="both",
        ),
        pytest.param(
            ["--bom", "-o", "."],
            ".: error: this is a folder — name a file, as in -o report.csv [not-a-file]",
            id="folder",
        ),
        pytest.param(
            ["--bom", "-o", "missing/r.csv"],
            "missing/r.csv: error: there is no folder missing — "
            "make it, or name a file in another folder [unwritable-output]",
            id="unwritable",
        ),
        pytest.param(
            ["--bom", "--check", "-o", "r.csv"],
            "page.md: error: a report is no set of files — leave --check, --allow-removal and --tracked away [usage]",
            id="check",
        ),
        pytest.param(
            ["--bom", "page.md"],
            "page.md: error: a report is about one page — write one per page [usage]",
            id="two pages",
        ),
        pytest.param(
            ["--bom", "--target", "calico"],
            "page.md: error: a report is written by one target — name it, as in --target csv [usage]",
            id="two targets",
        ),
    ],
)
def test_what_cannot_be_asked_for(options: list[str], told: str) -> None:
    assert export(*options) == Ran(2, "", f"{told}\n")


@pytest.mark.usefixtures("small")
def test_a_target_without_layouts() -> None:
    told = "--layout: error: the target calico has no layouts — use --target csv [usage]\n"
    assert export("--layout", "pci", target="calico") == Ran(2, "", told)


# A form of one's own


LINE = "write one line of text in quotes [bad-value]"
MISTAKES = {
    'layout = "pci"\n[[columns]]\ncolumn = "sorce"\n[[columns]]\nheader = "A"\n[[columns]]\nheader = "A"\n': """\
form.toml:3:1: error: the layout pci has no column 'sorce' — did you mean source? [bad-value]
form.toml:6:1: error: two columns are called 'A' — give one of them another header [bad-value]
""",
    'layout = "xyz"\n[[columns]]\ncolumn = "port"\n': f"""\
form.toml:1:1: error: the target csv has no layout 'xyz' — use one of: {", ".join(HEADERS)} [bad-value]
""",
    '[[columns]]\nheader = 3\nx = 1\n\n[[columns]]\nheader = "a"\nvalue = "a\\nb"\n': f"""\
form.toml:2:1: error: columns.header: Input should be a valid string — {LINE}
form.toml:3:1: error: there is no key columns.x — known keys: column, header, value [unknown-key]
form.toml:7:1: error: columns.value: a cell is one line of text, and this one holds U+000A — {LINE}
""",
    '[[columns]]\ncolumn = "port"\nvalue = ""\n[[columns]]\n': """\
form.toml:3:1: error: a column of the layout has values of its own — keep column or value, not both [bad-value]
form.toml:4:1: error: this column has no header — write header = "…", or column = "…" of the layout [missing-key]
""",
    'layout = "pci"\nheaders = 1\n': """\
form.toml:1:1: error: the key columns is missing — write a table [[columns]] per column [missing-key]
form.toml:2:1: error: there is no key headers — known keys: layout, columns [unknown-key]
""",
    '[columns]\nport = "Port"\n': """\
form.toml:1:1: error: columns: Input should be a valid list — write [[columns]], in two brackets [bad-value]
""",
    "a = \n": """\
form.toml:1:5: error: this is no TOML: Invalid value — mend the syntax [bad-toml]
""",
}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("text", "told"), MISTAKES.items())
def test_mistakes_in_a_form(text: str, told: str) -> None:
    """All of them at once, each with its line and what to write."""
    Path("form.toml").write_text(text, encoding="utf-8")
    assert export("--columns-file", "form.toml") == Ran(2, "", told)


@pytest.mark.usefixtures("small")
def test_a_form_names_its_layout() -> None:
    """The option may repeat it, and cannot contradict it."""
    Path("form.toml").write_text('layout = "pci"\n[[columns]]\ncolumn = "port"\n', encoding="utf-8")
    asked = ("--columns-file", "form.toml")
    assert export(*asked).out == export(*asked, "--layout", "pci").out == ONLY_PORT
    told = "form.toml is a form of the layout 'pci' — leave --layout away, or name the same one [usage]"
    assert export(*asked, "--layout", "caiq") == Ran(2, "", f"--layout: error: {told}\n")


# What is documented


@pytest.mark.parametrize(
    ("command", "shown"), re.findall(r"```console\n\$ esspec ([^\n]*)\n(.*?)\.\.\.\n```", DOCS, re.DOTALL)
)
def test_samples(command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sample is how the real report begins; the form is the one that the text shows."""
    monkeypatch.chdir(tmp_path)
    (form_text,) = re.findall(r"```toml[^\n]*\n(.*?)```", DOCS, re.DOTALL)
    Path("form.toml").write_text(form_text, encoding="utf-8")
    done = esspec(*command.replace("docs_source/network-policies.md", str(SEED)).split())
    assert shown.count("\n") == 4
    assert done.out.replace("\r\n", "\n").startswith(shown)


def test_every_layout_has_a_sample_and_its_columns() -> None:
    """And every sample is found by the test above."""
    assert len(re.findall(r"^\.\.\.\n```", DOCS, re.MULTILINE)) == DOCS.count("```console") == 6
    for name, layout in layouts().layouts.items():
        assert f"--layout {name}\n" in DOCS or name == "connections"
        assert f"| `{name}` | {', '.join(f'`{column}`' for column in layout.columns)} |" in DOCS


def test_the_documented_list_of_insecure_ports() -> None:
    for protocol in ("TCP", "UDP"):
        (row,) = re.findall(rf"^\| {protocol} \| (.*) \|$", DOCS, re.MULTILINE)
        assert [int(n) for n in re.findall("[0-9]+", row.replace("POP3", ""))] == [
            service.port for service in INSECURE if service.protocol == protocol
        ]
