"""Label columns: what the page says of the pods that a row names, and how it meets what the binding says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspec.outputs.export import stream
from esspec.reading.pod_labels import Label, filled, parse_labels
from esspec.targets.target import load_targets
from small_pages import BINDING, NEXT_LINE, findings, instead, model, more, override, page, parsed

HEADER = "Type | Destination | Pod Label | Port | Reason"
REMEDY = "write key=value or key: 'value', several with commas between, or leave the cell empty"
PARTS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,10}[A-Za-z0-9])?", fullmatch=True)
KEYS = st.builds(lambda prefix, name: f"{prefix}/{name}" if prefix else name, st.sampled_from(["", "a.b-c"]), PARTS)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rows(*cells: str) -> str:
    """Return a page whose Kafka pod connects to who the cells name, with the labels behind the bar."""
    return page(*(f"TCP | {cell} | 80 | why" for cell in cells), direction="egress", header=HEADER)


def labels(cell: str) -> dict[str, str] | None:
    """Return the labels that parse shows for one row, which is read without a finding."""
    assert findings(rows(cell)) == []
    return parsed(rows(cell)).rules[0].pod_labels


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("app=ui", {"app": "ui"}, id="equals"),
        pytest.param("app: ui", {"app": "ui"}, id="colon"),
        pytest.param("app = ui , role : x", {"app": "ui", "role": "x"}, id="blanks"),
        pytest.param(
            "app.kubernetes.io/name=ui, eventstreams.ibm.com/broker-role: 'true'",
            {"app.kubernetes.io/name": "ui", "eventstreams.ibm.com/broker-role": "true"},
            id="both-in-one-cell",
        ),
        pytest.param("app='ui', role: \"x\"", {"app": "ui", "role": "x"}, id="quotes"),
        pytest.param("app=ui,role=x", {"app": "ui", "role": "x"}, id="comma-alone"),
        pytest.param("app=ui; role=x", {"app": "ui", "role": "x"}, id="semicolon"),
        pytest.param("app=ui<br>role=x", {"app": "ui", "role": "x"}, id="line-break"),
        pytest.param("<ul><li>app=ui</li><li>role=x</li></ul>", {"app": "ui", "role": "x"}, id="list-items"),
        pytest.param("`app=ui`, `role: x`", {"app": "ui", "role": "x"}, id="code"),
        pytest.param("**app**=[ui](#ui)", {"app": "ui"}, id="markup"),
        pytest.param("app=ui, app=ui,", {"app": "ui"}, id="twice-alike"),
        pytest.param("port: 8080", {"port": "8080"}, id="digits-stay-text"),
        pytest.param("", None, id="empty"),
        pytest.param("-", None, id="dash"),
        pytest.param("\u2014", None, id="long-dash"),
        pytest.param("N/A", None, id="not-applicable"),
        pytest.param("None", None, id="none"),
    ],
)
def test_a_cell_is_read_so(cell: str, expected: dict[str, str] | None) -> None:
    assert labels(f"UI pods | {cell}") == expected


@pytest.mark.parametrize(
    ("cell", "needle", "column"),
    [
        pytest.param("app", "app", 19, id="no-value"),
        pytest.param("app=", "app=", 19, id="forgotten-value"),
        pytest.param("app=''", "app=''", 19, id="quoted-nothing"),
        pytest.param("=ui", "=ui", 19, id="no-key"),
        pytest.param("app=ui role=x", "app=ui role=x", 19, id="no-comma"),
        pytest.param("app=ui and role=x", "app=ui and role=x", 19, id="and"),
        pytest.param("role=x, app!=ui", "app!=ui", 27, id="not-equal"),
        pytest.param("app==ui", "app==ui", 19, id="two-signs"),
        pytest.param("role=x, app in ui", "app in ui", 27, id="set"),
        pytest.param("app='ui", "app='ui", 19, id="open-quote"),
        pytest.param("app='ui\"", "app='ui\"", 19, id="other-quote"),
        pytest.param("a b=ui", "a b=ui", 19, id="blank-in-key"),
        pytest.param("/app=ui", "/app=ui", 19, id="empty-prefix"),
        pytest.param("app=ui.", "app=ui.", 19, id="dot-at-the-end"),
        pytest.param(f"app={'x' * 64}", f"app={'x' * 64}", 19, id="long-value"),
        pytest.param("app=\u00fci", "app=\u00fci", 19, id="no-ascii"),
        pytest.param("app=ui (default)", "app=ui (default)", 19, id="remark"),
        pytest.param("app=${NAME}", "app=${NAME}", 19, id="other-placeholder"),
    ],
)
def test_what_is_no_label_is_an_error(cell: str, needle: str, column: int) -> None:
    """The row is not read as if it gave fewer labels: that would be wider."""
    assert findings(rows(f"UI pods | {cell}")) == [
        f"page.md:7:{column}: error: '{needle}' is no pod label — {REMEDY} [unread-labels]"
    ]


def test_an_override_does_not_decide_labels() -> None:
    """Whatever an override sets, a cell of labels that is not understood stays an error."""
    row = "TCP | UI pods | app | 80 | why"
    sets = 'peer = "UI pod"\nports = 81\nprotocol = "TCP"\ncondition = "Always"'
    binding = more(override(row, sets, direction="egress"))
    assert findings(page(row, direction="egress", header=HEADER), binding) == [
        f"page.md:7:19: error: 'app' is no pod label — {REMEDY} [unread-labels]"
    ]


def selector(name: str, text: str, binding: str = BINDING) -> dict[str, str]:
    """Return the labels that select a workload's pods."""
    return dict(model(text, binding).workload[name].peer.labels)


def test_labels_of_page_and_binding_are_merged() -> None:
    """All rows that name a workload count, in either direction, and its own policy selects by the labels too."""
    text = rows("UI pods | app=ui, component=ui", "UI pods | role: 'true'", "UI pods | ")
    merged = {"release": "es", "component": "ui", "app": "ui", "role": "true"}
    assert selector("UI pod", text) == merged
    assert dict(model(text).workload["UI pod"].subject.labels) == merged
    assert selector("Kafka pod", text) == {"release": "es", "component": "kafka"}
    (kubernetes,) = load_targets(["kubernetes"])
    assert stream(model(text), kubernetes).count('role: "true"') == 4
    ingress = page("TCP | UI pods | app=ui | 80 | why", header=HEADER.replace("Destination", "Origin"))
    assert selector("UI pod", ingress) == {"release": "es", "component": "ui", "app": "ui"}


def test_labels_of_others_of_the_same_kind_are_its_own() -> None:
    assert selector("Kafka pod", rows("Other Kafka pods | app=kafka"))["app"] == "kafka"


def test_a_workload_may_have_the_page_s_labels_alone() -> None:
    binding = instead('labels = { component = "ui" }\n', "inherit_labels = false\n")
    assert selector("UI pod", rows("UI pods | component=ui"), binding) == {"component": "ui"}


@pytest.mark.parametrize(
    ("cells", "binding", "told"),
    [
        pytest.param(
            ["UI pods | component=x"],
            BINDING,
            "page.md:7:1: error: 'UI pod' has the label component = 'x' here and 'ui' in esspec.toml:8",
            id="binding",
        ),
        pytest.param(
            ["UI pods | release=x"],
            BINDING,
            "page.md:7:1: error: 'UI pod' has the label release = 'x' here and 'es' in esspec.toml:2",
            id="top-of-the-binding",
        ),
        pytest.param(
            ["UI pods | app=a", "UI pods | role=x", "UI pods | app: b"],
            BINDING,
            "page.md:9:1: error: 'UI pod' has the label app = 'b' here and 'a' in line 7",
            id="two-rows",
        ),
        pytest.param(
            ["UI pods | component=<X>"],
            more("[placeholders]", 'X = "x"'),
            "page.md:7:1: error: 'UI pod' has the label component = 'x' here and 'ui' in esspec.toml:8",
            id="filled-in",
        ),
    ],
)
def test_two_values_are_an_error_that_names_both_places(cells: list[str], binding: str, told: str) -> None:
    found = [line for line in findings(rows(*cells), binding) if not line.endswith("[labels-differ]")]
    assert found == [f"{told} — keep one value [label-twice]"]


def test_rows_that_give_different_labels_are_a_warning() -> None:
    """The pods of the workload are taken to have all of them, which may be fewer pods than either row means."""
    (found,) = findings(rows("UI pods | app=a", "UI pods | app=a, role=x", "UI pods | "))
    assert found == (
        "page.md:8:1: warning: this row and line 7 give 'UI pod' different labels, and its pods are taken to have all "
        "of them — give the same labels in every row, or describe two workloads if two kinds of pods are meant "
        "[labels-differ]"
    )


def test_a_namespace_is_no_label() -> None:
    (found,) = findings(rows("UI pods | namespace: foo"))
    assert found == (
        "page.md:7:19: error: 'namespace' says where pods run, and is no label of theirs — write the namespace into "
        "the binding [unread-labels]"
    )


def test_two_values_in_one_cell() -> None:
    told = "the label app has two values, 'a' and 'b' — keep one of them [label-twice]"
    assert findings(rows("UI pods | app=a, app=b")) == [f"page.md:7:26: error: {told}"]


def test_inherited_labels_do_not_count_where_they_are_not_inherited() -> None:
    binding = instead('component = "ui" }', 'component = "ui" }\ninherit_labels = false')
    assert selector("UI pod", rows("UI pods | release=x"), binding) == {"component": "ui", "release": "x"}


@pytest.mark.parametrize(
    ("peers", "who"),
    [("UI and Kafka pods", "2 workloads"), ("Anywhere", "no workload"), ("Host", "no workload")],
)
def test_labels_need_one_workload(peers: str, who: str) -> None:
    """Labels of several peers in one cell cannot be told apart, and nobody but a pod has any."""
    binding = more("[externals.Host]", 'role = "outside"') if peers == "Host" else BINDING
    remedy = "write one row per workload, or empty the cell and write the labels into the binding"
    assert findings(rows(f"{peers} | app=x"), binding) == [
        f"page.md:7:1: error: the row gives pod labels, and names {who} — {remedy} [unread-labels]"
    ]


def test_labels_of_somebody_unknown_are_one_error() -> None:
    """Who is meant is asked first."""
    (told,) = findings(rows("Nobody | app=x"))
    assert told.startswith("page.md:7:9: error: no workload and no external is called 'Nobody'")


PLACEHOLDERS = '[placeholders]\nINSTANCE_NAME = "my-es"\n'


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("app=<INSTANCE_NAME>", "my-es"),
        ("app: '<INSTANCE_NAME>'", "my-es"),
        ("`app=<INSTANCE_NAME>`", "my-es"),
        ("app=&lt;INSTANCE_NAME&gt;", "my-es"),
        (r"app=\<INSTANCE_NAME\>", "my-es"),
        ("app=x-<INSTANCE_NAME>-<INSTANCE_NAME>", "x-my-es-my-es"),
    ],
)
def test_placeholders_are_filled(cell: str, value: str) -> None:
    binding = BINDING + PLACEHOLDERS
    assert findings(rows(f"UI pods | {cell}"), binding) == []
    assert parsed(rows(f"UI pods | {cell}"), binding).rules[0].pod_labels == {"app": value}
    assert selector("UI pod", rows(f"UI pods | {cell}"), binding)["app"] == value


def test_a_placeholder_without_a_value() -> None:
    """It is one error, and no second one about the label that is not known yet."""
    told = (
        "nothing says what <INSTANCE_NAME> stands for in a pod label — "
        'write INSTANCE_NAME = "…" under [placeholders] in esspec.toml [unfilled-placeholder]'
    )
    assert findings(rows("UI pods | component=<INSTANCE_NAME>")) == [f"page.md:7:29: error: {told}"]


def test_placeholders_of_the_binding() -> None:
    """An empty one is a gap, a value that makes no label an error at the row, and one that no row has a warning."""
    text = rows("UI pods | app=<INSTANCE_NAME>")
    told = "placeholders.INSTANCE_NAME is empty — fill it in: what stands in its place in the labels of the pods"
    assert findings(text, BINDING + PLACEHOLDERS.replace("my-es", "")) == [
        f"esspec.toml:{NEXT_LINE + 1}:1: error: {told} [unfilled]"
    ]
    assert findings(text, BINDING + PLACEHOLDERS.replace("my-es", "my es")) == [
        "page.md:7:1: error: app: 'my es' is no value of a label — correct [placeholders] [unread-labels]"
    ]
    told = "nothing on the page uses the placeholder 'INSTANCE_NAME' — correct its name, or delete it [unused-entry]"
    assert findings(page(), BINDING + PLACEHOLDERS) == [f"esspec.toml:{NEXT_LINE + 1}:1: warning: {told}"]


def test_other_html_in_a_label_is_an_error() -> None:
    told = "'<b class=x>' is HTML, which may hide words"
    assert any(told in found for found in findings(rows("UI pods | app=<b class=x>ui</b>"), BINDING + PLACEHOLDERS))


@given(st.dictionaries(KEYS, PARTS, min_size=1, max_size=4), st.lists(st.sampled_from(["=", ": ", " = '"]), min_size=4))
def test_labels_survive_every_notation(wanted: dict[str, str], signs: list[str]) -> None:
    """What is written in any notation, and any mixture, is read back in its order."""
    pairs = zip(wanted.items(), signs, strict=False)
    text = ", ".join(f"{key}{sign}{value}{sign[3:]}" for (key, value), sign in pairs)
    assert parse_labels(text) == (tuple(Label(*pair) for pair in wanted.items()), ())


@given(st.text(alphabet="ab<N>=:,;'\"\n -./", max_size=30))
def test_any_cell_gives_labels_or_faults(text: str) -> None:
    """Each part of a cell is a label or a fault; none is dropped."""
    found, faults = parse_labels(text)
    parts = {part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",")} - {""}
    if text.strip() not in ("", "-"):
        assert len({label.key for label in found}) == len(found)
        assert len(parts) <= len(faults) + len([part for part in parts if part not in {f.needle for f in faults}])
        assert bool(parts) == bool(found or faults)


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), PARTS), st.sampled_from(["<A>", "x-<A>-<B>", "<C><C>", "x"]))
def test_filling_leaves_nothing_open_in_silence(values: dict[str, str], value: str) -> None:
    """A placeholder is replaced, or among those that are missing."""
    used: set[str] = set()
    found = filled((Label("k", value),), values, used)
    named = [name for name in "ABC" if f"<{name}>" in value]
    assert list(found.missing) == [name for name in named if name not in values]
    assert used == {name for name in named if name in values}
    assert ("<" in found.labels[0].value) == bool(found.missing)
