"""Jekyll data files: where a variable's value is found, what it says on the page, and what is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command_lines import Ran, esspec
from esspec.bindings.jekyll_data import MAX_DEPTH, DataFiles
from esspec.commands.document import RuleDocument, document
from esspec.compiling.loading import PageFile, load_page
from esspec.problem import EsspecError
from small_pages import BINDING, more, page

REUSE = """\
# {{site.data.reuse.ui}}
ui: UI pods
link: "[UI](../ui/#top){:target=\\"_blank\\"} pods"
bold: '**UI** `pods`'
number: 9092
empty: ""
names:
  short:
    ui: UI
  all: [UI, Kafka]
condition: "If [metrics](../x){: .y} are enabled"
"""
HEADER = "Type | Origin | Port | Reason | Condition"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("_data").mkdir()
    Path("_data/reuse.yml").write_text(REUSE, encoding="utf-8")


def values(*paths: str) -> dict[str, str]:
    """Return all that the data files say."""
    return dict(DataFiles(list(paths)))


def written(name: str, text: str) -> dict[str, str]:
    """Return what one file says, without its own name."""
    Path(name).write_text(text, encoding="utf-8")
    return {key.removeprefix(f"site.data.{Path(name).stem}."): value for key, value in values(name).items()}


def refused(name: str, text: str | bytes) -> str:
    """Return why a file is refused, which is exit 2."""
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(EsspecError) as stopped:
        values(name)
    assert stopped.value.exit_code == 2
    (problem,) = stopped.value.problems
    return str(problem)


def rule(cells: str, binding: str = BINDING, data: tuple[str, ...] = ("_data",)) -> RuleDocument:
    """Return the one row that is read of a page, without a finding."""
    Path("page.md").write_text(page(cells, header=HEADER), encoding="utf-8")
    Path("esspec.toml").write_text(binding, encoding="utf-8")
    reading = load_page(PageFile("page.md", data=data))
    assert [str(problem) for problem in reading.problems] == []
    return document(reading).rules[0]


# Where values are found


def test_a_folder_holds_files_by_their_path() -> None:
    Path("_data/product/versions").mkdir(parents=True)
    Path("_data/product/versions/es.yaml").write_text("new: '11.0'\n", encoding="utf-8")
    Path("_data/flat.json").write_text('{"a": {"b": "x"}}', encoding="utf-8")
    Path("_data/README.md").write_text("no: data\n", encoding="utf-8")
    found = values("_data")
    assert found["site.data.product.versions.es.new"] == "11.0"
    assert found["site.data.flat.a.b"] == "x"
    assert found["site.data.reuse.names.short.ui"] == "UI"
    assert not any("README" in name for name in found)
    assert len(DataFiles(["_data"])) == len(found)


def test_a_single_file_is_named_as_in_its_folder() -> None:
    assert values("_data/reuse.yml") == {key: value for key, value in values("_data").items() if ".reuse." in key}


def test_a_later_path_wins() -> None:
    """Files are replaced whole, as one Jekyll site has one file of a name."""
    Path("other").mkdir()
    Path("other/reuse.yaml").write_text("ui: Kafka pods\n", encoding="utf-8")
    assert values("_data", "other") == {"site.data.reuse.ui": "Kafka pods"}
    assert values("other", "_data")["site.data.reuse.ui"] == "UI pods"


def test_a_file_and_a_folder_of_one_name() -> None:
    """A key is looked for in the longest path that is a file."""
    Path("_data/reuse").mkdir()
    Path("_data/reuse/names.yml").write_text("short:\n  ui: from the folder\n", encoding="utf-8")
    found = DataFiles(["_data"])
    assert found["site.data.reuse.names.short.ui"] == "from the folder"
    assert found["site.data.reuse.ui"] == "UI pods"
    assert "site.data.reuse.names.short" not in found


def test_only_files_that_are_asked_for_are_read() -> None:
    """A site has hundreds, and one that this page does not use is none of its business."""
    Path("_data/broken.yml").write_text("a: [", encoding="utf-8")
    assert DataFiles(["_data"])["site.data.reuse.ui"] == "UI pods"
    assert rule("TCP | {{site.data.reuse.ui}} | 80 | a | Always").peers[0].workloads == ("UI pod",)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.yml", "there is no such file"),
        ("nowhere", "this is no data file and no folder"),
        ("page.md", "this is no data file and no folder"),
        ("empty", "this folder holds no data file (.yml, .yaml, .json)"),
    ],
)
def test_a_path_without_data(path: str, message: str) -> None:
    """It is exit 2 at once, whether or not the page has variables."""
    Path("empty").mkdir()
    Path("page.md").write_text(page(), encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    told = f"{path}: error: {message} — name a Jekyll _data folder, or a YAML or JSON file of it [bad-data]\n"
    assert esspec("parse", "page.md", "--data", path) == Ran(2, "", told)


# What they say on the page


@pytest.mark.parametrize(
    "cell",
    [
        "{{site.data.reuse.ui}}",
        "{{ site.data.reuse.ui }}",
        "{{- site.data.reuse.ui -}}",
        "{{site.data.reuse.link}}",
        "{{site.data.reuse.bold}}",
        "{{site.data.reuse.names.short.ui}} pods",
        "[{{site.data.reuse.ui}}](#x)",
    ],
)
def test_a_cell_shows_the_value_as_the_page_does(cell: str) -> None:
    """Links give their text, attribute lists give nothing, and `phrase` stays what the page has."""
    peer = rule(f"TCP | {cell} | {{{{site.data.reuse.number}}}} | {{{{site.data.reuse.bold}}}} | Always").peers[0]
    assert (peer.kind, peer.workloads) == ("workload", ("UI pod",))
    assert "{{" in peer.phrase


def test_values_in_every_column() -> None:
    found = rule(
        "TCP | Anywhere | {{site.data.reuse.number}} | {{site.data.reuse.bold}} | {{site.data.reuse.condition}}"
    )
    assert [str(interval) for interval in found.ports] == ["9092"]
    assert found.reason == "UI pods"
    assert found.condition
    assert (found.condition.feature, found.condition.text) == ("metrics", "If metrics are enabled")


def test_a_heading_shows_the_value() -> None:
    text = page(workload="{{site.data.reuse.names.short.ui}} pod").partition("## UI pod")[0]
    Path("page.md").write_text(text.replace("UI pods", "Anywhere"), encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    assert [w.name for w in document(load_page(PageFile("page.md", data=("_data",)))).workloads] == ["UI pod"]


def test_the_binding_s_variables_win() -> None:
    """They are nearer to the page, and one that nothing uses stays a warning."""
    cells = "TCP | {{site.data.reuse.ui}} | 80 | a | Always"
    assert rule(cells, more("[variables]", '"site.data.reuse.ui" = "Kafka pods"')).peers[0].workloads == ("Kafka pod",)
    Path("esspec.toml").write_text(more("[variables]", '"site.data.reuse.uii" = "Kafka pods"'), encoding="utf-8")
    ran = esspec("parse", "page.md", "--data", "_data")
    assert ran.code == 0
    assert "warning: nothing on the page uses the variable 'site.data.reuse.uii'" in ran.err


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("site.data.reuse.nothing", id="unknown"),
        pytest.param("site.data.other.ui", id="no-such-file"),
        pytest.param("site.data.reuse", id="a-file"),
        pytest.param("site.data.reuse.names", id="a-table"),
        pytest.param("site.data.reuse.names.all", id="a-list"),
        pytest.param("page.title", id="another-variable"),
    ],
)
def test_a_variable_without_a_value_is_an_error(name: str) -> None:
    """It is never an empty text, which would make "Any {{x}} pod" everybody."""
    Path("page.md").write_text(page(f"TCP | Any {{{{{name}}}}} pod | 80 | a | Always", header=HEADER), encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    ran = esspec("export", "page.md", "--target", "csv", "--data", "_data")
    how = f'add "{name}" = "…" under [variables] in esspec.toml, or name the data files with --data'
    told = f"page.md:7:13: error: the variable '{name}' has no value — {how} [unresolved-variable]"
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err.splitlines()


def test_a_value_is_checked_like_the_page() -> None:
    """Liquid in a value is not filled; hidden characters, line ends and HTML in one are as bad as on the page."""
    odd = 'a: "{{site.data.reuse.ui}}"\nb: "UI\\u200b pods"\nc: |\n  UI pods\nd: "UI <a> pods"\n'
    Path("_data/odd.yml").write_text(odd, encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    expected = {"a": "unknown-peer", "b": "hidden-character", "c": "hidden-character", "d": "inline-html"}
    for name, code in expected.items():
        row = f"TCP | {{{{site.data.odd.{name}}}}} | 80 | a | Always"
        Path("page.md").write_text(page(row, header=HEADER), encoding="utf-8")
        assert f"[{code}]" in esspec("parse", "page.md", "--data", "_data").err


# What files hold


def test_values_are_the_text_of_the_file() -> None:
    """Numbers and dates stay as they are written; what Jekyll would print otherwise has no value at all."""
    text = "a: 9092\nb: 2024-01-31\nc: 1.5\nd: plain text # comment\ne: 'yes'\nf: \"010\"\ng: ./a/b\n"
    told = {"a": "9092", "b": "2024-01-31", "c": "1.5", "d": "plain text", "e": "yes", "f": "010", "g": "./a/b"}
    assert written("x.yml", text) == told
    odd = ["yes", "No", "on", "true", "null", "~", "", "010", "0x50", "1_000", "1.10", "+5"]
    assert written("y.yml", "".join(f"k{n}: {value}\n" for n, value in enumerate(odd))) == {}


def test_keys_with_dots_and_values_in_lists_have_no_name() -> None:
    """No variable leads to them: a dot in one leads into a table."""
    assert written("x.yml", "a.b: x\nc: [{d: y}]\ne: {f.g: {h: z}}\ni: j\n") == {"i": "j"}
    assert written("x.json", '{"a.b": "x", "c": [{"d": "y"}], "i": "j"}') == {"i": "j"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "text\n", "---\n...\n"])
def test_a_file_without_names_has_no_values(text: str) -> None:
    assert written("x.yml", text) == {}


@pytest.mark.parametrize("name", ["x.yml", "x.json"])
def test_a_name_with_two_values_has_none(name: str) -> None:
    """Neither is guessed; one that stands twice alike is harmless."""
    text = '{"a": "x", "b": {"c": "x", "c": "y"}, "a": "z", "d": "x", "d": "x", "e": [{"f": "x", "f": "y"}]}'
    assert written(name, text) == {"d": "x"}


def test_json_is_read_like_yaml() -> None:
    text = '{"a": "x", "n": 8080, "f": 1.10, "t": true, "z": null, "d": {"e": "y"}, "u": "\\u00e4\\/"}'
    assert written("x.json", text) == {"a": "x", "n": "8080", "f": "1.10", "d.e": "y", "u": "ä/"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "a: &x 1\nb: *x\n", "2:4: error: aliases and tags are not read here — write the value out", id="alias"
        ),
        pytest.param(
            "a: 1\nb: !!str 2\n", "2:4: error: aliases and tags are not read here — write the value out", id="tag"
        ),
        pytest.param(
            "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
            "2:8: error: aliases and tags are not read here — write the value out",
            id="bomb",
        ),
        pytest.param(
            "a: {b: 1}\nc:\n  <<: {b: 1}\n",
            "3:3: error: this key is no text — write a word, and what it merges as keys of its own",
            id="merge",
        ),
        pytest.param(
            "? [a]\n: 1\n",
            "1:3: error: this key is no text — write a word, and what it merges as keys of its own",
            id="list-as-key",
        ),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            "2:1: error: a second document begins here, and Jekyll reads one — delete it",
            id="two-documents",
        ),
        pytest.param(
            "[" * 70 + "]" * 70, f"1:{MAX_DEPTH + 1}: error: nested deeper than {MAX_DEPTH} — write it flat", id="deep"
        ),
        pytest.param(
            "".join(f"{' ' * n}a:\n" for n in range(70)),
            f"{MAX_DEPTH + 1}:{MAX_DEPTH + 1}: error: nested deeper than {MAX_DEPTH} — write it flat",
            id="deep-by-lines",
        ),
        pytest.param(
            "a:\n\tb: 1\n",
            "2:1: error: this is no YAML: found character that cannot start any token — mend the syntax",
            id="tab",
        ),
        pytest.param(
            "a: 1\nb: x\x01\n",
            "2:5: error: this is no YAML: control characters are not allowed — mend the syntax",
            id="control-character",
        ),
    ],
)
def test_yaml_that_is_no_plain_data_is_refused(text: str, told: str) -> None:
    assert refused("x.yml", text) == f"x.yml:{told} [bad-data]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a":\n 1 2}', "2:4: error: this is no JSON: "),
        ('{"a": ' * 70 + "1" + "}" * 70, f"1:1: error: nested deeper than {MAX_DEPTH} — write it flat"),
        ("[" * 200_000, f"1:1: error: nested deeper than {MAX_DEPTH} — write it flat"),
        ("", "1:1: error: this is no JSON: "),
    ],
)
def test_json_that_is_refused(text: str, told: str) -> None:
    assert refused("x.json", text).startswith(f"x.json:{told}")


def test_what_is_no_text_is_refused() -> None:
    assert (
        refused("x.yml", b"a: \xff\n") == "x.yml:1:4: error: byte 0xff is no UTF-8 — save the file as UTF-8 [not-utf-8]"
    )
    assert refused("x.json", b"\0").startswith("x.json:1:1: error: a NUL byte stands here")


def test_endless_nesting_is_refused_quickly() -> None:
    """YAML's parser may have a limit of its own; either way it is one finding and no crash."""
    assert refused("x.yml", "[" * 200_000).endswith("[bad-data]")


def test_a_bad_file_stops_the_command() -> None:
    """It is exit 2, with the file's own place, and nothing of the page is printed."""
    Path("_data/reuse.yml").write_text("ui: UI\nkafka: &x Kafka\nbroker: *x\n", encoding="utf-8")
    Path("page.md").write_text(page("TCP | {{site.data.reuse.ui}} to port 80 | a"), encoding="utf-8")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    told = "_data/reuse.yml:3:9: error: aliases and tags are not read here — write the value out [bad-data]\n"
    for command in (["parse"], ["export", "--target", "csv"], ["verify"]):
        assert esspec(*command, "page.md", "--data", "_data") == Ran(2, "", told)


NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True)
TREES = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8),
    lambda below: st.dictionaries(NAMES, below, min_size=1, max_size=3),
    max_leaves=8,
)


def leaves(tree: object, name: str = "") -> dict[str, str]:
    """Return the texts of a tree by dotted name."""
    if isinstance(tree, dict):
        return {k: v for key, part in tree.items() for k, v in leaves(part, f"{name}.{key}" if name else key).items()}
    return {name: str(tree)}


@given(st.dictionaries(NAMES, TREES, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_yaml_and_json_say_the_same(tree: dict[str, object]) -> None:
    """JSON of quoted text is YAML too, and both give every leaf its dotted name."""
    text = json.dumps(tree, ensure_ascii=False)
    assert written("x.json", text) == written("x.yml", text) == leaves(tree)
