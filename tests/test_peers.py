"""Peers: whom the words of a cell mean, and what they must not be taken for."""

from pathlib import Path

import pytest

from command_lines import esspec
from esspec.model import Anyone, InstancePeer, WorkloadPeer
from esspec.outputs.export import stream
from esspec.targets.target import load_targets
from pages import KAFKA
from small_pages import BINDING, NEXT_LINE, findings, instead, model, more, override, page, parsed, peers

HEADER = "Type | Origin | Port | Reason"
ADVICE = "to its entry in the binding, or describe it there as a workload or an external"
SAY_IT = "say it in the cell, or add an override for this row to the binding"
KAFKA_POD, UI_POD = ("workload", ("Kafka pod",)), ("workload", ("UI pod",))


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def cell(words: str) -> str:
    """Return a page on one row with this peer cell."""
    return page(f"TCP | {words} | 80 | why", header=HEADER)


def unknown(name: str, column: int = 9, line: int = 7) -> str:
    """Return the error for a name that nobody has."""
    what = f"no workload and no external is called '{name}'"
    return f'page.md:{line}:{column}: error: {what} — add aliases = ["{name}"] {ADVICE} [unknown-peer]'


# Who is meant


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("UI pods", [UI_POD], id="pods"),
        pytest.param("UI pod(s)", [UI_POD], id="pod-or-pods"),
        pytest.param("ui Pod", [UI_POD], id="case"),
        pytest.param("UI", [UI_POD], id="without-pod"),
        pytest.param("the UI pods", [UI_POD], id="article"),
        pytest.param("- UI pods", [UI_POD], id="list-of-one"),
        pytest.param("**UI** [pods](#ui)", [UI_POD], id="markup"),
        pytest.param("Other Kafka pods", [("same", ("Kafka pod",))], id="others"),
        pytest.param("the other kafka pod", [("same", ("Kafka pod",))], id="others-with-article"),
        pytest.param("Kafka pods", [KAFKA_POD], id="itself-by-name"),
        pytest.param("Anywhere", [("any", "Anywhere")], id="anywhere"),
        pytest.param("any pod", [("any", "any pod")], id="any-pod"),
        pytest.param("Any pod in X Y instance", [("instance", "Any pod in X Y instance")], id="instance"),
        pytest.param("Any pods in the instance", [("instance", "Any pods in the instance")], id="the-instance"),
    ],
)
def test_who_is_meant(words: str, expected: list[tuple[str, object]]) -> None:
    assert findings(cell(words)) == []
    assert peers(cell(words)) == expected


@pytest.mark.parametrize(
    "words",
    [
        "UI, Kafka",
        "UI and Kafka pods",
        "UI or Kafka pods",
        "UI pods, and Kafka pods",
        "UI & Kafka",
        "UI; Kafka",
        "UI pods<br>Kafka pods",
        "UI pods,<br/>Kafka pods",
        "<ul><li>UI pods</li><li>Kafka pods</li></ul>",
        "- UI pods<br>- Kafka pods",
        "\u2022 UI pods<br>\u2022 Kafka pods",
    ],
)
def test_several_peers_in_one_cell(words: str) -> None:
    """Commas, "and", "or", line breaks and list items part them; each becomes a peer of the row's one rule."""
    assert findings(cell(words)) == []
    assert peers(cell(words)) == [UI_POD, KAFKA_POD]
    (rule,) = model(cell(words)).workload["Kafka pod"].rules
    assert rule.peers == (WorkloadPeer(workload="UI pod"), WorkloadPeer(workload="Kafka pod"))


def test_anyone_beside_others() -> None:
    """The widest of them decides, and none is lost from the model."""
    (rule,) = model(cell("UI pods, Anywhere and any pod in the instance")).workload["Kafka pod"].rules
    assert rule.peers == (WorkloadPeer(workload="UI pod"), Anyone(), InstancePeer())
    assert esspec("verify", "page.md").code == 0


def test_the_instance_is_namespace_and_labels_of_the_binding() -> None:
    """It is what the top of the binding says, not any pod of the cluster; without that it is an error."""
    words = "Any pod in the Kafka instance"
    (kubernetes,) = load_targets(["kubernetes"])
    text = stream(model(cell(words)), kubernetes)
    assert "- from:\n        - podSelector:\n            matchLabels:\n              release: es\n      ports:" in text
    told = f"'{words}' means every pod of the instance, and nothing says which those are"
    expected = f"page.md:7:9: error: {told} — write namespace and labels at the top of esspec.toml [no-instance]"
    assert findings(cell(words), instead('labels = { release = "es" }\n', "\n")) == [expected]
    assert expected in findings(cell(words), instead('namespace = "ns"\n', "\n"))


@pytest.mark.parametrize(
    "words",
    [
        "Any pod in another instance",
        "Any pod in every instance",
        "Any pod in any namespace",
        "Any pod in the namespace",
        "Any pod in the cluster",
        "All pods",
        "Any UI pod",
        "All UI pods",
        "Any pod in the remote instance",
        "Any pod in the peer Kafka instance",
        "Other pods",
        "pods",
        "Itself",
        "UI/broker pods",
        "UI pods in the other namespace",
        "Internet",
    ],
)
def test_words_that_are_not_guessed(words: str) -> None:
    """They are close to words with a meaning, and mean more, less or nothing; an alias can say what."""
    assert findings(cell(words)) == [unknown(words)]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (
            "None",
            "a direction without connections is `Outgoing connections permitted: None` (or Incoming), and no table",
        ),
        (
            "N/A",
            "a direction without connections is `Outgoing connections permitted: None` (or Incoming), and no table",
        ),
        ("UI/Kafka pods", "write a comma between the peers"),
        ("UI pods when TLS is on", "write the condition into a column Condition, and only the peer here"),
        (
            "10.0.0.0/8",
            'describe it in the binding: [externals."10.0.0.0/8"] with role and addresses = ["10.0.0.0/8"]',
        ),
        ("UI pods to port https", "if 'https' is a port, write https = 443, or whatever its number is, under [ports]"),
    ],
)
def test_the_remedy_fits_the_words(words: str, remedy: str) -> None:
    (found,) = findings(cell(words))
    assert f" — {remedy}" in found
    assert "[unknown-peer]" in found


@pytest.mark.parametrize(
    "words",
    ["UI pods to port number 7030", "UI pods: 7013", "UI pods:7014", "UI pods 7015", "UI pods to ports above 7011"],
)
def test_a_port_that_is_not_read_is_not_every_port(words: str) -> None:
    """An alias of such words would open all ports, so it is neither offered nor taken."""
    row = f"TCP | {words} | why"
    told = f"page.md:7:9: error: '{words}' may speak of a port, and none is read in it — write it as in 'X pods on "
    assert findings(page(row))[0].startswith(told)
    alias = instead('component = "ui" }', f'component = "ui" }}\naliases = ["{words}"]')
    if words != "UI pods 7015":  # this may be a name
        assert findings(page(row), alias)[0].startswith(told)


def test_the_sign_of_a_list_stands_at_the_beginning_of_a_line() -> None:
    assert findings(cell("UI, - x")) == [unknown("- x", 13)]
    assert peers(cell("UI<br>-")) == [UI_POD, ("unresolved", "-")]


def test_an_alias_decides_what_a_word_means() -> None:
    binding = more('aliases = ["All UI pods", "Internet"]')
    assert peers(cell("All UI pods"), binding) == [UI_POD]
    assert findings(cell("All UI pods and Internet"), binding) == []


def test_others_of_somebody_else() -> None:
    """In a table on Kafka, "Other UI pods" compares with something that the row does not name."""
    told = f"'Other UI pods' speaks of others of the same kind, and this is about 'Kafka pod' — {SAY_IT}"
    assert findings(cell("Other UI pods")) == [f"page.md:7:9: error: {told} [unresolved-peer]"]


def test_a_product_name_stands_for_a_pod_through_an_alias() -> None:
    binding = more('aliases = ["Event Streams", "{{x}} UI"]', "[variables]", 'x = "Event Streams"')
    assert peers(cell("Event Streams"), binding) == [UI_POD]
    assert peers(cell("{{x}}"), binding) == [UI_POD]
    assert parsed(cell("{{x}}"), binding).rules[0].peers[0].phrase == "{{x}}"


def test_one_alias_of_two_workloads_means_both() -> None:
    binding = BINDING.replace('"kafka" }', '"kafka" }\naliases = ["Backend"]') + 'aliases = ["Backend"]\n'
    assert peers(cell("Backend pods"), binding) == [("workload", ("Kafka pod", "UI pod"))]


def test_a_workload_that_the_page_never_describes() -> None:
    """A finding asks for it; an entry in the binding is enough, and makes no policy of its own."""
    assert findings(cell("Entity operator")) == [unknown("Entity operator")]
    binding = more('[workloads."Entity operator"]', 'labels = { component = "eo" }')
    assert findings(cell("Entity operator"), binding) == []
    assert peers(cell("Entity operator"), binding) == [("workload", ("Entity operator",))]
    found = parsed(cell("Entity operator"), binding).workloads[-1]
    assert (found.name, found.lines) == ("Entity operator", ())
    assert (found.ingress, found.egress) == ("unspecified", "unspecified")
    (kubernetes,) = load_targets(["kubernetes"])
    text = stream(model(cell("Entity operator"), binding), kubernetes)
    assert "component: eo" in text
    assert "esspec-entity-operator" not in text


@pytest.mark.parametrize("words", ["See details below", "See [details](#x)", "see the note", "Refer to the list below"])
def test_a_cell_that_sends_the_reader_elsewhere(words: str) -> None:
    """What stands there is not read, so the row is no rule, whatever the binding calls somebody."""
    plain = words.replace("[details](#x)", "details")
    told = f"page.md:7:9: error: '{plain}' sends the reader elsewhere, and what stands there is not read — {SAY_IT}"
    assert findings(cell(words)) == [f"{told} [see-elsewhere]"]
    (alias, *_) = findings(cell(words), more(f'aliases = ["{plain}"]'))
    assert alias == (
        f"esspec.toml:9:1: error: '{plain}' sends the reader of a cell elsewhere and names nobody — "
        "rename it [reserved-name]"
    )
    row = f"TCP | {words} | 80 | why"
    assert findings(cell(words), more(override(row, 'peer = "UI pod"'))) == []


# Remarks in parentheses


REMARK = "can be restricted by including `networkPolicyPeers` in the listener"
PLAIN = REMARK.replace("`", "")


def remark(text: str, column: int = 9) -> str:
    """Return the error for a parenthesis that nobody has accepted."""
    how = f'if it changes nothing, write "{text}" = "why" under [remarks] in esspec.toml'
    told = f"'({text})' may restrict the row, and nothing says that it does not — {how}"
    return f"page.md:7:{column}: error: {told} [unaccepted-remark]"


def accepting(*texts: str) -> str:
    return more("[remarks]", *(f'"{text}" = "it widens nothing"' for text in texts))


def test_a_remark_stops_until_the_binding_accepts_it() -> None:
    """It may say that less is meant; only its exact words are accepted, marks for code aside."""
    text = cell(f"Anywhere ({REMARK})")
    assert findings(text) == [remark(PLAIN)]
    assert findings(text, accepting(PLAIN)) == []
    assert findings(text, accepting(REMARK)) == []
    assert peers(text, accepting(PLAIN)) == [("any", f"Anywhere ({PLAIN})")]
    assert remark(PLAIN) in findings(text, accepting(PLAIN.upper()))


@pytest.mark.parametrize(
    ("words", "expected"),
    [("UI pods (x)", UI_POD), ("the other Kafka pods (x)", ("same", ("Kafka pod",))), ("{{y}} (x)", UI_POD)],
)
def test_a_remark_behind_any_peer(words: str, expected: tuple[str, object]) -> None:
    binding = accepting("x") + ('[variables]\ny = "UI pods"\n' if "{{y}}" in words else "")
    assert findings(cell(words), binding) == []
    assert peers(cell(words), binding) == [expected]


def test_a_remark_that_is_not_accepted_makes_no_rule_of_any_kind() -> None:
    assert peers(cell("UI pods (x)")) == [("unresolved", "UI pods (x)")]
    assert findings(cell("UI pods (x), Kafka (y)")) == [remark("x"), remark("y", 22)]


def test_a_remark_may_be_part_of_a_name() -> None:
    """A heading or alias with the same parenthesis is that name."""
    binding = more('[workloads."Flink pods (job and task managers)"]', 'labels = { component = "flink" }')
    assert findings(cell("Flink pods (job and task managers)"), binding) == []


def test_a_remark_about_ports_is_never_accepted_as_nothing() -> None:
    """In a table without a column for ports, the row would have all of them."""
    text = page("TCP | UI pods (port 80) | why")
    told = "'(port 80)' speaks of ports, and those are not read out of parentheses"
    how = "write the ports behind the peer, such as 'on port 80'"
    assert f"page.md:7:9: error: {told} — {how} [ports-in-doubt]" in findings(text, accepting("port 80"))


@pytest.mark.parametrize("words", ["443 (x)", "(x) 443", "443 (x), 444"])
def test_remarks_beside_ports(words: str) -> None:
    text = page(f"TCP | UI pods | {words} | why", header=HEADER)
    assert [found.rpartition(" ")[2] for found in findings(text)] == ["[unaccepted-remark]"]
    assert findings(text, accepting("x")) == []


def test_remarks_of_the_binding() -> None:
    """One that no row has is a warning, and each has a reason."""
    warned = f"esspec.toml:{NEXT_LINE + 1}:1: warning: nothing on the page uses the remark 'x'"
    assert findings(page(), accepting("x")) == [f"{warned} — correct its name, or delete it [unused-entry]"]
    (told,) = findings(page(), more("[remarks]", "x = ''"))
    assert told.startswith(f"esspec.toml:{NEXT_LINE + 1}:1: error: remarks.x is empty — fill it in")


# One workload with two headings


OPERAND = "Flink operand pods (job and task managers)"
ROWS = "| Type | {} | Port |\n|---|---|---|\n| TCP | Flink pods | {} |\n\n"
FLINK = (
    f"## Ingress\n\n### {OPERAND}\n\n{ROWS.format('Origin', 6123)}"
    f"## Egress\n\n### Flink pods\n\n{ROWS.format('Destination', 6124)}"
)
ENTRY = 'namespace = "ns"\n\n[workloads."{}"]\nlabels = {{ component = "flink" }}\n'


def merged(text: str, binding: str) -> tuple[str, tuple[int, ...], list[tuple[str, ...]]]:
    """Return the one workload's name and lines, and its rules' workloads and peers. There is no finding."""
    assert findings(text, binding) == []
    found = parsed(text, binding)
    (workload,) = found.workloads
    assert (workload.ingress, workload.egress) == ("rules", "rules")
    return workload.name, workload.lines, [(r.workload, *(r.peers[0].workloads or ())) for r in found.rules]


def test_an_alias_that_is_a_heading_merges_the_two() -> None:
    """The first heading is the name; cells may use either."""
    binding = ENTRY.format(OPERAND) + 'aliases = ["Flink pods"]\n'
    assert merged(FLINK, binding) == (OPERAND, (3, 11), [(OPERAND, OPERAND)] * 2)
    policies = model(FLINK, binding)
    assert [w.slug for w in policies.workloads] == ["flink-operand-pods-job-and-task-managers"]


def test_the_entry_may_have_the_name_of_the_second_heading() -> None:
    binding = ENTRY.format("Flink pods") + f'aliases = ["{OPERAND}"]\n'
    assert merged(FLINK, binding) == (OPERAND, (3, 11), [(OPERAND, OPERAND)] * 2)


def test_an_entry_that_is_no_heading_names_a_long_one() -> None:
    """A heading that is too long to name files by gets a name through an entry that it is an alias of."""
    long = f"Configuring network policies of the Flink pods {'on Kubernetes ' * 3}".strip()
    text = FLINK.replace(OPERAND, long)
    (told, *_) = findings(text, ENTRY.format(long) + 'aliases = ["Flink pods"]\n')
    assert told == (
        f"page.md:3:1: error: the workload's name '{long}' is longer than 63 characters — "
        "rename the heading, or make it an alias of an entry with a shorter name [bad-name]"
    )
    for name, aliases in (("Flink job", [long, "Flink pods"]), ("Flink pods", [long])):
        binding = f"{ENTRY.format(name)}aliases = {aliases}\n"
        assert merged(text, binding) == (name, (3, 11), [(name, name)] * 2)


def test_without_an_alias_two_headings_are_two_workloads() -> None:
    binding = ENTRY.format(OPERAND)
    assert [w.name for w in parsed(FLINK, binding).workloads] == [OPERAND, "Flink pods"]
    assert any("the binding has no labels for workload 'Flink pods'" in found for found in findings(FLINK, binding))


def test_a_direction_that_is_stated_twice_stays_an_error() -> None:
    """Merging must not hide that one heading has rows for a direction, and the other has rows or a word for it."""
    binding = ENTRY.format(OPERAND) + 'aliases = ["Flink pods"]\n'
    rows, statement = ROWS.format("Destination", 1), "- Outgoing connections permitted: Any\n"
    for added, what, line in ((rows, "a table", 21), (statement, "'Any'", 19)):
        found = findings(f"{FLINK}### {OPERAND}\n\n{added}", binding)
        told = f"egress of '{OPERAND}' is stated by {what} here and by a table in line 15"
        assert f"page.md:{line}:1: error: {told} — keep one of them [stated-twice]" in found


def test_two_tables_below_one_heading_are_one_direction() -> None:
    """A table may be split; that is no contradiction."""
    rows = f"{KAFKA}{ROWS.format('Origin', 1)}{ROWS.format('Origin', 2)}".replace("Flink", "UI")
    assert findings(f"{rows}## UI pod\n\n- Incoming connections permitted: Any\n") == []


@pytest.mark.parametrize(
    ("binding", "told"),
    [
        pytest.param(
            f'{BINDING}aliases = ["Kafka pod"]\n',
            "esspec.toml:9:1: error: 'Kafka pod' is an alias of 'UI pod' and has an entry of its own",
            id="an-entry-s-name",
        ),
        pytest.param(
            more('aliases = ["UIs"]', "[externals.UI]", 'role = "outside"'),
            "esspec.toml:10:1: error: 'UI' names two things",
            id="an-external",
        ),
    ],
)
def test_a_name_that_means_two(binding: str, told: str) -> None:
    assert any(found.startswith(told) for found in findings(page(), binding))
