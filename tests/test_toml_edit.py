"""Adding to a TOML file: what stands in it stays, byte for byte and in its order, and the result says both."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspec.text.toml_edit import Addition, added, closed_tables, header, key, quoted

TOP = Addition((), ('new = "top"',))
FEATURE = Addition(("features",), ('new = "f"',))
OTHER = Addition(("features",), ("# why", "other = 1"))
WORKLOAD = Addition(("workloads", "New"), ("# about it", "[workloads.New]", 'new = "w"'), is_table=True)
OVERRIDE = Addition(("overrides",), ("[[overrides]]", 'new = "o"'), is_table=True)
FIRST = Addition(("overrides", 0), ('new = "first"',))
NEW_WORKLOAD = '\n# about it\n[workloads.New]\nnew = "w"\n'


@pytest.mark.parametrize(
    ("before", "additions", "after"),
    [
        pytest.param("", [TOP], 'new = "top"\n', id="nothing: the first line"),
        pytest.param("", [TOP, WORKLOAD], f'new = "top"\n{NEW_WORKLOAD}', id="nothing: both"),
        pytest.param("a = 1\n", [TOP], 'a = 1\nnew = "top"\n', id="behind the last key of the top"),
        pytest.param("a = 1", [TOP], 'a = 1\nnew = "top"\n', id="a last line without an end"),
        pytest.param("a = 1\n\n[x]\nb = 2\n", [TOP], 'a = 1\nnew = "top"\n\n[x]\nb = 2\n', id="not into a table"),
        pytest.param("[x]\nb = 2\n", [TOP], 'new = "top"\n\n[x]\nb = 2\n', id="no key at the top"),
        pytest.param("# of x\n[x]\n", [TOP], 'new = "top"\n\n# of x\n[x]\n', id="a comment belongs to its table"),
        pytest.param("# a\n", [TOP], '# a\nnew = "top"\n', id="nothing but a comment"),
        pytest.param("# a\n\n# x\n[x]\n", [TOP], '# a\n\nnew = "top"\n\n# x\n[x]\n', id="the file's own comment"),
        pytest.param("a = [\n 1, # ]\n\n]\n", [TOP], 'a = [\n 1, # ]\n\n]\nnew = "top"\n', id="a value of many lines"),
        pytest.param(
            "a = '''\n\n# no comment '''\n# one\n",
            [TOP],
            "a = '''\n\n# no comment '''\nnew = \"top\"\n# one\n",
            id="a text that looks like a comment",
        ),
        pytest.param(
            "[features]\nb = 1 # one\n# c = 2\n\n[x]\n",
            [FEATURE, OTHER],
            '[features]\nb = 1 # one\nnew = "f"\n# why\nother = 1\n# c = 2\n\n[x]\n',
            id="into a table",
        ),
        pytest.param("[features]\n[x]\n", [FEATURE], '[features]\nnew = "f"\n\n[x]\n', id="into an empty table"),
        pytest.param(
            "a = 1\n",
            [FEATURE, WORKLOAD, OTHER],
            f'a = 1\n\n[features]\nnew = "f"\n# why\nother = 1\n{NEW_WORKLOAD}',
            id="one new table for two keys, where the first is asked for",
        ),
        pytest.param("[x]\n\n", [WORKLOAD], f"[x]\n{NEW_WORKLOAD}", id="one blank line is enough"),
        pytest.param(
            "[[overrides]]\nb = 1\n[[overrides]]\nc = 1\n",
            [FIRST, OVERRIDE],
            '[[overrides]]\nb = 1\nnew = "first"\n\n[[overrides]]\nc = 1\n\n[[overrides]]\nnew = "o"\n',
            id="arrays of tables",
        ),
        pytest.param(
            "a = 1\r\n",
            [TOP, WORKLOAD],
            f'a = 1\nnew = "top"\n{NEW_WORKLOAD}'.replace("\n", "\r\n"),
            id="the file's own line ends",
        ),
        pytest.param("\ufeff[x]\n", [TOP], '\ufeffnew = "top"\n\n[x]\n', id="behind the byte order mark"),
    ],
)
def test_where_additions_go(before: str, additions: list[Addition], after: str) -> None:
    assert added(before, additions) == after


@pytest.mark.parametrize(
    ("text", "addition", "closed"),
    [
        pytest.param("features = { a = 'b' }\n", FEATURE, {"features": 1}, id="in one line"),
        pytest.param("x = 1\nfeatures.a = 'b'\n", FEATURE, {"features": 2}, id="dotted keys"),
        pytest.param("workloads = { a = {} }\n", WORKLOAD, {"workloads": 1}, id="a table of tables in one line"),
        pytest.param("overrides = [{ a = 1 }]\n", OVERRIDE, {"overrides": 1}, id="an array in one line"),
        pytest.param("overrides = [{ a = 1 }]\n", FIRST, {"overrides": 1}, id="an entry of it"),
        pytest.param("workloads.a.b = 1\n", WORKLOAD, {}, id="dotted keys leave room for a table of its own"),
        pytest.param("[workloads]\na = {}\n", WORKLOAD, {}, id="entries in one line do too"),
        pytest.param("[features]\na = 'b'\n", FEATURE, {}, id="a header"),
        pytest.param("[[overrides]]\na = 1\n", FIRST, {}, id="an array of tables"),
        pytest.param("\ufeff[features]\n", FEATURE, {}, id="byte order mark"),
        pytest.param("", FEATURE, {}, id="nothing"),
        pytest.param("features = {}\n", TOP, {}, id="the top"),
    ],
)
def test_closed_tables(text: str, addition: Addition, closed: dict[str, int]) -> None:
    """A table that is written in one line or by dotted keys cannot grow elsewhere; TOML forbids it."""
    assert closed_tables(text, [addition]) == closed
    if not closed:
        loads(added(text, [addition]))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("a | b", '"a | b"', id="plain"),
        pytest.param('a \\| "b"', "'a \\| \"b\"'", id="quotes and backslashes are easier to read in a literal"),
        pytest.param('it\'s "b"', '"it\'s \\"b\\""', id="both quotes"),
        pytest.param("a\u202e\U000e0001\x7f\n", '"a\\u202e\\U000e0001\\u007f\\n"', id="what does not print"),
    ],
)
def test_strings(text: str, written: str) -> None:
    assert quoted(text) == written
    assert tomllib.loads(f"a = {written}") == {"a": text}


@given(st.one_of(st.text(), st.text("a'\"\\ \n|")))
def test_names_are_read_back(name: str) -> None:
    """Whatever a page calls something, TOML reads it back, and no character of it is hidden from a reader."""
    text = f"{header('w', name)}\n{key(name)} = {quoted(name)}\n"
    assert tomllib.loads(text) == {"w": {name: {name: name}}}
    assert all(line.isprintable() for line in text.split("\n"))


STATEMENTS = st.sampled_from(
    ["a = 1", "b.c = 'x' # y", "d = [\n  1, # [\n\n]", "e = '''\n[no]\n# no'''", 'f = """a\n"""', "g = {}"]
)
NOISE = st.lists(st.sampled_from(["", "  ", "# x", "#[y]", "\t# ="]), max_size=2)
TABLES = st.sampled_from(["[features]", "[x.y]", "[workloads.Old] # z", "[[overrides]]", "  [remarks]"])
REMARK = Addition(("remarks",), ("# why", 'new = "r"'))
ADDITIONS = st.lists(st.sampled_from([TOP, FEATURE, OTHER, WORKLOAD, OVERRIDE, REMARK]), unique=True, max_size=6)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Return a TOML file with each table, and each key of one, at most once, and with noise in between."""
    parts: list[str] = []
    for table in ["# top", *draw(st.lists(TABLES, unique=True, max_size=4))]:
        parts.append(table)
        for statement in draw(st.lists(STATEMENTS, unique=True, max_size=3)):
            parts += [*draw(NOISE), statement]
        parts += draw(NOISE)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = "\n".join(parts) + draw(st.sampled_from(["", "\n"]))
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", end)


@given(texts(), ADDITIONS)
def test_nothing_that_stands_there_is_touched(text: str, additions: list[Addition]) -> None:
    """The old lines are all there, in their order, and the new file says what the old one and the additions say."""
    result = added(text, additions)
    assert text.startswith("\ufeff") is result.startswith("\ufeff")
    *old, last = text.removeprefix("\ufeff").split("\n")
    rest = iter(result.removeprefix("\ufeff").split("\n"))
    assert all(line in rest for line in old)
    assert any(line.removesuffix("\r") == last for line in rest)
    assert loads(result) == with_additions(loads(text), additions)
    assert "\r\n" not in text or "\n" not in result.replace("\r\n", "")


def loads(text: str) -> dict[str, Any]:
    return tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))


def with_additions(data: dict[str, Any], additions: list[Addition]) -> dict[str, Any]:
    """Return what a file says together with additions, by values and not by text."""
    for addition in additions:
        new = tomllib.loads("\n".join(addition.lines))
        name = str(addition.table[0]) if addition.table else ""
        if name == "overrides":
            data[name] = data.get(name, []) + new[name]
        elif addition.is_table:
            data.setdefault(name, {}).update(new[name])
        else:
            (data.setdefault(name, {}) if name else data).update(new)
    return data
