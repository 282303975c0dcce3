"""Text from data: whatever a page says, it comes out as one scalar, or as one comment, and as nothing else."""

import json
import re
import sys
from collections.abc import Iterator
from importlib.resources import files

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from esspec.manifests.yamlread import read_documents
from esspec.problem import printable
from esspec.targets.template import Comment, comment, template, yaml_scalar

AWKWARD = "0123456789abcdefxXoObBeE_+-.:tTzZ yYnNfF~=<>\\\"'#&*!|%@`{}[],?\n\r\t\x85\u2028\u2029\ufeff"
# A key of more than 1,024 characters is none to YAML; escapes of ten for each of 80 stay below.
ANY_TEXT = st.text(max_size=80) | st.text(AWKWARD, max_size=8)
# Legal label values, most of them, that one reader or another takes for a boolean, a null, a number or a date.
CONFUSING = [
    "y", "Y", "yes", "Yes", "on", "ON", "off", "n", "N", "no", "NO", "true", "TRUE", "True", "false", "null",
    "Null", "NULL", "nan", "NaN", "inf", "Inf", "infinity", ".inf", "~", "1e3", "1E3", "12e5", "0o14", "0o8",
    "0x1F", "0b1", "017", "08", "1_000", "1.5", ".5", "-1", "+1", "22:22", "190:20:30", "2026-01-01",
    "2026-01-01T10:00:00", "<<", "=", "0X1F", "-_1",
]  # fmt: skip


@given(ANY_TEXT)
@example("\U0010ffff\U0001f98a")
@example("\ufeff")
def test_a_scalar_is_read_as_the_same_text(text: str) -> None:
    """By a YAML 1.1 reader and by ours, as value, as key, in a list and in a flow; and in plain ASCII."""
    assume(text != "<<")  # no reader is trusted with this key, not even quoted
    written = yaml_scalar(text)
    assert written.isascii()
    assert written.isprintable()
    for body in (
        written,
        f"{written}: {written}",
        f"a:\n  - {written}\n  - {written} # x",
        f"{{{written}: [{written}]}}",
    ):
        (ours,) = read_documents(body)
        assert ours == yaml.safe_load(body)
        assert ours in (text, {text: text}, {"a": [text, text]}, {text: [text]})


@given(ANY_TEXT)
def test_a_quoted_scalar_is_json_to_yaml_1_2(text: str) -> None:
    """Its escapes are those of both versions of YAML; what JSON has too, JSON reads alike."""
    written = yaml_scalar(text)
    if written.startswith('"') and "\\x" not in written and "\\U" not in written:
        assert json.loads(written) == text


@pytest.mark.parametrize("word", CONFUSING)
def test_confusing_words_are_quoted(word: str) -> None:
    """In any case of their letters: kubectl turns `y` into "true" where text is wanted."""
    for text in {word, word.lower(), word.upper(), word.capitalize()}:
        assert yaml_scalar(text) == f'"{text}"'


@pytest.mark.parametrize(
    "text", ["kafka", "event-streams", "app.kubernetes.io/managed-by", "TCP", "a1", "yesterday", "None", "a_b", "Nan-1"]
)
def test_plain_words_stay_plain(text: str) -> None:
    """What begins with a letter and holds nothing but letters, digits and `._/-`."""
    assert yaml_scalar(text) == text


NOT_PLAIN = ["", " ", "a b", "a: b", "- a", "a\n", "1a", "192.0.2.0/24", "#a", "{{ a }}", "\xfc", "a:", "-a"]


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_all_else_is_quoted(text: str) -> None:
    """Also what most readers would understand."""
    assert yaml_scalar(text).startswith('"')
    assert yaml_scalar(text).endswith('"')


def test_escapes() -> None:
    """Of two, four and eight digits."""
    assert yaml_scalar('\0"\\\x85ü\u2028\ufeff🦊') == '"\\x00\\"\\\\\\x85\\xfc\\u2028\\ufeff\\U0001f98a"'


@pytest.mark.parametrize("value", [0, 8080, 65535, -1])
def test_whole_numbers_stay_numbers(value: int) -> None:
    """A port is no text."""
    assert yaml.safe_load(yaml_scalar(value)) == value


@pytest.mark.parametrize("value", [None, True, 1.5, b"a", ("a",), ["a"], {"a": "b"}, object()])
def test_nothing_else_is_printed(value: object) -> None:
    """A boolean is no number here, and nothing is turned into text by chance."""
    with pytest.raises(TypeError, match=r"^a template printed .*, which is neither text nor a whole number$"):
        yaml_scalar(value)


WORKFLOW_COMMANDS = ("::", "##[")  # to a CI that shows the comment in a log; escaped where they would be taken for one
LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


@given(ANY_TEXT | st.text(LINE_BREAKS + "a: #", max_size=6))
def test_a_comment_never_ends_its_line(text: str) -> None:
    """For no reader, of any version; control and format characters are written as escapes, and nothing is lost."""
    written = comment(text)
    assert written.isprintable()
    assert len(f"# {written}".splitlines()) == 1
    for body in (f"# {written}\na: 1\n", f"a: 1 # {written}"):
        assert list(read_documents(body)) == [{"a": 1}] == list(yaml.safe_load_all(body))
    if text.isprintable() and not any(word in text for word in WORKFLOW_COMMANDS):
        assert written == text


def test_a_comment_is_escaped_visibly() -> None:
    """The reader of the file sees that something was there."""
    assert comment("a\nb\u202ec\ud800🦊") == "a\\nb\\u202ec\\ud800🦊"
    assert comment("a\x1b[31m") == printable("a\x1b[31m") == "a\\x1b[31m"


def test_only_the_filter_makes_comments() -> None:
    """Text that has passed through it stands as it is; all other text is quoted, also behind a `#`."""
    assert yaml_scalar(comment("a: b")) == "a: b"
    assert type(comment("a")) is Comment
    assert yaml_scalar(str(comment("a: b"))) == '"a: b"'


EVERYWHERE = """\
# {{ text | comment }}
{% for item in [text] %}
{{ item }}:
  - {{ text }} # {{ text | comment }}
{% endfor %}
"""


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the name of a package whose one template prints a text everywhere that templates print."""
    path = tmp_path_factory.mktemp("packages")
    package = f"templates_of_{path.name.replace('-', '_')}"
    (path / package).mkdir()
    (path / package / "__init__.py").touch()
    (path / package / "all.jinja").write_text(EVERYWHERE, encoding="utf-8")
    (path / package / "missing.jinja").write_text("a: {{ missing }}\n", encoding="utf-8")
    sys.path.insert(0, str(path))
    yield package
    sys.path.remove(str(path))


INJECTIONS = [
    "{{ 7 * 7 }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{# gone #}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% include '/etc/passwd' %}",
    "{%- raw -%}",
    "a\nkind: ClusterRole",
    '"\nkind: x',
    "'}}{{",
    "# {{ text }}",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_template_code_in_a_page_is_text(folder: str, text: str) -> None:
    """Threat 5: page text is data, and data is never taken for a template."""
    written = template(folder, "all.jinja").render(text=text)
    assert yaml.safe_load(written) == {text: [text]}
    assert list(read_documents(written)) == [{text: [text]}]
    assert written.count("\n") == 3


def test_a_missing_value_stops_the_rendering(folder: str) -> None:
    """Threat 1: nothing is ever printed as empty text because it is not known."""
    with pytest.raises((UndefinedError, TypeError), match=r"(?i)undefined"):
        template(folder, "missing.jinja").render(text="a")


def test_the_finalize_of_a_format() -> None:
    """A target brings its own; templates are compiled once for each."""
    ours = template("esspec.targets", "kustomization.yaml.jinja")
    assert yaml.safe_load(ours.render(names=["a: b.yaml", "y"]))["resources"] == ["a: b.yaml", "y"]
    shouted = template("esspec.targets", "kustomization.yaml.jinja", lambda value: str(value).upper())
    assert "  - A.YAML\n" in shouted.render(names=["a.yaml"])


@pytest.mark.parametrize("package", ["esspec", "esspec_kubernetes", "esspec_calico", "esspec_cilium"])
def test_no_template_turns_quoting_off(package: str) -> None:
    """Nothing in a template makes text safe but the filter `comment`, and that only behind a `#`."""
    for path in files(package).iterdir():
        if path.name.endswith(".jinja"):
            text = path.read_text(encoding="utf-8")
            assert set(re.findall(r"\| *(\w+)", text)) <= {"comment"}
            assert not re.search(r"\b(raw|autoescape|import|include|filter)\b", text)
            assert all("#" in line[: line.index("| comment")] for line in text.splitlines() if "| comment" in line)
