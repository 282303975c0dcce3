"""Our table rule beside markdown-it-py's own: equal on ordinary tables, and nothing lost where that one loses."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from esspec.reading.table_rule import TOKEN, RawTable, split_cells, table_plugin

HEADER = "| Type | Origin | Reason |\n|---|---|---|\n"


class Seen(NamedTuple):
    """A table as both rules can say it: first and last line, and per row its line and its cells, header first."""

    lines: tuple[int, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def ours(text: str, nesting: int = 20) -> list[RawTable]:
    """Return the tables that our rule finds beside all rules of CommonMark."""
    markdown = MarkdownIt("commonmark", {"maxNesting": nesting}).use(table_plugin).enable("table")
    return [token.meta["table"] for token in markdown.parse(text) if token.type == TOKEN]


def ours_as_seen(text: str) -> list[Seen]:
    """Return our tables cut and filled to the header's width, as the stock rule does it."""
    markdown = MarkdownIt("commonmark").use(table_plugin).enable("table")
    return [_cut(token) for token in markdown.parse(text) if token.type == TOKEN]


def _cut(token: Token) -> Seen:
    table: RawTable = token.meta["table"]
    width = len(table.header.cells())
    rows = [(row.line, (*map(_unescaped, row.cells()), *[""] * width)[:width]) for row in (table.header, *table.rows)]
    return Seen(tuple(token.map or ()), tuple(rows))


def _unescaped(cell: str) -> str:
    return cell.replace("\\|", "|")


def theirs(text: str) -> list[Seen]:
    """Return the tables that markdown-it-py's own rule finds."""
    found: list[Seen] = []
    lines: tuple[int, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for token, content in zip(tokens, [*tokens[1:], *tokens[-1:]], strict=True):
        if token.type == "table_open":
            lines, rows = tuple(token.map or ()), []
        elif token.type == "tr_open":
            rows.append((token.map[0] + 1 if token.map else 0, ()))
        elif token.type in ("th_open", "td_open"):
            line, cells = rows.pop()
            rows.append((line, (*cells, content.content)))
        elif token.type == "table_close":
            found.append(Seen(lines, tuple(rows)))
    return found


CELL = st.text(st.sampled_from("aB3 .,*_`~[]()<>{}:&#-\u00e9\u4e2d\\"), max_size=8).filter(
    lambda text: not text.endswith("\\")
)
ALIGN = st.sampled_from(["---", ":--", "--:", ":-:", "-", ":-", "- "])
END = st.sampled_from(["\n", "\r\n"])


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Return a table with as many cells in each row: outer pipes or not, blanks or not, escaped pipes."""
    width = draw(st.integers(2, 4))
    cell = st.one_of(CELL, CELL.map(lambda text: f"{text}\\|x"))
    outer = draw(st.sampled_from(["||", "| ", " |", "  "]))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=4))
    delimiter = draw(st.lists(ALIGN, min_size=width, max_size=width))
    lines = [" | ".join(row) for row in (rows[0], delimiter, *rows[1:])]
    return "\n".join(f"{outer[0].strip()} {line} {outer[1].strip()}".strip() for line in lines) + "\n"


@st.composite
def places(draw: st.DrawFn) -> str:
    """Return tables at the margin, in lists and in quotes, with text around them."""
    parts: list[str] = []
    for table in draw(st.lists(tables(), min_size=1, max_size=3)):
        first, rest = draw(
            st.sampled_from([("", ""), ("> ", "> "), ("- ", "  "), ("1. ", "   "), ("> - ", ">   "), ("   ", " ")])
        )
        lines = table.splitlines()
        parts.append("".join(f"{rest if number else first}{line}\n" for number, line in enumerate(lines)))
        parts.append(draw(st.sampled_from(["", "\n", "text\n\n", "\n# Heading\n", "\n- item\n\n", "```\ncode\n```\n"])))
    return "".join(parts).replace("\n", draw(END))


@settings(max_examples=60, deadline=None)
@given(places())
def test_ordinary_tables_are_the_same(text: str) -> None:
    assert ours_as_seen(text) == theirs(text)


FRAGMENTS = st.sampled_from(
    [
        *["|", "-", "\n"] * 2,
        *["--", "---|", "|---", ":", "a", "TCP", " ", "    ", "\t", "\n\n", "> ", "- ", "1. ", "\\", "\\|", "`"],
        *["#", "<!--", "-->", "```\n", "***", "===", "\v", "[a]: b\n"],
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_whatever_it_is_both_see_the_same_tables(text: str) -> None:
    """Also where lists, quotes, code and rubbish decide what is a table at all."""
    assert ours_as_seen(text) == theirs(text)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("| a | b |\n|---|---|\n| 1 | 2 |\n", [("1", "2")], id="outer-pipes"),
        pytest.param("a | b\n--|--\n1 | 2\n", [("1", "2")], id="no-outer-pipes"),
        pytest.param("| a | b\n|---|---\n1 | 2 |\n", [("1", "2")], id="one-outer-pipe"),
        pytest.param("|a|b|\r\n|:-|-:|\r\n|1|2|\r\n", [("1", "2")], id="crlf-and-alignment"),
        pytest.param("| a | b |\n|---|---|\n| 1\\|x | 2 |\n", [("1\\|x", "2")], id="escaped-pipe-is-kept-escaped"),
        pytest.param("| a | b |\n|---|---|\n| `1|x` | 2 |\n", [("`1", "x`", "2")], id="code-does-not-hide-a-pipe"),
        pytest.param("| a | b |\n|---|---|\n| 1 |\n", [("1",)], id="short-row-is-not-filled"),
        pytest.param("| a | b |\n|---|---|\n| 1 | 2 | 3 | |\n", [("1", "2", "3", "")], id="long-row-is-not-cut"),
        pytest.param("| a | b |\n|---|---|\n| | |\n", [("", "")], id="empty-cells"),
        pytest.param("| a | b |\n|---|---|\n|\n", [()], id="a-pipe-alone"),
        pytest.param("| a | b |\n|---|---|\ntext\n", [("text",)], id="text-right-below-is-a-row"),
        pytest.param("| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n", [("1", "2")], id="blank-line-ends"),
        pytest.param("| a | b |\n|---|---|\n| 1 | 2 |\n> 3\n", [("1", "2")], id="quote-ends"),
        pytest.param("| a | b |\n|---|---|\n| 1 | 2 |\n    | 3 | 4 |\n", [("1", "2")], id="code-ends"),
        pytest.param("| a |\n|---|\n| 1 |\n", [("1",)], id="one-column"),
        pytest.param("- x\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n| 3 | 4 |\n", [("1", "2")], id="list-item-ends"),
    ],
)
def test_rows_are_kept_as_they_are(text: str, cells: list[tuple[str, ...]]) -> None:
    (table,) = ours(text)
    assert [row.cells() for row in table.rows] == cells


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a\n---\n", id="setext-heading"),
        pytest.param("| a | b |\n|---|\n| 1 | 2 |\n", id="delimiter-too-narrow"),
        pytest.param("| a |\n|---|---|\n", id="delimiter-too-wide"),
        pytest.param("| a | b |\n|---|=--|\n", id="delimiter-with-another-sign"),
        pytest.param("| a | b |\n|---||---|\n", id="delimiter-with-an-empty-cell"),
        pytest.param("| a | b |\n|-:-|---|\n", id="colon-inside"),
        pytest.param("| a | b |\n- -|-\n", id="delimiter-that-begins-a-list"),
        pytest.param("| a | b |\n\n|---|---|\n", id="blank-line-before-the-delimiter"),
        pytest.param("    | a | b |\n    |---|---|\n", id="code"),
        pytest.param("| a | b |\n", id="header-alone"),
    ],
)
def test_what_is_no_table(text: str) -> None:
    assert (ours(text), theirs(text)) == ([], [])


def test_cells_beyond_the_header_are_kept() -> None:
    """The stock rule drops them without a word: a fourth cell in a table of three columns."""
    text = HEADER + "| TCP | Anywhere | a | except from here |\n"
    assert [row.cells() for table in ours(text) for row in table.rows] == [("TCP", "Anywhere", "a", "except from here")]
    assert "except from here" not in str(theirs(text))


def test_many_short_rows_in_a_wide_table_are_kept() -> None:
    """The stock rule ends such a table at 65,536 cells, padded ones counted; the rest becomes a paragraph."""
    wide = "|" + " a |" * 200 + "\n|" + "---|" * 200 + "\n" + "| 1 |\n" * 1000
    (table,) = ours(wide)
    assert [row.cells() for row in table.rows] == [("1",)] * 1000
    assert [row.line for row in table.rows] == list(range(3, 1003))
    (seen,) = theirs(wide)
    assert len(seen.rows) < 1000


def test_deeply_nested_tables_are_kept() -> None:
    """The stock rule's tokens stand four levels deeper than the table, and 20 levels are its limit."""
    quotes = "> " * 25
    text = "".join(f"{quotes}{line}\n" for line in (*HEADER.splitlines(), "| TCP | a | b |"))
    (table,) = ours(text, nesting=100)
    assert [row.cells() for row in table.rows] == [("TCP", "a", "b")]
    assert theirs(text) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("| ab | c |\n|---|---|\n| 1 |  22|\n", [(1, (3, 8)), (3, (3, 8))], id="margin"),
        pytest.param("ab | c\n---|---\n1|22\n", [(1, (1, 6)), (3, (1, 3))], id="no-outer-pipes"),
        pytest.param("- x\n\n  | ab | c |\n  |---|---|\n  |1|22|\n", [(3, (5, 10)), (5, (4, 6))], id="list"),
        pytest.param("> | ab | c |\n> |---|---|\n>   | 1 | 22 |\n", [(1, (5, 10)), (3, (7, 11))], id="quote"),
        pytest.param("> - | ab | c |\n>   |---|---|\n>   |1|22|\n", [(1, (7, 12)), (3, (6, 8))], id="list-in-quote"),
        pytest.param("\n\n  | ab | c |\r\n|---|---|\r\n|1|22|\r\n", [(3, (5, 10)), (5, (2, 4))], id="indented-crlf"),
        pytest.param("| a\\|b | c |\n|---|---|\n||1|\n", [(1, (3, 10)), (3, (2, 3))], id="escaped-and-empty"),
        pytest.param(
            "| \u4e2d\u6587 | \U0001f600 |\n|---|---|\n| e\u0301 | c |\n", [(1, (3, 8)), (3, (3, 8))], id="wide"
        ),
        pytest.param("|a|b|\n|---|---|\n|\t1 |   |\n", [(1, (2, 4)), (3, (3, 6))], id="tab-and-blank-cell"),
    ],
)
def test_lines_and_columns(text: str, places: list[tuple[int, tuple[int, ...]]]) -> None:
    """Both count from 1, in characters of the file; a blank cell's column is that of its first blank."""
    (table,) = ours(text)
    assert [(row.line, row.columns()) for row in (table.header, *table.rows)] == places


@settings(max_examples=60, deadline=None)
@given(places())
def test_each_cell_stands_where_it_says(text: str) -> None:
    lines = text.split("\n")
    for table in ours(text):
        for row in (table.header, *table.rows):
            for cell, column in zip(row.cells(), row.columns(), strict=True):
                assert lines[row.line - 1][column - 1 :].startswith(cell)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("a|\\ `"), max_size=20))
def test_splitting_loses_no_character(text: str) -> None:
    pieces = split_cells(text)
    assert "|".join(pieces) == text
    assert not any(piece.endswith("\\") for piece in pieces[:-1])


FAMILIES: dict[str, Callable[[int], str]] = {
    "rows": lambda n: HEADER + "| TCP | a pods on port 80 | b |\n" * n,
    "rows-without-pipes-in-front": lambda n: HEADER + "TCP | a | b\n" * n,
    "short-rows-of-a-wide-table": lambda n: "|" + " a |" * n + "\n|" + "---|" * n + "\n" + "| 1 |\n" * n,
    "columns": lambda n: "|" + " a |" * n + "\n|" + "---|" * n + "\n|" + " b |" * n,
    "tables": lambda n: (HEADER + "| TCP | a | b |\n\n") * n,
    "headers-without-delimiter": lambda n: "| a | b |\n" * n,
    "delimiters": lambda n: "|---|---|\n" * n,
    "delimiter-that-fails-at-its-end": lambda n: "| a |\n|" + "-:" * n + "x|\n",
    "pipes": lambda n: "|" * n + "\n" + "|" * n,
    "escaped-pipes": lambda n: HEADER + "| " + "\\|" * n + " | a | b |\n",
    "rows-in-lists": lambda n: "- " + "  ".join([*HEADER.splitlines(keepends=True), *["| TCP | a | b |\n"] * n]),
    "rows-in-quotes": lambda n: "".join(f"> {line}\n" for line in [*HEADER.splitlines(), *["| TCP | a | b |"] * n]),
}


def work(text: str) -> int:
    """Return how many calls it takes to read a text; unlike time, it is the same on each run."""
    markdown = MarkdownIt("zero", {"html": True}).use(table_plugin).enable(["table", "list", "blockquote", "code"])
    markdown.core.ruler.enableOnly(["normalize", "block"])
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        for table in (token.meta["table"] for token in markdown.parse(text) if token.type == TOKEN):
            _touch(table)
    finally:
        sys.setprofile(None)
    return calls


def _touch(table: RawTable) -> None:
    for row in (table.header, *table.rows):
        row.cells()
        row.columns()


def sizes() -> Iterator[tuple[int, int]]:
    """Yield a size and its double."""
    yield 100, 200
    yield 400, 800


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_text_is_twice_the_work(family: str) -> None:
    for small, large in sizes():
        assert work(FAMILIES[family](large)) <= 2.1 * work(FAMILIES[family](small))
