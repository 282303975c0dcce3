"""The line of a key is that of its statement, whatever strings, comments and brackets stand around it."""

import string
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspec.text.toml_lines import Path, toml_lines

KEPT_APART = '''\
a = """x
[y]
"""""
"q#r = [" = 1 # [ it's
[w."C# x"]# it"s [
k . l = [ # ]
 1, # ]
 {z = "]"}
]
[[o]]
b = {x = [1], y = """
}"""}
[o.c]
d = \'\'\'
[[o]]\'\'\'\'\'
[[o.e]]
[[o.e]]
'f"g'=1
[[o]]
[[o.e]] # ]]
g.'h=i' = "\\\\"
[ z . "." ]
x = "\\"["
y=1'''
LINES: dict[Path, int] = {
    ("a",): 1,
    ("q#r = [",): 4,
    ("w", "C# x"): 5,
    ("w", "C# x", "k", "l"): 6,
    ("o", 0): 10,
    ("o", 0, "b"): 11,
    ("o", 0, "c"): 13,
    ("o", 0, "c", "d"): 14,
    ("o", 0, "e", 0): 16,
    ("o", 0, "e", 1): 17,
    ("o", 0, "e", 1, 'f"g'): 18,
    ("o", 1): 19,
    ("o", 1, "e", 0): 20,
    ("o", 1, "e", 0, "g", "h=i"): 21,
    ("z", "."): 22,
    ("z", ".", "x"): 23,
    ("z", ".", "y"): 24,
}


def test_each_form_of_toml() -> None:
    """Strings over several lines, comments, quoted and dotted keys, inline tables, arrays of tables in such."""
    assert tomllib.loads(KEPT_APART)
    assert toml_lines(KEPT_APART) == LINES


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("", {}, id="empty"),
        pytest.param("\n# x = 1\n", {}, id="only a comment"),
        pytest.param("[a]", {("a",): 1}, id="header without a line end"),
        pytest.param("  [a]\n\tb=1", {("a",): 1, ("a", "b"): 2}, id="indented"),
        pytest.param('"" = 1\n', {("",): 1}, id="empty key"),
        pytest.param('"\\u0061"=1', {("a",): 1}, id="escape in a key"),
        pytest.param("a=''''''\nb=1", {("a",): 1, ("b",): 2}, id="empty long string"),
        pytest.param('a="""\\""""\nb=1', {("a",): 1, ("b",): 2}, id="escaped quote before the closing ones"),
        pytest.param("a=1979-05-27 07:32:00Z\nb=1", {("a",): 1, ("b",): 2}, id="a date holds a blank"),
        pytest.param(
            "[[a]]\n[a.b.c]\nd=1", {("a", 0): 1, ("a", 0, "b", "c"): 2, ("a", 0, "b", "c", "d"): 3}, id="deep"
        ),
    ],
)
def test_corners(text: str, lines: dict[Path, int]) -> None:
    tomllib.loads(text)
    assert toml_lines(text) == lines


NOISE = string.ascii_letters + " \"'#[]{}=.,\\\t|é"
BARE = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=6)
LINE = st.text(NOISE, max_size=12)


def basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


VALUE = st.one_of(
    LINE.map(basic),
    st.integers().map(str),
    st.lists(LINE, max_size=3).map(lambda texts: '"""\n' + "\n".join(map(basic, texts)).replace('"""', '""') + '\n"""'),
    st.lists(LINE, max_size=3).map(lambda texts: "'''" + "\n".join(texts).replace("'", "") + "'''''"),
    st.lists(LINE, max_size=3).map(
        lambda texts: "[ # [ '\n" + "".join(f" {basic(text)}, # ]\n" for text in texts) + "]"
    ),
    LINE.map(lambda text: "{ a = { " + basic(text) + " = [1, 2] }, b.c = " + basic(text) + " }"),
)
KEY = st.one_of(BARE, LINE.map(basic), st.text(NOISE.replace("'", ""), max_size=8).map(lambda text: f"'{text}'"))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(KEY, VALUE, LINE, st.sampled_from(["key", "table", "array"])), max_size=8))
def test_lines_of_drawn_keys(drawn: list[tuple[str, str, str, str]]) -> None:
    """Each key and each header stands where it was written, and nothing else is found."""
    text = ""
    prefix: Path = ()
    wanted: dict[Path, int] = {}
    for number, (key, value, comment, kind) in enumerate(drawn):
        path: Path = (f"x{number}", unquoted(key))
        statement = f"x{number} .{key}"
        if kind == "key":
            text += f"{statement}={value} # {comment}\n"
            path = (*prefix, *path)
        else:
            prefix = path = path if kind == "table" else (*path, 0)
            text += f"  [ {statement} ] #{comment}\n" if kind == "table" else f"[[{statement}]]# {comment}\n"
        wanted[path] = text.removesuffix("\n").count("\n") + 1 - (value.count("\n") if kind == "key" else 0)
    tomllib.loads(text)
    assert toml_lines(text) == wanted


def unquoted(key: str) -> str:
    (found,) = tomllib.loads(f"{key}=0")
    return found


@settings(max_examples=200, deadline=None)
@given(st.text("a1.=\"'[]{}#,\\ \n", max_size=30))
def test_never_raises_on_valid_toml(text: str) -> None:
    """Whatever tomllib reads has lines, and no line lies outside of the text."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = toml_lines(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
    assert {path[0] for path in lines} == set(data)
