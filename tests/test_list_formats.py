"""Whatever a name holds, it stays text in every format; and SVG is drawn by Graphviz, where there is one."""

import csv
import io
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_lines import Ran, esspec
from esspec.answers.listed import Exposure, Line, Listing
from esspec.answers.listing_graphs import as_dot, as_mermaid
from esspec.answers.listing_text import as_csv, as_json, as_markdown, as_txt
from esspec.problem import printable
from esspec.reading.inline import InlineReader
from esspec.terms import Direction
from esspec.text.inert import csv_field, dot_string, markdown_cell, mermaid_text
from manifest_folders import write_manifests
from strategies import examples

NASTY = [
    'a"; "x', "a|b", "a\\", "a\\|b", "a\nb", "=SUM(A1)", "+1", "-1", "@a", "\t=1", "\uff1d1", "'=1", "<b>", "`code`",
    "[a](javascript:b)", "![a](http://b)", "[a][b]", "*a*", "__a__", "_a_", "~~a~~", "&lt;", "%%{init: {}}%%", "#quot;",
    "end", "::error::a", "a => b : All Connections", "\x1b[31m", "\u202e", "\u2028", "é ü", "a;b", "{a}", "\\N", "${x}",
]  # fmt: skip
TEXTS = st.sampled_from(NASTY) | st.text(max_size=12)


def listing(*texts: str) -> Listing:
    """Return a list whose every name, row and reason is one of the texts, with exposure."""
    lines = tuple(Line(text, texts[0], "TCP 80", (text,), (text,)) for text in texts)
    exposure = Exposure(lines, lines, tuple((text, Direction.EGRESS) for text in texts))
    return Listing(lines, {texts[0]: texts[-1]}, exposure)


@pytest.mark.parametrize("text", NASTY)
def test_csv_keeps_a_name_and_is_no_formula(text: str) -> None:
    """A reader gets the name back, with an apostrophe in front of what a spreadsheet would evaluate."""
    ((found, *_), *_) = list(csv.reader(io.StringIO(as_csv(listing(text)).partition("\r\n")[2])))
    assert found in (printable(text), f"'{printable(text)}")
    assert found[0] not in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@given(TEXTS)
@examples(200)
def test_csv_fields(text: str) -> None:
    (row,) = csv.reader(io.StringIO(f"{csv_field(text)},{csv_field(text)}"))
    shown = printable(text)
    is_guarded = shown[:1] in [*"'=+-@\uff1d\uff0b\uff0d\uff20"]
    assert row == [f"'{shown}" if is_guarded else shown] * 2


@given(TEXTS)
@examples(200)
def test_markdown_cells(text: str) -> None:
    """A cell ends at its own pipe, is one line, and has no markup and no HTML in it."""
    cell = markdown_cell(text)
    assert "\n" not in cell
    assert not re.search(r"(?<!\\)(?:\\\\)*\|", cell)
    assert "<" not in cell
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*~]", cell)
    assert not re.search(r"(?<!\\)(?:\\\\)*\][(\[:]", cell)


@pytest.mark.parametrize("text", [text for text in NASTY if printable(text) == text])
def test_a_page_reads_a_markdown_cell_as_the_name(text: str) -> None:
    """The table that a reviewer pastes says what it said."""
    assert InlineReader({}).read_cell(markdown_cell(text)).text.strip() == text.strip()


@given(TEXTS)
@examples(200)
def test_graphviz_strings(text: str) -> None:
    """A string ends where it should, and no backslash of the text is an escape."""
    found = dot_string(text)
    assert re.fullmatch(r'"(?:[^"\\\n]|\\\\|\\")*"', found)
    assert re.sub(r"\\(.)", r"\1", found[1:-1]) == printable(text)


@given(TEXTS)
@examples(200)
def test_mermaid_texts(text: str) -> None:
    """No quote, no bracket of HTML and no directive is left; numbers say what was there."""
    found = mermaid_text(text)
    assert not set(found[1:-1]) & set('"<>&%`|\\;') - {";"}
    assert re.sub(r"#([0-9]+);", lambda number: chr(int(number[1])), found[1:-1]) == printable(text)


@given(st.lists(TEXTS, min_size=1, max_size=3))
@examples(100)
def test_lines_are_as_many_as_connections(texts: list[str]) -> None:
    """No name makes a line, a node or an edge of its own."""
    found = listing(*texts)
    plain = listing(*("x" * (n + 1) for n in range(len(texts)))) if len(set(texts)) == len(texts) else None
    for write in (as_txt, as_markdown, as_dot, as_mermaid):
        lines = write(found).splitlines()
        assert all(line.isprintable() or "\t" in line for line in lines)
        if plain:
            assert len(lines) == len(write(plain).splitlines())
    assert not [line for line in as_txt(found).splitlines() if line.startswith("::")]


def test_empty_lists() -> None:
    empty = Listing((), {}, None)
    assert as_txt(empty) == ""
    assert as_csv(empty) == '"src","dst","conn","rows","reason"\r\n'
    assert as_markdown(empty) == "| src | dst | conn | rows | reason |\n|-----|-----|------|------|--------|\n"
    assert as_dot(empty) == "digraph {\n}\n"
    assert as_mermaid(empty) == "flowchart LR\n"
    assert as_json(empty) == '{\n  "schema": "esspec/list/1",\n  "connections": []\n}\n'


# SVG


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder in which programs are looked for."""
    monkeypatch.chdir(tmp_path)
    write_manifests()
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, script: str) -> None:
    found = folder / "dot"
    found.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    found.chmod(found.stat().st_mode | stat.S_IXUSR)


def test_svg_without_graphviz(path: Path) -> None:
    assert not list(path.iterdir())
    assert esspec("list", "shop", "--format", "svg") == Ran(
        2,
        "",
        "--format svg: error: Graphviz is not installed: there is no program dot — "
        "install it, or use --format mermaid [no-graphviz]\n",
    )


def test_svg_is_what_graphviz_draws(path: Path) -> None:
    """It gets the graph, and the option for SVG."""
    program(path, 'echo "<svg>$*</svg>"; while read -r line; do echo "$line"; done')
    graph = esspec("list", "shop", "--format", "dot").out
    drawn = esspec("list", "shop", "--format", "svg")
    assert (drawn.code, drawn.out.splitlines()[0]) == (0, "<svg>-Tsvg</svg>")
    assert drawn.out.splitlines()[1:] == [line.strip() for line in graph.splitlines()]


def test_graphviz_fails(path: Path) -> None:
    program(path, "while read -r line; do :; done; echo 'syntax error in line 1' >&2; echo more >&2; exit 1")
    assert esspec("list", "shop", "--format", "svg") == Ran(
        2,
        "",
        "--format svg: error: Graphviz failed: syntax error in line 1 — "
        "use --format dot and draw it otherwise [no-graphviz]\n",
    )
