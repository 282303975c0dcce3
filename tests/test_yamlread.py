"""YAML is read as every reader reads it, or not at all."""

import re
from contextlib import suppress

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from esspec.manifests.yamlread import MAX_DEPTH, List, Map, read_documents
from esspec.semantics.lifted import Unreadable


def read(text: str) -> object:
    """Return the only document of a text."""
    (document,) = read_documents(text)
    return document


def unreadable(text: str) -> str:
    """Return how reading a text fails."""
    with pytest.raises(Unreadable) as broken:
        list(read_documents(text))
    return str(broken.value)


OTHER = object()
"""A value that is no text, no whole number, no boolean and no null."""


def by_yaml_1_1(text: str) -> object:
    """Return what PyYAML makes of a plain scalar."""
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return OTHER
    return found if found is None or isinstance(found, (str, int)) else OTHER


WORDS = {"": None, "~": None} | {
    word: value
    for base, value in (("null", None), ("true", True), ("false", False))
    for word in (base, base.capitalize(), base.upper())
}
OLD_WORDS = {
    word: value
    for base, value in (("y", True), ("yes", True), ("on", True), ("n", False), ("no", False), ("off", False))
    for word in (base, base.capitalize(), base.upper())
}
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def by_yaml_1_2(text: str) -> object:
    """Return what the core schema makes of a plain scalar (YAML 1.2.2, section 10.3.2)."""
    if text in WORDS:
        return WORDS[text]
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0o[0-7]+|0x[0-9a-fA-F]+", text):
        return int(text, 0)
    return OTHER if FLOAT.fullmatch(text) or NO_NUMBER.fullmatch(text) else text


def by_kubectl(text: str) -> object:
    """Return what the reader of kubectl makes of a plain scalar (kubernetes-sigs/yaml: goyaml.v2/resolve.go)."""
    if text in WORDS | OLD_WORDS:
        return (WORDS | OLD_WORDS)[text]
    if text == "<<" or NO_NUMBER.fullmatch(text):
        return OTHER
    if not re.match(r"[-+0-9]", text):
        return OTHER if text.startswith(".") and FLOAT.fullmatch(text) else text
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}.*)?", text):
        return OTHER
    plain = text.replace("_", "")
    if re.fullmatch(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)", plain):
        return int(re.sub(r"^([-+]?)0(?=[0-7])", r"\g<1>0o", plain), 0)
    return OTHER if FLOAT.fullmatch(plain) else text


def is_plain(text: str) -> bool:
    """Return whether a text is one plain scalar, and nothing beside it."""
    try:
        scalars = [event for event in yaml.parse(text) if isinstance(event, yaml.ScalarEvent)]
    except yaml.YAMLError:
        return False
    return [(one.value, one.style, one.tag, one.anchor) for one in scalars] == [(text, None, None, None)]


NUMBER_LIKE = st.text("0123456789abefxXoObBeEtTzZ_+-.: \t~=<>infyNaN", min_size=1, max_size=10)
ODD_NUMBERS = ["0X1F", "0B1", "0O7", "-_1", "+_5", "1e_3", "0_x1F", "2001-01-01\t10:00:00", "=", "<<", "-0", "+0", "08"]


@given(NUMBER_LIKE | st.sampled_from([*WORDS, *OLD_WORDS, *ODD_NUMBERS]))
def test_readers_agree_on_what_is_read(text: str) -> None:
    """A plain scalar that is not refused is the same text, number, boolean or null to all of them."""
    assume(is_plain(text))
    with suppress(Unreadable):
        ours = read(text)
        for reader in (by_yaml_1_1, by_yaml_1_2, by_kubectl):
            assert (type(ours), ours) == (type(reader(text)), reader(text)), reader.__name__


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-7", -7),
        ("999999999999999999", 999999999999999999),
        ("~", None),
        ("NULL", None),
        ("True", True),
        ("FALSE", False),
        ("'08'", "08"),
        ('"yes"', "yes"),
        ('"\\u0000\\U0001f98a"', "\0🦊"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
        ("_1", "_1"),
        ("1.2.3", "1.2.3"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("kubernetes.io/metadata.name", "kubernetes.io/metadata.name"),
        ("yesterday", "yesterday"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    """Plain words that nobody takes for anything else, whole numbers, and all that is quoted."""
    assert (type(read(text)), read(text)) == (type(value), value)


@pytest.mark.parametrize(
    "text",
    [
        *("y", "N", "Yes", "ON", "off", ".inf", "-.INF", ".NaN", "nan"),
        *("08", "010", "+1", "1_000", "1.5", ".5", "1e3", "-1E-3", "0o17", "0x1f", "0b1", "1:30", "190:20:30.15"),
        *("2026-01-01", "2026-1-1 10:00:00", "1000000000000000000"),
        *(one for one in ODD_NUMBERS if one != "-0" and "\t" not in one),
    ],
)
def test_scalars_that_readers_disagree_on(text: str) -> None:
    """Each is a number, a boolean or a date to one of them and text to another; as a key too."""
    message = f"'{text}' is read differently by YAML 1.1 and 1.2; quote it"
    assert unreadable(text) == f"1:1: {message}"
    assert unreadable(f"a: 1\nb:\n  - {text}") == f"3:5: {message}"
    assert unreadable(f"{{{text}: 1}}") == f"1:2: {message}"
    assert read(f"'{text}'") == text


def test_places() -> None:
    """Mappings and lists know their own lines and those of what they hold; a missing key has the mapping's."""
    whole = read("# head\na: 1\nb:\n  - c: {d: 2}\n\n  -\n    e: f\n")
    assert isinstance(whole, Map)
    items = whole["b"]
    assert isinstance(items, List)
    assert (whole, items) == ({"a": 1, "b": [{"c": {"d": 2}}, {"e": "f"}]}, [{"c": {"d": 2}}, {"e": "f"}])
    assert (whole.line, whole.lines, whole.line_of("a"), whole.line_of("x")) == (2, {"a": 2, "b": 3}, 2, 2)
    assert (items.line, items.lines) == (4, [4, 7])


def test_documents() -> None:
    """A stream holds any number of them; an empty one is None."""
    assert list(read_documents("")) == []
    assert list(read_documents("# nothing\n")) == []
    assert list(read_documents("---\n---\na: 1\n...\n--- []\n--- x")) == [None, {"a": 1}, [], "x"]
    assert list(read_documents("a: 1\r\nb: 2\r\n")) == [{"a": 1, "b": 2}]
    assert list(read_documents("\ufeffa: 1")) == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("&a b", "1:1: anchors and tags are not read here; write the value plainly"),
        ("x: &a\n  - b", "1:4: anchors and tags are not read here; write the value plainly"),
        ("x: &a {}", "1:4: anchors and tags are not read here; write the value plainly"),
        ("!!str 1", "1:1: anchors and tags are not read here; write the value plainly"),
        (
            "!!python/object/apply:os.system ['true']",
            "1:1: anchors and tags are not read here; write the value plainly",
        ),
        ("! a", "1:1: anchors and tags are not read here; write the value plainly"),
        ("*a", "1:1: aliases are not read here; write the value out"),
        ("a: 1\n<<: {b: 2}", "2:1: '<<' is read differently by YAML 1.1 and 1.2; quote it"),
        ("'<<': {b: 2}", "1:1: a key must be text, and merge keys are not read here"),
        ("1: a", "1:1: a key must be text, and merge keys are not read here"),
        ("null: a", "1:1: a key must be text, and merge keys are not read here"),
        ("{[a]: b}", "1:2: a key must be text, and merge keys are not read here"),
        ("? {a: b}\n: c", "1:3: a key must be text, and merge keys are not read here"),
        ("a: 1\nb: 2\n'a': 3", "3:1: the key 'a' stands here twice"),
        ("a: \x1b", "1:4: this is no YAML: a character it forbids"),
        ("a: 1\nb: \0", "2:4: this is no YAML: a character it forbids"),
        ("a: 1\nb: \ud800", "2:4: this is no YAML: half a character"),
        ("a: 1 # x\u2028b: 2", "1:9: U+2028 is read differently by YAML 1.1 and 1.2; escape it"),
        ("a: 1\n# x\x85b: 2", "2:4: U+0085 is read differently by YAML 1.1 and 1.2; escape it"),
        ("a: 'x\u2029y'", "1:6: U+2029 is read differently by YAML 1.1 and 1.2; escape it"),
        ("a: '\ufeff'", "1:5: U+FEFF is read differently by YAML 1.1 and 1.2; escape it"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    """With its place, counting from 1."""
    assert unreadable(text) == message


@pytest.mark.parametrize(
    "text", ["a: 1\nb: [", "a: 1\nb: 'c", "a: 1\n\tb: 2", "a: 1\nb: c: d", "a: 1\n@b", "a: 1\n--- %"]
)
def test_what_is_no_yaml(text: str) -> None:
    """In the words of the parser; where exactly depends on which of PyYAML's two is installed."""
    assert re.match("[23]:[0-9]+: this is no YAML: [a-z]", unreadable(text))


def test_a_bomb_does_not_unfold() -> None:
    """The first anchor stops the reading, so that nothing is ever multiplied."""
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    assert unreadable(bomb) == "1:4: anchors and tags are not read here; write the value plainly"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_depth(opening: str, closing: str) -> None:
    """The limit itself is read; far beyond it nothing overflows."""
    list(read_documents(opening * MAX_DEPTH + closing * MAX_DEPTH))
    column = len(opening) * MAX_DEPTH + 1
    for depth in (MAX_DEPTH + 1, 5_000):  # newer libyaml has a limit of its own, which it may reach first
        message = unreadable(opening * depth + closing * depth).partition(": ")[2]
        assert message in (f"nested deeper than {MAX_DEPTH}", "this is no YAML: exceeded maximum nesting depth")
    assert unreadable(opening * (MAX_DEPTH + 1)).startswith(f"1:{column}: ")


PIECES = [
    "a",
    "b: ",
    "- ",
    "\n",
    "  ",
    "? ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "!!str ",
    "|",
    ">",
]


@given(st.text() | st.lists(st.sampled_from([*PIECES, "---\n", "%", "\t", "\x85", "🦊", "\\", "1", "~"])).map("".join))
@example("\ud800")
def test_any_text_is_read_or_unreadable(text: str) -> None:
    """Places lie in the text; what is read, PyYAML reads alike, unless its other parser takes it for no YAML."""
    try:
        ours = list(read_documents(text))
    except Unreadable as refused:
        place = (refused.line, refused.column)
    else:
        place = (1, 1)
        with suppress(yaml.YAMLError):
            assert ours == list(yaml.safe_load_all(text))
    assert place >= (1, 1)
    assert place[0] <= text.count("\n") + text.count("\r") + 2
